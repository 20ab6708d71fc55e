"""Raw files -> articles: formats, encodings, escapes, boilerplate, dates, language.

Works on one file at a time and keeps every word: what does not belong to the article is listed in ``Article.removed``.
Does not fetch pages, does not recognise the text of scans, and does not repair sentences that the file itself breaks.
"""

import csv
import html
import io
import json
import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from positions.records import Article, Removed

MAX_BYTES = 50_000_000
MAX_CHARACTERS = 1_000_000
MAX_ROWS = 100_000
MAX_PROBLEMS = 50
MAX_PAGE_BYTES = 10_000_000
MAX_PAGES = 300
MAX_PDF_BYTES = 20_000_000
MAX_PDF_OPERATIONS = 1_000_000
SIDECAR = "articles.csv"
COLUMNS = ("id", "title", "published", "outlet", "url", "language")

HEAD, TAIL = 10, 4
BODY_LENGTH = 800
CAPTION_LENGTH = 350


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


class Refused(ValueError):
    """A file that is not read; the message is the reason, one sentence for the person who supplied it."""


Found = Iterator[Draft | Unreadable]


# ----------------------------------------------------------------------------------------------------- public functions


def read_articles(inputs: Iterable[str | Path]) -> Iterator[Article | Unreadable]:
    """Read files and folders (recursively, sorted) into articles, in order and one at a time.

    An input that gives no article comes out as ``Unreadable`` in its place; nothing is raised for bad input. Ids that
    occur again get the suffix ``-2``, ``-3`` and so on, in the order of reading.
    """
    paths = [Path(item) for item in inputs]
    taken: set[str] = set()
    for path in paths:
        if len(paths) > 1 and _is_sidecar(path):
            continue
        for found in _read_path(path):
            yield _with_free_id(found, taken) if isinstance(found, Article) else found


def read_bytes(name: str, data: bytes) -> Iterator[Article | Unreadable]:
    """Read one file that is already in memory (an upload); ``name`` gives its format and, for a text, its id."""
    taken: set[str] = set()
    for found in _read_data(name, data, {}):
        yield _with_free_id(found, taken) if isinstance(found, Article) else found


