"""Sanitizing a million chat records: what each part costs, next to the limit of touching the text at all.

Run with `python benchmarks/sanitize.py [RECORDS]`. The records are multi-turn chats of about 780 bytes, tools and calls
in every fourth of them, a tenth of the prompts copies. The limit is one pass of polars over all contents
(`len_chars`), which reads every byte and judges nothing.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import polars as pl

from rftkit import messages as chat
from rftkit.keys import with_keys
from rftkit.sanitize import codes, credentials, judge, personal, single, structure, tokens, toolcalls
from rftkit.sanitize.near import PAIRS

TOOLS = chat.dump([{"type": "function", "function": {"name": "find_card", "parameters": {"type": "object"}}}])
PATTERN = 997


def conversation(n: int) -> list[dict[str, Any]]:
    """Return one of about a thousand different conversations."""
    said = f'My "card" number {n} has not arrived yet.\nI ordered it two weeks ago and need it for a journey. '
    call = {
        "id": f"call_{n}",
        "type": "function",
        "function": {"name": "find_card", "arguments": f'{{"last4": "{n}"}}'},
    }
    turns: list[dict[str, Any]] = [
        {"role": "system", "content": "You are the assistant of a bank. Be brief. " * 4},
        {"role": "user", "content": said},
    ]
    if n % 4 == 0:
        turns += [
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": call["id"], "content": '{"status": "sent"}'},
        ]
    return [*turns, {"role": "assistant", "content": "It is on its way. " * 6}, {"role": "user", "content": said * 2}]


def records(count: int) -> pl.DataFrame:
    """Return a frame of records with keys, nine in ten of them with a content of their own."""
    few = chat.pack([conversation(n) for n in range(PATTERN)])
    index = pl.int_range(count, eager=True)
    own = pl.select((index - (index % 10 == 9).cast(pl.Int64)).alias("own")).to_series()
    frame = pl.DataFrame([few.gather(own % PATTERN)]).with_columns(
        row=index,
        id=pl.format("record-{}", index),
        tools=pl.when(own % PATTERN % 4 == 0).then(pl.lit(TOOLS)),
        output=pl.lit('{"role":"assistant","content":"On its way."}'),
        **{
            name: pl.Series(own, dtype=pl.Int64).cast(pl.String).cast(pl.Binary)
            for name in ("content_key", "exact_key")
        },
    )
    return single.complete(frame)


def timed(name: str, act: Callable[[], Any]) -> Any:
    """Print the seconds of one run, and its CPU seconds over all threads; return what it returned."""
    start, cpu = time.perf_counter(), time.process_time()
    result = act()
    print(f"{name:46}{time.perf_counter() - start:8.2f} s {time.process_time() - cpu:8.2f} s CPU")
    return result


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    frame = records(count)
    flat = structure.flat(frame)
    size = flat["content"].str.len_bytes().sum()
    print(f"{count:,} records, {flat.height:,} messages, {size / 1e6:,.0f} MB of content")
    timed("limit: length of every content", lambda: flat["content"].str.len_chars().sum())
    timed("messages below one another", lambda: structure.flat(frame))
    timed("structural rules", lambda: codes.fold(structure.rules(frame, flat)))
    timed("tool calls", lambda: codes.fold(toolcalls.rules(frame, flat)))
    sizes = timed(
        "sizes, tokens where they matter", lambda: single.count_tokens(tokens.sizes(frame, flat), frame, over=32_000)
    )
    timed("outputs as values", lambda: single._output_keys(frame["output"]))
    timed("user text, normalised", lambda: single._user_text(flat).collect())
    timed("secrets", lambda: credentials.find(flat).collect())
    timed("personal data", lambda: personal.find(flat).collect())
    none = [pl.lit([], dtype=pl.List(pl.String)).alias(name) for name in ("errors", "warnings")]
    known = sizes.with_columns(
        *none, frame["content_key"], frame["exact_key"], details=pl.lit(None, dtype=pl.String),
        output_key=pl.lit(b"o"), text_key=frame["content_key"],
    )  # fmt: skip
    empty = pl.DataFrame(schema=PAIRS)
    report = timed("verdicts with exact duplicates", lambda: judge(frame.select("row", "id"), known, empty))
    timed("the threshold moved", lambda: report.at(near_duplicates=0.8))
    timed("keys of contents (made by the import)", lambda: with_keys(frame.head(count // 10)))
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")
    print(report)


if __name__ == "__main__":
    main()
