"""The wizard: one step after the other, a way out of a NO-GO, and the same step again after a killed kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

import rftkit
from rftkit.errors import InputError
from rftkit.train.state import JobFolder
from rftkit.widgets import RFTWizard
from tests.dryrun.policy import EXACT, MIXED, MODEL, Policy, world
from tests.widgets.test_widgets import ask


@pytest.fixture
def mixed(tmp_path: Path) -> rftkit.Dataset:
    return world(tmp_path / "a.rft", MIXED)


def ready(ds: rftkit.Dataset) -> None:
    ds.split(train=0.8)
    ds.save_grader(EXACT, reason="one word")


def test_a_step_that_is_not_done_says_what_to_do_and_is_not_left(mixed: rftkit.Dataset) -> None:
    wizard = RFTWizard(mixed)
    assert (wizard.step, wizard.against) == ("split", "divide the records first, with the button Split")
    assert "divide the records first" in str(ask(wizard, "forward")["error"])
    assert "Split comes first" in str(ask(wizard, "go", step="train")["error"])
    assert wizard.step == "split"
    assert [one["open"] for one in wizard.steps] == [True, False, False, False, False]


def test_each_step_opens_the_next(mixed: rftkit.Dataset) -> None:
    wizard = RFTWizard(mixed)
    wizard.panel("SplitPanel").divide()
    ask(wizard, "forward")
    assert wizard.step == "grader"
    assert len(wizard.steps[1]["widgets"]) == 2
    builder = wizard.panel("GraderBuilder")
    builder.edit(rftkit.widgets.grader_builder.pretty(EXACT.to_dict()))
    assert wizard.panel("GraderPlayground").grader == EXACT
    assert "keep the grader first" in str(ask(wizard, "forward")["error"])
    builder.keep("one word")
    ask(wizard, "forward")
    assert wizard.step == "dry_run"
    with Policy() as server:
        panel = wizard.panel("DryRunPanel")
        assert panel.grader == EXACT
        panel.choose(model=MODEL, base_url=server.url)
        assert "no dry run" in str(ask(wizard, "forward")["error"])
        panel.start()
        assert panel.wait().verdict == "GO"
    ask(wizard, "forward")
    assert wizard.step == "train"
    assert "no job has succeeded yet" in str(ask(wizard, "forward")["error"])
    JobFolder.make(mixed.path / "jobs", backend="trl", base="tiny").update(state="succeeded")
    ask(wizard, "forward")
    assert wizard.step == "results"
    assert [one["done"] for one in wizard.steps] == [True, True, True, True, False]
    ask(wizard, "back")
    assert wizard.step == "train"


def test_a_wizard_that_is_made_again_is_where_it_was(mixed: rftkit.Dataset) -> None:
    ready(mixed)
    wizard = RFTWizard(mixed)
    ask(wizard, "go", step="dry_run")
    before = mixed.version
    again = RFTWizard(rftkit.open(mixed.path))
    assert (again.step, again.grader) == ("dry_run", EXACT)
    assert mixed.version == before
    (mixed.path / "wizard.json").write_text("{broken")
    assert RFTWizard(mixed).step == "split"


def test_a_no_go_offers_the_way_back_and_the_ways_on(tmp_path: Path) -> None:
    ds = world(tmp_path / "hard.rft", {"cards": [0.0] * 24, "loans": [0.01] * 24})
    ready(ds)
    wizard = RFTWizard(ds)
    with Policy() as server:
        ask(wizard, "go", step="dry_run")
        panel = wizard.panel("DryRunPanel")
        panel.choose(model=MODEL, base_url=server.url)
        panel.start()
        assert panel.wait().verdict == "NO-GO"
    wizard.refresh()
    assert [one["act"] for one in wizard.offers] == ["back", "sft_first", "go_on_anyway"]
    assert "NO-GO" in str(ask(wizard, "forward")["error"])
    ask(wizard, "sft_first", steps=20, on="reference")
    assert wizard.step == "train"
    settings = wizard.panel("TrainingMonitor").settings
    assert (settings["sft_steps"], settings["sft_on"], settings["force"]) == (20, "reference", True)


def test_settings_reach_the_panels_that_have_them(mixed: rftkit.Dataset) -> None:
    wizard = RFTWizard(mixed, model=MODEL, base="tiny")
    assert wizard.panel("DryRunPanel").settings["model"] == MODEL
    assert wizard.panel("TrainingMonitor").settings["base"] == "tiny"


def test_a_step_that_there_is_not_is_refused(mixed: rftkit.Dataset) -> None:
    with pytest.raises(rftkit.RftkitError, match="no step 'deploy'"):
        RFTWizard(mixed).go("deploy")
    with pytest.raises(InputError, match="divide the records first"):
        RFTWizard(mixed).forward()


def test_the_page_shows_the_way_and_the_panel_in_view(mixed: rftkit.Dataset) -> None:
    html = str(RFTWizard(mixed).to_html())
    assert "divide the records first" in html
    assert "ds.split(" in html