def clean(raw: str) -> tuple[str, tuple[Removed, ...]]:
    """Turn the raw text of one article into paragraphs joined by one blank line, and list what was taken out.

    Escaped and real line tags become paragraph breaks, white space inside a paragraph becomes one space, invisible
    characters go; quotation marks stay as they are. Pieces are removed as whole paragraphs, except for a picture credit
    or an agency's sign-off at the end of one. ``Removed.reason`` is one of date_line, script, consent, navigation,
    advertisement, share, legal, teaser, link_list, caption, credit, sign_off, timestamp, byline, page_furniture.
    """
    text, removed = split_date_line(unescape(normalise(raw)))
    kept, dropped = drop_boilerplate(split_paragraphs(text))
    return "\n\n".join(kept), (*removed, *dropped)


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
    inside = sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).parts)
    visible = [path for path in inside if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
    known = [path for path in visible if path.suffix.lower() in READERS and path.is_file() and not _is_sidecar(path)]
    if not known:
        yield Unreadable(str(folder), f"The folder holds no article in a known format ({', '.join(READERS)}).")
    for path in known:
        yield from _read_path(path)


def _read_file(path: Path) -> Iterator[Article | Unreadable]:
    """Read one file together with what the sidecar in its folder says about it."""
    if path.stat().st_size > MAX_BYTES:
        yield Unreadable(str(path), f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
        return
    sidecar = path.parent / SIDECAR
    known = path.name != SIDECAR and _is_sidecar(sidecar)
    facts = _read_sidecar(sidecar, sidecar.stat().st_mtime_ns) if known else {}
    yield from _read_data(str(path), path.read_bytes(), facts)


@lru_cache(maxsize=1)
def _read_sidecar(path: Path, changed: int) -> dict[str, dict[str, str]]:
    """The rows of a sidecar by article id; ``changed`` is when it was, so that an edited one is read again."""
    return {row["id"]: row for row in _table_rows(path.read_bytes()) if row.get("id")}


def _is_sidecar(path: Path) -> bool:
    """Tell facts about the files beside it (``id``, no ``text``) from a table of articles of the same name."""
    if path.name != SIDECAR or not path.is_file() or path.stat().st_size > MAX_BYTES:
        return False
    try:
        header = _table_header(decode(path.read_bytes()))
    except (Refused, csv.Error):
        return False
    return "id" in header and "text" not in header


def _read_data(source: str, data: bytes, facts: Mapping[str, dict[str, str]]) -> Iterator[Article | Unreadable]:
    """Read the bytes of one file; ``facts`` are the sidecar's rows by article id."""
    name = Path(source)
    reader = READERS.get(name.suffix.lower())
    if reader is None:
        yield Unreadable(source, f"The name does not end in a known format ({', '.join(READERS)}).")
    elif not data.strip():
        yield Unreadable(source, "The file is empty.")
    elif len(data) > MAX_BYTES:
        yield Unreadable(source, f"The file is larger than {MAX_BYTES // 1_000_000} MB.")
    else:
        drafts = _limit_problems(_guard(reader, data, source), source)
        yield from (_finish(found, source, facts) if isinstance(found, Draft) else found for found in drafts)


def _guard(reader: Callable[[bytes, str], Found], data: bytes, source: str) -> Found:
    """Pass on what a reader finds and turn whatever it raises into a reason."""
    try:
        yield from reader(data, source)
    except Refused as error:
        yield Unreadable(source, str(error))
    except Exception as error:  # noqa: BLE001 - parsers raise anything on damaged files; none may end a session
        yield Unreadable(source, f"The file is damaged or not what its name says ({type(error).__name__}).")


def _limit_problems(drafts: Found, source: str) -> Found:
    """Name the first problems of a table one by one and the rest as a number; a table without rows is one, too."""
    problems, rows = 0, 0
    for found in drafts:
        rows += 1
        problems += isinstance(found, Unreadable)
        if isinstance(found, Draft) or problems <= MAX_PROBLEMS:
            yield found
    if problems > MAX_PROBLEMS:
        yield Unreadable(source, f"{problems - MAX_PROBLEMS:,} more rows could not be read.")
    if not rows:
        yield Unreadable(source, "The table has no rows.")


def _with_free_id(article: Article, taken: set[str]) -> Article:
    """Give the article an id that was not given before."""
    free, count = article.id, 1
    while free in taken:
        count += 1
        free = f"{article.id}-{count}"
    taken.add(free)
    if free == article.id:
        return article
    values = {name: getattr(article, name) for name in article.__dataclass_fields__}
    return Article(**{**values, "id": free})


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


def _read_csv(data: bytes, source: str) -> Found:
    """A table with a header; one article a row."""
    text = decode(data)
    if "text" not in _table_header(text):
        raise Refused("The table has no column 'text'.")
    for number, row in enumerate(_table_rows(data), start=1):
        if "" in row:
            yield Unreadable(f"{source}#{number}", f"Row {number} has more cells than the header.")
        else:
            yield from _read_row(row, number, source, f"Row {number}")


def _read_jsonl(data: bytes, source: str) -> Found:
    """One JSON object a line; a broken line is named and costs no other."""
    # not splitlines(): a line separator inside a string is no end of line in JSON Lines
    for number, line in enumerate(decode(data).lstrip("\ufeff").split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            yield Unreadable(f"{source}#{number}", f"Line {number} is not valid JSON.")
            continue
        yield from _read_row(row, number, source, f"Line {number}")


def _read_parquet(data: bytes, source: str) -> Found:
    """A Parquet table, read in small batches; one article a row."""
    from pyarrow import parquet  # only Parquet should cost its import

    table = parquet.ParquetFile(io.BytesIO(data))
    names = {name.strip().lower(): name for name in table.schema_arrow.names}
    if "text" not in names:
        raise Refused("The table has no column 'text'.")
    if table.metadata.num_rows > MAX_ROWS:
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


def _table_header(text: str) -> list[str]:
    """Lower-case column names of a table in text form."""
    return [name.strip().lower() for name in next(_table_cells(text[:100_000]), [])]


def _table_cells(text: str) -> Iterator[list[str]]:
    """The lines of a table in text form, as cells."""
    csv.field_size_limit(MAX_BYTES)  # the default refuses articles of more than 131,072 characters
    return csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))


def _delimiter(text: str) -> str:
    """The character that separates a table's columns: the one that its first line holds most often."""
    first = text[:100_000].split("\n", 1)[0]
    return max(",;\t|", key=first.count)


def _table_rows(data: bytes) -> Iterator[dict[str, str]]:
    """Rows of a table in text form by lower-case column name; cells beyond the header stand under the empty name."""
    lines = _table_cells(decode(data))
    header = [name.strip().lower() for name in next(lines, [])]
    for number, cells in enumerate((cells for cells in lines if any(cells)), start=1):
        if number > MAX_ROWS:
            raise Refused(f"The table has more than {MAX_ROWS:,} rows.")
        row = dict(zip(header, cells, strict=False))
        yield {**row, "": "surplus"} if len(cells) > len(header) else row


def _known_fields(row: Mapping[str, Any]) -> dict[str, str]:
    """The columns this program knows, as one-line text; missing values are left out."""
    known = {name: row[name] for name in COLUMNS if row.get(name) is not None}
    lines = {name: " ".join(normalise(str(value)).split()) for name, value in known.items()}
    return {name: value for name, value in lines.items() if value and value.lower() not in ("nan", "nat", "none")}


READERS: dict[str, Callable[[bytes, str], Found]] = {
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


def _finish(draft: Draft, source: str, facts: Mapping[str, dict[str, str]]) -> Article | Unreadable:
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


def find_stated_date(removed: Iterable[Removed]) -> str:
    """The date in the lines that cleaning took for dates: one that says what it is, or the only one there is."""
    pieces = [piece for piece in removed if piece.reason in ("date_line", "timestamp") and parse_date(piece.text)]
    leads = _compiled(r"(?<!\w)%s(?!\w)", "timestamp_leads")
    named = [parse_date(piece.text) for piece in pieces if piece.reason == "date_line" or leads.search(piece.text)]
    days = {parse_date(piece.text) for piece in pieces}
    return named[0] if named else days.pop() if len(days) == 1 else ""


def find_contradictions(published: str, text: str) -> tuple[str, ...]:
    """Warn about a date that lies in the future, or more than a year from every year that the text names.

    Years that articles on this war name as background do not count. Silent when nothing contradicts the date.
    """
    if not published:
        return ()
    years = {int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", text)} - set(_lists()["background_years"])
    warnings = []
    if years and all(abs(int(published[:4]) - year) > 1 for year in years):
        named = ", ".join(str(year) for year in sorted(years)[:5])
        warnings.append(f"The date {published} is far from the years that the text names ({named}).")
    if published > date.today().isoformat():
        warnings.append(f"The date {published} lies in the future.")
    return tuple(warnings)


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


# -------------------------------------------------------------------------------------------------------- bytes -> text


def decode(data: bytes) -> str:
    """Decode text of unknown encoding: byte-order mark, UTF-8, UTF-16, then the usual one-byte encodings.

    Raises ``Refused`` when the bytes are no text.
    """
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return _checked(data.decode(encoding, errors="replace").lstrip("\ufeff"))
    if data.count(0) > len(data) / 100:
        return _checked(_decode_utf16(data))
    try:
        return _checked(data.decode("utf-8"))
    except UnicodeDecodeError:
        return _checked(_decode_damaged(data) or _decode_one_byte(data))


def _decode_utf16(data: bytes) -> str:
    """UTF-16 without a mark: the half of the bytes that is mostly zero tells the order."""
    low, high = data[0::2].count(0), data[1::2].count(0)
    try:
        return data.decode("utf-16-le" if high > low else "utf-16-be")
    except UnicodeDecodeError:
        return "\0"


def _decode_damaged(data: bytes) -> str:
    """UTF-8 in which a few bytes are broken; "" when it is not that."""
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    foreign = len(re.findall(r"[^\x00-\x7f]", text)) - broken
    return text if broken * 5 < foreign else ""


def _decode_one_byte(data: bytes) -> str:
    """Windows-1252 when it gives letters of Western languages only, otherwise the encoding that fits best."""
    western = data.decode("cp1252", errors="replace")
    if not re.search(r"[^\x00-\x7fäöüÄÖÜßéèêëàâáçîïíôóûúñÉÀÇ„“”‚‘’‹›«»–—…€§°©®·•²³½\xa0\xad]", western):
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000]).best()
    return data.decode(best.encoding, errors="replace") if best else western


def _checked(text: str) -> str:
    """The text, if it is one: control characters show that a file is something else."""
    sample = text[:100_000]
    controls = len(re.findall(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\ufffd]", sample))
    if controls > len(sample) / 50:
        raise Refused("The file is binary, not text.")
    return text


# -------------------------------------------------------------------------------------------- characters, tags, escapes

_CHARACTERS = {
    **dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x09], " "),
    **dict.fromkeys(
        [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, *range(0x2066, 0x206A), 0xFEFF], None
    ),
    **dict.fromkeys(map(ord, "\r\x85\u2028"), "\n"),
    **dict.fromkeys(map(ord, "\x0b\x0c\u2029"), "\n\n"),
    **dict(zip(range(0xFB00, 0xFB07), ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True)),
    0x2011: "-",
    **dict.fromkeys([*range(9), *range(0x0E, 0x20), 0x7F], None),
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
}
_BLOCK_TAG = re.compile(
    r"<\s*\\?/?\s*(?:br|hr|p|h[1-6]|div|li|ul|ol|blockquote|section|article|header|footer|table|tr|td)\b[^<>]*>",
    re.IGNORECASE,
)
_INLINE_TAG = re.compile(
    r"<\s*\\?/?\s*(?:a|b|i|u|em|strong|span|small|sup|sub|font|mark)(?:\s[^<>]*)?\\?/?>", re.IGNORECASE
)


