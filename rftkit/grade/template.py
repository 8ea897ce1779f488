"""Templates: `{{ item.path }}` and `{{ sample.path }}` in the texts of a grader.

Nothing is run and nothing is filtered: a template names a value by dots and brackets, and the value takes its place.
What stands in the value is never read as a template again. A string is put in as it is, everything else as its JSON
text; a field that is not there, or null, is an error and not an empty text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from rftkit.messages import dump

NAMESPACES = ("item", "sample")
#: What `sample` can hold.
SAMPLE_FIELDS = ("output_text", "output_json", "output_tools", "choices", "output_audio")

_MARK = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_STEP = re.compile(r"""\.\s*(\w[\w-]*)|\[\s*([0-9]+)\s*\]|\[\s*'([^']*)'\s*\]|\[\s*"([^"]*)"\s*\]""")
_NAME = re.compile(r"\s*([A-Za-z_]\w*)\s*")

Step = str | int


class TemplateError(ValueError):
    """A template that names no value as templates do."""


class MissingFieldError(LookupError):
    """A field that a template names and that this pair does not have.

    Attributes
    ----------
    error
        Name of the error that the grade gets.
    """

    def __init__(self, error: str, detail: str) -> None:
        super().__init__(detail)
        self.error = error


@dataclass(frozen=True, slots=True)
class Field:
    """One field that a template names: the namespace, and the steps to the value.

    Examples
    --------
    >>> str(Field("sample", ("output_tools", 0, "function", "name")))
    'sample.output_tools[0].function.name'
    """

    namespace: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return self.namespace + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.steps)


@dataclass(frozen=True, slots=True)
class Template:
    """A text cut where fields take their place.

    Examples
    --------
    >>> compiled("Is {{sample.output_text}} {{ item['answer'] }}?").render({"output_text": "4 {{item.x}}"}, {"answer": 4})
    'Is 4 {{item.x}} 4?'
    """

    parts: tuple[str | Field, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields, in their order."""
        return tuple(part for part in self.parts if isinstance(part, Field))

    def render(self, sample: Mapping[str, Any], item: Mapping[str, Any]) -> str:
        """Return the text with every field replaced by its value.

        Parameters
        ----------
        sample, item
            The two namespaces.

        Raises
        ------
        MissingFieldError
            A field is not there, or null.
        """
        return "".join(part if isinstance(part, str) else _text(value_of(part, sample, item)) for part in self.parts)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    try:
        return dump(value)
    except (OverflowError, UnicodeEncodeError):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))  # integers beyond 64 bits, lone surrogates


def value_of(field: Field, sample: Mapping[str, Any], item: Mapping[str, Any]) -> Any:
    """Return the value that a field names.

    Parameters
    ----------
    field
        The field.
    sample, item
        The two namespaces.

    Raises
    ------
    MissingFieldError
        It is not there, or null.

    Examples
    --------
    >>> value_of(Field("item", ("tags", 1)), {}, {"tags": ["a", "b"]})
    'b'
    """
    value: Any = sample if field.namespace == "sample" else item
    for place, step in enumerate(field.steps):
        value = _child(value, step)
        if value is None:
            raise _missing(field, place)
    return value


def _child(value: Any, step: Step) -> Any:
    if isinstance(value, Mapping):
        return value.get(str(step))
    if isinstance(value, list):
        place = int(step) if isinstance(step, int) or step.isdecimal() else len(value)
        return value[place] if place < len(value) else None
    return None


def _missing(field: Field, place: int) -> MissingFieldError:
    at = Field(field.namespace, field.steps[: place + 1])
    if field.namespace == "sample" and field.steps[0] == "output_json" and place == 0:
        return MissingFieldError("sample_parse_error", f"{field} needs a reply that is JSON, and this one is not")
    where = f"{at}, on the way to {field}," if at != field else str(field)
    return MissingFieldError("invalid_variable_error", f"{where} is not there or null")


@lru_cache(maxsize=4096)
def compiled(text: str) -> Template:
    """Return the template of a text.

    Parameters
    ----------
    text
        Any text.

    Raises
    ------
    TemplateError
        Something between double braces is no field.

    Examples
    --------
    >>> [str(field) for field in compiled("{{ sample.output_tools[0].function.name }}").fields]
    ['sample.output_tools[0].function.name']
    >>> compiled("{{ item.a + 1 }}")
    Traceback (most recent call last):
    rftkit.grade.template.TemplateError: {{ item.a + 1 }} names no field; write {{item.name}} or {{sample.output_text}}...
    """
    parts: list[str | Field] = []
    end = 0
    for found in _MARK.finditer(text):
        parts += [text[end : found.start()], _field(found.group(1), found.group())]
        end = found.end()
    parts.append(text[end:])
    return Template(tuple(part for part in parts if part != ""))


def _field(inside: str, whole: str) -> Field:
    name = _NAME.match(inside)
    steps: list[Step] = []
    at = name.end() if name else 0
    while name and (step := _STEP.match(inside, at)):
        steps.append(int(step.group(2)) if step.group(2) else next(part for part in step.groups() if part is not None))
        at = step.end()
    if name is None or not steps or inside[at:].strip():
        raise TemplateError(
            f"{whole} names no field; write {{{{item.name}}}} or {{{{sample.output_text}}}}, with dots and [0] for what is inside"
        )
    if name.group(1) not in NAMESPACES:
        raise TemplateError(
            f"{whole} begins with {name.group(1)!r}; templates know item (the record) and sample (the answer)"
        )
    return Field(name.group(1), tuple(steps))
