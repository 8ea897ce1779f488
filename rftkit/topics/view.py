"""A tree and a change of it on a page: nested lists, escaped, with the number of records where it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rftkit import render

if TYPE_CHECKING:
    from rftkit.topics.change import TreeChange
    from rftkit.topics.topic import Topic
    from rftkit.topics.tree import TopicTree

_MOST = 400  # topics of one page
_LISTED = 12  # topics of one kind of change


def tree(value: TopicTree) -> render.Html:
    """Return the page of a tree.

    Examples
    --------
    >>> from rftkit.topics.tree import TopicTree
    >>> page = tree(TopicTree().add("Cards/<b>"))
    >>> "&lt;b&gt;" in page, "<b>" in page
    (True, False)
    """
    named = {"topics": len(value), "leaves": len(value.leaves()), "levels": value.depth}
    if value.counts is not None:
        named |= {"records": sum(value.counts.values()), "unassigned": value.counts.get(None, 0)}
    if not value.topics:
        return render.card("Topics", "There are no topics yet: find them in the data, take a template, or add one.")
    shown = set(list(value.paths())[:_MOST])
    more = len(value) - len(shown)
    rest = render.note(f"\N{HORIZONTAL ELLIPSIS} and {render.count(more)} more topics") if more else None
    return render.card("Topics", render.facts(named), _level(value, None, shown), _empty(value), rest)


def _empty(value: TopicTree) -> render.Html | None:
    bare = value.empty()
    if not bare:
        return None
    return render.note(f"{render.plural(len(bare), 'topic')} without a record: {_some(bare)}")


def _some(paths: tuple[str, ...]) -> str:
    more = f" and {len(paths) - _LISTED} more" if len(paths) > _LISTED else ""
    return ", ".join(paths[:_LISTED]) + more


def _level(value: TopicTree, parent: str | None, shown: set[str]) -> render.Html:
    rows = [_node(value, topic, shown) for topic in value.children(parent) if topic.id in shown]
    return render.tag("ul", *rows, class_="rft__list") if rows else render.Html("")


def _node(value: TopicTree, topic: Topic, shown: set[str]) -> render.Html:
    count = value.total(topic.id)
    name = render.tag("strong", topic.name) if value.children(topic.id) else render.tag("span", topic.name)
    told = [] if count is None else [render.count(count)]
    told += [topic.description] if topic.description else []
    lock = render.tag("span", " locked", class_="rft__status rft__status--near") if topic.locked else ""
    quiet = render.tag("span", " \N{MIDDLE DOT} ".join(["", *told]), class_="rft__note") if told else ""
    words = f"keywords: {', '.join(topic.keywords)}" if topic.keywords else None
    return render.tag("li", name, lock, quiet, _level(value, topic.id, shown), title=words)


def change(value: TreeChange) -> render.Html:
    """Return the page of a change.

    Examples
    --------
    >>> from rftkit.topics.tree import TopicTree
    >>> page = change(TopicTree().diff(TopicTree().add("<i>")))
    >>> "new: &lt;i&gt;" in page
    True
    """
    facts = {"new": len(value.added), "kept": len(value.kept), "gone": len(value.removed)}
    more = {name: len(getattr(value, name)) for name in ("renamed", "moved", "described", "reordered")}
    lines = value.lines()
    body = render.bullets(lines[:_MOST]) if lines else "The two trees are the same."
    return render.card("Change of the topics", render.facts({**facts, **{k: n for k, n in more.items() if n}}), body)
