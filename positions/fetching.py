"""One web address -> its bytes, carefully: for the command line only.

Refuses other schemes than http and https, and hosts in private networks unless they are allowed by name; the check is
on the very address that is then connected to, at each redirect anew. Keeps to robots.txt, waits between two requests to
one host, tries again where that may help, and limits redirects, size (unpacked) and time. Does not use a proxy, log in,
or run scripts.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx2
import tenacity
from protego import Protego

from positions import __version__

AGENT = f"positions/{__version__}"
MAX_BYTES = 50_000_000
MAX_ROBOTS_BYTES = 512_000
MAX_REDIRECTS = 5
MAX_SECONDS = 60.0  # for one request, from its connection to the last byte
SILENCE_SECONDS = 15.0  # for one step of it
DELAY_SECONDS = 1.0  # between two requests to one host
MAX_DELAY_SECONDS = 60.0  # robots.txt may ask for more than one who waits can give
ATTEMPTS = 3
MAX_WAIT_SECONDS = 60.0  # a longer Retry-After is left to a later run
LATER_SECONDS = 900.0  # after a request that hung
ROBOTS_SECONDS = 3600.0
PASSING = (408, 425, 429, 500, 502, 503, 504)
REDIRECTS = (301, 302, 303, 307, 308)
REASONS = {
    401: "The site asks for a log-in",
    402: "The site asks for payment",
    403: "The site refuses it",
    404: "There is no such page",
    410: "The page was taken away",
    429: "The site asks for fewer requests",
    451: "The page is blocked for legal reasons",
}
NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: ``address`` is the last one after redirects; ``unchanged`` means that nothing is new.

    ``etag`` and ``modified`` are the server's marks of this version, to be handed in at the next time.
    """

    address: str
    data: bytes = b""
    media_type: str = ""
    etag: str = ""
    modified: str = ""
    unchanged: bool = False


class NotFetched(Exception):
    """An address that gave nothing; the message is one sentence for the person who named it.

    ``again`` is the least number of seconds after which another try may help, None where none will; ``status`` is the
    server's answer, 0 without one.
    """

    def __init__(self, reason: str, again: float | None = None, status: int = 0) -> None:
        super().__init__(reason)
        self.again = again
        self.status = status


# --------------------------------------------------------------------------------------------------- where to connect


def is_public(address: str) -> bool:
    """Whether an IP address lies in the public internet, also when an IPv6 address wraps an IPv4 one."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        teredo = ip.teredo[1] if ip.teredo else None
        mapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in NAT64 else None
        inner = [one for one in (ip.ipv4_mapped, ip.sixtofour, teredo, mapped) if one is not None]
        if inner:
            return all(is_public(str(one)) for one in inner)
        if ip.is_site_local:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved)


def resolve(host: str, port: int, allowed: Collection[str]) -> list[str]:
    """The IP addresses of a host; raises ``NotFetched`` when one of them is not public and the host not allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFetched(f"No address is known for the host {host}.", 0) from error
    addresses = list(dict.fromkeys(str(place[4][0]) for place in found))
    hidden = [address for address in addresses if not is_public(address)]
    if hidden and host not in allowed:
        raise NotFetched(f"The host {host} lies in a private network ({hidden[0]}); --allow-host {host} allows it.")
    return addresses


