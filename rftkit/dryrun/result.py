"""`DryRun`: the answers of a model, their rewards, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from rftkit.dryrun import heat, measure
from rftkit.dryrun import rules as judged
from rftkit.dryrun.compare import Comparison, compare
from rftkit.dryrun.diagnosis import FACTS, Case, Finding, diagnose
from rftkit.dryrun.measure import Measures
from rftkit.dryrun.rules import Rule
from rftkit.dryrun.thresholds import Thresholds

if TYPE_CHECKING:
    import altair as alt

    from rftkit.render import Html

#: One row for each answer.
COLUMNS: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "sample": pl.Int64(),
    "topic": pl.String(),
    "reward": pl.Float64(),  # null where there is none
    "sub_rewards": pl.String(),  # JSON text {part: reward}
    "grader_error": pl.String(),
    "output_text": pl.String(),
    "output_tools": pl.String(),
    "refusal": pl.String(),
    "finish_reason": pl.String(),
    "input_tokens": pl.Int64(),
    "output_tokens": pl.Int64(),
    "error": pl.String(),  # why there is no answer
    "prompt_key": pl.Binary(),  # names the rollout in the store together with id and sample
}
_EACH, _NEAR = 5, 0.1
#: Computed once for one spread; moving any other threshold keeps them.
_KEPT = ("prompts", "measures", "topics", "heat_map")


@dataclass(frozen=True)
class DryRun:
    """What a grader says of a model's answers to a sample of the prompts, and whether training can work.

    Made by ``ds.dry_run(...)``; a run that was made before comes back from the store with ``ds.dry_runs()``.

    Parameters
    ----------
    frame
        `COLUMNS`: one row for each answer.
    facts
        Columns of `rftkit.dryrun.diagnosis.FACTS` and `text`: one row for each prompt.
    population
        Topic -> prompts that could have been drawn ("" for no topic); None for endlessly many.
    about
        Model, grader, seed, cost and so on: what `to_dict` says of the run.
    limits
        The thresholds.
    again
        Grades the same answers with another grader.

    Examples
    --------
    >>> frame = pl.DataFrame({"id": ["a", "a", "b", "b"], "topic": ["x"] * 4, "reward": [0.0, 1.0, 0.0, 0.0]})
    >>> DryRun.of(frame)
    DryRun(GO: mean 0.250, learnable 50 %, 2 prompts x 2)
    """

    frame: pl.DataFrame
    facts: pl.DataFrame
    population: Mapping[str, int] | None = None
    about: Mapping[str, Any] = field(default_factory=dict)
    limits: Thresholds = field(default_factory=Thresholds)
    again: Callable[..., DryRun] | None = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, frame: pl.DataFrame, facts: pl.DataFrame | None = None, **more: Any) -> DryRun:
        """Return the dry run of any frame of rewards.

        Parameters
        ----------
        frame
            At least `id` and `reward`; other columns of `COLUMNS` where there are any.
        facts
            What is known of the prompts.
        **more
            `population`, `about`, `limits`, `again`.
        """
        whole = _filled(frame, COLUMNS)
        known = whole.select("id", "topic").unique("id", keep="first", maintain_order=True) if facts is None else facts
        return cls(whole, _filled(known, {**FACTS, "text": pl.String()}), **more)

    @cached_property
    def prompts(self) -> pl.DataFrame:
        """One row for each prompt that has a reward: rollouts, mean, spread, learnable, class."""
        return heat.with_class(measure.per_prompt(self.frame, self.limits.spread))

    @cached_property
    def measures(self) -> Measures | None:
        """The numbers of all prompts; None where no answer has a reward."""
        return measure.measures(self.prompts, self.population) if self.prompts.height else None

    @cached_property
    def topics(self) -> dict[str, Measures]:
        """The numbers of each topic."""
        return measure.by_topic(self.prompts, self.population)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule with its value, its interval, its threshold and its outcome."""
        return tuple(judged.rules(self.measures, self.topics, self.unrewarded, self.limits, self._unsteady))

    @property
    def _unsteady(self) -> float | None:
        """Share of the answers graded twice whose rewards differ; None where none was."""
        again = self.about.get("again") or {}
        return len(again["differ"]) / again["tried"] if again.get("tried") else None

    @property
    def verdict(self) -> str:
        """GO, WARNING or NO-GO."""
        return judged.verdict(self.rules)

    @cached_property
    def diagnosis(self) -> tuple[Finding, ...]:
        """What may be the cause: the grader, the data or a topic, with evidence, advice and records."""
        case = Case(
            self.frame, self.prompts, self.facts, self.measures, self.topics, self.limits, self.about.get("again")
        )
        return diagnose(case)

    @property
    def unrewarded(self) -> float:
        """Share of answers without a reward: the call or the grader failed."""
        return self.frame["reward"].null_count() / self.frame.height if self.frame.height else 0.0

    @cached_property
    def heat_map(self) -> pl.DataFrame:
        """Topic by learnability: topic, class, prompts, share, mean."""
        return heat.heat_map(self.prompts)

    @property
    def buckets(self) -> pl.DataFrame:
        """How many answers lie in each fifth of 0 to 1."""
        return measure.buckets(self.frame)

    @property
    def percentiles(self) -> dict[str, float | None]:
        """Least and largest reward, and those that 10, 25, 50, 75 and 90 % of the answers do not exceed."""
        return measure.percentiles(self.frame)

    def samples(self, each: int = _EACH) -> pl.DataFrame:
        """Return the answers with the lowest rewards, those nearest to the mean (within 0.1), and the highest.

        Of every prompt at most one answer is in each group.

        Parameters
        ----------
        each
            How many of each.

        Returns
        -------
        polars.DataFrame
            group (lowest, middle, highest), text (of the prompt), and `COLUMNS`.
        """
        known = self.frame.filter(pl.col("reward").is_not_null()).join(
            self.facts.select("id", "text"), on="id", how="left", maintain_order="left"
        )
        one = known.sort("reward", "id", "sample").unique("id", keep="first", maintain_order=True)
        best = known.sort("reward", "id", "sample", descending=[True, False, False])
        middle = (
            known.with_columns((pl.col("reward") - known["reward"].mean()).abs().alias("_off"))
            .filter(pl.col("_off") <= _NEAR)
            .sort("_off", "id", "sample")
            .unique("id", keep="first", maintain_order=True)
        )
        groups = {"lowest": one, "middle": middle.drop("_off"), "highest": best.unique("id", maintain_order=True)}
        parts = [part.head(each).with_columns(group=pl.lit(name)) for name, part in groups.items()]
        return pl.concat(parts).select("group", "text", *COLUMNS)

    def with_rules(self, **limits: float) -> DryRun:
        """Return the same run judged by other thresholds; nothing is asked, graded or counted again.

        Parameters
        ----------
        **limits
            Names of `rftkit.dryrun.Thresholds` with their values.
        """
        moved = replace(self, limits=self.limits.moved(**limits))
        if moved.limits.spread == self.limits.spread:
            moved.__dict__.update({name: self.__dict__[name] for name in _KEPT if name in self.__dict__})
        return moved

    def regrade(self, grader: Any, **options: Any) -> DryRun:
        """Return the dry run of another grader on the same answers: the model is not asked again.

        Parameters
        ----------
        grader
            A `rftkit.Grader`, its JSON, a file of it, or the name of a preset.
        **options
            For graders that ask a model: `budget_usd`, `base_url`, `api_key`, `price_per_million`. ``keep=False``
            leaves the new run out of the dataset.

        Raises
        ------
        InputError
            The run is not one of a dataset.
        """
        if self.again is None:
            from rftkit.errors import InputError

            raise InputError(
                "this dry run has no dataset behind it; regrade one that ds.dry_run or ds.dry_runs() returned"
            )
        return self.again(self, grader, **options)

    def compare(self, after: DryRun) -> Comparison:
        """Return what changed from this run to another, prompt by prompt.

        Parameters
        ----------
        after
            The other run.
        """
        return compare(self.prompts, after.prompts)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the answers as plain values."""
        found = self.measures.to_dict() if self.measures else _NOTHING
        whole = {name: value for name, value in found.items() if name != "count"}
        return {
            "verdict": self.verdict,
            **whole,
            "prompts": self.prompts.height,
            "rollouts_per_prompt": self.about.get("rollouts"),
            "percentiles": self.percentiles,
            "buckets": self.buckets.to_dicts(),
            "by_topic": {name: one.to_dict() for name, one in self.topics.items()},
            "rules": [rule.to_dict() for rule in self.rules],
            "diagnosis": [one.to_dict() for one in self.diagnosis],
            "thresholds": self.limits.to_dict(),
            **{name: value for name, value in self.about.items() if name not in ("rollouts", "prompts")},
        }

    def histogram_chart(self) -> alt.LayerChart:
        """Return the histogram of the rewards as an altair chart."""
        from rftkit import reward_charts

        return reward_charts.histogram(
            measure.histogram(self.frame), self.measures.mean.value if self.measures else None
        )

    def heat_map_chart(self) -> alt.LayerChart:
        """Return topic by learnability as an altair chart."""
        from rftkit import reward_charts

        return reward_charts.heat_map(self.heat_map)

    def report(self) -> Html:
        """Return the page of the run: verdict, rules, diagnosis, topics, samples; static and escaped."""
        from rftkit.dryrun.page import page

        return page(self)

    def to_html(self, path: str | Path | None = None) -> str:
        """Return the page as text; write it to a file where one is given.

        Parameters
        ----------
        path
            The file.
        """
        text = str(self.report())
        if path is not None:
            Path(path).write_text(text, encoding="utf-8")
        return text

    def _repr_html_(self) -> str:
        return str(self.report())

    def __repr__(self) -> str:
        if self.measures is None or self.measures.mean.value is None:
            return f"DryRun({self.verdict}: no answer has a reward)"
        share = self.measures.learnable.value
        learnable = "not known with one rollout" if share is None else f"{100 * share:.0f} %"
        each = round(self.measures.rollouts / self.measures.prompts)
        return (
            f"DryRun({self.verdict}: mean {self.measures.mean.value:.3f}, learnable {learnable}, "
            f"{self.measures.prompts:,} prompts x {each})"
        )


_NOTHING: Final[dict[str, Any]] = {
    "rollouts": 0,
    "mean": None,
    "std": None,
    "std_within": None,
    "share_above_zero": None,
    "share_perfect": None,
    "learnable": {"share": None, "low": None, "high": None},
}


def _filled(frame: pl.DataFrame, columns: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return the frame with these columns: nulls where one is missing, answers numbered where they are not."""
    known = frame
    if "sample" in columns and "sample" not in frame.columns:
        known = frame.with_columns(pl.int_range(pl.len()).over("id").alias("sample"))
    return known.select(
        pl.col(name).cast(dtype) if name in known.columns else pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in columns.items()
    )
