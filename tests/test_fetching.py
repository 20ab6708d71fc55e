"""One address: what may be fetched, how politely, and what a server that misbehaves can do about it."""

import gzip
import socket
import time
from collections.abc import Iterator

import httpx2
import pytest
from misbehaving import (
    Server,
    dripping,
    dripping_headers,
    endless,
    in_turn,
    marked,
    page,
    raw,
    redirect,
    serving,
)

from positions import fetching
from positions.fetching import AGENT, Fetcher, NotFetched, is_public


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that has no robots.txt and no page yet."""
    with serving() as one:
        yield one


@pytest.fixture
def pauses() -> list[float]:
    """How long the fetcher wanted to sleep each time; it does not."""
    return []


@pytest.fixture
def fetcher(pauses: list[float]) -> Iterator[Fetcher]:
    """A fetcher that may ask this machine."""
    with Fetcher(["127.0.0.1"], delay=0, sleep=pauses.append) as one:
        yield one


def refusal(fetcher: Fetcher, address: str) -> NotFetched:
    """Why an address gives nothing."""
    with pytest.raises(NotFetched) as caught:
        fetcher.get(address)
    return caught.value


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("fec0::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.215.14", True),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d70e", True),
        ("2002:7f00:1::", False),
    ],
)
def test_what_is_public(address, public):
    """Loopback, private, link-local, shared and multicast networks are not, in whatever wrapping."""
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("ftp://a.example/x", "Only http and https are fetched, not ftp."),
        ("file:///etc/passwd", "Only http and https are fetched, not file."),
        ("gopher://127.0.0.1:25/", "Only http and https are fetched, not gopher."),
        ("http://", "It is no valid address."),
        ("http://a.example:99999/", "It is no valid address."),
        ("http://me:secret@a.example/", "Addresses with a password in them are not fetched."),
        ("http://localhost/", "The host localhost lies in a private network"),
        ("http://127.0.0.1:8501/", "The host 127.0.0.1 lies in a private network (127.0.0.1); --allow-host 127.0.0.1"),
        ("http://2130706433/", "The host 2130706433 lies in a private network (127.0.0.1)"),
        ("http://0x7f.1/", "The host 0x7f.1 lies in a private network (127.0.0.1)"),
        ("http://[::1]/", "The host ::1 lies in a private network (::1)"),
        ("http://[::ffff:127.0.0.1]/", "lies in a private network"),
        ("http://169.254.169.254/latest/meta-data", "lies in a private network"),
    ],
)
def test_what_is_never_fetched(address, reason):
    """Other schemes and private networks are refused before anything is sent, and without a second try."""
    with Fetcher(sleep=pytest.fail) as fetcher:
        error = refusal(fetcher, address)
    assert str(error).startswith(reason) or reason in str(error)
    assert error.again is None


def test_a_name_is_looked_up_once_and_the_checked_address_is_used(server, monkeypatch):
    """A name that changes its address after the check (DNS rebinding) reaches nothing new."""
    answers = iter(["127.0.0.1", "10.0.0.1"])
    asked: list[str] = []
    port = server.server_address[1]

    real = socket.getaddrinfo

    def look_up(host: str, *places: object, **kinds: object) -> list[tuple]:
        if host != "blatt.example":  # to connect to an address, Python "looks up" that address
            return real(host, *places, **kinds)
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers, "10.0.0.1"), port))]

    monkeypatch.setattr(fetching.socket, "getaddrinfo", look_up)
    server.answers["/a"] = page("gut")
    transport = fetching.Checked({"blatt.example"})
    with httpx2.Client(transport=transport) as client:
        monkeypatch.setattr(transport.inner, "handle_request", _connecting(transport.inner.handle_request, asked))
        assert client.get(f"http://blatt.example:{port}/a").text == "gut"
    assert asked == ["blatt.example", "connects to 127.0.0.1"]
    assert server.asked[0][1]["Host"] == f"blatt.example:{port}"
    with Fetcher(sleep=pytest.fail) as fetcher:
        assert "blatt.example lies in a private network (10.0.0.1)" in str(refusal(fetcher, "http://blatt.example/"))


def _connecting(send, asked):
    """Note the address that a request is sent to."""

    def note(request):
        asked.append(f"connects to {request.url.host}")
        return send(request)

    return note


def test_one_private_address_among_public_ones_is_enough(monkeypatch):
    """A host that has a private address beside a public one is refused."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in ("93.184.215.14", "192.168.0.1")]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *_, **__: found)
    with Fetcher(sleep=pytest.fail) as fetcher:
        assert "private network (192.168.0.1)" in str(refusal(fetcher, "http://blatt.example/"))


