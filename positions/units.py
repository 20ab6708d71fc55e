"""Article text -> units: the sentences and the clauses inside them that may hold a statement, as character spans.

Sentence borders come from the library sentencex; this module adds what news text needs beyond it: sentences inside
one quotation, German ordinals, datelines and live-blog times that stand before the first words.
"""

import re
from dataclasses import dataclass

import sentencex

_ORDINAL_END = re.compile(r"(?<![\d.,:])\d{1,2}\.$")
_ABBREVIATION_END = re.compile(
    r"(?:\b(?:[A-Z]|Dr|Mr|Mrs|Ms|St|Nr|No|Gen|Sen|Rep|Gov|Lt|Col|Maj|Adm|Amb|Prof|bzw|ca|vgl|evtl|Mio|Mrd|Jan|Feb|Aug|Sept|Oct|Nov"
    r"|Okt|Dez|Dec|vs|etc|usw|U\.S|U\.K|U\.N|z\.B|d\.h|u\.a|i\.e|e\.g|a\.m|p\.m)|(?<![\d.,:])\d{1,2})\.$"
)
_INNER_END = re.compile(r"(?<=[.!?…])[»«“”\"’‘']?\s+(?=[»«„“\"‚‘'(\[]?[A-ZÄÖÜА-ЯІЇЄ\d])")
_OPENING = frozenset("\"„“»«‚‘'")
_PREFIX = re.compile(
    r"^(?:"
    r"[A-ZÄÖÜ][\w./’' -]{1,60}?,? ?(?:\([^()\n]{2,40}\)|\d{1,2}\. ?\w+ \([^()\n]{2,40}\)) ?[-–—:]+\s+"
    r"|[A-ZÄÖÜ][A-ZÄÖÜ/ .-]{2,50}[-–—:]\s+"
    r"|[A-ZÄÖÜ]{3,}(?:[ /-][A-ZÄÖÜ]+)*, [A-Z][\w. ]{1,30} \([^()\n]{2,40}\) ?[-–—]+\s+"
    r"|(?:[\w. ]{0,24}, ?)?\d{1,2}(?::\d{2}|\.\d{2}(?= ?(?:Uhr|[-–—|])))"
    r"(?: ?Uhr| ?GMT| ?CET| ?a\.?m\.?| ?p\.?m\.?)?+ ?[-–—:|]?\s+(?=[»„“\"A-ZÄÖÜ])"
    r"|(?:Frage|Antwort|Question|Answer|Q|A|[A-ZÄÖÜ]{4,20}): ?"
    r")"
)
_CLAUSE = re.compile(
    r"(?<=[,;:–—-]) (?=\S)|(?<=[»«“”\"’)]) (?=\S)| (?=(?:und|aber|doch|während|jedoch|and|but|while|whereas)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One sentence of the text as ``text[start:end]``; ``cuts`` are the offsets at which a clause of it may begin."""

    start: int
    end: int
    cuts: tuple[int, ...] = ()


def split_units(text: str, language: str) -> list[Unit]:
    """Return the sentences of ``text`` in order; headings and list items count as sentences.

    ``language`` is an ISO 639-1 code; an unknown or empty one is split by English rules.
    """
    units = []
    for start, end in _sentences(text, language):
        start += _prefix_length(text[start:end])
        if any(character.isalnum() for character in text[start:end]):
            units.append(Unit(start, end, _cuts(text, start, end)))
    return units


def _sentences(text: str, language: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for paragraph in re.finditer(r"[^\n]+", text):
        found = sentencex.get_sentence_boundaries(language or "en", paragraph.group())
        borders = [paragraph.start() + sentence["end_index"] for sentence in found]
        # an opening quotation mark belongs to the sentence that it opens
        borders = [
            border - 1 if text[border - 2 : border - 1].isspace() and text[border - 1] in _OPENING else border
            for border in borders[:-1]
        ]
        edges = [paragraph.start(), *borders, paragraph.end()]
        spans += _merge_ordinals(
            text, [span for edge in zip(edges, edges[1:], strict=False) for span in _inner(text, *edge)]
        )
    return spans


def _inner(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans, last = [], start
    for match in _INNER_END.finditer(text, start, end):
        head = text[last : match.start()]
        if _ABBREVIATION_END.search(head) or len(head) < 3:
            continue
        stop = match.start() + len(match.group().rstrip())
        spans.append((last, stop))
        last = match.end()
    spans.append((last, end))
    return [_strip(text, *span) for span in spans if text[slice(*span)].strip()]


def _merge_ordinals(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and _ORDINAL_END.search(text[merged[-1][0] : merged[-1][1]]):
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged


def _strip(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())


def _prefix_length(sentence: str) -> int:
    match = _PREFIX.match(sentence)
    return match.end() if match and match.end() < len(sentence) else 0


def _cuts(text: str, start: int, end: int) -> tuple[int, ...]:
    return tuple(m.end() for m in _CLAUSE.finditer(text, start + 12, end - 12))
