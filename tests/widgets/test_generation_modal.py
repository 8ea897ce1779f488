"""The generation modal: three ways in, one plan, the announced price, the run."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

import rftkit
from rftkit.errors import InputError, NotFoundError
from rftkit.widgets import GenerationModal, GenerationProgress
from rftkit.widgets._offer import MANY
from tests.widgets.talk import talk  # noqa: F401 - a fixture
from tests.widgets.test_widgets import ask


def planned(ds: rftkit.Dataset, *given: Any, **options: Any) -> GenerationModal:
    shown = GenerationModal(ds, *given, **options)
    _ = shown.plan
    return settled(shown)


def settled(shown: GenerationModal) -> GenerationModal:
    end = time.monotonic() + 20
    while shown.planning:
        assert time.monotonic() < end
        time.sleep(0.01)
    return shown


def test_all_three_entries_open_the_same_modal(ds: rftkit.Dataset) -> None:
    gaps = planned(ds)
    topic = planned(ds, topic="Cards/New", count=12)
    records = planned(ds, from_ids=["Loans-1", "Loans-2"])
    assert [shown.choices["mode"] for shown in (gaps, topic, records)] == ["gaps", "topic", "records"]
    assert gaps.plan.requested == ds.plan(fill_gaps=True).requested
    assert topic.plan.requested == 12
    assert records.plan.requested == 6
    assert repr(topic) == "GenerationModal(topic: 12 candidates by rftkit/offline, 1 call, free)"


def test_the_mode_can_be_switched_and_back_without_loss(ds: rftkit.Dataset) -> None:
    shown = planned(ds, from_ids=["Loans-1"])
    ask(shown, "set", mode="gaps")
    assert settled(shown).offer["requested"] == ds.plan(fill_gaps=True).requested
    ask(shown, "set", mode="records")
    assert settled(shown).offer["requested"] == 3
    assert shown.choices["ids"]["total"] == 1


def test_the_offer_is_what_the_plan_says(ds: rftkit.Dataset) -> None:
    shown = planned(ds, topic="Cards/New", count=30, strategy="few_shot")
    told = ds.plan(topic="Cards/New", count=30, strategy="few_shot").to_dict()
    same = ("id", "requested", "calls", "prompt_tokens", "completion_tokens", "cost_usd", "before", "after")
    assert {name: shown.offer[name] for name in same} == {name: told[name] for name in same}
    line = shown.offer["lines"][0]
    assert (line["path"], line["count"], line["added"], line["strategy"]) == ("Cards/New", 12, 30, "few_shot")
    assert line["aim"] == pytest.approx((102 + 30) / 3)
    assert shown.offer["sources"]["total"] == 12
    assert shown.offer["sources"]["records"][0]["text"].startswith("Question")


def test_a_large_plan_begins_with_a_pilot_and_goes_on_with_the_rest(talk: rftkit.Dataset) -> None:  # noqa: F811
    shown = planned(talk, topic="Cards", count=MANY + 4)
    assert shown.pilot is not None
    assert 5 <= shown.pilot.requested <= 10
    assert shown.offer["pilot"]["requested"] == shown.pilot.requested
    first = shown.start()
    assert first.wait().requested == shown.pilot.requested
    assert shown.choices["pilot"] is False
    shown.back()
    assert shown.start().wait().requested == MANY + 4


def test_a_pilot_of_records_varies_a_few_of_them(ds: rftkit.Dataset) -> None:
    shown = planned(ds, from_ids=[f"Loans-{number}" for number in range(20)])
    assert shown.pilot is not None
    assert shown.pilot.requested == 9
    assert planned(ds, topic="Loans", count=MANY).pilot is None


def test_a_pilot_of_many_topics_takes_from_those_with_most_to_make(ds: rftkit.Dataset) -> None:
    shown = planned(ds)
    assert shown.pilot is not None
    assert {line.topic for line in shown.pilot.lines} <= {line.topic for line in shown.plan.lines}
    assert shown.pilot.estimate is not None
    assert shown.pilot.estimate.calls >= len(shown.pilot.lines)


def test_what_is_missing_is_said_instead_of_a_plan(ds: rftkit.Dataset) -> None:
    shown = GenerationModal(ds, topic="Loans")
    assert shown.offer is None
    assert shown.refusal == "Say how many to make for Loans."
    with pytest.raises(InputError, match="how many"):
        _ = shown.plan
    shown.set(topic="Nothing", count=3)
    assert "there is no topic 'Nothing'" in settled(shown).refusal
    with pytest.raises(NotFoundError):
        _ = shown.plan


def test_a_strategy_that_cannot_serve_says_why_in_the_words_of_the_plan(ds: rftkit.Dataset) -> None:
    shown = planned(ds, topic="Loans", count=5, strategy="tool_chain")
    assert shown.offer["requested"] == 0
    assert shown.offer["problems"][0]["reason"] == "no record of this topic declares tools"
    with pytest.raises(InputError, match="makes nothing"):
        shown.start()
    shown.check_strategies()
    fits = shown._fits.wait()
    assert fits["recommended"] == "few_shot"
    assert fits["fits"]["tool_chain"] == {"served": 0, "of": 1, "reason": "no record of this topic declares tools"}
    assert fits["fits"]["few_shot"]["served"] == 1


def test_records_are_found_added_and_taken_out_again(ds: rftkit.Dataset) -> None:
    shown = GenerationModal(ds)
    ask(shown, "find", text="Loans-5")
    assert {row["id"] for row in shown.found["records"]} >= {"Loans-5", "Loans-50"}
    ask(shown, "add_records", ids=["Loans-5", "Loans-50"])
    assert shown.choices["ids"]["total"] == 2
    assert {row["id"] for row in shown.found["records"] if row["added"]} == {"Loans-5", "Loans-50"}
    ask(shown, "find", text="about Cards/New")
    assert shown.found["records"][0]["topic"] == "Cards/New"
    ask(shown, "drop_records", ids=["Loans-5"])
    assert [row["id"] for row in shown.choices["ids"]["records"]] == ["Loans-50"]
    assert "No record has the id 'x'" in ask(shown, "add_records", ids=["x"])["error"]


def test_a_refused_setting_changes_nothing(ds: rftkit.Dataset) -> None:
    shown = planned(ds, topic="Loans", count=5)
    assert "give 0 to 2" in ask(shown, "set", temperature=9)["error"]
    assert shown.choices["settings"]["temperature"] is None
    assert shown.plan.requested == 5


def test_start_gives_the_job_and_a_new_modal_shows_it(talk: rftkit.Dataset) -> None:  # noqa: F811
    shown = planned(talk, topic="Cards", count=6)
    job = shown.start()
    assert isinstance(shown.progress, GenerationProgress)
    assert shown.job is job
    again = GenerationModal(talk)
    assert job.state in ("done", "running")
    if job.state == "running":
        assert again.job is job
    report = job.wait()
    assert report.valid > 0
    assert talk.candidates().height == report.generated


def test_a_second_run_is_refused_while_one_is_under_way(talk: rftkit.Dataset) -> None:  # noqa: F811
    shown = planned(talk, topic="Cards", count=6)

    class Busy:
        state = "running"

    shown.set_trait("progress", GenerationProgress(shown.start()))
    shown.progress._job.wait()
    shown.progress._job = Busy()
    with pytest.raises(InputError, match="under way"):
        shown.start()


def test_a_model_that_cannot_be_called_is_refused_before_anything_is_sent(
    ds: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("OLLAMA_API_BASE", "http://127.0.0.1:9")
    shown = planned(ds, topic="Loans", count=5, model="openai/gpt-4o-mini")
    assert shown.offer["cost_usd"] > 0
    assert shown.offer["cap_usd"] == pytest.approx(2 * shown.offer["high_usd"])
    with pytest.raises(InputError, match="OPENAI_API_KEY"):
        shown.start()
    assert "candidates" not in ds.line.tables


def test_no_trait_is_large_and_all_hold_what_json_can_hold(ds: rftkit.Dataset) -> None:
    shown = planned(ds, from_ids=[f"Loans-{number}" for number in range(60)])
    shown.check_strategies()
    shown._fits.wait()
    for name in ("choices", "can", "offer", "fits", "found"):
        assert len(json.dumps(getattr(shown, name))) < 100_000, name


def test_the_static_page_is_complete_and_escaped(ds: rftkit.Dataset) -> None:
    ds.save_topics(ds.topics.rename("Loans", "<img src=x onerror=alert(1)>"), categorize=False)
    shown = planned(ds, fill_gaps=True)
    page = str(shown.to_html())
    assert "Cards/<wbr>New" in page or "Cards/New" in page
    assert "<img" not in page
    assert "ds.plan(fill_gaps=True)" in page
    shown.start(pilot=True).wait()
    shown.progress.refresh()
    assert "Generation" in shown.to_html()
    assert "<script" not in shown.to_html()


def test_a_dataset_without_topics_says_what_to_do(tmp_path: Any) -> None:
    shown = GenerationModal(rftkit.open(tmp_path / "new.rft"))
    settled(shown)
    assert shown.refusal or shown.offer["requested"] == 0
    assert "<script" not in shown.to_html()
