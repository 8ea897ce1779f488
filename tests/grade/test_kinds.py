"""string_check, text_similarity, python and multi: each statement about them, and the shape of what comes out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit.errors import InputError
from rftkit.grade import Grader, sample
from rftkit.grade.metrics import metric_of
from rftkit.grade.names import FLAG_OF, flags

PAIR = {"input": "{{sample.output_text}}", "reference": "{{item.answer}}"}


def _check(operation: str, said: str, answer: Any) -> Any:
    grader = Grader({"type": "string_check", "name": "c", **PAIR, "operation": operation})
    return grader.grade([sample(said)], [{"answer": answer}])[0]


@pytest.mark.parametrize(
    ("operation", "said", "answer", "reward"),
    [
        ("eq", "Paris", "Paris", 1),
        ("eq", "paris", "Paris", 0),
        ("eq", "Paris ", "Paris", 0),
        ("ne", "paris", "Paris", 1),
        ("ne", "Paris", "Paris", 0),
        ("like", "It is Paris.", "Paris", 1),
        ("like", "It is paris.", "Paris", 0),
        ("like", "Par", "Paris", 0),
        ("ilike", "It is PARIS.", "Paris", 1),
        ("ilike", "Paris", "paris!", 0),
        ("ilike", "GRÜSSE aus der Straße", "STRASSE", 1),
        ("eq", "72", 72, 1),
        ("eq", "", "", 1),
    ],
)
def test_string_check_is_one_or_zero(operation: str, said: str, answer: Any, reward: int) -> None:
    assert _check(operation, said, answer).reward == reward


def test_a_missing_reference_is_an_error_and_no_zero() -> None:
    grader = Grader({"type": "string_check", "name": "c", **PAIR, "operation": "eq"})
    graded = grader.grade([sample("a"), sample("a")], [{}, {"answer": "a"}])
    assert [(one.reward, one.error) for one in graded] == [(None, "invalid_variable_error"), (1.0, None)]
    assert graded[0].to_dict()["reward"] == 0.0
    assert graded[0].to_dict()["metadata"]["errors"]["invalid_variable_error"] is True


def _similar(metric: str, said: str, answer: str, **means: Any) -> Any:
    grader = Grader({"type": "text_similarity", "name": "s", **PAIR, "evaluation_metric": metric})
    return grader.grade([sample(said)], [{"answer": answer}], **means)[0]


TEXTS = [
    ("The cat sat on the mat.", "A cat sits on the mat, purring."),
    ("It costs 12.15 euros", "It costs 12.15 euros"),
    ("Paris", "Paris"),
    ("the cat", "the cat sat"),
    ("", "something"),
    ("something", ""),
    ("nothing in common", "völlig anders gesagt"),
    ("one two three four five six seven", "one two three four five six eight"),
    ("Ein Satz. Noch ein Satz!", "ein satz, noch ein satz"),
]


def _reference(metric: str, said: str, answer: str) -> float:
    """Return the value of the function that the metric is named after, as its own documentation calls it."""
    if metric == "fuzzy_match":
        from rapidfuzz import fuzz

        return fuzz.ratio(said, answer) / 100
    if metric == "bleu":
        import sacrebleu

        return sacrebleu.sentence_bleu(said, [answer]).score / 100
    if metric == "gleu":
        from nltk.translate.gleu_score import sentence_gleu

        return float(sentence_gleu([answer.split()], said.split()))
    from rouge_score.rouge_scorer import RougeScorer

    kind = "rougeL" if metric == "rouge_l" else f"rouge{metric[-1]}"
    return float(RougeScorer([kind]).score(answer, said)[kind].fmeasure)


METRICS = ["fuzzy_match", "bleu", "gleu", "rouge_1", "rouge_2", "rouge_3", "rouge_4", "rouge_5", "rouge_l"]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(("said", "answer"), TEXTS)
def test_text_similarity_is_the_named_reference_function(metric: str, said: str, answer: str) -> None:
    reward = _similar(metric, said, answer).reward
    assert reward == pytest.approx(_reference(metric, said, answer), abs=1e-6)
    assert 0 <= reward <= 1


_WORDS = st.lists(st.sampled_from(["the", "a", "cat", "dog", "sat", "12.15", "euros,", ".", "Straße"]), max_size=8).map(
    " ".join
)


@settings(max_examples=40, deadline=None)
@given(metric=st.sampled_from(METRICS), said=_WORDS, answer=_WORDS)
def test_any_two_texts_have_the_reference_value_and_it_is_between_0_and_1(metric: str, said: str, answer: str) -> None:
    value = metric_of(metric)(said, answer)
    assert value == pytest.approx(_reference(metric, said, answer), abs=1e-6)
    assert -1e-9 <= value <= 1 + 1e-9


class _Toy:
    """Vectors that are known: of length 1, by the first letter of the text."""

    def embed(self, texts: list[str]) -> np.ndarray:
        angles = np.array([0.0 if text.startswith("a") else 1.0 if text.startswith("b") else np.pi for text in texts])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1)


@pytest.mark.parametrize(("answer", "reward"), [("a", 1.0), ("b", float(np.cos(1.0))), ("c", 0.0)])
def test_cosine_is_that_of_the_embedder_and_never_below_zero(answer: str, reward: float) -> None:
    assert _similar("cosine", "a", answer, embedder=_Toy()).reward == pytest.approx(reward, abs=1e-6)


def test_meteor_without_wordnet_is_an_error_that_says_what_to_get(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    import nltk

    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])
    metric_of.cache_clear()
    from nltk.corpus import wordnet

    if not hasattr(wordnet, "_LazyCorpusLoader__load"):
        pytest.skip("WordNet was loaded in this process already")
    graded = _similar("meteor", "a", "a")
    assert (graded.reward, graded.error) == (None, "missing_library")
    assert "nltk.download('wordnet')" in str(graded.detail)


def test_a_library_that_is_missing_is_an_error_that_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "rapidfuzz.fuzz", None)
    metric_of.cache_clear()
    graded = _similar("fuzzy_match", "a", "a")
    metric_of.cache_clear()
    assert (graded.reward, graded.error) == (None, "missing_library")
    assert "pip install rapidfuzz" in str(graded.detail)


SOURCE = """
def grade(sample, item):
    if item["do"] == "raise":
        raise KeyError("no such thing")
    return {"half": 0.5, "text": "0.5", "none": None, "nan": float("nan")}.get(item["do"])
