"""From statements to the options they name: who demands, offers, accepts under a condition or refuses what.

The codebook's ladders list the options on each topic from one end to the other. A statement is placed only where its
own words name an option, or where it takes up by "dies" or "that" what was said right before it, and where it is plain
what it does with the option. Everything else is left unplaced with the reason; nothing is guessed.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import pandas as pd

from positions.acts import plain
from positions.codebook.entries import Codebook, Ladder, Rung, word_pattern
from positions.records import LANGUAGES, SIDES

ACTS = ("demands", "offers", "conditional", "refuses")
FOR = ACTS[:3]
REASONS = ("no_option", "unclear")
BASES = ("words", "taken_up")
COLUMNS = ("row", "statement_id", "utterance_id", "side", "topic", "rung", "act", "phrase", "basis", "reason")
CELLS = ("for", "against", "both", "unknown")
MIN_N = 3
NEAR = 160  # characters between a statement and the one that it takes up
_BREAKS = re.compile(r"[,;:–—!?]|\.(?=\s|$)|\s-\s|\b(?:aber|sondern|doch|jedoch|während|but|while|whereas)\b", re.I)


class Named(NamedTuple):
    """An option that a text names by the words from ``start`` to ``end``."""

    rung: Rung
    start: int
    end: int


def place(frame: pd.DataFrame, articles: pd.DataFrame, book: Codebook) -> pd.DataFrame:
    """What each topical row of a prepared frame does with which options; see ``COLUMNS``.

    One row for each option that a row of ``frame`` (named by ``row``, its label) demands, offers, accepts under a
    condition or refuses (``act``), with the words that name it (``phrase``) and whether they are its own (``basis``:
    ``words``) or those of the statement that it takes up (``taken_up``). A row without any has one line with empty
    ``rung`` and ``reason``: ``no_option`` is named, or it is ``unclear`` what is done with it. ``articles`` has ``id``
    and ``text``. Rows of topics without a ladder stay out.
    """
    texts = dict(zip(articles["id"].astype(str), articles["text"], strict=True))
    rows = frame.sort_values(["article_id", "start", "end"])
    lines: list[tuple[Any, ...]] = []
    before = None
    for row in rows.itertuples():
        ladder = book.ladders.of(str(row.topic))
        if before is not None and before.statement_id != row.statement_id and not _adjoins(before, row, texts):
            before = None
        if ladder is not None:
            key = (row.Index, row.statement_id, row.utterance_id, row.side, row.topic)
            earlier = "" if before is None or before.statement_id == row.statement_id else before.text
            lines += [(*key, *found) for found in _placed(row, ladder, str(earlier), book)]
        if before is None or before.statement_id != row.statement_id:
            before = row
    return pd.DataFrame(lines, columns=list(COLUMNS))


def cells(placed: pd.DataFrame, ladder: Ladder, sides: Sequence[str] = SIDES) -> pd.DataFrame:
    """Every rung of a ladder for every side, from its end on, each with the independent utterances by act.

    ``demands``, ``offers``, ``conditional``, ``refuses`` count utterances, ``n_for`` those of the first three together,
    ``n`` all different ones. ``state``: ``for``
    (only demanded, offered or accepted), ``against`` (only refused), ``both``, or ``unknown`` where nobody spoke of it.
    """
    known = placed[(placed["rung"] != "") & (placed["topic"].astype(str) == ladder.topic)]
    table = []
    for rung in ladder.rungs:
        for side in sides:
            said = known[(known["rung"] == rung.key) & (known["side"].astype(str) == side)]
            counts = {act: said.loc[said["act"] == act, "utterance_id"].nunique() for act in ACTS}
            yes = said.loc[said["act"].isin(FOR), "utterance_id"].nunique()
            every = said["utterance_id"].nunique()
            table.append((side, rung.key, *counts.values(), yes, every, _state(yes, counts["refuses"])))
    return pd.DataFrame(table, columns=["side", "rung", *ACTS, "n_for", "n", "state"])


def spans(table: pd.DataFrame) -> pd.DataFrame:
    """For each side the rungs that it stands for and refuses, in the ladder's order (``accepted``, ``refused``).

    They are tuples of rungs. A side may do both with one rung. ``unknown`` are those on which nothing of it was placed.
    """
    found = []
    for side, rows in table.groupby("side", sort=False):
        groups = (("for", "both"), ("against", "both"), ("unknown",))
        found.append((side, *(tuple(rows.loc[rows["state"].isin(states), "rung"]) for states in groups)))
    return pd.DataFrame(found, columns=["side", "accepted", "refused", "unknown"])


def overlap(table: pd.DataFrame, min_n: int = MIN_N) -> pd.DataFrame:
    """The rungs for which two sides both stand: a row each pair (``side_a``, ``side_b``) and ``rung``.

    ``n_a`` and ``n_b`` count independent utterances for it. ``clear`` is false where one of the two also refuses it,
    ``free`` false where one of them accepts it only under a condition, ``enough`` false where one has fewer than
    ``min_n``.
    """
    states = table.set_index(["side", "rung"])
    sides, rungs = table["side"].unique(), table["rung"].unique()
    found = []
    for a, b in combinations(sides, 2):
        for rung in rungs:
            one, two = states.loc[(a, rung)], states.loc[(b, rung)]
            if {one["state"], two["state"]} <= {"for", "both"}:
                clear = one["state"] == two["state"] == "for"
                free = all(side["demands"] + side["offers"] > 0 for side in (one, two))
                counts = (int(one["n_for"]), int(two["n_for"]))
                found.append((a, b, rung, *counts, clear, free, min(counts) >= min_n))
    return pd.DataFrame(found, columns=["side_a", "side_b", "rung", "n_a", "n_b", "clear", "free", "enough"])


def _state(yes: int, no: int) -> str:
    if yes and no:
        return "both"
    return "for" if yes else "against" if no else "unknown"


# --- one statement ---------------------------------------------------------------------------------------------------


def _placed(row: Any, ladder: Ladder, earlier: str, book: Codebook) -> Iterator[tuple[str, str, str, str, str]]:
    """(rung, act, phrase, basis, reason) for each option of one row."""
    language = row.language if row.language in LANGUAGES else "en"
    text = plain(str(row.text))[0]
    named = [(option, text[option.start : option.end], BASES[0]) for option in find_options(text, ladder, language)]
    named = named or _taken_up(text, plain(earlier)[0], ladder, language, book)
    if not named:
        yield "", "", "", "", REASONS[0]
        return
    acts: dict[str, set[str]] = {}
    for option, _, _ in named:
        if act := find_act(text, option, str(row.stance), language, book):
            acts.setdefault(option.rung.key, set()).add(act)
    plainly = {rung: next(iter(found)) for rung, found in acts.items() if len(found) == 1}
    told = {option.rung.key: (words, basis) for option, words, basis in reversed(named) if option.rung.key in plainly}
    yield from ((rung, plainly[rung], *told[rung], "") for rung in plainly)
    if not plainly:
        yield "", "", "", "", REASONS[1]


def _taken_up(text: str, earlier: str, ladder: Ladder, language: str, book: Codebook) -> list[tuple[Named, str, str]]:
    """The one option that the statement before names, where the text takes it up; its place is that of "dies"."""
    hit = word_pattern(book.ladders.takes_up[language]).search(text) if earlier else None
    options = find_options(earlier, ladder, language) if hit else []
    if hit is None or len({option.rung.key for option in options}) != 1:
        return []
    first = options[0]
    return [(Named(first.rung, *hit.span()), earlier[first.start : first.end], BASES[1])]


def find_options(text: str, ladder: Ladder, language: str) -> list[Named]:
    """The options that a plain text names; of two that claim the same words, the longer match has them."""
    found = [
        Named(rung, *match.span())
        for rung in ladder.rungs
        for match in word_pattern(rung.phrases[language]).finditer(text)
    ]
    kept: list[Named] = []
    for option in sorted(found, key=lambda one: (one.start - one.end, one.start)):
        if all(option.end <= other.start or option.start >= other.end for other in kept):
            kept.append(option)
    return sorted(kept, key=lambda one: one.start)


def find_act(text: str, option: Named, stance: str, language: str, book: Codebook) -> str:
    """What a text does with an option that it names: one of ``ACTS``, or "" where words and stance leave it open.

    Where being for the option has a known stance towards the proposition, the statement's own stance and its words must
    say the same. Where it has none, the words alone must be plain.
    """
    meant = option.rung.stance
    before, own, after = (_without_ignored(part, language, book) for part in _scopes(text, option))
    offered = bool(_offers(language, book).search(before + own))
    before, own, after = (_offers(language, book).sub(" ", part) for part in (before, own, after))
    refused = bool(
        _refuses(language, book).search(before + own if meant else own)
        or _negates(language, book).search(text[option.start : option.end])
        or word_pattern(book.acts.refusals[language]).search(before + own + after)
    )
    if word_pattern(book.acts.drops[language]).search(before + own + after):
        return ""
    if word_pattern(book.acts.hedges[language]).search(own) and not refused:
        return ""
    if _says_yes(meant, stance, refused, offered, bool(_supports(language, book).search(before + own + after))):
        return _kind_of_yes(text, option, offered, language, book)
    return "refuses" if refused and _against(meant, stance, offered) else ""


def _says_yes(meant: str, stance: str, refused: bool, offered: bool, supports: bool) -> bool:
    if meant and stance in ("favor", "against"):
        return stance == meant and not refused
    return (offered or (supports and not meant)) and not refused


def _against(meant: str, stance: str, offered: bool) -> bool:
    """Whether a refusal agrees with the statement's stance, or where the option has none, with its words."""
    return stance in ("favor", "against") and stance != meant if meant else not offered


