"""The rules of a dry run, each with its value, its interval, its threshold and what came out; and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rftkit.dryrun.interval import Estimate
from rftkit.dryrun.measure import Measures
from rftkit.dryrun.thresholds import Thresholds

GO, WARNING, NO_GO = "GO", "WARNING", "NO-GO"
PASS, WARN, FAIL, SKIPPED = "pass", "warn", "fail", "skipped"


@dataclass(frozen=True)
class Rule:
    """One rule and what came out.

    Attributes
    ----------
    name
        mean_low, mean_high, std_low, std_high, above_zero, perfect, topic_mean, learnable, errors, unsteady.
    value, low, high
        Seen, and its interval.
    threshold
        What it is compared with.
    outcome
        pass, warn, fail, or skipped.
    hard
        Whether it fails, and with it the run, where it does not hold; else it warns.
    sure
        Whether the whole interval is on the same side of the threshold; None without an interval.
    text
        The rule and its outcome as a sentence.

    Examples
    --------
    >>> next(rules(None, {}, 0.0, Thresholds())).outcome
    'fail'
    """

    name: str
    value: float | None
    low: float | None
    high: float | None
    threshold: float
    outcome: str
    hard: bool
    sure: bool | None
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Return the rule as plain values."""
        return asdict(self)


def rules(
    found: Measures | None,
    topics: Mapping[str, Measures],
    errors: float,
    limits: Thresholds,
    unsteady: float | None = None,
) -> Iterator[Rule]:
    """Yield the rules, hard ones first.

    Parameters
    ----------
    found
        The numbers of all prompts; None where no answer has a reward.
    topics
        The numbers of each topic.
    errors
        Share of answers without a reward.
    limits
        The thresholds.
    unsteady
        Share of the answers graded twice that got another reward; None where none was graded twice.
    """
    nothing = Estimate(None)
    at_least, at_most = _bound(least=True), _bound(least=False)
    mean, above = (found.mean, found.above_zero) if found else (nothing, nothing)
    yield at_least("mean_low", mean, limits.mean_low, True, "mean reward")
    yield at_least("above_zero", above, limits.above_zero, True, "share of answers with a reward above zero")
    yield _learnable(found.learnable if found else nothing, found is not None, limits)
    yield at_most("mean_high", mean, limits.mean_high, False, "mean reward")
    std = found.std if found else nothing
    yield at_least("std_low", std, limits.std_low, False, "spread over prompts")
    yield at_most("std_high", std, limits.std_high, False, "spread over prompts")
    perfect = found.perfect if found else nothing
    yield at_most("perfect", perfect, limits.perfect, False, "share of answers with the whole reward")
    yield _topic(topics, limits)
    yield at_most("errors", Estimate(errors), limits.errors, False, "share of answers without a reward")
    what = "share of answers that get another reward when they are graded again"
    yield at_most("unsteady", Estimate(unsteady), limits.unsteady, False, what)


def _bound(*, least: bool) -> Any:
    """Return what makes a rule of a least, or of a largest value."""

    def rule(name: str, seen: Estimate, threshold: float, hard: bool, what: str) -> Rule:
        if seen.value is None and not hard:
            return _rule(name, seen, threshold, SKIPPED, hard, f"{what} is not known")
        kept = seen.value is not None and (seen.value >= threshold if least else seen.value <= threshold)
        side = "at least" if least else "at most"
        text = f"{what} is {_number(seen.value)}; {side} {threshold:g} is asked"
        return _rule(name, seen, threshold, PASS if kept else FAIL if hard else WARN, hard, text)

    return rule


def _rule(name: str, seen: Estimate, threshold: float, outcome: str, hard: bool, text: str) -> Rule:
    sure = None
    if seen.low is not None and seen.high is not None:
        sure = not seen.low < threshold < seen.high
    return Rule(name, seen.value, seen.low, seen.high, threshold, outcome, hard, sure, text)


def _learnable(seen: Estimate, any_: bool, limits: Thresholds) -> Rule:
    if seen.value is None:
        outcome = SKIPPED if any_ else FAIL
        text = "learnable share needs two rollouts of each prompt or more; with one nothing says what training would learn from"
        return _rule("learnable", seen, limits.learnable, outcome, True, text)
    outcome = PASS if seen.value >= limits.learnable else WARN if seen.value >= limits.learnable_warn else FAIL
    text = (
        f"learnable share is {_number(seen.value)}; at least {limits.learnable:g} passes, "
        f"below {limits.learnable_warn:g} fails"
    )
    return _rule("learnable", seen, limits.learnable, outcome, True, text)


def _topic(topics: Mapping[str, Measures], limits: Thresholds) -> Rule:
    large = {name: one for name, one in topics.items() if one.prompts >= limits.topic_prompts}
    if not large:
        text = f"no topic has {limits.topic_prompts} prompts, which judging it takes"
        return _rule("topic_mean", Estimate(None), limits.topic_mean, SKIPPED, False, text)
    name, lowest = min(large.items(), key=lambda item: item[1].mean.value or 0.0)
    low = [one for one in large if (large[one].mean.value or 0.0) < limits.topic_mean]
    outcome = WARN if low else PASS
    text = (
        f"the lowest topic, {name!r}, has a mean reward of {_number(lowest.mean.value)}; "
        f"at least {limits.topic_mean:g} is asked of each of {len(large)} topics with {limits.topic_prompts} prompts or more"
    )
    return _rule("topic_mean", lowest.mean, limits.topic_mean, outcome, False, text)


def _number(value: float | None) -> str:
    return "not known" if value is None else f"{value:.3f}"


def verdict(found: Iterable[Rule]) -> str:
    """Return GO, WARNING or NO-GO.

    Parameters
    ----------
    found
        The rules.

    Examples
    --------
    >>> verdict([])
    'GO'
    """
    outcomes = {rule.outcome for rule in found}
    return NO_GO if FAIL in outcomes else WARNING if WARN in outcomes else GO
