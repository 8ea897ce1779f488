"""Looking at validation: answers drawn with seeds of their own, graded, logged, and kept where asked."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rftkit import messages
from rftkit.train.policy import Draw, Policy
from rftkit.train.replies import read
from rftkit.train.rows import Task
from rftkit.train.scoring import Scorer, Scores
from rftkit.train.settings import Settings


@dataclass(frozen=True)
class Looker:
    """Asks a model for answers to the validation prompts.

    While training, the same prompts are asked with the same seeds each time, so that two looks differ by the model and
    not by luck. What is kept as before and after is drawn with other seeds: the best of many looks was lucky with its
    own.

    Parameters
    ----------
    tasks
        The validation set.
    scorer
        Grades the answers.
    settings
        How many answers, how warm, how long.
    seed
        Of the job.
    go_on
        Called between batches; may raise to stop.
    """

    tasks: Sequence[Task]
    scorer: Scorer
    settings: Settings
    seed: int
    go_on: Callable[[], None] | None = None

    def look(self, policy: Policy) -> Scores:
        """Return the rewards of a model as it is now, on the prompts that are looked at while training.

        Parameters
        ----------
        policy
            The model.
        """
        chosen = sorted(self.tasks, key=lambda task: _number(self.seed, task.id))[: self.settings.eval_prompts]
        return self.scorer.score(self._answers(policy, chosen, "look"), self._rows(chosen))

    def rollouts(self, policy: Policy) -> list[dict[str, Any]]:
        """Return the answers of a model to the whole validation set.

        Parameters
        ----------
        policy
            The model.
        """
        texts = self._answers(policy, self.tasks, "keep")
        return [_rollout(*each) for each in zip(*self._places(self.tasks), texts, strict=True)]

    def _answers(self, policy: Policy, chosen: Sequence[Task], purpose: str) -> list[str]:
        tasks, numbers = self._places(chosen)
        draws = [self._draw(task, number, purpose) for task, number in zip(tasks, numbers, strict=True)]
        return [said.text for said in policy.draw(draws, between=self.go_on)]

    def _draw(self, task: Task, number: int, purpose: str) -> Draw:
        seed = _number(self.seed, purpose, task.id, number)
        how = self.settings
        return Draw(task.prompt, seed, how.temperature, max_tokens=how.max_tokens)

    def _places(self, chosen: Sequence[Task]) -> tuple[list[Task], list[int]]:
        """Return each prompt as often as it is asked, and the number of each asking."""
        numbers = range(self.settings.eval_samples)
        return [task for task in chosen for _ in numbers], [number for _ in chosen for number in numbers]

    def _rows(self, chosen: Sequence[Task]) -> list[Any]:
        return [task.row for task in self._places(chosen)[0]]


def _number(*parts: object) -> int:
    """Return a number that looks random and is the same for the same parts, in every process."""
    return zlib.crc32("/".join(map(str, parts)).encode())


def _rollout(task: Task, number: int, text: str) -> dict[str, Any]:
    words, calls = read(text)
    return {
        "id": task.id,
        "sample": number,
        "output_text": words or "",
        "output_tools": messages.dump(calls) if calls else None,
    }
