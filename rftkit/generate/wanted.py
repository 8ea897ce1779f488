"""How many candidates are wanted of which topic: an order for one, the gaps of a coverage, or variations of records."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from rftkit.errors import InputError, NotFoundError
from rftkit.generate.options import Options
from rftkit.generate.pool import Pool

#: Candidates by topic, sentences for a person, ids of records by topic.
Wanted = tuple[dict[str, int], list[str], dict[str, tuple[str, ...]]]


def wanted(
    pool: Pool,
    tree: Any,
    coverage: Any,
    topic: str | None,
    count: int | None,
    fill_gaps: bool,
    from_ids: Sequence[str] | None,
    base: Options,
) -> Wanted:
    """Return how many candidates are wanted of which topic; the parameters are those of `plan`.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit import messages
    >>> said = messages.pack([[{"role": "user", "content": "Hi there"}]])
    >>> pool = Pool(pl.DataFrame([pl.Series("id", ["a"]), said, pl.Series("topic", ["Cards"])]))
    >>> wanted(pool, None, None, "Cards", 5, False, None, Options())
    ({'Cards': 5}, [], {})
    """
    ways = [topic is not None or count is not None, fill_gaps, from_ids is not None]
    if sum(ways) != 1:
        raise InputError(
            "say what for: a topic with a count, or fill_gaps=True, or from_ids=[...], and one of them only"
        )
    if from_ids is not None:
        return _from_ids(pool, from_ids, count, base)
    if fill_gaps:
        return (*_gaps(pool, coverage, base), {})
    if topic is None or count is None or count < 1:
        raise InputError(
            f"topic={topic!r} with count={count!r} is no order; give a topic and how many, such as count=20"
        )
    return {_known(pool, tree, topic): count}, [], {}


def _known(pool: Pool, tree: Any, topic: str) -> str:
    there = paths(tree)
    if topic in there or pool.rows(topic):
        return topic
    matches = [path for path in (*there, *pool.topics()) if path.rsplit("/", 1)[-1] == topic]
    if len(set(matches)) == 1:
        return matches[0]
    known = sorted({*there, *pool.topics()})
    raise NotFoundError(
        f"there is no topic {topic!r}; there are {', '.join(known[:12]) or 'none'}{' ...' if len(known) > 12 else ''}"
    )


def paths(tree: Any) -> list[str]:
    """Return the paths of a tree's topics, none without a tree.

    Examples
    --------
    >>> paths(None)
    []
    """
    return [] if tree is None else list(tree.paths().values())


def _from_ids(pool: Pool, from_ids: Sequence[str], count: int | None, base: Options) -> Wanted:
    rows = pool.find(from_ids)
    if not rows:
        raise NotFoundError(
            f"none of the {len(from_ids)} ids is a valid record; see records list for the ids there are"
        )
    notes = (
        []
        if len(rows) == len(from_ids)
        else [f"{len(from_ids) - len(rows)} of the ids are no valid records and are left out"]
    )
    topics = pool.facts["topic"].gather(rows).to_list()
    ids: dict[str, tuple[str, ...]] = {}
    for row, path in zip(rows, topics, strict=True):
        ids[path] = (*ids.get(path, ()), str(pool.frame["id"][row]))
    return {path: len(own) * base.variations for path, own in ids.items()}, notes, ids


def _gaps(pool: Pool, coverage: Any, base: Options) -> tuple[dict[str, int], list[str]]:
    if coverage is None:
        raise InputError("fill_gaps=True needs a coverage; compute it with rftkit.coverage(frame, tree) and pass it")
    if pool.frame.is_empty():
        raise InputError("there is no valid record to learn from; import some with: rftkit import DATASET FILE")
    needs = {path: int(number) for path, number in coverage.needs().items() if number > 0}
    if not needs and not pool.topics():
        raise InputError(
            "no record has a topic yet, so there are no gaps to fill; make topics with: rftkit topics DATASET discover"
        )
    total, generated = pool.total, pool.generated
    ratio = base.synthetic_ratio
    room = math.inf if ratio >= 1 else max(0, math.floor((ratio * total - generated) / (1 - ratio) + 1e-9))
    needed = sum(needs.values())
    if needed <= room:
        return needs, [] if needs else ["the coverage has no gaps to fill"]
    scaled = _scaled(needs, int(room))
    note = (
        f"{needed} records are needed, {int(room)} keep the generated share at {ratio:.0%} of the whole dataset: every gap is "
        f"filled to the same degree and {needed - sum(scaled.values())} remain; raise synthetic_ratio to fill more"
    )
    return {path: number for path, number in scaled.items() if number}, [note]


def _scaled(needs: Mapping[str, int], room: int) -> dict[str, int]:
    """Return the needs scaled down evenly to a sum: whole numbers, the largest remainders rounded up."""
    whole = sum(needs.values())
    exact = {path: number * room / whole for path, number in needs.items()}
    floors = {path: math.floor(number) for path, number in exact.items()}
    by_remainder = sorted(exact, key=lambda path: (floors[path] - exact[path], path))
    for path in by_remainder[: room - sum(floors.values())]:
        floors[path] += 1
    return floors
