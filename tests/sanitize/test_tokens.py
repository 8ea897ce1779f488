"""Length in tokens, counted exactly only where it can matter."""

from __future__ import annotations

import pytest

from rftkit.errors import InputError
from rftkit.sanitize import count_tokens, encoding_for, facts, judge, near_pairs, sanitize, tokens, uncounted
from tests.sanitize.frames import call, calling, codes, frame, judged, result, user

LONG = "Where is my order? " * 4000


def test_a_prompt_over_the_limit_is_invalid_and_says_its_length() -> None:
    found = judged([user(LONG * 2)], [user(LONG)])
    assert found.labels["errors"].to_list() == [["exceeds_max_tokens"], []]
    assert found.labels["details"][0] == '{"exceeds_max_tokens":"the prompt has 40028 tokens, more than 32000"}'
    assert sanitize(frame([user(LONG * 2)]), max_tokens=50_000).valid == 1


def test_tools_and_calls_are_counted() -> None:
    chat = [user(), calling(call("a", arguments='{"cities": "' + "Lima " * 200 + '"}')), result(), user("And then?")]
    bare = tokens.counts(frame([user()], tools=[None])).item()
    assert tokens.counts(frame([user()])).item() > bare
    assert tokens.counts(frame(chat)).item() > 200


def test_only_prompts_that_can_be_too_long_are_counted() -> None:
    known = facts(frame([user(LONG)], [user()]))
    assert known["tokens"].is_not_null().to_list() == [True, False]
    assert known["encoding"].to_list() == ["o200k_base", None]


def test_scripts_with_more_tokens_than_letters_are_counted_too() -> None:
    text = "ꦏꦶꦠ" * 10_000  # 15,000 by characters / 2, and twice the limit in tokens
    assert "exceeds_max_tokens" in codes([user(text)])[0]


def test_a_smaller_limit_needs_tokens_that_were_not_counted_and_says_so() -> None:
    made = frame([user("Where is my order? " * 20)], row=[0])
    known = facts(made)
    with pytest.raises(InputError, match="count_tokens"):
        judge(made.select("row", "id"), known, near_pairs(known), max_tokens=50)
    assert uncounted(known, 50).to_list() == [0]
    counted = count_tokens(known, made, over=50)
    assert judge(made.select("row", "id"), counted, near_pairs(known), max_tokens=50).errors_by_code == {
        "exceeds_max_tokens": 1
    }


def test_the_tokenizer_of_a_known_model_is_used() -> None:
    assert encoding_for("openai/gpt-4") == "cl100k_base"
    assert encoding_for("gpt-4o-2024-08-06") == "o200k_base"
    assert encoding_for("rftkit/offline") == encoding_for(None) == "o200k_base"
    assert tokens.count(["antidisestablishmentarianism 日本語"], "cl100k_base") != tokens.count(
        ["antidisestablishmentarianism 日本語"], "o200k_base"
    )


def test_markers_of_special_tokens_are_text() -> None:
    assert tokens.count(["<|endoftext|>"]) > 1


def test_a_long_text_cut_into_pieces_has_as_many_tokens_as_whole() -> None:
    assert tokens.count([LONG]) == len(tokens.encoding().encode(LONG))


def test_text_without_a_space_takes_no_quadratic_time() -> None:
    assert tokens.count(["a" * 300_000]) > 1000