def normalise(text: str) -> str:
    """Compose letters, make line ends and spaces plain, drop invisible and control characters."""
    text = re.sub("\u00ad[ ]*\r?\n[ ]*", "", text)
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").translate(_CHARACTERS))


def unescape(text: str) -> str:
    r"""Turn tags that stand in a text into paragraph breaks, and the four characters ``\r\n`` into a line end.

    Only tags that structure or mark up text are touched; anything else in angle brackets stays as it is written.
    """
    if "\\r\\n" in text or "\\/" in text or ("\\n" in text and "\n" not in text.strip()):
        text = re.sub(r"\\r\\n|\\n|\\r", "\n", text).replace('\\"', '"')
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match[1], 16)), text)
    text = _INLINE_TAG.sub("", _BLOCK_TAG.sub("\n\n", text)).replace("\\/", "/")
    return normalise(
        re.sub(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|[A-Za-z]\w{1,30});", lambda m: html.unescape(m[0]), text)
    )


def split_date_line(text: str) -> tuple[str, tuple[Removed, ...]]:
    """Cut `` date 2025-12-04 `` off the beginning of a text."""
    match = re.match(r"\s*(?:date|datum|published)\s*:?\s*\d{4}-\d{2}-\d{2}(?=\s|$)", text, re.IGNORECASE)
    if not match:
        return text, ()
    return text[match.end() :], (Removed(match[0].strip(), "date_line"),)


