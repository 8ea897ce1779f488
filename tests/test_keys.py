"""Keys: what counts as the same prompt, and that they never change."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from rftkit.keys import normalise, normalise_text, with_keys
from rftkit.messages import pack


def _keys(
    *prompts: list[dict[str, object]], name: str = "content_key", tools: list[str | None] | None = None
) -> list[bytes]:
    columns = [pack(prompts)] if tools is None else [pack(prompts), pl.Series("tools", tools, dtype=pl.String)]
    return with_keys(pl.DataFrame(columns))[name].to_list()


def _user(text: object) -> list[dict[str, object]]:
    return [{"role": "user", "content": text}]


def test_case_white_space_and_compatibility_forms_do_not_matter() -> None:
    same = ["Straße  nach Rom", " strasse nach\u00a0ROM\n", "ＳＴＲＡＳＳＥ nach rom", "straße\tnach rom"]
    assert len(set(_keys(*map(_user, same)))) == 1
    assert len(set(_keys(*map(_user, same), name="exact_key"))) == len(same)


def test_role_name_call_ids_calls_and_tools_matter() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": "{}"}}
    prompts = [
        _user("Hi"),
        [{"role": "system", "content": "Hi"}],
        [{"role": "user", "content": "Hi", "name": "ada"}],
        [{"role": "tool", "tool_call_id": "c1", "content": "Hi"}],
        [{"role": "tool", "tool_call_id": "c2", "content": "Hi"}],
        [{"role": "assistant", "content": "Hi", "tool_calls": [call]}],
        [{"role": "user", "content": "H"}, {"role": "user", "content": "i"}],
    ]
    assert len(set(_keys(*prompts))) == len(prompts)
    assert len(set(_keys(_user("Hi"), _user("Hi"), _user("Hi"), tools=[None, "[]", '[{"type":"function"}]']))) == 2


def test_media_matter_and_a_list_of_one_text_is_that_text() -> None:
    text = {"type": "text", "text": "Look"}
    pictures = [{"type": "image_url", "image_url": {"url": f"{name}.png"}} for name in "ab"]
    prompts = [_user("Look"), _user([text]), _user([text, pictures[0]]), _user([text, pictures[1]])]
    keys = _keys(*prompts)
    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_the_order_of_keys_and_blanks_in_json_do_not_matter() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"q": 1}'}}
    other = dict(reversed(call.items()))
    plain = {"role": "assistant", "content": None, "tool_calls": [call]}
    turned = {"tool_calls": [other], "content": None, "role": "assistant"}
    assert len(set(_keys([plain], [turned], name="exact_key"))) == 1
    assert (
        len(set(_keys(_user("Hi"), _user("Hi"), tools=['[{"a":1,"b":2}]', '[ {"b": 2, "a": 1} ]'], name="exact_key")))
        == 1
    )


def test_records_without_messages_are_told_apart_by_what_stands_in_their_place() -> None:
    raw = pl.Series("raw", ["1", "2", None], dtype=pl.String)
    keys = with_keys(pl.DataFrame([pack([None, None, None]), raw]))["content_key"].to_list()
    assert keys[2] is None
    assert len({*keys}) == 3


def test_an_empty_list_of_messages_equals_nothing() -> None:
    assert _keys([], []) == [None, None]


def test_keys_are_the_same_in_every_version() -> None:
    """They are stored: another key for the same prompt would make every copy look new."""
    assert _keys(_user("Hello"))[0].hex() == "8276fc9630e59bd124658f0b639bb205"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\x01\x02")))
def test_columns_and_single_texts_are_folded_alike(text: str) -> None:
    assert normalise(pl.Series([text])).to_list() == [normalise_text(text)]


@given(st.text(st.characters(codec="utf-8")))
def test_folding_twice_changes_nothing(text: str) -> None:
    once = normalise_text(text)
    assert normalise_text(once) == once
