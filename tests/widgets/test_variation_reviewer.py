"""The review: decisions are rows at once, what adding would do is in view, everything can be taken back."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rftkit
from rftkit import messages, schema
from rftkit.errors import InputError
from rftkit.widgets.variation_reviewer import VariationReviewer
from tests.widgets.conftest import make
from tests.widgets.test_widgets import ask

CLERK = {"role": "system", "content": "You are a clerk."}


def candidate(place: int, text: str, **more: Any) -> dict[str, Any]:
    usual = {"topic": "Loans", "source": "Loans-0", "valid": True, "reasons": [], "details": None, "stars": 4.0}
    return {"id": f"c{place}", "place": place, "text": text, "context": [CLERK], **usual, **more}


MADE = [
    candidate(0, "Question 0 about Loans, asked anew?"),
    candidate(1, "loans", valid=False, reasons=["too_short"], details='{"too_short":"5 characters"}', stars=1.2),
    candidate(2, "How is a card ordered?", topic="Cards/New", source="Cards/New-1", stars=4.8),
    candidate(3, "Question 0 about rates and nothing else?", stars=3.1),
    candidate(4, "What is a card?", topic="Cards/New", source=None, context=[], stars=2.0),
    candidate(5, "<script>alert(1)</script> and \u202e", topic="Cards/New", source="Cards/New-1", context=[]),
]


def put(ds: rftkit.Dataset, made: list[dict[str, Any]]) -> None:
    said = [[*one["context"], {"role": "user", "content": one["text"]}] for one in made]
    frame = pl.DataFrame(
        {
            "candidate_id": [one["id"] for one in made],
            "run": "first",
            "position": [one["place"] for one in made],
            "topic": [one["topic"] for one in made],
            "source_record_id": pl.Series([one["source"] for one in made], dtype=pl.String),
            "strategy": "few_shot",
            "model": "rftkit/offline",
            "valid": [one["valid"] for one in made],
            "reasons": pl.Series([one["reasons"] for one in made], dtype=pl.List(pl.String)),
            "details": pl.Series([one["details"] for one in made], dtype=pl.String),
            "quality": [one["stars"] for one in made],
            "quality_parts": '{"novelty":0.5}',
        }
    ).with_columns(messages.pack(said))
    with ds.step("generate") as step:
        step.append("candidates", frame)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the dataset once; a copy costs milliseconds."""
    ds = make(tmp_path_factory.mktemp("made") / "support.rft")
    put(ds, MADE)
    return ds.path


@pytest.fixture
def ds(made: Path, tmp_path: Path) -> rftkit.Dataset:
    return rftkit.open(shutil.copytree(made, tmp_path / "support.rft"))


@pytest.fixture
def review(ds: rftkit.Dataset) -> VariationReviewer:
    return VariationReviewer(ds)


def said(ds: rftkit.Dataset) -> dict[str, str | None]:
    return dict(rftkit.open(ds.path).candidates().select("candidate_id", "decision").iter_rows())


def shown(review: VariationReviewer) -> list[str]:
    return [card["id"] for card in review.cards(0, 200)["cards"]]


def test_candidates_are_grouped_by_what_they_were_made_from(review: VariationReviewer) -> None:
    page = review.cards(0, 200)
    assert [(card["id"], card["group"]) for card in page["cards"]] == [
        ("c0", "record Loans-0"),
        ("c1", "record Loans-0"),
        ("c3", "record Loans-0"),
        ("c2", "record Cards/New-1"),
        ("c5", "record Cards/New-1"),
        ("c4", "topic Cards/New"),
    ]
    assert page["groups"]["record Loans-0"]["text"].startswith("Question 0 about Loans")
    assert [turn["role"] for turn in page["groups"]["record Loans-0"]["context"]] == ["system"]
    own = {card["id"]: card["own"] for card in page["cards"]}
    assert own["c3"] is None, "the context of the group is not said again"
    assert own["c5"] == [], "a candidate with another context says so"


