"""Give records their topic: by keywords, by meaning, by a model for what remains.

Hand-made topics (assigned by a person, or imported with the data) are never overwritten; they teach. What is like
nothing that the tree knows stays unassigned, and unassigned records yield suggestions for new topics.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rftkit.errors import InputError
from rftkit.topics import calibrate, classify, keywords
from rftkit.topics.tree import Topic, TopicTree

if TYPE_CHECKING:
    from rftkit.embed.protocol import Embedder, Fittable

METHODS = ("keyword", "embedding", "llm")
HAND_MADE = ("manual", "imported")

_FLOOR = 0.1  # a topic less likely than that is no topic
_STRANGE = 0.12  # a cosine to the nearest topic below it is strange in every embedding
_SECOND = 0.2
_WEAK = 0.5
_EACH = 40
_FOLDS = 5

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Question:
    """What a judge is asked about one record.

    Attributes
    ----------
    text
        Of the record.
    topics
        Path and description of the topics it may have, the likeliest first.

    Examples
    --------
    >>> Question("where is my card", (("Cards/Delivery", ""),)).topics[0][0]
    'Cards/Delivery'
    """

    text: str
    topics: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge says: a path (None for no topic of the tree) and how sure it is.

    Examples
    --------
    >>> Verdict("Cards/Delivery", 0.9).path
    'Cards/Delivery'
    """

    path: str | None
    confidence: float


#: Answers questions, in order; None where no answer came.
Judge = Callable[[Sequence[Question]], Sequence[Verdict | None]]


@dataclass(frozen=True)
class CategorizeReport:
    """The topic of every record after a run.

    Attributes
    ----------
    labels
        One row per record: `id` (and `row` where given), `topic`, `topic_confidence`, `topic_method`,
        `secondary_topics`, and whether the run `changed` it.
    calibrated
        Whether confidences were calibrated by cross-validation on hand-made labels.
    embedder
        Which embedder was used and why, empty when none was.
    suggestions
        New topics that unassigned records suggest: name, description, keywords, count, ids.
    error
        Expected calibration error on the hand-made labels, each judged unseen; None when not calibrated.
    accuracy
        Share of hand-made labels that were found again, each judged unseen; None without enough of them.

    Examples
    --------
    >>> from rftkit import messages
    >>> frame = pl.DataFrame({"id": ["a"], "messages": messages.pack([[{"role": "user", "content": "lost my card"}]])})
    >>> tree = TopicTree().add("Cards", keywords=["card", "lost"]).add("Rates", keywords=["rate"])
    >>> categorize(frame, tree, method=["keyword"]).labels["topic"].to_list()
    ['Cards']
    """

    labels: pl.DataFrame = field(repr=False)
    calibrated: bool = False
    embedder: str = ""
    suggestions: tuple[dict[str, Any], ...] = ()
    error: float | None = None
    accuracy: float | None = None

    @property
    def total(self) -> int:
        """Number of records."""
        return self.labels.height

    @property
    def assigned(self) -> int:
        """Number of records with a topic."""
        return self.total - self.unassigned

    @property
    def unassigned(self) -> int:
        """Number of records without a topic."""
        return int(self.labels["topic"].null_count())

    @property
    def changed(self) -> int:
        """Number of records whose topic this run set."""
        return int(self.labels["changed"].sum())

    @property
    def by_method(self) -> dict[str, int]:
        """Number of records with a topic by how they got it."""
        found = self.labels.filter(pl.col("topic").is_not_null())["topic_method"].fill_null("unknown")
        return dict(sorted(found.value_counts().iter_rows()))

    @property
    def bands(self) -> dict[str, int]:
        """Number of records with a topic by band: high from 0.8, medium from 0.5, review below."""
        known = self.labels.filter(pl.col("topic").is_not_null())
        return calibrate.bands(known["topic_confidence"].fill_null(0).to_numpy())

    @property
    def queue(self) -> pl.DataFrame:
        """The review queue: records whose confidence is low, the least sure first."""
        low = (pl.col("topic_confidence") < calibrate.MEDIUM) & pl.col("topic").is_not_null()
        return self.labels.filter(low).sort("topic_confidence", maintain_order=True)

    def __repr__(self) -> str:
        sure = "calibrated" if self.calibrated else "uncalibrated"
        return f"CategorizeReport({self.assigned} of {self.total} assigned, {self.bands}, {sure})"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(repr(self))}</pre>"

    def to_dict(self) -> dict[str, Any]:
        """Return the counts as plain values.

        Examples
        --------
        >>> empty = pl.DataFrame(schema={"topic": pl.String, "topic_confidence": pl.Float64, "topic_method": pl.String})
        >>> CategorizeReport(empty.with_columns(changed=pl.lit(False))).to_dict()["total"]
        0
        """
        return {
            "total": self.total,
            "assigned": self.assigned,
            **self.bands,
            "unassigned": self.unassigned,
            "by_method": self.by_method,
            "changed": self.changed,
            "calibrated": self.calibrated,
            "calibration_error": self.error,
            "accuracy": self.accuracy,
            "embedder": self.embedder,
            "suggestions": [dict(each) for each in self.suggestions],
        }


