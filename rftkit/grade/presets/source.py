"""The source of a python preset, with the values of its options written in."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import Any

_OPTION = re.compile(r"^(?P<name>[A-Z_]+)(?P<kind>: [^=\n]+)? = .*?  # option$", re.MULTILINE)


def source_of(name: str, /, **values: Any) -> str:
    """Return the source of a python preset.

    Parameters
    ----------
    name
        Of a file in `sources`.
    values
        Options by their names in lower case; those not given stay as the file has them.

    Examples
    --------
    >>> "REFERENCE = 'total'  # option" in source_of("numeric_answer", reference="total")
    True
    """
    text = files("rftkit.grade.presets.sources").joinpath(f"{name}.py").read_text(encoding="utf-8")
    left = {key.upper(): value for key, value in values.items()}

    def written(found: re.Match[str]) -> str:
        if found["name"] not in left:
            return found.group()
        return f"{found['name']}{found['kind'] or ''} = {left.pop(found['name'])!r}  # option"

    text = _OPTION.sub(written, text)
    assert not left, f"{name} has no option {', '.join(left)}"
    return text


def python(name: str, title: str | None = None, /, **values: Any) -> dict[str, Any]:
    """Return the JSON of a python grader.

    Parameters
    ----------
    name
        Of a file in `sources`.
    title
        Name of the grader; that of the file by default.
    values
        Its options.

    Examples
    --------
    >>> python("valid_json")["type"]
    'python'
    """
    return {"type": "python", "name": title or name, "source": source_of(name, **values)}
