"""Target shares: who says how large a topic should be.

* ``uniform``: every topic of the level the same.
* ``proportional``: in proportion to the records as they are, so nothing is missing; the base for growing as is.
* ``traces``: in proportion to the records that were not generated, which is what production asks for.
* a mapping of topics to shares or weights, by hand. A parent's share is divided among the topics below it that are
  not named; where the named ones sum to less than 1, topics that are not named share the rest, else they get 0.

Whatever is given is divided by its sum. `Parent/__general` has a target only where it is named or follows from the
records: nobody should be told to write records without a leaf.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rftkit.coverage.outline import Outline
from rftkit.errors import InputError
from rftkit.topics.shapes import some
from rftkit.topics.tree import GENERAL

Targets = str | Mapping[str, float]
MODES = ("uniform", "proportional", "traces")
# A share below this is no target: one record in a billion.
_LEAST = 1e-9


def resolve(
    targets: Targets,
    topics: Sequence[str],
    outline: Outline,
    *,
    level: int | None = None,
    counts: Sequence[int] = (),
    generated: Sequence[int] = (),
) -> list[float]:
    """Return the target share of each topic; they sum to 1.

    Parameters
    ----------
    targets
        One of `MODES` or a mapping of topics to shares or weights.
    topics
        The topics that are counted.
    outline
        The tree they are of.
    level
        The level they are at.
    counts, generated
        Records per topic, and how many of them were generated.

    Examples
    --------
    >>> outline = Outline(("Cards", "Cards/Lost", "Cards/New", "Loans"))
    >>> resolve({"Cards": 1, "Loans": 3}, outline.topics(), outline)
    [0.125, 0.125, 0.75]
    """
    if isinstance(targets, Mapping):
        return _by_hand(targets, topics, outline, level)
    if targets == "uniform":
        return _uniform(topics)
    if targets == "proportional":
        return _normalised([float(count) for count in counts]) or _uniform(topics)
    if targets == "traces":
        real = [float(count - made) for count, made in zip(counts, generated, strict=True)]
        return _normalised(real) or _uniform(topics)
    raise InputError(
        f"targets {targets!r} are not known; give {', '.join(MODES)}, or a mapping of topics to shares "
        'such as {"Cards": 0.6, "Loans": 0.4}'
    )


def _uniform(topics: Sequence[str]) -> list[float]:
    meant = [not path.endswith(f"/{GENERAL}") for path in topics]
    return [1 / sum(meant) if wanted else 0.0 for wanted in meant]


def _normalised(weights: Sequence[float]) -> list[float]:
    total = math.fsum(weights)
    if total <= 0:
        return []
    shares = [weight / total if weight / total >= _LEAST else 0.0 for weight in weights]
    left = math.fsum(shares)
    return [share / left for share in shares]


def _by_hand(targets: Mapping[str, float], topics: Sequence[str], outline: Outline, level: int | None) -> list[float]:
    named: dict[str, float] = {}
    parents: dict[str, float] = {}
    for path, given in targets.items():
        weight = _weight(path, given)
        topic, whole = _place(path, topics, outline, level)
        if whole:
            parents[topic] = weight
        else:
            named[topic] = named.get(topic, 0.0) + weight
    shares = _divided(parents, named, topics, outline)
    return _rest(shares, topics)


def _weight(path: str, given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise InputError(f"the target of {path!r} is {given!r}; give a share such as 0.2 or a weight such as 3")
    if given < 0:
        raise InputError(f"the target of {path!r} is {given}, below 0; give 0 or more")
    return float(given)


def _place(path: str, topics: Sequence[str], outline: Outline, level: int | None) -> tuple[str, bool]:
    """Return the counted topic that a path falls under, or the parent itself and True."""
    if path in topics:
        return path, False
    node = outline.resolve(path)
    if node is None:
        raise InputError(f"a target names {path!r}, which is no topic; there are {some(outline.nodes)}")
    if not path.endswith(f"/{GENERAL}") and outline.below(node, topics):
        return node, True
    return outline.fold(node, level), False


def _divided(
    parents: Mapping[str, float], named: dict[str, float], topics: Sequence[str], outline: Outline
) -> dict[str, float]:
    # the deepest parent first: what it gives out counts as named for the parents above it
    for node in sorted(parents, key=lambda path: -path.count("/")):
        below = outline.below(node, topics)
        open_ = [path for path in below if path not in named and not path.endswith(f"/{GENERAL}")]
        rest = parents[node] - math.fsum(named.get(path, 0.0) for path in below)
        if rest < -1e-9 or (rest > 1e-9 and not open_):
            given = math.fsum(named.get(path, 0.0) for path in below)
            raise InputError(
                f"the target of {node!r} is {parents[node]:g}, but the topics below it have {given:g} together; "
                "leave one of them out or make them agree"
            )
        named.update({path: rest / len(open_) for path in open_})
    return named


def _rest(named: Mapping[str, float], topics: Sequence[str]) -> list[float]:
    given = math.fsum(named.values())
    open_ = [path for path in topics if path not in named and not path.endswith(f"/{GENERAL}")]
    if given < 1 - 1e-9 and open_:
        each = (1 - given) / len(open_)
        named = {**named, **dict.fromkeys(open_, each)}
    shares = _normalised([named.get(path, 0.0) for path in topics])
    if topics and not shares:
        raise InputError(f"the targets of {some(named)} sum to 0; give at least one topic a share above 0")
    return shares
