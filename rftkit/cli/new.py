"""The command `new`: the dataset generator without the conversation."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rftkit.cli.approving import approve, approved, progress
from rftkit.cli.common import as_json, dataset_argument, emit, number
from rftkit.cli.generation import money, price_of
from rftkit.errors import ApprovalError, InputError

if TYPE_CHECKING:
    from rftkit.generator import GeneratorSession


@click.command()
@dataset_argument
@click.option(
    "--requirements", type=click.Path(path_type=Path), help="JSON of fields, or text with lines such as 'Task: ...'."
)
@click.option(
    "--prompt", type=click.Path(path_type=Path), help="A prompt that exists already; what it answers is filled in."
)
@click.option(
    "--samples", type=click.IntRange(0, 50), help="Samples to look at; 5 by default, none where --count is given."
)
@click.option("--count", type=click.IntRange(10, 1000), help="Records of the whole set.")
@click.option("--format", type=click.Choice(["jsonl", "csv"]), help="What the requirements say by default, else jsonl.")
@click.option("--model", help="A litellm model; RFTKIT_MODEL or rftkit/offline by default.")
@click.option("--base-url", help="Address of an OpenAI-compatible server.")
@click.option("--session", default="session", show_default=True, help="Name of the session in DATASET.")
@click.option("--name", help="Name of the file, without its ending.")
@click.option("--excel-safe", is_flag=True, help="Put an apostrophe before CSV cells that a spreadsheet would run.")
@click.option("--without-answers", is_flag=True, help="Write inputs alone, for a grader that needs no answer.")
@click.option("--budget-usd", type=click.FloatRange(min=0), help="Never spend more.")
@click.option("--price-per-million", metavar="IN,OUT", help="Price of a model whose price is unknown.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--yes", is_flag=True, help="Approve the cost.")
@as_json
def new(dataset: Path, as_json: bool, **options: Any) -> None:
    """Make a dataset from an idea: requirements in, samples or the whole set out. In a notebook: GeneratorSession."""
    from rftkit.generator import GeneratorSession

    session = GeneratorSession(
        dataset,
        name=options["session"],
        model=options["model"],
        base_url=options["base_url"],
        price_per_million=price_of(options["price_per_million"]),
        budget_usd=options["budget_usd"],
        seed=options["seed"],
    )
    _approve_reading(session, options, as_json=as_json)
    _read(session, options)
    told = _state(session)
    if not told["missing"]:
        session.confirm()  # a file that states all that is required is the person's word
        _make(session, options, told, as_json=as_json)
    elif options["count"] or options["samples"]:
        raise InputError(
            f"still open: {', '.join(told['missing'])}; write them into a file and give it as --requirements"
        )
    emit(told, as_json=as_json, lines=_lines(told, dataset))


def _approve_reading(session: GeneratorSession, options: dict[str, Any], *, as_json: bool) -> None:
    """Ask before a paid model reads a prompt or writes samples: their cost is small and capped, and is said."""
    if session.offline or options["yes"] or options["base_url"]:
        return
    cap = "an unknown price" if session.cap_usd is None else f"at most {money(session.cap_usd)}"

    def read(yes: bool) -> None:
        if not yes:
            raise ApprovalError(f"{session.model} reads and writes samples for {cap}; approve it with --yes")

    approved(read, yes=False, as_json=as_json)


def _read(session: GeneratorSession, options: dict[str, Any]) -> None:
    if options["requirements"]:
        session.load_requirements(options["requirements"])
    if options["prompt"]:
        note = session.analyze_prompt(options["prompt"]).note
        if note:
            click.echo(note, err=True)


def _state(session: GeneratorSession) -> dict[str, Any]:
    wanted = session.requirements
    ability = session.ability
    return {
        "checklist": wanted.checklist(),
        "missing": list(wanted.missing),
        "open": list(wanted.open),
        "question": session.ask().to_dict() if wanted.missing else None,
        "variables": list(wanted.variables),
        "samples": [],
        "written": 0,
        "path": None,
        "card": None,
        "model": session.model,
        "note": ability.sentence if ability and not wanted.missing else "",
    }


def _make(session: GeneratorSession, options: dict[str, Any], told: dict[str, Any], *, as_json: bool) -> None:
    wanted = options["samples"] if options["samples"] is not None else (0 if options["count"] else 5)
    if wanted:
        shown = session.next_samples(wanted) if session.state.iteration else session.samples(wanted)
        told["samples"] = [card.to_dict() for card in shown]
        told["note"] = shown.note
    if options["count"]:
        _whole(session, options, told, as_json=as_json)


def _whole(session: GeneratorSession, options: dict[str, Any], told: dict[str, Any], *, as_json: bool) -> None:
    plan = session.plan(options["count"], without_answers=options["without_answers"])
    price = (
        f"about {money(plan['cost_usd'])}, at most {money(plan['cap_usd'])}" if plan["cost_usd"] else "an unknown price"
    )
    line = f"{number(plan['calls'])} calls to {plan['model']}, {price}"
    approve([line], yes=options["yes"] or plan["cost_usd"] == 0, as_json=as_json)
    chosen = {name: options[name] for name in ("name", "excel_safe", "without_answers", "budget_usd")}
    report = session.write_job(options["count"], options["format"], progress=progress("records"), **chosen).wait()
    told.update(report.to_dict())


def _lines(told: dict[str, Any], dataset: Path) -> Iterator[str]:
    for line in told["checklist"].values():
        said = (
            f"{line['value']}  [{line['source']}]"
            if line["value"]
            else ("-- required --" if line["required"] else "--")
        )
        yield f"{line['title']}: {' '.join(said.split())}"
    if told["question"]:
        yield f"next: {told['question']['text']}"
        yield f"      write it into a file as 'Task: ...' and run: rftkit new {shlex.quote(str(dataset))} --requirements FILE"
    for card in told["samples"]:
        yield f"{card['id']}  input:  {' '.join(card['input'].split())}"
        yield f"     answer: {card['answer'] if card['answer'] is not None else '(none)'}"
    if told["note"]:
        yield told["note"]
    yield from _written(told)


def _written(told: dict[str, Any]) -> Iterator[str]:
    if told["path"] is None:
        if told.get("gave_up"):
            yield told["gave_up"]
        return
    yield f"{number(told['written'])} of {number(told['requested'])} records in {told['path']}"
    yield f"card: {told['card']}"
    yield f"{number(told['calls'])} calls ({number(told['cached_calls'])} answered before), cost {money(told['cost_usd'])}"
    if told["gave_up"]:
        yield f"fewer than asked for: {told['gave_up']}"
    yield from (f"note: {line}" for line in told["warnings"])


COMMANDS = (new,)
