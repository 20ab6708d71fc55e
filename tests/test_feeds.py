"""Feeds, sitemaps and pages: what is new is read once, what fails is named and comes up again."""

import gzip
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import BODY, ENGLISH
from misbehaving import Server, in_turn, marked, page, redirect, serving

from positions.articles import Unreadable, read_articles
from positions.feeds import MAX_TRIES, Ledger, Round, follow, read_address
from positions.fetching import Fetcher
from positions.records import Article

RSS = "application/rss+xml"
NOON = 1_800_000_000.0


@pytest.fixture
def server() -> Iterator[Server]:
    """A server without pages."""
    with serving() as one:
        yield one


@pytest.fixture
def fetcher() -> Iterator[Fetcher]:
    """A fetcher that may ask this machine and does not sleep."""
    with Fetcher(["127.0.0.1"], delay=0, sleep=lambda _: None) as one:
        yield one


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger(tmp_path / "watch.sqlite") as one:
        yield one


def html(text: str, head: str = "") -> str:
    """A news page with this text."""
    return (
        f"<html><head><title>T</title>{head}</head><body><article><p>{text}</p><p>{ENGLISH}</p></article></body></html>"
    )


def rss(*items: tuple[str, str]) -> str:
    """A feed of (address, date as RFC 822)."""
    listed = "".join(f"<item><link>{link}</link><pubDate>{day}</pubDate></item>" for link, day in items)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>F</title>{listed}</channel></rss>'


def atom(*items: tuple[str, str]) -> str:
    """A feed of (address, when it was edited)."""
    listed = "".join(f'<entry><link href="{link}"/><updated>{stamp}</updated></entry>' for link, stamp in items)
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>F</title>{listed}</feed>'


def sitemap(*addresses: str, kind: str = "url") -> str:
    """A sitemap, or with kind "sitemap" a list of sitemaps."""
    listed = "".join(f"<{kind}><loc>{address}</loc></{kind}>" for address in addresses)
    outer = {"url": "urlset", "sitemap": "sitemapindex"}[kind]
    return f'<{outer} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</{outer}>'


def outcome(address: str, fetcher: Fetcher) -> tuple[list[Article], list[str]]:
    """Articles and reasons."""
    found = list(read_address(address, fetcher))
    return (
        [item for item in found if isinstance(item, Article)],
        [item.reason for item in found if isinstance(item, Unreadable)],
    )


class Shelf:
    """Takes in articles as a collection does; ``broken`` makes it fail, ``refused`` are ids that it cannot tag."""

    def __init__(self) -> None:
        self.articles: list[Article] = []
        self.broken = False
        self.refused: tuple[str, ...] = ()

    def __call__(self, articles: list[Article]) -> tuple[str, ...]:
        """Keep them."""
        if self.broken:
            raise OSError("No space left on device")
        self.articles += [article for article in articles if article.id not in self.refused]
        return self.refused

    def names(self) -> list[str]:
        """The last parts of the articles' addresses."""
        return [article.source.rsplit("/", 1)[-1] for article in self.articles]


# ---------------------------------------------------------------------------------------------------------------- pages


def test_a_page_is_an_article(server, fetcher):
    """Text, address and a stable id; the page's own address goes before the one it was fetched from."""
    server.answers |= {"/talks.html": page(html(BODY)), "/kurz": redirect("/talks.html")}
    ((article,), reasons) = outcome(f"{server.root}/kurz", fetcher)
    assert BODY in article.text and reasons == []
    assert article.source == article.url == f"{server.root}/talks.html"
    assert article.id.startswith("127.0.0.1-talks-") and ".html" not in article.id
    assert outcome(f"{server.root}/talks.html", fetcher)[0][0].id == article.id
    server.answers["/talks.html"] = page(html(BODY, '<link rel="canonical" href="https://blatt.example/talks">'))
    assert outcome(f"{server.root}/talks.html", fetcher)[0][0].url == "https://blatt.example/talks"


