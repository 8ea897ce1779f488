"""A dataset on disk: Delta tables, small files and a journal that says which of their versions belong together.

A dataset version is one line of `log.jsonl` that names the version of each table and file. What no line
names does not exist: a writer that is killed leaves at most parts that nobody sees, and the next writer
steps over them.
"""

from __future__ import annotations

from rftkit.store.journal import Version
from rftkit.store.store import Store
from rftkit.store.transaction import Transaction

__all__ = ["Store", "Transaction", "Version"]
