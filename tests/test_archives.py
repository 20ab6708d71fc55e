"""Archives: what lies in them is read as if it lay in a folder, and hostile members cost nothing else."""

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from conftest import BODY, ENGLISH
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from positions import archives
from positions.articles import Unreadable, read_articles
from positions.records import Article

PAGE = f"<html><head><title>T</title></head><body><article><p>{BODY}</p><p>{ENGLISH}</p></article></body></html>"
SIDECAR = b"id,published,outlet\na,2025-12-02,Blatt\n"


def make_zip(path: Path, members: dict[str, bytes | str], **facts: int) -> Path:
    """A zip file; ``facts`` are set on the members' entries."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for field, value in facts.items():
                setattr(info, field, value)
            archive.writestr(info, data)
    return path


def make_tar(path: Path, members: dict[str, bytes | str], **facts: object) -> Path:
    """A gzipped tar file; ``facts`` are set on the members' entries."""
    with tarfile.open(path, "w:gz") as archive:
        for name, data in members.items():
            body = data.encode() if isinstance(data, str) else data
            info = tarfile.TarInfo(name)
            info.size = len(body)
            for field, value in facts.items():
                setattr(info, field, value)
            archive.addfile(info, io.BytesIO(body))
    return path


def make_warc(path: Path, pages: list[tuple[str, bytes, str, str]], **headers: str) -> Path:
    """A web archive of responses (address, body, media type, status)."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True)
        for address, body, kind, status in pages:
            lines = [("Content-Type", kind), *((name.replace("_", "-"), value) for name, value in headers.items())]
            said = StatusAndHeaders(status, lines, protocol="HTTP/1.1")
            record = writer.create_warc_record(address, "response", payload=io.BytesIO(body), http_headers=said)
            writer.write_record(record)
            record.raw_stream.close()
    return path


def outcome(path: Path) -> tuple[list[str], dict[str, str]]:
    """Ids of the articles in an archive, and the reasons by what was refused (without the archive's own path)."""
    found = list(read_articles([path]))
    refused = [item for item in found if isinstance(item, Unreadable)]
    reasons = {item.source.removeprefix(str(path)).removeprefix("/"): item.reason for item in refused}
    return [item.id for item in found if isinstance(item, Article)], reasons


@pytest.mark.parametrize(("make", "name"), [(make_zip, "a.zip"), (make_tar, "a.tar.gz"), (make_tar, "A.TGZ")])
def test_members_are_read_like_files_of_a_folder(tmp_path, make, name):
    """Texts and tables come with the facts of the sidecar in their folder; hidden and foreign files are passed over."""
    table = f'id,text\nx,"{ENGLISH}"\n'
    members = {"in/a.txt": BODY, "in/articles.csv": SIDECAR, "b.csv": table, ".c.txt": BODY, "d.png": b"\x89PNG"}
    path = make(tmp_path / name, members)
    first, second = read_articles([path])
    assert (first.id, first.text, first.published, first.outlet) == ("a", BODY, "2025-12-02", "Blatt")
    assert (first.source, second.source) == (f"{path}/in/a.txt", f"{path}/b.csv#1")
    assert [item.id for item in read_articles([tmp_path])] == ["a", "x"]


def test_web_archive_gives_its_pages(tmp_path):
    """Pages of a web archive have their address; pictures, errors and what is no response are passed over."""
    page = PAGE.encode()
    path = make_warc(
        tmp_path / "a.warc.gz",
        [
            ("https://blatt.example/news/talks.html", page, "text/html; charset=utf-8", "200 OK"),
            ("https://blatt.example/bild.png", b"\x89PNG", "image/png", "200 OK"),
            ("https://blatt.example/weg", page, "text/html", "404 Not Found"),
            ("https://blatt.example/", page, "text/html", "200 OK"),
        ],
    )
    first, second = read_articles([path])
    assert (first.url, second.url) == ("https://blatt.example/news/talks.html", "https://blatt.example/")
    assert first.id.startswith("blatt.example-talks-") and second.id.startswith("blatt.example-")
    assert BODY in first.text


@pytest.mark.parametrize("make", [make_zip, make_tar])
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../b.txt", "leads out of the archive"),
        ("x/../../b.txt", "leads out of the archive"),
        ("..\\b.txt", "leads out of the archive"),
        ("/etc/b.txt", "absolute path"),
        ("C:\\b.txt", "absolute path"),
        ("inner.zip", "archive inside an archive"),
        ("inner.tar.gz", "archive inside an archive"),
    ],
)
def test_hostile_names_are_refused_and_cost_nothing_else(tmp_path, make, name, reason):
    """A name that leads elsewhere is refused by name; its neighbours are read, and nothing is written anywhere."""
    path = make(tmp_path / ("a.zip" if make is make_zip else "a.tgz"), {"a.txt": BODY, name: BODY, "z.txt": ENGLISH})
    ids, reasons = outcome(path)
    assert ids == ["a", "z"]
    assert [reason in said for said in reasons.values()] == [True]
    assert sorted(tmp_path.rglob("*")) == [path]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_tar_files_are_refused(tmp_path, kind):
    """No link is followed and no device opened."""
    path = make_tar(tmp_path / "a.tgz", {"a.txt": b""}, type=kind, linkname="/etc/passwd")
    assert outcome(path) == ([], {"a.txt": "It is a link or a device, not a file; it was not read."})


