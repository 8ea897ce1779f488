"""Fields that the source of a python grader reads: `item["answer"]`, `item.get("answer")`, as far as it spells them out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rftkit.grade.lint.walk import Spec
from rftkit.grade.shape import at
from rftkit.grade.template import Field


def read(spec: Spec, path: str = "") -> Iterator[tuple[str, Field]]:
    r"""Yield every field of a sample or an item that a source reads, where its `grade` is one function.

    Parameters
    ----------
    spec
        A grader of any type; only python graders have a source.
    path
        Where it stands.

    Examples
    --------
    >>> source = "def grade(reply, row):\n    return float(row['answer'] in reply.get('output_text', ''))"
    >>> sorted(str(field) for _, field in read({"type": "python", "source": source}))
    ['item.answer', 'sample.output_text']
    """
    for field, _ in _read(spec):
        yield at(path, "source"), field


def needed(spec: Spec, path: str = "") -> Iterator[tuple[str, Field]]:
    r"""Yield the fields that a source reads so that it fails without them: by brackets.

    Parameters
    ----------
    spec
        A grader of any type.
    path
        Where it stands.

    Examples
    --------
    >>> source = "def grade(s, i):\n    return i['answer'] == s.get('output_text')"
    >>> [str(field) for _, field in needed({"type": "python", "source": source})]
    ['item.answer']
    """
    for field, must in _read(spec):
        if must:
            yield at(path, "source"), field


def _read(spec: Spec) -> Iterator[tuple[Field, bool]]:
    source = spec.get("source")
    if spec.get("type") != "python" or not isinstance(source, str):
        return
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "grade":
            named = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)][:2]
            yield from _in(node, dict(zip(named, ("sample", "item"), strict=False)))


def _in(function: ast.FunctionDef, names: dict[str, str]) -> Iterator[tuple[Field, bool]]:
    for node in ast.walk(function):
        holder, key, must = _looked_up(node)
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and holder in names:
            yield Field(names[holder], (key.value,)), must


def _looked_up(node: ast.AST) -> tuple[str, ast.expr | None, bool]:
    """Return the name that is looked into, the key, and whether a missing key is an exception."""
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) and isinstance(node.value, ast.Name):
        return node.value.id, node.slice, True
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get" and node.args:
        holder = node.func.value
        return (holder.id, node.args[0], False) if isinstance(holder, ast.Name) else ("", None, False)
    return "", None, False
