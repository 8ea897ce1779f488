"""Topics as the browser gets them: the tree in pages, what is chosen, what is proposed, and the static page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from rftkit import render
from rftkit.render import Html
from rftkit.topics.change import TreeChange
from rftkit.topics.proposal import TopicProposal, TopicSuggestion
from rftkit.topics.tree import TopicTree

#: Bytes of topics that are sent with the tree, and with each page after that.
FIRST, PAGE = 40_000, 400_000
_LINES = 60
_GROUPS = 30
_LONG = 600
_CHILDREN = 100
_ROWS = 80  # topics of the static page

EMPTY = "No topics yet: find them in the data, take a template or a file, or add one by hand."


def nodes(tree: TopicTree) -> list[dict[str, Any]]:
    """Return one small row per topic, parents first; `up` is the row of the parent, -1 on the first level.

    Examples
    --------
    >>> tree = TopicTree().add("Cards/Lost")
    >>> [(row["name"], row["up"], row["own"]) for row in nodes(tree.counted({tree.id_of("Cards/Lost"): 3}))]
    [('Cards', -1, 0), ('Lost', 0, 3)]
    """
    place = {topic.id: number for number, topic in enumerate(tree.topics)}
    counts = tree.counts or {}
    return [
        {
            "id": topic.id,
            "up": -1 if topic.parent is None else place[topic.parent],
            "name": topic.name,
            "own": counts.get(topic.id, 0),
            "locked": topic.locked,
        }
        for topic in tree.topics
    ]


def page(rows: Sequence[dict[str, Any]], offset: int, size: int) -> list[dict[str, Any]]:
    """Return as many rows from one on as fit into so many bytes; one at least.

    Examples
    --------
    >>> len(page([{"name": "a" * 50}] * 10, 0, 150))
    2
    """
    found: list[dict[str, Any]] = []
    for row in rows[max(0, offset) :]:
        size -= len(json.dumps(row, ensure_ascii=False).encode()) + 2
        if size < 0 and found:
            break
        found.append(row)
    return found


def shown_tree(tree: TopicTree, records: int, stamp: str) -> dict[str, Any]:
    """Return what the browser needs of a tree, with the first of its topics.

    Parameters
    ----------
    tree
        With counts.
    records
        Of the dataset.
    stamp
        Another one whenever the topics or their counts are.

    Examples
    --------
    >>> shown_tree(TopicTree().add("Cards").counted({None: 2}), 2, "1")["unassigned"]
    2
    """
    known = tree.counts or {}
    return {
        "stamp": stamp,
        "topics": len(tree),
        "leaves": len(tree.leaves()),
        "depth": tree.depth,
        "records": records,
        "unassigned": known.get(None, 0) if tree.counts is not None else None,
        "nodes": page(nodes(tree), 0, FIRST),
    }


def shown_details(tree: TopicTree, id: str, records: int) -> dict[str, Any]:
    """Return one topic whole.

    Parameters
    ----------
    tree
        With counts.
    id
        The topic.
    records
        Of the dataset.

    Examples
    --------
    >>> tree = TopicTree().add("Cards/Lost", "One sentence.").counted({})
    >>> [child["name"] for child in shown_details(tree, tree.id_of("Cards"), 0)["children"]]
    ['Lost']
    """
    topic = tree.find(id)
    children = tree.children(topic.id)
    total = tree.total(topic.id) or 0
    return {
        "id": topic.id,
        "path": tree.path(topic.id),
        "name": topic.name,
        "description": topic.description,
        "keywords": list(topic.keywords),
        "by_hand": list(topic.by_hand),
        "locked": topic.locked,
        "own": (tree.counts or {}).get(topic.id, 0),
        "total": total,
        "share": total / records if records else None,
        "children": [{"id": one.id, "name": one.name, "total": tree.total(one.id)} for one in children[:_CHILDREN]],
        "more": max(0, len(children) - _CHILDREN),
    }


def shown_change(change: TreeChange) -> dict[str, Any]:
    """Return what would change, as numbers and as sentences; what is new is seen in the tree itself.

    Examples
    --------
    >>> shown_change(TopicTree().add("A").diff(TopicTree().add("A").delete("A")))["lines"]
    ['gone: A (nothing took its place)']
    """
    lines = [line for line in change.lines() if not line.startswith("new: ")]
    names = ("added", "kept", "removed", "renamed", "moved", "described", "reordered")
    told = {name: len(getattr(change, name)) for name in names}
    return {**told, "lines": [line[:_LONG] for line in lines[:_LINES]], "more": max(0, len(lines) - _LINES)}


def shown_proposal(proposal: TopicProposal, python: str, records: int) -> dict[str, Any]:
    """Return what the browser needs of a proposal.

    Parameters
    ----------
    proposal
        What somebody may take.
    python
        The line that does the same.
    records
        Of the dataset.

    Examples
    --------
    >>> proposal = TopicProposal("template", TopicTree().add("Cards"), TopicTree())
    >>> shown_proposal(proposal, "", 0)["fresh"]
    True
    """
    change = proposal.change
    stamp = f"{proposal.kind}-{id(proposal)}"
    new = set(change.added) if proposal.before.topics else set()
    return {
        **shown_tree(proposal.tree, records, stamp),
        "nodes": page(proposed_nodes(proposal, new), 0, FIRST),
        "kind": proposal.kind,
        "named": str(
            proposal.options.get("template") or proposal.options.get("file") or proposal.options.get("path", "")
        ),
        "counted": proposal.tree.counts is not None,
        "fresh": not proposal.before.topics,
        "moved": proposal.moved,
        "orphans": proposal.orphans,
        "change": shown_change(change),
        "python": python,
    }


def proposed_nodes(proposal: TopicProposal, new: set[str] | None = None) -> list[dict[str, Any]]:
    """Return one small row per topic of a proposal, with whether it is new beside topics that are there.

    Examples
    --------
    >>> proposal = TopicProposal("template", TopicTree().add("Cards"), TopicTree().add("Loans"))
    >>> proposed_nodes(proposal)[0]["new"]
    True
    """
    added = new
    if added is None:
        added = set(proposal.change.added) if proposal.before.topics else set()
    paths = proposal.tree.paths()
    return [{**row, "new": paths[row["id"]] in added} for row in nodes(proposal.tree)]


def shown_suggestions(found: Sequence[TopicSuggestion]) -> list[dict[str, Any]]:
    """Return what the browser needs of suggested topics.

    Examples
    --------
    >>> shown_suggestions([])
    []
    """
    return [
        {
            "name": one.name,
            "description": one.description,
            "keywords": list(one.keywords[:8]),
            "count": one.count,
            "samples": [short(text, 300) for text in one.samples[:2]],
        }
        for one in found[:_GROUPS]
    ]


def shown_orphans(frame: pl.DataFrame) -> dict[str, Any]:
    """Return the records that lost their topic, grouped by the topic they had.

    Parameters
    ----------
    frame
        What `Dataset.orphans` gives.

    Examples
    --------
    >>> rows = {"id": ["a"], "topic": ["Old"], "suggestion": ["New"], "last_user_text": ["hm"]}
    >>> shown_orphans(pl.DataFrame(rows))["groups"]
    [{'topic': 'Old', 'suggestion': 'New', 'count': 1, 'sample': 'hm'}]
    """
    first = pl.col("last_user_text").first().alias("sample")
    groups = frame.group_by("topic", "suggestion", maintain_order=True).agg(pl.len().alias("count"), first)
    rows = groups.sort("count", descending=True, maintain_order=True).head(_GROUPS).to_dicts()
    shown = [{**row, "sample": short(row["sample"] or "", 200)} for row in rows]
    return {"total": frame.height, "more": max(0, groups.height - _GROUPS), "groups": shown}


def short(text: str, most: int = _LONG) -> str:
    """Return a text, cut with a mark where it is long.

    Examples
    --------
    >>> short("abcdef", 3)
    'abc…'
    """
    return text if len(text) <= most else text[:most].rstrip() + "\N{HORIZONTAL ELLIPSIS}"


def static_page(tree: TopicTree, proposal: TopicProposal | None, orphans: Mapping[str, Any], python: str) -> Html:
    """Return the static twin of the editor: the first topics of a large tree, indented.

    Examples
    --------
    >>> "No topics yet" in static_page(TopicTree(), None, {"total": 0}, "ds.discover_topics()")
    True
    """
    body = _static_tree(tree) if tree.topics else [render.notice(EMPTY)]
    lost = render.plural(orphans["total"], "record")
    more = [render.notice(f"{lost} lost their topic.", "near")] if orphans["total"] else []
    card = render.card("Topics", *body, *more, render.tag("code", python))
    return card if proposal is None else render.join(card, _static_proposal(proposal))


def _static_tree(tree: TopicTree) -> list[Html]:
    named: dict[str, Any] = {"topics": len(tree), "leaves": len(tree.leaves()), "levels": tree.depth}
    if tree.counts is not None:
        named |= {"records": sum(tree.counts.values()), "unassigned": tree.counts.get(None, 0)}
    paths = tree.paths()
    rows = [
        {
            "name": "\N{EM SPACE}" * paths[topic.id].count("/") + topic.name,
            "records": tree.total(topic.id),
            "about": f"{'Locked. ' if topic.locked else ''}{short(topic.description, 160)}",
        }
        for topic in tree.topics[:_ROWS]
    ]
    columns = {"name": "topic", "records": "records", "about": "description"}
    formats = {"records": render.count}
    return [render.facts(named), render.table(rows, columns, formats=formats, limit=_ROWS, total=len(tree))]


def _static_proposal(proposal: TopicProposal) -> Html:
    lines = shown_change(proposal.change)["lines"][:20] if proposal.before.topics else []
    return render.card(f"Proposed: {proposal.kind}", *_static_tree(proposal.tree), render.bullets(lines))
