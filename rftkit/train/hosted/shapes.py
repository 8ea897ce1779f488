"""What the fine-tuning API is told, and what it tells, as plain values: nothing here is sent."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any, Final

from rftkit.errors import InputError

#: Our option -> the service's hyperparameter.
HYPERPARAMETERS: Final[dict[str, str]] = {
    "epochs": "n_epochs",
    "eval_every": "eval_interval",
    "batch_size": "batch_size",
    "compute_multiplier": "compute_multiplier",
    "eval_samples": "eval_samples",
    "learning_rate_multiplier": "learning_rate_multiplier",
    "reasoning_effort": "reasoning_effort",
}
#: Options that are no hyperparameters.
OPTIONS: Final = ("base_url", "key_name", "suffix", "response_format", "lambda_arn", "price_per_hour")
EFFORTS: Final = ("default", "low", "medium", "high")
#: State of a service's job -> state of ours.
STATES: Final[dict[str, str]] = {
    "validating_files": "pending",
    "queued": "pending",
    "pending": "pending",
    "created": "pending",
    "running": "running",
    "resuming": "running",
    "pausing": "running",
    "cancelling": "running",
    "paused": "paused",
    "succeeded": "succeeded",
    "failed": "failed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}

# Services name the same measure differently; the first that is there counts.
_MEASURES: Final[dict[str, tuple[str, ...]]] = {
    "train_reward": ("train_mean_reward", "train_reward_mean", "train_reward", "critic/rewards/mean", "reward"),
    "valid_reward": (
        "full_valid_mean_reward",
        "full_validation_mean_reward",
        "valid_mean_reward",
        "valid_reward_mean",
        "valid_reward",
        "eval_mean_reward",
        "validation_reward",
    ),
    "length": ("train_mean_completion_tokens", "train_mean_output_tokens", "train_mean_tokens", "response_length"),
    "loss": ("train_loss", "loss"),
    "kl": ("train_kl", "kl"),
    "lr": ("learning_rate", "lr"),
    "seconds": ("elapsed_seconds",),
}


def checked(config: Mapping[str, Any], base: str | None, grader: Mapping[str, Any]) -> None:
    """Refuse what the service would refuse, or would silently leave out.

    Parameters
    ----------
    config
        Options of the job.
    base
        The model to train.
    grader
        Its JSON.

    Raises
    ------
    InputError
        With what to type instead.

    Examples
    --------
    >>> checked({"steps": 20}, "o4-mini", {"type": "python"})
    Traceback (most recent call last):
    rftkit.errors.InputError: a service does not take 'steps'; it takes epochs, eval_every, batch_size, ...
    """
    if not base:
        raise InputError("name the model to train as the service calls it, with base='...'")
    known = (*HYPERPARAMETERS, *OPTIONS)
    for name in config:
        if name not in known:
            raise InputError(f"a service does not take {name!r}; it takes {', '.join(known)}")
    if config.get("reasoning_effort", "default") not in EFFORTS:
        raise InputError(f"there is no reasoning effort {config['reasoning_effort']!r}; use {', '.join(EFFORTS)}")
    if grader.get("type") == "label_model":
        raise InputError("a service takes label_model only inside a multi grader; put it into one")


def method(job: Mapping[str, Any]) -> dict[str, Any]:
    """Return the `method` of a job: grader, hyperparameters, response format.

    Parameters
    ----------
    job
        What `job.json` holds.

    Examples
    --------
    >>> made = method({"grader": {"type": "python"}, "config": {"epochs": 2, "suffix": "x"}})
    >>> made["reinforcement"]
    {'grader': {'type': 'python'}, 'hyperparameters': {'n_epochs': 2}}
    """
    config = job.get("config", {})
    arn = config.get("lambda_arn")
    inner: dict[str, Any] = {
        "grader": job["grader"] if arn is None else {"type": "lambda", "lambda": {"function": arn}}
    }
    chosen = {theirs: config[ours] for ours, theirs in HYPERPARAMETERS.items() if ours in config}
    if chosen:
        inner["hyperparameters"] = chosen
    if "response_format" in config:
        inner["response_format"] = config["response_format"]
    return {"type": "reinforcement", "reinforcement": inner}


def line(data: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what a measurement of the service says as a line of our metrics; None where it says nothing we know.

    Parameters
    ----------
    data
        Of an event, a checkpoint, or a row of a result file.

    Examples
    --------
    >>> line({"step": 10, "train_mean_reward": 0.4, "full_valid_mean_reward": "0.5", "train_reward/exact": 0.4})
    {'step': 10, 'train_reward': 0.4, 'valid_reward': 0.5, 'by_grader': {'exact': 0.4}}
    >>> line({"message": "hello"}) is None
    True
    """
    step = _number(data.get("step", data.get("step_number")))
    if step is None:
        return None
    found: dict[str, Any] = {"step": int(step)}
    for ours, theirs in _MEASURES.items():
        value = next((number for name in theirs if (number := _number(data.get(name))) is not None), None)
        if value is not None:
            found[ours] = value
    parts = {name.partition("/")[2]: _number(value) for name, value in data.items() if name.startswith("train_reward/")}
    by_grader = {name: value for name, value in parts.items() if name and value is not None}
    if by_grader:
        found["by_grader"] = by_grader
    return found if len(found) > 1 else None


def lines(content: bytes) -> list[dict[str, Any]]:
    r"""Return the lines of metrics in a result file: CSV, plain or in base64.

    Parameters
    ----------
    content
        Of the file.

    Examples
    --------
    >>> lines(b"step,train_mean_reward,valid_mean_reward\n1,0.25,\n2,0.5,0.75\n")
    [{'step': 1, 'train_reward': 0.25}, {'step': 2, 'train_reward': 0.5, 'valid_reward': 0.75}]
    """
    rows = csv.DictReader(io.StringIO(_plain(content)))
    return [made for row in rows if (made := line({name: value for name, value in row.items() if name})) is not None]


def state(status: str) -> str | None:
    """Return our state for a service's; None for one we do not know.

    Examples
    --------
    >>> state("validating_files"), state("melting")
    ('pending', None)
    """
    return STATES.get(status.lower())


def best(checkpoints: Iterable[Mapping[str, Any]], final: str | None) -> str | None:
    """Return the model to keep: the checkpoint of the highest validation reward, else the final model.

    Parameters
    ----------
    checkpoints
        `step`, `model`, `valid_reward`.
    final
        The model that the service names at the end.

    Examples
    --------
    >>> best([{"step": 1, "model": "a", "valid_reward": 0.7}, {"step": 2, "model": "b", "valid_reward": 0.5}], "b")
    'a'
    >>> best([{"step": 1, "model": "a", "valid_reward": None}], None)
    'a'
    """
    every = sorted(checkpoints, key=lambda one: one["step"])
    measured = [one for one in every if one.get("valid_reward") is not None]
    if measured:
        top = max(measured, key=lambda one: (one["valid_reward"], one["step"]))
        last = measured[-1]
        return final if final is not None and top["valid_reward"] <= last["valid_reward"] else str(top["model"])
    return final if final is not None else (str(every[-1]["model"]) if every else None)


def _plain(content: bytes) -> str:
    text = content.decode("utf-8-sig", "replace")
    if "," in text.split("\n", 1)[0]:
        return text
    try:
        return base64.b64decode(content, validate=False).decode("utf-8-sig", "replace")
    except ValueError:
        return text


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number == number and abs(number) != float("inf") else None
