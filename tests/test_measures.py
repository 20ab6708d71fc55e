"""Measures against values worked by hand, against scipy, and against simulated truth."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from positions import measures
from positions.records import ACTORS, SIDES, TOPICS

SCORES = {"favor": 0.8, "against": -0.8, "neutral": 0.0}
DEFAULTS = {name: "" for name in measures.COLUMNS} | {
    "published": "2025-12-10", "date": "2025-12-10", "date_basis": "article", "outlet": "Testbote",
    "title": "Ein Titel", "language": "de", "actor": "Russia", "speaker": "Sprecherin Probe", "mode": "direct",
    "topic": "nato", "stance": "favor", "score": None, "confidence": 0.9, "text": "Ein Satz.", "start": 0, "end": 9,
    "cue": "sagte", "reviewed": False,
}  # fmt: skip


def table(*rows: dict) -> pd.DataFrame:
    """Tagged statements from what matters about each; every row is its own utterance in its own article by default."""
    full = []
    for number, given in enumerate(rows):
        row = DEFAULTS | {name: f"{name[0]}{number}" for name in ("statement_id", "utterance_id", "article_id")} | given
        row["holder"] = row["holder"] or row["actor"]
        row["score"] = SCORES.get(row["stance"], np.nan) if row["score"] is None else row["score"]
        full.append(row)
    return pd.DataFrame(full, columns=list(measures.COLUMNS))


def frame(*rows: dict) -> pd.DataFrame:
    return measures.prepare(table(*rows))


def cell(cells: pd.DataFrame, side: str = "Russia", topic: str = "nato") -> pd.Series:
    return cells[(cells["side"] == side) & (cells["topic"] == topic)].iloc[0]


def many(n: int, articles: int, seed: int = 1) -> pd.DataFrame:
    """A large corpus of random statements."""
    random = np.random.default_rng(seed)
    article = random.integers(articles, size=n)
    days = pd.date_range("2025-01-01", periods=300).strftime("%Y-%m-%d").to_numpy()
    stance = random.choice(["favor", "against", "neutral"], size=n)
    rows = pd.DataFrame(DEFAULTS, index=range(n)).assign(
        statement_id=[f"s{i}" for i in range(n)],
        utterance_id=[f"u{i}" for i in random.integers(n, size=n)],
        article_id=[f"a{i}" for i in article],
        outlet=[f"Blatt {i % 30}" for i in article],
        date=days[article % 300],
        actor=np.array(ACTORS)[random.integers(5, size=n)],
        holder=np.array(ACTORS)[random.integers(5, size=n)],
        topic=np.array(TOPICS)[random.integers(4, size=n)],
        speaker=[f"Person {i}" for i in random.integers(200, size=n)],
        stance=stance,
        score=[SCORES[name] for name in stance],
    )
    return measures.prepare(rows[list(measures.COLUMNS)])


# --- the frame


@pytest.mark.parametrize(
    ("given", "side", "source"),
    [
        ({"actor": "Russia"}, "Russia", "own"),
        ({"actor": "Russia", "mode": "indirect"}, "Russia", "own"),
        ({"actor": "Ukraine", "mode": "narrated"}, "Ukraine", "narrated"),
        ({"actor": "USA", "holder": "Russia"}, "Russia", "told"),
        ({"actor": "USA", "holder": "Russia", "mode": "narrated"}, "Russia", "told"),
    ],
)
def test_prepare_says_for_whom_and_on_whose_word_a_row_counts(given, side, source):
    """What another side tells is never a side's own word."""
    row = frame(given).iloc[0]
    assert (row["side"], row["source"]) == (side, source)


def test_prepare_keeps_every_row_and_column_and_leaves_its_input_alone():
    """Undated rows and rows of topic other stay."""
    statements = table({"date": ""}, {"topic": "other", "stance": ""}, {"date": "2025-12-18"})
    before = statements.copy()
    prepared = measures.prepare(statements)
    assert list(prepared.columns) == [*measures.COLUMNS, "side", "source", "day"]
    assert prepared["day"].isna().tolist() == [True, False, False]
    pd.testing.assert_frame_equal(statements, before)


def test_prepare_refuses_what_it_cannot_count():
    """A missing column and an unknown actor are named."""
    with pytest.raises(ValueError, match="holder"):
        measures.prepare(table({}).drop(columns="holder"))
    with pytest.raises(ValueError, match="Atlantis"):
        measures.prepare(table({"actor": "Atlantis"}))


