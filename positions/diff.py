"""What two bundles differ in: for each side and topic how position and amount changed, and what the change comes from.

Articles are the same where their texts are, whatever they are called. A statement is known by its article's text and
its own words, so a label that changed is told from a statement that came or went.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from positions import measures
from positions.bundle import Bundle
from positions.records import SIDES

CAUSES = {
    "new_articles": "articles that are new",
    "removed_articles": "articles that are gone",
    "changed_articles": "articles whose text changed",
    "reviewed": "corrected or confirmed by a person",
    "review_lost": "a person's correction is missing now",
    "model": "another model",
    "codebook": "another codebook",
    "program": "another version of the program",
    "view": "another view",
    "relabelled": "same model, another label",
    "unexplained": "nothing that the bundles name",
    "joined": "same statements, joined into other utterances",
}
# parameters that choose no rows
LOOKS = ("lang", "look", "page", "sort", "focus", "freq", "split", "events", "before", "after", "words")
NOISE = 0.005  # scores that differ by less are the same: processors round differently
LISTED = 20
MEASURES = ("position", "lower", "upper", "n_independent", "n_statements", "n_articles")
Words = tuple[str, str]  # SHA-256 of the article's text, statement_id
Cell = tuple[str, str]  # side, topic


@dataclass(frozen=True)
class _Label:
    """How a bundle labels a statement in one cell."""

    stance: str
    score: float

    def near(self, other: "_Label") -> bool:
        return self.stance == other.stance and abs(self.score - other.score) < NOISE


@dataclass(frozen=True)
class _Contents:
    """A bundle's statements by their words: labels by cell, which are reviewed, what to show; and the matrix."""

    labels: Mapping[Words, Mapping[Cell, _Label]]
    reviewed: frozenset[Words]
    shown: Mapping[Words, Mapping[str, str]]
    cells: pd.DataFrame
    texts: frozenset[str]


def compare(old: Bundle, new: Bundle) -> dict[str, Any]:
    """The difference of two bundles, as JSON takes it.

    ``old`` and ``new`` say what each is; ``differs`` names what made them otherwise (``model``, ``codebook``,
    ``program``, ``view``). ``articles`` lists those ``added``, ``removed`` and ``changed`` (same id, another text).
    ``cells`` has an entry for each side and topic with its ``old`` and ``new`` position (-1 to 1, null where there is
    none), interval and counts; ``changed``; and ``reasons``: for each set of ``causes`` (keys of ``CAUSES``; several
    where the bundles cannot tell which) how many statements were ``added`` to the cell, ``removed`` from it or
    ``rescored`` in it, and how many of these last ``turned`` to another stance. ``labels`` lists the statements in
    both bundles whose side, topic or stance is another.
    """
    differs = _differences(old.manifest, new.manifest)
    topics = tuple(dict.fromkeys((*old.topics, *new.topics)))
    one, two = _contents(old, topics), _contents(new, topics)
    articles = _articles(old.articles, new.articles)
    reasons, labels = _reasons(one, two, articles, differs)
    return {
        "old": _facts(old),
        "new": _facts(new),
        "differs": differs,
        "articles": {kind: found.to_dict("records") for kind, found in articles.items()},
        "cells": [
            _cell(cell, one.cells.loc[cell], two.cells.loc[cell], reasons.get(cell, {}))
            for cell in ((side, topic) for topic in topics for side in SIDES)
        ],
        "labels": labels,
    }


def describe(found: Mapping[str, Any]) -> Iterator[str]:
    """What ``compare`` found, line by line, for a terminal; texts from the bundles cannot steer it."""
    for name in ("old", "new"):
        facts = found[name]
        touched = "" if facts["intact"] else " (a file in it is not the one that its manifest gives the hash of)"
        yield _plain(
            f"{name}: {facts['file']}, {facts['created']}, {facts['rows']} rows, {facts['utterances']} utterances, "
            f"model {facts['model']}, codebook {facts['codebook']}, program {facts['program']}{touched}"
        )
    yield f"Differs: {'; '.join(CAUSES[name] for name in found['differs']) or 'neither model nor codebook nor view'}."
    for kind, sign in (("added", "+"), ("removed", "-"), ("changed", "~")):
        listed = found["articles"][kind]
        yield f"Articles {kind}: {len(listed)}"
        yield from (_plain(f"  {sign} {_article(one)}") for one in listed[:LISTED])
        yield from _more(listed)
    changed = [cell for cell in found["cells"] if cell["changed"]]
    yield f"Cells changed: {len(changed)} of {len(found['cells'])}"
    for cell in changed:
        yield from _cell_lines(cell)
    yield f"Statements with another label: {len(found['labels'])}"
    for one in found["labels"][:LISTED]:
        yield _plain(f"  {_labels(one['old'])} -> {_labels(one['new'])} ({_spoken(one['causes'])})")
        yield _plain(f"    {one['article_id']}: {one['text'][:160]}")
    yield from _more(found["labels"])


