"""The errors that a grade can have, by name, and the flag of the service's shape that each one sets.

An error is an error and not a zero: a grade that has one has no reward.
"""

from __future__ import annotations

from typing import Any, Final

#: Name of an error -> the flag of the service's `metadata.errors` that stands for it.
FLAG_OF: Final[dict[str, str]] = {
    "invalid_variable_error": "invalid_variable_error",
    "sample_parse_error": "sample_parse_error",
    "formula_parse_error": "formula_parse_error",
    "formula_division_by_zero": "other_error",
    "formula_overflow": "other_error",
    "formula_domain_error": "other_error",
    "model_grader_parse_error": "model_grader_parse_error",
    "model_grader_refusal_error": "model_grader_refusal_error",
    "model_grader_server_error": "model_grader_server_error",
    "model_grader_not_asked": "unresponsive_reward_error",
    "python_syntax": "python_grader_runtime_error",
    "python_no_grade": "python_grader_runtime_error",
    "python_missing_library": "python_grader_runtime_error",
    "python_exception": "python_grader_runtime_error",
    "python_not_a_number": "python_grader_runtime_error",
    "python_network": "python_grader_runtime_error",
    "python_file": "python_grader_runtime_error",
    "python_process": "python_grader_runtime_error",
    "python_exit": "python_grader_runtime_error",
    "python_tampering": "python_grader_runtime_error",
    "python_output": "python_grader_server_error",
    "python_memory": "python_grader_server_error",
    "python_timeout": "python_grader_server_error",
    "python_batch_timeout": "python_grader_server_error",
    "python_crash": "python_grader_server_error",
    "missing_library": "other_error",
    "stopped": "other_error",
    "other_error": "other_error",
}

#: Errors of the moment: asked again, the same pair may well be graded.
PASSING: Final = frozenset(
    {
        "model_grader_server_error",
        "model_grader_not_asked",
        "python_missing_library",
        "python_timeout",
        "python_batch_timeout",
        "python_crash",
        "missing_library",
        "stopped",
    }
)

_FLAGS: Final = (
    "formula_parse_error",
    "sample_parse_error",
    "truncated_observation_error",
    "unresponsive_reward_error",
    "invalid_variable_error",
    "other_error",
    "python_grader_server_error",
    "python_grader_server_error_type",
    "python_grader_runtime_error",
    "python_grader_runtime_error_details",
    "model_grader_server_error",
    "model_grader_refusal_error",
    "model_grader_parse_error",
    "model_grader_server_error_details",
)

#: Flag -> the key beside it that holds what exactly happened.
_DETAILS: Final = {
    "python_grader_server_error": "python_grader_server_error_type",
    "python_grader_runtime_error": "python_grader_runtime_error_details",
    "model_grader_server_error": "model_grader_server_error_details",
}


def flags(error: str | None, detail: str | None) -> dict[str, Any]:
    """Return the service's `metadata.errors`: every flag, and the details that go with three of them.

    Parameters
    ----------
    error
        Name of the error, or None.
    detail
        What exactly happened.

    Examples
    --------
    >>> flags("python_exception", "ValueError: no")["python_grader_runtime_error_details"]
    'ValueError: no'
    >>> any(flags(None, None).values())
    False
    """
    told: dict[str, Any] = {flag: None if flag in _DETAILS.values() else False for flag in _FLAGS}
    if error is not None:
        flag = FLAG_OF.get(error, "other_error")
        told[flag] = True
        if flag in _DETAILS:
            told[_DETAILS[flag]] = detail
    return told
