"""In a real JupyterLab: from split to deployment with the wizard, checked on disk, through a killed kernel."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.widgets._base import STATIC
from tests.browser.conftest import Lab, run_all, value
from tests.browser.test_every_screen import AXE, picture, serious
from tests.dryrun.policy import MODEL, RIGHT, WRONG, Policy, world
from tests.train.service import KEY, serve

pytestmark = [
    pytest.mark.skipif(not (STATIC / "rft_wizard.js").exists(), reason="not built: node widgets/build.mjs"),
    pytest.mark.timeout(600),
]
CHANCES = [0.25 + 0.4 * n / 47 for n in range(48)]


class Person:
    """Someone who trains a model; what they see is checked against the dataset on disk."""

    def __init__(self, tab: Any, lab: Lab) -> None:
        self.tab, self.errors = tab, list[str]()
        tab.on("pageerror", lambda error: self.errors.append(str(error)))
        own = (lab.url, lab.url.replace("http", "ws"), "data:", "blob:")
        tab.on("request", lambda asked: None if asked.url.startswith(own) else self.errors.append(asked.url))
        cell = (
            f"import os, rftkit\nfrom rftkit.widgets import RFTWizard\nos.environ['OPENAI_API_KEY'] = {KEY!r}\n"
            f"wizard = RFTWizard(rftkit.open('wizard/a.rft'), model={MODEL!r}, rollouts=4)\nwizard"
        )
        self.address = lab.write("wizard.ipynb", cell)
        self.open()

    def open(self) -> None:
        run_all(self.tab, self.address)
        self.at("wizard").wait_for()

    def at(self, name: str) -> Any:
        return self.tab.get_by_test_id(name).first

    def kill(self) -> None:
        """Kill the kernel without a warning, and open the notebook again."""
        known = len(self.errors)
        os.kill(int(value(self.tab, "__import__('os').getpid()")), signal.SIGKILL)
        self.tab.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
        self.open()
        self.errors = [one for at, one in enumerate(self.errors) if at < known or "Kernel connection" not in one]

    def until(self, true: Callable[[], Any]) -> None:
        for _ in range(900):
            if true():
                return
            self.tab.wait_for_timeout(100)
        raise AssertionError("it did not come to pass in a minute and a half")

    def type(self, name: str, text: str) -> None:
        self.at(name).fill(text)
        self.at(name).press("Enter")

    def forward(self, step: str) -> None:
        """Go on by keyboard."""
        self.tab.wait_for_selector("[data-testid=wizard-continue].rft__button--first")
        self.at("wizard-continue").focus()
        self.tab.keyboard.press("Enter")
        self.tab.locator(f"[aria-current=step]:has([data-testid=step-{step}])").wait_for()


@pytest.fixture
def service() -> Any:
    service, server = serve()
    service.answer = lambda model, prompt: RIGHT if model.startswith("ft:") else WRONG
    yield service
    server.shutdown()


def test_from_split_to_deployment_with_back_and_continue_through_a_killed_kernel(
    tab: Any, lab: Lab, service: Any
) -> None:
    tab.set_default_timeout(90_000)
    folder = lab.folder / "wizard"
    ds = world(folder / "a.rft", {"cards": CHANCES, "loans": CHANCES})
    with Policy() as policy:
        person = Person(tab, lab)
        assert "divide the records first" in person.at("against").inner_text()
        person.at("split-run").click()
        person.until(lambda: ds.split_state())
        person.forward("grader")

        tab.locator("[data-preset=exact_match]").first.click()
        person.at("reason").fill("one word")
        person.at("keep").click()
        person.until(lambda: ds.graders().height == 1)
        person.at("answer").fill(RIGHT)
        person.at("grade").click()
        assert "1.00" in person.at("graded").inner_text()
        person.forward("dry_run")

        person.type("base-url", policy.url)
        person.at("start").click()
        person.at("verdict").wait_for()
        assert ds.dry_runs()[-1].verdict in person.at("verdict").inner_text() != "NO-GO"
        look(tab, "wizard-dry-run")
        person.kill()
        assert ds.dry_runs()[-1].verdict in person.at("verdict").inner_text()
        person.forward("train")

        person.at("backend").select_option("openai")
        person.type("base-url", service.url)
        person.type("base", "base-model")
        person.at("approve").check()
        person.at("start").click()
        person.until(lambda: service.jobs)
        job = next(iter(service.jobs))
        service.jobs[job]["status"] = "running"
        for step in (1, 2, 3):
            service.step(job, step=step, train_reward_mean=0.2 * step, valid_reward_mean=0.15 * step)
        tab.get_by_test_id("state").get_by_text("running").wait_for()
        person.kill()
        tab.get_by_test_id("state").get_by_text("running").wait_for()
        assert service.count("POST /fine_tuning/jobs") == 1
        service.finish(job)
        tab.get_by_test_id("state").get_by_text("succeeded").wait_for()
        person.forward("results")

        person.at("approve").check()
        person.at("evaluate").click()
        person.at("verdict").wait_for()
        assert ds.results().verdict == "significant"
        assert "clearly better" in person.at("verdict").inner_text()
        look(tab, "wizard-results")
        person.at("place").select_option("hosted")
        person.at("deploy").click()
        assert RIGHT in person.at("smoke").inner_text()
        person.at("wizard-back").click()
        tab.get_by_test_id("state").get_by_text("succeeded").wait_for()
    assert person.errors == []
    assert KEY not in "".join(file.read_text() for file in Path(folder).rglob("*.json*") if file.is_file())
    assert rftkit.open(ds.path).jobs()[0].status(ask=False).state == "succeeded"


def look(tab: Any, name: str) -> None:
    """Keep a picture, and let axe look where it is installed."""
    picture(tab, name)
    if AXE.exists():
        tab.add_script_tag(content=AXE.read_text(encoding="utf-8"))
        tab.evaluate("document.querySelector('.rft-wizard').id = 'place'")
        assert serious(tab) == []
