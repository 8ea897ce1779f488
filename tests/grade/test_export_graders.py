"""An exported grader needs nothing but itself and gives the rewards that it gives here."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rftkit.errors import InputError
from rftkit.grade import Grader, sample, weighted
from rftkit.grade.export import TARGETS, parity, portable
from rftkit.grade.formula import FormulaError, parsed
from rftkit.grade.metrics import metric_of
from rftkit.grade.presets import PRESETS

SAID = "{{sample.output_text}}"
RIGHT = "{{item.reference_answer}}"

RUN_ALL = """
import runpy, sys, logging
logging.disable(logging.CRITICAL)
sys.modules["rftkit"] = None
for file in sys.argv[1:]:
    runpy.run_path(file, run_name="__main__")
"""


def check(operation: str) -> Grader:
    return Grader.from_dict(
        {"type": "string_check", "name": "c", "input": SAID, "reference": RIGHT, "operation": operation}
    )


def alike(metric: str) -> Grader:
    spec = {"type": "text_similarity", "name": "s", "input": SAID, "reference": RIGHT, "evaluation_metric": metric}
    return Grader.from_dict(spec)


def label() -> Grader:
    turns = [{"role": "developer", "content": f"Is this polite: {SAID}?"}]
    spec = {"type": "label_model", "name": "l", "model": "m", "input": turns, "labels": ["yes", "no"]}
    return Grader.from_dict({**spec, "passing_labels": ["yes"]})


def every() -> dict[str, Grader]:
    """Every preset, kind and operation."""
    made = {name: Grader.preset(name) for name in PRESETS}
    made |= {f"check_{operation}": check(operation) for operation in ("eq", "ne", "like", "ilike")}
    metrics = ("fuzzy_match", "bleu", "gleu", "rouge_1", "rouge_2", "rouge_l")
    made |= {f"alike_{metric}": alike(metric) for metric in metrics}
    parts = {"a": (Grader.preset("tool_usage", model="judge"), 0.3), "b": (label(), 0.3), "c": (check("like"), 0.4)}
    made["parts"] = weighted(parts)
    odd = weighted(parts).to_dict() | {
        "calculate_output": "max(b, c) ^ 2 / 2 - -min(a_selection, 0.5) + exp(0) - sqrt(1)"
    }
    return made | {"odd": Grader.from_dict(odd)}


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    """Cases by grader: they are the same for every target, and made once."""
    return {}


@pytest.mark.parametrize("target", TARGETS)
def test_every_grader_passes_its_parity_test_in_a_python_without_rftkit(
    target: str, tmp_path: Path, known: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = parity.cases_of

    def once(grader: Grader, pairs: Any) -> Any:
        if grader.fingerprint not in known:
            known[grader.fingerprint] = made(grader, pairs)
        return known[grader.fingerprint]

    monkeypatch.setattr(parity, "cases_of", once)
    tests, cases = [], 0
    for name, grader in every().items():
        written = grader.export(target, tmp_path / f"{name}{'.json' if target == 'openai' else '.py'}")
        assert all(Path(file).exists() for file in written.files)
        tests.append(written.files[1])
        cases += written.cases
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUN_ALL, *tests], capture_output=True, text=True, cwd=tmp_path, env={}, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    counted = re.findall(r"^(\d+) answers get the same reward$", done.stdout, re.MULTILINE)
    assert len(counted) == len(tests)
    assert sum(map(int, counted)) == cases > 500


def test_the_parity_test_fails_when_the_exported_grader_is_another(tmp_path: Path) -> None:
    file, test = Grader.preset("exact_match").export("trl", tmp_path / "reward.py").files
    text = Path(file).read_text()
    assert "'operation': 'eq'" in text
    Path(file).write_text(text.replace("'operation': 'eq'", "'operation': 'ilike'"))
    done = subprocess.run([sys.executable, "-I", test], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "AssertionError" in done.stderr


def test_an_exported_file_is_text_a_person_can_read(tmp_path: Path) -> None:
    file = Grader.preset("numeric_answer").export("trl", tmp_path / "reward.py").files[0]
    text = Path(file).read_text()
    assert text.startswith('"""Reward function for TRL')
    assert "'def grade(sample: dict[str, Any], item: dict[str, Any]) -> float:\\n'" in text
    assert "without the limits that rftkit or a service sets" in text
    assert max(map(len, text.splitlines())) < 220


