"""Topics that are looked for or given can be stopped in every phase: nothing is written, and what was made is kept."""

from __future__ import annotations

import hashlib
import shutil
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import rftkit
from rftkit.acts import asking
from rftkit.cli import run
from rftkit.embed import minilm
from rftkit.embed.remote import Called
from rftkit.jobs import Control, Job, StoppedError
from rftkit.topics import TopicTree

GROUPS = {
    "card": "Where is my new card, I ordered it {n} days ago",
    "transfer": "My transfer of {n} euros to Anna has not arrived yet",
    "rate": "What is the exchange rate of {n} euros in dollars today",
    "pin": "I typed a wrong PIN {n} times and now it is blocked",
    "loan": "How much interest does a loan of {n} thousand cost me",
    "fee": "Why was a fee of {n} cents taken from my account",
}
TEXTS = [pattern.format(n=n) for pattern in GROUPS.values() for n in range(10, 22)]
ODD = [f"Sing me song number {n} about the sea" for n in range(12)]

Start = Callable[[rftkit.Dataset], Job[Any]]


class Toy:
    """Vectors that are near for texts of one group, and how often each text was embedded."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        self.asked.update(texts)
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        noise = np.random.default_rng(hashlib.sha256(text.encode()).digest()[0]).normal(0, 0.1, 16)
        words = [pattern.split("{")[0][:12] for pattern in GROUPS.values()]
        for place, word in enumerate(words):
            noise[place] += 2.0 * text.startswith(word)
        return [float(number) for number in noise]


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Toy:
    made = Toy()
    monkeypatch.setattr(asking, "embedder", lambda name: Called("toy", made, batch=10))
    return made


@pytest.fixture
def ds(tmp_path: Path) -> rftkit.Dataset:
    made = rftkit.open(tmp_path / "bank.rft")
    rows = [{"id": f"r{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(TEXTS + ODD)]
    made.import_(rows)
    return made


def taught(ds: rftkit.Dataset) -> rftkit.Dataset:
    """Give the dataset topics, and to a third of its records one by hand."""
    tree = TopicTree()
    for name in GROUPS:
        tree = tree.add(name, keywords=[name])
    ds.save_topics(tree, categorize=False)
    for place, name in enumerate(GROUPS):
        ds.assign([f"r{12 * place + n}" for n in range(5)], name)
    return ds


def seen(ds: rftkit.Dataset) -> tuple[Any, ...]:
    columns = ["id", "topic", "topic_confidence", "topic_method", "secondary_topics"]
    return ds.records(columns=columns).rows(), ds.topics.to_dict()


def phases_of(start: Start, ds: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Run to the end, and return what was said to be done, in order."""
    notes: list[str] = []
    with monkeypatch.context() as patch:
        plain = Control.report

        def report(self: Control, done: int, total: int | None = None, *, note: str = "", **data: Any) -> None:
            notes.append(note)
            plain(self, done, total, note=note, **data)

        patch.setattr(Control, "report", report)
        start(ds).wait(120)
    return list(dict.fromkeys(notes))


def stopped_in(note: str, start: Start, ds: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch) -> Job[Any]:
    """Stop a job as soon as it says that it is in a phase; return it when it has ended."""
    with monkeypatch.context() as patch:
        plain = Control.report

        def report(self: Control, done: int, total: int | None = None, *, note: str = "", **data: Any) -> None:
            plain(self, done, total, note=note, **data)
            if note == here and (done > 0 or not total):
                self.stop.set()

        here = note
        patch.setattr(Control, "report", report)
        job = start(ds)
        with pytest.raises(StoppedError):
            job.wait(120)
    return job


def proposed(ds: rftkit.Dataset) -> Job[Any]:
    def work(control: Control) -> Any:
        return ds.adopt_topics(ds.propose_topics(count=7, embedder="toy", control=control))

    return Job(work).start()


DISCOVER = ["reading", "embedding", "words of the records", "neighbours", "groups", "names"]
CATEGORIZE = ["reading", "keywords", "embedding", "judging", "words of the records", "neighbours"]
CATEGORIZE += ["what is known, judged unseen", "what is known, out of scope", "writing"]
WAYS: dict[str, tuple[Start, bool, list[str]]] = {
    "discover": (lambda ds: ds.discover_topics_job(count=7, embedder="toy"), False, [*DISCOVER, "writing"]),
    "propose": (proposed, False, [*DISCOVER, "what changes"]),
    "categorize": (lambda ds: ds.categorize_job(embedder="toy"), True, CATEGORIZE),
    "judge again": (lambda ds: ds.categorize_job(embedder="toy", all=True), True, CATEGORIZE),
}


