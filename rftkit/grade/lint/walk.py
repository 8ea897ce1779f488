"""A grader taken apart: its parts, and the templates in them, each with the path where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rftkit.grade.shape import at
from rftkit.grade.template import Field, TemplateError, compiled

Spec = Mapping[str, Any]


def parts(spec: Spec, path: str = "") -> Iterator[tuple[str, Spec]]:
    """Yield a grader and, of a `multi`, every grader in it.

    Parameters
    ----------
    spec
        The grader.
    path
        Where it stands.

    Examples
    --------
    >>> [path for path, _ in parts({"type": "multi", "graders": {"a": {"type": "python"}}})]
    ['', 'graders.a']
    """
    yield path, spec
    inner = spec.get("graders")
    if spec.get("type") == "multi" and isinstance(inner, Mapping):
        for name, part in inner.items():
            if isinstance(part, Mapping):
                yield at(path, "graders", name), part


def templates(spec: Spec, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of one grader that is a template, with its path.

    Parameters
    ----------
    spec
        A grader that is no `multi`.
    path
        Where it stands.

    Examples
    --------
    >>> list(templates({"input": "a", "reference": "b"}))
    [('input', 'a'), ('reference', 'b')]
    """
    for name in ("input", "reference"):
        if isinstance(spec.get(name), str):
            yield at(path, name), spec[name]
    turns = spec.get("input")
    for place, turn in enumerate(turns if isinstance(turns, list) else ()):
        if isinstance(turn, Mapping):
            yield from _content(turn.get("content"), at(path, "input", place, "content"))


def _content(content: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(content, str):
        yield path, content
    elif isinstance(content, list):
        for place, part in enumerate(content):
            yield from _content(part, at(path, place))
    elif isinstance(content, Mapping):
        for name in ("text", "image_url"):
            if isinstance(content.get(name), str):
                yield at(path, name), content[name]


def fields(spec: Spec, path: str = "") -> Iterator[tuple[str, Field]]:
    """Yield every field that the templates of one grader name; what is no template is not looked at here.

    Parameters
    ----------
    spec
        A grader that is no `multi`.
    path
        Where it stands.

    Examples
    --------
    >>> [(path, str(field)) for path, field in fields({"input": "{{sample.output_text}}"})]
    [('input', 'sample.output_text')]
    """
    for where, text in templates(spec, path):
        try:
            yield from ((where, field) for field in compiled(text).fields)
        except TemplateError:
            continue
