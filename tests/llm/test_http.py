"""The small HTTP client against servers that answer in every way that servers do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit.llm import http

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
Wires = Sequence[Sequence[bytes]]


def _served(answers: Wires, talk: Callable[[str], Coroutine[Any, Any, Any]]) -> tuple[Any, int]:
    """Return what talking to a server gave, and how many connections it took; an answer is pieces, b"" ends it."""
    waiting, made = list(answers), 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal made
        made += 1
        while waiting:
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]))
            for piece in waiting.pop(0):
                if not piece:
                    return writer.close()
                writer.write(piece)
                await asyncio.sleep(0.001)

    async def main() -> Any:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            try:
                async with asyncio.timeout(5):
                    return await talk(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1?a=b")
            finally:
                await http.close()

    return asyncio.run(main()), made


def _asked(*answer: bytes) -> http.Received:
    found: http.Received = _served([answer], lambda url: http.post(url, {}, b"{}"))[0]
    return found


def test_a_connection_is_kept_for_the_next_call() -> None:
    async def twice(url: str) -> list[bytes]:
        return [(await http.post(url, {}, b"{}")).body for _ in range(2)]

    assert _served([[HELLO], [HELLO]], twice) == ([b"hello", b"hello"], 1)


def test_a_connection_that_the_server_ends_is_not_used_again() -> None:
    async def twice(url: str) -> list[bytes]:
        return [(await http.post(url, {}, b"{}")).body for _ in range(2)]

    said = HELLO.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    assert _served([[said, b""], [HELLO]], twice) == ([b"hello", b"hello"], 2)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, len(HELLO) - 1))
def test_an_answer_may_come_in_pieces(cut: int) -> None:
    assert _asked(HELLO[:cut], HELLO[cut:]).body == b"hello"


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 79))
def test_an_answer_may_be_chunked(cut: int) -> None:
    said = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhe\r\n\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"
    assert _asked(said[:cut], said[cut:]).body == b"he\r\n0123456789"


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    assert _asked(b"HTTP/1.0 200 OK\r\n\r\nhel", b"lo", b"").body == b"hello"


def test_an_interim_answer_is_passed_over() -> None:
    assert _asked(b"HTTP/1.1 100 Continue\r\n\r\n", HELLO).status == 200


def test_names_of_headers_are_small() -> None:
    assert _asked(b"HTTP/1.1 429 X\r\nRetry-After:  2 \r\ncontent-length: 0\r\n\r\n").headers["retry-after"] == "2"


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", b"SSH-2.0-x\r\n\r\n"])
def test_what_is_no_whole_answer_is_broken_off(said: bytes) -> None:
    with pytest.raises(http.BrokenOffError):
        _asked(said, b"")


def test_nothing_was_sent_where_nobody_listens() -> None:
    async def talk() -> None:
        await http.post("http://127.0.0.1:1/v1", {}, b"{}")

    with pytest.raises(http.NotConnectedError, match=r"127\.0\.0\.1:1"):
        asyncio.run(talk())


def test_a_call_that_is_given_up_leaves_no_connection_behind() -> None:
    async def impatient(url: str) -> bytes:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await http.post(url, {}, b"{}")
        return (await http.post(url, {}, b"{}")).body

    assert _served([[b"HTTP/1.1 200 OK\r\n"], [HELLO]], impatient) == (b"hello", 2)
