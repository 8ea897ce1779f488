"""Whether `rftkit.formats.compiled` can be used: its machine code is made once per machine, beside the reading.

numba takes half a minute to compile the folder, and half a second to load what it kept. So the first large file is read
as small ones are while another process compiles; what is read after that, the rest of the file included, is
read in machine code. The result is the same.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Final

import xxhash

from rftkit._version import VERSION

#: Files smaller than this are read before machine code is loaded.
LARGE: Final = 48 << 20
#: The same of files that are packed.
LARGE_PACKED: Final = 6 << 20
_PACKED: Final = (".gz", ".zst", ".bz2", ".xz")


def worth_it(path: Path) -> bool:
    """Return whether a file is so large that machine code pays.

    Examples
    --------
    >>> worth_it(Path(__file__))
    False
    """
    return path.stat().st_size >= (LARGE_PACKED if path.suffix in _PACKED else LARGE)


def ready() -> bool:
    """Return whether the machine code is there.

    Examples
    --------
    >>> ready() in (True, False)
    True
    """
    return _mark().exists() and _loads()


@cache
def _loads() -> bool:
    """Return whether numba can be imported: a `coverage.py` beside a person's script is enough to break it."""
    try:
        importlib.import_module("rftkit.formats.compiled.reader")
    except (ImportError, AttributeError, OSError):
        return False
    return True


@cache
def _mark() -> Path:
    """Return the file that says so: of this text of the folder, this Python, these packages and this machine."""
    from importlib.metadata import version

    import llvmlite.binding

    folder = Path(__file__).parent / "compiled"
    texts = b"".join(file.read_bytes() for file in sorted(folder.glob("*.py")))
    parts = [VERSION, sys.version, version("numba"), version("numpy"), llvmlite.binding.get_host_cpu_name()]
    name = xxhash.xxh3_64_hexdigest(texts + "\n".join([*parts, str(folder)]).encode())
    return _cache() / f"machine-code-{name}"


def _cache() -> Path:
    """Return the person's folder for what can be made again."""
    given = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(given) if given else Path.home() / ".cache") / "rftkit"


@cache
def prepare() -> None:
    """Start a process that compiles, once; nobody waits for it, and it ends by itself."""
    settings = {"PYTHONPATH": os.pathsep.join([str(Path(__file__).resolve().parents[2]), *_given()])}
    try:
        subprocess.Popen(
            [sys.executable, "-c", "from rftkit.formats.machine import main; main()"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **settings},
            start_new_session=True,  # an interrupt is for the process that was typed at
        )
    except OSError:
        return  # it is only slower without


def _given() -> list[str]:
    known = os.environ.get("PYTHONPATH")
    return [known] if known else []


def main() -> None:
    """Compile, and say that it is done."""
    from collections import deque

    from rftkit.formats.compiled.columns import take

    for shape in ("records", "openai-rft"):
        take(b'{"id": "a", "input": {"messages": [{"role": "user", "content": "Hi"}]}}\n', shape, deque())
    _mark().parent.mkdir(parents=True, exist_ok=True)
    _mark().touch()
