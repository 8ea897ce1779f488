"""Reinforcement: GRPO by TRL, with rftkit's graders as the reward, and the best model kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rftkit.train import checkpoints, rows
from rftkit.train.run import Run, adapters, arguments, quiet
from rftkit.train.watch import watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rftkit.train.looking import Looker
    from rftkit.train.rows import Task

_VALUES = {
    "train_reward": "reward",
    "zero_spread_share": "frac_reward_zero_std",
    "length": "completions/mean_length",
    "entropy": "entropy",
    "loss": "loss",
    "kl": "kl",
    "lr": "learning_rate",
}
_PART = "grader/"


def reinforce(run: Run, looker: Looker, total: int) -> None:
    """Train the model by rewards, from the newest checkpoint where there is one.

    Parameters
    ----------
    run
        The training; its model is changed.
    looker
        Looks at validation.
    total
        Steps.
    """
    taken = checkpoints.newest(run.phase("rl"))
    if taken is None:
        _begin(run, looker)
    else:
        run.before = float(checkpoints.told(taken)["seconds"])
        if checkpoints.told(taken)["step"] >= total:
            return
    trainer = _trainer(run, looker, total)
    trainer.train(resume_from_checkpoint=None if taken is None else str(taken))
    run.stop.go_on()


def _begin(run: Run, looker: Looker) -> None:
    """Keep what there is before the first step: it is what all later ones are held against."""
    if run.folder.rollouts("before").is_empty():
        run.keep_rollouts(looker, "before")
    checkpoints.keep_best(run.folder, run.policy, 0, run.look(looker, "rl", 0))


def _trainer(run: Run, looker: Looker, total: int) -> Any:
    from trl import GRPOTrainer

    learned = run.tasks("train")
    trainer = GRPOTrainer(
        model=run.policy.model,
        args=_arguments(run, total),
        reward_funcs=_reward(run, learned),
        train_dataset=_dataset(run, learned, total),
        processing_class=run.policy.tokenizer,
        callbacks=[_callback(run, looker, total)],
        peft_config=None if hasattr(run.policy.model, "peft_config") else adapters(run.settings),
    )
    run.policy.model = trainer.model
    return quiet(trainer)


def _callback(run: Run, looker: Looker, total: int) -> Any:
    def looked(step: int) -> None:
        reward, best = run.look(looker, "rl", step), run.folder.read().get("best")
        if reward is not None and (best is None or reward > best):
            checkpoints.keep_best(run.folder, run.policy, step, reward)

    return watch(run, every=run.settings.look_every(total), logged=lambda *said: _log(run, *said), looked=looked)


def _log(run: Run, step: int, logs: dict[str, Any]) -> None:
    values = {name: logs.get(key) for name, key in _VALUES.items()}
    parts = {name.removeprefix(_PART): value for name, value in logs.items() if name.startswith(_PART)}
    known = {name: value for name, value in values.items() if value is not None}
    run.folder.log(phase="rl", step=step, **known, by_grader=parts, seconds=run.seconds)


def _reward(run: Run, learned: Sequence[Task]) -> Any:
    def reward(completions: Sequence[str], place: Sequence[int], log_metric: Any, **_: Any) -> list[float | None]:
        scores = run.scorer.score(completions, [learned[one].row for one in place])
        for name, value in scores.by_grader.items():
            log_metric(f"{_PART}{name}", value)
        run.note_errors(scores.errors)
        return list(scores.rewards)

    return reward


def _arguments(run: Run, total: int) -> Any:
    from trl import GRPOConfig

    how = run.settings
    own = {
        "per_device_train_batch_size": how.micro,
        "gradient_accumulation_steps": how.group // how.micro,
        "num_generations": how.rollouts,
        "max_completion_length": how.max_tokens,
        "learning_rate": how.learning_rate,
        "lr_scheduler_type": how.schedule,
        "temperature": how.temperature,
        "beta": how.kl,
        "shuffle_dataset": False,  # the order is ours, so that it is known when a run is resumed
        "gradient_checkpointing": False,
    }
    return GRPOConfig(**arguments(run, "rl", total, **own))


def _dataset(run: Run, learned: Sequence[Task], total: int) -> Any:
    """Return prompts and their places; what graders need stays here, where no column changes it."""
    from datasets import Dataset

    places = rows.order(len(learned), total * run.settings.prompts_per_step, run.seed)
    return Dataset.from_list([{"prompt": learned[place].prompt, "place": place} for place in places])
