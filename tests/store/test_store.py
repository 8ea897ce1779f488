"""What a dataset on disk promises."""

from __future__ import annotations

import contextlib
import multiprocessing
import shutil
from pathlib import Path

import polars as pl
import pytest

from rftkit.errors import LockedError, NotFoundError, StoreError
from rftkit.store import Store, journal


def _labels(*ids: str) -> pl.DataFrame:
    return pl.DataFrame({"row": range(len(ids)), "id": ids})


def _ids(store: Store, version: int | None = None) -> list[str]:
    line = store.head() if version is None else store.at(version)
    return store.scan("labels", line).sort("row").collect()["id"].to_list()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "a.rft")


def _fill(store: Store, *ids: str) -> None:
    with store.write("fill") as step:
        step.replace("labels", _labels(*ids))


def test_a_new_folder_is_an_empty_dataset(store: Store) -> None:
    assert store.head() == journal.EMPTY
    assert store.scan("records", store.head()).collect().is_empty()


def test_a_step_becomes_one_version_over_all_tables_and_files(store: Store) -> None:
    with store.write("import", {"paths": ["a.jsonl"]}) as step:
        step.append("labels", _labels("a", "b"))
        step.put("topics.json", ["t"])
        step.counts = {"added": 2}
    head = store.head()
    assert (head.version, head.step, head.counts) == (1, "import", {"added": 2})
    assert _ids(store) == ["a", "b"]
    assert store.get("topics.json", head) == ["t"]


def test_earlier_versions_stay_readable(store: Store) -> None:
    _fill(store, "a")
    _fill(store, "a", "b")
    assert _ids(store, 1) == ["a"]
    assert _ids(store, 2) == ["a", "b"]


def _killed(store: Store, label: str) -> None:
    """Write and break off before the journal line, as a kill does."""
    with contextlib.suppress(KeyboardInterrupt), store.write("boom") as step:
        step.replace("labels", _labels(label))
        step.put("topics.json", [label])
        raise KeyboardInterrupt


def test_a_step_that_fails_changes_nothing(store: Store) -> None:
    _fill(store, "a")
    _killed(store, "x")
    assert store.head().version == 1
    assert _ids(store) == ["a"]
    assert store.get("topics.json", store.head()) is None


def test_what_a_killed_step_left_behind_is_stepped_over(store: Store) -> None:
    _fill(store, "a")
    _killed(store, "ghost")
    with store.write("append") as step:
        step.append("labels", pl.DataFrame({"row": [1], "id": ["b"]}))
    assert _ids(store) == ["a", "b"]


def test_a_table_made_by_a_killed_first_step_is_made_again(store: Store) -> None:
    _killed(store, "ghost")
    assert store.head() == journal.EMPTY
    with store.write("append") as step:
        step.append("labels", _labels("a"))
    assert _ids(store) == ["a"]


def test_a_cut_off_journal_line_does_not_count_and_is_removed_by_the_next_step(store: Store) -> None:
    _fill(store, "a")
    with store.journal.open("ab") as file:
        file.write(b'{"version":2,"step":"cut')
    assert Store(store.path).head().version == 1
    _fill(store, "b")
    assert [line.version for line in Store(store.path).versions()] == [1, 2]


def test_going_back_is_a_new_version_with_the_old_content(store: Store) -> None:
    _fill(store, "a")
    _fill(store, "b")
    with store.write("undo") as step:
        step.become(store.at(1))
    assert store.head().version == 3
    assert _ids(store) == ["a"]
    with store.write("append") as step:
        step.append("labels", pl.DataFrame({"row": [5], "id": ["c"]}))
    assert _ids(store) == ["a", "c"]
    assert _ids(store, 2) == ["b"]


def test_merge_changes_rows_with_the_key_and_adds_the_others(store: Store) -> None:
    _fill(store, "a", "b")
    with store.write("merge") as step:
        step.merge("labels", pl.DataFrame({"row": [1, 2], "id": ["B", "c"]}), key="row")
    assert _ids(store) == ["a", "B", "c"]


def test_a_step_that_writes_nothing_makes_no_version(store: Store) -> None:
    with store.write("nothing"):
        pass
    assert store.head().version == 0


def test_row_numbers_ascend_over_batches_and_versions(store: Store) -> None:
    with store.write("one") as step:
        first, second = step.rows(2), step.rows(1)
        step.append("labels", pl.DataFrame([first, pl.Series("id", ["a", "b"])]))
    with store.write("two") as step:
        third = step.rows(1)
    assert first.append(second).append(third).is_sorted()


def test_an_unknown_version_is_named_with_those_there_are(store: Store) -> None:
    _fill(store, "a")
    with pytest.raises(NotFoundError, match=r"version 7 does not exist.*1 to 1"):
        store.at(7)


def test_a_folder_with_other_things_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(StoreError, match="without a dataset"):
        Store(tmp_path)


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}")
    with pytest.raises(StoreError, match="is a file"):
        Store(tmp_path / "a.jsonl")


def test_a_copied_folder_is_the_same_dataset(store: Store, tmp_path: Path) -> None:
    _fill(store, "a")
    shutil.copytree(store.path, tmp_path / "b.rft")
    assert _ids(Store(tmp_path / "b.rft")) == ["a"]


def test_a_second_writer_gives_up_with_one_sentence(store: Store) -> None:
    _fill(store, "a")
    impatient = Store(store.path, lock_timeout=0.1)
    with (
        store.write("long"),
        pytest.raises(LockedError, match="another process is writing"),
        impatient.write("short"),
    ):
        pass


