"""`GradeReport`: the rewards of many answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from rftkit import render
from rftkit.messages import load

#: One row per answer.
COLUMNS: dict[str, pl.DataType] = {
    "id": pl.String(),
    "sample": pl.Int64(),
    "reward": pl.Float64(),  # null where there is an error
    "sub_rewards": pl.String(),  # JSON text of an object
    "error": pl.String(),
    "detail": pl.String(),
    "explanation": pl.String(),
}


@dataclass(frozen=True)
class GradeReport:
    """The rewards of many answers.

    Attributes
    ----------
    frame
        Columns of `COLUMNS`, one row per answer, in their order; `id` is the record's.
    grader, type, fingerprint
        Of the grader.
    on
        What was graded: outputs, rollouts, or the name of a file.
    calls, cached_calls
        Answers of models that were paid for, and that were remembered.
    prompt_tokens, completion_tokens
        Of the calls.
    cost_usd
        Measured; None where the price is unknown and something was asked.
    stored
        Grades that were there already.
    skipped
        Why records have no answer to grade -> how many.
    problems
        What is wrong with lines of a file of answers: `line` and `problem`.

    Examples
    --------
    >>> frame = pl.DataFrame({"id": ["a", "b"], "reward": [1.0, None], "error": [None, "other_error"]})
    >>> GradeReport(frame, grader="exact", on="outputs")
    GradeReport(exact on outputs: 1 scored, mean 1.000, 1 errors)
    """

    frame: pl.DataFrame = field(repr=False)
    grader: str = ""
    type: str = ""
    fingerprint: str = ""
    on: str = "outputs"
    calls: int = 0
    cached_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0
    stored: int = 0
    skipped: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[Mapping[str, Any], ...] = ()

    @property
    def scored(self) -> int:
        """Answers that have a reward."""
        return self.frame.height - self.frame["reward"].null_count()

    @property
    def mean(self) -> float | None:
        """Mean reward of the answers that have one; None where none has."""
        value = self.frame["reward"].mean()
        return float(value) if isinstance(value, int | float) else None

    @property
    def errors(self) -> dict[str, int]:
        """Name of each error -> how many answers have it."""
        counted = self.frame["error"].drop_nulls().value_counts(sort=True)
        return dict(counted.sort(["count", "error"], descending=[True, False]).iter_rows())

    @property
    def parts(self) -> dict[str, float | None]:
        """Name of each part of a `multi` -> its mean reward; empty for the other types.

        Examples
        --------
        >>> GradeReport(pl.DataFrame({"sub_rewards": ['{"a":1.0,"b":null}', '{"a":0.5,"b":0.25}']})).parts
        {'a': 0.75, 'b': 0.25}
        """
        column = self.frame["sub_rewards"].drop_nulls()
        names = list(load(column[0])) if column.len() else []
        read = pl.col("sub_rewards").str.json_path_match
        means = self.frame.select(read(f"$.{name}").cast(pl.Float64).mean().alias(name) for name in names)
        return means.to_dicts()[0] if names else {}

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, as ``--json`` prints them."""
        return {**self._facts(), "rewards": self.rewards()}

    def _facts(self) -> dict[str, Any]:
        return {
            "scored": self.scored,
            "mean": self.mean,
            "errors": self.errors,
            "parts": self.parts,
            "grader": self.grader,
            "type": self.type,
            "fingerprint": self.fingerprint,
            "on": self.on,
            "calls": self.calls,
            "cached_calls": self.cached_calls,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cost_usd": self.cost_usd,
            "stored": self.stored,
            "skipped": dict(self.skipped),
            "problems": [dict(problem) for problem in self.problems],
        }

    def rewards(self, limit: int | None = None) -> list[dict[str, Any]]:
        """Return one dictionary per answer: id, sample, reward, sub_rewards, error, detail.

        Parameters
        ----------
        limit
            Only the first so many.

        Examples
        --------
        >>> frame = pl.DataFrame({"id": ["a"], "reward": [1.0], "sub_rewards": ['{"x":1.0}'], "error": [None]})
        >>> GradeReport(frame).rewards()
        [{'id': 'a', 'reward': 1.0, 'sub_rewards': {'x': 1.0}, 'error': None}]
        """
        rows = (self.frame if limit is None else self.frame.head(limit)).to_dicts()
        return [{name: load(value) if name == "sub_rewards" else value for name, value in row.items()} for row in rows]

    def __repr__(self) -> str:
        mean = "no mean" if self.mean is None else f"mean {self.mean:.3f}"
        failed = sum(self.errors.values())
        tail = f", {render.count(failed)} errors" if failed else ""
        tail += f", {render.count(len(self.problems))} lines that are no answer" if self.problems else ""
        return f"GradeReport({self.grader} on {self.on}: {render.count(self.scored)} scored, {mean}{tail})"

    def _repr_html_(self) -> str:
        told = {name: value for name, value in self._facts().items() if name != "fingerprint"}
        shown = self.frame.select(name for name in _SHOWN if name in self.frame.columns)
        return render.report(repr(self), told, render.table(shown, limit=20))


_SHOWN = ("id", "sample", "reward", "sub_rewards", "error", "detail", "explanation", "line", "model")
