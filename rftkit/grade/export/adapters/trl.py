"""Reward function for TRL: `GRPOTrainer(reward_funcs=reward, ...)` on rows of the `trl` or `openai-rft` export."""

from typing import Any

from rftkit.grade.export.portable import answer_of, graded

GRADER: dict[str, Any] = {}  # cut
# begin

#: What the trainer hands to every reward function beside the columns of the data.
TRAINER = {"prompts", "completions", "completion_ids", "prompt_ids", "trainer_state", "log_extra", "log_metric"}


def reward(completions: list[Any], prompts: Any = None, **columns: Any) -> list[Any]:
    """Return one reward for each completion; None, which the trainer leaves out, where there is an error."""
    count = len(completions)
    found = {name: values for name, values in columns.items() if name not in TRAINER}
    known = {name: values for name, values in found.items() if isinstance(values, list) and len(values) == count}
    rewards = []
    for at, completion in enumerate(completions):
        item = {name: values[at] for name, values in known.items()}
        if prompts is not None and not isinstance(prompts[at], str):
            item.setdefault("messages", prompts[at])
        rewards.append(graded(GRADER, answer_of(completion), item)["reward"])
    return rewards