@pytest.mark.parametrize(
    ("condition", "kept"),
    [
        ({}, [0, 1, 2, 3]),
        ({"actors": ["Russia"]}, [0, 2]),
        ({"sources": ("told",)}, [2]),
        ({"sources": measures.COUNTED}, [0, 1, 3]),
        ({"topics": ("nato",), "modes": ("direct",)}, [0, 2]),
        ({"since": "2025-12-05"}, [1, 2]),
        ({"until": "2025-12-05"}, [0, 2]),
        ({"since": "2025-12-01", "until": "2025-12-05"}, [0, 2]),
        ({"min_confidence": 0.5}, [0, 1, 2]),
        ({"text": "verzicht("}, [1]),
        ({"text": "ENGELHARD"}, [3]),
        ({"text": "ü.er"}, []),
        ({"stances": ("neutral",)}, [3]),
        ({"speakers": ("Ida Engelhard",), "languages": ("de",), "outlets": ("Testbote",)}, [3]),
        ({"reviewed": True}, [0]),
        ({"reviewed": False}, [1, 2, 3]),
        ({"actors": ("Europe",), "topics": ("nato",)}, []),
    ],
)
def test_select_keeps_the_rows_that_meet_every_condition(condition, kept):
    """Dates include both ends, undated rows leave only when a date is asked for, text is literal."""
    rows = frame(
        {"date": "2025-12-01", "reviewed": True, "text": "Über Ziele"},
        {"actor": "Ukraine", "mode": "indirect", "date": "2025-12-06", "text": "kein Verzicht(!)"},
        {"actor": "USA", "holder": "Russia", "date": "2025-12-05"},
        {
            "actor": "USA",
            "topic": "sanctions",
            "date": "",
            "stance": "neutral",
            "confidence": 0.4,
            "speaker": "Ida Engelhard",
        },
    )
    assert measures.select(rows, **condition).index.tolist() == kept


# --- utterances


def test_the_same_words_in_three_papers_count_once_and_their_reach_is_kept():
    """n is of independent utterances; the score is the mean over the occurrences."""
    copies = [{"utterance_id": "u", "outlet": f"Blatt {i}", "score": score} for i, score in enumerate((0.9, 0.6, 0.6))]
    row = measures.positions(frame(*copies)).iloc[0]
    assert (row["n"], row["n_articles"], row["n_outlets"]) == (3, 3, 3)
    assert row["score"] == pytest.approx(0.7)
    counted = cell(measures.matrix(frame(*copies)))
    assert (counted["n_independent"], counted["n_statements"], counted["state"]) == (1, 3, "few")


def test_own_words_take_the_place_of_what_others_tell():
    """An utterance that also comes second-hand counts by its own occurrence."""
    rows = frame(
        {"utterance_id": "u", "actor": "USA", "holder": "Russia", "stance": "against"},
        {"utterance_id": "u", "mode": "narrated", "stance": "neutral"},
        {"utterance_id": "u", "stance": "favor", "date": "2025-12-12", "speaker": "Olga Muster"},
    )
    row = measures.positions(rows).iloc[0]
    assert (row["source"], row["stance"], row["speaker"], row["n"]) == ("own", "favor", "Olga Muster", 1)
    assert row["day"] == pd.Timestamp("2025-12-12")


def test_an_utterance_is_dated_and_clustered_by_its_earliest_occurrence():
    """An undated copy is not the earliest."""
    rows = frame(
        {"utterance_id": "u", "date": "", "article_id": "x"},
        {"utterance_id": "u", "date": "2025-12-14", "article_id": "y"},
        {"utterance_id": "u", "date": "2025-12-13", "article_id": "z"},
    )
    row = measures.positions(rows).iloc[0]
    assert (row["cluster"], row["day"]) == ("z", pd.Timestamp("2025-12-13"))


def test_rows_without_a_topic_have_no_position():
    """Topic other never reaches a cell."""
    assert measures.positions(frame({"topic": "other", "stance": ""})).empty


# --- the matrix


