"""Pacing, in virtual time: how a limit is kept, and how one that nobody told is learned."""

from __future__ import annotations

import asyncio
import collections
import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rftkit.llm import limits
from rftkit.llm.pace import Pacer
from tests.llm import virtual
from tests.llm.loopback import Limit


async def _work(
    limit: Limit,
    pacer: Pacer,
    calls: int = 1000,
    wait: float = 1.0,
    tell: Callable[[Limit], limits.Limit] | None = None,
) -> tuple[float, int]:
    """Return the time that calls of half a second took with 64 at once, and how many were refused."""
    loop, chance, refused = asyncio.get_running_loop(), random.Random(7), 0
    limit.clear(loop.time())
    queue = collections.deque(range(calls))

    async def one() -> bool:
        start = await pacer.turn()
        await asyncio.sleep(chance.uniform(0, 0.003))
        if not limit.admits(loop.time()):
            await asyncio.sleep(chance.uniform(0.002, 0.02))
            pacer.refused(start, wait)
            await asyncio.sleep(wait)
            return False
        if tell is not None:
            pacer.told(tell(limit))
        await asyncio.sleep(chance.uniform(0.485, 0.515))
        return True

    async def worker() -> None:
        nonlocal refused
        while queue:
            queue.popleft()
            while not await one():
                refused += 1

    await asyncio.gather(*(worker() for _ in range(64)))
    return loop.time(), refused


@pytest.mark.parametrize("kind", ["sliding", "fixed", "bucket"])
def test_an_unknown_limit_costs_few_refusals_and_little_time(kind: str) -> None:
    seconds, refused = virtual.run(_work(Limit(100, kind), Pacer()))
    assert refused < 50
    assert seconds < 1.15 * 10.5


def test_a_given_limit_costs_no_refusal() -> None:
    seconds, refused = virtual.run(_work(Limit(100), Pacer(6000)))
    assert refused == 0
    assert seconds < 1.05 * 10.5


def test_a_given_limit_above_the_true_one_is_corrected() -> None:
    seconds, refused = virtual.run(_work(Limit(100), Pacer(12000)))
    assert refused < 50
    assert seconds < 1.15 * 10.5


def test_headers_teach_the_limit_without_a_refusal() -> None:
    def tell(limit: Limit) -> limits.Limit:
        return limits.Limit(limit.most, limit.most - limit.used, limit.window)

    assert virtual.run(_work(Limit(100), Pacer(), tell=tell))[1] == 0


def test_headers_of_a_full_bucket_slow_nothing_down() -> None:
    def tell(limit: Limit) -> limits.Limit:
        return limits.Limit(limit.most, limit.most - limit.used, limit.used / limit.per_second)

    pacer = Pacer()
    seconds, refused = virtual.run(_work(Limit(100, "bucket", window=60), pacer, tell=tell))
    assert (refused, pacer.rate) == (0, None)
    assert seconds < 8.4


def test_a_small_bucket_is_not_taken_for_a_slow_server() -> None:
    seconds, refused = virtual.run(_work(Limit(100, "bucket", window=0.1), Pacer()))
    assert seconds < 2 * 10.5
    assert refused < 100


def test_a_server_that_stays_closed_is_left_alone() -> None:
    async def closed() -> float:
        pacer = Pacer()
        for start in [await pacer.turn() for _ in range(3)]:
            pacer.refused(start, 30.0)
        return await pacer.turn()

    assert virtual.run(closed()) >= 30.0


def test_one_stray_refusal_holds_nobody_up() -> None:
    async def stray() -> float:
        pacer = Pacer()
        pacer.refused(await pacer.turn(), 1.0)
        return await pacer.turn()

    assert virtual.run(stray()) == 0.0


@given(st.integers(5, 400), st.lists(st.floats(0, 3), min_size=2, max_size=60), st.integers(1, 9))
def test_no_second_holds_more_starts_than_are_allowed(rate: int, lates: list[float], burst: int) -> None:
    """Whatever the callers do, also after a pause that left turns unused."""

    async def starts() -> list[float]:
        pacer = Pacer(60 * rate)
        found = []
        for late in lates:
            await asyncio.sleep(late)
            found += await asyncio.gather(*(pacer.turn() for _ in range(burst)))
        return found

    found = virtual.run(starts())
    assert all(later - earlier > 1 for earlier, later in zip(found, found[rate:], strict=False))


@given(st.lists(st.integers(1, 5000), min_size=2, max_size=30))
def test_tokens_queue(sizes: list[int]) -> None:
    async def end() -> float:
        pacer = Pacer(tokens_per_minute=60_000)
        for size in sizes:
            await pacer.turn(size)
        return asyncio.get_running_loop().time()

    assert virtual.run(end()) >= sum(sizes[:-1]) / 1000 - 0.05


def test_a_pacer_serves_one_loop_after_another() -> None:
    pacer = Pacer(6000)

    async def several() -> None:
        await asyncio.gather(*(pacer.turn() for _ in range(5)))

    asyncio.run(several())
    asyncio.run(several())
