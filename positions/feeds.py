"""What is new: feeds and sitemaps -> addresses -> articles; for the command line only.

An address is a page, a feed (RSS, Atom) or a sitemap, told apart by its content. ``read_address`` reads one at once. A
watched feed is asked again and again: the ledger, a file of SQLite, remembers what it listed, in the same step as the
mark by which the server tells that nothing is new; so that no entry is lost whenever a run dies, and none is fetched
twice. Does not read JSON feeds, articles' texts out of feeds, or pages that only a browser builds.
"""

import gzip
import io
import logging
import sqlite3
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Self

from positions.addresses import file_name
from positions.articles import READERS, Unreadable, read_bytes
from positions.fetching import MAX_BYTES, Fetched, Fetcher, NotFetched
from positions.records import Article

MAX_SITEMAPS = 200
MAX_TRIES = 6
PAUSE_SECONDS = 900.0  # after a first failure; doubled with each further one
LEDGER = "watch.sqlite"  # in the folder of the collection
BATCH = 16  # pages between two commits
FEEDS = ("rss", "feed", "RDF")
SITEMAPS = ("urlset", "sitemapindex")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A page that a feed or sitemap lists; ``stamp`` changes when it was edited, ``published`` is an ISO date or empty.

    ``etag`` and ``modified`` are the server's marks of the version that was read before, if one was.
    """

    address: str
    stamp: str = ""
    published: str = ""
    etag: str = ""
    modified: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of an entry: articles and refusals, and the marks of the version read; or the failure."""

    entry: Entry
    found: tuple[Article | Unreadable, ...] = ()
    page: Fetched | None = None
    failure: NotFetched | None = None


# ------------------------------------------------------------------------------------------------------------ addresses


def read_address(address: str, fetcher: Fetcher) -> Iterator[Article | Unreadable]:
    """The article at an address, or those that the feed or sitemap there lists; what gives none is named."""
    try:
        page = fetcher.get(address)
        if _root(page.data) not in (*FEEDS, *SITEMAPS):
            yield from read_page(page)
            return
        listed = False
        for entry in list_entries(page, fetcher):
            listed = True
            yield from visit(entry, fetcher).found if isinstance(entry, Entry) else [entry]
        if not listed:
            yield Unreadable(address, "It lists no page.")
    except NotFetched as error:
        yield Unreadable(address, str(error))


def visit(entry: Entry, fetcher: Fetcher) -> Visit:
    """Fetch and read one entry."""
    try:
        page = fetcher.get(entry.address, entry.etag, entry.modified)
    except NotFetched as error:
        return Visit(entry, (Unreadable(entry.address, str(error)),), failure=error)
    return Visit(entry, () if page.unchanged else tuple(read_page(page, entry)), page)


def read_page(page: Fetched, entry: Entry | None = None) -> Iterator[Article | Unreadable]:
    """The article on a page; its address is its source, and the feed's date stands in where the page has none."""
    name = file_name(page.address, page.media_type, READERS)
    if not name:
        yield Unreadable(page.address, f"It is no page that can be read ({page.media_type or 'of no known type'}).")
        return
    for item in read_bytes(name, page.data):
        place = page.address + item.source.removeprefix(name)
        if isinstance(item, Unreadable):
            yield Unreadable(place, item.reason)
            continue
        dated = replace(item, source=place, url=item.url or page.address)
        if entry and entry.published and not item.published:
            dated = replace(dated, published=entry.published, published_basis="metadata")
        yield dated


# --------------------------------------------------------------------------------------------------- feeds and sitemaps


def list_entries(page: Fetched, fetcher: Fetcher) -> Iterator[Entry | Unreadable]:
    """The pages that a feed or sitemap lists, each once, and the further sitemaps that cannot be had.

    Raises ``NotFetched`` where it is neither or cannot be read.
    """
    root = _root(page.data)
    if root not in (*FEEDS, *SITEMAPS):
        raise NotFetched("It is neither a feed nor a sitemap.")
    seen: set[str] = set()
    try:
        for item in _feed_entries(page) if root in FEEDS else _sitemap_entries(page, fetcher):
            if isinstance(item, Unreadable) or item.address not in seen:
                seen.add(item.address if isinstance(item, Entry) else "")
                yield item
    except NotFetched:
        raise
    except Exception as error:  # noqa: BLE001 - parsers raise anything on damaged files; none may end a run
        raise NotFetched(f"The feed or sitemap is damaged ({type(error).__name__}).") from error