def test_matrix_discloses_a_cell_worked_by_hand():
    """Every figure of a cell with three utterances of two speakers."""
    row = cell(
        measures.matrix(
            frame(
                {"score": 1.0, "date": "2025-12-03", "outlet": "Blatt A"},
                {"score": 0.5, "date": "", "outlet": "", "mode": "narrated", "speaker": "Otto Beispiel"},
                {"score": 0.0, "stance": "neutral", "date": "2025-12-01", "actor": "USA", "holder": "Russia"},
            )
        )
    )
    assert row["position"] == pytest.approx(0.5)
    assert row["spread"] == pytest.approx(0.5)
    assert row[["favor", "against", "neutral"]].tolist() == [2, 0, 1]
    assert row[["n_statements", "n_independent", "n_articles", "n_outlets", "n_speakers"]].tolist() == [3, 3, 3, 2, 2]
    assert row[["first", "last"]].tolist() == ["2025-12-01", "2025-12-03"]
    assert row[["share_own", "share_narrated", "share_told"]].tolist() == pytest.approx([1 / 3] * 3)
    assert (row["state"], row["band"]) == ("position", "leans_favor")


def test_matrix_has_every_side_and_topic_in_order_and_others_on_request():
    """Sixteen rows whatever was said."""
    cells = measures.matrix(frame({"actor": "other"}))
    assert cells[["side", "topic"]].astype(str).to_numpy().tolist() == [[s, t] for s in SIDES for t in TOPICS]
    assert set(cells["state"]) == {"none"}
    assert cells["position"].isna().all()
    more = measures.matrix(frame({"actor": "other"}), sides=ACTORS, topics=("nato",))
    assert more["n_independent"].tolist() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("stances", "state"),
    [
        ([], "none"),
        (["favor"], "few"),
        (["favor", "against"], "few"),
        (["favor"] * 3, "position"),
        (["neutral"] * 3, "position"),
        (["favor", "favor", "against"], "mixed"),
        (["favor"] * 3 + ["against"], "mixed"),
        (["favor"] * 16 + ["against"] * 4, "position"),
        (["favor", "against"] + ["neutral"] * 18, "position"),
        (["favor"] * 10 + ["against"] * 10, "mixed"),
    ],
)
def test_state_tells_none_few_mixed_and_position_apart(stances, state):
    """Too few never has a band, and one voice on each side of twenty neutral ones does not make them mixed."""
    row = cell(measures.matrix(frame(*({"stance": stance} for stance in stances), {"actor": "USA"})))
    assert row["state"] == state
    assert (row["band"] in measures.BANDS) == (state == "position")
    assert state == "position" or row["band"] == state


@pytest.mark.parametrize(
    ("score", "band"),
    [
        (-1, "strongly_against"), (-0.61, "strongly_against"), (-0.6, "leans_against"), (-0.21, "leans_against"),
        (-0.2, "neutral"), (0, "neutral"), (0.2, "neutral"), (0.21, "leans_favor"), (0.6, "leans_favor"),
        (0.61, "strongly_favor"), (1, "strongly_favor"),
    ],
)  # fmt: skip
def test_band_follows_the_thresholds(score, band):
    """Values on a threshold belong where the method page says."""
    assert cell(measures.matrix(frame(*[{"score": score}] * 3)))["band"] == band


def test_thresholds_and_the_least_n_are_the_readers_choice():
    """Other limits give other words for the same value."""
    row = cell(measures.matrix(frame({"score": 0.5}), 1, thresholds=(-0.9, -0.5, 0.5, 0.9)))
    assert (row["state"], row["band"]) == ("position", "neutral")


# --- intervals


def test_sentences_of_one_article_are_no_independent_evidence():
    """Twelve statements in two articles are less certain than twelve in twelve, and in one article nothing is known."""
    stances = ["favor"] * 8 + ["against"] * 4
    apart, paired, single = (
        cell(measures.matrix(frame(*({"stance": s, "article_id": f"a{i % k}"} for i, s in enumerate(stances)))))
        for k in (12, 2, 1)
    )
    assert paired["upper"] - paired["lower"] > apart["upper"] - apart["lower"]
    assert np.isnan(single["lower"])
    assert np.isnan(single["upper"])
    assert single["position"] == apart["position"]


def test_agreement_of_three_papers_is_not_certainty():
    """Three equal scores have an interval, and it holds the value."""
    row = cell(measures.matrix(frame(*[{"score": 1.0}] * 3)))
    assert row["lower"] < 0.6 < row["position"] <= row["upper"] <= 1


