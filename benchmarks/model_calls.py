"""A thousand model calls: the runner beside bare litellm and bare aiohttp, in the same run.

Two tables: every call takes 0.5 s and 64 may be under way at once; then a server that allows 100 requests a second and
answers with 429 and Retry-After beyond, and fails 5 % of the time with 500, 1 % with a cut connection, 3 % with broken
JSON. The server is another process. CPU is this process's own, without the import of litellm.

    python benchmarks/model_calls.py [--calls 1000] [--only calls|faults]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import resource
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

SERVER = Path(__file__).resolve().parent.parent / "tests" / "llm" / "loopback.py"
LATENCY, AT_ONCE, PER_SECOND = 0.5, 64, 100
FAULTS = {"errors": 0.05, "cuts": 0.01, "broken": 0.03}


@contextmanager
def server(**settings):
    """Run the server in a process of its own and yield its address."""
    options = [f"--{name.replace('_', '-')}={value}" for name, value in settings.items()]
    process = subprocess.Popen([sys.executable, str(SERVER), *options], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait()


def stats(url):
    """Return what the server counted."""
    with urllib.request.urlopen(url.replace("/v1", "/stats")) as response:
        return json.load(response)


def body(number):
    """Return the request with this number."""
    return {
        "model": "test",
        "messages": [{"role": "user", "content": f"write prompt number {number}"}],
        "max_tokens": 64,
    }


async def bare_aiohttp(url, calls):
    """Call with nothing but an HTTP client: the most that can be reached."""
    import aiohttp

    limit = asyncio.Semaphore(AT_ONCE)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

        async def one(number):
            async with limit, session.post(f"{url}/chat/completions", json=body(number)) as response:
                return json.loads((await response.json())["choices"][0]["message"]["content"])

        return await asyncio.gather(*(one(number) for number in range(calls)))


async def bare_litellm(url, calls, retries=0):
    """Call litellm as its documentation shows."""
    import litellm

    limit = asyncio.Semaphore(AT_ONCE)

    async def one(number):
        async with limit:
            try:
                answer = await litellm.acompletion(
                    **{**body(number), "model": "openai/test"}, base_url=url, api_key="none", num_retries=retries
                )
                return json.loads(answer.choices[0].message.content)
            except Exception:  # noqa: BLE001 - a benchmark counts what came back
                return None

    return await asyncio.gather(*(one(number) for number in range(calls)))


def ours(url, calls, **options):
    """Call through the runner."""
    from rftkit.generate.prompts import PROMPTS_SCHEMA
    from rftkit.llm import Request, Runner

    runner = Runner("openai/test", base_url=url, concurrency=AT_ONCE, **options)
    answers = runner.run([Request(body(n)["messages"], max_tokens=64, schema=PROMPTS_SCHEMA) for n in range(calls)])
    return [answer.value for answer in answers]


def cpu():
    """Return the processor seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def row(name, ideal, work, url):
    """Run one way of calling and print what it took."""
    started, cpu_started = time.perf_counter(), cpu()
    found = work()
    seconds, spent = time.perf_counter() - started, cpu() - cpu_started
    told = stats(url)
    good = sum(value is not None for value in found)
    share = ideal(told) / seconds
    print(
        f"{name:<22}{good:>6}{told['twice']:>6}{seconds:>8.2f}{share:>9.3f}{spent:>7.2f}  {told['statuses']}",
        flush=True,
    )


def forced(told):
    """Return the time that the faults of the server force: every call that it answered or failed, and one latency."""
    counted = sum(count for status, count in told["statuses"].items() if status != "429")
    return counted / PER_SECOND + LATENCY


def main():
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--only", choices=("calls", "faults"))
    given = parser.parse_args()
    from rftkit.llm.gateway import litellm

    litellm()
    calls = given.calls
    head = f"{'':<22}{'good':>6}{'twice':>6}{'s':>8}{'of ideal':>9}{'CPU':>7}  statuses"
    if given.only != "faults":
        ideal = math.ceil(calls / AT_ONCE) * LATENCY if calls % AT_ONCE else calls / AT_ONCE * LATENCY
        print(f"{calls} calls of {LATENCY} s, {AT_ONCE} at once; ideal {calls / AT_ONCE * LATENCY:.2f} s\n{head}")
        for name, work in (
            ("bare aiohttp", lambda url: asyncio.run(bare_aiohttp(url, calls))),
            ("rftkit", lambda url: ours(url, calls)),
            ("bare litellm", lambda url: asyncio.run(bare_litellm(url, calls))),
        ):
            with server(latency=LATENCY) as url:
                row(name, lambda _: calls / AT_ONCE * LATENCY, lambda url=url, work=work: work(url), url)
        del ideal
    if given.only != "calls":
        print(f"\n{calls} calls, {PER_SECOND} requests/s allowed, 5 % of 500, 1 % cut, 3 % broken JSON\n{head}")
        for name, work in (
            ("rftkit, limit given", lambda url: ours(url, calls, requests_per_minute=60 * PER_SECOND)),
            ("rftkit, limit unknown", lambda url: ours(url, calls)),
            ("bare litellm, retries", lambda url: asyncio.run(bare_litellm(url, calls, retries=3))),
        ):
            with server(latency=LATENCY, per_second=PER_SECOND, **FAULTS) as url:
                row(name, forced, lambda url=url, work=work: work(url), url)


if __name__ == "__main__":
    main()
