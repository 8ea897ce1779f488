"""The warm start: supervised steps on the answers that the user chose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rftkit.train import checkpoints, rows
from rftkit.train.run import Run, adapters, arguments, quiet
from rftkit.train.watch import watch

if TYPE_CHECKING:
    from rftkit.train.looking import Looker


def warm_up(run: Run, looker: Looker) -> None:
    """Train the model on answers, from the newest checkpoint where there is one.

    Parameters
    ----------
    run
        The training; its model is changed.
    looker
        Looks at validation before and after.
    """
    taken = checkpoints.newest(run.phase("sft"))
    if taken is None:
        run.look(looker, "sft", 0)
    else:
        run.before = float(checkpoints.told(taken)["seconds"])
    trainer = _trainer(run, looker)
    trainer.train(resume_from_checkpoint=None if taken is None else str(taken))
    run.policy.model = trainer.model
    run.stop.go_on()


def _trainer(run: Run, looker: Looker) -> Any:
    from trl import SFTTrainer

    how = run.settings
    callback = watch(
        run,
        every=max(1, how.sft_steps // 2),
        logged=lambda step, logs: run.folder.log(
            phase="sft", step=step, loss=logs["loss"], lr=logs.get("learning_rate"), seconds=run.seconds
        ),
        looked=lambda step: _look(run, looker, step),
    )
    trainer = SFTTrainer(
        model=run.policy.model,
        args=_arguments(run),
        train_dataset=_dataset(run),
        processing_class=run.policy.tokenizer,
        callbacks=[callback],
        peft_config=adapters(how),
    )
    return quiet(trainer)


def _look(run: Run, looker: Looker, step: int) -> None:
    if step == run.settings.sft_steps:
        run.look(looker, "sft", step)


def _arguments(run: Run) -> Any:
    from trl import SFTConfig

    how = run.settings
    own = {
        "per_device_train_batch_size": how.sft_batch,
        "learning_rate": how.sft_learning_rate,
        "lr_scheduler_type": "constant",
        "max_length": None,
        "train_sampling_strategy": "sequential",
        "gradient_checkpointing": False,
    }
    return SFTConfig(**arguments(run, "sft", how.sft_steps, **own))


def _dataset(run: Run) -> Any:
    from datasets import Dataset

    how = run.settings
    source = "sft" if how.sft_on == "output" else "train"
    learned = rows.imitations(rows.read(run.folder.data(source)), str(how.sft_on), run.policy)
    places = rows.order(len(learned), how.sft_steps * how.sft_batch, run.seed)
    return Dataset.from_list([learned[place] for place in places])
