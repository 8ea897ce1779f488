"""The presets: what each one measures, its options, and its JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rftkit.errors import InputError
from rftkit.grade.presets import judges
from rftkit.grade.presets.source import python
from rftkit.grade.weights import multi

Spec = dict[str, Any]
#: Name and arguments; only the first is required of a call that is partly right.
_NAME_SHARE = 0.3
_BANDS = ((50, 0.5), (500, 1.0), (1000, 0.7))


def correctness(*, model: str | None = None, reference: str | None = "reference_answer") -> Spec:
    """Let a model judge whether the answer is right (.7) and complete (.3).

    Parameters
    ----------
    model
        Who judges; best of another family than the model that is trained.
    reference
        The field with the right answer; None where records have none.
    """
    accuracy = judges.score("accuracy", judges.ACCURACY, model, reference)
    completeness = judges.score("completeness", judges.COMPLETENESS, model, reference)
    return multi("correctness", {"accuracy": (accuracy, 0.7), "completeness": (completeness, 0.3)})


def format_compliance(*, fields: Sequence[str] = (), reference: str = "reference_answer") -> Spec:
    """Check that the answer is JSON (.5) with the required fields (.5).

    Parameters
    ----------
    fields
        Required fields, a dot goes deeper; else those of `item.required_fields` or of a reference that is JSON.
    reference
        The field with the right answer.
    """
    required = python("required_fields", fields=list(fields), reference=reference)
    parts = {"valid_json": (python("valid_json"), 0.5), "required_fields": (required, 0.5)}
    return multi("format_compliance", parts)


def tool_usage(*, model: str | None = None, reference: str = "reference_tool_calls") -> Spec:
    """Check for the right tool (.4), valid arguments (.3), and results used as they are (.3).

    Parameters
    ----------
    model
        Who judges the use of results; without one it is the share of figures and codes that were not made up.
    reference
        The field with the right calls; without it, tools only have to be offered.
    """
    result = judges.score("result", judges.RESULT, model, calls=True) if model else python("tool_result", "result")
    return multi(
        "tool_usage",
        {
            "selection": (python("tool_selection", "selection", reference=reference), 0.4),
            "input": (python("tool_input", "input", reference=reference), 0.3),
            "result": (result, 0.3),
        },
    )


def conciseness(
    *, model: str | None = None, bands: Sequence[tuple[float, float]] = _BANDS, longer: float = 0.3
) -> Spec:
    """Let a model judge whether the question is answered (.6), and reward brevity (.4).

    Parameters
    ----------
    model
        Who judges.
    bands
        Characters and points: the first band whose limit is above the length decides.
    longer
        Points beyond the last band.
    """
    brevity = python("brevity", bands=[list(band) for band in bands], longer=longer)
    answers = judges.score("answers_question", judges.ANSWERS, model)
    return multi("conciseness", {"answers_question": (answers, 0.6), "brevity": (brevity, 0.4)})


def exact_match(*, reference: str = "reference_answer", ignore_case: bool = False, ignore_space: bool = False) -> Spec:
    """Compare the answer with the reference answer, sign by sign.

    Parameters
    ----------
    reference
        The field with the right answer.
    ignore_case, ignore_space
        What is not to count.
    """
    if ignore_case or ignore_space:
        return python("exact_match", reference=reference, ignore_case=ignore_case, ignore_space=ignore_space)
    return {
        "type": "string_check",
        "name": "exact_match",
        "input": "{{sample.output_text}}",
        "reference": f"{{{{item.{reference}}}}}",
        "operation": "eq",
    }


def numeric_answer(*, reference: str = "reference_answer", tolerance: float = 0.0, announced: bool = False) -> Spec:
    """Compare the final number of the answer with the reference answer.

    Parameters
    ----------
    reference
        The field with the right answer: a number, or a text with one.
    tolerance
        How far it may be off.
    announced
        Whether only a number after "####", in a box or after "answer is" counts; an answer that breaks off has none.
    """
    return python("numeric_answer", reference=reference, tolerance=tolerance, announced=announced)


def json_schema(*, schema: Mapping[str, Any] | None = None, field: str = "json_schema") -> Spec:
    """Check the answer, JSON, against a schema.

    Parameters
    ----------
    schema
        The schema; else each record has its own.
    field
        The field with the record's schema.
    """
    return python("json_schema", schema=None if schema is None else dict(schema), field=field)


def tool_call_match(
    *,
    reference: str = "reference_tool_calls",
    name_share: float = _NAME_SHARE,
    ignore: Sequence[str] = (),
    binary: bool = False,
) -> Spec:
    """Compare the tool calls of the answer with the reference calls.

    Parameters
    ----------
    reference
        The field with the right calls.
    name_share
        What the right tool is worth with all arguments wrong.
    ignore
        Arguments that are not compared, for free text.
    binary
        All or nothing.
    """
    return python("tool_call_match", reference=reference, name_share=name_share, ignore=list(ignore), binary=binary)


def code_runs(*, tests: str = "tests", expected_output: str = "expected_output", seconds: float = 5.0) -> Spec:
    """Run the Python code of the answer and the record's tests.

    Parameters
    ----------
    tests, expected_output
        The fields with tests, and with what the code has to print.
    seconds
        Time for the code and its tests together.
    """
    return python("code_runs", tests=tests, expected_output=expected_output, seconds=seconds)


PRESETS: dict[str, Callable[..., Spec]] = {
    made.__name__: made
    for made in (
        correctness,
        format_compliance,
        tool_usage,
        conciseness,
        exact_match,
        numeric_answer,
        json_schema,
        tool_call_match,
        code_runs,
    )
}


def unknown(name: str) -> InputError:
    """Return the error for a preset that is not there.

    Parameters
    ----------
    name
        What was given.

    Examples
    --------
    >>> str(unknown("numeric"))[:32]
    "there is no preset 'numeric'; ch"
    """
    return InputError(f"there is no preset {name!r}; choose one of {', '.join(PRESETS)}")
