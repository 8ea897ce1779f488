"""Topics for records: discovered together with the tree, or assigned to a tree that is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import embed, phases
from rftkit.acts import asking, gathering, orphans, reading, taxonomy
from rftkit.acts.gathering import Material
from rftkit.embed.cache import VectorCache
from rftkit.errors import InputError
from rftkit.jobs import Control, Job
from rftkit.schema import HAND_MADE
from rftkit.topics.categorize import CategorizeReport
from rftkit.topics.categorize import categorize as assign
from rftkit.topics.discover import Discovery
from rftkit.topics.discover import discover as find
from rftkit.topics.tree import TopicTree

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.store import Transaction

#: What is kept of a run beside the labels, so that a screen can tell of it later.
_KEPT = ("calibrated", "calibration_error", "accuracy", "embedder", "changed")
STOPPED = "Categorizing was stopped; the topics are as they were. Vectors that were made are kept."
LEFT = "Discovering was stopped; the topics are as they were. Vectors that were made are kept."
_LOOKED_AT = ("row", "id", "messages", "topic", "topic_confidence", "topic_method", "secondary_topics")
_TOPIC = ("topic", "topic_confidence", "topic_method", "secondary_topics")


def discover_topics(
    ds: Context,
    *,
    depth: int = 2,
    count: int | None = None,
    model: str | None = None,
    embedder: str = "auto",
    seed: int = 0,
    control: Control | None = None,
) -> TopicTree:
    """Find topics in the records, save the tree and assign its members; hand-made assignments and locked topics stay.

    Where there is a tree, a topic that is found again keeps its id and what a person wrote about it
    (`rftkit.topics.past` has the rule). `Dataset.topic_diff` says what is new, kept and gone; records whose topic is
    gone and that no other took are listed by `Dataset.orphans`.

    Parameters
    ----------
    ds
        The dataset.
    depth
        Number of levels.
    count
        Number of leaf topics; found by itself by default.
    model
        Names the topics; their keywords do by default.
    embedder
        Chosen by size by default.
    seed
        The same records and seed give the same tree.
    control
        Told how far it is, and may stop it; what `discover_topics_job` uses.
    """
    configuration = {"depth": depth, "count": count, "model": model, "embedder": embedder, "seed": seed}
    with phases.watched(control, LEFT), ds.step("topics discover", configuration) as step:
        old, was = reading.tree(ds), reading.stored_labels(ds)
        said = gathering.living(ds)
        found = proposal(ds, said, depth=depth, count=count, model=model, embedder=embedder, seed=seed)
        phases.phase("writing")
        labels = discovered(was, said, found)
        phases.look()  # for the last time: from here on all of it is written
        step.put("topics.json", found.tree.to_dict())
        lost = orphans.note(step, was, labels, old, found.tree)
        step.replace("labels", labels)
        told = {"added": found.change.added, "kept": found.change.kept, "removed": found.change.removed}
        step.counts = {
            "topics": len(found.tree),
            "assigned": len(found.topics) - found.topics.null_count(),
            **{name: len(paths) for name, paths in told.items() if old.topics},
            **({"orphans": lost} if lost else {}),
        }
    return taxonomy.counted(ds)


def discover_topics_job(ds: Context, **options: Any) -> Job[TopicTree]:
    """Find topics in the background; the notebook stays usable, and a stop leaves the topics as they were.

    Parameters
    ----------
    ds
        The dataset.
    **options
        As `discover_topics` takes them.

    Returns
    -------
    Job
        Started; its result is what `discover_topics` returns.
    """
    return Job(lambda control: discover_topics(ds, **options, control=control), name="discover").start()


def proposal(
    ds: Context,
    said: pl.DataFrame | None = None,
    *,
    depth: int = 2,
    count: int | None = None,
    model: str | None = None,
    embedder: str = "auto",
    seed: int = 0,
    material: Material | None = None,
) -> Discovery:
    """Return the topics that would be found, without saving them.

    Parameters
    ----------
    ds
        The dataset.
    said
        Labels of the records to look at; all that are not invalid by default.
    depth, count, model, embedder, seed
        See `discover_topics`.
    material
        What `gathered` returned for the same records, where it is there already.
    """
    said = gathering.living(ds) if said is None else said
    given = gathering.gathered(ds, said, embedder) if material is None else material
    by_hand = pl.when(pl.col("topic_method").is_in(HAND_MADE)).then("topic")
    return find(
        given.texts,
        given.vectors,
        depth=depth,
        count=count,
        seed=seed,
        locked=reading.tree(ds),
        labels=said.select(by_hand.cast(pl.String)).to_series(),
        before=said["topic"],
        keep=taxonomy.hand_made(ds),
        namer=None if model is None else asking.namer(ds, model),
        shown=given.shown,
    )


def discovered(labels: pl.DataFrame, said: pl.DataFrame, found: Discovery) -> pl.DataFrame:
    """Return labels with the topics of the found tree, as ids; records that were not looked at keep theirs if it is there.

    Parameters
    ----------
    labels
        All labels, topics as ids.
    said
        Those of the records that were looked at.
    found
        Their topics.
    """
    ids = {path: id_ for id_, path in found.tree.paths().items()}
    result = said.select("row").with_columns(
        new=found.topics.replace_strict(ids, return_dtype=pl.String), sure=found.confidence, stays=found.fixed
    )
    # a topic that somebody took away by hand stays away
    take = pl.col("stays").not_() & (pl.col("topic_method").is_in(HAND_MADE).not_()).fill_null(value=True)
    joined = labels.join(result, on="row", how="left", maintain_order="left").with_columns(
        take.fill_null(value=False).alias("take")
    )
    there = pl.col("topic").is_in(list(found.tree.paths()))
    lost = pl.col("topic").is_not_null() & there.not_()
    method = pl.when(pl.col("new").is_not_null()).then(pl.lit("discovered"))
    moved = (pl.col("take") & pl.col("topic").ne_missing(pl.col("new"))) | lost
    return joined.with_columns(
        topic=pl.when("take").then("new").when(there).then("topic"),
        topic_confidence=pl.when("take").then("sure").when(lost.not_()).then("topic_confidence"),
        topic_method=pl.when("take").then(method).when(lost.not_()).then("topic_method"),
        secondary_topics=pl.when(pl.col("take").not_()).then("secondary_topics"),
        updated_at=pl.when(moved).then(pl.lit(datetime.now(UTC))).otherwise("updated_at"),
    ).select(labels.columns)


def categorize(
    ds: Context,
    *,
    all: bool = False,
    method: Sequence[str] = ("keyword", "embedding"),
    model: str | None = None,
    embedder: str = "auto",
    approved: bool = False,
    control: Control | None = None,
) -> CategorizeReport:
    """Assign topics to the records that have none, or to all again; what was assigned by hand stays.

    Parameters
    ----------
    ds
        The dataset.
    all
        Assign all again, not only the unassigned.
    method
        Which of keyword, embedding and llm, in this order.
    model
        The model of llm.
    embedder
        Chosen by size by default.
    approved
        Whether the cost of a model is approved.
    control
        Told how far it is, and may stop it; what `categorize_job` uses.
    """
    tree = reading.tree(ds)
    if not tree.topics:
        raise InputError(f'there are no topics to assign; make them with: rftkit topics "{ds.path}" discover')
    configuration = {"all": all, "method": list(method), "model": model, "embedder": embedder}
    with phases.watched(control, STOPPED), ds.step("categorize", configuration) as step:
        phases.phase("reading")
        labels = reading.labels(ds)
        said = gathering.living(ds)
        frame = reading.frame(ds, said, _LOOKED_AT)
        judge = asking.judge(ds, model, approved=approved) if "llm" in method else None
        report = _assigned(ds, frame, tree, all=all, method=method, embedder=embedder, judge=judge)
        phases.phase("writing")
        new = reading.with_ids(_applied(labels, report), tree)
        phases.look()  # for the last time: from here on all of it is written
        step.replace("labels", new)
        told = report.to_dict()
        step.put("categorize.json", {name: told[name] for name in _KEPT})
        step.counts = {name: told[name] for name in ("total", "assigned", "review", "unassigned")}
    return report


def fill(ds: Context, step: Transaction, labels: pl.DataFrame, tree: TopicTree) -> pl.DataFrame:
    """Return labels with topics for the records that have none, by keywords and embedding; part of another step.

    A step that only adds records has no others judged: they were, when they came or when the tree was saved.

    Parameters
    ----------
    ds
        The dataset.
    step
        The step; the rows that it adds are not in the dataset yet.
    labels
        The labels as they will be, topics as ids.
    tree
        The tree as it will be.
    """
    paths = reading.with_paths(labels, tree)
    said = gathering.valid(paths)
    new = step.pending("records")
    came = pl.concat([reading.rows(ds, said["row"]), new])
    frame = said.join(came.drop("id"), on="row", how="inner", maintain_order="left")
    same = not new.is_empty() and tree.to_dict() == reading.tree(ds).to_dict()
    only = frame["row"].is_in(new["row"].implode()).to_numpy() if same else None
    report = _assigned(ds, frame, tree, only=only)
    return reading.with_ids(_applied(paths, report), tree)


def _assigned(
    ds: Context,
    frame: pl.DataFrame,
    tree: TopicTree,
    *,
    method: Sequence[str] = ("keyword", "embedding"),
    embedder: str = "auto",
    **options: Any,
) -> CategorizeReport:
    if "embedding" not in method:
        return assign(frame, tree, method=tuple(method), **options)
    found, why = _kept_embedder(ds, embed.texts(frame).to_list(), embedder)
    report = assign(frame, tree, method=tuple(method), embedder=found, **options)
    return replace(report, embedder=f"{found.name}: {why}" if report.embedder else "")


def _kept_embedder(ds: Context, texts: Sequence[str], name: str) -> tuple[Any, str]:
    """Return an embedder that is asked for new text only, and why this one: few records may be looked at of many."""
    cache = VectorCache(ds.path / "vectors")
    asked = asking.embedder(name)
    choice = embed.choose(asked, count=len(texts)) if isinstance(asked, str) else embed.Choice(asked.name, "asked for")
    found: Any = embed.get(choice.name, count=len(texts)) if isinstance(asked, str) else asked
    if choice.name == "static":
        teacher: Any = embed.get("minilm")
        return embed.fitted(found, texts, embed.kept(teacher, cache)), choice.why
    if isinstance(found, embed.Fittable):
        return found, choice.why
    return embed.kept(found, cache), choice.why


def _applied(labels: pl.DataFrame, report: CategorizeReport) -> pl.DataFrame:
    """Return the labels with what was assigned, topics as paths."""
    new = report.labels.select("row", *(pl.col(name).alias(f"{name}_new") for name in _TOPIC), seen=pl.lit(value=True))
    joined = labels.join(new, on="row", how="left", maintain_order="left")
    take = pl.col("seen").fill_null(value=False)
    changed = take & pl.col("topic").ne_missing(pl.col("topic_new"))
    columns = [pl.when(take).then(f"{name}_new").otherwise(name).alias(name) for name in _TOPIC]
    when = pl.when(changed).then(pl.lit(datetime.now(UTC))).otherwise("updated_at").alias("updated_at")
    return joined.with_columns(*columns, when).select(labels.columns)
