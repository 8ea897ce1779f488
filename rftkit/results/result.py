"""`Results`: what training changed, overall and by topic, and what to do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.results.paired import Change, change, holm
from rftkit.results.rules import ADVICE, Rule, rules, verdict

if TYPE_CHECKING:
    import altair as alt

    from rftkit.render import Html

UNASSIGNED = "__unassigned"
#: Validation prompts below which an interval is too wide to see what is wanted.
FEW = 100


@dataclass(frozen=True)
class Results:
    """What a model gained by training, on the same validation prompts before and after.

    Made by ``ds.results(job)``; `rftkit.results.compare` makes one of any two sets of rewards.

    Attributes
    ----------
    frame
        One row for each prompt: id, topic, text, before, after, change, answers_before, answers_after.
    answers
        One row for each answer: which (before or after), id, sample, reward, error, output_text, output_tools.
    about
        Job, grader, models, seeds.

    Examples
    --------
    >>> from rftkit.results import compare
    >>> ids = [f"r{n}" for n in range(20)]
    >>> before = pl.DataFrame({"id": ids, "reward": [0.0, 1.0] * 10})
    >>> after = pl.DataFrame({"id": ids, "reward": [0.5, 1.0] * 10})
    >>> found = compare(before, after, pl.DataFrame({"id": ids, "topic": ["sums"] * 20}))
    >>> found.verdict, found.to_dict()["by_topic"]["sums"]["change"]
    ('significant', 0.25)
    """

    frame: pl.DataFrame = field(repr=False)
    answers: pl.DataFrame = field(repr=False)
    about: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def overall(self) -> Change:
        """The change of all prompts."""
        return change(self.frame["before"].to_numpy(), self.frame["after"].to_numpy())

    @cached_property
    def topics(self) -> dict[str, Change]:
        """The change of each topic, by name; records without one under ``__unassigned``."""
        named = self.frame.with_columns(pl.col("topic").fill_null(UNASSIGNED))
        parts = named.partition_by("topic", as_dict=True, maintain_order=True)
        found = {
            str(key[0]): change(part["before"].to_numpy(), part["after"].to_numpy()) for key, part in parts.items()
        }
        return dict(sorted(found.items()))

    @cached_property
    def _worse(self) -> dict[str, float]:
        """Topics that fell, each with its probability, corrected for all topics that were looked at."""
        tested = holm({name: one.p for name, one in self.topics.items() if one.p is not None})
        fell = [name for name, one in self.topics.items() if (one.difference or 0) < 0]
        return {name: tested.get(name, 1.0) for name in fell}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule with its value and whether it holds."""
        return rules(self.overall, self.topics, self._worse)

    @property
    def verdict(self) -> str:
        """One of significant, marginal, none, regression."""
        return verdict(self.overall, self.rules, self._worse)

    @property
    def advice(self) -> str:
        """What to do, in a sentence."""
        return ADVICE[self.verdict]

    @property
    def regressions(self) -> list[dict[str, Any]]:
        """Topics that fell, those beyond luck first, then the largest fall."""
        found = [
            {"topic": name, **self.topics[name].to_dict(), "significant": p < 0.05, "p_corrected": p}
            for name, p in self._worse.items()
        ]
        return sorted(found, key=lambda one: (not one["significant"], one["change"]))

    @property
    def errors(self) -> dict[str, int]:
        """Answers without a reward, before and after: the grader failed, or there was no answer."""
        missing = self.answers.filter(pl.col("reward").is_null())
        return {which: missing.filter(pl.col("which") == which).height for which in ("before", "after")}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know before believing the numbers, in sentences."""
        from rftkit.render import plural

        found = [
            f"{one['topic']} fell from {one['before']:.2f} to {one['after']:.2f} on {plural(one['prompts'], 'prompt')}"
            + (", more than luck explains" if one["significant"] else ", which may be luck")
            for one in self.regressions
        ]
        left_out = self.answers["id"].n_unique() - self.frame.height
        if left_out:
            found.append(f"{plural(left_out, 'prompt')} left out, for want of a reward before or after")
        for which, count in self.errors.items():
            if count:
                found.append(
                    f"{plural(count, 'answer')} {which} training without a reward: missing, and not counted as 0"
                )
        if self.frame.height < FEW:
            compared = plural(self.frame.height, "prompt")
            found.append(f"{compared} compared; with {FEW} or more, smaller changes can be seen")
        return tuple(found)

    def wins(self, each: int = 5) -> pl.DataFrame:
        """Return the prompts that gained most, with an answer before and one after side by side.

        Parameters
        ----------
        each
            How many.
        """
        return self._beside(
            self.frame.filter(pl.col("change") > 0).sort("change", "id", descending=[True, False]), each
        )

    def losses(self, each: int = 5) -> pl.DataFrame:
        """Return the prompts that lost most, with an answer before and one after side by side.

        Parameters
        ----------
        each
            How many.
        """
        return self._beside(self.frame.filter(pl.col("change") < 0).sort("change", "id"), each)

    def chart(self) -> alt.LayerChart:
        """Return each topic before and after as an altair chart."""
        from rftkit import training_charts

        rows = [{"topic": name, **one.to_dict()} for name, one in self.topics.items()]
        return training_charts.before_after(pl.DataFrame(rows).select("topic", "before", "after", "prompts", "outcome"))

    def _beside(self, chosen: pl.DataFrame, each: int) -> pl.DataFrame:
        """Return prompts with the answer of each side that is nearest to the prompt's mean: the typical one."""
        found = chosen.head(each)
        for which in ("before", "after"):
            mine = self.answers.filter((pl.col("which") == which) & pl.col("reward").is_not_null())
            off = (pl.col("reward") - pl.col("reward").mean().over("id")).abs()
            typical = mine.with_columns(off.alias("_off")).sort("_off", "sample").unique("id", keep="first")
            shown = typical.select("id", pl.col("output_text", "output_tools").name.suffix(f"_{which}"))
            found = found.join(shown, on="id", how="left", maintain_order="left")
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain values; `change` is after minus before, in points of reward."""
        whole = self.overall.to_dict()
        return {
            **{name: whole[name] for name in ("before", "after", "change", "change_relative", "low", "high", "p")},
            "prompts": self.overall.prompts,
            "by_topic": {name: one.to_dict() for name, one in self.topics.items()},
            "regressions": self.regressions,
            "verdict": self.verdict,
            "advice": self.advice,
            "rules": [rule.to_dict() for rule in self.rules],
            "errors": self.errors,
            "warnings": list(self.warnings),
            **self.about,
        }

    def __repr__(self) -> str:
        one = self.overall
        return f"Results({one.before:.3f} to {one.after:.3f}, {one.difference:+.3f} on {one.prompts} prompts: {self.verdict})"

    def _repr_html_(self) -> Html:
        return self.to_html()

    def to_html(self) -> Html:
        """Return the page: verdict, rules, topics, wins and losses side by side."""
        from rftkit.results.page import page

        return page(self)
