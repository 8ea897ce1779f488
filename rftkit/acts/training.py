"""Train: what must be true before, what is announced, and a job that is begun."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rftkit.acts import training_data, training_lint
from rftkit.acts.dry_grading import grader_of
from rftkit.acts.training_gate import Gate, gate
from rftkit.acts.training_job import TrainingJob
from rftkit.errors import ApprovalError, InputError
from rftkit.train.backend import Announcement, backend_of
from rftkit.train.state import JobFolder, folders

if TYPE_CHECKING:
    from rftkit.acts.context import Context


def train(
    ds: Context,
    grader: Any,
    *,
    backend: str = "trl",
    base: str | None = None,
    sft_steps: int | None = None,
    sft_on: str | None = None,
    steps: int | None = None,
    epochs: int | None = None,
    eval_every: int | None = None,
    seed: int = 0,
    budget_usd: float | None = None,
    approved: bool = False,
    force: bool = False,
    api_key: str | None = None,
    **settings: Any,
) -> TrainingJob:
    """Begin to train a model on the training set with the grader's reward, measured on validation.

    The job runs in a process or a service of its own; everything about it is in the dataset's ``jobs/`` folder.

    Parameters
    ----------
    ds
        The dataset; it has a split.
    grader
        A `rftkit.Grader`, its JSON, a file of it, or the name of a preset. Its dry run was no NO-GO.
    backend
        trl (this machine), openai (any server with OpenAI's fine-tuning API) or nova (Amazon Bedrock).
    base
        The model to train, as the backend names it.
    sft_steps, sft_on
        A supervised warm start of so many steps, on ``output`` or on ``reference``; none by default.
    steps, epochs
        How long.
    eval_every
        Steps between two looks at validation.
    seed
        The same seed, data and options give the same run where the backend can promise that.
    budget_usd
        Never spend more; needs a known price. A service keeps no budget of ours: it is kept by looking, which
        `TrainingJob.wait`, ``rftkit train --wait`` and an open `TrainingMonitor` do every few seconds.
    approved
        Whether the cost, or that it is unknown, is approved.
    force
        Train after a NO-GO or without a dry run; the journal says so.
    api_key
        Of the service; it is never written down. By default the environment's.
    **settings
        Of the backend: ``base_url`` and hyperparameters.

    Raises
    ------
    InputError
        There is no split, no dry run of this grader, or an option that the backend does not have.
    ApprovalError
        It costs money, or nobody knows, and it was not approved.
    """
    rules = grader_of(grader)
    if api_key is not None and backend != "openai":
        raise InputError(
            f"the backend {backend} takes no api_key; leave it out (nova takes AWS credentials from where AWS keeps them)"
        )
    runner = backend_of(backend, **({} if api_key is None else {"api_key": api_key}))
    counts = training_data.split_counts(ds)
    warned = training_lint.check(ds, rules, backend, base, settings)
    passed = gate(ds, rules.fingerprint, force=force)
    length = {"steps": steps, "epochs": epochs, "eval_every": eval_every, "sft_steps": sft_steps, "sft_on": sft_on}
    values = {
        "backend": backend,
        "base": base,
        "grader": rules.to_dict(),
        "grader_name": rules.name,
        "grader_fingerprint": rules.fingerprint,
        "seed": seed,
        "budget_usd": budget_usd,
        "config": {name: value for name, value in {**length, **settings}.items() if value is not None},
        "dry_run": passed.to_dict(),
    }
    told = runner.announce(values, counts["train"], counts["validation"])
    _approve(told, backend, budget_usd, approved=approved)
    job = _begin(ds, values, passed, told)
    for sentence in warned:
        job.folder.event("warning", sentence)
    training_data.prepare(ds, job.folder)
    job._backend = runner
    runner.start(job.folder)
    return job


def announce(ds: Context, **values: Any) -> tuple[Announcement, dict[str, int]]:
    """Return what a job would take, and how many records it would train and validate on; nothing is begun.

    Parameters
    ----------
    ds
        The dataset; it has a split.
    **values
        `backend`, `base`, `grader`, and further options of `train`.
    """
    rules, name = grader_of(values.pop("grader")), values.pop("backend", "trl")
    known = {key: values.pop(key, None) for key in ("base", "budget_usd")}
    config = {key: value for key, value in values.items() if value is not None}
    counts = training_data.split_counts(ds)
    job = {**known, "backend": name, "grader": rules.to_dict(), "config": config}
    return backend_of(name).announce(job, counts["train"], counts["validation"]), counts


def jobs(ds: Context) -> list[TrainingJob]:
    """Return the training jobs of the dataset, oldest first."""
    return [TrainingJob(ds, folder.id) for folder in folders(ds.path / "jobs")]


def job(ds: Context, id: str | None = None, **options: Any) -> TrainingJob:
    """Return a training job.

    Parameters
    ----------
    ds
        The dataset.
    id
        Such as ``job-3``; the newest by default.
    **options
        ``api_key`` of its service.
    """
    return TrainingJob(ds, id, **options)


def _begin(ds: Context, values: dict[str, Any], passed: Gate, told: Announcement) -> TrainingJob:
    """Make the folder of the job, and write into the journal with what it was begun."""
    made = {name: value for name, value in values.items() if value is not None}
    folder = JobFolder.make(ds.path / "jobs", **made, dataset_version=ds.version, format=told.format)
    folder.update(announced_usd=told.cost_usd)
    for sentence in told.notes:
        folder.event("note", sentence)
    short = {name: value for name, value in made.items() if name != "grader"}
    with ds.step("train", {"job": folder.id, **short, "forced": passed.forced}) as step:
        step.put("training.json", {"job": folder.id, **made})
    return TrainingJob(ds, folder.id)


def _approve(told: Announcement, backend: str, budget_usd: float | None, *, approved: bool) -> None:
    if budget_usd is not None and told.cost_usd is not None and told.cost_usd > budget_usd:
        raise ApprovalError(
            f"training would cost about ${told.cost_usd:.2f}, more than the budget of ${budget_usd:.2f}; "
            "train fewer steps, or raise budget_usd="
        )
    if approved or told.cost_usd == 0:
        return
    price = "a price that nobody can tell beforehand" if told.cost_usd is None else f"about ${told.cost_usd:.2f}"
    raise ApprovalError(
        f"training with {backend} takes {price}; {'; '.join((*told.notes, 'approve it'))} with approved=True"
    )
