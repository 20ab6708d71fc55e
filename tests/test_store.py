"""Tagged statements on disk: the same rows come back, spreadsheets stay safe, nothing is left half-written."""

import io
import json
import math

import pandas as pd
import pytest

from positions import store
from positions.records import TaggedStatement

DANGEROUS = [
    "=1+1",
    "+49 30",
    "-5",
    "@SUM(A1)",
    "\tx",
    "\rx",
    "\nx",
    "＝1",
    "＋1",
    "－1",
    "＠x",
    "  =1",
    "'=1",
    "''=1",
    "' =1",
]
HARMLESS = ["", "Nein.", "'n Abend", "„Nein“, sagte sie", 'a "b", c; d', "1 = 1", "a\r\nb", "a\u2028b", "für"]


def row(**changes) -> TaggedStatement:
    plain = dict(
        statement_id="s1",
        utterance_id="u1",
        article_id="a1",
        published="2025-12-04",
        date="2025-12-02",
        date_basis="expression",
        outlet="Stadtblatt",
        title="Gespräche",
        url="https://example.org/1",
        language="de",
        actor="Europe",
        speaker="Arne Lindqvist",
        holder="Europe",
        mode="direct",
        via="",
        topic="sanctions",
        stance="favor",
        score=0.8,
        confidence=0.75,
        text="Die Sanktionen bleiben.",
        start=10,
        end=33,
        cue="sagte",
    )
    return TaggedStatement(**{**plain, **changes})


@pytest.fixture
def frame() -> pd.DataFrame:
    other = row(statement_id="s2", topic="other", stance="", score=None, reviewed=True, date="", date_basis="unknown")
    return store.to_frame([row(), other, row(statement_id="s3", text='Er sagte: "Ja;\nnein", 5 %', score=-1 / 3)])


def test_columns_follow_the_contract():
    """The contract's columns come first and in its order."""
    assert store.COLUMNS[:5] == ("statement_id", "utterance_id", "article_id", "published", "date")
    assert store.COLUMNS[15:23] == ("topic", "stance", "score", "confidence", "text", "start", "end", "cue")


@pytest.mark.parametrize("format", store.FORMATS)
def test_rows_come_back(frame, tmp_path, format):
    """What was written is read back, value for value and type for type."""
    path = tmp_path / f"out.{format}"
    store.write(frame, path)
    pd.testing.assert_frame_equal(store.read(path), frame)


@pytest.mark.parametrize("format", store.FORMATS)
def test_no_rows_come_back_as_no_rows(tmp_path, format):
    """An empty table keeps its columns and types."""
    path = tmp_path / f"out.{format}"
    store.write(store.to_frame([]), path)
    pd.testing.assert_frame_equal(store.read(path), store.to_frame([]))


@pytest.mark.parametrize("text", DANGEROUS + HARMLESS)
@pytest.mark.parametrize("sep", [",", ";"])
def test_texts_survive_csv(tmp_path, text, sep):
    """The guard against formulas comes off again and leaves every text as it was."""
    path = tmp_path / "out.csv"
    path.write_bytes(store.csv_bytes(store.to_frame([row(text=text, speaker=text)]), sep, "," if sep == ";" else "."))
    assert (store.read(path)[["text", "speaker"]] == text).all(axis=None)
    assert store.read(path)["score"].item() == 0.8


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_cell_starts_a_formula(text):
    """A spreadsheet sees a text that begins with an apostrophe."""
    cells = pd.read_csv(io.BytesIO(store.csv_bytes(store.to_frame([row(text=text)]))), dtype=str, keep_default_na=False)
    assert cells["text"].item() == f"'{text}"


def test_numbers_are_not_guarded():
    """A negative score stays a number."""
    assert b",-0.5," in store.csv_bytes(store.to_frame([row(score=-0.5)]))


def test_csv_is_what_excel_wants(frame):
    """Byte-order mark, CRLF line ends, empty score, semicolon and decimal comma on request."""
    data = store.csv_bytes(frame)
    assert data.startswith(b"\xef\xbb\xbfstatement_id,") and data.endswith(b"\r\n")
    assert b",other,,,0.75," in data
    assert b";sanctions;favor;0,8;0,75;" in store.csv_bytes(frame, ";", ",")


def test_jsonl_and_parquet_are_untouched(tmp_path):
    """Researchers get the text itself, and null where there is no score."""
    frame = store.to_frame([row(text="=1+1", topic="other", stance="", score=None)])
    line = json.loads(store.jsonl_bytes(frame))
    assert line["text"] == "=1+1" and line["score"] is None and line["reviewed"] is False
    path = tmp_path / "out.parquet"
    path.write_bytes(store.parquet_bytes(frame))
    assert pd.read_parquet(path)["text"].item() == "=1+1" and math.isnan(pd.read_parquet(path)["score"].item())


@pytest.mark.parametrize("make", [store.csv_bytes, store.jsonl_bytes, store.parquet_bytes])
def test_same_rows_same_bytes(frame, make):
    """Two runs over the same input give the same file."""
    assert make(frame) == make(frame.copy())


def test_extra_columns_stand_last(frame):
    """What a later version adds comes after the contract's columns."""
    wide = frame.assign(conditional=True)[["conditional", *store.COLUMNS]]
    assert list(store.conform(wide).columns) == [*store.COLUMNS, "conditional"]


def test_missing_columns_are_named(tmp_path):
    """A foreign table is refused by the names it lacks."""
    (tmp_path / "x.csv").write_text("statement_id,text\n1,a\n")
    with pytest.raises(ValueError, match="missing columns: utterance_id"):
        store.read(tmp_path / "x.csv")


@pytest.mark.parametrize("name", ["out.xlsx", "out", "out.csv.gz"])
def test_unknown_formats_are_refused(frame, tmp_path, name):
    """A suffix that is not one of the three leaves no file behind."""
    with pytest.raises(ValueError, match="unknown format"):
        store.write(frame, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_keeps_the_old_file(frame, tmp_path, monkeypatch):
    """When the disk gives out the old file stands and no part is left."""
    path = tmp_path / "out.csv"
    path.write_text("old")
    monkeypatch.setattr(store.os, "replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        store.write(frame, path)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_dash_writes_to_standard_output(frame, capfdbinary):
    """With ``-`` the bytes of the named format are all that appears."""
    store.write(frame, "-", "jsonl")
    assert capfdbinary.readouterr().out == store.jsonl_bytes(frame)


def test_tables_of_earlier_programs_are_read() -> None:
    """Columns that came later are filled in; those of the contract must be there."""
    frame = store.to_frame([])
    old = frame.drop(columns=list(store.YOUNGER))
    assert list(store.conform(old).columns) == list(store.COLUMNS)
    with pytest.raises(ValueError, match="missing columns: speaker"):
        store.conform(old.drop(columns="speaker"))
