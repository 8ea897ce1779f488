"""Commands of the group `grader` beside `lint`: presets, probe, export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from rftkit.cli.approving import approved
from rftkit.cli.common import as_json, emit, existing, number, table
from rftkit.cli.generation import money, price_of
from rftkit.cli.grading import grader, grader_of
from rftkit.errors import InputError


@grader.command()
@as_json
def presets(as_json: bool) -> None:
    """List the graders that are ready to use, with their options."""
    from rftkit.grade.presets import described

    known = described()
    emit({"presets": known}, as_json=as_json, lines=_preset_lines(known))


def _preset_lines(known: list[dict[str, Any]]) -> Iterator[str]:
    yield from table([(one["name"], one["about"]) for one in known], left=2)
    yield 'use one with: rftkit grade DATASET --grader NAME, or rftkit grader export NAME --target openai -o "NAME.json"'


@grader.command()
@click.argument("file", metavar="FILE|PRESET")
@click.argument("dataset", type=click.Path(path_type=Path))
@click.option("--prompts", type=click.IntRange(min=1), default=16, show_default=True, help="Records to try it on.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the choice of records.")
@click.option("--judge", help="A litellm model to ask in place of those that the grader names.")
@click.option("--base-url", help="Address of an OpenAI-compatible server for the judge.")
@click.option("--budget-usd", type=click.FloatRange(min=0), help="Never spend more.")
@click.option("--price-per-million", metavar="IN,OUT", help="Price of a judge whose price is unknown.")
@click.option("--yes", is_flag=True, help="Approve the cost.")
@as_json
def probe(file: str, dataset: Path, as_json: bool, yes: bool, **options: Any) -> None:
    """Try a grader with answers that deserve nothing, and with the right one."""
    ds, chosen = existing(dataset), grader_of(file)
    asked = {**options, "price_per_million": price_of(options["price_per_million"])}
    report = approved(lambda yes: chosen.probe(ds, approved=yes, **asked), yes=yes, as_json=as_json)
    told = report.to_dict()
    emit(told, as_json=as_json, lines=_probe_lines(told))


def _probe_lines(told: Mapping[str, Any]) -> Iterator[str]:
    words = {True: "passed", False: "FAILED", None: "not tried"}
    rows = [(one["name"], words[one["passed"]], number(one["reward"]), one["why"]) for one in told["probes"]]
    widths = [max(len(row[at]) for row in rows) for at in range(3)]
    for name, word, reward, why in rows:
        yield f"{name:<{widths[0]}}  {word:<{widths[1]}}  {reward:>{widths[2]}}  {why}"
    if told["calls"] or told["cached_calls"]:
        yield f"calls {number(told['calls'])}, remembered {number(told['cached_calls'])}, cost {money(told['cost_usd'])}"


@grader.command()
@click.argument("file", metavar="FILE|PRESET")
@click.option("--target", required=True, metavar="T", help="openai, trl, verifiers, bedrock or fireworks.")
@click.option("-o", "--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The file to write.")
@click.option("--dataset", type=click.Path(path_type=Path), help="Also compare on stored outputs of its records.")
@as_json
def export(file: str, target: str, out: Path, dataset: Path | None, as_json: bool) -> None:
    """Write a grader for another tool, and a test beside it that it gives the same rewards there."""
    if dataset is not None and not dataset.exists():
        raise InputError(f"there is no dataset {dataset}; leave --dataset out, or name one")
    written = grader_of(file).export(target, out, [] if dataset is None else _pairs(dataset))
    told = {**written.to_dict(), "path": str(out)}
    lines = (*written.files, f"try it with: python {written.files[1]}  ({written.cases} answers are compared)")
    emit(told, as_json=as_json, lines=lines)


def _pairs(dataset: Path) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return some stored outputs with their records."""
    from rftkit.grade import items, sample_of

    frame = existing(dataset).records(where="valid IS NULL OR valid", limit=50)
    both = zip(map(sample_of, frame["output"]), items(frame), strict=True)
    return [(said, item) for said, item in both if said is not None][:20]


#: They hang on the group `grader`, which is in `grading`.
COMMANDS: tuple[click.Command, ...] = ()
