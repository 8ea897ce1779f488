"""What a person assigns by hand from: which records wait for it, and what each of them could be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from rftkit import embed
from rftkit.acts import asking, mapping, reading
from rftkit.embed.cache import VectorCache
from rftkit.errors import InputError
from rftkit.schema import HAND_MADE
from rftkit.topics.calibrate import HIGH, MEDIUM
from rftkit.topics.choices import Choice, Choices, choices

if TYPE_CHECKING:
    from rftkit.acts.context import Context

#: Which records wait: unsure ones, those with no topic, those that are nearly sure, or the first two.
QUEUES = ("review", "unassigned", "medium", "high")
BINS = 20
_TEACHERS = 1200  # records that are looked at beside those asked about
_FITTED = 1000  # records that static vectors are fitted by, the same ones whatever is asked
_COLUMNS = ("topic", "topic_confidence", "topic_method", "messages")


def categorized(ds: Context) -> dict[str, Any]:
    """Return how the records stand, as the last run and the hands since left them; read from the labels alone.

    Parameters
    ----------
    ds
        The dataset.

    Returns
    -------
    dict
        total (records that are not invalid), high, medium, review, unassigned, by_hand (counted in none of the
        others), left_unassigned (by hand), by_method, histogram (20 counts from 0 to 1, hand-made ones left out),
        and of the last run: options, when, and run (calibrated, accuracy and more), None before it.
    """
    said = _living(reading.labels(ds))
    hand = pl.col("topic_method").is_in(HAND_MADE).fill_null(value=False)
    judged = said.filter(~hand & pl.col("topic").is_not_null())
    sure = judged["topic_confidence"].fill_null(0.0)
    high, medium = int((sure >= HIGH).sum()), int((sure >= MEDIUM).sum())
    bare = said.filter(pl.col("topic").is_null())
    left = bare.filter(hand).height
    return {
        "total": said.height,
        "high": high,
        "medium": medium - high,
        "review": judged.height - medium,
        "unassigned": bare.height - left,
        "by_hand": said.filter(hand & pl.col("topic").is_not_null()).height,
        "left_unassigned": left,
        "by_method": dict(sorted(judged["topic_method"].fill_null("unknown").value_counts().iter_rows())),
        "histogram": histogram(sure),
        **last_run(ds),
    }


def histogram(sure: pl.Series) -> list[int]:
    """Return how many confidences are in each of 20 equal parts from 0 to 1.

    Parameters
    ----------
    sure
        Confidences.

    Examples
    --------
    >>> counts = histogram(pl.Series([0.0, 0.5, 1.0]))
    >>> counts[0], counts[10], counts[19], sum(counts)
    (1, 1, 1, 3)
    """
    # the border between two parts belongs to the upper one: 0.8 is high
    at = np.clip(np.floor(sure.to_numpy() * BINS + 1e-9).astype(np.int64), 0, BINS - 1)
    return [int(each) for each in np.bincount(at, minlength=BINS)]


def last_run(ds: Context) -> dict[str, Any]:
    """Return the options of the last categorize, when it was, and what it said; None for what is not known.

    Parameters
    ----------
    ds
        The dataset.
    """
    lines = [line for line in ds.store.lineage(ds.line) if line.step == "categorize"]
    told = {"options": lines[-1].configuration, "when": lines[-1].when} if lines else {"options": None, "when": None}
    return {**told, "run": ds.store.get("categorize.json", ds.line)}


def corrections(ds: Context) -> int:
    """Return how many records were assigned by hand since the last run of categorize: what a new run can learn from.

    Parameters
    ----------
    ds
        The dataset.
    """
    when = last_run(ds)["when"]
    by_hand = (pl.col("topic_method") == "manual") & pl.col("topic").is_not_null()
    said = _living(reading.labels(ds), "updated_at").filter(by_hand)
    if when is None:
        return said.height
    since = pl.lit(when).str.to_datetime(time_zone="UTC")
    return said.filter(pl.col("updated_at").dt.convert_time_zone("UTC") > since).height


def queue(ds: Context, kind: str = "review", topic: str = "") -> list[str]:
    """Return the ids of the records that wait for a person, the least sure first.

    Parameters
    ----------
    ds
        The dataset.
    kind
        review (confidence below 0.5), unassigned, medium or high.
    topic
        Only those of this topic and below it.
    """
    return waiting(ds, kind, topic)[0]


def waiting(ds: Context, kind: str, topic: str, limit: int | None = None) -> tuple[list[str], int]:
    """Return the first ids of a `queue`, and how many records wait in all.

    Parameters
    ----------
    ds
        The dataset.
    kind, topic
        As `queue` takes them.
    limit
        At most so many ids.
    """
    if kind not in QUEUES:
        raise InputError(f"kind is {kind!r}; give one of {', '.join(QUEUES)}")
    said = _living(reading.labels(ds), "id").filter(~pl.col("topic_method").is_in(HAND_MADE).fill_null(value=False))
    sure = pl.col("topic_confidence").fill_null(0.0)
    of = {
        "unassigned": pl.col("topic").is_null(),
        "review": pl.col("topic").is_not_null() & (sure < MEDIUM),
        "medium": pl.col("topic").is_not_null() & (sure >= MEDIUM) & (sure < HIGH),
        "high": pl.col("topic").is_not_null() & (sure >= HIGH),
    }
    found = said.filter(of[kind])
    if topic:
        found = found.filter((pl.col("topic") == topic) | pl.col("topic").str.starts_with(topic + "/"))
    ordered = found.select("id", "topic_confidence").sort("topic_confidence", maintain_order=True)["id"]
    return (ordered if limit is None else ordered.head(limit)).to_list(), found.height


def topic_choices(ds: Context, ids: Sequence[str], *, embedder: str = "auto", seed: int = 0) -> pl.DataFrame:
    """Return what records could be: up to nine topics each, the likeliest first, with how sure and why.

    Parameters
    ----------
    ds
        The dataset.
    ids
        The records.
    embedder
        Chosen by size by default.
    seed
        The same records and seed give the same choices.

    Returns
    -------
    polars.DataFrame
        id, number (from 1), topic, confidence, why.
    """
    found = offered(ds, list(ids), embedder=embedder, seed=seed)
    rows = [
        {"id": id_, "number": number, "topic": one.topic, "confidence": one.confidence, "why": one.why}
        for id_ in ids
        for number, one in enumerate(found.of(id_), 1)
    ]
    kinds = {"id": pl.String(), "number": pl.Int64(), "topic": pl.String(), "confidence": pl.Float64()}
    return pl.DataFrame(rows, schema={**kinds, "why": pl.String()})


@dataclass(frozen=True)
class Offered:
    """What records of a dataset could be.

    Attributes
    ----------
    rows
        Id of a record to its row in what was judged.
    found
        What was judged; None where there was nothing.

    Examples
    --------
    >>> Offered().of("a")
    []
    """

    rows: dict[str, int] = field(default_factory=dict, repr=False)
    found: Choices | None = field(default=None, repr=False)

    def of(self, id: str) -> list[Choice]:
        """Return what a record could be, the likeliest first.

        Parameters
        ----------
        id
            The record.
        """
        return self.found.of(self.rows[id]) if self.found is not None and id in self.rows else []


def offered(ds: Context, ids: Sequence[str], *, embedder: str = "auto", seed: int = 0) -> Offered:
    """Judge some records for a person to choose from, beside those of all others that teach.

    Parameters
    ----------
    ds
        The dataset.
    ids, embedder, seed
        See `topic_choices`.
    """
    tree = reading.tree(ds)
    if not tree.topics or not len(ids):
        return Offered()
    said = reading.labels(ds)
    asked = said["id"].is_in(list(ids))
    some = _with_teachers(said, asked, seed)
    frame = reading.frame(ds, some, ["id", *_COLUMNS])
    wanted = frame["id"].is_in(list(ids)).to_numpy()
    found = choices(frame, tree, wanted, embedder=_embedder(ds, frame, said.height, embedder), seed=seed)
    rows = {id_: at for at, id_ in enumerate(frame["id"].to_list()) if wanted[at]}
    return Offered(rows, found)


def _with_teachers(said: pl.DataFrame, asked: pl.Series, seed: int) -> pl.DataFrame:
    """Return the records asked about, and of the others the hand-made ones first, then a sample of the surest."""
    hand = pl.col("topic_method").is_in(HAND_MADE).fill_null(value=False)
    teaches = ~asked & said["topic"].is_not_null() & said["valid"].fill_null(value=True)
    others = said.select("row", "topic_confidence", hand=hand).filter(teaches)
    mixed = others.sample(fraction=1.0, shuffle=True, seed=seed)
    chosen = mixed.sort("hand", "topic_confidence", descending=True, nulls_last=True, maintain_order=True)
    rows = pl.concat([said["row"].filter(asked), chosen.head(_TEACHERS)["row"]])
    return said.filter(pl.col("row").is_in(rows.implode()))


def _embedder(ds: Context, frame: pl.DataFrame, total: int, name: str) -> Any:
    """Return the embedder that a run over the whole dataset takes, so that its vectors are there already."""
    cache = VectorCache(ds.path / "vectors")
    asked = asking.embedder(name)
    if not isinstance(asked, str):
        return embed.kept(asked, cache)
    chosen = embed.choose(asked, count=total).name
    found: Any = embed.get(chosen, count=total)
    if chosen == "static":
        return ds.remember("fitted static", ("records",), lambda: _fitted(ds, found, cache))
    return found if isinstance(found, embed.Fittable) else embed.kept(found, cache)


def _fitted(ds: Context, found: Any, cache: VectorCache) -> Any:
    """Return static vectors fitted to the dataset: to the same few records every time, whose vectors are kept."""
    some = mapping.some(reading.labels(ds), _FITTED, 0)
    texts = embed.texts(reading.frame(ds, some, ["messages"])).to_list()
    return embed.fitted(found, texts, embed.kept(embed.get("minilm"), cache))  # type: ignore[arg-type]


def _living(labels: pl.DataFrame, *more: str) -> pl.DataFrame:
    """Return how the records that are not invalid stand: no other columns, which filtering would copy."""
    return labels.select("topic", "topic_method", "topic_confidence", "valid", *more).filter(
        pl.col("valid").fill_null(value=True)
    )
