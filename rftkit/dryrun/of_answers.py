"""Causes that show in the answers and the records: cut, refused or empty answers, failed calls, formats, doubtful prompts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from rftkit import messages
from rftkit.dryrun.diagnosis import DATA, GRADER, MANY, REFUSES, SOME, Case, Finding, finding, percent

_LOW_PART, _APART = 0.25, 0.3
_FORM = r"(?i)form|json|schema|struct|valid|parse|field|syntax|xml|yaml"
_DOUBLES = ("near_duplicate", "duplicate")


def failed_calls(case: Case) -> Iterator[Finding]:
    """Yield that calls of the model failed.

    Parameters
    ----------
    case
        What was seen.
    """
    failed = case.frame.filter(pl.col("error").is_not_null())
    if failed.is_empty():
        return
    part = failed.height / case.frame.height
    evidence = f"{failed.height:,} of {case.frame.height:,} calls failed, such as: {failed['error'][0]}"
    advice = "run the dry run again: only what failed is asked anew; where the same prompts fail, look at them"
    yield finding(DATA, "failed_calls", part > case.limits.errors, evidence, advice, "ask", failed["id"])


def truncated(case: Case) -> Iterator[Finding]:
    """Yield that answers were cut at the longest length."""
    yield from _part(
        case,
        pl.col("finish_reason") == "length",
        "truncated",
        "of the answers were cut at the longest length that was asked for",
        "allow longer answers (--max-tokens), or ask for short ones in the prompt; a cut answer seldom earns",
        "ask",
    )


def refused(case: Case) -> Iterator[Finding]:
    """Yield that the model refused."""
    yield from _part(
        case,
        _refused(),
        "refused",
        "of the answers refuse to answer",
        "look at the prompts: drop those that the model may not answer, or say in the system message what is allowed",
        "drop",
    )


def _refused() -> pl.Expr:
    said = pl.col("output_text").fill_null("").str.contains(REFUSES)
    return pl.col("refusal").is_not_null() | (pl.col("finish_reason") == "content_filter").fill_null(False) | said


def empty(case: Case) -> Iterator[Finding]:
    """Yield that answers say nothing."""
    silent = (pl.col("output_text").fill_null("").str.strip_chars() == "") & pl.col("output_tools").is_null()
    yield from _part(
        case,
        silent & ~_refused() & (pl.col("finish_reason") != "length").fill_null(True),
        "empty",
        "of the answers are empty",
        "look at how the model is asked: a reasoning model may use up its length before it answers (--max-tokens)",
        "ask",
    )


def _part(case: Case, which: pl.Expr, code: str, what: str, advice: str, act: str) -> Iterator[Finding]:
    hit = case.answered.filter(which.fill_null(False))
    part = hit.height / case.answered.height if case.answered.height else 0.0
    if part < SOME:
        return
    counts = hit.group_by("id", maintain_order=True).len().sort("len", descending=True, maintain_order=True)
    evidence = f"{hit.height:,} of {case.answered.height:,} ({percent(part)}) {what}"
    rewards = hit["reward"].drop_nulls()
    evidence += f"; their mean reward is {sum(rewards) / rewards.len():.3f}" if rewards.len() else ""
    yield finding(DATA, code, part >= MANY, evidence, advice, act, counts["id"])


def low_parts(case: Case) -> Iterator[Finding]:
    """Yield the parts of a grader that hold the reward down while another does not."""
    parts = sub_rewards(case.answered)
    if parts.is_empty():
        return
    means = {str(name): float(mean) for name, mean in parts.group_by("part").agg(pl.col("reward").mean()).iter_rows()}
    best = max(means.values())
    for name, mean in sorted(means.items()):
        if mean < _LOW_PART and best - mean >= _APART:
            yield _low_part(case, name, mean, best, parts.filter(pl.col("part") == name))


def _low_part(case: Case, name: str, mean: float, best: float, part: pl.DataFrame) -> Finding:
    form = pl.Series([name]).str.contains(_FORM)[0]
    strict = case.known is not None and case.known < 0.5
    evidence = f"the part {name!r} has a mean reward of {mean:.2f}, the best part {best:.2f}"
    if form and not strict:
        advice = (
            "the answers have another form than the grader asks for: say the form in the system message with an example, or "
            "show the model answers of that form first (SFT)"
        )
        return finding(DATA, "format", case.low, evidence, advice, "sft", part.sort("reward")["id"])
    advice = f"look at the answers that {name!r} turns down: adjust the part or its weight where they are right"
    return finding(GRADER, "low_part", case.low, evidence, advice, "adjust", part.sort("reward")["id"])


def sub_rewards(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rewards of the parts of a grader, one row for each answer and part.

    Parameters
    ----------
    frame
        id, sub_rewards (JSON text).

    Returns
    -------
    polars.DataFrame
        id, part, reward.

    Examples
    --------
    >>> sub_rewards(pl.DataFrame({"id": ["a"], "sub_rewards": ['{"f":0.0,"g":null}']})).rows()
    [('a', 'f', 0.0)]
    """
    rows = [
        (id_, part, float(reward))
        for id_, text in frame.select("id", "sub_rewards").drop_nulls().iter_rows()
        for part, reward in messages.load(text).items()
        if reward is not None
    ]
    return pl.DataFrame(rows, schema={"id": pl.String, "part": pl.String, "reward": pl.Float64}, orient="row")


def doubtful(case: Case) -> Iterator[Finding]:
    """Yield prompts that are near duplicates, and prompts whose stored outputs contradict one another."""
    for codes, code, what, advice, act in (
        (_DOUBLES, "duplicates", "are near duplicates of others", "drop them: what is seen twice counts twice", "drop"),
        (
            ("conflicting_output",),
            "ambiguous",
            "were answered differently elsewhere in the data",
            "mend them: say in the prompt what decides, or drop them; no grader can be right about both answers",
            "mend",
        ),
    ):
        hit = case.facts.filter(pl.col("warnings").list.eval(pl.element().is_in(codes)).list.any().fill_null(False))
        if hit.height >= max(1, SOME * case.facts.height):
            evidence = f"{hit.height:,} of {case.facts.height:,} prompts {what}"
            worst = hit.join(case.prompts.select("id", "mean"), on="id", how="left", maintain_order="left").sort("mean")
            yield finding(
                DATA, code, case.low and hit.height >= MANY * case.facts.height, evidence, advice, act, worst["id"]
            )


LOOKS: tuple[Callable[[Case], Iterator[Finding]], ...] = (failed_calls, truncated, refused, empty, low_parts, doubtful)
