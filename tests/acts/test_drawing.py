"""Plans and runs for a dataset with very many records: from some of each topic, with all of them counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.acts import comparing, drawing
from rftkit.generate import pricing

TOPICS = {"Cards": 120, "Loans": 60, "Travel": 30}
TOOLS = [{"type": "function", "function": {"name": "block_card", "parameters": {"type": "object", "properties": {}}}}]


def rows() -> list[dict[str, Any]]:
    made = []
    for topic, count in TOPICS.items():
        for number in range(count):
            said = [
                {"role": "user", "content": f"My {topic.lower()} question number {number} is about place {number * 37}"}
            ]
            made.append({"id": f"{topic}-{number}", "messages": said, "topic": topic})
    turns = [{"role": "user", "content": "I lost it"}, {"role": "assistant", "content": "What did you lose?"}]
    made.append(
        {"id": "several", "messages": [*turns, {"role": "user", "content": "My card, on a train"}], "topic": "Cards"}
    )
    made.append(
        {
            "id": "tools",
            "messages": [{"role": "user", "content": "Block the card of my son"}],
            "tools": TOOLS,
            "topic": "Cards",
        }
    )
    return made


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ds = rftkit.open(tmp_path_factory.mktemp("many") / "a.rft")
    ds.import_(rows())
    return ds.path


@pytest.fixture
def many(kept: Path, monkeypatch: pytest.MonkeyPatch) -> rftkit.Dataset:
    """A dataset that counts as a large one."""
    monkeypatch.setattr(comparing, "ALL", 50)
    monkeypatch.setattr(comparing, "SAMPLE", 40)
    monkeypatch.setattr(drawing, "EACH", 20)
    monkeypatch.setattr(drawing, "FEWEST", 5)
    return rftkit.open(kept)


def test_of_every_kind_of_every_topic_some_records_are_drawn(many: rftkit.Dataset) -> None:
    pool = drawing.pool(many)
    assert pool.frame.height == 20 * len(TOPICS) + 2
    assert {"several", "tools"} <= set(pool.frame["id"])


def test_all_records_are_counted(many: rftkit.Dataset) -> None:
    pool = drawing.pool(many)
    assert (pool.total, pool.generated) == (sum(TOPICS.values()) + 2, 0)
    assert pool.sizes("Cards") == (TOPICS["Cards"] + 2, 1)
    assert many.plan(topic="Cards", count=5).lines[0].why == "121 of 122 records have a single user turn"


def test_what_one_record_of_a_topic_can_serve_for_is_not_missed(many: rftkit.Dataset) -> None:
    for strategy in ("message_variation", "tool_chain"):
        assert many.plan(topic="Cards", count=2, strategy=strategy).problems == ()
        assert many.plan(topic="Loans", count=2, strategy=strategy).problems != ()


def test_the_seed_decides_which_are_drawn(many: rftkit.Dataset) -> None:
    again = drawing.pool(rftkit.open(many.path))
    assert drawing.pool(many).frame.equals(again.frame)
    assert not drawing.pool(many, seed=1).frame.equals(again.frame)


def test_a_record_that_is_named_is_there(many: rftkit.Dataset) -> None:
    missing = next(row["id"] for row in rows() if row["id"] not in set(drawing.pool(many).frame["id"]))
    plan = many.plan(from_ids=[missing, "Cards-1"])
    assert [line.from_ids for line in plan.lines if missing in line.from_ids]
    assert many.generate(plan).wait().generated > 0


def test_few_records_are_all_learned_from(kept: Path) -> None:
    pool = drawing.pool(rftkit.open(kept))
    assert pool.census is None
    assert pool.frame.height == sum(TOPICS.values()) + 2


def test_a_plan_for_other_targets_is_that_of_a_dataset_that_was_just_opened(many: rftkit.Dataset) -> None:
    for share in (0.5, 0.3, 0.6):
        many.plan(fill_gaps=True, synthetic_ratio=share)
    told = many.plan(fill_gaps=True, synthetic_ratio=0.4).to_dict()
    assert told == rftkit.open(many.path).plan(fill_gaps=True, synthetic_ratio=0.4).to_dict()


def test_calls_are_counted_where_only_some_topics_are_priced(
    many: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = many.plan(fill_gaps=True, model="gpt-4o-mini", synthetic_ratio=0.7).estimate
    monkeypatch.setattr(pricing, "_LOOKED_AT", 1)
    part = rftkit.open(many.path).plan(fill_gaps=True, model="gpt-4o-mini", synthetic_ratio=0.7).estimate
    assert whole is not None
    assert part is not None
    assert part.calls == whole.calls
    assert part.prompt_tokens == pytest.approx(whole.prompt_tokens, rel=0.1)


def test_a_run_takes_no_copy_of_a_record_beyond_the_sample(many: rftkit.Dataset) -> None:
    report = many.generate(many.plan(topic="Cards", count=20)).wait()
    texts = {row["messages"][-1]["content"].lower() for row in rows()}
    made = report.candidates.filter("valid")["messages"].to_list()
    assert made
    assert not [said for said in made if said[-1]["content"].lower() in texts]
    again = rftkit.open(many.path, version=many.version - 1)
    assert drawing.pool(again).frame.equals(drawing.pool(many).frame)