"""


def test_a_python_grader_gives_a_number_or_a_named_error() -> None:
    grader = Grader({"type": "python", "name": "p", "source": SOURCE})
    items = [{"do": do} for do in ("half", "raise", "text", "none", "nan")]
    graded = grader.grade([sample("")] * 5, items)
    assert graded[0].reward == 0.5
    named = ["python_exception", *["python_not_a_number"] * 3]
    assert [(one.reward, one.error) for one in graded[1:]] == [(None, name) for name in named]
    told = graded[1].to_dict()["metadata"]["errors"]
    assert told["python_grader_runtime_error"] is True
    assert "no such thing" in told["python_grader_runtime_error_details"]


@pytest.mark.parametrize("source", ["def score(sample, item): return 1.0", "def grade(:", "import no_such_module_here"])
def test_a_source_that_cannot_be_used_is_an_error_of_every_pair(source: str) -> None:
    graded = Grader({"type": "python", "name": "p", "source": source}).grade([sample("")] * 2, [{}, {}])
    assert all(one.reward is None and str(one.error).startswith("python_") for one in graded)


def test_every_error_of_the_sandbox_has_a_flag() -> None:
    from rftkit.sandbox import KINDS

    assert {f"python_{kind}" for kind in KINDS} <= FLAG_OF.keys()
    assert set(FLAG_OF.values()) <= flags(None, None).keys()


FORMAT = {
    "type": "python",
    "name": "fmt",
    "source": "def grade(s, i):\n    return 1.0 if s.get('output_json') else 0.0",
}
RIGHT = {"type": "string_check", "name": "acc", **PAIR, "operation": "eq"}


def _multi(formula: str, **graders: Any) -> Grader:
    graders = graders or {"fmt": FORMAT, "acc": RIGHT}
    return Grader({"type": "multi", "name": "total", "graders": graders, "calculate_output": formula})


def test_a_multi_is_the_value_of_its_formula_and_keeps_the_parts() -> None:
    graded = _multi("0.2 * fmt + 0.8 * acc").grade([sample('{"a": 1}'), sample("x")], [{"answer": "x"}] * 2)
    assert [one.reward for one in graded] == pytest.approx([0.2, 0.8])
    assert graded[0].to_dict()["sub_rewards"] == {"fmt": 1.0, "acc": 0.0}
    assert graded[0].to_dict()["metadata"]["scores"] == {"fmt": 1.0, "acc": 0.0}


def test_an_error_of_a_part_is_an_error_of_the_whole_and_the_other_parts_stay() -> None:
    graded = _multi("0.2 * fmt + 0.8 * acc").grade([sample('{"a": 1}')], [{}])[0]
    assert (graded.reward, graded.error) == (None, "invalid_variable_error")
    assert dict(graded.sub_rewards) == {"fmt": 1.0, "acc": None}
    assert str(graded.detail).startswith("acc: ")


def test_a_formula_without_a_value_is_a_named_error_that_keeps_the_parts() -> None:
    graded = _multi("fmt / acc").grade([sample("{}")], [{"answer": "x"}])[0]
    assert (graded.reward, graded.error) == (None, "formula_division_by_zero")
    assert dict(graded.sub_rewards) == {"fmt": 0.0, "acc": 0.0}


def test_a_multi_inside_a_multi_is_refused() -> None:
    inner = _multi("fmt").to_dict()
    with pytest.raises(InputError, match="a multi cannot stand inside a multi"):
        _multi("a", a=inner).grade([sample("")], [{}])


def test_the_result_has_the_shape_of_the_service() -> None:
    told = _check("eq", "a", "a").to_dict()
    assert list(told) == ["reward", "sub_rewards", "model_grader_token_usage_per_model", "metadata"]
    assert {"name", "type", "scores", "execution_time", "token_usage", "sampled_model_name", "errors"} == told[
        "metadata"
    ].keys()
    assert told["metadata"]["errors"].keys() == {
        "formula_parse_error",
        "invalid_variable_error",
        "model_grader_parse_error",
        "model_grader_refusal_error",
        "model_grader_server_error",
        "model_grader_server_error_details",
        "other_error",
        "python_grader_runtime_error",
        "python_grader_runtime_error_details",
        "python_grader_server_error",
        "python_grader_server_error_type",
        "sample_parse_error",
        "truncated_observation_error",
        "unresponsive_reward_error",
    }


def test_the_sample_has_output_json_only_where_the_reply_is_json() -> None:
    assert sample('{"a": [1]}')["output_json"] == {"a": [1]}
    assert sample("[1, 2]")["output_json"] == [1, 2]
    for said in ("twelve", "{a: 1}", '{"a": 1} and more', "", "NaN", "[NaN]", "```json\n{}\n```"):
        assert "output_json" not in sample(said)


def test_the_sample_has_the_calls_and_the_choices_of_the_reply() -> None:
    calls = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    made = sample(None, calls)
    assert (made["output_text"], made["output_tools"]) == ("", calls)
    assert made["choices"][0]["message"] == {"role": "assistant", "content": None, "tool_calls": calls}


def test_answers_and_records_come_in_pairs() -> None:
    grader = Grader({"type": "string_check", "name": "c", **PAIR, "operation": "eq"})
    with pytest.raises(InputError, match="1 answers for 2 records"):
        grader.grade([sample("a")], [{}, {}])
