"""Review: what a person decides about candidates, and what becomes of it.

A decision is a row; the latest row of a candidate counts. `accept` and `edit` both mean that the candidate is wanted,
`edit` brings its own messages (which stay when it is accepted later), `reject` that it is not, and a row without a
decision takes the earlier ones back. Nothing enters the dataset without one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from rftkit import messages as chat
from rftkit import render, schema
from rftkit.coverage import DEFINITIONS, Coverage, coverage
from rftkit.coverage.targets import Targets
from rftkit.errors import InputError
from rftkit.topics.tree import TopicTree

WANTED = ("accept", "edit")


# -- decisions as rows -------------------------------------------------------------------------------------------


def accept(ids: Iterable[str], when: datetime | None = None) -> pl.DataFrame:
    """Return the rows that accept candidates.

    Parameters
    ----------
    ids
        Candidates.
    when
        Now by default.

    Examples
    --------
    >>> accept(["c1"])["decision"].to_list()
    ['accept']
    """
    return _rows(ids, "accept", when)


def reject(ids: Iterable[str], when: datetime | None = None) -> pl.DataFrame:
    """Return the rows that reject candidates.

    Parameters
    ----------
    ids
        Candidates.
    when
        Now by default.

    Examples
    --------
    >>> reject(["c1", "c2"]).height
    2
    """
    return _rows(ids, "reject", when)


def withdraw(ids: Iterable[str], when: datetime | None = None) -> pl.DataFrame:
    """Return the rows that take the decisions about candidates back; edits are dropped.

    Parameters
    ----------
    ids
        Candidates.
    when
        Now by default.

    Examples
    --------
    >>> withdraw(["c1"])["decision"].to_list()
    [None]
    """
    return _rows(ids, None, when)


def added(ids: Iterable[str], when: datetime | None = None) -> pl.DataFrame:
    """Return the rows that say that candidates are records now.

    Parameters
    ----------
    ids
        Candidates.
    when
        Now by default.

    Examples
    --------
    >>> added(["c1"])["decision"].to_list()
    ['added']
    """
    return _rows(ids, "added", when)


def edit(id: str, messages: Sequence[chat.Message], when: datetime | None = None) -> pl.DataFrame:
    """Return the row that accepts a candidate with other messages.

    Parameters
    ----------
    id
        The candidate.
    messages
        Its messages from now on.
    when
        Now by default.

    Examples
    --------
    >>> edit("c1", [{"role": "user", "content": "Where is my card?"}])["decision"].to_list()
    ['edit']
    """
    if not messages or not all(isinstance(message, Mapping) and message.get("role") for message in messages):
        raise InputError(
            f"the messages of {id!r} must be a list of chat messages with a role; given {str(messages)[:80]!r}"
        )
    return _rows([id], "edit", when).with_columns(chat.pack([list(messages)]))


def _rows(ids: Iterable[str], decision: str | None, when: datetime | None) -> pl.DataFrame:
    if isinstance(ids, str):
        raise InputError(f"give a list of candidate ids, such as [{ids!r}]")
    names = pl.Series("candidate_id", list(dict.fromkeys(ids)), dtype=pl.String)
    return names.to_frame().select(
        "candidate_id",
        pl.lit(decision, dtype=pl.String).alias("decision"),
        pl.lit(None, dtype=pl.List(schema.MESSAGE)).alias("messages"),
        pl.lit(when or datetime.now(UTC), dtype=schema.TIME).alias("when"),
    )


# -- what they amount to -----------------------------------------------------------------------------------------


def current(candidates: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates as they stand: with the latest decision and the edited messages.

    Parameters
    ----------
    candidates
        Columns of `schema.CANDIDATES`.
    decisions
        Columns of `schema.DECISIONS`, in the order they were written.

    Returns
    -------
    polars.DataFrame
        The candidates with `messages` as edited, and `decision` (null while it waits), `decided_at`, `edited`.

    Examples
    --------
    >>> waiting = schema.empty(schema.CANDIDATES).with_columns()
    >>> current(waiting, schema.empty(schema.DECISIONS)).columns[-3:]
    ['decision', 'decided_at', 'edited']
    """
    last = _last(decisions)
    joined = candidates.join(last, on="candidate_id", how="left", maintain_order="left")
    edited = pl.col("_edited").is_not_null()
    return joined.with_columns(
        pl.when(edited).then(pl.col("_edited")).otherwise(pl.col("messages")).alias("messages"),
        edited.alias("edited"),
    ).drop("_edited")