def categorize(
    frame: pl.DataFrame,
    tree: TopicTree,
    *,
    method: Sequence[str] = ("keyword", "embedding"),
    embedder: str | Embedder | Fittable = "auto",
    vectors: npt.NDArray[np.float32] | None = None,
    all: bool = False,
    together: bool = True,
    judge: Judge | None = None,
    suggest: bool = True,
    seed: int = 0,
) -> CategorizeReport:
    """Give records a topic of the tree.

    Parameters
    ----------
    frame
        With `messages`, and `id`, `topic`, `topic_method`, `topic_confidence` where they exist.
    tree
        Its leaves are the topics a record can have.
    method
        Any of `keyword`, `embedding`, `llm`, used in this order; each decides what the ones before left open.
    embedder
        A name, or an embedder; the one that made `vectors` where these are given.
    vectors
        One row per record, when they exist already.
    all
        Judge again what has a topic, too. Hand-made topics stay in any case.
    together
        Whether the prompts may speak for each other; without it each is judged by itself.
    judge
        Decides what remains; needed for `llm`.
    suggest
        Whether unassigned records are searched for new topics.
    seed
        For the folds of the calibration.

    Examples
    --------
    >>> from rftkit import messages
    >>> frame = pl.DataFrame({"id": ["a"], "messages": messages.pack([[{"role": "user", "content": "my cards"}]])})
    >>> categorize(frame, TopicTree().add("Cards", keywords=["card"]), method=["keyword"])
    CategorizeReport(1 of 1 assigned, {'high': 1, 'medium': 0, 'review': 0}, uncalibrated)
    """
    wanted = _methods(method, judge)
    if not tree.topics:
        raise InputError("the tree has no topics; discover some, take a template, or add them first")
    work = _Work.of(frame, tree, all)
    if "embedding" in wanted and frame.height:
        work.embed(embedder, vectors, together)
    outcome = _Outcome.empty(frame.height)
    hits = keywords.scores(work.texts, work.leaves) if "keyword" in wanted else None
    if work.space is not None and len(work.at):
        _by_meaning(work, outcome, hits, seed)
    elif hits is not None:
        _by_keywords(work, outcome, hits)
    if "llm" in wanted and judge is not None:
        _by_judge(work, outcome, judge)
    labels = _labels(work, outcome)
    found = _suggestions(work, labels, seed) if suggest and work.vectors is not None else ()
    return CategorizeReport(labels, outcome.calibrated, work.why, found, outcome.error, outcome.accuracy)


def _methods(method: Sequence[str], judge: Judge | None) -> tuple[str, ...]:
    wanted = tuple(method.split(",")) if isinstance(method, str) else tuple(method)
    unknown = [name for name in wanted if name not in METHODS]
    if unknown or not wanted:
        raise InputError(f"a method is one of {', '.join(METHODS)}; given {', '.join(unknown) or 'none'}")
    if "llm" in wanted and judge is None:
        raise InputError("the method 'llm' needs a model; name one, or leave 'llm' out")
    return wanted


