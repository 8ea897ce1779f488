"""Summary: how a dataset stands, and whether it is ready for training, with every rule that says so.

Blocking rules must pass: there are valid records; a split has at least 10 in each set; at most 10 % are without a
topic; target fit is .5 or more, and so is balance where the targets are uniform; at most half was generated. Advisory
rules should: 100 records in every topic, none above 40 %, at most 30 % generated, every topic in validation, and
nothing changed since the records were sanitized and categorized.

A dataset that was written from an idea has no traces and cannot have: that all of it is generated does not block, it is
said, with what it means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from rftkit import render
from rftkit.coverage import DEFINITIONS, Coverage, coverage
from rftkit.topics.tree import TopicTree

LEAST_PER_SPLIT, LEAST_FIT, LEAST_BALANCE = 10, 0.5, 0.5
MOST_UNASSIGNED, MOST_GENERATED, MUCH_GENERATED = 0.1, 0.5, 0.3
SMALL_TOPIC, LARGE_TOPIC = 100, 0.4


@dataclass(frozen=True)
class Rule:
    """One rule of readiness and how it came out.

    Attributes
    ----------
    rule
        Its name.
    blocking
        Whether the dataset is not ready while it fails.
    value, limit
        What was found and what is asked for.
    passed
        Whether it passes.
    sentence
        The same in words, with what to do.

    Examples
    --------
    >>> Rule("valid_records", True, 0, 1, False, "there is no valid record").to_dict()["blocking"]
    True
    """

    rule: str
    blocking: bool
    value: float | str | None
    limit: float | str | None
    passed: bool
    sentence: str

    def to_dict(self) -> dict[str, Any]:
        """Return the rule as plain values.

        Examples
        --------
        >>> Rule("valid_records", True, 0, 1, False, "there is no valid record").to_dict()["rule"]
        'valid_records'
        """
        names = ("rule", "blocking", "value", "limit", "passed", "sentence")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Summary:
    """How a dataset stands.

    Attributes
    ----------
    coverage
        Scores and counts by topic.
    total, from_traces, generated
        All records, and where they are from.
    valid, invalid, unchecked
        `unchecked` ones are among the valid: nothing has judged them yet.
    categorized
        Valid records that have a topic.
    topics
        Topics at the level of the coverage.
    last_sanitized, last_categorized, last_changed
        When; None for never.
    rules
        Every rule of readiness.

    Examples
    --------
    >>> summary(pl.DataFrame({"id": ["a"], "topic": ["Cards"]}))
    Summary(1 record, 1 valid, balance 1.00, target fit 1.00, synthetic share 0.0 %, not ready: 1 blocking)
    """

    coverage: Coverage
    total: int
    from_traces: int
    generated: int
    valid: int
    invalid: int
    unchecked: int
    categorized: int
    topics: int
    last_sanitized: datetime | None
    last_categorized: datetime | None
    last_changed: datetime | None
    rules: tuple[Rule, ...]

    @property
    def balance(self) -> float:
        """Records in the smallest topic by records in the largest."""
        return self.coverage.balance

    @property
    def target_fit(self) -> float:
        """1 - half the sum of absolute differences of share and target."""
        return self.coverage.target_fit

    @property
    def synthetic_share(self) -> float:
        """Generated records by all, among the valid ones."""
        return self.coverage.synthetic_share

    @property
    def ready(self) -> bool:
        """Whether every blocking rule passes."""
        return all(rule.passed for rule in self.rules if rule.blocking)

    @property
    def reasons(self) -> tuple[Rule, ...]:
        """The rules that fail, blocking ones first."""
        return tuple(sorted((rule for rule in self.rules if not rule.passed), key=lambda rule: not rule.blocking))

    def __repr__(self) -> str:
        blocking = sum(rule.blocking for rule in self.reasons)
        end = "ready" if self.ready else f"not ready: {blocking} blocking"
        return (
            f"Summary({render.plural(self.total, 'record')}, {render.count(self.valid)} valid, balance "
            f"{self.balance:.2f}, target fit {self.target_fit:.2f}, synthetic share "
            f"{render.share(self.synthetic_share)}, {end})"
        )

    def _repr_html_(self) -> str:
        parts = {
            "records": _parted(self.total, self.total),
            "from traces": _parted(self.from_traces, self.total),
            "generated": _parted(self.generated, self.total),
            "valid": _parted(self.valid, self.total),
            "invalid": _parted(self.invalid, self.total),
            "categorized": _parted(self.categorized, self.valid),
        }
        scores = {
            "balance": f"{render.score(self.balance)} ({self.coverage.balance_rating})",
            "target fit": render.score(self.target_fit),
            "synthetic share": render.share(self.synthetic_share),
            "topics": self.topics,
        }
        notice = render.notice("Ready for training.", "ok") if self.ready else render.notice("Not ready yet.", "far")
        sentences = [f"{'blocks' if rule.blocking else 'worth a look'}: {rule.sentence}" for rule in self.reasons]
        return render.card(
            "Dataset", render.facts(parts), render.facts(scores, DEFINITIONS), notice, render.bullets(sentences)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the summary as plain values; `reasons` are the rules that fail, `rules` all of them.

        Examples
        --------
        >>> told = summary(pl.DataFrame({"id": ["a"], "topic": ["Cards"]})).to_dict()
        >>> told["ready"], [reason["rule"] for reason in told["reasons"] if reason["blocking"]]
        (False, ['valid_per_split'])
        """
        counts = ("total", "from_traces", "generated", "valid", "invalid", "unchecked", "categorized", "topics")
        times = ("last_sanitized", "last_categorized", "last_changed")
        return {
            **{name: getattr(self, name) for name in counts},
            **{name: _iso(getattr(self, name)) for name in times},
            "balance": self.balance,
            "balance_rating": self.coverage.balance_rating,
            "target_fit": self.target_fit,
            "synthetic_share": self.synthetic_share,
            "ready": self.ready,
            "reasons": [rule.to_dict() for rule in self.reasons],
            "rules": [rule.to_dict() for rule in self.rules],
            "next_act": dict(self.coverage.next_act),
        }


