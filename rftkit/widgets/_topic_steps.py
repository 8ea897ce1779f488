"""What a person does to the topic tree: the change, what is said of it, and the line of Python that does the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rftkit import render
from rftkit.errors import InputError
from rftkit.topics.proposal import TopicProposal
from rftkit.topics.topic import words
from rftkit.topics.tree import TopicTree

Change = Callable[[TopicTree], TopicTree]
_USUAL: dict[str, Any] = {"depth": 2, "count": None, "model": None, "embedder": "auto", "seed": 0}


@dataclass(frozen=True)
class Step:
    """One change of the tree.

    Attributes
    ----------
    change
        Of a tree.
    name
        For the history.
    sentence
        What was done.
    code
        The call on `tree` that does it.
    configuration
        For the history.

    Examples
    --------
    >>> tree = TopicTree().add("A")
    >>> rename(tree, tree.id_of("A"), "B").python
    "ds.change_topics(lambda tree: tree.rename('A', 'B'), 'topics rename')"
    """

    change: Change
    name: str
    sentence: str
    code: str
    configuration: Mapping[str, Any] = field(default_factory=dict)

    @property
    def python(self) -> str:
        """The line that does the same."""
        return f"ds.change_topics(lambda tree: tree.{self.code}, {self.name!r})"


def add(tree: TopicTree, name: str, parent: str | None) -> Step:
    """Return the step that adds a topic.

    Examples
    --------
    >>> add(TopicTree(), "Cards", None).sentence
    'Added Cards.'
    """
    above = None if parent is None else tree.path(parent)
    path = name if above is None else f"{above}/{name.replace('/', '-')}"
    return Step(lambda t: t.add(path), "topics add", f"Added {path}.", f"add({path!r})", {"path": path})


def rename(tree: TopicTree, id: str, name: str) -> Step:
    """Return the step that renames a topic.

    Examples
    --------
    >>> tree = TopicTree().add("A")
    >>> rename(tree, tree.id_of("A"), "B").sentence
    'Renamed A to B.'
    """
    path = tree.path(id)
    options = {"path": path, "name": name}
    return Step(
        lambda t: t.rename(id, name),
        "topics rename",
        f"Renamed {path} to {name}.",
        _call("rename", path, name),
        options,
    )


def describe(tree: TopicTree, id: str, description: str | None, keywords: str | None) -> Step:
    """Return the step that gives a topic another description or other keywords.

    Examples
    --------
    >>> tree = TopicTree().add("A")
    >>> describe(tree, tree.id_of("A"), None, "lost, stolen").code
    "describe('A', keywords=['lost', 'stolen'])"
    """
    path, said = tree.path(id), None if keywords is None else list(words(keywords))
    given = [f"description={description!r}"] if description is not None else []
    given += [f"keywords={said!r}"] if said is not None else []
    what = " and ".join(name for name, value in (("description", description), ("keywords", said)) if value is not None)
    code = f"describe({', '.join([repr(path), *given])})"
    return Step(
        lambda t: t.describe(id, description, said),
        "topics describe",
        f"Changed the {what} of {path}.",
        code,
        {"path": path},
    )


def lock(tree: TopicTree, id: str, locked: bool) -> Step:
    """Return the step that locks a topic, or unlocks it.

    Examples
    --------
    >>> tree = TopicTree().add("A")
    >>> lock(tree, tree.id_of("A"), False).code
    "lock('A', False)"
    """
    path = tree.path(id)
    code = _call("lock", path) if locked else _call("lock", path, False)
    return Step(
        lambda t: t.lock(id, locked),
        "topics lock",
        f"{'Locked' if locked else 'Unlocked'} {path}.",
        code,
        {"path": path, "locked": locked},
    )


def place(tree: TopicTree, id: str, parent: str | None, before: str | None, last: bool) -> Step:
    """Return the step that puts a topic under another one, or elsewhere among its siblings.

    Parameters
    ----------
    tree
        The tree.
    id
        The topic.
    parent
        Id of the topic above, None for the first level.
    before
        Id of the sibling that it comes before.
    last
        Whether it comes last among its siblings where it has that parent already.

    Examples
    --------
    >>> tree = TopicTree().add("A").add("B").add("C")
    >>> place(tree, tree.id_of("C"), None, tree.id_of("A"), False).code
    "reorder(None, ['C'])"
    >>> place(tree, tree.id_of("C"), tree.id_of("A"), None, False).code
    "move('C', 'A')"
    """
    topic, above = tree.find(id), None if parent is None else tree.path(parent)
    path = tree.path(id)
    same = topic.parent == parent
    if same and before is None and not last:
        raise InputError(f"{path!r} is there already; choose another place for it")
    moved = tree if same else tree.move(id, parent)
    order = _order(moved, id, parent, before) if before is not None or same else None
    parts = [] if same else [_call("move", path, above)]
    parts += [] if order is None else [_call("reorder", above, order)]
    where = "the first level" if above is None else above
    said = f"Put {path} elsewhere among the topics of {where}." if same else f"Moved {path} to {where}."

    def change(t: TopicTree) -> TopicTree:
        now = t if same else t.move(id, parent)
        return now if order is None else now.reorder(parent, order)

    return Step(
        change, "topics reorder" if same else "topics move", said, ".".join(parts), {"path": path, "new_parent": above}
    )


def _order(tree: TopicTree, id: str, parent: str | None, before: str | None) -> list[str]:
    """Return the names up to the topic itself; those not named come after it as they stand."""
    names = [topic.name for topic in tree.children(parent) if topic.id != id]
    at = len(names) if before is None else names.index(tree.find(before).name)
    return [*names[:at], tree.find(id).name]


def merge(tree: TopicTree, ids: Sequence[str], into: str) -> Step:
    """Return the step that makes one topic of several.

    Parameters
    ----------
    tree
        The tree.
    ids
        The topics.
    into
        Id or path of the topic that takes them; made when missing.

    Examples
    --------
    >>> tree = TopicTree().add("A").add("B")
    >>> merge(tree, [tree.id_of("A")], tree.id_of("B")).sentence
    'Merged A into B.'
    """
    if not ids:
        raise InputError("no topic was named; choose at least one to merge")
    paths = [tree.path(id) for id in ids]
    target = tree.path(into) if into in tree else into
    some = ", ".join(paths) if len(paths) <= 3 else f"{len(paths)} topics"
    return Step(
        lambda t: t.merge(paths, target),
        "topics merge",
        f"Merged {some} into {target}.",
        _call("merge", paths, target),
        {"paths": paths, "into": target},
    )


def delete(tree: TopicTree, id: str, into: str | None) -> Step:
    """Return the step that deletes a topic; its records go to another one, or become unassigned.

    Examples
    --------
    >>> tree = TopicTree().add("A").add("B").counted({})
    >>> delete(tree, tree.id_of("A"), tree.id_of("B")).code
    "delete('A', into='B')"
    """
    path, target = tree.path(id), None if into is None else tree.path(into)
    count = tree.total(id) or 0
    where = "became unassigned" if target is None else f"went to {target}"
    told = f" {render.plural(count, 'record')} {where}." if count else ""
    code = _call("delete", path) if target is None else f"delete({path!r}, into={target!r})"
    return Step(
        lambda t: t.delete(id, into=into),
        "topics delete",
        f"Deleted {path}.{told}",
        code,
        {"path": path, "into": target},
    )


def _call(name: str, *given: Any) -> str:
    return f"{name}({', '.join(map(repr, given))})"


def proposal_line(proposal: TopicProposal) -> str:
    """Return the line of Python that does what taking a proposal does.

    Examples
    --------
    >>> proposal_line(TopicProposal("template", TopicTree(), TopicTree(), {"template": "banking"}))
    "ds.use_template('banking')"
    """
    options = proposal.options
    if proposal.kind == "template":
        return f"ds.use_template({options['template']!r})"
    if proposal.kind == "load":
        return f"ds.load_topics({options['file']!r})"
    if proposal.kind == "split":
        return f"ds.split_topic({', '.join([repr(options['path']), *_given(options)])})"
    return discover_line(options)


def discover_line(options: Mapping[str, Any]) -> str:
    """Return the line of Python that finds topics.

    Examples
    --------
    >>> discover_line({"depth": 2, "count": 8})
    'ds.discover_topics(count=8)'
    """
    return f"ds.discover_topics({', '.join(_given(options))})"


def _given(options: Mapping[str, Any]) -> list[str]:
    return [f"{name}={options[name]!r}" for name, usual in _USUAL.items() if options.get(name, usual) != usual]


def proposal_sentence(proposal: TopicProposal) -> str:
    """Return what taking a proposal has done.

    Examples
    --------
    >>> proposal_sentence(TopicProposal("template", TopicTree().add("A"), TopicTree()))
    'Took the template: 1 topic.'
    """
    change = proposal.change
    what = {"discover": "the topics that were found", "template": "the template", "load": "the file"}
    if proposal.kind == "split":
        return f"Split {proposal.options['path']} into {render.plural(len(change.added), 'topic')}."
    if not proposal.before.topics:
        return f"Took {what[proposal.kind]}: {render.plural(len(proposal.tree), 'topic')}."
    told = f"{render.plural(len(change.added), 'new topic')}, {len(change.kept)} kept, {len(change.removed)} gone"
    return f"Took {what[proposal.kind]}: {told}."
