"""The dashboard as the door to generating: the price of the gaps, targets, the matrix, and the modal it opens."""

from __future__ import annotations

import time
from typing import Any

import pytest

import rftkit
from rftkit.errors import InputError
from rftkit.widgets import CoverageDashboard, GenerationModal
from tests.widgets.test_widgets import ask


def until(condition: Any) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_it_says_what_filling_the_gaps_takes(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    until(lambda: not shown.filling)
    told = ds.plan(fill_gaps=True).to_dict()
    assert shown.fill is not None
    assert {name: shown.fill[name] for name in ("requested", "calls", "cost_usd")} == {
        name: told[name] for name in ("requested", "calls", "cost_usd")
    }
    assert shown.fill_plan.requested == told["requested"] > 0
    assert "Filling the gaps" in shown.to_html()


def test_the_plan_follows_targets_that_are_only_tried(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    before = shown.fill_plan
    shown.try_target("Loans", 0.7)
    after = shown.fill_plan
    assert {line.topic for line in after.lines} != {line.topic for line in before.lines} or (
        after.requested != before.requested
    )
    assert ds.plan(fill_gaps=True).requested == before.requested
    shown.drop_targets()
    assert shown.fill_plan.requested == before.requested


def test_targets_of_a_kind_are_saved_and_taken_back(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    assert shown.targets == "uniform"
    ask(shown, "set_targets", targets="proportional")
    assert shown.targets == "proportional"
    assert shown.coverage["target_fit"] == pytest.approx(1.0)
    ask(shown, "undo_targets")
    assert shown.targets == "uniform"
    ask(shown, "set_targets", targets={"Loans": 0.5, "Cards": 0.5})
    assert shown.targets == "by hand"
    assert ds.coverage().target_of("Loans") == pytest.approx(0.5)
    assert "are not known" in ask(shown, "set_targets", targets="magic")["error"]


def test_generate_opens_the_modal_for_all_gaps_or_for_a_topic(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    assert ask(shown, "generate")["value"] is None
    assert isinstance(shown.modal, GenerationModal)
    assert shown.modal.plan.requested == ds.plan(fill_gaps=True).requested
    ask(shown, "generate", path="Cards/New")
    needed = ds.coverage().needs()["Cards/New"]
    assert (shown.modal.choices["topic"], shown.modal.choices["count"]) == ("Cards/New", needed)
    ask(shown, "close_modal")
    assert shown.modal is None
    assert "No topic that is shown" in ask(shown, "generate", path="Nothing")["error"]


def test_targets_that_are_only_tried_are_settled_before_anything_is_generated(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    shown.try_target("Loans", 0.7)
    with pytest.raises(InputError, match="keep or discard"):
        shown.generate()


def test_the_matrix_shows_every_facet_and_a_cell_starts_a_plan(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    for facet in ("difficulty", "turns", "tools", "language", "source"):
        ask(shown, "show_matrix", facet=facet)
        until(lambda facet=facet: shown.matrix is not None and shown.matrix["facet"] == facet)
        same = ds.matrix(facet).to_dict()
        assert {row["path"]: sum(row["counts"]) for row in shown.matrix["rows"]} == {
            row["path"]: sum(row["counts"].values()) for row in same["rows"]
        }
    ask(shown, "show_matrix", facet="difficulty")
    until(lambda: shown.matrix["facet"] == "difficulty")
    ask(shown, "generate_cell", path="Cards/New", value="hard")
    chosen = shown.modal.choices
    assert chosen["topic"] == "Cards/New"
    assert chosen["settings"]["facets"] == {"difficulty": ["hard"]}
    assert shown.modal.note == "Cards/New, difficulty hard: 0 records now."
    assert shown.modal.plan.lines[0].options.facets == {"difficulty": ("hard",)}
    ask(shown, "show_matrix", facet=None)
    assert shown.matrix is None
    assert "There is no facet 'mood'" in ask(shown, "show_matrix", facet="mood")["error"]


def test_a_cell_of_tools_or_turns_chooses_the_strategy_that_makes_them(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    for facet, value, strategy in (("tools", "called", "tool_chain"), ("turns", "1", None)):
        shown.show_matrix(facet)
        until(lambda facet=facet: shown.matrix is not None and shown.matrix["facet"] == facet)
        if value in shown.matrix["values"]:
            assert shown.generate_cell("Loans", value).choices["strategy"] == strategy


def test_closing_the_modal_leaves_its_run_alone(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    job = shown.generate("Cards/New", 4).start()
    shown.close_modal()
    job.wait()
    assert job.state == "done"


def test_the_open_modal_follows_the_dataset(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    before = shown.generate().plan.requested
    ds.delete([f"Loans-{number}" for number in range(30)])
    shown.follow()
    assert shown.modal.plan.requested < before
