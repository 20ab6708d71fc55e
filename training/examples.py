"""Annotated passages -> supervised spans: what the network learns from, in the units that the product will read."""

import json
import zlib
from dataclasses import dataclass, field
from pathlib import Path

from positions.records import ACTORS, MODES, STANCES, TOPICS
from positions.units import split_units

NEAR = 3


@dataclass
class Span:
    """One unit or clause of a passage with what is known of it; ``None`` means: not to be learned from this span."""

    start: int
    end: int
    statement: bool | None
    mode: int | None = None
    actors: list[int] = field(default_factory=list)
    holder: int | None = None
    topics: dict[int, int] | None = None
    mention: tuple[int, int] | None = None


@dataclass
class Passage:
    """One annotated text; ``names`` maps the names of its invented people to their side."""

    id: str
    language: str
    text: str
    spans: list[Span]
    cuts: list[tuple[int, int]]
    cues: list[tuple[int, int]]
    sources: list[tuple[int, int]]
    names: dict[str, int]


def read_passages(folder: Path) -> list[Passage]:
    """Read every ``.jsonl`` file in ``folder``; the format is described in its README."""
    records = [
        json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()
    ]
    return [to_passage(record) for record in records]


def to_passage(record: dict) -> Passage:
    """Lay the annotated statements of one record over the units of its text."""
    text = record["text"]
    golds = _merge_joint(record["statements"], text)
    spans: list[Span] = []
    cuts: list[tuple[int, int]] = []
    for unit in split_units(text, record["lang"]):
        touching = [gold for gold in golds if min(gold.end, unit.end) - max(gold.start, unit.start) > 5]
        edges = {edge for gold in touching for edge in (gold.start, gold.end)}
        labels = [(cut, int(any(abs(cut - edge) <= NEAR for edge in edges))) for cut in unit.cuts]
        cuts += labels
        spans += _spans_of_unit(unit.start, unit.end, touching, [cut for cut, label in labels if label])
    return Passage(
        record["id"],
        record["lang"],
        text,
        spans,
        cuts,
        _find_all(record, "cue", text),
        _find_all(record, "speaker_mention", text),
        _names(record),
    )


def _spans_of_unit(start: int, end: int, golds: list[Span], cuts: list[int]) -> list[Span]:
    if not golds:
        return [Span(start, end, False)]
    if len(golds) == 1 and (golds[0].end >= end - NEAR and golds[0].start <= start + NEAR or not cuts):
        return [_copy(golds[0], max(start, golds[0].start), min(end, golds[0].end))]
    edges = [start, *cuts, end]
    pieces = []
    for left, right in zip(edges, edges[1:], strict=False):
        inside = [gold for gold in golds if min(gold.end, right) - max(gold.start, left) > 0.5 * (right - left)]
        pieces.append(_copy(inside[0], left, right) if inside else Span(left, right, False))
    return [Span(start, end, True), *pieces] if len(pieces) > 1 else pieces


def _copy(gold: Span, start: int, end: int) -> Span:
    return Span(start, end, True, gold.mode, gold.actors, gold.holder, gold.topics, gold.mention)


def _merge_joint(statements: list[dict], text: str) -> list[Span]:
    merged: dict[str, Span] = {}
    for row in statements:
        start = text.find(row["text"])
        topics = {TOPICS.index(topic): STANCES.index(stance) for topic, stance in row["topics"].items()}
        if row["text"] in merged:
            merged[row["text"]].actors.append(ACTORS.index(row["actor"]))
            merged[row["text"]].topics.update(topics)  # type: ignore[union-attr]
            continue
        merged[row["text"]] = Span(
            start,
            start + len(row["text"]),
            True,
            MODES.index(row["mode"]),
            [ACTORS.index(row["actor"])],
            ACTORS.index(row["holder"]),
            topics,
            _nearest(text, row.get("speaker_mention"), start, start + len(row["text"])),
        )
    return sorted(merged.values(), key=lambda span: span.start)


def _nearest(text: str, words: str | None, start: int, end: int) -> tuple[int, int] | None:
    """The occurrence of ``words`` inside the statement, else the last one before it, else the first one after."""
    if not words:
        return None
    found = []
    at = text.find(words)
    while at >= 0:
        found.append(at)
        at = text.find(words, at + 1)
    if not found:
        return None
    best = min(found, key=lambda at: (not start <= at < end, at > end, abs(at - start)))
    return best, best + len(words)


def _find_all(record: dict, key: str, text: str) -> list[tuple[int, int]]:
    spans = set()
    for row in record["statements"]:
        start = text.find(row["text"])
        span = _nearest(text, row.get(key), start, start + len(row["text"]))
        if span:
            spans.add(span)
    return sorted(spans)


def _names(record: dict) -> dict[str, int]:
    """Last names of speakers who are persons (capitalised words), with their side; they stand in for known people."""
    names: dict[str, int] = {}
    for row in record["statements"]:
        mention, last = row.get("speaker_mention") or "", row["speaker"].split()[-1] if row["speaker"] else ""
        if len(row["speaker"].split()) >= 2 and last[:1].isupper() and last in mention:
            names[last] = ACTORS.index(row["actor"])
    return names


def split(passages: list[Passage], percent: int) -> tuple[list[Passage], list[Passage]]:
    """Split by a hash of the passage's id, so that a passage keeps its part when others are added: (training, held
    out)."""
    held_out = [passage for passage in passages if zlib.crc32(passage.id.encode()) % 100 < percent]
    kept = {passage.id for passage in held_out}
    return [passage for passage in passages if passage.id not in kept], held_out
