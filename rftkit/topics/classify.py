"""The head behind `categorize`: from vectors, topic texts and labelled examples to probabilities.

Without examples the topics' own words are the centres, and where many prompts are judged together the centres move
to the prompts around them. With examples a linear classifier learns from them, from the topics' words, and, for
topics without an example, from the prompts that are nearest to their words.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from rftkit.embed.protocol import Embedder
from rftkit.topics import calibrate
from rftkit.topics import graph as g
from rftkit.topics.tree import Topic, TopicTree

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

#: Ways in which people bring a topic up; their mean is nearer to prompts than the bare name.
_FORMS = ("{}?", "Tell me about {}", "How do I {}?", "My question is about {}")
_SHARPNESS = 20.0
_TOLD = 14.0  # what is told is softer than what moves the centres
_TOGETHER = 50  # so many prompts are needed before they may speak for each other
_POOL = 20_000
_PER_TOPIC = 40
_STRENGTH = 10.0
_ROUNDS = 12


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
    plain
        Prompts, centred.
    view
        Prompts drawn towards their neighbours; the same as `plain` where each is judged by itself.
    topics
        Topics in the same space.
    raw
        Cosines of prompts and topics as the embedder gives them.
    calm
        Prompts drawn further: centres of topics are sought among these.

    Examples
    --------
    >>> eye = np.eye(2, dtype=np.float32)
    >>> space(eye, ["a", "b"], eye, together=False).topics.shape
    (2, 2)
    """

    plain: Floats = field(repr=False)
    view: Floats = field(repr=False)
    topics: Floats = field(repr=False)
    raw: Floats = field(repr=False)
    calm: Floats = field(repr=False)
    together: bool = True


def space(vectors: Floats, texts: Sequence[str], topics: Floats, *, together: bool = True) -> Space:
    """Return prompts and topics in one space; with `together`, prompts speak for their neighbours.

    Examples
    --------
    >>> eye = np.eye(2, dtype=np.float32)
    >>> space(eye, ["a", "b"], eye).together
    False
    """
    from rftkit.embed.minilm import normalized

    raw = vectors @ topics.T
    middle = topics.mean(axis=0) if len(topics) > 2 else np.zeros(topics.shape[1], np.float32)
    if not together or len(vectors) < _TOGETHER:
        half = np.float32(0.5) * middle
        plain = normalized(vectors - half)
        return Space(plain, plain, normalized(topics - half), raw, plain, False)
    plain = g.view(vectors, texts)
    near = _near(plain)
    own = normalized(topics - middle)
    wide = np.hstack([own, np.zeros((len(own), plain.shape[1] - own.shape[1]), np.float32)])
    view = _drawn(plain, near, 0.5)
    return Space(plain, view, normalized(wide), raw, _drawn(view, near, 0.7), True)


def _near(vectors: Floats) -> g.Neighbours | tuple[Ints, g.Neighbours]:
    if len(vectors) <= _POOL:
        return g.nearest(vectors, g.NEIGHBOURS)
    pool = np.sort(np.random.default_rng(0).choice(len(vectors), _POOL, replace=False))
    return pool, g.nearest_in(vectors, vectors[pool], g.NEIGHBOURS)


def _drawn(vectors: Floats, near: g.Neighbours | tuple[Ints, g.Neighbours], share: float) -> Floats:
    if isinstance(near, g.Neighbours):
        return g.smoothed(vectors, near, steps=1, share=share)
    pool, found = near
    return g.smoothed(vectors, g.Neighbours(pool[found.rows], found.near), steps=1, share=share)


@dataclass(frozen=True)
class Examples:
    """Rows whose topic is known.

    Attributes
    ----------
    rows, topics
        Rows of the space and the column of their topic.
    weights
        1 for hand-made labels, less for what a step has assigned.

    Examples
    --------
    >>> Examples(np.array([0]), np.array([1]), np.array([1.0])).rows.tolist()
    [0]
    """

    rows: Ints
    topics: Ints
    weights: npt.NDArray[np.float64]

    def only(self, keep: npt.NDArray[np.bool_]) -> Examples:
        """Return some of the examples.

        Examples
        --------
        >>> len(Examples(np.array([0]), np.array([1]), np.array([1.0])).only(np.array([False])).rows)
        0
        """
        return Examples(self.rows[keep], self.topics[keep], self.weights[keep])


