"""Choosing the groups of validation: by topic, in a given order, exact within one group.

The *size* of a group here is what it brings the shares forward: its records, and where its generated members are left
out of both sets, `v` of each of these, because without them `v` records fewer are wanted. So mixed groups and plain
ones add up on one scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Ints = npt.NDArray[np.int64]

_EPS = 1e-7


@dataclass(frozen=True)
class Stratum:
    """The groups of one topic that validation may take from.

    Attributes
    ----------
    plain, mixed
        Sizes of the groups without generated members and of those with some, each in random order.
    groups
        Number of all groups, those made of generated records alone too.
    records
        Number of all records.
    kept
        Size of the groups that are in validation already.

    Examples
    --------
    >>> import numpy as np
    >>> Stratum(np.ones(3), np.ones(0), 3, 3.0).capacity
    2.0
    """

    plain: Floats
    mixed: Floats
    groups: int
    records: float
    kept: float = 0.0

    @property
    def reserve(self) -> int | None:
        """Place of the group that always stays in train; None where none must."""
        import numpy as np

        sizes = self.mixed if len(self.mixed) else self.plain
        usable = len(self.plain) + len(self.mixed)
        if not usable or (usable == 1 and self.groups > 1):
            return None
        # the largest, and among equals the last in the order
        last = len(sizes) - 1 - int(np.argmax(sizes[::-1]))
        return last + (len(self.plain) if len(self.mixed) else 0)

    @property
    def capacity(self) -> float:
        """Most that validation can take."""
        sizes, place = self._sizes(), self.reserve
        return float(sizes.sum()) - (float(sizes[place]) if place is not None else 0.0) + self.kept

    def _sizes(self) -> Floats:
        import numpy as np

        return np.concatenate([self.plain, self.mixed]) if len(self.mixed) else self.plain

    def choices(self, quota: float) -> tuple[Ints, int | None]:
        """Return the places taken without exceeding a quota, and the one to take beyond it, if there is one.

        Examples
        --------
        >>> import numpy as np
        >>> taken, more = Stratum(np.ones(10), np.ones(0), 10, 10.0).choices(2.5)
        >>> taken.tolist(), more
        ([0, 1], 2)
        """
        import numpy as np

        sizes, place = self._sizes(), self.reserve
        free = np.ones(len(sizes), dtype=bool)
        if place is not None:
            free[place] = False
        plain = np.flatnonzero(free[: len(self.plain)])
        mixed = np.flatnonzero(free[len(self.plain) :]) + len(self.plain)
        left = quota - self.kept
        taken = plain[fitting(sizes[plain], left)]
        left -= float(sizes[taken].sum())
        rest = plain if not len(taken) else np.setdiff1d(plain, taken, assume_unique=True)
        # a mixed group costs its generated members: only where the others are used up, or none of them fits
        if len(mixed) and (not len(rest) or (not len(taken) and left > 1)):
            more = mixed[fitting(sizes[mixed], left)]
            taken = np.concatenate([taken, more])
            rest = np.setdiff1d(mixed, more, assume_unique=True)
        return taken, None if not len(rest) else int(rest[np.argmin(sizes[rest])])

    def size_of(self, places: Ints) -> float:
        """Return the size of the groups at these places.

        Examples
        --------
        >>> import numpy as np
        >>> Stratum(np.ones(3), np.ones(0), 3, 3.0).size_of(np.array([0, 2]))
        2.0
        """
        return float(self._sizes()[places].sum())


@dataclass(frozen=True)
class Singles:
    """A topic where every group is one real record: numbers are enough.

    Attributes
    ----------
    records
        Number of records.

    Examples
    --------
    >>> Singles(10).choices(2.5)
    (array([0, 1]), 2)
    """

    records: int
    kept: float = 0.0

    @property
    def groups(self) -> int:
        """Number of groups."""
        return self.records

    @property
    def capacity(self) -> float:
        """Most that validation can take."""
        return max(self.records - 1.0, 0.0)

    def choices(self, quota: float) -> tuple[Ints, int | None]:
        """Return the places taken without exceeding a quota, and the one to take beyond it, if there is one.

        Examples
        --------
        >>> Singles(1).choices(0.1)
        (array([], dtype=int64), None)
        """
        import numpy as np

        most = max(self.records - 1, 0)
        fit = min(int(quota + _EPS), most)
        return np.arange(fit), fit if fit < most else None

    def size_of(self, places: Ints) -> float:
        """Return how many records these are.

        Examples
        --------
        >>> import numpy as np
        >>> Singles(3).size_of(np.arange(2))
        2.0
        """
        return float(len(places))


def fitting(sizes: Floats, room: float) -> Ints:
    """Return the places that fit into a room one after the other; what is too large is stepped over.

    Examples
    --------
    >>> import numpy as np
    >>> fitting(np.array([2.0, 5.0, 1.0, 1.0]), 4).tolist()
    [0, 2, 3]
    """
    import numpy as np

    room += _EPS
    pool = np.flatnonzero(sizes <= room)
    taken: list[Ints] = []
    while len(pool) and room > 0:
        sums = np.cumsum(sizes[pool])
        fit = int(np.searchsorted(sums, room, side="right"))
        if fit:
            taken.append(pool[:fit])
            room -= float(sums[fit - 1])
        pool = pool[fit + 1 :]
        pool = pool[sizes[pool] <= room]
    return np.concatenate(taken) if taken else np.empty(0, dtype=np.int64)


def quotas(strata: Sequence[Stratum | Singles], share: float) -> list[float]:
    """Return what validation should take of each topic: its share, and what other topics cannot give.

    Examples
    --------
    >>> import numpy as np
    >>> one, ten = (Stratum(np.ones(n), np.ones(0), n, float(n)) for n in (1, 10))
    >>> [round(quota, 2) for quota in quotas([one, ten], 0.1)]
    [0.0, 1.1]
    """
    most = [stratum.capacity for stratum in strata]
    wanted = [share * stratum.records for stratum in strata]
    total = sum(wanted)
    for _ in range(100):
        given = [min(want, cap) for want, cap in zip(wanted, most, strict=True)]
        missing = total - sum(given)
        open_ = sum(want for want, cap in zip(wanted, most, strict=True) if want < cap)
        if missing <= _EPS or open_ <= 0:
            return given
        wanted = [want * (1 + missing / open_) if want < cap else cap for want, cap in zip(wanted, most, strict=True)]
    return given


def pick(strata: Sequence[Stratum | Singles], share: float) -> list[Ints]:
    """Return the places that validation takes of each topic.

    Parameters
    ----------
    strata
        The topics, smaller ones first: what they take beyond their quota, so that none is missing from validation,
        the larger ones give back.
    share
        The share of validation.

    Examples
    --------
    >>> import numpy as np
    >>> strata = [Stratum(np.ones(n), np.ones(0), n, float(n)) for n in (1, 2, 40)]
    >>> [len(places) for places in pick(strata, 0.1)]
    [0, 1, 4]
    """
    import numpy as np

    chosen: list[Ints] = []
    ahead = 0.0  # how much more than wanted was taken so far
    for stratum, quota in zip(strata, quotas(strata, share), strict=True):
        taken, more = stratum.choices(quota)
        low = stratum.kept + stratum.size_of(taken) - quota
        if more is not None:
            one = np.array([more], dtype=np.int64)
            high = low + stratum.size_of(one)
            missing = not len(taken) and not stratum.kept and stratum.groups > 1
            if missing or abs(ahead + high) < abs(ahead + low) - _EPS:
                taken, low = np.concatenate([taken, one]), high
        ahead += low
        chosen.append(taken)
    return chosen
