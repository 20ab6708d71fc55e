"""Two hundred malformed inputs, made from the seeds by a seeded generator: each gives rows or a reason."""

import csv
import io
import json
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from conftest import make_pdf
from typer.testing import CliRunner

from positions.__main__ import app
from positions.articles import Unreadable, read_articles
from positions.records import Article

SEEDS = [path.read_bytes() for path in sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))]
NAMES = (
    "../../{}.txt",
    "/etc/{}.txt",
    "..\\{}.txt",
    "C:\\{}.txt",
    "{}.zip",
    "\x1b[2J{}.txt",
    "\u202e{}.txt",
    "{}\0.txt",
)
ENCODINGS = ("utf-16", "utf-16-be", "utf-32", "utf-7", "cp437", "cp1251", "shift_jis", "iso-8859-7", "cp500")
Made = tuple[str, bytes]


def truncated(rng: Random, data: bytes) -> Made:
    """A seed that breaks off, in the middle of a letter perhaps."""
    return rng.choice(["txt", "md", "html"]), data[: rng.randrange(len(data))]


def flipped(rng: Random, data: bytes) -> Made:
    """A seed with a few bits, or many, the other way."""
    return rng.choice(["txt", "md", "html", "csv", "jsonl", "pdf", "parquet"]), flip(rng, data)


def flip(rng: Random, data: bytes) -> bytes:
    """Some bits the other way."""
    broken = bytearray(data)
    for _ in range(rng.choice([1, 20, len(data) // 50, len(data) // 3])):
        broken[rng.randrange(len(broken))] ^= 1 << rng.randrange(8)
    return bytes(broken)


def encoded(rng: Random, data: bytes) -> Made:
    """A seed in an encoding that nobody names."""
    return rng.choice(["txt", "html", "csv", "jsonl"]), data.decode().encode(rng.choice(ENCODINGS), "replace")


def misnamed(rng: Random, data: bytes) -> Made:
    """A seed under another format's name."""
    return rng.choice(["pdf", "parquet", "zip", "tar.gz", "tgz", "warc.gz", "jsonl", "csv"]), data


def paged(rng: Random, data: bytes) -> Made:
    """A broken PDF."""
    lines = [line.encode("cp1252", "ignore").decode("cp1252") for line in data.decode().splitlines()[:60]]
    whole = make_pdf([lines[:30], lines[30:] or ["Ende"]])
    return "pdf", rng.choice([flip(rng, whole), whole[: rng.randrange(len(whole))], whole[rng.randrange(200) :]])


def tabled(rng: Random, data: bytes) -> Made:
    """A table with broken lines."""
    row = json.dumps({"text": data.decode(), "published": rng.choice(["2025-12-02", "gestern", "-1", "9" * 400])})
    lines = [row, row[: rng.randrange(len(row))], "[" * rng.choice([3, 50_000]), '{"text": ["a"]}', "\0", "null"]
    rng.shuffle(lines)
    table = io.StringIO()
    csv.writer(table).writerows([["id", "text"], ["1"], ["2", data.decode(), "3"], ["", '"'], ["4", "\0" * 9]])
    return rng.choice([("jsonl", "\n".join(lines).encode()), ("csv", flip(rng, table.getvalue().encode()))])


def zipped(rng: Random, data: bytes) -> Made:
    """A zip file with hostile members, at times damaged as well."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("good.txt", SEEDS[0])
        for number, name in enumerate(rng.sample(NAMES, 3)):
            archive.writestr(zipfile.ZipInfo(name.format(number)), data)
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("bomb.txt", bytes(rng.choice([10, 60_000_000])))
    return "zip", flip(rng, buffer.getvalue()) if rng.random() < 0.5 else buffer.getvalue()


def tarred(rng: Random, data: bytes) -> Made:
    """A gzipped tar file with hostile members, at times breaking off."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        kinds = (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.REGTYPE)
        for number, kind in enumerate([tarfile.REGTYPE, *rng.sample(kinds, 4)]):
            name = rng.choice(NAMES).format(number) if number else "good.txt"
            info = tarfile.TarInfo(name.replace("\0", ""))
            info.type, info.linkname = kind, "/etc/passwd"
            info.size = len(data) if kind == tarfile.REGTYPE else 0
            archive.addfile(info, io.BytesIO(data))
    raw = buffer.getvalue()
    return rng.choice(["tar.gz", "tgz"]), rng.choice([raw, raw[: rng.randrange(len(raw))], flip(rng, raw)])


MAKERS: tuple[Callable[[Random, bytes], Made], ...] = (
    *(truncated, flipped, encoded, misnamed),
    *(paged, tabled, zipped, tarred),
)


@pytest.fixture(scope="module")
def malformed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with 200 malformed inputs, the same at each run, 25 of each kind, and one good seed at its end."""
    folder, rng = tmp_path_factory.mktemp("malformed"), Random(20251204)
    for number in range(200):
        maker = MAKERS[number % len(MAKERS)]
        ending, data = maker(rng, SEEDS[number // len(MAKERS) % len(SEEDS)])
        (folder / f"{number:03}-{maker.__name__}.{ending}").write_bytes(data)
    (folder / "zz-good.txt").write_bytes(SEEDS[0])
    return folder


@pytest.mark.slow  # eight seconds on an idle machine, minutes on a busy one
def test_malformed_inputs_are_named_and_cost_nothing_else(malformed, tagger, tmp_path):
    """Each of the 200 gives articles or a reason with its name; links lead nowhere; the good ones give their rows."""
    tagger.open_reader = lambda *_: SimpleNamespace(calibrated=True)
    before = sorted(path.name for path in malformed.iterdir())
    assert len(before) == 201
    told: dict[str, list[Article | Unreadable]] = {name: [] for name in before}
    for item in read_articles([malformed]):
        told[Path(item.source).relative_to(malformed).parts[0].split("#")[0]].append(item)
    assert [name for name, found in told.items() if not found] == []
    refused = [item for found in told.values() for item in found if isinstance(item, Unreadable)]
    assert all(item.reason.strip().endswith((".", ".)")) and len(item.reason) < 200 for item in refused)
    articles = [item for found in told.values() for item in found if isinstance(item, Article)]
    assert len(refused) > 150 and len(articles) > 75
    assert not [item for item in articles if "root:" in item.text or "\0" in item.text]
    assert sorted(path.name for path in malformed.iterdir()) == before
    check_command_line(malformed, tmp_path / "out.jsonl", refused, articles)


def check_command_line(folder: Path, out: Path, refused: list[Unreadable], articles: list[Article]) -> None:
    """``tag`` ends with status 1, a line for each refusal and a table; no name steers the terminal."""
    result = CliRunner().invoke(app, ["tag", str(folder), "--output", str(out)])
    assert result.exit_code == 1 and isinstance(result.exception, SystemExit)
    lines = result.stderr.splitlines()
    assert len([line for line in lines if line.startswith(str(folder))]) == len(refused)
    assert not [line for line in lines if not line.isprintable()]
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert {row["article_id"] for row in rows} <= {article.id for article in articles}
    assert [row["text"] for row in rows if row["article_id"] == "zz-good"]
