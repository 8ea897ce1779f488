"""The coverage dashboard in plain values and as static HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit import render
from rftkit.coverage import DEFINITIONS
from rftkit.render import Html
from rftkit.widgets._sentences import advice, advices

EMPTY = "No topics yet: discover them or use a template, then the distribution shows here."


def shared_out(targets: dict[str, float], tried: dict[str, float]) -> dict[str, float]:
    """Return target shares where some are fixed and the others share the rest as they did before.

    Parameters
    ----------
    targets
        All targets as they are.
    tried
        Those that are fixed.

    Examples
    --------
    >>> shared_out({"a": 0.5, "b": 0.3, "c": 0.2}, {"a": 0.75})
    {'a': 0.75, 'b': 0.15, 'c': 0.1}
    """
    rest = max(1.0 - sum(tried.values()), 0.0)
    others = {path: share for path, share in targets.items() if path not in tried}
    before = sum(others.values())
    return {
        path: tried[path] if path in tried else rest * (others[path] / before if before else 1 / len(others))
        for path in targets
    }


def shown_coverage(told: dict[str, Any], paths: list[str], parent: str = "") -> dict[str, Any]:
    """Return what the browser needs of `Coverage.to_dict`: topics below a place, sentences as text.

    Parameters
    ----------
    told
        What `Coverage.to_dict` gives.
    paths
        All paths of the tree.
    parent
        Only topics below it.

    Examples
    --------
    >>> topic = {"path": "a", "count": 1, "share": 1.0, "target": 1.0, "gap": 0.0, "status": "ok", "needed": 0}
    >>> told = {"total": 1, "unassigned": 0, "balance": 1.0, "balance_rating": "excellent", "target_fit": 1.0,
    ...         "next_act": {"sentence": "proceed"}, "warnings": [], "recommendations": [], "topics": [topic]}
    >>> shown_coverage(told, ["a", "a/b"])["topics"][0]["children"]
    1
    """
    keys = ("path", "count", "share", "target", "gap", "status", "needed")
    inside = f"{parent}/" if parent else ""
    topics = [
        {key: topic.get(key) for key in keys} | {"children": _children(topic["path"], paths)}
        for topic in told["topics"]
        if topic["path"].startswith(inside)
    ]
    scores = {
        key: told.get(key)
        for key in ("total", "unassigned", "balance", "balance_rating", "target_fit", "needed", "fill")
    }
    return {
        **scores,
        "next_act": advice(told["next_act"]),
        "warnings": advices(told["warnings"]),
        "recommendations": advices(told["recommendations"]),
        "topics": topics,
    }


def page(
    coverage: dict[str, Any] | None,
    parent: str = "",
    fill: Mapping[str, Any] | None = None,
    matrix: Mapping[str, Any] | None = None,
) -> Html:
    """Return the static twin of the dashboard.

    Parameters
    ----------
    coverage
        What `shown_coverage` gives; None where there are no topics.
    parent
        The place that is shown.
    fill
        The plan that would fill the gaps, where it was worked out.
    matrix
        Topics by a facet, where one was asked for.

    Examples
    --------
    >>> "No topics yet" in page(None)
    True
    """
    if coverage is None:
        return render.card("Coverage", render.notice(EMPTY))
    values = {
        "records": coverage["total"],
        "unassigned": coverage["unassigned"],
        "balance": f"{render.score(coverage['balance'])} {coverage['balance_rating'] or ''}".strip(),
        "target fit": render.score(coverage["target_fit"]),
    }
    rows = sorted(coverage["topics"], key=lambda row: (-abs(row["gap"] or 0), -row["count"], row["path"]))
    parts = [
        render.facts(values, DEFINITIONS),
        render.notice(render.join(render.tag("b", "Next: "), _line(coverage["next_act"]))),
        *_filling(fill),
        render.bars(rows),
        *_matrix(matrix),
        *(_section("Look at", coverage["warnings"])),
        *(_section("What would help", coverage["recommendations"])),
    ]
    return render.card("Coverage" + (f" of {parent}" if parent else ""), *parts)


def _filling(fill: Mapping[str, Any] | None) -> list[Html]:
    """Return what filling the gaps would take."""
    if not fill or not fill["requested"]:
        return []
    price = "free" if fill["free"] else f"about {render.money(fill['cost_usd'])}"
    said = f"Filling the gaps: {render.plural(fill['requested'], 'candidate')}, {render.plural(fill['calls'], 'call')} "
    return [render.note(f"{said}to {fill['model']}, {price}.")]


def _matrix(matrix: Mapping[str, Any] | None) -> list[Html]:
    if not matrix or not matrix["rows"]:
        return []
    rows = [{"topic": row["path"], **dict(zip(matrix["values"], row["counts"], strict=True))} for row in matrix["rows"]]
    total = len(rows) + matrix["more"]
    return [render.head(f"Topics by {matrix['facet']}"), render.table(rows, limit=40, total=total)]


def _section(title: str, lines: list[dict[str, str]]) -> list[Html]:
    return [render.head(title), render.bullets(map(_line, lines))] if lines else []


def _line(advice: dict[str, str]) -> Html:
    code = render.join(" ", render.tag("code", advice["python"])) if advice["python"] else ""
    return render.join(advice["sentence"], code)


def _children(path: str, paths: list[str]) -> int:
    inside = f"{path}/"
    return sum(1 for other in paths if other.startswith(inside) and "/" not in other[len(inside) :])
