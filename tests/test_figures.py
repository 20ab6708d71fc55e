"""What a reader sees in the figures: values, words, four looks, gaps, escaped names, readable colours."""

import itertools

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from positions import codebook, figures, ladders, measures
from positions.figures import tables, theme, wording
from positions.figures.theme import blend, text_on
from positions.records import SIDES, TOPICS
from positions.ui import words

GERMAN = {
    "Russia": "Russland", "Europe": "Europa", "security_guarantees": "Sicherheits\u00adgarantien", "few": "zu wenig",
    "strongly_favor": "klar dafür", "decimal": ",", "date": "%d.%m.%Y", "n": "N = {n}",
}  # fmt: skip
SCORES = {"favor": 0.8, "against": -0.8, "neutral": 0.0}
EVIL = '<a href="javascript:alert(1)">x</a> %{x}'


def row(number: int, actor: str, topic: str, stance: str, **given: str) -> dict:
    """One tagged statement of its own utterance and article."""
    own = {"statement_id": f"s{number}", "utterance_id": f"u{number}", "article_id": f"a{number % 7}", "holder": actor}
    known = {"date": "2025-12-01", "outlet": "Testbote", "speaker": "Ida Engelhard", "mode": "direct", "text": "Satz."}
    blank = {name: "" for name in measures.COLUMNS} | {"confidence": 0.9, "start": 0, "end": 5, "reviewed": False}
    return blank | own | known | {"actor": actor, "topic": topic, "stance": stance, "score": SCORES[stance]} | given


@pytest.fixture(autouse=True)
def checked(monkeypatch):
    """Plotly looks at every name and value that the figures give it."""
    monkeypatch.setattr(theme, "CHECKED", True)


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    """A position, a mixed cell, one with too few, told statements, a silent week, an evil speaker; the rest silent."""
    said = [("Ukraine", "nato", "favor", {"date": f"2025-12-{day:02}"}) for day in (1, 2, 3, 8, 9, 22)]
    said += [("Russia", "nato", stance, {}) for stance in ("favor", "against", "favor", "against")]
    said += [("USA", "sanctions", "against", {"speaker": EVIL, "date": ""})]
    said += [("Russia", "territory", "against", {"date": f"2025-12-{day:02}"}) for day in (1, 1, 2, 20, 20, 21)]
    said += [("USA", "territory", "favor", {"holder": "Russia"})] * 3
    table = [row(number, *facts[:3], **facts[3]) for number, facts in enumerate(said)]
    return measures.prepare(pd.DataFrame(table, columns=list(measures.COLUMNS)))


@pytest.fixture(scope="module")
def own(rows: pd.DataFrame) -> pd.DataFrame:
    return measures.select(rows, sources=measures.COUNTED)


