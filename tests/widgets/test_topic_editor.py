"""The topic editor: what it proposes, changes, takes back and saves is what the dataset says."""

from __future__ import annotations

import base64
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.errors import InputError
from rftkit.jobs import Control, Job
from rftkit.topics import TopicTree
from rftkit.widgets import TopicEditor
from rftkit.widgets import _shown_topics as shown
from tests.acts.test_proposing import filled
from tests.widgets.conftest import make
from tests.widgets.test_widgets import ask


@pytest.fixture
def editor(tmp_path: Path) -> TopicEditor:
    return TopicEditor(make(tmp_path / "support.rft"))


@pytest.fixture
def bare(tmp_path: Path) -> TopicEditor:
    return TopicEditor(filled(tmp_path / "bank.rft"))


def paths(editor: TopicEditor) -> list[str]:
    return [*editor.dataset.topics.paths().values()]


def id_of(editor: TopicEditor, path: str) -> str:
    return str(editor.dataset.topics.id_of(path))


def settle(editor: TopicEditor) -> None:
    editor.wait()
    editor.refresh()


def test_discovery_is_proposed_confirmed_and_taken_back(bare: TopicEditor) -> None:
    version = bare.dataset.version
    assert "error" not in ask(bare, "discover", embedder="lsa", count=3, depth=1)
    settle(bare)
    told: dict[str, Any] = bare.proposal or {}
    assert (bare.dataset.version, told["topics"], told["moved"], told["fresh"]) == (version, 3, 36, True)
    assert told["python"] == "ds.discover_topics(depth=1, count=3, embedder='lsa')"
    opened = ask(bare, "details", topic=told["nodes"][0]["id"], proposed=True)["value"]
    assert len(opened["samples"]) == 5
    ask(bare, "adopt")
    assert (bare.proposal, len(bare.dataset.topics)) == (None, 3)
    assert (bare.done or {})["sentence"] == "Took the topics that were found: 3 topics."
    ask(bare, "undo")
    assert len(bare.dataset.topics) == 0


def test_a_panel_that_is_made_again_shows_what_was_proposed_also_when_it_ended_meanwhile(
    bare: TopicEditor, monkeypatch: Any
) -> None:
    go_on, made = threading.Event(), bare.dataset.propose_topics(embedder="lsa", count=3, depth=1)

    def slow(control: Control) -> Any:
        go_on.wait(20)
        return made

    monkeypatch.setattr(bare.dataset, "propose_topics_job", lambda **_: Job(slow, name="discover").start())
    bare.discover()
    bare.close()
    with pytest.raises(InputError, match="is running"):
        TopicEditor(bare.dataset).discover()
    job = bare.job
    assert job is not None
    go_on.set()
    job.wait()
    again = TopicEditor(bare.dataset)
    assert (again.proposal or {})["topics"] == 3
    again.discard()
    assert TopicEditor(bare.dataset).proposal is None


def test_a_template_is_looked_at_and_its_records_are_assigned_when_it_is_taken(bare: TopicEditor) -> None:
    ask(bare, "propose_template", name="banking")
    told: dict[str, Any] = bare.proposal or {}
    assert (told["counted"], told["moved"], told["python"]) == (False, None, "ds.use_template('banking')")
    ask(bare, "adopt", categorize=False)
    settle(bare)
    assert bare.proposal is None
    assert bare.dataset.topics == TopicTree().adopt(TopicTree.template("banking"), by_id=False)
    assert "did you mean" in ask(bare, "propose_template", name="bankin")["error"]


def test_a_file_of_the_browser_and_one_by_its_path_are_the_same(bare: TopicEditor, tmp_path: Path) -> None:
    for shape in ("rftkit", "map", "nodes"):
        data = json.dumps(TopicTree().add("A/B", "One.", ["b"]).to_dict(shape)).encode()
        token = ask(bare, "upload_begin", name=f"{shape}.json", size=len(data))["value"]
        ask(bare, "upload_add", token=token, offset=0, data=base64.b64encode(data).decode())
        assert "error" not in ask(bare, "upload_end", token=token)
        assert [row["name"] for row in (bare.proposal or {})["nodes"]] == ["A", "B"]
        file = tmp_path / f"{shape}.json"
        file.write_bytes(data)
        ask(bare, "propose_file", path=str(file))
        assert [row["name"] for row in (bare.proposal or {})["nodes"]] == ["A", "B"]
    assert "cannot be read" in ask(bare, "propose_file", path=str(tmp_path / "no.json"))["error"]


