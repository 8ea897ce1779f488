"""In a real JupyterLab: from a sentence to 200 records in both formats, by keyboard and mouse, through killed kernels."""

from __future__ import annotations

import csv
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rftkit
from rftkit import GeneratorSession
from rftkit.idea.state import State
from rftkit.llm import unwrap
from rftkit.widgets import AnnotationCards, DatasetGenerator
from rftkit.widgets._base import STATIC
from tests.browser.bare import play
from tests.browser.conftest import Lab, run_all, value
from tests.browser.test_every_screen import AXE, serious
from tests.idea.conftest import ORDERS, opened
from tests.idea.model import Played
from tests.llm.loopback import Loopback

pytestmark = [
    pytest.mark.skipif(
        not (STATIC / "dataset_generator.js").exists(), reason="the widgets are not built: node widgets/build.mjs"
    ),
    pytest.mark.timeout(900),
]

FORM = '{"order": "string or null", "product": "string", "quantity": "integer", "wants_refund": "boolean"}'
KEYS = {"order_number", "product", "quantity", "wants_refund"}
TALK = (
    "Extract the order from an e-mail of a customer, to test our extractor.",
    "a careful mail clerk",
    FORM,
    "one e-mail of a customer, at most 60 words",
)


class Talker(Played):
    """Plays the model of the whole way: it understands what is asked for, groups notes, and writes records."""

    def __call__(self, asked: dict[str, Any]) -> str:
        data = unwrap(asked["messages"][-1]["content"])
        if data["task"] == "extract":
            said = {"name": data["asked"], "value": data["reply"], "quote": data["reply"]}
            return json.dumps({"fields": [said] if data["asked"] and data["asked"] != "examples" else []})
        if data["task"] == "themes":
            return json.dumps({"themes": [_theme(note) for note in data["notes"]]})
        return super().__call__(asked)

    def record(self, data: dict[str, Any], item: dict[str, Any], rng: Any) -> dict[str, Any]:
        made = super().record(data, item, rng)
        made["input"] += f" {item.get('persona', '')} {rng.randint(0, 10**6)} {rng.choice('abcdefgh') * 3}."
        return made


def _theme(note: dict[str, Any]) -> dict[str, Any]:
    key = "order_number" in note["note"]
    line = "The key order is called order_number." if key else "Write as people do."
    return {"name": "Wrong key" if key else "Stiff", "notes": [note["number"]], "target": "answer", "change": line}


