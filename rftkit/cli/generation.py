"""Commands that make records: generate, review, models."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from rftkit.cli.about import sentence, share
from rftkit.cli.approving import approve, progress
from rftkit.cli.common import as_json, counted, dataset_argument, emit, existing, ids_of, number, pairs_of, table
from rftkit.errors import InputError, ModelError
from rftkit.schema import STRATEGIES


@click.command()
@dataset_argument
@click.argument("more", nargs=-1)
@click.option("--topic", help="Generate for this topic.")
@click.option("--count", type=click.IntRange(min=1), help="So many records for --topic.")
@click.option("--fill-gaps", is_flag=True, help="Generate what coverage says is needed.")
@click.option("--from", "from_", multiple=True, metavar="ID", help="Generate variations of these records.")
@click.option("--strategy", type=click.Choice(STRATEGIES), help="Chosen from the data by default.")
@click.option("--model", help="A litellm model; RFTKIT_MODEL or rftkit/offline by default.")
@click.option("--base-url", help="Address of an OpenAI-compatible server.")
@click.option("--variations", type=click.IntRange(min=1), default=3, show_default=True, help="For each source record.")
@click.option("--temperature", type=click.FloatRange(0, 2))
@click.option("--strictness", type=click.Choice(["low", "medium", "high"]), default="medium", show_default=True)
@click.option("--examples", type=click.IntRange(min=1), default=5, show_default=True, help="Shown per request.")
@click.option("--diversity", type=click.Choice(["embedding", "random"]), default="embedding", show_default=True)
@click.option("--difficulty", help="Levels to mix, e.g. easy,medium,hard.")
@click.option("--scenario", help="The base of scenario_expansion.")
@click.option("--aspects", help="What scenario_expansion varies, separated by commas.")
@click.option("--tool-pattern", multiple=True, help="Tools in order, e.g. search,book.")
@click.option("--multi-turn", is_flag=True, help="Let tool_chain write whole conversations.")
@click.option("--facet", multiple=True, metavar="NAME=VALUES", help="A dimension of variation, filled evenly.")
@click.option("--grow", metavar="P", help="With --fill-gaps: let a balanced dataset grow, e.g. 20%.")
@click.option("--synthetic-ratio", type=click.FloatRange(0, 1), default=0.3, show_default=True)
@click.option("--overrides", type=click.Path(), help="JSON: topic -> {strategy, temperature, prompt, tool_patterns}.")
@click.option("--budget-usd", type=click.FloatRange(min=0), help="Never spend more.")
@click.option("--price-per-million", metavar="IN,OUT", help="Price of a model whose price is unknown.")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option(
    "--pilot", type=click.IntRange(min=1), metavar="N", help="Only N candidates of the plan, to look at first; 5 to 10."
)
@click.option("--guidance", help="Kinds of text or conversation, e.g. support,code.")
@click.option("--plan-only", is_flag=True, help="Print the plan and stop.")
@click.option("--yes", is_flag=True, help="Approve the cost.")
@as_json
def generate(dataset: Path, more: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Make candidates, never records: plan, cost, approval, then the model; review them afterwards."""
    ds = existing(dataset)
    price = price_of(options["price_per_million"])
    plan = ds.plan(**_plan_options(options, more), model=options["model"], price_per_million=price)
    plan = plan.pilot(options["pilot"]) if options["pilot"] and plan.requested else plan
    paid = {"base_url": options["base_url"], "budget_usd": options["budget_usd"], "price_per_million": price}
    told = {"plan": ds.priced(plan, **paid)}
    if options["plan_only"]:
        emit(
            {**_nothing_yet(), **told, "dataset_version": ds.version}, as_json=as_json, lines=_plan_lines(told["plan"])
        )
        return
    _refuse_empty(told["plan"])
    free = told["plan"]["cost_usd"] == 0
    approve(_plan_lines(told["plan"]), yes=options["yes"] or free, as_json=as_json)
    report = ds.generate(plan, progress=progress("candidates"), **paid).wait()
    _refuse_failed(report)
    result = {**told, **report.to_dict(), "dataset_version": ds.version}
    emit(result, as_json=as_json, lines=_generate_lines(result, dataset))


