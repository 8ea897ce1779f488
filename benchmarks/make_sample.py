"""Make the bundled sample from the shared corpora; the same corpora give the same file, byte for byte.

Run with `python benchmarks/make_sample.py`. The corpora are looked for in `$RFTKIT_SHARED/data`, else in
`../shared/data` beside the repository. Only sets whose licence lets them travel in a wheel are used.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("RFTKIT_SHARED", ROOT.parent / "shared")) / "data"
SAMPLES = ROOT / "rftkit" / "samples"
SEED = 7

Row = dict[str, Any]

#: Uneven on purpose, as questions to a real product are: a few intents are most of the traffic.
BANKING = {
    "card_arrival": 62,
    "card_payment_not_recognised": 48,
    "lost_or_stolen_card": 41,
    "transfer_not_received_by_recipient": 38,
    "request_refund": 34,
    "top_up_failed": 27,
    "change_pin": 22,
    "exchange_rate": 19,
    "declined_card_payment": 16,
    "terminate_account": 11,
    "visa_or_mastercard": 7,
    "age_limit": 5,
}
AIRLINE_TASKS = 45  # two conversations of each: near-equal ones, which a split has to keep together
CALCULATIONS = 40
LICENCES = ("banking77.txt", "gsm8k.txt", "tau-bench.txt", "tau2-bench.txt")


def rows_of(name: str) -> list[Row]:
    """Return the rows of a corpus."""
    with gzip.open(SHARED / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def banking(pick: random.Random) -> list[Row]:
    """Return single questions of an uneven dozen of intents."""
    rows = rows_of("banking77-train")
    of = {label: [row for row in rows if row["label"] == label] for label in BANKING}
    return [row for label, count in BANKING.items() for row in pick.sample(of[label], count)]


def airline() -> list[Row]:
    """Return two conversations of each of the first tasks."""
    trials = [(row, row["id"].split("-")) for row in rows_of("tau-airline-tools")]
    return [row for row, parts in trials if int(parts[2]) < AIRLINE_TASKS and parts[3] in ("trial0", "trial1")]


def trace(row: Row) -> Row:
    """Return a row as a product would log it: the call, its answer, and free metadata."""
    about = {"source": row["source"], **{key: row[key] for key in ("label", "reward") if key in row}}
    kept = {key: row[key] for key in ("output", "reference_answer") if key in row}
    return {"id": row["id"], "input": row["input"], **kept, "metadata": about}


def spaced_out(row: Row) -> Row:
    """Return the same question as somebody typed it again: other spaces and another case."""
    text = row["input"]["messages"][0]["content"]
    again = {"role": "user", "content": f"{text.upper()[:1]}{text[1:].lower().replace(' ', '  ', 2)} "}
    return {**row, "id": f"{row['id']}-again", "input": {"messages": [again]}}


def answered(row: Row) -> Row:
    """Return a trace that was logged one turn too late: its prompt ends with the assistant."""
    prompt = {**row["input"], "messages": [*row["input"]["messages"], row["output"]]}
    return {key: value for key, value in {**row, "input": prompt}.items() if key != "output"}


def lines() -> list[str]:
    """Return the lines of the sample."""
    pick = random.Random(SEED)
    cards, flights = [trace(row) for row in banking(pick)], [trace(row) for row in airline()]
    sums = [trace(row) for row in pick.sample(rows_of("gsm8k-1k"), CALCULATIONS)]
    flights[3::30] = [answered(row) for row in flights[3::30]]
    rows = [*cards, *flights, *sums]
    pick.shuffle(rows)
    questions = [row for row in rows if row["metadata"]["source"] == "banking77"]
    again = [spaced_out(row) for row in questions[:6]]
    twice = [{**row, "id": f"{row['id']}-copy"} for row in questions[10:13]]
    texts = [json.dumps(row, ensure_ascii=False) for row in [*rows, *again, *twice]]
    # A logger that was killed while it wrote.
    cut = next(index for index in range(200, len(texts)) if "banking77" in texts[index])
    texts.insert(cut, texts[cut][: len(texts[cut]) * 3 // 5])
    return texts


def main() -> None:
    """Write the sample and the licences of what is in it."""
    texts = lines()
    data = "".join(f"{text}\n" for text in texts).encode()
    target = SAMPLES / "support_traces.jsonl.gz"
    target.write_bytes(gzip.compress(data, compresslevel=9, mtime=0))
    for name in LICENCES:
        shutil.copyfile(SHARED / "LICENSES" / name, SAMPLES / "licenses" / name)
    print(f"{target.relative_to(ROOT)}: {len(texts)} lines, {len(data):,} bytes, {target.stat().st_size:,} packed")


if __name__ == "__main__":
    main()
