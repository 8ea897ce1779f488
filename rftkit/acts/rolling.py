"""Rollouts: what models answered to the prompts of a dataset, asked once and kept.

An answer is on the disk (`llm.sqlite`) before the next call is sent, so a run that was killed asks again at most what
was under way; the table `rollouts/` gets all answers of a run in one version when it ends or is stopped.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import llm, messages, schema
from rftkit.acts import asking, reading
from rftkit.acts.rollouts import keep, prompts_of, rollouts
from rftkit.errors import InputError, ModelError
from rftkit.jobs import Control, Job

if TYPE_CHECKING:
    from rftkit.acts.context import Context

__all__ = ["Collected", "Settings", "asker", "collect", "collect_job", "keep", "missing", "requests", "rollouts"]

TEMPERATURE, MAX_TOKENS = 1.0, 1024


@dataclass(frozen=True)
class Settings:
    """How a model is asked for a rollout.

    Parameters
    ----------
    temperature
        0 to 2; with 0 most models say the same thing every time.
    max_tokens
        The longest answer.
    options
        Other litellm parameters, such as ``top_p``.

    Examples
    --------
    >>> Settings().name == Settings(temperature=1.0).name, Settings().name == Settings(max_tokens=20).name
    (True, False)
    """

    temperature: float = TEMPERATURE
    max_tokens: int = MAX_TOKENS
    options: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """The short hash under which rollouts are kept."""
        return hashlib.sha256(messages.dump(dict(sorted(self.to_dict().items()))).encode()).hexdigest()[:12]

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as plain values."""
        own: dict[str, Any] = {"temperature": float(self.temperature), "max_tokens": int(self.max_tokens)}
        return {**own, **({"options": dict(sorted(self.options.items()))} if self.options else {})}


@dataclass(frozen=True)
class Collected:
    """The rollouts that were wanted, and what getting them took.

    Attributes
    ----------
    frame
        Columns of `schema.ROLLOUTS`, in the order of the ids; those that failed have an `error`.
    calls, cached_calls, prompt_tokens, completion_tokens, cost_usd
        Of this run; the cost is None where the price is unknown.
    missing
        Rollouts that nobody was asked for, because the run was stopped or its cap was reached.
    reason
        Why some are missing; empty where none are.

    Examples
    --------
    >>> Collected(schema.empty(schema.ROLLOUTS))
    Collected(0 rollouts: 0 calls, 0 remembered, 0 missing)
    """

    frame: pl.DataFrame
    calls: int = 0
    cached_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0
    missing: int = 0
    reason: str = ""

    def __repr__(self) -> str:
        took = f"{self.calls:,} calls, {self.cached_calls:,} remembered, {self.missing:,} missing"
        return f"Collected({self.frame.height:,} rollouts: {took})"


def requests(
    ds: Context, ids: Sequence[str], k: int, settings: Settings
) -> tuple[list[llm.Request], list[tuple[str, int, bytes]]]:
    """Return the questions of `k` rollouts for each record, and the id, number and key of each.

    Parameters
    ----------
    ds
        The dataset.
    ids
        Records.
    k
        Rollouts for each.
    settings
        How to ask.
    """
    frame = prompts_of(ds, ids, ("id", "messages", "tools", "tool_choice", "exact_key"))
    rows = zip(*(frame[name] for name in ("id", "tools", "tool_choice", "exact_key")), strict=True)
    asked, keys = [], []
    for said, (id_, tools, choice, key) in zip(messages.unpack(frame["messages"]), rows, strict=True):
        first = _request(said or [], tools, choice, settings)
        asked += [replace(first, sample=number, key=f"{id_}:{number}") for number in range(k)]
        keys += [(id_, number, key) for number in range(k)]
    return asked, keys


def _request(said: list[Any], tools: str | None, choice: str | None, settings: Settings) -> llm.Request:
    offered = messages.load(tools) or None
    return llm.Request(
        said,
        temperature=settings.temperature,
        max_tokens=settings.max_tokens,
        tools=offered if isinstance(offered, list) else None,
        tool_choice=messages.load(choice) if offered else None,
        options=dict(settings.options or {}),
    )


