"""Time of an export against the limit: `orjson.dumps` of rows that are Python objects already.

Run with `python benchmarks/export.py [RECORDS]`. The records are multi-turn chats of about 780 bytes with tools in
every fourth of them. The limit does less: its rows are built before the clock starts, and nothing is chosen or checked.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import orjson
import polars as pl

from rftkit import messages as chat
from rftkit.formats.writing import TARGETS, complete, write

TOOLS = chat.dump([{"type": "function", "function": {"name": "find_card", "parameters": {"type": "object"}}}])
CALL = {"id": "call_1", "type": "function", "function": {"name": "find_card", "arguments": '{"last4": "1234"}'}}
PATTERN = 64


def conversation(n: int) -> list[dict[str, object]]:
    """Return one of a few dozen different conversations."""
    said = f'My "card" number {n} has not arrived yet.\nI ordered it two weeks ago and need it for a journey. '
    turns: list[dict[str, object]] = [
        {"role": "system", "content": "You are the assistant of a bank. Be brief. " * 4},
        {"role": "user", "content": said},
    ]
    if n % 4 == 0:
        turns += [
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "tool_call_id": "call_1", "content": '{"status": "sent"}'},
        ]
    return [*turns, {"role": "assistant", "content": "It is on its way. " * 6}, {"role": "user", "content": said * 2}]


def records(count: int) -> pl.DataFrame:
    """Return a frame of records."""
    few = chat.pack([conversation(n) for n in range(PATTERN)])
    index = pl.int_range(count, eager=True)
    frame = pl.DataFrame([few.gather(index % PATTERN)]).with_columns(
        id=pl.format("record-{}", index),
        tools=pl.when(index % 4 == 0).then(pl.lit(TOOLS)),
        extra=pl.concat_str(pl.lit('{"reference_answer":"answer '), index, pl.lit('","difficulty":2}')),
        topic=pl.lit("cards/arrival"),
        valid=pl.lit(True),
    )
    return complete(frame)


def timed(act: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of one run, and its CPU seconds over all threads."""
    start, cpu = time.perf_counter(), time.process_time()
    act()
    return time.perf_counter() - start, time.process_time() - cpu


def main(count: int) -> None:
    """Print a table."""
    frame = records(count)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.jsonl"
        write(frame, source)
        rows = [orjson.loads(line) for line in source.read_bytes().splitlines()]
        limit = timed(lambda: Path(folder, "limit.jsonl").write_bytes(b"\n".join(orjson.dumps(each) for each in rows)))
        print(f"{count:,} records, {source.stat().st_size / 1e6:,.0f} MB as openai-rft\n")
        print(f"{'what':<36}{'seconds':>9}{'CPU':>9}{'x CPU of limit':>16}")
        row("limit: orjson.dumps of ready rows", limit, limit)
        for name, target in TARGETS.items():
            path = Path(folder) / f"{name}{target.suffix}"
            row(name, timed(lambda path=path, name=name: write(frame, path, name)), limit)
            path.unlink()


def row(name: str, took: tuple[float, float], limit: tuple[float, float]) -> None:
    """Print one line of the table."""
    print(f"{name:<36}{took[0]:>9.2f}{took[1]:>9.2f}{took[1] / limit[1]:>16.1f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
