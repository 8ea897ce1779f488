"""New topics that the records without one suggest."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from rftkit.topics import neighbours
from rftkit.topics.work import Work

_LEAST = 8  # fewer unassigned records suggest nothing
_MEMBERS = 5
_SAMPLE = 3000
_SHOWN = 20  # ids that a suggestion names


def suggestions(work: Work, labels: pl.DataFrame, seed: int) -> tuple[dict[str, Any], ...]:
    """Return new topics that the unassigned records suggest, the largest first; found in a sample where there are many.

    Parameters
    ----------
    work
        The records, embedded.
    labels
        What was decided.
    seed
        Of the sample and of the search.

    Examples
    --------
    >>> from rftkit import messages
    >>> from rftkit.topics.tree import TopicTree
    >>> frame = pl.DataFrame({"messages": messages.pack([[{"role": "user", "content": "hm"}]])})
    >>> work = Work.of(frame, TopicTree().add("Cards"), again=False)
    >>> suggestions(work, pl.DataFrame({"topic": [None]}), 0)
    ()
    """
    from rftkit.topics.discover import discover

    rows = work.at[labels["topic"].is_null().to_numpy()[work.at]]
    if len(rows) < _LEAST or work.vectors is None:
        return ()
    place = np.searchsorted(work.use, rows)
    vectors = work.vectors[place]
    sample = np.arange(len(rows))
    if len(rows) > _SAMPLE:
        sample = np.sort(np.random.default_rng(seed).choice(len(rows), _SAMPLE, replace=False))
    found = discover([work.texts[i] for i in place[sample]], vectors[sample], depth=1, seed=seed)
    names = [topic.name for topic in found.tree.topics]
    group = np.array([names.index(path) if path in names else -1 for path in found.topics.to_list()], dtype=np.int64)
    if len(rows) > _SAMPLE:
        group, _ = neighbours.vote(neighbours.nearest_in(vectors, vectors[sample], neighbours.NEIGHBOURS), group)
    ids = labels["id"].gather(rows).to_list() if "id" in labels.columns else rows.tolist()
    result = []
    for i, topic in enumerate(found.tree.topics):
        members = np.flatnonzero(group == i)
        if len(members) >= _MEMBERS and topic.name not in work.tree:
            row = {"name": topic.name, "description": topic.description, "keywords": list(topic.keywords)}
            result.append({**row, "count": len(members), "ids": [ids[at] for at in members[:_SHOWN].tolist()]})
    return tuple(sorted(result, key=lambda each: -each["count"]))
