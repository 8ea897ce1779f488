"""Refuse files, sockets and processes where Python itself is asked for them."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

#: What libraries ask about the machine; it says nothing about the person.
MACHINE = (
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/sys/fs/cgroup",
    "/sys/devices/system/cpu",
    "/usr/share/zoneinfo",
    "/dev/null",
    "/dev/urandom",
)

_NETWORK = (
    "socket.",
    "urllib.",
    "http.",
    "ftplib.",
    "smtplib.",
    "imaplib.",
    "poplib.",
    "nntplib.",
    "telnetlib.",
    "ssl.",
)
_PROCESS = {
    *(
        "subprocess.Popen",
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.spawn",
        "os.fork",
        "os.forkpty",
        "os.startfile",
    ),
    *("pty.spawn", "os.kill", "os.killpg", "signal.pthread_kill", "resource.setrlimit", "resource.prlimit"),
    *("os.startfile/2", "_winapi.CreateProcess", "_winapi.TerminateProcess", "_posixsubprocess.fork_exec"),
}
_FILE = {
    *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.chown", "os.lchmod", "os.link", "os.symlink"),
    *("os.truncate", "os.utime", "os.setxattr", "os.removexattr", "os.chflags", "os.chdir", "os.fwalk", "os.walk"),
    *(
        "tempfile.mkstemp",
        "tempfile.mkdtemp",
        "shutil.copyfile",
        "shutil.move",
        "shutil.rmtree",
        "dbm.open",
        "glob.glob",
    ),
}
_LISTED = {"os.listdir", "os.scandir", "os.listdrives", "os.getxattr", "os.listxattr"}
_NATIVE = {"open", "openat", "open64", "fopen", "fork", "vfork", "system", "popen", "execve", "execv", "posix_spawn"}
_NATIVE |= {"socket", "connect", "kill", "syscall", "unlink", "rename", "mkdir", "rmdir", "ptrace", "dlopen"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_TRUNC

#: What was refused since the last pair: libraries turn a refusal into an error of their own.
REFUSED: list[ForbiddenError] = []


class ForbiddenError(PermissionError):
    """Something that a grader may not do.

    Parameters
    ----------
    kind
        ``network``, ``file`` or ``process``.
    message
        One sentence.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        REFUSED.append(self)


def install(folders: list[str]) -> None:
    """Install the hook; it cannot be taken away.

    Parameters
    ----------
    folders
        Where libraries live: what may be read.
    """
    sys.addaudithook(_hook(_readable(folders)))


def _readable(folders: list[str]) -> Callable[[Any], bool]:
    roots = tuple(os.path.join(root, "") for root in (*folders, *MACHINE))
    known: dict[str, bool] = {}
    # Bound here: the source of a grader can put something else in their place.
    real, fsdecode, join = os.path.realpath, os.fsdecode, os.path.join

    def readable(path: Any) -> bool:
        if isinstance(path, int):
            return True  # a file that is open already
        name = fsdecode(path)
        if name not in known:
            known[name] = join(real(name), "").startswith(roots)
        return known[name]

    return readable


def _hook(readable: Callable[[Any], bool]) -> Callable[[str, tuple[Any, ...]], None]:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            _opened(readable, *arguments)
        elif event in _LISTED:
            if arguments[0] is not None and not readable(arguments[0]):
                raise ForbiddenError("file", f"it looked into {_short(arguments[0])}, and a grader reads no files")
            if arguments[0] is None:
                raise ForbiddenError("file", "it looked into the folder it runs in, and a grader reads no files")
        elif event in _FILE or (event == "sqlite3.connect" and arguments[0] != ":memory:"):
            raise ForbiddenError("file", f"it called {event}({_short(arguments)}), and a grader changes no files")
        elif event in _PROCESS:
            raise ForbiddenError("process", f"it called {event}, and a grader starts, ends and changes no processes")
        elif event.startswith(_NETWORK) and event != "socket.gethostname":
            raise ForbiddenError("network", f"it called {event}, and a grader has no network")
        elif event == "ctypes.dlsym" and arguments[1] in _NATIVE:
            raise ForbiddenError("process", f"it looked for the C function {arguments[1]}, which a grader may not call")

    return hook


def _opened(readable: Callable[[Any], bool], path: Any, mode: Any, flags: int) -> None:
    writing = (isinstance(mode, str) and set(mode) & set("wax+")) or (mode is None and flags & _WRITING)
    if writing and not isinstance(path, int) and path not in (os.devnull, b"/dev/null"):
        raise ForbiddenError("file", f"it opened {_short(path)} to write, and a grader writes no files")
    if not readable(path):
        raise ForbiddenError(
            "file", f"it opened {_short(path)}, and a grader reads no files but those of its libraries"
        )


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
