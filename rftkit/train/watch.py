"""What a trainer tells us while it trains: after each step, when it logs, when it has saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rftkit.train import checkpoints

if TYPE_CHECKING:
    from rftkit.train.run import Run


def watch(
    run: Run,
    *,
    every: int,
    logged: Callable[[int, dict[str, Any]], None],
    looked: Callable[[int], None],
) -> Any:
    """Return a callback of transformers that logs, looks at validation, saves and stops.

    Parameters
    ----------
    run
        The training.
    every
        Steps between two looks, each with a checkpoint.
    logged
        Told each step's numbers.
    looked
        Looks at validation after a step.
    """
    from transformers import TrainerCallback

    class Watch(TrainerCallback):  # type: ignore[misc]
        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
            if logs and "loss" in logs:
                logged(state.global_step, logs)

        def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            step, last = state.global_step, state.global_step == state.max_steps
            if run.stop.asked():
                control.should_training_stop = control.should_save = True
            elif last or step % every == 0:
                looked(step)
                control.should_save = True

        def on_save(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            phase = Path(args.output_dir)
            checkpoints.mark(phase / f"checkpoint-{state.global_step}", step=state.global_step, seconds=run.seconds)
            checkpoints.prune(phase)

    return Watch()
