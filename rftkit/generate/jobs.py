"""From a line of a plan to the job of a strategy: which records it is shown, what was learned from the data."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from rftkit.generate.facets import spread
from rftkit.generate.options import Options
from rftkit.generate.pool import Pool
from rftkit.generate.strategies import STRATEGIES
from rftkit.generate.strategies.common import Job
from rftkit.llm import OFFLINE
from rftkit.offline import analogy, asides, doing, frames, phrases, slots

if TYPE_CHECKING:
    from rftkit.generate.meanings import Embedder

T = TypeVar("T")
_MOST_MINED, _MOST_PER_TOPIC, _MOST_TOPICS = 8000, 120, 800
_MOST_ORDERED = 240
_PLACES = 2
_FRAME_TOPICS, _FRAMES_EACH, _LONGEST_FRAME = 30, 3, 120


class Line(Protocol):
    """A line of a plan, as this module needs it."""

    @property
    def topic(self) -> str:
        """Path."""
        ...

    @property
    def strategy(self) -> str:
        """Name of the strategy."""
        ...

    @property
    def options(self) -> Options:
        """Settings."""
        ...

    @property
    def from_ids(self) -> tuple[str, ...]:
        """Records to work from, or none for all of the topic."""
        ...


class Learned:
    """What a dataset shows beyond single examples: values of slots, exchangeable phrases, diverse orders.

    Parameters
    ----------
    pool
        The records.
    model
        Who will write: only the keyless writer has use for mined phrases.
    embedder
        For diverse orders.
    mined
        Whether to look for exchangeable phrases.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit import messages
    >>> said = messages.pack([[{"role": "user", "content": "Send it to Oslo"}]])
    >>> Learned(Pool(pl.DataFrame([pl.Series("id", ["a"]), said])), OFFLINE).values([0])
    {'place': ['Oslo']}
    """

    def __init__(self, pool: Pool, model: str, embedder: Embedder | None = None, *, mined: bool = True) -> None:
        self.pool, self.many, self.embedder, self._mined = pool, model == OFFLINE, embedder, mined
        self._values: dict[tuple[int, ...], dict[str, list[str]]] = {}
        self._lent: dict[str, tuple[str, ...]] = {}

    def _once(self, name: str, make: Callable[[], T]) -> T:
        """Return what was learned from these records before, by an earlier run."""
        return self.pool.remember((name, self._mined and self.many), make)

    @cached_property
    def interchangeable(self) -> tuple[tuple[str, str], ...]:
        """Phrases that prompts use in the same places and for the same topics, most frequent first."""
        return self._once(
            "interchangeable",
            lambda: tuple((one, other) for one, other, _ in phrases.mine(self._groups, contexts=_PLACES)),
        )

    @cached_property
    def asides(self) -> dict[str, list[str]]:
        """Sentences that people put beside anything, by what they follow."""
        return self._once("asides", lambda: asides.mine(self._groups))

    @cached_property
    def openings(self) -> dict[str, int]:
        """Return how often sentences begin with which words."""
        texts = (text for texts in self._groups.values() for text in texts)
        return self._once("openings", lambda: frames.openings(texts))

    def lent(self, topic: str) -> tuple[str, ...]:
        """Return prompts of topics with nearly the same name, said for this one."""
        if topic not in self._lent:
            self._lent[topic] = tuple(self._kindred.lent(topic)) if topic in self._groups else ()
        return self._lent[topic]

    @cached_property
    def _kindred(self) -> analogy.Kindred:
        return analogy.Kindred(self._groups)

    @cached_property
    def _groups(self) -> dict[str, list[str]]:
        """Texts of every topic, sampled; none for a model, which knows its language."""
        if not (self._mined and self.many):
            return {}
        topics = self.pool.topics()
        each = min(_MOST_PER_TOPIC, max(10, _MOST_MINED // max(1, len(topics))))
        picked = {topic: self.pool.sample(self.pool._by_topic[topic], each, "mined") for topic in topics[:_MOST_TOPICS]}
        return {topic: self.pool.texts(rows) for topic, rows in picked.items()}

    def actions(self, told: Sequence[str]) -> tuple[str, ...]:
        """Return those of the words of a topic that prompts show to be what one does, not a thing."""
        return tuple(one for one in told if doing.shown(one.lower(), self._whole)) if self._groups else ()

    @cached_property
    def _whole(self) -> str:
        return doing.told(text for texts in self._groups.values() for text in texts)

    def values(self, rows: Sequence[int]) -> dict[str, list[str]]:
        """Return slot values of the rows, and of all records for types that the rows hardly show."""
        own = slots.collect(self.pool.texts(list(rows)[:400]))
        return {
            kind: (own.get(kind, []) + [value for value in everywhere if value not in own.get(kind, [])])[:12]
            for kind, everywhere in {**self._everywhere, **own}.items()
        }

    @cached_property
    def _everywhere(self) -> dict[str, list[str]]:
        rows = self.pool.sample(range(self.pool.frame.height), 2000, "values")
        found = slots.collect(self.pool.texts(rows))
        # Places and names of one topic would be odd in another; times and amounts are the same everywhere.
        return {
            kind: values for kind, values in found.items() if kind in ("amount", "date", "time", "duration", "weekday")
        }

    def frames(self, tree: Any, topic: str) -> tuple[str, ...]:
        """Return prompts of other topics, the nearest first, with the words of their own topic left out."""
        if not self.many:
            return ()
        parent = topic.rpartition("/")[0]
        others = sorted(
            (path for path in self.pool.topics() if path != topic), key=lambda path: not path.startswith(parent)
        )
        found: list[str] = []
        for path in others[:_FRAME_TOPICS]:
            subject = _subject(path, node_of(tree, path))
            texts = self.pool.texts(self.pool.sample(self.pool._by_topic[path], 40, "frames"))
            masked = (subject.subn("___", text) for text in texts if len(text) < _LONGEST_FRAME)
            found.extend([text for text, count in masked if count == 1][:_FRAMES_EACH])
        return tuple(dict.fromkeys(found))

    def order(self, rows: Sequence[int], options: Options, seed: int) -> list[int]:
        """Return rows in an order in which every stretch is as diverse as can be; large topics are sampled."""
        some = self.pool.sample(rows, _MOST_ORDERED, seed)
        rng = random.Random(seed)
        rng.shuffle(some)
        if options.diversity != "embedding" or self.embedder is None or len(some) < 3:
            return some
        return [some[place] for place in _farthest_first(self.embedder.embed(self.pool.texts(some)))]


def _subject(path: str, node: Any) -> re.Pattern[str]:
    """Return a pattern of the noun phrase that names a topic: "my card arrival", "the exchange rate"."""
    name = re.split(r"[\W_]+", path.rsplit("/", 1)[-1].lower())
    keywords = [str(word).lower() for word in getattr(node, "keywords", ()) or ()]
    phrases_ = [" ".join(name), *keywords, *(word for word in name if len(word) > 3)]
    longest = sorted((phrase for phrase in set(phrases_) if phrase), key=len, reverse=True)
    return re.compile(rf"\b(?:my|the|a|an|your) (?:{'|'.join(map(re.escape, longest)) or '(?!)'})\b", re.IGNORECASE)


def _farthest_first(vectors: Any) -> list[int]:
    """Return places in the order of farthest-first traversal: each is the one least like all before it."""
    import numpy as np

    order = [0]
    nearest = np.asarray(vectors @ vectors[0])
    for _ in range(len(vectors) - 1):
        nearest[order] = np.inf
        place = int(np.argmin(nearest))
        order.append(place)
        nearest = np.maximum(nearest, vectors @ vectors[place])
    return order


def job_of(
    line: Line,
    pool: Pool,
    tree: Any,
    learned: Learned,
    count: int,
    round_: int,
    seed: int,
    *,
    avoid: Sequence[str] = (),
    orders: dict[str, list[int]] | None = None,
) -> Job:
    """Return the job of a line in a round.

    Examples
    --------
    >>> from rftkit.generate.plan import PlanLine
    >>> import polars as pl
    >>> from rftkit import messages
    >>> said = messages.pack([[{"role": "user", "content": "Hi there"}]])
    >>> pool = Pool(pl.DataFrame([pl.Series("id", ["a"]), said, pl.Series("topic", ["Cards"])]))
    >>> job_of(PlanLine("Cards", 2, "few_shot"), pool, None, Learned(pool, OFFLINE), 2, 0, 0).rows
    (0,)
    """
    kept = {} if orders is None else orders
    if line.topic not in kept:
        rows = pool.find(line.from_ids) if line.from_ids else STRATEGIES[line.strategy].sources(pool, line.topic)
        kept[line.topic] = learned.order(rows, line.options, seed)
    rows = kept[line.topic]
    node = node_of(tree, line.topic)
    facets = _facets(line)
    return Job(
        topic=line.topic,
        pool=pool,
        options=line.options,
        count=count,
        items=tuple(spread(facets, count, f"{seed}:{line.topic}:{round_}")),
        rows=tuple(rows),
        round=round_,
        seed=seed,
        avoid=tuple(avoid),
        description=str(getattr(node, "description", "") or ""),
        keywords=tuple(getattr(node, "keywords", ()) or ()),
        values=learned.values(rows),
        interchangeable=learned.interchangeable,
        asides=learned.asides,
        openings=learned.openings,
        many=learned.many,
        lent=learned.lent(line.topic) if line.strategy == "few_shot" else (),
        contrast=_contrast(tree, line.topic),
        frames=learned.frames(tree, line.topic) if line.strategy == "topic_description" else (),
        actions=learned.actions(_told(node, line.topic)) if line.strategy == "topic_description" else (),
    )


def _told(node: Any, topic: str) -> list[str]:
    """Return keywords and name of a topic as they are put into sentences."""
    name = " ".join(re.split(r"[\W_]+", topic.rsplit("/", 1)[-1])).strip().lower()
    return [*(str(word).replace("_", " ").strip() for word in getattr(node, "keywords", ()) or ()), name]


def _facets(line: Line) -> Mapping[str, Sequence[str]]:
    if line.strategy == "topic_description" and "difficulty" not in line.options.facets:
        return {**line.options.facets, "difficulty": line.options.difficulty}
    return line.options.facets


def node_of(tree: Any, topic: str) -> Any:
    """Return the node of a topic's path; None where there is no such node.

    Examples
    --------
    >>> node_of(None, "Cards") is None
    True
    """
    if tree is None or topic not in set(tree.paths().values()):
        return None
    return tree.find(topic)


def _contrast(tree: Any, topic: str) -> dict[str, Any]:
    """Return parent and siblings of a topic, which say what it is not."""
    if tree is None or not topic:
        return {}
    parent, _, name = topic.rpartition("/")
    paths = set(tree.paths().values())
    siblings = sorted(path.rsplit("/", 1)[-1] for path in paths if path.rpartition("/")[0] == parent and path != topic)
    found = {"parent": parent, "siblings": siblings[:20]}
    return {key: value for key, value in found.items() if value} if name else {}
