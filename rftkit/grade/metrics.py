"""Similarity of two texts, by the libraries that the services name: a number from 0 to 1.

Each library is imported when its metric is first used; where it is missing, the error says what to install.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from rftkit.errors import MissingDependencyError

#: Input and reference -> similarity.
Metric = Callable[[str, str], float]

_WORDNET = (
    "the metric meteor needs WordNet, which is not installed; get it once with: "
    "python -c \"import nltk; nltk.download('wordnet')\""
)


@cache
def metric_of(name: str) -> Metric:
    """Return the function of a metric.

    Parameters
    ----------
    name
        fuzzy_match, bleu, gleu, meteor, or rouge_1 to rouge_5 and rouge_l. (`cosine` needs an embedder.)

    Raises
    ------
    MissingDependencyError
        Its library or its data is not installed.

    Examples
    --------
    >>> metric_of("fuzzy_match")("the cat sat", "the cat sits")
    0.8695...
    """
    return _rouge(name) if name.startswith("rouge_") else _MAKERS[name]()


def _library(name: str, package: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        sentence = f"this metric needs the package {package}, which is not installed; type: pip install {package}"
        raise MissingDependencyError(sentence) from error


def _fuzzy_match() -> Metric:
    ratio = _library("rapidfuzz.fuzz", "rapidfuzz").ratio
    return lambda given, reference: float(ratio(given, reference)) / 100


def _bleu() -> Metric:
    # what sacrebleu.sentence_bleu makes anew for every pair
    score = _library("sacrebleu.metrics", "sacrebleu").BLEU(smooth_method="exp", effective_order=True).sentence_score
    return lambda given, reference: float(score(given, [reference]).score) / 100


def _gleu() -> Metric:
    score = _library("nltk.translate.gleu_score", "nltk").sentence_gleu
    return lambda given, reference: float(score([reference.split()], given.split()))


def _meteor() -> Metric:
    score = _library("nltk.translate.meteor_score", "nltk").meteor_score
    wordnet = _library("nltk.corpus", "nltk").wordnet
    try:
        wordnet.ensure_loaded()
    except LookupError as error:
        raise MissingDependencyError(_WORDNET) from error
    return lambda given, reference: float(score([reference.split()], given.split()))


def _rouge(name: str) -> Metric:
    kind = "rougeL" if name == "rouge_l" else f"rouge{name.removeprefix('rouge_')}"
    scorer = _library("rouge_score.rouge_scorer", "rouge-score").RougeScorer([kind])
    return lambda given, reference: float(scorer.score(reference, given)[kind].fmeasure)


_MAKERS: dict[str, Callable[[], Metric]] = {
    "fuzzy_match": _fuzzy_match,
    "bleu": _bleu,
    "gleu": _gleu,
    "meteor": _meteor,
}
