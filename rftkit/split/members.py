"""The records that are split, as arrays: their topic, their group, whether validation may have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import groups as tied
from rftkit.coverage.tally import topic_codes
from rftkit.errors import InputError
from rftkit.split import order
from rftkit.split.pick import Singles, Stratum, pick
from rftkit.split.result import UNASSIGNED, Split

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]
    Bools = npt.NDArray[np.bool_]
    Keys = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Members:
    """Valid records and their groups.

    Attributes
    ----------
    frame
        All records, the invalid ones too.
    valid
        Which of them are split.
    names
        Topics; the last number of `topic` means none.
    topic, group
        Of each valid record.
    generated
        Of each valid record.
    barred
        Whether validation may not have it.
    keys
        The random order of the groups.
    kept
        Groups that stay in validation.
    stays
        Records that do; None where none were named.

    Examples
    --------
    >>> of(pl.DataFrame({"id": ["a", "b"]}), "topic", False, 0, None, None).count
    2
    """

    frame: pl.DataFrame
    valid: Bools
    names: list[str]
    topic: Ints
    group: Ints
    generated: Bools
    barred: Bools
    keys: Keys
    kept: Bools
    strata: Ints
    stays: Bools | None = None

    @property
    def count(self) -> int:
        """Number of valid records.

        Examples
        --------
        >>> of(pl.DataFrame({"id": ["a"], "valid": [False]}), "topic", False, 0, None, None).count
        0
        """
        return len(self.group)

    @property
    def allows_generated(self) -> bool:
        """Whether validation may have every record.

        Examples
        --------
        >>> of(pl.DataFrame({"id": ["a"], "generated": [True]}), "topic", False, 0, None, None).allows_generated
        False
        """
        return not self.barred.any()

    def choose(self, share: float) -> Bools:
        """Return which groups validation takes.

        Examples
        --------
        >>> held = of(pl.DataFrame({"id": list("abcd")}), "topic", False, 0, None, None)
        >>> int(held.choose(0.5).sum())
        2
        """
        import numpy as np

        many = len(self.keys)
        if many == self.count and self.allows_generated and not self.kept.any():
            return self._choose_singles(share)
        size = np.bincount(self.group, minlength=many)
        barred = np.bincount(self.group[self.barred], minlength=many)
        scale = (size - barred) + share * barred
        chosen = self.kept & (size > barred)
        free = np.flatnonzero((size > barred) & ~chosen)
        free = free[self._shuffled(free, barred[free] > 0)]
        strata = self._strata(free, barred > 0, scale, size, chosen)
        for (places, _), taken in zip(strata, pick([each for _, each in strata], share), strict=True):
            chosen[places[taken]] = True
        return chosen

    def _choose_singles(self, share: float) -> Bools:
        """Return the records of validation where each is its own group: the smallest keys of each topic."""
        import numpy as np

        records = np.bincount(self.strata, minlength=len(self.names) + 1)
        places = self._small_first(records)
        wanted = np.zeros(len(records), dtype=np.int64)
        wanted[places] = [len(taken) for taken in pick([Singles(int(records[k])) for k in places], share)]
        # sorting all would take longest: keys below a bound that is safely high enough will do
        part = wanted / np.maximum(records, 1)
        bound = np.minimum(part + 6 * np.sqrt(part / np.maximum(records, 1)) + 20 / np.maximum(records, 1), 1.0)
        limit = np.where(bound < 1, bound * 2.0**64, 2.0**64 - 2048).astype(np.uint64)
        limit[bound >= 1] = np.iinfo(np.uint64).max
        near = np.flatnonzero(self.keys <= limit[self.strata])
        if (np.bincount(self.strata[near], minlength=len(records)) < wanted).any():
            near = np.arange(self.count)
        near = near[self._shuffled(near, np.zeros(len(near), dtype=bool))]
        strata = self.strata[near]
        starts = np.cumsum(np.bincount(strata, minlength=len(records))) - np.bincount(strata, minlength=len(records))
        chosen = np.zeros(self.count, dtype=bool)
        chosen[near[np.arange(len(near)) - starts[strata] < wanted[strata]]] = True
        return chosen

    def _shuffled(self, free: Ints, mixed: Bools) -> Ints:
        """Return the order of groups: by topic, plain ones before mixed ones, then by key."""
        import numpy as np

        # one number each, so that one sort does it: 20 bits of topic, one for mixed, 43 of the key
        keys = self.keys[free]
        rank = (keys >> np.uint64(21)) | (mixed.astype(np.uint64) << np.uint64(43))
        rank |= self.strata[free].astype(np.uint64) << np.uint64(44)
        order = np.argsort(rank)
        placed = rank[order]
        # keys that differ in their last bits alone are put in order by the whole of them
        return np.lexsort((keys, rank)) if (placed[1:] == placed[:-1]).any() else order

    def _strata(
        self, free: Ints, mixed: Bools, scale: npt.NDArray[np.float64], size: Ints, chosen: Bools
    ) -> list[tuple[Ints, Stratum]]:
        import numpy as np

        many = len(self.names) + 1
        groups = np.bincount(self.strata, minlength=many)
        records = np.bincount(self.strata, weights=size, minlength=many)
        kept = np.bincount(self.strata[chosen], weights=scale[chosen], minlength=many)
        ends = np.cumsum(np.bincount(self.strata[free], minlength=many))
        plain = np.bincount(self.strata[free][~mixed[free]], minlength=many)
        found = []
        for k in self._small_first(records):
            places = free[(ends[k - 1] if k else 0) : ends[k]]
            sizes = scale[places]
            stratum = Stratum(sizes[: plain[k]], sizes[plain[k] :], int(groups[k]), float(records[k]), float(kept[k]))
            found.append((places, stratum))
        return found

    def _small_first(self, records: npt.NDArray[Any]) -> list[int]:
        names = [*self.names, UNASSIGNED]
        return sorted((k for k, number in enumerate(records) if number), key=lambda k: (records[k], names[k]))

    def kept_alone(self) -> Bools:
        """Return the groups that stay in validation, and no others.

        Examples
        --------
        >>> held = of(pl.DataFrame({"id": list("abcd")}), "topic", False, 0, None, ["b"])
        >>> int(held.kept_alone().sum())
        1
        """
        import numpy as np

        many = len(self.keys)
        open_ = np.bincount(self.group, minlength=many) > np.bincount(self.group[self.barred], minlength=many)
        found: Bools = self.kept & open_
        return found

    def real_records(self, chosen: Bools) -> int:
        """Return how many records validation would have.

        Examples
        --------
        >>> held = of(pl.DataFrame({"id": list("abcd")}), "topic", False, 0, None, None)
        >>> held.real_records(held.choose(0.5))
        2
        """
        return int((chosen[self.group] & ~self.barred).sum())

    def result(self, chosen: Bools, asked: Mapping[str, Any], *, only_kept: bool = False) -> Split:
        """Return the division with its account.

        Parameters
        ----------
        chosen
            Groups of validation.
        asked
            What was asked for.
        only_kept
            Of these groups, take only the records that were to stay.

        Examples
        --------
        >>> held = of(pl.DataFrame({"id": list("abcd")}), "topic", False, 0, None, None)
        >>> held.result(held.choose(0.5), {}).train
        2
        """
        taken = chosen[self.group]
        validation, train = taken & ~self.barred, ~taken
        if only_kept and self.stays is not None:
            validation &= self.stays
        return Split(
            frame=self._labelled(train, validation),
            train=int(train.sum()),
            validation=int(validation.sum()),
            by_topic=self._by_topic(train, validation),
            generated_share={
                "train": _part(self.generated, train),
                "validation": _part(self.generated, validation),
            },
            straddling_groups=self._straddling(train, validation),
            left_out=int((taken & ~validation).sum()),
            invalid=int(len(self.valid) - self.count),
            groups=len(self.keys),
            asked=asked,
        )

    def _labelled(self, train: Bools, validation: Bools) -> pl.DataFrame:
        import numpy as np

        side = np.full(len(self.valid), 2, dtype=np.uint32)
        side[self.valid] = np.where(train, 0, np.where(validation, 1, 2))
        label = pl.Series("split", ["train", "validation", None]).gather(pl.Series(side))
        keys = [name for name in ("row", "id") if name in self.frame.columns]
        return self.frame.select(keys).with_columns(label)

    def _by_topic(self, train: Bools, validation: Bools) -> dict[str, dict[str, int]]:
        import numpy as np

        many = len(self.names) + 1
        here = np.bincount(self.topic, minlength=many)
        held = np.bincount(self.topic[validation], minlength=many)
        neither = np.bincount(self.topic[~(train | validation)], minlength=many)
        numbers = [(here - held - neither).tolist(), held.tolist()]
        names = [*self.names, UNASSIGNED]
        known = sorted((k for k in range(many) if here[k]), key=lambda k: (k == many - 1, names[k]))
        return {names[k]: {"train": numbers[0][k], "validation": numbers[1][k]} for k in known}

    def _straddling(self, train: Bools, validation: Bools) -> int:
        import numpy as np

        if len(self.keys) == self.count:
            return 0  # nobody shares a group
        sides = np.zeros((2, len(self.keys)), dtype=bool)
        sides[0, self.group[train]] = True
        sides[1, self.group[validation]] = True
        return int((sides[0] & sides[1]).sum())


def _part(generated: Bools, which: Bools) -> float:
    number = int(which.sum())
    return float((generated & which).sum()) / number if number else 0.0


def of(
    frame: pl.DataFrame,
    stratify: str,
    generated_in_validation: bool,
    seed: int,
    groups: pl.DataFrame | None,
    keep: Iterable[str] | None,
) -> Members:
    """Return the members of a frame.

    Parameters
    ----------
    frame, stratify, generated_in_validation, seed, groups, keep
        As for `rftkit.split.split`.

    Examples
    --------
    >>> of(pl.DataFrame({"id": ["a", "b"], "topic": ["Cards", None]}), "topic", False, 0, None, None).names
    ['Cards']
    """
    import numpy as np

    valid = _flags(frame, "valid", missing=True)
    names, topic = topic_codes(frame["topic"]) if "topic" in frame.columns else ([], np.zeros(frame.height, np.int64))
    generated = _flags(frame, "generated", missing=False)
    group = _groups(frame, groups)
    hashes = order.keys(frame["id"], seed)
    kept = frame["id"].is_in(list(keep)).to_numpy() if keep is not None else None
    if not valid.all():
        topic, generated, group, hashes = topic[valid], generated[valid], _compact(group[valid]), hashes[valid]
        kept = None if kept is None else kept[valid]
    many = int(group.max()) + 1 if len(group) else 0
    first, keys = _first(group, hashes, many)
    stays = np.zeros(many, dtype=bool)
    if kept is not None:
        stays[group[kept]] = True
    return Members(
        frame=frame,
        valid=valid,
        names=names,
        topic=topic,
        group=group,
        generated=generated,
        barred=np.zeros(len(group), dtype=bool) if generated_in_validation else generated,
        keys=keys,
        kept=stays,
        stays=kept,
        strata=topic[first] if stratify == "topic" else np.full(many, len(names), dtype=np.int64),
    )


def _flags(frame: pl.DataFrame, name: str, *, missing: bool) -> Bools:
    import numpy as np

    if name not in frame.columns:
        return np.full(frame.height, missing)
    return frame[name].cast(pl.Boolean).fill_null(value=missing).to_numpy()


def _compact(group: Ints) -> Ints:
    """Return group numbers without gaps."""
    import numpy as np

    used = np.zeros(int(group.max()) + 1 if len(group) else 0, dtype=bool)
    used[group] = True
    return (np.cumsum(used) - 1)[group]


def _first(group: Ints, hashes: Keys, many: int) -> tuple[Ints, Keys]:
    """Return the record of each group with the smallest hash, and that hash."""
    import numpy as np

    if many == len(group):
        places = np.arange(many)
        if not np.array_equal(group, places):
            places[group] = np.arange(many)
            hashes = hashes[places]
        return places, hashes
    keys = np.full(many, np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(keys, group, hashes)
    mine = np.flatnonzero(hashes == keys[group])
    first = np.zeros(many, dtype=np.int64)
    first[group[mine]] = mine
    return first, keys


def _groups(frame: pl.DataFrame, groups: pl.DataFrame | None) -> Ints:
    """Return a group number per record of the frame, without gaps."""
    if groups is None or "group" not in groups.columns:
        return tied.components(frame.height, tied.edges(frame, groups))
    key = next((key for key in ("row", "id") if key in groups.columns and key in frame.columns), None)
    if key is None:
        raise InputError(f"groups have a column 'row' or 'id' that the records have too; given {groups.columns}")
    joined = frame.select(key).join(groups.select(key, "group"), on=key, how="left", maintain_order="left")
    if joined.height != frame.height:
        raise InputError(f"groups name a record twice; each {key} has one group")
    number = joined["group"]
    if not number.dtype.is_integer():
        number = number.rank("dense")
    alone = number.is_null()
    if alone.any():
        extra = pl.int_range(0, frame.height, eager=True) + (int(number.max() or 0) + 1)  # type: ignore[arg-type]
        number = number.cast(pl.Int64).zip_with(~alone, extra)
    return _compact(number.cast(pl.Int64).to_numpy())
