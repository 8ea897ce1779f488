"""A real HTTP server on loopback that speaks the OpenAI protocol, with the faults of the real world.

It is plain asyncio without a framework, a tenth of a millisecond a call, so that what is measured against it is the client.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

Say = Callable[[dict[str, Any]], str]
_decode, _encode = msgspec.json.Decoder().decode, msgspec.json.Encoder().encode

#: What the usual answers fit.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"prompts": {"type": "array", "items": {"type": "string"}}},
    "required": ["prompts"],
    "additionalProperties": False,
}


def _plain(asked: dict[str, Any]) -> str:
    return json.dumps({"prompts": [f"answer to {asked['messages'][-1]['content'][-40:]}"]})


@dataclass
class Limit:
    """How many requests a second are let in: in any second (sliding), by the clock (fixed), or by a filling bucket."""

    per_second: float
    kind: str = "sliding"
    window: float = 1.0

    def __post_init__(self) -> None:
        self.most = self.per_second * self.window
        self.clear(time.monotonic())

    def clear(self, now: float) -> None:
        """Begin with nothing admitted."""
        self._recent: collections.deque[float] = collections.deque()
        self._window, self._count, self._filled, self._level = -1, 0, now, self.most

    @property
    def used(self) -> float:
        """What was admitted and counts at present."""
        return self.most - self._level if self.kind == "bucket" else len(self._recent)

    def admits(self, now: float) -> bool:
        """Count a request and return whether it is let in; what is refused is not counted."""
        return bool(getattr(self, f"_{self.kind}")(now))

    def _sliding(self, now: float) -> bool:
        while self._recent and self._recent[0] <= now - self.window:
            self._recent.popleft()
        if len(self._recent) >= self.most:
            return False
        self._recent.append(now)
        return True

    def _fixed(self, now: float) -> bool:
        window = int(now / self.window)
        if window != self._window:
            self._window, self._count = window, 0
        self._count += 1
        return self._count <= self.most

    def _bucket(self, now: float) -> bool:
        self._level = min(self.most, self._level + (now - self._filled) * self.per_second)
        self._filled = now
        if self._level < 1:
            return False
        self._level -= 1
        return True


@dataclass
class Loopback:
    """The server; use it as a context manager, its address is `url`."""

    latency: float = 0.0
    say: Say = _plain
    limit: Limit | None = None
    errors: float = 0.0  # share of requests answered with 500
    cuts: float = 0.0  # share of connections cut before the answer
    broken: float = 0.0  # share of answers with broken JSON
    retry_after: float | str = 1.0
    headers: Mapping[str, str] = field(default_factory=dict)  # of every answer
    prompt_tokens: int = 100
    completion_tokens: int = 50
    script: list[Any] = field(default_factory=list)  # statuses of the first requests: 200, 429, 500, "cut", "broken"
    port: int = 0

    def __post_init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.statuses: collections.Counter[Any] = collections.Counter()
        self.delivered: collections.Counter[str] = collections.Counter()
        self.in_flight = self.most_in_flight = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Loopback:
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)

    def _serve(self, started: threading.Event) -> None:
        asyncio.run(self._main(started))

    async def _main(self, started: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(lambda: _Connection(self), "127.0.0.1", self.port, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        await self._stop.wait()
        server.close()

    def stats(self) -> dict[str, Any]:
        """Return what was counted."""
        doubles = sum(count > 1 for count in self.delivered.values())
        told = {str(status): count for status, count in self.statuses.items()}
        counts = {"asked": len(self.seen), "delivered": len(self.delivered), "twice": doubles}
        return {"statuses": told, **counts, "most_in_flight": self.most_in_flight}

    def answer(self, asked: dict[str, Any], headers: Mapping[str, str], number: int) -> tuple[int, Any] | None:
        """Return another answer than the usual one; None for that."""
        del asked, headers, number
        return None

    def fate(self, number: int) -> Any:
        """Return what becomes of the request with this number; the same in every run."""
        if number < len(self.script):
            return self.script[number]
        if self.limit is not None and not self.limit.admits(time.monotonic()):
            return 429
        turn = (number * 7919 % 1000) / 1000
        for fate, share in ((500, self.errors), ("cut", self.cuts), ("broken", self.broken)):
            if turn < share:
                return fate
            turn -= share
        return 200

    def completion(self, asked: dict[str, Any], text: str) -> dict[str, Any]:
        """Return the body of an answer."""
        usage = {"prompt_tokens": self.prompt_tokens, "completion_tokens": self.completion_tokens}
        return {
            "id": "x",
            "object": "chat.completion",
            "created": 1,
            "model": asked["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
            "usage": {**usage, "total_tokens": sum(usage.values())},
        }

    def embedding(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Return the body of an answer with vectors."""
        rows = [
            {"object": "embedding", "index": n, "embedding": [len(text), 1.0]} for n, text in enumerate(asked["input"])
        ]
        return {"object": "list", "model": "m", "data": rows, "usage": {"prompt_tokens": 1, "total_tokens": 1}}


