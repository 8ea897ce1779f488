"""Training on this machine: a process of its own for each job, begun here, watched and stopped through its folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from rftkit.detached import Detached
from rftkit.errors import InputError, LockedError
from rftkit.train.backend import Announcement
from rftkit.train.extra import needed, offline
from rftkit.train.settings import Settings
from rftkit.train.state import ENDED, JobFolder
from rftkit.train.worker import NAME

#: Seconds that `cancel` waits for the step that is under way.
PATIENCE: Final = 20.0


class Local:
    """Runs jobs on this machine through TRL.

    Examples
    --------
    >>> Local().name
    'trl'
    """

    name = "trl"

    def announce(self, job: Mapping[str, Any], train: int, validation: int) -> Announcement:
        """Refuse what cannot run here, and say how long it is.

        Parameters
        ----------
        job
            What `job.json` will hold.
        train, validation
            Records.

        Raises
        ------
        MissingDependencyError
            The extra `train` is not installed.
        InputError
            There is no base model, or an option cannot be.
        """
        settings = Settings.of(job.get("config") or {})
        if not job.get("base"):
            raise InputError("training on this machine needs a model: base= a folder, or a model in the local cache")
        needed("training on this machine")
        steps = settings.plan(train)
        warm = f"{settings.sft_steps:,} supervised steps on {settings.sft_on}, then " if settings.sft_steps else ""
        note = (
            f"{warm}{steps:,} steps of {settings.group} answers on this machine, {validation:,} prompts for validation"
        )
        return Announcement(_price(job), (note,))

    def start(self, folder: JobFolder) -> None:
        """Begin the process of a job.

        Parameters
        ----------
        folder
            The job.

        Raises
        ------
        LockedError
            It runs already.
        """
        if _process(folder).running():
            raise LockedError(
                f"{folder.id} runs already; watch it with ds.job({folder.id!r}).status(), or cancel it first"
            )
        base = Path(str(folder.read()["base"]))
        if base.is_dir():
            folder.update(base=str(base.resolve()))  # the process may stand in another folder
        environment = offline(folder.path / "cache")
        _process(folder).start("rftkit.train.worker", str(folder.path.resolve()), environment=environment)

    def poll(self, folder: JobFolder) -> None:
        """Notice a process that ended without a word.

        Parameters
        ----------
        folder
            The job.
        """
        if _process(folder).running() or folder.read()["state"] in (*ENDED, "pending"):
            return
        words = _process(folder).last_words()
        error = f"the process that trained was killed ({words}); resume goes on from its newest checkpoint"
        folder.update(state="failed", error=error)
        folder.event("failed", error)

    def cancel(self, folder: JobFolder) -> None:
        """Ask the process to stop after the step that it is in, and wait a little for it.

        Parameters
        ----------
        folder
            The job.
        """
        folder.ask_cancel()
        process = _process(folder)
        process.ask_to_end()
        if process.wait(PATIENCE) and folder.read()["state"] not in ENDED:
            folder.update(state="cancelled")
            folder.event("cancelled", "nothing ran any more")

    def resume(self, folder: JobFolder) -> None:
        """Go on from the newest checkpoint.

        Parameters
        ----------
        folder
            The job.
        """
        folder.forget_cancel()
        self.start(folder)


def _process(folder: JobFolder) -> Detached:
    return Detached(folder.path, NAME)


def _price(job: Mapping[str, Any]) -> float | None:
    """Return 0 where nobody is paid: the graders ask no model, or only keyless ones; else None."""
    from rftkit.grade import Grader
    from rftkit.llm import price

    rates = [price(model) for model in Grader.from_dict(job["grader"]).models]
    return 0.0 if all(rate is not None and sum(rate) == 0 for rate in rates) else None