class Person:
    """Someone with an idea; what they see is checked against the rows on disk, read by another process."""

    def __init__(self, tab: Any, lab: Lab, name: str, server: Loopback | None = None) -> None:
        self.tab, self.lab, self.name, self.server = tab, lab, name, server
        self.errors: list[str] = []
        tab.on("pageerror", lambda error: self.errors.append(str(error)))
        own = (lab.url, lab.url.replace("http", "ws"), "data:", "blob:")
        tab.on("request", lambda asked: None if asked.url.startswith(own) else self.errors.append(asked.url))
        self.folder = lab.folder / name
        self.folder.mkdir()
        make = f'from rftkit.widgets import DatasetGenerator\npage = DatasetGenerator("{name}/idea.rft")\npage'
        self.address = lab.write(f"{name}.ipynb", make)
        self.open()

    def open(self) -> None:
        run_all(self.tab, self.address)
        self.at("generator").wait_for()

    @property
    def kernel(self) -> int:
        return int(value(self.tab, "__import__('os').getpid()"))

    def kill(self, kernel: int | None = None) -> None:
        """Kill the kernel without a warning, and open the notebook again."""
        known = len(self.errors)
        os.kill(kernel or self.kernel, signal.SIGKILL)
        # the dead kernel is given up, else the notebook may be run on it before the server has noticed
        self.tab.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.open()
        # JupyterLab itself says that it lost the kernel; every other error counts
        self.errors = [one for at, one in enumerate(self.errors) if at < known or "Kernel connection" not in one]

    @property
    def state(self) -> State:
        """Where the session stands, by its rows on disk."""
        return GeneratorSession(self.folder / "idea.rft").state

    def at(self, name: str) -> Any:
        return self.tab.get_by_test_id(name)

    def until(self, true: Callable[[], bool]) -> None:
        for _ in range(600):
            if true():
                return
            self.tab.wait_for_timeout(100)
        raise AssertionError("it did not come to pass in a minute")

    def key(self, *keys: str) -> None:
        for key in keys:
            self.tab.keyboard.press(key)

    # -- the steps; each can be taken after a kill -------------------------------------------------------------------

    def choose_model(self) -> None:
        if self.server is None:
            return
        self.at("model-line").click()
        self.at("model-name").fill("openai/idea")
        self.at("model-name").press("Enter")
        self.at("model-now").get_by_text("openai/idea").wait_for()
        self.at("base-url").fill(self.server.url)
        self.at("base-url").press("Enter")
        self.until(lambda: GeneratorSession(self.folder / "idea.rft").base_url == self.server.url)

    def talk(self) -> None:
        """Answer by keyboard alone; the checklist beside it fills."""
        for text in TALK:
            asked = self.at("question").get_attribute("data-field")
            self.at("answer").fill(text)
            self.at("answer").press("Enter")
            self.tab.wait_for_function(
                "asked => document.querySelector('[data-testid=question]')?.dataset.field !== asked", arg=asked
            )
        if self.state.wanted.missing:  # what a model was told alone, it took alone
            self.at("choice").nth(1).click()
        self.until(lambda: not self.state.wanted.missing)
        self.at("progress").get_by_text("5 of 5 required").wait_for()

    def edit(self) -> None:
        """Write one line of the checklist by hand, by keyboard, and another by mouse."""
        field = self.tab.locator("[data-testid=field][data-name=constraints]")
        field.focus()
        self.key("e")
        self.at("edit-text").fill("English only")
        self.key("Control+Enter")
        field.get_by_text("written by you").wait_for()
        domain = self.tab.locator("[data-testid=field][data-name=domain_expertise]")
        domain.hover()
        domain.get_by_test_id("edit-field").click()
        self.at("edit-text").fill("online retail")
        self.at("save-text").click()
        domain.get_by_text("online retail").wait_for()
        assert self.state.wanted.entries["constraints"].by_hand

    def confirm(self) -> None:
        if self.at("question").get_attribute("data-kind") == "ask":
            self.at("enough").click()
        self.at("confirm").wait_for()
        self.at("confirm").focus()
        self.key("Enter")
        self.at("to-samples").wait_for()
        assert self.state.confirmed

    def samples(self) -> None:
        self.at("step-samples").click()
        self.at("write-samples").click()
        self.at("card").nth(4).wait_for()
        assert self.state.iteration == 1

    def decide(self) -> None:
        """Keep, throw away and edit, without the mouse."""
        self.to_samples()
        self.at("card").first.focus()
        self.key("j", "a")
        self.until(lambda: self.state.cards["1.2"].decision == "keep")
        self.key("j", "j", "j", "x")
        self.until(lambda: self.state.cards["1.5"].decision == "discard")
        self.key("k", "e")
        self.at("edit-input").fill("Hello, where is order 55555? I ordered 2 lamps and want no refund.")
        self.at("edit-input").press("Control+Enter")
        self.until(lambda: self.state.cards["1.4"].edited)

    def note(self) -> None:
        """A note on marked words by keyboard, one by mouse, one on the whole card."""
        self.to_samples()
        self.at("card").first.focus()
        self.key("m", "Tab", "Shift+ArrowRight", "Enter")
        self.at("note-about").wait_for()
        self.at("note-text").fill('wrong JSON key: "order" should be "order_number"')
        self.key("Enter")
        self.noted("1.1")
        third = self.at("card").nth(2)
        third.get_by_test_id("input").dblclick(position={"x": 25, "y": 10})
        third.get_by_test_id("note-on").click()
        self.at("note-text").fill("nobody writes like that")
        self.key("Enter")
        self.noted("1.3")
        self.tab.locator("[data-testid=card][data-id='1.2']").focus()
        self.key("n")
        self.at("note-text").fill("the key order must be called order_number")
        self.key("Enter")
        self.noted("1.2")
        said = {note.card: note for note in self.state.notes}
        assert (said["1.1"].part, said["1.3"].part, said["1.2"].part) == ("answer", "input", "whole")
        assert said["1.1"].passage in (self.state.cards["1.1"].answer or "")
        assert said["1.3"].passage in self.state.cards["1.3"].input

    def noted(self, card: str) -> None:
        self.tab.locator(f"[data-testid=card][data-id='{card}'] [data-testid=noted]").wait_for()
        assert any(note.card == card for note in self.state.notes)

    def themes(self) -> None:
        self.to_samples()
        if self.at("find-themes").count():
            self.at("find-themes").click()
        theme = self.tab.locator("[data-testid=theme]").filter(has_text="called")
        theme.first.wait_for()
        keyed = [theme for theme in self.state.proposals[1] if theme.code == "wrong_key"]
        assert sum(theme.count for theme in keyed) == 2
        theme.first.get_by_test_id("rename-theme").click()
        self.at("theme-name").fill("the key is called something else")
        self.key("Enter")
        self.until(lambda: "the key is called something else" in self.state.names.values())

    def approve(self) -> None:
        """Approve what is measured, turn the other line down."""
        self.to_samples()
        lines = self.tab.locator("[data-testid=change]")
        for _ in range(lines.count()):
            line = self.tab.locator("[data-testid=change][data-status=proposed]").first
            measured = line.get_by_text("checked in every record").count() > 0
            before = self.tab.locator("[data-testid=change][data-status=proposed]").count()
            line.get_by_test_id("approve" if measured else "reject").click()
            self.until(
                lambda before=before: (
                    self.tab.locator("[data-testid=change][data-status=proposed]").count() == before - 1
                )
            )
        assert any(rule.name == "rename_key" for rule in self.state.wanted.rules)

    def again(self) -> None:
        self.to_samples()
        self.at("next-samples").focus()
        self.key("Enter")
        self.tab.locator("[data-testid=card][data-id='2.5']").wait_for()
        cards = self.state.cards_of(2)
        assert all(set(json.loads(card.answer or "")) == KEYS for card in cards)
        if not self.at("comparison").count():
            self.at("compare").click()
        self.at("comparison").get_by_text("gone").first.wait_for()
        assert self.at("kept").count() == 5

    def write(self, form: str, count: int = 200) -> None:
        self.form(form, count)
        before = len(self.state.written)
        self.at("write").click()
        self.until(lambda: len(self.state.written) == before + 1)

    def form(self, form: str, count: int) -> None:
        self.at("step-set").click()
        self.at("count").fill(str(count))
        self.at("file-format").get_by_text(form.upper(), exact=True).click()
        self.at("write").get_by_text(f"{count} records").wait_for()
        self.at("python").get_by_text(f"'{form}'").wait_for()

    def jsonl(self) -> None:
        if self.server is not None:
            self.die_while_writing(self.server)
        self.write("jsonl")
        report = self.state.written[0]["report"]
        assert self.server is None or report["cached_calls"] > 0, "what was answered before the kill is not asked again"

    def die_while_writing(self, server: Loopback) -> None:
        """Begin a set, kill the kernel after the first answers, and find it offered again with its options."""
        self.form("jsonl", 200)
        kernel, before, usual = self.kernel, server.delivered.total(), server.latency
        server.latency = 2.0
        self.at("write").click()
        self.at("stop").wait_for()
        self.until(lambda: server.delivered.total() >= before + 3)
        self.kill(kernel)
        server.latency = usual
        assert self.state.written == ()
        self.at("begun").get_by_text("A set of 200 records was begun").wait_for()

    def csv(self) -> None:
        self.write("csv")

    def to_samples(self) -> None:
        """Go to the cards, by keys where they work."""
        if self.at("card").count() == 0:
            self.at("step-samples").focus()
            self.key("g", "s")
        self.at("card").first.wait_for()

    def workbench(self) -> None:
        self.at("step-set").click()
        self.at("open-workbench").click()
        self.at("workbench").wait_for()
        self.at("counts").get_by_text("400").first.wait_for()

    def check(self) -> None:
        """Read both files as others would."""
        first, second = (row["report"] for row in self.state.written)
        assert (first["written"], second["written"]) == (200, 200), (first["gave_up"], second["gave_up"])
        rows = [json.loads(line) for line in Path(self.lab.folder, first["path"]).read_text("utf-8").splitlines()]
        with Path(self.lab.folder, second["path"]).open(newline="", encoding="utf-8") as file:
            more = list(csv.DictReader(file))
        assert pl.read_csv(Path(self.lab.folder, second["path"]), infer_schema=False).rows() == [
            (row["input"], row["answer"]) for row in more
        ]
        for row in (*rows, *more):
            assert set(row) == {"input", "answer"}
            assert set(json.loads(row["answer"])) == KEYS
        assert len({row["input"] for row in (*rows, *more)}) == 400
        assert len(rftkit.open(self.folder / "idea.rft")) == 400
        assert Path(self.lab.folder, first["card"]).read_text("utf-8").startswith("#")