def _contents(bundle: Bundle, topics: tuple[str, ...]) -> _Contents:
    frame = measures.prepare(bundle.statements, topics)
    texts = dict(zip(bundle.articles["id"], bundle.articles["text_sha256"], strict=True))
    labels: dict[Words, dict[Cell, _Label]] = defaultdict(dict)
    reviewed: set[Words] = set()
    shown: dict[Words, Mapping[str, str]] = {}
    names = ["article_id", "statement_id", "side", "topic", "stance", "score", "reviewed", "text"]
    plain = frame[names].astype({name: str for name in names[:5]}).sort_values(names[:5], kind="stable")
    for row in plain.to_dict("records"):
        words, score = (texts[row["article_id"]], row["statement_id"]), row["score"]
        label = _Label(row["stance"], 0.0 if pd.isna(score) else score)
        labels[words].setdefault((row["side"], row["topic"]), label)
        shown.setdefault(words, {name: row[name] for name in ("statement_id", "article_id", "text")})
        if row["reviewed"]:
            reviewed.add(words)
    cells = measures.matrix(frame).astype({"side": str, "topic": str}).set_index(["side", "topic"])
    return _Contents(labels, frozenset(reviewed), shown, cells, frozenset(bundle.articles["text_sha256"]))


def _differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What made two bundles otherwise, apart from their articles."""
    unlike = {
        "model": old["model"]["sha256"] != new["model"]["sha256"],
        "codebook": old["codebook"]["sha256"] != new["codebook"]["sha256"],
        "program": old["app"]["version"] != new["app"]["version"],
        "view": _choice(old["view"]) != _choice(new["view"]),
    }
    return [name for name, differs in unlike.items() if differs]


def _choice(view: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    return view["page"], {key: value for key, value in view["parameters"].items() if key not in LOOKS}


def _articles(old: pd.DataFrame, new: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The articles whose text is in one bundle alone; under ``changed`` those whose id is in both."""
    only_new = new[~new["text_sha256"].isin(old["text_sha256"])]
    only_old = old[~old["text_sha256"].isin(new["text_sha256"])]
    changed = only_new["id"].isin(only_old["id"])
    removed = only_old[~only_old["id"].isin(only_new["id"])]
    return {"added": only_new[~changed], "removed": removed, "changed": only_new[changed]}


def _reasons(
    old: _Contents, new: _Contents, articles: Mapping[str, pd.DataFrame], differs: list[str]
) -> tuple[dict[Cell, dict[tuple[str, ...], dict[str, int]]], list[dict[str, Any]]]:
    """What happened to the statements of each cell, counted by causes; and the statements with another label."""
    gone = dict.fromkeys(articles["removed"]["text_sha256"], ("removed_articles",))
    come = dict.fromkeys(articles["added"]["text_sha256"], ("new_articles",))
    kept = old.texts & new.texts
    cells: dict[Cell, dict[tuple[str, ...], dict[str, int]]] = defaultdict(dict)
    labels = []
    for words in sorted(old.labels.keys() | new.labels.keys()):
        before, after = old.labels.get(words, {}), new.labels.get(words, {})
        other = (come if after else gone).get(words[0], ("changed_articles",))
        for cell in sorted(before.keys() | after.keys()):
            if cell in before and cell in after and before[cell].near(after[cell]):
                continue
            causes = _causes(words, old, new, differs, cell) if words[0] in kept else other
            counts = cells[cell].setdefault(causes, dict.fromkeys(("added", "removed", "rescored", "turned"), 0))
            counts["added" if cell not in before else "removed" if cell not in after else "rescored"] += 1
            counts["turned"] += cell in before and cell in after and before[cell].stance != after[cell].stance
        if before and after and _stances(before) != _stances(after):
            causes = _causes(words, old, new, differs, next((cell for cell in before if cell in after), None))
            labels.append({**new.shown[words], "causes": causes, "old": _stances(before), "new": _stances(after)})
    return cells, labels


