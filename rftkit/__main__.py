"""``python -m rftkit`` is the command line."""

from rftkit.cli import main

if __name__ == "__main__":
    main()