def test_a_decision_is_on_the_disk_when_it_counts_as_saved(ds: rftkit.Dataset, review: VariationReviewer) -> None:
    answer = ask(review, "accept", ids=["c0"])
    assert answer["value"] == {"cards": [{"id": "c0", "decision": "accept"}]}
    ask(review, "reject", ids=["c1", "c2"])
    assert (review.progress["accepted"], review.progress["rejected"], review.progress["left"]) == (1, 2, 3)
    review._writer.flush()
    assert {name: said(ds)[name] for name in ("c0", "c1", "c2", "c3")} == {
        "c0": "accept",
        "c1": "reject",
        "c2": "reject",
        "c3": None,
    }


def test_many_quick_decisions_are_all_written_and_the_last_one_counts(ds: rftkit.Dataset) -> None:
    review = VariationReviewer(ds)
    for _ in range(5):
        for name in shown(review):
            review.accept([name])
            review.reject([name])
    review.accept(["c0"])
    review._writer.flush()
    assert said(ds) == {**dict.fromkeys(shown(review), "reject"), "c0": "accept"}
    assert review._writer.unsaved == 0


def test_a_killed_process_loses_no_decision_that_was_saved(ds: rftkit.Dataset) -> None:
    script = """
import os, signal, sys, rftkit
from rftkit.widgets.variation_reviewer import VariationReviewer
review = VariationReviewer(rftkit.open(sys.argv[1]))
review.accept(["c0"]); review.reject(["c2"])
review._writer.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""
    worker = subprocess.run([sys.executable, "-c", script, str(ds.path)], check=False)
    assert worker.returncode == -signal.SIGKILL
    again = VariationReviewer(rftkit.open(ds.path))
    assert (again.progress["accepted"], again.progress["rejected"]) == (1, 1)


def test_a_process_that_ends_writes_its_decisions_first(ds: rftkit.Dataset) -> None:
    script = """
