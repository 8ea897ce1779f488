"""Asked to stop, by a signal or by a file: noticed between two steps, never in the middle of one."""

from __future__ import annotations

import signal
from types import FrameType

from rftkit.train.state import JobFolder


class CancelledError(BaseException):
    """The work was asked to stop. No `Exception`, so that no library takes it for a fault of its own."""


class Stop:
    """Whether a job was asked to stop.

    Parameters
    ----------
    folder
        The job.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> stop = Stop(JobFolder.make(Path(tempfile.mkdtemp())))
    >>> stop.asked()
    False
    >>> stop.folder.ask_cancel()
    >>> stop.asked()
    True
    """

    def __init__(self, folder: JobFolder) -> None:
        self.folder = folder
        self._signalled = False

    def listen(self) -> None:
        """Take SIGTERM for word to stop; SIGINT is for whoever sits at the terminal, not for us."""
        signal.signal(signal.SIGTERM, self._hear)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self._signalled = True

    def asked(self) -> bool:
        """Say whether somebody asked."""
        return self._signalled or self.folder.cancel_asked()

    def go_on(self) -> None:
        """Raise where somebody asked.

        Raises
        ------
        CancelledError
            Somebody asked.
        """
        if self.asked():
            raise CancelledError
