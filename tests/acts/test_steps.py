"""What a dataset promises over several steps: undo, pinned reading, hand-made things that stay, review."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rftkit
from rftkit.errors import ApprovalError, InputError, NotFoundError
from rftkit.messages import unpack

CARDS = [f"Where is my new card, I ordered it {n} days ago" for n in range(3, 27)]
TRANSFERS = [f"My transfer of {n} euros to Anna has not arrived yet" for n in range(20, 28)]


def _rows(texts: list[str], start: int = 0) -> list[dict[str, object]]:
    return [
        {"id": f"r{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(texts, start=start)
    ]


@pytest.fixture
def ds(tmp_path: Path) -> rftkit.Dataset:
    ds = rftkit.open(tmp_path / "bank.rft")
    ds.import_(_rows(CARDS + TRANSFERS))
    return ds


@pytest.fixture
def sorted_ds(ds: rftkit.Dataset) -> rftkit.Dataset:
    tree = rftkit.TopicTree(()).add("cards", keywords=["card"]).add("transfers", keywords=["transfer"])
    ds.save_topics(tree)
    return ds


def _topics(ds: rftkit.Dataset) -> dict[str | None, int]:
    return dict(ds.records(columns=["topic"]).group_by("topic").len().rows())


def test_saving_topics_assigns_the_records_in_the_same_step(sorted_ds: rftkit.Dataset) -> None:
    assert _topics(sorted_ds) == {"cards": 24, "transfers": 8}
    assert sorted_ds.history()["step"].to_list() == ["import", "topics"]


def test_an_import_into_a_dataset_with_topics_assigns_what_comes(sorted_ds: rftkit.Dataset) -> None:
    sorted_ds.import_(_rows(["A transfer to my mother is late"], start=100))
    assert sorted_ds.records(["r100"])["topic"].to_list() == ["transfers"]


def test_what_was_assigned_by_hand_stays_through_every_step(sorted_ds: rftkit.Dataset) -> None:
    sorted_ds.assign(["r0"], "transfers")
    sorted_ds.categorize(all=True)
    sorted_ds.discover_topics(depth=1, embedder="lsa")
    row = sorted_ds.records(["r0"]).row(0, named=True)
    assert (row["topic"], row["topic_method"]) == ("transfers", "manual")


def test_a_deleted_topic_leaves_its_records_unassigned_and_undo_brings_it_back(sorted_ds: rftkit.Dataset) -> None:
    sorted_ds.change_topics(lambda tree: tree.delete("cards"), "topics delete")
    assert _topics(sorted_ds) == {None: 24, "transfers": 8}
    sorted_ds.undo()
    assert _topics(sorted_ds) == {"cards": 24, "transfers": 8}


def test_undo_goes_on_back_and_a_new_step_starts_from_there(sorted_ds: rftkit.Dataset) -> None:
    sorted_ds.sanitize()
    sorted_ds.undo()
    sorted_ds.undo()
    assert sorted_ds.topics.topics == ()
    sorted_ds.undo(to=3)
    assert _topics(sorted_ds) == {"cards": 24, "transfers": 8}
    sorted_ds.delete(["r0"])
    assert len(sorted_ds) == 31


def test_there_is_an_end_to_undoing(ds: rftkit.Dataset) -> None:
    ds.undo()
    assert len(ds) == 0
    with pytest.raises(InputError, match="nothing to undo"):
        ds.undo()


def test_a_pinned_dataset_shows_its_version_and_refuses_to_change(sorted_ds: rftkit.Dataset) -> None:
    then = sorted_ds.at(1)
    assert _topics(then) == {None: 32}
    with pytest.raises(InputError, match="opened at version 1"):
        then.sanitize()


def test_the_environment_pins_the_dataset_of_a_report(
    sorted_ds: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RFTKIT_DATASET", str(sorted_ds.path))
    monkeypatch.setenv("RFTKIT_VERSION", "1")
    assert rftkit.open(sorted_ds.path).version == 1


def test_an_edit_is_judged_and_keeps_the_place_of_the_record(ds: rftkit.Dataset) -> None:
    ds.sanitize()
    ds.edit("r1", messages=[{"role": "user", "content": " "}])
    assert ds.records()["id"].to_list()[:3] == ["r0", "r1", "r2"]
    assert ds.invalid()["errors"].to_list() == [["empty_user_message"]]
    ds.undo()
    assert ds.invalid().is_empty()


@pytest.mark.parametrize(
    "messages", ["Where is my order?", ["Where is my order?"], {"role": "user", "content": "Hi"}, 5]
)
def test_an_edit_takes_messages_and_says_so(ds: rftkit.Dataset, messages: Any) -> None:
    version = ds.version
    with pytest.raises(InputError, match=r"give a list of messages, such as \[\{\"role\""):
        ds.edit(ds.records()["id"][0], messages=messages)
    assert ds.version == version


def test_an_edit_that_makes_a_copy_is_a_duplicate_at_once(ds: rftkit.Dataset) -> None:
    ds.sanitize()
    ds.edit("r1", messages=[{"role": "user", "content": CARDS[0].upper()}])
    assert [row["errors"] for row in ds.invalid().to_dicts()] == [["duplicate"]]


def test_sanitizing_again_computes_only_what_is_new(ds: rftkit.Dataset) -> None:
    ds.sanitize()
    facts = ds.line.tables["facts"]
    ds.sanitize(near_duplicates=0.9)
    assert ds.line.tables["facts"] == facts
    ds.import_(_rows(["Something else entirely, please help me"], start=200))
    report = ds.sanitize()
    assert report.total == 33
    assert ds.store.scan("facts", ds.line).collect().height == 33


def test_records_with_one_id_both_stay_and_the_later_is_warned(ds: rftkit.Dataset) -> None:
    ds.import_(_rows(["A second record called r0 asks this"]))
    ds.sanitize()
    found = ds.records(where="array_contains(warnings, 'duplicate_id')")
    assert found["id"].to_list() == ["r0-2"]


def test_candidates_are_reviewed_edited_and_added_and_undo_takes_them_out(sorted_ds: rftkit.Dataset) -> None:
    report = sorted_ds.generate(sorted_ds.plan(topic="transfers", count=5), model="rftkit/offline").wait()
    assert report.valid >= 3
    assert len(sorted_ds) == 32
    first, second, *others = sorted_ds.candidates().filter("valid")["candidate_id"].to_list()
    mine = [{"role": "user", "content": "When will my transfer to Berlin be there at last?"}]
    sorted_ds.decide(reject=[first], edit={second: mine}, accept=others)
    assert sorted_ds.add() == report.valid - 1
    added = sorted_ds.records([second])
    assert list(unpack(added["messages"])) == [mine]
    assert added.select("generated", "topic", "strategy").row(0) == (True, "transfers", "few_shot")
    assert sorted_ds.add() == 0
    with pytest.raises(InputError, match="is a record already"):
        sorted_ds.decide(reject=[second])
    sorted_ds.undo()
    assert len(sorted_ds) == 32
    assert sorted_ds.review_state()["accepted"] == report.valid - 1


def test_the_same_plan_run_again_asks_nothing_anew_and_names_its_candidates_anew(sorted_ds: rftkit.Dataset) -> None:
    plan = sorted_ds.plan(topic="transfers", count=3)
    first = sorted_ds.generate(plan, model="rftkit/offline").wait()
    again = sorted_ds.generate(plan, model="rftkit/offline").wait()
    assert again.calls == 0
    assert again.cached_calls == first.calls > 0
    assert sorted_ds.candidates()["candidate_id"].is_unique().all()


def test_what_a_person_rejects_is_made_anew(sorted_ds: rftkit.Dataset) -> None:
    sorted_ds.generate(sorted_ds.plan(topic="transfers", count=3), model="rftkit/offline").wait()
    bad = sorted_ds.candidates().filter("valid")["candidate_id"].to_list()[:2]
    anew = sorted_ds.regenerate(bad).wait()
    assert anew.requested == 2
    assert set(sorted_ds.candidates(ids=bad)["decision"]) == {"reject"}


def test_a_cap_for_a_model_of_unknown_price_is_refused(sorted_ds: rftkit.Dataset) -> None:
    plan = sorted_ds.plan(topic="transfers", count=3, model="openai/nobody-knows")
    with pytest.raises(ApprovalError, match="price"):
        sorted_ds.generate(plan, budget_usd=1.0)


def test_a_split_that_leaves_a_side_empty_says_why(sorted_ds: rftkit.Dataset, tmp_path: Path) -> None:
    sorted_ds.sanitize()
    sorted_ds.split()  # all cards are near duplicates of each other, and so are all transfers
    with pytest.raises(InputError, match="too few groups"):
        sorted_ds.export(tmp_path / "validation.jsonl", split="validation")


def test_the_split_is_one_step_and_exported_by_name(sorted_ds: rftkit.Dataset, tmp_path: Path) -> None:
    words = [
        "alpha",
        "bravo",
        "candle",
        "dragon",
        "ember",
        "falcon",
        "garden",
        "harbour",
        "island",
        "jungle",
        "kitchen",
        "lantern",
    ]
    different = [f"card {one * 3} {other * 3}" for one in words[:6] for other in words[6:]]
    sorted_ds.import_(_rows(different, start=300), replace=True)
    sorted_ds.categorize(method=["keyword"])
    sorted_ds.sanitize()
    split = sorted_ds.split(train=0.75).to_dict()
    written = {
        part: sorted_ds.export(tmp_path / f"{part}.jsonl", split=part).written for part in ("train", "validation")
    }
    assert written == {"train": split["train"], "validation": split["validation"]}
    assert sum(written.values()) + split["left_out"] == 36
    ids = [set(sorted_ds.records(where=f"split = '{part}'")["id"]) for part in written]
    assert ids[0].isdisjoint(ids[1])


def test_targets_are_remembered_and_undone(sorted_ds: rftkit.Dataset) -> None:
    sorted_ds.set_targets({"cards": 0.75, "transfers": 0.25})
    assert sorted_ds.coverage().target_fit == pytest.approx(1.0)
    assert rftkit.open(sorted_ds.path).coverage().target_fit == pytest.approx(1.0)
    sorted_ds.undo()
    assert sorted_ds.coverage().target_fit == pytest.approx(0.75)


def test_an_unknown_record_is_named_with_the_way_to_list_them(ds: rftkit.Dataset) -> None:
    with pytest.raises(NotFoundError, match=r"'r999'.*records"):
        ds.edit("r999", output=None)


def test_repairs_are_taken_back(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "a.rft")
    ds.import_([{"id": "a", "input": {"messages": [{"role": "USER", "content": "Where is my parcel now?"}]}}])
    assert ds.sanitize().repaired == 1
    assert ds.undo_repairs(["a"]) == 1
    assert ds.invalid()["errors"].to_list() == [["invalid_role"]]


def test_a_records_file_brings_everything_back(sorted_ds: rftkit.Dataset, tmp_path: Path) -> None:
    sorted_ds.sanitize()
    sorted_ds.split()
    sorted_ds.export(tmp_path / "all.jsonl", format="records")
    other = rftkit.open(tmp_path / "other.rft")
    other.import_(tmp_path / "all.jsonl")
    columns = ["id", "messages", "topic", "topic_method", "valid", "errors", "warnings", "split", "created_at"]
    assert other.records(columns=columns).equals(sorted_ds.records(columns=columns))


def test_conditions_are_sql_or_polars(ds: rftkit.Dataset) -> None:
    assert ds.records(where=pl.col("id") == "r3").height == ds.records(where="id = 'r3'").height == 1


def test_a_lower_threshold_than_ever_compares_anew_and_is_kept(ds: rftkit.Dataset) -> None:
    ds.import_(_rows(["My transfer of 20 euros to Anna was not seen by her bank"], start=400))
    usual = ds.sanitize(near_duplicates=0.5).warnings_by_code["near_duplicate"]
    lower = ds.sanitize(near_duplicates=0.2)
    assert lower.warnings_by_code["near_duplicate"] > usual
    assert lower.at(0.5).warnings_by_code["near_duplicate"] == usual
    again = ds.sanitize(near_duplicates=0.2)
    assert again.warnings_by_code == lower.warnings_by_code


def test_unreadable_lines_are_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"messages": [{"role": "user", "content": "Where is my parcel?"}]}\n{"messages": [\n')
    ds = rftkit.open(tmp_path / "a.rft")
    for _ in range(2):
        assert ds.import_(path).unreadable == 1
    assert ds.unreadable().height == 1
