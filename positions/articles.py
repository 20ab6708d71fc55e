"""Raw files -> articles: formats, limits, ids, dates, titles, languages.

Works on one file at a time, of tables on disk on one row, and keeps every word: what does not belong to the article is
listed in ``Article.removed``. However much is read, memory holds one file, its sidecar and the names in its folder.
Does not fetch pages, does not recognise the text of scans, and does not repair sentences that the file itself breaks.
"""

import csv
import io
import json
import logging
import os
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from itertools import chain
from pathlib import Path
from typing import Any

from positions.addresses import is_address
from positions.archives import Member, is_archive, read_members
from positions.cleaning import (
    CAPTION_LENGTH,
    clean,
    find_contradictions,
    find_stated_date,
    normalise,
    parse_date,
    unwrap,
)
from positions.decoding import Refused, decode
from positions.records import Article, Removed

MAX_BYTES = 50_000_000
MAX_CHARACTERS = 1_000_000
MAX_LINE = 10_000_000
MAX_ROWS = 100_000  # of a table in memory
MAX_PROBLEMS = 50
MAX_PAGE_BYTES = 10_000_000
MAX_PAGES = 300
MAX_PDF_BYTES = 20_000_000
MAX_PDF_OPERATIONS = 1_000_000
SIDECAR = "articles.csv"
COLUMNS = ("id", "title", "published", "outlet", "url", "language", "speaker")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An input, or one row of it, that gave no article; ``reason`` is one sentence for the person who supplied it."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a format's reader hands on: raw text and what the format itself says about it; ``row`` counts from 1."""

    text: str
    fields: Mapping[str, str] = field(default_factory=dict)
    row: int = 0
    removed: tuple[Removed, ...] = ()


Found = Iterator[Draft | Unreadable]
Facts = Mapping[str, dict[str, str]]  # what a sidecar says, by article id


# ----------------------------------------------------------------------------------------------------- public functions


def read_articles(
    inputs: Iterable[str | Path], fetch: Callable[[str], Iterator[Article | Unreadable]] | None = None
) -> Iterator[Article | Unreadable]:
    """Read files, archives and folders (recursively, sorted) into articles, in order and one at a time.

    An input that gives no article comes out as ``Unreadable`` in its place; nothing is raised for bad input. Ids that
    occur again get the suffix ``-2``, ``-3`` and so on, in the order of reading. Web addresses go to ``fetch``; without
    it they are refused.
    """
    inputs = list(inputs)
    taken = _Taken()
    for item in inputs:
        if isinstance(item, str) and is_address(item):
            reading = (fetch or _refuse_address)(item)
        elif len(inputs) > 1 and _is_sidecar(Path(item)):
            continue
        else:
            reading = _read_path(Path(item))
        for found in reading:
            yield taken.rename(found) if isinstance(found, Article) else found


def _refuse_address(address: str) -> Iterator[Unreadable]:
    """What the dashboard does with an address."""
    yield Unreadable(address, "Addresses are fetched from the command line only.")


def read_bytes(name: str, data: bytes) -> Iterator[Article | Unreadable]:
    """Read one file that is already in memory (an upload); ``name`` gives its format and, for a text, its id."""
    taken = _Taken()
    for found in _read_data(name, data, {}):
        yield taken.rename(found) if isinstance(found, Article) else found


# ------------------------------------------------------------------------------------------------------- files, folders


def _read_path(path: Path) -> Iterator[Article | Unreadable]:
    """Read one input, which may be a folder."""
    try:
        if path.is_dir():
            yield from _read_folder(path)
        elif path.is_file():
            yield from _read_file(path)
        else:
            yield Unreadable(str(path), "There is no such file or folder.")
    except OSError as error:
        yield Unreadable(str(path), f"The file system refuses it: {error.strerror or error}.")


def _read_folder(folder: Path) -> Iterator[Article | Unreadable]:
    """Read every known file below a folder; hidden ones and unknown formats are passed over."""
    empty = True
    for found in _walk(folder):
        if isinstance(found, Unreadable):
            yield found
        elif _is_known(found) and found.is_file() and not _is_sidecar(found):
            empty = False
            yield from _read_path(found)
    if empty:
        yield Unreadable(str(folder), f"The folder holds no article in a known format ({', '.join(READERS)}).")