def _append(path: Path, name: str, times: int) -> None:
    store = Store(path)
    for number in range(times):
        with store.write("append") as step:
            rows = step.rows(1)
            step.append("labels", pl.DataFrame([rows, pl.Series("id", [f"{name}{number}"])]))


def test_two_processes_writing_at_once_lose_nothing(store: Store) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_append, args=(store.path, name, 5)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert sorted(_ids(Store(store.path))) == sorted(f"{name}{number}" for name in "ab" for number in range(5))
    assert [line.version for line in Store(store.path).versions()] == list(range(1, 11))


def test_what_was_undone_is_not_in_the_lineage(store: Store) -> None:
    _fill(store, "a")
    _fill(store, "b")
    with store.write("undo") as step:
        step.become(store.at(1))
    _fill(store, "c")
    assert [line.version for line in store.lineage(store.head())] == [1, 4]


@pytest.mark.parametrize("name", ["my data.rft", "Übung.rft", "a%b#c?.rft", "it's.rft"])
def test_a_folder_may_have_any_usual_name(tmp_path: Path, name: str) -> None:
    import rftkit

    ds = rftkit.open(tmp_path / "öffentlich 1" / name)
    ds.import_([{"id": n, "messages": [{"role": "user", "content": f"Question {n}"}]} for n in "abc"])
    ds.sanitize()
    ds.edit("a", output="x")
    ds.delete(["b"])
    ds.undo()
    again = rftkit.open(tmp_path / "öffentlich 1" / name)
    assert again.records(where="id = 'a'")["output"].to_list() == ['"x"']
    assert [*again.records()["id"]] == ["a", "b", "c"]
    assert len(again.at(1)) == 3


@pytest.mark.parametrize("name", ["a[1].rft", "a%20b.rft"])
def test_a_folder_that_delta_would_take_for_another_is_refused(tmp_path: Path, name: str) -> None:
    import rftkit

    with pytest.raises(StoreError, match="sign in its path"):
        rftkit.open(tmp_path / name)


def _large(store: Store, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("rftkit.store.slices.ROWS", 10)
    with store.write("import") as step:
        step.replace("labels", _labels(*(f"r{n:02}" for n in range(35))))
    return store.path / "labels"


def _files(store: Store) -> set[Path]:
    return set(store.files("labels", store.head()))


def test_a_change_writes_anew_only_the_files_that_hold_it(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _large(store, monkeypatch)
    before = _files(store)
    assert len(before) == 4
    changed = store.scan("labels", store.head()).filter(pl.col("id") == "r17").collect().with_columns(split=pl.lit("x"))
    with store.write("assign") as step:
        step.merge("labels", changed, key="row")
    assert len(before & _files(store)) == 3
    assert store.scan("labels", store.head()).filter(pl.col("split") == "x").collect()["id"].to_list() == ["r17"]
    assert store.scan("labels", store.head()).collect().height == 35
    assert store.scan("labels", store.at(1)).collect()["split"].null_count() == 35


def test_any_reader_of_delta_sees_the_files_as_one_table(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from deltalake import DeltaTable

    folder = _large(store, monkeypatch)
    shorter = store.scan("labels", store.head()).collect().head(12)
    with store.write("delete") as step:
        step.replace("labels", shorter)
    table = DeltaTable(str(folder))
    assert sorted(pl.read_delta(str(folder))["id"]) == sorted(shorter["id"])
    assert len(table.file_uris()) == 2
    assert table.count() == 12


def test_rows_are_taken_out_of_the_files_that_hold_them(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _large(store, monkeypatch)
    before = _files(store)
    changed = store.scan("labels", store.head()).filter(pl.col("id") == "r01").collect().with_columns(split=pl.lit("x"))
    with store.write("delete") as step:
        step.merge("labels", changed, key="row", gone=pl.Series([0, 2, 34]))
    assert len(before & _files(store)) == 2
    left = store.scan("labels", store.head()).sort("row").collect()
    assert left["id"].to_list() == ["r01", *(f"r{n:02}" for n in range(3, 34))]
    assert left["split"].drop_nulls().to_list() == ["x"]
    assert _ids(store, 1) == [f"r{n:02}" for n in range(35)]


def test_all_rows_can_be_taken_out(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _large(store, monkeypatch)
    with store.write("delete") as step:
        step.merge("labels", _labels(), key="row", gone=pl.Series(range(35)))
    assert _ids(store) == []


def test_few_new_rows_go_where_there_is_room(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _large(store, monkeypatch)
    for n in range(35, 45):
        with store.write("add") as step:
            step.merge("labels", pl.DataFrame({"row": [n], "id": [f"r{n}"]}), key="row")
    assert _ids(store) == [f"r{n:02}" for n in range(45)]
    assert len(_files(store)) == 5


def test_rows_in_memory_are_not_read_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    _large(store, monkeypatch)
    held = {path: pl.read_parquet(path) for path in _files(store)}
    monkeypatch.setattr("polars.read_parquet", lambda path, **_: pytest.fail(f"{path} was read"))
    with store.write("delete") as step:
        step.held = held
        step.merge("labels", _labels(), key="row", gone=pl.Series([3]))
    monkeypatch.undo()
    assert "r03" not in _ids(store)
    assert len(_ids(store)) == 34
