"""From the table of tagged statements to what a reader is shown: frame in, frame out.

A *position* is the mean score (P(favor) - P(against), in [-1, 1]) of independent utterances: the same words count once,
however many papers print them. Its interval treats articles, not sentences, as what was sampled. Every function but
``prepare`` takes the frame that ``prepare`` returns and leaves it untouched; its topics are the categories of column
``topic``. Category columns need ``observed=True`` in a caller's own ``groupby``.
"""

from collections import deque
from collections.abc import Sequence
from itertools import chain, combinations
from threading import Lock
from typing import Any, NamedTuple
from weakref import ref

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from positions.intervals import Floats, Ints, intervals, wilson
from positions.records import ACTORS, MODES, OTHER, SIDES, STANCES, TOPICS, TaggedStatement

COLUMNS = tuple(TaggedStatement.__dataclass_fields__)
SOURCES = ("own", "narrated", "told")
COUNTED = ("own", "narrated")  # what a side's position rests on unless the reader asks for more
STATES = ("none", "few", "mixed", "position")
BANDS = ("strongly_against", "leans_against", "neutral", "leans_favor", "strongly_favor")
THRESHOLDS = (-0.6, -0.2, 0.2, 0.6)
VERDICTS = ("not_enough", "uncertain", "unchanged", "partly_changed", "reversed", "inconsistent")
MIN_N = 3
LEAST_SHARED, MOST_NODES = 2, 24  # topics to agree on for an edge of ``network``, and speakers in it
CAMP, SMALL_CAMP = 1 / 3, 1 / 5  # shares of the smaller camp from which a cell is mixed, see ``matrix``
NO_CHANGE = 0.4  # a difference as wide as one band is what "unchanged" rules out
YEAR_ONE, FAR_DAY = np.datetime64("0001-01-01"), 10_000_000  # no date is as many days later
READINGS = 4  # frames whose utterances are kept while the frame lives, see ``_read``

Period = tuple[str, str]

_recent: deque[tuple[ref, pd.DataFrame, pd.DataFrame]] = deque(maxlen=READINGS)
_reading = Lock()

_CATEGORIES: dict[str, Sequence[str] | None] = {
    "side": ACTORS, "source": SOURCES, "actor": ACTORS, "holder": ACTORS, "mode": MODES,
    "stance": ("", *STANCES), "date_basis": None, "language": None, "outlet": None, "speaker": None, "via": None,
    "article_id": None, "utterance_id": None, "statement_id": None,
}  # fmt: skip


class Dominance(NamedTuple):
    """The outlet or agency (``kind``) that supplies a ``share`` over one half of ``n`` statements."""

    kind: str
    name: str
    share: float
    n: int


# --- the frame -------------------------------------------------------------------------------------------------------


def prepare(statements: pd.DataFrame, topics: Sequence[str] = TOPICS) -> pd.DataFrame:
    """The table of tagged statements with ``side``, ``source`` and ``day``, row for row.

    ``topics`` are the keys of the codebook by which it was tagged, in the order in which they are to be shown.

    ``side`` is the holder, the side that a row counts for. ``source`` is ``own`` (the side speaks for itself),
    ``narrated`` (the journalist ascribes the position to it) or ``told`` (another side describes it). ``day`` is
    ``date`` as datetime64, NaT for undated rows. Raises ValueError for a missing column, an unknown actor or topic.
    """
    if statements.empty:
        statements = pd.DataFrame(columns=list(dict.fromkeys([*COLUMNS, *statements.columns])), dtype=object)
    if missing := [name for name in COLUMNS if name not in statements.columns]:
        raise ValueError(f"the table of statements lacks: {', '.join(missing)}")
    frame = statements.reset_index(drop=True)
    if unknown := (set(frame["actor"].dropna().unique()) | set(frame["holder"].dropna().unique())) - set(ACTORS):
        raise ValueError(f"unknown actor: {', '.join(sorted(map(str, unknown)))}")
    if unknown := set(frame["topic"].dropna().unique()) - {*topics, OTHER}:
        raise ValueError(f"unknown topic: {', '.join(sorted(map(str, unknown)))}")
    frame["side"] = frame["holder"]
    spoken = np.where(frame["mode"].astype(object) == "narrated", "narrated", "own")
    frame["source"] = np.where(frame["holder"].astype(object) == frame["actor"].astype(object), spoken, "told")
    frame["day"] = _days(frame["date"])
    for name, values in {**_CATEGORIES, "topic": (*topics, OTHER)}.items():
        frame[name] = _category(frame[name], values)
    for name, kind in {"score": float, "confidence": float, "start": int, "end": int}.items():
        frame[name] = frame[name].astype(kind)
    frame["reviewed"] = frame["reviewed"].fillna(False).astype(bool)
    return frame


def topics_of(frame: pd.DataFrame) -> tuple[str, ...]:
    """The topics with a proposition by which a frame's rows were tagged, in their order."""
    return tuple(name for name in frame["topic"].cat.categories if name != OTHER)