def test_a_page_is_fetched(server, fetcher):
    """Bytes, type and marks arrive; the server learns who asks, and robots.txt was asked first."""
    server.answers["/a"] = page("Grüße", ETag='"1"', Last_Modified="Tue, 02 Dec 2025 10:00:00 GMT")
    got = fetcher.get(f"{server.root}/a#teil")
    assert (got.data.decode(), got.media_type, got.etag) == ("Grüße", "text/html", '"1"')
    assert (got.modified, got.address) == ("Tue, 02 Dec 2025 10:00:00 GMT", f"{server.root}/a")
    assert [path for path, _ in server.asked] == ["/robots.txt", "/a"]
    assert {headers["User-Agent"] for _, headers in server.asked} == {AGENT}


def test_an_unchanged_page_is_not_sent_again(server, fetcher):
    """With the mark of the known version the answer is that nothing changed."""
    server.answers["/a"] = marked("Text", '"7"', "text/html")
    assert not fetcher.get(f"{server.root}/a").unchanged
    assert fetcher.get(f"{server.root}/a", etag='"7"').unchanged
    assert fetcher.get(f"{server.root}/a", etag='"6"').data == b"Text"


def test_redirects(server, fetcher):
    """A few are followed, to their end; a loop, a private host and another scheme are not."""
    server.answers |= {"/a": redirect("/b"), "/b": redirect(f"{server.root}/c"), "/c": page("Ziel")}
    server.answers |= {
        "/loop": redirect("/loop"),
        "/file": redirect("file:///etc/passwd"),
        "/none": page("", status=301),
    }
    server.answers["/inside"] = redirect("http://localhost:1/secret")
    server.answers["/meta"] = redirect("http://169.254.169.254/latest")
    got = fetcher.get(f"{server.root}/a")
    assert (got.address, got.data) == (f"{server.root}/c", b"Ziel")
    assert str(refusal(fetcher, f"{server.root}/loop")) == "It redirects more than 5 times."
    assert "not file" in str(refusal(fetcher, f"{server.root}/file"))
    assert "no valid address" in str(refusal(fetcher, f"{server.root}/none"))
    assert "The host localhost lies in a private network" in str(refusal(fetcher, f"{server.root}/inside"))
    assert "The host 169.254.169.254 lies in a private network" in str(refusal(fetcher, f"{server.root}/meta"))


def test_robots_are_obeyed(server, fetcher):
    """What robots.txt forbids is not asked for, not even by way of a redirect; it is read once."""
    server.answers["/robots.txt"] = page("User-agent: *\nDisallow: /intern/", "text/plain")
    server.answers |= {"/a": page("ja"), "/b": redirect("/intern/c"), "/intern/c": page("nein")}
    assert fetcher.get(f"{server.root}/a").data == b"ja"
    for path in ("/intern/c", "/b"):
        assert "robots.txt" in str(refusal(fetcher, f"{server.root}{path}"))
    assert server.paths() == ["/a", "/b"]
    assert len(server.asked) == 3


@pytest.mark.parametrize(("status", "fetched"), [(404, True), (403, True), (500, False), (429, False)])
def test_robots_that_cannot_be_had(server, fetcher, status, fetched):
    """No robots.txt means no rules; one that the server cannot give just now means waiting."""
    server.answers |= {"/robots.txt": page("", status=status), "/a": page("ja")}
    if fetched:
        assert fetcher.get(f"{server.root}/a").data == b"ja"
    else:
        error = refusal(fetcher, f"{server.root}/a")
        assert "robots.txt cannot be read" in str(error) and error.again is not None
        assert server.paths() == []


def test_a_host_is_left_in_peace(server, pauses):
    """Two requests keep the distance that was set, or the longer one that robots.txt asks for."""
    server.answers |= {"/a": page("a"), "/b": page("b")}
    with Fetcher(["127.0.0.1"], delay=3, sleep=pauses.append) as fetcher:
        fetcher.get(f"{server.root}/a")
        assert pauses == [pytest.approx(3, abs=0.5)]
    pauses.clear()
    server.answers["/robots.txt"] = page("User-agent: *\nCrawl-delay: 9", "text/plain")
    with Fetcher(["127.0.0.1"], delay=0, sleep=pauses.append) as fetcher:
        fetcher.get(f"{server.root}/a")
        fetcher.get(f"{server.root}/b")
        assert pauses == [pytest.approx(9, abs=0.5)]


