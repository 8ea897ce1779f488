"""Validation: whether a candidate may become a record, and why not, in words that say what was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from rftkit import messages
from rftkit.errors import InputError
from rftkit.generate.entry import entries, with_secrets
from rftkit.generate.meanings import Embedder
from rftkit.generate.options import Options
from rftkit.generate.validator import Judge, Validator, Verdict

__all__ = [
    "REASONS",
    "Embedder",
    "Judge",
    "Validation",
    "Validator",
    "Verdict",
    "validate_candidates",
    "verdict_columns",
]

REASONS = (
    "structure",
    "no_user_message",
    "artefact",
    "too_short",
    "too_long",
    "duplicate_of_data",
    "duplicate_candidate",
    "too_similar",
    "off_topic",
    "copied_example",
    "language_switch",
    "leaked_answer",
    "low_quality",
)


@dataclass(frozen=True)
class Validation:
    """Candidates with their verdicts.

    Attributes
    ----------
    frame
        The candidates with ``valid, reasons, details, quality, quality_parts``.

    Examples
    --------
    >>> said = messages.pack([[{"role": "user", "content": "Hi"}]]).to_frame()
    >>> validate_candidates(said, said.clear()).rejection_reasons
    {'too_short': 1}
    """

    frame: pl.DataFrame

    @property
    def total(self) -> int:
        """Number of candidates."""
        return self.frame.height

    @property
    def valid(self) -> int:
        """Number of candidates without a reason against them."""
        return int(self.frame["valid"].sum())

    @property
    def rejection_reasons(self) -> dict[str, int]:
        """How often each reason was given, the most frequent first."""
        return dict(Counter(self.frame["reasons"].explode().drop_nulls().to_list()).most_common())

    def to_dict(self) -> dict[str, Any]:
        """Return the counts."""
        counts = {"total": self.total, "valid": self.valid, "rejected": self.total - self.valid}
        return {**counts, "rejection_reasons": self.rejection_reasons}

    def __repr__(self) -> str:
        return f"Validation({self.valid} of {self.total} candidates valid)"

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f"<tr><td>{escape(code)}</td><td>{count}</td></tr>" for code, count in self.rejection_reasons.items()
        )
        return f"<p>{escape(repr(self))}</p><table><tr><th>reason</th><th>candidates</th></tr>{rows}</table>"


def validate_candidates(
    candidates: pl.DataFrame,
    frame: pl.DataFrame,
    *,
    strictness: str = "medium",
    min_chars: int = 20,
    max_chars: int = 2000,
    similarity: float = 0.9,
    embedder: Embedder | None = None,
    judge: Judge | None = None,
    waiting: pl.DataFrame | None = None,
    nearby: Callable[[Sequence[str]], pl.DataFrame] | None = None,
) -> Validation:
    """Judge candidates against a dataset.

    Parameters
    ----------
    candidates
        ``messages``; ``topic`` and ``source_record_id`` where known. Judged in their order.
    frame
        The records of the dataset.
    strictness
        low, medium or high.
    min_chars, max_chars
        Length of the last user turn; a reply within a conversation may be shorter.
    similarity
        The limit: cosine of embeddings, else overlap of 5-grams.
    embedder
        For similarity of meaning.
    judge
        For a mark at high strictness.
    waiting
        Candidates that wait for review, which a new one must not repeat either.
    nearby
        As `Validator` takes it, where the frame is a sample of many records.

    Examples
    --------
    >>> said = messages.pack([[{"role": "user", "content": "As an AI language model, I cannot say."}]]).to_frame()
    >>> validate_candidates(said, said.clear()).frame["reasons"].to_list()
    [['artefact']]
    """
    if "messages" not in candidates.columns:
        raise InputError(f"candidates need a column 'messages'; there are {', '.join(candidates.columns) or 'none'}")
    options = Options(strictness=strictness, min_chars=min_chars, max_chars=max_chars, similarity=similarity)
    validator = Validator(frame, options, embedder, judge, waiting, nearby)
    verdicts = validator.judge_all(with_secrets(entries(candidates), candidates, frame))
    return Validation(candidates.with_columns(verdict_columns(verdicts)))


def verdict_columns(verdicts: Sequence[Verdict]) -> list[pl.Series]:
    """Return the columns that say what was found.

    Examples
    --------
    >>> [column.name for column in verdict_columns([])]
    ['valid', 'reasons', 'details', 'quality', 'quality_parts']
    """
    details = [messages.dump(dict(verdict.details)) if verdict.details else None for verdict in verdicts]
    shown = [messages.dump(verdict.parts.to_dict()) if verdict.parts else None for verdict in verdicts]
    return [
        pl.Series("valid", [verdict.valid for verdict in verdicts], dtype=pl.Boolean),
        pl.Series("reasons", [list(verdict.details) for verdict in verdicts], dtype=pl.List(pl.String)),
        pl.Series("details", details, dtype=pl.String),
        pl.Series("quality", [verdict.parts and verdict.parts.stars for verdict in verdicts], dtype=pl.Float64),
        pl.Series("quality_parts", shown, dtype=pl.String),
    ]
