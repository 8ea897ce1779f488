"""The static page of a coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rftkit import render
from rftkit.coverage.scores import DEFINITIONS

if TYPE_CHECKING:
    from rftkit.coverage.result import Coverage

# With more topics than this the ones furthest from their target come first, and the rest is counted.
_ALL = 40


def page(coverage: Coverage) -> str:
    """Return the static page: the next act, scores, bars with their targets, warnings, recommendations.

    Parameters
    ----------
    coverage
        What to show.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit.coverage import coverage
    >>> "Loans" in page(coverage(pl.DataFrame({"topic": ["Cards", "Loans"]})))
    True
    """
    rows = coverage.topics
    if rows.height > _ALL:
        rows = rows.sort(rows["gap"].abs(), descending=True, maintain_order=True)
    bars = render.bars(rows.to_dicts(), limit=_ALL, total=coverage.topics.height) if rows.height else None
    sentences = [entry["sentence"] for entry in coverage.recommendations]
    return render.card(
        "Coverage",
        render.notice(coverage.next_act["sentence"], "ok" if coverage.next_act["act"] == "proceed" else "near"),
        _scores(coverage),
        bars,
        *(render.notice(entry["sentence"], "near") for entry in coverage.warnings),
        *((render.head("Recommended"), render.bullets(sentences)) if sentences else ()),
        note=_note(coverage),
    )


def _scores(coverage: Coverage) -> render.Html:
    values = {
        "balance": f"{render.score(coverage.balance)} ({coverage.balance_rating})",
        "target fit": render.score(coverage.target_fit),
        "synthetic share": render.share(coverage.synthetic_share),
        "records": coverage.total,
        "unassigned": coverage.unassigned,
        "needed": int(coverage.topics["needed"].sum()),
    }
    return render.facts(values, DEFINITIONS)


def _note(coverage: Coverage) -> str:
    level = "leaves" if coverage.options.level is None else f"level {coverage.options.level}"
    targets = coverage.options.targets if isinstance(coverage.options.targets, str) else "by hand"
    return f"{render.plural(coverage.topics.height, 'topic')} ({level}), targets {targets}; invalid records left out"
