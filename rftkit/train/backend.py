"""Who runs a training job: this machine, a fine-tuning API, or Amazon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final, Protocol

from rftkit.errors import InputError
from rftkit.train.state import JobFolder


@dataclass(frozen=True)
class Announcement:
    """What a job will take, said before it is begun.

    Attributes
    ----------
    cost_usd
        US dollars at most or about; 0 where nobody is paid, None where nobody knows.
    notes
        What a person should know before approving, in sentences.
    format
        The export format (`rftkit.formats.writing`) that the data of the job is written in.

    Examples
    --------
    >>> Announcement().cost_usd
    0.0
    """

    cost_usd: float | None = 0.0
    notes: tuple[str, ...] = ()
    format: str = "openai-rft"


class Backend(Protocol):
    """What runs a job. All it knows is in the job's folder, so that any process can go on with it.

    `job.json` has `base`, `grader` (its JSON), `seed`, `budget_usd`, `config` (sft_steps, sft_on, steps, epochs,
    eval_every where given, and options of the backend's own); the data lies in ``folder.data("train")`` and
    ``folder.data("validation")``, as the export writes it that `announce` names. The backend writes `state`, `started`,
    `total_steps`, `checkpoint`, `error` (a sentence), metrics, events and rollouts.
    """

    name: str

    def announce(self, job: Mapping[str, Any], train: int, validation: int) -> Announcement:
        """Refuse (`InputError`, `MissingDependencyError`) what cannot be run, and say what the rest will take.

        `job` is what `job.json` will hold; nothing exists and nothing is sent yet.
        """

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
    "openai": "rftkit.train.hosted:Hosted",
    "nova": "rftkit.train.nova:Nova",
}


def backend_of(name: str, **options: Any) -> Backend:
    """Return who runs a job.

    Parameters
    ----------
    name
        trl (this machine), openai (any server with OpenAI's fine-tuning API) or nova (Amazon Bedrock).
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
