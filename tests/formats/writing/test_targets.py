"""Each target writes exactly what its consumer reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rftkit.formats.writing import TARGETS, check, write
from tests.formats.writing.conftest import ARGUMENTS, CALL, PHOTO, TOOL, TRAIN, frame_of, say

Row = dict[str, Any]
Written = Callable[..., list[Row]]

BOOKING = {
    "id": "r_01",
    "messages": TRAIN,
    "tools": [TOOL],
    "output": {"role": "assistant", "content": "Booked."},
    "topic": "travel/trains",
    "extra": {"reference_answer": {"total": 12.15}, "difficulty": 2},
}


HELLO = {"role": "assistant", "content": "Hello"}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}


def test_openai_rft_has_prompt_tools_and_flat_columns(written: Written) -> None:
    assert written("openai-rft", BOOKING) == [
        {
            "messages": TRAIN,
            "tools": [TOOL],
            "reference_answer": {"total": 12.15},
            "difficulty": 2,
            "topic": "travel/trains",
            "rftkit_id": "r_01",
            "reference_tool_calls": "[]",
        }
    ]


def test_openai_rft_has_the_calls_of_the_output_for_graders_of_calls(written: Written) -> None:
    (row,) = written("openai-rft", {**BOOKING, "output": CALLING})
    assert json.loads(row["reference_tool_calls"]) == [{"name": "find_train", "arguments": ARGUMENTS}]


def test_openai_rft_leaves_reference_calls_of_the_source_alone(written: Written) -> None:
    (row,) = written("openai-rft", {**BOOKING, "output": CALLING, "extra": {"reference_tool_calls": "mine"}})
    assert row["reference_tool_calls"] == "mine"


def test_reference_calls_of_metadata_are_left_alone_too(written: Written) -> None:
    (row,) = written("openai-rft", {**BOOKING, "output": CALLING, "metadata": {"reference_tool_calls": "mine"}})
    assert row["reference_tool_calls"] == "mine"


@pytest.mark.parametrize("target", ["trl", "bedrock", "fireworks"])
def test_every_target_with_columns_for_graders_has_the_calls(written: Written, target: str) -> None:
    (row,) = written(target, {**BOOKING, "output": CALLING})
    assert json.loads(row["reference_tool_calls"]) == [{"name": "find_train", "arguments": ARGUMENTS}]


def test_openai_rft_has_no_reference_calls_without_tools_or_output_or_where_columns_are_named(written: Written) -> None:
    for record in ({**BOOKING, "tools": None}, {**BOOKING, "output": None}):
        assert "reference_tool_calls" not in written("openai-rft", record)[0]
    (row,) = written("openai-rft", BOOKING, columns=["topic"])
    assert "reference_tool_calls" not in row


def test_openai_rft_leaves_empty_tools_out(written: Written) -> None:
    assert written("openai-rft", {"id": "a", "messages": say("Hi"), "tools": []}) == [
        {"messages": say("Hi"), "rftkit_id": "a"}
    ]


def test_openai_rft_keeps_call_arguments_byte_for_byte(written: Written) -> None:
    (row,) = written("openai-rft", BOOKING)
    assert row["messages"][2]["tool_calls"][0]["function"]["arguments"] == ARGUMENTS


def test_openai_rft_keeps_the_output_out_of_the_prompt(written: Written) -> None:
    (row,) = written("openai-rft", BOOKING)
    assert row["messages"][-1]["role"] == "user"
    assert "Booked." not in json.dumps(row)


def test_plain_metadata_becomes_a_column_and_nested_metadata_does_not(written: Written) -> None:
    (row,) = written(
        "openai-rft", {"id": "a", "messages": say("Hi"), "metadata": {"lang": "it", "user": {"name": "A"}}}
    )
    assert row["lang"] == "it"
    assert "user" not in row


def test_a_source_key_wins_over_metadata_of_the_same_name(written: Written) -> None:
    (row,) = written("openai-rft", {"id": "a", "messages": say("Hi"), "metadata": {"k": 1}, "extra": {"k": 2}})
    assert row["k"] == 2


def test_a_foreign_rftkit_id_never_replaces_ours(written: Written) -> None:
    (row,) = written(
        "openai-rft", {"id": "a", "messages": say("Hi"), "extra": {"rftkit_id": "b", "messages": 1, "x": 3}}
    )
    assert row == {"messages": say("Hi"), "x": 3, "rftkit_id": "a"}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ([], set()),
        (["difficulty", "strategy"], {"difficulty", "strategy"}),
        (["user", "topic"], {"user", "topic"}),
    ],
)
def test_columns_choose_what_stands_beside_the_prompt(written: Written, columns: list[str], expected: set[str]) -> None:
    row = {**BOOKING, "strategy": "few_shot", "generated": True, "metadata": {"user": {"name": "A"}}}
    assert set(written("openai-rft", row, columns=columns)[0]) == {"messages", "tools"} | expected


def test_openai_chat_ends_with_the_output(written: Written) -> None:
    row = {**BOOKING, "extra": {"parallel_tool_calls": False, "reference_answer": "x"}}
    assert written("openai-chat", row) == [
        {
            "messages": [*TRAIN, {"role": "assistant", "content": "Booked."}],
            "tools": [TOOL],
            "parallel_tool_calls": False,
        }
    ]


@pytest.mark.parametrize(
    ("output", "turns"),
    [
        ("Hello", [HELLO]),
        ({"content": "Hello"}, [HELLO]),
        ({"choices": [{"message": HELLO}]}, [HELLO]),
        ([CALLING], [CALLING]),
        (None, []),
        ({"score": 3}, []),
    ],
)
def test_outputs_of_every_form_become_the_last_turn(written: Written, output: Any, turns: list[Row]) -> None:
    (row,) = written("openai-chat", {"messages": say("Hi"), "output": output})
    assert row["messages"] == [*say("Hi"), *turns]


def test_trl_has_tools_as_text_and_arguments_as_objects(written: Written) -> None:
    (row,) = written("trl", BOOKING)
    called = {**CALL, "function": {"name": "find_train", "arguments": {"from": "Milan", "to": "Rome"}}}
    assert row["prompt"] == [*TRAIN[:2], {**TRAIN[2], "tool_calls": [called]}, *TRAIN[3:]]
    assert json.loads(row["tools"]) == [TOOL]
    assert {key: row[key] for key in ("reference_answer", "difficulty", "topic", "rftkit_id")} == {
        "reference_answer": {"total": 12.15},
        "difficulty": 2,
        "topic": "travel/trains",
        "rftkit_id": "r_01",
    }


def test_bedrock_has_id_messages_reference_and_tools(written: Written) -> None:
    (row,) = written("bedrock", {**BOOKING, "extra": {"answer": "7", "difficulty": 2}})
    assert row == {
        "id": "r_01",
        "messages": TRAIN,
        "reference_answer": "7",
        "tools": [TOOL],
        "answer": "7",
        "difficulty": 2,
        "topic": "travel/trains",
        "reference_tool_calls": "[]",
    }


def test_fireworks_has_a_ground_truth(written: Written) -> None:
    (row,) = written("fireworks", {"id": "a", "messages": say("Hi"), "extra": {"reference_answer": "12.15", "k": [1]}})
    assert row == {
        "messages": say("Hi"),
        "ground_truth": "12.15",
        "reference_answer": "12.15",
        "k": [1],
        "rftkit_id": "a",
    }


def test_gemini_has_contents_of_user_and_model(written: Written) -> None:
    (row,) = written("gemini", BOOKING)
    assert row == {
        "systemInstruction": {"parts": [{"text": "You book trains."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Milan to Rome"}]},
            {
                "role": "model",
                "parts": [{"functionCall": {"name": "find_train", "args": {"from": "Milan", "to": "Rome"}}}],
            },
            {
                "role": "user",
                "parts": [{"functionResponse": {"name": "find_train", "response": {"result": '["09:05"]'}}}],
            },
            {"role": "model", "parts": [{"text": "There is a 09:05."}]},
            {"role": "user", "parts": [{"text": "Take it"}]},
        ],
        "tools": [{"functionDeclarations": [TOOL["function"]]}],
        "references": {
            "answer": '{"total":12.15}',
            "difficulty": "2",
            "topic": "travel/trains",
            "rftkit_id": "r_01",
            "reference_tool_calls": "[]",
        },
    }


def test_gemini_joins_neighbours_of_one_role(written: Written) -> None:
    (row,) = written("gemini", {"messages": [*say("One"), *say("Two")]})
    assert row["contents"] == [{"role": "user", "parts": [{"text": "One"}, {"text": "Two"}]}]


def test_sharegpt_has_conversations_and_the_output(written: Written) -> None:
    (row,) = written("sharegpt", BOOKING)
    assert row["conversations"] == [
        {"from": "human", "value": "Milan to Rome"},
        {"from": "function_call", "value": '{"name":"find_train","arguments":' + ARGUMENTS + "}"},
        {"from": "observation", "value": '["09:05"]'},
        {"from": "gpt", "value": "There is a 09:05."},
        {"from": "human", "value": "Take it"},
        {"from": "gpt", "value": "Booked."},
    ]
    assert row["system"] == "You book trains."
    assert json.loads(row["tools"]) == [TOOL["function"]]


def test_jsonl_has_exactly_input_and_answer(written: Written) -> None:
    rows = (
        {"messages": say("=1+1\t"), "extra": {"reference_answer": {"total": 2}}},
        {"messages": say("Hi"), "output": "Hello"},
        {"messages": TRAIN},
    )
    assert written("jsonl", *rows) == [
        {"input": "=1+1\t", "answer": {"total": 2}},
        {"input": "Hi", "answer": "Hello"},
        {"input": "Take it", "answer": None},
    ]


def test_verl_has_its_five_columns(tmp_path: Path) -> None:
    simple = {"id": "a", "messages": say("3 * 4"), "extra": {"reference_answer": "12", "k": 1}, "topic": "math/easy"}
    write(frame_of(simple), tmp_path / "train.parquet", "verl")
    assert pl.read_parquet(tmp_path / "train.parquet").to_dicts() == [
        {
            "data_source": "rftkit/math",
            "prompt": say("3 * 4"),
            "ability": "math/easy",
            "reward_model": {"style": "rule", "ground_truth": "12"},
            "extra_info": {
                "index": 0,
                "split": "train",
                "id": "a",
                "tools": None,
                "columns": '{"reference_answer":"12","k":1,"topic":"math/easy","rftkit_id":"a"}',
            },
        }
    ]


def test_verl_keeps_calls_and_their_arguments(tmp_path: Path) -> None:
    write(frame_of(BOOKING, {"id": "b", "messages": say("Hi")}), tmp_path / "train.parquet", "verl")
    first, second = pl.read_parquet(tmp_path / "train.parquet")["prompt"].to_list()
    assert first[2]["tool_calls"] == [CALL]
    assert first[3]["tool_call_id"] == "call_7"
    assert [turn["content"] for turn in second] == ["Hi"]


def test_parquet_has_every_column_and_exact_json_text(tmp_path: Path) -> None:
    write(frame_of(BOOKING), tmp_path / "all.parquet", "parquet")
    (row,) = pl.read_parquet(tmp_path / "all.parquet").to_dicts()
    assert json.loads(row["messages"]) == TRAIN
    assert json.loads(row["tools"]) == [TOOL]
    assert json.loads(row["extra"]) == BOOKING["extra"]
    assert {"topic", "valid", "errors", "origin_file", "origin_line", "created_at", "split"} <= row.keys()


def test_parquet_is_read_by_pandas_and_pyarrow(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    write(frame_of(BOOKING), tmp_path / "all.parquet", "parquet")
    table = parquet.read_table(tmp_path / "all.parquet")
    assert table.column("id").to_pylist() == ["r_01"]


def test_records_have_everything(written: Written) -> None:
    row = {
        **BOOKING,
        "tool_choice": "auto",
        "topic_confidence": 0.5,
        "topic_method": "manual",
        "errors": ["duplicate"],
        "warnings": ["secret"],
        "valid": False,
        "quality": 4.5,
        "split": "train",
        "generated": True,
        "strategy": "few_shot",
        "source_record_id": "r_00",
        "metadata": {"a": {"b": None}},
        "origin": {"file": "a.jsonl", "line": 3, "span_id": "s", "trace_id": None, "turn": None},
    }
    assert written("records", row) == [
        {
            "id": "r_01",
            "input": {"messages": TRAIN, "tools": [TOOL], "tool_choice": "auto"},
            "output": {"role": "assistant", "content": "Booked."},
            "topic": "travel/trains",
            "topic_confidence": 0.5,
            "topic_method": "manual",
            "valid": False,
            "errors": ["duplicate"],
            "warnings": ["secret"],
            "generated": True,
            "source_record_id": "r_00",
            "strategy": "few_shot",
            "quality": 4.5,
            "split": "train",
            "origin": {"file": "a.jsonl", "line": 3, "span_id": "s"},
            "metadata": {"a": {"b": None}},
            "created_at": None,
            "updated_at": None,
            "reference_answer": {"total": 12.15},
            "difficulty": 2,
        }
    ]


def test_records_write_an_input_that_messages_cannot_hold_as_it_came(written: Written) -> None:
    rows = written(
        "records", {"id": "a", "messages": None, "raw": {"messages": "none", "x": 1}}, {"id": "b", "messages": None}
    )
    assert rows[0]["input"] == {"messages": "none", "x": 1}
    assert "input" not in rows[1]


def test_records_set_foreign_keys_apart_that_are_named_like_ours(written: Written) -> None:
    (row,) = written(
        "records", {"id": "a", "messages": say("Hi"), "extra": {"split": "gold", "x": 1, "quality": "good"}}
    )
    assert row["extra"] == {"split": "gold", "quality": "good"}
    assert row["x"] == 1
    assert "split" not in row


@pytest.mark.parametrize("format_", [name for name in TARGETS if TARGETS[name].suffix == ".jsonl" and name != "jsonl"])
def test_no_line_has_null_padding(tmp_path: Path, format_: str) -> None:
    write(frame_of(BOOKING, {"id": "b", "messages": say("Hi")}), tmp_path / "a.jsonl", format_)
    for line in (tmp_path / "a.jsonl").read_text().splitlines():
        row = json.loads(line)
        nulls = [key for key, value in row.items() if value is None and key not in ("created_at", "updated_at")]
        prompt = row.get("input", row)
        turns = prompt.get("messages") or prompt.get("prompt") or prompt.get("contents") or prompt["conversations"]
        assert nulls == []
        assert not [turn for turn in turns for key, value in turn.items() if value is None and key != "content"]


@pytest.mark.parametrize("format_", ["openai-rft", "openai-chat", "trl", "bedrock", "fireworks", "records"])
def test_what_is_written_passes_the_check_of_its_consumer(tmp_path: Path, format_: str) -> None:
    write(frame_of(BOOKING, {"id": "b", "messages": say("Hi \u2028 there")}), tmp_path / "a.jsonl", format_)
    assert check(tmp_path / "a.jsonl", format_) == []


def test_text_parts_become_text_where_templates_want_text(written: Written) -> None:
    parts = [{"type": "text", "text": "Hi"}, {"type": "text", "text": "there"}]
    for format_ in ("trl", "bedrock", "fireworks"):
        (row,) = written(format_, {"messages": say(parts)})
        assert row["prompt" if format_ == "trl" else "messages"] == say("Hi\nthere")
    assert written("openai-rft", {"messages": say(parts)})[0]["messages"] == say(parts)


@pytest.mark.parametrize(
    ("format_", "takes"),
    [
        ("openai-rft", False),
        ("openai-chat", True),
        ("trl", False),
        ("gemini", False),
        ("csv", False),
        ("records", True),
    ],
)
def test_media_go_only_where_they_are_taken(tmp_path: Path, format_: str, takes: bool) -> None:
    frame = frame_of({"id": "a", "messages": say(PHOTO)}, {"id": "b", "messages": say("Hi")})
    report = write(frame, tmp_path / f"a{TARGETS[format_].suffix}", format_)
    assert report.written == (2 if takes else 1)
    assert report.skipped_reasons == ({} if takes else {"has_media": 1})


def test_audio_goes_to_no_openai_file(tmp_path: Path) -> None:
    audio = [{"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}]
    report = write(frame_of({"id": "a", "messages": say(audio)}), tmp_path / "a.jsonl", "openai-chat")
    assert report.skipped_reasons == {"has_media": 1}
