"""The topics that a record could have, the likeliest first, each with how sure and why: what a person chooses from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rftkit.messages import last_user_text
from rftkit.topics import calibrate, keywords
from rftkit.topics.meaning import SHARES, by_meaning
from rftkit.topics.outcome import Outcome
from rftkit.topics.tree import TopicTree
from rftkit.topics.work import Ints, Work, column

if TYPE_CHECKING:
    from rftkit.embed.protocol import Embedder, Fittable

_NEAR = 0.3  # a cosine below that is no likeness worth a word
_QUOTED = 90  # characters of a record that is quoted


@dataclass(frozen=True, slots=True)
class Choice:
    """A topic that a record could have.

    Attributes
    ----------
    topic
        Its path.
    confidence
        How sure: calibrated for the likeliest; the others share what remains, in the proportion of their likelihood.
    keywords
        Keywords of the topic that the record has.
    like
        The most similar record of that topic, quoted; empty where none is near.
    by_hand
        Whether that record was assigned by a person.

    Examples
    --------
    >>> Choice("Cards", 0.4).why
    'its name and description are near'
    """

    topic: str
    confidence: float
    keywords: tuple[str, ...] = ()
    like: str = ""
    by_hand: bool = False

    @property
    def why(self) -> str:
        """The reason, as words."""
        said = f"says {', '.join(self.keywords)}" if self.keywords else ""
        whose = "you assigned" if self.by_hand else "it has"
        near = f"like one {whose}: \N{LEFT DOUBLE QUOTATION MARK}{self.like}\N{RIGHT DOUBLE QUOTATION MARK}"
        return "; ".join(filter(None, (said, near if self.like else ""))) or "its name and description are near"


@dataclass(frozen=True)
class Choices:
    """What some records of a run could be.

    Attributes
    ----------
    work, outcome
        The records, and what was found about them.
    quoted
        What is quoted of each record.
    sure
        Rows with a topic that is sure, and the column of it.

    Examples
    --------
    >>> import rftkit
    >>> frame = pl.DataFrame({"messages": rftkit.messages.pack([[{"role": "user", "content": "my card"}]])})
    >>> found = choices(frame, TopicTree().add("Cards", keywords=["card"]), [True], embedder="lsa")
    >>> [(each.topic, each.keywords) for each in found.of(0)]
    [('Cards', ('card',))]
    """

    work: Work = field(repr=False)
    outcome: Outcome = field(repr=False)
    quoted: list[str | None] = field(repr=False)
    sure: tuple[Ints, Ints] = field(repr=False)

    def of(self, row: int) -> list[Choice]:
        """Return what a record could be, the likeliest first; nothing for a record that has no text.

        Parameters
        ----------
        row
            Of the frame.
        """
        shares = (self.outcome.shares or {}).get(row, [])
        columns = self.outcome.likely.get(row, [])[: len(shares)]
        decided = int(self.outcome.topic[row])
        if decided in columns[1:]:  # keywords have overruled the meaning
            at = columns.index(decided)
            columns, shares = _to_front(columns, at), _to_front(shares, at)
        confidence = self._confidence(row, shares)
        hits = keywords.hits([self.work.text(row)], self.work.leaves)[0] if columns else {}
        return [
            Choice(self.work.paths[at], each, tuple(hits.get(at, ())[:3]), *self._like(row, at))
            for at, each in zip(columns, confidence, strict=True)
        ]

    def _confidence(self, row: int, shares: Sequence[float]) -> list[float]:
        if not shares:
            return []
        best = float(self.outcome.confidence[row])
        rest = (1 - best) / max(1 - shares[0], 1e-9)
        return [best, *(min(best, share * rest) for share in shares[1:])]

    def _like(self, row: int, topic: int) -> tuple[str, bool]:
        assert self.work.vectors is not None
        rows = self.sure[0][self.sure[1] == topic]
        if not len(rows):
            return "", False
        own, others = np.searchsorted(self.work.use, row), np.searchsorted(self.work.use, rows)
        near = self.work.vectors[others] @ self.work.vectors[own]
        at = int(rows[int(near.argmax())])
        return (_quote(self.quoted[at]), bool(self.work.hand[at])) if near.max() >= _NEAR else ("", False)


def _to_front(values: list[Any], at: int) -> list[Any]:
    return [values[at], *values[:at], *values[at + 1 :]]


def _quote(text: str | None) -> str:
    words = " ".join((text or "").split())
    return words if len(words) <= _QUOTED else words[: _QUOTED - 1] + "\N{HORIZONTAL ELLIPSIS}"


def choices(
    frame: pl.DataFrame,
    tree: TopicTree,
    wanted: Sequence[bool] | npt.NDArray[np.bool_],
    *,
    embedder: str | Embedder | Fittable = "auto",
    seed: int = 0,
) -> Choices:
    """Return what some records could be, judged by keywords and meaning as `categorize` does it.

    Parameters
    ----------
    frame
        The records with others that teach: messages, topic, topic_method.
    tree
        The topics.
    wanted
        Which of the records are asked about; their own topic teaches nothing.
    embedder
        A name, or an embedder.
    seed
        For the folds of the calibration.

    Examples
    --------
    >>> import rftkit
    >>> said = [[{"role": "user", "content": text}] for text in ("my card is lost", "a card", "rates today")]
    >>> frame = pl.DataFrame({"messages": rftkit.messages.pack(said), "topic": [None, "Cards", "Rates"]})
    >>> frame = frame.with_columns(topic_method=pl.lit("manual"))
    >>> found = choices(frame, TopicTree().add("Cards").add("Rates"), [True, False, False], embedder="lsa")
    >>> len(found.of(0))
    2
    """
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    asked = np.asarray(wanted, dtype=bool)
    blank = {name: pl.when(~pl.Series(asked)).then(name) for name in ("topic", "topic_method") if name in frame.columns}
    work = Work.of(frame.with_columns(**blank), tree, again=False, only=asked, seed=seed)
    outcome = Outcome.empty(frame.height)
    outcome.shares = {}
    if len(work.at):
        work.embed(embedder, None)
        # a few hundred records: threads of BLAS would wait for each other several times as long as they work
        with threadpool_limits(1, "blas"):
            by_meaning(work, outcome, keywords.scores(work.texts, work.leaves), together=True, seed=seed)
    return Choices(work, outcome, frame.select(last_user_text()).to_series().to_list(), _sure(work))


def _sure(work: Work) -> tuple[Ints, Ints]:
    """Return rows that show what a topic is like: decided by hand, or as good as sure."""
    place = {path: at for at, path in enumerate(work.paths)}
    topics = np.array([place.get(path or "", -1) for path in work.current], dtype=np.int64)
    told = column(work.frame, "topic_confidence")
    high = np.array([each is not None and float(each) >= calibrate.HIGH for each in told], dtype=bool)
    rows = np.intersect1d(np.flatnonzero((topics >= 0) & (high | work.hand)), work.use)
    return rows, topics[rows]


def most() -> int:
    """Return how many choices a record has at most.

    Examples
    --------
    >>> most()
    9
    """
    return SHARES