@pytest.mark.parametrize(
    ("path", "answer", "reason"),
    [
        ("/a", page(b"\x89PNG", "image/png"), "It is no page that can be read (image/png)."),
        ("/a", page(b"\x89PNG" + bytes(99), "text/html"), "The file is binary, not text."),
        ("/a", page(b"", "text/html"), "The file is empty."),
        ("/a", page(b"%PDF-1.4 nix", "application/pdf"), "The file is damaged or not a PDF."),
        (
            "/a.exe",
            page(b"MZ", "application/octet-stream"),
            "It is no page that can be read (application/octet-stream).",
        ),
        ("/a", page(b"x", ""), "It is no page that can be read (of no known type)."),
        ("/a", page("", status=404), "There is no such page (404)."),
        ("/a.xml", page(rss()[:60], RSS), "The feed is damaged."),
        ("/a.xml", page("<rss/>", RSS), "It lists no page."),
        (
            "/a.xml.gz",
            page(gzip.compress(sitemap().encode())[:20], "application/gzip"),
            "What it sends is packed wrongly.",
        ),
    ],
    ids=range(10),
)
def test_what_is_no_article_is_named(server, fetcher, path, answer, reason):
    """Wrong types and broken content give one reason each."""
    server.answers[path] = answer
    assert outcome(f"{server.root}{path}", fetcher) == ([], [reason])


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", "utf-8"), ("cp1252", "utf-8"), ("utf-8", "iso-8859-1"), ("utf-16", "utf-8"), ("utf-8", "nonsense")],
)
def test_encodings_that_are_not_what_the_server_says(server, fetcher, encoding, said):
    """Umlauts arrive whatever the header claims."""
    server.answers["/a"] = page(html(BODY).encode(encoding), f"text/html; charset={said}")
    ((article,), _) = outcome(f"{server.root}/a", fetcher)
    assert BODY in article.text


def test_addresses_stand_among_files(server, fetcher, tmp_path):
    """``read_articles`` hands addresses on where it is told how, and refuses them elsewhere (on the pages)."""
    server.answers["/a"] = page(html(BODY))
    (tmp_path / "b.txt").write_text(BODY, encoding="utf-8")
    inputs = [f"{server.root}/a", str(tmp_path / "b.txt"), f"{server.root}/a"]
    ids = [item.id for item in read_articles(inputs, lambda address: read_address(address, fetcher))]
    assert ids[1] == "b" and ids[2] == f"{ids[0]}-2"
    refused, _, _ = read_articles(inputs)
    assert refused == Unreadable(inputs[0], "Addresses are fetched from the command line only.")


# --------------------------------------------------------------------------------------------------- feeds and sitemaps


def test_a_feed_gives_its_entries(server, fetcher):
    """RSS and Atom, each entry once; the feed's date stands in where the page has none; a bad entry costs no other."""
    root = server.root
    server.answers |= {"/1": page(html(BODY)), "/2": page(html(ENGLISH))}
    day = "Tue, 02 Dec 2025 22:00:00 GMT"
    links = ((f"{root}/1", day), (f"{root}/gone", day), ("file:///etc/passwd", day), (f"{root}/1", day), ("/2", ""))
    server.answers["/rss"] = page(rss(*links), RSS)
    articles, reasons = outcome(f"{root}/rss", fetcher)
    assert [article.source for article in articles] == [f"{root}/1", f"{root}/2"]
    assert [(article.published, article.published_basis) for article in articles] == [
        ("2025-12-02", "metadata"),
        ("", ""),
    ]
    assert reasons == ["There is no such page (404)."]
    server.answers["/atom"] = page(atom((f"{root}/2", "2025-12-03T00:00:00Z")), "text/xml")
    assert [article.source for article in outcome(f"{root}/atom", fetcher)[0]] == [f"{root}/2"]


