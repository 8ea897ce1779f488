"""Commands of training: train, results, deploy."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rftkit.cli.approving import approved
from rftkit.cli.common import as_json, dataset_argument, emit, existing, number, pairs_of, table
from rftkit.cli.generation import price_of
from rftkit.cli.grading import grader_of
from rftkit.cli.typed import typed
from rftkit.errors import InputError

if TYPE_CHECKING:
    from rftkit.acts.training_job import TrainingJob
    from rftkit.dataset import Dataset

_EVERY = 2.0


@click.command()
@dataset_argument
@click.option("--grader", "grader_", metavar="FILE|PRESET", help="A JSON file, or the id of a preset.")
@click.option("--backend", type=click.Choice(["trl", "openai", "nova"]), default="trl", show_default=True)
@click.option("--base", help="The model to train, as the backend names it.")
@click.option("--sft-steps", type=click.IntRange(min=0), help="A supervised warm start of so many steps.")
@click.option("--sft-on", type=click.Choice(["output", "reference"]), help="What the warm start imitates.")
@click.option("--steps", type=click.IntRange(min=1))
@click.option("--epochs", type=click.IntRange(min=1))
@click.option("--eval-every", type=click.IntRange(min=1), help="Steps between two looks at validation.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--base-url", help="Address of a service with OpenAI's fine-tuning API.")
@click.option("--key-name", help="Environment variable that holds its key; OPENAI_API_KEY by default.")
@click.option("--set", "more", multiple=True, metavar="NAME=VALUE", help="An option of the backend.")
@click.option(
    "--budget-usd",
    type=click.FloatRange(min=0),
    help="Stop at so much; needs a price. At a service only while somebody looks: --wait.",
)
@click.option("--price-per-hour", type=click.FloatRange(min=0), help="US dollars for an hour at the service.")
@click.option("--force", is_flag=True, help="Train after a NO-GO or without a dry run; the journal says so.")
@click.option("--job", "job_", help="Which job, for --status, --cancel and --resume; the newest by default.")
@click.option("--status", "look", is_flag=True, help="Say how far the job is.")
@click.option("--cancel", is_flag=True, help="Stop the job; what it made stays.")
@click.option("--resume", is_flag=True, help="Go on with a job that was cancelled, failed or cut off.")
@click.option("--wait", is_flag=True, help="Wait for the end, and stop the job at its budget.")
@click.option("--yes", is_flag=True, help="Approve the cost.")
@as_json
def train(dataset: Path, as_json: bool, grader_: str | None, yes: bool, **options: Any) -> None:
    """Train a model on the training set with a grader; the job runs on when this command has ended."""
    ds = existing(dataset)
    if options["look"] or options["cancel"] or options["resume"]:
        job = ds.job(options["job_"])
        status = job.cancel() if options["cancel"] else job.resume() if options["resume"] else job.status()
    else:
        job = _begun(ds, grader_, options, yes=yes, as_json=as_json)
        status = job.status()
    if options["wait"]:
        status = _waited(job)
    told = {**status.to_dict(), "backend": job.configuration["backend"], "dataset_version": ds.version}
    told["error"] = told["error"] and typed(told["error"], ["train", str(dataset)])
    emit(told, as_json=as_json, lines=_status_lines(told))


def _begun(ds: Dataset, grader_: str | None, options: Mapping[str, Any], *, yes: bool, as_json: bool) -> TrainingJob:
    if grader_ is None:
        raise InputError("name the grader with --grader FILE|PRESET, or look at a job with --status")
    rules = grader_of(grader_)
    names = ("backend", "base", "sft_steps", "sft_on", "steps", "epochs", "eval_every", "seed", "budget_usd", "force")
    service = ("base_url", "key_name", "price_per_hour")
    asked = {name: options[name] for name in names}
    asked |= {name: options[name] for name in service if options[name] is not None}
    asked |= {name: _value(text) for name, text in pairs_of(options["more"], "--set").items()}
    return approved(lambda yes: ds.train(rules, approved=yes, **asked), yes=yes, as_json=as_json)


def _value(text: str) -> Any:
    """Return what was typed after NAME=: a number, true, an object, else the text itself."""
    import msgspec

    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _waited(job: TrainingJob) -> Any:
    from rftkit.train.state import ENDED

    while True:
        status = job.wait(_EVERY)
        if status.state in ENDED:
            return status
        if sys.stderr.isatty():
            of = f" of {number(status.total_steps)}" if status.total_steps else ""
            click.echo(f"\r{job.id}: {status.state}, step {number(status.step)}{of}", nl=False, err=True)


def _status_lines(told: Mapping[str, Any]) -> Iterator[str]:
    from rftkit.render import duration

    of = f" of {number(told['total_steps'])}" if told["total_steps"] else ""
    left = f", {duration(told['eta_seconds'])} left" if told["eta_seconds"] is not None else ""
    yield f"{told['job']} on {told['backend']}: {told['state']}, step {number(told['step'])}{of}{left}"
    rewards = [(name, told[name]) for name in ("baseline", "best", "final") if told[name] is not None]
    if rewards:
        yield "validation reward: " + ", ".join(f"{name} {value:.3f}" for name, value in rewards)
    if told["checkpoint"]:
        yield f"kept: {told['checkpoint']}"
    if told["error"]:
        yield f"error: {told['error']}"
    yield from (f"warning: {sentence}" for sentence in told["warnings"])


@click.command()
@dataset_argument
@click.option("--job", "job_", help="Which job; the newest by default.")
@click.option("--grader", "grader_", metavar="FILE|PRESET", help="Another grader than the one that trained.")
@click.option("--evaluate", is_flag=True, help="First have the models of a service answer the validation prompts.")
@click.option("--rollouts", type=click.IntRange(min=1), default=1, show_default=True, help="Answers to each prompt.")
@click.option("--before", help="The model before, as litellm names it; the base by default.")
@click.option("--after", help="The model after, as litellm names it; the kept checkpoint by default.")
@click.option("--benchmark", type=click.Path(path_type=Path), metavar="FILE", help="Compare on these records instead.")
@click.option("--compare", is_flag=True, help="All jobs beside each other.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write the page too.")
@click.option("--price-per-million", metavar="IN,OUT", help="Price of a model whose price is unknown.")
@click.option("--yes", is_flag=True, help="Approve the cost.")
@as_json
def results(dataset: Path, as_json: bool, job_: str | None, grader_: str | None, yes: bool, **options: Any) -> None:
    """Say what a job changed on the validation set, overall and by topic, with a verdict."""
    ds = existing(dataset)
    rules = None if grader_ is None else grader_of(grader_)
    if options["compare"]:
        runs = ds.compare_jobs(grader=rules, approved=yes)
        _page(options["html"], runs)
        emit(runs.to_dict(), as_json=as_json, lines=_run_lines(runs.to_dict()))
        return
    asked: dict[str, Any] = {
        "models": _models(options),
        "price_per_million": price_of(options["price_per_million"]),
        "approved": yes,
    }
    if options["benchmark"] is not None:
        found = ds.benchmark(options["benchmark"], job_, grader=rules, rollouts=options["rollouts"], **asked)
    else:
        if options["evaluate"]:
            ds.evaluate(job_, rollouts=options["rollouts"], **asked)
        found = ds.results(job_, grader=rules, approved=yes)
    _page(options["html"], found)
    told = {**found.to_dict(), "dataset_version": ds.version}
    emit(told, as_json=as_json, lines=_result_lines(told))


def _models(options: Mapping[str, Any]) -> dict[str, str] | None:
    given = {which: options[which] for which in ("before", "after") if options[which]}
    if len(given) == 1:
        raise InputError("name both models, with --before MODEL and --after MODEL, or none of them")
    return given or None


def _page(path: Path | None, found: Any) -> None:
    if path is not None:
        from rftkit.store.transaction import write_file

        write_file(path, str(found.to_html()).encode())


def _result_lines(told: Mapping[str, Any]) -> Iterator[str]:
    relative = "" if told["change_relative"] is None else f" ({told['change_relative']:+.1%})"
    yield f"{told['before']:.3f} to {told['after']:.3f}{relative} on {number(told['prompts'])} prompts: {told['verdict']}"
    yield f"advice: {told['advice']}"
    yield from (f"{'passed' if rule['passed'] else 'not passed'}: {rule['says']}" for rule in told["rules"])
    rows = [
        (
            name,
            f"{one['before']:.3f}",
            f"{one['after']:.3f}",
            f"{one['change']:+.3f}",
            number(one["prompts"]),
            one["outcome"],
        )
        for name, one in told["by_topic"].items()
    ]
    yield from table(rows, header=("topic", "before", "after", "change", "prompts", "outcome"))
    yield from (f"warning: {sentence}" for sentence in told["warnings"])


def _run_lines(told: Mapping[str, Any]) -> Iterator[str]:
    rows = [
        (one["job"], str(one["base"]), f"{one['before']:.3f}", f"{one['after']:.3f}", one["verdict"])
        for one in told["runs"]
    ]
    yield from table(rows, header=("job", "base", "before", "after", "verdict"), left=2)
    yield from (f"note: {sentence}" for sentence in told["notes"])


@click.command()
@dataset_argument
@click.option("--to", required=True, type=click.Choice(["local", "vllm", "ollama", "hosted"]), help="Where.")
@click.option("--job", "job_", help="Which job; the newest by default.")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FOLDER", help="Where files go.")
@click.option("--name", help="What the model is to be called.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Of a local server; a free one by default.")
@click.option("--licence", help="For the model card, e.g. apache-2.0.")
@click.option("--stop", is_flag=True, help="End the server that an earlier --to local left running.")
@click.option("--yes", is_flag=True, help="Approve the call that the smoke test sends to a service.")
@as_json
def deploy(
    dataset: Path, as_json: bool, job_: str | None, stop: bool, yes: bool, output: Path | None, **options: Any
) -> int:
    """Serve the model that a job kept, or write the files and commands that serve it; with a model card."""
    if stop:
        return _stop(existing(dataset), job_, output, as_json=as_json)
    made = existing(dataset).deploy(job_, folder=output, approved=yes, keep=True, **options)
    told = made.to_dict()
    emit(told, as_json=as_json, lines=_deploy_lines(told))
    return 1 if made.smoke_test is not None and not made.smoke_test.passed else 0


def _stop(ds: Any, job: str | None, folder: Path | None, *, as_json: bool) -> int:
    stopped = ds.undeploy(job, folder=folder)
    emit({"stopped": stopped}, as_json=as_json, lines=["the server is gone" if stopped else "no server was running"])
    return 0


def _deploy_lines(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{told['model']} at {told['endpoint'] or 'its provider'}"
    tested = told["smoke_test"]
    if tested is not None:
        yield f"it answers: {tested['text']!r}" if tested["passed"] else f"it does not answer: {tested['error']}"
    yield from (f"wrote {path}" for path in told["files"])
    yield from (f"note: {sentence}" for sentence in told["notes"])


COMMANDS = (train, results, deploy)
