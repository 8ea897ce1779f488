"""The panel of categorizing: the run, the bands, the queue that is decided one by one, what it teaches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.errors import ApprovalError
from rftkit.jobs import Job
from rftkit.widgets import CategorizePanel, categorize_panel
from rftkit.widgets._waiting import Waiting
from tests.widgets.test_widgets import ask

CARDS = [f"Where is my new card, I ordered it {n} days ago" for n in range(3, 15)]
RATES = [f"What is the exchange rate for {n} euros" for n in range(20, 32)]
ODD = ["<script>alert(1)</script> hm", "Sing a song"]


@pytest.fixture
def bank(tmp_path: Path) -> rftkit.Dataset:
    ds = rftkit.open(tmp_path / "bank.rft")
    texts = CARDS + RATES + ODD
    ds.import_([{"id": f"r{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(texts)])
    tree = rftkit.TopicTree(()).add("cards/lost", keywords=["card"]).add("rates", keywords=["exchange rate"])
    ds.save_topics(tree, categorize=False)
    return ds


def ran(ds: rftkit.Dataset) -> CategorizePanel:
    panel = CategorizePanel(ds)
    panel.categorize(method=["keyword"])
    panel.wait()
    return panel


def topic(ds: rftkit.Dataset, id_: str) -> tuple[str | None, str | None]:
    row = ds.records([id_]).row(0, named=True)
    return row["topic"], row["topic_method"]


def test_an_empty_dataset_and_one_without_topics_say_what_to_do_first(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "new.rft")
    assert "No records yet" in CategorizePanel(ds).to_html()
    ds.import_([{"messages": [{"role": "user", "content": "hm"}]}])
    panel = CategorizePanel(ds)
    assert "No topics yet" in panel.to_html()
    assert "there are no topics to assign" in ask(panel, "categorize")["error"]


def test_a_run_is_shown_in_bands_and_taken_back(bank: rftkit.Dataset) -> None:
    panel = ran(bank)
    assert panel.state["high"] + panel.state["medium"] + panel.state["review"] == 24
    assert panel.state["unassigned"] == 2
    assert panel.done["python"] == "ds.categorize(method=['keyword'])"
    assert "24 of 26 records have a topic; 24 changed" in panel.done["sentence"]
    assert panel.options()["method"] == ["keyword"]
    ask(panel, "undo")
    assert panel.state["unassigned"] == 26
    assert panel.state["last"] == ""


def test_keys_decide_one_record_after_the_other_and_the_dataset_has_it(bank: rftkit.Dataset) -> None:
    panel = ran(bank)
    ask(panel, "choose_queue", kind="unassigned")
    assert panel.card["id"] == "r24"
    assert [one["topic"] for one in panel.card["choices"]] == ["cards/lost", "rates"]
    ask(panel, "pick", number=2)
    assert topic(bank, "r24") == ("rates", "manual")
    assert panel.done["python"] == "ds.assign(['r24'], 'rates')"
    assert (panel.card["id"], panel.queue["decided"], panel.queue["left"]) == ("r25", 1, 1)
    ask(panel, "leave")
    assert topic(bank, "r25") == (None, "manual")
    assert panel.card is None
    assert panel.state["left_unassigned"] == 1
    ask(panel, "undo")
    ask(panel, "undo")
    assert (panel.card["id"], panel.queue["decided"]) == ("r24", 0)
    assert topic(bank, "r24") == (None, None)


def test_skipped_records_come_again_at_the_end(bank: rftkit.Dataset) -> None:
    panel = ran(bank)
    panel.choose_queue("unassigned")
    panel.skip()
    assert (panel.card["id"], panel.queue["skipped"]) == ("r25", 1)
    panel.assign("rates")
    assert panel.card["id"] == "r24"
    panel.step(1)
    assert (panel.card["id"], panel.card["decided"]) == ("r25", True)


def test_a_number_that_is_not_there_is_said_and_nothing_is_done(bank: rftkit.Dataset) -> None:
    panel = ran(bank)
    panel.choose_queue("unassigned")
    before = bank.version
    assert "there is no choice 9; there are 2" in ask(panel, "pick", number=9)["error"]
    assert "give one of review" in ask(panel, "choose_queue", kind="odd")["error"]
    assert bank.version == before


def test_a_decision_that_cannot_be_written_is_not_shown_as_made(bank: rftkit.Dataset) -> None:
    panel = ran(bank)
    panel.choose_queue("unassigned")
    assert "there is no topic 'nonsense'" in ask(panel, "assign", topic="nonsense")["error"]
    panel.dataset = bank.at(bank.version)
    assert "cannot be changed" in ask(panel, "assign", topic="rates")["error"]
    assert (panel.card["id"], panel.queue["decided"]) == ("r24", 0)


def test_choices_are_worked_out_with_reasons(bank: rftkit.Dataset) -> None:
    panel = ran(bank)
    panel.choose_queue("high" if panel.state["high"] else "medium")
    assert panel.card["known"] is False
    panel.think()
    panel._later.wait()
    panel.refresh()
    assert panel.card["known"] is True
    first = panel.card["choices"][0]
    assert first["now"] is True
    assert first["confidence"] == panel.card["confidence"]
    assert "says " in first["why"]


def test_what_was_decided_teaches_the_rest_and_stays(bank: rftkit.Dataset) -> None:
    panel = ran(bank)
    wrong = ["r0", "r1", "r2"]
    for id_ in wrong:
        panel.assign("rates", id_)
    assert panel.state["corrections"] == 3
    ask(panel, "rejudge")
    panel.wait()
    assert panel.state["options"]["all"] is True
    assert [topic(bank, id_) for id_ in wrong] == [("rates", "manual")] * 3
    assert panel.state["corrections"] == 0
    assert panel.done["python"] == "ds.categorize(all=True, method=['keyword'])"


def test_a_cost_is_announced_before_anything_is_sent(bank: rftkit.Dataset, monkeypatch: Any) -> None:
    asked: list[dict[str, Any]] = []

    def make(**options: Any) -> Job[Any]:
        def work(_: Any) -> Any:
            asked.append(options)
            if not options["approved"]:
                raise ApprovalError(
                    "asking a model takes 2 calls to x/y at about $0.0100; approve it with --yes (approved=True)"
                )
            return bank.categorize(method=["keyword"])

        return Job(work, name="categorize").start()

    monkeypatch.setattr(bank, "categorize_job", make)
    panel = CategorizePanel(bank)
    panel.categorize(method=["keyword", "llm"], model="x/y")
    with pytest.raises(ApprovalError):
        panel.wait()
    assert panel.approval == {"model": "x/y", "sentence": "Asking a model takes 2 calls to x/y at about $0.0100."}
    assert (panel.error, panel.work) == ("", None)
    ask(panel, "approve")
    panel.wait()
    assert [options["approved"] for options in asked] == [False, True]
    assert panel.approval is None


def test_any_topic_is_found_by_words_of_its_path(bank: rftkit.Dataset) -> None:
    panel = CategorizePanel(bank)
    assert ask(panel, "find_topics", text="LOST")["value"] == ["cards/lost"]
    assert ask(panel, "find_topics", text="ra")["value"] == ["rates", "cards/lost"][:1]


def test_new_topics_come_from_unassigned_records_with_undo(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "odd.rft")
    songs = [f"Sing me a song about the sea number {n}" for n in range(20)]
    meals = [f"A recipe for pasta with {n} tomatoes" for n in range(20)]
    ds.import_(
        [{"id": f"s{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(songs + meals)]
    )
    ds.save_topics(rftkit.TopicTree(()).add("cards", keywords=["card"]), categorize=False)
    panel = CategorizePanel(ds)
    panel.suggest()
    panel._new.wait()
    panel._show_suggested(panel._new.wait(), None)
    names = [one["name"] for one in panel.suggested["topics"]]
    assert names
    count = panel.suggested["topics"][0]["count"]
    ask(panel, "add_topic", name=names[0])
    assert names[0] in ds.topics
    assert panel.state["unassigned"] == 40 - count
    ask(panel, "undo")
    assert names[0] not in ds.topics
    assert "was suggested" in ask(panel, "add_topic", name="Nothing")["error"]


def test_another_cell_and_the_panel_agree(bank: rftkit.Dataset) -> None:
    panel = ran(bank)
    panel.choose_queue("unassigned")
    bank.assign(["r24"], "rates")
    panel.follow()
    assert (panel.card["id"], panel.queue["total"]) == ("r25", 1)
    bank.delete(["r25"])
    panel.follow()
    assert panel.card is None


def test_a_long_record_is_cut_and_asked_for_whole(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "long.rft")
    said = [{"role": role, "content": f"{role} {n} " + "x" * 9000} for n in range(40) for role in ("user", "assistant")]
    ds.import_([{"id": "long", "messages": [*said, {"role": "user", "content": "y" * 90_000}]}])
    ds.save_topics(rftkit.TopicTree(()).add("cards"), categorize=False)
    panel = CategorizePanel(ds)
    panel.choose_queue("unassigned")
    assert len(rftkit.messages.dump(panel.card)) < 30_000
    assert panel.card["whole"] is False
    assert len(ask(panel, "open_record")["value"]["messages"]) == 81


def test_a_turn_that_only_calls_tools_says_so_on_the_static_page(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "tools.rft")
    calls = [
        {"id": "1", "type": "function", "function": {"name": "find_order", "arguments": '{"n": "' + "7" * 900 + '"}'}}
    ]
    image = [{"type": "image_url", "image_url": {"url": "x"}}]
    talk = [
        {"role": "user", "content": image},
        {"role": "assistant", "content": None, "tool_calls": calls},
        {"role": "user", "content": "And now?"},
    ]
    ds.import_([{"messages": talk}], categorize=False)
    ds.save_topics(rftkit.TopicTree(()).add("Cards").add("Loans"), categorize=False)
    panel = CategorizePanel(ds)
    panel.choose_queue("unassigned")
    html = panel.to_html()
    assert ">find_order<" in html
    assert "[image_url]" in html


def test_the_static_page_has_bands_and_the_record_as_text(bank: rftkit.Dataset) -> None:
    panel = ran(bank)
    panel.choose_queue("unassigned")
    html = panel.to_html()
    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html
    assert "0 of 2 records decided" in html
    assert repr(panel) == f"CategorizePanel(24 of 26 records with a topic, {panel.state['review']} to review)"


def test_a_queue_forgets_nothing_while_the_dataset_changes() -> None:
    queue = Waiting("review")
    queue.take(["a", "b", "c", "d"])
    queue.decide("a")
    queue.skip("b")
    assert queue.here == "c"
    queue.take(["b", "c", "e"])  # d was decided elsewhere, e is new
    assert (queue.here, queue.told()["total"], queue.told()["left"]) == ("c", 4, 3)
    queue.decide("c")
    queue.decide("e")
    assert queue.here == "b"
    queue.decide("b")
    assert (queue.here, queue.told()["left"]) == (None, 0)
    queue.take_back("c")
    assert queue.here == "c"
    queue.keep({"c"})
    assert queue.told()["total"] == 1


def test_of_a_large_dataset_too_the_card_is_the_record_as_it_is(
    bank: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(categorize_panel, "LARGE", 0)
    bank.categorize(method=["keyword"])
    panel = CategorizePanel(bank)
    panel.choose_queue("high")
    for _ in range(24):
        panel.assign("rates")
        panel.settle()
        assert panel.card == panel._card()
    assert panel.queue["decided"] == 24
    assert panel.state["by_hand"] == 24
    panel.undo()
    panel.settle()
    assert (panel.card, panel.state["by_hand"]) == (panel._card(), 23)