def test_the_same_rows_give_the_same_figures():
    """Intervals do not change from call to call, nor with rows of other sides beside them."""
    rows = many(2000, 60)
    alone = measures.matrix(measures.select(rows, actors=("USA",)), sides=("USA",))
    pd.testing.assert_frame_equal(alone, measures.matrix(rows, sides=("USA",)))


# --- over time


@pytest.mark.parametrize(
    ("freq", "starts", "ends"),
    [
        ("D", ["2025-11-30", "2025-12-01", "2025-12-18"], ["2025-11-30", "2025-12-01", "2025-12-18"]),
        ("W", ["2025-11-24", "2025-12-01", "2025-12-15"], ["2025-11-30", "2025-12-07", "2025-12-21"]),
        ("M", ["2025-11-01", "2025-12-01"], ["2025-11-30", "2025-12-31"]),
    ],
)
def test_timeline_has_only_periods_in_which_something_was_said(freq, starts, ends):
    """Weeks begin on Monday, a silent week is absent and never zero, undated rows are left out."""
    rows = frame({"date": "2025-11-30"}, {"date": "2025-12-01"}, {"date": "2025-12-18"}, {"date": ""})
    line = measures.timeline(rows, freq)
    assert line["period"].dt.strftime("%Y-%m-%d").tolist() == starts
    assert line["until"].dt.strftime("%Y-%m-%d").tolist() == ends
    assert line["n"].sum() == 3


def test_timeline_counts_a_repeated_utterance_once_on_its_first_day():
    """A copy printed a week later is reach, not a new statement."""
    rows = frame({"utterance_id": "u", "date": "2025-12-01"}, {"utterance_id": "u", "date": "2025-12-09"})
    line = measures.timeline(rows, "W")
    assert line[["n", "n_statements", "n_articles"]].to_numpy().tolist() == [[1, 2, 2]]


def test_timeline_holds_any_date_a_reader_may_meet():
    """A statement from before 1970 keeps its side and its week."""
    line = measures.timeline(frame({"date": "1954-10-23"}, {"date": "2025-12-10"}), "W")
    assert line["period"].dt.strftime("%Y-%m-%d").tolist() == ["1954-10-18", "2025-12-08"]
    assert set(line["side"]) == {"Russia"}


def test_timeline_refuses_an_unknown_period():
    """A misspelt period is an error, not a guess."""
    with pytest.raises(ValueError, match="Q"):
        measures.timeline(frame({}), "Q")


def test_undated_statements_are_counted():
    """Two occurrences of one undated utterance."""
    rows = frame({"utterance_id": "u", "date": ""}, {"utterance_id": "u", "date": ""}, {})
    assert measures.undated(rows)[["n", "n_statements"]].to_numpy().tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("days", "periods"),
    [
        ([], None),
        (["", "2025-12-01", "2025-12-01"], None),
        (["2025-12-01", "2025-12-02", "2025-12-04", "2025-12-09"], ("2025-12-03", "2025-12-04")),
        (["2025-12-01", "2025-12-01", "2025-12-01", "2025-12-09"], ("2025-12-08", "2025-12-09")),
    ],
)
def test_split_periods_halves_the_dated_utterances(days, periods):
    """Both halves hold something, and there is no proposal with a single day."""
    split = measures.split_periods(frame(*({"date": date} for date in days)))
    assert split == (periods and (("2025-12-01", periods[0]), (periods[1], "2025-12-09")))


# --- shifts

BEFORE, AFTER = ("2025-11-01", "2025-11-30"), ("2025-12-01", "2025-12-31")


def changed(before: list[str], after: list[str], **late: str) -> pd.Series:
    rows = [{"stance": stance, "date": "2025-11-10"} for stance in before]
    rows += [{"stance": stance, "date": "2025-12-10"} | late for stance in after]
    return cell(measures.shifts(frame(*rows), BEFORE, AFTER))


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (["favor"] * 2, ["against"] * 20, "not_enough"),
        (["favor"] * 12, ["against"] * 12, "reversed"),
        (["favor"] * 20, ["favor"] * 10 + ["neutral"] * 20, "partly_changed"),
        (["favor"] * 40, ["favor"] * 40, "unchanged"),
        (["favor"] * 3, ["favor", "neutral", "against"], "uncertain"),
        (["neutral"] * 15, ["against"] * 15, "partly_changed"),
    ],
)
def test_a_shift_is_named_only_where_the_evidence_carries_it(before, after, verdict):
    """Too little, sure and unsure are told apart; reversed means from one side of neutral to the other."""
    assert changed(before, after)["verdict"] == verdict