DEEDS = [
    ("rename_topic", {"topic": "Cards/Lost", "name": "Stolen"}, ["Cards", "Cards/Stolen", "Cards/New", "Loans"]),
    ("add_topic", {"name": "Old/er", "parent": "Loans"}, ["Cards", "Cards/Lost", "Cards/New", "Loans", "Loans/Old-er"]),
    ("add_topic", {"name": "Rates/Euro"}, ["Cards", "Cards/Lost", "Cards/New", "Loans", "Rates", "Rates/Euro"]),
    ("move_topic", {"topic": "Cards/New", "parent": "Loans"}, ["Cards", "Cards/Lost", "Loans", "Loans/New"]),
    ("move_topic", {"topic": "Cards/New", "before": "Loans"}, ["Cards", "Cards/Lost", "New", "Loans"]),
    ("move_topic", {"topic": "Loans", "before": "Cards"}, ["Loans", "Cards", "Cards/Lost", "Cards/New"]),
    ("move_topic", {"topic": "Cards", "last": True}, ["Loans", "Cards", "Cards/Lost", "Cards/New"]),
    ("merge_topics", {"topics": ["Cards/New"], "into": "Loans"}, ["Cards", "Cards/Lost", "Loans"]),
    ("merge_topics", {"topics": ["Cards/New", "Loans"], "into": "All"}, ["Cards", "Cards/Lost", "All"]),
    ("delete_topic", {"topic": "Cards", "into": "Loans"}, ["Loans"]),
    ("delete_topic", {"topic": "Loans"}, ["Cards", "Cards/Lost", "Cards/New"]),
    ("lock_topic", {"topic": "Loans"}, ["Cards", "Cards/Lost", "Cards/New", "Loans"]),
    (
        "describe_topic",
        {"topic": "Loans", "description": "Of 'money'.", "keywords": "loan, credit"},
        ["Cards", "Cards/Lost", "Cards/New", "Loans"],
    ),
]