def select(
    frame: pd.DataFrame,
    *,
    actors: Sequence[str] = (),
    topics: Sequence[str] = (),
    sources: Sequence[str] = (),
    modes: Sequence[str] = (),
    outlets: Sequence[str] = (),
    speakers: Sequence[str] = (),
    stances: Sequence[str] = (),
    languages: Sequence[str] = (),
    since: str = "",
    until: str = "",
    min_confidence: float = 0.0,
    text: str = "",
    reviewed: bool | None = None,
) -> pd.DataFrame:
    """The rows that meet every condition given; an empty condition lets everything through.

    ``actors`` are the sides that a row counts for (``side``). ``since`` and ``until`` are ISO days, both included; only
    when one is given do undated rows stay out. ``text`` is looked for literally, in any case, in text, speaker, title.
    """
    wanted = {
        "side": actors,
        "topic": topics,
        "source": sources,
        "mode": modes,
        "outlet": outlets,
        "speaker": speakers,
        "stance": stances,
        "language": languages,
    }
    keep = np.ones(len(frame), dtype=bool)
    for name, values in wanted.items():
        if values:
            keep &= frame[name].isin(list(values)).to_numpy()
    if since or until:
        keep &= _within(frame["day"], (since, until))
    if min_confidence > 0:
        keep &= (frame["confidence"] >= min_confidence).to_numpy()
    if reviewed is not None:
        keep &= (frame["reviewed"] == reviewed).to_numpy()
    if text.strip():
        keep &= _mentions(frame, text.strip())
    return frame if keep.all() else frame[keep]


def positions(frame: pd.DataFrame) -> pd.DataFrame:
    """One row for each independent utterance of a side on a topic: the unit that every n counts.

    Of an utterance's occurrences the ones in its best ``source`` count (own before narrated before told). ``score`` in
    [-1, 1] and ``confidence`` in [0, 1] are their means; ``stance`` and ``speaker`` come from the most confident one,
    ``outlet``, ``day`` and ``cluster`` (the article it is drawn with) from the earliest; ``n``, ``n_articles`` and
    ``n_outlets`` count them. Rows of topic ``other`` have no position and stay out.
    """
    return _read(frame)[1]


# --- positions, by side and topic, over time, by speaker -------------------------------------------------------------


def matrix(
    frame: pd.DataFrame,
    min_n: int = MIN_N,
    *,
    sides: Sequence[str] = SIDES,
    topics: Sequence[str] | None = None,
    thresholds: Sequence[float] = THRESHOLDS,
) -> pd.DataFrame:
    """One row for every side and topic (default: all of the frame's), with all that a cell discloses.

    ``position``, ``lower``, ``upper`` in [-1, 1] (see ``positions.intervals``), ``spread`` (standard deviation),
    ``favor``, ``against``, ``neutral`` (independent utterances by stance), ``n_statements``, ``n_independent``,
    ``n_articles``, ``n_outlets``, ``n_speakers``, ``first``, ``last`` (ISO day or empty), ``share_own``,
    ``share_narrated``, ``share_told`` (of independent utterances, in [0, 1]); numbers that do not exist are NaN.

    ``state``: ``none`` (nothing said), ``few`` (fewer than ``min_n`` independent utterances), ``mixed`` (the smaller of
    the camps for and against holds a third, or a fifth while the interval includes zero), else ``position``. ``band``:
    for a position one of ``BANDS`` (a value on a threshold belongs to the band nearer to neutral), otherwise the state.
    The value rests on exactly the rows passed in: what others tell of a side counts unless the caller selects
    ``COUNTED`` first.
    """
    seen, spoken = _read(frame)
    known = topics_of(frame)
    topics = known if topics is None else topics
    grid = _grid(sides, topics, known)
    cells = grid.join(_summary(seen, spoken, _cell(spoken, sides, topics), len(grid)))
    cells["state"] = _states(cells, min_n)
    bands = np.array(BANDS, dtype=object)[_band_index(cells["position"], thresholds)]
    cells["band"] = np.where(cells["state"] == "position", bands, cells["state"])
    return cells


