"""Reward function for Amazon Bedrock and Nova: AWS Lambda, handler `lambda_handler`, rows of the `bedrock` export."""

from typing import Any

from rftkit.grade.export.portable import answer_of, graded

GRADER: dict[str, Any] = {}  # cut
# begin


def lambda_handler(event: Any, context: Any = None) -> list[dict[str, Any]]:
    """Return one score for each answer; 0.0, and a line in the log, where there is an error."""
    rows = event if isinstance(event, list) else event.get("samples") or [event]
    return [scored(row) for row in rows]


def scored(row: dict[str, Any]) -> dict[str, Any]:
    """Return the score of one answer: the last message of its row."""
    said = list(row.get("messages") or [])
    answer = said.pop() if said and said[-1].get("role") in ("assistant", "nova_assistant") else {"content": ""}
    found = graded(GRADER, answer_of({**answer, "role": "assistant"}), item_of(row, said))
    parts = {"error": 1.0} if found["error"] else found["sub_rewards"]
    metrics = [{"name": name, "value": value, "type": "Metric"} for name, value in parts.items()]
    reward = found["reward"] or 0.0
    first = {"name": "reward", "value": reward, "type": "Reward"}
    return {"id": str(row.get("id", "")), "aggregate_reward_score": reward, "metrics_list": [first, *metrics]}


def item_of(row: dict[str, Any], messages: list[Any]) -> dict[str, Any]:
    """Return the record of a row: its own keys and what stands in its metadata."""
    metadata = row.get("metadata")
    return {**(metadata if isinstance(metadata, dict) else {}), **row, "messages": messages}
