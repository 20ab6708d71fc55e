"""Sentences -> quotations: message, source, cue, frame and addressee as character spans, by rules of German grammar.

The network says which sentences hold a statement; where inside a sentence the message begins and ends, and which words
name its source, follows from word order, commas, quotation marks and the subjunctive. What only a reading can tell,
such as whether "Die Partei fordert mehr Geld" reports speech, is left to the chance that comes with each sentence.
Languages other than German have no table and yield nothing. The program itself shows whole sentences or clauses, and
needs none of this: it serves ``benchmarks.quotes`` alone.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import yaml

from positions import codebook

FOLDER = Path(__file__).parent
Range = tuple[int, int]
KINDS = ("direct", "indirect", "free", "hearsay", "reported")
CONTINUED, TOLD, CERTAIN = (
    0.3,
    0.5,
    0.8,
)  # least chance of a statement: see _frameless, _that
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|(?:[^\W\d_]\.){2,}|[^\W_]+(?:[-.’'/&][^\W_]+)*|\S")
_QUOTED = re.compile(r"„[^„“”\n]*[“”]|“[^“”„\n]*”|»[^»«\n]*«|\"[^\"\n]*\"|''[^'\n]+''")
_PAUSE = frozenset(",;:–—")
_END = frozenset(".!?")


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text[start:end]`` of an article with the ``chance`` in [0, 1] that it holds a statement."""

    start: int
    end: int
    chance: float = 1.0


@dataclass(frozen=True, slots=True)
class Quotation:
    """Who says what, as character spans; each part may have several spans, all but ``message`` may have none.

    ``kind`` is one of ``KINDS``: ``direct`` words between quotation marks, ``indirect`` ones with a reporting clause
    (the ``frame``) beside them, ``free`` ones in the subjunctive and ``hearsay`` with "sollen" without one,
    ``reported`` a sentence that tells a position in the writer's words.
    ``nested`` quotations lie inside another's message.
    """

    kind: str
    message: tuple[Range, ...]
    source: tuple[Range, ...] = ()
    cue: tuple[Range, ...] = ()
    frame: tuple[Range, ...] = ()
    addressee: tuple[Range, ...] = ()
    nested: bool = False


@dataclass(frozen=True, slots=True)
class _Words:
    """The small words and verb forms of one language that the rules need, in lower case."""

    verbs: frozenset[str]
    split: dict[str, frozenset[str]]
    reports: frozenset[str]
    auxiliaries: frozenset[str]
    finite: frozenset[str]
    times: frozenset[str]
    subjunctive: frozenset[str]
    hearsay: frozenset[str]
    determiners: frozenset[str]
    pronouns: frozenset[str]
    joints: frozenset[str]
    openers: frozenset[str]
    sources: frozenset[str]
    heads: frozenset[str]
    thereby: frozenset[str]
    openings: frozenset[str]
    correlates: frozenset[str]
    impersonal: frozenset[str]
    genitives: frozenset[str]
    objects: frozenset[str]
    weak: frozenset[str]
    adverbial: frozenset[str]
    passive: frozenset[str]
    naming: frozenset[str]
    conjunctions: frozenset[str]
    fillers: frozenset[str]
    places: frozenset[str]
    told: frozenset[str]
    others: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    text: str
    lower: str
    quoted: bool
    clause: int


@dataclass(frozen=True, slots=True)
class _Chunk:
    """One or more sentences that a quotation holds together, as tokens; ``quotes`` are token ranges."""

    tokens: tuple[_Token, ...]
    quotes: tuple[Range, ...]
    chance: float
    paragraph: int

    @property
    def stop(self) -> int:
        """The index behind the last token that is no full stop."""
        last = len(self.tokens)
        while last and self.tokens[last - 1].text in _END and not self.tokens[last - 1].quoted:
            last -= 1
        return last


@dataclass(frozen=True, slots=True)
class _Frame:
    """A reporting clause as token ranges: where its message stands, its cue words, its source."""

    kind: str
    message: tuple[Range, ...]
    frame: tuple[Range, ...]
    cue: tuple[int, ...]
    source: Range | None
    addressee: Range | None = None


def find_quotations(text: str, sentences: Sequence[Sentence], language: str) -> list[Quotation]:
    """All quotations of an article in order; ``sentences`` are in order, too."""
    if language not in _tables():
        return []
    words = _words(language)
    found: list[Quotation] = []
    for chunk in _chunks(text, sentences):
        found += _read_chunk(chunk, words, found)
    return _merge_runs(text, found)


