"""What the two screens of the dataset generator share: they follow the rows of a session, work in the background, undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rftkit.acts.ideas import undoing
from rftkit.errors import InputError
from rftkit.jobs import Control, Job, StoppedError
from rftkit.widgets._base import act
from rftkit.widgets._work import Working

if TYPE_CHECKING:
    from rftkit.generator import GeneratorSession

#: Longer texts are cut on a screen; "whole" brings the rest.
MOST_TEXT = 6000


class Spoken:
    """A session as a screen follows it: its version rises with every row, whoever writes it.

    Parameters
    ----------
    session
        The session.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> session = rftkit.GeneratorSession(tempfile.mkdtemp() + "/idea.rft")
    >>> before = Spoken(session).version
    >>> told = session.edit("task_goal", "sort messages")
    >>> Spoken(session).version > before
    True
    """

    def __init__(self, session: GeneratorSession) -> None:
        self.session = session
        self.path = session.path

    @property
    def version(self) -> int:
        """Bytes of the rows, and the version of the dataset."""
        log = self.session.rows.path
        size = log.stat().st_size if log.exists() else 0
        return size + self.session.dataset.version


class IdeaWidget(Working):
    """A screen on a session.

    Parameters
    ----------
    session
        A `rftkit.GeneratorSession`.
    """

    def __init__(self, session: GeneratorSession) -> None:
        self.session = session
        self._did: dict[str, Any] | None = None
        super().__init__(Spoken(session))

    def _key(self) -> tuple[Path, str]:
        return self.session.rows.path.resolve(), self.kind

    # -- what was done -------------------------------------------------------------------------------------------

    def _told(self) -> dict[str, Any] | None:
        """Return what was done last from here, and whether it can be taken back: not when another did something since."""
        if self._did is None:
            return None
        shown = {name: self._did[name] for name in ("sentence", "python")}
        return {**shown, "undo": self._did["row"] is not None and self._did["row"] == self._row()}

    def _row(self) -> int | None:
        """Return the number of the act that would be taken back."""
        row = undoing.latest(self.session)
        return None if row is None else int(row["n"])

    def _note(self, sentence: str, python: str) -> None:
        self._did = {"sentence": sentence, "python": python, "row": self._row()}

    def _after(self, sentence: str, python: str) -> None:
        """Show what was done and what follows from it."""
        self._note(sentence, python)
        self.refresh()
        self.publish(done=self._told())

    def follow(self) -> None:
        """Refresh when the session has a row that was not seen yet."""
        if self.dataset.version != self.seen_version:
            self.attempt(self.refresh)
            if self._did is not None:
                self.publish(done=self._told())

    @act
    def undo(self) -> None:
        """Take back what was done last in this session; what was written stays."""
        told = self._told()
        if told is not None and not told["undo"] and self.session.undoable():
            raise InputError("Something else was done in this session since; take that back where it was done.")
        what = self.session.undo()
        self._after(f"Taken back: {what}.", "session.undo()")

    # -- work ----------------------------------------------------------------------------------------------------

    def _work(self, name: str, make: Callable[[], Any]) -> None:
        """Run what may ask a model; where it is quick, it is done when this returns."""

        def work(control: Control) -> Any:
            control.report(0, None, note="")
            return make()

        self._start(lambda: Job(work, name=name).start(), can_stop=False)

    def _finished(self, job: Job[Any]) -> None:
        if isinstance(job.error, StoppedError):
            self._did = {"sentence": str(job.error), "python": "", "row": None}
        elif job.error is not None:
            self.error = str(job.error)
        else:
            sentence, python = self._result(job.name, job.result)
            if sentence:
                self._note(sentence, python)
        self._read_again()
        self.publish(work=None, done=self._told())

    def _read_again(self) -> None:
        """Refresh without forgetting what went wrong."""
        with self._lock:
            self.refresh()


def cut(text: str | None, most: int = MOST_TEXT) -> str | None:
    """Return a text as a screen shows it.

    Examples
    --------
    >>> len(cut("abcdef", 2)), cut("abc"), cut(None)
    (3, 'abc', None)
    """
    return text if text is None or len(text) <= most else f"{text[:most]}\N{HORIZONTAL ELLIPSIS}"


def quoted(*values: object) -> str:
    """Return values as the arguments of a line of Python; long texts as a name for them.

    Examples
    --------
    >>> quoted("1.1", "too long"), quoted("x" * 200)
    ("'1.1', 'too long'", 'text')
    """
    return ", ".join("text" if isinstance(value, str) and len(value) > 120 else repr(value) for value in values)