def _feed_entries(page: Fetched) -> Iterator[Entry]:
    """The entries of an RSS or Atom feed that have a link."""
    import feedparser  # only feeds should cost its import

    headers = {"content-type": page.media_type, "content-location": page.address}
    plain = io.BytesIO(_unpacked(page.data))
    feed = feedparser.parse(plain, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    if feed.bozo and not feed.entries:
        raise NotFetched("The feed is damaged.")
    for entry in feed.entries:
        address = entry.get("link") or ""
        if address.startswith(("http://", "https://")):
            edited = dict.get(entry, "updated")  # feedparser's own get warns that it may give another date
            stamp = edited or entry.get("published") or ""
            yield Entry(address, stamp, _day(entry.get("published_parsed")))


def _day(moment: time.struct_time | None) -> str:
    """The ISO date of a moment, or ""."""
    try:
        return date(*moment[:3]).isoformat() if moment else ""
    except ValueError:
        return ""


def _sitemap_entries(page: Fetched, fetcher: Fetcher) -> Iterator[Entry | Unreadable]:
    """The pages of a sitemap and of those that it names; one that cannot be had is named and costs no other."""
    waiting, seen = [page], {page.address}
    for sitemap in waiting:
        for kind, address, stamp in _locations(sitemap.data):
            if kind == "url":
                yield Entry(address, stamp)
            elif address not in seen and len(seen) < MAX_SITEMAPS:
                seen.add(address)
                try:
                    waiting.append(fetcher.get(address))
                except NotFetched as error:
                    yield Unreadable(address, str(error))


def _locations(data: bytes) -> Iterator[tuple[str, str, str]]:
    """What a sitemap lists: ``url`` or ``sitemap``, the address, when it was last changed."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    tree = etree.fromstring(_unpacked(data), parser)
    for item in tree.iter("{*}url", "{*}sitemap") if tree is not None else ():
        address = (item.findtext("{*}loc") or "").strip()
        if address.startswith(("http://", "https://")):
            yield etree.QName(item).localname, address, (item.findtext("{*}lastmod") or "").strip()


def _root(data: bytes) -> str:
    """The name of the first element, without prefix, where the content begins as XML or HTML does; otherwise ""."""
    from lxml import etree

    parser = etree.XMLPullParser(("start",), resolve_entities=False, no_network=True, recover=True)
    try:
        parser.feed(_unpacked(data)[:20_000].lstrip())
        return next((etree.QName(element).localname for _, element in parser.read_events()), "")
    except (etree.XMLSyntaxError, ValueError):
        return ""


def _unpacked(data: bytes) -> bytes:
    """Sitemaps often come as gzip files; raises ``NotFetched`` where one unpacks to more than a page may have."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.open(io.BytesIO(data)) as file:
            plain = file.read(MAX_BYTES + 1)
    except (OSError, EOFError, ValueError) as error:
        raise NotFetched("What it sends is packed wrongly.") from error
    if len(plain) > MAX_BYTES:
        raise NotFetched(f"It is larger than {MAX_BYTES / 1_000_000:g} MB.")
    return plain


# --------------------------------------------------------------------------------------------------------------- ledger

SCHEMA = """
CREATE TABLE IF NOT EXISTS feeds (address TEXT PRIMARY KEY, etag TEXT, modified TEXT, due REAL, tries INTEGER);
CREATE TABLE IF NOT EXISTS pages (address TEXT PRIMARY KEY, stamp TEXT, published TEXT, etag TEXT, modified TEXT,
    state TEXT, due REAL, tries INTEGER, reason TEXT);
CREATE INDEX IF NOT EXISTS waiting ON pages (state, due);
"""
LIST = """
INSERT INTO pages VALUES (?, ?, ?, '', '', 'waiting', 0, 0, '') ON CONFLICT (address) DO UPDATE
SET stamp = excluded.stamp, state = 'waiting', due = 0, tries = 0 WHERE stamp <> excluded.stamp
"""
NEXT = "SELECT address, stamp, published, etag, modified FROM pages WHERE state = 'waiting' AND due <= ? LIMIT ?"
SETTLE = "UPDATE pages SET state = ?, etag = ?, modified = ?, due = ?, tries = ?, reason = ? WHERE address = ?"


class Ledger:
    """What watched feeds listed and what came of it, in one file; each method is one step that happens or does not.

    A page is ``waiting``, ``done``, or ``failed``: for good, or after ``MAX_TRIES``. Times are seconds since 1970.
    """

    def __init__(self, file: Path) -> None:
        self.connection = sqlite3.connect(file)
        self.connection.executescript(SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def feed(self, address: str) -> tuple[str, str, float, int]:
        """A feed's marks, when it may be asked next, and how often it failed in a row."""
        query = "SELECT etag, modified, due, tries FROM feeds WHERE address = ?"
        return self._rows(query, address)[0] if self._rows(query, address) else ("", "", 0.0, 0)

    def note_feed(self, address: str, page: Fetched, entries: Iterable[Entry]) -> None:
        """Remember a feed's marks together with the entries that it lists; edited ones wait again."""
        with self.connection:
            self.connection.executemany(LIST, [(entry.address, entry.stamp, entry.published) for entry in entries])
            values = (address, page.etag, page.modified)
            self.connection.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?, ?, 0, 0)", values)

    def note_failure(self, address: str, due: float, tries: int) -> None:
        """Remember when a feed that failed may be asked next; its marks stay."""
        with self.connection:
            self.connection.execute("INSERT OR IGNORE INTO feeds VALUES (?, '', '', 0, 0)", (address,))
            self.connection.execute("UPDATE feeds SET due = ?, tries = ? WHERE address = ?", (due, tries, address))

    def waiting(self, now: float, limit: int = BATCH) -> list[Entry]:
        """Entries to be read, those first that were listed first."""
        return [Entry(*row) for row in self._rows(NEXT, now, limit)]

    def settle(self, visits: Iterable[Visit], now: float) -> None:
        """Remember what came of entries; call it when their articles are stored."""
        with self.connection:
            for one in visits:
                self.connection.execute(SETTLE, self._settled(one, now))

    def _settled(self, one: Visit, now: float) -> tuple[Any, ...]:
        """The new state of an entry's page."""
        tries = self._rows("SELECT tries FROM pages WHERE address = ?", one.entry.address)[0][0]
        marks = (one.entry.etag, one.entry.modified)
        state, due, reason = "done", 0.0, ""
        if one.failure is not None:
            tries, reason = tries + 1, str(one.failure)
            due = _due(one.failure, tries, now)
            state = "failed" if one.failure.again is None or tries >= MAX_TRIES else "waiting"
        elif one.page and not one.page.unchanged:
            marks = (one.page.etag, one.page.modified)
            refused = [item.reason for item in one.found if isinstance(item, Unreadable)]
            state, reason = ("failed", refused[0]) if refused and len(refused) == len(one.found) else (state, reason)
        return (state, *marks, due, tries, reason, one.entry.address)

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(self.connection.execute(query, values)) as cursor:
            return cursor.fetchall()


# ------------------------------------------------------------------------------------------------------------ watching


@dataclass(slots=True)
class Round:
    """What one round brought, in numbers: articles handed on, addresses that failed for now or for good."""

    articles: int = 0
    failed: int = 0


def follow(
    feeds: Iterable[str],
    fetcher: Fetcher,
    ledger: Ledger,
    keep: Callable[[list[Article]], Collection[str]],
    clock: Callable[[], float] = time.time,
) -> Round:
    """Ask each feed once, read what is new, hand it to ``keep`` in batches; what fails is logged and comes up again.

    ``keep`` returns when the articles are stored, with the ids of those that could not be; only the others are noted as
    done.
    """
    outcome = Round()
    for address in feeds:
        outcome.failed += not _look(address, fetcher, ledger, clock())
    while entries := ledger.waiting(began := clock()):
        visits = [visit(entry, fetcher) for entry in entries]
        found = [item for one in visits for item in one.found]
        lost = keep([item for item in found if isinstance(item, Article)])
        visits = [_without(one, lost) for one in visits]
        found = [item for one in visits for item in one.found]
        ledger.settle(visits, began)
        outcome.articles += sum(isinstance(item, Article) for item in found)
        outcome.failed += sum(isinstance(item, Unreadable) for item in found)
        _log(visits)
    log.info("round", extra={"articles": outcome.articles, "failed": outcome.failed})
    return outcome


def _without(one: Visit, lost: Collection[str]) -> Visit:
    """A visit as failed for now where an article of it could not be stored."""
    if not any(isinstance(item, Article) and item.id in lost for item in one.found):
        return one
    failure = NotFetched("Its article could not be tagged.", 0)
    return replace(one, found=(Unreadable(one.entry.address, str(failure)),), failure=failure)


def _look(address: str, fetcher: Fetcher, ledger: Ledger, now: float) -> bool:
    """Ask one feed what is new and note it, unless it failed lately; tells whether that worked."""
    etag, modified, due, tries = ledger.feed(address)
    if due > now:
        return False
    try:
        page = fetcher.get(address, etag, modified)
        items = [] if page.unchanged else list(list_entries(page, fetcher))
    except NotFetched as error:
        log.warning("feed not fetched", extra={"address": address, "reason": str(error), "again": error.again})
        ledger.note_failure(address, _due(error, tries + 1, now), tries + 1)
        return False
    for item in items:
        if isinstance(item, Unreadable):
            log.warning("sitemap not fetched", extra={"address": item.source, "reason": item.reason})
    if not page.unchanged:
        whole = _root(page.data) != "sitemapindex"  # its own mark says nothing of the sitemaps that it names
        marked = page if whole else replace(page, etag="", modified="")
        ledger.note_feed(address, marked, [item for item in items if isinstance(item, Entry)])
    return True


def _log(visits: Iterable[Visit]) -> None:
    """One line for each page that gave no article: address and reason, never text."""
    for one in visits:
        for item in one.found:
            if isinstance(item, Unreadable):
                again = one.failure.again if one.failure else None
                log.warning("page not read", extra={"address": item.source, "reason": item.reason, "again": again})


def _due(error: NotFetched, tries: int, now: float) -> float:
    """When to try again: later each time, and no sooner than the server asks for."""
    return now + max(error.again or 0.0, PAUSE_SECONDS * 2 ** min(tries - 1, 6))
