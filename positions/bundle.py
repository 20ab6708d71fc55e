"""A view as one zip that others can check and compare: its rows, its articles, the codebook, hashes, texts for people.

The same input gives the same bytes. Of articles it holds what a reference names and the hash of the text, never the
text. ``read`` takes a zip from anybody: it unpacks nothing to disk and refuses what is not a bundle.
"""

import functools
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd
import yaml

import positions
from positions import codebook, store
from positions.codebook import Codebook
from positions.records import ACTORS, LANGUAGES, OTHER, STANCES, TOPICS

KIND, VERSION = "positions-bundle", 1
STATEMENTS, ARTICLES, CODEBOOK, MANIFEST = "statements.csv", "articles.csv", "codebook.yaml", "manifest.json"
REQUIRED = (MANIFEST, STATEMENTS, ARTICLES)
ARTICLE_COLUMNS = ("id", "published", "outlet", "title", "url", "language", "text_sha256")
MODEL = Path(__file__).parent / "model"
WEIGHTS = ("config.json", "tokenizer.json", "*.npy", "*.npz", "*.onnx")
TEXTS = (".json", ".yaml")  # their line ends may differ between machines, so they are hashed with plain ones
OLDEST = (1980, 1, 1, 0, 0, 0)  # the earliest time that a zip can give a file
MAX_BYTES, MAX_FILES, MAX_RATIO, SMALL = 500_000_000, 100, 200, 1_000_000
Facts = dict[str, Any]
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


class BadBundle(ValueError):
    """A file that is not a bundle; the message names it and says why."""


@dataclass(frozen=True)
class Bundle:
    """What a zip holds: ``statements`` with the contract's columns, ``articles`` with ``ARTICLE_COLUMNS``.

    ``intact`` is false where a file is not the one that the manifest gives the hash of. ``topics`` are the keys of the
    codebook that the rows were tagged by.
    """

    name: str
    manifest: Facts
    statements: pd.DataFrame
    articles: pd.DataFrame
    intact: bool
    topics: tuple[str, ...] = TOPICS


