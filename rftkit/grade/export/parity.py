"""The test that goes with an exported file: the same answers get the same rewards there as here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from rftkit.grade.export.layout import literal, portable
from rftkit.grade.grader import Grader
from rftkit.grade.pairs import sample
from rftkit.llm.request import Answer, Request

Cases = list[dict[str, Any]]

_TEXTS = ("", "42", "The answer is 42.", "#### 41", "Paris", "paris ", '{"name": "Ann"}', "Hello, Ann. " * 60)
_VALUES: tuple[Any, ...] = ("42", "Paris", '{"name": "Ann"}')
_CALL = {"id": "call_0", "type": "function", "function": {"name": "find", "arguments": '{"city":"Rome"}'}}
_KNOWN: dict[str, Any] = {
    "messages": [{"role": "user", "content": "Is it 42, in Paris?"}],
    "tools": [{"type": "function", "function": {"name": "find", "parameters": {"properties": {"city": {}}}}}],
    "reference_tool_calls": '[{"name":"find","arguments":"{\\"city\\":\\"Rome\\"}"}]',
    "json_schema": '{"type":"object"}',
    "tests": ["assert True"],
    "required_fields": ["name"],
}
_FIELD = re.compile(
    r"""item\.([A-Za-z_]\w*)|item(?:\.get\(|\[)\s*['"]([A-Za-z_]\w*)|^[A-Z_]+(?:: \w+)? = '([a-z_]\w*)'  # option$""",
    re.MULTILINE,
)


def cases_of(grader: Grader, pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]] = ()) -> Cases:
    """Return answers with the rewards that they get here.

    Parameters
    ----------
    grader
        The grader.
    pairs
        Samples and items to use beside the made-up ones.

    Examples
    --------
    >>> found = cases_of(Grader.preset("exact_match"))
    >>> {case["reward"] for case in found} == {0.0, 1.0, None}
    True
    """
    every = [*((dict(one), dict(item)) for one, item in pairs), *_made_up(grader)]
    grades = grader.grade([one for one, _ in every], [item for _, item in every], _Half())
    return [
        {
            "text": one["choices"][0]["message"]["content"],
            "tool_calls": one["output_tools"],
            "item": item,
            "reward": got.reward,
        }
        for (one, item), got in zip(every, grades, strict=True)
        if got.error is None or not got.error.startswith(("missing_library", "python_missing"))
    ]


def _made_up(grader: Grader) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    fields = sorted({name for found in _FIELD.findall(_text(grader.to_dict())) for name in found if name})
    items = [{name: _KNOWN.get(name, value) for name in fields} for value in _VALUES]
    # Some targets always have the conversation; every other field may be missing.
    bare = {name: _KNOWN[name] for name in fields if name == "messages"}
    for item in (*items, bare):
        yield from ((sample(text), item) for text in _TEXTS)
        yield sample(None, [_CALL]), item


def _text(spec: Any) -> str:
    if isinstance(spec, dict):
        return "\n".join(map(_text, spec.values()))
    return "\n".join(map(_text, spec)) if isinstance(spec, list) else str(spec)


class _Half:
    """A judge that always says half, or the first label; the test has one too."""

    def run(self, requests: Sequence[Request]) -> list[Answer]:
        return [Answer(one, value={"steps": [], "result": _half(one.schema or {})}) for one in requests]


def _half(form: Mapping[str, Any]) -> Any:
    result = form.get("properties", {}).get("result", {})
    return result["enum"][0] if "enum" in result else 0.5


def test_of(grader: Grader, target: str, file: str, cases: Cases) -> str:
    """Return the source of the test.

    Parameters
    ----------
    grader
        The grader.
    target
        Of the exported file.
    file
        Its name; it lies beside the test.
    cases
        Answers with their rewards.
    """
    text = files("rftkit.grade.export").joinpath("parity_template.py").read_text(encoding="utf-8")
    labels = [part.to_dict()["labels"][0] for part in (grader, *grader.parts.values()) if part.type == "label_model"]
    values = {"TARGET": target, "FILE": file, "LABEL": labels[0] if labels else None, "CASES": cases}
    for name, value in values.items():
        text = _set(text, name, value)
    return text.replace("# runtime\n", portable() + "\n" if target == "openai" else "")


def _set(text: str, name: str, value: Any) -> str:
    """Write a value into the line of its name."""
    before, found, rest = text.partition(f"\n{name}")
    line, _, after = rest.partition("\n")
    return f"{before}{found}{line.partition(' = ')[0]} = {literal(value)}\n{after}"


test_of.__test__ = False  # type: ignore[attr-defined]
