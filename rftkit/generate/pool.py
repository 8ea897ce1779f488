"""The records that generation learns from, by topic; rows are unpacked only when they are shown."""

from __future__ import annotations

import random
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import polars as pl

from rftkit import messages, schema
from rftkit.errors import InputError

T = TypeVar("T")
UNASSIGNED = ""
_REMEMBERED = 5_000
#: Text that speaks to the reader of a prompt instead of an assistant. It stays a record, but nobody is shown it as an example.
ORDERS = (
    r"(?i)\b(?:ignore|disregard|forget|override)\b.{0,30}\b(?:above|previous|prior|preceding|earlier|all)\b.{0,30}"
    r"|</?(?:data|system|instructions?)>|<\|im_(?:start|end)\|>|\byou are now\b|\b(?:output|answer with|respond with) only\b"
)
_OPTIONAL = {
    name: schema.FRAME[name] for name in ("topic", "tools", "tool_choice", "valid", "generated", "extra", "output")
}


@dataclass(frozen=True, slots=True)
class Source:
    """One record, unpacked.

    Examples
    --------
    >>> Source("a", [{"role": "user", "content": "Hi"}], None, None).last_user
    0
    """

    id: str
    messages: list[dict[str, Any]]
    tools: str | None
    tool_choice: str | None

    @property
    def last_user(self) -> int:
        """Index of the last user turn, -1 where there is none."""
        return max((index for index, message in enumerate(self.messages) if message.get("role") == "user"), default=-1)

    @property
    def text(self) -> str:
        """Text of the last user turn."""
        return messages.text_of(self.messages[self.last_user].get("content")) or "" if self.last_user >= 0 else ""

    @property
    def opening(self) -> str:
        """Text of the first user turn."""
        turns = (message for message in self.messages if message.get("role") == "user")
        return next((messages.text_of(message.get("content")) or "" for message in turns), "")


@dataclass(frozen=True)
class Census:
    """How many records there are, where a pool holds only some of them.

    Attributes
    ----------
    records, generated
        All records that could be learned from, and how many of them were generated.
    topics
        Topic -> how many records it has, and how many of them have more than one user turn.

    Examples
    --------
    >>> Census(1_000_000, 100_000, {"Cards": (5_000, 20)}).of("Cards")
    (5000, 20)
    """

    records: int
    generated: int
    topics: Mapping[str, tuple[int, int]]

    def of(self, topic: str) -> tuple[int, int]:
        """Return both numbers for a topic with the topics below it."""
        below = f"{topic}/"
        found = [both for name, both in self.topics.items() if name == topic or name.startswith(below)]
        return sum(records for records, _ in found), sum(several for _, several in found)


def declares_tools() -> pl.Expr:
    """Return the expression of whether a record declares tools.

    Examples
    --------
    >>> pl.DataFrame({"tools": ["[]", None, '[{"type":"function"}]']}).select(declares_tools()).to_series().to_list()
    [False, False, True]
    """
    return pl.col("tools").is_not_null() & ~pl.col("tools").str.strip_chars().is_in(["[]", "null", ""])


