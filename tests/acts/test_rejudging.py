"""After a change to a few records everything is as if all records had been judged again."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import rftkit
from rftkit.acts import rejudging

WORDS = ["my card", "is lost", "since monday", "please help me", "where is it", "in Berlin", "a loan", "now"]


def _text(draw: random.Random) -> str:
    return draw.choice([" ", ""]).join(draw.choices(WORDS, k=draw.randint(1, 4))) + draw.choice(["", "?", " 7"])


def _row(draw: random.Random, n: int) -> dict[str, object]:
    """A record that may be a copy, nearly one, invalid, or have the id of another."""
    said = [{"role": draw.choice(["user", "user", "user", "nobody"]), "content": _text(draw)}]
    return {"id": f"r{draw.choice([n, n, n, n // 2])}", "messages": said, "output": draw.choice([None, 1, 2])}


def _made(folder: Path, seed: int, max_tokens: int = 32_000) -> rftkit.Dataset:
    draw, ds = random.Random(seed), rftkit.open(folder / "a.rft")
    rows = [_row(draw, n) for n in range(60)]
    ds.import_([{name: value for name, value in row.items() if value is not None} for row in rows], categorize=False)
    ds.sanitize(near_duplicates=draw.choice([0.5, 0.7]), max_tokens=max_tokens)
    return ds


def _edit(ds: rftkit.Dataset, draw: random.Random) -> None:
    ids = ds.labels()["id"].to_list()
    said = [{"role": "user", "content": _text(draw)} for _ in range(draw.randint(1, 2))]
    ds.edit(draw.choice(ids), messages=said)


def _output(ds: rftkit.Dataset, draw: random.Random) -> None:
    ds.edit(draw.choice(ds.labels()["id"].to_list()), output=draw.choice([1, 2, {"a": 1}]))


def _delete(ds: rftkit.Dataset, draw: random.Random) -> None:
    ids = ds.labels()["id"].to_list()
    ds.delete(draw.sample(ids, draw.randint(1, 3)))


def _undo(ds: rftkit.Dataset, draw: random.Random) -> None:
    if ds.store.head().parent > 2:
        ds.undo()


ACTS: list[Callable[[rftkit.Dataset, random.Random], None]] = [_edit, _edit, _edit, _output, _delete, _delete, _undo]


def _same(quick: rftkit.Dataset, whole: rftkit.Dataset) -> None:
    assert_frame_equal(quick.labels().drop("updated_at"), whole.labels().drop("updated_at"))
    when = [ds.labels()["updated_at"] == ds.labels()["updated_at"].max() for ds in (quick, whole)]
    assert when[0].to_list() == when[1].to_list()
    for table, key in (("pairs", ["row_a", "row_b"]), ("facts", ["row"])):
        both = [ds.store.scan(table, ds.line).sort(key).collect() for ds in (quick, whole)]
        assert_frame_equal(*both)


@pytest.mark.parametrize(("seed", "max_tokens"), [(0, 32_000), (1, 12), (2, 32_000), (3, 32_000)])
def test_a_change_judges_what_it_touches_as_if_all_were_judged(
    tmp_path: Path, seed: int, max_tokens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rftkit.store.slices.ROWS", 16)
    quick = _made(tmp_path, seed, max_tokens)
    shutil.copytree(quick.path, tmp_path / "b.rft")
    whole, draw = rftkit.open(tmp_path / "b.rft"), random.Random(seed)
    for _ in range(10):
        act, seen = draw.choice(ACTS), draw.random()
        act(quick, random.Random(seen))
        with monkeypatch.context() as patch:
            patch.setattr(rejudging, "FEW", -1)
            act(whole, random.Random(seen))
        _same(quick, whole)
    before = quick.labels().drop("updated_at")
    quick.sanitize(**(quick.store.at(2).configuration))
    assert_frame_equal(quick.labels().drop("updated_at"), before)


def _whole_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rftkit.acts.sanitizing.refreshed", lambda *_: pytest.fail("everything was judged"))


def test_few_changes_do_not_judge_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ds = _made(tmp_path, 1)
    _whole_is_not_asked(monkeypatch)
    ids = ds.labels()["id"].to_list()
    ds.edit(ids[3], messages=[{"role": "user", "content": "Where is my card now?"}])
    ds.delete(ids[:2])


def test_records_that_were_never_judged_are_judged_with_the_first_change(tmp_path: Path) -> None:
    ds = _made(tmp_path, 1)
    ds.import_([{"id": "new", "messages": [{"role": "user", "content": "A new one, and what of it?"}]}])
    assert ds.records(["new"])["valid"].item() is None
    ds.edit(ds.labels()["id"][0], messages=[{"role": "user", "content": "Where is my card now?"}])
    assert ds.records(["new"])["valid"].item() is True


def test_without_sanitizing_nothing_is_judged(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "a.rft")
    ds.import_([{"id": f"r{n}", "messages": [{"role": "user", "content": f"Question {n}?"}]} for n in range(5)])
    ds.edit("r2", messages=[{"role": "user", "content": "Another?"}])
    ds.delete(["r0"])
    assert ds.labels()["valid"].null_count() == ds.labels().height == 4
    assert ds.labels()["id"].to_list() == ["r1", "r2", "r3", "r4"]


def test_what_another_process_wrote_is_compared_with(tmp_path: Path) -> None:
    ds = _made(tmp_path, 2)
    first, second, third, *_ = ds.labels()["id"].to_list()
    ds.edit(first, messages=[{"role": "user", "content": "Which forms do I need for a mortgage abroad?"}])
    other = rftkit.open(ds.path)
    other.edit(second, messages=[{"role": "user", "content": "Why was the fee for my account raised this month?"}])
    ds.edit(third, messages=[{"role": "user", "content": "Why was the fee for my account raised this month??"}])
    assert "near_duplicate" in ds.records([third])["warnings"].item().to_list()


def test_an_undone_text_is_not_compared_with(tmp_path: Path) -> None:
    ds = _made(tmp_path, 2)
    first, second, *_ = ds.labels()["id"].to_list()
    ds.edit(first, messages=[{"role": "user", "content": "Why was the fee for my account raised this month?"}])
    ds.undo()
    ds.edit(second, messages=[{"role": "user", "content": "Why was the fee for my account raised this month??"}])
    assert "near_duplicate" not in ds.records([second])["warnings"].item().to_list()


def test_too_many_touched_records_are_judged_with_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ds = _made(tmp_path, 1)
    monkeypatch.setattr(rejudging, "MOST", 0)
    ds.edit(ds.labels()["id"][3], messages=[{"role": "user", "content": "Where is my card now?"}])
    now = ds.labels().drop("updated_at")
    ds.sanitize(**ds.store.at(2).configuration)
    assert_frame_equal(ds.labels().drop("updated_at"), now)


def test_added_candidates_are_judged_as_if_all_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ds = rftkit.open(tmp_path / "a.rft")
    texts = [f"Where is my new card, I ordered it {n} days ago" for n in range(3, 27)]
    ds.import_([{"id": f"r{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(texts)])
    ds.save_topics(rftkit.TopicTree().add("cards", keywords=["card"]))
    ds.sanitize(near_duplicates=0.5)
    ds.generate(ds.plan(topic="cards", count=6), model="rftkit/offline").wait()
    first, second, *rest = ds.candidates()["candidate_id"].to_list()
    ds.decide(edit={first: [{"role": "user", "content": texts[3]}]}, accept=[second, *rest])
    shutil.copytree(ds.path, tmp_path / "b.rft")
    whole = rftkit.open(tmp_path / "b.rft")
    with monkeypatch.context() as patch:
        patch.setattr(rejudging, "FEW", -1)
        whole.add()
    _whole_is_not_asked(monkeypatch)
    assert ds.add() == 6
    _same(ds, whole)
    assert ds.records([first])["errors"].item().to_list() == ["duplicate"]
    assert pl.Series(ds.labels()["position"]).is_sorted()


def test_all_records_can_be_deleted_and_come_back(tmp_path: Path) -> None:
    ds = _made(tmp_path, 1)
    before = ds.labels()
    assert ds.delete(before["id"].to_list()) == 60
    assert len(ds) == 0
    ds.undo()
    assert_frame_equal(ds.labels(), before)
