"""What the phases of a local training share: the job, the model, the data, and the clock."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rftkit.errors import InputError
from rftkit.train.looking import Looker
from rftkit.train.policy import Policy
from rftkit.train.rows import Task, read, tasks
from rftkit.train.scoring import Scorer
from rftkit.train.settings import Settings
from rftkit.train.state import JobFolder
from rftkit.train.stopping import Stop


@dataclass
class Run:
    """A training that is under way.

    Parameters
    ----------
    folder
        The job.
    settings
        Its options.
    policy
        The model, as far as it is trained.
    scorer
        Its graders.
    stop
        Whether somebody asked to stop.
    seed
        Of the job.
    before
        Seconds that earlier processes of this job worked on what is still there.
    """

    folder: JobFolder
    settings: Settings
    policy: Policy
    scorer: Scorer
    stop: Stop
    seed: int
    before: float = 0.0
    begun: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds of work up to now."""
        return self.before + time.monotonic() - self.begun

    def phase(self, name: str) -> Path:
        """Return the folder of a phase's checkpoints.

        Parameters
        ----------
        name
            sft or rl.
        """
        return self.folder.checkpoints / name

    def tasks(self, split: str) -> list[Task]:
        """Return the prompts of train or validation that fit the model.

        Parameters
        ----------
        split
            train or validation.

        Raises
        ------
        InputError
            None fits.
        """
        rows = read(self.folder.data(split))
        fit = tasks(rows, self.policy, self.settings.max_tokens)
        if not fit:
            raise InputError(
                f"no prompt of {split} leaves room for {self.settings.max_tokens} tokens of answer in the "
                f"{self.policy.context} that the model reads; lower max_tokens, or take a model that reads more"
            )
        if len(fit) < len(rows):
            self.folder.event(
                "data", f"{len(rows) - len(fit)} prompts of {split} are too long for the model and left out"
            )
        return fit

    def looker(self) -> Looker:
        """Return who looks at validation."""
        return Looker(self.tasks("validation"), self.scorer, self.settings, self.seed, self.stop.go_on)

    def look(self, looker: Looker, phase: str, step: int) -> float | None:
        """Look at validation, log it, and return the mean reward.

        Parameters
        ----------
        looker
            Who looks.
        phase, step
            Where the training is.
        """
        found = looker.look(self.policy)
        by_grader = {f"valid/{name}": value for name, value in found.by_grader.items()}
        self.folder.log(phase=phase, step=step, valid_reward=found.mean, by_grader=by_grader, seconds=self.seconds)
        self.note_errors(found.errors)
        return found.mean

    def note_errors(self, errors: Any) -> None:
        """Write down answers that could not be graded, once for each kind.

        Parameters
        ----------
        errors
            Name of the error -> answers.
        """
        known = (
            {event.get("error") for event in self.folder.events() if event["kind"] == "grading"} if errors else set()
        )
        for name in set(errors) - known:
            self.folder.event("grading", f"some answers could not be graded ({name}) and count for nothing", error=name)

    def keep_rollouts(self, looker: Looker, which: str) -> None:
        """Draw and keep the answers to the whole validation set.

        Parameters
        ----------
        looker
            Who looks.
        which
            before or after.
        """
        self.folder.keep_rollouts(which, looker.rollouts(self.policy))


def arguments(run: Run, phase: str, total: int, **more: Any) -> dict[str, Any]:
    """Return what both trainers are told alike: where, how long, no reports, no files but ours.

    Parameters
    ----------
    run
        The training.
    phase
        sft or rl.
    total
        Steps.
    **more
        Of the phase.
    """
    import torch

    on_gpu = torch.cuda.is_available()
    return {
        "output_dir": str(run.phase(phase)),
        "max_steps": total,
        "seed": run.seed,
        "data_seed": run.seed,
        "use_cpu": not on_gpu,
        "bf16": on_gpu and torch.cuda.is_bf16_supported(),
        "report_to": "none",
        "disable_tqdm": True,
        "logging_steps": 1,
        "save_strategy": "no",
        "eval_strategy": "no",
        "dataloader_pin_memory": on_gpu,
        **more,
    }


def quiet(trainer: Any) -> Any:
    """Return the trainer without the lines that it prints at each step; the metrics hold what they say.

    Parameters
    ----------
    trainer
        Of transformers.
    """
    from transformers.trainer_callback import PrinterCallback

    trainer.remove_callback(PrinterCallback)
    return trainer


def adapters(settings: Settings) -> Any:
    """Return what makes a trainer train adapters; None where all weights are trained.

    Parameters
    ----------
    settings
        With `lora_rank`.
    """
    if settings.lora_rank is None:
        return None
    from peft import LoraConfig

    return LoraConfig(
        r=settings.lora_rank, lora_alpha=2 * settings.lora_rank, target_modules="all-linear", task_type="CAUSAL_LM"
    )
