"""Traces of a model in what should be a person's message: refusals, answers, placeholders, talk about the task.

Whole phrases in places where people do not write them, never substrings: "finance" holds "nan", "a todo list" is a fine
request, and "I can't" opens many a complaint.
"""

from __future__ import annotations

import re
from importlib.resources import files

from rftkit.offline.lexicon import sections

_FLAGS = re.IGNORECASE
_RULES = sections(files(__package__).joinpath("artefacts.txt").read_text(encoding="utf-8"))
_COMPILED = [(name, re.compile(rule, _FLAGS)) for name, rules in _RULES.items() for rule in rules]
_TEMPLATE = re.compile(r"\{\{\s*[\w.]+\s*\}\}|(?<![$\w{])\{[a-z]+_[a-z_]+\}(?!\})")
_CODE = re.compile(
    r"`|[;=]\s*$|\b(?:code|template|jinja|handlebars|mustache|react|vue|angular|django|flask|html|render\w*|string|format|python|"
    r"javascript|function|variable|syntax|helm|ansible|liquid|f-string|placeholder|script|yaml|json|regex|markup|merge tag)s?\b",
    re.IGNORECASE | re.MULTILINE,
)


def find(text: str) -> str | None:
    r"""Return what kind of artefact a message is or holds, with the words that show it; None for a person's message.

    Examples
    --------
    >>> find("I'm sorry, but I can't help with that.")
    'a refusal: "I\'m sorry, but I can\'t help with that"'
    >>> find("Put 'finance' on my todo list, null and void or not") is None
    True
    """
    plain = text.replace("’", "'").strip()
    for name, pattern in _COMPILED:
        match = pattern.search(plain)
        if match and not (name == "a placeholder" and _is_fine(match.group(), plain)):
            return f'{name}: "{match.group().strip()[:60]}"'
    match = _TEMPLATE.search(plain)
    if match and not _CODE.search(plain.replace(match.group(), " ")):
        return f'a placeholder: "{match.group()[:60]}"'
    return None


def _is_fine(found: str, text: str) -> bool:
    """Whether a bracket is code or a shout: "[OK]" is no placeholder, an HTML tag in a question about HTML neither."""
    if found.startswith("["):
        inner = found.strip("[]")
        return (
            len(inner) <= 2
            or (inner.isupper() and inner in ("OK", "SIC", "EDIT", "UPDATE"))
            or bool(_CODE.search(text))
        )
    return found.startswith("<") and bool(_CODE.search(text))
