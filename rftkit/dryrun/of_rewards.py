"""Causes that show in the rewards: a grader that cannot tell, prompts that are too hard or too easy, a topic apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from rftkit.dryrun.diagnosis import DATA, GRADER, TOPIC, Case, Finding, finding, named, percent
from rftkit.dryrun.measure import UNASSIGNED

_APART, _CLEAR, _MOST = 0.2, 0.5, 0.8
_ENOUGH = 10


def grader_errors(case: Case) -> Iterator[Finding]:
    """Yield that the grader fails.

    Parameters
    ----------
    case
        What was seen.
    """
    failed = case.answered.filter(pl.col("grader_error").is_not_null())
    if failed.is_empty():
        return
    part = failed.height / case.answered.height
    top = failed["grader_error"].value_counts(sort=True).head(3).iter_rows()
    names = ", ".join(f"{name} {count:,}" for name, count in top)
    evidence = f"the grader failed on {failed.height:,} of {case.answered.height:,} answers ({names})"
    advice = (
        "adjust the grader: run it on the records behind this and mend what they show; they count in no number here"
    )
    yield finding(GRADER, "grader_errors", part > case.limits.errors, evidence, advice, "adjust", failed["id"])


def unsteady(case: Case) -> Iterator[Finding]:
    """Yield that the same answer to the same prompt gets another reward the next time."""
    if not case.again or not case.again["differ"]:
        return
    differ = pl.Series("id", case.again["differ"], dtype=pl.String)
    part = differ.len() / case.again["tried"]
    evidence = f"{differ.len():,} of {case.again['tried']:,} answers got another reward when they were graded again"
    advice = (
        "adjust the grader so that an answer has one reward: no randomness and no clock in its code, and temperature 0 "
        "for a judge; training cannot follow what chance decides"
    )
    yield finding(GRADER, "unsteady", part > case.limits.unsteady, evidence, advice, "adjust", differ)


def outside(case: Case) -> Iterator[Finding]:
    """Yield that rewards lie outside 0 to 1, which the rules are made for."""
    beyond = case.answered.filter((pl.col("reward") < -1e-9) | (pl.col("reward") > 1 + 1e-9))
    if beyond.height:
        rewards = beyond["reward"].to_list()
        evidence = f"{beyond.height:,} rewards lie outside 0 to 1, between {min(rewards):g} and {max(rewards):g}"
        advice = "adjust the grader so that its rewards lie between 0 and 1: every threshold here is meant for that"
        yield finding(GRADER, "outside_range", True, evidence, advice, "adjust", beyond["id"])


def constant(case: Case) -> Iterator[Finding]:
    """Yield that every answer gets the same reward, right and wrong ones alike."""
    rewards = case.answered.filter(pl.col("reward").is_not_null())
    if rewards.height < _ENOUGH or _answers(rewards) < 2 or rewards["reward"].n_unique() > 1:
        return
    only = rewards["reward"][0]
    if _explained(case, only):
        return
    evidence = f"all {rewards.height:,} answers have the reward {only:g}, though they differ"
    evidence += "" if case.known is None else f"; known answers have {case.known:.2f} on average"
    evidence += "" if case.empty is None else f" and an empty answer {case.empty:.2f}"
    advice = "adjust the grader: it does not tell answers apart, so there is nothing that training could follow"
    yield finding(GRADER, "constant_reward", True, evidence, advice, "adjust", rewards["id"])


def _answers(frame: pl.DataFrame) -> int:
    return frame.select("output_text", "output_tools").n_unique()


def _explained(case: Case, only: float) -> bool:
    """Say whether the checks show that the grader can tell: the prompts are too hard or too easy."""
    too_hard = case.known is not None and case.known >= only + _CLEAR
    too_easy = case.empty is not None and case.empty <= only - _CLEAR
    return too_hard or too_easy


def strict(case: Case) -> Iterator[Finding]:
    """Yield that known answers get low rewards."""
    if case.known is None or case.known >= _CLEAR:
        return
    wrong = case.facts.filter(pl.col("known") < _CLEAR).sort("known")
    many = case.facts["known"].drop_nulls().len()
    evidence = (
        f"the known answers of {many:,} prompts have a mean reward of {case.known:.2f}; {wrong.height:,} are below 0.5"
    )
    advice = (
        "adjust the grader: look at why it turns down answers that are right (exact text where a number is meant, another "
        "field as the reference, a format that nobody asked for), or correct the references"
    )
    yield finding(GRADER, "too_strict", case.low, evidence, advice, "adjust", wrong["id"])


def lenient(case: Case) -> Iterator[Finding]:
    """Yield that an empty answer gets a high reward."""
    if case.empty is None or case.empty < _CLEAR:
        return
    high = case.facts.filter(pl.col("empty") >= _CLEAR)
    evidence = (
        f"an empty answer has a reward of {case.empty:.2f} on average; {high.height:,} prompts give it 0.5 or more"
    )
    advice = "adjust the grader: an answer that says nothing must not earn; training would learn to say nothing"
    yield finding(
        GRADER, "too_lenient", (case.mean or 0.0) > case.limits.mean_high, evidence, advice, "adjust", high["id"]
    )


def too_hard(case: Case) -> Iterator[Finding]:
    """Yield that the model earns too little, where the grader is not what holds it down."""
    if not case.low or (case.known is not None and case.known < _CLEAR) or case.mean is None:
        return
    if any(constant(case)):
        return
    never = case.prompts.filter(pl.col("above") == 0)
    least = case.mean < case.limits.sft
    evidence = f"the mean reward is {case.mean:.3f}, and {never.height:,} of {case.prompts.height:,} prompts never earned anything"
    evidence += (
        f"; the known answers have {case.known:.2f}, so the grader is not what holds it down"
        if case.known is not None
        else "; there are no known answers to check the grader with, so look at the highest and lowest answers first"
    )
    advice = "show the model answers first (SFT on some hundred good answers), then run this again"
    advice += "" if least else "; or drop the prompts that it never solves, or begin with easier ones"
    yield finding(DATA, "too_hard", True, evidence, advice, "sft", _lowest(case, never))


def _lowest(case: Case, first: pl.DataFrame) -> pl.Series:
    rest = case.prompts.sort("mean", "id")["id"]
    return pl.concat([first["id"], rest])[: max(first.height, min(10, rest.len()))]


def too_easy(case: Case) -> Iterator[Finding]:
    """Yield that the model earns nearly everything already."""
    if case.found is None or case.mean is None or (case.empty or 0.0) >= _CLEAR:
        return
    perfect = case.found.perfect.value or 0.0
    if case.mean <= case.limits.unneeded and perfect <= case.limits.perfect and case.class_share("too easy") < _CLEAR:
        return
    whole = case.prompts.filter(pl.col("perfect") == 1)
    evidence = f"the mean reward is {case.mean:.3f}; {percent(perfect)} of the answers have the whole reward"
    if case.mean > case.limits.unneeded:
        advice, act = "training is not needed for these prompts: the model solves them; bring harder ones", "harden"
    else:
        advice, act = (
            "harden: drop most prompts that are always solved, and generate harder ones in their topics",
            "harden",
        )
    yield finding(DATA, "too_easy", case.flat or perfect > case.limits.perfect, evidence, advice, act, whole["id"])


def two_camps(case: Case) -> Iterator[Finding]:
    """Yield that prompts are either always or never solved."""
    hard, easy = case.class_share("too hard"), case.class_share("too easy")
    if min(hard, easy) < _APART or not case.flat:
        return
    evidence = f"{percent(hard)} of the prompts are never solved and {percent(easy)} always: little lies between"
    advice = (
        "drop most of those that are always solved; for those that are never solved show the model answers first (SFT), "
        "or make easier variants of them"
    )
    ids = pl.concat([case.ids_of("too hard"), case.ids_of("too easy")])
    yield finding(DATA, "two_camps", True, evidence, advice, "drop", ids)


def coarse(case: Case) -> Iterator[Finding]:
    """Yield that answers to one prompt differ and their rewards do not, or that the answers do not differ either."""
    if not case.flat:
        return
    flat = case.classes.filter(~pl.col("learnable"))["id"]
    said = (
        case.answered.filter(pl.col("id").is_in(flat.implode()))
        .group_by("id")
        .agg(pl.struct("output_text", "output_tools").n_unique().alias("kinds"))
    )
    same = said.filter(pl.col("kinds") == 1)
    if said.height and same.height >= _MOST * said.height:
        evidence = f"for {same.height:,} of {said.height:,} flat prompts the model gave the same answer every time"
        advice = (
            "ask at a higher temperature (1 is usual): where all answers are the same there is nothing to choose from"
        )
        yield finding(DATA, "same_answers", True, evidence, advice, "ask", same["id"])
    middle = case.classes.filter(~pl.col("learnable") & pl.col("mean").is_between(0.05, 0.95))["id"]
    told = said.filter((pl.col("kinds") > 1) & pl.col("id").is_in(middle.implode()))
    if told.height >= _APART * max(case.classes.height, 1):
        evidence = f"for {told.height:,} prompts the answers differ and have about the same reward, neither 0 nor 1"
        advice = "adjust the grader: let it tell better from worse answers, by more criteria or finer marks"
        yield finding(GRADER, "coarse", True, evidence, advice, "adjust", told["id"])


def hard_topics(case: Case) -> Iterator[Finding]:
    """Yield the topics that earn too little while the others do not."""
    large = {name: one for name, one in case.topics.items() if one.prompts >= case.limits.topic_prompts}
    low = [name for name, one in large.items() if (one.mean.value or 0.0) < case.limits.topic_mean]
    if not low or len(low) > _MOST * len(large) or len(large) == 1:
        return
    others = [one.mean.value or 0.0 for name, one in large.items() if name not in low]
    rest = sum(others) / len(others)
    for name in low:
        mine = case.prompts.filter(pl.col("topic").fill_null("").replace("", UNASSIGNED) == name)
        mean = large[name].mean.value or 0.0
        evidence = (
            f"{named(name)} has a mean reward of {mean:.3f} over {mine.height:,} prompts, the other topics {rest:.3f}"
        )
        advice = (
            f"look at {named(name)} alone: show the model answers of this topic first (SFT), generate easier variants, check "
            "that its references are right, or drop it"
        )
        yield finding(TOPIC, "hard_topic", True, evidence, advice, "sft", mine.sort("mean", "id")["id"], name)


def easy_topics(case: Case) -> Iterator[Finding]:
    """Yield the topics that are solved already while the others are not."""
    large = {name: one for name, one in case.topics.items() if one.prompts >= case.limits.topic_prompts}
    easy = [name for name, one in large.items() if (one.mean.value or 0.0) > case.limits.unneeded]
    if not easy or len(easy) == len(large):
        return
    for name in easy:
        mine = case.prompts.filter(pl.col("topic").fill_null("").replace("", UNASSIGNED) == name)
        evidence = f"{named(name)} has a mean reward of {large[name].mean.value:.3f} over {mine.height:,} prompts"
        advice = f"harden {named(name)} or keep only some of it: the model solves it already"
        yield finding(TOPIC, "easy_topic", False, evidence, advice, "harden", mine["id"], name)


def few_learnable(case: Case) -> Iterator[Finding]:
    """Yield that too few prompts have rewards that differ, whatever the reason."""
    if not case.flat or case.found is None:
        return
    flat = case.classes.filter(~pl.col("learnable")).sort("mean", "id")
    hard, easy = case.class_share("too hard"), case.class_share("too easy")
    share = case.found.learnable.value or 0.0
    evidence = (
        f"only {percent(share)} of the prompts have rewards that differ: {percent(hard)} are flat and low, "
        f"{percent(easy)} flat and high"
    )
    advice = (
        "drop flat prompts: training learns from the others alone; more answers (--rollouts) show whether some differ"
    )
    yield finding(DATA, "few_learnable", False, evidence, advice, "drop", flat["id"])


def high(case: Case) -> Iterator[Finding]:
    """Yield that the mean leaves little room."""
    if case.mean is None or case.mean <= case.limits.mean_high:
        return
    best = case.prompts.sort("mean", "id", descending=[True, False])
    evidence = f"the mean reward is {case.mean:.3f}; above {case.limits.mean_high:g} little room is left to learn in"
    advice = "harden: generate harder prompts, or ask more of an answer in the grader"
    yield finding(DATA, "little_room", False, evidence, advice, "harden", best["id"].head(10))


def uneven(case: Case) -> Iterator[Finding]:
    """Yield that prompts differ too much in their mean rewards, or too little."""
    seen = case.found.std.value if case.found else None
    if seen is None or case.found is None or case.limits.std_low <= seen <= case.limits.std_high:
        return
    ends = case.prompts.sort("mean", "id")["id"]
    evidence = f"the spread over prompts is {seen:.3f}; {case.limits.std_low:g} to {case.limits.std_high:g} is usual"
    if seen < case.limits.std_low:
        advice = (
            "adjust the grader where it gives nearly the same to all prompts; where they are alike in difficulty and the "
            "learnable share is high, nothing is wrong"
        )
        yield finding(GRADER, "narrow", False, evidence, advice, "adjust", ends.head(10))
    elif case.found.rollouts == case.found.prompts:
        advice = "ask for more answers to each prompt (--rollouts 8): one reward says little of how hard a prompt is"
        yield finding(DATA, "one_rollout", False, evidence, advice, "ask", ends.head(10))
    else:
        advice = "look at topic by learnability: drop what is flat at both ends, or train on the middle first"
        yield finding(DATA, "uneven", False, evidence, advice, "drop", pl.concat([ends.head(5), ends.tail(5)]))


def low_topic(case: Case) -> Iterator[Finding]:
    """Yield topics that are low where nothing is left to compare them with."""
    if any(hard_topics(case)):
        return
    for name, one in case.topics.items():
        mean = one.mean.value or 0.0
        if one.prompts >= case.limits.topic_prompts and mean < case.limits.topic_mean:
            mine = case.prompts.filter(pl.col("topic").fill_null("").replace("", UNASSIGNED) == name).sort("mean", "id")
            evidence = f"{named(name)} has a mean reward of {mean:.3f} over {one.prompts:,} prompts"
            advice = f"look at {named(name)} after what is said above: most topics are low, so it is not this one alone"
            yield finding(TOPIC, "low_topic", False, evidence, advice, "sft", mine["id"], name)


LOOKS: tuple[Callable[[Case], Iterator[Finding]], ...] = (
    grader_errors,
    unsteady,
    outside,
    constant,
    strict,
    lenient,
    too_hard,
    too_easy,
    two_camps,
    coarse,
    hard_topics,
    easy_topics,
)
#: What is said where none of these explains the verdict.
OTHERWISE: tuple[Callable[[Case], Iterator[Finding]], ...] = (few_learnable, high, uneven, low_topic)
