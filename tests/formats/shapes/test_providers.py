"""Data sets in the form of a provider: Anthropic, Gemini, Bedrock; and of a trainer: Fireworks, verl, verifiers."""

from __future__ import annotations

from rftkit.formats.draft import UNSET
from rftkit.formats.shapes import anthropic, bedrock, gemini, verl
from tests.formats.shapes.reading import ANSWER, PERU, SYSTEM, TOOL, USER, called, read, returned

ITEMS = {"role": "user", "content": "3 items at 4.50"}
ADDS = {"role": "system", "content": "You add."}


class TestAnthropic:
    def test_blocks_fold_to_calls_and_results(self) -> None:
        draft = read("anthropic", "rows.jsonl")[0][0]
        assert draft.messages == [
            SYSTEM,
            USER,
            {**called("toolu_1"), "content": "Let me look."},
            returned("toolu_1"),
            {"role": "user", "content": "Which one?"},
        ]
        assert draft.output == {**ANSWER, "reasoning_content": "Only one."}
        assert (draft.id, draft.tools, draft.tool_choice) == ("an-1", [TOOL], "required")
        assert draft.extra == {"max_tokens": 99}

    def test_images_are_references_and_one_text_is_text(self) -> None:
        _, picture, plain = read("anthropic", "rows.jsonl")[0]
        assert picture.messages == [
            {"role": "system", "content": "Be brief."},
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}},
                    {"type": "text", "text": "What is on it?"},
                ],
            },
        ]
        assert picture.extra == {"topic": "vision"}
        assert plain.messages == [{"role": "system", "content": "Be brief."}, PERU]

    def test_a_result_of_blocks_keeps_its_parts(self) -> None:
        source = {"type": "url", "url": "https://example.org/a.png"}
        result = {
            "type": "tool_result",
            "tool_use_id": "t",
            "content": [{"type": "text", "text": "see"}, {"type": "image", "source": source}],
        }
        row = {"system": "S", "messages": [{"role": "user", "content": [result]}]}
        messages = anthropic.convert(row, {})[0].messages
        assert messages is not None
        assert messages[1] == {
            "role": "tool",
            "tool_call_id": "t",
            "content": [
                {"type": "text", "text": "see"},
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
            ],
        }


class TestGemini:
    def test_references_answer_is_the_reference(self) -> None:
        draft = read("gemini", "vertex.jsonl")[0][0]
        assert draft.messages == [ADDS, {"role": "user", "content": "3 items at 4.50, 10% off"}]
        assert draft.extra == {"reference_answer": "12.15", "references": {"unit": "EUR"}, "difficulty": 2}

    def test_calls_get_ids_types_are_json_schema_and_thoughts_leave_the_text(self) -> None:
        draft = read("gemini", "vertex.jsonl")[0][1]
        assert draft.messages == [
            {"role": "user", "content": "Milan to Rome"},
            called("call_1", '{"from":"Milan"}'),
            returned("call_1", '{"departures":["09:05"]}', name="find_train"),
        ]
        assert draft.output == {**ANSWER, "reasoning_content": "Thinking of one."}
        assert draft.tools[0]["function"]["parameters"] == {
            "type": "object",
            "properties": {"from": {"type": "string"}},
        }
        assert draft.tool_choice == "auto"

    def test_snake_case_and_files(self) -> None:
        draft = read("gemini", "vertex.jsonl")[0][2]
        assert draft.messages == [
            {"role": "system", "content": "Describe."},
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": "gs://b/a.png"}},
                    {"type": "text", "text": "What is on it?"},
                ],
            },
        ]

    def test_a_row_without_contents_is_kept_and_invalid(self) -> None:
        draft = gemini.convert({"contents": 7, "references": {"answer": "1"}}, {})[0]
        assert (draft.messages, draft.raw, draft.problems) == (None, {"contents": 7}, ["missing_messages"])


class TestBedrock:
    def test_converse_blocks(self) -> None:
        draft = read("bedrock", "converse.jsonl")[0][0]
        assert draft.messages == [
            SYSTEM,
            {"role": "user", "content": "Milan to Rome"},
            called("tooluse_1", '{"from":"Milan"}'),
            returned("tooluse_1", '{"departures":["09:05"]}'),
        ]
        assert (draft.output, draft.tools, draft.tool_choice) == (ANSWER, [TOOL], "auto")

    def test_pictures_on_s3(self) -> None:
        draft = read("bedrock", "converse.jsonl")[0][1]
        assert draft.messages is not None
        assert draft.messages[0]["content"][1] == {"type": "image_url", "image_url": {"url": "s3://b/a.png"}}

    def test_a_prompt_for_reinforcement_is_no_converse(self) -> None:
        assert bedrock.score({"id": "b", "messages": [PERU], "reference_answer": {"total": 1}}) == 0.0


class TestFireworks:
    def test_ground_truth_is_the_reference(self) -> None:
        first, second = read("fireworks", "rows.jsonl")[0]
        assert first.messages == [ADDS, ITEMS]
        assert (first.extra, first.output) == ({"reference_answer": "13.50", "difficulty": 1}, UNSET)
        assert (second.id, second.extra) == ("fw-2", {"reference_answer": "4"})
        assert second.output == {"role": "assistant", "content": "4"}


class TestVerl:
    def test_the_ground_truth_of_the_reward_model_is_the_reference(self) -> None:
        first, second = read("verl", "rows.jsonl")[0]
        assert first.messages == [ITEMS]
        assert first.extra == {
            "reference_answer": "13.50",
            "data_source": "openai/gsm8k",
            "ability": "math",
            "reward_model": {"style": "rule"},
            "extra_info": {"index": 0, "split": "train"},
        }
        assert second.messages == [{"role": "user", "content": "2 + 2?"}]
        assert second.extra == {
            "reference_answer": 4,
            "data_source": "own",
            "ability": "math",
            "extra_info": {"index": 1},
        }

    def test_a_row_without_a_prompt_is_kept_and_invalid(self) -> None:
        draft = verl.convert({"prompt": None, "reward_model": {"ground_truth": "1"}}, {})[0]
        assert (draft.messages, draft.problems) == (None, ["missing_messages"])
        assert draft.extra == {"reference_answer": "1"}


class TestVerifiers:
    def test_prompt_or_question_with_answer_and_info(self) -> None:
        first, second = read("verifiers", "rows.jsonl")[0]
        assert first.messages == [ADDS, ITEMS]
        assert first.extra == {"reference_answer": "13.50", "info": '{"level": 2}', "task": "billing"}
        assert second.messages == [{"role": "user", "content": "Milan to Rome?"}]
        assert second.tools == [TOOL]