def split_paragraphs(text: str) -> list[str]:
    """Split a text at its line ends; lines that were wrapped at a fixed width are joined first."""
    lines = [" ".join(line.split()) for line in unwrap(text).split("\n")]
    paragraphs: list[str] = []
    apart = True
    for line in lines:
        if line and not apart and _continues(paragraphs[-1], line):
            paragraphs[-1] += line if line[0] in ",.;:" else f" {line}"
        elif line:
            paragraphs.append(line)
        apart = not line
    return paragraphs


def _continues(before: str, line: str) -> bool:
    """Tell whether a line goes on with the sentence of the line before."""
    begun = before[-1] not in '.!?:;"“”«»' and (line[0].islower() or line[0] in ",;")
    return begun and not find_reason(before) and not find_reason(line)


def unwrap(text: str, slack: float = 0.0) -> str:
    """Join the lines of a text that was wrapped at a fixed width; any other text comes back unchanged.

    ``slack`` is the share of the width from which a line counts as full; above 0 the text is taken to be wrapped.
    """
    width = max((len(line) for line in text.split("\n")), default=0)
    blocks = [block.split("\n") for block in re.split(r"\n[ ]*\n", text)]
    if not slack and not (40 <= width <= 110 and any(len(block) > 2 and _is_full(block, width) for block in blocks)):
        return text
    return "\n\n".join(_join_lines(block, width * (slack or 0.85)) for block in blocks)


