"""Sanitize: facts and pairs are kept, so that judging again costs only what changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.acts import reading
from rftkit.jobs import Control, Job
from rftkit.sanitize import (
    FACTS,
    FLOOR,
    MAX_TOKENS,
    PAIRS,
    THRESHOLD,
    SanitizeReport,
    count_tokens,
    encoding_for,
    facts,
    judge,
    near_counts,
    near_pairs,
    uncounted,
)
from rftkit.store.layout import SCHEMAS

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.store import Transaction

SCHEMAS["facts"] = FACTS
SCHEMAS["pairs"] = PAIRS

_VERDICT = ("valid", "errors", "warnings", "details")

#: Records that are looked at between two words about the progress.
_SLICE = 50_000
STOPPED = "Sanitizing was stopped; the dataset is as it was."


def sanitize(
    ds: Context,
    *,
    max_tokens: int = MAX_TOKENS,
    near_duplicates: float = THRESHOLD,
    model: str | None = None,
    control: Control | None = None,
) -> SanitizeReport:
    """Judge every record: valid or not, and why. Flags, never deletes; repeated runs compute only what is new.

    Parameters
    ----------
    ds
        The dataset.
    max_tokens
        Prompts with more tokens (tools counted) are invalid.
    near_duplicates
        From this Jaccard similarity on, a record is warned about as near duplicate; 0.2 to 1.
    model
        Count tokens as this model does.
    control
        Told how far it is, and may stop it; what `sanitize_job` uses.

    Returns
    -------
    SanitizeReport
        Verdicts, counts by code, advice; `at` moves the threshold.
    """
    control = control or Control()
    options = {"max_tokens": max_tokens, "near_duplicates": near_duplicates, "model": model}
    with ds.step("sanitize", options) as step:
        labels = reading.stored_labels(ds)
        report = _judged(ds, step, labels, None, options, control)
        control.go_on(STOPPED)
        step.replace("labels", applied(labels, report))
        step.counts = {"total": report.total, "valid": report.valid, "invalid": report.invalid}
    return report


def sanitize_job(ds: Context, **options: Any) -> Job[SanitizeReport]:
    """Sanitize in the background; the notebook stays usable, and a stop leaves the dataset as it was.

    Parameters
    ----------
    ds
        The dataset.
    **options
        As `sanitize` takes them.

    Returns
    -------
    Job
        Started; its result is what `sanitize` returns.
    """
    return Job(lambda control: sanitize(ds, **options, control=control), name="sanitize").start()


def refreshed(ds: Context, step: Transaction, labels: pl.DataFrame, fresh: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return labels judged again after a change, with the options of the last sanitize; as they are before the first.

    Parameters
    ----------
    ds
        The dataset.
    step
        The step that changes it.
    labels
        The labels after the change, topics as ids.
    fresh
        `records` rows that this step adds.
    """
    options = last_options(ds)
    if options is None:
        return labels
    return applied(labels, _judged(ds, step, labels, fresh, options))


def last_options(ds: Context) -> dict[str, Any] | None:
    """Return the options of the last sanitize; None when there was none."""
    lines = [line for line in ds.store.lineage(ds.line) if line.step == "sanitize"]
    return lines[-1].configuration if lines else None


def report(ds: Context) -> SanitizeReport | None:
    """Return the report of the last sanitize for the records as they are, without changing anything.

    None when there are records that were never sanitized.
    """
    options = last_options(ds)
    labels = reading.stored_labels(ds)
    if options is None or labels["valid"].null_count():
        return None
    known = _known(ds, labels)
    encoding = encoding_for(options["model"])
    return _verdict(ds, labels, known, _pairs(ds), floor_of(ds), options, encoding)


def near_curve(ds: Context) -> dict[str, Any] | None:
    """Return how many records each threshold of near duplicates would warn about, without judging anything.

    Parameters
    ----------
    ds
        The dataset.

    Returns
    -------
    dict or None
        `floor`, and `thresholds` and `records` of the same length; None before the first sanitize.
    """
    if last_options(ds) is None:
        return None
    valid = reading.stored_labels(ds).filter("valid").select("row").lazy()
    keys = valid.join(ds.store.scan("facts", ds.line).select("row", "text_key"), on="row", how="left")
    floor = floor_of(ds)
    counts = near_counts(keys.sort("row").collect(), _pairs(ds), floor)
    return {"floor": floor, **counts.to_dict(as_series=False)}


