"""`Graded`: the reward of one answer, or the named error why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rftkit.grade.names import flags

#: Tokens of one model: prompt_tokens, completion_tokens, total_tokens, cached_tokens.
Usage = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Graded:
    """What a grader says of one answer.

    Attributes
    ----------
    reward
        The reward; None where there is an error.
    sub_rewards
        Of a `multi`: name of each part to its reward, None for a part that failed. Empty for the other types.
    error
        Name of the error (`rftkit.grade.names.FLAG_OF`), or None.
    detail
        What exactly happened, in a sentence.
    name, type
        Of the grader.
    seconds
        Its share of the time that the batch took.
    usage
        Model -> tokens, for graders that ask a model.
    model
        The model that answered.
    explanation
        What a judge gave as its steps, or the label that it chose; None for the other types.

    Examples
    --------
    >>> Graded(0.5, name="close", type="text_similarity").to_dict()["reward"]
    0.5
    >>> failed = Graded(None, error="invalid_variable_error", detail="item.answer is not there")
    >>> failed.reward, failed.to_dict()["reward"], failed.to_dict()["metadata"]["errors"]["invalid_variable_error"]
    (None, 0.0, True)
    """

    reward: float | None
    sub_rewards: Mapping[str, float | None] = field(default_factory=dict)
    error: str | None = None
    detail: str | None = None
    name: str = ""
    type: str = ""
    seconds: float = 0.0
    usage: Mapping[str, Usage] = field(default_factory=dict)
    model: str | None = None
    explanation: str | None = None

    @property
    def ok(self) -> bool:
        """Whether there is a reward."""
        return self.error is None

    def to_dict(self) -> dict[str, Any]:
        """Return the service's shape; a reward that is missing is its 0, and the error is flagged."""
        usage = {model: dict(tokens) for model, tokens in self.usage.items()}
        return {
            "reward": 0.0 if self.reward is None else self.reward,
            "sub_rewards": {name: 0.0 if value is None else value for name, value in self.sub_rewards.items()},
            "model_grader_token_usage_per_model": usage,
            "metadata": {
                "name": self.name,
                "type": self.type,
                "scores": {name: value for name, value in self.sub_rewards.items() if value is not None},
                "execution_time": self.seconds,
                "token_usage": total(usage) if usage else None,
                "sampled_model_name": self.model,
                "errors": flags(self.error, self.detail),
            },
        }


def total(usage: Mapping[str, Usage]) -> dict[str, int]:
    """Return the tokens of all models together.

    Parameters
    ----------
    usage
        Model -> tokens.

    Examples
    --------
    >>> total({"a": {"prompt_tokens": 2}, "b": {"prompt_tokens": 3}})
    {'prompt_tokens': 5}
    """
    names = dict.fromkeys(name for tokens in usage.values() for name in tokens)
    return {name: sum(tokens.get(name, 0) for tokens in usage.values()) for name in names}


def failed(error: str, detail: str) -> Graded:
    """Return a grade that has an error.

    Parameters
    ----------
    error
        Its name.
    detail
        What exactly happened.

    Examples
    --------
    >>> failed("other_error", "the disk is full").error
    'other_error'
    """
    return Graded(None, error=error, detail=detail)
