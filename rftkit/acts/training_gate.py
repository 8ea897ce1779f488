"""Whether training may begin: after a dry run of the same grader that was no NO-GO, or on somebody's own word."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rftkit.errors import InputError

if TYPE_CHECKING:
    from rftkit.acts.context import Context

NO_GO = "NO-GO"


@dataclass(frozen=True)
class Gate:
    """What a dry run said, and whether training goes on in spite of it.

    Attributes
    ----------
    verdict
        GO, WARNING or NO-GO; None without a dry run of the grader.
    forced
        Whether training began against it.

    Examples
    --------
    >>> Gate("GO").to_dict()
    {'verdict': 'GO', 'forced': False}
    """

    verdict: str | None
    forced: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the gate as plain values."""
        return asdict(self)


def judged(verdict: str | None, grader: str, *, force: bool) -> Gate:
    """Return the gate for a verdict, or refuse.

    Parameters
    ----------
    verdict
        Of the last dry run of the grader; None without one.
    grader
        What the grader is called in the sentence.
    force
        Train all the same.

    Raises
    ------
    InputError
        There is no dry run, or it was a NO-GO.

    Examples
    --------
    >>> judged("WARNING", "exact", force=False)
    Gate(verdict='WARNING', forced=False)
    >>> judged(None, "exact", force=True)
    Gate(verdict=None, forced=True)
    """
    refused = verdict is None or verdict == NO_GO
    if not refused or force:
        return Gate(verdict, forced=refused)
    if verdict is None:
        raise InputError(
            f"there is no dry run of {grader}; run one with ds.dry_run(grader, model=...), "
            "or train without with force=True, which the journal will say"
        )
    raise InputError(
        f"the last dry run of {grader} was a NO-GO; see its diagnosis with ds.dry_runs()[-1], "
        "or train all the same with force=True, which the journal will say"
    )


def gate(ds: Context, fingerprint: str, *, force: bool) -> Gate:
    """Look for the last dry run of a grader, and return what it allows.

    Parameters
    ----------
    ds
        The dataset.
    fingerprint
        Of the grader.
    force
        Train all the same.
    """
    return judged(_last_verdict(ds, fingerprint), "this grader", force=force)


def _last_verdict(ds: Context, fingerprint: str) -> str | None:
    """Return the verdict of the last dry run of a grader, as the journal has it; None without one."""
    for line in reversed(ds.store.lineage(ds.line)):
        if line.step == "dry-run" and line.configuration.get("grader_fingerprint") == fingerprint:
            return str(line.counts["verdict"])
    return None
