"""Making records: in batches, judged one by one in their order, asked for anew until all are there or a reason is.

The slot of a record is decided before anything is asked, and a record that is turned down is asked for anew with its
slot: shares stay as they were wanted. The same answers make the same records, whatever order they came in, so a run
that was stopped or killed continues from the remembered answers.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from rftkit.errors import InputError
from rftkit.idea.ability import offline_spec
from rftkit.idea.asking import BATCH, items_of, pairs_request
from rftkit.idea.check import Checker, Pair, Wrong
from rftkit.idea.requirements import Requirements
from rftkit.idea.spec import spec_of
from rftkit.llm.request import Answer, Request

#: Rounds of asking at most, and how many in a row may bring next to nothing.
ROUNDS, DRY = 8, 2
_NEXT_TO_NOTHING = 0.02
OnProgress = Callable[["Progress"], None]


class Writer(Protocol):
    """Who writes: the runner of `rftkit.llm`, or anything with its `run`."""

    model: str | None

    def run(
        self,
        requests: Sequence[Request],
        on_answer: Callable[[Answer], None] | None = None,
        stop: threading.Event | None = None,
    ) -> list[Answer]:
        """Return an answer to every request."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: records that passed, records wanted, calls answered and asked, money."""

    done: int
    total: int
    answered: int
    asked: int
    cost_usd: float | None


@dataclass(frozen=True)
class Made:
    """What a run has made.

    Attributes
    ----------
    requested
        Records wanted.
    pairs
        Those that passed, in the order of their slots.
    rejected
        How many were turned down, by code; `reasons` has a sentence for each.
    gave_up
        Why there are fewer than wanted; empty where there are not.
    stopped
        Whether a person stopped it.
    """

    requested: int
    pairs: tuple[Pair, ...]
    rejected: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    gave_up: str = ""
    stopped: bool = False
    rounds: int = 0
    calls: int = 0
    cached_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0


def make(
    wanted: Requirements,
    count: int,
    writer: Writer,
    *,
    seed: int = 0,
    known: Sequence[str] = (),
    answers: bool = True,
    batch: int = BATCH,
    on_progress: OnProgress | None = None,
    stop: threading.Event | None = None,
) -> Made:
    """Make records that keep to requirements.

    Parameters
    ----------
    wanted
        The requirements.
    count
        How many records.
    writer
        Who writes.
    seed
        The same seed gives the same slots.
    known
        Inputs that are not to be repeated, besides the examples.
    answers
        Whether records need an answer.
    batch
        Records in one call.
    on_progress
        Told with every answer.
    stop
        Set it, and the run ends with what is finished.

    Examples
    --------
    >>> from rftkit.llm import Runner
    >>> wanted = Requirements().put("output_format", "one of: billing, delivery")
    >>> len(make(wanted, 4, Runner("rftkit/offline")).pairs)
    4
    """
    if count < 1:
        raise InputError(f"{count} records are none; ask for 1 or more")
    work = _Work(wanted, count, writer, seed, known, answers, batch, on_progress, stop or threading.Event())
    while work.round():
        pass
    return work.made()


