"""Latent semantic analysis: words and character n-grams, for machines without any weights.

It knows only what the texts at hand say, so its space is made from them. Honest where topics differ by words
(bank questions), weak where they differ by meaning (broad domains).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rftkit import phases
from rftkit.embed.protocol import Array, Embedder

if TYPE_CHECKING:
    import numpy as np

WIDTH = 256
SAMPLE = 50_000


@dataclass(frozen=True)
class LSA:
    """The embedder `lsa` before it has seen texts.

    Examples
    --------
    >>> LSA().fit(["lost my card", "card is lost", "exchange rate"]).embed(["my lost card"]).shape[0]
    1
    """

    name: str = "lsa"
    width: int = WIDTH

    def fit(self, texts: Sequence[str], reference: Embedder | None = None) -> FittedLSA:
        """Return the embedder whose space is made from these texts.

        Examples
        --------
        >>> LSA().fit(["one text", "another text"]).name[:4]
        'lsa-'
        """
        import numpy as np
        import xxhash
        from sklearn.decomposition import TruncatedSVD

        phases.phase("words and their parts")
        known = sorted({text for text in texts if text.strip()}) or ["nothing"]
        if len(known) > SAMPLE:
            rows = np.random.default_rng(0).choice(len(known), SAMPLE, replace=False)
            known = [known[row] for row in np.sort(rows)]
        words, grams = _counter("word", len(known)), _counter("char_wb", len(known))
        try:
            table = _features(*(each.fit_transform(phases.looked(known)) for each in (words, grams)))
        except ValueError:  # nothing but signs, or no word that occurs often enough: every text is its own
            words, grams = _counter("word", 0), _counter("char_wb", 0)
            known = [*known, "nothing"]
            table = _features(words.fit_transform(known), grams.fit_transform(known))
        width = min(self.width, min(table.shape) - 1)
        model = TruncatedSVD(width, random_state=0, n_iter=3)
        svd = phases.apart(lambda: model.fit(table)) if width >= 2 else None
        key = xxhash.xxh3_64("\0".join(known).encode("utf-8", "surrogatepass")).hexdigest()
        return FittedLSA(f"{self.name}-{key}", words, grams, svd)


@dataclass(frozen=True)
class FittedLSA:
    """An LSA space.

    Examples
    --------
    >>> fitted = LSA().fit(["lost my card", "card is lost", "exchange rate", "rate of exchange"])
    >>> a, b, c = fitted.embed(["card lost", "lost card", "exchange"])
    >>> bool(a @ b > a @ c)
    True
    """

    name: str
    words: Any = field(repr=False)
    grams: Any = field(repr=False)
    svd: Any = field(repr=False)

    def embed(self, texts: Sequence[str]) -> Array:
        """Return one vector of length 1 per text, zeros where nothing of it is known.

        Examples
        --------
        >>> LSA().fit(["a text", "more text"]).embed([]).shape[0]
        0
        """
        from rftkit.embed.minilm import normalized

        if not len(texts):
            return _zeros(0, self.svd)
        table = _features(*(each.transform(phases.looked(texts)) for each in (self.words, self.grams)))
        return normalized(table.toarray() if self.svd is None else self.svd.transform(table))


def _zeros(count: int, svd: Any) -> np.ndarray[Any, np.dtype[np.float32]]:
    import numpy as np

    return np.zeros((count, 1 if svd is None else svd.n_components), dtype=np.float32)


def _counter(analyzer: str, count: int) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer

    span = (1, 2) if analyzer == "word" else (2, 5)
    least = 2 if count >= 200 else 1
    pattern = r"(?u)\b\w+\b" if analyzer == "word" else None
    return TfidfVectorizer(
        analyzer=analyzer, ngram_range=span, min_df=least, sublinear_tf=True, max_features=60_000, token_pattern=pattern
    )


def _features(words: Any, grams: Any) -> Any:
    from scipy.sparse import hstack

    return hstack([words, grams]).tocsr()
