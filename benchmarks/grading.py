"""Re-grading of stored rollouts with an edited grader: 300 prompts, 8 answers each, local graders; the limit is 2 s.

    python benchmarks/grading.py [prompts] [answers]

Every round grades with a grader that the dataset has not seen, so that nothing of an earlier round helps; a round with
a known grader shows what the kept grades save. The best and the worst of five rounds each.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import polars as pl

import rftkit
from rftkit.acts import rollouts

LIMIT = 2.0
BOTH = {"input": "{{sample.output_text}}", "reference": "{{item.reference_answer}}"}
CHECK: dict[str, Any] = {"type": "string_check", **BOTH, "operation": "ilike"}
PYTHON: dict[str, Any] = {
    "type": "python",
    "source": (
        "import re\n\n\ndef grade(sample, item):\n"
        "    found = re.findall(r'-?[0-9][0-9,.]*', sample['output_text'])\n"
        "    return float(bool(found) and found[-1].rstrip('.') == item['reference_answer'])\n"
    ),
}
TEXT = "the train leaves at noon and costs less than half of what a plane would take if it went there today"
WORDS = TEXT.split()


def similar(metric: str) -> dict[str, Any]:
    """Return a text_similarity of a metric."""
    return {"type": "text_similarity", **BOTH, "evaluation_metric": metric}


def several() -> dict[str, Any]:
    """Return a multi of three kinds."""
    parts = {"found": CHECK, "near": similar("fuzzy_match"), "number": PYTHON}
    graders = {name: {**part, "name": name} for name, part in parts.items()}
    return {"type": "multi", "graders": graders, "calculate_output": "0.3 * found + 0.2 * near + 0.5 * number"}


def dataset(folder: Path, prompts: int, answers: int) -> rftkit.Dataset:
    """Return a dataset with stored rollouts of about 90 words each."""
    draw = random.Random(0)
    ds = rftkit.open(folder / "bench.rft")
    text = [" ".join(draw.choices(WORDS, k=40)) for _ in range(prompts)]
    asked = [[{"role": "user", "content": f"Question {n}: {text[n]}?"}] for n in range(prompts)]
    ds.import_([{"id": f"r{n}", "messages": asked[n], "reference_answer": str(n)} for n in range(prompts)])
    rows = [
        {
            "id": f"r{n}",
            "sample": k,
            "model": "m",
            "output_text": f"{' '.join(draw.choices(WORDS, k=90))}. It is {n + k % 3}.",
        }
        for n in range(prompts)
        for k in range(answers)
    ]
    rollouts.keep(ds, pl.DataFrame(rows), run="bench")
    return ds


def rounds(ds: rftkit.Dataset, spec: dict[str, Any], count: int = 5, *, edited: bool = True) -> list[float]:
    """Return the seconds of each round."""
    found = []
    for number in range(count):
        grader = rftkit.Grader.from_dict({**spec, "name": f"{spec.get('name', 'warm')} {number if edited else 0}"})
        start = time.perf_counter()
        report = ds.grade(grader, on="rollouts")
        found.append(time.perf_counter() - start)
        assert not report.errors
        assert report.calls == 0
    return found


def main() -> None:
    """Print the table."""
    prompts, answers = (int(given) for given in [*sys.argv[1:], *("300", "8")[len(sys.argv) - 1 :]][:2])
    kinds = {
        "string_check": CHECK,
        "fuzzy_match": similar("fuzzy_match"),
        "bleu": similar("bleu"),
        "gleu": similar("gleu"),
        "rouge_l": similar("rouge_l"),
        "python": PYTHON,
        "multi of three": several(),
    }
    with tempfile.TemporaryDirectory() as folder:
        ds = dataset(Path(folder), prompts, answers)
        rounds(ds, several(), 1)  # imports, and the first reading of the tables
        for metric in ("bleu", "gleu", "rouge_l"):
            rounds(ds, similar(metric), 1)
        print(f"{prompts * answers:,} stored answers to {prompts:,} prompts, seconds (limit {LIMIT:g} s, 0 calls)")
        for name, spec in kinds.items():
            taken = rounds(ds, {**spec, "name": name})
            print(f"  {name:<16} best {min(taken):.2f}  worst {max(taken):.2f}")
        known = {**several(), "name": "kept"}
        rounds(ds, known, 1)
        taken = rounds(ds, known, edited=False)
        print(f"  {'kept already':<16} best {min(taken):.2f}  worst {max(taken):.2f}")


if __name__ == "__main__":
    main()