@dataclass
class _Work:
    """The records of a run, which of them are judged, and which teach."""

    frame: pl.DataFrame
    tree: TopicTree
    leaves: list[Topic]
    texts: list[str]
    current: list[str | None]
    methods: list[str | None]
    hand: npt.NDArray[np.bool_]
    at: Ints
    again: bool
    vectors: npt.NDArray[np.float32] | None = None
    space: classify.Space | None = None
    why: str = ""

    @classmethod
    def of(cls, frame: pl.DataFrame, tree: TopicTree, again: bool) -> _Work:
        from rftkit.embed.text import texts

        if "messages" not in frame.columns:
            raise InputError(f"the frame needs a column 'messages'; it has {', '.join(frame.columns) or 'none'}")
        paths = _column(frame, "topic")
        methods = _column(frame, "topic_method")
        current = [_path(tree, path) for path in paths]
        hand = np.array([m in HAND_MADE and p is not None for m, p in zip(methods, current, strict=True)], dtype=bool)
        open_ = np.array([again or path is None for path in current], dtype=bool) & ~hand
        words = texts(frame).to_list()
        at = np.flatnonzero(open_ & np.array([bool(text.strip()) for text in words], dtype=bool))
        return cls(frame, tree, list(tree.leaves()), words, current, methods, hand, at, again)

    def embed(
        self, embedder: str | Embedder | Fittable, vectors: npt.NDArray[np.float32] | None, together: bool
    ) -> None:
        from rftkit import embed

        if vectors is None:
            made = embed.vectors(self.texts, embedder)
            self.vectors, space_of, self.why = made.array, made.embedder, f"{made.embedder.name}: {made.why}"
        else:
            known = embed.get(embedder, count=len(self.texts)) if isinstance(embedder, str) else embedder
            space_of = embed.fitted(known, self.texts)
            self.vectors, self.why = vectors, f"{space_of.name}: handed in"
        if len(self.vectors) != len(self.texts):
            raise InputError(f"there must be one vector per record: {len(self.texts)} and {len(self.vectors)}")
        topics = classify.topic_vectors(self.leaves, self.tree, space_of)
        if topics.shape[1] != self.vectors.shape[1]:
            raise InputError(
                f"the vectors have {self.vectors.shape[1]} numbers and those of {space_of.name!r} {topics.shape[1]}; "
                "name the embedder that made them"
            )
        self.space = classify.space(self.vectors, self.texts, topics, together=together)

    def examples(self) -> classify.Examples:
        """Return the rows that teach: hand-made labels, and what steps have assigned where that is kept."""
        column = {self.tree.path(topic.id): i for i, topic in enumerate(self.leaves)}
        rows, topics, weights = [], [], []
        for row, path in enumerate(self.current):
            if path in column and (
                self.hand[row] or (not self.again and self.methods[row] in ("discovered", "generated"))
            ):
                rows.append(row)
                topics.append(column[path])
                weights.append(1.0 if self.hand[row] else _WEAK)
        return classify.Examples(np.array(rows, np.int64), np.array(topics, np.int64), np.array(weights))


def _column(frame: pl.DataFrame, name: str) -> list[str | None]:
    return frame[name].to_list() if name in frame.columns else [None] * frame.height


def _path(tree: TopicTree, path: str | None) -> str | None:
    topic = None if path is None else tree.get(path)
    return None if topic is None else tree.path(topic.id)


@dataclass
class _Outcome:
    """What a run decides, row by row."""

    topic: Ints
    confidence: npt.NDArray[np.float64]
    method: list[str | None]
    second: dict[int, list[int]]
    calibrated: bool = False
    error: float | None = None
    accuracy: float | None = None

    @classmethod
    def empty(cls, total: int) -> _Outcome:
        return cls(np.full(total, -1, dtype=np.int64), np.zeros(total), [None] * total, {})


def _by_keywords(work: _Work, outcome: _Outcome, hits: npt.NDArray[np.float64]) -> None:
    sure = keywords.confidence(hits)
    best = hits.argmax(axis=1)
    model = _keyword_calibration(work, outcome, hits, sure)
    for row in work.at.tolist():
        if sure[row] > 0:
            outcome.topic[row], outcome.method[row] = best[row], "keyword"
            outcome.confidence[row] = sure[row] if model is None else float(model(_plain(sure[row : row + 1]))[0])
            outcome.second[row] = _seconds(hits[row] / hits[row].sum(), int(best[row]))