def _judged(
    ds: Context,
    step: Transaction,
    labels: pl.DataFrame,
    fresh: pl.DataFrame | None,
    options: dict[str, Any],
    control: Control | None = None,
) -> SanitizeReport:
    control = control or Control()
    encoding = encoding_for(options["model"])
    known = _known(ds, labels)
    new = _new_facts(ds, labels, known, fresh, options["max_tokens"], encoding, control)
    control.report(labels.height, labels.height, note="comparing texts")
    step.append("facts", new)
    every = pl.concat([known, new]) if new.height else known
    pairs, floor = _compared(ds, step, every, new, known, options["near_duplicates"])
    every = counted(ds, every, options["max_tokens"], encoding)
    return _verdict(ds, labels, every, pairs, floor, options, encoding, fresh)


def _compared(
    ds: Context, step: Transaction, every: pl.DataFrame, new: pl.DataFrame, known: pl.DataFrame, threshold: float
) -> tuple[pl.DataFrame, float]:
    """Return all pairs and the similarity they are known from; a lower threshold than ever makes them anew."""
    floor = floor_of(ds)
    if threshold < floor:
        pairs = near_pairs(every, floor=threshold)
        step.replace("pairs", pairs)
        step.put("pairs.json", {"floor": threshold})
        return pairs, threshold
    if new.is_empty():
        return _pairs(ds), floor
    found = near_pairs(new, against=known, floor=floor)
    step.append("pairs", found)
    return pl.concat([_pairs(ds), found]), floor


def floor_of(ds: Context) -> float:
    """Return the similarity from which on pairs are known."""
    stored = ds.store.get("pairs.json", ds.line)
    return FLOOR if stored is None else float(stored["floor"])


def _verdict(
    ds: Context,
    labels: pl.DataFrame,
    known: pl.DataFrame,
    pairs: pl.DataFrame,
    floor: float,
    options: dict[str, Any],
    encoding: str,
    fresh: pl.DataFrame | None = None,
) -> SanitizeReport:
    narrow = labels.select("row", "id").join(_source_ids(ds, fresh), on="row", how="left", maintain_order="left")
    return judge(
        narrow,
        known,
        pairs,
        max_tokens=options["max_tokens"],
        near_duplicates=options["near_duplicates"],
        encoding=encoding,
        floor=floor,
    )


def _source_ids(ds: Context, fresh: pl.DataFrame | None) -> pl.DataFrame:
    """Return the ids as they came: two records may share one, and are warned about."""
    stored = ds.store.scan("records", ds.line).select("row", source_id="id").collect()
    return stored if fresh is None else pl.concat([stored, fresh.select("row", source_id="id")])


def _known(ds: Context, labels: pl.DataFrame) -> pl.DataFrame:
    kept = ds.store.scan("facts", ds.line)
    return kept.join(labels.lazy().select("row"), on="row", how="semi").collect()


def _pairs(ds: Context) -> pl.DataFrame:
    return ds.store.scan("pairs", ds.line).collect()


def _new_facts(
    ds: Context,
    labels: pl.DataFrame,
    known: pl.DataFrame,
    fresh: pl.DataFrame | None,
    max_tokens: int,
    encoding: str,
    control: Control,
) -> pl.DataFrame:
    missing = labels.select("row").join(known.select("row"), on="row", how="anti")["row"].sort()
    made = [pl.DataFrame(schema=FACTS)]
    for first in range(0, missing.len(), _SLICE):
        control.report(known.height + first, labels.height, note="checking records")
        control.go_on(STOPPED)
        came = reading.rows(ds, missing[first : first + _SLICE])
        if fresh is not None:
            came = pl.concat([came, fresh.select(came.columns)])
            fresh = None
        made.append(facts(came.sort("row"), count_tokens_over=max_tokens, encoding=encoding))
    return pl.concat(made)


def counted(ds: Context, known: pl.DataFrame, max_tokens: int, encoding: str) -> pl.DataFrame:
    """Return facts with tokens counted where a lower limit than before asks for it.

    Parameters
    ----------
    ds
        The dataset.
    known
        Facts.
    max_tokens
        The limit.
    encoding
        The tokenizer that it means.
    """
    wanted = uncounted(known, max_tokens, encoding)
    if wanted.is_empty():
        return known
    came = reading.rows(ds, wanted, ["messages", "tools"])
    return count_tokens(known, came, over=max_tokens, encoding=encoding)


def applied(labels: pl.DataFrame, report: SanitizeReport) -> pl.DataFrame:
    """Return labels with the verdicts of a report.

    Parameters
    ----------
    labels
        Rows of `labels`.
    report
        Judges at least these.
    """
    verdict = report.labels.select("row", *_VERDICT)
    together = labels.drop(_VERDICT).join(verdict, on="row", how="left", maintain_order="left")
    now = pl.lit(datetime.now(UTC))
    was = pl.Series("was", labels["valid"])
    changed = pl.col("valid").ne_missing(was)
    return together.with_columns(updated_at=pl.when(changed).then(now).otherwise("updated_at")).select(labels.columns)