def timeline(frame: pd.DataFrame, freq: str = "W", topic: str = "") -> pd.DataFrame:
    """Position by side, topic and period; ``freq`` is ``D``, ``W`` (from Monday) or ``M``. Of one ``topic`` if named.

    ``period`` and ``until`` are its first and last day, ``position``, ``lower``, ``upper`` as in ``matrix``; ``n``
    counts independent utterances, each on the day it was first made. A period in which nothing was said has no row, and
    undated utterances are left to ``undated``. Raises ValueError for another ``freq``.
    """
    seen, spoken = _read(frame)
    starts = _period_starts(spoken["day"].to_numpy().astype("datetime64[D]"), freq)
    dated, pair = ~np.isnat(starts), _cell(spoken, ACTORS)
    if topic:
        dated &= (spoken["topic"] == topic).to_numpy()
    cell = np.full(len(spoken), -1)
    keys, cell[dated] = np.unique(pair[dated] * FAR_DAY + (starts[dated] - YEAR_ONE).astype(int), return_inverse=True)
    first = YEAR_ONE + keys % FAR_DAY
    cells = _grid(ACTORS, topics_of(frame)).iloc[keys // FAR_DAY].reset_index(drop=True)
    cells["period"] = first.astype("datetime64[us]")
    cells["until"] = _period_ends(first, freq).astype("datetime64[us]")
    counted = _summary(seen, spoken, cell, len(cells)).rename(columns={"n_independent": "n"})
    return cells.join(counted[["position", "lower", "upper", "n", "n_statements", "n_articles", "n_outlets"]])


def undated(frame: pd.DataFrame) -> pd.DataFrame:
    """Independent utterances (``n``) and their occurrences (``n_statements``) without a day, by side and topic."""
    spoken = positions(frame)
    groups = spoken[spoken["day"].isna()].groupby(["side", "topic"], observed=True)
    return groups.agg(n=("n", "size"), n_statements=("n", "sum")).reset_index()


def speakers(frame: pd.DataFrame) -> pd.DataFrame:
    """Mean position in [-1, 1], ``n`` independent utterances, first and last ISO day of each speaker by side and topic.

    Utterances whose speaker is unknown share the empty name.
    """
    groups = positions(frame).groupby(["side", "topic", "speaker"], observed=True)
    found = groups.agg(position=("score", "mean"), n=("score", "size"), first=("day", "min"), last=("day", "max"))
    return found.assign(first=_iso(found["first"]), last=_iso(found["last"])).reset_index()


# --- change and comparison -------------------------------------------------------------------------------------------


def split_periods(frame: pd.DataFrame) -> tuple[Period, Period] | None:
    """The two halves of the dated utterances, as (first, last) ISO days, both included; None with fewer than two days.

    The later half begins on the median utterance's day, or on the next day where the median is the very first one.
    """
    days = np.sort(positions(frame)["day"].dropna().to_numpy().astype("datetime64[D]"))
    if len(days) == 0 or days[0] == days[-1]:
        return None
    middle = days[len(days) // 2]
    middle = days[days > days[0]][0] if middle == days[0] else middle
    return (str(days[0]), str(middle - 1)), (str(middle), str(days[-1]))


def shifts(frame: pd.DataFrame, before: Period, after: Period, min_n: int = MIN_N) -> pd.DataFrame:
    """What changed between two periods (ISO days, both included; empty = open), for every side and topic.

    ``before``, ``after`` in [-1, 1], ``n_before``, ``n_after``; ``difference`` (after - before, in [-2, 2]) with its
    interval ``lower``, ``upper``. ``same_outlets``, ``same_speakers``, ``without_narrated`` are the difference among
    outlets and speakers that occur in both periods, and without the journalists' own ascriptions; NaN where a period
    then has fewer than ``min_n`` utterances. ``verdict``:

    - ``not_enough``: fewer than ``min_n`` utterances or than two articles in a period;
    - ``unchanged``: the interval includes zero and no change of ``NO_CHANGE`` or more; ``uncertain``: it includes both;
    - ``inconsistent``: it excludes zero, but one of the three checks finds less than half of it or the contrary;
    - ``reversed``: the position moved from one side of neutral to the other; ``partly_changed``: it moved otherwise.

    One test in twenty may err; nothing is corrected for looking at many cells at once. A day in both is before.

    Sources: the interval is that of ``positions.intervals``. That "unchanged" needs an interval inside a margin, not
    just no evidence of change, is equivalence testing (Schuirmann 1987; Lakens 2017). Holding outlets and speakers
    constant to see whether composition alone moves a mean goes back to Kitagawa 1955. Margin and verdicts are ours.
    """
    spoken = positions(frame)
    earlier, later = _within(spoken["day"], before), _within(spoken["day"], after) & ~_within(spoken["day"], before)
    spoken = spoken.assign(group=np.where(later, 1, 0))[earlier | later]
    topics = topics_of(frame)
    table = _differences(spoken, _cell(spoken), len(SIDES) * len(topics)).set_axis(
        ["before", "after", "n_before", "n_after", "difference", "lower", "upper"], axis=1
    )
    for check, kept in _compositions(spoken).items():
        part = _differences(spoken[kept], _cell(spoken[kept]), len(table), bounds=False)
        table[check] = part["difference"].where(part[["n_0", "n_1"]].min(axis=1) >= min_n)
    table["verdict"] = _verdicts(table, min_n)
    return _grid(SIDES, topics).join(table)


def compare(frame: pd.DataFrame, sides: Sequence[str], min_n: int = MIN_N) -> pd.DataFrame:
    """The rows of ``matrix`` for ``sides``, and ``spread_speakers``: the standard deviation of the speakers' means."""
    people = speakers(frame)
    people = people[(people["speaker"] != "").to_numpy()].groupby(["side", "topic"], observed=True)["position"].std()
    cells = matrix(frame, min_n, sides=sides)
    return cells.merge(people.rename("spread_speakers").reset_index(), on=["side", "topic"], how="left")


def agreement(frame: pd.DataFrame, sides: Sequence[str] = SIDES, min_n: int = MIN_N) -> pd.DataFrame:
    """How near the positions of each two sides are: 1 - |a - b| / 2, from 0 (opposite ends) to 1 (the same).

    One row for each pair and topic with ``n_a``, ``n_b`` and the interval ``lower``, ``upper``: all differences within
    the interval of a - b, turned into agreement. NaN where either side has fewer than ``min_n`` independent utterances.
    The row with topic ``all`` is the mean over the ``n_topics`` topics on which both have enough; its bounds are the
    means of theirs, which is never too narrow. Agreement of positions says nothing about why they agree.

    Source: the distance of two means on a bounded scale, as a share of the widest possible (city-block distance, as in
    Gower 1971); turning an interval of a difference into one of its size follows from monotonicity on either side of 0.
    """
    spoken, topics, pairs = positions(frame), topics_of(frame), list(combinations(range(len(sides)), 2))
    side, topic = _codes(spoken["side"], sides), _codes(spoken["topic"], topics)
    both = [np.flatnonzero((side == a) | (side == b)) for a, b in pairs]
    row = np.concatenate([np.empty(0, dtype=np.int64), *both])
    pair = np.repeat(np.arange(len(pairs)), [len(part) for part in both])
    later = np.array([b for _, b in pairs], dtype=np.int64)[pair]
    cell, group = pair * len(topics) + topic[row], (side[row] == later).astype(np.int64)
    table = _differences(spoken[["cluster", "score"]].iloc[row].assign(group=group), cell, len(pairs) * len(topics))
    parts = [
        _agreement(table.iloc[place * len(topics) : (place + 1) * len(topics)], sides[a], sides[b], topics, min_n)
        for place, (a, b) in enumerate(pairs)
    ]
    columns = ["side_a", "side_b", "topic", "n_a", "n_b", "agreement", "lower", "upper", "n_topics"]
    return pd.DataFrame(list(chain.from_iterable(parts)), columns=columns)


def portrayal(frame: pd.DataFrame, min_n: int = MIN_N) -> pd.DataFrame:
    """What a side says (own and narrated) against what other sides say of it, for every side and topic.

    ``stated``, ``told`` in [-1, 1] with ``n_stated``, ``n_told``; ``gap`` is told - stated in [-2, 2] with its interval
    ``lower``, ``upper``; ``enough`` is false where either has fewer than ``min_n`` utterances. Needs all sources.
    """
    stated, told = positions(select(frame, sources=COUNTED)), positions(select(frame, sources=("told",)))
    spoken = pd.concat([stated.assign(group=0), told.assign(group=1)], ignore_index=True)
    topics = topics_of(frame)
    table = _differences(spoken, _cell(spoken), len(SIDES) * len(topics)).set_axis(
        ["stated", "told", "n_stated", "n_told", "gap", "lower", "upper"], axis=1
    )
    table["enough"] = table[["n_stated", "n_told"]].min(axis=1) >= min_n
    return _grid(SIDES, topics).join(table)


def compare_speakers(frame: pd.DataFrame, side: str, names: Sequence[str], min_n: int = MIN_N) -> pd.DataFrame:
    """The rows of ``matrix`` for each of ``names`` (column ``speaker``) by their own words and narrated ones."""
    parts = [matrix(select(frame, speakers=[name]), min_n, sides=(side,)).assign(speaker=name) for name in names]
    return pd.concat(parts, ignore_index=True) if parts else matrix(frame.iloc[:0], min_n, sides=()).assign(speaker="")


def attention(frame: pd.DataFrame, sides: Sequence[str] = SIDES) -> pd.DataFrame:
    """What each side talks about: ``share`` of its independent utterances on each topic, in [0, 1], with ``n``.

    ``lower`` and ``upper`` are Wilson's; they take utterances for independent and so are too narrow where one article
    brings many. ``total`` is all of the side's utterances on topics. A side that said nothing has NaN shares, one
    that is silent on a topic has ``n`` = 0.
    """
    topics = topics_of(frame)
    spoken = positions(frame)
    cell = _cell(spoken, sides, topics)
    table = _grid(sides, topics)
    table["n"] = np.bincount(cell[cell >= 0], minlength=len(table))
    table["total"] = table.groupby("side", observed=True)["n"].transform("sum")
    table["share"] = _divide(table["n"].to_numpy(), table["total"].to_numpy())
    lower, upper = wilson(table["n"], table["total"])
    silent = (table["total"] == 0).to_numpy()
    return table.assign(lower=np.where(silent, np.nan, lower), upper=np.where(silent, np.nan, upper))


def network(frame: pd.DataFrame, least: int = LEAST_SHARED, most: int = MOST_NODES) -> pd.DataFrame:
    """Who agrees with whom: speakers who stand on the same side of neutral on at least ``least`` topics.

    One row a pair: ``a``, ``side_a``, ``b``, ``side_b``, ``n_agree`` and ``n_conflict`` topics, ``topics`` (a tuple
    of those agreed on). A speaker's camp on a topic is that of the mean of the speaker's utterances; within the
    neutral band (``THRESHOLDS``) there is none. Only the ``most`` speakers with most utterances, and
    pairs that agree on more than they differ on. Says that two hold the same, not that they coordinate.

    Source: the actor congruence network of discourse network analysis (Leifeld & Haunss 2012; Leifeld 2017).
    """
    people = speakers(frame)
    people = people[(people["speaker"] != "").to_numpy()]
    who = people["side"].astype(str) + "\n" + people["speaker"].astype(str)
    talkative = people.groupby(who)["n"].sum().sort_values(ascending=False, kind="stable").index[:most]
    camp = np.select([people["position"] > THRESHOLDS[2], people["position"] < THRESHOLDS[1]], [1, -1], 0)
    topics, names = topics_of(frame), sorted(talkative)
    place, topic = _codes(who, names), _codes(people["topic"], topics)
    table = np.zeros((len(names), len(topics)))
    table[place[place >= 0], topic[place >= 0]] = camp[place >= 0]
    agreed, conflicts = ((table[:, None] * table * sign > 0).sum(axis=2) for sign in (1, -1))
    rows = []
    for one, other in zip(*np.nonzero(np.triu((agreed >= least) & (agreed > conflicts), 1)), strict=True):
        (side_a, a), (side_b, b) = names[one].split("\n", 1), names[other].split("\n", 1)
        both = tuple(name for name, product in zip(topics, table[one] * table[other], strict=True) if product > 0)
        rows.append((a, side_a, b, side_b, int(agreed[one, other]), int(conflicts[one, other]), both))
    columns = ["a", "side_a", "b", "side_b", "n_agree", "n_conflict", "topics"]
    edges = pd.DataFrame(rows, columns=columns).astype({"n_agree": int, "n_conflict": int})
    return edges.sort_values("n_agree", ascending=False, kind="stable", ignore_index=True)


# --- evidence and the corpus -----------------------------------------------------------------------------------------


def strongest(frame: pd.DataFrame, side: str, topic: str, count: int = 1) -> pd.DataFrame:
    """The ``count`` strongest statements for and against, one an utterance, with ``direction`` and ``strength``.

    ``strength`` is |score| x confidence, in [0, 1]; rows come strongest first, those in favor before those against.
    """
    here = ((frame["side"] == side) & (frame["topic"] == topic)).to_numpy()
    best = []
    for direction in ("favor", "against"):
        places = np.flatnonzero(here & (frame["stance"] == direction).to_numpy())
        strength = np.abs(frame["score"].to_numpy()[places]) * frame["confidence"].to_numpy()[places]
        order = np.argsort(-strength, kind="stable")
        first = ~frame["utterance_id"].iloc[places[order]].duplicated().to_numpy()
        order = order[first][:count]
        best.append(frame.iloc[places[order]].assign(direction=direction, strength=strength[order]))
    return pd.concat(best)


def coverage(frame: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """What the corpus consists of: one row for each article, outlet, agency and language (``kind``, ``key``).

    ``n_articles``, ``n_statements``, ``n_independent`` and ``share`` (of all statements, in [0, 1]). Articles without
    statements have zeros; a key is empty where nothing is known. Agencies are all names in ``via``: a statement may
    have several or none, so that their shares need not add up to one.
    """
    seen = frame.drop_duplicates("statement_id")[["statement_id", "utterance_id", "article_id", "via"]].astype(str)
    known = pd.DataFrame({"article_id": articles["id"], "outlet": articles["outlet"], "language": articles["language"]})
    known = known.astype(object).fillna("").astype(str)
    merged = known.merge(seen, on="article_id", how="left")
    parts = [
        _tally(merged, kind, merged[column])
        for kind, column in (("article", "article_id"), ("outlet", "outlet"), ("language", "language"))
    ]
    relayed = _relays(merged)
    parts.insert(2, _tally(relayed, "agency", relayed["via"]))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(share=table["n_statements"] / max(len(seen), 1))


def dominance(frame: pd.DataFrame, min_n: int = MIN_N) -> Dominance | None:
    """The outlet, or else the agency, that supplies over half of the statements; None below ``min_n`` statements."""
    seen = frame.drop_duplicates("statement_id")[["outlet", "via"]]
    if len(seen) < max(min_n, 1):
        return None
    chains = seen.groupby("via", observed=True).size().rename("n").reset_index()
    for kind, counts in (
        ("outlet", seen["outlet"].value_counts()),
        ("agency", _relays(chains).groupby("via")["n"].sum()),
    ):
        counts = counts[counts.index != ""].sort_values(ascending=False, kind="stable")
        if len(counts) and counts.iloc[0] * 2 > len(seen):
            return Dominance(kind, str(counts.index[0]), float(counts.iloc[0] / len(seen)), len(seen))
    return None


# --- from rows to utterances and cells -------------------------------------------------------------------------------


def _read(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Occurrences and utterances of a frame; the last few frames are read once, for a page asks many measures of one.

    Both are copies as far as a caller's own columns go, and whoever changes a frame in place gets what it was before.
    """
    with _reading:
        for known, seen, spoken in _recent:
            if known() is frame:
                return seen.copy(deep=False), spoken.copy(deep=False)
    seen = _occurrences(frame)
    spoken = _utterances(seen)
    with _reading:
        _recent.append((ref(frame), seen, spoken))
    return seen.copy(deep=False), spoken.copy(deep=False)


def _occurrences(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows that count, without their texts; ``utterance`` numbers the row of ``positions`` that each belongs to."""
    light = [
        "side",
        "topic",
        "utterance_id",
        "source",
        "article_id",
        "outlet",
        "speaker",
        "stance",
        "statement_id",
        "score",
        "confidence",
        "day",
    ]
    topics = topics_of(frame)
    topical = _codes(frame["topic"], topics) >= 0
    rows = frame.loc[topical & frame["score"].notna().to_numpy(), light]
    utterances = rows["utterance_id"].astype("category").cat
    key = _codes(rows["side"], ACTORS) * len(topics) + _codes(rows["topic"], topics)
    _, group = np.unique(key * max(len(utterances.categories), 1) + utterances.codes, return_inverse=True)
    source = _codes(rows["source"], SOURCES)
    best = np.full(group.max(initial=-1) + 1, len(SOURCES))
    np.minimum.at(best, group, source)
    return rows.assign(utterance=group)[source == best[group]]


def _utterances(seen: pd.DataFrame) -> pd.DataFrame:
    group, size = seen["utterance"].to_numpy(), int(seen["utterance"].max() + 1) if len(seen) else 0
    day, confidence = _day_numbers(seen["day"]), seen["confidence"].to_numpy()
    first = seen.iloc[_best_rows(group, -day, size)]
    surest = seen.iloc[_best_rows(group, confidence, size)]
    n = np.bincount(group, minlength=size)
    table = first[["side", "topic", "utterance_id", "source"]].reset_index(drop=True)
    return table.assign(
        speaker=surest["speaker"].array,
        stance=surest["stance"].array,
        score=np.bincount(group, seen["score"], size) / n,
        confidence=np.bincount(group, confidence, size) / n,
        n=n,
        n_articles=_distinct(group, seen["article_id"], size),
        n_outlets=_distinct(group, seen["outlet"], size),
        outlet=first["outlet"].array,
        day=first["day"].array,
        cluster=first["article_id"].array,
    )


def _best_rows(group: Ints, value: Floats, size: int) -> Ints:
    """For each group the place of its first row with the highest value."""
    top = np.full(size, -np.inf)
    np.maximum.at(top, group, value)
    places = np.flatnonzero(value == top[group])[::-1]
    rows = np.zeros(size, dtype=np.int64)
    rows[group[places]] = places  # of several writes to one place the last holds: the earliest row
    return rows


def _distinct(group: Ints, names: pd.Series, size: int) -> Ints:
    """How many different non-empty names each group has; rows of group -1 don't count."""
    names = names.astype("category")
    known = (group >= 0) & (names != "").to_numpy()
    width = len(names.cat.categories) + 1
    pairs = pd.unique(group[known] * width + names.cat.codes.to_numpy()[known])
    return np.bincount(pairs // width, minlength=size)


def _summary(seen: pd.DataFrame, spoken: pd.DataFrame, cell: Ints, size: int) -> pd.DataFrame:
    """What rests on the utterances of each of ``size`` cells; ``cell`` gives each utterance's, or -1."""
    kept, where = spoken[cell >= 0], cell[cell >= 0]
    occurrences = cell[seen["utterance"].to_numpy()]
    n = np.bincount(where, minlength=size)
    mean, spread = _moments(where, kept["score"].to_numpy(), n)
    table = pd.DataFrame({"position": mean})
    table["lower"], table["upper"] = _bounds(kept, where, np.zeros_like(where), 1, mean)
    table["spread"] = spread
    for stance in STANCES:
        table[stance] = np.bincount(where[(kept["stance"] == stance).to_numpy()], minlength=size)
    table["n_statements"] = _distinct(occurrences, seen["statement_id"], size)
    table["n_independent"] = n
    for column, name in (("n_articles", "article_id"), ("n_outlets", "outlet"), ("n_speakers", "speaker")):
        table[column] = _distinct(occurrences, seen[name], size)
    table["first"], table["last"] = _span(kept["day"], where, size)
    for source in SOURCES:
        part = np.bincount(where[(kept["source"] == source).to_numpy()], minlength=size)
        table[f"share_{source}"] = _divide(part, n)
    return table


def _moments(cell: Ints, score: Floats, n: Ints) -> tuple[Floats, Floats]:
    mean = _divide(np.bincount(cell, score, len(n)), n)
    squares = np.bincount(cell, (score - mean[cell]) ** 2, len(n))
    return mean, np.sqrt(_divide(squares, n - 1))


def _bounds(spoken: pd.DataFrame, cell: Ints, group: Ints, groups: int, value: Floats) -> tuple[Floats, Floats]:
    """``intervals`` for utterances with cells and groups (0, or 0 and 1), widened where they'd miss ``value``."""
    article = spoken["cluster"].astype("category").cat
    width = len(article.categories) + 1
    keys, row = np.unique(cell * width + article.codes.to_numpy(), return_inverse=True)
    sums = np.zeros((len(keys), 2 * groups))
    np.add.at(sums, (row, 2 * group), spoken["score"].to_numpy())
    np.add.at(sums, (row, 2 * group + 1), 1.0)
    lower, upper = intervals(sums, keys // width, len(value))
    return np.minimum(lower, np.where(np.isnan(lower), np.nan, value)), np.maximum(upper, value + 0 * upper)


def _differences(spoken: pd.DataFrame, cell: Ints, size: int, bounds: bool = True) -> pd.DataFrame:
    """Mean and number of ``group`` 0 and 1 in each cell, second minus first, and its interval if wanted."""
    spoken, cell = spoken[cell >= 0], cell[cell >= 0]
    group, score = spoken["group"].to_numpy(dtype=np.int64), spoken["score"].to_numpy()
    table = pd.DataFrame(index=range(size))
    for which in (0, 1):
        n = np.bincount(cell[group == which], minlength=size)
        table[f"mean_{which}"], table[f"n_{which}"] = _moments(cell[group == which], score[group == which], n)[0], n
    table = table[["mean_0", "mean_1", "n_0", "n_1"]]
    table["difference"] = table["mean_1"] - table["mean_0"]
    if bounds:
        table["lower"], table["upper"] = _bounds(spoken, cell, group, 2, table["difference"].to_numpy())
    return table


def _compositions(spoken: pd.DataFrame) -> dict[str, NDArray[np.bool_]]:
    """Which utterances (with ``group`` 0 before and 1 after) remain for each of the checks in ``shifts``."""
    return {
        "same_outlets": _in_both(spoken, "outlet"),
        "same_speakers": _in_both(spoken, "speaker"),
        "without_narrated": (spoken["source"] != "narrated").to_numpy(),
    }


def _in_both(spoken: pd.DataFrame, column: str) -> NDArray[np.bool_]:
    names = spoken[column].astype("category").cat
    key = _cell(spoken) * (len(names.categories) + 1) + names.codes.to_numpy()
    group = spoken["group"].to_numpy()
    return np.isin(key, np.intersect1d(key[group == 0], key[group == 1])) & (spoken[column] != "").to_numpy()


def _verdicts(table: pd.DataFrame, min_n: int) -> NDArray[np.object_]:
    difference, lower, upper = (table[name].to_numpy() for name in ("difference", "lower", "upper"))
    checks = table[["same_outlets", "same_speakers", "without_narrated"]].to_numpy() * np.sign(difference)[:, None]
    quiet = (lower <= 0) & (upper >= 0)
    crossed = (np.sign(table["before"]) != np.sign(table["after"])) & (
        table[["before", "after"]].abs().min(axis=1) > THRESHOLDS[2]
    )
    choices = {
        "not_enough": (table[["n_before", "n_after"]].min(axis=1) < min_n) | np.isnan(lower),
        "unchanged": quiet & (np.maximum(-lower, upper) < NO_CHANGE),
        "uncertain": quiet,
        "inconsistent": (checks < np.abs(difference)[:, None] / 2).any(axis=1),
        "reversed": crossed,
    }
    return np.select(list(choices.values()), list(choices), "partly_changed").astype(object)


def _agreement(table: pd.DataFrame, a: str, b: str, topics: Sequence[str], min_n: int) -> list[dict[str, Any]]:
    """The rows of ``agreement`` for one pair, from what ``_differences`` finds for each topic."""
    n = table[["n_0", "n_1"]].to_numpy()
    difference, lower, upper = (table[name].to_numpy() for name in ("difference", "lower", "upper"))
    nearest, farthest = np.maximum(np.maximum(lower, -upper), 0), np.maximum(-lower, upper)
    measured = 1 - np.stack([np.abs(difference), farthest, nearest], axis=1) / 2
    enough = n.min(axis=1) >= min_n
    measured[~enough] = np.nan
    known = [measured[~np.isnan(measured[:, i]), i] for i in range(3)]
    total = [column.mean() if len(column) else np.nan for column in known]
    names = ("n_a", "n_b", "agreement", "lower", "upper", "n_topics")
    rows = [(*n[i], *measured[i], int(enough[i])) for i in range(len(topics))]
    rows.append((*n[enough].sum(axis=0), *total, int(enough.sum())))
    return [
        {"side_a": a, "side_b": b, "topic": topic, **dict(zip(names, row, strict=True))}
        for topic, row in zip((*topics, "all"), rows, strict=True)
    ]


# --- states, bands, periods ------------------------------------------------------------------------------------------


def _states(cells: pd.DataFrame, min_n: int) -> NDArray[np.object_]:
    n = cells["n_independent"]
    smaller = _divide(cells[["favor", "against"]].min(axis=1).to_numpy(), n.to_numpy())
    astride = (cells["lower"] <= 0) & (cells["upper"] >= 0)
    mixed = (smaller >= CAMP) | ((smaller >= SMALL_CAMP) & astride)
    return np.select([n == 0, n < min_n, mixed], ["none", "few", "mixed"], "position").astype(object)


def _band_index(position: pd.Series, thresholds: Sequence[float]) -> Ints:
    value, (far_against, against, favor, far_favor) = position.to_numpy().round(9), thresholds
    return np.sum([value >= far_against, value >= against, value > favor, value > far_favor], axis=0)


def _period_starts(days: NDArray[np.datetime64], freq: str) -> NDArray[np.datetime64]:
    if freq == "D":
        return days
    if freq == "W":
        return _mondays(days)
    if freq == "M":
        return days.astype("datetime64[M]").astype("datetime64[D]")
    raise ValueError(f"unknown period: {freq!r} (D, W or M)")


def _period_ends(starts: NDArray[np.datetime64], freq: str) -> NDArray[np.datetime64]:
    if freq == "M":
        return (starts.astype("datetime64[M]") + 1).astype("datetime64[D]") - 1
    return starts + (6 if freq == "W" else 0)


def _mondays(days: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    since_monday = (days.astype(np.int64) + 3) % 7  # 1970-01-01 was a Thursday
    return days - np.where(np.isnat(days), 0, since_monday)


# --- small helpers ---------------------------------------------------------------------------------------------------


def _category(values: pd.Series, categories: Sequence[str] | None) -> pd.Series | pd.Categorical:
    if isinstance(values.dtype, pd.CategoricalDtype):
        return values if categories is None else values.cat.set_categories(list(categories))
    return pd.Categorical(values.fillna(""), categories=None if categories is None else list(categories))


def _days(dates: pd.Series) -> pd.Series:
    """ISO dates as datetime64, NaT where there is none; each date is read once."""
    codes, known = pd.factorize(dates)
    read = pd.to_datetime(pd.Series(known, dtype=object).replace("", None), errors="coerce", format="ISO8601")
    days = read.dt.normalize().astype("datetime64[us]").to_numpy()
    return pd.Series(np.append(days, np.datetime64("NaT", "us"))[codes], index=dates.index)


def _codes(column: pd.Series, names: Sequence[str]) -> Ints:
    """The place of each value in ``names``, or -1."""
    column = column.astype("category")
    places = np.append(pd.Index(list(names)).get_indexer(column.cat.categories), -1)
    return places[column.cat.codes.to_numpy()]


def _cell(spoken: pd.DataFrame, sides: Sequence[str] = SIDES, topics: Sequence[str] | None = None) -> Ints:
    """The row of ``_grid`` that each utterance belongs to, or -1."""
    topics = topics_of(spoken) if topics is None else topics
    side, topic = _codes(spoken["side"], sides), _codes(spoken["topic"], topics)
    return np.where((side >= 0) & (topic >= 0), side * len(topics) + topic, -1)


def _grid(sides: Sequence[str], topics: Sequence[str], known: Sequence[str] | None = None) -> pd.DataFrame:
    """Every side with every topic; ``known`` are all of the frame's topics where ``topics`` are only some."""
    pairs = pd.MultiIndex.from_product([list(sides), list(topics)], names=["side", "topic"]).to_frame(index=False)
    return pairs.assign(
        side=_category(pairs["side"], ACTORS), topic=_category(pairs["topic"], (*(known or topics), OTHER))
    )


def _divide(part: NDArray[Any], whole: NDArray[Any]) -> Floats:
    return np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)


def _day_numbers(days: pd.Series) -> Floats:
    """Days since 1970; undated ones come last."""
    numbers = days.to_numpy().astype("datetime64[D]")
    return np.where(np.isnat(numbers), FAR_DAY, numbers.astype(np.int64).astype(float))


def _within(days: pd.Series, period: Period) -> NDArray[np.bool_]:
    """Whether each day lies in the period, both ends included; undated rows do not."""
    since, until = period
    keep = days.notna()
    if since:
        keep &= days >= pd.Timestamp(since)
    if until:
        keep &= days <= pd.Timestamp(until)
    return keep.to_numpy()


def _iso(days: pd.Series) -> pd.Series:
    return days.dt.strftime("%Y-%m-%d").astype(object).fillna("")


def _span(days: pd.Series, cell: Ints, size: int) -> tuple[pd.Series, pd.Series]:
    ends = days.groupby(cell).agg(["min", "max"]).reindex(range(size))
    return _iso(ends["min"]), _iso(ends["max"])


def _mentions(frame: pd.DataFrame, words: str) -> NDArray[np.bool_]:
    found = np.zeros(len(frame), dtype=bool)
    for name in ("text", "speaker", "title"):
        found |= frame[name].astype(str).str.contains(words, case=False, regex=False).to_numpy(dtype=bool)
    return found


def _relays(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each name in ``via``; rows without one stay out."""
    split = rows.assign(via=rows["via"].astype(object).fillna("").astype(str).str.split(" > ")).explode("via")
    return split[split["via"].fillna("") != ""]


def _tally(rows: pd.DataFrame, kind: str, key: pd.Series) -> pd.DataFrame:
    groups = rows.groupby(key.to_numpy(dtype=object))
    counts = groups.agg(
        n_articles=("article_id", "nunique"),
        n_statements=("statement_id", "nunique"),
        n_independent=("utterance_id", "nunique"),
    )
    counts = counts.sort_values("n_statements", ascending=False, kind="stable")
    return counts.rename_axis("key").reset_index().assign(kind=kind)[["kind", "key", *counts.columns]]
