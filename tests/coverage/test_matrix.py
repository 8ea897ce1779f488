"""Facets and the matrix of topics by facet."""

from __future__ import annotations

import polars as pl
import pytest

from rftkit import messages
from rftkit.coverage import FACETS, coverage, facet, language, matrix
from rftkit.errors import InputError
from rftkit.topics.tree import TopicTree


def asked(*texts, system=None, call=False):
    said = [{"role": "system", "content": system}] if system else []
    for text in texts[:-1]:
        said += [{"role": "user", "content": text}, {"role": "assistant", "content": "Yes."}]
    if call:
        calls = [{"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{}"}}]
        said += [
            {"role": "assistant", "content": None, "tool_calls": calls},
            {"role": "tool", "tool_call_id": "c1", "content": "{}"},
        ]
    return [*said, {"role": "user", "content": texts[-1]}]


def frame(*conversations, **columns):
    return pl.DataFrame([messages.pack(conversations)]).with_columns(
        **{name: pl.Series(values, dtype=pl.String) for name, values in columns.items()}
    )


LONG = (
    "I booked a flight to Oslo, but the airline moved it to Sunday; if there is a seat on Friday, then change it, and "
    "when there is none, cancel everything and refund the hotel, because I cannot stay until Monday."
)


def test_difficulty_grows_with_length_turns_clauses_and_tools():
    rows = frame(
        asked("Where is my card?"), asked(LONG), asked("Hello there", LONG, call=True), tools=[None, None, "[]"]
    )
    assert facet(rows, "difficulty").to_list() == ["easy", "medium", "hard"]


def test_difficulty_that_a_record_states_wins_over_the_rule_of_thumb():
    rows = frame(
        asked("Hi"),
        asked("Hi"),
        asked("Hi"),
        metadata=['{"difficulty":"Hard"}', '{"facets":{"difficulty":"medium"}}', None],
    )
    assert facet(rows, "difficulty").to_list() == ["hard", "medium", "easy"]
    assert facet(frame(asked("Hi"), extra=['{"difficulty": " expert "}']), "difficulty").to_list() == ["expert"]


def test_turns_count_user_turns_and_not_messages():
    rows = frame(asked("a", system="Be kind."), asked("a", "b"), asked(*"abcd"), asked(*"abcdefghi"), [])
    assert facet(rows, "turns").to_list() == ["1", "2", "3-4", "9+", "none"]


def test_tools_tell_offered_from_called():
    rows = frame(asked("a"), asked("a"), asked("a", call=True), tools=[None, "[]", "[]"])
    assert facet(rows, "tools").to_list() == ["none", "offered", "called"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("How do I change the address of my account?", "en"),
        ("Wie kann ich meine Adresse ändern?", "de"),
        ("Comment est-ce que je peux changer mon adresse ?", "fr"),
        ("¿Cómo puedo cambiar la dirección de mi cuenta?", "es"),
        ("Come posso cambiare il mio indirizzo?", "it"),
        ("Como posso alterar o meu endereço?", "pt"),
        ("Hoe kan ik mijn adres wijzigen?", "nl"),
        ("住所を変更したいです", "ja"),
        ("我想更改我的地址", "zh"),
        ("주소를 변경하고 싶어요", "ko"),
        ("Как изменить мой адрес?", "ru"),
        ("كيف أغير عنواني", "ar"),
        ("42 + 17 = ?", "unknown"),
        ("", "unknown"),
        ("sudo apt update", "unknown"),
    ],
)
def test_language_is_told_by_script_and_common_words_or_is_unknown(text, code):
    assert language(pl.Series([text])).to_list() == [code]


def test_source_is_the_file_or_generated():
    rows = pl.DataFrame(
        {
            "origin": [{"file": "/data/a.jsonl"}, {"file": "b.jsonl"}, {"file": None}, {"file": "b.jsonl"}],
            "generated": [False, False, False, True],
        }
    )
    assert facet(rows, "source").to_list() == ["a.jsonl", "b.jsonl", "unknown", "generated"]


@pytest.mark.parametrize("name", FACETS)
def test_every_facet_survives_records_without_messages(name):
    rows = frame(None, asked("Hi"), tools=[None, None]).with_columns(topic=pl.lit("a"))
    held = matrix(rows, facet=name)
    assert held.cells["count"].sum() == 2
    assert "\n" not in repr(held)


def test_a_matrix_has_every_pair_once_and_leaves_out_invalid_and_unassigned():
    tree = TopicTree().add("Cards/Lost").add("Cards/New").add("Loans")
    rows = frame(*[asked("Hi")] * 5).with_columns(
        topic=pl.Series(["Cards/Lost", "Cards/Lost", None, "Loans", "Loans"]),
        valid=pl.Series([True, True, True, False, None]),
    )
    held = coverage(rows, tree).matrix("difficulty")
    assert held.table().rows() == [("Cards/Lost", 2, 0, 0), ("Cards/New", 0, 0, 0), ("Loans", 1, 0, 0)]
    assert ("Cards/New", "easy") in held.empty()
    assert matrix(rows, tree, "difficulty", level=1).table().rows()[0] == ("Cards", 2, 0, 0)


def test_a_facet_that_is_none_or_cannot_be_read_is_named():
    with pytest.raises(InputError, match="no facet 'mood'; there are difficulty"):
        matrix(pl.DataFrame({"topic": ["a"]}), facet="mood")
    with pytest.raises(InputError, match="needs the column 'messages'"):
        matrix(pl.DataFrame({"topic": ["a"]}), facet="turns")


def test_real_prompts_of_one_language_are_nearly_all_recognised(shared_data):
    import gzip
    import json

    with gzip.open(shared_data / "banking77-test.jsonl.gz", "rt") as lines:
        texts = [json.loads(line)["input"]["messages"][-1]["content"] for line in lines]
    told = language(pl.Series(texts)).value_counts(sort=True)
    share = dict(told.iter_rows())
    assert share["en"] / len(texts) > 0.9
    assert sum(number for code, number in share.items() if code not in ("en", "unknown")) / len(texts) < 0.03
