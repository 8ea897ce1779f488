"""Between versions: what an undo would take back or bring back, and what differs."""

from __future__ import annotations

import pytest

import rftkit
from rftkit.errors import InputError, NotFoundError
from tests.widgets.conftest import ds

__all__ = ["ds"]


def steps(found: list[dict[str, object]]) -> list[object]:
    return [step["step"] for step in found]


def test_an_undo_says_which_steps_it_takes_back_newest_first(ds: rftkit.Dataset) -> None:
    at = ds.version
    ds.delete(["Loans-0", "Loans-1"])
    ds.set_targets("proportional")
    told = ds.changes(at)
    assert steps(told["taken_back"]) == ["set targets", "delete"]
    assert told["brought_back"] == []
    assert (told["now"]["records"], told["then"]["records"]) == (100, 102)
    assert ds.version == at + 2


def test_a_version_that_was_undone_brings_its_steps_back(ds: rftkit.Dataset) -> None:
    ds.delete(["Loans-0"])
    deleted = ds.version
    ds.undo()
    ds.assign(["Loans-1"], "Cards/New")
    told = ds.changes(deleted)
    assert steps(told["taken_back"]) == ["assign"]
    assert steps(told["brought_back"]) == ["delete"]
    ds.undo(deleted)
    assert len(ds) == told["then"]["records"] == 101


def test_the_version_that_is_there_changes_nothing(ds: rftkit.Dataset) -> None:
    told = ds.changes(ds.version)
    assert told["taken_back"] == told["brought_back"] == []
    assert told["now"] == told["then"] == {"records": 102, "valid": 102, "topics": 3}


def test_the_empty_dataset_is_a_version_too(ds: rftkit.Dataset) -> None:
    assert ds.changes(0)["then"] == {"records": 0, "valid": 0, "topics": 0}
    with pytest.raises(NotFoundError):
        ds.changes(ds.version + 1)


def test_undo_and_redo_go_back_and_forth_through_several_steps(ds: rftkit.Dataset) -> None:
    ds.delete(["Loans-0"])
    ds.delete(["Loans-1"])
    sizes = []
    for act in (ds.undo, ds.undo, ds.redo, ds.redo, ds.undo):
        act()
        sizes.append(len(ds))
    assert sizes == [101, 102, 101, 100, 101]


def test_a_step_after_an_undo_leaves_nothing_to_redo(ds: rftkit.Dataset) -> None:
    with pytest.raises(InputError, match="nothing to bring back"):
        ds.redo()
    ds.delete(["Loans-0"])
    ds.undo()
    ds.delete(["Loans-1"])
    with pytest.raises(InputError, match="nothing to bring back"):
        ds.redo()


def test_redo_after_an_undo_over_several_steps_brings_all_of_them_back(ds: rftkit.Dataset) -> None:
    at = ds.version
    ds.delete(["Loans-0"])
    ds.delete(["Loans-1"])
    ds.undo(at)
    assert ds.redo() == at + 2
    assert len(ds) == 100


def test_a_diff_counts_records_and_topics_that_differ(ds: rftkit.Dataset) -> None:
    before = ds.version
    ds.delete(["Loans-0"])
    ds.edit("Loans-1", messages=[{"role": "user", "content": "Where is my parcel, please tell me?"}])
    ds.edit("Loans-2", messages=[{"role": "user", "content": ""}])
    ds.assign(["Loans-3"], "Cards/New")
    ds.save_topics(ds.topics.rename("Loans", "Credit").add("Parcels"), categorize=False)
    told = ds.version_diff(before)
    assert told["records"] == {
        "added": 0,
        "removed": 1,
        "edited": 2,
        "other_topic": 1,
        "other_verdict": 1,
        "other_split": 0,
    }
    assert told["topics"] == {"added": ["Parcels"], "removed": [], "renamed": {"Loans": "Credit"}, "moved": {}}
    assert told["by_topic"] == [
        {"path": "Credit", "before": 60, "after": 57},
        {"path": "Cards/New", "before": 12, "after": 13},
    ]


def test_a_diff_backwards_is_the_mirror(ds: rftkit.Dataset) -> None:
    last = ds.version
    there, back = ds.version_diff(0, last), ds.version_diff(last, 0)
    assert there["records"]["added"] == back["records"]["removed"] == 102
    assert there["topics"]["added"] == back["topics"]["removed"]
    assert there["by_topic"][0] == {"path": "Loans", "before": 0, "after": 60}
    assert back["by_topic"][0] == {"path": "Loans", "before": 60, "after": 0}
