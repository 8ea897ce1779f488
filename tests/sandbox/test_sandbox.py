"""A python grader computes a number and does nothing else; whatever it tries costs only its own pair."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rftkit.errors import InputError
from rftkit.sandbox import KINDS, Limits, SandboxError, guarantees, run_grader

#: Patient, for a machine that does much at once; only what never ends is given less time.
QUICK = Limits(seconds=60.0, memory_bytes=1 << 29)


def grader(body: str) -> str:
    """A source whose grade function has this body, but for the item "good", to which it gives 1.0."""
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return f"def grade(sample, item):\n    if item.get('good'):\n        return 1.0\n{lines}\n"


def between_two_good_ones(source: str, limits: Limits = QUICK) -> SandboxError | float:
    """Run a source over a good pair, the bad one, and a good one; the good ones must have their number."""
    first, middle, last = run_grader(source, [({}, {"good": True}), ({}, {}), ({}, {"good": True})], limits)
    assert (first, last) == (1.0, 1.0)
    return middle


BAD = {
    "loops": ("while True: pass", "timeout"),
    "loops and catches everything": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "timeout",
    ),
    "sleeps": ("import time; time.sleep(60)", "timeout"),
    "allocates 10 GB": ("return len(bytearray(10 << 30))", "memory"),
    "allocates in small pieces": ("x = []\nwhile True: x.append(bytearray(64 << 20))", "memory"),
    "forks": ("import os\nos.fork()\nreturn 1.0", "process"),
    "fork bomb": ("import os\nwhile True:\n    os.fork()", "process"),
    "runs a command": ("import os\nos.system('true')\nreturn 1.0", "process"),
    "runs a subprocess": ("import subprocess\nsubprocess.run(['true'])\nreturn 1.0", "process"),
    "multiprocessing": (
        "import multiprocessing\nmultiprocessing.get_context('fork').Process(target=print).start()",
        "process",
    ),
    "kills its parent": ("import os\nos.kill(os.getppid(), 9)\nreturn 1.0", "process"),
    "opens a socket": ("import socket\nsocket.socket()\nreturn 1.0", "network"),
    "looks up a name": ("import socket\nsocket.getaddrinfo('localhost', 80)\nreturn 1.0", "network"),
    "asks a web page": ("import urllib.request\nurllib.request.urlopen('http://127.0.0.1:9')\nreturn 1.0", "network"),
    "reads the users of the machine": ("return float(len(open('/etc/passwd').read()))", "file"),
    "reads a key": ("import os\nopen(os.path.expanduser('~/.ssh/id_rsa'))", "file"),
    "reads by descriptor": ("import os\nos.open('/etc/passwd', os.O_RDONLY)", "file"),
    "reads the environment of its parent": ("import os\nopen(f'/proc/{os.getppid()}/environ')", "file"),
    "lists a folder": ("import os\nos.listdir('/')", "file"),
    "lists where it runs": ("import os\nos.listdir()", "file"),
    "writes a file": ("open('left_behind.txt', 'w')", "file"),
    "writes over a library": ("import json\nopen(json.__file__, 'a')", "file"),
    "makes a temporary file": ("import tempfile\ntempfile.mkdtemp()", "file"),
    "deletes": ("import os\nos.remove('/nothing')", "file"),
    "a database on disk": ("import sqlite3\nsqlite3.connect('/tmp/x.db')", "file"),
    "prints 1 GB": ("for _ in range(1024): print('x' * (1 << 20))\nreturn 1.0", "output"),
    "prints 1 GB and catches it": (
        "for _ in range(1024):\n    try: print('x' * (1 << 20))\n    except BaseException: pass\nreturn 1.0",
        "output",
    ),
    "sys.exit": ("import sys\nsys.exit(3)", "exit"),
    "os._exit": ("import os\nos._exit(0)", "exit"),
    "segfault": ("import ctypes\nctypes.string_at(0)", "crash"),
    "recursion": ("return grade(sample, item)", "exception"),
    "raises": ("raise ValueError('no number')", "exception"),
    "raises no Exception": ("raise KeyboardInterrupt", "exception"),
    "raises what cannot be shown": (
        "class E(Exception):\n    def __str__(self): raise ValueError\nraise E",
        "exception",
    ),
    "nan": ("return float('nan')", "not_a_number"),
    "infinity": ("return float('inf')", "not_a_number"),
    "text": ("return '1.0'", "not_a_number"),
    "nothing": ("pass", "not_a_number"),
    "a truth value": ("return True", "not_a_number"),
    "a list": ("return [1.0]", "not_a_number"),
    "an object that lies": ("class F:\n    def __float__(self): raise SystemExit\nreturn F()", "not_a_number"),
    "replaces float": ("import builtins\nbuiltins.float = lambda x: 1.0\nreturn 1.0", "tampering"),
    "replaces json": ("import json\njson.dumps = json.loads = lambda *a, **k: 1.0\nreturn 1.0", "tampering"),
    "replaces os.write": ("import os\nos.write = lambda *a: 0\nreturn 1.0", "tampering"),
    "replaces the output": ("import sys, io\nsys.stdout = io.StringIO()\nreturn 1.0", "tampering"),
    "a missing library": ("import no_such_library", "missing_library"),
    "os.abort": ("import os\nos.abort()", "crash"),
    "a signal to itself": ("import signal\nsignal.raise_signal(signal.SIGTERM)", "crash"),
    "nested too deep for C": (
        "import json, sys\nsys.setrecursionlimit(10**9)\nreturn json.loads('[' * 10**6)",
        "crash",
    ),
    "leaves when it is thrown away": (
        "class A:\n    def __del__(self):\n        import os; os._exit(5)\na = A()\nreturn 0.5",
        "exit",
    ),
    "a list that takes long to show": ("return [0] * 10**7", "not_a_number"),
    "an integer that is no float": ("return 10**400", "not_a_number"),
    "closes all that is open": ("import os\nos.closerange(0, 256)\nreturn 1.0", "tampering"),
    "replaces what judges its number": (
        "import sys\nsys.modules['rftkit.sandbox.inside.telling'].Told = print\nreturn None",
        "tampering",
    ),
    "reaches the caller": ("import sys\nsys._getframe(1).f_globals['_number'] = lambda value: 1.0", "tampering"),
    "an exception that cannot be read": (
        "class E(Exception):\n    @property\n    def __cause__(self): raise KeyError\nraise E",
        "tampering",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_pair_gets_a_named_error_and_costs_only_itself(name: str) -> None:
    body, kind = BAD[name]
    limits = Limits(seconds=2.0) if kind == "timeout" else QUICK
    result = between_two_good_ones(grader(body), limits)
    assert isinstance(result, SandboxError)
    assert result.kind == kind, result
    assert result.message
    assert kind in KINDS


@pytest.mark.parametrize(
    ("call", "why"),
    [("fork", "process"), ("execve", "process"), ("socket", "process"), ("open", "process")],
)
def test_c_functions_that_would_go_around_python_are_not_given_out(call: str, why: str) -> None:
    result = between_two_good_ones(grader(f"import ctypes\nreturn float(ctypes.CDLL(None).{call}(0, 0, 0))"))
    assert isinstance(result, SandboxError)
    assert result.kind == why


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel's filters are those of Linux")
def test_native_code_is_refused_by_the_kernel() -> None:
    """Looked up by another name, the C functions are there; the kernel says no: -1."""
    source = """
