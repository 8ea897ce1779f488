"""What holds a python grader back on this machine, said plainly."""

from __future__ import annotations

import sys

_HOOKS = "Python's audit hook: what goes through Python is refused, native code that calls the system itself is not"


def guarantees() -> dict[str, str]:
    """Return what each rule of the sandbox rests on in this operating system.

    The sandbox stops mistakes and casual cheating. It is no place for code of an enemy: that belongs in a virtual
    machine.

    Returns
    -------
    dict
        Rule -> what enforces it.

    Examples
    --------
    >>> sorted(guarantees())
    ['environment', 'files', 'memory', 'network', 'orphans', 'output', 'processes', 'time']
    """
    linux = sys.platform.startswith("linux")
    return {
        "time": "the process is killed from outside, its whole group with it",
        "memory": "the kernel (address space of the process)" if linux else _memory(),
        "network": "the kernel (seccomp on x86-64 and ARM64) and " + _HOOKS if linux else _HOOKS,
        "processes": "the kernel (seccomp on x86-64 and ARM64) and " + _HOOKS if linux else _HOOKS,
        "files": "the kernel (Landlock from Linux 5.13, no file can grow) and " + _HOOKS if linux else _HOOKS,
        "output": "counted as it is printed; what native code prints goes nowhere",
        "environment": "empty but for the settings that keep numeric libraries on one thread",
        "orphans": "the kernel ends the process with its parent" if linux else "it ends when its input closes",
    }


def _memory() -> str:
    return "nothing" if sys.platform == "win32" else "an address space limit, which macOS does not always keep"
