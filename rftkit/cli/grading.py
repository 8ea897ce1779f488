"""Commands of graders: `grade`, and the group `grader`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rftkit.cli.approving import approved
from rftkit.cli.common import as_json, counted, dataset_argument, emit, existing, number, table
from rftkit.cli.generation import money, price_of
from rftkit.errors import NotFoundError

if TYPE_CHECKING:
    from rftkit.grade import Grader


def grader_of(text: str) -> Grader:
    """Return the grader that a person names: a JSON file, else a preset.

    Parameters
    ----------
    text
        A path, or the id of a preset.

    Raises
    ------
    NotFoundError
        There is neither.
    """
    from rftkit.grade import Grader

    path = Path(text).expanduser()
    named = path.is_file() or path.suffix or path.name != text
    return Grader.load(path) if named else Grader.preset(text)


@click.command()
@dataset_argument
@click.option("--grader", "grader_", required=True, metavar="FILE|PRESET", help="A JSON file, or the id of a preset.")
@click.option("--on", default="outputs", show_default=True, metavar="WHAT", help="outputs, rollouts, or ANSWERS.jsonl.")
@click.option("--split", "split_", type=click.Choice(["train", "validation", "all"]), default="all", show_default=True)
@click.option("--model", help="Only rollouts of this model.")
@click.option("--run", "run_", help="Only rollouts of this run.")
@click.option("--judge", help="A litellm model to ask in place of those that the grader names.")
@click.option("--base-url", help="Address of an OpenAI-compatible server for the judge.")
@click.option("--budget-usd", type=click.FloatRange(min=0), help="Never spend more.")
@click.option("--price-per-million", metavar="IN,OUT", help="Price of a judge whose price is unknown.")
@click.option("--yes", is_flag=True, help="Approve the cost.")
@as_json
def grade(dataset: Path, grader_: str, on: str, as_json: bool, yes: bool, **options: Any) -> int:
    """Score stored outputs, stored rollouts, or a file of answers: lines {"id", "output_text"}."""
    ds, grader = existing(dataset), grader_of(grader_)
    asked = {
        "on": on,
        "split": options["split_"],
        "model": options["model"],
        "run": options["run_"],
        "judge": options["judge"],
        "base_url": options["base_url"],
        "budget_usd": options["budget_usd"],
        "price_per_million": price_of(options["price_per_million"]),
    }
    report = approved(lambda yes: ds.grade(grader, approved=yes, **asked), yes=yes, as_json=as_json)
    told = {**report.to_dict(), "dataset_version": ds.version}
    emit(told, as_json=as_json, lines=_grade_lines(told))
    return _left(told)


def _left(told: Mapping[str, Any]) -> int:
    if told["scored"]:
        return 0
    worst = next(iter(told["errors"]), "")
    detail = next((row["detail"] for row in told["rewards"] if row["error"] == worst), "")
    click.echo(f"rftkit: no answer has a reward: {worst}: {detail}", err=True)
    return 1


def _grade_lines(told: Mapping[str, Any]) -> Iterator[str]:
    mean = "-" if told["mean"] is None else f"{told['mean']:.4f}"
    yield f"{told['grader']} on {told['on']}: {number(told['scored'])} scored, mean {mean}"
    if told["errors"]:
        yield "errors (they have no reward, and are not in the mean):"
        yield from counted(told["errors"])
    if told["skipped"]:
        yield "not graded: " + ", ".join(f"{name.replace('_', ' ')} {number(n)}" for name, n in told["skipped"].items())
    for problem in told["problems"]:
        yield f"line {problem['line']} is no answer: {problem['problem']}"
    if told["calls"] or told["cached_calls"]:
        yield f"calls {number(told['calls'])}, remembered {number(told['cached_calls'])}, cost {money(told['cost_usd'])}"
    if told["stored"]:
        yield f"{number(told['stored'])} grades were there already"
    rows = [(name, "-" if mean is None else f"{mean:.4f}") for name, mean in told["parts"].items()]
    if rows:
        yield from table(rows, header=("part", "mean"))


@click.group()
def grader() -> None:
    """Graders: look for mistakes, presets, probes, files for other tools."""


@grader.command()
@click.argument("file", metavar="FILE|PRESET")
@click.argument("dataset", required=False, type=click.Path(path_type=Path))
@click.option("--dataset", "dataset_", type=click.Path(path_type=Path), help="Check the fields against its records.")
@click.option(
    "--target",
    type=click.Choice(["openai-rft", "local"]),
    default="openai-rft",
    show_default=True,
    help="Where it is to run.",
)
@click.option(
    "--policy", metavar="MODEL", help="The model to be trained, to see that it is not judged by its own kind."
)
@click.option("--json-replies", is_flag=True, help="The training asks replies to be JSON.")
@as_json
def lint(
    file: str,
    dataset: Path | None,
    dataset_: Path | None,
    target: str,
    policy: str | None,
    json_replies: bool,
    as_json: bool,
) -> int:
    """Say what is or may be wrong with a grader, and what to write instead; exit 1 where it cannot be used."""
    chosen = grader_of(file)
    items = _items(dataset_ or dataset)
    found = chosen.lint(items, target, policy=policy, response_format=json_replies or None)
    errors = sum(problem.severity == "error" for problem in found)
    told = {
        "problems": [problem.to_dict() for problem in found],
        "errors": errors,
        "warnings": len(found) - errors,
        "grader": chosen.name,
        "type": chosen.type,
        "target": target,
        "records": None if items is None else len(items),
    }
    emit(told, as_json=as_json, lines=[*map(str, found), _verdict(errors, len(found) - errors)])
    return 1 if errors else 0


def _items(dataset: Path | None) -> list[dict[str, Any]] | None:
    if dataset is None:
        return None
    from rftkit.grade import items

    frame = existing(dataset).records(where="valid IS NULL OR valid")
    if frame.is_empty():
        raise NotFoundError(f"{dataset} has no valid record to check the fields against")
    return items(frame)


def _verdict(errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return "nothing is wrong with it"
    words = [
        f"{count} {word}{'s' if count > 1 else ''}"
        for count, word in ((errors, "error"), (warnings, "warning"))
        if count
    ]
    return ", ".join(words)


COMMANDS = (grade, grader)
