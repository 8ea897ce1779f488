"""Keep graders with a dataset: every version, who it was made of, and why."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.errors import InputError, NotFoundError
from rftkit.grade import Grader
from rftkit.grade.difference import Change, difference
from rftkit.store import journal

if TYPE_CHECKING:
    from rftkit.acts.context import Context

_SCHEMA = {
    "name": pl.String,
    "version": pl.Int64,
    "type": pl.String,
    "fingerprint": pl.String,
    "reason": pl.String,
    "when": pl.String,
    "changes": pl.Int64,
}


def save_grader(ds: Context, grader: Grader, *, reason: str, name: str | None = None) -> int:
    """Keep a grader; return its version. The one that is kept last already is not kept again.

    Parameters
    ----------
    ds
        The dataset.
    grader
        The grader.
    reason
        Why it is as it is; a sentence for whoever reads the history.
    name
        Under which it is kept; its own by default.

    Raises
    ------
    InputError
        There is no name or no reason, or the JSON cannot be run.
    """
    name = name or grader.name
    if not name or not reason.strip():
        raise InputError("a grader is kept with a name and a reason; write ds.save_grader(grader, reason='why')")
    grader.check()
    versions = _versions(ds, name)
    if versions and versions[-1]["fingerprint"] == grader.fingerprint:
        return int(versions[-1]["version"])
    version = len(versions) + 1
    made = {
        "version": version,
        "reason": reason.strip(),
        "when": journal.now(),
        "fingerprint": grader.fingerprint,
        "grader": grader.to_dict(),
    }
    with ds.step("save grader", {"name": name, "version": version, "reason": reason.strip()}) as step:
        step.put(_file(name), {"name": name, "versions": [*versions, made]})
    return version


def graders(ds: Context) -> pl.DataFrame:
    """Return every version of every grader that is kept, the newest of each name last.

    Parameters
    ----------
    ds
        The dataset.
    """
    rows = []
    for file in sorted(name for name in ds.line.files if name.startswith("graders/")):
        stored = ds.store.get(file, ds.line)
        before: dict[str, Any] = {}
        for one in stored["versions"]:
            changes = len(difference(before, one["grader"])) if before else 0
            told = {key: one[key] for key in ("version", "fingerprint", "reason", "when")}
            rows.append({"name": stored["name"], "type": one["grader"].get("type"), "changes": changes, **told})
            before = one["grader"]
    return pl.DataFrame(rows, schema=_SCHEMA)


def grader(ds: Context, name: str, version: int | None = None) -> Grader:
    """Return a grader that is kept.

    Parameters
    ----------
    ds
        The dataset.
    name
        Under which it is kept.
    version
        Its number; the newest by default.

    Raises
    ------
    NotFoundError
        There is no such grader or version.
    """
    versions = _versions(ds, name)
    if not versions:
        known = graders(ds)["name"].unique().sort().to_list()
        there = f"there are {', '.join(known)}" if known else "keep one with ds.save_grader(grader, reason='why')"
        raise NotFoundError(f"no grader {name!r} is kept with this dataset; {there}")
    found = versions[-1:] if version is None else [one for one in versions if one["version"] == version]
    if not found:
        raise NotFoundError(f"the grader {name!r} has versions 1 to {len(versions)}, not {version}")
    return Grader.from_dict(found[0]["grader"])


def grader_diff(ds: Context, name: str, before: int | None = None, after: int | None = None) -> list[Change]:
    """Return what changed from one version of a grader to another.

    Parameters
    ----------
    ds
        The dataset.
    name
        Under which it is kept.
    before, after
        Versions; the last two by default.
    """
    newest = len(_versions(ds, name))
    after = newest if after is None else after
    before = max(1, after - 1) if before is None else before
    return difference(grader(ds, name, before).to_dict(), grader(ds, name, after).to_dict())


def _versions(ds: Context, name: str) -> list[dict[str, Any]]:
    stored = ds.store.get(_file(name), ds.line)
    return [] if stored is None else list(stored["versions"])


def _file(name: str) -> str:
    """Return the file of a grader; what a file system does not take is written as its number."""
    return f"graders/{re.sub(r'[^A-Za-z0-9_-]', lambda found: f'%{ord(found.group()):x}', name)}.json"