class Checked(httpx2.BaseTransport):
    """Sends a request to an address that was checked: the name is not looked up a second time."""

    def __init__(self, allowed: Collection[str]) -> None:
        self.allowed = allowed
        # no connection is kept: one made for a host must not serve another host at the same address
        self.inner = httpx2.HTTPTransport(limits=httpx2.Limits(max_keepalive_connections=0), trust_env=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send the request; a host with several addresses is tried at each."""
        host = request.url.raw_host.decode("ascii").strip("[]")
        port = request.url.port or {"http": 80, "https": 443}[request.url.scheme]
        addresses = resolve(host, port, self.allowed)
        for address in addresses:
            pinned = httpx2.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,
                extensions={**request.extensions, "sni_hostname": host},
            )
            try:
                return self.inner.handle_request(pinned)
            except (httpx2.ConnectError, httpx2.ConnectTimeout):
                if address == addresses[-1]:
                    raise
        raise NotFetched(f"No address is known for the host {host}.", 0)

    def close(self) -> None:
        """Close what is open."""
        self.inner.close()


class Deadline:
    """Ends a request that takes too long, whatever it is waiting for, by shutting its connection."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self.sockets: list[socket.socket] = []
        self.timer = threading.Timer(seconds, self.end)
        self.timer.daemon = True

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Note the connection; httpx calls it at each step of a request."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self.sockets.append(info["return_value"].get_extra_info("socket"))
            if self.passed:
                self.end()

    def end(self) -> None:
        """Shut every connection of the request."""
        self.passed = True
        for one in self.sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self.timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.timer.cancel()


# -------------------------------------------------------------------------------------------------------------- fetcher


class Fetcher:
    """Fetches addresses one after the other and remembers, for one run, robots.txt and when each host was last asked.

    ``allowed`` are hosts that may lie in private networks, ``delay`` the least number of seconds between two requests
    to one host.
    """

    def __init__(
        self,
        allowed: Collection[str] = (),
        *,
        delay: float = DELAY_SECONDS,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.client = httpx2.Client(
            transport=Checked(frozenset(host.lower().strip("[]") for host in allowed)),
            headers={"User-Agent": AGENT},
            timeout=SILENCE_SECONDS,
            follow_redirects=False,
            trust_env=False,
        )
        self.delay = delay
        self.sleep = sleep
        self.robots: dict[str, tuple[float, Protego]] = {}
        self.due: dict[str, float] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def get(self, address: str, etag: str = "", modified: str = "") -> Fetched:
        """Fetch one address; with the marks of an earlier version the answer may be that nothing changed.

        Raises ``NotFetched``.
        """
        marks = {"If-None-Match": etag, "If-Modified-Since": modified}
        headers = {name: value for name, value in marks.items() if value}
        url = _parsed(address)
        for _ in range(MAX_REDIRECTS + 1):
            self._keep_to_robots(url)
            response, data = self._persist(url, headers, MAX_BYTES)
            if response.status_code not in REDIRECTS:
                return _fetched(url, response, data)
            url = _target(url, response)
        raise NotFetched(f"It redirects more than {MAX_REDIRECTS} times.")

    def _persist(self, url: httpx2.URL, headers: Mapping[str, str], limit: int) -> tuple[httpx2.Response, bytes]:
        """One request, tried again with growing pauses where that may help."""
        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            retry=tenacity.retry_if_exception(_may_help),
            wait=_pause,
            sleep=self.sleep,
            reraise=True,
        )
        return retrying(self._request, url, headers, limit)

    def _request(self, url: httpx2.URL, headers: Mapping[str, str], limit: int) -> tuple[httpx2.Response, bytes]:
        """One request without redirect, within the limits of size and time; raises for what is no answer to use."""
        self._wait_for_turn(url)
        with Deadline(MAX_SECONDS) as deadline:
            try:
                with self.client.stream("GET", url, headers=headers, extensions={"trace": deadline.trace}) as response:
                    _raise_for_status(response)
                    data = _read(response, limit)
            except httpx2.DecodingError as error:
                raise NotFetched("What it sends is packed wrongly.") from error
            except httpx2.HTTPError as error:
                if not deadline.passed:
                    raise NotFetched(f"The connection failed ({type(error).__name__}).", 0) from error
        if deadline.passed:
            raise NotFetched(f"It took longer than {MAX_SECONDS:.0f} seconds.", LATER_SECONDS)
        return response, data

    def _wait_for_turn(self, url: httpx2.URL) -> None:
        """Leave a host in peace for a while after each request."""
        site = _site(url)
        pause = self.due.get(site, 0) - time.monotonic()
        if pause > 0:
            self.sleep(pause)
        asked = self.robots[site][1].crawl_delay(AGENT) if site in self.robots else None
        self.due[site] = time.monotonic() + max(self.delay, min(asked or 0, MAX_DELAY_SECONDS))

    def _keep_to_robots(self, url: httpx2.URL) -> None:
        """Raise ``NotFetched`` where the site's robots.txt forbids a page or cannot be had (RFC 9309)."""
        site = _site(url)
        known = self.robots.get(site)
        if known is None or known[0] < time.monotonic():
            self.robots[site] = (time.monotonic() + ROBOTS_SECONDS, self._read_robots(httpx2.URL(f"{site}/robots.txt")))
        if not self.robots[site][1].can_fetch(str(url), AGENT):
            raise NotFetched("The site's robots.txt asks programs not to fetch it.")

    def _read_robots(self, url: httpx2.URL) -> Protego:
        """The rules of a site; none where it answers that there are none."""
        try:
            for _ in range(MAX_REDIRECTS + 1):
                response, data = self._persist(url, {}, MAX_ROBOTS_BYTES)
                if response.status_code not in REDIRECTS:
                    return Protego.parse(data.decode("utf-8", "replace"))
                url = _target(url, response)
        except NotFetched as error:
            if 400 <= error.status < 500 and error.status not in PASSING:
                return Protego.parse("")
            if error.status:
                raise NotFetched(f"The site's robots.txt cannot be read: {error}", error.again) from error
            raise
        raise NotFetched(f"The site's robots.txt redirects more than {MAX_REDIRECTS} times.")


def _site(url: httpx2.URL) -> str:
    """Scheme, host and port."""
    return f"{url.scheme}://{url.netloc.decode('ascii')}"


def _parsed(address: str) -> httpx2.URL:
    """The address in parts; raises ``NotFetched`` for what is never fetched."""
    try:
        url = httpx2.URL(address)
    except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
        raise NotFetched("It is no valid address.") from error
    if url.scheme not in ("http", "https"):
        raise NotFetched(f"Only http and https are fetched, not {url.scheme or 'an address without scheme'}.")
    if not url.host or (url.port or 0) > 65_535:
        raise NotFetched("It is no valid address.")
    if url.userinfo:
        raise NotFetched("Addresses with a password in them are not fetched.")
    return url.copy_with(fragment=None)


def _target(url: httpx2.URL, response: httpx2.Response) -> httpx2.URL:
    """Where a redirect leads."""
    try:
        return _parsed(str(url.join(response.headers["Location"])))
    except (KeyError, httpx2.InvalidURL, ValueError) as error:
        raise NotFetched("It redirects to what is no valid address.") from error


def _read(response: httpx2.Response, limit: int) -> bytes:
    """The unpacked body, up to a limit; a redirect's body is nobody's concern."""
    pieces, size = [], 0
    if response.status_code in REDIRECTS:
        return b""
    for piece in response.iter_bytes():
        size += len(piece)
        if size > limit:
            raise NotFetched(f"It is larger than {limit / 1_000_000:g} MB.")
        pieces.append(piece)
    return b"".join(pieces)


def _fetched(url: httpx2.URL, response: httpx2.Response, data: bytes) -> Fetched:
    """The answer as a plain value."""
    said = response.headers
    kind = said.get("Content-Type", "").split(";")[0].strip().lower()
    unchanged = response.status_code == 304
    return Fetched(str(url), data, kind, said.get("ETag", ""), said.get("Last-Modified", ""), unchanged)


def _raise_for_status(response: httpx2.Response) -> None:
    """Raise ``NotFetched`` for an answer without a page."""
    status = response.status_code
    if status in (200, 304, *REDIRECTS):
        return
    reason = REASONS.get(status, "The server answers with an error")
    again = _retry_after(response.headers.get("Retry-After", "")) if status in PASSING else None
    raise NotFetched(f"{reason} ({status}).", again, status)


def _retry_after(value: str) -> float:
    """Seconds to wait, from a Retry-After header in either form; 0 where it says nothing."""
    with suppress(ValueError, TypeError, OverflowError):
        seconds = float(value) if value.strip().isdigit() else parsedate_to_datetime(value).timestamp() - time.time()
        return min(max(seconds, 0.0), 7 * 86_400.0)
    return 0.0


def _may_help(error: BaseException) -> bool:
    """Whether another try within this run may help."""
    return isinstance(error, NotFetched) and error.again is not None and error.again <= MAX_WAIT_SECONDS


def _pause(state: tenacity.RetryCallState) -> float:
    """Seconds before the next try: growing, with some chance, and no less than the server asks for."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.again or 0.0 if isinstance(error, NotFetched) else 0.0
    return max(asked, tenacity.wait_exponential_jitter(initial=1, max=30)(state))
