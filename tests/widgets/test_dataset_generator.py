"""The generator as a widget: every act is one step of the session, and a remade widget shows where it stands."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit import GeneratorSession, llm
from rftkit.widgets import DatasetGenerator, Home, Workbench
from rftkit.widgets._idea import IdeaWidget
from tests.idea.conftest import ORDERS, REPLIES, opened
from tests.idea.model import Played
from tests.llm.loopback import Loopback
from tests.widgets.test_widgets import ask, own_traits

TASK = "Sort support messages into billing, delivery or account, to test our router."


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "RFTKIT_MODEL"):
        monkeypatch.delenv(name, raising=False)


def settle(shown: IdeaWidget) -> None:
    """Wait for the work of a widget, whatever its end."""
    end = time.monotonic() + 60
    while shown.work is not None:
        assert time.monotonic() < end
        time.sleep(0.01)


def planned(shown: DatasetGenerator) -> dict[str, Any]:
    end = time.monotonic() + 60
    while shown.offer is None and not shown.refusal:
        assert time.monotonic() < end
        time.sleep(0.01)
    return shown.offer or {"refusal": shown.refusal}


def fields(shown: DatasetGenerator) -> dict[str, tuple[str, str]]:
    return {row["name"]: (row["value"], row["source"]) for row in shown.checklist if row["value"]}


def test_an_answer_fills_the_checklist_with_its_sources_and_is_the_line_of_python_that_does_it(tmp_path: Path) -> None:
    shown = DatasetGenerator(tmp_path / "idea.rft")
    assert (shown.step, shown.talk["progress"]["required"], len(shown.checklist)) == ("requirements", 0, 12)
    assert sum(row["required"] for row in shown.checklist) == 5
    ask(shown, "answer", text=TASK)
    settle(shown)
    assert fields(shown)["output_format"] == ("one of: billing, delivery, account", "said")
    assert shown.done["python"] == f"session.answer({TASK!r})"
    ask(shown, "answer", text="skip")
    settle(shown)
    assert fields(shown)["role_persona"] == ("a careful, friendly assistant", "assumed")
    assert GeneratorSession(tmp_path / "idea.rft").requirements.filled == len(fields(shown))


def test_a_line_of_the_checklist_is_edited_by_hand_and_taken_back(tmp_path: Path) -> None:
    shown = DatasetGenerator(tmp_path / "idea.rft")
    ask(shown, "edit", field="task_goal", value="sort messages")
    row = next(row for row in shown.checklist if row["name"] == "task_goal")
    assert (row["value"], row["by_hand"]) == ("sort messages", True)
    ask(shown, "undo")
    assert fields(shown) == {}
    assert shown.done["sentence"] == "Taken back: the change of the checklist."
    assert "nothing can be taken back" in ask(shown, "undo")["error"]


def test_a_prompt_is_read_from_its_text_a_file_or_a_record_and_what_it_answers_is_derived(tmp_path: Path) -> None:
    text = "You are a careful nurse. Sort the message into urgent, soon or routine. Never diagnose."
    (tmp_path / "prompt.txt").write_text(text, encoding="utf-8")
    rftkit.open(tmp_path / "c.rft").import_(
        [{"id": "r", "messages": [{"role": "system", "content": text}, {"role": "user", "content": "My head hurts"}]}]
    )
    found = []
    for name, given in (("a", {"prompt": text}), ("b", {"file": str(tmp_path / "prompt.txt")}), ("c", {"record": "r"})):
        shown = DatasetGenerator(tmp_path / f"{name}.rft")
        ask(shown, "analyze", **given)
        settle(shown)
        assert shown.analysis is not None
        found.append((fields(shown), shown.analysis["derived"]))
    assert found[0] == found[1] == found[2]
    assert found[0][0]["role_persona"] == ("a careful nurse", "derived")
    assert "give one of these" in ask(shown, "analyze")["error"]
    assert "no file" in ask(shown, "analyze", file="nowhere.txt")["error"]


def test_a_remade_widget_shows_the_part_where_the_work_is(tmp_path: Path) -> None:
    session = opened(tmp_path, ORDERS)
    assert DatasetGenerator(session).step == "requirements"
    session.samples()
    assert DatasetGenerator(session.path).step == "samples"
    session.write(20)
    again = DatasetGenerator(session.path)
    assert (again.step, again.written[0]["written"]) == ("set", 20)


def test_the_set_waits_for_the_requirements_and_says_so(tmp_path: Path) -> None:
    shown = DatasetGenerator(tmp_path / "idea.rft")
    shown.go("set")
    assert "still open" in planned(shown)["refusal"]
    assert "still open" in ask(shown, "write")["error"]


def test_the_form_says_what_a_set_takes_and_writes_it_in_both_formats(tmp_path: Path) -> None:
    shown = DatasetGenerator(opened(tmp_path, ORDERS))
    shown.go("set")
    ask(shown, "set_form", count=40, format="csv", excel_safe=True)
    assert (planned(shown)["count"], planned(shown)["calls"]) == (40, 4)
    assert shown.form["python"] == "session.write(40, 'csv', excel_safe=True)"
    ask(shown, "write")
    settle(shown)
    ask(shown, "set_form", count=40, format="jsonl")
    ask(shown, "write")
    settle(shown)
    assert [(one["written"], one["format"]) for one in shown.written] == [(40, "jsonl"), (40, "csv")]
    assert len(Path(shown.written[0]["path"]).read_text(encoding="utf-8").splitlines()) == 40
    assert len(rftkit.open(tmp_path / "idea.rft")) == 80
    assert "10 to 1000" in ask(shown, "set_form", count=5).get("error", "") or "10 to 1000" in planned(shown)["refusal"]


def test_the_workbench_opens_on_what_was_written(tmp_path: Path) -> None:
    shown = DatasetGenerator(opened(tmp_path, ORDERS))
    shown.write()
    settle(shown)
    ask(shown, "open_workbench")
    assert isinstance(shown._page, Workbench)
    assert repr(shown._page).startswith("Workbench(idea: 100 records")
    ask(shown, "close_workbench")
    assert shown.workbench is None


def test_a_set_that_was_stopped_is_offered_again_with_its_options_and_nothing_is_paid_twice(tmp_path: Path) -> None:
    with Loopback(say=Played(), latency=0.1) as server:
        options = {"base_url": server.url, "model": "openai/gpt-4o-mini", "concurrency": 2, "api_key": "k"}
        busy = {**ORDERS, "output_format": "one of: a, b"}
        shown = DatasetGenerator(opened(tmp_path, busy, **options))
        shown.set_form(count=60, format="csv")
        shown.write()
        while shown.job is None or shown.job.progress.data.get("answered", 0) < 2:
            time.sleep(0.01)
        ask(shown, "stop")
        settle(shown)
        assert "nothing was written" in shown.done["sentence"]
        again = DatasetGenerator(tmp_path / "idea.rft", **options)
        assert (again.step, again.form["begun"], again.form["count"], again.form["format"]) == ("set", True, 60, "csv")
        again.write()
        settle(again)
        assert (again.written[0]["written"], again.form["begun"]) == (60, False)
        assert again.written[0]["cached_calls"] >= 2
    assert again.error == ""


def test_models_are_listed_with_what_is_missing_and_without_a_key(tmp_path: Path, monkeypatch: Any) -> None:
    secret = "sk-" + "q" * 30
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    shown = DatasetGenerator(tmp_path / "idea.rft", api_key=secret)
    ask(shown, "list_models")
    end = time.monotonic() + 60
    while not shown.models:
        assert time.monotonic() < end
        time.sleep(0.05)
    rows = {row["name"]: row for row in shown.models}
    assert rows[llm.OFFLINE]["reachable"]
    assert sum("nova" in name for name in rows) >= 5
    assert all(row["why_not"] for row in shown.models if not row["reachable"])
    ask(shown, "use_model", model="openai/mine", base_url="http://127.0.0.1:1/v1", price_in=1.0, price_out=2.0)
    assert (shown.model["name"], shown.model["prices"]) == ("openai/mine", [1.0, 2.0])
    told = json.dumps({name: getattr(shown, name) for name in own_traits(DatasetGenerator)}, default=str)
    assert secret not in told
    assert secret not in (tmp_path / "idea.rft" / "generator" / "session" / "log.jsonl").read_text(encoding="utf-8")


def test_a_model_reads_an_answer_beside_the_screen_and_what_it_refuses_is_read_by_rules(tmp_path: Path) -> None:
    with Loopback(say=lambda asked: "I'm sorry, but I can't help with that.", latency=0.6) as server:
        shown = DatasetGenerator(tmp_path / "idea.rft", base_url=server.url, model="openai/test")
        ask(shown, "answer", text=TASK)
        assert shown.work is not None, "the screen is free while a model reads"
        settle(shown)
    assert fields(shown)["output_format"][0] == "one of: billing, delivery, account"
    assert "read by rules" in shown.done["sentence"]


def test_what_the_keyless_writer_cannot_do_is_said_before_anybody_tries(tmp_path: Path) -> None:
    shown = DatasetGenerator(opened(tmp_path, {**REPLIES, "examples": []}))
    assert not shown.model["ability"]["answers"]
    assert "choose a model" in shown.model["ability"]["sentence"]
    shown.go("set")
    assert "choose a model" in planned(shown)["refusal"]


def test_the_page_without_a_script_says_everything(tmp_path: Path) -> None:
    shown = DatasetGenerator(opened(tmp_path, {**ORDERS, "domain_expertise": "<script>alert(1)</script>"}))
    shown.annotation_cards().write_samples()
    settle(shown.annotation_cards())
    shown.write()
    settle(shown)
    page = str(shown.to_html())
    assert "<script" not in page
    for words in ("Role and persona", "said by you", "Card 1.1", "100 of 100", "open"):
        assert words in page


def test_looking_writes_nothing_and_no_trait_is_large(tmp_path: Path) -> None:
    session = opened(tmp_path, {**ORDERS, "constraints": "never " * 30_000})
    session.samples()
    session.edit_card("1.1", input="long " * 60_000)
    shown = DatasetGenerator(session)
    shown.go("samples")
    rows = len(session.rows.read())
    for _ in range(3):
        shown.refresh()
        shown.annotation_cards().refresh()
    assert len(session.rows.read()) == rows
    for widget in (shown, shown.annotation_cards()):
        for name in own_traits(type(widget)):
            assert len(json.dumps(getattr(widget, name), default=str)) < 100_000, name
    assert ask(shown, "value_of", field="constraints")["value"].startswith("never never")


def test_two_widgets_on_one_session_agree(tmp_path: Path) -> None:
    one, other = DatasetGenerator(tmp_path / "idea.rft"), DatasetGenerator(tmp_path / "idea.rft")
    one.edit("task_goal", "sort messages")
    other.follow()
    assert fields(one) == fields(other)


def test_home_generates_one_and_opens_it_again_where_it_was_left(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.known["generate"] is True
    ask(home, "generate", name="idea")
    page = home.page
    assert isinstance(page, DatasetGenerator)
    assert home.opened["python"] == f"DatasetGenerator({str(tmp_path / 'idea.rft')!r})"
    page.answer(TASK)
    settle(page)
    ask(home, "close_dataset")
    home.refresh()
    ask(home, "open_dataset", name="idea.rft")
    assert isinstance(home.page, DatasetGenerator)
    assert home.page.talk["progress"]["required"] == 3
    opened(tmp_path, ORDERS).write(20)
    home.refresh()
    ask(home, "open_dataset", name="idea.rft")
    assert isinstance(home.page, Workbench), "what has records is a dataset like any other"


def test_one_screen_does_not_take_back_what_another_did(tmp_path: Path) -> None:
    shown = DatasetGenerator(tmp_path / "idea.rft")
    shown.edit("task_goal", "sort messages")
    assert shown.done["undo"]
    GeneratorSession(tmp_path / "idea.rft").edit("use_case", "tests")
    shown.follow()
    assert not shown.done["undo"]
    assert "Something else was done" in ask(shown, "undo")["error"]
    assert fields(shown) == {"task_goal": ("sort messages", "said"), "use_case": ("tests", "said")}