def test_shift_gives_both_periods_and_their_difference():
    """Values worked by hand: from 0.8 to 0.4."""
    row = changed(["favor"] * 4, ["favor", "neutral"] * 2)
    assert row[["before", "after", "difference"]].tolist() == pytest.approx([0.8, 0.4, -0.4])
    assert row[["n_before", "n_after"]].tolist() == [4, 4]
    assert row["lower"] < -0.4 < row["upper"]


def test_a_shift_that_other_speakers_alone_explain_is_inconsistent():
    """Who spoke in both periods said the same in both."""
    same = [{"date": d, "stance": "favor", "speaker": "Ada Alt"} for d in ["2025-11-10"] * 8 + ["2025-12-10"] * 4]
    new = [{"date": "2025-12-10", "stance": "against", "speaker": "Nora Neu"}] * 16
    row = cell(measures.shifts(frame(*same, *new), BEFORE, AFTER))
    assert row["difference"] == pytest.approx(-1.28)
    assert row["same_speakers"] == pytest.approx(0)
    assert row["same_outlets"] == pytest.approx(-1.28)
    assert row["verdict"] == "inconsistent"


def test_a_check_without_enough_statements_says_nothing():
    """No outlet reported in both periods: nothing to compare, which contradicts nothing."""
    row = changed(["favor"] * 12, ["against"] * 12, outlet="Anderes Blatt")
    assert np.isnan(row["same_outlets"])
    assert row["verdict"] == "reversed"


# --- comparison


def test_agreement_is_one_minus_half_the_distance():
    """0.8 and 0.0 lie 0.8 apart: 0.6; the overall value is the mean over the topics that both have spoken on."""
    rows = frame(
        *[{"actor": "USA"}] * 3,
        *[{"actor": "Europe", "stance": "neutral"}] * 3,
        *[{"actor": side, "topic": "sanctions"} for side in ("USA", "Europe") for _ in range(3)],
        *[{"actor": "USA", "topic": "territory"}] * 3,
    )
    table = measures.agreement(rows, ("USA", "Europe")).set_index("topic")
    assert table["agreement"].to_dict() == pytest.approx(
        {"nato": 0.6, "territory": np.nan, "security_guarantees": np.nan, "sanctions": 1.0, "all": 0.8}, nan_ok=True
    )
    assert table.loc["all", "n_topics"] == 2
    shared = table.loc[["nato", "sanctions", "all"]]
    assert ((shared["lower"] <= shared["agreement"]) & (shared["agreement"] <= shared["upper"])).all()


def test_agreement_lists_every_pair_once():
    """Six pairs of four sides, five rows each."""
    table = measures.agreement(frame({}))
    assert len(table) == 30
    assert table["agreement"].isna().all()


def test_compare_adds_the_spread_among_speakers():
    """Two speakers at 0.8 and -0.8: the standard deviation of their means."""
    rows = frame(
        *[{"speaker": "Ida Engelhard"}] * 3, {"speaker": "Otto Beispiel", "stance": "against"}, {"speaker": ""}
    )
    table = measures.compare(rows, ("Russia", "USA"))
    assert len(table) == 8
    assert cell(table)["spread_speakers"] == pytest.approx(np.std([0.8, -0.8], ddof=1))
    assert np.isnan(cell(table, "USA")["spread_speakers"])


def test_speakers_have_their_own_means():
    """One row a speaker, with first and last day."""
    rows = frame(
        {"speaker": "Ida Engelhard"}, {"speaker": "Ida Engelhard", "stance": "neutral", "date": "2025-12-12"}, {}
    )
    found = measures.speakers(rows).set_index("speaker").loc["Ida Engelhard"]
    assert found["position"] == pytest.approx(0.4)
    assert found[["n", "first", "last"]].tolist() == [2, "2025-12-10", "2025-12-12"]


