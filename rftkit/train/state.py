"""The folder of a training job: what it is, how far it is, what it logged. Safe to read while another process writes.

`job.json` is replaced as a whole, so that a reader sees the old state or the new one. `metrics.jsonl` and
`events.jsonl` only grow; a last line that a kill cut off does not count, and the next writer removes it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from rftkit.errors import InputError, LockedError, NotFoundError, StoreError
from rftkit.store.journal import drop_cut_line, now
from rftkit.store.transaction import write_file

STATES: Final = ("pending", "running", "paused", "succeeded", "failed", "cancelled")
#: In these nothing runs and nothing will, unless the job is resumed.
ENDED: Final = ("succeeded", "failed", "cancelled")

#: What one line of the metrics says; every value may be missing. `phase` is sft for a warm start, else rl.
METRICS: Final[dict[str, pl.DataType]] = {
    "step": pl.Int64(),
    "train_reward": pl.Float64(),
    "valid_reward": pl.Float64(),
    "zero_spread_share": pl.Float64(),
    "length": pl.Float64(),
    "entropy": pl.Float64(),
    "loss": pl.Float64(),
    "kl": pl.Float64(),
    "lr": pl.Float64(),
    "seconds": pl.Float64(),
    "phase": pl.String(),
}
ROLLOUTS: Final[dict[str, pl.DataType]] = {
    "id": pl.String(),
    "sample": pl.Int64(),
    "output_text": pl.String(),
    "output_tools": pl.String(),
}


class JobFolder:
    """A job on the disk.

    Parameters
    ----------
    path
        Its folder; there already, see `make`.

    Examples
    --------
    >>> import tempfile
    >>> folder = JobFolder.make(Path(tempfile.mkdtemp()), backend="trl", base="tiny")
    >>> folder.id, folder.read()["state"]
    ('job-1', 'pending')
    >>> folder.update(state="running", total_steps=20)["total_steps"]
    20
    >>> folder.log(step=1, train_reward=0.4, by_grader={"exact": 0.4})
    >>> folder.metrics()["by_grader/exact"].to_list()
    [0.4]
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if not (self.path / "job.json").is_file():
            raise NotFoundError(f"{self.path} holds no training job; list the jobs with ds.jobs()")

    @classmethod
    def make(cls, jobs: Path, **values: Any) -> JobFolder:
        """Make the folder of a new job, named by the next free number.

        Parameters
        ----------
        jobs
            The folder of all jobs of a dataset.
        **values
            What `job.json` says besides id, state and times.
        """
        jobs.mkdir(parents=True, exist_ok=True)
        path = _next(jobs)
        made = now()
        _write(path / "job.json", {"id": path.name, "state": "pending", "created": made, "updated": made, **values})
        return cls(path)

    @property
    def id(self) -> str:
        """Its name among the jobs of the dataset."""
        return self.path.name

    @property
    def checkpoints(self) -> Path:
        """Where checkpoints lie; made when first asked for."""
        folder = self.path / "checkpoints"
        folder.mkdir(exist_ok=True)
        return folder

    def data(self, split: str) -> Path:
        """Return the file of the training or the validation set, as the ``openai-rft`` export writes it.

        Parameters
        ----------
        split
            train or validation.
        """
        return self.path / "data" / f"{split}.jsonl"

    def read(self) -> dict[str, Any]:
        """Return what `job.json` says."""
        return _decode((self.path / "job.json").read_bytes(), self.path / "job.json")

    def update(self, **values: Any) -> dict[str, Any]:
        """Change some values of `job.json` at once, and return all of them.

        Parameters
        ----------
        **values
            Name to value; mappings are merged with what is there, None takes a value away.
        """
        if values.get("state", STATES[0]) not in STATES:
            raise InputError(f"a job cannot be {values['state']!r}; it is one of {', '.join(STATES)}")
        with self._held():
            told = {**self.read(), "updated": now()}
            for name, value in values.items():
                old = told.get(name)
                told[name] = {**old, **value} if isinstance(old, dict) and isinstance(value, Mapping) else value
            told = {name: value for name, value in told.items() if value is not None}
            _write(self.path / "job.json", told)
        return told

    def log(self, **values: Any) -> None:
        """Add one line to the metrics.

        Parameters
        ----------
        **values
            Of `METRICS`; `by_grader` is a mapping of names to means.
        """
        _append(self.path / "metrics.jsonl", [values])

    def event(self, kind: str, text: str, **more: Any) -> None:
        """Add one line to the events: what happened, in a sentence.

        Parameters
        ----------
        kind
            For programs: started, checkpoint, warning, failed, ...
        text
            For a person.
        **more
            What JSON can hold.
        """
        _append(self.path / "events.jsonl", [{"when": now(), "kind": kind, "text": text, **more}])

    def metrics(self) -> pl.DataFrame:
        """Return one row for each step, by step; a step that a resumed run logged again counts with its last values.

        Returns
        -------
        polars.DataFrame
            Columns of `METRICS`, and ``by_grader/NAME`` for each grader.
        """
        return metrics_frame(_lines(self.path / "metrics.jsonl"))

    def events(self) -> list[dict[str, Any]]:
        """Return what happened, oldest first."""
        return list(_lines(self.path / "events.jsonl"))

    def keep_rollouts(self, which: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add answers of the model to the validation prompts.

        Parameters
        ----------
        which
            before or after.
        rows
            `id`, `sample`, `output_text`, `output_tools`.
        """
        _append(self._rollouts(which), rows)

    def rollouts(self, which: str) -> pl.DataFrame:
        """Return the answers of the model to the validation prompts, one for each record and sample.

        Parameters
        ----------
        which
            before or after.
        """
        rows = [{name: _plain(row.get(name)) for name in ROLLOUTS} for row in _lines(self._rollouts(which))]
        return pl.DataFrame(rows, schema=ROLLOUTS).unique(["id", "sample"], keep="last", maintain_order=True)

    def ask_cancel(self) -> None:
        """Leave word that the job should stop; whoever runs it looks for it."""
        (self.path / "cancel").touch()

    def cancel_asked(self) -> bool:
        """Say whether somebody asked the job to stop."""
        return (self.path / "cancel").exists()

    def forget_cancel(self) -> None:
        """Take that word back, for a job that is resumed."""
        (self.path / "cancel").unlink(missing_ok=True)

    def _rollouts(self, which: str) -> Path:
        if which not in ("before", "after"):
            raise InputError(f"there are no rollouts {which!r}; use before or after")
        return self.path / f"rollouts-{which}.jsonl"

    @contextmanager
    def _held(self) -> Iterator[None]:
        from filelock import FileLock, Timeout

        try:
            with FileLock(self.path / ".lock", timeout=30):
                yield
        except Timeout:
            raise LockedError(f"another process is writing to {self.path}; try again when it is done") from None

    def __repr__(self) -> str:
        return f"JobFolder({self.id}, {self.read()['state']})"


def folders(jobs: Path) -> list[JobFolder]:
    """Return the jobs in a folder, oldest first.

    Parameters
    ----------
    jobs
        The folder of all jobs of a dataset; may be missing.

    Examples
    --------
    >>> folders(Path("nowhere"))
    []
    """
    found = [path for path in jobs.glob("job-*") if (path / "job.json").is_file()] if jobs.is_dir() else []
    return [JobFolder(path) for path in sorted(found, key=lambda path: _number(path.name))]


def metrics_frame(lines: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Return lines of metrics as one row for each step.

    Parameters
    ----------
    lines
        With values of `METRICS` and maybe `by_grader`.

    Examples
    --------
    >>> metrics_frame([{"step": 1, "train_reward": 0.1}, {"step": 1, "valid_reward": 0.3}]).row(0)[:3]
    (1, 0.1, 0.3)
    """
    rows = [_flat(line) for line in lines if isinstance(line.get("step"), int | float)]
    graders = {name: pl.Float64() for row in rows for name in row if name.startswith("by_grader/")}
    frame = pl.DataFrame(rows, schema={**METRICS, **graders}, strict=False)
    last = pl.all().exclude("step", "phase").drop_nulls().last()
    order = pl.col("phase") != "sft"
    return frame.group_by("phase", "step").agg(last).sort(order, "step").select(*METRICS, *graders)


def _flat(line: Mapping[str, Any]) -> dict[str, Any]:
    by_grader = line.get("by_grader") or {}
    own = {"phase": "rl", **{name: line[name] for name in METRICS if line.get(name) is not None}}
    return {**own, **{f"by_grader/{name}": value for name, value in by_grader.items()}}


def _plain(value: Any) -> Any:
    return msgspec.json.encode(value).decode() if isinstance(value, list | dict) else value


def _next(jobs: Path) -> Path:
    number = max((_number(path.name) for path in jobs.glob("job-*")), default=0)
    while True:
        number += 1
        try:
            (jobs / f"job-{number}").mkdir()
        except FileExistsError:
            continue  # another process was quicker
        return jobs / f"job-{number}"


def _number(name: str) -> int:
    tail = name.rpartition("-")[2]
    return int(tail) if tail.isdigit() else 0


def _write(path: Path, values: Mapping[str, Any]) -> None:
    write_file(path, msgspec.json.format(msgspec.json.encode(values), indent=1))


def _append(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    text = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    with path.open("ab+") as file:
        drop_cut_line(file.fileno())
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        for line in path.read_bytes().split(b"\n")[:-1]:
            if line.strip():
                yield _decode(line, path)


def _decode(text: bytes, path: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise StoreError(f"{path} holds a line that is no JSON ({error}); restore it from a copy") from error