def test_a_sitemap_gives_its_pages(server, fetcher):
    """Lists of sitemaps are followed, packed ones unpacked, loops ended; one that is missing is named."""
    root = server.root
    server.answers |= {"/1": page(html(BODY)), "/2": page(html(ENGLISH))}
    inner = gzip.compress(sitemap(f"{root}/1", f"{root}/2", f"{root}/1").encode())
    server.answers["/in.xml.gz"] = page(inner, "application/x-gzip")
    listed = (f"{root}/in.xml.gz", f"{root}/none.xml", f"{root}/all.xml", f"{root}/in.xml.gz")
    server.answers["/all.xml"] = page(sitemap(*listed, kind="sitemap"), "application/xml")
    articles, reasons = outcome(f"{root}/all.xml", fetcher)
    assert [article.source for article in articles] == [f"{root}/1", f"{root}/2"]
    assert reasons == ["There is no such page (404)."]


def test_entities_in_a_feed_do_no_harm(server, fetcher, tmp_path):
    """A feed that names a file or multiplies words without end brings in neither."""
    (tmp_path / "secret").write_text("http://geheim.example/", encoding="utf-8")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    document = f'<!DOCTYPE x [<!ENTITY l0 "http://a">{laughs}<!ENTITY f SYSTEM "file://{tmp_path}/secret">]>'
    for body in (rss(("&f;", "")), rss(("&l11;", "")), sitemap("&f;"), sitemap("&l11;")):
        server.answers["/x"] = page(document + body.removeprefix('<?xml version="1.0"?>'), "application/xml")
        assert outcome(f"{server.root}/x", fetcher)[0] == []
    assert set(server.paths()) <= {"/x", "/&f", "/&l11"}


# ------------------------------------------------------------------------------------------------------------- watching


def test_each_entry_is_read_once(server, fetcher, ledger):
    """A second round asks the feed with its mark and no page again; a new entry is read, an edited one anew."""
    root, shelf = server.root, Shelf()
    server.answers |= {f"/{n}": page(html(f"{BODY} {n}.")) for n in range(4)}
    first, old = (f"{root}/1", "2025-12-02T08:00:00Z"), (f"{root}/2", "2025-12-02T09:00:00Z")
    server.answers["/f"] = marked(atom(first, old), '"1"', "application/atom+xml")
    assert follow([f"{root}/f"], fetcher, ledger, shelf, lambda: NOON) == Round(articles=2, failed=0)
    assert follow([f"{root}/f"], fetcher, ledger, shelf, lambda: NOON) == Round()
    assert server.asked[-1][1]["If-None-Match"] == '"1"'
    edited = (f"{root}/2", "2025-12-03T09:00:00Z")
    server.answers["/f"] = marked(atom((f"{root}/3", "x"), edited, first), '"2"', "application/atom+xml")
    follow([f"{root}/f"], fetcher, ledger, shelf, lambda: NOON)
    assert shelf.names() == ["1", "2", "2", "3"]


def test_an_edited_entry_whose_page_did_not_change_is_no_article(server, fetcher, ledger):
    """The page's own mark is kept between runs, too."""
    root, shelf = server.root, Shelf()
    server.answers["/1"] = marked(html(BODY), '"page"', "text/html")
    for stamp in ("a", "b"):
        server.answers["/f"] = page(atom((f"{root}/1", stamp)), RSS)
        follow([f"{root}/f"], fetcher, ledger, shelf, lambda: NOON)
    assert shelf.names() == ["1"] and server.paths() == ["/f", "/1", "/f", "/1"]


def test_what_was_not_stored_comes_up_again(server, fetcher, tmp_path):
    """When the store fails, nothing is noted as done: the next run reads the entries although the feed is unchanged."""
    root, shelf = server.root, Shelf()
    server.answers |= {"/1": page(html(BODY)), "/f": marked(rss((f"{root}/1", "")), '"1"', RSS)}
    shelf.broken = True
    with Ledger(tmp_path / "w") as ledger, pytest.raises(OSError, match="No space"):
        follow([f"{root}/f"], fetcher, ledger, shelf, lambda: NOON)
    shelf.broken = False
    with Ledger(tmp_path / "w") as ledger:
        assert follow([f"{root}/f"], fetcher, ledger, shelf, lambda: NOON).articles == 1


