"""What a run of `categorize` found: the topic of every record, how sure, and what to look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from rftkit.topics import calibrate


@dataclass(frozen=True)
class CategorizeReport:
    """The topic of every record after a run.

    Attributes
    ----------
    labels
        One row per record: `id` (and `row` where given), `topic`, `topic_confidence`, `topic_method`,
        `secondary_topics`, and whether the run `changed` it.
    calibrated
        Whether confidences were calibrated by cross-validation on hand-made labels.
    embedder
        Which embedder was used and why, empty when none was.
    suggestions
        New topics that unassigned records suggest: name, description, keywords, count, ids.
    error
        Expected calibration error on the hand-made labels, each judged unseen; None when not calibrated.
    accuracy
        Share of hand-made labels that were found again, each judged unseen; None without enough of them.

    Examples
    --------
    >>> from rftkit import messages
    >>> from rftkit.topics import TopicTree, categorize
    >>> frame = pl.DataFrame({"id": ["a"], "messages": messages.pack([[{"role": "user", "content": "lost my card"}]])})
    >>> tree = TopicTree().add("Cards", keywords=["card", "lost"]).add("Rates", keywords=["rate"])
    >>> categorize(frame, tree, method=["keyword"]).labels["topic"].to_list()
    ['Cards']
    """

    labels: pl.DataFrame = field(repr=False)
    calibrated: bool = False
    embedder: str = ""
    suggestions: tuple[dict[str, Any], ...] = ()
    error: float | None = None
    accuracy: float | None = None

    @property
    def total(self) -> int:
        """Number of records."""
        return self.labels.height

    @property
    def assigned(self) -> int:
        """Number of records with a topic."""
        return self.total - self.unassigned

    @property
    def unassigned(self) -> int:
        """Number of records without a topic."""
        return int(self.labels["topic"].null_count())

    @property
    def changed(self) -> int:
        """Number of records whose topic this run set."""
        return int(self.labels["changed"].sum())

    @property
    def by_method(self) -> dict[str, int]:
        """Number of records with a topic by how they got it."""
        found = self.labels.filter(pl.col("topic").is_not_null())["topic_method"].fill_null("unknown")
        return dict(sorted(found.value_counts().iter_rows()))

    @property
    def bands(self) -> dict[str, int]:
        """Number of records with a topic by band: high from 0.8, medium from 0.5, review below."""
        known = self.labels.filter(pl.col("topic").is_not_null())
        return calibrate.bands(known["topic_confidence"].fill_null(0).to_numpy())

    @property
    def queue(self) -> pl.DataFrame:
        """The review queue: records whose confidence is low, the least sure first."""
        low = (pl.col("topic_confidence") < calibrate.MEDIUM) & pl.col("topic").is_not_null()
        return self.labels.filter(low).sort("topic_confidence", maintain_order=True)

    def __repr__(self) -> str:
        sure = "calibrated" if self.calibrated else "uncalibrated"
        return f"CategorizeReport({self.assigned} of {self.total} assigned, {self.bands}, {sure})"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(repr(self))}</pre>"

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain values.

        Examples
        --------
        >>> empty = pl.DataFrame(schema={"topic": pl.String, "topic_confidence": pl.Float64, "topic_method": pl.String})
        >>> CategorizeReport(empty.with_columns(changed=pl.lit(False))).to_dict()["total"]
        0
        """
        return {
            "total": self.total,
            "assigned": self.assigned,
            **self.bands,
            "unassigned": self.unassigned,
            "by_method": self.by_method,
            "changed": self.changed,
            "calibrated": self.calibrated,
            "calibration_error": self.error,
            "accuracy": self.accuracy,
            "embedder": self.embedder,
            "suggestions": [dict(each) for each in self.suggestions],
        }
