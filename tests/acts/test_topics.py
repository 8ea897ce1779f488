"""Topics of a dataset: records move along, what a person decided stays, nothing is lost in silence."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import rftkit
from rftkit.errors import InputError, NotFoundError, RftkitError
from rftkit.topics import TopicTree

TEXTS = {
    "card": [f"Where is my new card, I ordered it {n} days ago" for n in range(3, 15)],
    "transfer": [f"My transfer of {n} euros to Anna has not arrived yet" for n in range(20, 28)],
    "rate": [f"What is the exchange rate of {n} euros in dollars today" for n in range(30, 38)],
}


def rows() -> list[dict[str, object]]:
    texts = [text for group in TEXTS.values() for text in group]
    return [{"id": f"r{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(texts)]


@pytest.fixture
def ds(tmp_path: Path) -> rftkit.Dataset:
    ds = rftkit.open(tmp_path / "bank.rft")
    ds.import_(rows())
    tree = TopicTree().add("Cards", keywords=["card"]).add("Money/Transfers", keywords=["transfer"])
    ds.save_topics(tree.add("Money/Rates", keywords=["exchange rate"]))
    return ds


def sizes(ds: rftkit.Dataset) -> dict[str | None, int]:
    return dict(ds.records(columns=["topic"]).group_by("topic").len().rows())


def test_the_same_discovery_again_changes_no_record(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "found.rft")
    ds.import_(rows())
    ds.discover_topics(count=3)
    first = ds.records()
    ds.discover_topics(count=3)
    assert ds.records().equals(first)


def test_records_move_along_and_each_change_is_one_version_with_a_diff(ds: rftkit.Dataset) -> None:
    assert sizes(ds) == {"Cards": 12, "Money/Transfers": 8, "Money/Rates": 8}
    version = ds.version
    ds.change_topics(lambda tree: tree.rename("Money", "Cash"), "topics rename")
    assert ds.version == version + 1
    assert ds.topic_diff().renamed == {"Money": "Cash"}
    assert sizes(ds)["Cash/Rates"] == 8
    ds.change_topics(lambda tree: tree.merge(["Cash/Rates", "Cards"], "Cards"), "topics merge")
    assert sizes(ds) == {"Cards": 20, "Cash/Transfers": 8}
    assert ds.topic_diff().vanished == {"Cash/Rates": "Cards"}
    assert ds.topic_diff(since=version).added == ()
    ds.undo()
    ds.undo()
    assert sizes(ds) == {"Cards": 12, "Money/Transfers": 8, "Money/Rates": 8}


def test_the_tree_of_a_dataset_shows_its_counts_and_forgets_them_when_it_is_changed(ds: rftkit.Dataset) -> None:
    assert ds.topics.total("Money") == 16
    assert "16" in ds.topics._repr_html_()
    assert ds.topics.rename("Money", "Cash").counts is None
    assert ds.topics == ds.topics.rename("Money", "Money"), "counts are no part of what a tree is"


def test_a_template_keeps_locked_topics_and_hand_made_assignments(ds: rftkit.Dataset) -> None:
    ds.change_topics(lambda tree: tree.lock("Money/Rates"), "topics lock")
    ds.assign(["r0"], "Cards")
    tree = ds.use_template("travel")
    assert ds.records(["r0"]).select("topic", "topic_method").row(0) == ("Cards", "manual")
    assert sizes(ds)["Money/Rates"] >= 8
    assert tree.find("Money/Rates").locked
    assert "Money/Transfers" not in tree
    assert set(tree.empty()) == {path for path in tree.empty() if not sizes(ds).get(path)} != set()


def test_records_that_lose_their_topic_are_listed_with_a_suggestion_until_they_have_one(ds: rftkit.Dataset) -> None:
    ds.change_topics(lambda tree: tree.add("Card services").delete("Cards"), "topics delete")
    lost = ds.orphans()
    assert lost.height == 12
    assert lost.columns == ["id", "topic", "suggestion", "last_user_text"]
    assert lost.select("topic", "suggestion").unique().rows() == [("Cards", "Card services")]
    ds.assign(lost["id"].to_list()[:5], "Card services")
    ds.assign(["r11"], None)
    assert ds.orphans().height == 6, "neither those that were assigned nor one that is unassigned by hand"
    ds.undo(to=2)
    assert ds.orphans().is_empty()


def test_found_again_a_topic_keeps_its_id_its_name_and_its_place_in_the_order(ds: rftkit.Dataset) -> None:
    ds.discover_topics(depth=1, count=3, embedder="lsa")
    topic = ds.topics.find(ds.records(["r0"])["topic"][0])
    ds.change_topics(lambda tree: tree.rename(topic.id, "Plastic <b>"), "topics rename")
    ds.change_topics(lambda tree: tree.describe(topic.id, "Said by me."), "topics describe")
    ds.discover_topics(depth=1, count=3, embedder="lsa", seed=5)
    assert ds.topics.path(topic.id) == "Plastic <b>"
    assert ds.topics.find(topic.id).description == "Said by me."
    assert not ds.topic_diff(since=ds.version - 1)
    assert sizes(ds)["Plastic <b>"] == 12


def test_a_hand_made_label_on_an_invalid_record_keeps_its_topic(ds: rftkit.Dataset) -> None:
    ds.change_topics(lambda tree: tree.add("Spam"), "topics add")
    ds.edit("r0", messages=[{"role": "user", "content": " "}])
    ds.sanitize()
    ds.assign(["r0"], "Spam")
    ds.discover_topics(depth=1, count=3, embedder="lsa")
    assert ds.records(["r0"])["topic"][0] == "Spam"


def test_an_invalid_record_whose_topic_is_gone_is_an_orphan(ds: rftkit.Dataset) -> None:
    ds.edit("r0", messages=[{"role": "user", "content": " "}])
    ds.sanitize()
    ds.change_topics(lambda tree: tree.add("Odd"), "topics add")
    labels = ds.topics.id_of("Odd")
    with ds.step("set") as step:
        stored = ds.store.scan("labels", ds.line).collect()
        chosen = pl.when(pl.col("id") == "r0")
        step.replace("labels", stored.with_columns(topic=chosen.then(pl.lit(labels)).otherwise("topic")))
    ds.discover_topics(depth=1, count=3, embedder="lsa")
    assert ds.orphans().select("id", "topic").rows() == [("r0", "Odd")]


def test_a_split_changes_nothing_but_the_topic_that_is_split(ds: rftkit.Dataset) -> None:
    before = sizes(ds)
    ds.change_topics(lambda tree: tree.merge(["Money/Rates"], "Money/Transfers"), "topics merge")
    tree = ds.split_topic("Money/Transfers", count=2, embedder="lsa")
    parts = [tree.path(topic.id) for topic in tree.children("Money/Transfers")]
    assert sorted(sizes(ds)[path] for path in parts) == [8, 8]
    assert sizes(ds)["Cards"] == before["Cards"]
    assert ds.records(columns=["topic", "topic_method"]).filter(topic=parts[0])["topic_method"].unique().to_list() == [
        "discovered"
    ]
    assert ds.topic_diff().added == tuple(parts)


def test_a_file_brings_its_ids_back_and_is_refused_without_topics(ds: rftkit.Dataset, tmp_path: Path) -> None:
    from rftkit.messages import dump

    path = tmp_path / "topics.json"
    for shape in ("rftkit", "map", "nodes"):
        path.write_text(dump(ds.topics.rename("Cards", "Plastic").to_dict(shape)))
        ds.load_topics(str(path), categorize=False)
        assert ds.topic_diff().renamed == {"Cards": "Plastic"}
        assert sizes(ds)["Plastic"] == 12
        ds.undo()
    path.write_text("[]")
    with pytest.raises(InputError, match="has no topics"):
        ds.load_topics(str(path))


def test_numbers_of_other_tools_do_not_make_topics_the_same(ds: rftkit.Dataset, tmp_path: Path) -> None:
    path = tmp_path / "topics.json"
    path.write_text('[{"id": "1", "name": "Cards"}]')
    ds.load_topics(str(path))
    path.write_text('[{"id": "1", "name": "Flights"}]')
    ds.load_topics(str(path), categorize=False)
    assert "Flights" not in sizes(ds)


def test_two_changes_at_once_lose_nothing(ds: rftkit.Dataset) -> None:
    code = (
        "import sys, rftkit; rftkit.open(sys.argv[1]).change_topics(lambda tree: tree.add(sys.argv[2]), 'topics add')"
    )
    workers = [subprocess.Popen([sys.executable, "-c", code, str(ds.path), name]) for name in ("One", "Two")]
    assert [worker.wait() for worker in workers] == [0, 0]
    assert {"One", "Two"} <= set(ds.topics.paths().values())


def test_an_older_version_has_its_own_tree_and_diff(ds: rftkit.Dataset) -> None:
    ds.change_topics(lambda tree: tree.add("New"), "topics add")
    assert "New" not in ds.at(2).topics
    assert ds.topic_diff(since=2).added == ("New",)
    with pytest.raises(NotFoundError):
        ds.topic_diff(since=99)


@pytest.mark.slow
def test_a_map_that_was_made_in_the_background_is_there_for_the_next_kernel(ds: rftkit.Dataset) -> None:
    job = ds.map_job(embedder="lsa", seed=3)
    made = job.wait(300)
    assert made.columns == ["id", "topic", "last_user_text", "x", "y"]
    code = """
