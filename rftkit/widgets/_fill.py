"""What the coverage dashboard says of generating: the plan that fills the gaps, and topics by a facet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.acts import drawing
from rftkit.coverage.facets import FACETS
from rftkit.errors import InputError, NotFoundError
from rftkit.generate import plan as make_plan
from rftkit.llm import OFFLINE
from rftkit.widgets._offer import seconds

if TYPE_CHECKING:
    from rftkit.coverage import Coverage, Matrix
    from rftkit.generate import GenerationPlan

#: So many rows and columns of a matrix reach the page, those with most empty cells first.
ROWS, COLUMNS = 150, 14
#: A cell is filled up to the others of its topic, by at least and at most so many.
LEAST, MOST = 5, 100
#: So many records of a source are varied when its cell is chosen.
VARIED = 50


def fill(ds: Any, result: Coverage, *, tried: bool, level: int | None) -> tuple[GenerationPlan, dict[str, Any]]:
    """Return the plan that fills the gaps of a coverage, and what it takes.

    Parameters
    ----------
    ds
        The dataset.
    result
        The coverage that is shown.
    tried
        Whether its targets are only tried: then the plan is made for them, else it is that of the dataset.
    level
        Level of the tree.
    """
    plan = _tried(ds, result) if tried else ds.plan(fill_gaps=True, level=level)
    told = ds.priced(plan)
    names = ("requested", "model", "calls", "prompt_tokens", "completion_tokens", "cost_usd", "cap_usd")
    free = told["model"] == OFFLINE or told["cost_usd"] == 0
    topics = len(told["topics"])
    rest = {"free": free, "topics": topics, "unserved": len(told["problems"])}
    shown = {**{name: told[name] for name in names}, **rest}
    return plan, {**shown, "seconds": seconds(told["model"], told["requested"])}


def _tried(ds: Any, result: Coverage) -> GenerationPlan:
    return make_plan(drawing.pool(ds), ds.topics, result, fill_gaps=True)


def needed(result: Coverage | None, path: str) -> int:
    """Return how many records a topic needs, with those below it; a few where it needs none.

    Parameters
    ----------
    result
        The coverage that is shown.
    path
        A topic.
    """
    if result is None:
        raise InputError("There are no topics yet; discover them or use a template first.")
    here = (pl.col("path") == path) | pl.col("path").str.starts_with(f"{path}/")
    rows = result.topics.filter(here)
    if rows.is_empty():
        raise NotFoundError(f"No topic that is shown is named {path!r}.")
    return int(rows["needed"].sum()) or LEAST * 2


def check(facet: str) -> None:
    """Raise where a facet does not exist.

    Parameters
    ----------
    facet
        Its name.

    Examples
    --------
    >>> check("turns")
    """
    if facet not in FACETS:
        raise InputError(f"There is no facet {facet!r}; there are {', '.join(FACETS)}.")


def shown_matrix(matrix: Matrix, parent: str = "") -> dict[str, Any]:
    """Return a matrix as the browser needs it: counts in the order of the values, rows with most empty cells first.

    Parameters
    ----------
    matrix
        Of `Dataset.matrix`.
    parent
        Only topics below it.

    Examples
    --------
    >>> from rftkit.coverage import coverage
    >>> frame = pl.DataFrame({"topic": ["Cards", "Cards", "Loans"], "generated": [False, True, False]})
    >>> shown_matrix(coverage(frame).matrix("source"))["rows"][0]
    {'path': 'Loans', 'counts': [1, 0]}
    """
    told = matrix.to_dict()
    values = told["values"][:COLUMNS]
    inside = f"{parent}/" if parent else ""
    rows = [
        {"path": row["path"], "counts": [row["counts"][value] for value in values]}
        for row in told["rows"]
        if row["path"].startswith(inside)
    ]
    rows.sort(key=lambda row: (-row["counts"].count(0), sum(row["counts"]), row["path"]))
    hidden = {"more": len(rows[ROWS:]), "more_values": len(told["values"]) - len(values)}
    return {"facet": told["facet"], "values": values, "rows": rows[:ROWS], "facets": list(FACETS), **hidden}


def cell(ds: Any, matrix: dict[str, Any], path: str, value: str) -> dict[str, Any]:
    """Return what the generation modal is opened with for a cell: how many, how, and why.

    Parameters
    ----------
    ds
        The dataset.
    matrix
        What `shown_matrix` gives.
    path, value
        The cell.
    """
    row = next((row for row in matrix["rows"] if row["path"] == path), None)
    if row is None or value not in matrix["values"]:
        raise NotFoundError(f"The matrix has no cell {path!r} by {value!r}.")
    there = row["counts"][matrix["values"].index(value)]
    usual = sum(row["counts"]) / len(row["counts"])
    count = max(LEAST, min(MOST, round(usual - there)))
    note = f"{path}, {matrix['facet']} {value}: {there:,} records now."
    return {"count": count, "note": note, **_how(ds, matrix["facet"], path, value)}


def _how(ds: Any, facet: str, path: str, value: str) -> dict[str, Any]:
    """Return the settings that make prompts of a cell's kind."""
    if facet in ("difficulty", "language") and value != "unknown":
        return {"facets": {facet: [value]}}
    if facet == "tools" and value in ("offered", "called"):
        return {"strategy": "tool_chain"}
    if facet == "turns" and value not in ("1", "none"):
        return {"strategy": "message_variation"}
    if facet == "source" and value != "generated":
        return _of_source(ds, path, value)
    return {}


def _of_source(ds: Any, path: str, value: str) -> dict[str, Any]:
    """Return the records of a topic that came from a file, to be varied; nothing where there are none."""
    labels = ds.labels().filter(pl.col("topic") == path)
    if labels.is_empty():
        return {}
    came = ds.records(labels["id"].to_list(), columns=["id", "origin", "generated"])
    file = pl.col("origin").struct.field("file")
    own = came.filter(~pl.col("generated") & ((file == value) | file.str.ends_with(f"/{value}")))["id"].head(VARIED)
    return {"from_ids": own.to_list()} if own.len() else {}
