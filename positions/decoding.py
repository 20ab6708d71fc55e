"""Bytes of an unknown encoding -> text, or a refusal that says why."""

import re


class Refused(ValueError):
    """A file that is not read; the message is the reason, one sentence for the person who supplied it."""


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