def _keyword_calibration(
    work: _Work, outcome: _Outcome, hits: npt.NDArray[np.float64], sure: npt.NDArray[np.float64]
) -> calibrate.Calibrator | None:
    known = work.examples()
    found = known.only(work.hand[known.rows] & (sure[known.rows] > 0)) if len(known.rows) else known
    right = hits[found.rows].argmax(axis=1) == found.topics if len(found.rows) else np.zeros(0, dtype=bool)
    model = calibrate.fit(_plain(sure[found.rows]), right)
    outcome.calibrated = model is not None
    if model is not None:
        outcome.error = calibrate.error(model(_plain(sure[found.rows])), right)
        outcome.accuracy = float(right.mean())
    return model


def _plain(sure: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.stack([sure, np.zeros(len(sure)), np.zeros(len(sure))], axis=1)


def _by_meaning(work: _Work, outcome: _Outcome, hits: npt.NDArray[np.float64] | None, seed: int) -> None:
    assert work.space is not None
    known = _some(work.examples(), seed)
    rows = work.at
    if not len(rows):
        return
    hand = work.hand[known.rows] if len(known.rows) else np.zeros(0, dtype=bool)
    judged = _cross_validated(work.space, known, hand, seed)
    chances = _chances(work.space, known, rows, judged.linear)
    near = classify.nearness(work.space, known, rows)
    best = chances.argmax(axis=1)
    confidence = chances.max(axis=1)
    if judged.model is not None:
        confidence = judged.model(calibrate.features(chances, near))
        outcome.calibrated, outcome.error = True, judged.error
    outcome.accuracy = judged.accuracy
    strange = _strange(work.space, rows, near, judged)
    _decide(outcome, rows, best, confidence, chances, strange)
    if hits is not None:
        _with_keywords(work, outcome, hits, chances)


def _some(known: classify.Examples, seed: int) -> classify.Examples:
    """Return at most so many examples a topic: hand-made ones first, then a sample."""
    order = np.random.default_rng(seed).permutation(len(known.rows))
    order = order[np.argsort(-known.weights[order], kind="stable")]
    taken: dict[int, int] = {}
    keep = np.zeros(len(known.rows), dtype=bool)
    for i in order.tolist():
        topic = int(known.topics[i])
        taken[topic] = taken.get(topic, 0) + 1
        keep[i] = taken[topic] <= _EACH
    return known.only(keep)


def _chances(space: classify.Space, known: classify.Examples, rows: Ints, linear: bool) -> npt.NDArray[np.float64]:
    belief = classify.by_words(space, known)
    return classify.by_examples(space, known, belief, rows) if linear else belief[rows]


@dataclass
class _Judged:
    """What cross-validation on hand-made labels says: the better head, its calibration, how near examples are."""

    linear: bool = False
    model: calibrate.Calibrator | None = None
    error: float | None = None
    accuracy: float | None = None
    nearness: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))


def _cross_validated(
    space: classify.Space, known: classify.Examples, hand: npt.NDArray[np.bool_], seed: int
) -> _Judged:
    tested = np.flatnonzero(hand)
    if len(tested) < 2 * _FOLDS or len(np.unique(known.topics)) < 2:
        return _Judged(linear=len(known.rows) >= 2 * len(space.topics) and len(np.unique(known.topics)) > 1)
    fold = _fold_of(known.topics[tested], seed)
    chances = np.zeros((2, len(tested), len(space.topics)))
    near = np.zeros(len(tested))
    for each in range(_FOLDS):
        held = tested[fold == each]
        keep = np.ones(len(known.rows), dtype=bool)
        keep[held] = False
        rest, rows = known.only(keep), known.rows[held]
        if not len(rows):
            continue
        belief = classify.by_words(space, rest)
        chances[0, fold == each] = belief[rows]
        chances[1, fold == each] = classify.by_examples(space, rest, belief, rows)
        near[fold == each] = classify.nearness(space, rest, rows)
    goal = known.topics[tested]
    right = chances.argmax(axis=2) == goal
    linear = bool(right[1].mean() >= right[0].mean())
    chosen, ok = chances[int(linear)], right[int(linear)]
    rows = calibrate.features(chosen, near)
    model = calibrate.fit(rows, ok, _out_of_scope(space, known, tested, linear, seed))
    error = None if model is None else calibrate.error(model(rows), ok)
    return _Judged(linear, model, error, float(ok.mean()), near)


