"""Lint: every mistake of the list is found, at its path, with its severity and what to write instead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rftkit.errors import FormatError, InputError, NotFoundError
from rftkit.grade import Grader
from rftkit.grade.lint.leaks import SHORTEST

CHECK = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "{{item.answer}}",
    "operation": "eq",
}
SIMILAR = {
    **{name: CHECK[name] for name in ("name", "input", "reference")},
    "type": "text_similarity",
    "evaluation_metric": "bleu",
}
TURN = [{"role": "user", "content": "Rate {{sample.output_text}}"}]
SCORE = {
    "type": "score_model",
    "name": "judge",
    "model": "gpt-4.1",
    "input": TURN,
    "sampling_params": {"temperature": 0},
}
LABEL = {**SCORE, "type": "label_model", "labels": ["good", "bad"], "passing_labels": ["good"]}
PYTHON = {"type": "python", "name": "code", "source": "def grade(sample, item):\n    return 1.0\n"}
ITEMS = [{"answer": "4", "topic": "sums"}, {"answer": "5", "topic": "sums"}]


def _multi(formula: Any = "a", **graders: Any) -> dict[str, Any]:
    return {"type": "multi", "name": "all", "graders": graders or {"a": CHECK}, "calculate_output": formula}


def _found(spec: Any, items: Any = None, **options: Any) -> list[tuple[str, str, str]]:
    return [(problem.severity, problem.path, problem.code) for problem in Grader(spec).lint(items, **options)]


@pytest.mark.parametrize(
    "spec", [CHECK, SIMILAR, SCORE, PYTHON, _multi(), _multi("0.5 * a + 0.5 * b", a=CHECK, b=LABEL)]
)
def test_nothing_is_wrong_with_a_good_grader(spec: dict[str, Any]) -> None:
    assert Grader(spec).lint(ITEMS) == []


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({**CHECK, "type": "string_cheque"}, ("error", "type", "type")),
        ({**CHECK, "name": ""}, ("error", "name", "name")),
        ({**CHECK, "name": None}, ("error", "name", "name")),
        ({**CHECK, "operation": "neq"}, ("error", "operation", "operation")),
        ({**CHECK, "operation": None}, ("error", "operation", "operation")),
        ({**CHECK, "input": "{{reply.text}}"}, ("error", "input", "template")),
        ({**CHECK, "input": "{{sample.output_text | upper}}"}, ("error", "input", "template")),
        ({**CHECK, "input": "{{sample.text}}"}, ("error", "input", "sample_field")),
        ({**CHECK, "reference": "{{item.reference}}"}, ("error", "reference", "item_field")),
        ({**CHECK, "input": "{{sample.output_json.a}}"}, ("warning", "input", "output_json")),
        ({**CHECK, "input": "{{sample.output_tools[0].function.name}}"}, ("warning", "input", "tool_index")),
        ({**CHECK, "input": "{{sample.output_audio}}"}, ("error", "input", "sample_field")),
        ({**CHECK, "input": "{{item.answer}}"}, ("warning", "", "no_sample")),
        ({**CHECK, "threshold": 1}, ("warning", "threshold", "unread_key")),
        ({**SIMILAR, "pass_threshold": 0.5}, ("warning", "pass_threshold", "unread_key")),
        ({**SIMILAR, "evaluation_metric": "rouge_6"}, ("error", "evaluation_metric", "evaluation_metric")),
        ({**SIMILAR, "evaluation_metric": "cosine"}, ("error", "evaluation_metric", "cosine")),
        ({**SCORE, "range": [1, 0]}, ("error", "range", "range")),
        ({**SCORE, "range": [1, 1]}, ("error", "range", "range")),
        ({**SCORE, "range": [0]}, ("error", "range", "range")),
        ({**SCORE, "model": None}, ("error", "model", "model")),
        ({**SCORE, "input": "Rate it"}, ("error", "input", "input")),
        (
            {**SCORE, "input": [{"role": "tool", "content": "{{sample.output_text}}"}]},
            ("error", "input[0].role", "role"),
        ),
        (
            {**SCORE, "input": [{"role": "user", "content": [{"type": "text", "text": "{{sample.output_text}}"}]}]},
            ("error", "input[0].content[0].type", "type"),
        ),
        (
            {**SCORE, "sampling_params": {"temperature": 0, "max_completion_tokens": 9}},
            ("error", "sampling_params.max_completion_tokens", "sampling_params"),
        ),
        ({**SCORE, "sampling_params": {}}, ("warning", "sampling_params", "temperature")),
        ({**SCORE, "model": "o4-mini"}, ("warning", "sampling_params.temperature", "temperature")),
        (LABEL, ("error", "type", "top_level_label_model")),
        (_multi(a={**LABEL, "passing_labels": ["great"]}), ("error", "graders.a.passing_labels", "passing_labels")),
        (_multi(a={**LABEL, "labels": []}), ("error", "graders.a.labels", "labels")),
        (
            _multi(a={**LABEL, "passing_labels": ["good", "bad"]}),
            ("warning", "graders.a.passing_labels", "passing_labels"),
        ),
        (_multi(a=_multi()), ("error", "graders.a", "nested_multi")),
        (_multi("a + b"), ("error", "calculate_output", "formula_name")),
        (_multi("a +"), ("error", "calculate_output", "formula")),
        (_multi(None), ("error", "calculate_output", "formula")),
        (_multi("a ** 2"), ("error", "calculate_output", "formula")),
        (_multi("0.5 * a"), ("warning", "calculate_output", "weights")),
        (_multi("0.5 * a + 0.6 * b", a=CHECK, b=PYTHON), ("warning", "calculate_output", "weights")),
        (_multi("a", a=CHECK, b=PYTHON), ("warning", "graders.b", "unused_grader")),
        (_multi("0.5 * a + 0.5 * b", a=CHECK, b=CHECK), ("warning", "graders.b.name", "same_name")),
        ({**_multi("a"), "graders": {"a-b": CHECK}}, ("error", "graders.a-b", "grader_name")),
        ({**_multi("a"), "graders": {"min": CHECK}}, ("error", "graders.min", "grader_name")),
        ({**_multi("a"), "graders": CHECK}, ("error", "graders", "graders")),
        ({**PYTHON, "source": "def score(sample, item): return 1.0"}, ("error", "source", "no_grade")),
        ({**PYTHON, "source": "def grade(sample): return 1.0"}, ("error", "source", "no_grade")),
        ({**PYTHON, "source": "def grade(sample, item, more): return 1.0"}, ("error", "source", "no_grade")),
        ({**PYTHON, "source": "def grade(sample, item:"}, ("error", "source", "source_syntax")),
        ({**PYTHON, "source": PYTHON["source"] + "#" * 256_000}, ("error", "source", "source_size")),
        ({**PYTHON, "source": "import socket\n" + PYTHON["source"]}, ("error", "source", "forbidden_import")),
        (
            {**PYTHON, "source": "from urllib import request\n" + PYTHON["source"]},
            ("error", "source", "forbidden_import"),
        ),
        ({**PYTHON, "source": "import subprocess\n" + PYTHON["source"]}, ("error", "source", "forbidden_import")),
        ({**PYTHON, "source": "import torch\n" + PYTHON["source"]}, ("error", "source", "unknown_library")),
        (
            {**PYTHON, "source": "def grade(s, i):\n    return len(open('x').read())"},
            ("warning", "source", "opens_file"),
        ),
        ({**PYTHON, "source": "def grade(s, i):\n    return float(i['anser'])"}, ("warning", "source", "item_field")),
        ({**PYTHON, "source": "def grade(s, i):\n    return float(s['text'])"}, ("warning", "source", "sample_field")),
        (
            {**PYTHON, "source": "def grade(s, i):\n    return s['output_json']['a']"},
            ("warning", "source", "output_json"),
        ),
        ({**PYTHON, "image_tag": "latest"}, ("warning", "image_tag", "image_tag")),
        (_multi(a={**CHECK, "operation": "neq"}), ("error", "graders.a.operation", "operation")),
    ],
)
def test_a_mistake_is_found_where_it_stands(spec: dict[str, Any], found: tuple[str, str, str]) -> None:
    problems = Grader(spec).lint(ITEMS)
    assert found in [(problem.severity, problem.path, problem.code) for problem in problems]
    assert all(problem.message and problem.fix for problem in problems)


def test_neq_is_told_to_be_ne() -> None:
    assert [problem.fix for problem in Grader({**CHECK, "operation": "neq"}).lint()] == ["write 'ne'"]


def test_a_field_that_some_records_lack_is_a_warning_with_their_number() -> None:
    problem = Grader(CHECK).lint([*ITEMS, {"answer": None}, {}])[0]
    assert (problem.severity, problem.code) == ("warning", "item_field")
    assert "2 of 4 records" in problem.message


def test_a_field_that_no_record_has_is_told_its_likely_name() -> None:
    assert Grader({**CHECK, "reference": "{{item.anser}}"}).lint(ITEMS)[0].fix == "write item.answer"


def test_a_reference_that_is_no_text_is_told_to_be_compared_as_json() -> None:
    assert _found(CHECK, [{"answer": {"total": 4}}]) == [("warning", "reference", "structured_field")]
    assert _found({**CHECK, "reference": "{{item.answer.total}}"}, [{"answer": {"total": 4}}]) == []


def test_fields_of_messages_to_a_judge_are_looked_at_too() -> None:
    turns = [{"role": "user", "content": [{"type": "input_text", "text": "{{sample.output_text}} {{item.nothing}}"}]}]
    assert ("error", "input[0].content[0].text", "item_field") in _found({**SCORE, "input": turns}, ITEMS)


def test_what_this_machine_allows_is_only_an_error_for_training() -> None:
    for spec in (
        {**SIMILAR, "evaluation_metric": "cosine"},
        LABEL,
        {**PYTHON, "source": "import torch\n" + PYTHON["source"]},
    ):
        assert _found(spec, ITEMS, target="local") == []
        assert _found(spec, ITEMS) != []


def test_json_replies_make_output_json_sound() -> None:
    spec = {**CHECK, "input": "{{sample.output_json.a}}"}
    assert _found(spec, ITEMS, response_format={"type": "json_object"}) == []


@pytest.mark.parametrize(
    ("judge", "policy", "warned"),
    [
        ("gpt-4.1", "openai/o4-mini", True),
        ("openai/gpt-4.1", "gpt-4.1-nano", True),
        ("bedrock/amazon.nova-pro-v1:0", "bedrock/amazon.nova-lite-v1:0", True),
        ("ollama/qwen3", "Qwen/Qwen3-0.6B", True),
        ("gpt-4.1", "Qwen/Qwen3-0.6B", False),
        ("gpt-4.1", None, False),
        ("my-model", "my-model", True),
    ],
)
def test_a_judge_of_the_policys_family_is_a_warning(judge: str, policy: str | None, warned: bool) -> None:
    codes = [problem.code for problem in Grader({**SCORE, "model": judge}).lint(policy=policy)]
    assert ("same_family" in codes) == warned


def test_a_reference_in_the_prompt_is_an_error_that_names_a_record() -> None:
    told = "The parcel arrives on Monday morning."
    leaky = {"messages": [{"role": "user", "content": f"Repeat:  {told.upper()}"}], "answer": told, "rftkit_id": "r7"}
    sound = {"messages": [{"role": "user", "content": "When does it arrive?"}], "answer": told}
    problem = next(one for one in Grader(CHECK).lint([sound, leaky]) if one.code == "reference_leak")
    assert problem.severity == "error"
    assert "1 of 2 records (the first: r7)" in problem.message


def test_a_reference_that_a_source_reads_is_looked_for_in_the_prompt_too() -> None:
    told = "The parcel arrives on Monday morning."
    leaky = {"messages": [{"role": "user", "content": f"Repeat: {told}"}], "answer": told}
    source = "def grade(sample, item):\n    return float(item.get('answer') in sample['output_text'])"
    assert ("error", "source", "reference_leak") in _found({**PYTHON, "source": source}, [leaky])


def test_what_a_source_asks_for_politely_is_no_mistake() -> None:
    source = (
        "def grade(sample, item):\n    other = {}\n    return float(item.get('nothing', 0) + len(other.get('x', '')))"
    )
    assert _found({**PYTHON, "source": source}, ITEMS) == []


def test_a_short_reference_may_stand_in_a_prompt_by_chance() -> None:
    item = {"messages": [{"role": "user", "content": "Is it 4 or 5? " + "x" * SHORTEST}], "answer": "4"}
    assert Grader(CHECK).lint([item]) == []


def test_a_weighted_sum_over_another_range_is_measured_at_its_best() -> None:
    ten = {**SCORE, "range": [0, 10]}
    assert "weights" not in [code for *_, code in _found(_multi("0.05 * a + 0.5 * b", a=ten, b=CHECK))]
    assert "weights" in [code for *_, code in _found(_multi("0.5 * a + 0.5 * b", a=ten, b=CHECK))]


def test_a_formula_that_is_no_weighted_sum_is_left_alone() -> None:
    assert _found(_multi("min(a, b) * 0.7", a=CHECK, b=PYTHON)) == []


@pytest.mark.parametrize("spec", [7, [], "text", None])
def test_what_is_no_object_is_refused(spec: Any) -> None:
    with pytest.raises(InputError, match="a grader is a JSON object"):
        Grader(spec)


def test_a_grader_that_cannot_be_run_says_the_first_reason_and_how_many_there_are() -> None:
    with pytest.raises(InputError, match=r"begins with 'x'; .* \(and 1 more, see lint\)"):
        Grader({**CHECK, "operation": "neq", "reference": "{{x.y}}"}).check()


def test_errors_come_before_warnings() -> None:
    severities = [severity for severity, *_ in _found({**CHECK, "threshold": 1, "operation": "neq"}, ITEMS)]
    assert severities == sorted(severities)


def test_a_grader_is_the_same_after_being_saved(tmp_path: Path) -> None:
    grader = Grader(_multi("0.2 * a + 0.8 * b", a=CHECK, b=SCORE))
    grader.save(tmp_path / "folder" / "g.json")
    assert Grader.load(tmp_path / "folder" / "g.json") == grader
    assert Grader.load(tmp_path / "folder" / "g.json").to_dict() == grader.to_dict()


def test_the_fingerprint_is_that_of_the_content_and_not_of_the_order_of_keys() -> None:
    assert Grader(dict(reversed(CHECK.items()))).fingerprint == Grader(CHECK).fingerprint
    assert Grader({**CHECK, "operation": "ne"}).fingerprint != Grader(CHECK).fingerprint


def test_files_that_hold_no_grader_are_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no grader file"):
        Grader.load(tmp_path / "none.json")
    (tmp_path / "broken.json").write_text("{")
    with pytest.raises(FormatError, match="is no JSON"):
        Grader.load(tmp_path / "broken.json")
    (tmp_path / "list.json").write_text("[]")
    with pytest.raises(FormatError, match="holds no JSON object"):
        Grader.load(tmp_path / "list.json")


def test_a_file_made_for_the_validate_call_of_the_service_is_read(tmp_path: Path) -> None:
    (tmp_path / "g.json").write_text(json.dumps({"grader": CHECK}))
    assert Grader.load(tmp_path / "g.json") == Grader(CHECK)


def test_a_grader_never_changes() -> None:
    spec = json.loads(json.dumps(_multi()))
    grader = Grader(spec)
    spec["graders"]["a"]["operation"] = "ne"
    grader.to_dict()["name"] = "other"
    assert grader.to_dict() == _multi()
