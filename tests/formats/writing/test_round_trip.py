"""`records` files and import are inverse: every record of every corpus comes back as it was, broken ones too."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit import messages as chat
from rftkit import samples
from rftkit.formats import read
from rftkit.formats.writing import check, complete, write
from tests.formats.writing.conftest import PHOTO, TOOL, TRAIN, frame_of, say

SETS = ("banking77-test", "banking77-train", "gsm8k-1k", "sgd-intents", "sgd-tools", "tau-airline-tools", "dirty-1")
JSON = ("tools", "tool_choice", "output", "raw", "extra", "metadata")


def _imported(path: Path, format_: str | None = None) -> pl.DataFrame:
    frames = list(read(path, format=format_))
    return pl.concat(frames, how="diagonal_relaxed") if len(frames) > 1 else frames[0]


def _again(frame: pl.DataFrame, folder: Path) -> pl.DataFrame:
    path = folder / "all.jsonl"
    report = write(frame, path, "records")
    assert report.written == frame.height
    return _imported(path, "records")


def _ordered(text: str | None) -> Any:
    """Return a value that is equal only where the order of keys is; what is too deep stays text."""
    try:
        # No metadata and metadata with nothing in it are one.
        return None if text in (None, "{}") else json.loads(text, object_pairs_hook=lambda pairs: ("object", *pairs))
    except RecursionError:
        return text


def _conversations(frame: pl.DataFrame) -> list[Any]:
    made = frame.select(pl.col("messages").list.eval(pl.element().struct.json_encode()))
    return made.to_series().to_list()


def _same(first: pl.DataFrame, second: pl.DataFrame) -> None:
    assert second.height == first.height
    # The packed fields are text: equal fields are equal messages with equal order of keys and equal call arguments.
    assert _conversations(second) == _conversations(first)
    assert second["id"].to_list() == first["id"].to_list()
    assert _origins(second) == _origins(first)
    for name in JSON:
        pairs = zip(first[name], second[name], strict=True)
        assert [(a, b) for a, b in pairs if a != b and _ordered(a) != _ordered(b)][:1] == [], name
    assert _problems(second) == _problems(first)


def _origins(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame["origin"].struct.unnest().to_dicts()


def _problems(frame: pl.DataFrame) -> list[set[str]]:
    """Return the codes without the two things that only the first line could tell: a row of null, a key given twice."""
    rows = zip(frame["raw"], frame["problems"].to_list(), strict=True)
    return [set() if raw == "null" else {*(codes or ())} - {"duplicate_key"} for raw, codes in rows]


@pytest.mark.parametrize("name", SETS)
def test_every_record_of_a_corpus_comes_back_as_it_was(shared_data: Path, tmp_path: Path, name: str) -> None:
    first = complete(_imported(shared_data / f"{name}.jsonl.gz"))
    _same(first, _again(first, tmp_path))


@pytest.mark.parametrize("format_", ["openai-rft", "openai-chat", "trl", "bedrock", "fireworks"])
def test_real_conversations_with_tools_pass_the_check_of_their_consumer(
    shared_data: Path, tmp_path: Path, format_: str
) -> None:
    frame = complete(_imported(shared_data / "tau-airline-tools.jsonl.gz"))
    assert write(frame, tmp_path / "a.jsonl", format_).written == 200
    assert check(tmp_path / "a.jsonl", format_) == []


def test_the_bundled_sample_comes_back_as_it_was(tmp_path: Path) -> None:
    first = complete(_imported(samples.path("support_traces")))
    _same(first, _again(first, tmp_path))


def test_no_record_of_a_corpus_is_padded_with_nulls(shared_data: Path, tmp_path: Path) -> None:
    """What the file says is what the source said: its own nulls, and no others."""
    source = shared_data / "tau-airline-tools.jsonl.gz"
    write(complete(_imported(source)), tmp_path / "all.jsonl", "records")
    with gzip.open(source) as before, (tmp_path / "all.jsonl").open() as after:
        pairs = [(json.loads(line), json.loads(original)) for line, original in zip(after, before, strict=True)]
    for row, original in pairs:
        assert json.dumps(row["input"]) == json.dumps(original["input"])
        assert json.dumps(row["output"]) == json.dumps(original["output"])


def test_labels_come_back(tmp_path: Path) -> None:
    now = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
    labels = {
        "topic": "a/b",
        "topic_confidence": 0.25,
        "topic_method": "manual",
        "secondary_topics": ["c"],
        "valid": False,
        "errors": ["duplicate"],
        "warnings": ["secret"],
        "quality": 4.5,
        "split": "validation",
    }
    made = {"generated": True, "source_record_id": "z", "strategy": "few_shot", "model": "rftkit/offline"}
    record = {"id": "a", "messages": TRAIN, **labels, **made, "created_at": now, "updated_at": now}
    (back,) = _again(frame_of(record), tmp_path).to_dicts()
    assert {key: back[key] for key in made} == made
    told = chat.load(back["labels"])
    assert {key: told[key] for key in labels} == labels
    assert datetime.fromisoformat(told["created_at"]) == datetime.fromisoformat(told["updated_at"]) == now


def test_keys_that_are_named_like_ours_come_back(tmp_path: Path) -> None:
    extra = {"x": 1, "split": "gold", "valid": "maybe", "topic": {"a": 1}, "extra": {"y": None}, "input": {"z": 2}}
    back = _again(frame_of({"id": "a", "messages": say("Hi"), "extra": extra}), tmp_path)
    assert chat.load(back["extra"][0]) == extra


def test_parts_and_odd_keys_come_back(tmp_path: Path) -> None:
    odd = [{"content": "first", "role": "user"}, {"role": "assistant", "content": "x", "weight": 0}, *say(PHOTO)]
    first = frame_of({"id": "a", "messages": odd, "tools": [TOOL], "tool_choice": {"type": "none"}})
    _same(first, _again(first, tmp_path))
    assert json.dumps(next(chat.unpack(_again(first, tmp_path)["messages"]))) == json.dumps(odd)


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
CALLS = st.lists(
    st.builds(
        lambda id_, name, value, indent: {
            "id": id_,
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(value, indent=indent)},
        },
        TEXT,
        TEXT,
        st.dictionaries(TEXT, VALUE, max_size=3),
        st.sampled_from([None, 1]),
    ),
    min_size=1,
    max_size=2,
)
TURN = st.one_of(
    st.builds(
        lambda role, text: {"role": role, "content": text}, st.sampled_from(["system", "user", "developer"]), TEXT
    ),
    st.builds(lambda text, calls: {"role": "assistant", "content": text, "tool_calls": calls}, st.none() | TEXT, CALLS),
    st.builds(lambda id_, text: {"role": "tool", "tool_call_id": id_, "content": text}, TEXT, TEXT),
    st.builds(lambda text: {"role": "user", "content": [{"type": "text", "text": text}]}, TEXT),
)
EXTRA = st.dictionaries(TEXT.filter(lambda key: key not in ("id", "metadata")), VALUE, max_size=3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.lists(TURN, max_size=4), EXTRA), min_size=1, max_size=3))
def test_any_record_comes_back(
    tmp_path_factory: pytest.TempPathFactory, made: list[tuple[list[dict[str, Any]], dict[str, Any]]]
) -> None:
    rows = [{"id": str(n), "messages": turns, "extra": extra or None} for n, (turns, extra) in enumerate(made)]
    back = _again(frame_of(*rows), tmp_path_factory.mktemp("any"))
    unpacked = list(chat.unpack(back["messages"]))
    assert [json.dumps(turns) for turns in unpacked] == [json.dumps(row["messages"]) for row in rows]
    assert [chat.load(extra) for extra in back["extra"]] == [row["extra"] for row in rows]
