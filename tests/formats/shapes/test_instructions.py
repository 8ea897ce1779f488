"""Alpaca, Dolly and Self-Instruct."""

from __future__ import annotations

from rftkit.formats.draft import UNSET
from rftkit.formats.shapes import alpaca, self_instruct
from tests.formats.shapes.reading import read


def test_alpaca_joins_instruction_and_input_with_a_blank_line() -> None:
    first, second, _ = read("alpaca", "rows.jsonl")[0]
    assert first.messages == [{"role": "user", "content": "Classify the sentiment.\n\nI love trains."}]
    assert first.output == {"role": "assistant", "content": "positive"}
    assert second.messages == [{"role": "user", "content": "Name three primary colours."}]


def test_alpaca_history_stands_between_system_and_instruction() -> None:
    draft = read("alpaca", "rows.jsonl")[0][2]
    assert draft.messages == [
        {"role": "system", "content": "You know geography."},
        {"role": "user", "content": "Name a sea."},
        {"role": "assistant", "content": "The Baltic Sea."},
        {"role": "user", "content": "Name a lake."},
        {"role": "assistant", "content": "Lake Garda."},
        {"role": "user", "content": "And the largest?"},
    ]
    assert draft.output is UNSET


def test_dolly_has_other_names_for_the_same() -> None:
    draft = read("alpaca", "dolly.jsonl")[0][0]
    assert draft.messages == [{"role": "user", "content": "When did it open?\n\nThe line opened in 1854."}]
    assert draft.output == {"role": "assistant", "content": "In 1854."}
    assert draft.extra == {"category": "closed_qa"}


def test_alpaca_without_an_instruction_is_kept_and_invalid() -> None:
    draft = alpaca.convert({"instruction": None, "output": "4"}, {})[0]
    assert (draft.messages, draft.problems) == (None, ["missing_messages"])


def test_every_instance_of_a_seed_task_is_a_prompt() -> None:
    drafts, _ = read("self-instruct", "seeds.jsonl")
    assert [draft.id for draft in drafts] == ["seed_task_0", "seed_task_1_0", "seed_task_1_1"]
    assert [draft.messages[0]["content"] for draft in drafts if draft.messages] == [
        "Suggest a breakfast without eggs.",
        "What is the opposite?\n\nhot",
        "What is the opposite?\n\nearly",
    ]
    assert [draft.output["content"] for draft in drafts] == ["Oats with banana.", "cold", "late"]
    assert drafts[1].extra == {"name": "antonym", "is_classification": False}


def test_a_pair_of_texts_is_a_prompt_and_its_output() -> None:
    draft = self_instruct.convert({"prompt": "Task: antonym of hot", "completion": " cold"}, {})[0]
    assert draft.messages == [{"role": "user", "content": "Task: antonym of hot"}]
    assert draft.output == {"role": "assistant", "content": " cold"}
