"""Archives -> their members in memory: ``.zip``, ``.tar.gz``, ``.tgz``, ``.warc.gz``.

Nothing is written to disk and no link is followed. A member that could do harm is named with the reason; an archive
that unpacks to far more than its size ends there, and what was read before stays. Archives inside archives are not
opened.
"""

import contextlib
import gzip
import io
import stat
import struct
import tarfile
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from positions.addresses import SUFFIXES, file_name
from positions.decoding import Refused

ENDINGS = (".zip", ".tar.gz", ".tgz", ".warc.gz")
NESTED = (*ENDINGS, ".tar", ".gz", ".bz2", ".xz", ".7z", ".rar", ".warc")
MAX_MEMBERS = 100_000
MAX_MEMBER_BYTES = 50_000_000
MAX_UNPACKED_BYTES = 20_000_000_000
MAX_RATIO = 100  # articles in text form pack to a tenth, tables of near copies to a fiftieth
FREE_BYTES = 2 * MAX_MEMBER_BYTES  # below this no ratio counts: one empty table may pack very well
MAX_DIRECTORY_BYTES = 50_000_000
MAX_HEADER_BYTES = 1_000_000
CHUNK = 65_536
GZIP_MARK = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Member:
    """One file of an archive: its bytes, or in ``refused`` why it is not read; ``url`` is where a page came from."""

    name: str
    data: bytes = b""
    refused: str = ""
    url: str = ""


def is_archive(name: str) -> bool:
    """Whether a file name ends like that of an archive that is read."""
    return name.lower().endswith(ENDINGS)


def read_members(path: Path, suffixes: Collection[str]) -> Iterator[Member]:
    """The members of one archive whose names end in one of ``suffixes``, in its order, and those that are refused.

    Hidden members and those of other formats are passed over. Raises ``Refused`` for an archive that cannot be read
    (further); members that came before stand.
    """
    readers = {".zip": _read_zip, ".warc.gz": _read_warc}
    reader = next((reader for ending, reader in readers.items() if path.name.lower().endswith(ending)), _read_tar)
    try:
        for count, member in enumerate(reader(path, suffixes)):
            if count >= MAX_MEMBERS:
                raise Refused(f"The archive holds more than {MAX_MEMBERS:,} files; the rest was not read.")
            yield member
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - parsers raise anything on damaged files; none may end a session
        raise Refused(f"The archive is damaged or not what its name says ({type(error).__name__}).") from error


class TooLarge(ValueError):
    """A member that unpacks to more than ``MAX_MEMBER_BYTES``."""


class Budget:
    """How much an archive may still unpack to; shared by all its members."""

    def __init__(self, path: Path) -> None:
        self.left = min(MAX_UNPACKED_BYTES, max(FREE_BYTES, MAX_RATIO * path.stat().st_size))

    def spend(self, size: int) -> None:
        """Count unpacked bytes; raises ``Refused`` when there have been too many."""
        self.left -= size
        if self.left < 0:
            raise Refused("The archive unpacks to far more than its size; the rest was not read.")


def _fault(name: str) -> str:
    """Why a member of this name is not read, or "": names that lead out of the archive, archives in archives."""
    plain = name.replace("\\", "/")
    if plain.startswith("/") or plain[1:2] == ":":
        return "The archive gives it an absolute path; it was not read."
    if ".." in plain.split("/"):
        return "Its name leads out of the archive (..); it was not read."
    return "An archive inside an archive is not opened." if plain.lower().endswith(NESTED) else ""


def _is_wanted(name: str, suffixes: Collection[str]) -> bool:
    """Whether a member is of a known format and not hidden."""
    hidden = any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)
    return name.lower().endswith(tuple(suffixes)) and not hidden


def _take(stream: IO[bytes] | Any, budget: Budget) -> bytes:
    """All bytes of a stream; raises ``TooLarge`` when there are more than a member may have."""
    pieces, size = [], 0
    while piece := stream.read(CHUNK):
        budget.spend(len(piece))
        size += len(piece)
        if size > MAX_MEMBER_BYTES:
            raise TooLarge
        pieces.append(piece)
    return b"".join(pieces)


def _unreadable(name: str, error: Exception) -> Member:
    """The refusal of one member by what its unpacking raised."""
    if isinstance(error, TooLarge):
        return Member(name, refused=f"The file is larger than {MAX_MEMBER_BYTES // 1_000_000} MB.")
    return Member(name, refused=f"The archive is damaged at this place ({type(error).__name__}).")


# ------------------------------------------------------------------------------------------------------------------ zip


def _read_zip(path: Path, suffixes: Collection[str]) -> Iterator[Member]:
    """Members of a zip file."""
    _check_directory(path)
    budget = Budget(path)
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if fault := "" if info.is_dir() else _fault(info.orig_filename) or _zip_fault(info):
                yield Member(info.orig_filename, refused=fault)
            elif _is_wanted(info.filename, suffixes):
                yield _read_zip_member(archive, info, budget)


def _check_directory(path: Path) -> None:
    """Refuse a zip file whose list of members alone would fill the memory: Python's reader loads all of it."""
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, 65_557), io.SEEK_END)
        tail = file.read()
    place = tail.rfind(b"PK\x05\x06")
    if place >= 0 and len(tail) >= place + 16 and struct.unpack_from("<L", tail, place + 12)[0] > MAX_DIRECTORY_BYTES:
        raise Refused(f"The archive holds more than {MAX_MEMBERS:,} files.")


