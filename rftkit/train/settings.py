"""How a local training is to run: every option with its default, checked before anything begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from rftkit.errors import InputError

SFT_ON = ("output", "reference")


@dataclass(frozen=True)
class Settings:
    """The options of a training on this machine.

    Attributes
    ----------
    steps
        Steps of reinforcement; None goes over the training set `epochs` times, 0 stops after the warm start.
    epochs
        Where `steps` is None.
    eval_every
        Steps between two looks at validation, each with a checkpoint; None looks about ten times.
    rollouts
        Answers to each prompt of a step, a group.
    prompts_per_step
        Prompts of one step.
    micro_batch
        Answers that pass through the model at once, a divisor of rollouts x prompts_per_step; None takes all.
    learning_rate, schedule
        Of reinforcement; the schedule is a name of transformers, such as constant or linear.
    kl
        Weight of the distance from the model that reinforcement began with; 0 needs no second model in memory.
    temperature, max_tokens
        Of the answers.
    eval_samples, eval_prompts
        Answers to each validation prompt, and prompts at most, while training; before and after take all prompts.
    lora_rank
        Train adapters of this rank and merge them at the end; None trains all weights.
    sft_steps, sft_on, sft_learning_rate, sft_batch
        Warm start: steps of supervised training, and on what; none by default.
    threads
        Threads of the processor; None takes one for a tiny model and leaves any other to torch.

    Examples
    --------
    >>> Settings.of({"steps": 20, "rollouts": 4}).plan(100)
    20
    >>> Settings.of({"epochs": 2, "prompts_per_step": 8}).plan(100)
    25
    >>> Settings.of({"lr": 1})
    Traceback (most recent call last):
    rftkit.errors.InputError: a local training has no option 'lr'; it has epochs, eval_every, ...
    """

    steps: int | None = None
    epochs: float = 1.0
    eval_every: int | None = None
    rollouts: int = 8
    prompts_per_step: int = 8
    micro_batch: int | None = None
    learning_rate: float = 1e-5
    schedule: str = "constant"
    kl: float = 0.0
    temperature: float = 1.0
    max_tokens: int = 256
    eval_samples: int = 4
    eval_prompts: int = 200
    lora_rank: int | None = None
    sft_steps: int = 0
    sft_on: str | None = None
    sft_learning_rate: float = 2e-5
    sft_batch: int = 16
    threads: int | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Settings:
        """Return the settings that a job's `config` holds.

        Parameters
        ----------
        values
            Name to value.

        Raises
        ------
        InputError
            There is no such option, or its value cannot be.
        """
        known = sorted(field.name for field in fields(cls))
        for name in values:
            if name not in known:
                raise InputError(f"a local training has no option {name!r}; it has {', '.join(known)}")
        made = cls(**values)
        made._check_numbers()
        made._check_together()
        return made

    def _check_numbers(self) -> None:
        least: dict[str, float] = {
            "steps": 0, "eval_every": 1, "rollouts": 2, "prompts_per_step": 1, "micro_batch": 1, "kl": 0,
            "temperature": 0.01, "max_tokens": 1, "eval_samples": 1, "eval_prompts": 1, "lora_rank": 1,
            "sft_steps": 0, "sft_batch": 1, "threads": 1,
        }  # fmt: skip
        above = ("epochs", "learning_rate", "sft_learning_rate")
        for name, value in asdict(self).items():
            if value is None or name in ("schedule", "sft_on"):
                continue
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise InputError(f"{name} is {value!r}; give a number")
            if name in above and not value > 0:
                raise InputError(f"{name} is {value}; give a number above 0")
            if name not in above and value < least[name]:
                raise InputError(f"{name} is {value}; give {least[name]:g} or more")

    def _check_together(self) -> None:
        if self.sft_on is not None and self.sft_on not in SFT_ON:
            raise InputError(f"a warm start on {self.sft_on!r} is not possible; use output or reference")
        if self.sft_steps and self.sft_on is None:
            raise InputError(
                "a warm start trains on answers, and it is yours to say on which: sft_on='output' takes what the "
                "assistant answered, sft_on='reference' the reference_answer of each record"
            )
        if self.steps == 0 and not self.sft_steps:
            raise InputError(
                "steps is 0 and there is no warm start, so there is nothing to train; give steps or sft_steps"
            )
        if self.group % self.micro:
            raise InputError(
                f"micro_batch is {self.micro}, and rollouts x prompts_per_step is {self.group}; give a divisor of it"
            )

    @property
    def group(self) -> int:
        """Answers of one step."""
        return self.rollouts * self.prompts_per_step

    @property
    def micro(self) -> int:
        """Answers that pass through the model at once."""
        return self.micro_batch or self.group

    def plan(self, prompts: int) -> int:
        """Return the number of steps of reinforcement.

        Parameters
        ----------
        prompts
            Size of the training set.
        """
        if self.steps is not None:
            return int(self.steps)
        return max(1, -int(-self.epochs * prompts // self.prompts_per_step))

    def look_every(self, total: int) -> int:
        """Return the number of steps between two looks at validation.

        Parameters
        ----------
        total
            Steps that there are.

        Examples
        --------
        >>> Settings().look_every(100), Settings(eval_every=25).look_every(100)
        (10, 25)
        """
        return self.eval_every or max(1, round(total / 10))
