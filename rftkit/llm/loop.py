"""One event loop in one thread for all model calls of the process.

A notebook has its own running loop, and a client pool belongs to the loop it was made in; one long-lived loop
serves both and leaves nothing to complain about at exit.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="rftkit-llm", daemon=True).start()
    atexit.register(_leave, loop)
    return loop


def _leave(loop: asyncio.AbstractEventLoop) -> None:
    """Close connections before the interpreter goes; what does not close in a second is left to the system."""
    from rftkit.llm import http

    with contextlib.suppress(TimeoutError):
        asyncio.run_coroutine_threadsafe(http.close(), loop).result(1)


def is_ours() -> bool:
    """Return whether the running loop is the long-lived one.

    Examples
    --------
    >>> async def ours():
    ...     return is_ours()
    >>> on_loop(ours()), asyncio.run(ours())
    (True, False)
    """
    return asyncio.get_running_loop() is _loop()


def on_loop(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on the loop of model calls and return what it returns; Ctrl-C cancels it.

    Examples
    --------
    >>> async def one():
    ...     return 1
    >>> on_loop(one())
    1
    """
    future = asyncio.run_coroutine_threadsafe(work, _loop())
    try:
        return future.result()
    except BaseException:
        future.cancel()
        raise
