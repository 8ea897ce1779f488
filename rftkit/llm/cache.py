"""Every answer that was paid for, on disk before the next call.

One SQLite file in write-ahead mode: many processes read and write it, and a killed one loses nothing that
was committed. Only digests, answers and counts are in it: no prompt, no key.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rftkit.llm.limits import Limit

_SCHEMA = """
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, model TEXT NOT NULL, text TEXT NOT NULL, message TEXT, finish TEXT,
    prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL, cost_usd REAL,
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))
) WITHOUT ROWID
"""
_COLUMNS = "text, message, finish, prompt_tokens, completion_tokens, cost_usd"
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Reply:
    """One answered call, as it is remembered.

    Examples
    --------
    >>> Reply("Hello", prompt_tokens=3, completion_tokens=1).text
    'Hello'
    """

    text: str
    message: str | None = None  # JSON text of the assistant message
    finish: str | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = None
    limit: Limit | None = None  # what the server said of its limit; it is not remembered


class Cache:
    """The remembered answers of a dataset.

    Parameters
    ----------
    path
        The SQLite file; None keeps the answers in memory.

    Examples
    --------
    >>> cache = Cache(None)
    >>> cache.put("k", "offline", Reply("Hello"))
    >>> cache.get("k").text, cache.get("other") is None
    ('Hello', True)
    """

    def __init__(self, path: str | Path | None) -> None:
        self._lock = threading.Lock()
        if path is not None:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(
            ":memory:" if path is None else path, timeout=60, isolation_level=None, check_same_thread=False
        )
        self._db.execute("PRAGMA journal_mode=WAL")
        # The operating system holds a commit from here on, so a killed process loses none.
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(_SCHEMA)

    def get(self, key: str) -> Reply | None:
        """Return the answer with this digest, or None."""
        return self.get_many([key]).get(key)

    def get_many(self, keys: Iterable[str]) -> dict[str, Reply]:
        """Return the remembered answers among these digests."""
        wanted, found = list(dict.fromkeys(keys)), {}
        with self._lock:
            for start in range(0, len(wanted), _CHUNK):
                part = wanted[start : start + _CHUNK]
                marks = ",".join("?" * len(part))
                query = f"SELECT key, {_COLUMNS} FROM answers WHERE key IN ({marks})"
                found.update({row[0]: Reply(*row[1:]) for row in self._db.execute(query, part)})
        return found

    def put(self, key: str, model: str, reply: Reply) -> None:
        """Write one answer; it is on disk when this returns. The first answer to a question stays."""
        row = (key, model, reply.text, reply.message, reply.finish, reply.prompt_tokens)
        query = f"INSERT OR IGNORE INTO answers (key, model, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        with self._lock:
            self._db.execute(query, (*row, reply.completion_tokens, reply.cost_usd))

    def __len__(self) -> int:
        with self._lock:
            return int(self._db.execute("SELECT count(*) FROM answers").fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._db.close()