def _kind_of_yes(text: str, option: Named, offered: bool, language: str, book: Codebook) -> str:
    """Demanded, offered or accepted under a condition; an option inside the condition itself is demanded."""
    start, end = _segment(text, option)
    conditions, tied = word_pattern(book.acts.conditions[language]), word_pattern(book.acts.tied[language])
    if conditions.search(text[start : option.start]) or tied.search(text[start:end]):
        return "demands"
    if conditions.search(text) or tied.search(text):
        asked = word_pattern(book.acts.demands[language]).search(text)
        return "demands" if asked and not offered else "conditional"
    return "offers" if offered else "demands"


def _segment(text: str, option: Named) -> tuple[int, int]:
    """Where the part of the sentence between marks and "but" begins and ends that holds the option."""
    breaks = [(match.start(), match.end()) for match in _BREAKS.finditer(text)]
    start = max((end for _, end in breaks if end <= option.start), default=0)
    end = min((start for start, _ in breaks if start >= option.end), default=len(text))
    return start, end


def _scopes(text: str, option: Named) -> tuple[str, str, str]:
    """The part of the sentence before the option's, its own with the option blotted out, and the part after it."""
    start, end = _segment(text, option)
    breaks = [match.span() for match in _BREAKS.finditer(text)]
    left = max((to for since, to in breaks if to < start), default=0)
    right = min((since for since, _ in breaks if since > end), default=len(text))
    return text[left:start], f"{text[start : option.start]}¤{text[option.end : end]}", text[end:right]


def _adjoins(before: Any, row: Any, texts: dict[str, str]) -> bool:
    """Whether a statement stands right before another in the same paragraph."""
    if str(before.article_id) != str(row.article_id) or before.end > row.start:
        return False
    between = texts.get(str(row.article_id), "\n\n")[before.end : row.start]
    return "\n\n" not in between and len(between) <= NEAR


# --- words -----------------------------------------------------------------------------------------------------------


def _without_ignored(text: str, language: str, book: Codebook) -> str:
    return word_pattern(book.acts.ignore[language]).sub(" ", text)


def _offers(language: str, book: Codebook) -> re.Pattern[str]:
    return word_pattern((*book.acts.offers[language], *book.acts.gifts[language]))


def _refuses(language: str, book: Codebook) -> re.Pattern[str]:
    acts, polarity = book.acts, book.polarity
    own = (*acts.refusals[language], *acts.red_lines[language], *acts.dismissals[language])
    return word_pattern((*own, *polarity["oppose"][language], *polarity["negate"][language]))


def _negates(language: str, book: Codebook) -> re.Pattern[str]:
    return word_pattern(book.polarity["negate"][language])


def _supports(language: str, book: Codebook) -> re.Pattern[str]:
    return word_pattern(book.polarity["support"][language])
