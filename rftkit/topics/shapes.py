"""The JSON shapes a tree is read from and written to.

Three shapes: our own (a flat list with ids, nothing lost), the *map* ``{"version", "topics": {name: {description,
subtopics, keywords, parentTopic}}}`` and the *nodes* ``[{"id", "name", "children"}]`` of other tools. The last two
carry our ids where we wrote them; ids of other tools are not taken over, because two files may both number from 1.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from rftkit.errors import InputError
from rftkit.topics.names import GENERAL, clean_name, clean_path, some
from rftkit.topics.topic import parts

if TYPE_CHECKING:
    from rftkit.topics.lookup import Lookup
    from rftkit.topics.topic import Topic

__all__ = ["GENERAL", "Node", "Read", "clean_name", "clean_path", "keeps_ids", "read", "some", "write"]

_OURS = re.compile(r"t[0-9a-f]{10}")


@dataclass(frozen=True, slots=True)
class Node:
    """One topic of a file; `id` is set where the file has one that was ours.

    Examples
    --------
    >>> Node("Cards/Lost").keywords
    ()
    """

    path: str
    description: str = ""
    keywords: tuple[str, ...] = ()
    locked: bool = False
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says: topics with ids (our own shape), or nodes in an order with parents first.

    Examples
    --------
    >>> Read(nodes=(Node("Cards"),)).topics is None
    True
    """

    nodes: tuple[Node, ...] = ()
    topics: tuple[dict[str, Any], ...] | None = None
    gone: dict[str, str | None] = field(default_factory=dict)
    made: int = 0


def read(value: Any) -> Read:
    """Return what the values of a file say, whichever shape it has.

    Examples
    --------
    >>> [node.path for node in read({"topics": {"A": {"subtopics": ["B"]}}}).nodes]
    ['A', 'A/B']
    """
    if isinstance(value, list):
        return Read(nodes=tuple(_unique(_nested(value, ""))))
    topics = value.get("topics") if isinstance(value, Mapping) else None
    if isinstance(topics, Mapping):
        return Read(nodes=tuple(_unique(_mapped(topics))))
    if isinstance(topics, list) and all(isinstance(topic, Mapping) and "parent" in topic for topic in topics):
        return _own(value, topics)
    if isinstance(topics, list):
        return Read(nodes=tuple(_unique(_nested(topics, ""))))
    raise InputError('a topic file is a list of {"name", "children"}, or an object with "topics"; this is neither')


def keeps_ids(value: Any) -> bool:
    """Return whether a file names its topics by ids of ours, so that equal ids mean the same topic.

    Examples
    --------
    >>> from rftkit.topics.tree import TopicTree
    >>> tree = TopicTree().add("A/B")
    >>> [keeps_ids(tree.to_dict(shape)) for shape in ("rftkit", "map", "nodes")], keeps_ids([{"name": "A"}])
    ([True, True, True], False)
    """
    found = read(value)
    ids = [topic["id"] for topic in found.topics or ()] or [node.id or "" for node in found.nodes]
    return bool(ids) and all(_OURS.fullmatch(id_) for id_ in ids)


def _own(value: Mapping[str, Any], topics: list[Mapping[str, Any]]) -> Read:
    rows = [_own_row(topic) for topic in topics if _has(topic, "id") and _has(topic, "name")]
    gone, made = value.get("gone") or {}, value.get("made", len(rows))
    if not isinstance(gone, Mapping) or isinstance(made, bool) or not isinstance(made, int):
        raise InputError('in a topic file "gone" is an object and "made" a number; leave both out if in doubt')
    heirs = {str(key): None if heir is None else str(heir) for key, heir in gone.items()}
    return Read(topics=tuple(rows), gone=heirs, made=max(made, len(rows)))


def _own_row(topic: Mapping[str, Any]) -> dict[str, Any]:
    name = clean_name(topic["name"])
    return {
        "id": str(topic["id"]),
        "name": name,
        "parent": None if topic["parent"] is None else str(topic["parent"]),
        "description": _text(topic, name),
        "keywords": _strings(topic.get("keywords"), name),
        "locked": bool(topic.get("locked", False)),
        "by_hand": parts(*_strings(topic.get("by_hand"), name)),
    }


