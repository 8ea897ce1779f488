"""Widgets follow their dataset: a version written by a cell, a widget or another process is seen in half a second.

The size of a dataset's journal is looked at, which costs a microsecond; nothing else runs until it has changed.
"""

from __future__ import annotations

import threading
import time
import weakref
from typing import Any, Protocol

from rftkit.widgets._base import Widget, act
from rftkit.widgets._later import Later

PAUSE = 0.4
#: Seconds that a report waits for an answer of a widget.
ANSWERS = 120.0

_shown: weakref.WeakSet[DatasetWidget] = weakref.WeakSet()
_start = threading.Lock()
_thread: threading.Thread | None = None


class Versioned(Protocol):
    """Anything with a version that rises when it changes."""

    @property
    def version(self) -> int:
        """The version that is read now."""
        ...


class DatasetWidget(Widget):
    """A widget on a dataset: drawn again when the dataset has a new version.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    """

    def __init__(self, dataset: Any) -> None:
        super().__init__()
        self.dataset = dataset
        self.seen_version: int | None = None
        self.refresh()

    @act
    def refresh(self) -> None:
        """Read the dataset again and draw what it holds now."""
        with self._lock:
            self.seen_version = getattr(self.dataset, "version", None)
            self.publish(**self.read())

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        return {}

    def follow(self) -> None:
        """Refresh when the dataset has a version that was not seen yet."""
        if getattr(self.dataset, "version", None) != self.seen_version:
            self.attempt(self.refresh)

    def settle(self, timeout: float = ANSWERS) -> None:
        """Wait for what is worked out beside the widget, so that what is saved of it is complete.

        Parameters
        ----------
        timeout
            Seconds that each answer may take.
        """
        for value in list(vars(self).values()):
            if isinstance(value, Later):
                value.settle(timeout)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        watch(self)
        return super()._repr_mimebundle_(**options)


def watch(widget: DatasetWidget) -> None:
    """Keep a widget up to date from now on; what showing it does by itself.

    Parameters
    ----------
    widget
        On a dataset.
    """
    global _thread  # one thread for all widgets of a process
    with _start:
        _shown.add(widget)
        if _thread is None or not _thread.is_alive():
            _thread = threading.Thread(target=_look, name="rftkit-watch", daemon=True)
            _thread.start()


def _look() -> None:
    while True:
        time.sleep(PAUSE)
        _follow_all()


def settle() -> int:
    """Bring every widget that was shown up to date now; what a report does when its notebook has run.

    Returns
    -------
    int
        How many widgets there are.

    Examples
    --------
    >>> settle() >= 0
    True
    """
    count = _follow_all()
    for widget in list(_shown):
        widget.settle()
        if widget.comm is not None:
            widget.send_state("static_html")  # from here: what another thread sends belongs to an earlier cell
    return count


def _follow_all() -> int:
    widgets = [widget for widget in list(_shown) if widget.comm is not None]
    for widget in widgets:
        try:
            widget.follow()
        except Exception:  # noqa: BLE001 - shown in the widget itself; the others are still followed
            widget.seen_version = getattr(widget.dataset, "version", None)
    return len(widgets)
