"""Conversations in one text: the marks of chat templates, and what only looks like them."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from rftkit import formats
from rftkit.formats.dialects.marked import turns
from rftkit.messages import unpack

SAID = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "3 x 4?\nPlease."},
    {"role": "assistant", "content": "12"},
    {"role": "user", "content": "And 5?"},
]
LLAMA = "<|begin_of_text|>" + "".join(
    f"<|start_header_id|>{turn['role']}<|end_header_id|>\n\n{turn['content']}<|eot_id|>" for turn in SAID
)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"<|im_start|>{turn['role']}\n{turn['content']}<|im_end|>\n" for turn in SAID)
        + "<|im_start|>assistant\n",
        LLAMA,
        "<s>[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\n3 x 4?\nPlease. [/INST] 12 </s><s>[INST] And 5? [/INST]",
        "### System: Be brief.\n### Human: 3 x 4?\nPlease.\n### Assistant: 12\n### Human: And 5?",
        "System: Be brief.\n\nUser: 3 x 4?\nPlease.\n\nAssistant: 12\n\nUser: And 5?",
    ],
)
def test_every_template_gives_the_same_turns(text: str) -> None:
    assert turns(text) == SAID


@pytest.mark.parametrize(
    "text",
    [
        "What does <|im_start|>user\nHi<|im_end|> mean?",
        "Human: is a word at the beginning of my sentence",
        "Translate:\nHuman: Hi\nAssistant: Hello",
        "<|im_start|>narrator\nOnce<|im_end|>",
        "",
        None,
    ],
)
def test_a_text_with_marks_elsewhere_is_a_text(text: str | None) -> None:
    assert turns(text) is None


def test_a_column_of_conversations_is_no_column_of_questions(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps({"text": LLAMA, "id": name}) for name in "ab"))
    reading = formats.read(path)
    assert list(unpack(pl.concat(list(reading))["messages"])) == [SAID, SAID]
    assert reading.report.formats == {"chat-text": 2}


def test_pairs_of_whole_conversations_give_what_both_begin_with(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    begin = "\n\nHuman: 3 x 4?\n\nAssistant: 12\n\nHuman: And 5?\n\nAssistant:"
    path.write_text(json.dumps({"chosen": f"{begin} 15", "rejected": f"{begin} 20"}))
    reading = formats.read(path)
    frame = pl.concat(list(reading))
    assert [turn["content"] for turn in next(unpack(frame["messages"]))] == ["3 x 4?", "12", "And 5?"]
    assert frame["output"].item() == '{"role":"assistant","content":"15"}'