def _plan_options(options: dict[str, Any], more: tuple[str, ...]) -> dict[str, Any]:
    from rftkit.acts.taxonomy import read_json

    ids = ids_of(options["from_"], more) if options["from_"] else []
    direct = ("topic", "count", "strategy", "variations", "strictness", "examples", "diversity", "seed")
    chosen = {name: options[name] for name in direct}
    return {
        **chosen,
        "fill_gaps": options["fill_gaps"] or not (options["topic"] or ids),
        "from_ids": ids or None,
        "temperature": options["temperature"],
        "difficulty": _words(options["difficulty"]),
        "scenario": options["scenario"],
        "aspects": _words(options["aspects"]),
        "tool_patterns": [_words(pattern) for pattern in options["tool_pattern"]] or None,
        "multi_turn": options["multi_turn"],
        "guidance": _words(options["guidance"]),
        "facets": {name: _words(values) for name, values in pairs_of(options["facet"], "--facet").items()} or None,
        "grow": share(options["grow"]),
        "synthetic_ratio": options["synthetic_ratio"],
        "overrides": read_json(options["overrides"]) if options["overrides"] else None,
    }


def _words(text: str | None) -> list[str] | None:
    return [word.strip() for word in text.split(",") if word.strip()] if text else None


def price_of(text: str | None) -> tuple[float, float] | None:
    """Return a price given as ``IN,OUT``, US dollars per million tokens.

    Parameters
    ----------
    text
        What was typed; None where nothing was.

    Examples
    --------
    >>> price_of("0.5,1.5"), price_of(None)
    ((0.5, 1.5), None)
    """
    if text is None:
        return None
    try:
        price_in, price_out = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--price-per-million takes two numbers such as 0.5,1.5, not {text!r}") from None
    return price_in, price_out


def _refuse_empty(plan: dict[str, Any]) -> None:
    """Raise where nothing that was asked for can be made."""
    if plan["requested"] or not plan["problems"]:
        return
    first = plan["problems"][0]
    raise InputError(f"nothing can be generated: {first['topic']}: {first['reason']}; {first['proposal']}")


def _refuse_failed(report: Any) -> None:
    """Raise where every call failed: a wrong key or address is a mistake to mend, no result."""
    if report.requested and not report.generated and not report.stopped:
        raise ModelError(
            f"nothing was generated: {next(iter(report.gave_up.values()), 'the model wrote no candidate')}"
        )


def _nothing_yet() -> dict[str, Any]:
    counts = (
        "requested",
        "generated",
        "valid",
        "rejected",
        "calls",
        "cached_calls",
        "prompt_tokens",
        "completion_tokens",
    )
    return {**dict.fromkeys(counts, 0), "rejection_reasons": {}, "by_topic": {}, "cost_usd": 0.0, "gave_up": {}}


def money(value: float | None) -> str:
    """Return a sum of money as a person reads it.

    Parameters
    ----------
    value
        US dollars; None is unknown.

    Examples
    --------
    >>> money(0.0), money(0.00213), money(None)
    ('free', '$0.0021', 'unknown')
    """
    if value is None:
        return "unknown"
    if value == 0:
        return "free"
    return f"${value:.2f}" if value >= 1 else f"${value:.2g}"


def _plan_lines(plan: dict[str, Any]) -> Iterator[str]:
    rows = [
        (str(topic["topic"]), topic["strategy"], number(topic.get("current")), f"+{number(topic['count'])}")
        for topic in plan["topics"]
    ]
    yield from table(rows, header=("topic", "strategy", "now", "to generate"), left=2)
    yield (
        f"model {plan['model']}: {number(plan['calls'])} calls, about {number(plan['prompt_tokens'])} + "
        f"{number(plan['completion_tokens'])} tokens, cost {money(plan['cost_usd'])}"
    )
    yield from (f"note: {sentence(note)}" for note in plan.get("notes", []))
    for problem in plan.get("problems", []):
        yield f"cannot serve {problem['topic']}: {problem['reason']}; {problem['proposal']}"


def _generate_lines(result: dict[str, Any], dataset: Path) -> Iterator[str]:
    yield (
        f"{number(result['generated'])} candidates from {result['plan']['model']}: {number(result['valid'])} valid, "
        f"{number(result['rejected'])} rejected; {number(result['calls'])} calls "
        f"({number(result['cached_calls'])} answered before), cost {money(result['cost_usd'])}"
    )
    yield from counted(result["rejection_reasons"])
    if result["unjudged"]:
        yield f"note: {sentence(result['unjudged'])}"
    yield from (f"gave up on {topic}: {reason}" for topic, reason in result["gave_up"].items())
    if not result["requested"]:
        yield from (f"note: {sentence(note)}" for note in result["plan"]["notes"])
    if result["drift"]:
        yield sentence(result["drift"])
    yield f"next: rftkit review {shlex.quote(str(dataset))} list"


