"""The process that trains: ``python -m rftkit.train.worker JOB``. It knows the job's folder and nothing else."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rftkit.detached import Detached
from rftkit.errors import RftkitError
from rftkit.store.journal import now
from rftkit.train import checkpoints
from rftkit.train.extra import offline
from rftkit.train.state import JobFolder
from rftkit.train.stopping import CancelledError, Stop

NAME = "worker"


def main(path: str) -> int:
    """Run a job to its end, from wherever an earlier process left it; return the exit code.

    Parameters
    ----------
    path
        The folder of the job.
    """
    folder = JobFolder(path)
    stop = Stop(folder)
    stop.listen()
    try:
        with Detached(folder.path, NAME).holding():
            return _told(folder, stop)
    except RftkitError as refused:
        print(refused, file=sys.stderr)  # noqa: T201 - the log of this process
        return refused.exit_code


def _told(folder: JobFolder, stop: Stop) -> int:
    """Run the job, and write down how it ended."""
    folder.update(state="running", started=folder.read().get("started") or now(), error=None)
    folder.event("running", f"process {os.getpid()} works on it")
    try:
        _work(folder, stop)
    except CancelledError:
        folder.update(state="cancelled")
        folder.event("cancelled", "stopped on request; resume goes on from the newest checkpoint")
        return 130
    except Exception as fault:  # noqa: BLE001 - whatever it is, the person who waits must read of it
        traceback.print_exc()
        folder.update(state="failed", error=_sentence(fault))
        folder.event("failed", _sentence(fault))
        return 1
    folder.update(state="succeeded")
    folder.event("succeeded", "done; the best model by validation reward is kept")
    return 0


def _sentence(fault: Exception) -> str:
    if isinstance(fault, RftkitError):
        return str(fault)
    if "out of memory" in str(fault).lower() or isinstance(fault, MemoryError):
        return "the memory was too small; set a smaller micro_batch or max_tokens, or train adapters with lora_rank"
    return f"{type(fault).__name__}: {fault}; the whole story is in {NAME}.log of the job"


def _work(folder: JobFolder, stop: Stop) -> None:
    from rftkit.train.settings import Settings

    told = folder.read()
    settings = Settings.of(told.get("config") or {})
    os.environ.update(offline(folder.path / "cache"))
    _prepare()
    stop.go_on()
    run = _run(folder, settings, stop, told)
    total = settings.plan(len(run.tasks("train")))
    folder.update(total_steps=total or settings.sft_steps)
    looker = run.looker()
    stop.go_on()
    _phases(run, looker, settings, total)


def _phases(run: Any, looker: Any, settings: Any, total: int) -> None:
    """Warm up where asked, reinforce where asked, and keep the answers of what came out best."""
    from rftkit.train.policy import Policy
    from rftkit.train.reinforced import reinforce
    from rftkit.train.supervised import warm_up

    if settings.sft_steps and checkpoints.warm(run.folder) is None:
        if not total:
            run.keep_rollouts(looker, "before")
        warm_up(run, looker)
        checkpoints.keep_warm(run.folder, run.policy)
        checkpoints.clear(run.phase("sft"))
        run.policy = Policy.load(checkpoints.warm(run.folder) or "")  # as a process that resumes it would find it
    if total:
        reinforce(run, looker, total)
    run.policy = Policy.load(checkpoints.model_folder(run.folder) or "")
    run.keep_rollouts(looker, "after")
    checkpoints.clear(run.phase("rl"))


def _run(folder: JobFolder, settings: Any, stop: Stop, told: Mapping[str, Any]) -> Any:
    from rftkit.grade import Grader
    from rftkit.train.policy import Policy, use_threads
    from rftkit.train.run import Run
    from rftkit.train.scoring import Scorer

    policy = Policy.load(checkpoints.warm(folder) or told["base"])
    use_threads(policy, settings.threads)
    grader = Grader.from_dict(told["grader"])
    return Run(folder, settings, policy, Scorer(grader, _runner(folder, told)), stop, int(told.get("seed", 0)))


def _runner(folder: JobFolder, told: Mapping[str, Any]) -> Any:
    """Return who asks the models of graders: one for each, with the memory of the dataset and the job's budget."""
    from rftkit.llm import Runner

    made: dict[str, Runner] = {}

    def runner(model: str) -> Runner:
        if model not in made:
            made[model] = Runner(model, cache=_memory(folder), budget_usd=told.get("budget_usd"))
        return made[model]

    return runner


def _memory(folder: JobFolder) -> Path:
    return folder.path.parent.parent / "llm.sqlite"


def _prepare() -> None:
    """Set the libraries up: no bars and notices in the log, so that its last line tells."""
    import warnings

    from transformers.utils import logging

    warnings.filterwarnings("ignore", category=FutureWarning)
    logging.disable_progress_bar()
    logging.set_verbosity_error()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