def _is_full(block: list[str], width: int) -> bool:
    """Tell whether no line of a block but the last could have taken in the next line's first word."""
    return all(len(line) + 1 + len(after.split(" ", 1)[0]) >= width * 0.85 for line, after in pairwise(block))


def _join_lines(block: list[str], width: float) -> str:
    """Join lines of one block where the line before was full; undo hyphens at line ends."""
    joined = block[0].rstrip()
    last = joined
    for line in (line.strip() for line in block[1:]):
        if re.search(r"\w-$", joined) and not re.match(r"(und|oder|bis|bzw|and|or)\b", line):
            joined = (joined[:-1] if line[:1].islower() else joined) + line
        elif len(last) + 1 + len(line.split(" ", 1)[0]) >= width:
            joined += f" {line}"
        else:
            joined += f"\n\n{line}"
        last = line
    return joined


# ---------------------------------------------------------------------------------------------------------- boilerplate


@cache
def _lists() -> dict[str, Any]:
    """The word lists of ``codebook/boilerplate.yaml``."""
    path = Path(__file__).parent / "codebook" / "boilerplate.yaml"
    lists: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return lists


@cache
def _words(*keys: str) -> tuple[str, ...]:
    """The entries of some lists in every language, lower-case, the longest first."""
    found: list[str] = []
    for key in keys:
        entry = _lists()[key]
        found += entry if isinstance(entry, list) else [word for words in entry.values() for word in words]
    return tuple(sorted({word.lower() for word in found}, key=lambda word: (-len(word), word)))


@cache
def _pattern(key: str) -> re.Pattern[str]:
    """The regular expressions of a list as one; only in program text does case matter."""
    rules = "|".join(f"(?:{rule})" for rules in _lists()[key].values() for rule in rules)
    return re.compile(rules, 0 if key == "script" else re.IGNORECASE)


@cache
def _phrase(*keys: str) -> str:
    """A regular expression for any entry of some lists."""
    return "(?:" + "|".join(re.escape(word) for word in _words(*keys)) + ")"


@cache
def _compiled(template: str, *keys: str) -> re.Pattern[str]:
    """A regular expression with ``%s`` standing for any entry of some lists."""
    return re.compile(template.replace("%s", _phrase(*keys)), re.IGNORECASE)


def drop_boilerplate(paragraphs: list[str]) -> tuple[list[str], list[Removed]]:
    """Separate the article's paragraphs from what stands around them, both in their order."""
    reasons = [
        find_reason(paragraph, head=index < HEAD, tail=index >= len(paragraphs) - TAIL)
        for index, paragraph in enumerate(paragraphs)
    ]
    _mark_links(paragraphs, reasons)
    _mark_captions(paragraphs, reasons)
    kept, removed = [], []
    for paragraph, reason in zip(paragraphs, reasons, strict=True):
        body, pieces = ("", [Removed(paragraph, reason)]) if reason else trim_end(paragraph)
        kept += [body] if body else []
        removed += pieces
    return kept, removed


def find_reason(paragraph: str, head: bool = False, tail: bool = False) -> str:
    """Why a paragraph is not part of the article, or "".

    ``head`` and ``tail`` say that it stands near the beginning or the end, where authors and times are named.
    """
    for reason, is_it in _RULES.items():
        if is_it(paragraph):
            return reason
    if is_timestamp(paragraph, head):
        return "timestamp"
    return "byline" if (head or tail) and is_byline(paragraph) else ""


def _is_script(paragraph: str) -> bool:
    return len(paragraph) <= BODY_LENGTH and bool(_pattern("script").search(paragraph))