def test_links_and_encrypted_members_of_zip_files_are_refused(tmp_path):
    """A link is told by its mode, encryption by its flag."""
    link = make_zip(tmp_path / "l.zip", {"a.txt": "/etc/passwd"}, external_attr=0o120777 << 16)
    assert outcome(link) == ([], {"a.txt": "It is a link or a device, not a file; it was not read."})
    locked = make_zip(tmp_path / "e.zip", {"a.txt": BODY})
    raw = bytearray(locked.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    locked.write_bytes(raw)
    assert outcome(locked) == ([], {"a.txt": "It is encrypted; it was not read."})


def test_a_bomb_is_defused(tmp_path, monkeypatch):
    """A member that is too large is named; an archive that unpacks without end is left there."""
    monkeypatch.setattr(archives, "MAX_MEMBER_BYTES", 1_000_000)
    monkeypatch.setattr(archives, "FREE_BYTES", 2_000_000)
    members = {"a.txt": BODY, "bomb.txt": bytes(20_000_000), "z.txt": ENGLISH}
    assert outcome(make_zip(tmp_path / "a.zip", members)) == (
        ["a", "z"],
        {"bomb.txt": "The file is larger than 1 MB."},
    )
    ids, reasons = outcome(make_tar(tmp_path / "a.tgz", members))
    assert ids == ["a"] and set(reasons) == {"bomb.txt", ""}
    assert reasons[""] == "The archive unpacks to far more than its size; the rest was not read."
    many = make_zip(tmp_path / "b.zip", {f"{number}.txt": bytes(900_000) for number in range(9)})
    assert "unpacks to far more" in outcome(many)[1][""]
    packed = gzip.compress(bytes(20_000_000))
    pages = [("https://a.example/b", packed, "text/html", "200 OK"), ("https://a.example/c", packed, "", "200 OK")]
    web = make_warc(tmp_path / "a.warc.gz", pages, Content_Encoding="gzip")
    assert list(outcome(web)[1].values())[0] == "The file is larger than 1 MB."


def packed(data):
    """Gzipped bytes without the time: names of tests must not differ between processes."""
    return gzip.compress(data, mtime=0)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.zip", b"PK nothing", "damaged or not what its name says (BadZipFile)"),
        ("a.zip", b"", "damaged or not what its name says (BadZipFile)"),
        ("a.tar.gz", b"nothing", "damaged or not what its name says (BadGzipFile)"),
        ("a.tar.gz", packed(b"nothing"), "damaged or not what its name says (ReadError)"),
        ("a.tgz", packed(packed(b"x" * 9999)), "archive inside an archive"),
        ("a.warc.gz", packed(b"nothing"), "no web archive"),
        ("a.warc.gz", packed(b"WARC/1.0\r\nX: " + b"a" * 9_000_000), "made to fill the memory"),
        ("a.zip", b"PK\x05\x06" + bytes(8) + b"\xff" * 8 + bytes(2), "more than 100,000 files"),
    ],
    ids=range(8),
)
def test_what_is_no_archive_is_refused(tmp_path, name, data, reason):
    """A damaged archive, or one with a header made to fill the memory, gives one reason."""
    (tmp_path / name).write_bytes(data)
    ids, reasons = outcome(tmp_path / name)
    assert ids == [] and len(reasons) == 1 and reason in reasons[""]


def test_a_damaged_member_costs_only_itself_in_a_zip(tmp_path):
    """A wrong checksum is named; in a tar file that breaks off, what came before stays."""
    path = make_zip(tmp_path / "a.zip", {"a.txt": BODY, "z.txt": ENGLISH})
    raw = bytearray(path.read_bytes())
    raw[60] ^= 0xFF
    path.write_bytes(raw)
    ids, reasons = outcome(path)
    assert ids == ["z"] and "damaged at this place" in reasons["a.txt"]
    noise = bytes(range(256)) * 40
    whole = make_tar(tmp_path / "a.tgz", {"a.txt": BODY, "b.txt": noise + BODY.encode()}).read_bytes()
    (tmp_path / "a.tgz").write_bytes(whole[: len(whole) // 2])
    ids, reasons = outcome(tmp_path / "a.tgz")
    assert ids == ["a"] and "damaged" in reasons[""]


def test_too_many_members_and_too_many_problems(tmp_path, monkeypatch):
    """The number of members has a limit; a flood of refusals is counted, not listed."""
    flood = make_tar(tmp_path / "a.tgz", {f"../{number}.txt": "" for number in range(60)} | {"a.txt": BODY})
    ids, reasons = outcome(flood)
    assert ids == ["a"] and len(reasons) == 51 and reasons[""] == "10 more files could not be read."
    monkeypatch.setattr(archives, "MAX_MEMBERS", 2)
    path = make_zip(tmp_path / "a.zip", {f"{number}.txt": BODY for number in range(3)})
    ids, reasons = outcome(path)
    assert ids == ["0", "1"] and "more than 2 files" in reasons[""]


def test_an_archive_without_articles_says_so(tmp_path):
    """No member of a known format: one reason."""
    path = make_zip(tmp_path / "a.zip", {"a.docx": b"PK"})
    assert outcome(path)[1][""].startswith("The archive holds no article in a known format (.txt,")
