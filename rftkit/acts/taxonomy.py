"""The topic tree of a dataset: found, taken from a template or a file, made by hand; records move along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.acts import categorizing, reading
from rftkit.topics.tree import TopicTree, TreeChange

if TYPE_CHECKING:
    from rftkit.acts.context import Context


def save_topics(
    ds: Context,
    tree: TopicTree,
    *,
    step: str = "topics",
    configuration: dict[str, Any] | None = None,
    categorize: bool = True,
) -> TreeChange:
    """Make a tree the dataset's own; records follow renamed, moved and merged topics.

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
    change = reading.tree(ds).diff(tree)
    with ds.step(step, configuration) as writing:
        writing.put("topics.json", tree.to_dict())
        labels = moved(reading.stored_labels(ds), change)
        if categorize and tree.topics and labels["topic"].null_count():
            labels = categorizing.fill(ds, writing, labels, tree)
        if labels.height:
            writing.replace("labels", labels)
        writing.counts = {"topics": len(tree), **_counts(change)}
    return change


def _counts(change: TreeChange) -> dict[str, int]:
    told = change.to_dict()
    return {name: len(value) for name, value in told.items() if value}


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
    tree = change(reading.tree(ds))
    save_topics(ds, tree, step=step, configuration=configuration, categorize=False)
    return tree


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
    """
    tree = TopicTree.template(name)
    save_topics(ds, tree, step="topics template", configuration={"template": name}, categorize=categorize)
    return tree


def load_topics(ds: Context, path: str, *, categorize: bool = True) -> TopicTree:
    """Take the tree from a JSON file, in either of the two shapes.

    Parameters
    ----------
    ds
        The dataset.
    path
        The file.
    categorize
        Assign the records.
    """
    tree = TopicTree.from_dict(read_json(path))
    save_topics(ds, tree, step="topics load", configuration={"file": str(path)}, categorize=categorize)
    return tree


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

    from rftkit.errors import InputError

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
    counts = reading.stored_labels(ds).group_by("topic").len()
    return dict(zip(counts["topic"], counts["len"], strict=True))


def orphans(ds: Context, paths: Sequence[str]) -> pl.DataFrame:
    """Return the records right under these topics.

    Parameters
    ----------
    ds
        The dataset.
    paths
        Paths of topics.
    """
    return reading.frame(ds, reading.labels(ds).filter(pl.col("topic").is_in(list(paths))))
