"""`Coverage`: what the records of a dataset cover, against what they should."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import render
from rftkit.coverage import advice, gaps, scores
from rftkit.coverage.outline import Outline, check_level
from rftkit.coverage.tally import Tally
from rftkit.coverage.targets import Targets, resolve
from rftkit.errors import InputError, NotFoundError
from rftkit.topics.shapes import some
from rftkit.topics.tree import GENERAL

if TYPE_CHECKING:
    from rftkit.coverage.matrix import Matrix

#: Columns of `Coverage.topics`; shares and targets are parts of 1, gaps are percentage points.
TOPICS: dict[str, Any] = {
    "path": pl.String,
    "count": pl.Int64,
    "share": pl.Float64,
    "target": pl.Float64,
    "gap": pl.Float64,
    "status": pl.String,
    "needed": pl.Int64,
    "fill": pl.Int64,
    "generated": pl.Int64,
}


@dataclass(frozen=True)
class Options:
    """What a coverage was asked for.

    Attributes
    ----------
    targets
        Mode or mapping of target shares.
    level
        Level of the tree; None for the leaves.
    grow
        Part by which a balanced dataset should grow.
    synthetic_ratio
        Largest allowed part of generated records; None for no limit.
    waiting
        Candidates that wait for a decision.

    Examples
    --------
    >>> Options().targets
    'uniform'
    """

    targets: Targets = "uniform"
    level: int | None = None
    grow: float | None = None
    synthetic_ratio: float | None = 0.3
    waiting: int = 0

    def __post_init__(self) -> None:
        check_level(self.level)
        if self.grow is not None and self.grow < 0:
            raise InputError(f"grow is {self.grow}; give the part to add, such as 0.2 for 20 %")
        if self.synthetic_ratio is not None and not 0 <= self.synthetic_ratio <= 1:
            raise InputError(
                f"synthetic_ratio is {self.synthetic_ratio}; give a part between 0 and 1, or None for no limit"
            )


@dataclass(frozen=True)
class Coverage:
    """Counts, shares and targets by topic, two scores, and what to do next.

    Attributes
    ----------
    topics
        One row per topic in the order of the tree: `path`, `count`, `share`, `target`, `gap`, `status`, `needed`
        (to reach every target), `fill` (what the limit on generated records allows of it), `generated`. Shares
        and targets are parts of 1, a gap is in percentage points: 5.0 from a share of 0.15 to a target of 0.2.
    tally
        The numbers behind it, by node of the tree.
    outline
        The tree they are of.
    options
        What was asked for.

    Examples
    --------
    >>> from rftkit.coverage import coverage
    >>> coverage(pl.DataFrame({"topic": ["Cards"] * 30 + ["Loans"] * 20}))
    Coverage(2 topics, 50 records, balance 0.67 good, target fit 0.90, next: generate 10 for 'Loans')
    """

    topics: pl.DataFrame
    tally: Tally
    outline: Outline
    options: Options
    frame: pl.DataFrame | None = field(default=None, repr=False, compare=False)

    # -- the numbers -----------------------------------------------------------------------------------------

    @property
    def total(self) -> int:
        """Valid records, with a topic or without."""
        return self.tally.total

    @property
    def assigned(self) -> int:
        """Valid records that have a topic; shares are of these."""
        return self.tally.assigned

    @property
    def unassigned(self) -> int:
        """Valid records without a topic."""
        return self.tally.unassigned

    @property
    def invalid(self) -> int:
        """Records that do not count because they are invalid."""
        return self.tally.invalid

    @property
    def unchecked(self) -> int:
        """Records that nothing has judged yet; they count as valid."""
        return self.tally.unchecked

    @property
    def generated(self) -> int:
        """Valid records that were generated."""
        return self.tally.all_generated

    @property
    def synthetic_share(self) -> float:
        """Generated records by all, among the valid ones."""
        return self.generated / self.total if self.total else 0.0

    @property
    def room(self) -> int | None:
        """How many generated records the limit still allows; None where there is no limit."""
        return gaps.room(self.total, self.generated, self.options.synthetic_ratio)

    @cached_property
    def balance(self) -> float:
        """Records in the smallest topic by records in the largest, of topics with a target."""
        return scores.balance(self.topics["count"].to_list(), self.topics["target"].to_list())

    @property
    def balance_rating(self) -> str:
        """The balance in a word: excellent, good or poor."""
        return scores.rating(self.balance)

    @cached_property
    def target_fit(self) -> float:
        """1 - half the sum of absolute differences of share and target."""
        return scores.target_fit(self.topics["share"].to_list(), self.topics["target"].to_list())

    @cached_property
    def warnings(self) -> tuple[advice.Advice, ...]:
        """What a person should know before trusting the numbers."""
        return advice.warnings(self)

    @cached_property
    def recommendations(self) -> tuple[advice.Advice, ...]:
        """What would help, the most useful first."""
        return advice.recommendations(self)

    @cached_property
    def next_act(self) -> advice.NextAct:
        """The one act that makes most sense now."""
        return advice.next_act(self)

    def needs(self) -> dict[str, int]:
        """Return the records that each topic lacks, topics that lack some only.

        Examples
        --------
        >>> from rftkit.coverage import coverage
        >>> coverage(pl.DataFrame({"topic": ["Cards"] * 30 + ["Loans"] * 20})).needs()
        {'Loans': 10}
        """
        return self._where("needed")

    def fill(self) -> dict[str, int]:
        """Return what the limit on generated records allows of the needs, scaled down evenly.

        Examples
        --------
        >>> from rftkit.coverage import coverage
        >>> coverage(pl.DataFrame({"topic": ["Cards"] * 90 + ["Loans"] * 10})).fill()
        {'Loans': 42}
        """
        return self._where("fill")

    def _where(self, column: str) -> dict[str, int]:
        rows = self.topics.filter(pl.col(column) > 0)
        return dict(zip(rows["path"].to_list(), rows[column].to_list(), strict=True))

    def share_of(self, path: str) -> float:
        """Return the share of a topic.

        Examples
        --------
        >>> from rftkit.coverage import coverage
        >>> coverage(pl.DataFrame({"topic": ["Cards"] * 3 + ["Loans"]})).share_of("Loans")
        0.25
        """
        return float(self._row(path)["share"])

    def target_of(self, path: str) -> float:
        """Return the target share of a topic.

        Examples
        --------
        >>> from rftkit.coverage import coverage
        >>> coverage(pl.DataFrame({"topic": ["Cards"] * 3 + ["Loans"]})).target_of("Loans")
        0.5
        """
        return float(self._row(path)["target"])

    def _row(self, path: str) -> dict[str, Any]:
        place = self._places.get(path)
        if place is None:
            raise NotFoundError(f"there is no topic {path!r} at this level; there are {some(self._places)}")
        return self.topics.row(place, named=True)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {path: place for place, path in enumerate(self.topics["path"].to_list())}

    # -- the same records, looked at otherwise ---------------------------------------------------------------

    def after(self, added: Mapping[str, int]) -> Coverage:
        """Return the coverage as it would be with so many generated records more by topic.

        Target shares stay what they are now.

        Parameters
        ----------
        added
            Topic to a number of records; a negative number takes records away.

        Examples
        --------
        >>> from rftkit.coverage import coverage
        >>> now = coverage(pl.DataFrame({"topic": ["Cards"] * 30 + ["Loans"] * 20}))
        >>> now.after(now.needs()).balance
        1.0
        """
        nodes: dict[str, int] = {}
        for path, number in added.items():
            node = self._node(path)
            nodes[node] = nodes.get(node, 0) + int(number)
        options = replace(self.options, targets=self._targets_now())
        return build(self.tally.plus(nodes), self.outline, options)

    def _node(self, path: str) -> str:
        node = self.outline.resolve(path)
        if node is None:
            raise NotFoundError(f"there is no topic {path!r}; there are {some(self.outline.nodes)}")
        return node

    def _targets_now(self) -> Targets:
        if self.options.targets not in ("proportional", "traces") or not self.topics.height:
            return self.options.targets
        return dict(zip(self.topics["path"].to_list(), self.topics["target"].to_list(), strict=True))

    def at_level(self, level: int | None) -> Coverage:
        """Return the coverage at another level of the tree; None for the leaves.

        Examples
        --------
        >>> from rftkit.coverage import coverage
        >>> frame = pl.DataFrame({"topic": ["Cards/Lost", "Cards/New", "Loans"]})
        >>> coverage(frame).at_level(1).topics["count"].to_list()
        [2, 1]
        """
        return build(self.tally, self.outline, replace(self.options, level=level), self.frame)

    def with_targets(self, targets: Targets) -> Coverage:
        """Return the coverage against other targets.

        Examples
        --------
        >>> from rftkit.coverage import coverage
        >>> now = coverage(pl.DataFrame({"topic": ["Cards"] * 3 + ["Loans"]}))
        >>> now.with_targets({"Cards": 0.75, "Loans": 0.25}).target_fit
        1.0
        """
        return build(self.tally, self.outline, replace(self.options, targets=targets), self.frame)

    def matrix(self, facet: str = "difficulty") -> Matrix:
        """Return topics by a facet: difficulty, turns, tools, language or source.

        Examples
        --------
        >>> from rftkit.coverage import coverage
        >>> frame = pl.DataFrame({"topic": ["Cards", "Loans"], "generated": [False, True]})
        >>> coverage(frame).matrix("source").cells.select("path", "value", "count").rows()
        [('Cards', 'traces', 1), ('Cards', 'generated', 0), ('Loans', 'traces', 0), ('Loans', 'generated', 1)]
        """
        from rftkit.coverage.matrix import matrix_of

        if self.frame is None:
            raise InputError("a preview holds numbers, not records; ask the coverage it was made from for a matrix")
        return matrix_of(self.frame, self.outline, facet, level=self.options.level)

    # -- how it shows itself ---------------------------------------------------------------------------------

    def __repr__(self) -> str:
        act = self.next_act
        todo = f"generate {act['count']} for {act['topic']!r}" if act["act"] == "generate" else act["act"]
        return (
            f"Coverage({render.plural(self.topics.height, 'topic')}, {render.plural(self.total, 'record')}, "
            f"balance {self.balance:.2f} {self.balance_rating}, target fit {self.target_fit:.2f}, next: {todo})"
        )

    def _repr_html_(self) -> str:
        from rftkit.coverage.page import page

        return page(self)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values.

        Examples
        --------
        >>> from rftkit.coverage import coverage
        >>> told = coverage(pl.DataFrame({"topic": ["Cards"] * 3 + ["Loans"]})).to_dict()
        >>> told["total"], told["topics"][1]["status"]
        (4, 'under')
        """
        limit = self.options.synthetic_ratio
        return {
            "total": self.total,
            "assigned": self.assigned,
            "unassigned": self.unassigned,
            "invalid": self.invalid,
            "unchecked": self.unchecked,
            "generated": self.generated,
            "synthetic_share": self.synthetic_share,
            "synthetic_ratio": limit,
            "room": self.room,
            "level": self.options.level,
            "targets": self.options.targets if isinstance(self.options.targets, str) else dict(self.options.targets),
            "balance": self.balance,
            "balance_rating": self.balance_rating,
            "target_fit": self.target_fit,
            "needed": int(self.topics["needed"].sum()),
            "fill": int(self.topics["fill"].sum()),
            "next_act": dict(self.next_act),
            "topics": self.topics.to_dicts(),
            "unknown_topics": dict(self.tally.unknown),
            "warnings": [dict(entry) for entry in self.warnings],
            "recommendations": [dict(entry) for entry in self.recommendations],
        }