def texts(figure: go.Figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def trace(figure: go.Figure, name: str) -> go.Figure:
    return next(one for one in figure.data if one.name == name)


def runs(figure: go.Figure) -> list[go.Scatter]:
    """The drawn lines, without the keys of the legend."""
    return [
        one for one in figure.data if one.type == "scatter" and one.mode == "lines+markers" and one.x[0] is not None
    ]


def cell_of(figure: go.Figure, side: str, topic: str) -> tuple[str, str, str]:
    """Fill, pattern and text of one cell."""
    cells = trace(figure, "cells")
    index = [list(key) for key in cells.customdata].index([side, topic])
    return cells.marker.color[index], cells.marker.pattern.shape[index], texts(figure)[index]


# --- the matrix


def test_matrix_writes_value_band_and_n_into_each_cell(own):
    """Sixteen cells in the order of the measure, in the words that were passed."""
    figure = figures.matrix(measures.matrix(own), GERMAN)
    assert len(texts(figure)) == 16
    text = cell_of(figure, "Ukraine", "nato")[2]
    assert "+0,80" in text
    assert "klar<br>dafür" in text
    assert "N = 6" in text


def test_four_states_have_four_looks_without_colour(own):
    """Filled, split, hatched, empty with a dash; frames differ too."""
    figure = figures.matrix(measures.matrix(own), {})
    position, mixed, few, none = (
        cell_of(figure, *key)
        for key in (("Ukraine", "nato"), ("Russia", "nato"), ("USA", "sanctions"), ("Europe", "nato"))
    )
    assert position[0].startswith("#")
    assert [look[1] for look in (position, mixed, few, none)] == ["", "", "/", ""]
    assert "mixed" in mixed[2]
    assert "too few" in few[2]
    assert "n = 1" in few[2]
    assert none[2].startswith("–")
    frames = [shape.line.dash for shape in figure.layout.shapes if shape.type == "rect" and shape.line.dash]
    assert frames.count("dash") == 1
    assert frames.count("dot") == 13 - 1
    halves = [shape for shape in figure.layout.shapes if shape.type == "rect" and shape.layer == "below"]
    assert len(halves) == 2


def test_a_cell_with_too_few_statements_shows_no_value(own):
    """Nobody can quote a number that rests on one statement."""
    assert "0.8" not in cell_of(figures.matrix(measures.matrix(own), {}), "USA", "sanctions")[2]


def test_uncertainty_pales_the_colour():
    """The same value with a wider interval, or with none, lies nearer to the blank cell."""
    shades = []
    for lower, upper in ((0.6, 0.9), (0.1, 1.0), (-0.5, 1.0), (np.nan, np.nan)):
        cell = pd.Series({"state": "position", "position": 0.8, "lower": lower, "upper": upper})
        shades.append(figures.contrast(tables._cell_fill(cell, figures.INKS["light"]), figures.INKS["light"]["blank"]))
    assert shades[0] > shades[1] > shades[2] == shades[3]


def test_a_click_yields_side_and_topic_and_the_chosen_cell_is_framed(own):
    """The click target covers the cell; the frame is the only thick line."""
    figure = figures.matrix(measures.matrix(own), {}, selected=("USA", "nato"))
    cells = trace(figure, "cells")
    assert [list(key) for key in cells.customdata] == [[side, topic] for side in SIDES for topic in TOPICS]
    assert cells.width * cells.y[0] > 0.85
    thick = [shape for shape in figure.layout.shapes if shape.type == "rect" and shape.line.width == 3]
    assert [(round(shape.x0), round(shape.y0)) for shape in thick] == [(0, 2)]


def test_the_same_disclosure_for_hover_and_reader(own):
    """Everything that a number rests on, and nothing for a cell in which nothing was said."""
    cells = measures.matrix(own)
    lines = figures.cell_lines(cells.iloc[4], GERMAN)
    assert lines[0] == "Ukraine · NATO membership"
    text = "\n".join(lines)
    for part in ("+0,80 · klar dafür", "6 statements, 6 of them independent", "01.12.2025 to 22.12.2025", "own 100 %"):
        assert part in text
    assert figures.cell_lines(cells.iloc[12], {}) == ["Europe · NATO membership", "no statement"]
    hovers = trace(figures.matrix(cells, GERMAN), "cells").hovertext
    assert hovers[4] == "<br>".join(lines)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_every_fill(scheme):
    """At least 4.5 to 1 on any shade that a cell can have."""
    ink = figures.INKS[scheme]
    for position, width in itertools.product(np.linspace(-1, 1, 41), (0.3, 0.8, 1.6)):
        cell = pd.Series({"state": "position", "position": position, "lower": 0.0, "upper": width})
        fill = tables._cell_fill(cell, ink)
        assert figures.contrast(text_on(fill, ink), fill) >= 4.5
    for part in (ink["favor"], ink["against"]):
        assert figures.contrast(ink["text"], blend(ink["blank"], part, 0.28)) >= 4.5


@pytest.mark.parametrize(("scheme", "page"), [("light", "#ffffff"), ("dark", "#0e1117")])
def test_marks_and_labels_stand_out_from_the_page(scheme, page):
    """3 to 1 for marks, 4.5 to 1 for text."""
    assert all(figures.contrast(color, page) >= 3 for color in figures.COLORS[scheme].values())
    assert all(figures.contrast(figures.INKS[scheme][name], page) >= 4.5 for name in ("text", "muted"))


# --- over time


def test_no_line_crosses_a_silent_period(own):
    """Weeks of 1, 8 and 22 December: the third stands alone."""
    figure = figures.timeline(measures.timeline(own, "W"), {}, topic="nato", sides=("Ukraine",))
    lines = runs(figure)
    assert [len(one.x) for one in lines] == [2, 1]
    assert all(value == pytest.approx(0.8) for one in lines for value in one.y)


def test_points_below_the_least_n_are_hollow_and_grow_with_n(own):
    """Three, two and one statements."""
    figure = figures.timeline(measures.timeline(own, "W"), {}, topic="nato", sides=("Ukraine",))
    lines = runs(figure)
    assert [symbol for one in lines for symbol in one.marker.symbol] == ["square", "square-open", "square-open"]
    sizes = [size for one in lines for size in one.marker.size]
    assert sizes == sorted(sizes, reverse=True)


def test_volume_stands_under_the_trend(own):
    """The bars count what the points rest on."""
    figure = figures.timeline(measures.timeline(own, "W"), {}, topic="nato", sides=("Ukraine",))
    assert next(one for one in figure.data if one.type == "bar").y.tolist() == [3, 2, 1]


def test_split_gives_each_side_its_own_panel(own):
    """Two sides spoke: two panels and the volume."""
    line = measures.timeline(own, "W")
    figure = figures.timeline(line, {}, topic="nato", split=True)
    assert {one.yaxis for one in figure.data} == {"y", "y2", "y3"}
    assert {one.yaxis for one in figures.timeline(line, {}, topic="nato").data} == {"y", "y2"}


def test_events_are_marked_and_their_labels_escaped(own):
    """A label from a file is text, never a link; in the chart stands its number."""
    events = pd.DataFrame({"date": ["2025-12-15"], "label": [EVIL]})
    figure = figures.timeline(measures.timeline(own, "W"), GERMAN, topic="nato", events=events)
    assert trace(figure, "event").hovertext[0].startswith("15.12.2025<br>&lt;a href")
    assert trace(figure, "event").text == ("1",)
    assert 1 < min(trace(figure, "event").y) < figure.layout.yaxis.range[1], "no point is covered"
    assert len(figure.layout.shapes) == 2


# --- side by side


def test_compare_never_draws_silence_as_zero(own):
    """Three marks for three cells; the other five say so in words."""
    figure = figures.compare(measures.compare(own, ("Russia", "USA")), {})
    marks = trace(figure, "dots").marker
    assert sum("no statement" in text for text in texts(figure)) == 5
    looks = sorted(zip(marks.symbol, marks.size, strict=True))
    assert looks == [
        ("circle", 12),
        ("circle-open", 13),
        ("diamond-open", 7),
    ]


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_no_remark_is_wider_than_its_margin(own, language):
    """The words beside the marks have their own pixels, so that a narrow screen cuts none of them off."""
    cells = measures.compare(own, SIDES)
    bands = itertools.islice(itertools.cycle((*measures.BANDS, *measures.STATES[:3])), len(cells))
    cells = cells.assign(state="few", position=0.0, band=list(bands))
    figure = figures.compare(cells, words.load(language).group("figures"))
    lines = [line for note in figure.layout.annotations if note.x == 1 for line in note.text.split("<br>")]
    assert len(lines) >= 2 * len(cells)
    assert max(map(len, lines)) * 5.8 <= figure.layout.margin.r, "5.8 px is a wide guess at a letter of size 10"


def test_agreement_shows_missing_pairs_as_missing(own):
    """Only Russia and Ukraine both have enough, on one topic."""
    figure = figures.agreement(measures.agreement(own), GERMAN)
    assert [text for text in texts(figure) if "<b>" in text] == ["<b>0,60</b>"] * 2
    assert list(trace(figure, "cells").marker.pattern.shape).count("/") == 28


def test_speakers_names_are_escaped(own):
    """A speaker's name from an article is shown literally."""
    figure = figures.speakers(measures.speakers(own), {}, topic="sanctions")
    hover = figure.data[0].text[0]
    assert "<a" not in hover
    assert "%{" not in hover
    assert "&lt;a href" in hover


def test_portrayal_joins_own_words_and_what_others_tell(rows):
    """One row has both: a filled mark at -0.8, a hollow one at 0.8."""
    figure = figures.portrayal(measures.portrayal(rows), {})
    dots = trace(figure, "dots")
    marks = dict(zip(dots.marker.symbol, dots.x, strict=True))
    assert marks == pytest.approx({"circle": -0.8, "circle-open": 0.8})
    assert [one.name for one in figure.data if one.showlegend] == ["others say of it", "says itself"]


def test_shifts_leave_out_what_cannot_be_judged(own):
    """One cell has enough in both periods, and its verdict stands beside it."""
    found = measures.shifts(own, ("2025-12-01", "2025-12-15"), ("2025-12-16", "2025-12-31"))
    figure = figures.shifts(found, {})
    assert len(trace(figure, "dots").x) == 2
    verdict = found.loc[(found["side"] == "Russia") & (found["topic"] == "territory"), "verdict"].iloc[0]
    assert figures.ENGLISH[verdict] in [text.replace("<br>", " ") for text in texts(figure)]


# --- words


@pytest.mark.parametrize(
    ("value", "words", "shown"),
    [
        (0.624, {}, "+0.62"), (-0.626, GERMAN, "−0,63"), (0, {}, "0.00"), (-0.001, {}, "0.00"), (np.nan, {}, "–"),
        (1, GERMAN, "+1,00"),
    ],
)  # fmt: skip
def test_numbers_have_a_sign_and_the_languages_decimal_mark(value, words, shown):
    """No minus zero, a dash for what does not exist."""
    assert figures.number(value, words) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [("2025-12-18", "18.12.2025"), (pd.Timestamp("2025-12-01"), "01.12.2025"), ("", "–"), (pd.NaT, "–")],
)
def test_days_are_written_in_the_languages_order(value, shown):
    """ISO text and timestamps alike."""
    assert figures.day(value, GERMAN) == shown


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Sicherheits\u00adgarantien", "Sicherheits-<br>garantien"),
        ("leans in favor", "leans in<br>favor"),
        ("kurz", "kurz"),
        ("a\u00adb", "ab"),
    ],
)
def test_long_labels_break_where_the_language_allows(text, lines):
    """A hyphen appears only where a word is broken."""
    assert wording.broken(text) == lines


