"""Candidates made anew in the place of those that were rejected, beside the review."""

from __future__ import annotations

from typing import Any

import traitlets

from rftkit.errors import ApprovalError, InputError
from rftkit.jobs import Job, Progress
from rftkit.widgets._base import act
from rftkit.widgets._decisions import Writer
from rftkit.widgets._deck import Card
from rftkit.widgets._watch import DatasetWidget


class Anew(DatasetWidget):
    """A review that can have candidates made anew.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    """

    run = traitlets.Dict(
        default_value=None, allow_none=True, help="How far making rejected ones anew is; written by Python."
    ).tag(sync=True)
    approval = traitlets.Dict(
        default_value=None, allow_none=True, help="What would cost money and waits for a yes; written by Python."
    ).tag(sync=True)
    done = traitlets.Dict(
        default_value=None,
        allow_none=True,
        help="`sentence` and `python` of what was done last here; written by Python.",
    ).tag(sync=True)

    def __init__(self, dataset: Any) -> None:
        self._cards: list[Card] = []
        self._by_id: dict[str, Card] = {}
        self._job: Job[Any] | None = None
        self._writer = Writer(dataset, self._written)
        super().__init__(dataset)

    def _written(self, versions: int, error: BaseException | None) -> None:
        """Hear how a write went."""

    @act
    def regenerate(self, model: str | None = None) -> None:
        """Make other candidates in the place of the rejected and the invalid ones, in the background.

        Parameters
        ----------
        model
            Who writes; the model of the candidates by default. A model that may cost money must be named.
        """
        if self._job is not None and self._job.state in ("running", "stopping"):
            raise InputError("candidates are being made anew already; wait for them, or stop")
        self._writer.flush()
        ids = self._to_replace()
        if not ids:
            raise InputError("nothing was rejected that could be made anew")
        try:
            job = self.dataset.regenerate(ids, model=model)
        except ApprovalError as error:
            who = self._by_id[ids[0]].model
            self.publish(approval={"model": who, "count": len(ids), "sentence": str(error)})
            return
        self._watch_job(job)
        line = "ds.regenerate(ids)" if model is None else f"ds.regenerate(ids, model={model!r})"
        self.publish(approval=None, done={"sentence": f"Making {len(ids)} anew.", "python": line, "undo": False})

    @act
    def refuse(self) -> None:
        """Do not spend what was asked for."""
        self.publish(approval=None)

    @act
    def stop(self) -> None:
        """Stop making candidates; what was made stays."""
        if self._job is not None:
            self._job.stop()

    def _to_replace(self) -> list[str]:
        return [
            card.id
            for card in self._cards
            if not card.replaced and (card.said.decision == "reject" or (not card.valid and card.said.decision is None))
        ]

    def _watch_job(self, job: Job[Any]) -> None:
        self._job = job
        job.on_progress(lambda progress: self._show_job(job, progress))
        self._show_job(job, None)

    def _show_job(self, job: Job[Any], progress: Progress | None) -> None:
        known = (progress or Progress()).to_dict()
        shown = {name: known[name] for name in ("done", "total", "seconds", "note", "rate", "left")}
        self.publish(run={"state": job.state, **shown})

    def _end_job(self) -> None:
        if self._job is None or self._job.state in ("running", "stopping"):
            return
        failed, self._job = self._job.error, None
        self.publish(run=None)
        self.refresh()
        if failed is not None:
            self.publish(error=str(failed))