class Pool:
    """Records by topic, in a fixed order.

    Parameters
    ----------
    frame
        Columns ``id`` and ``messages``; ``topic``, ``tools``, ``valid`` and others where there are any.
    only_valid
        Leaves records out that are known to be invalid.
    census
        Where the frame is a sample of many records: how many there are.

    Examples
    --------
    >>> frame = pl.DataFrame([pl.Series("id", ["a"]), messages.pack([[{"role": "user", "content": "Hi there"}]])])
    >>> Pool(frame).texts([0])
    ['Hi there']
    """

    def __init__(self, frame: pl.DataFrame, *, only_valid: bool = True, census: Census | None = None) -> None:
        missing = [name for name in ("id", "messages") if name not in frame.columns]
        if missing:
            raise InputError(f"the frame has no column {missing[0]!r}; it has {', '.join(frame.columns) or 'none'}")
        lacking = [
            pl.lit(None, dtype=dtype).alias(name) for name, dtype in _OPTIONAL.items() if name not in frame.columns
        ]
        # A column of nulls alone may have no type, which text and truth cannot be asked of.
        there = [
            pl.col(name).cast(dtype) if frame.schema[name] == pl.Null else pl.col(name)
            for name, dtype in _OPTIONAL.items()
            if name in frame.columns
        ]
        full = frame.select("id", "messages", *there, *lacking)
        kept = full.filter(pl.col("messages").is_not_null())
        self.frame = kept.filter(pl.col("valid").fill_null(value=True)) if only_valid else kept
        self.census = census
        self._remembered: dict[Hashable, Any] = {}

    @property
    def total(self) -> int:
        """How many records there are, those beyond a sample counted."""
        return self.frame.height if self.census is None else self.census.records

    @property
    def generated(self) -> int:
        """How many of them were generated."""
        return int(self.facts["generated"].sum()) if self.census is None else self.census.generated

    def sizes(self, topic: str) -> tuple[int, int]:
        """Return how many records a topic has with those below it, and how many of them have more than one user turn."""
        if self.census is not None:
            return self.census.of(topic)
        rows = self.rows(topic)
        return len(rows), len(self.multi_turn(rows))

    def remember(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made of these records before under the same key; make it where there is nothing yet."""
        if key not in self._remembered:
            made = make()
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = made
            return made
        known: T = self._remembered[key]
        return known

    @cached_property
    def facts(self) -> pl.DataFrame:
        """topic, last user text, number of user turns and whether there are tools, one row per record."""
        return self.frame.select(
            pl.col("topic").fill_null(UNASSIGNED),
            messages.last_user_text().fill_null("").alias("text"),
            messages.turns().fill_null(0),
            declares_tools().alias("tools"),
            pl.col("generated").fill_null(value=False),
        )

    @cached_property
    def _by_topic(self) -> dict[str, list[int]]:
        groups = self.facts.with_row_index("at").group_by("topic", maintain_order=True).agg("at")
        return dict(zip(groups["topic"].to_list(), groups["at"].to_list(), strict=True))

    def topics(self) -> list[str]:
        """Return the topics that have records, in order of the first."""
        return [topic for topic in self._by_topic if topic != UNASSIGNED]

    def rows(self, topic: str) -> list[int]:
        """Return the rows of a topic and of the topics below it."""
        below = f"{topic}/"
        return [row for name, rows in self._by_topic.items() if name == topic or name.startswith(below) for row in rows]

    def texts(self, rows: Sequence[int]) -> list[str]:
        """Return the last user texts of rows."""
        return self.facts["text"].gather(list(rows)).to_list() if rows else []

    def multi_turn(self, rows: Sequence[int]) -> list[int]:
        """Return the rows with more than one user turn: those that have a context."""
        return self._where(rows, pl.col("turns") > 1)

    def with_tools(self, rows: Sequence[int]) -> list[int]:
        """Return the rows that declare tools."""
        return self._where(rows, pl.col("tools"))

    def _where(self, rows: Sequence[int], condition: pl.Expr) -> list[int]:
        if not rows:
            return []
        part = self.facts[list(rows)].with_columns(pl.Series("at", rows))
        return part.filter(condition)["at"].to_list()

    def source(self, row: int) -> Source:
        """Return one record, unpacked."""
        return self.sources([row])[0]

    def sources(self, rows: Sequence[int]) -> list[Source]:
        """Return records, unpacked."""
        part = self.frame[list(rows)]
        columns = (part["id"], messages.unpack(part["messages"]), part["tools"], part["tool_choice"])
        return [
            Source(str(one), list(said or []), tools, choice) for one, said, tools, choice in zip(*columns, strict=True)
        ]

    def find(self, ids: Sequence[str]) -> list[int]:
        """Return the rows of ids, in the order of the ids; unknown ids are left out."""
        where = dict(zip(self.frame["id"].to_list(), range(self.frame.height), strict=True))
        return [where[one] for one in ids if one in where]

    def showable(self, rows: Sequence[int]) -> list[int]:
        """Return the rows that may be shown to a writer beside others: those that give it no orders."""
        said = messages.user_texts().list.join("\n").fill_null("")
        kept = self.frame[list(rows)].select(said.str.contains(ORDERS).not_()).to_series().to_list() if rows else []
        return [row for row, fine in zip(rows, kept, strict=True) if fine]

    def sample(self, rows: Sequence[int], most: int, seed: int | str) -> list[int]:
        """Return up to so many rows, the same for the same seed."""
        if len(rows) <= most:
            return list(rows)
        return sorted(random.Random(f"{seed}").sample(list(rows), most))
