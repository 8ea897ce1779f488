"""What a service says of a job that runs there, written into the job's folder; each event once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import takewhile
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from rftkit.llm.redact import redact
from rftkit.store.transaction import write_file
from rftkit.train.hosted import client as calls
from rftkit.train.hosted import shapes
from rftkit.train.state import ENDED, JobFolder

if TYPE_CHECKING:
    import openai

T = TypeVar("T")


def follow(made: openai.OpenAI, folder: JobFolder, job: str, secrets: tuple[str, ...]) -> None:
    """Bring a job's folder up to date.

    Parameters
    ----------
    made
        The client.
    folder
        The job.
    job
        Its id at the service.
    secrets
        What must not be written down.
    """

    def ask(what: str, send: Callable[[], T]) -> T:
        return calls.call(what, send, secrets)

    seen = ask("looking at the job", lambda: made.fine_tuning.jobs.retrieve(job))
    _events(made, folder, job, ask)
    kept = _checkpoints(made, folder, job, ask)
    state = shapes.state(seen.status)
    if state is None:
        folder.event("note", f"the service calls the job {seen.status!r}, which we do not know")
    if state == "succeeded":
        _results(made, folder, seen.result_files or [], ask)
    values: dict[str, Any] = {
        "checkpoint": shapes.best(kept, seen.fine_tuned_model),
        "final_model": seen.fine_tuned_model,
        "total_steps": folder.read().get("total_steps") or _last_step(folder, state),
        "finishes": _moment(seen.estimated_finish),
        "finished": _moment(seen.finished_at),
        "trained_tokens": seen.trained_tokens,
        "error": _why(seen, secrets) if state == "failed" else None,
    }
    # the state last: what a reader sees as ended is whole
    folder.update(**values, **({} if state is None else {"state": state}))


def spent(job: Mapping[str, Any]) -> float | None:
    """Return what a job has cost so far by the price of an hour; None where no price is known.

    Parameters
    ----------
    job
        What `job.json` holds.

    Examples
    --------
    >>> times = {"started": "2026-01-01T10:00:00Z", "finished": "2026-01-01T12:00:00Z"}
    >>> spent({"config": {"price_per_hour": 100.0}, **times})
    200.0
    """
    price = job.get("config", {}).get("price_per_hour")
    if price is None or "started" not in job:
        return None
    until = datetime.fromisoformat(job["finished"]) if job.get("finished") else datetime.now(UTC)
    return max(0.0, (until - datetime.fromisoformat(job["started"])).total_seconds() / 3600 * float(price))


def _events(made: openai.OpenAI, folder: JobFolder, job: str, ask: Callable[[str, Callable[[], Any]], Any]) -> None:
    """Write down the events that are new. The service lists the newest first, in pages."""
    known = {event.get("remote") for event in folder.events()}

    def fetch() -> list[Any]:
        every = made.fine_tuning.jobs.list_events(job, limit=100)
        return list(takewhile(lambda event: event.id not in known, every))

    for event in reversed(ask("fetching events", fetch)):
        data = event.data if isinstance(event.data, Mapping) else {}
        total = data.get("total_steps")
        if isinstance(total, int) and total > 0:
            folder.update(total_steps=total)
        measured = shapes.line(data)
        if measured is not None:
            folder.log(**measured)
        # the event last: without it, what it measured is fetched again, and counts once
        kind = "metrics" if measured is not None else {"warn": "warning", "error": "error"}.get(event.level, "service")
        folder.event(kind, redact(event.message), remote=event.id, at=_moment(event.created_at))


def _checkpoints(
    made: openai.OpenAI, folder: JobFolder, job: str, ask: Callable[[str, Callable[[], Any]], Any]
) -> list[dict[str, Any]]:
    """Write down the checkpoints that the service keeps, each with its validation reward where that is known."""
    try:
        every = ask("fetching checkpoints", lambda: list(made.fine_tuning.jobs.checkpoints.list(job, limit=100)))
    except calls.ServiceError as error:
        if not error.not_offered:
            raise
        every = []
    measured = folder.metrics().select("step", "valid_reward").drop_nulls()
    by_step = dict(measured.iter_rows())
    rows = []
    for one in sorted(every, key=lambda each: each.step_number):
        told = one.metrics.model_dump() if one.metrics else {}
        own = shapes.line({**told, "step": one.step_number}) or {}
        reward = own.get("valid_reward", by_step.get(one.step_number))
        rows.append({"step": one.step_number, "model": one.fine_tuned_model_checkpoint, "valid_reward": reward})
    if rows:
        write_file(folder.checkpoints / "checkpoints.json", msgspec.json.format(msgspec.json.encode(rows), indent=1))
    return rows


def _results(
    made: openai.OpenAI, folder: JobFolder, files: list[str], ask: Callable[[str, Callable[[], Any]], Any]
) -> None:
    """Fetch each result file once, and add what it measured."""
    done = folder.read().get("remote", {}).get("results", [])
    for name in [file for file in files if file not in done]:
        content = ask("fetching results", lambda name=name: made.files.content(name).content)  # type: ignore[misc]
        write_file(folder.path / "results" / f"{name}.csv", content)
        for line in shapes.lines(content):
            folder.log(**line)
        done = [*done, name]
        folder.update(remote={"results": done})


def _last_step(folder: JobFolder, state: str | None) -> int | None:
    steps = folder.metrics()["step"]
    return int(steps.max()) if state in ENDED and len(steps) else None  # type: ignore[arg-type]


def _moment(stamp: int | None) -> str | None:
    return None if not stamp else datetime.fromtimestamp(stamp, UTC).isoformat().replace("+00:00", "Z")


def _why(job: Any, secrets: tuple[str, ...]) -> str:
    told = job.error.message if job.error and job.error.message else "it does not say why"
    return f"the service says that the job failed: {redact(told, secrets)}"
