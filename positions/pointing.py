"""Reading -> the words of the text that name its speaker.

The network points at words; what stands beside the reporting verb helps, and grammar says what can't be its subject.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from positions import codebook
from positions.classifier import Reading
from positions.codebook import NEUTER
from positions.mentions import Mention, is_role, markers, role_words

POINTED = 0.12
BESIDE, CERTAIN = 0.45, 1.0  # a name next to the reporting words, and a pronoun there
Range = tuple[int, int]
_SOURCE = re.compile(r"^(?:laut|nach|gemäß|according to)(?!\w)|(?<!\w)zufolge$")  # words of reporting that are no verb
_OWNER = re.compile(r"\s(?:des|der|von|vom|by|from|in|of)\s")
_BREAK = re.compile(r"[.,;:!?„“”»«\"–—]")
_ANEW = re.compile(r"(?<=[^\W\d_]) (?=(?:(?:die|das|dem|den|ein|eine|einem|einen)|der [a-zäöüß]+e) \w)")
_SAID = {"de": re.compile(r"[,!?][“”«»\"]? $|[“”«»\"],? $"), "en": re.compile(r"[“”«»\"],? $")}
_QUOTES = '„“”»«"'
_QUOTING = ("zitieren", "cite", "quote")  # of these the quoted person is the speaker
_AGENTS = ("by", "von", "vom", "in", "im")  # a medium behind them is no subject
_OBJECTS = ("him", "ihm", "ihn")  # pronouns that are no subject, and name a source only behind "laut" or "according to"


def point_at(text: str, reading: Reading, mentions: Sequence[Mention], language: str) -> tuple[Range | None, float]:
    """The span of ``text`` that names the speaker, with its weight: the pointer's mass, more beside the cue."""
    # whoever is named only paragraphs later did not introduce these words
    limit = (text.find("\n\n", reading.end) + 1 or len(text) + 1) - 1
    spans = [span for span in _candidates(text, reading, mentions, language) if span[0] < limit]
    media = {s for s in spans if any(m.kind == "medium" and m.start < s[1] and m.end > s[0] for m in mentions)}
    beside = {s for s in spans if _beside_cue(text, reading, s, language)}
    pronouns = {s for s in beside if _pronoun(language).fullmatch(text[slice(*s)])}
    subjects = pronouns | {s for s in beside if _is_inverted(text, reading, s, spans, language, s in media)}
    subjects |= {s for s in media if _passes_on(text, reading, s, spans, language)}
    weight = {s: _mass(reading, s) + CERTAIN * (s in subjects) + BESIDE * (s in beside - subjects) for s in spans}
    weight |= dict.fromkeys(_reports(text, reading, language), 2 * CERTAIN)
    best = max(weight, key=lambda s: (round(weight[s], 3), s[1] - s[0], -s[0]), default=None)
    return (best, weight[best]) if best and weight[best] >= POINTED else (None, 0.0)


def _reports(text: str, reading: Reading, language: str) -> list[Range]:
    """The nouns for press reports of which nothing but a preposition makes the source ("laut Medienberichten").

    Not where the medium follows ("laut einem Bericht des Senders"): it has a name.
    """
    if reading.cue is None or not _SOURCE.search(text[slice(*reading.cue)].casefold()):
        return []
    start, end = reading.cue
    found = [m.span() for m in markers("press", language).finditer(text, reading.start, reading.end)]
    beside = [s for s in found if len(text[end : s[0]].split()) < 2 and len(text[s[1] : start].split()) < 2]
    return [span for span in beside if not _OWNER.match(text, span[1])]


def _candidates(text: str, reading: Reading, mentions: Sequence[Mention], language: str) -> list[Range]:
    """Sources, known names and the sentence's pronouns; what overlaps or stands in apposition is one span."""
    pronoun = _pronoun(language)
    first = min([reading.start, *(start for start, _, _ in reading.pointer)])
    last = max([reading.end, *(end for _, end, _ in reading.pointer)])
    spans = {_whole_words(text, *span) for span in reading.sources if span[1] > first and span[0] < last}
    near = [m for m in mentions if m.end > first and m.start < last]
    spans |= {(m.start, m.end if m.entity else _description_end(text, m.end, language)) for m in near}
    spans |= {
        m.span() for m in pronoun.finditer(text, reading.start, reading.end) if _can_say(text, m, reading, language)
    }
    spans = {part for span in spans for part in _phrases(text, span, language)}
    merged: list[Range] = []
    for start, end in sorted(spans):
        touches = merged and (start < merged[-1][1] or text[merged[-1][1] : start] == " ")
        touches = touches and len(_phrases(text, (merged[-1][0], end), language)) == 1
        if touches and not pronoun.fullmatch(text[start:end]):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif end - start > 1:
            merged.append((start, end))
    return merged


