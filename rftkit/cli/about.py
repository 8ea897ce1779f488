"""Commands that say how the dataset stands: coverage, summary."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from rftkit.cli.common import as_json, dataset_argument, emit, existing, number, table


@click.command()
@dataset_argument
@click.option("--targets", metavar="uniform|proportional|FILE", help="Target shares; those set before by default.")
@click.option("--level", type=click.IntRange(1, 5), help="Level of the tree; leaves by default.")
@click.option("--grow", metavar="P", help="Growth of a dataset that is balanced already, e.g. 20%.")
@as_json
def coverage(dataset: Path, targets: str | None, level: int | None, grow: str | None, as_json: bool) -> None:
    """Show how the topics are covered, what is missing, and the next sensible act."""
    ds = existing(dataset)
    told = ds.coverage(targets=_targets(targets), level=level, grow=share(grow)).to_dict()
    told["dataset_version"] = ds.version
    emit(told, as_json=as_json, lines=_coverage_lines(told, dataset))


def _targets(given: str | None) -> Any:
    if given in (None, "uniform", "proportional"):
        return given
    from rftkit.acts.taxonomy import read_json

    return read_json(str(given))


def share(text: str | None) -> float | None:
    """Return a share given as ``20%`` or ``0.2``.

    Parameters
    ----------
    text
        What was typed.

    Examples
    --------
    >>> share("20%"), share("0.2"), share(None)
    (0.2, 0.2, None)
    """
    if text is None:
        return None
    try:
        return float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        from rftkit.errors import InputError

        raise InputError(f"{text!r} is no share; write 20% or 0.2") from None


def _coverage_lines(told: dict[str, Any], dataset: Path) -> Iterator[str]:
    rows = [
        (
            topic["path"],
            topic["status"],
            number(topic["count"]),
            f"{topic['share']:.1%}",
            f"{topic['target']:.1%}",
            number(topic["needed"]),
        )
        for topic in told["topics"]
    ]
    yield from table(rows, header=("topic", "status", "records", "share", "target", "needed"), left=2)
    yield (
        f"{number(told['total'])} records, {number(told['unassigned'])} unassigned; "
        f"balance {number(told['balance'])} ({told['balance_rating']}), target fit {number(told['target_fit'])}"
    )
    yield from (f"warning: {sentence(entry)}" for entry in told["warnings"])
    yield from (f"recommended: {sentence(entry)}" for entry in told["recommendations"])
    yield f"next: {sentence(told['next_act'])}"
    command = told["next_act"].get("command")
    if command:
        yield f"      {command.replace('DATASET', shlex.quote(str(dataset)))}"


def sentence(entry: Any) -> str:
    """Return the sentence of a warning or recommendation.

    Parameters
    ----------
    entry
        Text, or an object with a sentence.

    Examples
    --------
    >>> sentence({"sentence": "Generate."})
    'Generate.'
    """
    return str(entry["sentence"]) if isinstance(entry, dict) else str(entry)


@click.command()
@dataset_argument
@as_json
def summary(dataset: Path, as_json: bool) -> None:
    """Show the state of DATASET and whether it is ready for training, with every reason."""
    ds = existing(dataset)
    told = {**ds.summary().to_dict(), "dataset_version": ds.version}
    emit(told, as_json=as_json, lines=_summary_lines(told))


def _summary_lines(told: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{number(told['total'])} records: {number(told['from_traces'])} from traces, "
        f"{number(told['generated'])} generated; {number(told['valid'])} valid, {number(told['invalid'])} invalid"
    )
    yield f"{number(told['topics'])} topics, {number(told['categorized'])} records categorized"
    yield (
        f"balance {number(told['balance'])}, target fit {number(told['target_fit'])}, "
        f"synthetic share {told['synthetic_share']:.1%}"
    )
    yield f"last sanitized: {told['last_sanitized'] or 'never'}"
    yield "ready for training" if told["ready"] else "not ready for training:"
    for reason in told["reasons"]:
        if not reason.get("passed", False):
            yield f"  {'blocks' if reason['blocking'] else 'advice'}: {reason.get('sentence') or reason['rule']}"


COMMANDS = (coverage, summary)
