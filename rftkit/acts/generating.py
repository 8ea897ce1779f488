"""Generate, review, add: candidates come from a plan, decisions are rows, accepted candidates become records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import embed, review, schema
from rftkit.acts import asking, categorizing, covering, reading, sanitizing
from rftkit.embed.cache import VectorCache
from rftkit.errors import ApprovalError, InputError, NotFoundError
from rftkit.generate import GenerationPlan, GenerationReport
from rftkit.generate import plan as make_plan
from rftkit.generate import run as run_plan
from rftkit.jobs import Control, Job, Progress

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.messages import Message

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
        reading.frame(ds),
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
) -> Job[GenerationReport]:
    """Make the candidates of a plan, in the background; calling it approves the plan up to its cap.

    What a model has answered is on the disk before the next call: a killed run costs nothing when it is run again.

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
    Job
        ``await job``, ``job.wait()``, ``job.stop()``; the result is a `GenerationReport`.

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
        return _run(ds, plan, writer, control)

    job: Job[GenerationReport] = Job(work, name="generate")
    if progress is not None:
        job.on_progress(progress)
    return job.start()


def _cap(plan: GenerationPlan, budget_usd: float | None) -> float | None:
    highest = plan.estimate.high_usd if plan.estimate else None
    if budget_usd is not None or not highest:
        return budget_usd
    return highest * CAP


def _run(ds: Context, plan: GenerationPlan, writer: Any, control: Control) -> GenerationReport:
    def tell(state: Any) -> None:
        accepted = sum(done for done, _ in state.topics.values())
        control.report(
            accepted, plan.requested, topics=dict(state.topics), sample=state.sample, cost_usd=state.cost_usd
        )

    frame = reading.frame(ds)
    report = run_plan(
        plan,
        frame,
        reading.tree(ds),
        writer,
        embedder=_embedder(ds, frame, plan),
        on_progress=tell,
        stop=control.stop,
        run_id=_run_id(ds, plan),
    )
    told = report.to_dict()
    with ds.step("generate", {"plan": plan.to_dict()}) as step:
        step.append("candidates", report.candidates)
        step.counts = {
            name: told[name] for name in ("requested", "generated", "valid", "rejected", "calls", "cost_usd")
        }
    return report


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
    return categorizing.vectors(ds, embed.texts(frame).to_list()).embedder


@dataclass(frozen=True)
class _Remembering:
    cache: VectorCache

    def embed(self, texts: Sequence[str]) -> Any:
        return embed.vectors(texts, "minilm", cache=self.cache).array


def candidates(
    ds: Context,
    *,
    ids: Sequence[str] | None = None,
    where: str | None = None,
    min_stars: float | None = None,
    waiting: bool = True,
) -> pl.DataFrame:
    """Return candidates with what was decided about them.

    Parameters
    ----------
    ds
        The dataset.
    ids
        Only these.
    where
        A condition in SQL.
    min_stars
        Only those with at least so many stars.
    waiting
        Leave out those that were added already.

    Returns
    -------
    polars.DataFrame
        Columns of `schema.CANDIDATES` (messages as they were edited), and `decision`: accept, reject, added or null.
    """
    found = review.current(*_review_tables(ds))
    if ids is not None:
        _known(found, ids)
        found = found.filter(pl.col("candidate_id").is_in(list(ids)))
    if waiting and ids is None:
        found = found.filter(pl.col("decision").ne_missing(pl.lit("added")))
    if where is not None:
        found = reading.filtered(found, where)
    return found if min_stars is None else found.filter(pl.col("quality") >= min_stars)


def _known(found: pl.DataFrame, ids: Sequence[str]) -> None:
    unknown = sorted(set(ids) - set(found["candidate_id"]))
    if unknown:
        raise NotFoundError(f"there is no candidate {unknown[0]!r}; list them with: rftkit review DATASET list")


def decide(
    ds: Context,
    *,
    accept: Sequence[str] = (),
    reject: Sequence[str] = (),
    edit: dict[str, Sequence[Message]] | None = None,
) -> int:
    """Decide on candidates; nothing enters the dataset before `add`, and a later decision takes the place of this one.

    Parameters
    ----------
    ds
        The dataset.
    accept, reject
        Ids of candidates.
    edit
        Id of a candidate -> its new messages.

    Returns
    -------
    int
        How many decisions were written.
    """
    wanted = [*accept, *reject, *(edit or {})]
    if not wanted:
        return 0
    every = candidates(ds, waiting=False)
    _known(every, wanted)
    done = set(every.filter(pl.col("decision") == "added")["candidate_id"])
    late = [name for name in wanted if name in done]
    if late:
        raise InputError(f"the candidate {late[0]!r} is a record already; undo the step that added it to decide anew")
    edits = [review.edit(name, messages) for name, messages in (edit or {}).items()]
    made = pl.concat([*edits, review.accept(accept), review.reject(reject)])
    with ds.step("review", {"accept": len(accept), "reject": len(reject), "edit": len(edit or {})}) as step:
        step.append("decisions", made)
        step.counts = {"accepted": len(accept), "rejected": len(reject), "edited": len(edit or {})}
    return made.height