def _read_chunk(chunk: _Chunk, words: _Words, before: Sequence[Quotation]) -> list[Quotation]:
    frames = next((frames for rule in _RULES if (frames := rule(chunk, words))), [])
    found: list[Quotation] = []
    for frame in frames:
        found.append(_to_quotation(chunk, frame))
    last = next((q for q in reversed([*before, *found]) if q.source), None)
    if not found:
        found = _frameless(chunk, words, last)
    found += _inner_quotes(chunk, found, last, words)
    return found


# --- text to tokens ---------------------------------------------------------------------------------------------------


def _chunks(text: str, sentences: Sequence[Sentence]) -> list[_Chunk]:
    quotes = [match.span() for match in _QUOTED.finditer(text)]
    groups: list[list[Sentence]] = []
    for sentence in sentences:
        inside = groups and any(a < groups[-1][-1].end <= sentence.start < b for a, b in quotes)
        if inside:
            groups[-1].append(sentence)
        else:
            groups.append([sentence])
    return [_chunk(text, group, quotes) for group in groups]


def _chunk(text: str, group: list[Sentence], quotes: list[Range]) -> _Chunk:
    start, end = group[0].start, group[-1].end
    quotes = [(a, b) for a, b in quotes if a < end and b > start]
    tokens: list[_Token] = []
    clause = 0
    for match in _TOKEN.finditer(text, start, end):
        word = match.group()
        quoted = any(a <= match.start() < b for a, b in quotes)
        tokens.append(_Token(match.start(), match.end(), word, word.lower(), quoted, clause))
        clause += word in _PAUSE and not quoted
    inside = []
    for a, b in quotes:
        ids = [i for i, token in enumerate(tokens) if a <= token.start < b]
        if ids:
            inside.append((ids[0], ids[-1] + 1))
    chance = max(sentence.chance for sentence in group)
    return _Chunk(tuple(tokens), tuple(inside), chance, text.count("\n\n", 0, start))


def _chars(chunk: _Chunk, span: Range) -> Range:
    return chunk.tokens[span[0]].start, chunk.tokens[span[1] - 1].end


def _to_quotation(chunk: _Chunk, frame: _Frame) -> Quotation:
    return Quotation(
        frame.kind,
        tuple(_chars(chunk, span) for span in frame.message if span[1] > span[0]),
        (_chars(chunk, frame.source),) if frame.source else (),
        tuple(_chars(chunk, (i, i + 1)) for i in frame.cue),
        tuple(_chars(chunk, span) for span in frame.frame if span[1] > span[0]),
        (_chars(chunk, frame.addressee),) if frame.addressee else (),
    )


# --- noun phrases and verbs -------------------------------------------------------------------------------------------


def _is_noun(token: _Token) -> bool:
    return (
        token.text[0].isupper()
        or token.text[0].isdigit()
        or re.fullmatch(r"\w[\w-]*\.(?:de|com|org|net)", token.text) is not None
    )


def _is_adjective(token: _Token, words: _Words) -> bool:
    small = not any(
        token.lower in group
        for group in (
            words.auxiliaries,
            words.finite,
            words.verbs,
            words.split,
            words.determiners,
            words.others,
            words.joints,
        )
    )
    return token.text[0].islower() and small and token.lower.endswith(("e", "en", "er", "es", "em"))


def _noun_phrase(chunk: _Chunk, at: int, stop: int, words: _Words) -> int:
    """Where the noun phrase that begins at ``at`` ends, with genitives, "von"-phrases and apposition; else ``at``."""
    tokens, i, noun, bare = chunk.tokens, at, False, False
    if i < stop and tokens[i].lower in words.pronouns:
        return i + 1
    while i < stop:
        token, after = tokens[i], tokens[i + 1] if i + 1 < stop else None
        if quote := next((q for q in chunk.quotes if q[0] == i), None):
            if quote[1] > stop or not _is_title(chunk, quote):
                break
            i, noun, bare = quote[1], True, True
        elif token.text == "(" and noun:
            close = next((j for j in range(i, min(stop, i + 10)) if tokens[j].text == ")"), None)
            if close is None:
                break
            i = close + 1
        elif (
            _is_noun(token)
            and token.lower not in words.determiners
            and not (bare and token.text.isdigit() and after and _is_noun(after))
            and (i > at or token.lower not in words.openers)
        ):
            i, noun, bare = i + 1, True, True
        elif after and (
            token.lower in (words.genitives if bare else words.determiners)
            or (bare and token.lower in words.joints and _opens_phrase(after, words) and after.lower not in words.times)
        ):
            i, bare = i + 1, False
        elif after and (
            _attributive(token, after, bare, words) or (token.text in "-/&.'’" and noun and _is_noun(after))
        ):
            i += 1
        else:
            break
    while i > at and (tokens[i - 1].lower in words.joints or tokens[i - 1].lower in words.determiners):
        i -= 1
    return _apposition(chunk, i, stop, words) if noun else at