import ctypes
def grade(sample, item):
    libc = ctypes.CDLL(None)
    return float(getattr(libc, item["name"])(*item["arguments"]))
"""
    calls: list[tuple[str, list[object]]] = [
        ("__fork", []),
        ("__libc_fork", []),
        ("socketpair", [99, 1, 0, 0]),
        ("accept4", [0, 0, 0, 0]),
        ("creat64", ["/tmp/rftkit-left-behind", 0o600]),
    ]
    results = run_grader(source, [({}, {"name": name, "arguments": args}) for name, args in calls], QUICK)
    assert all(isinstance(result, SandboxError) or result == -1.0 for result in results), results
    assert not Path("/tmp/rftkit-left-behind").exists()


def test_no_key_reaches_the_grader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    source = grader("import os\nreturn float(any('KEY' in name or 'sk-' in v for name, v in os.environ.items()))")
    assert run_grader(source, [({}, {})]) == [0.0]
    [text] = run_grader(grader("raise ValueError(sorted(__import__('os').environ))"), [({}, {})])
    assert isinstance(text, SandboxError)
    assert "HOME" not in text.message
    assert "USER" not in text.message


def test_nothing_waits_on_standard_input() -> None:
    [result] = run_grader(grader("return float(len(input()))"), [({}, {})], QUICK)
    assert isinstance(result, SandboxError)
    assert "EOFError" in result.message


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("def grade(sample, item) return 1", "syntax"),
        ("x = 1", "no_grade"),
        ("grade = 1.0", "no_grade"),
        ("import no_such_library\ndef grade(sample, item): return 1.0", "missing_library"),
        ("1 / 0", "exception"),
        ("while True: print('x' * 100000)", "output"),
        ("open('/etc/passwd')", "file"),
        ("import os; os._exit(1)", "exit"),
        ("\0", "syntax"),
    ],
)
def test_a_source_that_cannot_be_loaded_gives_its_error_to_every_pair(source: str, kind: str) -> None:
    results = run_grader(source, [({}, {})] * 3)
    assert [result.kind for result in results if isinstance(result, SandboxError)] == [kind] * 3


def test_a_source_that_never_gets_ready_is_stopped() -> None:
    [result] = run_grader("while True: pass", [({}, {})], Limits(start_seconds=0.5))
    assert isinstance(result, SandboxError)
    assert result.kind == "timeout"


def test_the_time_for_all_pairs_is_a_limit_too() -> None:
    source = "import time\ndef grade(sample, item):\n    time.sleep(item['s'])\n    return 1.0"
    results = run_grader(source, [({}, {"s": 0})] + [({}, {"s": 60})] * 3, Limits(seconds=50, batch_seconds=2))
    assert results[0] == 1.0
    assert [result.kind for result in results[1:] if isinstance(result, SandboxError)] == ["batch_timeout"] * 3


def test_an_error_says_the_last_line_and_where() -> None:
    [result] = run_grader("def grade(sample, item):\n    x = {}\n    return x['a']", [({}, {})])
    assert result == SandboxError("exception", "KeyError: 'a' (line 3)")


def test_numbers_of_numpy_are_numbers() -> None:
    source = "import numpy as np\ndef grade(sample, item): return np.float32(0.5) if item['f'] else np.int64(1)"
    assert run_grader(source, [({}, {"f": True}), ({}, {"f": False})]) == [0.5, 1.0]


def test_the_libraries_of_the_service_that_are_installed_work() -> None:
    source = """
