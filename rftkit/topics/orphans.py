"""Records whose topic is not in the tree (any more), each with a suggestion: never a silent loss."""

from __future__ import annotations

import difflib

import polars as pl

from rftkit.topics.naming import stem, words
from rftkit.topics.stopwords import STOP
from rftkit.topics.tree import TopicTree


def orphans(topics: pl.Series, tree: TopicTree, old: TopicTree | None = None) -> pl.DataFrame:
    """Return the topics of records that the tree does not have, how many records each has, and where they could go.

    Parameters
    ----------
    topics
        Path per record, null where unassigned.
    tree
        The tree that holds now.
    old
        The tree that held before; where it knows what became of a topic, that is the suggestion.

    Examples
    --------
    >>> orphans(pl.Series(["Cards/Lost", None, "Cards"]), TopicTree().add("Cards/Lost card")).rows()
    [('Cards/Lost', 1, 'Cards/Lost card')]
    """
    counted = topics.drop_nulls().cast(pl.String).alias("topic").value_counts(name="count").sort("topic")
    gone = [(path, count) for path, count in counted.iter_rows() if path not in tree]
    moved = {} if old is None else dict(old.diff(tree).paths)
    known = list(tree.paths().values())
    rows = [(path, count, moved.get(path) or closest(path, known)) for path, count in gone]
    return pl.DataFrame(rows, schema={"topic": pl.String, "count": pl.Int64, "suggestion": pl.String}, orient="row")


def closest(path: str, known: list[str]) -> str | None:
    """Return the path whose last name, else whole text, else words are most alike; None where nothing is.

    Examples
    --------
    >>> closest("Old/Refunds", ["Money/Refund", "Cards"])
    'Money/Refund'
    >>> closest("Cards", ["Loans", "Lost card"])
    'Lost card'
    """
    names = {each.rsplit("/", 1)[-1].casefold(): each for each in reversed(known)}
    found = difflib.get_close_matches(path.rsplit("/", 1)[-1].casefold(), list(names), n=1, cutoff=0.6)
    if found:
        return names[found[0]]
    whole = difflib.get_close_matches(path, known, n=1, cutoff=0.6)
    return whole[0] if whole else _of_words(path, known)


def _of_words(path: str, known: list[str]) -> str | None:
    """Return the path whose name shares the largest part of its words with that of another."""
    own = _stems(path)
    likeness = {each: len(own & _stems(each)) / len(own | _stems(each) | {""}) for each in known}
    best = max(likeness, key=lambda each: likeness[each], default=None)
    return best if best is not None and likeness[best] > 0 else None


def _stems(path: str) -> set[str]:
    return {stem(word) for word in words(path.rsplit("/", 1)[-1]) if word not in STOP}