def _attributive(token: _Token, after: _Token, bare: bool, words: _Words) -> bool:
    return not bare and _is_adjective(token, words) and (_is_noun(after) or _is_adjective(after, words))


def _opens_phrase(token: _Token, words: _Words) -> bool:
    return _is_noun(token) or token.lower in words.determiners or _is_adjective(token, words) or token.quoted


def _apposition(chunk: _Chunk, at: int, stop: int, words: _Words) -> int:
    """The end of a noun phrase at ``at`` with the apposition that follows it between commas."""
    tokens = chunk.tokens
    if at >= stop or tokens[at].text != ",":
        return at
    close = next((i for i in range(at + 1, stop) if tokens[i].text in ",:"), stop)
    if close >= len(tokens) or close - at < 2 or close - at > 14:
        return at
    inner = tokens[at + 1 : close]
    if not _opens_phrase(inner[0], words) or inner[0].lower in words.others:
        return at
    if any(_is_finite(token, words) for token in inner) or inner[-1].text[0].islower():
        return at
    return close


def _is_finite(token: _Token, words: _Words) -> bool:
    if token.quoted or not token.text[0].islower():
        return False
    word = token.lower
    return (
        word in words.auxiliaries
        or word in words.finite
        or word in words.verbs
        or word in words.split
        or word in words.subjunctive
    )


def _first_verb(chunk: _Chunk, at: int, stop: int, words: _Words) -> int | None:
    """The finite verb that ends the first field of a main clause: a small word behind a finished noun phrase."""
    for i in range(at, stop):
        token, before = chunk.tokens[i], chunk.tokens[i - 1] if i else None
        if token.quoted or not token.text[0].islower():
            continue
        if _is_finite(token, words):
            return i
        if token.lower in words.determiners or token.lower in words.joints or token.lower in words.others:
            continue
        after = chunk.tokens[i + 1] if i + 1 < stop else None
        attributive = _is_adjective(token, words) and after and (_is_noun(after) or _is_adjective(after, words))
        if attributive and (not token.lower.endswith("te") or (before and not _is_noun(before))):
            continue
        if token.lower.endswith(("t", "te", "ten", "en", "eß", "ing", "ieß", "ag", "am", "ahm", "ab", "og", "and")):
            return i
    return None


def _source_near(chunk: _Chunk, verb: int, first: int, stop: int, words: _Words) -> Range | None:
    """The subject of the finite verb at ``verb``: what fills the field before it, else what stands right behind it."""
    tokens = chunk.tokens
    if verb + 1 < stop and tokens[verb + 1].lower in {"er", "sie", "man", "ich", "wir"}:
        return verb + 1, verb + 2
    for start in _starts(chunk, verb):
        while start < verb and tokens[start].lower in words.openings:
            start += 1
        end = _noun_phrase(chunk, start, verb, words)
        end = _with_place(chunk, end, verb, words) if end > start else end
        bracketed = end < verb and tokens[end].text == "," and tokens[verb - 1].text == ","
        if end > start and (end == verb or bracketed) and _may_speak(tokens[start], words):
            own = tokens[start].lower in {"seine", "ihre"} and not bracketed
            return (own and _source_behind(chunk, verb, stop, words)) or (start, end)
    if verb > first > 0 and tokens[first].lower in words.conjunctions:
        end = _noun_phrase(chunk, first + 1, verb, words)
        if end > first + 1:
            return first + 1, end
        return (first, first + 1) if tokens[first].lower in {"der", "die", "das"} else None
    if behind := _source_behind(chunk, verb, stop, words):
        return behind
    end = _noun_phrase(chunk, first, verb, words)
    return (first, end) if end > first and _may_speak(tokens[first], words) else None


def _source_behind(chunk: _Chunk, verb: int, stop: int, words: _Words) -> Range | None:
    start = verb + 1
    while start < stop and chunk.tokens[start].lower in words.fillers:
        start += 1
    end = _noun_phrase(chunk, start, stop, words)
    return (start, end) if end > start and _may_speak(chunk.tokens[start], words) else None