STEPS = ("choose_model", "talk", "edit", "confirm", "samples", "decide", "note", "themes", "approve", "again")
SETS = ("jsonl", "csv", "workbench", "check")


def walk(person: Person, kills: tuple[str, ...]) -> None:
    for number, step in enumerate((*STEPS, *SETS)):
        try:
            getattr(person, step)()
        finally:
            picture(person.tab, f"{person.name}-{number}-{step}")
        if step in kills:
            before = person.state
            person.kill()
            assert person.state == before
    assert person.errors == []


def picture(tab: Any, name: str) -> None:
    """Keep a screenshot where RFTKIT_PICTURES names a folder for them."""
    folder = os.environ.get("RFTKIT_PICTURES")
    if folder:
        tab.screenshot(path=Path(folder) / f"{name}.png")


def test_offline_an_idea_becomes_two_files_on_one_page_through_two_killed_kernels(tab: Any, lab: Lab) -> None:
    walk(Person(tab, lab, "offline-idea"), ("note", "jsonl"))


@pytest.mark.slow
def test_offline_a_kernel_killed_after_every_step_loses_nothing(tab: Any, lab: Lab) -> None:
    walk(Person(tab, lab, "killed-idea"), (*STEPS, "jsonl", "csv"))


def test_with_a_model_that_is_slow_refuses_and_breaks_its_json_the_way_is_the_same(tab: Any, lab: Lab) -> None:
    with Loopback(say=Talker(refuse=0.2), latency=0.2, broken=0.1) as server:
        walk(Person(tab, lab, "modelled-idea", server), ())