def module_of(file: str) -> Any:
    spec = importlib.util.spec_from_file_location("exported", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def numeric() -> Grader:
    return weighted({"acc": (Grader.preset("numeric_answer"), 0.5), "fmt": (check("like"), 0.5)})


def test_trl_gets_one_reward_per_completion_and_none_for_an_error(numeric: Grader, tmp_path: Path) -> None:
    module = module_of(numeric.export("trl", tmp_path / "r.py").files[0])
    said = [[{"role": "assistant", "content": text}] for text in ("72", "So 72.0", "no", "72")]
    rewards = module.reward(
        completions=said,
        prompts=[[{"role": "user", "content": "?"}]] * 4,
        completion_ids=[[1]] * 4,
        trainer_state=object(),
        reference_answer=["72", "72", "72", None],
    )
    assert rewards == [1.0, 1.0, 0.0, None]
    assert module.reward(completions=["72"], prompts=["?"], reference_answer=["72"]) == [1.0]


def test_trl_understands_tool_calls_whose_arguments_are_objects(tmp_path: Path) -> None:
    module = module_of(Grader.preset("tool_call_match").export("trl", tmp_path / "r.py").files[0])
    call = {"type": "function", "function": {"name": "find", "arguments": {"city": "Rome"}}}
    said = [[{"role": "assistant", "content": "", "tool_calls": [call]}]]
    gold = '[{"name":"find","arguments":"{\\"city\\":\\"Rome\\"}"}]'
    assert module.reward(completions=said, reference_tool_calls=[gold]) == [1.0]


def test_trl_itself_takes_the_reward_function(numeric: Grader, tmp_path: Path) -> None:
    pytest.importorskip("trl", reason="the extra `train` is not installed")
    import inspect

    module = module_of(numeric.export("trl", tmp_path / "r.py").files[0])
    names = inspect.signature(module.reward).parameters
    assert {"completions", "prompts"} <= set(names)
    assert any(one.kind is one.VAR_KEYWORD for one in names.values())


def test_verifiers_gets_a_number_always(numeric: Grader, tmp_path: Path) -> None:
    module = module_of(numeric.export("verifiers", tmp_path / "r.py").files[0])
    said = [{"role": "assistant", "content": "72"}]
    for info in ({"reference_answer": "72"}, '{"reference_answer": "72"}'):
        assert asyncio.run(module.reward(completion=said, info=info, state={}, answer="")) == 1.0
    assert asyncio.run(module.reward(completion=said, info={})) == 0.0


def test_bedrock_gets_the_score_and_its_parts(numeric: Grader, tmp_path: Path) -> None:
    module = module_of(numeric.export("bedrock", tmp_path / "r.py").files[0])
    asked = {"role": "user", "content": "?"}
    rows = [
        {"id": "1", "messages": [asked, {"role": "assistant", "content": "72"}], "reference_answer": "72"},
        {
            "id": "2",
            "messages": [asked, {"role": "nova_assistant", "content": [{"text": "7"}]}],
            "metadata": {"reference_answer": "72"},
        },
        {"id": "3", "messages": [asked], "reference_answer": None},
    ]
    first, second, third = module.lambda_handler(rows, None)
    assert (first["id"], first["aggregate_reward_score"]) == ("1", 1.0)
    assert {one["name"]: one["value"] for one in first["metrics_list"]} == {"reward": 1.0, "acc": 1.0, "fmt": 1.0}
    assert second["aggregate_reward_score"] == 0.0
    assert {"name": "error", "value": 1.0, "type": "Metric"} in third["metrics_list"]
    assert json.loads(json.dumps([first, second, third]))


def test_fireworks_gets_a_score_and_learns_of_errors(numeric: Grader, tmp_path: Path) -> None:
    module = module_of(numeric.export("fireworks", tmp_path / "r.py").files[0])
    said = [{"role": "user", "content": "?"}, {"role": "assistant", "content": "72"}]
    good, bad = module.evaluate(said, ground_truth="72"), module.evaluate(said)
    assert (good["score"], good["is_score_valid"], good["metrics"]["acc"]["score"]) == (1.0, True, 1.0)
    assert (bad["score"], bad["is_score_valid"]) == (0.0, False)
    assert "reference_answer" in bad["reason"]


def test_openai_gets_the_common_json(numeric: Grader, tmp_path: Path) -> None:
    file = numeric.export("openai", tmp_path / "grader.json").files[0]
    assert Grader.load(file) == numeric


def test_a_model_grader_says_which_variable_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RFT_JUDGE_BASE_URL", raising=False)
    module = module_of(label().export("trl", tmp_path / "r.py").files[0])
    with pytest.raises(module.NotSetUpError, match="set RFT_JUDGE_BASE_URL"):
        module.reward(completions=["hello"])


@pytest.mark.parametrize(
    ("grader", "target", "sentence"),
    [
        (alike("cosine"), "trl", "take rouge_l or fuzzy_match"),
        (label(), "openai", "put it into a multi"),
        (check("eq"), "vertex", "choose one of openai, trl, verifiers, bedrock, fireworks"),
    ],
)
def test_what_a_target_cannot_run_is_refused_with_a_way_out(
    grader: Grader, target: str, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=sentence):
        grader.export(target, tmp_path / "x.py")
    assert list(tmp_path.iterdir()) == []


WORDS = st.lists(
    st.sampled_from(["the", "cat", "Sat", "on", "1,000", "mat.", "it's", "a-b", "&amp;", "é", "3.5", "\n"]), max_size=12
).map(" ".join)


@pytest.mark.parametrize("metric", ["fuzzy_match", "bleu", "gleu", "rouge_1", "rouge_2", "rouge_3", "rouge_l"])
@given(given=WORDS, reference=WORDS)
def test_the_portable_similarities_are_those_of_the_libraries(metric: str, given: str, reference: str) -> None:
    pytest.importorskip({"b": "sacrebleu", "g": "nltk", "f": "rapidfuzz", "r": "rouge_score"}[metric[0]])
    expected = min(1.0, metric_of(metric)(given, reference))
    assert portable.similarity(metric, given, reference) == pytest.approx(expected, abs=1e-6)


NUMBERS = st.sampled_from(["a", "b", "0.5", "2", "3.25", "07"])
FORMULAS = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "^"]), inner).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(st.sampled_from(["-", "abs", "floor", "sqrt", "exp", "log"]), inner).map("{0[0]}({0[1]})".format),
        st.tuples(inner, inner).map("max({0[0]}, {0[1]})".format),
        st.tuples(inner, inner).map("-{0[0]} ^ {0[1]}".format),
    ),
    max_leaves=6,
)


@given(FORMULAS)
def test_the_portable_formula_is_that_of_the_engine(formula: str) -> None:
    rewards = {"a": 0.25, "b": 1.0}
    try:
        expected: float | None = parsed(formula).value(rewards)
    except FormulaError:
        expected = None
    try:
        found: float | None = portable.calculated(formula, rewards)
    except (portable.GradeError, ArithmeticError, ValueError, TypeError):
        found = None
    assert (found is None) == (expected is None), formula
    if found is not None:
        assert found == pytest.approx(expected, rel=1e-9), formula


def test_samples_are_made_as_the_engine_makes_them() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    for text in ("", "hello", '{"a": 1}', "[1]", "nan", None):
        assert portable.make_sample(text, [call])["output_text"] == sample(text, [call])["output_text"]
        assert portable.make_sample(text, [call])["choices"] == sample(text, [call])["choices"]
        assert portable.make_sample(text)["output_tools"] == []
