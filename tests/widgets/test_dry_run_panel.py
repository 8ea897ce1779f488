"""The panel of the dry run: what it asks, the verdict it shows, thresholds that move, runs beside each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import rftkit
from rftkit.widgets import DryRunPanel, dry_run_panel
from tests.dryrun.policy import CONTAINS, EXACT, MIXED, MODEL, Policy, world
from tests.widgets.test_widgets import ask
from tests.widgets.until import until


@pytest.fixture
def policy() -> Iterator[Policy]:
    with Policy() as server:
        yield server


@pytest.fixture
def mixed(tmp_path: Path) -> rftkit.Dataset:
    return world(tmp_path / "a.rft", MIXED)


def panel(ds: rftkit.Dataset, policy: Policy) -> DryRunPanel:
    return DryRunPanel(ds, EXACT, model=MODEL, base_url=policy.url, rollouts=8)


def test_nothing_is_asked_before_start_and_the_plan_says_how_much_will_be(
    mixed: rftkit.Dataset, policy: Policy
) -> None:
    shown = panel(mixed, policy)
    until(lambda: shown.offer)
    assert shown.shown is None
    assert (shown.offer["calls"], shown.offer["prompts"], shown.offer["problem"]) == (384, 48, "")
    assert policy.seen == []
    assert "No dry run yet" in shown.to_html()


def test_what_stands_against_a_run_is_said_and_starting_it_is_refused(mixed: rftkit.Dataset) -> None:
    bare = DryRunPanel(mixed)
    until(lambda: bare.offer)
    assert bare.offer == {"problem": "Choose a grader first: it gives the rewards."}
    offline = DryRunPanel(mixed, EXACT, model="rftkit/offline")
    until(lambda: offline.offer)
    assert "offline" in offline.offer["problem"]
    answer = ask(offline, "start")
    until(lambda: answer.get("error") or offline.error)
    assert "offline" in str(answer.get("error", "")) + offline.error


def test_a_run_is_shown_with_its_verdict_rules_topics_and_samples(mixed: rftkit.Dataset, policy: Policy) -> None:
    shown = panel(mixed, policy)
    ask(shown, "start")
    run = shown.wait()
    assert shown.shown["verdict"] == run.verdict == "GO"
    assert {row["topic"] for row in shown.shown["topics"]} == {"cards", "loans"}
    assert sum(bar["count"] for bar in shown.shown["bars"]) == 384
    assert [rule["name"] for rule in shown.shown["rules"]] == [rule.name for rule in run.rules]
    assert {row["group"] for row in shown.shown["samples"]} >= {"lowest", "highest"}
    assert shown.done["sentence"] == "GO: 48 prompts with a reward."
    assert "GO" in shown.to_html()
    again = DryRunPanel(rftkit.open(mixed.path))
    again.settle()
    assert again.shown == shown.shown


def test_a_moved_threshold_changes_the_verdict_and_is_kept_only_when_asked(
    mixed: rftkit.Dataset, policy: Policy
) -> None:
    shown = panel(mixed, policy)
    shown.start()
    shown.wait()
    until(lambda: shown.shown)
    asked, before = len(policy.seen), mixed.version
    ask(shown, "move_threshold", name="mean_low", value=0.9)
    shown.settle()
    assert (shown.shown["verdict"], shown.moved, mixed.version) == ("NO-GO", True, before)
    ask(shown, "drop_thresholds")
    shown.settle()
    assert (shown.shown["verdict"], shown.moved) == ("GO", False)
    ask(shown, "move_threshold", name="mean_low", value=0.9)
    ask(shown, "keep_thresholds")
    assert mixed.dry_runs()[-1].verdict == "NO-GO"
    ask(shown, "undo")
    assert mixed.dry_runs()[-1].verdict == "GO"
    assert len(policy.seen) == asked
    assert "no threshold 'mean_lo'" in str(ask(shown, "move_threshold", name="mean_lo", value=0.1)["error"])


def test_another_grader_on_the_same_answers_asks_nothing_and_is_compared(mixed: rftkit.Dataset, policy: Policy) -> None:
    shown = panel(mixed, policy)
    shown.start()
    shown.wait()
    asked = len(policy.seen)
    shown.use(rftkit.Grader.from_dict(CONTAINS))
    ask(shown, "regrade")
    shown.wait()
    assert len(policy.seen) == asked
    assert [one["grader_name"] for one in shown.runs] == ["contains", "exact"]
    assert shown.compared["before"] == "dry-run-1"
    assert shown.compared["rows"][0]["change"] == pytest.approx(0.0)
    ask(shown, "open_run", run="dry-run-1")
    shown.settle()
    assert shown.shown["run"] == "dry-run-1"


def test_the_panel_is_there_before_the_models_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    rows = [{"name": "openai/m", "reachable": True, "why_not": None}]
    monkeypatch.setattr(dry_run_panel, "listing", lambda chosen: (gate.wait(30), rows)[1])
    shown = DryRunPanel(rftkit.open(tmp_path / "a.rft"))
    assert shown.models == []
    gate.set()
    shown.settle()
    assert shown.models == rows


def test_runs_are_made_once_for_a_version_and_anew_when_a_record_changes(mixed: rftkit.Dataset, policy: Policy) -> None:
    run = mixed.dry_run(EXACT, model=MODEL, base_url=policy.url, rollouts=2).wait()
    assert mixed.dry_runs()[0] is mixed.dry_runs()[0] is mixed.dry_run_named("dry-run-1")
    first = run.prompts["id"][0]
    mixed.edit(first, messages=[{"role": "user", "content": "Which colour is it now?"}])
    facts = mixed.dry_runs()[0].facts
    assert facts.filter(id=first)["text"].item() == "Which colour is it now?"
    mixed.delete([first])
    assert mixed.dry_runs()[0].facts.filter(id=first)["text"].item() is None