def _is_consent(paragraph: str) -> bool:
    return len(paragraph) <= BODY_LENGTH and bool(_pattern("consent").search(paragraph))


def _is_legal(paragraph: str) -> bool:
    return len(paragraph) <= BODY_LENGTH and bool(_pattern("legal").search(paragraph))


def _is_navigation(paragraph: str) -> bool:
    return paragraph.lower().strip(" »›>«‹<↑→←-–|.") in _words("navigation")


def _is_advertisement(paragraph: str) -> bool:
    return paragraph.lower().strip(" -–—|.[]()") in _words("advertisement")


def _is_share(paragraph: str) -> bool:
    """Nothing but words of a bar of buttons, perhaps with counts."""
    if len(paragraph) > 150:
        return False
    rest = _compiled(r"(?<![\w-])%s(?![\w-])", "share").sub("", paragraph)
    return rest != paragraph and not re.search(r"[^\W\d_]", rest)


def _is_label(paragraph: str) -> bool:
    """A heading above links to other articles."""
    return bool(_compiled(r"[^\w„“”\"]*%s\s*[:.…>»›→]*", "teaser_labels").fullmatch(paragraph))


def _is_teaser(paragraph: str) -> bool:
    """A label with or without its link, or a sentence that asks the visitor to click, follow or subscribe."""
    if len(paragraph) > 400:
        return False
    linked = _compiled(r"[^\w„“”\"]*%s\s*[:|>»›→].*", "teaser_labels").fullmatch(paragraph)
    return _is_label(paragraph) or bool(linked or _compiled(r"[^\w„“”\"]*%s(?!\w)", "teaser_starts").match(paragraph))


def _is_caption(paragraph: str) -> bool:
    """A caption that says so, or a short text that ends in a picture credit."""
    if len(paragraph) <= CAPTION_LENGTH and _compiled(r"%s(?!\w)", "caption_starts").match(paragraph):
        return not is_credit(paragraph)
    body, credit = split_credit(paragraph)
    return bool(body and credit) and len(body) <= CAPTION_LENGTH and _count_sentences(body) <= 2


def is_credit(paragraph: str) -> bool:
    """Nothing but who took a picture: ``© dpa/Name``, ``Foto: Name``, ``Name/AFP via Getty Images``."""
    body, credit = split_credit(paragraph)
    return bool(credit) and not body


def split_credit(paragraph: str) -> tuple[str, str]:
    """Split a picture credit off the end of a paragraph: (what stands before it, the credit or "")."""
    marker = r"©|\(c\)|(?<!\w)(?:%s)\s*:"
    marks = list(_compiled(marker, "credit_words", "source_words").finditer(paragraph))[-3:]
    ends = list(re.finditer(r"(?<=[.!?”“\"])\s+\(?(?=\S)|^", paragraph))[-2:]
    for start, named in [*((mark.start(), True) for mark in marks), *((end.end(), False) for end in ends)]:
        body, credit = paragraph[:start].rstrip(" (|[-–"), paragraph[start:]
        if _names_picture(credit, named) and (not body or body[-1] in '.!?)"“”»' or _is_open_caption(body, credit)):
            return body, credit
    return paragraph, ""


def _is_open_caption(body: str, credit: str) -> bool:
    """Tell whether words without a full stop go with the credit after them: only a known agency shows it."""
    return len(body) <= CAPTION_LENGTH and bool(_compiled(r"(?<!\w)%s(?!\w)", "photo_agencies").search(credit))


def _names_picture(credit: str, marked: bool) -> bool:
    """Tell whether words are a picture credit; ``marked`` when they begin with a word or sign for one."""
    if len(credit) > 140 or is_sign_off(credit):
        return False
    names = re.sub(r"^[^:©]*[:©]\s*" if marked else r"^\(", "", credit).rstrip(")]. ")
    agency = _compiled(r"(?<!\w)%s(?!\w)", "photo_agencies").search(names)
    if not names or not _is_name_run(names):
        return False
    if marked and not _compiled(r"%s\s*:", "source_words").match(credit):
        return True
    if agency is None:
        return False
    return marked or bool(re.search(r"[/|]|\bvia\b", names)) or agency[0].lower() == names.lower()