def _has(topic: Mapping[str, Any], key: str) -> bool:
    if key not in topic:
        raise InputError(f"a topic in the file has no {key!r}: {dict(topic)!r}")
    return True


def _nested(nodes: Any, above: str) -> list[Node]:
    if not isinstance(nodes, list):
        raise InputError(f"the children of {above or 'the tree'!r} must be a list; given {type(nodes).__name__}")
    found: list[Node] = []
    for node in nodes:
        row = {"name": node} if isinstance(node, str) else node
        if not isinstance(row, Mapping) or not _has(row, "name"):
            raise InputError(f'a topic is an object with a "name"; given {node!r}')
        path = _join(above, clean_name(row["name"]))
        found.append(_node(path, row))
        found.extend(_nested(row.get("children") or row.get("subtopics") or [], path))
    return found


def _node(path: str, row: Mapping[str, Any]) -> Node:
    description = _text(row, path)
    id_ = row.get("id")
    ours = id_ if isinstance(id_, str) and _OURS.fullmatch(id_) else None
    return Node(path, description, _strings(row.get("keywords"), path), bool(row.get("locked", False)), ours)


def _text(row: Mapping[str, Any], where: str) -> str:
    value = row.get("description")
    if value is not None and not isinstance(value, str):
        raise InputError(f"the description of {where!r} must be text; given {value!r}")
    return " ".join((value or "").split())


def _join(above: str, name: str) -> str:
    path = f"{above}/{name}" if above else name
    if path.count("/") >= 32:  # far beyond any allowed depth: a file that refers to itself
        raise InputError(f"the file nests topics too deep at {some([path[:60]])}; at most 5 levels are allowed")
    return path


def _strings(value: Any, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list | tuple):
        raise InputError(f"the keywords of {where!r} must be a list of words; given {value!r}")
    return tuple(dict.fromkeys(" ".join(str(word).split()) for word in value if str(word).strip()))


def _mapped(topics: Mapping[str, Any]) -> list[Node]:
    """Return the nodes of the map shape: entries refer to each other by name, or hold their subtopics."""
    entries: dict[str, Mapping[str, Any]] = {}
    for name, row in topics.items():
        if not isinstance(row, Mapping | None):
            raise InputError(f"topic {name!r} must be an object with a description; given {row!r}")
        entries[str(name)] = row or {}
    parents = _parents(entries)
    found: list[Node] = []
    for name, row in entries.items():
        if parents.get(name) is None:
            found.extend(_grown(name, row, "", entries, parents, (name,)))
    if missing := set(entries) - _visited(entries, parents):
        raise InputError(f"these topics are their own ancestors: {some(sorted(missing))}")
    return found


def _subtopics(name: str, row: Mapping[str, Any]) -> list[Any]:
    value = row.get("subtopics") or row.get("children") or []
    if not isinstance(value, list):
        raise InputError(f"the subtopics of {name!r} must be a list; given {value!r}")
    return value


def _parents(entries: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None]:
    parents: dict[str, str | None] = {}
    for name, row in entries.items():
        for child in _subtopics(name, row):
            if isinstance(child, str) and child in entries:
                if parents.get(child) not in (None, name):
                    raise InputError(f"topic {child!r} is a subtopic of both {parents[child]!r} and {name!r}")
                parents[child] = name
    for name, row in entries.items():
        above = row.get("parentTopic", row.get("parent"))
        if above is not None and above not in entries:
            raise InputError(f"topic {name!r} has a parent that is not in the file: {above!r}")
        if above is not None and parents.get(name, above) != above:
            raise InputError(f"topic {name!r} is a subtopic of both {parents[name]!r} and {above!r}")
        if above is not None:
            parents[name] = above
        elif name not in parents and "/" in name and name.rsplit("/", 1)[0] in entries:
            parents[name] = name.rsplit("/", 1)[0]
    return parents


