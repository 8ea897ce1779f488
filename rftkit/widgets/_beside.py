"""Acts of a widget, one after the other, on a thread of their own: a slow one holds up neither cells nor other widgets.

Whoever asked waits a moment for the answer, which is all that most acts take; what takes longer is answered when it is
done, and the browser says meanwhile that it works.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

#: Seconds that whoever asked waits.
PATIENCE = 0.25


class Beside:
    """A line of work that is done in order.

    Examples
    --------
    >>> line, done = Beside(), []
    >>> line.do(lambda: done.append("first"), 5), line.do(lambda: done.append("second"), 5), done
    (True, True, ['first', 'second'])
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[tuple[Callable[[], object], threading.Event]] = deque()
        self._busy = False

    def do(self, work: Callable[[], object], patience: float = PATIENCE) -> bool:
        """Put work at the end of the line.

        Parameters
        ----------
        work
            Takes nothing and raises nothing.
        patience
            Seconds to wait for its end.

        Returns
        -------
        bool
            Whether it is done.
        """
        done = threading.Event()
        with self._lock:
            self._waiting.append((work, done))
            if not self._busy:
                self._busy = True
                threading.Thread(target=self._work, name="rftkit-act", daemon=True).start()
        return done.wait(patience)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._waiting:
                    self._busy = False
                    return
                work, done = self._waiting.popleft()
            try:
                work()
            finally:
                done.set()
