"""Any topic by a few letters of it."""

from __future__ import annotations

from rftkit.topics.tree import TopicTree

#: Topics that a search offers.
FOUND = 12


def found_topics(tree: TopicTree, text: str) -> list[str]:
    """Return leaf topics with these words in their path, those whose name begins with the first of them in front.

    Parameters
    ----------
    tree
        The topics.
    text
        Words, in any case.

    Examples
    --------
    >>> found_topics(TopicTree().add("Cards/Lost").add("Frozen cards").add("Rates"), "card")
    ['Cards/Lost', 'Frozen cards']
    """
    words = text.casefold().split()
    leaves = [tree.path(topic.id) for topic in tree.leaves()]
    paths = [path for path in leaves if all(word in path.casefold().replace("_", " ") for word in words)]
    start = words[0] if words else ""
    return sorted(paths, key=lambda path: not path.rsplit("/", 1)[-1].casefold().startswith(start))[:FOUND]