def test_a_passing_fault_is_tried_again(server, fetcher, pauses):
    """After an error, a broken connection or "too many requests", with the pause that the server asks for."""
    busy = page("", status=429, Retry_After="20")
    server.answers["/a"] = in_turn(page("", status=503), raw(b"nonsense\r\n\r\n"), page("ja"))
    server.answers["/b"] = in_turn(busy, page("ja"))
    assert fetcher.get(f"{server.root}/a").data == b"ja"
    assert len(pauses) == 2 and pauses[1] > pauses[0] >= 1
    pauses.clear()
    assert fetcher.get(f"{server.root}/b").data == b"ja"
    assert pauses == [20]


def test_what_stays_broken_is_given_up(server, fetcher, pauses):
    """Three tries, no more; a long Retry-After is left to a later run; what is gone is not asked for again."""
    server.answers |= {"/a": page("", status=502), "/b": page("", status=503, Retry_After="7200")}
    assert str(refusal(fetcher, f"{server.root}/a")) == "The server answers with an error (502)."
    assert server.paths() == ["/a"] * 3 and len(pauses) == 2
    assert refusal(fetcher, f"{server.root}/b").again == 7200
    gone = refusal(fetcher, f"{server.root}/c")
    assert (str(gone), gone.again, gone.status) == ("There is no such page (404).", None, 404)
    assert server.paths()[3:] == ["/b", "/c"]


@pytest.mark.parametrize("answer", [dripping, dripping_headers])
def test_a_slow_server_is_left_in_time(server, fetcher, monkeypatch, answer):
    """A server that sends a byte now and then, in its headers or its page, is cut off."""
    monkeypatch.setattr(fetching, "MAX_SECONDS", 0.5)
    server.answers["/a"] = answer
    began = time.monotonic()
    error = refusal(fetcher, f"{server.root}/a")
    assert str(error).startswith("It took longer than") and error.again == fetching.LATER_SECONDS
    assert time.monotonic() - began < 10


def test_size_has_a_limit_packed_and_unpacked(server, fetcher, monkeypatch):
    """An endless page and a small one that unpacks to a large one are left there; each costs one request."""
    monkeypatch.setattr(fetching, "MAX_BYTES", 1_000_000)
    bomb = gzip.compress(bytes(50_000_000))
    server.answers |= {"/a": endless, "/b": page(bomb, Content_Encoding="gzip")}
    server.answers["/c"] = page(gzip.compress(bomb), Content_Encoding="gzip, gzip")
    server.answers["/d"] = page(gzip.compress(b"gut"), Content_Encoding="gzip")
    for path in ("/a", "/b", "/c"):
        assert str(refusal(fetcher, f"{server.root}{path}")) == "It is larger than 1 MB."
    assert fetcher.get(f"{server.root}/d").data == b"gut"
    assert server.paths() == ["/a", "/b", "/c", "/d"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (page(b"not gzip", Content_Encoding="gzip"), "packed wrongly"),
        (raw(b""), "The connection failed"),
        (raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"), "The connection failed"),
        (raw(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"x" * 300_000), "The connection failed"),
        (page("", status=204), "answers with an error (204)"),
        (page("", status=403), "The site refuses it (403)."),
    ],
)
def test_broken_answers_are_named(server, fetcher, answer, reason):
    """Half an answer is never taken for a whole one."""
    server.answers["/a"] = answer
    assert reason in str(refusal(fetcher, f"{server.root}/a"))


def test_an_unknown_host_is_named(monkeypatch):
    """A name without an address gives one reason, after some tries."""
    monkeypatch.setattr(fetching.socket, "getaddrinfo", _unknown)
    waits: list[float] = []
    with Fetcher(sleep=waits.append) as fetcher:
        assert (
            str(refusal(fetcher, "https://nirgends.example/")) == "No address is known for the host nirgends.example."
        )
    assert waits


def _unknown(*_: object, **__: object) -> None:
    raise socket.gaierror("Name or service not known")