def _subject(chunk: _Chunk, cue: tuple[tuple[int, ...], int], first: int, stop: int, words: _Words) -> Range | None:
    """The source of a reporting clause: its subject, or in the passive what follows "von"."""
    tokens = chunk.tokens
    passive = (
        len(cue[0]) > 1
        and tokens[cue[1]].lower in words.passive
        and not any(tokens[i].lower == "zitiert" for i in cue[0])
    )
    if not passive:
        return _source_near(chunk, cue[1], first, stop, words)
    agent = next((i for i in range(first, stop) if tokens[i].lower in {"von", "vom"} and not tokens[i].quoted), stop)
    end = _noun_phrase(chunk, agent + 1, stop, words)
    return (agent + 1, end) if end > agent + 1 else None


def _starts(chunk: _Chunk, verb: int) -> list[int]:
    """Where the field before a verb may begin: the sentence's head and behind each comma, colon or quotation."""
    tokens = chunk.tokens
    return [
        0,
        *(
            i
            for i in range(1, verb)
            if tokens[i].clause != tokens[i - 1].clause or tokens[i - 1].lower in {"und", "aber"}
        ),
    ]


def _may_speak(token: _Token, words: _Words) -> bool:
    if re.fullmatch(r"\w+(?:lich|weise|ell|ig)", token.text):
        return False
    return token.lower not in words.openers and token.lower not in words.objects


def _with_place(chunk: _Chunk, end: int, verb: int, words: _Words) -> int:
    """A noun phrase that one more phrase of place or kind parts from the verb: "die Botschaft in Riad teilte mit"."""
    if end + 1 < verb and chunk.tokens[end].lower in words.places:
        further = _noun_phrase(chunk, end + 1, verb, words)
        return further if further == verb else end
    return end


def _addressee(chunk: _Chunk, first: int, stop: int, words: _Words) -> Range | None:
    for i in range(first, stop - 1):
        if chunk.tokens[i].lower == "gegenüber" and not chunk.tokens[i].quoted:
            end = _noun_phrase(chunk, i + 1, stop, words)
            if end > i + 1:
                return i + 1, end
    return None


def _cue(chunk: _Chunk, first: int, stop: int, words: _Words) -> tuple[tuple[int, ...], int] | None:
    """The reporting words between ``first`` and ``stop`` outside quotation marks, and the finite one among them."""
    tokens = chunk.tokens
    for i in range(first, stop):
        token = tokens[i]
        if token.quoted or not token.text[0].islower():
            continue
        if token.lower in words.split:
            particle = next((j for j in range(i + 1, stop) if _is_particle(chunk, j, words.split[token.lower])), None)
            if particle is not None:
                between = tuple(j for j in range(i + 1, particle) if tokens[j].lower in words.correlates)
                return (i, *between[-1:], particle), i
        if token.lower in words.split and i > first and tokens[i - 1].lower in words.split[token.lower]:
            return (i - 1, i), i
        if token.lower in words.impersonal and any(
            t.lower == "es" for t in tokens[max(first, i - 2) : min(i + 3, stop)]
        ):
            es = next(j for j in range(max(first, i - 2), stop) if tokens[j].lower == "es")
            return tuple(sorted((i, es))), i
        if token.lower in words.verbs:
            same = [j for j in range(first, stop) if tokens[j].clause == token.clause and not tokens[j].quoted]
            helper = next((j for j in same if tokens[j].lower in words.auxiliaries and j != i), None)
            if helper is not None and token.lower not in words.reports:
                return tuple(sorted((helper, i))), helper
            return (i,), i
    return None


def _is_particle(chunk: _Chunk, at: int, particles: frozenset[str]) -> bool:
    """Whether the word at ``at`` belongs to a verb before it; a short one that ends no clause is a preposition."""
    token, after = chunk.tokens[at], chunk.tokens[at + 1].text if at + 1 < len(chunk.tokens) else "."
    ends = len(token.text) > 4 or not after[0].isalnum() or after in ("und", "sowie")
    return token.lower in particles and not token.quoted and ends


# --- rules: a chunk to its reporting clauses --------------------------------------------------------------------------


