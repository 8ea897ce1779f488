"""Topics by their keywords: whole words and phrases, one pass over all texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rftkit import phases
from rftkit.topics.tree import Topic

#: Keywords decide alone from here on; below it they only advise.
SURE = 0.9
_PIECE = 50_000  # texts that are searched between two looks whether to stop
_SPACELESS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"


def scores(texts: pl.Series | Sequence[str], topics: Sequence[Topic]) -> npt.NDArray[np.float64]:
    """Return how much the keywords of each topic are in each text.

    A keyword counts once per text, more when few topics have it, more when it is a phrase. "get" is not in "target".

    Parameters
    ----------
    texts
        What is searched.
    topics
        Whose keywords are searched, one column of the result each.

    Examples
    --------
    >>> cards, rates = Topic("1", "Cards", keywords=("card",)), Topic("2", "Rates", keywords=("exchange rate",))
    >>> (scores(["My cards!", "the exchange  rate", "discard"], [cards, rates]) > 0).tolist()
    [[True, False], [False, True], [False, False]]
    """
    owners = _owners(topics)
    result = np.zeros((len(texts), len(topics)))
    if not owners or not len(texts):
        return result
    patterns, given = sorted(owners), pl.Series(texts, dtype=pl.String)
    for start in phases.each(range(0, len(given), _PIECE), "keywords"):
        for row, pattern in _found(folded(given[start : start + _PIECE]), patterns):
            for topic in owners[pattern]:
                result[start + row, topic] += _weight(pattern, len(owners[pattern]), len(topics))
    return result


def hits(texts: pl.Series | Sequence[str], topics: Sequence[Topic]) -> list[dict[int, list[str]]]:
    """Return which keywords of which topics (by their column) are in each text.

    Examples
    --------
    >>> hits(["my cards", "hm"], [Topic("1", "Cards", keywords=("card", "lost"))])
    [{0: ['card']}, {}]
    """
    owners = _owners(topics)
    result: list[dict[int, list[str]]] = [{} for _ in range(len(texts))]
    if owners and len(texts):
        for row, pattern in _found(folded(pl.Series(texts, dtype=pl.String)), sorted(owners)):
            for topic in owners[pattern]:
                result[row].setdefault(topic, []).append(pattern)
    return result


def _weight(pattern: str, owners: int, topics: int) -> float:
    phrase = 1.0 + 0.75 * min(pattern.count(" "), 2)
    return float(phrase * np.log1p(topics / owners) / np.log1p(topics))


def _owners(topics: Sequence[Topic]) -> dict[str, list[int]]:
    owners: dict[str, list[int]] = {}
    for column, topic in enumerate(topics):
        for keyword in {_fold(word) for word in topic.keywords} - {""}:
            owners.setdefault(keyword, []).append(column)
    return owners


@lru_cache(maxsize=1 << 16)  # the same keywords are asked for again with every record that is shown
def _fold(text: str) -> str:
    return str(folded(pl.Series([text]))[0]).strip()


def folded(texts: pl.Series) -> pl.Series:
    """Return texts in lower case, their words apart by single spaces and with a space at both ends.

    Examples
    --------
    >>> folded(pl.Series(["Don't  panic!"])).to_list()
    [" don't panic "]
    """
    low = texts.fill_null("").str.normalize("NFKC").str.to_lowercase().str.replace_all("’", "'")
    apart = low.str.replace_all(rf"({_SPACELESS})", " $1 ").str.replace_all(r"[^\w']+", " ")
    return " " + apart.str.strip_chars(" '") + " "


def _found(texts: pl.Series, patterns: list[str]) -> list[tuple[int, str]]:
    """Return (row, keyword) once for each text and each keyword in it, plural forms too."""
    forms = {f" {pattern}{ending} ": pattern for pattern in patterns for ending in ("", "s", "es")}
    # Two keywords side by side share the space between them, so spaces are doubled.
    wide = texts.str.replace_all(" ", "  ")
    needles = {f" {form.strip().replace(' ', '  ')} ": pattern for form, pattern in forms.items()}
    hits = wide.str.extract_many(list(needles), overlapping=True)
    table = pl.DataFrame({"row": pl.int_range(len(texts), eager=True), "hit": hits}).explode("hit").drop_nulls()
    named = table.with_columns(pl.col("hit").replace_strict(list(needles), list(needles.values())))
    return list(named.unique().sort("row", "hit").iter_rows())


def confidence(scores: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return how sure the keywords are of the best topic of each row: how far it leads, how much was found.

    Examples
    --------
    >>> confidence(np.array([[2.0, 0.0], [1.0, 1.0], [0.0, 0.0]])).round(2).tolist()
    [0.95, 0.42, 0.0]
    """
    if not scores.shape[1]:
        return np.zeros(len(scores))
    ordered = np.sort(scores, axis=1)
    first = ordered[:, -1]
    second = ordered[:, -2] if scores.shape[1] > 1 else np.zeros(len(scores))
    lead = np.divide(first, first + second, out=np.zeros(len(scores)), where=first > 0)
    return np.asarray(lead * (1 - 0.5 * np.exp(-1.2 * first)) * (first > 0))


def missing(topics: Sequence[Topic]) -> list[str]:
    """Return the names of topics that no text can reach by keywords.

    Examples
    --------
    >>> missing([Topic("1", "Cards"), Topic("2", "Rates", keywords=("rate",))])
    ['Cards']
    """
    return [topic.name for topic in topics if not topic.keywords]


def shared(topics: Sequence[Topic]) -> Counter[str]:
    """Return the keywords that several topics have, with their number.

    Examples
    --------
    >>> shared([Topic("1", "A", keywords=("x",)), Topic("2", "B", keywords=("x",))])
    Counter({'x': 2})
    """
    return Counter({word: len(owners) for word, owners in _owners(topics).items() if len(owners) > 1})
