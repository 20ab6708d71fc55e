"""Tagged statements on disk and on their way out: CSV for spreadsheets, JSON Lines and Parquet untouched."""

import io
import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from positions.records import TaggedStatement

COLUMNS = tuple(field.name for field in fields(TaggedStatement))
FORMATS = ("csv", "jsonl", "parquet")
NUMBERS = ("score", "confidence")
INTEGERS = ("start", "end")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def to_frame(rows: Iterable[TaggedStatement]) -> pd.DataFrame:
    """One row a tagged statement, in the given order, with ``COLUMNS``; ``score`` is NaN where there is none."""
    return conform(pd.DataFrame([asdict(row) for row in rows], columns=list(COLUMNS)))


def conform(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the contract's columns first, in its order and types, and any others after them.

    Raises ``ValueError`` naming the columns that are missing.
    """
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        raise ValueError(f"missing columns: {', '.join(missing)}")
    extra = [name for name in frame if name not in COLUMNS]
    return frame[[*COLUMNS, *extra]].assign(**{name: _typed(name, frame[name]) for name in COLUMNS})


def csv_bytes(frame: pd.DataFrame, sep: str = ",", decimal: str = ".") -> bytes:
    """UTF-8 with byte-order mark, RFC 4180 quoting and line ends; German Excel wants ``sep=";", decimal=","``.

    A text cell that a spreadsheet would run as a formula gets a leading apostrophe; ``read`` takes it off again.
    """
    safe = frame.assign(**{name: frame[name].map(_escape) for name in frame if _is_text(frame[name])})
    flags = {name: frame[name].map({True: "true", False: "false"}) for name in frame if frame[name].dtype == bool}
    text = safe.assign(**flags).to_csv(index=False, sep=sep, decimal=decimal, lineterminator="\r\n")
    return text.encode("utf-8-sig")


def jsonl_bytes(frame: pd.DataFrame) -> bytes:
    """One JSON object a line, values untouched, ``null`` for an empty score."""
    plain = frame.astype(object).where(frame.notna(), None)
    lines = (json.dumps(row, ensure_ascii=False, default=_plain) for row in plain.to_dict("records"))
    return "".join(f"{line}\n" for line in lines).encode()


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Parquet, values untouched; the same frame gives the same bytes."""
    buffer = io.BytesIO()
    table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def write(frame: pd.DataFrame, out: str | Path, format: str | None = None) -> None:
    """Write ``frame`` to ``out`` by its suffix, or by ``format``; ``-`` writes to standard output.

    An interrupted run leaves the old file or none, never half of one. Raises ``ValueError`` for an unknown format.
    """
    name = format or Path(out).suffix.removeprefix(".").lower()
    if name not in FORMATS:
        raise ValueError(f"unknown format {name!r}: use one of {', '.join(FORMATS)}")
    data = {"csv": csv_bytes, "jsonl": jsonl_bytes, "parquet": parquet_bytes}[name](frame)
    if str(out) == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        write_bytes(Path(out), data)


def write_bytes(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` in one step: a temporary file in the same folder takes its place."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def read(path: str | Path) -> pd.DataFrame:
    """Read back what ``write`` wrote, by suffix; raises ``ValueError`` for another suffix or for missing columns."""
    path = Path(path)
    readers = {".csv": _read_csv, ".jsonl": _read_jsonl, ".parquet": _read_parquet}
    if path.suffix.lower() not in readers:
        raise ValueError(f"unknown format {path.suffix!r}: use one of {', '.join(readers)}")
    return conform(readers[path.suffix.lower()](path))


def parse_csv(data: bytes) -> pd.DataFrame:
    """The cells of what ``csv_bytes`` wrote, as text and without the apostrophes that kept formulas off."""
    text = data.decode("utf-8-sig")
    semicolon = text.startswith("statement_id;")
    frame = pd.read_csv(io.StringIO(text, newline=""), sep=";" if semicolon else ",", dtype=str, keep_default_na=False)
    if semicolon:
        frame = frame.assign(**{name: frame[name].str.replace(",", ".") for name in NUMBERS if name in frame})
    return frame.apply(lambda column: column.map(_unescape))


def _read_csv(path: Path) -> pd.DataFrame:
    return parse_csv(path.read_bytes())


def _read_jsonl(path: Path) -> pd.DataFrame:
    lines = path.read_text(encoding="utf-8").split("\n")
    rows = [json.loads(line) for line in lines if line]
    return pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(COLUMNS))


def _read_parquet(path: Path) -> pd.DataFrame:
    return pq.read_table(path).to_pandas()


def _typed(name: str, column: pd.Series) -> pd.Series:
    if name in NUMBERS:
        return pd.to_numeric(column, errors="coerce").astype("float64")
    if name in INTEGERS:
        return pd.to_numeric(column).astype("int64")
    if name == "reviewed":
        return column.map(lambda value: str(value).lower() == "true").astype(bool)
    return column.astype(object).fillna("").astype(str)


def _is_text(column: pd.Series) -> bool:
    return not (pd.api.types.is_numeric_dtype(column) or column.dtype == bool)


def _escape(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.lstrip(" '").startswith(FORMULA_STARTS) else value


def _unescape(value: str) -> str:
    return value[1:] if value.startswith("'") and value.lstrip(" '").startswith(FORMULA_STARTS) else value


def _plain(value: object) -> object:
    return value.item() if hasattr(value, "item") else str(value)