def build(tally: Tally, outline: Outline, options: Options, frame: pl.DataFrame | None = None) -> Coverage:
    """Return the coverage that a tally amounts to.

    Parameters
    ----------
    tally, outline
        The counts and the tree they are of.
    options
        Targets, level, growth, limit.
    frame
        The records, for a matrix.

    Examples
    --------
    >>> build(Tally({"Cards": 2}), Outline(("Cards", "Loans")), Options()).topics["needed"].to_list()
    [0, 2]
    """
    paths, counts, generated = _rows(tally, outline, options)
    aims = resolve(options.targets, paths, outline, level=options.level, counts=counts, generated=generated)
    whole = sum(counts)
    shares = [count / whole if whole else 0.0 for count in counts]
    needs = gaps.needed(counts, aims, grow=options.grow)
    room = gaps.room(tally.total, tally.all_generated, options.synthetic_ratio)
    columns = {
        "path": paths,
        "count": counts,
        "share": shares,
        "target": aims,
        "gap": [100 * (aim - share) for aim, share in zip(aims, shares, strict=True)],
        "status": [scores.status(share, aim) for share, aim in zip(shares, aims, strict=True)],
        "needed": needs,
        "fill": gaps.within(needs, room),
        "generated": generated,
    }
    return Coverage(pl.DataFrame(columns, schema=TOPICS), tally, outline, options, frame)