def _walk(folder: Path) -> Iterator[Path | Unreadable]:
    """All that is visible below a folder, sorted by the parts of its path; links to folders are not followed."""
    open_folders = [(folder, iter(sorted(os.listdir(folder))))]
    while open_folders:
        parent, names = open_folders[-1]
        name = next(names, None)
        if name is None:
            open_folders.pop()
        elif not name.startswith("."):
            path = parent / name
            if path.is_symlink() or not path.is_dir():
                yield path
                continue
            try:
                open_folders.append((path, iter(sorted(os.listdir(path)))))
            except OSError as error:
                yield Unreadable(str(path), f"The file system refuses it: {error.strerror or error}.")


def _is_known(path: Path) -> bool:
    """Whether a file of this name is read."""
    return path.suffix.lower() in READERS or is_archive(path.name)


def _read_file(path: Path) -> Iterator[Article | Unreadable]:
    """Read one file together with what the sidecar in its folder says about it."""
    if is_archive(path.name):
        yield from _limit_problems(_read_archive(path), str(path), "files")
        return
    size = path.stat().st_size
    if path.suffix.lower() in TABLES and size:
        yield from _read_data(str(path), path, _facts_beside(path))
    elif size > MAX_BYTES:
        yield Unreadable(str(path), f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    else:
        yield from _read_data(str(path), path.read_bytes(), _facts_beside(path))


def _read_archive(path: Path) -> Iterator[Article | Unreadable]:
    """Read the members of an archive as if they lay in a folder of its name, sidecars included."""
    try:
        facts = _archived_facts(path)
        members = 0
        for member in read_members(path, READERS):
            members += 1
            place = f"{path}/{member.name}"
            if member.refused:
                yield Unreadable(place, member.refused)
            elif not _is_archived_sidecar(member):
                for found in _read_data(place, member.data, facts.get(str(Path(member.name).parent), {})):
                    yield replace(found, url=found.url or member.url) if isinstance(found, Article) else found
        if not members:
            yield Unreadable(str(path), f"The archive holds no article in a known format ({', '.join(READERS)}).")
    except Refused as error:
        yield Unreadable(str(path), str(error))


def _archived_facts(path: Path) -> dict[str, Facts]:
    """The rows of an archive's sidecars by folder and article id; what is wrong with it shows when it is read."""
    facts = {}
    with suppress(Refused):
        for member in read_members(path, (SIDECAR,)):
            if _is_archived_sidecar(member):
                facts[str(Path(member.name).parent)] = _facts(member.data)
    return facts


def _is_archived_sidecar(member: Member) -> bool:
    """``_is_sidecar`` for a member of an archive."""
    return Path(member.name).name == SIDECAR and not member.refused and _holds_facts(member.data)


def _facts_beside(path: Path) -> Facts:
    """What the sidecar in a file's folder says, by article id."""
    sidecar = path.parent / SIDECAR
    return (_read_sidecar(*_state(sidecar)) or {}) if path.name != SIDECAR and sidecar.is_file() else {}


def _is_sidecar(path: Path) -> bool:
    """Whether a file says facts about the files beside it."""
    return path.name == SIDECAR and path.is_file() and _read_sidecar(*_state(path)) is not None


def _state(path: Path) -> tuple[Path, int, int]:
    """A file and what changes with it."""
    found = path.stat()
    return path, found.st_mtime_ns, found.st_size


@lru_cache(maxsize=1)
def _read_sidecar(path: Path, changed: int, size: int) -> Facts | None:
    """The rows of a sidecar by article id; None where the file is something else. An edited one is read again."""
    data = path.read_bytes() if size <= MAX_BYTES else b""
    return _facts(data) if _holds_facts(data) else None


def _facts(data: bytes) -> Facts:
    """The rows of a sidecar by article id."""
    return {row["id"]: row for row in _table_rows(data) if row.get("id")}


def _holds_facts(data: bytes) -> bool:
    """Tell facts about files (``id``, no ``text``) from a table of articles of the same name."""
    try:
        header = _table_header(data)
    except (Refused, csv.Error):
        return False
    return "id" in header and "text" not in header


def _read_data(source: str, data: bytes | Path, facts: Facts) -> Iterator[Article | Unreadable]:
    """Read the bytes of one file, or a table on disk; ``facts`` are the sidecar's rows by article id."""
    name = Path(source)
    reader = READERS.get(name.suffix.lower())
    if reader is None:
        yield Unreadable(source, f"The name does not end in a known format ({', '.join(READERS)}).")
    elif isinstance(data, bytes) and not data.strip():
        yield Unreadable(source, "The file is empty.")
    elif isinstance(data, bytes) and len(data) > MAX_BYTES:
        yield Unreadable(source, f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    else:
        drafts = _limit_problems(_guard(reader, data, source), source, "rows")
        yield from (_finish(found, source, facts) if isinstance(found, Draft) else found for found in drafts)


def _guard(reader: Callable[[Any, str], Found], data: bytes | Path, source: str) -> Found:
    """Pass on what a reader finds and turn whatever it raises into a reason."""
    try:
        yield from reader(data, source)
    except Refused as error:
        yield Unreadable(source, str(error))
    except Exception as error:  # noqa: BLE001 - parsers raise anything on damaged files; none may end a session
        yield Unreadable(source, f"The file is damaged or not what its name says ({type(error).__name__}).")


def _limit_problems(items: Iterator[Any], source: str, unit: str) -> Iterator[Any]:
    """Name the first problems of a file one by one and the rest as a number; a table without rows is one, too."""
    problems, count = 0, 0
    for found in items:
        count += 1
        problems += isinstance(found, Unreadable)
        if not isinstance(found, Unreadable) or problems <= MAX_PROBLEMS:
            yield found
    if problems > MAX_PROBLEMS:
        yield Unreadable(source, f"{problems - MAX_PROBLEMS:,} more {unit} could not be read.")
    if not count:
        yield Unreadable(source, f"The table has no {unit}.")


class _Taken:
    """The ids that were given, and for each how often; they lie in a temporary file, beyond a small cache."""

    def __init__(self) -> None:
        self._run = sqlite3.connect("", isolation_level=None, check_same_thread=False).execute
        self._run("CREATE TABLE taken (id BLOB PRIMARY KEY, count INTEGER) WITHOUT ROWID")

    def rename(self, article: Article) -> Article:
        """The article, with an id that was not given before."""
        if self._take(article.id):
            return article
        ((count,),) = self._run("SELECT count FROM taken WHERE id = ?", [_key(article.id)])
        while not self._take(free := f"{article.id}-{(count := count + 1)}"):
            pass
        self._run("UPDATE taken SET count = ? WHERE id = ?", [count, _key(article.id)])
        return replace(article, id=free)

    def _take(self, name: str) -> bool:
        return self._run("INSERT OR IGNORE INTO taken VALUES (?, 1)", [_key(name)]).rowcount > 0


def _key(name: str) -> bytes:
    """An id as bytes: names of files need not be Unicode."""
    return name.encode("utf-8", "surrogatepass")


# -------------------------------------------------------------------------------------------------- one reader a format


def _read_text(data: bytes, source: str) -> Found:
    """A plain text, or a web page that was saved under a plain name."""
    text = decode(data)
    if re.match(r"\s*(<!doctype html|<html\b)", text[:200], re.IGNORECASE):
        yield from _read_html(data, source)
    else:
        yield Draft(text)


def _read_markdown(data: bytes, source: str) -> Found:
    """A text with Markdown marks; ``key: value`` lines between two ``---`` at its top are its metadata."""
    text = decode(data).lstrip("\ufeff").replace("\r\n", "\n")
    fields: dict[str, str] = {}
    if front := re.match(r"---\n(.*?)\n---\n", text, re.DOTALL):
        pairs = re.findall(r"^(\w+):[ \t]*(.*)$", front[1], re.MULTILINE)
        fields = _known_fields({key.lower(): value.strip("\"' ") for key, value in pairs})
        text = text[front.end() :]
    yield Draft(strip_markdown(text), fields)


def strip_markdown(text: str) -> str:
    """Remove Markdown's marks and pictures, keep the words of links and headings."""
    text = re.sub(r"!\[[^\]\n]*\]\([^)\n]*\)", "", text)
    text = re.sub(r"(?<!\\)\[([^\]\n]+)\]\([^)\n]*\)", r"\1", text)
    text = re.sub(r"^[ ]{0,3}(#{1,6}[ ]+(.*?)[ ]*#*|(=+|-{3,}|\*{3,}))$", r"\n\2\n", text, flags=re.MULTILINE)
    text = re.sub(r"^[ ]{0,3}(>[ ]?|[*+-][ ]+)", "", text, flags=re.MULTILINE)
    return re.sub(r"(\*\*|__)(?=\S)([^\n]+?)(?<=\S)\1", r"\2", text)


def _read_html(data: bytes, source: str) -> Found:
    """The main text and the metadata of a web page, without its picture captions."""
    import trafilatura  # half a second that only web pages should cost

    if len(data) > MAX_PAGE_BYTES:
        raise Refused(f"The page is larger than {MAX_PAGE_BYTES // 1_000_000} MB.")
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # the refusal says it
    tree = trafilatura.load_html(_without_declaration(decode(data)))
    if tree is None:
        raise Refused("The file holds no web page.")
    removed = _take_captions(tree)
    dates = {"extensive_search": False, "original_date": True, "max_date": "2100-01-01"}
    page = trafilatura.bare_extraction(
        tree, include_comments=False, include_tables=False, with_metadata=True, date_extraction_params=dates
    )
    text = getattr(page, "text", None) or trafilatura.html2txt(tree)
    facts = {"title": "title", "published": "date", "outlet": "sitename", "url": "url"}
    fields = {name: getattr(page, label, None) for name, label in facts.items()}
    yield Draft(re.sub(r"\n+", "\n\n", text), _known_fields(fields), removed=removed)


def _without_declaration(text: str) -> str:
    """Drop an XML declaration, whose encoding no longer holds for decoded text."""
    return re.sub(r"\A\s*<\?xml[^>]*>", "", text)


def _take_captions(tree: Any) -> tuple[Removed, ...]:
    """Cut figure captions out of a page's tree, so that neither their words nor their dates are taken for its own."""
    removed: list[Removed] = []
    for caption in tree.xpath("//figcaption | //*[self::div or self::span or self::p][contains(@class, 'caption')]"):
        words = " ".join(" ".join(caption.itertext()).split())
        if len(words) <= 2 * CAPTION_LENGTH and caption.getparent() is not None:
            caption.drop_tree()
            removed += [Removed(words, "caption")] if words else []
    return tuple(dict.fromkeys(removed))


def _read_pdf(data: bytes, source: str) -> Found:
    """The text of a PDF's pages, without what repeats at their top and bottom."""
    import pypdf  # only PDFs should cost its import

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused("The PDF is protected by a password.")
        pages = _pdf_pages(reader)
    except pypdf.errors.DependencyError as error:
        raise Refused("The PDF is encrypted in a way that is not supported.") from error
    except (pypdf.errors.LimitReachedError, MemoryError, RecursionError) as error:
        raise Refused("The PDF unpacks to far more than an article needs and was not read.") from error
    except pypdf.errors.PyPdfError as error:
        raise Refused("The file is damaged or not a PDF.") from error
    if not "".join(pages).strip():
        raise Refused("The PDF holds no text; it may be a scan.")
    text, removed = drop_page_furniture(pages)
    yield Draft(unwrap(text, slack=0.8), removed=removed)


def _pdf_pages(reader: Any) -> list[str]:
    """Extract the pages' text, within limits on pages, unpacked bytes and drawing operations."""
    if len(reader.pages) > MAX_PAGES:
        raise Refused(f"The PDF has more than {MAX_PAGES} pages; an article is shorter.")
    too_much = Refused("The PDF unpacks to far more than an article needs and was not read.")
    operations = unpacked = 0

    def count(*_: Any) -> None:
        nonlocal operations
        operations += 1
        if operations > MAX_PDF_OPERATIONS:
            raise too_much

    pages = []
    for page in reader.pages:
        contents = page.get_contents()
        unpacked += len(contents.get_data()) if contents is not None else 0
        if unpacked > MAX_PDF_BYTES:
            raise too_much
        pages.append(page.extract_text(visitor_operand_before=count))
    return pages


def drop_page_furniture(pages: list[str]) -> tuple[str, tuple[Removed, ...]]:
    """Join pages, without page numbers and without first and last lines that most of the pages share."""
    lines = [[line.strip() for line in page.split("\n") if line.strip()] for page in pages]
    edges = [re.sub(r"\d+", "#", line) for page in lines for line in {*page[:2], *page[-2:]}]
    repeated = {line for line in edges if len(pages) > 2 and edges.count(line) > len(pages) / 2}
    number = re.compile(r"(Seite|Page|p\.|S\.)?\s*-?\s*\d{1,3}\s*(-|(/|von|of)\s*\d{1,3})?", re.IGNORECASE)
    kept: list[str] = []
    removed: list[str] = []
    for page in lines:
        for index, line in enumerate(page):
            edge = index < 2 or index >= len(page) - 2
            furniture = edge and (re.sub(r"\d+", "#", line) in repeated or number.fullmatch(line))
            (removed if furniture else kept).append(line)
    return "\n".join(kept), tuple(Removed(line, "page_furniture") for line in removed)


def _read_csv(data: bytes | Path, source: str) -> Found:
    """A table with a header; one article a row."""
    if "text" not in _table_header(data):
        raise Refused("The table has no column 'text'.")
    for number, row in enumerate(_table_rows(data), start=1):
        if number > MAX_ROWS and isinstance(data, bytes):
            raise Refused(f"The table has more than {MAX_ROWS:,} rows.")
        if "" in row:
            yield Unreadable(f"{source}#{number}", f"Row {number} has more cells than the header.")
        else:
            yield from _read_row(row, number, source, f"Row {number}")


def _read_jsonl(data: bytes | Path, source: str) -> Found:
    """One JSON object a line; a broken line is named and costs no other."""
    # only \n: a line separator inside a string is no end of line in JSON Lines
    for number, line in enumerate(_lines(data, "\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            yield Unreadable(f"{source}#{number}", f"Line {number} is not valid JSON.")
            continue
        yield from _read_row(row, number, source, f"Line {number}")


def _read_parquet(data: bytes | Path, source: str) -> Found:
    """A Parquet table, read in small batches; one article a row."""
    from pyarrow import parquet  # only Parquet should cost its import

    table = parquet.ParquetFile(io.BytesIO(data) if isinstance(data, bytes) else data, buffer_size=1 << 20)
    names = {name.strip().lower(): name for name in table.schema_arrow.names}
    if "text" not in names:
        raise Refused("The table has no column 'text'.")
    if table.metadata.num_rows > MAX_ROWS and isinstance(data, bytes):
        raise Refused(f"The table has more than {MAX_ROWS:,} rows.")
    columns = [names[name] for name in ("text", *COLUMNS) if name in names]
    rows = (row for batch in table.iter_batches(batch_size=64, columns=columns) for row in batch.to_pylist())
    for number, row in enumerate(rows, start=1):
        lowered = {name.strip().lower(): value for name, value in row.items()}
        yield from _read_row(lowered, number, source, f"Row {number}")


def _read_row(row: Any, number: int, source: str, where: str) -> Found:
    """One article of a table, or the reason why there is none."""
    text = row.get("text") if isinstance(row, dict) else None
    if not isinstance(text, str) or not text.strip():
        yield Unreadable(f"{source}#{number}", f"{where} has no text.")
    else:
        yield Draft(text, _known_fields(row), row=number)


def _table_header(data: bytes | Path) -> list[str]:
    """Lower-case column names of a table in text form."""
    return [name.strip().lower() for name in next(_table_cells(data), [])]


def _table_cells(data: bytes | Path) -> Iterator[list[str]]:
    """The lines of a table in text form, as cells; what separates them is what the first line holds most often."""
    csv.field_size_limit(MAX_BYTES)  # the default refuses articles of more than 131,072 characters
    lines = _lines(data, "")
    first = next(lines, "")
    yield from csv.reader(chain([first], lines), delimiter=max(",;\t|", key=first.count))


def _table_rows(data: bytes | Path) -> Iterator[dict[str, str]]:
    """Rows of a table in text form by lower-case column name; cells beyond the header stand under the empty name."""
    lines = _table_cells(data)
    header = [name.strip().lower() for name in next(lines, [])]
    for cells in lines:
        if any(cells):
            row = dict(zip(header, cells, strict=False))
            yield {**row, "": "surplus"} if len(cells) > len(header) else row


def _lines(data: bytes | Path, newline: str) -> Iterator[str]:
    """The lines of a table, ended as ``io.open`` says; one by one, and only in UTF-8, where the file is large."""
    if isinstance(data, bytes) or data.stat().st_size <= MAX_BYTES:
        yield from io.StringIO(decode(data if isinstance(data, bytes) else data.read_bytes()), newline)
        return
    with data.open(encoding="utf-8-sig", newline=newline) as file:
        try:
            while line := file.readline(MAX_LINE):
                if len(line) == MAX_LINE:
                    raise Refused(f"A line is longer than {MAX_LINE:,} characters; the rest was not read.")
                yield line
        except UnicodeDecodeError as error:
            large = f"larger than {MAX_BYTES // 1_000_000} MB and"
            raise Refused(f"The file is {large} not in UTF-8; the rest was not read.") from error


def _known_fields(row: Mapping[str, Any]) -> dict[str, str]:
    """The columns this program knows, as one-line text; missing values are left out."""
    known = {name: row[name] for name in COLUMNS if row.get(name) is not None}
    lines = {name: " ".join(normalise(str(value)).split()) for name, value in known.items()}
    return {name: value for name, value in lines.items() if value and value.lower() not in ("nan", "nat", "none")}


TABLES = (".csv", ".jsonl", ".parquet")
READERS: dict[str, Callable[[Any, str], Found]] = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".pdf": _read_pdf,
    ".csv": _read_csv,
    ".jsonl": _read_jsonl,
    ".parquet": _read_parquet,
}


# ----------------------------------------------------------------------------------------------------- draft -> article


def _finish(draft: Draft, source: str, facts: Facts) -> Article | Unreadable:
    """Clean a draft and settle its id, date, title and language."""
    stem = Path(source).stem
    place = f"{source}#{draft.row}" if draft.row else source
    if len(draft.text) > MAX_CHARACTERS:
        return Unreadable(place, f"The text is longer than {MAX_CHARACTERS:,} characters; an article is shorter.")
    text, removed = clean(draft.text)
    removed = (*draft.removed, *removed)
    if not re.search(r"[^\W\d_]", text):
        return Unreadable(place, _nothing_left(removed))
    article_id = draft.fields.get("id") or (f"{stem}-{draft.row}" if draft.row else stem)
    extra = _known_fields(facts.get(article_id, {}))
    fields = {**draft.fields, **extra}
    published, basis, warnings = settle_date(extra.get("published", ""), draft.fields.get("published", ""), removed)
    return Article(
        id=article_id,
        text=text,
        published=published,
        published_basis=basis,
        outlet=fields.get("outlet", ""),
        title=fields.get("title") or find_title(text),
        url=fields.get("url", ""),
        language=_language_code(fields.get("language", "")) or detect_language(text),
        source=place,
        note=" ".join(facts.get(article_id, {}).get("note", "").split()),
        removed=removed,
        warnings=(*warnings, *find_contradictions(published, text)),
        speaker=fields.get("speaker", ""),
    )


def _nothing_left(removed: tuple[Removed, ...]) -> str:
    """Say why no article text is left."""
    if not removed:
        return "The file holds no words."
    return f"Only boilerplate was found ({', '.join(sorted({piece.reason for piece in removed}))}), no article text."


def settle_date(sidecar: str, metadata: str, removed: tuple[Removed, ...]) -> tuple[str, str, tuple[str, ...]]:
    """Choose the article's date: sidecar before metadata before a date line that was cut out of the text.

    Returns the ISO date or "", its basis (sidecar, metadata, text or ""), and warnings about dates that cannot be read
    or disagree.
    """
    known = [("sidecar", parse_date(sidecar)), ("metadata", parse_date(metadata)), ("text", find_stated_date(removed))]
    known = [(basis, day) for basis, day in known if day]
    warnings = [
        f"The {basis} gives '{value[:40]}' as date, which is not a date."
        for basis, value in (("sidecar", sidecar), ("metadata", metadata))
        if value and not parse_date(value)
    ]
    if len({day for _, day in known}) > 1:
        stories = ", ".join(f"{day} ({basis})" for basis, day in known)
        warnings.append(f"The sources of the date disagree: {stories}.")
    basis, day = known[0] if known else ("", "")
    return day, basis, tuple(warnings)


def find_title(text: str) -> str:
    """The first line when it looks like a headline: short, no full stop, a longer paragraph after it; otherwise ""."""
    first, _, rest = text.partition("\n\n")
    longer = any(len(paragraph) > len(first) for paragraph in rest.split("\n\n")[:2])
    return first if len(first) <= 150 and longer and first[-1] not in ".:;,…" else ""


@cache
def _identifier() -> Any:
    """The language identifier, with probabilities."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect_language(text: str) -> str:
    """The language of a text among de, en, fr, ru and uk as ISO 639-1 code; "" for others and for no words."""
    words = re.findall(r"[^\W\d_]+", text[:5000])
    if not words:
        return ""
    ranked = [code for code, _ in _identifier().rank(" ".join(words))]
    best = next(code for code in ranked if code in ("de", "en", "fr", "ru", "uk"))
    # a short line is often taken for a rare language; a long one is not
    return best if len(words) < 30 or best == ranked[0] else ""


def _language_code(name: str) -> str:
    """ISO 639-1 code out of a language tag such as ``de-AT``; "" for anything else."""
    match = re.fullmatch(r"([a-z]{2})([-_][a-z]+)*", name.lower())
    return match[1] if match else ""