def _out_of_scope(
    space: classify.Space, known: classify.Examples, tested: Ints, linear: bool, seed: int, parts: int = 3
) -> npt.NDArray[np.float64]:
    """Return the features of labels whose topics were taken out of the tree: what out of scope looks like."""
    topics = np.unique(known.topics[tested])
    if len(topics) < 2 * parts:
        return np.zeros((0, 3))
    part = np.random.default_rng(seed + 1).permutation(len(topics)) % parts
    found = []
    for each in range(parts):
        keep = np.setdiff1d(np.arange(len(space.topics)), topics[part == each])
        held = np.isin(known.topics, topics[part == each])
        rows = known.rows[np.intersect1d(tested, np.flatnonzero(held))]
        rest = known.only(~held)
        rest = classify.Examples(rest.rows, np.searchsorted(keep, rest.topics), rest.weights)
        smaller = replace(space, topics=space.topics[keep], raw=space.raw[:, keep])
        belief = classify.by_words(smaller, rest)
        chances = classify.by_examples(smaller, rest, belief, rows) if linear else belief[rows]
        found.append(calibrate.features(chances, classify.nearness(smaller, rest, rows)))
    return np.vstack(found)


def _fold_of(topics: Ints, seed: int) -> Ints:
    """Return a fold per example such that each topic is spread over the folds."""
    order = np.random.default_rng(seed).permutation(len(topics))
    order = order[np.argsort(topics[order], kind="stable")]
    fold = np.empty(len(topics), dtype=np.int64)
    fold[order] = np.arange(len(topics)) % _FOLDS
    return fold


def _strange(
    space: classify.Space, rows: Ints, near: npt.NDArray[np.float64], judged: _Judged
) -> npt.NDArray[np.bool_]:
    """Return which rows are like nothing the tree knows.

    With examples: farther from the nearest one than 99 of 100 examples are from each other. By words alone: not nearer
    to its best topic than prompts are to any topic.
    """
    best = space.raw[rows].max(axis=1)
    if len(judged.nearness) >= 100:
        return np.asarray(near < np.quantile(judged.nearness, 0.01))
    usual = float(space.raw.mean()) + float(space.raw.std()) if space.raw.size >= 500 else _STRANGE
    return np.asarray(best < max(min(usual, 0.3), _STRANGE))


def _decide(
    outcome: _Outcome,
    rows: Ints,
    best: Ints,
    confidence: npt.NDArray[np.float64],
    chances: npt.NDArray[np.float64],
    strange: npt.NDArray[np.bool_],
) -> None:
    floor = min(_FLOOR, 2 / max(chances.shape[1], 1))
    for i, row in enumerate(rows.tolist()):
        outcome.confidence[row] = confidence[i]
        outcome.second[row] = _seconds(chances[i], int(best[i]))
        if not strange[i] and confidence[i] >= floor:
            outcome.topic[row], outcome.method[row] = best[i], "embedding"


def _seconds(chances: npt.NDArray[np.float64], best: int, limit: int = 2) -> list[int]:
    order = np.argsort(-chances, kind="stable")[: limit + 1].tolist()
    return [topic for topic in order if topic != best and chances[topic] >= _SECOND][:limit]


def _with_keywords(
    work: _Work, outcome: _Outcome, hits: npt.NDArray[np.float64], chances: npt.NDArray[np.float64]
) -> None:
    """Let clear keywords decide where meaning does not contradict them."""
    sure = keywords.confidence(hits)
    for i, row in enumerate(work.at.tolist()):
        best = int(hits[row].argmax())
        if sure[row] < keywords.SURE:
            continue
        if outcome.topic[row] == best:
            outcome.method[row] = "keyword"
            if not outcome.calibrated:
                outcome.confidence[row] = max(outcome.confidence[row], sure[row])
        elif outcome.topic[row] < 0 and not outcome.calibrated and chances[i, best] >= np.sort(chances[i])[-3:][0]:
            outcome.topic[row], outcome.method[row], outcome.confidence[row] = best, "keyword", sure[row] / 2