def test_portrayal_sets_own_words_against_what_others_tell():
    """The gap is told minus stated, and is not called enough below the least n."""
    told = {"actor": "USA", "holder": "Russia", "stance": "against"}
    row = cell(measures.portrayal(frame({}, {}, {"mode": "narrated"}, told, told, told)))
    assert row[["stated", "told", "gap"]].tolist() == pytest.approx([0.8, -0.8, -1.6])
    assert row[["n_stated", "n_told", "enough"]].tolist() == [3, 3, True]
    assert row["lower"] <= row["gap"] <= row["upper"]
    assert not cell(measures.portrayal(frame({}, {}, {}, told)))["enough"]


def test_attention_is_the_share_of_a_sides_statements():
    """Three on NATO and one on sanctions: three quarters and one; a silent side has no share."""
    table = measures.attention(frame(*[{}] * 3, {"topic": "sanctions"}), ("Russia", "USA"))
    assert cell(table)["share"] == 0.75
    assert (cell(table)["n"], cell(table)["total"]) == (3, 4)
    low, high = stats.binomtest(3, 4).proportion_ci(method="wilson")
    assert cell(table)[["lower", "upper"]].tolist() == pytest.approx([low, high])
    assert cell(table, topic="territory")["n"] == 0
    assert np.isnan(cell(table, "USA")["share"]) and np.isnan(cell(table, "USA")["upper"])


def test_network_joins_speakers_who_agree_on_two_topics():
    """One shared topic is too few, opposite camps and neutral ones are no agreement."""
    said = [("Ida", "nato", "favor"), ("Ida", "sanctions", "favor"), ("Otto", "nato", "favor")]
    said += [("Otto", "sanctions", "favor"), ("Nora", "nato", "favor"), ("Nora", "sanctions", "against")]
    said += [
        ("Ada", "nato", "favor"),
        ("Ada", "sanctions", "neutral"),
        ("", "nato", "favor"),
        ("", "sanctions", "favor"),
    ]
    edges = measures.network(frame(*({"speaker": s, "topic": t, "stance": c} for s, t, c in said)))
    assert edges[["a", "b", "n_agree", "n_conflict"]].to_numpy().tolist() == [["Ida", "Otto", 2, 0]]
    assert edges["topics"].iloc[0] == ("nato", "sanctions")


def test_speakers_of_one_side_are_compared_by_their_own_words():
    """A row for each speaker and topic, each with its own n."""
    rows = frame(*[{"speaker": "Ida"}] * 3, {"speaker": "Otto", "stance": "against"})
    table = measures.compare_speakers(rows, "Russia", ("Ida", "Otto"))
    nato = table[table["topic"] == "nato"].set_index("speaker")
    assert nato["n_independent"].to_dict() == {"Ida": 3, "Otto": 1}
    assert nato["position"].to_dict() == pytest.approx({"Ida": 0.8, "Otto": -0.8})


# --- evidence and corpus


def test_strongest_weighs_score_by_confidence_and_shows_an_utterance_once():
    """A surer, milder statement may lead; copies do not fill the list."""
    rows = frame(
        {"score": 1.0, "confidence": 0.5},
        {"score": 0.8, "confidence": 0.9, "utterance_id": "u"},
        {"score": 0.8, "confidence": 0.8, "utterance_id": "u"},
        {"score": -0.3, "stance": "against", "confidence": 0.9},
        {"score": 0.0, "stance": "neutral", "confidence": 1.0},
        {"score": 1.0, "confidence": 1.0, "actor": "USA"},
    )
    best = measures.strongest(rows, "Russia", "nato", count=2)
    assert best.index.tolist() == [1, 0, 3]
    assert best["direction"].tolist() == ["favor", "favor", "against"]
    assert best["strength"].tolist() == pytest.approx([0.72, 0.5, 0.27])


def test_coverage_lists_articles_without_statements_and_every_relay():
    """A silent article has zeros; each name in a chain is an agency."""
    rows = frame({"via": "Erste Agentur > Zweite Agentur"}, {"article_id": "a0", "via": "Zweite Agentur"})
    articles = pd.DataFrame({"id": ["a0", "still"], "outlet": ["Testbote", ""], "language": ["de", "en"]})
    found = measures.coverage(rows, articles).set_index(["kind", "key"])
    assert found.loc[("article", "still"), ["n_articles", "n_statements", "share"]].tolist() == [1, 0, 0]
    assert found.loc[("article", "a0"), ["n_statements", "n_independent", "share"]].tolist() == [2, 2, 1]
    assert found.loc[("agency", "Zweite Agentur"), ["n_articles", "n_statements"]].tolist() == [1, 2]
    assert found.loc[("agency", "Erste Agentur"), "share"] == 0.5
    assert found.loc[("language", "en"), "n_statements"] == 0