def asker(ds: Context, model: str | None, **options: Any) -> llm.Runner:
    """Return a runner of the model that answers prompts; the keyless writer is refused.

    Parameters
    ----------
    ds
        The dataset.
    model
        litellm's name; RFTKIT_MODEL by default.
    **options
        Of `rftkit.llm.Runner`.

    Raises
    ------
    InputError
        The model is rftkit/offline, which answers no prompts.
    """
    name = llm.default_model(model)
    if name == llm.OFFLINE:
        raise InputError(
            f"a dry run asks the model that is to be trained, and {'none was named' if model is None else f'{name} is none'}"
            f": {name} only writes prompts. Name one that answers, such as model='ollama/llama3' or "
            "model='openai/gpt-4.1-mini', or a server of your own by model='openai/NAME' and base_url='http://...'"
        )
    return asking.runner(ds, name, **options)


def collect(
    ds: Context,
    model: str | None,
    ids: Sequence[str],
    k: int,
    *,
    settings: Settings | None = None,
    base_url: str | None = None,
    api_key: str | None = None,
    budget_usd: float | None = None,
    price_per_million: tuple[float, float] | None = None,
    concurrency: int = 16,
    seed: int = 0,
    run: str = "collect",
    control: Control | None = None,
    runner: llm.Runner | None = None,
) -> Collected:
    """Have a model answer each of these records `k` times; only what is not kept yet is asked.

    Parameters
    ----------
    ds
        The dataset.
    model
        litellm's name; RFTKIT_MODEL by default.
    ids
        Records.
    k
        Rollouts for each.
    settings
        Temperature, longest answer and other parameters.
    base_url, api_key, budget_usd, price_per_million, concurrency, seed
        As `rftkit.llm.Runner` takes them.
    run
        Name of what collects.
    control
        Of the job that this is a part of: told how far it is, and looked at for Stop.
    runner
        Asks in place of a new one.

    Returns
    -------
    Collected
        The rollouts wanted, those of earlier runs too.

    Raises
    ------
    InputError
        The model is rftkit/offline.
    ModelError
        No call succeeded.
    NotFoundError
        There is no such record.
    """
    settings, control = settings or Settings(), control or Control()
    options = {"base_url": base_url, "api_key": api_key, "budget_usd": budget_usd}
    more = {"price_per_million": price_per_million, "concurrency": concurrency, "seed": seed}
    writer = runner if runner is not None else asker(ds, model, **options, **more)
    if ds.pinned is not None:
        raise InputError(f"{ds.path} is opened at version {ds.version}; answers cannot be kept there, open the newest")
    reading.labels_of(ds, ids)
    open_, keys = missing(ds, writer.name, ids, k, settings)
    wanted = len(ids) * k
    counted = _Counted(control, wanted - len(open_), wanted, writer)
    answers = writer.run(open_, counted, control.stop)
    made = _frame(answers, keys, writer.name, settings, run)
    _refuse_failed(answers, writer.name)
    told = {"model": writer.name, **settings.to_dict(), "k": k, "run": run}
    keep(ds, made, **told)
    return counted.collected(_wanted(ds, writer.name, ids, k, settings), answers)


def missing(
    ds: Context, model: str, ids: Sequence[str], k: int, settings: Settings
) -> tuple[list[llm.Request], list[tuple[str, int, bytes]]]:
    """Return the questions that have no answer in the table yet, as `requests` does.

    Parameters
    ----------
    ds
        The dataset.
    model
        litellm's name.
    ids, k, settings
        As `collect` takes them.
    """
    asked, keys = requests(ds, ids, k, settings)
    had = _wanted(ds, model, ids, k, settings).filter(pl.col("error").is_null()).select("id", "sample", "prompt_key")
    known = set(had.iter_rows())
    left = [place for place, key in enumerate(keys) if key not in known]
    return [asked[place] for place in left], [keys[place] for place in left]


