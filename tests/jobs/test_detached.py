"""A process that outlives the kernel: known while it lives, however it dies, and never taken for another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rftkit.detached import Detached
from rftkit.errors import LockedError, StoreError

HOLD = """
import sys, time
from pathlib import Path
from rftkit.detached import Detached
with Detached(Path(sys.argv[1]), "worker").holding():
    print("holding", flush=True)
    time.sleep(120)
"""


@pytest.fixture
def held(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"holding\n"
        yield process
        process.kill()


def test_a_process_runs_as_long_as_it_holds_its_lock(tmp_path: Path, held: subprocess.Popen[bytes]) -> None:
    worker = Detached(tmp_path, "worker")
    assert worker.running()
    assert worker.told() == {"process": held.pid}
    held.send_signal(signal.SIGKILL)
    held.wait()
    assert not worker.running()


def test_nobody_else_holds_or_begins_what_is_held(tmp_path: Path, held: subprocess.Popen[bytes]) -> None:
    worker = Detached(tmp_path, "worker")
    with pytest.raises(LockedError, match="runs already"), worker.holding():
        pass
    with pytest.raises(LockedError, match=str(held.pid)):
        worker.start("rftkit", environment={})
    assert worker.told() == {"process": held.pid}


def test_a_process_is_ended_by_a_signal_and_waited_for(tmp_path: Path, held: subprocess.Popen[bytes]) -> None:
    worker = Detached(tmp_path, "worker")
    assert not worker.wait(0.1)
    worker.ask_to_end()
    assert worker.wait(30)
    assert held.wait() == -signal.SIGTERM


def test_a_number_that_was_left_behind_is_never_signalled(tmp_path: Path) -> None:
    worker = Detached(tmp_path, "worker")
    worker.tell(process=os.getpid())  # as if the number of a process long gone were ours now
    worker.ask_to_end()
    worker.kill()
    assert not worker.running()


def test_a_process_that_does_not_begin_is_said_with_its_last_words(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No module named"):
        Detached(tmp_path, "worker").start("rftkit.no_such_module", environment={})


def test_the_lock_is_let_go_and_what_was_told_before_is_forgotten(tmp_path: Path) -> None:
    worker = Detached(tmp_path, "worker")
    worker.tell(process=1, url="http://old")
    with worker.holding():
        assert worker.running()
        assert worker.told() == {"process": os.getpid()}
    assert not worker.running()