def _by_judge(work: _Work, outcome: _Outcome, judge: Judge) -> None:
    open_ = [row for row in work.at.tolist() if outcome.confidence[row] < calibrate.MEDIUM or outcome.topic[row] < 0]
    if not open_:
        return
    columns = {work.tree.path(topic.id): i for i, topic in enumerate(work.leaves)}
    choices = tuple((path, work.leaves[i].description) for path, i in columns.items())
    verdicts = judge([Question(work.texts[row], choices) for row in open_])
    if len(verdicts) != len(open_):
        raise InputError(f"the judge must answer every question; asked {len(open_)}, answered {len(verdicts)}")
    for row, verdict in zip(open_, verdicts, strict=True):
        path = None if verdict is None or verdict.path is None else _path(work.tree, verdict.path)
        if verdict is None or (verdict.path is not None and path not in columns):
            continue  # no answer, or a topic that is not in the tree: what was decided before stands
        outcome.topic[row] = -1 if path is None else columns[path]
        outcome.method[row] = None if path is None else "llm"
        outcome.confidence[row] = float(np.clip(verdict.confidence, 0, 1))


def _labels(work: _Work, outcome: _Outcome) -> pl.DataFrame:
    paths = [work.tree.path(topic.id) for topic in work.leaves]
    judged = np.zeros(work.frame.height, dtype=bool)
    judged[work.at] = True
    topic: list[str | None] = list(work.current)
    sure: list[float | None] = [None if v is None else float(v) for v in _numbers(work.frame, "topic_confidence")]
    method: list[str | None] = [m if p is not None else None for m, p in zip(work.methods, work.current, strict=True)]
    second: list[list[str]] = [[] for _ in topic]
    if "secondary_topics" in work.frame.columns:
        second = [list(each or []) for each in work.frame["secondary_topics"].to_list()]
    for row in np.flatnonzero(judged).tolist():
        at = int(outcome.topic[row])
        topic[row] = paths[at] if at >= 0 else None
        sure[row], method[row] = (float(outcome.confidence[row]), outcome.method[row]) if at >= 0 else (None, None)
        second[row] = [paths[each] for each in outcome.second.get(row, [])]
    for row in np.flatnonzero(work.hand).tolist():
        sure[row] = 1.0 if sure[row] is None else sure[row]
    keys = [name for name in ("row", "id") if name in work.frame.columns]
    before = _column(work.frame, "topic")
    return work.frame.select(keys).with_columns(
        pl.Series("topic", topic, dtype=pl.String),
        pl.Series("topic_confidence", sure, dtype=pl.Float64),
        pl.Series("topic_method", method, dtype=pl.String),
        pl.Series("secondary_topics", second, dtype=pl.List(pl.String)),
        pl.Series("changed", [a != b for a, b in zip(before, topic, strict=True)], dtype=pl.Boolean),
    )


def _numbers(frame: pl.DataFrame, name: str) -> list[float | None]:
    return frame[name].to_list() if name in frame.columns else [None] * frame.height


def _suggestions(work: _Work, labels: pl.DataFrame, seed: int, least: int = 8) -> tuple[dict[str, Any], ...]:
    """Return new topics that the unassigned records suggest, the largest first."""
    from rftkit.topics.discover import discover

    missing = labels["topic"].is_null().to_numpy()
    rows = np.flatnonzero(missing & np.array([bool(text.strip()) for text in work.texts], dtype=bool))
    if len(rows) < least or work.vectors is None:
        return ()
    found = discover([work.texts[row] for row in rows], work.vectors[rows], depth=1, seed=seed)
    ids = labels["id"].gather(rows).to_list() if "id" in labels.columns else rows.tolist()
    result = []
    for topic in found.tree.topics:
        members = [id_ for id_, path in zip(ids, found.topics.to_list(), strict=True) if path == topic.name]
        if len(members) >= min(least, 5) and topic.name not in work.tree:
            row = {"name": topic.name, "description": topic.description, "keywords": list(topic.keywords)}
            result.append({**row, "count": len(members), "ids": members[:20]})
    return tuple(sorted(result, key=lambda each: -each["count"]))