def _direct(chunk: _Chunk, words: _Words) -> list[_Frame]:
    """Whole quoted sentences with a reporting clause before or behind them."""
    long = [q for q in chunk.quotes if q[1] - q[0] > 6 or chunk.tokens[q[0] - 1].text == ":"]
    if not long:
        return []
    first, stop = long[0][0], chunk.stop
    if (
        first == 0
        or chunk.tokens[first - 1].text == ":"
        or (chunk.tokens[first - 1].text == "," and long[-1][1] >= stop)
    ):
        spans, rest = [], [(0, first)] if first else []
        end = first
        for quote in long:
            rest.append((end, quote[0]))
            spans.append(quote)
            end = quote[1]
        rest.append((end, stop))
        frames = [span for span in rest if any(t.text[0].isalnum() for t in chunk.tokens[span[0] : span[1]])]
        outside = sum(b - a for a, b in frames)
        if not frames or outside > 45:
            return []
        frame = frames[0]
        if first == 0 and chunk.tokens[min(frame[0], stop - 1)].text not in {",", "–", "-", "so", ";"}:
            lead = chunk.tokens[frame[0]].lower
            if lead not in words.verbs and lead not in words.split:
                return []
        cue, finite = _cue(chunk, *frame, words) or ((), frame[0])
        begin = _start(chunk, finite, frame[0])
        source = _so(chunk, frame, words) or (_subject(chunk, (cue, finite), begin, frame[1], words) if cue else None)
        if not cue and source is None:
            if chunk.tokens[first - 1].text != ":":
                return []
            end = _noun_phrase(chunk, frame[0], frame[1], words)
            source = (frame[0], end) if end > frame[0] else None
        if not cue and chunk.tokens[frame[0]].text == ",":
            cue = (frame[0] + 1,)
        return [_Frame("direct", (quote,), (frame,), cue, source, _addressee(chunk, *frame, words)) for quote in spans]
    return []


def _so(chunk: _Chunk, frame: Range, words: _Words) -> Range | None:
    at = frame[0] + (chunk.tokens[frame[0]].text in ",–-")
    if at < frame[1] and chunk.tokens[at].lower == "so":
        end = _noun_phrase(chunk, at + 1, frame[1], words)
        return (at + 1, end) if end > at + 1 else None
    return None


def _start(chunk: _Chunk, at: int, first: int) -> int:
    """Where the clause of the token at ``at`` begins."""
    while at > first and chunk.tokens[at - 1].clause == chunk.tokens[at].clause and not chunk.tokens[at - 1].quoted:
        at -= 1
    return at


def _trailing(chunk: _Chunk, words: _Words) -> list[_Frame]:
    """The reporting clause behind a comma: ", so X", ", sagte X", ", wie X mitteilte", ", heißt es in X"."""
    tokens, stop = chunk.tokens, chunk.stop
    for i in range(2, stop - 1):
        if tokens[i].text not in {",", "–", ";"} or tokens[i].quoted:
            continue
        lead = tokens[i + 1].lower
        if lead == "so":
            end = _noun_phrase(chunk, i + 2, stop, words)
            if end == i + 2 or any(_is_finite(t, words) for t in tokens[end : min(end + 4, stop)]):
                continue
            after = (end + 1, stop) if end < stop and tokens[end].text == "," else (stop, stop)
            frame = (i, min(end + 1, stop)) if after[1] > after[0] else (i, stop)
            return [_Frame("indirect", ((0, i), after), (frame,), (i + 1,), (i + 2, end))]
        if (lead in words.verbs or lead in words.split or lead in words.auxiliaries) and not tokens[i + 1].quoted:
            cue = _cue(chunk, i + 1, stop, words)
            if not cue or cue[1] != i + 1:
                continue
            source = _source_behind(chunk, i + 1, stop, words)
            if source is None or tokens[i + 2].lower == "es":
                if tokens[min(i + 2, stop - 1)].lower != "es":
                    continue
                source = _phrase_in(chunk, i + 3, stop, words)
            return [_Frame("indirect", ((0, i),), ((i, stop),), cue[0], source, _addressee(chunk, i, stop, words))]
    return []


def _as_told_inside(chunk: _Chunk, words: _Words) -> list[_Frame]:
    """ ", wie X mitteilte" inside or at the end of the sentence."""
    tokens, stop = chunk.tokens, chunk.stop
    for i in range(2, stop - 1):
        if tokens[i].text in {",", "–"} and not tokens[i].quoted and tokens[i + 1].lower == "wie":
            clause = next((j for j in range(i + 2, stop) if tokens[j].text in ",–" and not tokens[j].quoted), stop)
            close = clause if clause == stop or _cue(chunk, i + 2, clause, words) else stop
            cue = _cue(chunk, i + 2, close, words)
            if cue and _verb_last(chunk, cue[0], close):
                after = (close + 1, stop) if close < stop else (stop, stop)
                source = _phrase_in(chunk, i + 2, close, words)
                frame = (i, close + (close < stop))
                return [_Frame("indirect", ((0, i), after), (frame,), (i + 1, *cue[0]), source)]
    return []


def _verb_last(chunk: _Chunk, cue: tuple[int, ...], stop: int) -> bool:
    return stop - cue[-1] <= 3


