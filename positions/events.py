"""Public events that a chart over time marks: a small CSV file with a line for each, ours or the operator's own.

``data/events.csv`` was written from general knowledge of the subject and holds only events whose day is beyond doubt.
"""

import csv
import io
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd

from positions.records import LANGUAGES

FILE = Path(__file__).parent / "data" / "events.csv"
COLUMNS = ("date", *(f"label_{language}" for language in LANGUAGES), "url")
MAX_BYTES, MAX_EVENTS, MAX_LABEL = 1_000_000, 500, 120
REASONS = ("missing", "size", "encoding", "columns", "cells", "date", "label", "long", "url", "many")


class BadEvents(ValueError):
    """A file of events that cannot be used: ``reason`` is one of ``REASONS``, ``line`` where it is (0: the file)."""

    def __init__(self, path: Path, line: int, reason: str) -> None:
        super().__init__(f"{path}, line {line}: {reason}")
        self.path, self.line, self.reason = path, line, reason


def read(path: Path = FILE) -> pd.DataFrame:
    """The events of a CSV file (UTF-8; commas or semicolons) by date, with ``COLUMNS``, all text.

    ``date`` is an ISO day. A label may be missing in one language, then it is that of the other; ``url`` is empty or
    begins with http. Raises ``BadEvents`` for the first line that is otherwise.
    """
    rows = csv.reader(io.StringIO(text := _text(path), newline=""), delimiter=_mark(text), strict=True)
    found, names, line = [], None, 0
    try:
        for cells in rows:
            line = rows.line_num
            if names is None:
                names = [cell.strip() for cell in cells]
                if sorted(names) != sorted(COLUMNS):
                    raise BadEvents(path, line, "columns")
            elif any(cell.strip() for cell in cells):
                found.append(_event(path, line, names, cells))
    except csv.Error as error:
        raise BadEvents(path, line + 1, "cells") from error
    if names is None:
        raise BadEvents(path, 0, "columns")
    if len(found) > MAX_EVENTS:
        raise BadEvents(path, 0, "many")
    return pd.DataFrame(found, columns=list(COLUMNS), dtype=object).sort_values(
        "date", kind="stable", ignore_index=True
    )


def within(events: pd.DataFrame, first: str, last: str, language: str) -> pd.DataFrame:
    """Events from ``first`` to ``last`` (ISO days, both included) as ``date``, ``label`` in ``language``, ``url``."""
    kept = events[events["date"].between(first, last)]
    return kept.assign(label=kept[f"label_{language}"])[["date", "label", "url"]].reset_index(drop=True)


def _text(path: Path) -> str:
    try:
        if not path.is_file():
            raise BadEvents(path, 0, "missing")
        if path.stat().st_size > MAX_BYTES:
            raise BadEvents(path, 0, "size")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadEvents(path, 0, "encoding") from error
    except OSError as error:
        raise BadEvents(path, 0, "missing") from error


def _mark(text: str) -> str:
    head = text.split("\n", 1)[0]
    return ";" if ";" in head and "," not in head else ","


def _event(path: Path, line: int, names: list[str], cells: list[str]) -> dict[str, str]:
    if len(cells) != len(names):
        raise BadEvents(path, line, "cells")
    event = dict(zip(names, (" ".join(cell.split()) for cell in cells), strict=True))
    labels = {name: event[name] for name in names if name.startswith("label_")}
    if not _is_day(event["date"]):
        raise BadEvents(path, line, "date")
    if not any(labels.values()):
        raise BadEvents(path, line, "label")
    if max(map(len, labels.values())) > MAX_LABEL:
        raise BadEvents(path, line, "long")
    if event["url"] and not _is_address(event["url"]):
        raise BadEvents(path, line, "url")
    other = next(filter(None, labels.values()))
    return event | {name: label or other for name, label in labels.items()}


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)