def _iso(when: datetime | None) -> str | None:
    return None if when is None else when.isoformat()


def _parted(number: int, whole: int) -> render.Html | str:
    part = render.tag("small", f" {render.share(number / whole)}") if whole and number != whole else ""
    return render.join(render.count(number), part)


def summary(
    frame: pl.DataFrame,
    tree: TopicTree | None = None,
    covered: Coverage | None = None,
    *,
    last_sanitized: datetime | None = None,
    last_categorized: datetime | None = None,
    last_changed: datetime | None = None,
    train: float = 0.9,
    from_idea: bool = False,
    left_out: int | None = None,
) -> Summary:
    """Say how a dataset stands and whether it is ready.

    Parameters
    ----------
    frame
        With `topic`, and where there are: `valid`, `generated`, `split`.
    tree
        The topics; None for those of the frame.
    covered
        The coverage of the same frame; by default with uniform targets at the leaves.
    last_sanitized, last_categorized, last_changed
        When the records were sanitized and categorized, and when records last came, went or changed.
    train
        The share of train that is meant; only looked at while there is no split.
    from_idea
        Whether the dataset was written by the dataset generator; counts where no valid record is from a trace.
    left_out
        How many valid records the last split left out of both sets; None where there was no split.

    Examples
    --------
    >>> frame = pl.DataFrame({"topic": ["Cards"] * 200 + ["Loans"] * 200})
    >>> summary(frame).ready
    True
    """
    found = covered if covered is not None else coverage(frame, tree)
    invented = from_idea and found.total > 0 and found.generated == found.total
    generated = int(frame["generated"].fill_null(value=False).sum()) if "generated" in frame.columns else 0
    invalid = int((~frame["valid"].cast(pl.Boolean)).sum()) if "valid" in frame.columns else 0
    return Summary(
        coverage=found,
        total=frame.height,
        from_traces=frame.height - generated,
        generated=generated,
        valid=frame.height - invalid,
        invalid=invalid,
        unchecked=found.unchecked,
        categorized=found.assigned,
        topics=found.topics.height,
        last_sanitized=last_sanitized,
        last_categorized=last_categorized,
        last_changed=last_changed,
        rules=(
            *_blocking(found, frame, train, invented),
            *_advisory(found, frame, invented),
            *_stale("sanitize", last_sanitized, last_changed),
            *_stale("categorize", last_categorized, last_changed),
            *_unsplit(frame, left_out),
        ),
    )


def _blocking(c: Coverage, frame: pl.DataFrame, train: float, invented: bool) -> Iterator[Rule]:
    yield Rule("valid_records", True, c.total, 1, c.total > 0, f"{render.plural(c.total, 'valid record')}")
    yield _per_split(c, frame, train, invented)
    part = c.unassigned / c.total if c.total else 0.0
    text = f"{render.share(part)} of the valid records have no topic; at most {render.share(MOST_UNASSIGNED)} may"
    yield Rule("unassigned", True, part, MOST_UNASSIGNED, part <= MOST_UNASSIGNED, f"{text}: categorize them")
    text = f"target fit is {render.score(c.target_fit)}; {LEAST_FIT} is the least"
    yield Rule("target_fit", True, c.target_fit, LEAST_FIT, c.target_fit >= LEAST_FIT, f"{text}: fill the gaps")
    if c.options.targets == "uniform":
        text = f"balance is {render.score(c.balance)}; {LEAST_BALANCE} is the least with uniform targets"
        yield Rule("balance", True, c.balance, LEAST_BALANCE, c.balance >= LEAST_BALANCE, f"{text}: fill the gaps")
    made = c.synthetic_share
    if invented:
        text = "all records are generated from an idea: validation on real prompts is missing; export is allowed"
        yield Rule("synthetic_share", False, made, MOST_GENERATED, False, text)
        return
    text = f"{render.share(made)} of the valid records were generated; at most {render.share(MOST_GENERATED)} may be"
    yield Rule("synthetic_share", True, made, MOST_GENERATED, made <= MOST_GENERATED, f"{text}: import more traces")


