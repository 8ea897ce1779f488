"""Running a plan: asking, judging in plan order, and asking anew for what was rejected.

Rounds, not waves: a round asks for everything that is still missing at once, so the runner stays full; its answers are
judged in the order of the plan, whatever order they came in. The same answers so always make the same candidates, and
a run that was killed continues from the remembered answers to the set that an unbroken run would have made.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

import polars as pl

from rftkit import messages, schema
from rftkit.generate.entry import Entry, answers_of, entries
from rftkit.generate.jobs import Learned, job_of
from rftkit.generate.judge import ModelJudge
from rftkit.generate.options import STRICTNESS, Options
from rftkit.generate.planned import GenerationPlan, PlanLine
from rftkit.generate.pool import Pool
from rftkit.generate.report import GenerationReport, Progress
from rftkit.generate.strategies import STRATEGIES, message_variation
from rftkit.generate.strategies.common import Draft, Job, Rejected, Task
from rftkit.generate.validate import Embedder, Judge, Validator, Verdict, verdict_columns
from rftkit.llm import OFFLINE
from rftkit.llm.request import Answer, Request

_FEWEST_NEW, _DRY_ROUNDS = 0.02, 2  # so many rounds that bring less than this of what was missing are enough


class Writer(Protocol):
    """Who writes: the runner of `rftkit.llm`, or anything with its `run`."""

    model: str | None

    def run(
        self,
        requests: Sequence[Request],
        on_answer: Callable[[Answer], None] | None = None,
        stop: threading.Event | None = None,
    ) -> list[Answer]:
        """Return an answer to every request."""
        ...


@dataclass
class _State:
    """How far one line is."""

    line: PlanLine
    accepted: list[str] = field(default_factory=list)
    made: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    failed: str = ""
    note: str = ""  # what the writer says of itself
    over: str = ""  # why no more is asked for
    dry: int = 0  # rounds in a row that brought next to nothing
    asked: dict[str, int] = field(default_factory=dict)  # variations asked of each record at first
    written: dict[str, list[str]] = field(default_factory=dict)  # from each record
    brought: Counter[str] = field(default_factory=Counter)  # and accepted
    turned: list[Rejected] = field(default_factory=list)  # what was turned down, by validation or by a person

    @property
    def missing(self) -> int:
        return self.line.count - len(self.accepted)


def run(
    plan: GenerationPlan,
    frame: pl.DataFrame,
    tree: Any,
    writer: Writer,
    *,
    embedder: Embedder | None = None,
    judge: Judge | None = None,
    on_candidates: Callable[[pl.DataFrame], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: threading.Event | None = None,
    run_id: str | None = None,
    waiting: pl.DataFrame | None = None,
    pool: Pool | None = None,
    nearby: Callable[[Sequence[str]], pl.DataFrame] | None = None,
) -> GenerationReport:
    """Make the candidates of a plan.

    Parameters
    ----------
    plan
        What to make.
    frame
        The records it was made for.
    tree
        The topic tree, or None.
    writer
        Who writes.
    embedder
        For diverse examples, and for similarity of meaning at high strictness.
    judge
        Gives a mark at high strictness.
    on_candidates
        Called with the candidates of each round as soon as they are judged.
    on_progress
        Called with every answer and every judged round.
    stop
        Set it, and the run ends within a second with everything that was finished judged and kept.
    run_id
        Name of the run; candidates are numbered within it.
    waiting
        Candidates of earlier runs that a new one must not repeat: ``messages``, and ``topic`` where known.
    pool
        The records that the writer is shown, where they are not those that candidates are compared with.
    nearby
        As `Validator` takes it, where the frame is a sample of many records.

    Examples
    --------
    >>> from rftkit.generate.plan import plan as plan_for
    >>> from rftkit.llm import Runner
    >>> texts = ["How do I block my card?", "Where can I see my PIN code?", "Can I freeze my card in the app today?"]
    >>> said = messages.pack([[{"role": "user", "content": text}] for text in texts])
    >>> frame = pl.DataFrame([pl.Series("id", ["a", "b", "c"]), said, pl.Series("topic", ["Cards"] * 3)])
    >>> report = run(plan_for(frame, topic="Cards", count=3), frame, None, Runner("rftkit/offline"))
    >>> report.valid
    3
    """
    halt = stop or threading.Event()
    base = plan.lines[0].options if plan.lines else Options()
    shown = Pool(frame, only_valid=base.only_valid) if pool is None else pool
    validator = Validator(frame, _strictest(plan, base), embedder, judge, waiting, nearby) if plan.lines else None
    work = _Work(plan, shown, tree, writer, embedder, validator, on_progress, halt, run_id or plan.id)
    for number in range(1 + max((line.options.retries for line in plan.lines), default=0)):
        made = work.round(number)
        if made is None:
            break
        if on_candidates is not None and made.height:
            on_candidates(made)
    return work.report()


def _strictest(plan: GenerationPlan, base: Options) -> Options:
    strict = max((line.options.strictness for line in plan.lines), default="medium", key=STRICTNESS.index)
    return replace(base, strictness=strict)


class _Work:
    def __init__(
        self,
        plan: GenerationPlan,
        pool: Pool,
        tree: Any,
        writer: Writer,
        embedder: Embedder | None,
        validator: Validator | None,
        on_progress: Callable[[Progress], None] | None,
        stop: threading.Event,
        run_id: str,
    ) -> None:
        self.plan, self.pool, self.tree, self.writer = plan, pool, tree, writer
        self.stop, self.run_id, self.on_progress = stop, run_id, on_progress
        self.learned = Learned(self.pool, plan.model, embedder)
        self.validator = validator
        judge = validator.judge if validator is not None else None
        self.judge = judge if isinstance(judge, ModelJudge) else None
        if self.judge is not None:
            self.judge.within(self._pay, stop)
        self.states = [_State(line, turned=list(line.replaces)) for line in plan.lines]
        self.orders: dict[str, list[int]] = {}
        self.frames: list[pl.DataFrame] = []
        self.position = self.answered = self.asked = 0
        self.totals: Counter[str] = Counter()
        self.cost: float | None = 0.0

    def round(self, number: int) -> pl.DataFrame | None:
        """Ask for what is missing, judge what came; None where nothing is to be done."""
        open_ = [
            state
            for state in self.states
            if state.missing > 0 and not state.over and number <= state.line.options.retries
        ]
        if not open_ or self.stop.is_set():
            return None
        tasks = [(state, task) for state in open_ for task in self._tasks(state, number)]
        self.asked += len(tasks)
        answers = self.writer.run([task.request for _, task in tasks], self._note, self.stop)
        before = {id(state): state.missing for state in open_}
        made = self._judged([(state, task, answer) for (state, task), answer in zip(tasks, answers, strict=True)])
        for state in open_:
            self._look(state, before[id(state)])
        self._tell(None)
        return made

    def _tasks(self, state: _State, number: int) -> list[Task]:
        line = state.line
        job = job_of(
            line,
            self.pool,
            self.tree,
            self.learned,
            state.missing,
            number,
            self.plan.seed,
            avoid=state.accepted,
            orders=self.orders,
        )
        job = replace(job, rejected=tuple(state.turned))
        if line.strategy == message_variation.NAME and number:
            job = replace(job, wanted=self._short(state, job, number), written=state.written)
        found: list[Task] = STRATEGIES[line.strategy].tasks(job)
        state.asked.update({task.source.id: task.count for task in found if task.source is not None and not number})
        return found

    def _short(self, state: _State, job: Job, number: int) -> tuple[tuple[int, int], ...]:
        """Return the records that brought less than they were asked for; later, records that were not asked yet.

        So a record that brings nothing, whatever is in it, changes nothing for the others.
        """
        short = {one: asked - state.brought[one] for one, asked in state.asked.items() if state.brought[one] < asked}
        rows = self.pool.find(list(short))
        counts = [short[str(self.pool.frame["id"][row])] for row in rows]
        if number > 1 and not state.line.from_ids:
            new = [row for row in job.rows if str(self.pool.frame["id"][row]) not in state.asked]
            each = state.line.options.variations
            rows, counts = (new, [each] * len(new)) if new else (rows, counts)
        wanted, left = [], state.missing
        for row, count in zip(rows, counts, strict=True):
            if left > 0:
                wanted.append((row, min(count, left)))
                left -= count
        return tuple(wanted)

    def _note(self, answer: Answer) -> None:
        self.answered += 1
        self._pay(answer)
        self._tell(answer)

    def _pay(self, answer: Answer) -> None:
        self.totals["calls"] += answer.calls
        self.totals["cached_calls"] += answer.cached
        self.totals["prompt_tokens"] += answer.prompt_tokens
        self.totals["completion_tokens"] += answer.completion_tokens
        known = self.cost is not None and answer.cost_usd is not None
        self.cost = (self.cost or 0.0) + (answer.cost_usd or 0.0) if known else None

    def _tell(self, answer: Answer | None) -> None:
        if self.on_progress is None:
            return
        topics = {state.line.topic: (len(state.accepted), state.line.count) for state in self.states}
        sample = answer.text if answer is not None and answer.ok else ""
        self.on_progress(
            Progress(topics, self.answered, self.asked, self.cost, answer.request.key if answer else "", sample)
        )

    def _judged(self, answered: Sequence[tuple[_State, Task, Answer]]) -> pl.DataFrame:
        drafts: list[tuple[_State, Draft]] = []
        for state, task, answer in answered:
            if not answer.ok:
                state.failed = answer.error or ""
                continue
            state.note = str(answer.value.get("note") or "") if isinstance(answer.value, Mapping) else ""
            drafts.extend((state, draft) for draft in STRATEGIES[state.line.strategy].drafts(task, answer.value))
        if not drafts or self.validator is None:
            return schema_frame([])
        said = messages.pack([draft.messages for _, draft in drafts])
        topics = pl.Series("topic", [state.line.topic for state, _ in drafts], dtype=pl.String)
        seen = self._entries(entries(pl.DataFrame([said, topics])), drafts)
        verdicts = self.validator.judge_all(seen, [state.line.options for state, _ in drafts])
        for (state, draft), entry, verdict in zip(drafts, seen, verdicts, strict=True):
            self._count(state, draft.source_record_id, entry, verdict)
        made = self._frame(drafts, said, verdicts)
        self.frames.append(made)
        return made

    def _entries(self, found: list[Entry], drafts: Sequence[tuple[_State, Draft]]) -> list[Entry]:
        sources = sorted({draft.source_record_id for _, draft in drafts if draft.source_record_id})
        answers = answers_of(self.pool.frame, sources)
        return [
            replace(entry, shown=draft.shown, secrets=answers.get(draft.source_record_id or "", ()))
            for entry, (_, draft) in zip(found, drafts, strict=True)
        ]

    def _count(self, state: _State, source: str | None, entry: Entry, verdict: Verdict) -> None:
        state.made += 1
        state.written.setdefault(source or "", []).append(entry.text)
        if verdict.valid:
            state.accepted.append(entry.text)
            state.brought[source or ""] += 1
        else:
            state.rejected.update(list(verdict.details)[:1])
            why = next(iter(verdict.details.values()))
            state.turned.append(Rejected(entry.text, why, source or ""))

    def _frame(
        self, drafts: Sequence[tuple[_State, Draft]], said: pl.Series, verdicts: Sequence[Verdict]
    ) -> pl.DataFrame:
        rows = [
            {
                "candidate_id": f"{self.run_id}-{self.position + place:05d}",
                "run": self.run_id,
                "position": self.position + place,
                "topic": state.line.topic or None,
                "source_record_id": draft.source_record_id,
                "strategy": state.line.strategy,
                "model": self.plan.model,
                "tools": draft.tools,
                "tool_choice": draft.tool_choice,
                "facets": messages.dump(dict(draft.facets)) if draft.facets else None,
                "created_at": datetime.now(UTC),
            }
            for place, (state, draft) in enumerate(drafts)
        ]
        self.position += len(rows)
        return schema_frame(rows, said, verdicts)

    def _look(self, state: _State, before: int) -> None:
        """Say why a line is given up where another round would bring next to nothing."""
        gained = before - state.missing
        if state.missing <= 0 or self.stop.is_set():
            return
        state.dry = state.dry + 1 if gained <= _FEWEST_NEW * before else 0
        if state.dry >= _DRY_ROUNDS:
            state.over = self._why(state)

    def _why(self, state: _State) -> str:
        if state.failed and not state.made:
            return f"no call succeeded: {state.failed}"
        top = ", ".join(f"{code} {count}" for code, count in state.rejected.most_common(3))
        said = f"{len(state.accepted)} of {state.line.count} were accepted"
        reason = f"the rest was rejected ({top})" if top else "the writer had nothing more to say from these examples"
        reason += f"; {state.note}" if state.note and self.plan.model == OFFLINE else ""
        return f"{said}; {reason}" + (f"; some calls failed: {state.failed}" if state.failed else "")

    def report(self) -> GenerationReport:
        """Return what was made."""
        stopped = self.stop.is_set()
        short = [state for state in self.states if state.missing > 0]
        gave_up = {state.line.topic: "stopped" if stopped else state.over or self._why(state) for state in short}
        by_topic: dict[str, dict[str, Any]] = {}
        for state in self.states:
            counts = {"requested": state.line.count, "generated": state.made, "valid": len(state.accepted)}
            by_topic[state.line.topic] = {
                **counts,
                "rejected": state.made - len(state.accepted),
                "strategy": state.line.strategy,
            }
        candidates = pl.concat(self.frames) if self.frames else schema.empty(schema.CANDIDATES)
        counted = {
            name: int(self.totals[name]) for name in ("calls", "cached_calls", "prompt_tokens", "completion_tokens")
        }
        unjudged = self.judge.shortfall if self.judge is not None else ""
        return GenerationReport(
            self.plan, candidates, by_topic, gave_up, **counted, cost_usd=self.cost, stopped=stopped, unjudged=unjudged
        )


def schema_frame(
    rows: Sequence[dict[str, Any]], said: pl.Series | None = None, verdicts: Sequence[Verdict] = ()
) -> pl.DataFrame:
    """Return candidates with exactly the columns of `schema.CANDIDATES`.

    Examples
    --------
    >>> schema_frame([]).columns == list(schema.CANDIDATES)
    True
    """
    if not rows or said is None:
        return schema.empty(schema.CANDIDATES)
    plain = {name: dtype for name, dtype in schema.CANDIDATES.items() if name in rows[0]}
    table = pl.DataFrame(rows, schema=plain).with_columns(said, *verdict_columns(verdicts))
    return table.select([pl.col(name).cast(dtype) for name, dtype in schema.CANDIDATES.items()])
