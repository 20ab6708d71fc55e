"""Two bundles side by side: every way in which a cell can change is told from the others."""

import json
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from test_bundle import rezipped, unzipped
from test_store import row
from typer.testing import CliRunner

from positions import bundle, diff, store
from positions.__main__ import app

MODEL = {"name": "positions", "version": "1", "sha256": "0" * 64}
ROWS = [
    row(statement_id="s1", utterance_id="u1", article_id="a1", score=0.8),
    row(statement_id="s2", utterance_id="u2", article_id="a1", score=0.6),
    row(statement_id="s3", utterance_id="u3", article_id="a2", score=-0.4, stance="against"),
]


@pytest.fixture
def compared(tmp_path, monkeypatch):
    """``compared(dict(...), dict(...))``: the difference of bundles with those rows, texts, model, codebook, view."""

    def zipped(name, rows=ROWS, texts=None, model=MODEL, codebook="c", page="statements", **parameters):
        texts = {"a1": "one", "a2": "two"} if texts is None else texts
        monkeypatch.setattr(bundle, "model_facts", lambda: model)
        monkeypatch.setattr(bundle, "codebook_facts", lambda: {"version": "1", "sha256": codebook, "topics": []})
        plain = dict(published="2025-12-04", outlet="Stadtblatt", title="T", url="", language="de")
        listed = pd.DataFrame([{"id": id, "text": text, **plain} for id, text in texts.items()])
        path = tmp_path / f"{name}.zip"
        path.write_bytes(
            bundle.make(store.to_frame(rows), listed, {}, page=page, parameters=parameters, created=date(2026, 1, 2))
        )
        return path

    def compare(old, new):
        paths = zipped("old", **old), zipped("new", **new)
        found = diff.compare(*map(bundle.read, paths))
        json.dumps(found, allow_nan=False)
        return SimpleNamespace(**found, paths=paths, lines=list(diff.describe(found)))

    return compare


def cell(found, side="Europe", topic="sanctions"):
    return next(one for one in found.cells if (one["side"], one["topic"]) == (side, topic))


def reasons(found, **place):
    return {
        tuple(one["causes"]): {name: n for name, n in one.items() if name != "causes" and n}
        for one in cell(found, **place)["reasons"]
    }


def changed(row_, **changes):
    return type(row_)(**{**{name: getattr(row_, name) for name in store.COLUMNS}, **changes})


def test_equal_bundles_differ_in_nothing(compared):
    """No cell, no article, no label; all sixteen cells are there for whoever reads JSON."""
    found = compared({}, {})
    assert len(found.cells) == 16 and not any(one["changed"] for one in found.cells)
    assert found.differs == [] and found.labels == [] and not any(found.articles.values())
    assert "Cells changed: 0 of 16" in found.lines


def test_a_new_article_is_named_with_what_it_brings(compared):
    """Position and amount move, and the reason counts the statement."""
    more = [*ROWS, row(statement_id="s4", utterance_id="u4", article_id="a3", score=1.0)]
    found = compared({}, dict(rows=more, texts={"a1": "one", "a2": "two", "a3": "three"}))
    assert [one["id"] for one in found.articles["added"]] == ["a3"]
    assert reasons(found) == {("new_articles",): {"added": 1}}
    assert (cell(found)["old"]["position"], cell(found)["new"]["position"]) == (0.3333, 0.5)
    assert (cell(found)["old"]["n_independent"], cell(found)["new"]["n_independent"]) == (3, 4)
    assert "  + a3 · 2025-12-04 · Stadtblatt · T" in found.lines
    assert any(line.startswith("  Europe on sanctions: +0.33 -> +0.50") for line in found.lines)
    assert "    articles that are new: 1 added" in found.lines


def test_a_removed_article_is_named(compared):
    """The same the other way round."""
    found = compared({}, dict(rows=ROWS[:2], texts={"a1": "one"}))
    assert [one["id"] for one in found.articles["removed"]] == ["a2"]
    assert reasons(found) == {("removed_articles",): {"removed": 1}}