def _per_split(c: Coverage, frame: pl.DataFrame, train: float, invented: bool) -> Rule:
    parts = dict(_of_valid(frame, "split").drop_nulls().value_counts().iter_rows()) if "split" in frame.columns else {}
    if parts:
        least = min(parts.get("train", 0), parts.get("validation", 0))
        text = f"the smaller set of the split has {render.plural(least, 'valid record')}"
    else:
        # validation takes real records alone, and so does this estimate; where there are none, it takes what there is
        held = min(round(c.total * (1 - train)), c.total if invented else c.total - c.generated)
        least = max(min(held, c.total - held), 0)
        text = f"a split of {render.share(train)} would leave {render.plural(least, 'record')} in its smaller set"
    again = ": allow generated records in validation, there are no others" if invented else ""
    sentence = f"{text}; {LEAST_PER_SPLIT} is the least{again}"
    return Rule("valid_per_split", True, least, LEAST_PER_SPLIT, least >= LEAST_PER_SPLIT, sentence)


def _of_valid(frame: pl.DataFrame, name: str) -> pl.Series:
    """Return a column of the valid records; those that nobody checked yet count as valid."""
    return frame[name].filter(frame["valid"].fill_null(value=True)) if "valid" in frame.columns else frame[name]


def _advisory(c: Coverage, frame: pl.DataFrame, invented: bool) -> Iterator[Rule]:
    meant = c.topics.filter(c.topics["target"] > 0).sort("count", maintain_order=True)
    if meant.height:
        path, least = meant["path"][0], int(meant["count"][0])
        few = int((meant["count"] < SMALL_TOPIC).sum())
        text = f"{render.plural(few, 'topic')} under {SMALL_TOPIC} records, the smallest {path!r} with {least}"
        yield Rule("small_topic", False, least, SMALL_TOPIC, least >= SMALL_TOPIC, text)
        place = int(c.topics["share"].arg_max() or 0)
        path, most = c.topics["path"][place], float(c.topics["share"][place])
        text = f"the largest topic, {path!r}, holds {render.share(most)}; above {render.share(LARGE_TOPIC)} is much"
        yield Rule("large_topic", False, most, LARGE_TOPIC, most <= LARGE_TOPIC, text)
    made = c.synthetic_share
    if not invented:  # where all of it is, that was said
        text = (
            f"{render.share(made)} of the valid records were generated; up to {render.share(MUCH_GENERATED)} is advised"
        )
        yield Rule("much_generated", False, made, MUCH_GENERATED, made <= MUCH_GENERATED, text)
    yield from _validated(c, frame)


def _validated(c: Coverage, frame: pl.DataFrame) -> Iterator[Rule]:
    if "split" not in frame.columns or not (frame["split"] == "validation").any():
        return
    known = [name for name in ("topic", "valid", "generated") if name in frame.columns]
    held = coverage(
        frame.select(known).filter(frame["split"] == "validation"), c.outline.tree, level=c.options.level
    ).topics.filter(pl.col("count") > 0)["path"]
    there = c.topics.filter(pl.col("count") > 0)["path"].to_list()
    missing = sorted(set(there) - set(held.to_list()))
    shown = ", ".join(map(repr, missing[:3])) + (f" and {len(missing) - 3} more" if len(missing) > 3 else "")
    text = f"{render.plural(len(missing), 'topic')} without a record in validation" + (f": {shown}" if missing else "")
    yield Rule("missing_in_validation", False, len(missing), 0, not missing, text)


def _unsplit(frame: pl.DataFrame, left_out: int | None) -> Iterator[Rule]:
    """Say how many valid records came after the split; nothing where there was none."""
    if left_out is None or "split" not in frame.columns:
        return
    new = max(_of_valid(frame, "split").null_count() - left_out, 0)
    text = f"{render.plural(new, 'valid record')} came after the split and {'is' if new == 1 else 'are'} in neither set"
    yield Rule("split_age", False, new, 0, not new, f"{text}: split again" if new else "every valid record has its set")


def _stale(step: str, last: datetime | None, changed: datetime | None) -> Iterator[Rule]:
    """Say whether a step is older than the last change; nothing where the journal says nothing of either."""
    if last is None and changed is None:
        return
    fresh = last is not None and (changed is None or last >= changed)
    done = f"{step}d"
    text = f"records were {done} after the last change" if fresh else f"records changed since they were last {done}"
    if last is None:
        text = f"records were never {done}"
    yield Rule(f"{step}_age", False, _iso(last), _iso(changed), fresh, text if fresh else f"{text}: {step} them")
