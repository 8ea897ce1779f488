"""Generate: what would be made and at what price, and candidates made from a plan in the background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import embed, llm
from rftkit.acts import asking, comparing, covering, drawing, gathering, reading
from rftkit.acts.generation_job import GenerationJob, unknown
from rftkit.acts.reviewing import candidates
from rftkit.embed.cache import VectorCache
from rftkit.generate import GenerationPlan, GenerationReport
from rftkit.generate import plan as make_plan
from rftkit.generate import run as run_plan
from rftkit.generate.judge import ModelJudge
from rftkit.generate.replacing import replacements
from rftkit.jobs import Control, Progress

if TYPE_CHECKING:
    from rftkit.acts.context import Context

#: Without a cap of one's own, a run may cost so many times its highest estimate: rejected candidates are asked for anew.
CAP = 2.0


def plan(
    ds: Context,
    *,
    topic: str | None = None,
    count: int | None = None,
    fill_gaps: bool = False,
    from_ids: Sequence[str] | None = None,
    strategy: str | None = None,
    overrides: dict[str, Any] | None = None,
    model: str | None = None,
    grow: float | None = None,
    level: int | None = None,
    seed: int = 0,
    **settings: Any,
) -> GenerationPlan:
    """Say what would be generated, at what price, and how the dataset would look afterwards; nothing is sent.

    Up to 50,000 records are all looked at. Of more, how many there are is counted, and what a strategy needs of a topic and
    what its requests take is told by up to 240 records of each kind, drawn by the seed; with more than 24 topics the tokens
    are those of 24 of them, times their share.

    Parameters
    ----------
    ds
        The dataset.
    topic, count
        So many for a topic.
    fill_gaps
        What coverage says is needed, within the synthetic ratio.
    from_ids
        Variations of these records.
    strategy
        Chosen from the data by default.
    overrides
        Topic -> options of its own.
    model
        Who writes; RFTKIT_MODEL or rftkit/offline by default.
    grow
        With fill_gaps: let a balanced dataset grow, 0.2 for a fifth.
    level
        With fill_gaps: level of the tree; leaves by default.
    seed
        The same records, options and seed give the same plan.
    **settings
        Of `rftkit.generate.Options`; None leaves the default.
    """
    given = {name: value for name, value in settings.items() if value is not None}
    return make_plan(
        drawing.pool(ds, seed=seed, only_valid=bool(given.get("only_valid", True)), ids=from_ids or ()),
        reading.tree(ds),
        covering.coverage(ds, level=level, grow=grow),
        topic=topic,
        count=count,
        fill_gaps=fill_gaps,
        from_ids=from_ids,
        strategy=strategy,
        overrides=overrides,
        model=model,
        seed=seed,
        **given,
    )


def generate(
    ds: Context,
    plan: GenerationPlan,
    *,
    model: str | None = None,
    base_url: str | None = None,
    api_key: str | None = None,
    budget_usd: float | None = None,
    price_per_million: tuple[float, float] | None = None,
    concurrency: int = 16,
    progress: Callable[[Progress], None] | None = None,
) -> GenerationJob:
    """Make the candidates of a plan, in the background; calling it approves the plan up to its cap.

    What a model has answered is on the disk before the next call: a killed run costs nothing when it is run again.

    In a dataset of more than 50,000 records the writer learns from those that `plan` draws. No candidate that copies any
    record, or is too much like one by its 5-grams, is accepted: that is looked for in all of them. What is usual (words of
    topics, language, voice, stars) and similarity of meaning are judged beside a sample of 20,000.

    Parameters
    ----------
    ds
        The dataset.
    plan
        From `plan`.
    model
        Who writes; the plan's model by default.
    base_url, api_key
        Of an OpenAI-compatible server.
    budget_usd
        Never spend more; twice the plan's highest estimate by default.
    price_per_million
        US dollars in and out, where the model's price is unknown.
    concurrency
        Calls at the same time.
    progress
        Told how far it is.

    Returns
    -------
    GenerationJob
        ``await job``, ``job.wait()``, ``job.stop()``, ``job.candidates()`` while it runs, ``job.again()`` to take up a run
        that was stopped; the result is a `GenerationReport`.

    Raises
    ------
    ApprovalError
        A budget was given for a model whose price is unknown.
    """
    plan = plan if model is None else replace(plan, model=model)
    writer = asking.runner(
        ds,
        plan.model,
        base_url=base_url,
        api_key=api_key,
        budget_usd=_cap(plan, budget_usd),
        price_per_million=price_per_million,
        concurrency=concurrency,
        seed=plan.seed,
    )

    def work(control: Control) -> GenerationReport:
        return _run(ds, plan, writer, control, job)

    def again() -> GenerationJob:
        return generate(
            ds,
            plan,
            base_url=base_url,
            api_key=api_key,
            budget_usd=budget_usd,
            price_per_million=price_per_million,
            concurrency=concurrency,
            progress=progress,
        )

    job = GenerationJob(work, ds, plan, again)
    if progress is not None:
        job.on_progress(progress)
    return job.start()


def _cap(plan: GenerationPlan, budget_usd: float | None) -> float | None:
    highest = plan.estimate.high_usd if plan.estimate else None
    if budget_usd is not None or not highest:
        return budget_usd
    return highest * CAP


def _run(ds: Context, plan: GenerationPlan, writer: Any, control: Control, job: GenerationJob) -> GenerationReport:
    def tell(state: Any) -> None:
        accepted = sum(done for done, _ in state.topics.values())
        asked = {"answered": state.answered, "asked": state.asked, "cost_usd": state.cost_usd}
        control.report(
            accepted, plan.requested, topics=dict(state.topics), topic=state.topic, sample=state.sample, **asked
        )

    def keep(made: pl.DataFrame) -> None:
        control.report(control.progress.done, **job.keep(made))

    ids = [one for line in plan.lines for one in line.from_ids]
    only_valid = plan.lines[0].options.only_valid if plan.lines else True
    frame = comparing.usual(ds)
    report = run_plan(
        plan,
        frame,
        reading.tree(ds),
        writer,
        embedder=_embedder(ds, frame, plan),
        judge=_judge(plan, writer),
        on_candidates=keep,
        on_progress=tell,
        stop=control.stop,
        run_id=_run_id(ds, plan),
        waiting=_waiting(ds, plan),
        pool=drawing.pool(ds, seed=plan.seed, only_valid=only_valid, ids=ids),
        nearby=comparing.beyond(ds, min((line.options.similarity for line in plan.lines), default=1.0)),
    )
    told = report.to_dict()
    with ds.step("generate", {"plan": plan.to_dict()}) as step:
        step.append("candidates", unknown(report.candidates, _earlier(ds, plan)))
        linked = replacements(report)
        if linked.height:
            step.append("replacements", linked)
        step.counts = {
            name: told[name] for name in ("requested", "generated", "valid", "rejected", "calls", "cost_usd")
        }
    return report


def _judge(plan: GenerationPlan, writer: llm.Runner) -> ModelJudge | None:
    """Return who judges at high strictness: the model that writes, under the same cap; the keyless one cannot."""
    strict = any(line.options.strictness == "high" for line in plan.lines)
    return ModelJudge(writer) if strict and writer.name != llm.OFFLINE else None


def _earlier(ds: Context, plan: GenerationPlan) -> pl.DataFrame:
    """Return the candidates of earlier runs of the plan: one that was stopped and is taken up again repeats them."""
    known = ds.store.scan("candidates", ds.line).filter(pl.col("run").str.starts_with(plan.id))
    return known.select("topic", "source_record_id", "strategy", "messages").collect()


def _waiting(ds: Context, plan: GenerationPlan) -> pl.DataFrame:
    """Return the valid candidates of other runs that are no records yet, the ones that a person rejected among them."""
    found = candidates(ds).filter(pl.col("valid"), ~pl.col("run").str.starts_with(plan.id))
    return found.select("messages", "topic")


def _run_id(ds: Context, plan: GenerationPlan) -> str:
    """Return a name that no earlier run has; a run that was killed has left none."""
    runs = ds.store.scan("candidates", ds.line).select("run").unique().collect()["run"].to_list()
    number, name = 1, plan.id
    while name in runs:
        number += 1
        name = f"{plan.id}-{number}"
    return name


def _embedder(ds: Context, frame: pl.DataFrame, plan: GenerationPlan) -> Any:
    """Return an embedder where the plan has use for one."""
    wanted = any(
        line.options.strictness == "high" or (line.strategy == "few_shot" and line.options.diversity == "embedding")
        for line in plan.lines
    )
    if not wanted:
        return None
    if embed.choose("auto").name == "minilm":
        return _Remembering(VectorCache(ds.path / "vectors"))
    return gathering.vectors(ds, embed.texts(frame).to_list()).embedder


@dataclass(frozen=True)
class _Remembering:
    cache: VectorCache

    def embed(self, texts: Sequence[str]) -> Any:
        return embed.vectors(texts, "minilm", cache=self.cache).array


def priced(
    ds: Context,
    plan: GenerationPlan,
    *,
    model: str | None = None,
    base_url: str | None = None,
    budget_usd: float | None = None,
    price_per_million: tuple[float, float] | None = None,
) -> dict[str, Any]:
    """Return the plan as plain values with the cap that a run would have.

    Parameters
    ----------
    ds
        The dataset.
    plan
        From `plan`.
    model, base_url, budget_usd, price_per_million
        As `generate` takes them.
    """
    told = plan.to_dict()
    counts = {topic["path"]: topic["count"] for topic in covering.coverage(ds).to_dict()["topics"]}
    for topic in told["topics"]:
        topic["current"] = counts.get(topic["topic"])
    return {**told, "cap_usd": _cap(plan, budget_usd)}
