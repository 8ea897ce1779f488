"""Dry runs as they are kept: rewards in the table `dry_runs/`, options and counts in `dry_runs.json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import messages
from rftkit.acts import picking, reading, rolling
from rftkit.errors import NotFoundError

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.dryrun import DryRun

FILE, STEP = "dry_runs.json", "dry-run"
_ROLLOUT = ("output_text", "output_tools", "refusal", "finish_reason", "input_tokens", "output_tokens", "error")


def dry_runs(ds: Context) -> list[DryRun]:
    """Return the dry runs of the dataset, oldest first, as they were: nothing is asked or graded."""
    tables = ("dry_runs", "rollouts", "records", "labels", FILE)
    return list(ds.remember("dry runs", tables, lambda: _all(ds)))


def _all(ds: Context) -> list[DryRun]:
    rows = ds.store.scan("dry_runs", ds.line).collect()
    _texts(ds, rows["id"])  # those of all runs in one look through the records
    return [build(ds, rows.filter(run=entry["run"]).sort("id", "sample"), entry) for entry in entries(ds)]


def dry_run_named(ds: Context, name: str | None = None) -> DryRun:
    """Return one dry run from the store.

    Parameters
    ----------
    ds
        The dataset.
    name
        Its name, such as ``dry-run-1``; the last one by default.

    Raises
    ------
    NotFoundError
        There is no such run.
    """
    found = [run for run in dry_runs(ds) if name in (None, run.about["run"])]
    if not found:
        names = ", ".join(entry["run"] for entry in entries(ds)) or "none"
        raise NotFoundError(f"there is no dry run {name or ''!r}; there are: {names}; make one with ds.dry_run(grader)")
    return found[-1]


def entries(ds: Context) -> list[dict[str, Any]]:
    """Return what is kept of each dry run beside its rewards.

    Parameters
    ----------
    ds
        The dataset.
    """
    found: list[dict[str, Any]] = ds.store.get(FILE, ds.line) or []
    return found


def new_name(ds: Context) -> str:
    """Return the name of the next dry run.

    Parameters
    ----------
    ds
        The dataset.
    """
    return f"{STEP}-{len(entries(ds)) + 1}"


def build(ds: Context, rows: pl.DataFrame, entry: Mapping[str, Any]) -> DryRun:
    """Return the dry run of kept rewards.

    Parameters
    ----------
    ds
        The dataset; its rollouts hold the answers.
    rows
        Columns of `schema.DRY_RUNS`.
    entry
        What `entries` says of the run.
    """
    from rftkit.acts.dry_grading import regrade
    from rftkit.dryrun import DryRun, Thresholds

    said = rolling.rollouts(ds, model=entry["model"]).filter(pl.col("settings") == entry["settings_name"])
    keys = ["id", "sample", "prompt_key"]
    frame = rows.join(said.select(*keys, *_ROLLOUT), on=keys, how="left", nulls_equal=True, maintain_order="left")
    about = {name: value for name, value in entry.items() if name not in ("population", "thresholds")}

    def again(run: DryRun, grader: Any, **options: Any) -> DryRun:
        return regrade(ds, run, grader, **options)

    return DryRun.of(
        frame,
        _facts(ds, rows),
        population=entry["population"],
        about=about,
        limits=Thresholds.from_dict(entry["thresholds"]),
        again=again,
    )


def _facts(ds: Context, rows: pl.DataFrame) -> pl.DataFrame:
    """Return one row for each prompt, with its text where the record is still there."""
    facts = rows.unique("id", keep="first", maintain_order=True)
    return facts.join(_texts(ds, facts["id"]), on="id", how="left", maintain_order="left")


def _texts(ds: Context, ids: pl.Series) -> pl.DataFrame:
    """Return id and text of the prompts that are still there; rows never change, so what was read once is kept."""
    said = reading.labels(ds).filter(pl.col("id").is_in(ids.unique().implode()))
    known: dict[int, str | None] = ds.remember("texts of dry runs", (), dict)
    missing = said["row"].filter(~said["row"].is_in(list(known)))
    if missing.len():
        read = picking.pick(ds, missing, [messages.last_user_text().alias("text")])
        known.update(zip(read["row"], read["text"], strict=True))
    texts = pl.Series("text", [known.get(row) for row in said["row"]], dtype=pl.String)
    return said.select("id", texts)


def keep(ds: Context, rows: pl.DataFrame, entry: dict[str, Any], told: Mapping[str, Any]) -> None:
    """Keep a dry run; the journal says its grader and its verdict, which a training asks for.

    Parameters
    ----------
    ds
        The dataset.
    rows
        Columns of `schema.DRY_RUNS`.
    entry
        What `entries` is to say of the run.
    told
        Its numbers.
    """
    short = ("run", "model", "grader_name", "grader_fingerprint", "rollouts", "seed", "thresholds", "settings")
    numbers = ("verdict", "mean", "prompts", "calls", "cost_usd")
    with ds.step(STEP, {name: entry[name] for name in short}) as step:
        step.append("dry_runs", rows)
        step.put(FILE, [*entries(ds), entry])
        step.counts = {name: told[name] for name in numbers}


def judge_by(ds: Context, run: DryRun) -> DryRun:
    """Keep the thresholds of a run that was judged by others than before; its verdict is the one that training asks for.

    Parameters
    ----------
    ds
        The dataset.
    run
        What ``with_rules`` gave.

    Raises
    ------
    NotFoundError
        The run is none of this dataset.
    """
    kept = entries(ds)
    name = run.about.get("run")
    place = next((at for at, entry in enumerate(kept) if entry["run"] == name), None)
    if place is None:
        raise NotFoundError(f"the dry run {name!r} is not kept here; make one with ds.dry_run(grader)")
    entry = {**kept[place], "thresholds": run.limits.to_dict()}
    changed: Sequence[dict[str, Any]] = [*kept[:place], entry, *kept[place + 1 :]]
    told = {"run": name, "grader_fingerprint": entry["grader_fingerprint"], "thresholds": entry["thresholds"]}
    with ds.step(STEP, told) as step:
        step.put(FILE, changed)
        step.counts = {"verdict": run.verdict}
    return run
