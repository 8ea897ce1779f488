"""What was turned down is not made again, its writer hears why, and what stands in its place is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rftkit
from rftkit import generate, messages
from rftkit.errors import ApprovalError, InputError, NotFoundError
from rftkit.generate.strategies.common import Rejected
from rftkit.llm import unwrap
from tests.generate.conftest import CARDS, LOANS, Scripted
from tests.generate.test_run import _fresh


@pytest.fixture
def ds(tmp_path: Path) -> rftkit.Dataset:
    ds = rftkit.open(tmp_path / "bank.rft")
    rows = [{"messages": [{"role": "user", "content": text}]} for text in (*CARDS, *LOANS)]
    ds.import_(rows)
    ds.save_topics(rftkit.TopicTree(()).add("cards", keywords=["card"]).add("loans", keywords=["loan"]))
    return ds


def _texts(frame: pl.DataFrame) -> list[str]:
    return frame.select(messages.last_user_text()).to_series().to_list()


def test_the_writer_hears_what_was_turned_down_and_why(frame: pl.DataFrame) -> None:
    def say(data: dict[str, Any], number: int) -> Any:
        return _fresh(data, number) if number else {"prompts": [CARDS[0], "As an AI, I cannot have a card of my own."]}

    writer = Scripted(say)
    generate.run(generate.plan(frame, topic="Bank/Cards", count=2, model="openai/y"), frame, None, writer)
    second = unwrap(str(writer.asked[1].messages[-1]["content"]))
    assert [one["why"].split(":")[0] for one in second["rejected"]] == [
        "a record has the same text",
        "a refusal",
    ]
    assert CARDS[0] in second["avoid"]
    assert "rejected" not in unwrap(str(writer.asked[0].messages[-1]["content"]))
    assert "`rejected`" in str(writer.asked[1].messages[-1]["content"])


def test_what_one_record_brought_is_told_to_no_other_and_orders_to_nobody() -> None:
    from rftkit.generate.options import Options
    from rftkit.generate.pool import Pool
    from rftkit.generate.strategies.common import Job

    turned = (Rejected("Pay now", "short", "a"), Rejected("Ignore the above", "odd", "b"), Rejected("Go", "short", "b"))
    job = Job("Cards", Pool.__new__(Pool), Options(), 1, rejected=turned)
    assert job.before([], "a") == {"avoid": ["Pay now"], "rejected": [{"text": "Pay now", "why": "short"}]}
    assert job.before(["Hi"])["avoid"] == ["Hi", "Pay now", "Go"]


def test_a_candidate_that_waits_from_an_earlier_run_is_not_made_again(frame: pl.DataFrame) -> None:
    waiting = pl.DataFrame(
        [messages.pack([[{"role": "user", "content": text}] for text in _fresh({"count": 3}, 0)["prompts"]])]
    )
    plan = generate.plan(frame, topic="Bank/Cards", count=3, model="openai/y")
    report = generate.run(plan, frame, None, Scripted(_fresh), waiting=waiting)
    assert report.rejection_reasons == {"duplicate_candidate": 3}
    assert report.valid == 3


def test_runs_of_a_dataset_do_not_repeat_each_other(ds: rftkit.Dataset) -> None:
    for seed in (1, 2, 3):
        ds.generate(ds.plan(topic="cards", count=4, seed=seed), model="rftkit/offline").wait()
    made = [text.lower() for text in _texts(ds.candidates().filter("valid"))]
    assert len(made) == len(set(made)) > 8


def test_regenerated_candidates_are_linked_to_what_they_replace(ds: rftkit.Dataset) -> None:
    ds.generate(ds.plan(topic="cards", count=3), model="rftkit/offline").wait()
    old = ds.candidates().filter("valid")["candidate_id"].to_list()[:2]
    gone = _texts(ds.candidates(ids=old))
    report = ds.regenerate(old, reason="too polite").wait()
    new = ds.candidates().filter(pl.col("replaces").is_not_null())
    assert sorted(new["replaces"]) == sorted(old)
    assert new["valid"].all()
    assert set(ds.candidates(ids=old)["decision"]) == {"reject"}
    assert not set(gone) & set(_texts(new))
    assert [one.why for one in report.plan.lines[0].replaces] == ["too polite"] * 2
    ds.undo()
    assert ds.candidates()["replaces"].null_count() == ds.candidates().height


def test_nothing_is_rejected_where_nothing_can_be_made_anew(ds: rftkit.Dataset) -> None:
    ds.generate(ds.plan(topic="cards", count=2), model="rftkit/offline").wait()
    names = ds.candidates()["candidate_id"].to_list()
    ds.delete(ds.records()["id"].to_list())
    with pytest.raises(NotFoundError, match="is a valid record"):
        ds.regenerate(names)
    assert ds.candidates()["decision"].null_count() == len(names)


def test_an_edited_candidate_is_judged_as_edited(ds: rftkit.Dataset) -> None:
    ds.generate(ds.plan(topic="cards", count=3), model="rftkit/offline").wait()
    first, second = ds.candidates().filter("valid")["candidate_id"].to_list()[:2]
    other = _texts(ds.candidates(ids=[second]))[0]

    def judged(text: str) -> list[str]:
        ds.decide(edit={first: [{"role": "user", "content": text}]})
        return ds.candidates(ids=[first])["reasons"].to_list()[0]

    assert judged("Block it") == ["too_short"]
    assert judged(CARDS[0]) == ["duplicate_of_data"]
    assert judged(other) == ["duplicate_candidate"]
    assert judged("Hello, my name is [NAME] and my card is lost.") == ["artefact"]
    assert judged("Could you block the card that my daughter lost in Graz?") == []


def test_discarding_rejects_what_waits_and_is_undone(ds: rftkit.Dataset) -> None:
    ds.generate(ds.plan(topic="cards", count=3), model="rftkit/offline").wait()
    kept = ds.candidates().filter("valid")["candidate_id"][0]
    ds.decide(accept=[kept])
    before = ds.review_state()["waiting"]
    assert ds.discard() >= before
    assert (ds.review_state()["waiting"], ds.review_state()["accepted"]) == (0, 1)
    ds.undo()
    assert ds.review_state()["waiting"] == before


def test_a_paid_model_is_asked_again_only_by_name(ds: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    ds.generate(ds.plan(topic="cards", count=1), model="rftkit/offline").wait()
    found = ds.candidates().with_columns(model=pl.lit("openai/gpt-4o-mini"))
    monkeypatch.setattr("rftkit.acts.regenerating.candidates", lambda *_, **__: found)
    with pytest.raises(ApprovalError, match="naming model="):
        ds.regenerate(found["candidate_id"].to_list())


def test_a_pilot_and_the_rest_make_the_whole(frame: pl.DataFrame) -> None:
    plan = generate.plan(frame, from_ids=["r0", "r6", "r12"], variations=5)
    pilot = plan.pilot(7)
    assert sorted(line.count for line in pilot.lines) == [2, 2, 3]
    rest = plan.rest(pilot)
    assert pilot.requested + rest.requested == plan.requested == 15
    assert len({plan.id, pilot.id, rest.id}) == 3
    with pytest.raises(InputError, match="5 to 10"):
        plan.pilot(0)


def test_drift_is_said_when_later_batches_are_worse(frame: pl.DataFrame) -> None:
    def tiring(data: dict[str, Any], number: int) -> Any:
        return (
            _fresh(data, number)
            if number < 2
            else {"prompts": [f"As an AI, I cannot say {n}" for n in range(data["count"])]}
        )

    plan = generate.plan(frame, topic="Bank/Cards", count=30, model="openai/y", retries=0, batch=5)
    tired = generate.run(plan, frame, None, Scripted(tiring))
    assert tired.batches["valid"].to_list() == [1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    assert tired.drift.startswith("quality falls as the run goes on (valid share 1.00 at first, 0.00 at last")
    assert generate.run(plan, frame, None, Scripted(_fresh)).drift == ""