import scipy.stats, sklearn.metrics, jsonschema, rapidfuzz
def grade(sample, item):
    jsonschema.validate({"a": 1}, {"type": "object"})
    return float(sklearn.metrics.f1_score([1, 0], [1, 0]) * scipy.stats.norm.cdf(0) * rapidfuzz.fuzz.ratio("a", "a") / 50)
"""
    assert run_grader(source, [({}, {})]) == [1.0]


def test_dataclasses_with_deferred_annotations_work() -> None:
    source = """
from __future__ import annotations
from dataclasses import dataclass
@dataclass
class Points:
    value: float
def grade(sample, item): return Points(0.25).value
"""
    assert run_grader(source, [({}, {})]) == [0.25]


def test_a_print_does_no_harm_and_text_of_any_kind_arrives() -> None:
    source = "def grade(sample, item):\n    print(sample['output_text'])\n    return float(len(sample['output_text']))"
    texts = ["", "äöü", "日本", "a\n\tb\0", "\ud800", "😀"]
    assert run_grader(source, [({"output_text": text}, {}) for text in texts]) == [float(len(text)) for text in texts]


def test_what_is_no_json_is_refused_with_the_number_of_the_pair() -> None:
    with pytest.raises(InputError, match="pair 1 is no JSON"):
        run_grader("def grade(sample, item): return 1.0", [({}, {}), ({}, {"when": object()})])


def test_no_pairs_start_no_process() -> None:
    assert run_grader("this is no python", []) == []


def test_a_pair_cannot_reach_the_data_of_another() -> None:
    source = "def grade(sample, item):\n    item['n'] = 7\n    return float(sample['n'])"
    shared = {"n": 1}
    assert run_grader(source, [(shared, shared)] * 2) == [1.0, 1.0]
    assert shared == {"n": 1}


def test_threads_of_one_kernel_can_grade_at_once() -> None:
    source = "def grade(sample, item): return float(item['n'])"

    def batch(number: int) -> list[object]:
        return list(run_grader(source, [({}, {"n": number})] * 20))

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(batch, range(3))) == [[float(n)] * 20 for n in range(3)]


def test_a_source_that_may_change_memory_has_a_new_process_for_each_pair() -> None:
    source = grader("import ctypes\nctypes.memset(id(1.0) + 16, 0, 8)\nreturn 0.5")
    assert between_two_good_ones(source) == 0.5


def test_bytes_that_are_no_text_are_printed_and_counted_like_text() -> None:
    assert between_two_good_ones(grader("import sys\nsys.stdout.buffer.write(b'\\xff\\xfe')\nreturn 0.5")) == 0.5
    much = between_two_good_ones(grader("import sys\nfor _ in range(9): sys.stdout.buffer.write(b'x' * 2**20)"))
    assert isinstance(much, SandboxError)
    assert much.kind == "output"


def test_a_thread_left_over_ends_with_its_process() -> None:
    source = grader("import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()\nreturn 0.5")
    assert between_two_good_ones(source) == 0.5


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts what the kernel of Linux shows")
def test_nothing_is_left_behind() -> None:
    source = grader("import os\nos._exit(1)")
    run_grader(source, [({}, {})])  # whatever is loaded once is loaded now
    files, threads, folder = len(os.listdir("/proc/self/fd")), threading.active_count(), set(os.listdir("/tmp"))
    run_grader(source, [({}, {})] * 5)
    assert len(os.listdir("/proc/self/fd")) == files
    assert threading.active_count() == threads
    assert {name for name in set(os.listdir("/tmp")) - folder if "rftkit" in name} == set()
    assert _children() == []


def _children() -> list[str]:
    own = str(os.getpid())
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                status = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
                command = Path(f"/proc/{entry}/cmdline").read_bytes()
            except OSError:
                continue
            if status[1] == own and b"rftkit.sandbox" in command:
                found.append(entry)
    return found


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the kernel of Linux ends a process with its parent")
def test_a_killed_kernel_leaves_no_grader_running() -> None:
    import signal
    import subprocess
    import sys

    code = (
        "from rftkit.sandbox import run_grader, Limits\n"
        "run_grader('def grade(sample, item):\\n    while True: pass', [({}, {})], Limits(seconds=300))"
    )
    kernel = subprocess.Popen([sys.executable, "-c", code])
    child = _wait_for(lambda: _children_of(kernel.pid))
    os.kill(kernel.pid, signal.SIGKILL)
    kernel.wait()
    _wait_for(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() and _runs(pid) for pid in child) or None)


def _children_of(parent: int) -> list[int] | None:
    path = Path(f"/proc/{parent}/task/{parent}/children")
    found = [int(pid) for pid in path.read_text().split()] if path.exists() else []
    # Only once it has closed itself in does it end with its parent.
    return found if found and all(_closed_in(pid) for pid in found) else None


def _closed_in(pid: int) -> bool:
    try:
        return "Seccomp:\t2" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _wait_for(look):  # type: ignore[no-untyped-def]
    for _ in range(600):
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not happen in a minute")


def test_an_answer_written_past_the_machinery_is_found_out() -> None:
    source = """
import os
def grade(sample, item):
    for number in range(3, 64):
        try: os.write(number, b"5\\tok\\t1.0\\n")
        except OSError: pass
    return 0.0
"""
    results = run_grader(source, [({}, {})] * 3, QUICK)
    assert [result.kind for result in results if isinstance(result, SandboxError)] == ["tampering"] * 3


def test_a_kernel_of_jupyter_lives_on_after_a_grader_that_does_not() -> None:
    import nbformat
    from nbclient import NotebookClient

    cells = [
        "from rftkit.sandbox import Limits, run_grader",
        "bad = 'def grade(sample, item):\\n    while True: pass'",
        "print(run_grader(bad, [({}, {})], Limits(seconds=1))[0].kind)",
        "print(run_grader('import os\\nos._exit(0)', [({}, {})])[0].kind)",
        "print(run_grader('def grade(sample, item): return 1.0', [({}, {})]))",
    ]
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(book, timeout=240, kernel_name="python3").execute()
    said = "".join(output["text"] for cell in book.cells for output in cell["outputs"])
    assert said.split("\n") == ["timeout", "exit", "[1.0]", ""]


def test_the_guarantees_name_every_rule() -> None:
    assert {"time", "memory", "network", "files", "processes", "output"} <= set(guarantees())