def calls(rows: pd.DataFrame) -> dict:
    """Each figure with its measure and its text alternative."""
    line, spoken = measures.timeline(rows), measures.speakers(rows)
    sides, periods = measures.compare(rows, SIDES), (("2025-12-01", "2025-12-15"), ("2025-12-16", "2025-12-31"))
    pairs, told, moved = measures.agreement(rows), measures.portrayal(rows), measures.shifts(rows, *periods)
    return {
        "matrix": (figures.matrix, figures.describe_matrix, (measures.matrix(rows),), {}),
        "compare": (figures.compare, figures.describe_compare, (sides,), {}),
        "agreement": (figures.agreement, figures.describe_agreement, (pairs,), {}),
        "portrayal": (figures.portrayal, figures.describe_portrayal, (told,), {}),
        "shifts": (figures.shifts, figures.describe_shifts, (moved,), {}),
        "timeline": (figures.timeline, figures.describe_timeline, (line,), {"topic": "territory"}),
        "attention": (figures.attention, figures.describe_attention, (measures.attention(rows),), {}),
        "network": (figures.network, figures.describe_network, (measures.network(rows, 1),), {}),
        "speakers": (figures.speakers, figures.describe_speakers, (spoken,), {"topic": "territory"}),
    }


NAMES = [
    "matrix",
    "compare",
    "agreement",
    "portrayal",
    "shifts",
    "timeline",
    "speakers",
    "attention",
    "network",
]


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_a_text_alternative_in_the_given_words(rows, name):
    """It names the sides in the reader's language and leaves no placeholder open."""
    _, describe, frames, options = calls(rows)[name]
    text = describe(*frames, GERMAN, **options)
    assert "{" not in text
    assert "nan" not in text
    assert "\u00ad" not in text
    assert name == "network" or "Russland" in text
    assert "Russia" not in text


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dark", [False, True])
def test_an_empty_corpus_draws_an_empty_figure(rows, name, dark):
    """No error, nothing pretended, and a sentence that says so."""
    draw, describe, frames, options = calls(rows.iloc[:0])[name]
    figure = draw(*frames, {}, dark=dark, **options)
    marks = [x for one in figure.data if one.type == "scatter" for x in (one.x if one.x is not None else [])]
    assert [x for x in marks if x is not None] == []
    text = describe(*frames, {}, **options)
    assert "no statement" in text


