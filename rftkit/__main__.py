"""The ``rftkit`` command and ``python -m rftkit``: the command line, with what is slow to load loaded last."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code.

    Loading takes longer than a hand on the keyboard: who interrupts that is told so as at any other time.

    Examples
    --------
    >>> callable(main)
    True
    """
    try:
        from rftkit.cli import run
    except KeyboardInterrupt:
        sys.stderr.write("rftkit: interrupted; nothing was begun\n")
        sys.exit(130)
    sys.exit(run())


if __name__ == "__main__":
    main()
