"""What the shapes of the OpenAI family become, what is said about a file, and that an export is read back as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit import formats
from rftkit.formats import fast
from rftkit.formats.convert import Plan
from rftkit.messages import load, unpack

USER = {"role": "user", "content": "3 items at 4.50?"}
REPLY = {"role": "assistant", "content": "13.50"}


def read(source: Any, **options: Any) -> tuple[pl.DataFrame, formats.ReadReport]:
    reading = formats.read(source, **options)
    return pl.concat(list(reading)), reading.report


def written(tmp_path: Path, rows: list[dict[str, Any]]) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_the_reply_of_finished_conversations_becomes_the_output(packed: bool, tmp_path: Path) -> None:
    rows = [{"messages": [USER, REPLY]}, {"messages": [USER, REPLY]}, {"messages": [USER]}]
    frame, report = read(written(tmp_path, rows) if packed else rows)
    assert list(unpack(frame["messages"])) == [[USER]] * 3
    assert [load(output) for output in frame["output"]] == [REPLY, REPLY, None]
    assert report.formats == {"openai-chat": 3}


@pytest.mark.parametrize("packed", [False, True])
def test_in_a_file_of_prompts_nothing_is_moved(packed: bool, tmp_path: Path) -> None:
    rows = [{"messages": [USER]}, {"messages": [USER]}, {"messages": [USER, REPLY]}]
    frame, report = read(written(tmp_path, rows) if packed else rows)
    assert list(unpack(frame["messages"])) == [row["messages"] for row in rows]
    assert frame["output"].null_count() == 3
    assert (report.formats, report.other_shape) == ({"openai-rft": 3}, {})


def test_records_keep_a_trailing_reply_where_it_is() -> None:
    frame, _ = read([{"id": "a", "input": {"messages": [USER, REPLY]}}])
    assert next(unpack(frame["messages"])) == [USER, REPLY]


def test_a_reply_that_calls_a_tool_moves_with_its_calls(tmp_path: Path) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":  1}'}}
    turn = {"role": "assistant", "content": None, "tool_calls": [call]}
    frame, _ = read(written(tmp_path, [{"messages": [USER, turn]}]))
    assert (next(unpack(frame["messages"])), load(frame["output"].item())) == ([USER], turn)


def test_what_else_is_beside_a_prompt_stays_beside_it_in_order() -> None:
    row = {
        "z": None,
        "messages": [USER],
        "a": {"b": [1, 10**30]},
        "metadata": {"k": 1.0},
        "tool_choice": "auto",
        "id": "x",
    }
    frame, _ = read([row])
    assert (frame["extra"].item(), frame["metadata"].item()) == (
        '{"z":null,"a":{"b":[1,1000000000000000000000000000000]}}',
        '{"k":1.0}',
    )
    assert (frame["id"].item(), frame["tool_choice"].item()) == ("x", '"auto"')


def test_a_foreign_topic_is_imported_and_other_names_of_ours_stay_untouched() -> None:
    row = {"messages": [USER], "topic": "billing/discounts", "split": "test", "valid": "yes"}
    frame, report = read([row])
    assert load(frame["labels"].item()) == {"topic": "billing/discounts", "topic_method": "imported"}
    assert load(frame["extra"].item()) == {"split": "test", "valid": "yes"}
    assert report.own_names == {"split": 1, "valid": 1}
    assert any("'split'" in said for said in formats.sentences(report))


def test_batch_requests_and_own_exports_bring_their_ids() -> None:
    assert (
        read([{"custom_id": "q1", "url": "/v1/chat/completions", "body": {"model": "m", "messages": [USER]}}])[0][
            "id"
        ].item()
        == "q1"
    )
    assert read([{"messages": [USER], "rftkit_id": "r_01"}])[0]["id"].item() == "r_01"


@pytest.mark.parametrize(
    ("row", "output"),
    [
        ({"prompt": [USER], "completion": [REPLY]}, REPLY),
        ({"prompt": "3 items at 4.50?", "completion": "13.50"}, REPLY),
        ({"prompt": [USER], "chosen": [REPLY], "rejected": [{"role": "assistant", "content": "12"}]}, REPLY),
        ({"chosen": [USER, REPLY], "rejected": [USER, {"role": "assistant", "content": "12"}]}, REPLY),
        (
            {
                "input": {"messages": [USER]},
                "preferred_output": [REPLY],
                "non_preferred_output": [{"role": "assistant"}],
            },
            REPLY,
        ),
        ({"prompt": [USER], "answer": "13.50"}, None),
    ],
)
def test_files_for_trl_give_their_prompts(row: dict[str, Any], output: Any) -> None:
    frame, _ = read([row])
    assert next(unpack(frame["messages"])) == [USER]
    assert load(frame["output"].item()) == output


def test_human_is_a_role_only_in_the_files_that_call_it_so() -> None:
    talk = {"conversations": [{"from": "human", "value": "Hi"}]}
    assert next(unpack(read([talk])[0]["messages"])) == [{"role": "user", "content": "Hi"}]
    odd = [{"role": "human", "content": "Hi"}]
    assert next(unpack(read([{"messages": odd}])[0]["messages"])) == odd


def test_repairs_say_where_in_the_record_something_changed() -> None:
    rows = [{"id": 7, "input": {"messages": [{"role": "User", "content": "a\x00b"}]}, "metadata": {"x": float("nan")}}]
    log = load(read(rows)[0]["repairs"].item())
    assert {(entry["code"], entry["where"]) for entry in log} == {
        ("id", "/id"),
        ("role", "/messages/0/role"),
        ("nul", "/messages/0/content"),
        ("nan", "/metadata/x"),
    }


def test_a_row_is_known_again_by_its_key(tmp_path: Path) -> None:
    rows = [{"messages": [USER], "n": n} for n in range(3)]
    first, second = (read(written(tmp_path, rows))[0]["row_key"].to_list() for _ in range(2))
    assert first == second
    assert len(set(first)) == 3
    assert {len(key) for key in first} == {16}


def test_growing_prefixes_fold_only_where_something_ties_them() -> None:
    turns = [USER, REPLY, {"role": "user", "content": "And 5?"}]
    tied = [
        {"request": {"messages": turns[:n]}, "response": {"choices": [{"message": REPLY}]}, "session_id": "s"}
        for n in (1, 3)
    ]
    frame, report = read(tied)
    assert (list(unpack(frame["messages"])), report.read, report.folded) == ([turns], 2, 1)
    assert read(tied, fold=False)[0].height == 2
    assert read([{"messages": turns[:n]} for n in (1, 3)])[0].height == 2


@pytest.mark.parametrize("name", ["banking77-test", "gsm8k-1k", "sgd-intents", "tau-airline-tools"])
def test_an_export_of_records_is_read_back_as_it_was(name: str, shared_data: Path, tmp_path: Path) -> None:
    from rftkit.formats import writing

    first, _ = read(shared_data / f"{name}.jsonl.gz")
    labels = [pl.lit("a/b").alias("topic"), pl.lit(0.5).alias("topic_confidence"), pl.lit(True).alias("valid")]
    frame = first.drop("labels").with_columns(labels)
    writing.write(frame, tmp_path / "all.jsonl", "records", split="all")
    again, report = read(tmp_path / "all.jsonl")
    assert report.formats == {"records": first.height}
    assert [load(text)["topic"] for text in again["labels"]] == ["a/b"] * first.height
    assert list(unpack(again["messages"])) == list(unpack(first["messages"]))
    for column in ("id", "origin", "generated", "content_key", "exact_key"):
        assert again[column].equals(first[column], null_equal=True), column
    for column in ("tools", "tool_choice", "output", "extra", "raw"):
        assert [_value(text) for text in again[column]] == [_value(text) for text in first[column]], column
    assert [_value(text) or {} for text in again["metadata"]] == [_value(text) or {} for text in first["metadata"]]


def _value(text: str | None) -> Any:
    try:
        return load(text)
    except RecursionError:
        return text


TEXT = st.text(st.characters(codec="utf-8"), max_size=6)
VALUE = st.none() | st.booleans() | st.integers() | TEXT | st.dictionaries(TEXT, st.integers() | TEXT, max_size=3)
CALL = st.builds(
    lambda name, text: {"id": name, "type": "function", "function": {"name": "f", "arguments": text}}, TEXT, TEXT
)
MESSAGE = st.one_of(
    st.builds(
        lambda role, text: {"role": role, "content": text}, st.sampled_from(["user", "system", "User", "bot"]), TEXT
    ),
    st.builds(lambda text: {"content": text, "role": "user"}, TEXT),
    st.builds(lambda calls: {"role": "assistant", "content": None, "tool_calls": calls}, st.lists(CALL, max_size=2)),
    st.builds(lambda name, text: {"role": "tool", "tool_call_id": name, "content": text}, TEXT, TEXT),
    st.builds(lambda text: {"role": "assistant", "content": text, "weight": 1}, TEXT),
    st.builds(lambda value: {"role": "user", "content": value}, VALUE),
    st.builds(lambda text: {"role": "user", "content": [{"type": "text", "text": text}]}, TEXT),
    VALUE,
)
PROMPT = st.fixed_dictionaries(
    {"messages": st.lists(MESSAGE, max_size=4)}, optional={"tools": VALUE, "tool_choice": VALUE}
)
BESIDE = st.dictionaries(
    st.sampled_from(["id", "output", "metadata", "topic", "split", "label", "répère", "n"]), VALUE, max_size=4
)
STYLE = st.sampled_from([(", ", ": "), (",", ":"), (" , ", " : ")])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(PROMPT, BESIDE, STYLE, st.booleans()), max_size=5), st.sampled_from(fast.SHAPES))
def test_the_short_way_into_columns_leads_to_the_same_place(rows: list[Any], shape: str) -> None:
    lines = []
    for prompt, beside, style, ascii_only in rows:
        row = {**beside, "input": prompt} if shape == "records" else {**beside, **prompt}
        lines.append(json.dumps(row, separators=style, ensure_ascii=ascii_only))
    text = "\n".join(lines).encode()
    quick = fast.read_chunk(text, Plan(shape))
    slow = fast.read_chunk(
        text + b"\n" + b'{"\xff"', Plan(shape)
    )  # one line that is no UTF-8 changes nothing for others
    careful = pl.concat(
        [_careful(line.encode(), shape, number) for number, line in enumerate(lines, 1)] or [quick.frame]
    )
    for made in (quick.frame, slow.frame):
        assert made.columns == careful.columns
        assert list(unpack(made["messages"])) == list(unpack(careful["messages"]))
        for column in ("tools", "tool_choice", "output", "metadata", "extra", "raw", "repairs"):
            texts = zip(made[column], careful[column], strict=True)
            assert all(json.dumps(load(a)) == json.dumps(load(b)) for a, b in texts), column
        for column in ("id", "origin", "problems", "labels", "row_key", "content_key", "exact_key"):
            assert made[column].equals(careful[column], null_equal=True), column


def _careful(line: bytes, shape: str, number: int) -> pl.DataFrame:
    from rftkit.formats.convert import Tally, drafts_of
    from rftkit.formats.draft import frame_of, labels_of
    from rftkit.formats.lines import read_line
    from rftkit.keys import with_keys

    drafts = drafts_of(read_line(line), Plan(shape), Tally(), number)
    return with_keys(frame_of(drafts)).with_columns(labels_of(drafts))


def test_a_line_with_a_key_that_comes_twice_is_found_among_ordinary_lines() -> None:
    line = b'{"id":"%d","input":{"messages":[{"role":"user","content":"Hi"}]}}\n'
    twice = b'{"id":"x","input":{"messages":[{"role":"assistant","role":"user","content":"Hi"}]}}\n'
    turned = b'{"id":"y","input":{"messages":[{"content":"Hi","role":"user"}]}}\n'
    frame = fast.read_chunk(line % 1 + twice + line % 2 + turned, Plan("records")).frame
    assert frame["id"].to_list() == ["1", "x", "2", "y"]
    assert frame["problems"].to_list() == [[], ["duplicate_key"], [], []]
    assert [list(messages[0]) for messages in unpack(frame["messages"])] == [["role", "content"]] * 3 + [
        ["content", "role"]
    ]


def test_chunks_do_not_show(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rftkit.formats import sources

    rows = [{"id": str(n), "input": {"messages": [{"role": "user", "content": "x" * n}]}} for n in range(50)]
    path = written(tmp_path, rows)
    path.write_bytes(path.read_bytes() + b"\n \noops")
    whole = formats.read(path)
    expected = pl.concat(list(whole))
    for size in (1, 7, 100, 1000):
        monkeypatch.setattr(fast, "chunks_of", lambda file, size=size: sources.chunks_of(file, size))
        reading = formats.read(path)
        assert pl.concat(list(reading)).equals(expected, null_equal=True)
        assert reading.report == whole.report
        assert reading.unreadable["line"].to_list() == [53]


def test_several_processes_read_what_one_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from rftkit.formats import worker

    rows = [{"id": str(n), "input": {"messages": [{"role": "user", "content": "x" * n}]}} for n in range(300)]
    path = written(tmp_path, [*rows, {"messages": [USER]}])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\n \noops\r\n" + json.dumps(rows[7]).encode())
    alone = formats.read(path)
    expected = pl.concat(list(alone))
    monkeypatch.setattr(worker, "LARGE", 0)
    monkeypatch.setattr(worker, "RANGE", 9_000)
    monkeypatch.setattr(worker, "processes", lambda: 2)
    together = formats.read(path)
    assert pl.concat(list(together)).equals(expected, null_equal=True)
    assert together.report == alone.report
    assert together.unreadable.equals(alone.unreadable)


def test_ranges_are_read_here_where_no_process_can_be_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    from rftkit.formats import worker

    path = written(tmp_path, [{"messages": [USER]}] * 3)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    found = list(worker.chunks(path, Plan("openai-rft"), "rows.jsonl"))
    assert [chunk.frame.height for chunk in found] == [3]


def test_a_reading_that_is_given_up_leaves_no_process(tmp_path: Path) -> None:
    from rftkit.formats import worker

    path = written(tmp_path, [{"messages": [USER]}] * 3)
    coming = worker.chunks(path, Plan("openai-rft"), "rows.jsonl")
    assert next(coming).lines == 3
    coming.close()
    assert list(coming) == []