def _is_name_run(words: str) -> bool:
    """Tell whether words are names only: capitals, particles, agencies, numbers."""
    rest = _compiled(r"(?<!\w)%s(?!\w)", "photo_agencies", "agencies", "name_particles").sub(" ", words)
    tokens = re.split(r"[\s/|,;&()+@_-]+", rest.replace("©", " "))
    return len(words.split()) <= 14 and all(not token or token[0].isupper() or token[0].isdigit() for token in tokens)


def is_sign_off(paragraph: str) -> bool:
    """Nothing but the agencies behind a text: ``dpa/afp``, ``Quelle: dpa``, ``(mit dpa, Name)``, ``/ddo/DP/stw``."""
    if len(paragraph) > 300:
        return False
    begins = _compiled(r"%s(?!\w)", "sign_off_starts").match(paragraph)
    if begins or re.fullmatch(r"(/[A-Za-zäöü]{2,4}){2,}/?", paragraph):
        return True
    inner = _compiled(r"^\W*(?:%s\s*:)?\W*", "source_words").sub("", paragraph).rstrip(" ).]")
    agency = _compiled(r"(?<![\w-])%s(?![\w-])", "agencies")
    if re.match(r"\((mit|with)\b", paragraph, re.IGNORECASE) and agency.search(inner):
        return _is_name_run(inner)
    initials = re.fullmatch(r"[a-zA-Z-]{2,8}(/[A-Za-zäöü]{2,5})+", inner)
    rest = "" if initials and agency.match(inner) else agency.sub("", inner)
    return bool(agency.search(inner)) and not re.sub(
        r"\b(und|and|mit|with|von|from|material)\b|[\W\d_]", "", rest, flags=re.IGNORECASE
    )


def is_timestamp(paragraph: str, head: bool = False) -> bool:
    """Nothing but when the text appeared or how long it takes to read; a bare date counts only near the beginning."""
    if len(paragraph) > 120 or not re.search(r"\d|:\s*$", paragraph):
        return False
    leads = _compiled(r"(?<!\w)%s(?!\w)", "timestamp_leads")
    words = _compiled(r"(?<!\w)%s(?![^\W\d_])", "timestamp_words", "weekdays", "months")
    if re.search(r"[^\W\d_]", words.sub("", re.sub(r"(\d)(?=[a-z])", r"\1 ", leads.sub("", paragraph)))):
        return False
    clock = re.search(r"\b\d{1,2}[:.]\d{2}\b(?!\.)", paragraph)
    reading = re.search(r"\b(read|ago|vor)\b", paragraph, re.IGNORECASE)
    return bool(leads.search(paragraph) or clock or (head and (parse_date(paragraph) or reading)))


def is_byline(paragraph: str) -> bool:
    """``By Jane Doe in Kyiv``, ``Von Max Muster und Eva Beispiel, Berlin``: at least one full name, nothing else."""
    start = _compiled(r"%s\b:?\s+", "byline_starts").match(paragraph)
    if not start or len(paragraph) > 120 or paragraph[-1] in ".!?:":
        return False
    parts = re.split(r"\s*(?:,|/|\||&|\band\b|\bund\b|\bin\b)\s*", paragraph[start.end() :])
    named = [part.split() for part in parts if part]
    return (
        len(named[0]) > 1 and all(len(name) <= 4 and _is_name_run(" ".join(name)) for name in named) if named else False
    )


_RULES: dict[str, Callable[[str], bool]] = {
    "script": _is_script,
    "consent": _is_consent,
    "navigation": _is_navigation,
    "advertisement": _is_advertisement,
    "share": _is_share,
    "legal": _is_legal,
    "teaser": _is_teaser,
    "sign_off": is_sign_off,
    "credit": is_credit,
    "caption": _is_caption,
}


