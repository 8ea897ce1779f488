"""Prompts and topics in one space, where they can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from rftkit.embed.protocol import Embedder
from rftkit.topics import neighbours
from rftkit.topics.tree import Topic, TopicTree

Floats = npt.NDArray[np.float32]

#: Ways in which people bring a topic up; their mean is nearer to prompts than the bare name.
_FORMS = ("{}?", "Tell me about {}", "How do I {}?", "My question is about {}")
_FEW = 8  # so many topics speak for half of what all share
_TOGETHER = 50  # so many prompts are needed before they may speak for each other
_AROUND = 10  # neighbours that say how dense it is around a prompt


def topic_vectors(topics: Sequence[Topic], tree: TopicTree, embedder: Embedder) -> Floats:
    """Return one vector per topic from its name in some forms, its description and its keywords.

    Examples
    --------
    >>> from rftkit.embed.remote import Called
    >>> toy = Called("toy", lambda texts: [[1.0, 0.0] for _ in texts])
    >>> topic_vectors([Topic("1", "Cards")], TopicTree(), toy).tolist()
    [[1.0, 0.0]]
    """
    from rftkit.embed.minilm import normalized

    wordings = [wording(topic, tree) for topic in topics]
    flat = [text for texts in wordings for text, _ in texts]
    vectors = embedder.embed(flat)
    weights = np.array([weight for texts in wordings for _, weight in texts], dtype=np.float32)
    owner = np.repeat(np.arange(len(topics)), [len(texts) for texts in wordings])
    result = np.zeros((len(topics), vectors.shape[1]), dtype=np.float32)
    np.add.at(result, owner, vectors * weights[:, None])
    return normalized(result)


def wording(topic: Topic, tree: TopicTree) -> list[tuple[str, float]]:
    """Return the texts that stand for a topic, each with its weight.

    Examples
    --------
    >>> [text for text, _ in wording(Topic("1", "card_arrival"), TopicTree())][:2]
    ['card arrival?', 'Tell me about card arrival']
    """
    name = " ".join(topic.name.replace("_", " ").split()).strip("?")
    found = [(form.format(name), 1.0) for form in _FORMS]
    if topic.parent is not None and topic.parent in tree.paths():
        above = tree.find(topic.parent).name.replace("_", " ")
        found.append((f"{above}: {name}", 1.0))
    if topic.description:
        found.append((topic.description, 2.0))
    if topic.keywords:
        found.append((", ".join(topic.keywords[:10]), 2.0))
    return found


@dataclass(frozen=True)
class Space:
    """Prompts and topics as they are compared.

    Attributes
    ----------
    alone, names
        Prompts and topics, drawn apart from the middle of the topics.
    view
        Prompts, centred and drawn towards their neighbours; as `alone` where each is judged by itself.
    topics
        Topics in the space of `view`.
    calm
        Prompts drawn further: centres of topics are sought among these.
    density
        Mean cosine of a prompt to the prompts around it; zeros where each is judged by itself.
    belongs
        How much each prompt has a say about where topics are; what is foreign has little.
    spread
        How much each prompt listens to each of its neighbours (a scipy sparse matrix, rows sum to 1), else None.

    Examples
    --------
    >>> eye = np.eye(2, dtype=np.float32)
    >>> space(eye, ["a", "b"], eye, together=False).topics.shape
    (2, 2)
    """

    alone: Floats = field(repr=False)
    names: Floats = field(repr=False)
    view: Floats = field(repr=False)
    topics: Floats = field(repr=False)
    calm: Floats = field(repr=False)
    density: Floats = field(repr=False)
    belongs: Floats = field(repr=False)
    spread: Any = field(repr=False, default=None)

    @property
    def together(self) -> bool:
        """Whether prompts speak for their neighbours."""
        return self.spread is not None

    def shared(self, values: npt.NDArray[Any], share: float = 0.5, steps: int = 1) -> npt.NDArray[Any]:
        """Return values of prompts (one row each) drawn towards those of their neighbours.

        Examples
        --------
        >>> eye = np.eye(2, dtype=np.float32)
        >>> space(eye, ["a", "b"], eye, together=False).shared(np.array([1.0, 0.0])).tolist()
        [1.0, 0.0]
        """
        result = values
        for _ in range(steps if self.together else 0):
            result = (1 - share) * values + share * (self.spread @ result)
        return result


def space(vectors: Floats, texts: Sequence[str], topics: Floats, *, together: bool = True) -> Space:
    """Return prompts and topics in one space; with `together`, prompts speak for their neighbours.

    Examples
    --------
    >>> eye = np.eye(2, dtype=np.float32)
    >>> space(eye, ["a", "b"], eye).together
    False
    """
    from rftkit.embed.minilm import normalized

    middle = topics.mean(axis=0) if len(topics) > 2 else np.zeros(topics.shape[1], np.float32)
    most = np.float32(len(topics) / (len(topics) + _FEW)) * middle  # few topics say little about what all share
    alone, names = normalized(vectors - most), normalized(topics - most)
    every = np.ones(len(vectors), np.float32)
    if not together or len(vectors) < _TOGETHER:
        return Space(alone, names, alone, names, alone, 0 * every, every)
    plain = neighbours.view(vectors, texts)
    near = neighbours.nearest(plain, neighbours.NEIGHBOURS)
    own = normalized(topics - middle)
    wide = np.hstack([own, np.zeros((len(own), plain.shape[1] - own.shape[1]), np.float32)])
    view = neighbours.smoothed(plain, near, steps=1, share=0.5)
    calm = neighbours.smoothed(view, near, steps=1, share=0.7)
    return Space(alone, names, view, normalized(wide), calm, _density(view, near), every, _spread(near))


def _density(view: Floats, near: neighbours.Neighbours) -> Floats:
    around = [np.einsum("ij,ij->i", view, view[near.rows[:, k]]) for k in range(min(_AROUND, near.rows.shape[1]))]
    return np.asarray(np.mean(around, axis=0), dtype=np.float32)


def _spread(near: neighbours.Neighbours) -> Any:
    from scipy.sparse import csr_matrix

    total, count = near.rows.shape
    weights = np.clip(near.near, 0, 1).astype(np.float32) ** neighbours.SHARPNESS + np.float32(1e-6)
    weights /= weights.sum(axis=1, keepdims=True)
    return csr_matrix((weights.ravel(), near.rows.ravel(), np.arange(total + 1) * count), shape=(total, total))
