"""Templates: what they name, and that nothing of a value is read as a template or run."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rftkit.grade import sample
from rftkit.grade.template import Field, MissingFieldError, TemplateError, compiled

CALLS = [{"id": "c1", "type": "function", "function": {"name": "book", "arguments": '{"seats": 2}'}}]


def _render(text: str, said: str = "", item: dict[str, Any] | None = None, calls: Any = None) -> str:
    return compiled(text).render(sample(said, calls), item or {})


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{sample.output_text}}", "Paris"),
        ("{{ sample.output_text }}", "Paris"),
        ("{{\n  item . city\t}}", "Lyon"),
        ("{{item['city']}} and {{item[\"city\"]}}", "Lyon and Lyon"),
        ("{{item.tags[1]}}", "b"),
        ("{{item.tags.1}}", "b"),
        ("{{item['a key with spaces']}}", "yes"),
        ("{{item.deep.er[0].est}}", "x"),
        ("{{sample.output_tools[0].function.name}}", "book"),
        ("{{sample.choices[0].message.content}}", "Paris"),
        ("no field at all", "no field at all"),
        ("{ {item.city} }", "{ {item.city} }"),
    ],
)
def test_dots_and_brackets_reach_every_value(text: str, filled: str) -> None:
    item = {"city": "Lyon", "tags": ["a", "b"], "a key with spaces": "yes", "deep": {"er": [{"est": "x"}]}}
    assert _render(text, "Paris", item, CALLS) == filled


@pytest.mark.parametrize(
    ("value", "text"),
    [(72, "72"), (1.5, "1.5"), (True, "true"), ([1, "a"], '[1,"a"]'), ({"b": None, "a": 2}, '{"b":null,"a":2}')],
)
def test_what_is_no_text_is_put_in_as_json(value: Any, text: str) -> None:
    assert _render("{{item.x}}", item={"x": value}) == text


def test_an_integer_of_any_length_stays_exact() -> None:
    assert _render("{{item.x}}", item={"x": 10**30}) == str(10**30)


def test_tool_calls_are_put_in_as_json() -> None:
    assert json.loads(_render("{{sample.output_tools}}", calls=CALLS)) == CALLS


@pytest.mark.parametrize("text", ["{{item.answer}}", "{{item.deep.answer}}", "{{item.tags[7]}}", "{{item.city.name}}"])
def test_a_field_that_is_not_there_is_an_invalid_variable(text: str) -> None:
    with pytest.raises(MissingFieldError) as caught:
        _render(text, item={"deep": {}, "tags": [], "city": "Lyon"})
    assert caught.value.error == "invalid_variable_error"


def test_null_counts_as_not_there() -> None:
    with pytest.raises(MissingFieldError, match=r"item\.answer is not there or null"):
        _render("{{item.answer}}", item={"answer": None})


def test_a_reply_that_is_no_json_has_no_output_json() -> None:
    with pytest.raises(MissingFieldError) as caught:
        _render("{{sample.output_json.total}}", "twelve")
    assert caught.value.error == "sample_parse_error"


def test_a_json_reply_without_the_field_is_an_invalid_variable() -> None:
    with pytest.raises(MissingFieldError) as caught:
        _render("{{sample.output_json.total}}", '{"sum": 12}')
    assert caught.value.error == "invalid_variable_error"


@pytest.mark.parametrize(
    "text",
    [
        "{{item}}",
        "{{sample}}",
        "{{}}",
        "{{ item.a + 1 }}",
        "{{ item.a | upper }}",
        "{{ item.a() }}",
        "{{ item.a[-1] }}",
        "{{ item.a[b] }}",
        "{{ item..a }}",
        "{{ __import__('os') }}",
        '{{ {"a": 1} }}',
    ],
)
def test_anything_but_a_field_is_refused(text: str) -> None:
    with pytest.raises(TemplateError, match="names no field"):
        compiled(text)


@pytest.mark.parametrize("text", ["{{record.answer}}", "{{messages[0]}}", "{{ items.a }}"])
def test_another_namespace_is_refused(text: str) -> None:
    with pytest.raises(TemplateError, match="templates know item"):
        compiled(text)


def test_no_attribute_of_python_can_be_reached() -> None:
    with pytest.raises(MissingFieldError):
        _render("{{item.x.__class__.__mro__}}", item={"x": "text"})


_TEXTS = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)


@given(said=_TEXTS, reference=st.one_of(_TEXTS, st.just("{{item.secret}}"), st.just("{{")))
def test_a_value_is_never_read_as_a_template(said: str, reference: str) -> None:
    filled = _render("<{{sample.output_text}}|{{item.a}}>", said, {"a": reference, "secret": "no"})
    assert filled == f"<{said}|{reference}>"


@given(st.text(max_size=40).filter(lambda text: "{{" not in text))
def test_a_text_without_braces_stays_as_it_is(text: str) -> None:
    assert compiled(text).render({}, {}) == text


@given(st.text(alphabet="{}[].'ab0 itemsample", max_size=40))
def test_any_text_is_a_template_or_refused_with_a_sentence(text: str) -> None:
    try:
        found: Any = compiled(text)
    except TemplateError as wrong:
        found = wrong
    assert str(found) if isinstance(found, TemplateError) else all(part.namespace for part in found.fields)


_KEYS = st.from_regex(r"[A-Za-z_]\w{0,8}", fullmatch=True)


@given(steps=st.lists(st.one_of(_KEYS, st.integers(0, 3)), min_size=1, max_size=4), value=st.text(max_size=10))
def test_a_path_written_down_finds_what_lies_there(steps: list[str | int], value: str) -> None:
    made: Any = value
    for step in reversed(steps):
        made = {step: made} if isinstance(step, str) else [None] * step + [made]
    item = {"root": made}
    assert _render(f"{{{{{Field('item', ('root', *steps))}}}}}", item=item) == value
