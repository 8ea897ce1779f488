"""What topics are found in: the texts of records and their vectors, from the dataset's cache where they are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from rftkit import embed, phases
from rftkit.acts import asking, reading
from rftkit.embed.cache import VectorCache
from rftkit.errors import InputError
from rftkit.messages import last_user_text

if TYPE_CHECKING:
    from rftkit.acts.context import Context

STOPPED = "Stopped before there was a proposal; the dataset is as it was. Vectors that were made are kept."


@dataclass(frozen=True)
class Material:
    """What topics are found in.

    Attributes
    ----------
    texts, shown
        One per record: what is embedded, and how it is quoted.
    vectors
        One per record.

    Examples
    --------
    >>> import numpy as np
    >>> Material(["a card"], ["a card"], np.ones((1, 1), np.float32)).texts
    ['a card']
    """

    texts: list[str]
    shown: list[str | None] = field(repr=False)
    vectors: embed.Array = field(repr=False)


def gathered(ds: Context, said: pl.DataFrame, embedder: str = "auto") -> Material:
    """Return the texts of records with their vectors.

    Parameters
    ----------
    ds
        The dataset.
    said
        Labels of the records.
    embedder
        Chosen by size by default.
    """
    if said.is_empty():
        raise InputError(
            f'there are no valid records to find topics in; import some with: rftkit import "{ds.path}" FILE'
        )
    phases.phase("reading")
    frame = reading.frame(ds, said, ["messages"])
    phases.look()
    texts = embed.texts(frame).to_list()
    phases.look()
    shown = frame.select(last_user_text()).to_series().to_list()
    return Material(texts, shown, vectors(ds, texts, embedder).array)


def vectors(ds: Context, texts: Sequence[str], embedder: str = "auto") -> embed.Vectors:
    """Return the vectors of texts; those of text that was embedded before come from the dataset's cache.

    Parameters
    ----------
    ds
        The dataset.
    texts
        What to embed.
    embedder
        A name for `rftkit.embed.get`, or an embedding model of litellm.
    """
    cache = VectorCache(ds.path / "vectors")
    return embed.vectors(texts, asking.embedder(embedder), cache=cache)


def living(ds: Context) -> pl.DataFrame:
    """Return the labels of the records that are not invalid, topics as paths.

    Parameters
    ----------
    ds
        The dataset.
    """
    return valid(reading.labels(ds))


def valid(labels: pl.DataFrame) -> pl.DataFrame:
    """Return the labels of records that are not invalid.

    Parameters
    ----------
    labels
        With `valid`, null where nobody has judged yet.

    Examples
    --------
    >>> valid(pl.DataFrame({"valid": [True, False, None]})).height
    2
    """
    return labels.filter(pl.col("valid").fill_null(value=True))
