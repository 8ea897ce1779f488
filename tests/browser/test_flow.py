"""In a real JupyterLab: a person takes traces to training files on one page, and the dataset on disk follows."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.widgets._base import STATIC
from tests.browser.conftest import Lab, run_all
from tests.browser.flow_data import Writer, traces
from tests.llm.loopback import Loopback

pytestmark = pytest.mark.skipif(
    not (STATIC / "workbench.js").exists(), reason="the widgets are not built: node widgets/build.mjs"
)

COUNTS = {"card": 40, "loan": 20, "transfer": 12}


class Person:
    """Someone at the page of a dataset; what they see is checked against the files."""

    def __init__(self, tab: Any, lab: Lab, name: str, server: Loopback):
        self.tab, self.server, self.folder = tab, server, lab.folder / name
        self.errors: list[str] = []
        tab.on("pageerror", lambda error: self.errors.append(str(error)))
        tab.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        own = (lab.url, lab.url.replace("http", "ws"), "data:", "blob:")
        tab.on("request", lambda asked: None if asked.url.startswith(own) else self.errors.append(asked.url))
        self.folder.mkdir()
        (self.folder / "traces.jsonl").write_text(traces(COUNTS), encoding="utf-8")
        make = f"""import rftkit
from rftkit.widgets import Workbench
ds = rftkit.open("{name}/bank.rft")
page = Workbench(ds, "import")
page"""
        run_all(tab, lab.write(f"{name}.ipynb", make))

    @property
    def ds(self) -> rftkit.Dataset:
        """The dataset as another process reads it."""
        return rftkit.open(self.folder / "bank.rft")

    def at(self, name: str) -> Any:
        """Return the element with a test id."""
        return self.tab.get_by_test_id(name)

    def open(self, panel: str) -> Any:
        """Open a panel of the page and return it."""
        self.at(f"open-{panel}").click()
        shown = self.at(f"panel-{panel}")
        shown.wait_for()
        return shown

    def bring(self) -> None:
        panel = self.at("panel-import")
        panel.get_by_test_id("source").fill(str(self.folder / "traces.jsonl"))
        panel.get_by_test_id("look").click()
        panel.get_by_test_id("found").wait_for()
        panel.get_by_test_id("start").click()
        panel.get_by_test_id("added").get_by_text("72", exact=True).wait_for()
        assert len(self.ds) == 72

    def sanitize(self) -> None:
        panel = self.open("sanitize")
        panel.get_by_test_id("sanitize-run").click()
        panel.get_by_test_id("done").wait_for()
        assert self.ds.summary().valid == 72

    def find_topics(self) -> None:
        panel = self.open("topics")
        panel.get_by_test_id("depth").select_option("1")
        panel.get_by_test_id("count").fill("3")
        panel.get_by_test_id("python").get_by_text("count=3").wait_for()
        panel.get_by_test_id("discover").click()
        panel.locator("[data-testid=proposed-tree] [data-testid=topic]").nth(2).wait_for()
        assert len(self.ds.topics) == 0
        panel.get_by_test_id("adopt").click()
        panel.locator("[data-testid=tree] [data-testid=topic]").nth(2).wait_for()
        tree = self.ds.topics
        assert sorted(tree.total(topic.id) for topic in tree.leaves()) == [12, 20, 40]

    def categorize(self) -> None:
        panel = self.open("categorize")
        panel.get_by_test_id("categorize-run").click()
        panel.get_by_test_id("done").wait_for()
        assert self.ds.summary().categorized == 72

    def plan(self) -> Any:
        """Open the modal from the dashboard, look at its other modes, and choose a model of one's own."""
        self.open("coverage").get_by_test_id("fill-gaps").click()
        dialog = self.at("dialog")
        dialog.get_by_test_id("line").first.wait_for()
        wanted = dialog.get_by_test_id("requested").inner_text()
        for mode, shown in (("A topic", "count"), ("Selected records", "find"), ("Fill the gaps", "gaps")):
            dialog.get_by_text(mode, exact=True).click()
            dialog.get_by_test_id(shown).wait_for()
        dialog.get_by_test_id("requested").get_by_text(wanted, exact=True).wait_for()
        dialog.get_by_test_id("model-name").fill("openai/bank-writer")
        dialog.get_by_test_id("model-name").press("Enter")
        dialog.locator("[data-testid=advanced] > summary").click()
        dialog.get_by_test_id("base-url").fill(self.server.url)
        dialog.get_by_test_id("base-url").press("Enter")
        dialog.get_by_test_id("announced").get_by_text("bank-writer").wait_for()
        return dialog

    def generate(self, writer: Writer) -> None:
        dialog = self.plan()
        dialog.get_by_test_id("pilot-all").check()
        writer.seconds = 1.0
        dialog.get_by_test_id("start").click()
        dialog.get_by_test_id("sample").wait_for()
        dialog.get_by_test_id("stop").click()
        dialog.locator("[data-testid=state][data-state=stopped]").wait_for()
        kept = self.ds.candidates().height
        assert 0 < kept < 30
        writer.seconds = 0.0
        dialog.get_by_test_id("resume").click()
        dialog.locator("[data-testid=state][data-state=done]").wait_for()
        candidates = self.ds.candidates()
        assert candidates.filter(candidates["valid"]).height == 30
        again = sum(times - 1 for times in self.server.delivered.values())
        assert again <= self.server.most_in_flight, "only what was under way at Stop is asked again"
        self.tab.keyboard.press("Escape")
        dialog.wait_for(state="detached")

    def review(self) -> None:
        """Decide every candidate and add what was accepted, without touching the mouse."""
        self.tab.keyboard.press("g")
        self.tab.keyboard.press("r")
        self.at("panel-review").locator("[data-testid=card][data-here=yes]").focus()
        for number in range(self.ds.candidates().height):
            failed = self.tab.locator("[data-testid=card][data-here=yes] [data-testid=reason]").count()
            self.tab.keyboard.press("r" if failed else "a")
            self.at("decided").get_by_text(str(number + 1), exact=True).wait_for()
        self.at("panel-review").get_by_test_id("add").focus()
        self.tab.keyboard.press("Enter")
        self.at("panel-review").get_by_test_id("told").get_by_text("Added 30 records").wait_for()
        ds = self.ds
        assert (len(ds), ds.summary().generated) == (102, 30)
        assert ds.coverage().balance == 30 / 40
        self.at("counts").get_by_text("102").first.wait_for()

    def export(self) -> None:
        self.open("sanitize").get_by_test_id("sanitize-run").click()
        self.at("panel-sanitize").get_by_test_id("done").wait_for()
        panel = self.open("export")
        panel.get_by_test_id("split-run").click()
        panel.get_by_test_id("done").wait_for()
        panel.get_by_test_id("path").fill(str(self.folder / "{split}.jsonl"))
        panel.get_by_test_id("path").press("Enter")
        panel.locator(f"[data-testid=part] [title='{self.folder}/train.jsonl']").wait_for()
        panel.get_by_test_id("export-run").click()
        panel.get_by_test_id("written").wait_for()
        rows = {side: (self.folder / f"{side}.jsonl").read_text().splitlines() for side in ("train", "validation")}
        assert sum(map(len, rows.values())) == 102
        assert all("messages" in json.loads(row) for part in rows.values() for row in part)
        sides = self.ds.labels()["split"].value_counts(sort=True)
        assert dict(sides.iter_rows()) == {side: len(part) for side, part in rows.items()}


def walk(tab: Any, lab: Lab, name: str) -> None:
    writer = Writer()
    with Loopback(say=writer) as server:
        person = Person(tab, lab, name, server)
        steps: list[Callable[[], object]] = [person.bring, person.sanitize, person.find_topics, person.categorize]
        for number, step in enumerate((*steps, lambda: person.generate(writer), person.review, person.export)):
            try:
                step()
            finally:
                picture(tab, f"{name}-{number}")
        assert person.errors == []


def picture(tab: Any, name: str) -> None:
    """Keep a screenshot where RFTKIT_PICTURES names a folder for them."""
    folder = os.environ.get("RFTKIT_PICTURES")
    if folder:
        tab.screenshot(path=Path(folder) / f"{name}.png")


def test_traces_become_training_files_on_one_page(tab: Any, lab: Lab) -> None:
    walk(tab, lab, "flow")


@pytest.mark.slow
@pytest.mark.parametrize("time", range(10))
def test_the_page_is_as_reliable_the_tenth_time(tab: Any, lab: Lab, time: int) -> None:
    walk(tab, lab, f"flow{time}")