import sys, rftkit
from rftkit.widgets.variation_reviewer import VariationReviewer
VariationReviewer(rftkit.open(sys.argv[1])).accept(["c0", "c3"])
"""
    assert subprocess.run([sys.executable, "-c", script, str(ds.path)], check=False).returncode == 0
    assert Counter(said(ds).values())["accept"] == 2


def test_scores_move_with_each_acceptance_as_the_dataset_says(ds: rftkit.Dataset, review: VariationReviewer) -> None:
    before = review.impact["before"]
    assert review.impact["after"] == before
    for name in ("c2", "c4", "c5"):
        review.accept([name])
    review._writer.flush()
    told = rftkit.open(ds.path).review_state()["coverage_after"]
    after = review.impact["after"]
    assert (after["balance"], after["target_fit"]) == (told["balance"], told["target_fit"])
    assert after["balance"] > before["balance"]
    assert [(row["path"], row["added"]) for row in review.impact["topics"]] == [("Cards/New", 3)]


def test_adding_makes_records_and_can_be_taken_back(ds: rftkit.Dataset, review: VariationReviewer) -> None:
    review.accept(["c0", "c2"])
    ask(review, "add")
    assert len(ds) == 104
    assert review.done is not None
    assert review.done["sentence"].startswith("Added 2 records")
    assert "c0" not in shown(review)
    ask(review, "undo")
    assert len(ds) == 102
    assert review.progress["accepted"] == 2, "the decisions stay; only the adding is taken back"


def test_adding_is_not_taken_back_over_what_somebody_else_did(ds: rftkit.Dataset, review: VariationReviewer) -> None:
    review.accept(["c0"])
    review.add()
    rftkit.open(ds.path).delete(["Loans-2"])
    assert "has changed since" in ask(review, "undo")["error"]
    assert len(ds) == 102


def test_undo_gives_back_what_was_said_before(ds: rftkit.Dataset, review: VariationReviewer) -> None:
    review.accept(["c0"])
    review.reject(["c0"])
    review.undo()
    review._writer.flush()
    assert said(ds)["c0"] == "accept"
    review.undo()
    review._writer.flush()
    assert said(ds)["c0"] is None
    with pytest.raises(InputError, match="nothing was done"):
        review.undo()


def test_an_edit_is_judged_at_once_accepted_and_can_be_taken_back(
    ds: rftkit.Dataset, review: VariationReviewer
) -> None:
    card = ask(review, "edit_text", id="c0", text="x")["value"]["cards"][0]
    assert (card["decision"], card["edited"], card["valid"]) == ("edit", True, False)
    assert [reason["code"] for reason in card["reasons"]] == ["too_short"]
    assert card["text"] == "x"
    kept = next(iter(messages.unpack(ds.candidates(ids=["c0"])["messages"])))
    assert kept == [CLERK, {"role": "user", "content": "x"}]
    review.undo()
    back = next(card for card in review.cards()["cards"] if card["id"] == "c0")
    assert (back["text"], back["decision"], back["valid"]) == (MADE[0]["text"], "", True)


def test_an_edit_survives_another_decision(ds: rftkit.Dataset, review: VariationReviewer) -> None:
    review.edit_text("c0", "What do I pay for a loan of 5,000 a month?")
    review.reject(["c0"])
    review.accept(["c0"])
    review.add()
    assert ds.records(["c0"])["messages"].to_list()[0][-1]["content"] == "What do I pay for a loan of 5,000 a month?"


def test_the_rest_of_a_source_is_discarded_and_what_is_accepted_stays(
    ds: rftkit.Dataset, review: VariationReviewer
) -> None:
    review.accept(["c0"])
    ask(review, "discard_rest", id="c3")
    review._writer.flush()
    assert said(ds) == {"c0": "accept", "c1": "reject", "c3": "reject", "c2": None, "c4": None, "c5": None}
    review.undo()
    review._writer.flush()
    assert [name for name, decision in said(ds).items() if decision] == ["c0"]


def test_discarding_all_keeps_to_what_is_shown(ds: rftkit.Dataset, review: VariationReviewer) -> None:
    review.choose(topic="Cards")
    ask(review, "discard_all")
    review._writer.flush()
    assert Counter(said(ds).values()) == {"reject": 3, None: 3}
    assert "nothing that is shown" in ask(review, "discard_all")["error"]


@pytest.mark.parametrize(
    ("choices", "names"),
    [
        ({"min_stars": 4}, ["c0", "c2", "c5"]),
        ({"topic": "Cards"}, ["c2", "c5", "c4"]),
        ({"reason": "too_short"}, ["c1"]),
        ({"waiting": True}, ["c1", "c2", "c5", "c4"]),
        ({"decision": "accept"}, ["c0"]),
        ({"decision": "reject", "min_stars": 3}, ["c3"]),
        ({"search": "A CARD"}, ["c2", "c4"]),
    ],
)
def test_choices_narrow_what_is_shown(review: VariationReviewer, choices: dict[str, Any], names: list[str]) -> None:
    review.accept(["c0"])
    review.reject(["c3"])
    review._writer.flush()
    ask(review, "choose", **choices)
    assert shown(review) == names
    if "search" not in choices:
        told = eval(review.choices["python"], {"ds": review.dataset})
        assert sorted(told["candidate_id"]) == sorted(names)


def test_the_order_stays_while_one_decides(review: VariationReviewer) -> None:
    review.choose(waiting=True)
    before = shown(review)
    review.accept([before[0]])
    assert shown(review) == before
    review.choose(waiting=True)
    assert shown(review) == before[1:]


def test_rejected_and_failed_ones_are_made_anew_and_only_once(ds: rftkit.Dataset, review: VariationReviewer) -> None:
    review.reject(["c0"])
    assert review.progress["replaceable"] == 2
    ask(review, "regenerate")
    assert review.error == ""
    assert review._job is not None
    review._job.wait()
    review.follow()
    assert review.run is None
    assert review.progress["candidates"] > 6
    replaced = {card["replaces"] for card in review.cards(0, 200)["cards"]} - {""}
    assert replaced <= {"c0", "c1"}
    assert replaced
    assert not replaced & set(review._to_replace())


def test_a_model_that_may_cost_money_is_asked_for_first(ds: rftkit.Dataset) -> None:
    with ds.step("generate") as step:
        paid = ds.store.scan("candidates", ds.line).collect().head(1)
        step.append("candidates", paid.with_columns(candidate_id=pl.lit("paid"), model=pl.lit("openai/gpt-4o")))
    review = VariationReviewer(ds)
    review.reject(["paid"])
    review.choose(search="nothing of the others")
    review._cards = [card for card in review._cards if card.id == "paid"]
    ask(review, "regenerate")
    assert review.approval is not None
    assert (review.approval["model"], review.approval["count"]) == ("openai/gpt-4o", 1)
    assert review._job is None
    ask(review, "refuse")
    assert review.approval is None


@pytest.mark.parametrize(
    ("act", "options", "told"),
    [
        ("accept", {"ids": ["nobody"]}, "there is no candidate 'nobody'"),
        ("accept", {"ids": []}, "no candidate was named"),
        ("choose", {"colour": "red"}, "cannot be chosen by 'colour'"),
        ("choose", {"decision": "maybe"}, "give accept or reject"),
        ("add", {}, "nothing is accepted yet"),
        ("undo", {}, "nothing was done from here"),
    ],
)
def test_a_mistake_says_what_is_allowed_and_changes_nothing(
    ds: rftkit.Dataset, review: VariationReviewer, act: str, options: dict[str, Any], told: str
) -> None:
    version = ds.version
    assert told in ask(review, act, **options)["error"]
    assert ds.version == version


def test_a_decision_that_cannot_be_written_is_not_shown_as_made(ds: rftkit.Dataset, review: VariationReviewer) -> None:
    other = rftkit.open(ds.path)
    other.decide(accept=["c0"])
    other.add()
    review.reject(["c0"])  # a record by now
    with pytest.raises(InputError, match="is a record already"):
        review._writer.flush()
    review.refresh()
    assert "c0" not in shown(review)


def test_decisions_made_elsewhere_are_followed(ds: rftkit.Dataset, review: VariationReviewer) -> None:
    rftkit.open(ds.path).decide(accept=["c2"])
    review.follow()
    assert review.progress["accepted"] == 1


def test_a_remade_reviewer_shows_the_same(ds: rftkit.Dataset, review: VariationReviewer) -> None:
    review.accept(["c0"])
    review.edit_text("c3", "What is the rate of a loan today?")
    again = VariationReviewer(ds)
    assert again.progress == review.progress
    assert again.impact == review.impact
    assert again.cards(0, 200)["cards"] == review.cards(0, 200)["cards"]


def test_hostile_text_stays_text(review: VariationReviewer) -> None:
    assert "<script" not in review.to_html()
    assert "&lt;script" in review.to_html()
    assert any("<script>" in card["text"] for card in review.cards(0, 200)["cards"])


def test_no_trait_grows_with_the_candidates(ds: rftkit.Dataset) -> None:
    put(ds, [candidate(n, f"{n} " + "long " * 800, context=[CLERK] * 30) for n in range(6, 300)])
    review = VariationReviewer(ds)
    for name in ("deck", "progress", "impact", "choices"):
        assert len(json.dumps(getattr(review, name))) < 100_000, name


def test_without_candidates_the_page_says_what_to_do(tmp_path: Path) -> None:
    review = VariationReviewer(rftkit.open(tmp_path / "new.rft"))
    assert "No candidates wait" in review.to_html()
    assert review.cards() == {"offset": 0, "number": 1, "cards": [], "groups": {}}
    assert schema.CANDIDATES.keys() >= {"candidate_id"}


def test_withdrawing_lets_a_candidate_wait_again(ds: rftkit.Dataset) -> None:
    ds.decide(accept=["c0"], reject=["c1"])
    assert ds.withdraw(["c0"]) == 1
    assert (said(ds)["c0"], said(ds)["c1"]) == (None, "reject")
    with pytest.raises(rftkit.errors.NotFoundError):
        ds.withdraw(["nobody"])
    ds.decide(accept=["c0"])
    ds.add()
    with pytest.raises(InputError, match="is a record already"):
        ds.withdraw(["c0"])
