"""What a corpus is made of and what is missing in it: frames in, frames out, for the page *Corpus*.

``frame`` is what ``measures.prepare`` returns, ``articles`` has the fields of ``records.Article``. A statement with
several topics or sides has several rows; everything here counts it once.
"""

import pandas as pd

from positions.records import MODES, OTHER

COUNTS = (
    *("articles", "undated", "doubtful", "silent", "statements", "utterances", "repeated", "unattributed", "unsided"),
    "undated_statements",
)
STEPS = {"D": 62, "W": 730}  # up to so many days a day or a week is one bar, a month beyond


def counts(frame: pd.DataFrame, articles: pd.DataFrame) -> pd.DataFrame:
    """One row for each of ``COUNTS`` (``what``) with ``n``, and the total ``of`` which it is a part.

    ``undated``: articles without a date. ``doubtful``: articles with a warning, such as dates that contradict each
    other. ``silent``: articles without a statement. ``utterances``: independent statements, ``repeated``: what is left,
    counted once although several papers or sentences have it. ``unattributed``: nobody is named as speaker.
    ``unsided``: neither speaker nor holder belongs to one of the four sides. ``undated_statements``: no day at all.
    """
    said = frame.drop_duplicates("statement_id")
    spoken = set(frame["article_id"].astype(str))
    n_articles, n_said, n_uttered = len(articles), len(said), said["utterance_id"].nunique()
    sided = frame.loc[(frame["actor"] != OTHER) | (frame["holder"] != OTHER), "statement_id"].nunique()
    found = {
        "articles": (n_articles, n_articles),
        "undated": ((articles["published"].fillna("") == "").sum(), n_articles),
        "doubtful": (articles["warnings"].map(len).gt(0).sum(), n_articles),
        "silent": ((~articles["id"].astype(str).isin(spoken)).sum(), n_articles),
        "statements": (n_said, n_said),
        "utterances": (n_uttered, n_said),
        "repeated": (n_said - n_uttered, n_said),
        "unattributed": ((said["speaker"].astype(str) == "").sum(), n_said),
        "unsided": (n_said - sided, n_said),
        "undated_statements": (said["day"].isna().sum(), n_said),
    }
    rows = [(what, int(found[what][0]), int(found[what][1])) for what in COUNTS]
    return pd.DataFrame(rows, columns=["what", "n", "of"])


def modes(frame: pd.DataFrame) -> pd.DataFrame:
    """How statements are reported: one row for each mode with ``n`` and ``share`` of all statements, in [0, 1]."""
    said = frame.drop_duplicates("statement_id")
    n = said["mode"].astype(str).value_counts().reindex(MODES, fill_value=0)
    return pd.DataFrame({"mode": MODES, "n": n.to_numpy(), "share": n.to_numpy() / max(len(said), 1)})


def calendar(articles: pd.DataFrame) -> pd.DataFrame:
    """Articles by ``period`` (its first day, as datetime64): ``n`` each, and the ``step`` (``D``, ``W``, ``M``).

    Weeks begin on Monday. The step follows from the span of all dates (``STEPS``). Periods without an article have a
    row with 0, so that gaps show. Articles without a date stay out.
    """
    days = pd.to_datetime(articles["published"].replace("", None), errors="coerce", format="ISO8601").dropna()
    days = days.dt.tz_localize(None).dt.normalize()
    if days.empty:
        return pd.DataFrame({"period": pd.Series(dtype="datetime64[us]"), "n": pd.Series(dtype=int), "step": ""})
    span = (days.max() - days.min()).days + 1
    step = next((name for name, most in STEPS.items() if span <= most), "M")
    starts = days.dt.to_period({"W": "W-SUN"}.get(step, step)).dt.start_time
    every = pd.period_range(days.min(), days.max(), freq={"W": "W-SUN"}.get(step, step)).start_time
    n = starts.value_counts().reindex(every, fill_value=0)
    return pd.DataFrame({"period": n.index.astype("datetime64[us]"), "n": n.to_numpy(), "step": step})


def doubtful(articles: pd.DataFrame) -> pd.DataFrame:
    """Each ``warning`` of each article, with its ``id``, ``title`` and ``outlet``."""
    known = articles[["id", "title", "outlet", "warnings"]].explode("warnings").rename(columns={"warnings": "warning"})
    return known[known["warning"].notna()].reset_index(drop=True)
