"""Counting a million records in one pass: one key per record, one `bincount`.

Everything that coverage shows is arithmetic on the few numbers per topic that come out of here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import polars as pl

from rftkit.coverage.outline import Outline, outline_of
from rftkit.errors import InputError
from rftkit.topics.tree import TopicTree

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# A key is (topic, generated, state of `valid`): two times three cells per topic.
_CELLS = 6
_SAMPLE = 50_000


@dataclass(frozen=True)
class Tally:
    """How many of the records that count are where.

    Attributes
    ----------
    counts, generated
        Node of the tree to records that count, and to those of them that were generated.
    unassigned, unassigned_generated
        Records that count and have no topic, those with an unknown topic included.
    unknown
        Topic that the tree does not know to records that have it.
    invalid
        Records that do not count because they are invalid.
    unchecked
        Records that count although nothing has judged them yet: `valid` is null.
    judged
        Whether the frame said anything about `valid` at all.

    Examples
    --------
    >>> Tally({"Cards": 3}, unassigned=1).total
    4
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    generated: Mapping[str, int] = field(default_factory=dict)
    unassigned: int = 0
    unassigned_generated: int = 0
    unknown: Mapping[str, int] = field(default_factory=dict)
    invalid: int = 0
    unchecked: int = 0
    judged: bool = False

    @property
    def assigned(self) -> int:
        """Records that count and have a topic.

        Examples
        --------
        >>> Tally({"Cards": 3}, unassigned=1).assigned
        3
        """
        return sum(self.counts.values())

    @property
    def total(self) -> int:
        """Records that count.

        Examples
        --------
        >>> Tally({"Cards": 3}, unassigned=1).total
        4
        """
        return self.assigned + self.unassigned

    @property
    def all_generated(self) -> int:
        """Records that count and were generated.

        Examples
        --------
        >>> Tally({"Cards": 3}, {"Cards": 1}).all_generated
        1
        """
        return sum(self.generated.values()) + self.unassigned_generated

    def plus(self, added: Mapping[str, int]) -> Tally:
        """Return the tally after generated records came to some nodes; negative numbers take records away.

        Examples
        --------
        >>> Tally({"Cards": 3}).plus({"Cards": 2}).counts["Cards"]
        5
        """
        counts, generated = dict(self.counts), dict(self.generated)
        for node, number in added.items():
            have = counts.get(node, 0)
            if have + number < 0:
                raise InputError(f"{node!r} has {have} records; {-number} cannot be taken away")
            counts[node] = have + number
            generated[node] = min(max(generated.get(node, 0) + number, 0), counts[node])
        return replace(self, counts=counts, generated=generated)


def tally(frame: pl.DataFrame, tree: TopicTree | None = None, *, only_valid: bool = True) -> tuple[Tally, Outline]:
    """Count the records of a frame by topic.

    Parameters
    ----------
    frame
        With `topic` (path; String, Categorical or Enum) and, where there are, `valid` and `generated`.
    tree
        The topics; None for those of the frame.
    only_valid
        Leave out invalid records. Those whose `valid` is null count.

    Returns
    -------
    tuple
        The tally and the outline it refers to.

    Examples
    --------
    >>> counted, _ = tally(pl.DataFrame({"topic": ["Cards", None, "Cards"], "valid": [True, True, False]}))
    >>> counted.counts, counted.unassigned, counted.invalid
    ({'Cards': 1}, 1, 1)
    """
    if "topic" not in frame.columns:
        raise InputError(f"coverage needs a column 'topic' (paths, null for unassigned); given {frame.columns}")
    names, cells = _cells(frame)
    # in a cell's six: [real, generated] x [invalid, valid, unchecked]
    kept = cells[:, :, 1:].sum(axis=2) if only_valid else cells.sum(axis=2)
    present = [name for name, here in zip(names, cells.sum(axis=(1, 2)), strict=False) if here]
    outline = outline_of(tree, present)
    counted = _by_node(names, kept, outline)
    return replace(
        counted,
        invalid=int(cells[:, :, 0].sum()) if only_valid else 0,
        unchecked=int(cells[:, :, 2].sum()),
        judged="valid" in frame.columns,
    ), outline


def _cells(frame: pl.DataFrame) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Return the topic names and, per name and last for none, the numbers [generated, valid state]."""
    import numpy as np

    names, codes = topic_codes(frame["topic"])
    keys = codes * _CELLS
    if "generated" in frame.columns:
        keys += frame["generated"].fill_null(value=False).cast(pl.UInt8).to_numpy() * np.uint8(3)
    state = frame["valid"].cast(pl.UInt8).fill_null(2).to_numpy() if "valid" in frame.columns else np.uint8(2)
    keys += state
    cells = np.bincount(keys, minlength=(len(names) + 1) * _CELLS)
    return names, cells.reshape(len(names) + 1, 2, 3)


def topic_codes(topic: pl.Series) -> tuple[list[str], npt.NDArray[np.int64]]:
    """Return the names of a topic column and one number per record: its name's place, the last for none.

    Examples
    --------
    >>> names, codes = topic_codes(pl.Series(["a", None, "a"], dtype=pl.Enum(["a"])))
    >>> names, codes.tolist()
    (['a'], [0, 1, 0])
    """
    if topic.dtype == pl.Null:
        topic = topic.cast(pl.String)
    if topic.dtype == pl.String:
        # a namespace of its own: codes stay as few as the topics, whatever else the process has cast
        topic = topic.cast(pl.Categorical(pl.Categories.random()))
    if not isinstance(topic.dtype, pl.Categorical | pl.Enum):
        raise InputError(f"the column 'topic' holds paths as text; given {topic.dtype}")
    physical = topic.to_physical()
    size = int(physical.max() or 0) + 1  # type: ignore[arg-type]
    codes = physical.cast(pl.Int64).fill_null(size).to_numpy(writable=True)
    return _names(topic, physical, size), codes


def _names(topic: pl.Series, physical: pl.Series, size: int) -> list[str]:
    """Return the name of every code below `size`; the empty one for codes that no record has."""
    if isinstance(topic.dtype, pl.Enum):
        return list(topic.dtype.categories[:size])
    names = [""] * size
    # a sample has every topic, mostly; reading all records for their names takes longer than counting them
    for part in (topic.gather_every(max(len(topic) // _SAMPLE, 1)), topic):
        found = part.unique().drop_nulls()
        for code, name in zip(found.to_physical().to_list(), found.cast(pl.String).to_list(), strict=True):
            names[code] = name
        if found.len() == size or len(part) == len(topic):
            break
    return names


def _by_node(names: list[str], kept: npt.NDArray[np.int64], outline: Outline) -> Tally:
    counts: dict[str, int] = {}
    generated: dict[str, int] = {}
    unknown: dict[str, int] = {}
    nowhere, nowhere_generated = int(kept[-1].sum()), int(kept[-1, 1])
    for name, (real, made) in zip(names, kept[:-1].tolist(), strict=True):
        node = outline.resolve(name) if real + made else None
        if node is not None:
            counts[node] = counts.get(node, 0) + real + made
            generated[node] = generated.get(node, 0) + made
        elif real + made:
            unknown[name] = real + made
            nowhere, nowhere_generated = nowhere + real + made, nowhere_generated + made
    return Tally(counts, generated, nowhere, nowhere_generated, unknown)
