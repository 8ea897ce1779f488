"""A generation while it runs: by topic, what was rejected and why, the latest sample, the money, and Stop."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import polars as pl
import traitlets

from rftkit import messages, render
from rftkit.errors import InputError
from rftkit.jobs import Job
from rftkit.widgets._base import Widget, act
from rftkit.widgets._offer import pace
from rftkit.widgets._run_state import QUOTE, made, page_of, shown_run

if TYPE_CHECKING:
    from rftkit.jobs import Progress
    from rftkit.render import Html

OVER = ("done", "stopped", "failed")


class GenerationProgress(Widget, bundle_name="generation_progress"):
    """How far a generation is, and what it has made.

    Closing the output leaves the job alone; showing the widget again shows where it is by then.

    Parameters
    ----------
    job
        What `Dataset.generate` returned.

    Examples
    --------
    >>> from rftkit.jobs import Job
    >>> job = Job(lambda control: control.report(3, 4), name="generate")
    >>> job.start().wait()
    >>> GenerationProgress(job)
    GenerationProgress(done: 3 of 4)
    """

    run = traitlets.Dict(help="State, counts, topics, reasons, sample and cost; written by Python.").tag(sync=True)
    made = traitlets.Dict(
        default_value=None, allow_none=True, help="A page of what was generated, once asked for; written by Python."
    ).tag(sync=True)
    can_resume = traitlets.Bool(help="Whether the run can be taken up again; written by Python.").tag(sync=True)

    def __init__(self, job: Job[Any]) -> None:
        super().__init__()
        self._quoted: dict[str, str] = {}
        self._attach(job)

    @property
    def job(self) -> Job[Any]:
        """The job that is shown: the latest, where it was taken up again."""
        return self._job

    def _attach(self, job: Job[Any]) -> None:
        self._job = job
        job.on_progress(_teller(weakref.ref(self), job))
        self.refresh()

    @act
    def refresh(self) -> None:
        """Show where the job is now."""
        told = shown_run(self._job)
        sample = told["sample"]
        if sample is not None:
            sample["source"] = self._said([sample["source_id"]]).get(sample["source_id"], "")
        over = told["state"] in OVER
        if over and told["calls"]:
            pace(told["model"], told["generated"] or 0, told["seconds"])
        self.publish(run=told, can_resume=told["state"] in ("stopped", "failed") and hasattr(self._job, "again"))

    @act
    def stop(self) -> None:
        """Stop the run; everything that was finished is kept."""
        self._job.stop()
        self.refresh()

    @act
    def resume(self) -> None:
        """Take a run up again that was stopped or failed: the same plan, and no answer is paid for twice."""
        again = getattr(self._job, "again", None)
        if self._job.state not in ("stopped", "failed") or again is None:
            raise InputError(
                f"The run is {self._job.state}; only one that was stopped or failed can be taken up again."
            )
        self._attach(again())

    @act
    def view(self, page: int = 0) -> None:
        """Show a page of what was generated so far, the newest last; the rejected ones with their reasons.

        Parameters
        ----------
        page
            From 0; -1 is the last.
        """
        self.publish(made=page_of(made(self._job), page, self._said))

    @act
    def hide(self) -> None:
        """Put what was generated away."""
        self.publish(made=None)

    def _said(self, ids: list[str]) -> dict[str, str]:
        """Return what the users of records said last; asked of the dataset once per record."""
        dataset = getattr(self._job, "dataset", None)
        wanted = [one for one in ids if one and one not in self._quoted]
        if wanted and dataset is not None:
            known = dataset.labels().filter(pl.col("id").is_in(wanted))["id"].to_list()
            found = dataset.records(known, columns=["id", "messages"])
            texts = found.select(messages.last_user_text().fill_null("").str.head(QUOTE)).to_series()
            self._quoted |= dict(zip(found["id"].to_list(), texts.to_list(), strict=True))
        return self._quoted

    def to_html(self) -> Html:
        """Return the run as static HTML, escaped and without script."""
        return page(self.run)

    def __repr__(self) -> str:
        total = self.run.get("total")
        steps = "" if total is None else f": {self.run['done']:,} of {total:,}"
        return f"GenerationProgress({self.run.get('state', 'waiting')}{steps})"


def _teller(widget: weakref.ref[GenerationProgress], job: Job[Any]) -> Any:
    """Return a listener that holds the widget loosely: a window that is gone must not be kept alive by its job."""

    def tell(_: Progress) -> None:
        shown = widget()
        if shown is not None and shown.job is job:
            shown.refresh()

    return tell


def page(run: Mapping[str, Any]) -> Html:
    """Return the static twin of a run.

    Parameters
    ----------
    run
        What `shown_run` gives.

    Examples
    --------
    >>> "Nothing runs" in page({})
    True
    """
    if not run:
        return render.card("Generation", render.notice("Nothing runs."))
    values = {
        "state": run["state"],
        "valid": f"{render.count(run['done'])} of {render.count(run['total'])}",
        "rejected": render.count(_rejected(run)),
        "cost": render.money(run["cost_usd"]) if run["priced"] else "\N{EN DASH}",
    }
    topics = [{**row, "share": _share(row)} for row in run["topics"]]
    columns = {"path": "topic", "done": "made", "wanted": "wanted", "rejected": "rejected"}
    reasons = [f"{row['count']:,} \N{MULTIPLICATION SIGN} {row['code']}: {row['sentence']}" for row in run["reasons"]]
    parts = [render.facts(values), render.table(topics, columns, limit=40) if topics else ""]
    if run["error"]:
        parts.insert(0, render.notice(run["error"], "far"))
    why = [render.head("Rejected because"), render.bullets(reasons)] if reasons else []
    sample = run["sample"]
    last = [render.head("Sample"), _quote(sample)] if sample else []
    return render.card("Generation", *parts, *why, *last)


def _quote(sample: Mapping[str, str]) -> Html:
    source = render.tag("p", render.tag("b", "Source: "), sample["source"]) if sample.get("source") else ""
    return render.join(source, render.tag("p", render.tag("b", "Variation: "), sample["text"]))


def _rejected(run: Mapping[str, Any]) -> int | None:
    return None if run.get("generated") is None else run["generated"] - (run["valid"] or 0)


def _share(row: Mapping[str, Any]) -> float:
    return row["done"] / row["wanted"] if row["wanted"] else 0.0
