"""The versions of a dataset: what was done when, what going back would change, what differs, an older one to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from rftkit import render
from rftkit.acts.history import redo_target
from rftkit.errors import InputError
from rftkit.widgets._base import act
from rftkit.widgets._undo import Undo
from rftkit.widgets._versions import page, shown_version
from rftkit.widgets._watch import DatasetWidget
from rftkit.widgets.dataset_summary import shown_summary

if TYPE_CHECKING:
    from rftkit.render import Html

#: Versions that are sent at first; older ones page by page.
FIRST, MOST, TOPICS = 60, 200, 60


class History(DatasetWidget, bundle_name="history"):
    """List the versions of a dataset, go to any of them, compare two, look at one.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> ds = rftkit.open(tempfile.mkdtemp() + "/a.rft")
    >>> told = ds.import_([{"id": "a", "messages": [{"role": "user", "content": "Where is my parcel?"}]}])
    >>> ds.delete(["a"])
    1
    >>> shown = History(ds)
    >>> shown.look_back(1); shown.change["then"]["records"]
    1
    >>> shown.go_to(1); len(ds)
    1
    >>> shown
    History(a: version 3, as version 1)
    """

    versions: Any = traitlets.List(help="The newest versions, newest first; written by Python.").tag(sync=True)
    head = traitlets.Dict(
        help="name, version, content, total, and what undo and redo would do; written by Python."
    ).tag(sync=True)
    change = traitlets.Dict(
        default_value=None, allow_none=True, help="What going to a version would do; written by Python."
    ).tag(sync=True)
    diff = traitlets.Dict(
        default_value=None, allow_none=True, help="What differs between two versions; written by Python."
    ).tag(sync=True)
    opened = traitlets.Dict(
        default_value=None, allow_none=True, help="The summary of an older version; written by Python."
    ).tag(sync=True)
    done = traitlets.Dict(
        default_value=None, allow_none=True, help="What was done last from here; written by Python."
    ).tag(sync=True)

    def __init__(self, dataset: Any) -> None:
        self._undo = Undo(dataset)
        super().__init__(dataset)

    # -- going back and forth ------------------------------------------------------------------------------------

    @act
    def look_back(self, version: int) -> None:
        """See what going to a version would take back and bring back; nothing is changed.

        Parameters
        ----------
        version
            Its number; 0 is the empty dataset.
        """
        told = self.dataset.changes(version)
        line = self.dataset.store.at(version)
        self.publish(change={**told, "step": line.step, "when": line.when[:16].replace("T", " ")}, opened=None)

    @act
    def put_away(self) -> None:
        """Close what is shown of a version."""
        self.publish(change=None, diff=None, opened=None)

    @act
    def go_to(self, version: int) -> None:
        """Give the dataset the content of a version; Undo takes that back.

        Parameters
        ----------
        version
            Its number.
        """
        self._leave(f"The dataset is as it was at version {version}.", f"ds.undo({version})", version)

    @act
    def undo(self) -> None:
        """Take the last step back."""
        head = self.dataset.store.head()
        if head.content == 0:
            raise InputError("there is nothing to take back: the dataset is as it was at the start")
        step = self.dataset.store.at(head.content)
        self._leave(f"Taken back: {step.step} (version {step.version}).", "ds.undo()", None)

    @act
    def redo(self) -> None:
        """Bring back what was taken back last."""
        version = redo_target(self.dataset)
        if version is None:
            raise InputError("nothing was taken back since the last step, so there is nothing to bring back")
        step = self.dataset.store.at(version)
        self._leave(f"Brought back: {step.step} (version {step.version}).", "ds.redo()", version)

    def _leave(self, sentence: str, python: str, version: int | None) -> None:
        with self._undo.step(sentence, python):
            self.dataset.undo(version)
        self.refresh()
        self.publish(change=None, diff=None, opened=None)

    # -- looking -------------------------------------------------------------------------------------------------

    @act
    def compare(self, before: int, after: int | None = None) -> None:
        """Show what differs between two versions.

        Parameters
        ----------
        before, after
            Versions; `after` is the newest by default.
        """
        told = self.dataset.version_diff(before, after)
        rows = told["by_topic"]
        topics = {name: list(value)[:TOPICS] for name, value in told["topics"].items() if isinstance(value, list)}
        moved = {
            name: [[old, new] for old, new in value.items()][:TOPICS]
            for name, value in told["topics"].items()
            if isinstance(value, dict)
        }
        more = max(len(rows) - TOPICS, 0)
        python = f"ds.version_diff({before}{'' if after is None else f', {after}'})"
        self.publish(
            diff={**told, "topics": {**topics, **moved}, "by_topic": rows[:TOPICS], "more": more, "python": python}
        )

    @act
    def open_version(self, version: int) -> None:
        """Show the summary of an older version; it can be looked at and not changed.

        Parameters
        ----------
        version
            Its number.
        """
        old = self.dataset.at(version)
        told = {**old.summary().to_dict(), "next_act": old.coverage().next_act}
        self.publish(opened={**shown_summary(told, old.name, version), "python": f"old = ds.at({version})"})

    @act
    def older(self, offset: int, limit: int = FIRST) -> list[dict[str, Any]]:
        """Return versions from a place on, newest first.

        Parameters
        ----------
        offset
            How many newer ones are left out.
        limit
            How many, at most 200.
        """
        lines = self.dataset.store.versions()[::-1][max(0, offset) : max(0, offset) + min(limit, MOST)]
        held, content = self._held()
        return [shown_version(line, held, content) for line in lines]

    def _held(self) -> tuple[set[int], int]:
        head = self.dataset.line
        return {line.version for line in self.dataset.store.lineage(head)}, head.content

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        head = self.dataset.line
        back = redo_target(self.dataset)
        step = self.dataset.store.at(head.content)
        other = None if back is None else self.dataset.store.at(back)
        stale = self.change is not None and self.seen_version != self.head.get("version")
        return {
            "versions": self.older(0),
            "head": {
                "name": self.dataset.name,
                "version": head.version,
                "content": head.content,
                "total": len(self.dataset.store.versions()),
                "undo": f"{step.step} (version {step.version})" if head.content else "",
                "redo": "" if other is None else f"{other.step} (version {other.version})",
            },
            "done": self._undo.told(),
            **({"change": None} if stale else {}),
        }

    def to_html(self) -> Html:
        """Return the versions as static HTML, escaped and without script."""
        return page(self.head.get("name", ""), self.versions, self.head.get("total", 0))

    def __repr__(self) -> str:
        version, content = self.head["version"], self.head["content"]
        same = "" if version == content else f", as version {render.count(content)}"
        return f"History({self.head['name']}: version {render.count(version)}{same})"