def _wanted(ds: Context, model: str, ids: Sequence[str], k: int, settings: Settings) -> pl.DataFrame:
    """Return the kept rollouts of these records as they read now, in their order."""
    prompts = prompts_of(ds, ids, ("id", "exact_key")).rename({"exact_key": "prompt_key"})
    mine = rollouts(ds, model=model).filter((pl.col("settings") == settings.name) & (pl.col("sample") < k))
    found = prompts.with_row_index("_at").join(mine, on=["id", "prompt_key"], how="inner", nulls_equal=True)
    return found.sort("_at", "sample").select(list(schema.ROLLOUTS))


class _Counted:
    """Counts answers as they come, and says so."""

    def __init__(self, control: Control, done: int, total: int, runner: llm.Runner) -> None:
        self.control, self.done, self.total, self.runner = control, done, total, runner
        self.before = self._counts()
        self.cost: float | None = 0.0
        self._lock = threading.Lock()
        control.report(done, total, note="asking the model", cost_usd=0.0)

    def __call__(self, answer: llm.Answer) -> None:
        with self._lock:
            self.done += 1
            known = self.cost is not None and answer.cost_usd is not None
            self.cost = (self.cost or 0.0) + (answer.cost_usd or 0.0) if known else None
        self.control.report(self.done, self.total, cost_usd=self.cost, sample=answer.text)

    def _counts(self) -> tuple[int, int, int, int]:
        now = self.runner
        return now.calls, now.cached_calls, now.prompt_tokens, now.completion_tokens

    def collected(self, frame: pl.DataFrame, answers: Sequence[llm.Answer]) -> Collected:
        calls, cached, read, written = (new - old for new, old in zip(self._counts(), self.before, strict=True))
        left = [answer.error or "" for answer in answers if answer.unasked]
        reason = left[0] if left else ""
        return Collected(frame, calls, cached, read, written, self.cost, len(left), reason)


def _frame(
    answers: Iterable[llm.Answer], keys: Sequence[tuple[str, int, bytes]], model: str, settings: Settings, run: str
) -> pl.DataFrame:
    now = datetime.now(UTC)
    rows = [
        {
            **_said(answer),
            "id": id_,
            "sample": number,
            "model": model,
            "settings": settings.name,
            "prompt_key": key,
            "run": run,
            "when": now,
        }
        for answer, (id_, number, key) in zip(answers, keys, strict=True)
        if not answer.unasked
    ]
    return pl.DataFrame(rows, schema=schema.ROLLOUTS)


def _said(answer: llm.Answer) -> dict[str, Any]:
    said = answer.message or {}
    calls, refusal = said.get("tool_calls"), said.get("refusal")
    return {
        "output_text": answer.text if answer.ok else None,
        "output_tools": messages.dump(calls) if calls else None,
        "refusal": refusal if isinstance(refusal, str) and refusal else None,
        "finish_reason": answer.finish,
        "input_tokens": answer.size[0] if answer.size else None,
        "output_tokens": answer.size[1] if answer.size else None,
        "error": answer.error,
    }


def _refuse_failed(answers: Sequence[llm.Answer], model: str) -> None:
    """Raise where every call failed: a wrong key or address is a mistake to mend, no result."""
    failed = [answer for answer in answers if not answer.ok and not answer.unasked]
    if failed and not any(answer.ok for answer in answers):
        raise ModelError(f"{model} answered nothing: {failed[0].error}; mend that and run it again")


def collect_job(
    ds: Context,
    model: str | None,
    ids: Sequence[str],
    k: int,
    *,
    progress: Callable[[Any], None] | None = None,
    **options: Any,
) -> Job[Collected]:
    """Do what `collect` does in the background.

    Parameters
    ----------
    ds
        The dataset.
    model, ids, k
        As `collect` takes them.
    progress
        Told how far it is.
    **options
        Of `collect`.
    """
    job = Job(lambda control: collect(ds, model, ids, k, control=control, **options), name="rollouts")
    if progress is not None:
        job.on_progress(progress)
    return job.start()