def make(
    statements: pd.DataFrame,
    articles: pd.DataFrame,
    texts: Mapping[str, str],
    *,
    page: str,
    parameters: Mapping[str, Sequence[str]],
    created: date,
    book: Codebook | None = None,
    model: Facts | None = None,
) -> bytes:
    """The zip of a view.

    ``statements`` holds the view's rows (at least the contract's columns), ``articles`` all that was read (``id``,
    ``published``, ``outlet``, ``title``, ``url``, ``language``, and ``text`` or its ``text_sha256``). ``texts`` are
    further files by name, for people. ``page`` and ``parameters`` are those of the link that reopens the view. ``book``
    and ``model`` (as ``model_facts`` gives it) are what the rows were tagged by; by default the shipped ones.
    """
    facts = codebook_facts() if book is None else own_codebook_facts(book)
    rows = store.conform(statements)[list(store.COLUMNS)]
    listed = _listed(articles)
    files = {STATEMENTS: store.csv_bytes(rows), ARTICLES: store.csv_bytes(listed), CODEBOOK: _yaml(facts)}
    files |= {name: text.encode() for name, text in texts.items()}
    manifest = {
        "format": KIND,
        "format_version": VERSION,
        "created": created.isoformat(),
        "app": {"name": "positions", "version": positions.__version__},
        "model": model or model_facts(),
        "codebook": {key: facts[key] for key in ("version", "sha256")} | _keys(facts),
        "corpus": {"articles": len(listed), "sha256": corpus_hash(listed)},
        "view": {"page": page, "parameters": {key: list(parameters[key]) for key in sorted(parameters)}},
        "rows": len(rows),
        "utterances": int(rows["utterance_id"].nunique()),
        "articles_with_rows": int(rows["article_id"].nunique()),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    return _zipped({**files, MANIFEST: f"{json.dumps(manifest, ensure_ascii=False, indent=1)}\n".encode()})


def read(path: Path) -> Bundle:
    """What is in a bundle; raises ``BadBundle`` where it is none, is broken, or holds what none does."""
    try:
        files = _unzipped(path)
        manifest = _manifest(files[MANIFEST])
        topics = tuple(manifest["codebook"].get("topics", TOPICS))
        statements = _named(STATEMENTS, functools.partial(_statements, topics=topics), files[STATEMENTS])
        articles = _named(ARTICLES, _articles, files[ARTICLES])
        if unknown := set(statements["article_id"]) - set(articles["id"]):
            raise ValueError(f"{ARTICLES}: {min(unknown)!r} is missing, but {STATEMENTS} has rows of it")
    except OSError as error:
        raise BadBundle(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise BadBundle(f"{path}: {error}") from error
    known = manifest["files"]
    intact = set(known) | {MANIFEST} == set(files) and all(
        hashlib.sha256(data).hexdigest() == known.get(name) for name, data in files.items() if name in known
    )
    return Bundle(str(path), manifest, statements, articles, intact and {STATEMENTS, ARTICLES} <= set(known), topics)


def corpus_hash(articles: pd.DataFrame) -> str:
    """SHA-256 (hex) over the ids and text hashes of the articles, in the order of the ids."""
    lines = sorted(f"{id}\0{text}\n" for id, text in zip(articles["id"], articles["text_sha256"], strict=True))
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()


def text_hash(text: str) -> str:
    """SHA-256 (hex) of an article's cleaned text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@functools.cache
def codebook_facts() -> Facts:
    """The codebook's version, the SHA-256 over its data files, and its topics with name, proposition and boundary."""
    known = codebook.load()
    return {"version": known.version, "sha256": hash_files(codebook.FOLDER.glob("*.yaml")), "topics": _topics(known)}


def own_codebook_facts(book: Codebook) -> Facts:
    """The same of a codebook that may have been laid over the shipped one: the hash is then over both."""
    facts = codebook_facts()
    if not book.digest:
        return facts
    both = hashlib.sha256(f"{facts['sha256']} {book.digest}".encode()).hexdigest()
    return {"version": book.version, "sha256": both, "topics": _topics(book)}


def _topics(known: Codebook) -> list[Facts]:
    return [
        {"key": topic.key}
        | {
            field: {language: getattr(topic, field)[language] for language in LANGUAGES}
            for field in ("name", "proposition", "boundary")
        }
        for topic in known.topics
    ]


def _keys(facts: Facts) -> Facts:
    """The topics' keys for the manifest, where they are not the shipped ones."""
    keys = [topic["key"] for topic in facts["topics"]]
    return {} if not keys or tuple(keys) == TOPICS else {"topics": keys}


@functools.cache
def model_facts(folder: Path = MODEL) -> Facts:
    """Name and version of the model in ``folder`` and the SHA-256 over its configuration, vocabulary and weights."""
    path = folder / "figures.json"
    figures = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    named = {"name": str(figures.get("model", "")), "version": str(figures.get("version", ""))}
    return {**named, "sha256": hash_files(path for pattern in WEIGHTS for path in folder.glob(pattern))}


def facts_of(model: Path | str) -> Facts:
    """What ``model_facts`` says, of any model that ``pipeline.open_reader`` takes.

    A model of natural-language inference has no version, and its hash covers the shipped weights that it works with.
    """
    if Path(model) == MODEL:
        return model_facts()
    from positions import classifier, entailment

    path = Path(model)
    name = path.resolve().name if path.exists() else str(model)
    if classifier.is_shipped_format(path):
        return {**model_facts(path), "name": name}
    weights = (file for pattern in WEIGHTS for file in MODEL.glob(pattern))
    return {"name": name, "version": "", "sha256": hash_files([*weights, *entailment.files_of(str(model))])}


def hash_files(paths: Iterable[Path]) -> str:
    """SHA-256 over the names and contents of files, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        data = path.read_bytes()
        data = data.replace(b"\r\n", b"\n") if path.suffix in TEXTS else data
        digest.update(f"{path.name}\0{hashlib.sha256(data).hexdigest()}\n".encode())
    return digest.hexdigest()


def _listed(articles: pd.DataFrame) -> pd.DataFrame:
    hashed = articles if "text_sha256" in articles else articles.assign(text_sha256=articles["text"].map(text_hash))
    plain = hashed.sort_values("id", kind="stable")
    return plain[list(ARTICLE_COLUMNS)].astype(object).fillna("").astype(str)


def _yaml(facts: Facts) -> bytes:
    return str(yaml.safe_dump(facts, allow_unicode=True, sort_keys=False, width=1000)).encode()


def _zipped(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, OLDEST)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name])
    return buffer.getvalue()


# Reading: a bundle may come from anybody --------------------------------------------------------------------------


def _unzipped(path: Path) -> dict[str, bytes]:
    """All files of the zip; ValueError for anything that could harm or that a bundle never holds."""
    if path.stat().st_size > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES // 1_000_000} MB")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check(entries)
            return {entry.filename: _unpack(archive, entry) for entry in entries if not entry.is_dir()}
    except zipfile.BadZipFile as error:
        raise ValueError(f"not a zip, or a damaged one ({error})") from error
    except (zlib.error, EOFError, RuntimeError, NotImplementedError) as error:  # damaged, encrypted, unknown method
        raise ValueError(f"the zip cannot be read ({error})") from error


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """One file, read no further than the size that was checked: the zip may say less than it holds."""
    with archive.open(entry) as file:
        data = file.read(entry.file_size + 1)
    if len(data) != entry.file_size:
        raise ValueError(f"{entry.filename!r}: not what the zip says it is")
    return data


def _check(entries: Sequence[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > MAX_FILES:
        raise ValueError(f"{len(names)} files inside; a bundle has at most {MAX_FILES}")
    for entry in entries:
        name = entry.filename
        if "\\" in name or ":" in name or name.startswith("/") or ".." in PurePosixPath(name).parts:
            raise ValueError(f"{name!r}: a path that leads out of the bundle")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{name!r}: packed in a way that no bundle is")
        if entry.file_size > SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise ValueError(f"{name!r}: {entry.file_size} bytes out of {entry.compress_size}; no table packs so well")
    if (size := sum(entry.file_size for entry in entries)) > MAX_BYTES:
        raise ValueError(f"{size} bytes unpacked; at most {MAX_BYTES} are read")
    if len(set(names)) < len(names):
        raise ValueError(f"{max(names, key=names.count)!r} is in it twice")
    if missing := [name for name in REQUIRED if name not in names]:
        raise ValueError(f"{', '.join(missing)} missing")


def _named(name: str, build: Any, data: bytes) -> Any:
    try:
        return build(store.parse_csv(data))
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{name}: {error}") from error


def _manifest(data: bytes) -> Facts:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{MANIFEST}: not JSON ({error})") from error
    if not isinstance(found, dict) or found.get("format") != KIND:
        raise ValueError(f"{MANIFEST}: not that of a bundle")
    if found.get("format_version") != VERSION:
        raise ValueError(f"{MANIFEST}: format version {found.get('format_version')!r}; this program reads {VERSION}")
    parts = {"app": ("version",), "model": ("name", "version", "sha256"), "codebook": ("version", "sha256")}
    parts |= {"view": ("page",), "files": ()}
    for part, keys in parts.items():
        facts = found.get(part)
        if not isinstance(facts, dict) or not all(isinstance(facts.get(key), str) for key in keys):
            raise ValueError(f"{MANIFEST}: {part} is incomplete")
    keys = found["codebook"].get("topics", [*TOPICS])
    if not isinstance(keys, list) or not all(
        isinstance(key, str) and _KEY.fullmatch(key) and key != OTHER for key in keys
    ):
        raise ValueError(f"{MANIFEST}: the codebook's topics are no list of keys")
    if not isinstance(found.get("created"), str) or not isinstance(found["view"].get("parameters"), dict):
        raise ValueError(f"{MANIFEST}: created or the view's parameters are missing")
    return found


def _statements(frame: pd.DataFrame, topics: Sequence[str]) -> pd.DataFrame:
    rows = store.conform(frame)
    allowed = {"actor": ACTORS, "holder": ACTORS, "topic": (*topics, OTHER), "stance": ("", *STANCES)}
    for name, values in allowed.items():
        if unknown := set(rows[name]) - set(values):
            raise ValueError(f"{name} {min(unknown)!r} is unknown")
    for name in ("date", "published"):
        days = rows[name].astype(str)
        if wrong := [day for day in days if day and not _DAY.fullmatch(day)]:
            raise ValueError(f"{name} {wrong[0]!r} is no day")
    if not rows["score"].dropna().between(-1, 1).all():
        raise ValueError("a score is not from -1 to 1")
    return rows


def _articles(frame: pd.DataFrame) -> pd.DataFrame:
    if missing := [name for name in ARTICLE_COLUMNS if name not in frame]:
        raise ValueError(f"missing columns: {', '.join(missing)}")
    return frame[list(ARTICLE_COLUMNS)]