def _rows(tally: Tally, outline: Outline, options: Options) -> tuple[list[str], list[int], list[int]]:
    counts: dict[str, int] = {}
    generated: dict[str, int] = {}
    for node, number in tally.counts.items():
        topic = outline.fold(node, options.level)
        counts[topic] = counts.get(topic, 0) + number
        generated[topic] = generated.get(topic, 0) + tally.generated.get(node, 0)
    named = options.targets if isinstance(options.targets, Mapping) else {}
    wanted = {path for path, number in counts.items() if number} | {path for path in named if path.endswith(GENERAL)}
    paths = _in_order(outline, options.level, wanted)
    return paths, [counts.get(path, 0) for path in paths], [generated.get(path, 0) for path in paths]


def _in_order(outline: Outline, level: int | None, wanted: set[str]) -> list[str]:
    """Return the topics of a level, with `Parent/__general` before its siblings where it is wanted."""
    regular = set(outline.topics(level))
    order: list[str] = []
    for node in outline.nodes:
        general = f"{node}/{GENERAL}"
        if node in regular:
            order.append(node)
        elif general in wanted and outline.fold(node, level) == general:
            order.append(general)
    return order


def topic_rows(coverage: Coverage) -> Sequence[dict[str, Any]]:
    """Return the rows of a coverage as mappings, in the order of the tree.

    Examples
    --------
    >>> topic_rows(build(Tally({"Cards": 2}), Outline(("Cards",)), Options()))[0]["count"]
    2
    """
    return coverage.topics.to_dicts()
