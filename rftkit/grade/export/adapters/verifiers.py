"""Environment for verifiers: `load_environment("train.jsonl")` on rows of the `openai-rft` export."""

import importlib
import json
from typing import Any

from rftkit.grade.export.portable import answer_of, graded

GRADER: dict[str, Any] = {}  # cut
# begin


async def reward(completion: Any, info: Any = None, **_: Any) -> float:
    """Return the reward of a completion; 0.0, and a line in the log, where there is an error."""
    item = json.loads(info) if isinstance(info, str) else dict(info or {})
    return graded(GRADER, answer_of(completion), item)["reward"] or 0.0


def load_environment(dataset_path: str = "train.jsonl", **options: Any) -> Any:
    """Return a single-turn environment of the rows in a file, each with its record as `info`."""
    vf: Any = importlib.import_module("verifiers")
    datasets: Any = importlib.import_module("datasets")
    with open(dataset_path, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    columns = [{"prompt": row["messages"], "info": json.dumps(row), "answer": ""} for row in rows]
    rubric = vf.Rubric(funcs=[reward], weights=[1.0])
    return vf.SingleTurnEnv(dataset=datasets.Dataset.from_list(columns), rubric=rubric, **options)