def test_another_text_under_the_same_id_is_a_changed_article(compared):
    """Its statements go and come with it."""
    rows = [*ROWS[:2], changed(ROWS[2], statement_id="s9")]
    found = compared({}, dict(rows=rows, texts={"a1": "one", "a2": "two, corrected"}))
    assert [one["id"] for one in found.articles["changed"]] == ["a2"] and not found.articles["added"]
    assert reasons(found) == {("changed_articles",): {"added": 1, "removed": 1}}


def test_a_renamed_article_is_the_same(compared):
    """Only its text counts."""
    renamed = [changed(one, article_id={"a1": "b1"}.get(one.article_id, one.article_id)) for one in ROWS]
    found = compared({}, dict(rows=renamed, texts={"b1": "one", "a2": "two"}))
    assert not any(one["changed"] for one in found.cells) and not any(found.articles.values())


@pytest.mark.parametrize(
    ("old", "new", "causes"),
    [
        ({}, dict(reviewed=True), ("reviewed",)),
        (dict(reviewed=True), {}, ("review_lost",)),
        ({}, {}, ("relabelled",)),
    ],
)
def test_a_corrected_label_is_told_from_a_wavering_one(compared, old, new, causes):
    """By a person, or by a person and lost again, or by the same model."""
    before = [changed(ROWS[0], **old), *ROWS[1:]]
    after = [changed(ROWS[0], score=-0.8, stance="against", **new), *ROWS[1:]]
    found = compared(dict(rows=before), dict(rows=after))
    assert reasons(found) == {causes: {"rescored": 1, "turned": 1}}
    assert [(one["statement_id"], one["causes"]) for one in found.labels] == [("s1", causes)]
    assert any("Europe sanctions favor -> Europe sanctions against" in line for line in found.lines)


def test_a_statement_that_moves_leaves_one_cell_and_enters_another(compared):
    """With the same cause in both."""
    found = compared({}, dict(rows=[changed(ROWS[0], actor="USA", holder="USA"), *ROWS[1:]]))
    assert reasons(found) == {("relabelled",): {"removed": 1}}
    assert reasons(found, side="USA") == {("relabelled",): {"added": 1}}


@pytest.mark.parametrize(
    ("makers", "causes"),
    [
        (dict(model={**MODEL, "sha256": "1" * 64}), ("model",)),
        (dict(codebook="d"), ("codebook",)),
        (dict(model={**MODEL, "sha256": "1" * 64}, codebook="d"), ("model", "codebook")),
    ],
)
def test_another_model_or_codebook_is_the_cause(compared, makers, causes):
    """Both are named where the bundles cannot tell; a person's correction stays one."""
    rows = [
        changed(ROWS[0], score=0.7),
        changed(ROWS[1], stance="against", score=-0.9, reviewed=True),
        row(statement_id="s5", utterance_id="u5", article_id="a2", score=0.9),
    ]
    found = compared({}, dict(rows=rows, **makers))
    assert found.differs == list(causes)
    assert reasons(found) == {
        causes: {"added": 1, "removed": 1, "rescored": 1},
        ("reviewed",): {"rescored": 1, "turned": 1},
    }


def test_a_reviewed_row_that_another_view_shows_is_not_a_correction(compared):
    """It was reviewed before, or it was filtered out before: the view is the cause."""
    checked = [changed(ROWS[0], reviewed=True), *ROWS[1:]]
    found = compared(dict(rows=ROWS[1:], side=["Europe"]), dict(rows=checked))
    assert found.differs == ["view"] and reasons(found) == {("view",): {"added": 1}}
    found = compared(dict(rows=checked), dict(rows=[changed(checked[0], stance="against", score=-0.8), *ROWS[1:]]))
    assert reasons(found) == {("relabelled",): {"rescored": 1, "turned": 1}}


def test_a_label_has_the_cause_of_its_cell(compared):
    """No filter turns a stance, whatever else differs between the views."""
    turned = [changed(ROWS[0], stance="against", score=-0.8), *ROWS[1:]]
    found = compared(dict(side=["Europe"]), dict(rows=turned))
    assert found.differs == ["view"] and reasons(found) == {("relabelled",): {"rescored": 1, "turned": 1}}
    assert [one["causes"] for one in found.labels] == [("relabelled",)]