def _phrase_in(chunk: _Chunk, first: int, stop: int, words: _Words) -> Range | None:
    """The first noun phrase from ``first`` on."""
    for i in range(first, stop):
        end = _noun_phrase(chunk, i, stop, words)
        if end > i and chunk.tokens[i].lower not in words.others:
            return i, end
    return None


def _by_source_ahead(chunk: _Chunk, words: _Words) -> list[_Frame]:
    """ "Laut X ..." """
    return _by_source(chunk, words, 1)


def _by_source(chunk: _Chunk, words: _Words, reach: int | None = None) -> list[_Frame]:
    """ "Laut X", "nach Angaben von X", "X zufolge", at the head or inside of the sentence."""
    tokens, stop = chunk.tokens, chunk.stop
    reach = min(reach or stop, stop)
    for i, token in enumerate(tokens[:reach]):
        if token.quoted:
            continue
        if i and (token.lower == "zufolge" or (token.lower == "nach" and _is_head(tokens[i - 1].text, words))):
            fits = [k for k in range(max(0, i - 14), i) if _noun_phrase(chunk, k, i, words) == i]
            start = next((k for k in fits if not (k and _is_finite(tokens[k], words))), None)
            if start is not None:
                return [_around(chunk, (start, i + 1), (i,), (start, i), words)]
        own = token.lower in words.sources
        head = (
            next((j for j in range(i + 1, min(i + 5, stop)) if _is_head(tokens[j].text, words)), None)
            if token.lower in {"nach", "aus"}
            else None
        )
        if head is not None and any(
            tokens[j].text[0].isupper() and not _is_head(tokens[j].text, words)
            for j in range(i + 1, head)
            if not tokens[j].text.endswith("s")
        ):
            head = None
        if not own and head is None:
            continue
        end = _noun_phrase(chunk, i + 1, stop, words)
        if end == i + 1 or (token.lower == "gemäß" and end - i > 8):
            continue
        return [_around(chunk, (i, end), (i,), (i + 1, end), words)]
    return []


def _is_head(word: str, words: _Words) -> bool:
    """Whether a noun is one of saying or thinking, such as "Angaben" or "Polizeiangaben"."""
    return word in words.heads or word.endswith(
        ("angaben", "berichten", "meinung", "informationen", "aussagen", "ansicht")
    )


def _around(chunk: _Chunk, frame: Range, cue: tuple[int, ...], source: Range, words: _Words) -> _Frame:
    """An indirect quotation that a phrase interrupts or opens."""
    tokens, stop = chunk.tokens, chunk.stop
    first, last = frame
    begin = last + (last < stop and tokens[last].text == ",")
    if first == 0 and (verb := _first_verb(chunk, last, stop, words)) is not None and verb - last < 12:
        frame, begin = (0, verb), verb
    before = first - (first > 0 and tokens[first - 1].text == "," and last < stop and tokens[last].text == ",")
    return _Frame("indirect", ((0, before), (begin, stop)), (frame,), cue, source)


def _as_told(chunk: _Chunk, words: _Words) -> list[_Frame]:
    """ "Wie X mitteilte, ..." at the head, and "Demnach ..."."""
    tokens, stop = chunk.tokens, chunk.stop
    if not stop:
        return []
    if tokens[0].lower in words.thereby and stop > 3:
        return [_Frame("indirect", ((1, stop),), ((0, 1),), (0,), (0, 1))]
    if tokens[0].lower != "wie":
        return []
    for close in (i for i, token in enumerate(tokens[:stop]) if token.text == "," and not token.quoted):
        cue = _cue(chunk, 1, close, words)
        if cue and _verb_last(chunk, cue[0], close):
            source = _phrase_in(chunk, 1, close, words)
            return [_Frame("indirect", ((close + 1, stop),), ((0, close + 1),), (0, *cue[0]), source)]
    return []


