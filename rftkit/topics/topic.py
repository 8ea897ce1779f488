"""One topic, and what every topic keeps to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from rftkit.errors import InputError
from rftkit.topics.names import some

#: Levels that a tree has at most.
MAX_DEPTH = 5
#: Parts of a topic that a person may have written.
PARTS = ("name", "description", "keywords")


@dataclass(frozen=True, slots=True)
class Topic:
    """One node of a tree.

    Attributes
    ----------
    id
        Stays the same through renames and moves.
    name
        Unique among its siblings, without a slash.
    parent
        Id of the parent, None at the first level.
    description
        One sentence, or empty.
    keywords
        Words and phrases that speak for the topic.
    locked
        Neither discovery nor an operation changes a locked topic.
    by_hand
        Which of name, description and keywords a person wrote; discovery does not write over these.

    Examples
    --------
    >>> Topic("t1", "Cards").parent is None
    True
    """

    id: str
    name: str
    parent: str | None = None
    description: str = ""
    keywords: tuple[str, ...] = ()
    locked: bool = False
    by_hand: tuple[str, ...] = ()


def words(keywords: Iterable[str]) -> tuple[str, ...]:
    """Return keywords as a topic keeps them: each once, white space folded; one text is split at commas.

    Examples
    --------
    >>> words("lost  card, stolen, ,stolen")
    ('lost card', 'stolen')
    """
    if isinstance(keywords, str):
        keywords = keywords.split(",")
    folded = (" ".join(str(word).split()) for word in keywords)
    return tuple(dict.fromkeys(word for word in folded if word))


def written(description: str = "", keywords: Iterable[str] = ()) -> tuple[str, ...]:
    """Return the parts of a topic that somebody writes who gives it a name and these.

    Examples
    --------
    >>> written("One sentence.")
    ('name', 'description')
    """
    return tuple(
        part for part, there in zip(PARTS, (True, bool(description), bool(tuple(keywords))), strict=True) if there
    )


def parts(*wanted: str) -> tuple[str, ...]:
    """Return names of parts in their usual order, each once.

    Examples
    --------
    >>> parts("keywords", "name", "name")
    ('name', 'keywords')
    """
    return tuple(part for part in PARTS if part in wanted)


def locked(path: str) -> InputError:
    """Return the refusal to change a locked topic.

    Examples
    --------
    >>> str(locked("Cards"))
    "'Cards' is locked; unlock it first with lock('Cards', False)"
    """
    return InputError(f"{path!r} is locked; unlock it first with lock({path!r}, False)")


def renumbered(topics: Iterable[Topic], ids: Mapping[str, str]) -> tuple[Topic, ...]:
    """Return topics with other ids, parents too; an id that is not named stays.

    Examples
    --------
    >>> [topic.parent for topic in renumbered([Topic("1", "A"), Topic("2", "B", "1")], {"1": "9"})]
    [None, '9']
    """
    return tuple(
        replace(
            topic,
            id=ids.get(topic.id, topic.id),
            parent=None if topic.parent is None else ids.get(topic.parent, topic.parent),
        )
        for topic in topics
    )


def ordered(topics: tuple[Topic, ...]) -> tuple[Topic, ...]:
    """Return topics depth first, siblings in the order given; refuse what is no tree.

    Examples
    --------
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
