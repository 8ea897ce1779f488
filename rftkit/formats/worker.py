"""Processes that read ranges of a large file of JSON lines beside each other.

Each is a plain Python that is told ranges on its standard input: no fork, which polars does
not survive, and no second run of the person's own script, which `multiprocessing` would start. A range comes back as an
Arrow file and a small file with its counts, in the order of the file. Where no process can be started the ranges are
read here, with the same result.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from rftkit.formats import machine
from rftkit.formats.convert import Plan, Tally
from rftkit.formats.fast import Chunk, read_chunk

#: Files smaller than this are read by one process: starting others takes about a second.
LARGE: Final = 96 << 20
#: Bytes of a range.
RANGE: Final = 8 << 20
#: What packed files and files in other encodings begin with; they can only be read from their beginning.
PACKED: Final = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zX", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
#: More processes than this have more to wait for than to do.
MOST: Final = 8

_ROOMS: Final[deque[Any]] = deque()  # of the machine code of this process
_AHEAD: Final = 2  # ranges that each process is told ahead of the one that is waited for


class Task(msgspec.Struct):
    """A range of whole lines.

    Examples
    --------
    >>> Task("a.jsonl", 0, 100, 1, Plan("records"), "a.jsonl", "out").first
    1
    """

    path: str
    start: int
    end: int
    first: int
    plan: Plan
    file: str | None
    out: str


class _Counts(msgspec.Struct):
    lines: int
    blank: int
    tally: dict[str, dict[str, int]]
    lost: list[tuple[int, str, bytes]]


def worth_it(path: Path) -> bool:
    """Return whether a file is plain and large enough to be read by several processes.

    Examples
    --------
    >>> worth_it(Path(__file__))
    False
    """
    if processes() < 2 or path.stat().st_size < LARGE or machine.ready():
        return False  # threads read it in machine code
    with path.open("rb") as stream:
        return not stream.read(4).startswith(PACKED)


def processes() -> int:
    """Return how many processes would read.

    Examples
    --------
    >>> 0 < processes() <= MOST
    True
    """
    return min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, MOST)


def chunks(path: Path, plan: Plan, file: str | None) -> Iterator[Chunk]:
    """Yield the chunks of a file in its order, read by several processes.

    Parameters
    ----------
    path
        A file of JSON lines that is not packed.
    plan
        How it is read.
    file
        Its name, for `origin`.
    """
    if machine.worth_it(path):
        machine.prepare()  # as soon as it is done, the processes use it
    folder = Path(tempfile.mkdtemp(prefix="rftkit-read-"))
    workers = [_start() for _ in range(processes())]
    waiting: deque[tuple[Task, subprocess.Popen[bytes] | None]] = deque()
    try:
        for number, task in enumerate(_tasks(path, plan, file, folder)):
            worker = workers[number % len(workers)]
            waiting.append((task, worker if _told(worker, task) else None))
            if len(waiting) > _AHEAD * len(workers):
                yield _done(*waiting.popleft())
        while waiting:
            yield _done(*waiting.popleft())
    finally:
        for started in workers:
            _stop(started)
        shutil.rmtree(folder, ignore_errors=True)


def _tasks(path: Path, plan: Plan, file: str | None, folder: Path) -> Iterator[Task]:
    """Cut a file into ranges of whole lines; only their ends and the number of their lines are looked for."""
    start, end, first, lines = 0, 0, 1, 0
    with path.open("rb") as stream:
        while block := stream.read(RANGE):
            cut = block.rfind(b"\n") + 1
            if cut:
                lines += block.count(b"\n")
                yield Task(str(path), start, end + cut, first, plan, file, str(folder / f"{start}"))
                start, first, lines = end + cut, first + lines, 0
            end += len(block)
    if end > start:
        yield Task(str(path), start, end, first, plan, file, str(folder / f"{start}"))


def _start() -> subprocess.Popen[bytes] | None:
    root = str(Path(__file__).resolve().parents[2])
    known = os.environ.get("PYTHONPATH")
    settings = {"PYTHONPATH": f"{root}{os.pathsep}{known}" if known else root, "POLARS_MAX_THREADS": "1"}
    try:
        return subprocess.Popen(
            [sys.executable, "-c", "from rftkit.formats.worker import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **settings},
            start_new_session=True,  # an interrupt is for the process that was typed at
        )
    except OSError:
        return None


def _told(worker: subprocess.Popen[bytes] | None, task: Task) -> bool:
    if worker is None or worker.stdin is None:
        return False
    try:
        worker.stdin.write(msgspec.json.encode(task) + b"\n")
        worker.stdin.flush()
    except OSError:
        return False
    return True


def _done(task: Task, worker: subprocess.Popen[bytes] | None) -> Chunk:
    answered = worker is not None and worker.stdout is not None and worker.stdout.readline() == b"done\n"
    if not answered:  # it could not start, or was ended from outside
        return _read(task)
    counts = msgspec.msgpack.decode(Path(f"{task.out}.counts").read_bytes(), type=_Counts)
    frame = pl.read_ipc(Path(f"{task.out}.arrow").read_bytes())
    for ending in ("counts", "arrow"):
        Path(f"{task.out}.{ending}").unlink()
    tally = Tally(**{name: Counter(counted) for name, counted in counts.tally.items()})
    return Chunk(frame, counts.lines, counts.blank, tally, counts.lost)


def _stop(worker: subprocess.Popen[bytes] | None) -> None:
    if worker is None:
        return
    for pipe in (worker.stdin, worker.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:
                continue  # it is gone, and so is the pipe
    worker.kill()
    worker.wait()


def _read(task: Task) -> Chunk:
    with Path(task.path).open("rb") as stream:
        stream.seek(task.start)
        text = stream.read(task.end - task.start)
    rooms = _ROOMS if machine.worth_it(Path(task.path)) else None
    return read_chunk(text, task.plan, file=task.file, first=task.first, rooms=rooms)


def serve(tasks: Any, answers: Any) -> None:
    """Read every range that is told, until nothing more is.

    Parameters
    ----------
    tasks, answers
        Binary streams: one JSON `Task` per line in, one `done` per line out.
    """
    decode = msgspec.json.Decoder(Task).decode
    for line in tasks:
        task = decode(line)
        chunk = _read(task)
        chunk.frame.write_ipc(f"{task.out}.arrow", compression="uncompressed")
        tally = {name: dict(getattr(chunk.tally, name)) for name in Tally.__dataclass_fields__}
        counts = _Counts(chunk.lines, chunk.blank, tally, chunk.lost)
        Path(f"{task.out}.counts").write_bytes(msgspec.msgpack.encode(counts))
        answers.write(b"done\n")
        answers.flush()


def main() -> None:
    """Serve standard input and output."""
    serve(sys.stdin.buffer, sys.stdout.buffer)
