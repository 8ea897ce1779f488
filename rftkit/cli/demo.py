"""``rftkit demo``: the main job on bundled real traces, from import to exported split and HTML report."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from rftkit.cli.common import as_json, emit, number
from rftkit.errors import InputError

_NAME = "support.rft"

#: Leaf topics of the demo: few enough for the sample to be balanced within the limit on generated records.
_TOPICS = 14


@click.command()
@click.option(
    "--dir", "folder", type=click.Path(path_type=Path, file_okay=False), help="Where; ./rftkit-demo by default."
)
@click.option("--no-report", is_flag=True, help="Leave out the HTML report.")
@as_json
def demo(folder: Path | None, no_report: bool, as_json: bool) -> None:
    """Do the main job on bundled real traces, offline, without questions."""
    folder = _free(folder)
    say = _silent if as_json else click.echo
    told = run(folder, say, report=not no_report)
    emit(told, as_json=as_json, lines=_closing(told, folder))


def _silent(_: str) -> None:
    return None


def _free(folder: Path | None) -> Path:
    if folder is not None:
        if (folder / _NAME).exists():
            raise InputError(f"{folder / _NAME} is there already; name another folder with --dir")
        return folder
    number_, name = 1, Path("rftkit-demo")
    while (name / _NAME).exists():
        number_ += 1
        name = Path(f"rftkit-demo-{number_}")
    return name


def run(folder: Path, say: Callable[[str], None], *, report: bool = True) -> dict[str, Any]:
    """Do the main job in a folder.

    Parameters
    ----------
    folder
        Gets the dataset, the train and validation files and the report.
    say
        Takes one line for a person after each step.
    report
        Whether to write the HTML report.

    Returns
    -------
    dict
        Keys of the contract.
    """
    from rftkit import samples
    from rftkit.dataset import Dataset

    folder.mkdir(parents=True, exist_ok=True)
    ds = Dataset(folder / _NAME)
    say(f"1 import       {ds.import_(samples.path('support_traces'))!r}")
    say(f"2 sanitize     {ds.sanitize()!r}")
    say(f"3 topics       {ds.discover_topics(depth=2, count=_TOPICS)!r}")
    before = ds.coverage()
    say(f"4 coverage     {before!r}")
    plan = ds.plan(fill_gaps=True)
    say(f"5 plan         {plan!r}")
    generation = ds.generate(plan, model="rftkit/offline").wait()
    say(f"6 generate     {generation!r}")
    waiting = ds.candidates()
    ds.decide(accept=waiting.filter("valid")["candidate_id"].to_list())
    say(f"7 review       {number(ds.add())} accepted candidates added")
    ds.sanitize()
    after = ds.coverage()
    say(f"8 coverage     {after!r}")
    split = ds.split(train=0.9)
    say(f"9 split        {split!r}")
    files = _files(ds, folder, report=report)
    summary = ds.summary().to_dict()
    return {
        "dataset": str(ds.path),
        "records": summary["total"],
        "valid": summary["valid"],
        "topics": summary["topics"],
        "balance_before": before.balance,
        "balance_after": after.balance,
        "target_fit_before": before.target_fit,
        "target_fit_after": after.target_fit,
        "generated": summary["generated"],
        "train": split.to_dict()["train"],
        "validation": split.to_dict()["validation"],
        "files": files,
        "dataset_version": ds.version,
    }


def _files(ds: Any, folder: Path, *, report: bool) -> list[str]:
    files: list[str] = []
    for part in ("train", "validation"):
        files += ds.export(folder / f"{part}.jsonl", split=part).to_dict()["files"]
    if report:
        from rftkit import lab
        from rftkit import report as reports

        notebook = lab.notebooks() / "20_report.ipynb"
        files.append(str(reports.export(notebook, dataset=ds.path, output=folder / "report.html").path))
    return [str(file) for file in files]


def _closing(told: dict[str, Any], folder: Path) -> list[str]:
    place = shlex.quote(str(told["dataset"]))
    return [
        "",
        f"balance {number(told['balance_before'])} -> {number(told['balance_after'])}, "
        f"target fit {number(told['target_fit_before'])} -> {number(told['target_fit_after'])}",
        f"train {number(told['train'])} and validation {number(told['validation'])} records are in {folder}:",
        *(f"  {file}" for file in told["files"]),
        f"look around: rftkit summary {place}   or in Jupyter: rftkit lab {place}",
    ]


COMMANDS = (demo,)