@pytest.mark.parametrize("way", list(WAYS))
def test_a_job_that_is_stopped_in_any_phase_changes_nothing_and_the_next_is_the_unbroken_one(
    way: str, ds: rftkit.Dataset, toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, needs_topics, expected = WAYS[way]
    if needs_topics:
        taught(ds)
    other = rftkit.open(shutil.copytree(ds.path, tmp_path / "other.rft"))
    known = phases_of(start, other, monkeypatch)
    assert [note for note in known if note in expected] == expected
    toy.asked.clear()
    version, before = ds.version, seen(ds)
    for note in expected:
        job = stopped_in(note, start, ds, monkeypatch)
        assert job.state == "stopped", note
        assert (ds.version, seen(ds)) == (version, before), note
    start(ds).wait(120)
    assert seen(ds) == seen(other)
    again = {text: count for text, count in toy.asked.items() if text in TEXTS + ODD and count > 1}
    assert again == {}, "what was embedded once is not embedded again"


def test_records_that_are_assigned_to_a_template_can_be_stopped(
    ds: rftkit.Dataset, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()  # what fills topics chooses its embedder itself
    proposal = ds.propose_topics(template="banking")

    def start(ds: rftkit.Dataset) -> Job[Any]:
        return Job(lambda control: ds.adopt_topics(proposal, control=control)).start()

    version = ds.version
    job = stopped_in("neighbours", start, ds, monkeypatch)
    assert "before the topics were taken" in str(job.error)
    assert (ds.version, len(ds.topics)) == (version, 0)
    start(ds).wait(120)
    assert (ds.version, len(ds.topics) > 0) == (version + 1, True)


def test_new_topics_and_the_parts_of_a_topic_can_be_stopped(
    ds: rftkit.Dataset, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    ds.save_topics(TopicTree().add("All").add("Other"), categorize=False)

    def suggest(ds: rftkit.Dataset) -> Job[Any]:
        return Job(lambda control: ds.suggest_topics(embedder="toy", control=control)).start()

    assert "dataset is as it was" in str(stopped_in("groups", suggest, ds, monkeypatch).error)
    ds.assign([f"r{n}" for n in range(72)], "All")
    split = lambda ds: ds.propose_split_job("All", count=3, embedder="toy")  # noqa: E731
    assert stopped_in("groups", split, ds, monkeypatch).state == "stopped"
    assert len(ds.propose_split("All", count=3, embedder="toy").change.added) == 3


def test_a_stop_during_a_piece_keeps_the_pieces_before_it(
    ds: rftkit.Dataset, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    control = Control()

    def embed(texts: Sequence[str]) -> list[list[float]]:
        if len(toy.asked) >= 30:
            control.stop.set()
        return toy(texts)

    monkeypatch.setattr(asking, "embedder", lambda name: Called("toy", embed, batch=10))
    with pytest.raises(StoppedError):
        ds.propose_topics(embedder="toy", control=control)
    assert len(toy.asked) == 40
    ds.propose_topics(embedder="toy")
    assert set(toy.asked.values()) == {1}


def test_vectors_do_not_depend_on_where_they_were_interrupted(tmp_path: Path) -> None:
    if minilm.folder() is None:
        pytest.skip("the weights of MiniLM are not installed")
    from rftkit.embed import cache

    texts = [*TEXTS, *ODD, *(f"{text}, and {text}" for text in TEXTS)]
    whole = cache.VectorCache(tmp_path / "whole").embed(minilm.MiniLM(), texts)

    class Interrupted:
        name = "minilm"
        calls = 0

        def embed(self, texts: Sequence[str]) -> Any:
            self.calls += 1
            if self.calls % 2 == 0:
                raise KeyboardInterrupt
            return minilm.MiniLM().embed(texts)

    broken, store = Interrupted(), cache.VectorCache(tmp_path / "broken")
    found = None
    while found is None:
        try:
            found = store.embed(broken, texts)
        except KeyboardInterrupt:
            assert store.missing("minilm", texts)
    assert np.array_equal(found, whole)


@pytest.mark.parametrize("words", [["topics", "discover"], ["categorize"]])
def test_ctrl_c_says_one_sentence_and_changes_nothing(
    words: list[str], ds: rftkit.Dataset, toy: Toy, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ds.save_topics(TopicTree().add("Cards"), categorize=False)
    version, before = ds.version, seen(ds)

    def embed(texts: Sequence[str]) -> list[list[float]]:
        if len(toy.asked) == 40:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            time.sleep(1)  # as long as an answer may take; the command has asked the job to stop by then
        return toy(texts)

    monkeypatch.setattr(asking, "embedder", lambda name: Called("toy", embed, batch=10))
    old = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it
    try:
        code = run([words[0], str(ds.path), *words[1:]])
    finally:
        signal.signal(signal.SIGINT, old)
    out, err = capsys.readouterr()
    assert (code, out, err.strip()) == (130, "", "rftkit: interrupted; what was finished is kept")
    assert (ds.version, seen(ds)) == (version, before)
    assert 40 <= len(toy.asked) <= 50
    ds.categorize(embedder="toy")
    assert all(toy.asked[text] == 1 for text in TEXTS + ODD)