import sys, rftkit
found = rftkit.open(sys.argv[1]).map("umap", embedder="lsa", seed=3)
assert "umap" not in sys.modules, "read from the disk"
print(found["x"].sum(), found["y"].sum())
"""
    out = subprocess.run([sys.executable, "-c", code, str(ds.path)], capture_output=True, text=True, check=True)
    assert [float(word) for word in out.stdout.split()] == [made["x"].sum(), made["y"].sum()]
    ds.delete(["r0"])
    assert len(list((ds.path / "maps").glob("*"))) == 1
    assert ds.map(embedder="lsa").height == made.height - 1, "other records, another map"


def test_a_map_in_the_background_can_be_stopped(ds: rftkit.Dataset) -> None:
    job = ds.map_job(embedder="lsa")
    job.stop()
    with pytest.raises(RftkitError, match="stopped"):
        job.wait(60)
    assert not (ds.path / "maps").exists()


class Datasets(RuleBasedStateMachine):
    """A person at the topics of a dataset, with undo; every step is one version."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.ds = rftkit.open(Path(self.folder.name) / "a.rft")
        self.ds.import_(rows()[::4])
        self.ds.save_topics(TopicTree().add("Cards", keywords=["card"]).add("Money/Transfers", keywords=["transfer"]))
        self.states = [self._state()]

    def _state(self) -> tuple[TopicTree, dict[str, str | None]]:
        return self.ds.topics, dict(self.ds.records(columns=["id", "topic"]).rows())

    def _try(self, step) -> None:
        version, (tree, _) = self.ds.version, self.states[-1]
        try:
            step()
        except RftkitError:
            assert self.ds.version == version, "what is refused leaves no version"
            return
        assert self.ds.version == version + 1
        for topic in tree:
            if topic.locked and self.ds.topics.find(topic.id).locked:
                assert self.ds.topics.path(topic.id) == tree.path(topic.id)
        self.states.append(self._state())

    def _path(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.ds.topics.paths().values()) or ["none"]))

    @rule(data=st.data(), name=st.sampled_from(["New", "<script>alert(1)</script>"]))
    def change(self, data: st.DataObject, name: str) -> None:
        path, other = self._path(data), self._path(data)
        steps = {
            "add": lambda tree: tree.add(f"{path}/{name}"),
            "rename": lambda tree: tree.rename(path, name),
            "move": lambda tree: tree.move(path, other),
            "merge": lambda tree: tree.merge([path], other),
            "delete": lambda tree: tree.delete(path),
            "lock": lambda tree: tree.lock(path),
        }
        kind = data.draw(st.sampled_from(sorted(steps)))
        self._try(lambda: self.ds.change_topics(steps[kind], f"topics {kind}"))

    @rule(data=st.data())
    def assign(self, data: st.DataObject) -> None:
        path = self._path(data)
        self._try(lambda: self.ds.assign(["r0", "r12"], path))

    @rule(data=st.data())
    def split(self, data: st.DataObject) -> None:
        path = self._path(data)
        self._try(lambda: self.ds.split_topic(path, count=2, embedder="lsa"))

    @rule(seed=st.integers(0, 3))
    def discover(self, seed: int) -> None:
        tree, topics = self.states[-1]
        held = dict(self.ds.records(where="topic_method = 'manual'").select("id", "topic").rows())
        held |= {id_: path for id_, path in topics.items() if path and tree.find(path).locked}
        self._try(lambda: self.ds.discover_topics(count=2, embedder="lsa", seed=seed))
        now = self.states[-1][1]
        assert {id_: now[id_] for id_ in held} == held, "by hand, or under a locked topic: it stays"
        assert None not in now.values()

    @precondition(lambda self: len(self.states) > 1)
    @rule()
    def undo(self) -> None:
        self.states.pop()
        self.ds.undo()
        assert self._state() == self.states[-1]

    @invariant()
    def every_record_is_on_a_topic_or_unassigned_and_counts_add_up(self) -> None:
        tree, topics = self._state()
        assert set(topics.values()) - {None} <= set(tree.paths().values())
        assert sum(tree.total(topic.id) for topic in tree.children()) + tree.counts.get(None, 0) == len(topics) == 7
        assert len({topic.id for topic in tree}) == len(tree)
        lost = self.ds.orphans()
        assert all(topics[id_] is None for id_ in lost["id"])

    def teardown(self) -> None:
        self.folder.cleanup()


Datasets.TestCase.settings = settings(
    max_examples=5, stateful_step_count=6, deadline=None, suppress_health_check=list(HealthCheck)
)
TestDatasets = Datasets.TestCase
