"""Trees that are looked at before they are taken: nothing is written, and taking one does what the step itself does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

import rftkit
from rftkit import embed, phases
from rftkit.acts import asking, gathering
from rftkit.embed import minilm, static
from rftkit.embed.remote import Called
from rftkit.errors import InputError
from rftkit.jobs import Control, StoppedError
from rftkit.topics import TopicTree

TEXTS = {
    "card": [f"Where is my new card, I ordered it {n} days ago" for n in range(3, 15)],
    "transfer": [f"My transfer of {n} euros to Anna has not arrived yet" for n in range(20, 32)],
    "rate": [f"What is the exchange rate of {n} euros in dollars today" for n in range(30, 42)],
}
LSA = {"embedder": "lsa", "count": 3, "depth": 1}


def filled(path: Path) -> rftkit.Dataset:
    ds = rftkit.open(path)
    texts = [text for group in TEXTS.values() for text in group]
    ds.import_([{"id": f"r{n}", "messages": [{"role": "user", "content": t}]} for n, t in enumerate(texts)])
    return ds


@pytest.fixture
def ds(tmp_path: Path) -> rftkit.Dataset:
    return filled(tmp_path / "bank.rft")


def labels(ds: rftkit.Dataset) -> list[tuple[object, ...]]:
    return ds.records(columns=["id", "topic", "topic_confidence", "topic_method"]).rows()


def test_a_proposal_writes_nothing_and_taking_it_is_the_discovery(ds: rftkit.Dataset, tmp_path: Path) -> None:
    version = ds.version
    proposal = ds.propose_topics(**LSA)
    assert (ds.version, len(ds.topics)) == (version, 0)
    assert (proposal.moved, proposal.orphans, len(proposal.change.added)) == (36, 0, 3)
    other = filled(tmp_path / "other.rft")
    other.discover_topics(**LSA)
    tree = ds.adopt_topics(proposal)
    assert (labels(ds), ds.topics) == (labels(other), other.topics)
    assert ds.version == version + 1
    assert tree.counts == {topic.id: 12 for topic in proposal.tree.topics}
    assert ds.history().row(-1, named=True)["step"] == "topics discover"


def test_samples_are_texts_of_the_topic_itself(ds: rftkit.Dataset) -> None:
    proposal = ds.propose_topics(**LSA)
    ds.adopt_topics(proposal)
    for topic in ds.topics:
        own = ds.records(where=f"topic = '{topic.name}'")["messages"].list.first().struct.field("content").to_list()
        assert len(proposal.samples[topic.id]) == 5
        assert set(proposal.samples[topic.id]) <= set(own)


def test_what_was_made_from_other_records_cannot_be_taken(ds: rftkit.Dataset) -> None:
    proposal = ds.propose_topics(**LSA)
    ds.delete(["r0"])
    with pytest.raises(InputError, match="propose again"):
        ds.adopt_topics(proposal)
    ds.undo()
    ds.adopt_topics(proposal)
    assert len(ds.topics) == 3


def test_a_template_and_a_file_are_proposed_beside_the_tree_that_is_there(ds: rftkit.Dataset, tmp_path: Path) -> None:
    ds.save_topics(TopicTree().add("Mine").lock("Mine"), categorize=False)
    proposal = ds.propose_topics(template="banking")
    assert proposal.moved is None
    assert "Mine" in proposal.change.kept
    ds.adopt_topics(proposal, categorize=False)
    assert "Mine" in ds.topics
    file = tmp_path / "tree.json"
    file.write_text(json.dumps(TopicTree().add("A/B").to_dict("nodes")))
    again = ds.propose_topics(file=str(file))
    assert set(again.change.added) == {"A", "A/B"}
    with pytest.raises(InputError, match="give one of them"):
        ds.propose_topics(template="banking", file=str(file))


def test_a_split_is_proposed_and_taken_with_the_rest_as_it_was(ds: rftkit.Dataset) -> None:
    ds.save_topics(TopicTree().add("All").add("Other"), categorize=False)
    ds.assign([f"r{n}" for n in range(36)], "All")
    proposal = ds.propose_split("All", count=3, embedder="lsa")
    assert (len(proposal.change.added), proposal.moved) == (3, 36)
    assert len(ds.topics) == 2
    ds.adopt_topics(proposal)
    assert [ds.topics.total(topic.id) for topic in ds.topics.children("All")] == [12, 12, 12]
    assert ds.history().row(-1, named=True)["step"] == "topics split"


def test_a_job_that_is_stopped_leaves_the_dataset_as_it_was(ds: rftkit.Dataset) -> None:
    version = ds.version
    job = ds.propose_topics_job(**LSA)
    job.stop()
    with pytest.raises(StoppedError, match="as it was"):
        job.wait()
    assert ds.version == version


def test_unassigned_records_suggest_topics_that_are_taken_one_by_one(ds: rftkit.Dataset) -> None:
    ds.save_topics(TopicTree().add("Mine"), categorize=False)
    ds.assign(["r0"], None)  # a person said that it has none
    first, *more = ds.suggest_topics(embedder="lsa")
    assert more
    taken = ds.accept_topic(first, under="Mine")
    path = f"Mine/{first.name}"
    assert taken == first.count == ds.topics.total(path)
    assert set(ds.records(where=f"topic = '{path}'")["topic_method"]) == {"discovered"}
    ds.assign(more[0].records["id"].to_list()[:2], "Mine")
    assert ds.accept_topic(more[0]) == more[0].count - 2, "what has a topic meanwhile keeps it"
    assert ds.records(["r0"])["topic"].to_list() == [None]


def test_few_unassigned_records_suggest_nothing(ds: rftkit.Dataset) -> None:
    ds.save_topics(TopicTree().add("Mine"), categorize=False)
    ds.assign([f"r{n}" for n in range(30)], "Mine")
    assert ds.suggest_topics(embedder="lsa") == []


def test_central_records_are_of_the_topic_and_those_below_it(ds: rftkit.Dataset) -> None:
    ds.save_topics(TopicTree().add("Money/Rates").add("Cards"), categorize=False)
    ds.assign([f"r{n}" for n in range(24, 36)], "Money/Rates")
    found = ds.central_records("Money", 5, embedder="lsa")
    assert found.height == 5
    assert set(found["topic"]) == {"Money/Rates"}
    assert set(found["last_user_text"]) <= set(TEXTS["rate"])
    assert ds.central_records("Cards").height == 0


def test_embedding_reports_its_pieces_and_a_stop_keeps_those_that_are_done(
    ds: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def embed(texts: Sequence[str]) -> list[list[float]]:
        seen.append(len(texts))
        return [[1.0, float(len(text))] for text in texts]

    monkeypatch.setattr(asking, "embedder", lambda name: Called("toy", embed, batch=10))
    control, told = Control(), []
    control._listeners.append(lambda progress: told.append((progress.done, progress.total)))
    with phases.watched(control, gathering.STOPPED):
        gathering.gathered(ds, gathering.living(ds), "toy")
    assert seen == [10, 10, 10, 6]
    assert told[0] == (0, 0), "it begins with reading"
    assert (control.progress.done, control.progress.total) == (36, 36)
    control.stop.set()
    ds.import_([{"id": "new", "messages": [{"role": "user", "content": "One more question"}]}], categorize=False)
    with pytest.raises(StoppedError), phases.watched(control, gathering.STOPPED):
        gathering.gathered(ds, gathering.living(ds), "toy")
    assert seen == [10, 10, 10, 6], "what was embedded is not embedded again"


def test_central_records_of_a_large_dataset_are_found_without_the_slow_model(
    ds: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    if minilm.folder() is None:
        pytest.skip("the weights of MiniLM are not installed")
    ds.save_topics(TopicTree().add("Money").add("Cards"), categorize=False)
    ds.assign(["r0", *(f"r{n}" for n in range(24, 36))], "Money")
    static.table()  # made once for all datasets
    monkeypatch.setattr(embed, "LARGE", 20)
    monkeypatch.setattr(minilm.MiniLM, "embed", None)
    found = ds.central_records("Money", 5)
    assert set(found["last_user_text"]) <= set(TEXTS["rate"]), "not the one about a card"
    assert found.height == 5
