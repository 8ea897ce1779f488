"""Stars: how good a prompt is, 1 to 5, as the mean of parts that can be looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from rftkit import messages
from rftkit.offline import slots
from rftkit.offline.text import words

if TYPE_CHECKING:
    from rftkit.generate.words import WordModel

WEIGHTS = {"specificity": 0.25, "naturalness": 0.3, "novelty": 0.2, "on_topic": 0.25, "judge": 0.5}
_LONG_ENOUGH = 14
_FLOOR = 0.5


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one prompt's stars, each 0 to 1.

    Examples
    --------
    >>> Parts(1.0, 1.0, 1.0, 1.0).stars
    5.0
    """

    specificity: float
    naturalness: float
    novelty: float
    on_topic: float
    judge: float | None = None

    def to_dict(self) -> dict[str, float]:
        """Return the parts that there are, to three digits."""
        named = {name: getattr(self, name) for name in WEIGHTS}
        return {name: round(value, 3) for name, value in named.items() if value is not None}

    @property
    def stars(self) -> float:
        """1 to 5, to one digit."""
        parts = self.to_dict()
        whole = sum(WEIGHTS[name] for name in parts)
        return round(1 + 4 * sum(WEIGHTS[name] * value for name, value in parts.items()) / whole, 1)


def parts(text: str, topic: str, model: WordModel, overlap: float, judge: float | None = None) -> Parts:
    """Return the parts of a prompt's stars.

    Parameters
    ----------
    text
        Its last user turn.
    topic
        Path, empty where unassigned.
    model
        How the data uses words.
    overlap
        The largest overlap with another prompt, 0 to 1.
    judge
        What a judge model said, 0 to 1.

    Examples
    --------
    >>> from rftkit.generate.words import WordModel
    >>> parts("block my card", "", WordModel(["block my card"], [""]), overlap=1.0).novelty
    0.0
    """
    length = min(1.0, len(words(text)) / _LONG_ENOUGH)
    specificity = 0.45 * model.rarity(text) * 1.6 + 0.35 * length + 0.2 * min(1, len(slots.find(text)))
    novelty = 1 - max(0.0, (overlap - 0.3) / 0.7)
    on_topic = model.fit(text, topic) if topic else 0.5
    return Parts(min(1.0, specificity), model.naturalness(text), novelty, on_topic, judge)


def stars(frame: pl.DataFrame, *, among: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return stars for the records of a frame, from the same parts as those of candidates.

    Parameters
    ----------
    frame
        Columns ``id`` and ``messages``, ``topic`` where known.
    among
        The records that words and overlaps are compared with; the frame itself by default.

    Returns
    -------
    polars.DataFrame
        id, quality, quality_parts (JSON text).

    Examples
    --------
    >>> said = messages.pack([[{"role": "user", "content": "How do I block my card?"}]])
    >>> stars(pl.DataFrame([pl.Series("id", ["a"]), said])).columns
    ['id', 'quality', 'quality_parts']
    """
    from rftkit.generate.similarity import Overlaps
    from rftkit.generate.words import WordModel

    known = _texts(frame if among is None else among)
    asked = _texts(frame)
    model = WordModel(known["text"].to_list(), known["topic"].to_list())
    overlaps = Overlaps(known["folded"].to_list(), known["context"].to_list())
    found = []
    for place, (text, topic, folded, context) in enumerate(asked.iter_rows()):
        overlap, _ = overlaps.closest(folded, context, _FLOOR, skip=place if among is None else -1)
        found.append(parts(text, topic, model, overlap))
    return pl.DataFrame(
        {
            "id": frame["id"],
            "quality": pl.Series([part.stars for part in found], dtype=pl.Float64),
            "quality_parts": pl.Series([messages.dump(part.to_dict()) for part in found], dtype=pl.String),
        }
    )


def _texts(frame: pl.DataFrame) -> pl.DataFrame:
    from rftkit.generate.similarity import contexts, normalise

    topic = pl.col("topic") if "topic" in frame.columns else pl.lit(None, dtype=pl.String).alias("topic")
    told = frame.select(
        messages.last_user_text().fill_null("").alias("text"), topic.fill_null(""), contexts().fill_null("")
    )
    return told.select("text", "topic", normalise(pl.col("text")).alias("folded"), "context")
