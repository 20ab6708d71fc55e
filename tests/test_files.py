"""Files beside the pages: sent in pieces to whoever has the address, and to nobody once the session is gone."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from positions.ui import files


@pytest.fixture
def client(monkeypatch):
    """The address as the server has it, for a session that offers nothing yet."""
    mine: dict[str, str] = {}
    monkeypatch.setattr(files, "_mine", lambda: mine)
    with TestClient(Starlette(routes=[Route("/files/{token}", files.send)])) as opened:
        opened.mine = mine
        yield opened
    files._withdraw(mine)


def pieces(*parts: bytes) -> Iterator[bytes]:
    yield from parts


def test_an_offer_is_sent_in_pieces(client):
    """The file arrives whole, as an attachment that no cache keeps."""
    address = files.offer("all-csv", "all.csv", "text/csv", lambda: pieces(b"a", b"b", b"c"))
    answer = client.get(f"/{address}")
    assert (answer.status_code, answer.content) == (200, b"abc")
    assert answer.headers["content-disposition"] == 'attachment; filename="all.csv"'
    assert answer.headers["cache-control"] == "no-store" and "content-length" not in answer.headers


def test_a_new_offer_takes_the_place_of_the_old_one(client):
    """The address stays, what is behind it is what the page shows now."""
    first = files.offer("all-csv", "all.csv", "text/csv", lambda: pieces(b"old"))
    assert files.offer("all-csv", "all.csv", "text/csv", lambda: pieces(b"new")) == first
    assert client.get(f"/{first}").content == b"new"
    assert files.offer("shown-csv", "shown.csv", "text/csv", lambda: pieces(b"x")) != first


@pytest.mark.parametrize("token", ["guess", "%2e%2e", "x" * 200])
def test_other_addresses_hold_nothing(client, token):
    """Nobody finds a file without having been shown its address."""
    files.offer("all-csv", "all.csv", "text/csv", lambda: pieces(b"secret"))
    answer = client.get(f"/files/{token}")
    assert answer.status_code == 404 and b"secret" not in answer.content


def test_offers_go_with_their_session(client):
    """After a session has gone its address holds nothing."""
    address = files.offer("all-csv", "all.csv", "text/csv", lambda: pieces(b"abc"))
    files._withdraw(client.mine)
    assert client.get(f"/{address}").status_code == 404
