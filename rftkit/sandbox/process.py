"""One process that runs the source of a grader, seen from outside."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rftkit.sandbox.limits import Limits

_ROOT = str(Path(__file__).resolve().parents[2])
_START = "import sys; sys.path.insert(0, {root!r}); from rftkit.sandbox.inside.worker import main; main()"
#: No key, no name, no folder of the person; numeric libraries on one thread, for each takes address space.
_ENVIRONMENT = {
    **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"),
    "MALLOC_ARENA_MAX": "1",
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
}
_LONGEST_ANSWER = 1 << 20


class Answer(NamedTuple):
    """What the process said.

    Parameters
    ----------
    what
        ``ready``, ``source`` (it could not be loaded), or the number of a pair since the start.
    kind
        ``ok``, ``ok_last`` (and the process should be replaced) or the kind of an error.
    text
        The number or a sentence.
    """

    what: str
    kind: str
    text: str


class Process:
    """A running process with pairs on their way to it.

    Parameters
    ----------
    source
        The source of the grader.
    lines
        The pairs, each one line of JSON.
    limits
        What it may use.
    """

    def __init__(self, source: str, lines: Sequence[bytes], limits: Limits) -> None:
        self._popen = _started()
        self._answers: queue.SimpleQueue[Answer | None] = queue.SimpleQueue()
        configuration = json.dumps(_configuration(source, limits)).encode() + b"\n"
        self._threads = [
            threading.Thread(target=self._write, args=(configuration, lines), daemon=True),
            threading.Thread(target=self._read, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def answer(self, timeout: float) -> Answer | None:
        """Return the next answer, or None when the process ended.

        Parameters
        ----------
        timeout
            Seconds to wait.

        Raises
        ------
        queue.Empty
            The time is over.
        """
        return self._answers.get(timeout=max(timeout, 0.0))

    def end(self) -> int:
        """End the process and all that belongs to it; return its exit code."""
        if hasattr(os, "killpg"):
            try:
                os.killpg(self._popen.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                self._popen.kill()
        else:
            self._popen.kill()
        code = self._popen.wait()
        for thread in self._threads:
            thread.join()
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        self._popen.stdout.close()
        return code

    def wait(self) -> int:
        """Return the exit code of a process that ended by itself."""
        return self._popen.wait()

    def _write(self, configuration: bytes, lines: Sequence[bytes]) -> None:
        pipe = self._popen.stdin
        assert pipe is not None
        try:
            pipe.write(configuration)
            pipe.writelines(lines)
        except (BrokenPipeError, OSError):
            pass  # it ended before it read all; the reader says so
        finally:
            _closed(pipe)

    def _read(self) -> None:
        pipe = self._popen.stdout
        assert pipe is not None
        for line in iter(lambda: pipe.readline(_LONGEST_ANSWER), b""):
            answer = _parsed(line)
            if answer is None:
                break
            self._answers.put(answer)
        self._answers.put(None)


def _started() -> subprocess.Popen[bytes]:
    windows = {"SYSTEMROOT": os.environ.get("SYSTEMROOT", "")} if sys.platform == "win32" else {}
    return subprocess.Popen(
        # Isolated, without `site`: nothing of the person's settings is read, and what the library folders are is told.
        [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", _START.format(root=_ROOT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**_ENVIRONMENT, **windows},
        cwd=sys.prefix if sys.platform == "win32" else "/",
        start_new_session=True,
    )


def _configuration(source: str, limits: Limits) -> dict[str, object]:
    libraries = [entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
    standard = [entry for name in ("stdlib", "platstdlib") if (entry := sysconfig.get_path(name))]
    native = [entry for entry in sys.path if Path(entry).name == "lib-dynload" or entry.endswith(".zip")]
    folders = {*libraries, *standard, *native, sys.prefix, sys.base_prefix, sys.exec_prefix}
    return {
        "source": source,
        "path": [*dict.fromkeys([*standard, *native, *libraries])],
        "folders": sorted({os.path.realpath(folder) for folder in folders}),
        "memory_bytes": limits.memory_bytes,
        "batch_seconds": limits.batch_seconds,
        "output_bytes": limits.output_bytes,
    }


def _parsed(line: bytes) -> Answer | None:
    """Return an answer, or None for a line that the machinery did not write."""
    try:
        what, kind, text = line.decode("ascii").rstrip("\n").split("\t")
        return Answer(what, kind, text.encode().decode("unicode_escape"))
    except ValueError:
        return None


def _closed(pipe: object) -> None:
    try:
        pipe.close()  # type: ignore[attr-defined]
    except OSError:
        return