def trim_end(paragraph: str) -> tuple[str, list[Removed]]:
    """Cut a sign-off and a picture credit off the end of a paragraph that belongs to the article."""
    removed: list[Removed] = []
    for end in re.finditer(r"(?<=[.!?\"“”«»)])\s*(?=[(/\w])", paragraph[-300:]):
        start = max(len(paragraph) - 300, 0) + end.end()
        if is_sign_off(paragraph[start:]):
            removed = [Removed(paragraph[start:], "sign_off")]
            paragraph = paragraph[:start].rstrip()
            break
    body, credit = split_credit(paragraph)
    if credit:
        removed.insert(0, Removed(paragraph[len(body) :].strip(), "credit"))
    return (body if credit else paragraph), removed


def _mark_links(paragraphs: list[str], reasons: list[str]) -> None:
    """Mark the links that follow a label such as ``Lesen Sie auch``: lines without a full stop."""
    listing = False
    for index, paragraph in enumerate(paragraphs):
        if reasons[index]:
            listing = (listing and reasons[index] != "sign_off") or (
                reasons[index] == "teaser" and _is_label(paragraph)
            )
            if listing and reasons[index] == "timestamp":
                reasons[index] = "link_list"
        elif listing and len(paragraph) <= 140 and paragraph[-1] not in ".:;,…":
            reasons[index] = "link_list"
        else:
            listing = False


def _mark_captions(paragraphs: list[str], reasons: list[str]) -> None:
    """Mark the paragraph before a picture credit as its caption, when it reads like one."""
    first = next((index for index, reason in enumerate(reasons) if not reason), 0)
    for index, reason in enumerate(reasons[1:], start=1):
        if (
            reason == "credit"
            and not reasons[index - 1]
            and describes_picture(paragraphs[index - 1], index - 1 == first)
        ):
            reasons[index - 1] = "caption"


def describes_picture(paragraph: str, first: bool = False) -> bool:
    """Tell whether a paragraph next to a picture credit is the caption: one sentence that reports nothing said.

    It carries a mark such as ``(l)`` or a full date, or it is told without past tense and auxiliaries. The ``first``
    paragraph may be the headline and needs a mark.
    """
    words = {word.lower() for word in re.findall(r"[^\W\d_]+", paragraph)}
    if len(paragraph) > CAPTION_LENGTH or _count_sentences(paragraph) > 1 or re.search(r"[„“”\"«»]", paragraph):
        return False
    if words & set(_words("reporting")):
        return False
    if _pattern("caption_marks").search(paragraph):
        return True
    past = re.search(r"\b[a-zäöüß]{3,}(te|ten|ed)\b", paragraph)
    return not first and not past and not words & set(_words("narrative"))


def _count_sentences(text: str) -> int:
    """Sentences in a short text; dots of dates, initials and abbreviations do not end one."""
    return 1 + len(
        re.findall(r"(?<![\d])(?<!\b[A-Za-z])(?<!\b[A-Z][a-z])[.!?][\"“”«»)]*\s+(?=[„“\"«»]?[A-ZÄÖÜ])", text)
    )


# ---------------------------------------------------------------------------------------------------------------- dates


def parse_date(text: str) -> str:
    """The first full date in a line as ISO date, "" when there is none; numbers with dots give the day first."""
    for pattern, order in _date_patterns():
        for match in pattern.finditer(text):
            parts = dict(zip(order, match.groups(), strict=True))
            try:
                return date(int(parts["y"]), _month(parts["m"]), int(parts["d"])).isoformat()
            except ValueError:
                continue
    return ""


@cache
def _date_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Patterns for full dates with the order of their groups."""
    names = sorted((name for months in _lists()["months"].values() for name in months), key=len, reverse=True)
    month = f"({'|'.join(names)})\\.?"
    return (
        (re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)"), "ymd"),
        (re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)"), "dmy"),
        (
            re.compile(
                rf"(?<!\d)(\d{{1,2}})(?:\.|st|nd|rd|th)?\s+(?:of\s+)?{month},?\s+(\d{{4}})(?!\d)", re.IGNORECASE
            ),
            "dmy",
        ),
        (re.compile(rf"(?<!\w){month}\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})(?!\d)", re.IGNORECASE), "mdy"),
        (re.compile(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)"), "ymd"),
    )


def _month(name: str) -> int:
    """The number of a month that is given by name or number."""
    if name.isdigit():
        return int(name)
    return int(next(months[name.lower()] for months in _lists()["months"].values() if name.lower() in months))