def add(ds: Context) -> int:
    """Make the accepted candidates records; undo takes them out again.

    Returns
    -------
    int
        How many were added.
    """
    drafts = review.accepted(*_review_tables(ds))
    if drafts.is_empty():
        return 0
    ids = drafts["id"].to_list()
    with ds.step("add", {"candidates": ids}) as step:
        when = datetime.now(UTC)
        fresh = drafts.with_columns(step.rows(drafts.height), pl.lit(when).alias("created_at"))
        step.append("records", fresh)
        step.append("decisions", review.added(ids))
        labels = pl.concat([reading.stored_labels(ds), _labels(ds, fresh, when)])
        step.replace("labels", sanitizing.refreshed(ds, step, labels, fresh.select(list(schema.RECORDS))))
        step.counts = {"added": fresh.height}
    return fresh.height


def _review_tables(ds: Context) -> tuple[pl.DataFrame, pl.DataFrame]:
    return ds.store.scan("candidates", ds.line).collect(), ds.store.scan("decisions", ds.line).collect()


def _labels(ds: Context, fresh: pl.DataFrame, when: datetime) -> pl.DataFrame:
    """Return label rows of added candidates; they count as valid until the dataset is sanitized."""
    said = fresh.select("row", "id", "topic", "topic_confidence", "topic_method", "quality", position="row")
    said = said.with_columns(pl.lit(when).alias("updated_at"))
    missing = [
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.LABELS.items() if name not in said.columns
    ]
    return reading.with_ids(said.with_columns(missing).select(list(schema.LABELS)), reading.tree(ds))


def regenerate(
    ds: Context, ids: Sequence[str], *, model: str | None = None, seed: int | None = None
) -> Job[GenerationReport]:
    """Reject candidates and make as many anew for the same topics and sources.

    Parameters
    ----------
    ds
        The dataset.
    ids
        Candidates.
    model
        Who writes; the model of the first of them by default.
    seed
        Another seed gives other candidates; the number of the version by default.
    """
    again = candidates(ds, ids=list(ids))
    if again.is_empty():
        raise InputError("no candidate was named; list them with: rftkit review DATASET list")
    decide(ds, reject=again["candidate_id"].to_list())
    lines = []
    sources = dict(zip(again["topic"], again["source_record_id"], strict=True))
    for (topic, strategy), number in Counter(again.select("topic", "strategy").rows()).items():
        part = plan(ds, topic=topic, count=number, strategy=strategy, seed=ds.version if seed is None else seed)
        own = tuple(
            again.filter(topic=topic, strategy=strategy)["source_record_id"].drop_nulls().unique(maintain_order=True)
        )
        lines += [replace(line, from_ids=own if sources[topic] else ()) for line in part.lines]
    whole = replace(part, lines=tuple(lines), model=model or again["model"][0])
    if whole.model != "rftkit/offline" and model is None:
        raise ApprovalError(f"making them anew asks {whole.model}, which may cost money; approve it by naming model=")
    return generate(ds, whole)


def review_state(ds: Context) -> dict[str, Any]:
    """Return how far the review is, and the coverage once the accepted candidates are added.

    Returns
    -------
    dict
        candidates (that are no records yet), waiting (valid and undecided), invalid, accepted, rejected, edited, added,
        by_topic, coverage_after.
    """
    told = review.state(*_review_tables(ds)).to_dict()
    found = candidates(ds)
    undecided = found.filter(pl.col("decision").is_null())
    told["invalid"] = undecided.filter(~pl.col("valid")).height
    told["waiting"] = undecided.height - told["invalid"]
    return {**told, "coverage_after": covering.coverage(ds).after(told["by_topic"]).to_dict()}


def final_distribution(ds: Context, before: int | None = None) -> Any:
    """Return the distribution of topics before and after generation, with both scores.

    Parameters
    ----------
    ds
        The dataset.
    before
        The version to compare with; by default the records that were not generated.
    """
    now = reading.narrow(ds)
    then = now.filter(~pl.col("generated")) if before is None else _narrow_at(ds, before)
    return review.final_distribution(then, now, reading.tree(ds), targets=covering.targets(ds))


def _narrow_at(ds: Context, version: int) -> pl.DataFrame:
    from rftkit.acts.context import Context as Reader

    return reading.narrow(Reader(ds.path, version=version))


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
