"""One event loop in one thread for all model calls of the process.

A notebook has its own running loop, and a client pool belongs to the loop it was made in; one long-lived loop
serves both and leaves nothing to complain about at exit.
"""

from __future__ import annotations

import asyncio
import functools
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


@functools.cache
def _loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="rftkit-llm", daemon=True).start()
    return loop


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
