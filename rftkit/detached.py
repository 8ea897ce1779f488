"""A process that outlives the kernel which began it: known by a lock in its folder, stopped by a signal.

The process holds ``NAME.lock`` as long as it lives, however it dies, and writes its number into ``NAME.json``; so any
kernel can tell whether it runs, and nobody takes another process for it. What it prints goes to ``NAME.log``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from rftkit.errors import LockedError, StoreError
from rftkit.store.transaction import write_file

#: Children of this process, so that they are reaped and not reported as forgotten.
_CHILDREN: Final[list[subprocess.Popen[bytes]]] = []
_LOOKS, _PAUSE = 3, 0.01


@dataclass(frozen=True)
class Detached:
    """A process of its own with a folder.

    Parameters
    ----------
    folder
        Where its lock, its number and its log lie.
    name
        What the files are called.

    Examples
    --------
    >>> import tempfile
    >>> worker = Detached(Path(tempfile.mkdtemp()), "worker")
    >>> worker.running(), worker.told()
    (False, {})
    """

    folder: Path
    name: str

    def start(self, module: str, *arguments: str, environment: Mapping[str, str], tied: bool = False) -> None:
        """Begin ``python -m MODULE ARGUMENTS``, and return when it holds its lock.

        Parameters
        ----------
        module, *arguments
            What to run.
        environment
            Beside the variables of this process.
        tied
            Give it an input that ends when this process ends, for a process that must not outlive it.

        Raises
        ------
        LockedError
            It runs already.
        StoreError
            It ended before it had begun.
        """
        if self.running():
            raise LockedError(f"{self.name} of {self.folder.name} runs already (process {self.told().get('process')})")
        with self.log.open("ab") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE if tied else subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                start_new_session=True,  # what ends the kernel, or interrupts it, does not reach it
            )
        _CHILDREN.append(child)
        self._await(child)

    def _await(self, child: subprocess.Popen[bytes]) -> None:
        while self.told().get("process") != child.pid:
            if child.poll() is not None and self.told().get("process") != child.pid:
                raise StoreError(f"{self.name} of {self.folder.name} did not begin: {self.last_words()}")
            time.sleep(0.05)

    @property
    def log(self) -> Path:
        """The file of what it prints."""
        return self.folder / f"{self.name}.log"

    def told(self) -> dict[str, Any]:
        """Return what the process, or its last one, wrote down of itself."""
        file = self.folder / f"{self.name}.json"
        return msgspec.json.decode(file.read_bytes(), type=dict[str, Any]) if file.is_file() else {}

    def tell(self, **values: Any) -> None:
        """Write something down; for the process itself.

        Parameters
        ----------
        **values
            What JSON can hold.
        """
        write_file(self.folder / f"{self.name}.json", msgspec.json.encode({**self.told(), **values}))

    def running(self) -> bool:
        """Say whether it runs, whoever began it."""
        _reap()
        file = self.folder / f"{self.name}.lock"
        return file.exists() and all(_is_held(file) for _ in range(_LOOKS))

    def ask_to_end(self) -> None:
        """Send it the signal to end (SIGTERM); nothing happens where it does not run."""
        number = self.told().get("process")
        if number and self.running():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGTERM)

    def kill(self) -> None:
        """End it at once; for a process that does not listen."""
        number = self.told().get("process")
        if number and self.running():
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    def wait(self, seconds: float) -> bool:
        """Wait until it has ended, and say whether it has.

        Parameters
        ----------
        seconds
            At most.
        """
        until = time.monotonic() + seconds
        while self.running():
            if time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def last_words(self) -> str:
        """Return the last line that it printed."""
        text = self.log.read_bytes()[-4000:].decode("utf-8", "replace") if self.log.is_file() else ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return lines[-1] if lines else "it said nothing"

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Hold the lock; for the process itself, around all that it does.

        Raises
        ------
        LockedError
            Another process holds it.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / f"{self.name}.lock")
        try:
            lock.acquire(timeout=2)  # whoever looks whether it is held, holds it for a moment
        except Timeout:
            raise LockedError(f"{self.name} of {self.folder.name} runs already in another process") from None
        try:
            write_file(self.folder / f"{self.name}.json", msgspec.json.encode({"process": os.getpid()}))
            yield
        finally:
            lock.release()


def _is_held(file: Path) -> bool:
    from filelock import FileLock, Timeout

    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        time.sleep(_PAUSE)
        return True
    lock.release()
    return False


def _reap() -> None:
    _CHILDREN[:] = [child for child in _CHILDREN if child.poll() is None]
