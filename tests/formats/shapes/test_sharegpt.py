from __future__ import annotations

from rftkit.formats.draft import UNSET
from rftkit.formats.shapes import sharegpt
from tests.formats.shapes.reading import ANSWER, SYSTEM, TOOL, USER, called, read, returned, roles


def test_trailing_answer_becomes_the_output() -> None:
    vicuna = read("sharegpt", "plain.jsonl")[0][0]
    assert vicuna.messages == [
        {"role": "user", "content": "Who are you?"},
        {"role": "assistant", "content": "I am Vicuna."},
        {"role": "user", "content": "Have a nice day!"},
    ]
    assert vicuna.output == {"role": "assistant", "content": "You too!"}
    assert (vicuna.id, vicuna.extra, vicuna.tools) == ("identity_0", None, UNSET)


def test_aliases_of_speakers_are_roles_and_other_keys_stay() -> None:
    drafts, _ = read("sharegpt", "plain.jsonl")
    assert drafts[1].messages == [
        {"role": "system", "content": "You are brief."},
        {"role": "user", "content": "Capital of Peru?"},
    ]
    assert drafts[1].extra == {"source": "bing"}
    assert roles(drafts[3]) == ["system", "user", "assistant", "user"]
    assert drafts[3].output is UNSET


def test_weights_stay_on_their_turns() -> None:
    weighted = read("sharegpt", "plain.jsonl")[0][2]
    assert weighted.messages is not None
    assert weighted.messages[1] == {"role": "assistant", "content": "5", "weight": 0}
    assert weighted.output == {"role": "assistant", "content": "No: 4.", "weight": 1}


def test_keys_of_turns_without_a_place_in_a_message_are_kept_by_position() -> None:
    french = read("sharegpt", "plain.jsonl")[0][3]
    assert french.metadata == {"turns": {"0": {"markdown": None}, "1": {"markdown": "**Bonjour !**"}}}


def test_function_calls_and_observations_are_tied_by_made_ids() -> None:
    draft = read("sharegpt", "tools.jsonl")[0][0]
    assert draft.messages == [
        SYSTEM,
        USER,
        called("call_1", '{"from": "Milan", "to": "Rome"}'),  # byte for byte as the turn has them
        returned("call_1"),
        ANSWER,
        {"role": "user", "content": "And back?"},
    ]
    assert draft.tools == [TOOL]
    assert draft.output == {"role": "assistant", "content": "At 18:00."}
    assert draft.repairs == [
        {"code": "missing_tool_call_id", "where": "/messages/2/tool_calls/0/id"},
        {"code": "missing_tool_call_id", "where": "/messages/3/tool_call_id"},
    ]


def test_parallel_calls_get_an_id_each_and_results_in_order() -> None:
    draft = read("sharegpt", "tools.jsonl")[0][1]
    assert draft.messages is not None
    assert [call["id"] for call in draft.messages[1]["tool_calls"]] == ["call_1", "call_2"]
    assert [message["tool_call_id"] for message in draft.messages[2:4]] == ["call_1", "call_2"]
    assert draft.tools == []


def test_function_is_a_call_or_a_result_by_what_it_says() -> None:
    turns = [
        {"from": "human", "value": "Time?"},
        {"from": "function", "value": '{"name": "clock", "arguments": "{\\"zone\\": 1}"}'},
        {"from": "function", "value": "12:00"},
    ]
    messages = sharegpt.convert({"conversations": turns}, {})[0].messages
    assert messages is not None
    assert messages[1]["tool_calls"][0]["function"] == {"name": "clock", "arguments": '{"zone": 1}'}
    assert messages[2] == returned("call_1", "12:00")


def test_a_call_that_is_no_json_is_kept_for_sanitize_to_judge() -> None:
    turns = [{"from": "human", "value": "Hi"}, {"from": "function_call", "value": "find(Rome)"}]
    draft = sharegpt.convert({"conversations": turns}, {})[0]
    assert draft.output["tool_calls"][0]["function"] == {"name": "", "arguments": "find(Rome)"}


def test_an_unknown_speaker_stays_and_turns_that_are_no_objects_stay() -> None:
    draft = sharegpt.convert({"conversations": [{"from": "narrator", "value": "Once"}, 7]}, {})[0]
    assert draft.messages == [{"role": "narrator", "content": "Once"}, 7]


def test_a_row_without_turns_is_kept_and_invalid() -> None:
    draft = sharegpt.convert({"id": "x", "conversations": 5, "lang": "it"}, {})[0]
    assert (draft.messages, draft.raw, draft.problems) == (None, {"conversations": 5}, ["missing_messages"])
    assert (draft.id, draft.extra) == ("x", {"lang": "it"})


def test_the_better_answer_of_a_pair_is_the_output() -> None:
    row = {
        "conversations": [{"from": "human", "value": "Hi"}],
        "chosen": {"from": "gpt", "value": "Hello!"},
        "rejected": {"from": "gpt", "value": "What?"},
    }
    draft = sharegpt.convert(row, {})[0]
    assert draft.output == {"role": "assistant", "content": "Hello!"}
    assert draft.extra == {"rejected": {"from": "gpt", "value": "What?"}}


def test_turns_of_a_chat_under_another_name_keep_their_calls() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    turns = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "c", "content": "ok"},
        {"role": "user", "content": "And?"},
    ]
    assert sharegpt.score({"conversations": turns}) == 0.9
    assert sharegpt.convert({"conversations": turns}, {})[0].messages == turns


def test_speakers_and_texts_have_many_names() -> None:
    row = {"dialogue": [{"speaker": "Customer", "text": "Hi"}, {"speaker": "agent", "text": "Hello!"}]}
    draft = sharegpt.convert(row, {})[0]
    assert (draft.messages, draft.output) == (
        [{"role": "user", "content": "Hi"}],
        {"role": "assistant", "content": "Hello!"},
    )
    assert sharegpt.score({"messages": [{"from": "human", "value": "Hi"}]}) == 0.98
    assert sharegpt.score({"conversations": [{"messages": row["dialogue"]}]}) == 0.0
