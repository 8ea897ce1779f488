"""A real HTTP server on loopback that speaks the OpenAI protocol, with the faults of the real world."""

from __future__ import annotations

import argparse
import asyncio
import collections
import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Say = Callable[[dict[str, Any]], str]


def _plain(asked: dict[str, Any]) -> str:
    return json.dumps({"prompts": [f"answer to {asked['messages'][-1]['content'][-40:]}"]})


@dataclass
class Loopback:
    """The server; use it as a context manager, its address is `url`."""

    latency: float = 0.0
    say: Say = _plain
    per_second: float | None = None
    errors: float = 0.0  # share of requests answered with 500
    cuts: float = 0.0  # share of connections cut before the answer
    broken: float = 0.0  # share of answers with broken JSON
    retry_after: float = 1.0
    prompt_tokens: int = 100
    completion_tokens: int = 50
    script: list[Any] = field(default_factory=list)  # statuses of the first requests: 200, 429, 500, "cut", "broken"
    port: int = 0

    def __post_init__(self) -> None:
        self.seen: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.statuses: collections.Counter[Any] = collections.Counter()
        self.delivered: collections.Counter[str] = collections.Counter()
        self.in_flight = self.most_in_flight = 0
        self._recent: collections.deque[float] = collections.deque()

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
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._chat)
        app.router.add_post("/v1/embeddings", self._embed)
        app.router.add_get("/stats", self._stats)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", self.port, backlog=512)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]
        started.set()
        await self._stop.wait()
        await runner.cleanup()

    async def _stats(self, _: web.Request) -> web.Response:
        doubles = sum(count > 1 for count in self.delivered.values())
        told = {str(status): count for status, count in self.statuses.items()}
        return web.json_response({"statuses": told, "delivered": len(self.delivered), "twice": doubles})

    async def _embed(self, request: web.Request) -> web.Response:
        asked = await request.json()
        rows = [
            {"object": "embedding", "index": n, "embedding": [len(text), 1.0]} for n, text in enumerate(asked["input"])
        ]
        return web.json_response(
            {"object": "list", "model": "m", "data": rows, "usage": {"prompt_tokens": 1, "total_tokens": 1}}
        )

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        number = len(self.seen)
        self.seen.append(asked)
        self.in_flight += 1
        self.most_in_flight = max(self.in_flight, self.most_in_flight)
        try:
            return await self._answer(request, asked, number)
        finally:
            self.in_flight -= 1

    def _fate(self, number: int) -> Any:
        if number < len(self.script):
            return self.script[number]
        if self.per_second is not None and not self._admitted():
            return 429
        # Spread evenly, and the same in every run.
        turn = (number * 7919 % 1000) / 1000
        for fate, share in ((500, self.errors), ("cut", self.cuts), ("broken", self.broken)):
            if turn < share:
                return fate
            turn -= share
        return 200

    def _admitted(self) -> bool:
        now = time.monotonic()
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if len(self._recent) >= (self.per_second or 0):
            return False
        self._recent.append(now)
        return True

    async def _answer(self, request: web.Request, asked: dict[str, Any], number: int) -> web.StreamResponse:
        fate = self._fate(number)
        self.statuses[fate] += 1
        if fate == 429:
            wait = {"retry-after": f"{self.retry_after:g}"}
            return web.json_response({"error": {"message": "slow down", "code": 429}}, status=429, headers=wait)
        if isinstance(fate, int) and fate != 200:
            return web.json_response({"error": {"message": f"status {fate}"}}, status=fate)
        if self.latency:
            await asyncio.sleep(self.latency)
        if fate == "cut":
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        text = self.say(asked)
        if fate == "broken":
            text = text[: len(text) // 3]
        else:
            self.delivered[asked["messages"][-1]["content"]] += 1
        return web.json_response(self._body(asked, text))

    def _body(self, asked: dict[str, Any], text: str) -> dict[str, Any]:
        usage = {"prompt_tokens": self.prompt_tokens, "completion_tokens": self.completion_tokens}
        return {
            "id": "x",
            "object": "chat.completion",
            "created": 1,
            "model": asked["model"],
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
            "usage": {**usage, "total_tokens": sum(usage.values())},
        }


def main() -> None:
    parser = argparse.ArgumentParser()
    for name in ("latency", "per-second", "errors", "cuts", "broken"):
        parser.add_argument(f"--{name}", type=float, default=None if name == "per-second" else 0.0)
    given = parser.parse_args()
    with Loopback(
        given.latency, per_second=given.per_second, errors=given.errors, cuts=given.cuts, broken=given.broken
    ) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
