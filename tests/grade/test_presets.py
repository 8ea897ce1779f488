"""Presets are plain JSON that measures what it says."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.acts import reading
from rftkit.errors import InputError
from rftkit.grade import Grader, items, sample, sample_of, weighted
from rftkit.grade.presets import PRESETS, described

DATA = Path(os.environ.get("RFTKIT_SHARED", "/nowhere")) / "data"
Call = dict[str, Any]

SEARCH = {
    "type": "function",
    "function": {
        "name": "search",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string"},
                "rooms": {"type": "integer"},
                "kind": {"type": "string", "enum": ["flat", "house"]},
            },
            "required": ["city"],
        },
    },
}


def call(name: str, arguments: Any) -> Call:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return {"id": "c", "type": "function", "function": {"name": name, "arguments": text}}


def reward(grader: Grader, answer: dict[str, Any], item: dict[str, Any]) -> float:
    [graded] = grader.grade([answer], [item])
    assert graded.error is None, graded.detail
    assert graded.reward is not None
    return graded.reward


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_sound_json_without_rftkit(name: str) -> None:
    grader = Grader.preset(name)
    grader.check()
    assert json.loads(json.dumps(grader.to_dict())) == grader.to_dict()
    for part in (grader, *grader.parts.values()):
        source = part.to_dict().get("source", "")
        assert "rftkit" not in source
        assert len(source) < 256_000


def test_the_presets_are_described_with_their_options() -> None:
    known = {one["name"]: one for one in described()}
    assert list(known) == list(PRESETS)
    assert known["numeric_answer"]["options"] == {"reference": "reference_answer", "tolerance": 0.0, "announced": False}
    assert [name for name, one in known.items() if one["asks_a_model"]] == ["correctness", "conciseness"]
    assert all(one["about"].endswith(".") for one in known.values())


def test_an_unknown_preset_or_option_is_refused_with_what_there_is() -> None:
    with pytest.raises(InputError, match="choose one of correctness, format_compliance"):
        Grader.preset("corectness")
    with pytest.raises(InputError, match="no option 'model'; it has reference, tolerance"):
        Grader.preset("numeric_answer", model="x")


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("correctness", "0.7 * accuracy + 0.3 * completeness"),
        ("format_compliance", "0.5 * valid_json + 0.5 * required_fields"),
        ("tool_usage", "0.4 * selection + 0.3 * input + 0.3 * result"),
        ("conciseness", "0.6 * answers_question + 0.4 * brevity"),
    ],
)
def test_the_parts_of_a_preset_have_their_weights(name: str, formula: str) -> None:
    assert Grader.preset(name).to_dict()["calculate_output"] == formula


def test_exact_match_counts_every_sign_unless_told_otherwise() -> None:
    item = {"reference_answer": "Paris"}
    strict, loose = Grader.preset("exact_match"), Grader.preset("exact_match", ignore_case=True, ignore_space=True)
    assert [reward(strict, sample(text), item) for text in ("Paris", "paris", " Paris\n")] == [1, 0, 0]
    assert [reward(loose, sample(text), item) for text in ("Paris", "paris", " Paris\n", "Parish")] == [1, 1, 1, 0]


def test_format_compliance_is_half_json_and_half_its_fields() -> None:
    grader = Grader.preset("format_compliance", fields=["name", "address.city"])
    full = '{"name": "Ann", "address": {"city": "Rome"}}'
    assert reward(grader, sample(full), {}) == 1.0
    assert reward(grader, sample('{"name": "Ann", "address": {}}'), {}) == 0.75
    assert reward(grader, sample('{"name": "", "address": null}'), {}) == 0.5
    assert reward(grader, sample("Here you are: " + full), {}) == 0.0
    assert reward(grader, sample(""), {}) == 0.0


def test_format_compliance_takes_the_fields_of_the_record_or_of_its_reference() -> None:
    grader = Grader.preset("format_compliance")
    assert reward(grader, sample('{"a": 1}'), {"required_fields": ["a", "b"]}) == 0.75
    assert reward(grader, sample('{"a": 1}'), {"reference_answer": '{"a": 7, "b": 8}'}) == 0.75
    assert reward(grader, sample('{"a": 1}'), {}) == 1.0


def test_json_schema_allows_what_the_schema_allows() -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    fixed, own = Grader.preset("json_schema", schema=schema), Grader.preset("json_schema")
    cases = [('{"n": 1}', 1.0), ('{"n": "1"}', 0.0), ("{}", 0.0), ("n is 1", 0.0), ("", 0.0)]
    answers = [sample(text) for text, _ in cases]
    for grader, item in ((fixed, {}), (own, {"json_schema": json.dumps(schema)}), (own, {"json_schema": schema})):
        assert [one.reward for one in grader.grade(answers, [item] * 5)] == [expected for _, expected in cases]
    assert own.grade([sample("{}")], [{}])[0].error == "python_exception"


def test_brevity_has_bands() -> None:
    brevity = Grader.preset("conciseness").parts["brevity"]
    lengths = {0: 0.0, 1: 0.5, 49: 0.5, 50: 1.0, 499: 1.0, 500: 0.7, 999: 0.7, 1000: 0.3}
    assert {length: reward(brevity, sample("x" * length), {}) for length in lengths} == lengths


GOLD = [call("book", {"n": "2", "to": {"city": "Rome", "zip": [1, 2]}, "ok": True})]
ARGUMENTS = json.loads(GOLD[0]["function"]["arguments"])
TWO = [*GOLD, call("pay", {"amount": 5})]
MUTATIONS: dict[str, tuple[str | None, list[Call], list[Call]]] = {
    "wrong tool": (None, [call("cook", ARGUMENTS)], GOLD),
    "missing argument": (None, [call("book", {"to": ARGUMENTS["to"], "ok": True})], GOLD),
    "extra argument": (None, [call("book", {**ARGUMENTS, "x": 1})], GOLD),
    "renamed argument": (None, [call("book", {"m": "2", "to": ARGUMENTS["to"], "ok": True})], GOLD),
    "mistyped value": (None, [call("book", {**ARGUMENTS, "n": 2})], GOLD),
    "mistyped truth": (None, [call("book", {**ARGUMENTS, "ok": 1})], GOLD),
    "order of calls": (None, TWO[::-1], TWO),
    "text instead of a call": ("I book it for you.", [], GOLD),
    "duplicate call": (None, GOLD * 2, GOLD),
    "nothing": (None, [], GOLD),
    "case of a name": (None, [call("Book", ARGUMENTS)], GOLD),
    "case of a value": (None, [call("book", {**ARGUMENTS, "to": {"city": "rome", "zip": [1, 2]}})], GOLD),
    "nested value": (None, [call("book", {**ARGUMENTS, "to": {"city": "Rome", "zip": [2, 1]}})], GOLD),
    "one call of two": (None, GOLD, TWO),
    "arguments that are no JSON": (None, [call("book", '{"n": "2"')], GOLD),
    "arguments that are a list": (None, [call("book", "[]")], GOLD),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_the_gold_call_is_worth_one_and_every_mutation_less(name: str) -> None:
    text, made, gold = MUTATIONS[name]
    grader, item = Grader.preset("tool_call_match"), {"reference_tool_calls": json.dumps(gold)}
    assert reward(grader, sample(None, gold), item) == 1.0
    assert 0.0 <= reward(grader, sample(text, made), item) < 1.0
    assert reward(Grader.preset("tool_call_match", binary=True), sample(text, made), item) == 0.0


def test_what_means_the_same_is_the_same_call() -> None:
    grader, item = Grader.preset("tool_call_match"), {"reference_tool_calls": [call("pay", {"a": 2, "b": "x"})]}
    for made in (call("pay", '{"b": "x",  "a": 2.0}'), {"name": "pay", "arguments": {"a": 2, "b": "x"}}):
        assert reward(grader, sample("On it.", [made]), item) == 1.0
    assert (
        reward(Grader.preset("tool_call_match", ignore=["b"]), sample(None, [call("pay", {"a": 2, "b": "y"})]), item)
        == 1.0
    )


def test_where_no_call_is_expected_an_answer_in_words_is_right() -> None:
    grader, item = Grader.preset("tool_call_match"), {"reference_tool_calls": "[]"}
    assert reward(grader, sample("For how many people?"), item) == 1.0
    assert reward(grader, sample("Done.", GOLD), item) == 0.0
    assert reward(grader, sample(""), item) == 0.0


@pytest.mark.parametrize("made", ["not json", 5, [None], ["pay"], [{"function": "pay"}], [{"function": None}]])
def test_what_is_no_list_of_calls_is_a_wrong_answer_and_no_error(made: object) -> None:
    item = {"reference_tool_calls": [call("pay", {"a": 2})]}
    [graded] = Grader.preset("tool_call_match").grade([{"output_text": "", "output_tools": made}], [item])
    assert (graded.reward, graded.error) == (0.0, None)


def test_an_accent_is_the_same_in_both_spellings_of_unicode() -> None:
    item = {"reference_tool_calls": [call("pay", {"to": "cafe\u0301"})]}
    assert reward(Grader.preset("tool_call_match"), sample(None, [call("pay", {"to": "caf\u00e9"})]), item) == 1.0


def test_without_a_reference_nobody_knows_and_that_is_an_error() -> None:
    [graded] = Grader.preset("tool_call_match").grade([sample("Hello")], [{}])
    assert graded.reward is None
    assert "reference_tool_calls is missing" in (graded.detail or "")


def mutated(calls: list[Call]) -> dict[str, tuple[str | None, list[Call]]]:
    """Ten ways to spoil a gold call with arguments."""
    [gold] = calls
    name, arguments = gold["function"]["name"], json.loads(gold["function"]["arguments"])
    first = next(iter(arguments))
    rest = {key: value for key, value in arguments.items() if key != first}
    changed = arguments[first].swapcase() + "x" if isinstance(arguments[first], str) else {"was": arguments[first]}
    typed = [arguments[first]]
    return {
        "wrong tool": (None, [call(name + "_2", arguments)]),
        "missing": (None, [call(name, rest)]),
        "extra": (None, [call(name, {**arguments, "extra": "1"})]),
        "renamed": (None, [call(name, {**rest, first + "_": arguments[first]})]),
        "mistyped": (None, [call(name, {**arguments, first: typed})]),
        "changed": (None, [call(name, {**arguments, first: changed})]),
        "another first": (None, [call("other", {}), gold]),
        "text": (f"{name}({json.dumps(arguments)})", []),
        "twice": (None, [gold, gold]),
        "case": (None, [call(name.swapcase(), arguments)]),
    }


@pytest.mark.skipif(not DATA.exists(), reason="needs the corpora in $RFTKIT_SHARED/data")
@pytest.mark.parametrize(("corpus", "with_call"), [("sgd-tools", 1336), ("tau-airline-tools", 96)])
def test_real_traces_give_one_to_the_gold_call_and_less_to_ten_mutations(
    corpus: str, with_call: int, tmp_path: Path
) -> None:
    with gzip.open(DATA / f"{corpus}.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    ds = rftkit.open(tmp_path / "a.rft")
    ds.import_(rows)
    frame = reading.frame(ds)
    rows_of, answers = items(frame), [sample_of(output) or {} for output in frame["output"]]
    grader = Grader.preset("tool_call_match")
    assert {one.reward for one in grader.grade(answers, rows_of)} == {1.0}
    calling = [
        (answer["output_tools"], item) for answer, item in zip(answers, rows_of, strict=True) if answer["output_tools"]
    ]
    calling = [(calls, item) for calls, item in calling if json.loads(calls[0]["function"]["arguments"])]
    assert len(calling) >= with_call * 0.98
    spoiled = [(sample(*change), item) for calls, item in calling for change in mutated(calls).values()]
    rewards = [one.reward for one in grader.grade([pair[0] for pair in spoiled], [pair[1] for pair in spoiled])]
    assert all(value is not None and value < 1.0 for value in rewards)


def usage(answer: dict[str, Any], **item: Any) -> dict[str, float | None]:
    [graded] = Grader.preset("tool_usage").grade([answer], [{"tools": [SEARCH], "messages": [], **item}])
    return dict(graded.sub_rewards)


def test_tool_usage_looks_at_selection_input_and_result() -> None:
    good = call("search", {"city": "Rome", "kind": "flat"})
    known = {"messages": [{"role": "user", "content": "A flat in Rome, 2 rooms, from 2026-03-01"}]}
    assert usage(sample(None, [good]), **known) == {"selection": 1.0, "input": 1.0, "result": 1.0}
    assert usage(sample(None, [call("buy", {"city": "Rome"})]), **known)["selection"] == 0.0
    assert usage(sample(None, [good]), reference_tool_calls="[]")["selection"] == 0.0
    assert usage(sample("Sure."), reference_tool_calls=[good]) == {"selection": 0.0, "input": 0.0, "result": 1.0}
    assert usage(sample("From 2026-03-01 it costs $900."), **known)["result"] == 0.5
    assert usage(sample("")) == {"selection": 0.0, "input": 0.0, "result": 0.0}


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"city": 1},
        {"city": "Rome", "rooms": "2"},
        {"city": "Rome", "rooms": True},
        {"city": "R", "kind": "tent"},
        {"city": "R", "x": 1},
        "{",
        "[]",
    ],
)
def test_tool_usage_knows_arguments_that_the_schema_does_not_allow(arguments: Any) -> None:
    assert usage(sample(None, [call("search", arguments)]))["input"] == 0.0


def test_the_use_of_results_is_judged_by_a_model_where_one_is_named() -> None:
    spec = Grader.preset("tool_usage", model="some/judge").to_dict()
    assert spec["graders"]["result"]["type"] == "score_model"
    assert spec["graders"]["result"]["model"] == "some/judge"


DOUBLE = "```python\ndef double(x):\n    return 2 * x\n```"


def code(answer: str, **item: Any) -> float:
    return reward(Grader.preset("code_runs", seconds=2.0), sample(answer), item)


def test_code_is_worth_the_share_of_tests_it_passes() -> None:
    assert code(f"Here it is:\n{DOUBLE}\nThat is all.", tests=["assert double(2) == 4", "assert double(1) == 3"]) == 0.5
    assert code(DOUBLE, tests="import math\nassert double(2) == 4\nassert double(math.pi) == 2 * math.pi") == 1.0
    assert code(DOUBLE, tests="def check(f):\n    assert f(4) == 8", entry_point="double") == 1.0
    assert code("def double(x): return x", tests="def check(f):\n    assert f(4) == 8", entry_point="double") == 0.0
    assert code("print(6 * 7)", expected_output="42\n") == 1.0
    assert code("print(6 * 6)", expected_output="42\n") == 0.0
    assert code(DOUBLE) == 1.0


CHEATS = {
    "no code": "I cannot do that.",
    "empty": "",
    "raises": "raise ValueError",
    "leaves early": "import sys\nsys.exit(0)",
    "ends the process": "import os\nos._exit(0)",
    "claims to be equal": "class A:\n    def __eq__(self, other): return True\ndef double(x): return A()",
    "looks into frames": "import sys\nsys._getframe(1).f_locals",
    "looks into frames by an error": "try:\n    1/0\nexcept Exception as e:\n    e.__traceback__.tb_frame",
    "changes the builtins": "import builtins\nbuiltins.AssertionError = None",
    "reads a file": "open('/etc/passwd').read()",
    "opens a socket": "import socket\nsocket.socket()",
    "prints without end": "while True: print('x' * 1000)",
    "loops": "while True: pass",
    "loops and catches": "while True:\n    try:\n        while True: pass\n    except Exception: pass",
    "asks for memory": "x = bytearray(100 << 30)",
    "recursion": "def f(): f()\nf()",
}


@pytest.mark.parametrize("name", CHEATS)
def test_code_that_does_not_do_its_work_is_worth_nothing(name: str) -> None:
    assert code(CHEATS[name], tests=["assert double(2) == 4"]) == 0.0


def test_many_endless_tests_share_the_time_of_one() -> None:
    assert code("def double(x):\n    while True: pass", tests=["assert double(2) == 4"] * 20) == 0.0


def test_one_answer_does_not_spoil_the_next() -> None:
    grader = Grader.preset("code_runs", seconds=2.0)
    answers = [DOUBLE, "double = None", "import math\ndel math.pi", DOUBLE, "while True: pass", DOUBLE]
    graded = grader.grade(
        [sample(text) for text in answers], [{"tests": ["import math\nassert double(2) == 4 < 1 + math.pi"]}] * 6
    )
    assert [one.reward for one in graded if one.error is None] == [1.0, 0.0, 1.0, 0.0, 1.0]
    assert graded[2].error == "python_tampering"


def test_weights_make_one_grader_of_several_and_take_multis_apart() -> None:
    parts = {"acc": (Grader.preset("numeric_answer"), 0.8), "fmt": (Grader.preset("format_compliance"), 0.2)}
    both = weighted(parts, name="total")
    both.check()
    assert (both.name, list(both.parts)) == ("total", ["acc", "fmt_valid_json", "fmt_required_fields"])
    item = {"reference_answer": "72"}
    assert reward(both, sample('{"n": 72}'), item) == pytest.approx(1.0)
    assert reward(both, sample("72"), item) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        ({"a": 0.8, "b": 0.3}, "sum to 1.1; let them sum to 1"),
        ({"a": 1.5, "b": -0.5}, "give a share above 0"),
        ({"a b": 1.0}, "cannot be the name of a grader"),
        ({"max": 1.0}, "cannot be the name of a grader"),
        ({}, "sum to 0"),
    ],
)
def test_weights_that_make_no_whole_are_refused(weights: dict[str, float], sentence: str) -> None:
    grader = Grader.preset("exact_match")
    with pytest.raises(InputError, match=re.escape(sentence)):
        weighted({name: (grader, weight) for name, weight in weights.items()})


def test_thirds_stay_exact() -> None:
    grader = Grader.preset("exact_match")
    whole = weighted(dict.fromkeys("abc", (grader, 1 / 3)))
    assert reward(whole, sample("x"), {"reference_answer": "x"}) == pytest.approx(1.0, abs=1e-12)
