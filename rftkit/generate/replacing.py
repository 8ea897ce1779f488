"""Which new candidate stands in the place of which rejected one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from rftkit import schema

if TYPE_CHECKING:
    from rftkit.generate.planned import PlanLine
    from rftkit.generate.report import GenerationReport


def replacements(report: GenerationReport) -> pl.DataFrame:
    """Return columns of `schema.REPLACEMENTS`: one row per valid candidate that was made in place of another.

    A candidate of the same source is taken first, then any of the topic, in the order of making.

    Examples
    --------
    >>> from rftkit.generate.planned import GenerationPlan
    >>> from rftkit.generate.report import GenerationReport
    >>> replacements(GenerationReport(GenerationPlan(()), schema.empty(schema.CANDIDATES))).height
    0
    """
    rows = [row for line in report.plan.lines for row in _of(line, report.candidates)]
    return pl.DataFrame(rows, schema=dict(schema.REPLACEMENTS), orient="row")


def _of(line: PlanLine, made: pl.DataFrame) -> list[tuple[str, str, str]]:
    own = made.filter(pl.col("valid"), pl.col("topic").fill_null("") == line.topic, strategy=line.strategy)
    free = dict(own.sort("position").select("candidate_id", pl.col("source_record_id").fill_null("")).iter_rows())
    rows, left = [], []
    for old in (one for one in line.replaces if one.id):
        new = next((name for name, source in free.items() if source == old.source), None)
        if new is None:
            left.append(old)
        else:
            del free[new]
            rows.append((new, old.id, old.why))
    return rows + [(new, old.id, old.why) for new, old in zip(free, left, strict=False)]