def test_another_view_hides_but_relabels_nothing(compared):
    """A filter explains a missing row; language and look are no filter."""
    found = compared(dict(lang=["de"]), dict(rows=ROWS[:2], side=["Europe"], lang=["en"]))
    assert found.differs == ["view"] and reasons(found) == {("view",): {"removed": 1}}
    assert compared(dict(lang=["de"]), dict(lang=["en"], sort=["oldest"])).differs == []
    found = compared({}, dict(rows=[changed(ROWS[0], score=0.1), *ROWS[1:]], page="positions"))
    assert reasons(found) == {("relabelled",): {"rescored": 1}}


def test_what_the_bundles_do_not_explain_is_called_so(compared):
    """A row that is gone though nothing differs; and the same rows joined otherwise."""
    assert reasons(compared({}, dict(rows=ROWS[:2]))) == {("unexplained",): {"removed": 1}}
    joined = [ROWS[0], changed(ROWS[1], utterance_id="u1"), ROWS[2]]
    assert reasons(compared({}, dict(rows=joined))) == {("joined",): {}}


def test_rounding_is_no_change(compared):
    """Processors differ in the last digits."""
    found = compared({}, dict(rows=[changed(ROWS[0], score=0.801), *ROWS[1:]]))
    assert not any(one["changed"] for one in found.cells)


def test_titles_cannot_steer_the_terminal(compared):
    """Control characters from a bundle are not printed."""
    evil = row(statement_id="s4", article_id="\x1b[2J\u202ea3")
    found = compared({}, dict(rows=[*ROWS, evil], texts={"a1": "one", "a2": "two", "\x1b[2J\u202ea3": "x"}))
    assert found.articles["added"][0]["id"] == "\x1b[2J\u202ea3"
    assert all(line.isprintable() for line in found.lines)


def test_long_lists_are_cut_in_words_and_whole_in_json(compared):
    """Twenty articles and how many more."""
    texts = {"a1": "one", "a2": "two", **{f"n{n}": f"new {n}" for n in range(30)}}
    found = compared({}, dict(texts=texts))
    assert len(found.articles["added"]) == 30 and "  and 10 more (see --json)" in found.lines


def test_the_command_prints_words_or_json(compared):
    """Both from the same difference; exit status 0 though something differs."""
    paths = [str(path) for path in compared({}, dict(rows=ROWS[:2])).paths]
    words, data = (CliRunner().invoke(app, ["diff", *paths, *more]) for more in ([], ["--json"]))
    assert (words.exit_code, data.exit_code) == (0, 0)
    assert "Cells changed: 1 of 16" in words.output and len(json.loads(data.output)["cells"]) == 16


def test_the_command_refuses_what_is_no_bundle(compared, tmp_path):
    """File and reason on standard error, exit status 1, no trace."""
    good = compared({}, {}).paths[0]
    for name, files, reason in (("evil", {"../x": b""}, "leads out"), ("empty", {}, "missing")):
        bad = rezipped(tmp_path / f"{name}.zip", files)
        for paths in ((good, bad), (bad, good)):
            result = CliRunner().invoke(app, ["diff", *map(str, paths)])
            assert result.exit_code == 1 and result.stdout == ""
            assert result.stderr.startswith(f"{bad}: ") and reason in result.stderr
    assert CliRunner().invoke(app, ["diff", str(good), str(tmp_path / "none.zip")]).exit_code == 2


def test_a_touched_file_is_pointed_out(compared):
    """The difference is still shown, with a remark."""
    old, new = compared({}, {}).paths
    files = unzipped(new.read_bytes())
    files["statements.csv"] = files["statements.csv"].replace(b"0.8", b"0.1")
    rezipped(new, files)
    result = CliRunner().invoke(app, ["diff", str(old), str(new)])
    assert "not the one that its manifest gives the hash of" in result.output
