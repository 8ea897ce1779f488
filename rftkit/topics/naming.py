"""Names, keywords and descriptions of groups of texts, without a model.

Keywords are chosen by class-based TF-IDF: frequent in the group, rare in the others. A name is the phrase of two or
three words, as people write it, that best stands for the group, or its two best words.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from rftkit import phases
from rftkit.topics.stopwords import STOP

Ints = npt.NDArray[np.int64]

#: Names a group from its keywords and most central texts; what a model behind `rftkit.llm` provides.
Namer = Callable[[Sequence["Label"]], Sequence["Label"]]

_WORD = re.compile(r"[^\W_]+(?:['’\-.][^\W_]+)*")
_PER_GROUP = 400
_LONGEST_EXAMPLE = 90


@dataclass(frozen=True, slots=True)
class Label:
    """What a group is called and why.

    Attributes
    ----------
    name, description, keywords
        As a topic has them.
    examples
        The most central texts of the group.

    Examples
    --------
    >>> Label("Card delivery").examples
    ()
    """

    name: str
    description: str = ""
    keywords: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


def words(text: str) -> list[str]:
    """Return the words of a text in lower case.

    Examples
    --------
    >>> words("I can't find my card!")
    ['i', "can't", 'find', 'my', 'card']
    """
    return [found.casefold().replace("’", "'") for found in _WORD.findall(text)]


@lru_cache(maxsize=30_000)  # every level of a tree looks at the same texts
def phrases(text: str) -> list[tuple[str, str]]:
    """Return the words and two-word phrases that say something, each with its folded key.

    Stop words inside a phrase are stepped over once ("card has arrived" gives "card arrived").

    Examples
    --------
    >>> [key for key, _ in phrases("Where are my cards")]
    ['card']
    """
    tokens = words(text)
    kept = [
        (i, token) for i, token in enumerate(tokens) if token not in STOP and len(token) > 1 and not token.isdigit()
    ]
    found = [(stem(token), token) for _, token in kept]
    for (i, first), (j, second) in itertools.pairwise(kept):
        if j - i <= 2 and stem(first) != stem(second):
            found.append((f"{stem(first)} {stem(second)}", f"{first} {second}"))
    if not found:  # nothing but stop words, or a script without spaces
        found = [(token, token) for token in tokens[:8]]
    return found


@lru_cache(maxsize=30_000)
def stem(word: str) -> str:
    """Return a word without the commonest English endings, so that forms of a word count together.

    Examples
    --------
    >>> stem("cards"), stem("delivered"), stem("bus")
    ('card', 'deliver', 'bus')
    """
    for ending, least in (("ies", 3), ("ing", 4), ("ed", 4), ("es", 4), ("s", 3)):
        if word.endswith(ending) and len(word) - len(ending) >= least and not word.endswith("ss"):
            base = word[: -len(ending)]
            return base + "y" if ending == "ies" else base
    return word


@dataclass(frozen=True)
class Counts:
    """In how many texts of each group every phrase is, and how it is mostly written.

    Examples
    --------
    >>> Counts.of(["my card", "a card"], np.array([0, 0])).groups[0]["card"]
    2
    """

    groups: tuple[Counter[str], ...]
    sizes: tuple[int, ...]
    written: dict[str, str]

    @classmethod
    def of(cls, texts: Sequence[str], labels: Ints, seed: int = 0) -> Counts:
        """Count the phrases of groups; of a large group a sample.

        Examples
        --------
        >>> Counts.of(["my card"], np.array([0])).sizes
        (1,)
        """
        count = int(labels.max()) + 1 if len(labels) else 0
        rng = np.random.default_rng(seed)
        groups, sizes = [], []
        forms: dict[str, Counter[str]] = {}
        order = np.argsort(labels, kind="stable")
        edges = np.searchsorted(labels[order], np.arange(count + 1))
        for group in phases.each(range(count), "names"):
            rows = order[edges[group] : edges[group + 1]]
            if len(rows) > _PER_GROUP:
                rows = rng.choice(rows, _PER_GROUP, replace=False)
            counter: Counter[str] = Counter()
            for row in rows.tolist():
                found = dict(phrases(texts[row][:2000]))
                counter.update(found.keys())
                for key, form in found.items():
                    forms.setdefault(key, Counter())[form] += 1
            groups.append(counter)
            sizes.append(len(rows))
        written = {key: max(counter, key=lambda form: (counter[form], form)) for key, counter in forms.items()}
        return cls(tuple(groups), tuple(sizes), written)

    def scores(self) -> list[dict[str, float]]:
        """Return the class-based TF-IDF of the phrases of each group.

        Examples
        --------
        >>> scores = Counts.of(["lost card", "card fee"], np.array([0, 1])).scores()
        >>> scores[0]["lost"] > scores[0]["card"]
        True
        """
        spread: Counter[str] = Counter()
        for counter, size in zip(self.groups, self.sizes, strict=True):
            for key, number in counter.items():
                spread[key] += number / max(size, 1)  # type: ignore[assignment]
        result = []
        for counter, size in zip(self.groups, self.sizes, strict=True):
            least = max(1, round(0.02 * size)) if size < 20 else max(2, round(0.02 * size))
            found = {}
            for key, number in counter.items():
                if number >= least:
                    share = number / max(size, 1)
                    rare = np.log(1 + (len(self.groups) + 1) / (spread[key] + 0.5))
                    found[key] = float(np.sqrt(share) * rare * (share / (spread[key] + 0.05)) ** 0.5)
            result.append(found)
        return result


def describe(
    texts: Sequence[str],
    labels: Ints,
    central: Sequence[Sequence[int]],
    *,
    seed: int = 0,
    shown: Sequence[str] | None = None,
) -> list[Label]:
    """Return a name, a sentence and keywords for every group.

    Parameters
    ----------
    texts
        All texts.
    labels
        The group of each, numbered from 0.
    central
        Rows of the most central texts of each group.
    seed
        For the sample of large groups.
    shown
        How each text is quoted in a sentence; as it is by default.

    Examples
    --------
    >>> texts = ["lost my card", "card is lost", "exchange rate today", "the exchange rate"]
    >>> [label.name for label in describe(texts, np.array([0, 0, 1, 1]), [[0], [2]])]
    ['Lost card', 'Exchange rate']
    """
    counts = Counts.of(texts, labels, seed)
    found = []
    for group, scores in enumerate(phases.looked(counts.scores())):
        near = [texts[row] for row in central[group]]
        quoted = near if shown is None else [shown[row] for row in central[group]]
        found.append(_label(scores, counts, near, quoted, group))
    return found


def _label(scores: dict[str, float], counts: Counts, near: Sequence[str], quoted: Sequence[str], group: int) -> Label:
    ranked = sorted(scores, key=lambda key: (-scores[key], key))
    ranked = _closer(ranked, scores, near)
    keywords = _keywords(ranked, counts)
    name = _name(ranked, scores, counts, near) or f"Group {group + 1}"
    return Label(name, sentence(keywords, quoted), tuple(keywords), tuple(quoted))


def _closer(ranked: list[str], scores: dict[str, float], near: Sequence[str]) -> list[str]:
    """Return the ranking with phrases that the most central texts use counted double."""
    used = Counter(key for text in near for key in dict(phrases(text)))
    top = ranked[:40]
    return sorted(top, key=lambda key: (-scores[key] * (1 + used[key] / max(len(near), 1)), key)) + ranked[40:]


def _keywords(ranked: Sequence[str], counts: Counts, limit: int = 8) -> list[str]:
    chosen: list[str] = []
    for key in ranked:
        parts = key.split()
        if any(set(parts) == set(other.split()) for other in chosen):
            continue
        if len(parts) == 1 and sum(key in other.split() for other in chosen) >= 2:
            continue  # said already, in two phrases
        chosen.append(key)
        if len(chosen) == limit:
            break
    return [counts.written[key] for key in chosen]


def _name(ranked: Sequence[str], scores: dict[str, float], counts: Counts, near: Sequence[str]) -> str:
    pairs = [key for key in ranked[:25] if " " in key]
    singles = [key for key in ranked[:25] if " " not in key]
    if pairs and (not singles or scores[pairs[0]] >= 0.45 * scores[singles[0]]):
        return title(counts.written[pairs[0]])
    if len(singles) >= 2 and scores[singles[1]] >= 0.5 * scores[singles[0]]:
        return title(_in_order(counts.written[singles[0]], counts.written[singles[1]], near))
    return title(counts.written[singles[0]]) if singles else ""


def _in_order(first: str, second: str, near: Sequence[str]) -> str:
    """Return two words in the order in which the texts mostly use them."""
    votes = 0
    for text in near:
        tokens = [stem(token) for token in words(text)]
        if stem(first) in tokens and stem(second) in tokens:
            votes += 1 if tokens.index(stem(first)) <= tokens.index(stem(second)) else -1
    return f"{first} {second}" if votes >= 0 else f"{second} {first}"


def title(text: str) -> str:
    """Return a phrase as a name: first letter large, no slash.

    Examples
    --------
    >>> title("card delivery")
    'Card delivery'
    """
    text = " ".join(text.replace("/", "-").split())[:60]
    return text[:1].upper() + text[1:]


def sentence(keywords: Sequence[str], near: Sequence[str]) -> str:
    """Return one sentence about a group.

    Examples
    --------
    >>> sentence(["lost card"], ["I lost my card"])
    'Prompts about lost card, such as "I lost my card".'
    """
    about = ", ".join(keywords[:3]) or "one thing"
    example = " ".join(near[0].split()) if near else ""
    if len(example) > _LONGEST_EXAMPLE:
        example = example[:_LONGEST_EXAMPLE].rsplit(" ", 1)[0] + " …"
    return f'Prompts about {about}, such as "{example.rstrip(".")}".' if example else f"Prompts about {about}."


def distinct(labels: Sequence[Label], taken: Sequence[str] = ()) -> list[Label]:
    """Return the labels with names made unique by the next keyword that differs, else by a number.

    Examples
    --------
    >>> [label.name for label in distinct([Label("Card", keywords=("card", "fee")), Label("Card")], ["Card"])]
    ['Card: fee', 'Card 2']
    """
    used = {name.casefold() for name in taken}
    found = []
    for label in labels:
        name = label.name
        if name.casefold() in used:
            name = _other(label, used)
        used.add(name.casefold())
        found.append(replace(label, name=name))
    return found


def _other(label: Label, used: set[str]) -> str:
    said = {stem(word) for word in words(label.name)}
    for keyword in label.keywords:
        name = f"{label.name}: {keyword}"
        if not {stem(word) for word in words(keyword)} & said and name.casefold() not in used:
            return name
    number = 2
    while f"{label.name} {number}".casefold() in used:
        number += 1
    return f"{label.name} {number}"
