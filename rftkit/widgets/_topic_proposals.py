"""Topics that are proposed: looked at in the panel, then taken or put away; nothing changes before that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import traitlets

from rftkit import render
from rftkit.errors import InputError, NotFoundError
from rftkit.jobs import Job
from rftkit.topics.proposal import TopicProposal, TopicSuggestion
from rftkit.topics.tree import MAX_DEPTH
from rftkit.widgets import _shown_topics as shown
from rftkit.widgets import _topic_steps as steps
from rftkit.widgets._base import act
from rftkit.widgets._uploads import Uploads
from rftkit.widgets._work import Working

#: Largest topic file that a browser may hand over.
LIMIT = 5_000_000


class _Kept:
    """What was proposed for a dataset and not decided: a panel that is made again shows it."""

    def __init__(self) -> None:
        self.proposal: TopicProposal | None = None
        self.suggestions: list[TopicSuggestion] | None = None
        self.seen: Job[Any] | None = None


_KEPT: dict[Path, _Kept] = {}


class Proposals(Working):
    """The part of the topic editor that proposes trees and topics.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    """

    kind = "topics"

    proposal = traitlets.Dict(
        default_value=None, allow_none=True, help="A tree that waits for Adopt or Discard; written by Python."
    ).tag(sync=True)
    suggestions: Any = traitlets.List(
        default_value=None,
        allow_none=True,
        help="New topics for unassigned records, once asked for; written by Python.",
    ).tag(sync=True)

    def __init__(self, dataset: Any) -> None:
        self._uploads = Uploads(Path(dataset.path) / "uploads", LIMIT)
        super().__init__(dataset)

    @property
    def _kept(self) -> _Kept:
        return _KEPT.setdefault(self._key()[0], _Kept())

    def _node(self, topic: str) -> str:
        return str(self.dataset.topics.find(topic).id)

    # -- three ways to start -------------------------------------------------------------------------------------

    @act
    def discover(
        self, depth: int = 2, count: int | None = None, embedder: str = "auto", seed: int = 0, model: str = ""
    ) -> None:
        """Find topics in the records; what is found is proposed, and nothing changes before `adopt`.

        Parameters
        ----------
        depth, count, embedder, seed, model
            As `Dataset.discover_topics` takes them.
        """
        if not 1 <= depth <= MAX_DEPTH:
            raise InputError(f"depth is {depth}; give 1 to {MAX_DEPTH}")
        options = {"depth": depth, "count": count, "embedder": embedder, "seed": seed, "model": model or None}
        self._start(lambda: self.dataset.propose_topics_job(**options))

    @act
    def propose_template(self, name: str) -> None:
        """Look at a template beside the tree that is there.

        Parameters
        ----------
        name
            One of `rftkit.topics.TEMPLATES`.
        """
        self._propose(self.dataset.propose_topics(template=name))

    @act
    def propose_file(self, path: str) -> None:
        """Look at a topic file beside the tree that is there.

        Parameters
        ----------
        path
            A JSON file in any of the shapes, as the kernel sees it.
        """
        if not path.strip():
            raise InputError("no file was named; give the path of a topic file")
        self._propose(self.dataset.propose_topics(file=path.strip()))

    @act
    def upload_begin(self, name: str, size: int) -> str:
        """Expect a topic file from the browser; it goes to ``uploads/`` of the dataset.

        Parameters
        ----------
        name, size
            Of the file.
        """
        return self._uploads.begin(name, size)

    @act
    def upload_add(self, token: str, offset: int, data: str) -> int:
        """Take a piece of it.

        Parameters
        ----------
        token
            What `upload_begin` gave.
        offset
            Where the piece begins.
        data
            The bytes in base 64.
        """
        return self._uploads.add(token, offset, data)

    @act
    def upload_end(self, token: str) -> str:
        """Keep the file and propose what is in it.

        Parameters
        ----------
        token
            What `upload_begin` gave.
        """
        path = str(self._uploads.end(token))
        self.propose_file(path)
        return path

    # -- what is proposed ----------------------------------------------------------------------------------------

    def _propose(self, proposal: TopicProposal | None) -> None:
        self._kept.proposal = proposal
        self.publish(proposal=self._proposed())

    def _proposed(self) -> dict[str, Any] | None:
        proposal = self._kept.proposal
        if proposal is None:
            return None
        return shown.shown_proposal(proposal, steps.proposal_line(proposal), len(self.dataset))

    def _wanted(self) -> TopicProposal:
        if self._kept.proposal is None:
            raise InputError("nothing is proposed; find topics, or choose a template or a file first")
        return self._kept.proposal

    @act
    def adopt(self, categorize: bool = True) -> None:
        """Take what is proposed; Undo brings back what was there.

        Parameters
        ----------
        categorize
            Assign the records that have no topic, where it is a template or a file.
        """
        wanted = self._wanted()
        if wanted.labels is not None:
            with self._undo.step(steps.proposal_sentence(wanted), steps.proposal_line(wanted)):
                self.dataset.adopt_topics(wanted)
            self._kept.proposal = None
            self.refresh()
            return
        self._start(
            lambda: Job(
                lambda control: self.dataset.adopt_topics(wanted, categorize=categorize, control=control),
                name="assigning records",
            ).start()
        )

    @act
    def discard(self) -> None:
        """Put what is proposed away; the dataset was not touched."""
        self._propose(None)

    @act
    def split_topic(self, topic: str, count: int | None = None, seed: int = 0) -> None:
        """Divide one topic by its own records; the parts are proposed, and nothing changes before `adopt`.

        Parameters
        ----------
        topic
            Path or id of a topic without topics below it.
        count
            Into how many; found by itself by default.
        seed
            The same records and seed give the same parts.
        """
        path = self.dataset.topics.path(self._node(topic))
        self._start(lambda: self.dataset.propose_split_job(path, count=count, seed=seed))

    def _result(self, name: str, report: Any) -> tuple[str, str]:
        wanted = self._kept.proposal
        self._collect()
        if name == "assigning records" and wanted is not None:
            self._kept.proposal = None
            return steps.proposal_sentence(wanted), steps.proposal_line(wanted)
        return "", ""

    def _collect(self) -> None:
        """Take over the result of work that ended, also while no panel was there."""
        job = self.job
        if job is None or job.state != "done" or job is self._kept.seen:
            return
        self._kept.seen = job
        if isinstance(job.result, TopicProposal):
            self._kept.proposal = job.result
        elif isinstance(job.result, list):
            self._kept.suggestions = job.result

    # -- suggested topics ----------------------------------------------------------

    @act
    def suggest(self) -> None:
        """Look what new topics the records without one suggest."""
        self._start(lambda: Job(lambda control: self.dataset.suggest_topics(control=control), name="suggest").start())

    @act
    def accept(self, name: str, under: str = "") -> None:
        """Add one suggested topic; the records that suggest it go there.

        Parameters
        ----------
        name
            Of the suggestion.
        under
            Path or id of the topic above it; the first level by default.
        """
        found = self._kept.suggestions or []
        at = next((place for place, one in enumerate(found) if one.name == name), None)
        if at is None:
            raise NotFoundError(f"no topic named {name!r} is suggested; ask for suggestions again")
        above = self.dataset.topics.path(self._node(under)) if under else None
        more = "" if above is None else f", under={above!r}"
        text = f"Added {name} with {render.plural(found[at].count, 'record')}."
        with self._undo.step(text, f"ds.accept_topic(ds.suggest_topics()[{at}]{more})"):
            self.dataset.accept_topic(found[at], under=above)
        self._kept.suggestions = [one for one in found if one.name != name]
        self.refresh()

    @act
    def dismiss(self, name: str = "") -> None:
        """Put a suggestion away, or all.

        Parameters
        ----------
        name
            Of the suggestion; all by default.
        """
        left = [one for one in self._kept.suggestions or [] if name and one.name != name]
        self._kept.suggestions = left or None
        self.publish(suggestions=self._suggested())

    def _suggested(self) -> list[dict[str, Any]] | None:
        found = self._kept.suggestions
        return None if found is None else shown.shown_suggestions(found)
