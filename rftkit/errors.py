"""Errors a person can act on.

Every error that rftkit raises on purpose derives from `RftkitError`. Its message is one sentence
(what was given, what was allowed, what to type next); the command line prints exactly that sentence
and leaves with `exit_code`, without a traceback.
"""

from __future__ import annotations


class RftkitError(Exception):
    """Base of every error that rftkit raises on purpose.

    Attributes
    ----------
    exit_code
        What the command line exits with: 1 for a mistake of the user or of the data.

    Examples
    --------
    >>> try:
    ...     raise InputError("the share is 2; give a number between 0 and 1")
    ... except RftkitError as error:
    ...     print(error)
    the share is 2; give a number between 0 and 1
    """

    exit_code: int = 1


class InputError(RftkitError, ValueError):
    """An argument or an option has a value that cannot be used."""


class FormatError(RftkitError):
    """A file is not what it was taken for, or is no chat data at all."""


class NotFoundError(RftkitError, KeyError):
    """A record, topic, version, file or preset with that name does not exist."""

    def __str__(self) -> str:
        """Return the sentence itself; `KeyError` would print its repr."""
        return str(self.args[0]) if self.args else ""


class StoreError(RftkitError):
    """The folder is not a dataset, or what it holds cannot be read."""


class LockedError(StoreError):
    """Another process is writing to the dataset and did not finish in time."""


class MissingDependencyError(RftkitError, ImportError):
    """A feature needs a package that is not installed; the message has the line that installs it."""


class ApprovalError(RftkitError):
    """Something that costs money was asked for without an approval or within a cap too small."""


class ModelError(RftkitError):
    """A model could not be called, or answered with something that cannot be used."""
