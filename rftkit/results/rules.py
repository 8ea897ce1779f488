"""When training has worked: rules with their values, and the verdict that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rftkit.results.paired import Change

#: The mean reward should rise by this share of what it was; from 0, by as many points.
GAIN: Final = 0.10
SIGNIFICANT, MARGINAL, NONE, REGRESSION = "significant", "marginal", "none", "regression"
ADVICE: Final[dict[str, str]] = {
    SIGNIFICANT: "deploy it",
    MARGINAL: "test it on more prompts before it is deployed",
    NONE: "nothing was gained: revise the grader or the data, and look at the dry run again",
    REGRESSION: "do not deploy it: look at what got worse, and train again",
}


@dataclass(frozen=True)
class Rule:
    """One rule with what was seen.

    Attributes
    ----------
    name
        Its name.
    value
        What was seen; None where nothing can be said.
    threshold
        What it is held against.
    passed
        Whether it holds.
    says
        The rule with its value, in a sentence.

    Examples
    --------
    >>> Rule("gain", 0.25, 0.1, True, "the mean reward rose by 25.0 %; at least 10.0 % is wanted").passed
    True
    """

    name: str
    value: float | None
    threshold: float
    passed: bool
    says: str

    def to_dict(self) -> dict[str, Any]:
        """Return the rule as plain values."""
        return dict(vars(self))


def rules(overall: Change, topics: Mapping[str, Change], worse: Mapping[str, float]) -> tuple[Rule, ...]:
    """Return the rules with their values.

    Parameters
    ----------
    overall
        Of all prompts.
    topics
        Of each topic.
    worse
        Topics that fell -> their corrected probability.

    Examples
    --------
    >>> [rule.passed for rule in rules(Change(50, 0.4, 0.5, 0.05, 0.15, 0.001), {}, {})]
    [True, True, True]
    """
    return (_gain(overall), _sure(overall), _no_topic(topics, worse))


def verdict(overall: Change, seen: tuple[Rule, ...], worse: Mapping[str, float]) -> str:
    """Return significant, marginal, none or regression.

    Parameters
    ----------
    overall
        Of all prompts.
    seen
        From `rules`.
    worse
        Topics that fell -> their corrected probability.

    Examples
    --------
    >>> fell = Change(50, 0.5, 0.4, -0.15, -0.05, 0.001)
    >>> verdict(fell, rules(fell, {}, {}), {})
    'regression'
    """
    if overall.outcome == "worse" or any(p < 0.05 for p in worse.values()):
        return REGRESSION
    if (overall.difference or 0) <= 0:
        return NONE
    return SIGNIFICANT if all(rule.passed for rule in seen) else MARGINAL


def _gain(overall: Change) -> Rule:
    value = overall.relative
    if value is None and overall.difference is not None:
        risen = overall.difference
        says = f"the mean reward rose from 0 by {risen:.2f}; at least {GAIN:.2f} is wanted"
        return Rule("gain", risen, GAIN, risen >= GAIN, says)
    moved = "cannot be told" if value is None else _moved(value)
    says = f"the mean reward {moved}; a rise of at least {GAIN:.0%} is wanted"
    return Rule("gain", value, GAIN, value is not None and value >= GAIN, says)


def _moved(value: float) -> str:
    return "stayed as it was" if value == 0 else f"{'rose' if value > 0 else 'fell'} by {abs(value):.1%}"


def _sure(overall: Change) -> Rule:
    if overall.low is None:
        return Rule("significance", None, 0.0, False, "one prompt says nothing of others; validate on more")
    says = f"the change lies between {overall.low:+.3f} and {overall.high:+.3f} (95 %); above 0 is wanted"
    return Rule("significance", overall.low, 0.0, overall.low > 0, says)


def _no_topic(topics: Mapping[str, Change], worse: Mapping[str, float]) -> Rule:
    from rftkit.render import plural

    sure = [name for name, p in worse.items() if p < 0.05]
    told = f", {len(sure)} of them beyond luck" if worse else ""
    says = f"{len(worse)} of {plural(len(topics), 'topic')} fell{told}; none is wanted"
    return Rule("topics", float(len(worse)), 0.0, not worse, says)
