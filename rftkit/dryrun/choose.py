"""Which prompts a dry run asks: drawn by chance within each topic, each topic by its share."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from rftkit.errors import InputError
from rftkit.split import order

PROMPTS, ROLLOUTS = 300, 8
_APART = 1_000_003  # so that this draw is another than that of a split with the same seed
TRAIN, VALID = "the training set", "the valid records, because there is no split"


@dataclass(frozen=True)
class Choice:
    """The prompts of a dry run, and what they were drawn from.

    Attributes
    ----------
    ids, topics
        Of each prompt, in the order of the data.
    population
        Topic -> prompts that could have been drawn; "" for those without a topic.
    source
        What they were drawn from, in words.
    seed
        Of the draw.

    Examples
    --------
    >>> Choice(("a",), ("cards",), {"cards": 3}, TRAIN, 0)
    Choice(1 of 3 prompts of the training set, seed 0)
    """

    ids: tuple[str, ...]
    topics: tuple[str, ...]
    population: dict[str, int]
    source: str
    seed: int

    def __repr__(self) -> str:
        return (
            f"Choice({len(self.ids):,} of {sum(self.population.values()):,} prompts of {self.source}, seed {self.seed})"
        )


def choose(frame: pl.DataFrame, prompts: int = PROMPTS, *, seed: int = 0) -> Choice:
    """Draw prompts: from the training set where there is a split, else from all valid records.

    Each topic gives its share, to within one prompt. A record's place in the draw depends on its id and the seed alone, so
    that a larger sample holds a smaller one of the same data and its rollouts are asked for once.

    Parameters
    ----------
    frame
        With `id`, and where there are: `topic`, `valid`, `split`.
    prompts
        How many; all where there are fewer.
    seed
        Another seed, another sample.

    Raises
    ------
    InputError
        There is nothing to draw from.

    Examples
    --------
    >>> frame = pl.DataFrame({"id": [f"r{n}" for n in range(40)], "topic": ["cards"] * 30 + ["loans"] * 10})
    >>> chosen = choose(frame, 8)
    >>> chosen.topics.count("cards"), chosen.topics.count("loans"), chosen.source
    (6, 2, 'the valid records, because there is no split')
    """
    if prompts < 1:
        raise InputError(f"prompts is {prompts}; give a number of prompts from 1 on, such as {PROMPTS}")
    there, source = _drawable(frame)
    if there.is_empty():
        raise InputError("no record can be drawn for the dry run: none is valid; import records or sanitize them first")
    topic = pl.col("topic").fill_null("") if "topic" in there.columns else pl.lit("")
    keyed = there.select("id", topic.alias("topic")).with_row_index("at")
    keyed = keyed.with_columns(pl.Series("key", order.keys(keyed["id"], seed + _APART)))
    sizes = dict(keyed.group_by("topic", maintain_order=True).len().iter_rows())
    parts = dict(zip(sizes, _parts(list(sizes.values()), min(prompts, keyed.height), seed), strict=True))
    rank = pl.col("key").rank("ordinal").over("topic")
    drawn = keyed.filter(rank <= pl.col("topic").replace_strict(parts, return_dtype=pl.Int64)).sort("at")
    return Choice(tuple(drawn["id"]), tuple(drawn["topic"]), sizes, source, seed)


def _drawable(frame: pl.DataFrame) -> tuple[pl.DataFrame, str]:
    valid = frame.filter(pl.col("valid").fill_null(value=True)) if "valid" in frame.columns else frame
    train = valid.filter(pl.col("split") == "train") if "split" in valid.columns else valid.clear()
    return (train, TRAIN) if train.height else (valid, VALID)


def _parts(sizes: Sequence[int], prompts: int, seed: int) -> list[int]:
    """Return how many of each topic: its share rounded down, and the rest to the largest remainders."""
    total = sum(sizes)
    shares = [prompts * size / total for size in sizes]
    parts = [int(part) for part in shares]
    chance = random.Random(seed)
    order = sorted(range(len(sizes)), key=lambda at: (parts[at] - shares[at], chance.random()))
    for at in order[: prompts - sum(parts)]:
        parts[at] += 1
    return parts
