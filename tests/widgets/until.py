"""Wait for what a widget works out beside the notebook."""

from __future__ import annotations

import time
from collections.abc import Callable

SECONDS = 120.0


def until(true: Callable[[], object]) -> None:
    """Wait until something is so; a busy machine gets two minutes."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, "it did not come to pass in two minutes"
        time.sleep(0.01)
