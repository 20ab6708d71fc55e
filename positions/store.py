"""Tagged statements on disk and on their way out: CSV for spreadsheets, JSON Lines and Parquet untouched."""

import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from positions.records import TaggedStatement

COLUMNS = tuple(field.name for field in fields(TaggedStatement))
FORMATS = ("csv", "jsonl", "parquet")
NUMBERS = ("score", "confidence")
INTEGERS = ("start", "end", "sentences_back")
YOUNGER = {"act": "", "condition": "", "red_line": "", "sentences_back": 0}  # tables of earlier programs lack them
GROUP = 50_000  # rows of a Parquet file that are written together
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def to_frame(rows: Iterable[TaggedStatement]) -> pd.DataFrame:
    """One row a tagged statement, in the given order, with ``COLUMNS``; ``score`` is NaN where there is none."""
    return conform(pd.DataFrame([asdict(row) for row in rows], columns=list(COLUMNS)))


def conform(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with the contract's columns first, in its order and types, and any others after them.

    Raises ``ValueError`` naming the columns that are missing; those of ``YOUNGER`` are filled in.
    """
    frame = frame.assign(**{name: value for name, value in YOUNGER.items() if name not in frame})
    missing = [name for name in COLUMNS if name not in frame]
    if missing:
        raise ValueError(f"missing columns: {', '.join(missing)}")
    extra = [name for name in frame if name not in COLUMNS]
    return frame[[*COLUMNS, *extra]].assign(**{name: _typed(name, frame[name]) for name in COLUMNS})


def csv_bytes(frame: pd.DataFrame, sep: str = ",", decimal: str = ".", head: bool = True) -> bytes:
    """UTF-8 with byte-order mark, RFC 4180 quoting and line ends; German Excel wants ``sep=";", decimal=","``.

    Without ``head`` there is neither mark nor header: more rows of the same file. A text cell that a spreadsheet would
    run as a formula gets a leading apostrophe; ``read`` takes it off again.
    """
    safe = frame.assign(**{name: _escaped(frame[name]) for name in frame if _is_text(frame[name])})
    flags = {name: frame[name].map({True: "true", False: "false"}) for name in frame if frame[name].dtype == bool}
    text = safe.assign(**flags).to_csv(index=False, sep=sep, decimal=decimal, lineterminator="\r\n", header=head)
    return text.encode("utf-8-sig" if head else "utf-8")


def jsonl_bytes(frame: pd.DataFrame) -> bytes:
    """One JSON object a line, values untouched, ``null`` for an empty score."""
    plain = frame.astype(object).where(frame.notna(), None)
    lines = (json.dumps(row, ensure_ascii=False, default=_plain) for row in plain.to_dict("records"))
    return "".join(f"{line}\n" for line in lines).encode()


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Parquet, values untouched; the same frame gives the same bytes."""
    buffer = io.BytesIO()
    write_frames([frame], buffer, "parquet")
    return buffer.getvalue()


def write(frame: pd.DataFrame, out: str | Path, format: str | None = None) -> None:
    """Write ``frame`` to ``out``, as ``write_all`` does."""
    write_all([frame], out, format)


def write_all(frames: Iterable[pd.DataFrame], out: str | Path, format: str | None = None) -> None:
    """Write ``frames``, one table in pieces, to ``out`` by its suffix, or by ``format``; ``-`` is standard output.

    An interrupted run leaves the old file or none, never half of one. Raises ``ValueError`` for an unknown format.
    """
    name = format or Path(out).suffix.removeprefix(".").lower()
    if name not in FORMATS:
        raise ValueError(f"unknown format {name!r}: use one of {', '.join(FORMATS)}")
    if str(out) == "-":
        write_frames(frames, sys.stdout.buffer, name)
        sys.stdout.buffer.flush()
    else:
        with _replacing(Path(out)) as file:
            write_frames(frames, file, name)


def write_frames(frames: Iterable[pd.DataFrame], file: IO[bytes], format: str, **options: str) -> None:
    """Write what ``encode`` makes of one table that comes in pieces."""
    for data in encode(frames, format, **options):
        file.write(data)


def encode(frames: Iterable[pd.DataFrame], format: str, **options: str) -> Iterator[bytes]:
    """The bytes of one table that comes in pieces, one at least; the same rows give the same, however they are cut.

    Holds no more than ``GROUP`` rows beside the pieces themselves. ``options`` are those of ``csv_bytes``.
    """
    if format == "parquet":
        yield from _encode_parquet(frames)
    for place, frame in enumerate(frames if format != "parquet" else ()):
        yield jsonl_bytes(frame) if format == "jsonl" else csv_bytes(frame, **options, head=place == 0)


def _encode_parquet(frames: Iterable[pd.DataFrame]) -> Iterator[bytes]:
    sink, writer, waiting = _Sink(), None, None
    for frame in frames:
        table = pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata(None)
        writer = writer or pq.ParquetWriter(sink, table.schema, compression="zstd")
        waiting = pa.concat_tables([waiting, table]) if waiting is not None else table
        while len(waiting) >= GROUP:
            writer.write_table(waiting[:GROUP].combine_chunks(), row_group_size=GROUP)
            waiting = waiting[GROUP:]
            yield sink.take()
    if writer is None or waiting is None:
        raise ValueError("a table has one piece at least")
    if len(waiting):
        writer.write_table(waiting.combine_chunks(), row_group_size=GROUP)
    writer.close()
    yield sink.take()


class _Sink(io.RawIOBase):
    """What a writer wrote since the last ``take``."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        self._written += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        return self._written

    def take(self) -> bytes:
        data = b"".join(self._parts)
        self._parts.clear()
        return data


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A temporary file in the same folder that takes the place of ``path`` in one step at the end."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            yield file
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path`` in one step."""
    with _replacing(path) as file:
        file.write(data)


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
        return pd.to_numeric(column).fillna(YOUNGER.get(name, pd.NA)).astype("int64")
    if name == "reviewed":
        return column.map(lambda value: str(value).lower() == "true").astype(bool)
    return column.astype(object).fillna("").astype(str)


def _is_text(column: pd.Series) -> bool:
    return not (pd.api.types.is_numeric_dtype(column) or column.dtype == bool)


def _escaped(column: pd.Series) -> pd.Series:
    text = column.astype(str)
    risky = text.str.lstrip(" '").str.startswith(FORMULA_STARTS)
    return column.where(~risky, column.map(_escape)) if risky.any() else column


def _escape(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.lstrip(" '").startswith(FORMULA_STARTS) else value


def _unescape(value: str) -> str:
    return value[1:] if value.startswith("'") and value.lstrip(" '").startswith(FORMULA_STARTS) else value


def _plain(value: object) -> object:
    return value.item() if hasattr(value, "item") else str(value)
