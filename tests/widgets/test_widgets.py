"""What holds for every widget, and what the two first ones say."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import anywidget
import pytest
import traitlets

import rftkit
from rftkit import widgets
from rftkit.errors import NotFoundError
from rftkit.widgets import CoverageDashboard, DatasetSummary
from rftkit.widgets._base import STATIC, Widget, bundle

FRONT = Path(__file__).resolve().parents[2] / "widgets"
CLASSES = [value for value in vars(widgets).values() if isinstance(value, type) and issubclass(value, Widget)]


def folder(kind: type[Widget]) -> str:
    return kind.__module__.rpartition(".")[2]


def own_traits(kind: type[Widget]) -> dict[str, Any]:
    inherited = set(anywidget.AnyWidget.class_trait_names())
    return {name: trait for name, trait in kind.class_traits().items() if name not in inherited and name[0] != "_"}


@pytest.mark.parametrize("kind", CLASSES)
def test_python_and_typescript_share_the_same_names(kind: type[Widget]) -> None:
    source = (FRONT / folder(kind) / "index.ts").read_text(encoding="utf-8")
    body = re.search(rf"export interface {kind.__name__}Model extends Shared \{{(.*?)\n\}}", source, re.S)
    assert body is not None, f"{folder(kind)}/index.ts exports no {kind.__name__}Model"
    shared = {"error", "static_html"}
    assert shared | set(re.findall(r"^  (\w+)\??:", body[1], re.M)) == set(own_traits(kind))


@pytest.mark.parametrize("kind", CLASSES)
def test_every_trait_is_shared_and_says_what_it_is(kind: type[Widget]) -> None:
    for name, trait in own_traits(kind).items():
        assert trait.metadata.get("sync"), name
        assert trait.help, name


@pytest.mark.parametrize("kind", CLASSES)
def test_the_browser_asks_only_for_acts_that_there_are(kind: type[Widget]) -> None:
    source = (FRONT / folder(kind) / "index.ts").read_text(encoding="utf-8")
    assert set(re.findall(r'host\.ask\("(\w+)"', source)) <= kind.acts


@pytest.mark.parametrize("kind", CLASSES)
def test_no_act_takes_the_name_of_something_that_ipywidgets_calls(kind: type[Widget]) -> None:
    assert not kind.acts & set(dir(anywidget.AnyWidget))


@pytest.mark.parametrize("kind", CLASSES)
def test_a_bundle_is_small(kind: type[Widget]) -> None:
    script = STATIC / f"{folder(kind)}.js"
    if not script.exists():
        pytest.skip("the widgets are not built: node widgets/build.mjs")
    assert script.stat().st_size < 120_000


def test_a_widget_that_was_not_built_says_how_to_build_it() -> None:
    script, _ = bundle("nothing")
    assert "node widgets/build.mjs" in str(script)


@pytest.mark.parametrize("kind", [CoverageDashboard, DatasetSummary])
def test_a_widget_leaves_static_html_that_has_no_script(kind: type[Widget], ds: rftkit.Dataset) -> None:
    shown = kind(ds)  # type: ignore[call-arg]
    while getattr(shown, "filling", False):  # a price that is worked out in the background belongs to the page
        time.sleep(0.01)
    data, _ = shown._repr_mimebundle_()
    assert data["text/html"] == shown.static_html == str(shown.to_html())
    assert "<script" not in data["text/html"]
    assert data["text/plain"] == repr(shown)
    assert "application/vnd.jupyter.widget-view+json" in data


def ask(widget: Widget, act: str, **options: Any) -> dict[str, Any]:
    """Play the browser; return the answer."""
    sent: list[dict[str, Any]] = []
    widget.send = lambda content, buffers=None: sent.append(content)  # type: ignore[method-assign]
    widget._handle_custom_msg({"kind": "ask", "id": "1", "act": act, "options": options}, [])
    return sent[0]


def test_the_dashboard_shows_what_coverage_says(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    told = ds.coverage().to_dict()
    assert shown.coverage is not None
    assert [row["path"] for row in shown.coverage["topics"]] == ["Cards/Lost", "Cards/New", "Loans"]
    assert shown.coverage["balance"] == told["balance"] == 0.2
    assert shown.result is not None
    assert repr(shown) == "CoverageDashboard(102 records, 3 topics, balance 0.20)"
    assert "Cards/New" in shown.to_html()


def test_a_level_shows_topics_that_can_be_opened(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    assert ask(shown, "show_level", level=1) == {"kind": "reply", "id": "1", "value": None}
    assert [(row["path"], row["children"]) for row in shown.coverage["topics"]] == [("Cards", 2), ("Loans", 0)]
    ask(shown, "show_below", parent="Cards")
    assert [row["path"] for row in shown.coverage["topics"]] == ["Cards/Lost", "Cards/New"]
    assert shown.place == {"parent": "Cards", "level": None, "depth": 2}


def test_a_target_is_tried_before_it_is_saved(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    before = ds.version
    ask(shown, "try_target", path="Loans", share=0.6)
    assert {row["path"]: round(row["target"], 3) for row in shown.coverage["topics"]} == {
        "Cards/Lost": 0.2,
        "Cards/New": 0.2,
        "Loans": 0.6,
    }
    assert shown.draft == {"changed": ["Loans"]}
    assert ds.version == before
    assert shown.coverage["needed"] < ds.coverage().to_dict()["needed"]
    ask(shown, "drop_targets")
    assert shown.draft is None
    assert shown.coverage["topics"][2]["target"] == pytest.approx(1 / 3)


def test_kept_targets_are_one_version_that_can_be_taken_back(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    before = ds.version
    shown.try_target("Loans", 0.6)
    shown.try_target("Cards/New", 0.1)
    ask(shown, "keep_targets")
    assert ds.version == before + 1
    assert ds.coverage().target_of("Loans") == pytest.approx(0.6)
    assert ds.coverage().target_of("Cards/Lost") == pytest.approx(0.3)
    ask(shown, "undo_targets")
    assert ds.coverage().target_of("Loans") == pytest.approx(1 / 3)
    assert shown.saved is None


def test_tried_targets_never_sum_to_more_than_one(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    shown.try_target("Loans", 0.8)
    shown.try_target("Cards/Lost", 0.9)
    assert sum(row["target"] for row in shown.coverage["topics"]) == pytest.approx(1.0)
    assert shown.coverage["topics"][0]["target"] == pytest.approx(0.2)


def test_what_was_tried_is_not_lost_by_a_click_elsewhere(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    shown.try_target("Loans", 0.6)
    assert "keep or discard" in ask(shown, "show_level", level=1)["error"]
    assert shown.draft is not None


def test_undo_is_refused_when_something_else_was_done_since(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    shown.try_target("Loans", 0.6)
    shown.keep_targets()
    ds.delete(["Loans-0"])
    assert "has changed since" in ask(shown, "undo_targets")["error"]


def test_a_mistake_is_one_sentence_in_the_widget_and_goes_with_the_next_act(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    answer = ask(shown, "show_below", parent="Nothing")
    assert answer["error"] == shown.error
    assert "No topic is named 'Nothing'" in shown.error
    ask(shown, "refresh")
    assert shown.error == ""


def test_the_same_mistake_in_python_raises(ds: rftkit.Dataset) -> None:
    with pytest.raises(NotFoundError):
        CoverageDashboard(ds).show_below("Nothing")


def test_the_browser_cannot_call_what_is_no_act(ds: rftkit.Dataset) -> None:
    assert "has no act 'close'" in ask(CoverageDashboard(ds), "close")["error"]


def test_the_summary_says_what_blocks_and_what_to_do_next(ds: rftkit.Dataset) -> None:
    shown = DatasetSummary(ds)
    assert shown.summary is not None
    assert shown.summary["total"] == 102
    assert shown.summary["ready"] is False
    assert {reason["rule"] for reason in shown.summary["reasons"] if reason["blocking"]} >= {"balance"}
    assert "ds.generate" in shown.summary["next_act"]["python"]
    assert repr(shown) == "DatasetSummary(support: 102 records, not ready)"


def test_an_empty_dataset_says_what_to_do_first(tmp_path: Path) -> None:
    shown = CoverageDashboard(rftkit.open(tmp_path / "new.rft"))
    assert shown.coverage is None
    assert "No topics yet" in shown.to_html()


def test_a_shown_widget_follows_the_dataset_wherever_it_is_changed(ds: rftkit.Dataset) -> None:
    shown = CoverageDashboard(ds)
    shown._repr_mimebundle_()
    other = rftkit.open(ds.path)  # another cell, or another process
    other.assign(["Loans-0", "Loans-1"], "Cards/New")
    end = time.monotonic() + 10
    while shown.coverage["topics"][1]["count"] != 14:
        assert time.monotonic() < end
        time.sleep(0.05)
    shown.close()


def test_settle_brings_shown_widgets_up_to_date_at_once(ds: rftkit.Dataset) -> None:
    shown = DatasetSummary(ds)
    shown._repr_mimebundle_()
    ds.delete(["Loans-0"])
    widgets.settle()
    assert shown.summary["total"] == 101
    shown.close()


def test_hostile_names_stay_text(ds: rftkit.Dataset) -> None:
    ds.save_topics(ds.topics.rename("Loans", "<img src=x onerror=alert(1)>"), categorize=False)
    assert "<img" not in CoverageDashboard(ds).to_html()
    assert "&lt;img" in CoverageDashboard(ds).to_html()


def test_a_wrong_option_is_refused(ds: rftkit.Dataset) -> None:
    with pytest.raises(TypeError):
        CoverageDashboard(ds, levle=1)  # type: ignore[call-arg]


def test_all_traits_hold_what_json_can_hold(ds: rftkit.Dataset) -> None:
    for shown in (CoverageDashboard(ds), DatasetSummary(ds)):
        rftkit.messages.dump({name: getattr(shown, name) for name in own_traits(type(shown))})
        assert isinstance(shown, traitlets.HasTraits)