@pytest.mark.parametrize("name", NAMES)
def test_figures_carry_their_own_ink_and_no_title(rows, name):
    """Text colours are explicit in both themes, the ground is transparent, the height suits a phone."""
    draw, _, frames, options = calls(rows)[name]
    light, dark = (draw(*frames, {}, dark=dark, **options) for dark in (False, True))
    assert light.layout.font.color != dark.layout.font.color
    assert light.layout.paper_bgcolor == dark.layout.paper_bgcolor == "rgba(0,0,0,0)"
    assert light.layout.title.text is None
    assert 100 <= light.layout.height <= 900


def test_charts_are_not_sent_anywhere():
    """The toolbar has the camera and no upload."""
    assert figures.CONFIG["showSendToCloud"] is False
    assert figures.CONFIG["modeBarButtons"] == [["toImage"]]


BINS = [{"confidence": 0.4, "right": 0.5, "n": 40}, {"confidence": 0.9, "right": 0.8, "n": 41}]
STEPS = [{"at_least": 0.0, "kept": 1.0, "right": 0.6, "n": 81}, {"at_least": 0.5, "kept": 0.5, "right": 0.8, "n": 41}]


@pytest.mark.parametrize(
    ("draw", "describe", "data", "points"),
    [
        (figures.reliability, figures.describe_reliability, BINS, [(0.4, 0.5), (0.9, 0.8)]),
        (figures.coverage, figures.describe_coverage, STEPS, [(1.0, 0.6), (0.5, 0.8)]),
    ],
)
def test_figures_of_the_confidence(draw, describe, data, points):
    """They show the measured points as they are, and say them in words."""
    line = draw(data, {}).data[-1]
    assert list(zip(line.x, line.y, strict=True)) == points
    assert "80" in describe(data, {}) and "{" not in describe(data, GERMAN)
    assert describe([], {}) == figures.ENGLISH["alt_nothing"]


