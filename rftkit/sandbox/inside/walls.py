"""Close the process: limits of the system, the kernel's filters, then Python's own hook."""

from __future__ import annotations

import sys
from typing import Any

from rftkit.sandbox.inside import hooks

# Where the loader of shared libraries looks.
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache", "/proc/self")


def close(configuration: dict[str, Any]) -> None:
    """Close the process for good.

    Parameters
    ----------
    configuration
        ``folders`` that may be read, ``memory_bytes``, ``batch_seconds``.
    """
    folders = list(configuration["folders"])
    if sys.platform != "win32":
        _system_limits(configuration)
    if sys.platform.startswith("linux"):
        _kernel(folders)
    hooks.install(folders)


def _system_limits(configuration: dict[str, Any]) -> None:
    import resource

    seconds = int(configuration["batch_seconds"]) + 60
    limits = {
        resource.RLIMIT_AS: configuration["memory_bytes"],
        resource.RLIMIT_CPU: seconds * 4,  # for the case that nobody is left to stop it
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 256,
    }
    if not sys.platform.startswith("linux"):
        limits[resource.RLIMIT_NPROC] = 0  # Linux counts threads too, and has the kernel's filter
    for name, value in limits.items():
        _limit(resource, name, int(value))


def _limit(resource: Any, name: int, value: int) -> None:
    hard = resource.getrlimit(name)[1]
    wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(name, (wanted, wanted))
    except (ValueError, OSError):
        return  # macOS refuses some; `guarantees` says so


def _kernel(folders: list[str]) -> None:
    import ctypes
    import signal

    from rftkit.sandbox.inside import landlock, seccomp

    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # end with the parent
    landlock.install((*folders, *hooks.MACHINE, *_LIBRARIES))
    seccomp.install()
