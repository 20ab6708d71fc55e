"""Events for the chart over time: the shipped list is sound, one's own is read, a broken one is named."""

from datetime import date
from pathlib import Path

import pytest

from positions import events

HEAD = "date,label_en,label_de,url\n"


def read(tmp_path: Path, text: str | bytes):
    path = tmp_path / "own.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return events.read(path)


def test_the_shipped_list_is_sound():
    """15 to 25 events in both languages, in order, each on its own line."""
    found = events.read()
    assert 15 <= len(found) <= 25 and found["date"].is_monotonic_increasing
    assert not found.duplicated(["date"]).any() and (found[["label_en", "label_de"]] != "").all(axis=None)
    assert date.fromisoformat(found["date"].iloc[0]).year >= 2014
    assert {"2015-02-12", "2022-02-24", "2022-03-29", "2022-09-30", "2024-06-15", "2025-08-15"} <= set(found["date"])


def test_an_own_list_is_sorted_and_completed(tmp_path):
    """A byte-order mark, blank lines, semicolons of German Excel, columns in another order, a label in one language."""
    found = read(
        tmp_path, b"\xef\xbb\xbfurl;date;label_en;label_de\r\n;2025-02-01;Later;\r\n\r\n;2025-01-01;;Vorher\r\n"
    )
    assert found.to_dict("list") == {
        "date": ["2025-01-01", "2025-02-01"],
        "label_en": ["Vorher", "Later"],
        "label_de": ["Vorher", "Later"],
        "url": ["", ""],
    }


def test_a_list_may_be_empty(tmp_path):
    """Whoever wants no events gives only the heading."""
    found = read(tmp_path, HEAD)
    assert list(found) == list(events.COLUMNS) and found.empty
    assert events.within(found, "2025-01-01", "2025-12-31", "en").empty


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", 0, "columns"),
        ("date,label\n2025-01-01,x\n", 1, "columns"),
        ("date,date,label_en,label_de,url\n", 1, "columns"),
        (HEAD + "2025-01-01,a,b\n", 2, "cells"),
        (HEAD + "2025-01-01,a,b,,,\n", 2, "cells"),
        (HEAD + '2025-01-01,"a,b,\n', 2, "cells"),
        (HEAD + "2025-01-01,a,b,\n01.02.2025,a,b,\n", 3, "date"),
        (HEAD + "2025-02-30,a,b,\n", 2, "date"),
        (HEAD + "20250101,a,b,\n", 2, "date"),
        (HEAD + "2025-01-01, , ,\n", 2, "label"),
        (HEAD + f"2025-01-01,{'x' * 121},b,\n", 2, "long"),
        (HEAD + "2025-01-01,a,b,javascript:alert(1)\n", 2, "url"),
        (HEAD + "2025-01-01,a,b,http://[x\n", 2, "url"),
        (HEAD + "2025-01-01,a,b,\n" * 501, 0, "many"),
        (HEAD.encode() + b"2025-01-01,K\xf6ln,b,\n", 0, "encoding"),
        (bytes(1_000_001), 0, "size"),
    ],
)
def test_a_broken_list_is_refused_with_line_and_reason(tmp_path, text, line, reason):
    """The first fault is named; every reason is one that the interface can say."""
    with pytest.raises(events.BadEvents) as caught:
        read(tmp_path, text)
    assert (caught.value.line, caught.value.reason) == (line, reason) and reason in events.REASONS


@pytest.mark.parametrize("name", ["none.csv", "."])
def test_a_missing_list_is_refused(tmp_path, name):
    """A folder is no file either."""
    with pytest.raises(events.BadEvents) as caught:
        events.read(tmp_path / name)
    assert caught.value.reason == "missing"


def test_only_events_inside_the_period_are_given(tmp_path):
    """Both ends included, labels in the language asked for."""
    found = read(tmp_path, HEAD + "".join(f"2025-01-0{n},en {n},de {n},\n" for n in range(1, 6)))
    inside = events.within(found, "2025-01-02", "2025-01-04", "de")
    assert inside["date"].tolist() == ["2025-01-02", "2025-01-03", "2025-01-04"]
    assert list(inside) == ["date", "label", "url"] and inside["label"][0] == "de 2"
