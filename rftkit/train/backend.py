"""Who runs a training job: this machine, a fine-tuning API, or Amazon."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final, Protocol

from rftkit.errors import InputError
from rftkit.train.state import JobFolder


class Backend(Protocol):
    """What runs a job. All it knows is in the job's folder, so that any process can go on with it.

    `job.json` has `base`, `grader` (its JSON), `seed`, `config` (sft_steps, steps, epochs, eval_every, and options of the
    backend); the data lies in ``folder.data("train")`` and ``folder.data("validation")``. The backend writes `state`,
    `total_steps`, `checkpoint`, `error` (a sentence), metrics, events and rollouts.
    """

    name: str

    def start(self, folder: JobFolder) -> None:
        """Begin what the folder says, or do what is missing of a start that was cut off; returns when it runs."""

    def poll(self, folder: JobFolder) -> None:
        """Bring the folder up to date: fetch what is new, notice what has ended."""

    def cancel(self, folder: JobFolder) -> None:
        """Stop the job; what it has made so far stays."""

    def resume(self, folder: JobFolder) -> None:
        """Go on with a job that was cancelled, failed or cut off."""


#: Name of a backend to where its class lies; nothing is imported before it is used.
BACKENDS: Final[dict[str, str]] = {
    "trl": "rftkit.train.local:Local",
    "openai": "rftkit.train.compatible:Compatible",
    "nova": "rftkit.train.nova:Nova",
}


def backend_of(name: str, **options: Any) -> Backend:
    """Return who runs a job.

    Parameters
    ----------
    name
        trl, openai or nova.
    **options
        What is not written down: keys, an HTTP client.

    Examples
    --------
    >>> backend_of("excel")
    Traceback (most recent call last):
    rftkit.errors.InputError: there is no backend 'excel'; use trl, openai or nova
    """
    if name not in BACKENDS:
        raise InputError(f"there is no backend {name!r}; use trl, openai or nova")
    module, _, kind = BACKENDS[name].partition(":")
    made: Backend = getattr(import_module(module), kind)(**options)
    return made
