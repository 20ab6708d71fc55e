"""The words of the figures: labels, numbers and days, and all that a cell discloses as lines of text.

``words`` are texts by the keys of ``ENGLISH``, which stand in for those that are missing. A soft hyphen marks where a
long word may break.
"""

import textwrap
from collections.abc import Mapping
from datetime import date

import pandas as pd

Words = Mapping[str, str]
ENGLISH: dict[str, str] = {
    "Russia": "Russia", "Ukraine": "Ukraine", "USA": "USA", "Europe": "Europe", "other": "Others",
    "nato": "NATO membership", "territory": "Territory", "security_guarantees": "Security guarantees",
    "sanctions": "Sanctions", "all": "All topics",
    "strongly_against": "strongly against", "leans_against": "leans against", "neutral": "neutral",
    "leans_favor": "leans in favor", "strongly_favor": "strongly in favor",
    "none": "no statement", "few": "too few", "mixed": "mixed",
    "not_enough": "not enough", "uncertain": "uncertain", "unchanged": "unchanged",
    "partly_changed": "partly changed", "reversed": "reversed", "inconsistent": "inconsistent",
    "against": "against", "favor": "in favor",
    "n": "n = {n}", "camps": "{favor} for, {against} against",
    "interval": "95 % interval {lower} to {upper}", "no_interval": "no interval: fewer than two articles",
    "counts": "{n_statements} statements, {n_independent} of them independent",
    "reach": "{n_articles} articles, {n_outlets} outlets, {n_speakers} speakers",
    "dates": "{first} to {last}", "no_dates": "no dates known",
    "sources": "own {own}, narrated {narrated}, told by others {told}",
    "statements": "independent statements", "speaker_unknown": "unknown speaker",
    "stated": "says itself", "told": "others say of it", "before": "before", "after": "after", "event": "event",
    "decimal": ".", "date": "%d %b %Y", "day_tick": "%d %b",
    "alt_matrix": "Positions of {sides} sides on {topics} topics. {cells}",
    "alt_cell": "{side} on {topic}: {value}, {band}, n = {n}.",
    "alt_cell_without": "{side} on {topic}: {band}, n = {n}.",
    "alt_timeline": "Positions on {topic} from {first} to {last}. {sides}",
    "alt_trend": "{side}: from {start} to {end}, n = {n}.",
    "alt_agreement": "Agreement of positions, from 0 to 1. {pairs}",
    "alt_pair": "{a} and {b}: {value} over {n} topics.",
    "alt_speakers": "{topic}, by speaker. {sides}", "alt_range": "{side}: {n} speakers between {lowest} and {highest}.",
    "alt_portrayal": "What sides say against what others say of them. {cells}",
    "alt_gap": "{side} on {topic}: says {stated}, is said to hold {told}.",
    "alt_shifts": "Changes between two periods. {cells}",
    "alt_shift": "{side} on {topic}: from {before} to {after}, {verdict}.",
    "sure": "stated confidence", "right": "share right", "as_stated": "as stated", "kept": "share of rows kept",
    "rows": "{n} rows", "at_least": "confidence at least {value}",
    "alt_reliability": "How often rows were right, by stated confidence. {bins}",
    "alt_bin": "Stated {sure}: right {right} of {n} rows.",
    "alt_coverage": "How often rows are right when only the surest are kept. {steps}",
    "alt_step": "At least {value}: {kept} of the rows kept, {right} right.",
    "demands": "demands", "offers": "offers", "conditional": "if …", "refuses": "refuses", "unknown": "unknown",
    "alt_ladder": "Options and who stands for them. {cells} Unknown: {unknown} pairs of side and option.",
    "alt_rung": "{side} on “{rung}”: {acts}.",
    "alt_calendar": "{n} articles from {first} to {last}; most in the period from {peak}.",
    "silent": "silent", "of": "{n} of {total}",
    "alt_attention": "What each side talks about, in shares of its statements. {cells}",
    "alt_share": "{side} on {topic}: {share}, n = {n}.",
    "alt_network": "{n} pairs of speakers who agree on at least two topics; most often {first}.",
    "alt_nothing": "Nothing to show: no statement meets the filters.",
}  # fmt: skip


def escape(text: object) -> str:
    """Text from outside for a label: Plotly would otherwise read ``<a href=...>`` and ``%{...}`` in it."""
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "%\u200b{")


def number(value: float, words: Words, digits: int = 2) -> str:
    """A position with its sign and the language's decimal mark (``+0.62``, ``−0,62``); a dash if there is none."""
    if pd.isna(value):
        return "–"
    rounded = round(float(value), digits) + 0.0
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return sign + f"{abs(rounded):.{digits}f}".replace(".", word(words, "decimal"))


def day(value: object, words: Words) -> str:
    """An ISO day or timestamp in the language's order, or a dash where it is empty."""
    moment = date.fromisoformat(value) if isinstance(value, str) and value else pd.Timestamp(value or None)
    return "–" if pd.isna(moment) else moment.strftime(word(words, "date"))


def cell_lines(row: pd.Series, words: Words) -> list[str]:
    """All that one cell of ``measures.matrix`` discloses, a line each: for the hover and for who reads instead."""
    title = f"{plain(words, row.side)} · {plain_topic(words, row.topic)}"
    if row.state == "none":
        return [title, word(words, "none")]
    bounds, dates = "no_interval" if pd.isna(row.lower) else "interval", "dates" if row["first"] else "no_dates"
    return [
        title,
        f"{number(row.position, words)} · {word(words, row.band)}",
        filled(words, bounds, lower=number(row.lower, words), upper=number(row.upper, words)),
        filled(words, "counts", n_statements=row.n_statements, n_independent=row.n_independent),
        filled(words, "camps", favor=row.favor, against=row.against),
        filled(words, "reach", n_articles=row.n_articles, n_outlets=row.n_outlets, n_speakers=row.n_speakers),
        filled(words, dates, first=day(row["first"], words), last=day(row["last"], words)),
        filled(words, "sources", **{name: percent(row[f"share_{name}"]) for name in ("own", "narrated", "told")}),
    ]


def word(words: Words, key: object) -> str:
    return words.get(str(key), ENGLISH.get(str(key), str(key)))


def plain(words: Words, key: object) -> str:
    return word(words, key).replace("\u00ad", "")


def topic_name(words: Words, key: object) -> str:
    """A topic's name: a user's own topics stand in ``words`` as ``topic.`` and the key, apart from all other words."""
    return words.get(f"topic.{key}") or word(words, key)


def plain_topic(words: Words, key: object) -> str:
    return topic_name(words, key).replace("\u00ad", "")


def filled(words: Words, key: str, **values: object) -> str:
    return word(words, key).format(**values)


def percent(share: float) -> str:
    return "–" if pd.isna(share) else f"{share:.0%}".replace("%", " %")


def broken(text: str, width: int = 9) -> str:
    """A label broken at blanks and soft hyphens into lines of about ``width`` characters."""
    pieces = textwrap.wrap(text.replace("\u00ad", "\u00ad "), width, break_long_words=False, break_on_hyphens=True)
    joined = "<br>".join(pieces)
    return joined.replace("\u00ad<br>", "-<br>").replace("\u00ad ", "").replace("\u00ad", "")


def unsigned(value: float, words: Words) -> str:
    return "–" if pd.isna(value) else f"{value:.2f}".replace(".", word(words, "decimal"))
