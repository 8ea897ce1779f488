"""Beginning a job at a service: one process at a time, by a name of its own, with a sentence where it fails."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from rftkit.errors import LockedError, RftkitError
from rftkit.train.state import JobFolder

#: Prompts below which the providers' guides expect little, and rows above which they take none.
FEW, MOST = 100, 50_000


@contextmanager
def alone(folder: JobFolder) -> Iterator[None]:
    """Hold a job while it is begun.

    Parameters
    ----------
    folder
        The job.

    Raises
    ------
    LockedError
        Another process is beginning it.
    """
    from filelock import FileLock, Timeout

    try:
        with FileLock(folder.path / ".start", timeout=0):
            yield
    except Timeout:
        raise LockedError(f"another process is beginning {folder.id}; look at it with ds.job({folder.id!r})") from None


@contextmanager
def told(folder: JobFolder) -> Iterator[None]:
    """Write down why a start failed, so that it can be taken up again.

    Parameters
    ----------
    folder
        The job.
    """
    try:
        yield
    except RftkitError as error:
        sentence = f"{error}; mend that and go on with: ds.job({folder.id!r}).resume()"
        folder.update(state="failed", error=sentence)
        folder.event("failed", sentence)
        error.args = (sentence,)
        raise


def token_of(folder: JobFolder) -> str:
    """Return the name that only this job uses at its service, on the disk before it is used.

    Parameters
    ----------
    folder
        The job.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = JobFolder.make(Path(tempfile.mkdtemp()))
    >>> token_of(folder) == token_of(folder)
    True
    """
    known = folder.read().get("remote", {}).get("token")
    if known is None:
        known = f"rftkit-{folder.id}-{uuid.uuid4().hex[:12]}"
        folder.update(remote={"token": known})
    return str(known)


def sizes(train: int, validation: int) -> Iterator[str]:
    """Yield what services say of sets as large as these.

    Parameters
    ----------
    train, validation
        Records.

    Examples
    --------
    >>> list(sizes(500, 40))
    ['40 validation records are fewer than the 100 that services advise']
    """
    for name, count in (("training", train), ("validation", validation)):
        if count < FEW:
            yield f"{count:,} {name} records are fewer than the {FEW} that services advise"
    if train > MOST:
        yield f"{train:,} training records are more than the {MOST:,} that services take"
