"""Traces of a model in what should be a person's message: refusals, answers, placeholders, talk about the task.

Signals, never substrings: "finance" holds "nan", "a todo list" is a fine request, and "I can't" opens many a complaint.
A refusal is an inability whose object is the writing; an answer speaks of "your card" and never of "my" and asks
nothing; a placeholder is a bracket around words that is neither code nor a shout. What is quoted is left out: a person may
tell what a bot said. The rules are in `artefacts.txt`, in sections that are the words a person reads.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from rftkit.offline.lexicon import sections

_NAME = re.compile(r"~(\w+)~")
_NO_RULES = ("words", "tags", "shouts")
_LIST = "several prompts at once"
_WHOLE = (_LIST, "a wrapper")  # these look at lines and quotes as they stand
_QUOTED = re.compile(r"[\"\u201c\u201e\u00ab][^\"\u201c\u201d\u00ab\u00bb]{12,}[\"\u201d\u201c\u00bb]")
_SQUARE = re.compile(r"(?<![\w\])`$])\[([^\W\d_][\w '/.,&-]{1,60})\](?![(\[:\w])")
_ANGLE = re.compile(r"(?<![\w<`])<([^\W\d_][\w '/.-]{1,40})>(?!>)")
_CURLY = re.compile(r"(?<![\w\\^_{])\$?\{\{?\s*([A-Za-z][\w .]{2,40})\s*\}\}?")
_BLANK = re.compile(r"(?<![\w_/\\])_{3,}(?![\w_])")
_CODE = re.compile(
    r"`|[;=]\s*$|\b(?:code|template|jinja|handlebars|mustache|react|vue|angular|django|flask|html|xml|render\w*|format|python|"
    r"javascript|typescript|java|rust|sql|latex|function|variable|syntax|helm|ansible|liquid|f-string|placeholder|script|yaml|"
    r"json|regex|markup|merge tag|mail merge|array|index|list comprehension|struct|generic|tag|element|command line|shell|bash|"
    r"config\w*|env\w*|api|endpoint)s?\b",
    re.IGNORECASE | re.MULTILINE,
)
_CLOZE = re.compile(r"\b(?:blanks?|fill|complete the|missing words?|gaps?|cloze|underscores?)\b", re.IGNORECASE)


@cache
def _told() -> dict[str, list[str]]:
    return sections(files(__package__).joinpath("artefacts.txt").read_text(encoding="utf-8"))


@cache
def _known(section: str) -> frozenset[str]:
    return frozenset(word for line in _rules(_told()[section]) for word in line.split())


@cache
def _compiled() -> list[tuple[str, re.Pattern[str], bool]]:
    words: dict[str, str] = {}
    for line in _rules(_told()["words"]):
        name, _, rule = line.partition(" = ")
        words[name] = f"(?:{_expanded(rule, words)})"
    return [
        (kind, re.compile(_expanded(rule, words), re.IGNORECASE), kind in _WHOLE)
        for kind, rules in _told().items()
        if kind not in _NO_RULES
        for rule in _rules(rules)
    ]


def _rules(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith("# ")]


def _expanded(rule: str, words: dict[str, str]) -> str:
    return _NAME.sub(lambda found: words[found[1]], rule)


def find(text: str, *, reply: bool = False) -> str | None:
    r"""Return what kind of artefact a message is or holds, with the words that show it; None for a person's message.

    Parameters
    ----------
    text
        The last user turn.
    reply
        Whether it follows a question: a list may then answer several of them.

    Examples
    --------
    >>> find("I'm sorry, but I can't help with that.")
    'a refusal: "I\'m sorry, but I can\'t help with that."'
    >>> find("Put 'finance' on my todo list, null and void or not") is None
    True
    """
    whole = text.replace("\u2019", "'").strip()
    flat = " ".join(_unquoted(whole).split())
    for kind, pattern, as_it_stands in _compiled():
        match = pattern.search(whole if as_it_stands else flat)
        if match and not (reply and kind == _LIST):
            return f'{kind}: "{" ".join(match.group().split())[:60]}"'
    slot = _slot(whole)
    return f'a placeholder: "{slot[:60]}"' if slot else None


def _unquoted(text: str) -> str:
    """Return the text without what it quotes, where something is left around it."""
    left = _QUOTED.sub(" ", text)
    return left if len(left.split()) >= 3 else text


def _slot(text: str) -> str | None:
    """Return the first bracket or blank that stands for something to be filled in."""
    if _CODE.search(_without_slots(text)):
        return None
    for match in _SQUARE.finditer(text):
        if not _is_shout(match[1]):
            return match.group()
    for match in _ANGLE.finditer(text):
        if match[1].split()[0].lower() not in _known("tags"):
            return match.group()
    left = _CURLY.search(text) or (None if _CLOZE.search(text) else _BLANK.search(text))
    return left.group() if left else None


def _without_slots(text: str) -> str:
    for pattern in (_SQUARE, _ANGLE, _CURLY):
        text = pattern.sub(" ", text)
    return text


def _is_shout(inside: str) -> bool:
    words = inside.lower().split()
    return (
        len(inside) <= 2
        or all(word.strip(".,!") in _known("shouts") for word in words)
        or any(c.isdigit() for c in inside)
    )
