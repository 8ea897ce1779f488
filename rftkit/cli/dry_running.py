"""The command `dry-run`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from rftkit.cli.approving import approve, progress
from rftkit.cli.common import as_json, dataset_argument, emit, existing, number, pairs_of, table
from rftkit.cli.generation import money, price_of
from rftkit.errors import InputError

_SHOWN = 5


@click.command("dry-run")
@dataset_argument
@click.option("--grader", "grader_", metavar="FILE|PRESET", help="A JSON file, or the id of a preset.")
@click.option("--model", help="The litellm model that is to be trained; RFTKIT_MODEL by default.")
@click.option("--base-url", help="Address of an OpenAI-compatible server.")
@click.option("--prompts", type=click.IntRange(min=1), default=300, show_default=True, help="Drawn by topic.")
@click.option("--rollouts", type=click.IntRange(min=1), default=8, show_default=True, help="Answers to each prompt.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the sample of prompts.")
@click.option("--temperature", type=click.FloatRange(0, 2), default=1.0, show_default=True)
@click.option("--max-tokens", type=click.IntRange(min=1), default=1024, show_default=True, help="The longest answer.")
@click.option("--judge", help="A litellm model to ask in place of those that the grader names.")
@click.option("--judge-base-url", help="Address of an OpenAI-compatible server for the judge.")
@click.option("--threshold", multiple=True, metavar="NAME=VALUE", help="Another threshold, e.g. mean_low=0.2.")
@click.option("--concurrency", type=click.IntRange(min=1), default=16, show_default=True, help="Calls at once.")
@click.option("--budget-usd", type=click.FloatRange(min=0), help="Never spend more.")
@click.option("--price-per-million", metavar="IN,OUT", help="Price of a model whose price is unknown.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write the report to this file too.")
@click.option("--plan-only", is_flag=True, help="Print what would be asked and its cost, and stop.")
@click.option("--show", is_flag=True, help="Print the last dry run from the dataset; nothing is asked.")
@click.option("--yes", is_flag=True, help="Approve the cost.")
@as_json
def dry_run(
    dataset: Path, grader_: str | None, as_json: bool, plan_only: bool, show: bool, yes: bool, **options: Any
) -> None:
    """Have a model answer a sample of the prompts, grade the answers, and say whether training can work."""
    ds, html = existing(dataset), options.pop("html")
    limits = _limits(options.pop("threshold"))
    if show:
        run = ds.dry_run_named()
        return _emit(run.with_rules(**limits) if limits else run, ds, html, as_json=as_json)
    if grader_ is None:
        raise click.UsageError("Missing option '--grader': a JSON file, or the id of a preset.")
    given = {**options, "price_per_million": price_of(options["price_per_million"])}
    plan = ds.plan_dry_run(grader_, **{name: given[name] for name in given if name not in ("base_url", "concurrency")})
    told = plan.to_dict()
    if plan_only:
        return emit({"plan": told, "dataset_version": ds.version}, as_json=as_json, lines=_plan_lines(told))
    approve(_plan_lines(told), yes=yes or told["cost_usd"] == 0, as_json=as_json)
    run = ds.dry_run(grader_, thresholds=limits, progress=progress(), **given).wait()
    return _emit(run, ds, html, as_json=as_json)


def _limits(pairs: tuple[str, ...]) -> dict[str, float]:
    found = {}
    for name, text in pairs_of(pairs, "--threshold").items():
        try:
            found[name] = float(text)
        except ValueError:
            raise InputError(f"--threshold {name} takes a number such as 0.25, not {text!r}") from None
    return found


def _emit(run: Any, ds: Any, html: Path | None, *, as_json: bool) -> None:
    told = {**run.to_dict(), "dataset_version": ds.version}
    if html is not None:
        run.to_html(html)
        told["html"] = str(html)
    emit(told, as_json=as_json, lines=_lines(told))


def _plan_lines(plan: Mapping[str, Any]) -> Iterator[str]:
    yield (
        f"{number(plan['prompts'])} of {number(plan['population'])} prompts of {plan['source']}, "
        f"{number(plan['rollouts'])} answers each, model {plan['model']}"
    )
    yield (
        f"{number(plan['calls'])} calls, about {number(plan['prompt_tokens'])} + "
        f"{number(plan['completion_tokens'])} tokens, cost {money(plan['cost_usd'])}, at most {money(plan['cap_usd'])}"
    )


def _lines(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{told['verdict']}: {told['model']} on {number(told['prompts'])} prompts of {told['source']}"
    rows = [(one["outcome"], one["name"], _seen(one), f"{one['threshold']:g}") for one in told["rules"]]
    yield from table(rows, header=("outcome", "rule", "seen", "threshold"), left=3)
    topics = [
        (name, number(one["count"]), _seen({"value": one["mean"], "low": one["mean_low"], "high": one["mean_high"]}))
        for name, one in told["by_topic"].items()
    ]
    yield from table(topics, header=("topic", "prompts", "mean reward"))
    for one in told["diagnosis"]:
        yield f"{one['cause']} ({one['severity']}): {one['evidence']}"
        yield f"  {one['advice']}"
        yield f"  {number(one['count'])} prompts, such as {', '.join(one['records'][:_SHOWN])}"
    calls, known = number(told["calls"]), number(told["cached_calls"])
    yield f"{calls} calls ({known} answered before), cost {money(told['cost_usd'])}"
    if told["missing"]:
        yield f"{number(told['missing'])} answers are missing: {told['reason']}"


def _seen(one: Mapping[str, Any]) -> str:
    if one["value"] is None:
        return "-"
    return f"{one['value']:.3f}" + (f" ({one['low']:.3f} to {one['high']:.3f})" if one["low"] is not None else "")


COMMANDS = (dry_run,)