def _leading(chunk: _Chunk, words: _Words) -> list[_Frame]:
    """ "X sagte, dass ...", "X forderte: ...", "X hofft, ... zu ..."."""
    tokens, stop = chunk.tokens, chunk.stop
    cue = _cue(chunk, 0, stop, words)
    while cue:
        last = cue[0][-1]
        limit = next((j for j in range(last + 1, stop) if tokens[j].text in ",:" and not tokens[j].quoted), None)
        while limit is not None and tokens[limit].text == ",":
            skipped = _apposition(chunk, limit, stop, words)
            if skipped == limit or skipped >= stop:
                break
            limit = skipped
        first = _start(chunk, cue[1], 0)
        source = _subject(chunk, cue, first, limit or stop, words)
        apart = cue[1] > 0 and (tokens[cue[1] - 1].text == "," or tokens[cue[1] - 1].quoted)
        inverted = apart and (source is None or source[0] > cue[1])
        carried = tokens[cue[1]].lower in words.subjunctive and not apart
        passed_over = inverted or carried or tokens[first].lower == "wie"
        if (
            limit is not None
            and limit + 2 < stop
            and not passed_over
            and _opens_message(chunk, limit, stop, words, cue)
        ):
            frame = (first if first and tokens[first].lower in words.others else _left(chunk, first), limit + 1)
            addressee = _addressee(chunk, *frame, words)
            return [_Frame("indirect", ((limit + 1, stop),), (frame,), cue[0], source, addressee)]
        cue = _cue(chunk, last + 1, stop, words)
    return []


def _that(chunk: _Chunk, words: _Words) -> list[_Frame]:
    """A clause with "dass" in a statement whose reporting words no list has ("legte Wert darauf, dass ...")."""
    tokens, stop = chunk.tokens, chunk.stop
    at = next((i for i in range(2, stop - 3) if tokens[i].text == "," and tokens[i + 1].lower in {"dass", "daß"}), None)
    if at is None or tokens[at].quoted or chunk.chance < TOLD or tokens[at - 1].lower in {"so", "ohne", "dadurch"}:
        return []
    verb = next((i for i in range(at) if _is_finite(tokens[i], words)), None)
    verb = _first_verb(chunk, 1, at, words) if verb is None else verb
    if verb is None:
        return []
    if tokens[verb].lower in words.subjunctive:
        return []
    source = _source_near(chunk, verb, _start(chunk, verb, 0), at, words)
    cue = (verb, at - 1) if at - 1 > verb and tokens[at - 1].text[0].islower() else (verb,)
    return [_Frame("indirect", ((at + 1, stop),), ((_left(chunk, _start(chunk, verb, 0)), at + 1),), cue, source)]


def _left(chunk: _Chunk, first: int) -> int:
    """Where the frame begins: at the head of the sentence unless much stands before it."""
    return 0 if first <= 16 else first


def _opens_message(chunk: _Chunk, limit: int, stop: int, words: _Words, cue: tuple[tuple[int, ...], int]) -> bool:
    tokens = chunk.tokens
    after = tokens[limit + 1]
    if tokens[limit].text == ":":
        return True
    if after.lower in {"dass", "daß", "ob", "wie", "warum", "wer", "wann", "weshalb", "wieso", "man", "es"}:
        return True
    if after.lower in words.adverbial:
        return False
    close = next((j for j in range(limit + 1, stop) if tokens[j].text == "," and not tokens[j].quoted), stop)
    clause = tokens[limit + 1 : close]
    moods = [
        k for k, t in enumerate(clause) if t.lower in words.subjunctive or _late_subjunctive(tokens, limit + 1 + k)
    ]
    if moods:
        bare = limit - 1 not in cue[0] and after.lower in {"der", "die", "das", "den", "dem", "deren", "dessen"}
        return not bare or moods[0] < len(clause) - 1
    ending = tokens[max(limit + 1, close - 4) : close]
    if any(t.lower == "zu" or re.fullmatch(r"\w+zu\w+en", t.lower) for t in ending):
        return True
    spoken = any(tokens[i].lower in words.told for i in cue[0]) and chunk.chance >= CONTINUED
    verb = _first_verb(chunk, limit + 1, close, words)
    relative = after.lower in words.conjunctions or after.lower in {"den", "dem", "deren", "dessen"}
    return spoken and not relative and verb is not None and close == stop and verb < close - 1


def _late_subjunctive(tokens: Sequence[_Token], at: int) -> bool:
    """Whether a small word in -e ends a clause and is no past tense: "dass er komme," """
    word, after = tokens[at].text, tokens[at + 1].text if at + 1 < len(tokens) else "."
    ends = after in ",.;“!?" and word[0].islower() and word.endswith("e") and not word.endswith("te")
    return (
        ends
        and len(word) > 3
        and word not in {"heute", "gerne", "beide", "ohne", "alle", "viele", "keine", "eine", "diese"}
    )


_Rule = Callable[[_Chunk, _Words], list[_Frame]]
_RULES: tuple[_Rule, ...] = (
    *(_direct, _as_told, _by_source_ahead, _trailing, _leading, _as_told_inside, _by_source, _that),
)


# --- sentences without a reporting clause -----------------------------------------------------------------------------