@pytest.fixture(scope="module")
def rungs() -> pd.DataFrame:
    """Two options: one for which two sides stand and one contested inside a side; the rest is unknown."""
    said = [("Ukraine", "freeze", "offers"), ("USA", "freeze", "demands"), ("Russia", "cession", "demands")]
    said += [("Ukraine", "cession", "refuses"), ("USA", "cession", "demands"), ("USA", "cession", "refuses")]
    lines = pd.DataFrame(said, columns=["side", "rung", "act"]).assign(topic="territory", reason="")
    return ladders.cells(lines.assign(utterance_id=range(len(lines))), LADDER)


LADDER = codebook.load().ladders.of("territory")
NAMES = {rung.key: rung.name["en"] for rung in LADDER.rungs}


def test_the_ladder_has_a_cell_for_every_side_and_rung(rungs):
    """Acts with their numbers, and unknown where nobody spoke; a click names side and rung."""
    figure = figures.ladder(rungs, {}, names=NAMES)
    cells = trace(figure, "cells")
    shown = dict(zip(map(tuple, cells.customdata), texts(figure), strict=True))
    assert shown[("USA", "cession")] == "demands 1<br>refuses 1"
    assert "unknown" in shown[("Europe", "zones")]
    assert [shape for shape in cells.marker.pattern.shape if shape] == ["x"]


def test_the_ladder_marks_where_sides_meet(rungs):
    """A full diamond and frames on enough statements, an empty one on too few."""
    few = figures.ladder(rungs, {}, names=NAMES, shared={"freeze": False})
    enough = figures.ladder(rungs, {}, names=NAMES, shared={"freeze": True})
    assert sum(label.startswith("◇") for label in few.layout.yaxis.ticktext) == 1
    assert sum(label.startswith("◆") for label in enough.layout.yaxis.ticktext) == 1
    assert [sum(shape.line.width == 3 for shape in one.layout.shapes) for one in (few, enough)] == [0, 2]


def test_the_ladder_in_words(rungs):
    """Every known pair of side and option, and how many are unknown."""
    said = figures.describe_ladder(rungs, {}, NAMES)
    assert "Ukraine on “Freeze at the line of contact”: offers 1." in said
    assert "Unknown: 27 pairs" in said
    assert figures.describe_ladder(rungs[rungs["state"] == "unknown"], {}, NAMES).startswith("Nothing to show")


def test_a_warning_stands_in_the_figure():
    """At its foot, escaped, with room of its own."""
    table = pd.DataFrame({"period": pd.to_datetime(["2025-12-01", "2025-12-02"]), "n": [2, 0], "step": "D"})
    plain, warned = figures.calendar(table, {}), figures.warn(figures.calendar(table, {}), f"Half from {EVIL}")
    assert warned.layout.title.text.startswith("Half from &lt;a href")
    assert warned.layout.height > plain.layout.height
    assert figures.describe_calendar(table, {}) == (
        "2 articles from 01 Dec 2025 to 02 Dec 2025; most in the period from 01 Dec 2025."
    )
    assert figures.describe_calendar(table[:0], {}).startswith("Nothing to show")