def _zip_fault(info: zipfile.ZipInfo) -> str:
    """Why a member of this kind is not read, or ""."""
    mode = info.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return "It is a link or a device, not a file; it was not read."
    return "It is encrypted; it was not read." if info.flag_bits & 0x1 else ""


def _read_zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Member:
    """One member with its bytes, or with the reason why they could not be had."""
    try:
        with archive.open(info) as stream:
            return Member(info.filename, _take(stream, budget))
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        return _unreadable(info.filename, error)


# --------------------------------------------------------------------------------------------------------- tar and WARC


class Unpacked(io.RawIOBase):
    """The unpacked bytes of a gzip file, forward only, counted against a budget.

    ``headroom`` is how many may be read until it is set again: a hostile header must not fill the memory.
    """

    def __init__(self, path: Path, budget: Budget) -> None:
        self.stream = gzip.open(path)  # noqa: SIM115 - closed by close()
        self.budget = budget
        self.headroom = MAX_UNPACKED_BYTES

    def read(self, size: int = -1) -> bytes:
        """Up to ``size`` bytes; raises ``Refused`` when the archive asks for more than anything in it needs."""
        if not 0 <= size <= min(MAX_MEMBER_BYTES, self.headroom):
            raise Refused("The archive is damaged, or made to fill the memory; the rest was not read.")
        first = self.stream.tell() == 0
        data = self.stream.read(size)
        if first and data.startswith(GZIP_MARK):
            raise Refused("An archive inside an archive is not opened.")
        self.headroom -= len(data)
        self.budget.spend(len(data))
        return data

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        """Skip forward by reading, so that skipped bytes count, too."""
        ahead = place - self.stream.tell()
        if whence != io.SEEK_SET or ahead < 0:
            raise Refused("The archive is damaged; the rest was not read.")
        while ahead > 0 and (piece := self.read(min(ahead, CHUNK))):
            ahead -= len(piece)
        return self.stream.tell()

    def tell(self) -> int:
        """How many unpacked bytes have been read."""
        return self.stream.tell()

    def close(self) -> None:
        """Close the file."""
        self.stream.close()
        super().close()


def _read_tar(path: Path, suffixes: Collection[str]) -> Iterator[Member]:
    """Members of a gzipped tar file."""
    with Unpacked(path, Budget(path)) as stream, tarfile.open(fileobj=stream, mode="r:") as archive:
        while info := archive.next():
            archive.members.clear()  # type: ignore[attr-defined]  # else each member seen stays in memory
            fault = "" if info.isdir() else _fault(info.name) or _tar_fault(info)
            if fault:
                yield Member(info.name, refused=fault)
            elif info.isfile() and _is_wanted(info.name, suffixes):
                yield _read_tar_member(archive, info)


def _tar_fault(info: tarfile.TarInfo) -> str:
    """Why a member of this kind is not read, or ""."""
    if not info.isfile() or info.issparse():
        return "It is a link or a device, not a file; it was not read."
    return f"The file is larger than {MAX_MEMBER_BYTES // 1_000_000} MB." if info.size > MAX_MEMBER_BYTES else ""


def _read_tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo) -> Member:
    """One member with its bytes; raises where the archive breaks off, as nothing after it can be found."""
    stream = archive.extractfile(info)
    data = stream.read() if stream else b""
    if len(data) < info.size:
        raise EOFError
    return Member(info.name, data)


def _read_warc(path: Path, suffixes: Collection[str]) -> Iterator[Member]:
    """The pages in a web archive: responses with status 200 in a known format; what else was fetched is passed over."""
    from warcio.archiveiterator import ArchiveIterator  # only web archives should cost its import

    budget = Budget(path)
    known = set(SUFFIXES.values()).intersection(suffixes)
    if not known:
        return
    with Unpacked(path, budget) as stream:
        records = ArchiveIterator(stream)
        while (record := _next_record(records, stream)) is not None:
            address = record.rec_headers.get_header("WARC-Target-URI") or ""
            if name := file_name(address, _media_type(record), known):
                yield _read_record(record, name, address, budget)
            while record.raw_stream.read(CHUNK):
                pass  # read here and not by warcio, whose headroom is for headers


def _next_record(records: Any, stream: Unpacked) -> Any:
    """The next record of a web archive, or None at its end; its headers must be of a sane length."""
    from warcio.exceptions import ArchiveLoadFailed

    stream.headroom = MAX_HEADER_BYTES
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # warcio prints lines of the file when it finds a fault
            return next(records, None)
    except ArchiveLoadFailed as error:
        raise Refused("The archive is damaged or no web archive.") from error
    finally:
        stream.headroom = MAX_UNPACKED_BYTES


def _media_type(record: Any) -> str:
    """The media type of a record that holds a whole page, "-" for other records."""
    if record.rec_type == "resource":
        return record.rec_headers.get_header("Content-Type") or ""
    if record.rec_type == "response" and record.http_headers and record.http_headers.get_statuscode() == "200":
        return record.http_headers.get_header("Content-Type") or ""
    return "-"


def _read_record(record: Any, name: str, address: str, budget: Budget) -> Member:
    """One page with its bytes and address, or with the reason why they could not be had."""
    try:
        return Member(name, _take(record.content_stream(), budget), url=address)
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        return _unreadable(name, error)
