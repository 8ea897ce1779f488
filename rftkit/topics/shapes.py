"""The JSON shapes a tree is read from and written to, and the rules of its names.

Three shapes: our own (a flat list with ids, nothing lost), the *map* ``{"version", "topics": {name: {description,
subtopics, keywords, parentTopic}}}`` and the *nodes* ``[{"id", "name", "children"}]`` of older tools.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rftkit.errors import InputError

if TYPE_CHECKING:
    from rftkit.topics.tree import Topic, TopicTree

GENERAL = "__general"
_RESERVED = {GENERAL, "__unassigned", "__unmapped"}
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Node:
    """One topic of a file, before it has an id.

    Examples
    --------
    >>> Node("Cards/Lost").keywords
    ()
    """

    path: str
    description: str = ""
    keywords: tuple[str, ...] = ()
    locked: bool = False


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


def clean_name(name: str) -> str:
    """Return a name as a tree keeps it: white space folded, no slash, no control characters.

    Examples
    --------
    >>> clean_name(" Debit/credit  card ")
    'Debit-credit card'
    """
    text = "".join(char if char.isprintable() else " " for char in str(name))
    text = " ".join(text.replace("/", "-").split())[:_LONGEST].rstrip()
    if not text:
        raise InputError(f"a topic needs a name; given {name!r}")
    if text in _RESERVED:
        raise InputError(f"{text!r} is reserved for records without a leaf topic; choose another name")
    return text


def clean_path(path: str) -> str:
    """Return a path with the white space around its names folded.

    Examples
    --------
    >>> clean_path(" Cards / Lost ")
    'Cards/Lost'
    """
    if not isinstance(path, str):
        raise InputError(f"a path is text like 'Cards/Lost'; given {path!r}")
    return "/".join(" ".join(name.split()) for name in path.strip().strip("/").split("/"))


def some(paths: Iterable[str], limit: int = 5) -> str:
    """Return the first few names for a sentence.

    Examples
    --------
    >>> some(["A", "B"])
    "'A', 'B'"
    >>> some([])
    'no topic yet'
    """
    known = list(paths)
    more = f" and {len(known) - limit} more" if len(known) > limit else ""
    return ", ".join(map(repr, known[:limit])) + more if known else "no topic yet"


def ordered(topics: tuple[Topic, ...]) -> tuple[Topic, ...]:
    """Return topics depth first, siblings in the order given; refuse what is no tree.

    Examples
    --------
    >>> from rftkit.topics.tree import Topic
    >>> [topic.name for topic in ordered((Topic("2", "B", "1"), Topic("1", "A")))]
    ['A', 'B']
    """
    below: dict[str | None, list[Topic]] = {}
    for topic in topics:
        below.setdefault(topic.parent, []).append(topic)
    _check_ids(topics)
    _check_siblings(below)
    found: list[Topic] = []
    stack = list(reversed(below.get(None, [])))
    while stack:
        topic = stack.pop()
        found.append(topic)
        stack.extend(reversed(below.get(topic.id, [])))
    if len(found) < len(topics):
        kept = {topic.id for topic in found}
        raise InputError(f"these topics are their own ancestors: {some(t.name for t in topics if t.id not in kept)}")
    return tuple(found)


def _check_ids(topics: tuple[Topic, ...]) -> None:
    ids = {topic.id for topic in topics}
    if len(ids) < len(topics):
        raise InputError("two topics have the same id; every id must be there once")
    for topic in topics:
        if topic.parent is not None and topic.parent not in ids:
            raise InputError(f"topic {topic.name!r} has a parent that is not in the tree: {topic.parent!r}")


def _check_siblings(below: Mapping[str | None, list[Topic]]) -> None:
    for siblings in below.values():
        seen: set[str] = set()
        for topic in siblings:
            if topic.name.casefold() in seen:
                raise InputError(f"two topics side by side are named {topic.name!r}; names of siblings are unique")
            seen.add(topic.name.casefold())


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


def _own(value: Mapping[str, Any], topics: list[Mapping[str, Any]]) -> Read:
    rows = [
        {
            "id": str(topic["id"]),
            "name": clean_name(topic["name"]),
            "parent": topic["parent"],
            "description": str(topic.get("description") or ""),
            "keywords": _strings(topic.get("keywords"), str(topic["name"])),
            "locked": bool(topic.get("locked", False)),
        }
        for topic in topics
        if _has(topic, "id") and _has(topic, "name")
    ]
    gone = {str(key): heir for key, heir in dict(value.get("gone") or {}).items()}
    return Read(topics=tuple(rows), gone=gone, made=int(value.get("made", len(rows))))


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
    description = " ".join(str(row.get("description") or "").split())
    return Node(path, description, _strings(row.get("keywords"), path), bool(row.get("locked", False)))


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
    return nodes


def write(tree: TopicTree, shape: str) -> dict[str, Any] | list[dict[str, Any]]:
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
    }


def _as_map(tree: TopicTree) -> dict[str, Any]:
    names = [topic.name for topic in tree.topics]
    keys = {t.id: t.name if names.count(t.name) == 1 else tree.path(t.id) for t in tree.topics}
    found: dict[str, Any] = {}
    for topic in tree.topics:
        entry: dict[str, Any] = {
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


def _as_node(tree: TopicTree, topic: Topic) -> dict[str, Any]:
    node = {key: value for key, value in _row(topic).items() if key not in ("parent", "locked")}
    if topic.locked:
        node["locked"] = True
    return {**node, "children": [_as_node(tree, child) for child in tree.children(topic.id)], "selected": True}