@click.command()
@dataset_argument
@click.argument("act", type=click.Choice(["list", "accept", "reject", "regenerate", "discard", "add"]))
@click.argument("more", nargs=-1)
@click.option("--ids", multiple=True, metavar="ID", help="Only these candidates.")
@click.option("--where", help="SQL over the columns of the candidates, e.g. \"topic = 'cards'\".")
@click.option("--min-stars", type=click.FloatRange(1, 5), help="Only candidates with at least so many stars.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="For list.")
@click.option("--reason", help="For regenerate: what is wrong, in your words; else what validation said.")
@click.option("--model", help="For regenerate: who writes; naming a paid one approves its cost.")
@click.option("--base-url", help="For regenerate: address of an OpenAI-compatible server.")
@click.option("--budget-usd", type=click.FloatRange(min=0), help="For regenerate: never spend more.")
@as_json
def review(
    dataset: Path,
    act: str,
    more: tuple[str, ...],
    ids: tuple[str, ...],
    where: str | None,
    min_stars: float | None,
    limit: int,
    as_json: bool,
    **again: Any,
) -> None:
    """Decide on candidates; `add` makes the accepted ones records."""
    ds = existing(dataset)
    chosen = ds.candidates(ids=ids_of(ids, more) or None, where=where, min_stars=min_stars)
    picked = bool(ids or more or where or min_stars)
    added = _act(ds, act, chosen, {**again, "_picked": picked})
    told = {**ds.review_state(), "added": added, "dataset_version": ds.version}
    if act == "list":
        told["list"] = _candidate_rows(chosen.head(limit))
    emit(told, as_json=as_json, lines=_review_lines(told, chosen.head(limit) if act == "list" else None))


def _act(ds: Any, act: str, chosen: Any, again: dict[str, Any]) -> int:
    if act == "accept":
        ds.decide(accept=chosen.filter("valid")["candidate_id"].to_list())
    elif act == "reject":
        ds.decide(reject=chosen["candidate_id"].to_list())
    elif act == "regenerate":
        turned_down = ~chosen["valid"] | (chosen["decision"] == "reject").fill_null(value=False)
        rejected = chosen.filter(turned_down & ~chosen["candidate_id"].is_in(chosen["replaces"].drop_nulls().implode()))
        picked = chosen if again.pop("_picked") else rejected
        ds.regenerate(picked["candidate_id"].to_list(), **again).wait()
    elif act == "discard":
        ds.discard()
    elif act == "add":
        return int(ds.add())
    return 0


def _candidate_rows(chosen: Any) -> list[dict[str, Any]]:
    from rftkit.messages import unpack

    keep = ["candidate_id", "topic", "strategy", "model", "source_record_id", "valid", "reasons", "quality", "decision"]
    rows = chosen.select(keep).to_dicts()
    return [{**row, "messages": messages} for row, messages in zip(rows, unpack(chosen["messages"]), strict=True)]


def _review_lines(told: dict[str, Any], shown: Any) -> Iterator[str]:
    if shown is not None:
        from rftkit.cli.data import _short
        from rftkit.messages import last_user_text

        cells = shown.select(
            "candidate_id", "decision", "valid", "reasons", "quality", "topic", last_user_text()
        ).rows()
        rows = [
            (c[0], c[1] or ("waiting" if c[2] else ",".join(c[3] or ())), f"{c[4] or 0:.1f}", c[5] or "-", _short(c[6]))
            for c in cells
        ]
        yield from table(rows, header=("candidate", "state", "stars", "topic", "last user turn"), left=5)
    yield (
        f"{number(told['waiting'])} candidates wait, {number(told['accepted'])} accepted, "
        f"{number(told['rejected'])} rejected, {number(told['invalid'])} invalid"
        + (f", {number(told['added'])} added" if told["added"] else "")
    )


@click.command()
@click.option("--all", "all_", is_flag=True, help="All that litellm knows, not only those one is likely to call.")
@as_json
def models(all_: bool, as_json: bool) -> None:
    """List the models that can be called from here, with prices, and what the others miss."""
    from rftkit import llm

    rows = llm.models(all=all_).to_dicts()
    cells = [
        (
            row["name"],
            "yes" if row["reachable"] else str(row["why_not"]),
            number(row["input_usd_per_million"]),
            number(row["output_usd_per_million"]),
        )
        for row in rows
    ]
    lines = table(cells, header=("model", "reachable", "$/M in", "$/M out"), left=2)
    emit({"models": rows}, as_json=as_json, lines=lines)


COMMANDS = (generate, review, models)