def _causes(words: Words, old: _Contents, new: _Contents, differs: list[str], cell: Cell | None) -> tuple[str, ...]:
    """Why a statement of an article in both bundles is labelled otherwise, or is in ``cell`` of one of them alone."""
    both = words in old.labels and words in new.labels
    if both and (words in old.reviewed) != (words in new.reviewed):
        return ("reviewed",) if words in new.reviewed else ("review_lost",)
    rescored = both and cell in old.labels[words] and cell in new.labels[words]  # no filter does that
    known = tuple(name for name in differs if name != "view" or not rescored)
    return known or ("relabelled" if both else "unexplained",)


def _stances(labels: Mapping[Cell, _Label]) -> list[dict[str, Any]]:
    return [{"side": side, "topic": topic, "stance": label.stance} for (side, topic), label in sorted(labels.items())]


def _cell(
    cell: Cell, old: pd.Series, new: pd.Series, reasons: Mapping[tuple[str, ...], Mapping[str, int]]
) -> dict[str, Any]:
    before, after = _measured(old), _measured(new)
    moved = abs((before["position"] or 0) - (after["position"] or 0)) >= NOISE
    moved = moved or any(before[name] != after[name] for name in ("n_independent", "n_statements"))
    listed = [{"causes": list(causes), **counts} for causes, counts in sorted(reasons.items())]
    if moved and not listed:
        listed = [{"causes": ["joined"], "added": 0, "removed": 0, "rescored": 0, "turned": 0}]
    side, topic = cell
    return {"side": side, "topic": topic, "old": before, "new": after, "changed": bool(listed), "reasons": listed}


def _measured(cell: pd.Series) -> dict[str, Any]:
    values = {name: None if pd.isna(cell[name]) else cell[name].item() for name in MEASURES}
    rounded = {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}
    return {**rounded, "band": str(cell["band"])}


def _facts(bundle: Bundle) -> dict[str, Any]:
    made, rows = bundle.manifest, bundle.statements
    return {
        "file": bundle.name,
        "intact": bundle.intact,
        "created": made["created"],
        "rows": len(rows),
        "utterances": int(rows["utterance_id"].nunique()),
        "articles": len(bundle.articles),
        "model": " ".join(filter(None, (made["model"]["name"], made["model"]["version"]))),
        "codebook": made["codebook"]["version"],
        "program": made["app"]["version"],
        "page": made["view"]["page"],
        "parameters": made["view"]["parameters"],
    }


# In words -----------------------------------------------------------------------------------------------------------


def _cell_lines(cell: Mapping[str, Any]) -> Iterator[str]:
    old, new = cell["old"], cell["new"]
    yield (
        f"  {cell['side']} on {cell['topic']}: {_number(old['position'])} -> {_number(new['position'])} "
        f"({_band(old)} -> {_band(new)}); independent statements {old['n_independent']} -> {new['n_independent']}"
    )
    for reason in cell["reasons"]:
        counts = [f"{reason[kind]} {kind}" for kind in ("added", "removed", "rescored") if reason[kind]]
        turned = f", {reason['turned']} of them with another stance" if reason["turned"] else ""
        yield f"    {_spoken(reason['causes'])}: {', '.join(counts) or 'no row'}{turned}"


def _band(cell: Mapping[str, Any]) -> str:
    names = {"few": "not enough", "none": "no statement"}
    return names.get(cell["band"], cell["band"].replace("_", " "))


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:+.2f}"


def _spoken(causes: Iterable[str]) -> str:
    return " or ".join(CAUSES[cause] for cause in causes)


def _labels(labels: Iterable[Mapping[str, str]]) -> str:
    return ", ".join(" ".join(filter(None, (one["side"], one["topic"], one["stance"]))) for one in labels)


def _article(one: Mapping[str, str]) -> str:
    return " · ".join(filter(None, (one["id"], one["published"], one["outlet"], one["title"])))


def _more(listed: list[Any]) -> Iterator[str]:
    if len(listed) > LISTED:
        yield f"  and {len(listed) - LISTED} more (see --json)"


def _plain(text: str) -> str:
    """One printable line: no control character, whatever a bundle holds."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
