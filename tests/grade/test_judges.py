"""score_model and label_model against a real server: what is asked, what is read, and a name for each failure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from rftkit.errors import InputError
from rftkit.grade import Graded, Grader, sample
from rftkit.llm import Answer, Request, Runner
from tests.llm.loopback import Loopback

TURN = [{"role": "user", "content": "Rate {{sample.output_text}} against {{item.answer}}"}]
SCORE = {"type": "score_model", "name": "judge", "model": "judge-1", "input": TURN}
LABEL = {**SCORE, "type": "label_model", "labels": ["good", "fair", "bad"], "passing_labels": ["good", "fair"]}


def _told(result: Any) -> str:
    return json.dumps({"steps": [{"description": "compare", "conclusion": "alike"}], "result": result})


def _grade(spec: dict[str, Any], said: str, **options: Any) -> tuple[Graded, Loopback, Runner]:
    with Loopback(say=lambda _: said) as server:
        runner = Runner("openai/judge-1", base_url=server.url, retries=1, **options)
        return Grader(spec).grade([sample("4")], [{"answer": "four"}], runner)[0], server, runner


@pytest.mark.parametrize(
    ("result", "bounds", "reward"),
    [(0.5, None, 0.5), (7, None, 1.0), (-3, None, 0.0), (7, [0, 10], 7.0), (11, [0, 10], 10.0), (-9, [-1, 1], -1.0)],
)
def test_a_result_outside_of_the_range_becomes_its_nearest_bound(result: float, bounds: Any, reward: float) -> None:
    graded, _, _ = _grade({**SCORE, **({"range": bounds} if bounds else {})}, _told(result))
    assert (graded.reward, graded.error, graded.explanation) == (reward, None, "compare: alike")


@pytest.mark.parametrize(("label", "reward"), [("good", 1.0), ("fair", 1.0), ("bad", 0.0)])
def test_a_label_passes_or_not(label: str, reward: float) -> None:
    assert _grade(LABEL, _told(label))[0].reward == reward


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (SCORE, "I would say seven."),
        (SCORE, _told("high")),
        (SCORE, _told(None)),
        (LABEL, _told("great")),
        (SCORE, "{}"),
    ],
)
def test_an_answer_without_a_result_is_a_parse_error_after_being_asked_again(spec: dict[str, Any], said: str) -> None:
    graded, server, _ = _grade(spec, said)
    assert (graded.reward, graded.error) == (None, "model_grader_parse_error")
    assert graded.to_dict()["metadata"]["errors"]["model_grader_parse_error"] is True
    assert len(server.seen) == 2


class _Careless:
    """An asker that does not look at what it is told."""

    def __init__(self, result: Any) -> None:
        self.result = result

    def run(self, requests: Sequence[Request]) -> list[Answer]:
        return [Answer(request, value={"steps": [], "result": self.result}) for request in requests]


@pytest.mark.parametrize(("spec", "result"), [(LABEL, "great"), (SCORE, "high"), (SCORE, True), (SCORE, None)])
def test_a_result_of_another_kind_is_no_result_whoever_asks(spec: dict[str, Any], result: Any) -> None:
    graded = Grader(spec).grade([sample("4")], [{"answer": "four"}], _Careless(result))[0]
    assert (graded.reward, graded.error) == (None, "model_grader_parse_error")


def test_a_result_that_is_no_finite_number_is_a_parse_error() -> None:
    assert _grade(SCORE, '{"steps": [], "result": NaN}')[0].error == "model_grader_parse_error"


@dataclass
class Refusing(Loopback):
    """Refuses, by the field that servers have for it or by the reason to stop."""

    finish: str = "stop"
    refusal: str | None = "I will not rate this."

    def completion(self, asked: dict[str, Any], text: str) -> dict[str, Any]:
        made = super().completion(asked, text)
        message = {"role": "assistant", "content": None, "refusal": self.refusal}
        return {**made, "choices": [{"index": 0, "finish_reason": self.finish, "message": message}]}


@pytest.mark.parametrize(
    "server", [Refusing(), Refusing(finish="content_filter", refusal=None)], ids=["field", "filter"]
)
def test_a_refusal_is_an_error_of_its_own_and_is_not_asked_again(server: Refusing) -> None:
    with server:
        runner = Runner("openai/judge-1", base_url=server.url, retries=3)
        graded = Grader(SCORE).grade([sample("4")], [{"answer": "four"}], runner)[0]
    assert (graded.reward, graded.error) == (None, "model_grader_refusal_error")
    assert len(server.seen) == 1


def test_a_server_that_fails_is_a_server_error_with_its_words() -> None:
    with Loopback(script=[500] * 20) as server:
        runner = Runner("openai/judge-1", base_url=server.url, retries=1)
        graded = Grader(SCORE).grade([sample("4")], [{"answer": "four"}], runner)[0]
    assert (graded.reward, graded.error) == (None, "model_grader_server_error")
    assert "500" in graded.to_dict()["metadata"]["errors"]["model_grader_server_error_details"]


def test_what_the_cap_leaves_unasked_has_an_error_and_no_reward() -> None:
    with Loopback(say=lambda _: _told(1)) as server:
        options = {"price_per_million": (1.0, 1.0), "budget_usd": 0.003, "concurrency": 1}
        runner = Runner("openai/judge-1", base_url=server.url, **options)
        graded = Grader(SCORE).grade([sample(str(n)) for n in range(20)], [{"answer": "four"}] * 20, runner)
    errors = {one.error for one in graded}
    assert errors == {None, "model_grader_not_asked"}
    assert all(one.reward is None for one in graded if one.error)
    assert len(server.seen) == sum(one.ok for one in graded)


def test_the_service_form_of_the_answer_is_asked_for() -> None:
    _, server, _ = _grade(SCORE, _told(1), structured=True)
    form = server.seen[0]["response_format"]["json_schema"]["schema"]
    assert form["required"] == ["steps", "result"]
    assert form["properties"]["result"] == {"type": "number"}
    _, server, _ = _grade(LABEL, _told("good"), structured=True)
    form = server.seen[0]["response_format"]["json_schema"]["schema"]
    assert form["properties"]["result"]["enum"] == ["good", "fair", "bad"]


class Seeing(Loopback):
    """Takes content that is a list of parts; the usual one counts answers by the text of the question."""

    def answer(self, asked: dict[str, Any], headers: Mapping[str, str], number: int) -> tuple[int, Any]:
        return 200, self.completion(asked, _told(1))


def test_templates_parts_and_parameters_reach_the_model() -> None:
    content = [
        {"type": "input_text", "text": "Answer: {{sample.output_text}}"},
        {"type": "input_image", "image_url": "https://example.com/{{item.answer}}.png", "detail": "low"},
    ]
    turns = [{"role": "developer", "content": "Be strict."}, {"role": "user", "content": content}]
    sampling = {"temperature": 0.2, "top_p": 0.9, "seed": 7, "max_completions_tokens": 99}
    with Seeing() as server:
        runner = Runner("openai/judge-1", base_url=server.url)
        spec = {**SCORE, "input": turns, "sampling_params": sampling}
        assert Grader(spec).grade([sample("4")], [{"answer": "four"}], runner)[0].reward == 1
    asked = server.seen[0]
    assert asked["messages"][1] == {"role": "system", "content": "Be strict."}
    assert asked["messages"][2]["content"] == [
        {"type": "text", "text": "Answer: 4"},
        {"type": "image_url", "image_url": {"url": "https://example.com/four.png", "detail": "low"}},
    ]
    assert {asked[name] for name in ("temperature", "top_p", "seed", "max_tokens")} == {0.2, 0.9, 7, 99}


def test_audio_is_handed_on_and_effort_is_asked_for() -> None:
    audio = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}
    content = [{"type": "input_text", "text": "{{sample.output_text}}"}, audio]
    spec = {**SCORE, "input": [{"role": "user", "content": content}], "sampling_params": {"reasoning_effort": "low"}}
    with Seeing() as server:
        Grader(spec).grade([sample("4")], [{}], Runner("openai/judge-1", base_url=server.url))
    assert server.seen[0]["messages"][-1]["content"][1] == audio
    assert server.seen[0]["reasoning_effort"] == "low"


def test_content_may_be_one_part() -> None:
    turn = {"role": "user", "content": {"type": "input_text", "text": "Rate {{sample.output_text}}"}}
    _, server, _ = _grade({**SCORE, "input": [turn]}, _told(1))
    assert server.seen[0]["messages"][-1] == {"role": "user", "content": "Rate 4"}


def test_without_parameters_the_judge_is_sampled_as_the_service_does() -> None:
    _, server, _ = _grade(SCORE, _told(1))
    assert server.seen[0]["temperature"] == 1.0
    assert "seed" not in server.seen[0]


def test_parts_that_are_all_text_are_one_text() -> None:
    parts = ["One", {"type": "input_text", "text": "two"}, {"type": "output_text", "text": "{{sample.output_text}}"}]
    _, server, _ = _grade({**SCORE, "input": [{"role": "user", "content": parts}]}, _told(1))
    assert server.seen[0]["messages"][-1]["content"] == "One\ntwo\n4"


def test_an_answer_that_looks_like_a_template_is_put_in_as_it_is() -> None:
    with Loopback(say=lambda _: _told(1)) as server:
        runner = Runner("openai/judge-1", base_url=server.url)
        Grader(SCORE).grade([sample("{{item.secret}}")], [{"answer": "a", "secret": "s3cret"}], runner)
    assert "s3cret" not in json.dumps(server.seen)


def test_the_same_question_is_paid_once_and_another_repetition_is_another_question() -> None:
    with Loopback(say=lambda _: _told(1)) as server:
        runner = Runner("openai/judge-1", base_url=server.url)
        pair = ([sample("4")] * 3, [{"answer": "four"}] * 3)
        Grader(SCORE).grade(*pair, runner)
        Grader(SCORE).grade(*pair, runner)
        assert len(server.seen) == 1
        Grader(SCORE).grade(*pair, runner, repeat=1)
        assert len(server.seen) == 2


def test_tokens_are_told_by_model_remembered_answers_too() -> None:
    with Loopback(say=lambda _: _told(1)) as server:
        runner = Runner("openai/judge-1", base_url=server.url)
        for _ in range(2):
            told = Grader(SCORE).grade([sample("4")], [{"answer": "four"}], runner)[0].to_dict()
            usage = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}
            assert told["model_grader_token_usage_per_model"] == {"judge-1": usage}
            assert (told["metadata"]["token_usage"], told["metadata"]["sampled_model_name"]) == (usage, "judge-1")


def test_two_judges_in_a_multi_are_each_asked_by_their_own_runner() -> None:
    other = {**LABEL, "model": "judge-2"}
    spec = {"type": "multi", "name": "m", "graders": {"a": SCORE, "b": other}, "calculate_output": "0.5 * a + 0.5 * b"}

    def say(asked: Mapping[str, Any]) -> str:
        return _told(0.5 if asked["model"] == "judge-1" else "good")

    with Loopback(say=say) as server:
        runners = {name: Runner(f"openai/{name}", base_url=server.url) for name in ("judge-1", "judge-2")}
        graded = Grader(spec).grade([sample("4")], [{"answer": "four"}], runners.__getitem__)[0]
    assert (graded.reward, dict(graded.sub_rewards)) == (0.75, {"a": 0.5, "b": 1.0})
    assert sorted(graded.usage) == ["judge-1", "judge-2"]


def test_without_a_runner_nothing_is_asked() -> None:
    with pytest.raises(InputError, match="hand in runner="):
        Grader(SCORE).grade([sample("4")], [{"answer": "four"}])


def test_a_pair_without_the_field_is_not_asked_about() -> None:
    with Loopback(say=lambda _: _told(1)) as server:
        runner = Runner("openai/judge-1", base_url=server.url)
        graded = Grader(SCORE).grade([sample("4")] * 2, [{}, {"answer": "four"}], runner)
    assert [one.error for one in graded] == ["invalid_variable_error", None]
    assert len(server.seen) == 1
