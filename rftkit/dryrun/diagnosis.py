"""Why a dry run came out as it did: the grader, the data or a topic; the evidence, what to do, and the records behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Final

import polars as pl

from rftkit.dryrun.heat import with_class
from rftkit.dryrun.measure import UNASSIGNED, Measures
from rftkit.dryrun.thresholds import Thresholds

GRADER, DATA, TOPIC = "GRADER", "DATA", "TOPIC"
SERIOUS, MINOR = "serious", "minor"
RECORDS: Final = 50  # ids that a finding names

#: What is known of the prompts beside their rewards.
FACTS: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "topic": pl.String(),
    "warnings": pl.List(pl.String),  # codes that sanitize gave
    "known": pl.Float64(),  # reward of the known answer, null where there is none or it was not graded
    "empty": pl.Float64(),  # reward of an empty answer
}

SOME, MANY = 0.05, 0.3  # of the answers: worth saying, and enough to explain a verdict
_KNOWN_LEAST = 5
REFUSES = (
    r"(?i)^\s*(?:i['’]?m sorry|i am sorry|sorry|i apologi[sz]e)?[,.\s]*(?:but )?"
    r"(?:as an ai\b|i (?:can['’]?t|cannot|can not|am unable to|am not able to|won['’]?t|will not) "
    r"(?:help|assist|comply|do that|provide|answer|fulfil))"
)


@dataclass(frozen=True)
class Finding:
    """One cause.

    Attributes
    ----------
    cause
        GRADER, DATA or TOPIC: where to begin.
    code
        Its name.
    severity
        serious where it may explain the verdict, else minor.
    evidence
        What was seen.
    advice
        What to do.
    act
        In a word: adjust, sft, drop, harden, mend, ask, none.
    records
        Ids of prompts behind it, the clearest first, at most 50.
    count
        How many prompts there are.
    topic
        The topic that it is about.

    Examples
    --------
    >>> Finding(DATA, "truncated", SERIOUS, "half of the answers were cut", "allow longer answers", "ask").cause
    'DATA'
    """

    cause: str
    code: str
    severity: str
    evidence: str
    advice: str
    act: str
    records: tuple[str, ...] = ()
    count: int = 0
    topic: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain values."""
        return {**asdict(self), "records": list(self.records)}


@dataclass(frozen=True)
class Case:
    """All that a diagnosis looks at.

    Parameters
    ----------
    frame
        One row for each answer: id, topic, reward, sub_rewards (JSON text), grader_error, output_text, output_tools,
        finish_reason, refusal, error.
    prompts
        As `per_prompt` gives them.
    facts
        Columns of `FACTS`.
    found
        The numbers of all prompts; None where no answer has a reward.
    topics
        The numbers of each topic.
    limits
        The thresholds.
    again
        How many answers were graded a second time, and the prompts of those that got another reward then.
    """

    frame: pl.DataFrame
    prompts: pl.DataFrame
    facts: pl.DataFrame
    found: Measures | None
    topics: dict[str, Measures]
    limits: Thresholds
    again: Mapping[str, Any] | None = None

    @cached_property
    def answered(self) -> pl.DataFrame:
        """Answers that came."""
        return self.frame.filter(pl.col("error").is_null())

    @cached_property
    def classes(self) -> pl.DataFrame:
        """The prompts with their class of learnability."""
        return with_class(self.prompts)

    @cached_property
    def mean(self) -> float | None:
        """Mean reward."""
        return self.found.mean.value if self.found else None

    @cached_property
    def known(self) -> float | None:
        """Mean reward of the known answers; None where there are too few to say."""
        return self._fact("known")

    @cached_property
    def empty(self) -> float | None:
        """Mean reward of an empty answer."""
        return self._fact("empty")

    def _fact(self, name: str) -> float | None:
        values = self.facts[name].drop_nulls()
        return float(values.mean()) if values.len() >= _KNOWN_LEAST else None  # type: ignore[arg-type]

    @cached_property
    def low(self) -> bool:
        """Whether rewards are too low to begin."""
        if self.found is None or self.mean is None:
            return False
        return self.mean < self.limits.mean_low or (self.found.above_zero.value or 0.0) < self.limits.above_zero

    @cached_property
    def flat(self) -> bool:
        """Whether too few prompts have something to learn."""
        share = self.found.learnable.value if self.found else None
        return share is not None and share < self.limits.learnable

    def class_share(self, name: str) -> float:
        """Return which share of the prompts with two rollouts or more has a class.

        Parameters
        ----------
        name
            Of `rftkit.dryrun.heat.CLASSES`.
        """
        known = self.classes["class"].drop_nulls()
        return float((known == name).sum()) / known.len() if known.len() else 0.0

    def ids_of(self, name: str) -> pl.Series:
        """Return the prompts of a class.

        Parameters
        ----------
        name
            Of `rftkit.dryrun.heat.CLASSES`.
        """
        return self.classes.filter(pl.col("class") == name)["id"]


def diagnose(case: Case) -> tuple[Finding, ...]:
    """Return the findings: serious ones first, of these the grader's before the data's before those of a topic.

    Parameters
    ----------
    case
        What was seen.
    """
    from rftkit.dryrun import of_answers, of_rewards

    looks: list[Callable[[Case], Iterator[Finding]]] = [*of_rewards.LOOKS, *of_answers.LOOKS]
    found = [finding for look in looks for finding in look(case)]
    if not any(one.severity == SERIOUS for one in found):
        found += [finding for look in of_rewards.OTHERWISE for finding in look(case)]
    order = (GRADER, DATA, TOPIC)
    return tuple(sorted(found, key=lambda one: (one.severity != SERIOUS, order.index(one.cause))))


def finding(
    cause: str, code: str, serious: bool, evidence: str, advice: str, act: str, ids: pl.Series, topic: str | None = None
) -> Finding:
    """Return a finding with the first of its records.

    Parameters
    ----------
    cause, code, evidence, advice, act, topic
        As in `Finding`.
    serious
        Whether it may explain the verdict.
    ids
        Of its prompts.
    """
    every = ids.unique(maintain_order=True)
    severity = SERIOUS if serious else MINOR
    return Finding(cause, code, severity, evidence, advice, act, tuple(every.head(RECORDS)), every.len(), topic)


def named(topic: str | None) -> str:
    """Return a topic as a sentence names it.

    Examples
    --------
    >>> named("cards"), named("__unassigned")
    ("'cards'", 'the prompts without a topic')
    """
    return "the prompts without a topic" if topic in (None, "", UNASSIGNED) else repr(topic)


def percent(value: float) -> str:
    """Return a share in words.

    Examples
    --------
    >>> percent(0.256)
    '26 %'
    """
    return f"{100 * value:.0f} %"
