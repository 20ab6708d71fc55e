"""What a web address and a media type say before anything is read: the file name to keep a page under."""

import hashlib
import re
from collections.abc import Collection
from urllib.parse import unquote, urlsplit

SLUG_LENGTH = 60
SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/pdf": ".pdf",
}
UNSAID = ("", "application/octet-stream", "binary/octet-stream")


def is_address(text: str) -> bool:
    """Whether an input is meant as an address, of whatever scheme, and not as a path."""
    return re.match(r"[a-z][a-z0-9+.-]+://", text, re.IGNORECASE) is not None


def file_name(address: str, media_type: str, known: Collection[str] = tuple(SUFFIXES.values())) -> str:
    """A name for the page at an address, such as ``example.org-talks-go-on-1f2e3d4c.html``; "" for a foreign format.

    Host and last part of the path are for the reader, the hash of the whole address tells two pages apart. The ending
    comes from the media type or, where the server says none, from the path; it is one of ``known``.
    """
    parts = urlsplit(address)
    last = unquote(parts.path).rstrip("/").rsplit("/", 1)[-1]
    stem, dot, ending = last.rpartition(".")
    kind = media_type.split(";")[0].strip().lower()
    suffix = SUFFIXES.get(kind, "") or (f"{dot}{ending.lower()}" if kind in UNSAID else "")
    if suffix not in known:
        return ""
    words = re.sub(r"\W+", "-", stem if dot else last).strip("-")[:SLUG_LENGTH].strip("-")
    mark = hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()[:8]
    return "-".join(filter(None, (parts.hostname or "", words, mark))) + suffix
