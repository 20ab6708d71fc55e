"""Readings -> statements: which units of an article hold one, and how it is reported.

The network decides; the grammar of quotation marks corrects the mode where it is certain. What the article tells
without words of saying has to be likelier than the rest: events are easily taken for positions ("legten einen Vorschlag
vor"), unless a topic shows that one is.
"""

import re
from collections.abc import Mapping
from functools import cache

from positions import codebook
from positions.classifier import Reading
from positions.records import MODES, Article, Statement

CERTAIN = 0.95
_QUOTED = re.compile(r"[„“»«\"‚‘](?P<words>[^„“”»«\"‚‘]+)[“”«»\"’‘]")


def to_statement(
    article: Article, reading: Reading, settings: Mapping[str, float], spoken: bool = False
) -> Statement | None:
    """The statement that a reading found, or None where it is too unlikely one or is silence ("ließ offen").

    ``settings`` are the probabilities that are asked for: ``statement_threshold`` of every statement,
    ``narrated_threshold`` of a narrated one on no topic, ``topic_threshold`` of a topic. ``spoken`` says that it lies
    in a turn (see ``positions.turns``), whose words are direct without quotation marks.
    """
    if reading.statement < settings["statement_threshold"]:
        return None
    start, end = _tidy(article.text, reading.start, reading.end)
    text = article.text[start:end]
    if reading.statement < CERTAIN and _silence(_language(article)).search(text) and not _QUOTED.search(text):
        return None
    cue = _cue(article.text, *reading.cue) if reading.cue else ""
    mode = "direct" if spoken and not cue else _mode(reading, text)
    topical = any(topic.presence > settings["topic_threshold"] for topic in reading.topics)
    if mode == "narrated" and not topical and reading.statement < settings["narrated_threshold"]:
        return None
    return Statement(start, end, text, mode, cue, reading.statement)


def _cue(text: str, start: int, end: int) -> str:
    """The reporting words, widened to whole words."""
    while start > 0 and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return text[start:end].strip()


def _mode(reading: Reading, text: str) -> str:
    """The network's mode, corrected where quotation marks leave no doubt."""
    likely = MODES[max(range(len(MODES)), key=lambda i: reading.modes[i])]
    quoted = sum(len(m.group("words")) for m in _QUOTED.finditer(text))
    if likely == "direct" and not quoted and not any(mark in text for mark in '„“”»«"'):
        return "direct" if reading.modes[0] > 0.9 else "indirect"
    if likely in ("indirect", "narrated") and quoted > 0.6 * len(text):
        return "direct"
    return likely


def _tidy(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    left = re.match(r"[\s,;:–—-]*", piece)
    right = re.search(r"[\s,;:–—-]*$", piece)
    return start + (left.end() if left else 0), start + (right.start() if right else len(piece))


def _language(article: Article) -> str:
    return article.language if article.language in ("de", "en") else "en"


@cache
def _silence(language: str) -> re.Pattern[str]:
    gap = r"(?:\s+[^\s,;:]+){0,6}?\s+"
    phrases = codebook.load().cues.silence[language]
    parts = [re.escape(phrase).replace(r"\ \.\.\.\ ", gap).replace(r"\ ", r"\s+") for phrase in phrases]
    return re.compile(r"(?<!\w)(?:" + "|".join(parts) + r")(?!\w)", re.IGNORECASE)