@pytest.mark.slow
def test_with_a_model_a_kernel_killed_after_every_step_loses_nothing(tab: Any, lab: Lab) -> None:
    with Loopback(say=Talker(refuse=0.1), latency=0.1, broken=0.05) as server:
        walk(Person(tab, lab, "killed-model", server), (*STEPS, "jsonl", "csv"))


def test_home_generates_a_dataset_and_opens_it_again_where_it_was_left(tab: Any, lab: Lab) -> None:
    (lab.folder / "ideas").mkdir()
    run_all(tab, lab.write("ideas.ipynb", "from rftkit.widgets import Home\nHome('ideas')"))
    tab.get_by_test_id("new-name").fill("router")
    tab.get_by_test_id("generate").click()
    tab.get_by_test_id("answer").fill("Sort messages into billing, delivery or account, to test our router.")
    tab.get_by_test_id("answer").press("Enter")
    tab.get_by_test_id("progress").get_by_text("3 of 5").wait_for()
    assert GeneratorSession(lab.folder / "ideas" / "router.rft").requirements.filled == 3
    tab.get_by_test_id("close-dataset").click()
    tab.get_by_test_id("generator").wait_for(state="detached")
    tab.get_by_test_id("open").click()
    tab.get_by_test_id("progress").get_by_text("3 of 5").wait_for()


def test_the_set_that_was_written_and_the_cards_side_by_side_are_accessible(tab: Any, tmp_path: Path) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm --prefix widgets ci")
    session = opened(tmp_path, ORDERS)
    cards = AnnotationCards(session)
    cards.write_samples()
    cards.wait()
    cards.annotate("1.1", "wrong JSON key, should be order_number", passage='"order"', part="answer")
    cards.approve()
    cards.next_samples()
    cards.wait()
    page = DatasetGenerator(session)
    page.write().wait()
    page.go("set")
    for shown, name in ((page, "dataset_generator"), (cards, "annotation_cards")):
        tab = tab.context.new_page()
        play(tab, shown, name, theme="dark", width=480)
        tab.add_script_tag(content=AXE.read_text(encoding="utf-8"))
        tab.wait_for_timeout(300)
        picture(tab, f"{name}-dark-480")
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert serious(tab) == []
