"""What is like nothing that the tree knows, told without a single label.

A cosine alone says nothing: what is near in one embedder, or for one tree, is far in another. So the topics compete
with everyday ones from all walks of life. A prompt that is nearer to one of these than to any topic of the tree is
foreign. Everyday topics that are nearest to the tree are left out, since they may be its own field.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rftkit.embed.protocol import Embedder
from rftkit.topics.space import Space

Floats = npt.NDArray[np.float32]

_FIELD = 0.2  # share of the everyday topics that is taken for the tree's own field
_LISTEN, _STEPS = 0.8, 3  # prompts that are near each other are foreign together, or not
_SHARPNESS = 20.0
_LEXICAL_RIVALS = 5
_WORD = re.compile(r"\w{4,}")


def everyday() -> list[str]:
    """Return what people talk about, from cooking to volcanoes.

    Examples
    --------
    >>> "cooking and recipes" in everyday()
    True
    """
    return (Path(__file__).parent / "everyday.txt").read_text(encoding="utf-8").splitlines()


def background(anchors: Floats, embedder: Embedder, texts: Sequence[str]) -> Floats:
    """Return the vectors of everyday topics that are not in the field of the anchors.

    Parameters
    ----------
    anchors
        Vectors of the topics of the tree.
    embedder
        The one that made them.
    texts
        The prompts; an embedder that knows only their words is asked for no others.

    Examples
    --------
    >>> from rftkit.embed.remote import Called
    >>> toy = Called("toy", lambda texts: [[1.0, i / 100] for i, _ in enumerate(texts)])
    >>> 0 < len(background(np.array([[1.0, 0.0]], np.float32), toy, [])) < len(everyday())
    True
    """
    names = _said(everyday(), texts) if _lexical(embedder.name) else everyday()
    if not names:
        return np.zeros((0, anchors.shape[1]), np.float32)
    vectors = embedder.embed([f"{name}?" for name in names])
    near = (vectors @ anchors.T).max(axis=1)
    return np.asarray(vectors[near <= np.quantile(near, 1 - _FIELD)], dtype=np.float32)


def _said(names: list[str], texts: Sequence[str]) -> list[str]:
    """Return the names of which a word is in a text; of the others only chance likeness is known."""
    known = {_stem(word) for text in texts for word in set(_WORD.findall(text.casefold()))}
    return [name for name in names if any(_stem(word) in known for word in _WORD.findall(name.casefold()))]


def _stem(word: str) -> str:
    return word.removesuffix("s")


def margin(found: Space, vectors: Floats, anchors: Floats, others: Floats, rivals: int = 1) -> Floats:
    """Return how much nearer each prompt is to the tree than to the background; below 0 it is foreign.

    Parameters
    ----------
    found
        The space of the prompts, which says who listens to whom.
    vectors
        Of the prompts.
    anchors
        Of topics, and of examples where there are some.
    others
        The background.
    rivals
        So many of the background must be nearer, on average.

    Examples
    --------
    >>> from rftkit.topics.space import space
    >>> eye = np.eye(3, dtype=np.float32)
    >>> margin(space(eye, ["a", "b", "c"], eye[:1]), eye, eye[:1], eye[1:2]).tolist()
    [1.0, -1.0, 0.0]
    """
    own = (vectors @ anchors.T).max(axis=1)
    near = np.partition(np.pad(vectors @ others.T, ((0, 0), (rivals, 0))), -rivals, axis=1)
    other = near[:, -rivals:].mean(axis=1)
    return np.asarray(found.shared(own - other, _LISTEN, _STEPS), dtype=np.float32)


def rivals(name: str) -> int:
    """Return how many everyday topics must be nearer than the tree, for an embedder of that name.

    Where only words count, one shared word makes anything near, so one rival may be chance.

    Examples
    --------
    >>> rivals("minilm"), rivals("lsa-6d3f")
    (1, 5)
    """
    return _LEXICAL_RIVALS if _lexical(name) else 1


def _lexical(name: str) -> bool:
    return name.startswith("lsa")


def belief(margins: Floats) -> npt.NDArray[np.float64]:
    """Return how likely it is that a prompt belongs to the tree, one half at a margin of 0.

    Examples
    --------
    >>> belief(np.zeros(1, np.float32)).tolist()
    [0.5]
    """
    return np.asarray(1 / (1 + np.exp(-_SHARPNESS * margins.astype(np.float64))))