class _Work:
    def __init__(
        self,
        wanted: Requirements,
        count: int,
        writer: Writer,
        seed: int,
        known: Sequence[str],
        answers: bool,
        batch: int,
        on_progress: OnProgress | None,
        stop: threading.Event,
    ) -> None:
        self.wanted, self.writer, self.seed, self.batch = wanted, writer, seed, batch
        self.on_progress, self.stop = on_progress, stop
        self.offline = str(writer.model).startswith("rftkit/")
        self.spec = offline_spec(spec_of(wanted)) if self.offline else spec_of(wanted)
        self.items = items_of(self.spec, count, seed)
        shown = [example.input for example in wanted.examples]
        self.checker = Checker(self.spec, [*shown, *known], answers=answers)
        self.slots: list[Pair | None] = [None] * count
        self.rejected: Counter[str] = Counter()
        self.reasons: dict[str, str] = {}
        self.turned: list[dict[str, str]] = []
        self.failed: Counter[str] = Counter()
        self.rounds = self.dry = self.asked = self.answered = 0
        self.totals: Counter[str] = Counter()
        self.cost: float | None = 0.0

    @property
    def missing(self) -> list[int]:
        return [place for place, pair in enumerate(self.slots) if pair is None]

    def round(self) -> bool:
        """Ask for what is missing and judge what came; return whether another round makes sense."""
        missing = self.missing
        if not missing or self.stop.is_set() or self.rounds >= ROUNDS or self.dry >= DRY:
            return False
        groups = [missing[start : start + self.batch] for start in range(0, len(missing), self.batch)]
        requests = [self._request(places, number) for number, places in enumerate(groups)]
        self.asked += len(requests)
        answers = self.writer.run(requests, self._note, self.stop)
        if self.stop.is_set():  # judged in their order or not at all: the rest of a round would come out otherwise
            answers = _unbroken(answers)
        for places, answer in zip(groups, answers, strict=False):
            self._judge(places, answer)
        gained = len(missing) - len(self.missing)
        self.dry = self.dry + 1 if gained <= _NEXT_TO_NOTHING * len(missing) else 0
        self.rounds += 1
        self._tell()
        return True

    def _request(self, places: Sequence[int], number: int) -> Request:
        kept = [pair.input for pair in self.slots if pair is not None] if self.rounds else []
        return pairs_request(
            self.wanted,
            self.spec,
            [self.items[place] for place in places],
            number=number,
            round_=self.rounds,
            seed=self.seed,
            avoid=kept,
            rejected=self.turned if self.rounds else (),
            whole=self.offline,
        )

    def _judge(self, places: Sequence[int], answer: Answer) -> None:
        if not answer.ok:
            self.failed[answer.error or "no answer"] += 1
            return
        records = answer.value["records"]
        for place, record in zip(places, records, strict=False):
            said = record if isinstance(record, Mapping) else {}
            if not said:
                self._turn_down(Wrong("not_written", "the writer had nothing for this slot"), "")
                continue
            found = self.checker.judge(said.get("input"), said.get("answer"), self.items[place])
            if isinstance(found, Pair):
                self.slots[place] = found
            else:
                self._turn_down(found, str(said.get("input") or ""))
        if len(records) < len(places):
            lost = Wrong("not_written", "the writer left records out")
            self.rejected[lost.code] += len(places) - len(records)
            self.reasons.setdefault(lost.code, lost.sentence)

    def _turn_down(self, wrong: Wrong, text: str) -> None:
        self.rejected[wrong.code] += 1
        self.reasons.setdefault(wrong.code, wrong.sentence)
        if text:
            self.turned.append({"input": text[:300], "why": wrong.sentence})

    def _note(self, answer: Answer) -> None:
        self.answered += 1
        for name in ("calls", "prompt_tokens", "completion_tokens"):
            self.totals[name] += getattr(answer, name)
        self.totals["cached_calls"] += answer.cached
        known = self.cost is not None and answer.cost_usd is not None
        self.cost = (self.cost or 0.0) + (answer.cost_usd or 0.0) if known else None
        self._tell()

    def _tell(self) -> None:
        if self.on_progress is not None:
            done = len(self.slots) - len(self.missing)
            self.on_progress(Progress(done, len(self.slots), self.answered, self.asked, self.cost))

    def made(self) -> Made:
        pairs = tuple(pair for pair in self.slots if pair is not None)
        return Made(
            requested=len(self.slots),
            pairs=pairs,
            rejected=dict(self.rejected.most_common()),
            reasons=self.reasons,
            gave_up=self._why(),
            stopped=self.stop.is_set() and bool(self.missing),
            rounds=self.rounds,
            cost_usd=self.cost,
            **{
                name: int(self.totals[name]) for name in ("calls", "cached_calls", "prompt_tokens", "completion_tokens")
            },
        )

    def _why(self) -> str:
        short = len(self.missing)
        if not short:
            return ""
        if self.stop.is_set():
            return f"stopped with {len(self.slots) - short} of {len(self.slots)} records"
        said = f"{len(self.slots) - short} of {len(self.slots)} records passed"
        top = ", ".join(f"{self.reasons[code]} ({count} times)" for code, count in self.rejected.most_common(3))
        lost = ", ".join(f"{sentence} ({count} calls)" for sentence, count in self.failed.most_common(2))
        why = "; ".join(filter(None, (top and f"the rest was turned down: {top}", lost and f"calls failed: {lost}")))
        return f"{said}; {why or 'the writer had nothing more to say'}"


def _unbroken(answers: Sequence[Answer]) -> list[Answer]:
    """Return the answers before the first one that is missing."""
    found: list[Answer] = []
    for answer in answers:
        if not answer.ok:
            break
        found.append(answer)
    return found