def by_words(found: Space, known: Examples | None = None) -> npt.NDArray[np.float64]:
    """Return the probabilities of topics from their words, and from examples where there are some.

    Every topic has a centre. It starts at the topic's words and examples, and moves to the prompts that believe in it
    where prompts are judged together; examples keep believing in their own topic.

    Examples
    --------
    >>> eye = np.eye(3, dtype=np.float32)
    >>> by_words(space(eye, ["a", "b", "c"], eye)).argmax(axis=1).tolist()
    [0, 1, 2]
    """
    from rftkit.embed.minilm import normalized

    anchors = _anchored(found, known)
    centres = anchors
    for _ in range(_ROUNDS if found.together else 0):
        belief = calibrate.softmax(found.calm @ centres.T, _SHARPNESS).astype(np.float32)
        if known is not None and len(known.rows):
            belief[known.rows] = 0
            belief[known.rows, known.topics] = 1
        moved = normalized(belief.T @ found.calm)
        centres = normalized(0.5 * moved + 0.5 * anchors)
    return calibrate.softmax(found.calm @ centres.T, _TOLD)


def _anchored(found: Space, known: Examples | None) -> Floats:
    """Return the topics' words drawn to the mean of their examples, more the more there are."""
    from rftkit.embed.minilm import normalized

    if known is None or not len(known.rows):
        return found.topics
    sums = np.zeros_like(found.topics)
    np.add.at(sums, known.topics, found.calm[known.rows] * known.weights[:, None].astype(np.float32))
    weights = np.bincount(known.topics, known.weights, minlength=len(sums))[:, None].astype(np.float32)
    return normalized(normalized(sums) * weights / (weights + 1) + found.topics / (weights + 1))


def by_examples(found: Space, examples: Examples, belief: npt.NDArray[np.float64], at: Ints) -> npt.NDArray[np.float64]:
    """Return the probabilities of topics for the rows `at`, learned from examples.

    Examples
    --------
    >>> eye = np.eye(3, dtype=np.float32)
    >>> found = space(eye, ["a", "b", "c"], eye)
    >>> known = Examples(np.array([0, 1]), np.array([0, 1]), np.ones(2))
    >>> by_examples(found, known, by_words(found), np.array([2])).shape
    (1, 3)
    """
    from sklearn.linear_model import LogisticRegression

    count = len(found.topics)
    given, goal, weights = _material(found, examples, belief, at)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an unfinished descent is good enough: the result is calibrated
        model = LogisticRegression(C=_STRENGTH, max_iter=150, tol=1e-3).fit(given, goal, sample_weight=weights)
    result = np.zeros((len(at), count))
    result[:, model.classes_] = _probabilities(model, found.view[at])
    return result


def _probabilities(model: object, rows: Floats) -> npt.NDArray[np.float64]:
    return np.asarray(model.predict_proba(rows))  # type: ignore[attr-defined]


def _material(
    found: Space, examples: Examples, belief: npt.NDArray[np.float64], at: Ints
) -> tuple[Floats, Ints, npt.NDArray[np.float64]]:
    count = len(found.topics)
    pseudo = _nearest_to_words(examples, belief, at, count)
    parts = [(found.view[examples.rows], examples.topics, examples.weights)]
    parts.append((found.topics, np.arange(count), np.ones(count)))
    if len(pseudo.rows):
        parts.append((found.view[pseudo.rows], pseudo.topics, pseudo.weights))
    given, goal, weights = (np.concatenate([part[i] for part in parts]) for i in range(3))
    return given, goal, weights


def _nearest_to_words(
    examples: Examples, belief: npt.NDArray[np.float64], at: Ints, count: int, each: int = 5
) -> Examples:
    """Return, for topics without an example, the few rows that their words claim most clearly."""
    bare = np.setdiff1d(np.arange(count), examples.topics)
    rows, topics, weights = [], [], []
    for topic in bare.tolist():
        sure = belief[at, topic]
        best = at[np.argsort(-sure, kind="stable")[:each]]
        best = best[belief[best, topic] >= 0.5]
        rows.extend(best.tolist())
        topics.extend([topic] * len(best))
        weights.extend((0.5 * belief[best, topic]).tolist())
    return Examples(np.array(rows, np.int64), np.array(topics, np.int64), np.array(weights))


def nearness(found: Space, examples: Examples, at: Ints, besides: bool = False) -> npt.NDArray[np.float64]:
    """Return the cosine of each row to its nearest example, not counting itself with `besides`.

    Examples
    --------
    >>> eye = np.eye(3, dtype=np.float32)
    >>> found = space(eye, ["a", "b", "c"], eye, together=False)
    >>> nearness(found, Examples(np.array([0]), np.array([0]), np.ones(1)), np.array([0])).round(2).tolist()
    [1.0]
    """
    if not len(examples.rows):
        return np.asarray((found.view[at] @ found.topics.T).max(axis=1), dtype=np.float64)
    scores = found.view[at] @ found.view[examples.rows].T
    if besides:
        scores[at[:, None] == examples.rows[None, :]] = -1
    return np.asarray(scores.max(axis=1), dtype=np.float64)