@pytest.mark.parametrize(
    ("rows", "dominant"),
    [
        ([{}, {}], None),
        ([{}, {}, {"outlet": "B"}], ("outlet", "Testbote", 2 / 3, 3)),
        ([{}, {}, {"outlet": "B"}, {"outlet": "C"}], None),
        ([{"outlet": ""}] * 4, None),
        (
            [{"outlet": name, "via": "X > Agentur"} for name in "ABC"] + [{"outlet": "D"}],
            ("agency", "Agentur", 0.75, 4),
        ),
    ],
)
def test_dominance_names_who_supplies_over_half(rows, dominant):
    """Half is not over half, nobody dominates a handful, and an unknown outlet is no outlet."""
    found = measures.dominance(frame(*rows))
    if dominant and dominant[0] == "agency":
        assert (found.kind, found.share, found.n) == ("agency", 0.75, 4)
    else:
        assert found == (dominant and pytest.approx(dominant))


# --- the whole


EMPTY_CALLS = {
    "matrix": (lambda rows: measures.matrix(rows), 16),
    "positions": (lambda rows: measures.positions(rows), 0),
    "timeline": (lambda rows: measures.timeline(rows), 0),
    "undated": (lambda rows: measures.undated(rows), 0),
    "shifts": (lambda rows: measures.shifts(rows, BEFORE, AFTER), 16),
    "compare": (lambda rows: measures.compare(rows, ("USA", "Europe")), 8),
    "agreement": (lambda rows: measures.agreement(rows), 30),
    "speakers": (lambda rows: measures.speakers(rows), 0),
    "portrayal": (lambda rows: measures.portrayal(rows), 16),
    "attention": (lambda rows: measures.attention(rows), 16),
    "network": (lambda rows: measures.network(rows), 0),
    "compare_speakers": (lambda rows: measures.compare_speakers(rows, "USA", ("Person 1", "Person 2")), 8),
    "strongest": (lambda rows: measures.strongest(rows, "USA", "nato"), 0),
    "select": (lambda rows: measures.select(rows, text="x", since="2025-01-01"), 0),
}


@pytest.mark.parametrize("name", EMPTY_CALLS)
def test_an_empty_corpus_gives_complete_and_typed_results(name):
    """No rows, or rows of no topic, give the same columns and types as a full corpus."""
    call, length = EMPTY_CALLS[name]
    full = call(many(300, 20))
    for rows in (measures.prepare(pd.DataFrame()), many(300, 20).iloc[:0]):
        empty = call(rows)
        assert len(empty) == length
        assert list(empty.columns) == list(full.columns)
        numbers = full.select_dtypes("number").columns
        assert (empty[numbers].dtypes.astype(str).str.contains("int|float")).all()


@pytest.mark.parametrize("name", EMPTY_CALLS)
def test_measures_leave_the_frame_untouched(name):
    """The frame is shared between readers."""
    rows = many(300, 20)
    before = rows.copy()
    EMPTY_CALLS[name][0](rows)
    pd.testing.assert_frame_equal(rows, before)


def test_a_frame_is_read_once_and_not_taken_for_another():
    """The same frame gives equal tables again, a part of it its own, and a caller's column does not stay."""
    rows = frame({}, {}, {"stance": "against"})
    first = measures.positions(rows)
    first["score"] = 0.0
    assert measures.positions(rows)["score"].tolist() == pytest.approx([0.9, 0.9, -0.9], abs=0.2)
    assert len(measures.positions(rows.iloc[:2])) == 2


def test_the_trend_of_one_topic_is_its_part_of_the_whole():
    """The same rows, whatever is said on the others."""
    rows = many(300, 20)
    for topic in ("nato", "sanctions"):
        whole = measures.timeline(rows, "M")
        part = whole[whole["topic"] == topic].reset_index(drop=True)
        pd.testing.assert_frame_equal(measures.timeline(rows, "M", topic), part)
        assert len(part)
