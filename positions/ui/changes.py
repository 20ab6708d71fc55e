"""What changed between two periods, with the statements before and after."""

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from positions import figures, measures
from positions.ui import View, links
from positions.ui.folds import fold
from positions.ui.words import Words

FEW = 4  # pairs of side and topic up to which those that are not judged are listed, too
TELLING = ("reversed", "partly_changed", "inconsistent", "unchanged", "uncertain")


def section(view: View) -> None:
    """The two periods, the chart of differences, and each change with its sentences."""
    words = view.words
    st.header(words("changes.title"), anchor=False)
    st.markdown(words("changes.lead"))
    halves = measures.split_periods(view.frame)
    if halves is None:
        st.info(words("changes.one_day"), icon=":material/info:")
        if not (_chosen("before") and _chosen("after")):
            return
    left, right = st.columns(2)
    with left:
        before = _period("before", halves[0] if halves else None, words)
    with right:
        after = _period("after", halves[1] if halves else None, words)
    if not (before and after):
        st.info(words("changes.choose"), icon=":material/info:")
        return
    shifts = view.measure(measures.shifts, before, after)
    shifts = shifts[shifts["side"].isin(view.sides) & shifts["topic"].isin(view.topics)]
    judged = shifts[shifts["verdict"] != "not_enough"]
    left_out = len(shifts) - len(judged)
    if len(judged):
        view.chart(
            figures.shifts(judged, view.chart_words, dark=view.dark),
            figures.describe_shifts(judged, view.chart_words),
            "shifts",
        )
    st.caption(words("changes.not_enough", n=left_out, total=len(shifts), least=measures.MIN_N))
    for verdict in TELLING if len(shifts) > FEW else (*TELLING, "not_enough"):
        for row in shifts[shifts["verdict"] == verdict].to_dict("records"):
            _change(pd.Series(row), before, after, view)


def _chosen(name: str) -> tuple[date, date] | None:
    """The period that the reader chose, or that the link names."""
    links.start(f"{name}_chosen", lambda _: None, _dates(st.query_params.get(name, "")))
    found: tuple[date, date] | None = st.session_state[f"{name}_chosen"]
    return found


def _period(name: str, default: measures.Period | None, words: Words) -> measures.Period | None:
    """Two days from the reader, from the link, or the default, which follows the filters."""
    shown: Any = _chosen(name) or tuple(map(date.fromisoformat, default or ()))
    picked = st.date_input(
        words(f"changes.{name}"),
        value=shown,
        key=f"{name} {shown}",
        min_value=links.FIRST_DAY,
        max_value=links.LAST_DAY,
        format="DD.MM.YYYY" if words.language == "de" else "YYYY-MM-DD",
    )
    if len(picked) < 2:
        return None
    if picked != shown:
        st.session_state[f"{name}_chosen"] = picked
    period = (picked[0].isoformat(), picked[1].isoformat())
    links.keep(name, ["..".join(period)], ["..".join(default)] if default else [])
    return period


def _dates(text: str) -> tuple[date, date] | None:
    days = [links.parse_day(part) for part in text.split("..")]
    return (days[0], days[1]) if len(days) == 2 and days[0] and days[1] and days[0] <= days[1] else None


def _change(row: pd.Series, before: measures.Period, after: measures.Period, view: View) -> None:
    words = view.words
    name = f"{words.option('side', row['side'])} · {words.option('topic', row['topic'])}"
    verdict = words.option("verdict", row["verdict"])
    if row["verdict"] == "not_enough":
        verdict = words("changes.too_few", n_before=int(row["n_before"]), n_after=int(row["n_after"]))
    label = f"{name}: {verdict}"
    fold(label, f"change-{row['side']}-{row['topic']}", lambda: _both_periods(row, before, after, view))


def _both_periods(row: pd.Series, before: measures.Period, after: measures.Period, view: View) -> None:
    """The numbers of a change, what the checks say, and the strongest statements of either period."""
    words, numbers = view.words, view.chart_words
    st.text(
        words(
            "changes.numbers",
            before=figures.number(row["before"], numbers),
            after=figures.number(row["after"], numbers),
            n_before=int(row["n_before"]),
            n_after=int(row["n_after"]),
            difference=figures.number(row["difference"], numbers),
            lower=figures.number(row["lower"], numbers),
            upper=figures.number(row["upper"], numbers),
        )
    )
    checks = ("same_outlets", "same_speakers", "without_narrated")
    st.text(words("changes.checks", **{name: figures.number(row[name], numbers) for name in checks}))
    for column, name, period in zip(st.columns(2), ("before", "after"), (before, after), strict=True):
        with column:
            st.markdown(f"**{words(f'changes.{name}')}**")
            rows = measures.select(view.frame, since=period[0], until=period[1])
            best = measures.strongest(rows, row["side"], row["topic"], count=1)
            if best.empty:
                st.caption(words("changes.nothing"))
            for place, one in enumerate(best.to_dict("records")):
                view.card(pd.Series(one), f"{row['side']}-{row['topic']}-{name}-{place}")
