"""The formula of a `multi` grader: numbers, names of graders, + - * / ^, parentheses and eight functions.

It is parsed here, by rules that can be read below, and nothing of it is ever run as code. `^` binds tighter than a
minus before it (`-2^2` is -4) and to the right (`2^3^2` is 2^9).
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

#: Function -> what it does, and how many arguments it takes (0: one or more).
FUNCTIONS: dict[str, tuple[Callable[..., float], int]] = {
    "min": (lambda *values: min(values), 0),
    "max": (lambda *values: max(values), 0),
    "abs": (abs, 1),
    "floor": (math.floor, 1),
    "ceil": (math.ceil, 1),
    "exp": (math.exp, 1),
    "sqrt": (math.sqrt, 1),
    "log": (math.log, 1),
}

_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|([-+*/^(),]))", re.ASCII)
_DEEPEST = 100

#: One step of a formula that was read: push a number, push a reward, or apply a function to so many values.
Op = tuple[str, Any, int]


class FormulaError(ValueError):
    """A formula that cannot be read, or that has no value for these rewards.

    Attributes
    ----------
    error
        Name of the error that the grade gets.
    """

    def __init__(self, error: str, detail: str) -> None:
        super().__init__(detail)
        self.error = error


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that was read.

    Attributes
    ----------
    text
        As it was written.
    names
        The graders it names, in order of their first appearance.
    steps
        What is done, in order, on a stack of values; so a long formula needs no deep calls.

    Examples
    --------
    >>> round(parsed("0.2 * fmt + 0.8 * acc").value({"fmt": 1.0, "acc": 0.5}), 6)
    0.6
    """

    text: str
    names: tuple[str, ...]
    steps: tuple[Op, ...]

    def value(self, rewards: Mapping[str, float]) -> float:
        """Return the value for the rewards of the parts.

        Parameters
        ----------
        rewards
            Name -> reward.

        Raises
        ------
        FormulaError
            There is none: a division by zero, a root or logarithm of what has none, a number beyond all bounds.
        """
        try:
            result = self._run(rewards)
        except ZeroDivisionError:
            raise FormulaError("formula_division_by_zero", f"{self.text!r} divides by zero here") from None
        except OverflowError:
            raise FormulaError("formula_overflow", f"{self.text!r} is too large a number here") from None
        except ValueError:
            sentence = f"{self.text!r} has no value here: a root or a logarithm of a number that has none"
            raise FormulaError("formula_domain_error", sentence) from None
        if not math.isfinite(result):
            raise FormulaError("formula_overflow", f"{self.text!r} is {result} here and no finite number")
        return result

    def _run(self, rewards: Mapping[str, float]) -> float:
        stack: list[float] = []
        for kind, what, count in self.steps:
            if kind == "number":
                stack.append(what)
            elif kind == "name":
                stack.append(float(rewards[what]))
            else:
                arguments = stack[-count:]
                stack[-count:] = [float(what(*arguments))]
        return stack[0]


@lru_cache(maxsize=256)
def parsed(text: str) -> Formula:
    """Return the formula of a text.

    Parameters
    ----------
    text
        As `calculate_output` has it.

    Raises
    ------
    FormulaError
        It cannot be read; the sentence says where.

    Examples
    --------
    >>> parsed("-2^2 + min(a, 3)").value({"a": 5.0}), parsed("2^3^2").value({})
    (-1.0, 512.0)
    >>> parsed("a ** 2")
    Traceback (most recent call last):
    rftkit.grade.formula.FormulaError: 'a ** 2' cannot be read at sign 4: '*' stands where a value has to be
    """
    reader = _Reader(text)
    reader.sum()
    if reader.kind != "end":
        raise reader.wrong(f"{reader.token!r} stands where an operator or the end has to be")
    return Formula(text, tuple(reader.names), tuple(reader.steps))


class _Reader:
    """Reads a formula from left to right, one sign ahead, and writes down what is to be done."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.start, self.depth = text, 0, 0, 0
        self.names: dict[str, None] = {}
        self.steps: list[Op] = []
        self.kind = self.token = ""
        self.step()

    def wrong(self, why: str) -> FormulaError:
        return FormulaError("formula_parse_error", f"{self.text!r} cannot be read at sign {self.start + 1}: {why}")

    def step(self) -> None:
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            rest = self.text[self.at :]
            self.start = self.at + len(rest) - len(rest.lstrip())
            self.kind, self.token = "end", ""
            if rest.strip():
                raise self.wrong(f"{rest.strip()[0]!r} is no sign of a formula")
            return
        number, name, sign = found.groups()
        self.kind = "number" if number else "name" if name else "sign"
        self.token = number or name or sign
        self.start, self.at = found.end() - len(self.token), found.end()

    def takes(self, *signs: str) -> str:
        if self.kind != "sign" or self.token not in signs:
            return ""
        sign = self.token
        self.step()
        return sign

    def apply(self, function: Callable[..., float], count: int) -> None:
        self.steps.append(("apply", function, count))

    def sum(self) -> None:
        self.product()
        while sign := self.takes("+", "-"):
            self.product()
            self.apply(_BINARY[sign], 2)

    def product(self) -> None:
        self.unary()
        while sign := self.takes("*", "/"):
            self.unary()
            self.apply(_BINARY[sign], 2)

    def unary(self) -> None:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.wrong(f"it is nested more than {_DEEPEST} deep")
        sign = self.takes("+", "-")
        if sign:
            self.unary()
        else:
            self.power()
        if sign == "-":
            self.apply(operator.neg, 1)
        self.depth -= 1

    def power(self) -> None:
        self.atom()
        if self.takes("^"):
            self.unary()
            self.apply(_raised, 2)

    def atom(self) -> None:
        kind, token = self.kind, self.token
        if kind == "number":
            self.step()
            self.steps.append(("number", float(token), 0))
        elif kind == "name":
            self.step()
            (self.call if token in FUNCTIONS else self.variable)(token)
        elif self.takes("("):
            self.sum()
            self.close()
        else:
            raise self.wrong(
                f"{token!r} stands where a value has to be" if token else "it ends where a value has to be"
            )

    def close(self) -> None:
        if not self.takes(")"):
            raise self.wrong("a closing parenthesis is missing")

    def variable(self, name: str) -> None:
        if self.kind == "sign" and self.token == "(":
            raise self.wrong(f"there is no function {name!r}, only {', '.join(FUNCTIONS)}")
        self.names[name] = None
        self.steps.append(("name", name, 0))

    def call(self, name: str) -> None:
        if not self.takes("("):
            raise self.wrong(f"the function {name} needs its arguments in parentheses")
        self.sum()
        given = 1
        while self.takes(","):
            self.sum()
            given += 1
        self.close()
        function, count = FUNCTIONS[name]
        if count and given != count:
            raise self.wrong(f"{name} takes one argument, not {given}")
        self.apply(function, given)


def _raised(base: float, exponent: float) -> float:
    result: float | complex = base**exponent
    if isinstance(result, complex):
        raise ValueError("a root of a negative number")
    return result


_BINARY: dict[str, Callable[..., float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
