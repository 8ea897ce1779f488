"""HTTP/1.1 as far as a model call needs it: a POST over a connection that is kept, and its whole answer.

A general client does more for each call than the rest of the runner together. With calls that are sent together, that
time also delays the answers that come together: half of them came 10 ms late or later.
"""

from __future__ import annotations

import asyncio
import functools
import ssl
import weakref
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

_IDLE = 15.0  # seconds; servers close connections that are idle for longer
_NO_BODY = (204, 304)
_FIRST_FINAL, _KEEPS = 200, "HTTP/1.1"
_pools: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = weakref.WeakKeyDictionary()


class NotConnectedError(OSError):
    """Nothing was sent: no connection could be made."""


class BrokenOffError(OSError):
    """The connection ended before the whole answer was there."""


class Received(NamedTuple):
    """An answer: status, headers with small names, body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Address(NamedTuple):
    """Where a server listens.

    Examples
    --------
    >>> Address.of("http://localhost:8000/v1").port, Address.of("https://api.example.com/v1").port
    (8000, 443)
    """

    host: str
    port: int
    secure: bool

    @classmethod
    def of(cls, url: str) -> Address:
        """Return the server's part of an address."""
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        return cls(parts.hostname or "", parts.port or (443 if secure else 80), secure)


async def post(url: str, headers: Mapping[str, str], body: bytes) -> Received:
    """Send a body and return the whole answer, without following redirects or trying again.

    Parameters
    ----------
    url
        Of http or https.
    headers
        Besides host and content-length.
    body
        What to send.

    Raises
    ------
    NotConnectedError
        Nothing was sent.
    BrokenOffError
        It was sent and no whole answer came.
    """
    pool = _pools.setdefault(asyncio.get_running_loop(), _Pool())
    address, head = _head(url)
    more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    connection = await pool.take(address)
    try:
        received = await connection.ask(f"{head}content-length: {len(body)}\r\n{more}\r\n".encode() + body)
    except BaseException:
        connection.drop()
        raise
    pool.give(address, connection)
    return received


async def close() -> None:
    """Close the connections of the running loop."""
    pool = _pools.pop(asyncio.get_running_loop(), None)
    if pool is not None:
        pool.close()


@functools.lru_cache(maxsize=64)
def _head(url: str) -> tuple[Address, str]:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Address.of(url), f"POST {path} HTTP/1.1\r\nhost: {parts.netloc.rpartition('@')[2]}\r\n"


@functools.cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()


class _Pool:
    """Connections that wait for their next request; the one used last is taken first."""

    def __init__(self) -> None:
        self._idle: defaultdict[Address, list[tuple[float, _Connection]]] = defaultdict(list)

    async def take(self, address: Address) -> _Connection:
        loop, idle = asyncio.get_running_loop(), self._idle[address]
        while idle:
            since, connection = idle.pop()
            if connection.open and loop.time() - since < _IDLE:
                return connection
            connection.drop()
        try:
            context = _context() if address.secure else None
            _, made = await loop.create_connection(_Connection, address.host, address.port, ssl=context)
        except ssl.SSLCertVerificationError:
            raise
        except OSError as error:
            raise NotConnectedError(f"cannot connect to {address.host}:{address.port}: {error}") from None
        return made

    def give(self, address: Address, connection: _Connection) -> None:
        if connection.open:
            self._idle[address].append((asyncio.get_running_loop().time(), connection))

    def close(self) -> None:
        for idle in self._idle.values():
            for _, connection in idle:
                connection.drop()
        self._idle.clear()


class _Connection(asyncio.Protocol):
    """One request at a time, and what has come of its answer."""

    def __init__(self) -> None:
        self.open = False
        self._answer: asyncio.Future[Received] | None = None

    def ask(self, data: bytes) -> asyncio.Future[Received]:
        self._answer = asyncio.get_running_loop().create_future()
        self._buffer, self._body = bytearray(), bytearray()
        self._status, self._length, self._chunked = 0, -1, False
        self._headers: dict[str, str] = {}
        if self.open:
            self._transport.write(data)
        else:
            self._fail("the server closed the connection")
        return self._answer

    def drop(self) -> None:
        self.open = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self.open = transport, True

    def connection_lost(self, error: Exception | None) -> None:
        self.open = False
        if self._status and self._length < 0 and not self._chunked and error is None:
            self._done(bytes(self._buffer))  # an answer without a length ends with its connection
        self._fail("the server closed the connection before its answer was whole")

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            return self.drop()  # nobody asked
        self._buffer += data
        try:
            if self._status or self._read_head():
                self._read_body()
        except ValueError:
            self._fail("the server does not speak HTTP")
            self.drop()
        return None

    def _read_head(self) -> bool:
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
            del self._buffer[: end + 4]
            version, status = first.split(maxsplit=2)[:2]
            if int(status) >= _FIRST_FINAL:
                self._note(version, int(status), lines)
                return True
        return False

    def _note(self, version: str, status: int, lines: list[str]) -> None:
        split = (line.partition(":") for line in lines)
        headers = self._headers = {name.strip().lower(): value.strip() for name, _, value in split}
        self._chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        self._length = 0 if status in _NO_BODY else int(headers.get("content-length", -1))
        self._kept = version == _KEEPS and headers.get("connection", "").lower() != "close"
        self._status = status

    def _read_body(self) -> None:
        if self._chunked:
            self._read_chunks()
        elif 0 <= self._length <= len(self._buffer):
            self._done(bytes(self._buffer[: self._length]))

    def _read_chunks(self) -> None:
        while (end := self._buffer.find(b"\r\n")) >= 0:
            size = int(self._buffer[:end].split(b";")[0], 16)
            if len(self._buffer) < end + 2 + size + 2:
                return
            self._body += self._buffer[end + 2 : end + 2 + size]
            del self._buffer[: end + 2 + size + 2]
            if size == 0:
                return self._done(bytes(self._body))

    def _done(self, body: bytes) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(Received(self._status, self._headers, body))
        if not self._kept:
            self.drop()

    def _fail(self, sentence: str) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(BrokenOffError(sentence))
