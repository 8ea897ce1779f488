"""text_similarity: how alike the input and the reference are, from 0 to 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rftkit.errors import MissingDependencyError
from rftkit.grade.graded import Graded, failed
from rftkit.grade.kinds import texts
from rftkit.grade.metrics import metric_of

if TYPE_CHECKING:
    from rftkit.grade.kinds import Spec
    from rftkit.grade.means import Embeds, Means
    from rftkit.grade.pairs import Item, Sample

Both = list[tuple[str, ...] | Graded]


def grade(spec: Spec, samples: Sequence[Sample], items: Sequence[Item], means: Means) -> list[Graded]:
    """Return the similarity of every pair.

    Parameters
    ----------
    spec
        `input`, `reference`, `evaluation_metric`.
    samples, items
        The pairs.
    means
        Its embedder makes the vectors of `cosine`; MiniLM where none is handed in.

    Examples
    --------
    >>> from rftkit.grade.means import Means
    >>> spec = {"input": "{{sample.output_text}}", "reference": "{{item.answer}}", "evaluation_metric": "rouge_l"}
    >>> grade(spec, [{"output_text": "the cat sat"}], [{"answer": "the cat"}], Means())[0].reward
    0.8
    """
    both = texts.filled(spec, ("input", "reference"), samples, items)
    try:
        if spec["evaluation_metric"] == "cosine":
            return _cosine(both, means.embedder)
        metric = metric_of(spec["evaluation_metric"])
    except MissingDependencyError as missing:
        return [one if isinstance(one, Graded) else failed("missing_library", str(missing)) for one in both]
    # rounding takes BLEU of equal texts a hair above 1
    return [one if isinstance(one, Graded) else Graded(min(1.0, max(0.0, metric(*one)))) for one in both]


def _cosine(both: Both, embedder: Embeds | None) -> list[Graded]:
    """Return the cosine of the two vectors; what points apart is not alike at all."""
    import numpy as np

    pairs = [one for one in both if not isinstance(one, Graded)]
    every = list(dict.fromkeys(text for pair in pairs for text in pair))
    if not every:
        return [one for one in both if isinstance(one, Graded)]
    vectors = np.asarray((embedder or _minilm()).embed(every), dtype=np.float64)
    place = {text: at for at, text in enumerate(every)}
    left, right = (vectors[[place[pair[side]] for pair in pairs]] for side in (0, 1))
    values = iter(np.clip((left * right).sum(axis=1), 0.0, 1.0).tolist())
    return [one if isinstance(one, Graded) else Graded(next(values)) for one in both]


def _minilm() -> Embeds:
    # not `auto`: without MiniLM that fits a space to the texts at hand, and a reward would depend on its neighbours
    from rftkit import embed

    found = embed.get("minilm")
    assert isinstance(found, embed.Embedder)
    return found