@pytest.mark.parametrize(("name", "options", "after"), DEEDS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_deed_is_one_version_its_line_of_python_does_the_same_and_undo_takes_it_back(
    editor: TopicEditor, tmp_path: Path, name: str, options: dict[str, Any], after: list[str]
) -> None:
    ds = editor.dataset
    before, version = ds.topics, ds.version
    assert "error" not in ask(editor, name, **options)
    assert (paths(editor), ds.version) == (after, version + 1)
    line = (editor.done or {})["python"]
    other = make(tmp_path / "other.rft")
    eval(line, {"ds": other})
    assert other.topics.to_dict() == ds.topics.to_dict()
    assert other.records(columns=["id", "topic"]).equals(ds.records(columns=["id", "topic"]))
    ask(editor, "undo")
    assert ds.topics == before


def test_what_cannot_be_done_is_said_and_changes_nothing(editor: TopicEditor) -> None:
    editor.lock_topic("Loans")
    version = editor.dataset.version
    assert "is locked" in ask(editor, "rename_topic", topic="Loans", name="X")["error"]
    assert "already" in ask(editor, "add_topic", name="cards")["error"]
    assert "below it" in ask(editor, "move_topic", topic="Cards", parent="Cards/Lost")["error"]
    assert "is there already" in ask(editor, "move_topic", topic="Cards")["error"]
    assert "at least one" in ask(editor, "merge_topics", topics=[], into="Loans")["error"]
    assert "no topic" in ask(editor, "details", topic="Nothing")["error"]
    assert "nothing is proposed" in ask(editor, "adopt")["error"]
    assert editor.dataset.version == version


def test_deleting_leaves_orphans_that_are_put_elsewhere(editor: TopicEditor) -> None:
    editor.add_topic("Cards/Losts")
    editor.delete_topic("Cards/Lost")
    group = editor.orphans["groups"][0]
    assert (editor.orphans["total"], group["topic"], group["count"]) == (30, "Cards/Lost", 30)
    assert group["suggestion"] == "Cards/Losts"
    assert group["sample"].startswith("Question")
    ask(editor, "assign_orphans", topic="Cards/Lost", to=group["suggestion"])
    assert editor.orphans["total"] == 0
    assert editor.dataset.topics.total("Cards/Losts") == 30
    editor.undo()
    assert editor.orphans["total"] == 30


def test_a_split_is_proposed_and_taken(bare: TopicEditor) -> None:
    bare.dataset.save_topics(TopicTree().add("All").add("Other"), categorize=False)
    bare.dataset.assign(bare.dataset.records()["id"].to_list(), "All")
    ask(bare, "split_topic", topic="All", count=3)
    settle(bare)
    assert (bare.proposal or {})["change"]["added"] == 3
    ask(bare, "adopt")
    assert [bare.dataset.topics.total(topic.id) for topic in bare.dataset.topics.children("All")] == [12, 12, 12]
    assert (bare.done or {})["sentence"] == "Split All into 3 topics."


def test_suggested_topics_are_accepted_one_by_one(bare: TopicEditor) -> None:
    bare.add_topic("Mine")
    ask(bare, "suggest")
    settle(bare)
    first, second, *_ = bare.suggestions
    ask(bare, "accept", name=first["name"])
    assert bare.dataset.topics.total(first["name"]) == first["count"]
    assert second in bare.suggestions
    ask(bare, "dismiss", name=second["name"])
    assert second not in (bare.suggestions or [])
    ask(bare, "undo")
    assert first["name"] not in bare.dataset.topics
    assert "ask for suggestions again" in ask(bare, "accept", name="Nothing")["error"]


def test_the_details_of_a_topic_come_with_its_central_records(editor: TopicEditor) -> None:
    told = ask(editor, "details", topic="Cards")["value"]
    assert (told["path"], told["total"], told["own"]) == ("Cards", 42, 0)
    assert told["share"] == pytest.approx(42 / 102)
    assert [(one["name"], one["total"]) for one in told["children"]] == [("Lost", 30), ("New", 12)]
    end = time.monotonic() + 20
    while (editor.central or {}).get("rows") is None and time.monotonic() < end:
        time.sleep(0.02)
    rows = (editor.central or {})["rows"]
    assert len(rows) == 5
    assert {row["topic"] for row in rows} <= {"Cards/Lost", "Cards/New"}


def test_the_tree_is_saved_in_every_shape_and_no_file_is_written_over(editor: TopicEditor, tmp_path: Path) -> None:
    for shape in ("rftkit", "map", "nodes"):
        file = tmp_path / f"{shape}.json"
        assert ask(editor, "save_file", path=str(file), shape=shape)["value"] == str(file)
        saved = json.loads(file.read_text())
        assert saved == json.loads(ask(editor, "text", shape=shape)["value"]) == editor.dataset.topics.to_dict(shape)
        assert [*TopicTree.from_dict(saved).paths().values()] == paths(editor)
    assert "is there already" in ask(editor, "save_file", path=str(tmp_path / "map.json"))["error"]
    assert "give rftkit, map, nodes" in ask(editor, "text", shape="xml")["error"]


def large() -> TopicTree:
    """Return 3,000 topics on five levels, some of them with a long or odd name."""
    topics = [{"id": "t0", "name": "ا" * 120, "parent": None}, {"id": "t1", "name": "<b>&amp;", "parent": "t0"}]
    for n in range(2, 3000):
        above = f"t{n // 8}" if n >= 8 else "t0"
        topics.append({"id": f"t{n}", "name": f"{n} " + "a long name " * 9, "parent": above})
    return TopicTree.from_dict({"topics": topics})


def _bytes(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


def test_a_large_tree_comes_in_pages_of_less_than_100_kilobytes(editor: TopicEditor) -> None:
    editor.dataset.save_topics(large(), categorize=False)
    editor.refresh()
    assert editor.dataset.topics.depth == 5
    editor.propose_template("banking")
    names = ("tree", "proposal", "orphans", "suggestions", "known", "central", "static_html")
    sizes = {name: _bytes(getattr(editor, name)) for name in names}
    assert max(sizes.values()) < 100_000, sizes
    rows = list(editor.tree["nodes"])
    while len(rows) < 3000:
        page = ask(editor, "nodes", offset=len(rows))["value"]
        assert page["stamp"] == editor.tree["stamp"]
        rows += page["nodes"]
    assert rows == shown.nodes(editor.dataset.topics)
    assert all(row["up"] < place for place, row in enumerate(rows))


def test_names_with_markup_stay_text_in_the_static_page(editor: TopicEditor) -> None:
    editor.rename_topic("Loans", "<script>alert(1)</script>")
    editor.propose_template("banking")
    html = editor.to_html()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "Proposed" in html


def test_an_empty_dataset_says_what_to_do(tmp_path: Path) -> None:
    editor = TopicEditor(rftkit.open(tmp_path / "new.rft"))
    assert "No topics yet" in editor.to_html()
    assert repr(editor) == "TopicEditor(0 topics)"
    ask(editor, "discover")
    editor.refresh()
    assert editor.proposal is None
    ask(editor, "propose_template", name="travel")
    ask(editor, "adopt")
    settle(editor)
    assert repr(editor).startswith("TopicEditor(")
    assert len(editor.dataset.topics) > 5
