from __future__ import annotations

from rftkit.formats.dialects.calls import assistant, call, fill_ids, result


def test_text_arguments_stay_byte_for_byte_and_objects_are_written_compactly() -> None:
    assert call("f", '{"a":  1.0}')["function"]["arguments"] == '{"a":  1.0}'
    assert call("f", {"a": 1.0, "é": "ü"})["function"]["arguments"] == '{"a":1.0,"é":"ü"}'
    assert call("f", None)["function"]["arguments"] == "{}"


def test_ids_that_are_there_are_not_made_again() -> None:
    messages = [
        assistant(None, [call("a", "{}", "call_1"), call("b", "{}")]),
        result(None, "of b", "b"),
        result("call_1", "of a"),
    ]
    repairs = fill_ids(messages)
    assert [one["id"] for one in messages[0]["tool_calls"]] == ["call_1", "call_2"]
    assert messages[1]["tool_call_id"] == "call_2"
    assert len(repairs) == 2


def test_results_without_names_answer_in_order() -> None:
    messages = [assistant(None, [call("a", "{}"), call("b", "{}")]), result(None, "1"), result(None, "2")]
    fill_ids(messages)
    assert [message["tool_call_id"] for message in messages[1:]] == ["call_1", "call_2"]


def test_a_result_without_a_call_stays_without_an_id() -> None:
    messages = [result(None, "1")]
    assert fill_ids(messages) == []
    assert messages == [{"role": "tool", "content": "1"}]


def test_an_empty_id_is_remembered() -> None:
    messages = [assistant(None, [call("a", "{}", "")])]
    assert fill_ids(messages) == [
        {"code": "missing_tool_call_id", "where": "/messages/0/tool_calls/0/id", "before": ""}
    ]


def test_the_given_messages_themselves_are_not_changed() -> None:
    turn = assistant(None, [call("a", "{}")])
    fill_ids([turn])
    assert turn["tool_calls"][0]["id"] is None