def _phrases(text: str, span: Range, language: str) -> list[Range]:
    """A span, cut where a German article opens another phrase than a genitive: "in Brüssel | der neue Kanzler".

    Not behind a word written small: prepositions and particles belong to what follows.
    """
    anew = _ANEW.finditer(text, *span) if language == "de" else ()
    cuts = [m.end() for m in anew if text[span[0] : m.start()].rpartition(" ")[2][:1].isupper()]
    return [(a, a + len(text[a:b].rstrip())) for a, b in pairwise([span[0], *cuts, span[1]])]


def _can_say(text: str, pronoun: re.Match[str], reading: Reading, language: str) -> bool:
    """Whether a pronoun can be the subject of the reporting words: not in "contradicted him", "said it was"."""
    if reading.cue is None:
        return True
    start, end = reading.cue
    if pronoun.group().casefold() in _OBJECTS:
        return bool(_SOURCE.search(text[start:end].casefold()))
    if language != "en" or pronoun.start() < end:
        return True
    person = codebook.load().grammar.pronouns[language].get(pronoun.group().casefold()) != NEUTER
    closed = pronoun.end() == len(text) or _BREAK.match(text, pronoun.end())
    return person and not text[end : pronoun.start()].strip() and bool(closed)  # "said he."


def _mass(reading: Reading, span: Range) -> float:
    return sum(p for start, end, p in reading.pointer if start < span[1] and end > span[0])


def _passes_on(text: str, reading: Reading, medium: Range, spans: Sequence[Range], language: str) -> bool:
    """Whether a medium is the subject of "meldete" or "reported": alone in the clause, and not behind "by"."""
    if reading.cue is None or _news_verbs(language).isdisjoint(text[slice(*reading.cue)].casefold().split()):
        return False
    breaks = [m.span() for m in _BREAK.finditer(text, reading.start, reading.end) if m.group() not in _QUOTES]
    first = max((end for _, end in breaks if end <= reading.cue[0]), default=reading.start)
    last = min((start for start, _ in breaks if start >= reading.cue[1]), default=reading.end)
    ahead = text[max(first, medium[0] - 14) : medium[0]].split()
    within = [one for one in spans if first <= one[0] < last]
    return within == [medium] and not (ahead and ahead[-1].casefold() in _AGENTS)


@cache
def _news_verbs(language: str) -> frozenset[str]:
    relays = [verb for verb in codebook.load().cues.verbs[language] if verb.cls == "relay"]
    return frozenset(form for verb in relays if verb.lemma not in _QUOTING for form in verb.forms)


def _beside_cue(text: str, reading: Reading, span: Range, language: str) -> bool:
    """Whether the span stands next to the reporting words, in the same clause and not behind a preposition."""
    if reading.cue is None or not reading.start <= span[0] < reading.end:
        return False
    start, end = _whole_words(text, *reading.cue)
    if start < span[1] and span[0] < end:
        return False
    gap = text[end : span[0]] if span[0] >= end else text[span[1] : start]
    if span[0] >= end and text[span[1] : span[1] + 1] in tuple(_QUOTES):  # meldete "Politico"
        gap = gap.rstrip(_QUOTES)
    if _BREAK.search(gap) or len(gap.split()) > 2:
        return False
    ahead = text[max(0, span[0] - 14) : span[0]].split()
    return not (ahead and ahead[-1].casefold() in codebook.load().grammar.prepositions[language])


def _is_inverted(text: str, reading: Reading, span: Range, spans: Sequence[Range], language: str, medium: bool) -> bool:
    """Whether the span follows reporting words that follow what was said: "..., meldete die Agentur".

    ``spans`` are all that might speak: the object of "Uschakow, der kam, warnte Kiew" follows them, too (no
    ``medium``, which is hardly ever warned), and so does the hearer of "sagte Peskow der Tass".
    """
    start, end = _whole_words(text, *reading.cue) if reading.cue else (0, 0)
    closed = span[1] == len(text) or _BREAK.match(text, span[1])
    if span[0] < end or not closed or not _SAID[language].search(text, reading.start, start):
        return False
    heads = not medium and any(reading.start <= one[0] < start and text[one[1] : one[1] + 1] == "," for one in spans)
    return not heads and not any(end <= one[0] < span[0] for one in spans)


def _whole_words(text: str, start: int, end: int) -> Range:
    """The span widened to whole words and ended at a line's end."""
    while 0 < start < len(text) and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    line = text.find("\n", start, end)
    return start, line if line > start else end


def _description_end(text: str, end: int, language: str) -> int:
    """Where the description ends that an adjective of origin opens ("russische Unterhändler", "Polish officials")."""
    roles, stop = role_words(language), end
    for match in re.finditer(r" ([\w-]+)", text[end : end + 60]):
        word = match.group(1)
        if match.start() != stop - end or not (is_role(word, roles) or (language == "de" and word[0].isupper())):
            break
        stop = end + match.end()
    return stop


@cache
def _pronoun(language: str) -> re.Pattern[str]:
    words = codebook.load().grammar.pronouns[language]
    return re.compile(r"(?<!\w)(?:" + "|".join(words) + r")(?!\w)", re.IGNORECASE)
