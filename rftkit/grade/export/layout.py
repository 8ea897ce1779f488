"""The text of an exported file: what it is, the runtime, the grader, and what its target calls."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

from rftkit.grade.grader import Grader

_DOCSTRING = re.compile(r'\A"""(.*?)"""\n', re.DOTALL)
_IMPORT = re.compile(r"^(?:import \S+|from \S+ import .+)\n", re.MULTILINE)


def written(grader: Grader, target: str) -> str:
    """Return the source of an exported file.

    Parameters
    ----------
    grader
        The grader.
    target
        Name of an adapter.

    Examples
    --------
    >>> grader = Grader.preset("exact_match")
    >>> text = written(grader, "trl")
    >>> "rftkit." in text, "def reward(completions" in text
    (False, True)
    """
    about, adapter = _adapter(target)
    runtime = portable()
    imports = sorted({*_IMPORT.findall(runtime), *_IMPORT.findall(adapter)})
    head = f"{about}\n\nThe grader is {grader.name!r} ({grader.type}, {grader.fingerprint}); this file needs nothing but itself.\n"
    head += _notes(grader)
    body = _IMPORT.sub("", runtime).strip("\n")
    spec = f"#: The grader, in the common JSON.\nGRADER: dict[str, Any] = {literal(grader.to_dict())}"
    parts = [
        f'"""{head}"""'.replace("\\", "\\\\"),
        "".join(imports).rstrip("\n"),
        body,
        spec,
        _IMPORT.sub("", adapter).strip("\n"),
    ]
    return "\n\n".join(parts[:2]) + "\n\n" + "\n\n\n".join(parts[2:]) + "\n"


def portable() -> str:
    """Return the source of the runtime, without its docstring."""
    text = files("rftkit.grade.export").joinpath("portable.py").read_text(encoding="utf-8")
    return _DOCSTRING.sub("", text).lstrip("\n")


def _adapter(target: str) -> tuple[str, str]:
    text = files("rftkit.grade.export.adapters").joinpath(f"{target}.py").read_text(encoding="utf-8")
    found = _DOCSTRING.match(text)
    assert found is not None
    head, _, body = text[found.end() :].partition("# begin\n")
    kept = [line for line in _IMPORT.findall(head) if "rftkit" not in line]
    return found.group(1).strip(), "".join(kept) + body


def _notes(grader: Grader) -> str:
    notes = ""
    if any(part.type == "python" for part in (grader, *grader.parts.values())):
        notes += (
            "Its python code runs in the process that calls it, without the limits that rftkit or a service sets.\n"
        )
    if grader.models:
        notes += "It asks a model: set RFT_JUDGE_BASE_URL, RFT_JUDGE_API_KEY and, for another model, RFT_JUDGE_MODEL.\n"
    return notes


def literal(value: Any, indent: int = 0) -> str:
    r"""Return a value as Python source; a text with several lines keeps one line for each.

    Parameters
    ----------
    value
        What JSON can hold.
    indent
        Of the line that it stands in.

    Examples
    --------
    >>> print(literal({"a": "one\ntwo", "b": [1, None]}))
    {
        'a': (
            'one\n'
            'two'
        ),
        'b': [1, None],
    }
    """
    space, inner = " " * indent, " " * (indent + 4)
    if isinstance(value, str) and "\n" in value:
        lines = "\n".join(f"{inner}{line!r}" for line in value.splitlines(keepends=True))
        return f"(\n{lines}\n{space})"
    if isinstance(value, dict) and value:
        members = "\n".join(f"{inner}{key!r}: {literal(one, indent + 4)}," for key, one in value.items())
        return f"{{\n{members}\n{space}}}"
    if isinstance(value, list) and any(isinstance(one, dict | list) or "\n" in str(one) for one in value):
        members = "\n".join(f"{inner}{literal(one, indent + 4)}," for one in value)
        return f"[\n{members}\n{space}]"
    return repr(value)