class _Connection(asyncio.Protocol):
    """One connection: requests one after the other."""

    def __init__(self, server: Loopback) -> None:
        self.server, self.buffer, self.busy = server, b"", False

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def connection_lost(self, error: Exception | None) -> None:
        self._leave()

    def _leave(self) -> None:
        self.server.in_flight -= self.busy
        self.busy = False

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        first, *lines = self.buffer[:end].decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        whole = end + 4 + int(headers.get("content-length", 0))
        if len(self.buffer) >= whole:
            body, self.buffer = self.buffer[end + 4 : whole], self.buffer[whole:]
            self._take(first.split()[1], headers, body)

    def _take(self, path: str, headers: Mapping[str, str], body: bytes) -> None:
        if path == "/stats":
            return self._send(200, self.server.stats())
        asked = _decode(body)
        if path.endswith("/embeddings"):
            return self._send(200, self.server.embedding(asked))
        return self._chat(asked, headers)

    def _chat(self, asked: dict[str, Any], headers: Mapping[str, str]) -> None:
        server = self.server
        number = len(server.seen)
        server.seen.append(asked)
        server.in_flight += 1
        self.busy = True
        server.most_in_flight = max(server.in_flight, server.most_in_flight)
        other = server.answer(asked, headers, number)
        fate = server.fate(number) if other is None else other[0]
        server.statuses[fate] += 1
        if other is not None:
            self._send(*other)
        elif fate == 429:
            wait = server.retry_after
            told = {"retry-after": f"{wait:g}" if isinstance(wait, float) else wait}
            self._send(429, {"error": {"message": "slow down", "code": 429}}, told)
        elif isinstance(fate, int) and fate != 200:
            self._send(fate, {"error": {"message": f"status {fate}"}})
        else:
            asyncio.get_running_loop().call_later(server.latency, self._say, fate, asked)

    def _say(self, fate: Any, asked: dict[str, Any]) -> None:
        if fate == "cut" or self.transport.is_closing():
            return self.transport.abort()  # type: ignore[no-any-return]
        text = self.server.say(asked)
        if fate == "broken":
            text = text[: len(text) // 3]
        else:
            self.server.delivered[asked["messages"][-1]["content"]] += 1
        return self._send(200, self.server.completion(asked, text))

    def _send(self, status: int, told: Any, more: Mapping[str, str] | None = None) -> None:
        self._leave()
        body = _encode(told)
        head = {"content-type": "application/json", "content-length": len(body), **self.server.headers, **(more or {})}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        self.transport.write(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body)


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("latency", "errors", "cuts", "broken", "per-second"):
        parser.add_argument(f"--{name}", type=float, default=0.0)
    parser.add_argument("--kind", default="sliding")
    parser.add_argument("--window", type=float, default=1.0)
    parser.add_argument("--retry-after", type=float, default=1.0)
    told = vars(parser.parse_args())
    rate, kind, window = told.pop("per_second"), told.pop("kind"), told.pop("window")
    with Loopback(**told, limit=Limit(rate, kind, window) if rate else None) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
