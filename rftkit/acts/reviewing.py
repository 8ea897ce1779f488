"""Review and add: decisions on candidates are rows, accepted candidates become records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import messages, review, schema
from rftkit.acts import comparing, covering, reading, rejudging
from rftkit.errors import InputError, NotFoundError
from rftkit.generate import Options, validate_candidates

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.messages import Message


def candidates(
    ds: Context,
    *,
    ids: Sequence[str] | None = None,
    where: str | None = None,
    min_stars: float | None = None,
    waiting: bool = True,
) -> pl.DataFrame:
    """Return candidates with what was decided about them.

    Parameters
    ----------
    ds
        The dataset.
    ids
        Only these.
    where
        A condition in SQL.
    min_stars
        Only those with at least so many stars.
    waiting
        Leave out those that were added already.

    Returns
    -------
    polars.DataFrame
        Columns of `schema.CANDIDATES` (messages as they were edited and judged as such), `decision`: accept, edit, reject,
        added or null, and `replaces`: the rejected candidate that it was made in place of.
    """
    found = _judged_anew(ds, review.current(*_review_tables(ds))).join(
        ds.store.scan("replacements", ds.line).select("candidate_id", "replaces").collect(),
        on="candidate_id",
        how="left",
        maintain_order="left",
    )
    if ids is not None:
        _known(found, ids)
        found = found.filter(pl.col("candidate_id").is_in(list(ids)))
    if waiting and ids is None:
        found = found.filter(pl.col("decision").ne_missing(pl.lit("added")))
    if where is not None:
        found = reading.filtered(found, where)
    return found if min_stars is None else found.filter(pl.col("quality") >= min_stars)


def _judged_anew(ds: Context, found: pl.DataFrame) -> pl.DataFrame:
    """Return candidates, the edited ones with the verdicts about their new messages."""
    told = ds.store.scan("verdicts", ds.line).collect()
    last = told.sort("when").group_by("candidate_id", maintain_order=True).last().drop("when")
    names = [name for name in schema.VERDICTS if name not in ("candidate_id", "when")]
    new = last.rename({name: f"_{name}" for name in names}).with_columns(_again=True)
    anew = pl.col("edited") & pl.col("_again").fill_null(value=False)
    joined = found.join(new, on="candidate_id", how="left", maintain_order="left")
    return joined.with_columns(pl.when(anew).then(f"_{name}").otherwise(name).alias(name) for name in names).select(
        found.columns
    )


def _verdicts(ds: Context, every: pl.DataFrame, edit: dict[str, Sequence[Message]]) -> pl.DataFrame:
    """Return what validation says of edited candidates, beside the data and the other candidates."""
    said = messages.pack([list(one) for one in edit.values()])
    named = pl.DataFrame([pl.Series("candidate_id", list(edit)), said]).join(
        every.select("candidate_id", "topic", "source_record_id"), on="candidate_id", how="left", maintain_order="left"
    )
    others = every.filter(
        pl.col("valid"), pl.col("decision").ne_missing(pl.lit("added")), ~pl.col("candidate_id").is_in(list(edit))
    )
    known = comparing.usual(ds, named["source_record_id"].drop_nulls().to_list())
    nearby = comparing.beyond(ds, Options().similarity)
    found = validate_candidates(named, known, waiting=others.select("messages", "topic"), nearby=nearby)
    return found.frame.with_columns(when=pl.lit(datetime.now(UTC), dtype=schema.TIME)).select(list(schema.VERDICTS))


def _known(found: pl.DataFrame, ids: Sequence[str]) -> None:
    unknown = sorted(set(ids) - set(found["candidate_id"]))
    if unknown:
        raise NotFoundError(f"there is no candidate {unknown[0]!r}; list them with: rftkit review DATASET list")


def decide(
    ds: Context,
    *,
    accept: Sequence[str] = (),
    reject: Sequence[str] = (),
    edit: dict[str, Sequence[Message]] | None = None,
) -> int:
    """Decide on candidates; nothing enters the dataset before `add`, and a later decision takes the place of this one.

    Parameters
    ----------
    ds
        The dataset.
    accept, reject
        Ids of candidates.
    edit
        Id of a candidate -> its new messages. They are judged like any candidate, and `candidates` says what was found; a
        person's edit is wanted all the same.

    Returns
    -------
    int
        How many decisions were written.
    """
    wanted = [*accept, *reject, *(edit or {})]
    if not wanted:
        return 0
    every = candidates(ds, waiting=False)
    _known(every, wanted)
    done = set(every.filter(pl.col("decision") == "added")["candidate_id"])
    late = [name for name in wanted if name in done]
    if late:
        raise InputError(f"the candidate {late[0]!r} is a record already; undo the step that added it to decide anew")
    edits = [review.edit(name, messages) for name, messages in (edit or {}).items()]
    made = pl.concat([*edits, review.accept(accept), review.reject(reject)])
    verdicts = _verdicts(ds, every, edit) if edit else None
    with ds.step("review", {"accept": len(accept), "reject": len(reject), "edit": len(edit or {})}) as step:
        step.append("decisions", made)
        if verdicts is not None:
            step.append("verdicts", verdicts)
        step.counts = {"accepted": len(accept), "rejected": len(reject), "edited": len(edit or {})}
    return made.height


def discard(ds: Context) -> int:
    """Reject every candidate that waits for a decision, the invalid ones too; undo takes it back.

    Returns
    -------
    int
        How many were rejected.
    """
    waiting = candidates(ds).filter(pl.col("decision").is_null())
    return decide(ds, reject=waiting["candidate_id"].to_list())


def add(ds: Context) -> int:
    """Make the accepted candidates records; undo takes them out again.

    Returns
    -------
    int
        How many were added.
    """
    drafts = review.accepted(*_review_tables(ds))
    if drafts.is_empty():
        return 0
    ids = drafts["id"].to_list()
    with ds.step("add", {"candidates": ids}) as step:
        when = datetime.now(UTC)
        fresh = drafts.with_columns(step.rows(drafts.height), pl.lit(when).alias("created_at"))
        step.append("records", fresh)
        step.append("decisions", review.added(ids))
        put = _labels(ds, fresh, when)
        rejudging.write(ds, step, put, put["row"].clear(), fresh.select(list(schema.RECORDS)))
        step.counts = {"added": fresh.height}
    return fresh.height


def _review_tables(ds: Context) -> tuple[pl.DataFrame, pl.DataFrame]:
    return ds.store.scan("candidates", ds.line).collect(), ds.store.scan("decisions", ds.line).collect()


def _labels(ds: Context, fresh: pl.DataFrame, when: datetime) -> pl.DataFrame:
    """Return label rows of added candidates; they count as valid until the dataset is sanitized."""
    said = fresh.select("row", "id", "topic", "topic_confidence", "topic_method", "quality", position="row")
    said = said.with_columns(pl.lit(when).alias("updated_at"))
    missing = [
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.LABELS.items() if name not in said.columns
    ]
    return reading.with_ids(said.with_columns(missing).select(list(schema.LABELS)), reading.tree(ds))


def review_state(ds: Context) -> dict[str, Any]:
    """Return how far the review is, and the coverage once the accepted candidates are added.

    Returns
    -------
    dict
        candidates (that are no records yet), waiting (valid and undecided), invalid, accepted, rejected, edited, added,
        by_topic, coverage_after.
    """
    told = review.state(*_review_tables(ds)).to_dict()
    found = candidates(ds)
    undecided = found.filter(pl.col("decision").is_null())
    told["invalid"] = undecided.filter(~pl.col("valid")).height
    told["waiting"] = undecided.height - told["invalid"]
    return {**told, "coverage_after": covering.coverage(ds).after(told["by_topic"]).to_dict()}


def final_distribution(ds: Context, before: int | None = None) -> Any:
    """Return the distribution of topics before and after generation, with both scores.

    Parameters
    ----------
    ds
        The dataset.
    before
        The version to compare with; by default the records that were not generated.
    """
    now = reading.narrow(ds)
    then = now.filter(~pl.col("generated")) if before is None else _narrow_at(ds, before)
    return review.final_distribution(then, now, reading.tree(ds), targets=covering.targets(ds))


def _narrow_at(ds: Context, version: int) -> pl.DataFrame:
    from rftkit.acts.context import Context as Reader

    return reading.narrow(Reader(ds.path, version=version))