def _last(decisions: pl.DataFrame) -> pl.DataFrame:
    """Return one row per candidate: its latest decision, and its latest messages since it was last withdrawn."""
    ordered = decisions.sort("when", maintain_order=True)
    span = pl.col("decision").is_null().cast(pl.Int32).cum_sum().over("candidate_id")
    live = ordered.with_columns(span=span).filter(pl.col("span") == pl.col("span").max().over("candidate_id"))
    return live.group_by("candidate_id", maintain_order=True).agg(
        pl.col("decision").last(),
        pl.col("when").last().alias("decided_at"),
        pl.col("messages").filter(pl.col("decision") == "edit").last().alias("_edited"),
    )


def accepted(candidates: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Return the accepted candidates that are no records yet, as drafts to add.

    Parameters
    ----------
    candidates, decisions
        As for `current`.

    Returns
    -------
    polars.DataFrame
        Columns of `schema.DRAFT`, and the labels `topic` (path), `topic_confidence`, `topic_method`, `quality`. The
        facets that a plan asked for are in the metadata.

    Examples
    --------
    >>> accepted(schema.empty(schema.CANDIDATES), schema.empty(schema.DECISIONS)).height
    0
    """
    wanted = current(candidates, decisions).filter(pl.col("decision").is_in(WANTED))
    drafts = wanted.select(
        pl.col("candidate_id").alias("id"),
        *("messages", "tools", "tool_choice", "source_record_id", "strategy", "model", "topic", "quality"),
        pl.lit(value=True).alias("generated"),
        pl.Series("metadata", [_metadata(facets) for facets in wanted["facets"]], dtype=pl.String),
        pl.when(pl.col("topic").is_not_null()).then(pl.lit("generated")).alias("topic_method"),
        pl.when(pl.col("topic").is_not_null()).then(pl.lit(1.0)).alias("topic_confidence"),
    )
    return _completed(drafts)


def _metadata(facets: str | None) -> str | None:
    held = chat.load(facets)
    return chat.dump({"facets": held}) if held else None


def _completed(drafts: pl.DataFrame) -> pl.DataFrame:
    from rftkit.keys import with_keys

    missing = [pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.DRAFT.items() if name not in drafts]
    whole = with_keys(drafts.with_columns(missing))
    labels = ("topic", "topic_confidence", "topic_method", "quality")
    return whole.select(*(pl.col(name).cast(dtype) for name, dtype in schema.DRAFT.items()), *labels)


@dataclass(frozen=True)
class ReviewState:
    """How far a review is.

    Attributes
    ----------
    candidates
        Candidates that are no records yet.
    waiting, accepted, rejected
        Those without a decision, the accepted (edited ones too), the rejected.
    added
        Candidates that are records now.
    edited
        Accepted ones with other messages.
    by_topic
        Topic to accepted candidates: what would be added.

    Examples
    --------
    >>> state(schema.empty(schema.CANDIDATES), schema.empty(schema.DECISIONS))
    ReviewState(0 candidates: 0 waiting, 0 accepted, 0 rejected; 0 added)
    """

    candidates: int
    waiting: int
    accepted: int
    rejected: int
    added: int
    edited: int
    by_topic: Mapping[str, int]

    def __repr__(self) -> str:
        return (
            f"ReviewState({render.plural(self.candidates, 'candidate')}: {render.count(self.waiting)} waiting, "
            f"{render.count(self.accepted)} accepted, {render.count(self.rejected)} rejected; "
            f"{render.count(self.added)} added)"
        )

    def _repr_html_(self) -> str:
        names = ("candidates", "waiting", "accepted", "edited", "rejected", "added")
        rows = [{"topic": topic, "accepted": number} for topic, number in self.by_topic.items()]
        facts = render.facts({name: getattr(self, name) for name in names})
        return render.card("Review", facts, render.table(rows) if rows else None)

    def to_dict(self) -> dict[str, Any]:
        """Return the state as plain values.

        Examples
        --------
        >>> state(schema.empty(schema.CANDIDATES), schema.empty(schema.DECISIONS)).to_dict()["accepted"]
        0
        """
        names = ("candidates", "waiting", "accepted", "rejected", "added", "edited")
        return {**{name: getattr(self, name) for name in names}, "by_topic": dict(self.by_topic)}


def state(candidates: pl.DataFrame, decisions: pl.DataFrame) -> ReviewState:
    """Return how far a review is.

    Parameters
    ----------
    candidates, decisions
        As for `current`.

    Examples
    --------
    >>> state(schema.empty(schema.CANDIDATES), schema.empty(schema.DECISIONS)).waiting
    0
    """
    now = current(candidates, decisions)
    counts = dict(now["decision"].fill_null("waiting").value_counts().iter_rows())
    wanted = now.filter(pl.col("decision").is_in(WANTED))
    topics = wanted.drop_nulls("topic").group_by("topic", maintain_order=True).len()
    return ReviewState(
        candidates=now.height - counts.get("added", 0),
        waiting=counts.get("waiting", 0),
        accepted=wanted.height,
        rejected=counts.get("reject", 0),
        added=counts.get("added", 0),
        edited=int(wanted["edited"].sum()),
        by_topic=dict(topics.iter_rows()),
    )


# -- before and after --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FinalDistribution:
    """The coverage before and after records were added.

    Attributes
    ----------
    before, after
        The two coverages.
    topics
        `path`, `before`, `added`, `after`, `share_before`, `share_after`, `target`, `status_before`, `status_after`.

    Examples
    --------
    >>> few, more = (pl.DataFrame({"topic": ["Cards"] * 3 + ["Loans"] * n}) for n in (1, 3))
    >>> final_distribution(few, more)
    FinalDistribution(4 -> 6 records, balance 0.33 -> 1.00, target fit 0.75 -> 1.00)
    """

    before: Coverage
    after: Coverage
    topics: pl.DataFrame

    def __repr__(self) -> str:
        return (
            f"FinalDistribution({render.count(self.before.total)} -> {render.plural(self.after.total, 'record')}, "
            f"balance {self.before.balance:.2f} -> {self.after.balance:.2f}, "
            f"target fit {self.before.target_fit:.2f} -> {self.after.target_fit:.2f})"
        )

    def _repr_html_(self) -> str:
        arrow = "\N{RIGHTWARDS ARROW}"
        pairs = {
            "records": (render.count(self.before.total), render.count(self.after.total)),
            "balance": (render.score(self.before.balance), render.score(self.after.balance)),
            "target fit": (render.score(self.before.target_fit), render.score(self.after.target_fit)),
            "synthetic share": (render.share(self.before.synthetic_share), render.share(self.after.synthetic_share)),
        }
        facts = render.facts({name: f"{a} {arrow} {b}" for name, (a, b) in pairs.items()}, DEFINITIONS)
        formats: dict[str, Callable[[Any], object]] = {
            **dict.fromkeys(("share_before", "share_after", "target"), render.share),
            "status_after": lambda name: render.status(name or "gone"),
        }
        columns = {
            "path": "topic",
            "before": "before",
            "added": "added",
            "after": "after",
            "share_before": "share before",
            "share_after": "share after",
            "target": "target",
            "status_after": "status",
        }
        table = render.table(self.topics, columns, formats=formats, limit=60)
        return render.card("Final distribution", facts, table)

    def to_dict(self) -> dict[str, Any]:
        """Return both ends as plain values.

        Examples
        --------
        >>> few, more = (pl.DataFrame({"topic": ["Cards"] * 3 + ["Loans"] * n}) for n in (1, 3))
        >>> final_distribution(few, more).to_dict()["balance_after"]
        1.0
        """
        return {
            "total_before": self.before.total,
            "total_after": self.after.total,
            "added": self.after.total - self.before.total,
            "balance_before": self.before.balance,
            "balance_after": self.after.balance,
            "balance_rating_before": self.before.balance_rating,
            "balance_rating_after": self.after.balance_rating,
            "target_fit_before": self.before.target_fit,
            "target_fit_after": self.after.target_fit,
            "synthetic_share_before": self.before.synthetic_share,
            "synthetic_share_after": self.after.synthetic_share,
            "topics": self.topics.to_dicts(),
        }


def final_distribution(
    before: pl.DataFrame | Coverage,
    after: pl.DataFrame | Coverage,
    tree: TopicTree | None = None,
    *,
    targets: Targets = "uniform",
    level: int | None = None,
) -> FinalDistribution:
    """Compare the coverage before and after records were added.

    Parameters
    ----------
    before, after
        Records, or coverages of them.
    tree, targets, level
        As for `rftkit.coverage.coverage`; not looked at for coverages.

    Examples
    --------
    >>> few, more = (pl.DataFrame({"topic": ["Cards"] * 3 + ["Loans"] * n}) for n in (1, 3))
    >>> final_distribution(few, more).topics["added"].to_list()
    [0, 2]
    """
    first, last = (
        given if isinstance(given, Coverage) else coverage(given, tree, targets=targets, level=level)
        for given in (before, after)
    )
    return FinalDistribution(first, last, _side_by_side(first.topics, last.topics))


def _side_by_side(first: pl.DataFrame, last: pl.DataFrame) -> pl.DataFrame:
    joined = last.select(
        "path", "target", pl.col("count").alias("after"), share_after="share", status_after="status"
    ).join(
        first.select("path", pl.col("count").alias("before"), share_before="share", status_before="status"),
        on="path",
        how="full",
        coalesce=True,
        maintain_order="left_right",
    )
    numbers = ("before", "after", "share_before", "share_after", "target")
    filled = joined.with_columns(pl.col(name).fill_null(0) for name in numbers)
    return filled.with_columns((pl.col("after") - pl.col("before")).alias("added")).select(
        "path", "before", "added", "after", "share_before", "share_after", "target", "status_before", "status_after"
    )