def _visited(entries: Mapping[str, Any], parents: Mapping[str, str | None]) -> set[str]:
    reached: set[str] = set()
    for name in entries:
        seen: list[str] = []
        current: str | None = name
        while current is not None and current not in seen and current not in reached:
            seen.append(current)
            current = parents.get(current)
        if current is None or current in reached:
            reached.update(seen)
    return reached


def _grown(
    name: str,
    row: Mapping[str, Any],
    above: str,
    entries: Mapping[str, Mapping[str, Any]],
    parents: Mapping[str, str | None],
    seen: tuple[str, ...],
) -> list[Node]:
    path = _join(above, clean_name(_own_name(name, above, parents.get(name))))
    found = [_node(path, row)]
    named = [child for child, parent in parents.items() if parent == name and child not in seen]
    listed = _subtopics(name, row)
    order = [child for child in listed if not isinstance(child, str) or child in named or child not in entries]
    for child in [*order, *(child for child in named if child not in listed)]:
        if isinstance(child, str) and child in entries:
            found.extend(_grown(child, entries[child], path, entries, parents, (*seen, child)))
        else:
            found.extend(_nested([child], path))
    return found


def _own_name(name: str, above: str, parent: str | None) -> str:
    """Return the name of an entry whose key is a path, which it is where several topics share a name."""
    for prefix in (above, parent):
        if prefix and name.startswith(f"{prefix}/"):
            return name.removeprefix(f"{prefix}/")
    return name


def _unique(nodes: list[Node]) -> list[Node]:
    seen: set[str] = set()
    for node in nodes:
        if node.path.casefold() in seen:
            raise InputError(f"the file has the topic {node.path!r} twice; names of siblings are unique")
        seen.add(node.path.casefold())
    ids = [node.id for node in nodes if node.id]
    return nodes if len(set(ids)) == len(ids) else [replace(node, id=None) for node in nodes]


def write(tree: Lookup, shape: str) -> dict[str, Any] | list[dict[str, Any]]:
    """Return a tree as plain values in one of the shapes.

    Examples
    --------
    >>> from rftkit.topics.tree import TopicTree
    >>> write(TopicTree().add("A"), "nodes")[0]["name"]
    'A'
    """
    if shape == "rftkit":
        return {"version": "1.0", "topics": [_row(t) for t in tree.topics], "gone": dict(tree.gone), "made": tree.made}
    if shape == "map":
        return {"version": "1.0", "topics": _as_map(tree)}
    if shape == "nodes":
        return [_as_node(tree, topic) for topic in tree.children()]
    raise InputError(f"the shape of a topic file is rftkit, map or nodes; given {shape!r}")


def _row(topic: Topic) -> dict[str, Any]:
    return {
        "id": topic.id,
        "name": topic.name,
        "parent": topic.parent,
        "description": topic.description,
        "keywords": list(topic.keywords),
        "locked": topic.locked,
        "by_hand": list(topic.by_hand),
    }


def _as_map(tree: Lookup) -> dict[str, Any]:
    names = [topic.name for topic in tree.topics]
    keys = {t.id: t.name if names.count(t.name) == 1 else tree.path(t.id) for t in tree.topics}
    found: dict[str, Any] = {}
    for topic in tree.topics:
        entry: dict[str, Any] = {
            "id": topic.id,
            "description": topic.description,
            "subtopics": [keys[child.id] for child in tree.children(topic.id)],
            "keywords": list(topic.keywords),
        }
        if topic.parent is not None:
            entry["parentTopic"] = keys[topic.parent]
        if topic.locked:
            entry["locked"] = True
        found[keys[topic.id]] = entry
    return found


def _as_node(tree: Lookup, topic: Topic) -> dict[str, Any]:
    node = {key: value for key, value in _row(topic).items() if key not in ("parent", "locked", "by_hand")}
    if topic.locked:
        node["locked"] = True
    return {**node, "children": [_as_node(tree, child) for child in tree.children(topic.id)], "selected": True}
