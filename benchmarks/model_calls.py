"""A thousand model calls: the runner beside bare litellm and bare aiohttp, in the same run.

Two tables: every call takes 0.5 s and 64 may be under way at once; then a server that allows 100 requests a second and
answers with 429 and Retry-After beyond, and fails 5 % of the time with 500, 1 % with a cut connection, 3 % with broken
JSON. The server is another process. CPU is this process's own, without the import of litellm. The runner remembers
answers in a file, as it does in a dataset. Each row is the best of several runs; the load of the machine stands beside it.

    python benchmarks/model_calls.py [--calls 1000] [--only calls|faults] [--runs 3] [--no-litellm]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

SERVER = Path(__file__).resolve().parent.parent / "tests" / "llm" / "loopback.py"
SCHEMA = {
    "type": "object",
    "properties": {"prompts": {"type": "array", "items": {"type": "string"}}},
    "required": ["prompts"],
}
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
    from rftkit.llm import Request, Runner

    with tempfile.TemporaryDirectory() as folder:
        runner = Runner("openai/test", base_url=url, concurrency=AT_ONCE, cache=f"{folder}/llm.sqlite", **options)
        answers = runner.run([Request(body(n)["messages"], max_tokens=64, schema=SCHEMA) for n in range(calls)])
    return [answer.value for answer in answers]


def cpu():
    """Return the processor seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def measured(ideal, work, settings):
    """Run one way of calling against a fresh server and return what it took: share of ideal first."""
    with server(**settings) as url:
        started, cpu_started = time.perf_counter(), cpu()
        found = work(url)
        seconds, spent = time.perf_counter() - started, cpu() - cpu_started
        told = stats(url)
    return ideal(told) / seconds, seconds, spent, sum(value is not None for value in found), told, os.getloadavg()[0]


def row(name, ideal, work, settings, runs):
    """Print the best of several runs, and the shares of all."""
    found = [measured(ideal, work, settings) for _ in range(runs)]
    share, seconds, spent, good, told, load = max(found, key=lambda one: one[0])
    all_ = ", ".join(f"{one[0]:.3f}" for one in found)
    print(
        f"{name:<22}{good:>6}{told['twice']:>6}{seconds:>8.2f}{share:>9.3f}{spent:>7.2f}{load:>6.1f}  "
        f"{told['statuses']}  all: {all_}",
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
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-litellm", action="store_true", help="leave the slow peer out")
    given = parser.parse_args()
    if not given.no_litellm:
        from rftkit.llm.gateway import litellm

        litellm()
    head = f"{'':<22}{'good':>6}{'twice':>6}{'s':>8}{'of ideal':>9}{'CPU':>7}{'load':>6}  statuses"
    if given.only != "faults":
        calls_table(given, head)
    if given.only != "calls":
        faults_table(given, head)


def calls_table(given, head):
    """Print what a server without faults brings out."""
    calls, ideal = given.calls, given.calls / AT_ONCE * LATENCY
    print(f"{calls} calls of {LATENCY} s, {AT_ONCE} at once; ideal {ideal:.2f} s\n{head}")
    ways = {
        "rftkit": lambda url: ours(url, calls),
        "bare aiohttp": lambda url: asyncio.run(bare_aiohttp(url, calls)),
        "bare litellm": lambda url: asyncio.run(bare_litellm(url, calls)),
    }
    for name, work in ways.items():
        if not (given.no_litellm and "litellm" in name):
            row(name, lambda _: ideal, work, {"latency": LATENCY}, given.runs)


def faults_table(given, head):
    """Print what a server with a limit and faults brings out."""
    calls = given.calls
    print(f"\n{calls} calls, {PER_SECOND} requests/s allowed, 5 % of 500, 1 % cut, 3 % broken JSON\n{head}")
    ways = {
        "rftkit, limit given": lambda url: ours(url, calls, requests_per_minute=60 * PER_SECOND),
        "rftkit, limit unknown": lambda url: ours(url, calls),
        "bare litellm, retries": lambda url: asyncio.run(bare_litellm(url, calls, retries=3)),
    }
    for name, work in ways.items():
        if not (given.no_litellm and "litellm" in name):
            row(name, forced, work, {"latency": LATENCY, "per_second": PER_SECOND, **FAULTS}, given.runs)


if __name__ == "__main__":
    main()
