"""The job of a generation: what it has made so far can be looked at, and a run that was stopped can be taken up again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import messages, schema
from rftkit.jobs import Job, Work

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.generate import GenerationPlan, GenerationReport


class GenerationJob(Job["GenerationReport"]):
    """A run of a plan in the background.

    Parameters
    ----------
    work
        Does it.
    dataset
        Where the candidates go.
    plan
        What is made.
    again
        Starts the same plan with the same options.

    Attributes
    ----------
    dataset, plan
        As given.

    Examples
    --------
    >>> from rftkit.generate import GenerationPlan
    >>> GenerationJob(lambda control: None, None, GenerationPlan(()), None).candidates().height
    0
    """

    def __init__(
        self,
        work: Work[GenerationReport],
        dataset: Context,
        plan: GenerationPlan,
        again: Callable[[], GenerationJob],
    ) -> None:
        super().__init__(work, name="generate")
        self.dataset, self.plan, self._again = dataset, plan, again
        self._made: list[pl.DataFrame] = []

    def candidates(self) -> pl.DataFrame:
        """Return what was made so far, the rejected ones among them."""
        return pl.concat(self._made) if self._made else schema.empty(schema.CANDIDATES)

    def start(self) -> GenerationJob:
        """Begin; a job that was begun stays as it is."""
        super().start()
        return self

    def again(self) -> GenerationJob:
        """Start the same plan again: a run that was stopped or cut off goes on, and no answer is paid for twice."""
        return self._again()

    def keep(self, made: pl.DataFrame) -> dict[str, Any]:
        """Keep candidates as they come, and return the counts that a screen shows.

        Parameters
        ----------
        made
            Those of a round.
        """
        self._made.append(made)
        return counts(self._made)


def counts(made: Iterable[pl.DataFrame]) -> dict[str, Any]:
    """Return how many candidates were made, how many are fine, and why the others are not.

    Parameters
    ----------
    made
        Frames with columns of `schema.CANDIDATES`.

    Examples
    --------
    >>> counts([schema.empty(schema.CANDIDATES)])
    {'generated': 0, 'valid': 0, 'reasons': {}, 'rejected_by_topic': {}}
    """
    frames = list(made)
    whole = pl.concat(frames) if frames else schema.empty(schema.CANDIDATES)
    rejected = whole.filter(~pl.col("valid"))
    return {
        "generated": whole.height,
        "valid": whole.height - rejected.height,
        "reasons": dict(Counter(rejected["reasons"].explode().drop_nulls().to_list()).most_common()),
        "rejected_by_topic": dict(Counter(rejected["topic"].drop_nulls().to_list())),
    }


def unknown(made: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Return the candidates that are not among others: same topic, source and words.

    A run that was stopped and is taken up again makes its first candidates once more, from remembered answers.

    Parameters
    ----------
    made, known
        Columns of `schema.CANDIDATES`.

    Examples
    --------
    >>> said = messages.pack([[{"role": "user", "content": "Where is my card?"}]])
    >>> frame = schema.empty(schema.CANDIDATES).select("topic", "source_record_id", "strategy", "messages")
    >>> said = pl.DataFrame([said]).with_columns(topic=pl.lit("a"), source_record_id=pl.lit("x"), strategy=pl.lit("s"))
    >>> unknown(said, frame).height, unknown(said, said).height
    (1, 0)
    """
    if known.is_empty() or made.is_empty():
        return made
    by = ["topic", "source_record_id", "strategy", "_said"]
    said = messages.last_user_text().fill_null("").alias("_said")
    seen = known.select(*by[:3], said).unique()
    return made.with_columns(said).join(seen, on=by, how="anti", nulls_equal=True, maintain_order="left").drop("_said")