def _frameless(chunk: _Chunk, words: _Words, last: Quotation | None) -> list[Quotation]:
    """Words in the subjunctive or with "sollen" that carry the last speaker's on, else a position told."""
    tokens = chunk.tokens
    if not tokens:
        return []
    whole = (_chars(chunk, (0, len(tokens))),)
    moods = [i for i, t in enumerate(tokens) if t.lower in words.subjunctive or _late_subjunctive(tokens, i)]
    certain = any(tokens[i].lower not in words.weak and not tokens[i].quoted for i in moods)
    source = last.source if last else ()
    if moods and chunk.chance >= (CONTINUED if certain else TOLD):
        return [Quotation("free", whole, source)]
    if any(t.lower in words.hearsay and not t.quoted for t in tokens) and last and chunk.chance >= CONTINUED:
        return [Quotation("hearsay", whole, source)]
    cue = _cue(chunk, 0, len(tokens), words)
    if chunk.chance < CERTAIN or not cue or not any(tokens[i].lower in words.told for i in cue[0]):
        return []
    own = _source_near(chunk, cue[1], _start(chunk, cue[1], 0), chunk.stop, words)
    return [Quotation("reported", whole, (_chars(chunk, own),))] if own else []


def _inner_quotes(chunk: _Chunk, found: Sequence[Quotation], last: Quotation | None, words: _Words) -> list[Quotation]:
    """Quoted words inside a message: their own direct quotation by the same source."""
    inner = []
    for quote in chunk.quotes:
        span = _chars(chunk, quote)
        if any(q.kind == "direct" and span in q.message for q in found):
            continue
        around = next((q for q in found if any(a <= span[0] and span[1] <= b for a, b in q.message)), None)
        size = quote[1] - quote[0] - 2
        if (
            around
            and around.kind != "direct"
            and (size >= 2 or _names(around, chunk, words))
            and not _is_title(chunk, quote)
        ):
            frame = around.frame or (last.frame if last and last.source == around.source else ())
            inner.append(replace(around, kind="direct", message=(span,), frame=frame, nested=True))
        elif not found and last and size >= 6 and chunk.chance >= CONTINUED:
            inner.append(replace(last, kind="direct", message=(span,), nested=False))
    return inner


def _names(around: Quotation, chunk: _Chunk, words: _Words) -> bool:
    """Whether a verb of naming makes even one quoted word a quotation: "nannte den Plan „absurd“"."""
    return around.kind == "reported" and any(token.lower in words.naming for token in chunk.tokens)


def _is_title(chunk: _Chunk, quote: Range) -> bool:
    inner = chunk.tokens[quote[0] + 1 : quote[1] - 1]
    if not inner or not inner[0].text[0].isalnum() or inner[0].text[0].islower() or len(inner) > 8:
        return False
    return all(not t.text[0].islower() or len(t.text) < 4 for t in inner)


def _merge_runs(text: str, found: Sequence[Quotation]) -> list[Quotation]:
    """Neighbouring sentences of one speaker without a reporting clause are one quotation."""
    merged: list[Quotation] = []
    for quotation in found:
        same = [
            i for i, q in enumerate(merged[-6:], max(0, len(merged) - 6)) if q.kind == quotation.kind and not q.nested
        ]
        if quotation.kind in ("free", "hearsay") and same:
            before = merged[same[-1]]
            gap = text[before.message[-1][1] : quotation.message[0][0]]
            if before.source == quotation.source and not gap.strip():
                merged[same[-1]] = replace(before, message=((before.message[0][0], quotation.message[-1][1]),))
                continue
        merged.append(quotation)
    return merged


_SPOKEN = ("say", "announce", "confirm", "demand", "insist", "promise", "reject", "deny", "accuse", "threaten", "warn")


@cache
def _words(language: str) -> _Words:
    table = {name: frozenset(line.split()) for name, line in _tables()[language].items()}
    verbs = codebook.load().cues.verbs[language]
    split: dict[str, frozenset[str]] = {}
    for verb in verbs:
        for form in verb.split:
            split[form] = split.get(form, frozenset()) | {verb.particle}
    forms = frozenset(form for verb in verbs for form in verb.forms if " " not in form)
    spoken = [verb for verb in verbs if verb.cls in _SPOKEN]
    told = frozenset(form for verb in spoken for form in (*verb.forms, *verb.split))
    return _Words(verbs=forms, split=split, told=told, **table)


@cache
def _tables() -> dict[str, dict[str, str]]:
    tables: dict[str, dict[str, str]] = yaml.safe_load((FOLDER / "clauses.yaml").read_text("utf-8"))
    return tables
