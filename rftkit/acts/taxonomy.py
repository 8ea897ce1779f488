"""The topic tree of a dataset: found, taken from a template or a file, made by hand; records move along."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.acts import categorizing, orphans, reading
from rftkit.errors import InputError
from rftkit.schema import HAND_MADE
from rftkit.topics import shapes
from rftkit.topics.tree import TopicTree, TreeChange

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.store import Transaction, Version


def save_topics(
    ds: Context,
    tree: TopicTree,
    *,
    step: str = "topics",
    configuration: dict[str, Any] | None = None,
    categorize: bool = True,
) -> TreeChange:
    """Make a tree the dataset's own; records follow renamed, moved and merged topics.

    Records whose topic is gone and that no other topic takes are listed by `Dataset.orphans`, with a suggestion.

    Parameters
    ----------
    ds
        The dataset.
    tree
        The new tree.
    step
        Name for the history.
    configuration
        Options for the history.
    categorize
        Assign topics to the records that have none, by keywords and embedding.

    Returns
    -------
    TreeChange
        What differs from the tree before.
    """
    with ds.step(step, configuration) as writing:
        return saved(ds, writing, tree, categorize=categorize)


def saved(ds: Context, writing: Transaction, tree: TopicTree, *, categorize: bool) -> TreeChange:
    """Write a tree as part of a step, with the records moved along; return what changed.

    Parameters
    ----------
    ds
        The dataset.
    writing
        The step.
    tree
        The new tree.
    categorize
        Assign topics to the records that have none.
    """
    old, was = reading.tree(ds), reading.stored_labels(ds)
    change = old.diff(tree)
    writing.put("topics.json", tree.to_dict())
    labels = moved(was, change)
    if categorize and tree.topics and labels["topic"].null_count():
        labels = categorizing.fill(ds, writing, labels, tree)
    lost = orphans.note(writing, was, labels, old, tree)
    # a new name or place moves no record; and a step is a version, also where the tree stays as it was
    if labels.height and (labels is not was or not writing.changed):
        writing.replace("labels", labels)
    writing.counts = {"topics": len(tree), **_counts(change), **({"orphans": lost} if lost else {})}
    return change


def _counts(change: TreeChange) -> dict[str, int]:
    names = ("added", "removed", "renamed", "moved", "described", "reordered")
    return {name: len(getattr(change, name)) for name in names if getattr(change, name)}


def moved(labels: pl.DataFrame, change: TreeChange) -> pl.DataFrame:
    """Return the labels with removed topics replaced by those their records go to.

    Parameters
    ----------
    labels
        Rows of `labels`, topics as ids.
    change
        From the old tree to the new one.
    """
    if not change.moves:
        return labels
    old, new = list(change.moves), list(change.moves.values())
    topic = pl.col("topic").replace(old, new)
    orphan = topic.is_null() & pl.col("topic").is_not_null()
    return labels.with_columns(
        topic=topic,
        topic_method=pl.when(orphan).then(None).otherwise("topic_method"),
        topic_confidence=pl.when(orphan).then(None).otherwise("topic_confidence"),
        updated_at=pl.when(topic.ne_missing(pl.col("topic"))).then(pl.lit(datetime.now(UTC))).otherwise("updated_at"),
    )


def change_topics(ds: Context, change: Callable[[TopicTree], TopicTree], step: str, **configuration: Any) -> TopicTree:
    """Apply one operation of `TopicTree` and save the result.

    Parameters
    ----------
    ds
        The dataset.
    change
        For example ``lambda tree: tree.rename("cards", "bank cards")``.
    step
        Name for the history.
    configuration
        Options for the history.
    """
    with ds.step(step, configuration) as writing:  # the tree is read under the lock, so that no other change is lost
        saved(ds, writing, change(reading.tree(ds)), categorize=False)
    return counted(ds)


def use_template(ds: Context, name: str, *, categorize: bool = True) -> TopicTree:
    """Start from one of the templates; locked topics and hand-made assignments stay.

    Parameters
    ----------
    ds
        The dataset.
    name
        One of `rftkit.topics.TEMPLATES`.
    categorize
        Assign the records.

    Returns
    -------
    TopicTree
        The tree with its counts; `TopicTree.empty` names the topics that found no record.
    """
    tree = TopicTree.template(name)
    with ds.step("topics template", {"template": name}) as writing:
        saved(ds, writing, reading.tree(ds).adopt(tree, hand_made(ds), by_id=False), categorize=categorize)
    return counted(ds)


def load_topics(ds: Context, path: str, *, categorize: bool = True) -> TopicTree:
    """Take the tree from a JSON file, in any of its shapes; locked topics and hand-made assignments stay.

    Parameters
    ----------
    ds
        The dataset.
    path
        The file.
    categorize
        Assign the records.
    """
    value = read_json(path)
    tree = TopicTree.from_dict(value)
    if not tree.topics:
        raise InputError(f"{path} has no topics; give a file such as: rftkit topics DATASET save FILE")
    with ds.step("topics load", {"file": str(path)}) as writing:
        new = reading.tree(ds).adopt(tree, hand_made(ds), by_id=shapes.keeps_ids(value))
        saved(ds, writing, new, categorize=categorize)
    return counted(ds)


def hand_made(ds: Context) -> list[str]:
    """Return the ids of the topics that records were assigned to by hand.

    Parameters
    ----------
    ds
        The dataset.
    """
    labels = reading.stored_labels(ds)
    return labels.filter(pl.col("topic_method").is_in(HAND_MADE))["topic"].drop_nulls().unique().sort().to_list()


def read_json(path: str) -> Any:
    """Return the value of a JSON file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        The file is missing or no JSON.
    """
    import json
    from pathlib import Path

    try:
        return json.loads(Path(path).read_text("utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path} is not JSON ({error}); give a file such as: rftkit topics DATASET save {path}"
        ) from error


def topic_counts(ds: Context) -> dict[str | None, int]:
    """Return the number of records right under each topic id; None for the unassigned."""
    return dict(reading.stored_labels(ds)["topic"].value_counts().iter_rows())


def counted(ds: Context) -> TopicTree:
    """Return the topic tree with the number of records under each topic, which a notebook shows."""
    return ds.remember("counted", ("labels", "topics.json"), lambda: reading.tree(ds).counted(topic_counts(ds)))


def topic_diff(ds: Context, since: int | None = None) -> TreeChange:
    """Return how the topics changed: new, kept, gone, renamed, moved.

    Parameters
    ----------
    ds
        The dataset.
    since
        A version to compare with; by default the one before the last change of the topics.

    Raises
    ------
    NotFoundError
        There is no such version.
    """
    line = _before_the_last_change(ds) if since is None else ds.store.at(since)
    stored = None if line is None else ds.store.get("topics.json", line)
    old = TopicTree() if stored is None else TopicTree.from_dict(stored)
    return old.diff(reading.tree(ds))


def _before_the_last_change(ds: Context) -> Version | None:
    now = ds.line.files.get("topics.json")
    lines = [line for line in ds.store.versions() if line.version <= ds.version]
    return next((line for line in reversed(lines) if line.files.get("topics.json") != now), None)