def test_an_article_that_cannot_be_tagged_comes_up_again(server, fetcher, ledger):
    """It fails for now and costs no other."""
    root, shelf = server.root, Shelf()
    server.answers |= {f"/{n}": page(html(f"{BODY} {n}.")) for n in range(2)}
    server.answers["/f"] = marked(rss(*((f"{root}/{n}", "") for n in range(2))), '"1"', RSS)
    shelf.refused = tuple(article.id for article in read_address(f"{root}/1", fetcher))
    assert follow([f"{root}/f"], fetcher, ledger, shelf, lambda: NOON) == Round(articles=1, failed=1)
    shelf.refused = ()
    assert follow([f"{root}/f"], fetcher, ledger, shelf, lambda: NOON + 1000) == Round(articles=1, failed=0)
    assert shelf.names() == ["0", "1"]


def test_a_failed_page_comes_up_later_and_not_forever(server, fetcher, ledger):
    """A passing fault waits longer each time; what is gone, or forbidden, or no article is not asked for again."""
    root, shelf = server.root, Shelf()
    server.answers["/robots.txt"] = page("User-agent: *\nDisallow: /no", "text/plain")
    server.answers |= {"/1": in_turn(*[page("", status=503)] * 3, page(html(BODY))), "/2": page("", status=410)}
    server.answers |= {"/never": page("", status=500), "/empty": page(""), "/no": page(html(BODY))}
    names = ("1", "2", "never", "empty", "no")
    server.answers["/f"] = marked(rss(*((f"{root}/{name}", "") for name in names)), '"1"', RSS)
    assert follow([f"{root}/f"], fetcher, ledger, shelf, lambda: NOON) == Round(0, failed=5)
    assert follow([f"{root}/f"], fetcher, ledger, shelf, lambda: NOON + 60) == Round()
    assert follow([f"{root}/f"], fetcher, ledger, shelf, lambda: NOON + 1000) == Round(1, failed=1)
    for week in range(1, 10):
        follow([f"{root}/f"], fetcher, ledger, shelf, lambda week=week: NOON + week * 600_000)
    assert shelf.names() == ["1"]
    assert [server.paths().count(f"/{name}") for name in ("2", "empty", "no", "never")] == [1, 1, 0, 3 * MAX_TRIES]


def test_a_feed_that_fails_is_left_for_a_while(server, fetcher, ledger):
    """The other feeds are read; the pause is the one that the server asks for, and the mark is not lost."""
    root, shelf = server.root, Shelf()
    server.answers |= {"/1": page(html(BODY)), "/f": page(rss((f"{root}/1", "")), RSS)}
    busy = page("", status=429, Retry_After="7200")
    server.answers["/busy"] = in_turn(busy, page(rss(), RSS))
    feeds = [f"{root}/busy", f"{root}/f"]
    assert follow(feeds, fetcher, ledger, shelf, lambda: NOON) == Round(1, failed=1)
    follow(feeds, fetcher, ledger, shelf, lambda: NOON + 7000)
    assert server.paths().count("/busy") == 1
    assert follow(feeds, fetcher, ledger, shelf, lambda: NOON + 7300).failed == 0


def test_failures_are_logged_without_text(server, fetcher, ledger, caplog):
    """One line for each address that gave nothing, with the reason; what a page says is in none."""
    root = server.root
    server.answers |= {"/1": page(html(BODY)), "/bad": page(f"{BODY}\0" * 2 + "\0" * 99), "/x": page(ENGLISH)}
    server.answers["/f"] = page(rss((f"{root}/1", ""), (f"{root}/bad", ""), (f"{root}/gone", "")), RSS)
    with caplog.at_level(logging.INFO, logger="positions"):
        follow([f"{root}/f", f"{root}/x"], fetcher, ledger, lambda _: (), lambda: NOON)
    lines = [
        (record.message, getattr(record, "address", ""), getattr(record, "reason", "")) for record in caplog.records
    ]
    assert ("page not read", f"{root}/gone", "There is no such page (404).") in lines
    assert ("page not read", f"{root}/bad", "The file is binary, not text.") in lines
    assert ("feed not fetched", f"{root}/x", "It is neither a feed nor a sitemap.") in lines
    assert not [
        record for record in caplog.records if "Prychodko" in str(vars(record)) or "Verbytsky" in str(vars(record))
    ]
