"""Pairs with slots: an input and its answer that share values, so that new values make a new pair that is right again.

A person may write slots, ``{city}``, and let an answer be computed, ``{= count * price}``; from an example whose answer
repeats words of its input the slots are found.
"""

from __future__ import annotations

import ast
import operator
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rftkit import messages
from rftkit.offline import values

_SLOT = re.compile(r"\{(?P<name>[A-Za-z_]\w*)(?::(?P<low>-?\d+)-(?P<high>-?\d+))?\}")
_SUM = re.compile(r"\{=(?P<sum>[^{}]+)\}")
_OPERATORS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Template:
    """A pair with slots.

    Attributes
    ----------
    input, answer
        With slots; the answer is text or a JSON value.
    known
        The values that stood in the example, by slot.

    Examples
    --------
    >>> template = of_pair("Order 48213 is late", {"order": "48213", "late": True})
    >>> template.input, template.answer
    ('Order {order} is late', {'order': '{order}', 'late': True})
    """

    input: str
    answer: Any
    known: Mapping[str, Any]

    @property
    def names(self) -> list[str]:
        """Names of the slots."""
        return list(dict.fromkeys(match["name"] for match in _SLOT.finditer(self.input)))

    def fillable(self, words: Mapping[str, Sequence[Any]]) -> bool:
        """Whether something is known to put into every slot."""
        return all(self._maker(name, words) is not None for name in self.names)

    def _maker(self, name: str, words: Mapping[str, Sequence[Any]]) -> Callable[[random.Random], Any] | None:
        limits = next((m for m in _SLOT.finditer(self.input) if m["name"] == name and m["low"]), None)
        if limits:
            low, high = sorted((int(limits["low"]), int(limits["high"])))
            return lambda rng: rng.randint(low, high)
        if name in self.known:
            return lambda rng: values.like(self.known[name], name, words, rng)
        return values.maker(name, "string", words.get(name, ()))

    def fill(self, words: Mapping[str, Sequence[Any]], rng: random.Random) -> tuple[str, Any] | None:
        """Return an input and its answer with new values; None where a slot cannot be filled or a sum not computed.

        Examples
        --------
        >>> Template("{n:2-2} pens at {p:3-3} dollars?", "{= n * p}", {}).fill({}, random.Random(0))
        ('2 pens at 3 dollars?', '6')
        """
        makers = {name: self._maker(name, words) for name in self.names}
        if not all(makers.values()):
            return None
        chosen = {name: make(rng) for name, make in makers.items() if make is not None}
        try:
            return put(self.input, chosen), put(self.answer, chosen)
        except (ValueError, ZeroDivisionError, KeyError):
            return None


def put(value: Any, chosen: Mapping[str, Any]) -> Any:
    """Return text or a JSON value with its slots filled; a value that is one slot alone keeps its type.

    Examples
    --------
    >>> put({"n": "{n}", "said": "n is {n}"}, {"n": 3})
    {'n': 3, 'said': 'n is 3'}
    """
    if isinstance(value, Mapping):
        return {name: put(item, chosen) for name, item in value.items()}
    if isinstance(value, list):
        return [put(item, chosen) for item in value]
    if not isinstance(value, str):
        return value
    alone = _SLOT.fullmatch(value)
    if alone:
        return chosen[alone["name"]]
    text = _SUM.sub(lambda match: _shown(computed(match["sum"], chosen)), value)
    return _SLOT.sub(lambda match: _shown(chosen[match["name"]]), text)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".") if value == int(value) else f"{value:.2f}"
    return str(value)


def computed(text: str, chosen: Mapping[str, Any]) -> Any:
    """Return the value of a sum of slots and numbers; nothing else is run.

    Examples
    --------
    >>> computed("(a + 1) * 2", {"a": "3"})
    8
    """
    return _value(ast.parse(text.strip(), mode="eval").body, chosen)


def _value(node: ast.AST, chosen: Mapping[str, Any]) -> Any:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.Name):
        return _as_number(chosen[node.id])
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand, chosen)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        result = _OPERATORS[type(node.op)](_value(node.left, chosen), _value(node.right, chosen))
        return int(result) if isinstance(result, float) and result.is_integer() else result
    raise ValueError(f"a sum takes numbers, slots and + - * / // %, not {ast.unparse(node)}")


def _as_number(value: Any) -> Any:
    text = str(value)
    return value if isinstance(value, int | float) else int(text) if re.fullmatch(r"-?\d+", text) else float(text)


def of_pair(given: str, answer: Any) -> Template:
    """Return the template that an example is: its own slots, or the values of its answer that its input repeats.

    Examples
    --------
    >>> of_pair("Hi", "greeting").names
    []
    """
    value = _parsed(answer)
    if _SLOT.search(given):
        return Template(given, value, {})
    known: dict[str, Any] = {}
    if isinstance(value, Mapping):
        for name, item in value.items():
            if _stands_in(given, item) and re.fullmatch(r"[A-Za-z_]\w*", str(name)):
                known[str(name)] = item
    text = given
    for name, item in sorted(known.items(), key=lambda pair: -len(str(pair[1]))):
        text = re.sub(_whole(str(item)), f"{{{name}}}", text)
    used = {match["name"] for match in _SLOT.finditer(text)}
    known = {name: item for name, item in known.items() if name in used}
    return Template(text, _slotted(value, known), known)


def _parsed(answer: Any) -> Any:
    if isinstance(answer, str) and answer.lstrip().startswith("{") and not _SLOT.fullmatch(answer.strip()):
        try:
            return messages.load(answer)
        except ValueError:
            return answer
    return answer


def _stands_in(text: str, item: Any) -> bool:
    plain = isinstance(item, str | int | float) and not isinstance(item, bool)
    return (
        plain
        and len(str(item)) >= (1 if not isinstance(item, str) else _LEAST)
        and re.search(_whole(str(item)), text) is not None
    )


def _whole(text: str) -> str:
    return rf"(?<![\w{{]){re.escape(text)}(?![\w}}])"


def _slotted(value: Any, known: Mapping[str, Any]) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {name: f"{{{name}}}" if str(name) in known else item for name, item in value.items()}
