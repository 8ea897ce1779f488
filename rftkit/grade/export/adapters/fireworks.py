"""Evaluator for Fireworks: `evaluate(messages, ...)`; `evaluator()` is it as a reward function of eval-protocol."""

import importlib
from typing import Any

from rftkit.grade.export.portable import answer_of, graded

GRADER: dict[str, Any] = {}  # cut
# begin


def evaluate(messages: list[Any], ground_truth: Any = None, **columns: Any) -> dict[str, Any]:
    """Return the score of the last message; an error has score 0.0 and is no valid score."""
    turns = [turn if isinstance(turn, dict) else turn.model_dump() for turn in messages]
    item = {**(columns.pop("metadata", None) or {}), **columns, "messages": turns[:-1]}
    if ground_truth is not None:
        item.setdefault("ground_truth", ground_truth)
        item.setdefault("reference_answer", ground_truth)
    found = graded(GRADER, answer_of(turns[-1:]), item)
    metrics = {
        name: {"score": value, "is_score_valid": True, "reason": ""} for name, value in found["sub_rewards"].items()
    }
    return {
        "score": found["reward"] or 0.0,
        "is_score_valid": found["error"] is None,
        "reason": found["error"] or "",
        "metrics": metrics,
    }


def evaluator() -> Any:
    """Return `evaluate` as the service's package wants it; it needs eval-protocol."""
    protocol: Any = importlib.import_module("eval_protocol")

    def scored(messages: list[Any], ground_truth: Any = None, **columns: Any) -> Any:
        return protocol.EvaluateResult(**evaluate(messages, ground_truth, **columns))

    return protocol.reward_function(scored)
