"""A web server on this machine that behaves as the tests tell it, well or badly; it is no test itself."""

import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server(socketserver.ThreadingTCPServer):
    """Answers each path as ``answers`` says and notes in ``asked`` (path, headers) what it was asked for."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def root(self) -> str:
        """The server's address, without a slash at its end."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def paths(self) -> list[str]:
        """What was asked for, in order, without robots.txt."""
        return [path for path, _ in self.asked if path != "/robots.txt"]

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what these tests are about."""


class Handler(BaseHTTPRequestHandler):
    """Looks the path up in the server's answers; what is not there is 404."""

    server: Server

    def do_GET(self) -> None:
        """Answer."""
        self.server.asked.append((self.path, dict(self.headers)))
        with suppress(OSError):
            self.server.answers.get(self.path, page(b"", status=404))(self)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def page(data: bytes | str, kind: str = "text/html; charset=utf-8", status: int = 200, **headers: str) -> Answer:
    """An honest answer."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        body = data.encode() if isinstance(data, str) else data
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def redirect(target: str) -> Answer:
    """An answer that sends the client elsewhere."""
    return page(b"", status=302, Location=target)


def marked(data: str, mark: str, kind: str) -> Answer:
    """A page with an ETag, which is not sent again to who has it."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        known = handler.headers.get("If-None-Match") == mark
        page("" if known else data, kind, 304 if known else 200, ETag=mark)(handler)

    return answer


def in_turn(*answers: Answer) -> Answer:
    """One answer after the other, the last one from then on."""
    left = list(answers)
    return lambda handler: (left.pop(0) if len(left) > 1 else left[0])(handler)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    """Never ends, and sends a byte now and then, so that no single step is slow."""
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n")
    drip(handler)


def dripping_headers(handler: BaseHTTPRequestHandler) -> None:
    """Never comes to the end of its headers."""
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Long: ")
    drip(handler)


def drip(handler: BaseHTTPRequestHandler) -> None:
    """A byte every twentieth of a second, for at most a minute."""
    for _ in range(1200):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def endless(handler: BaseHTTPRequestHandler) -> None:
    """Sends as much as the client takes."""
    handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n")
    while True:
        handler.wfile.write(b"x" * 65_536)


def raw(data: bytes) -> Answer:
    """Any bytes, then hangs up."""
    return lambda handler: handler.wfile.write(data) and None


@contextmanager
def serving() -> Iterator[Server]:
    """A server in a thread of its own."""
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()
