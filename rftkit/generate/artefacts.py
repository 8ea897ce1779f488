"""Traces of a model in what should be a person's message: refusals, answers, placeholders, talk about the task.

Signals, never substrings: "finance" holds "nan", "a todo list" is a fine request, and "I can't" opens many a complaint.
A refusal is an inability whose object is the writing; an answer speaks of "your card" and never of "my" and asks
nothing; a placeholder is a bracket around words that is neither code nor a shout. What is quoted is left out: a person may
tell what a bot said. The rules are in `artefacts.txt`, in sections that are the words a person reads.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from rftkit.generate.statement import is_statement
from rftkit.offline.lexicon import sections

_OTHER_LETTERS = re.compile(r"[\u0370-\u1fff\u3040-\uffdc]")
_NAME = re.compile(r"~(\w+)~")
_NO_RULES = ("words", "tags", "shouts")
_LIST, _ANSWER = "several prompts at once", "an answer"
_WHOLE = (_LIST, "a wrapper")  # these look at lines and quotes as they stand
_QUOTED = re.compile(r"[\"\u201c\u201e\u00ab][^\"\u201c\u201d\u00ab\u00bb]{4,}[\"\u201d\u201c\u00bb]")
_SQUARE = re.compile(r"(?<![\w\])`$])\[([^\W\d_][\w '/.,&#-]{1,60})\](?![(\[:\w])")
_ANGLE = re.compile(r"(?<![\w<`])<([^\W\d_][\w '/.-]{1,40})>(?!>)")
_CURLY = re.compile(r"(?<![\w\\^_{])\$?\{\{?\s*([A-Za-z][\w .]{2,40})\s*\}\}?")
_DOUBLE = re.compile(r"<<\s*[A-Za-z][\w .-]{1,40}?\s*>>|\[\[\s*[A-Za-z][\w .-]{1,40}?\s*\]\]")
_CAPITALS = re.compile(r"(?<![\w/.'\"\[])[$%#@_]{0,2}([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)[%#_]{0,2}(?![\w/])")
_ROUND = re.compile(r"(?<!\w)\(([a-z][a-z '/-]{4,40})\)")
_BETWEEN = frozenset(("of", "the", "a", "an", "and", "or", "for"))
_MAIL = re.compile(
    r"\b(?:user|name|your\w*|e?mail|customer|someone|somebody|j(?:oh|a)ne?[._]?doe|test|example|info|me|abc|xyz|first\w*[._]last\w*)\d*@"
    r"(?:example|test|email|domain|sample|company|yourdomain|yourcompany|mail)\.(?:com|org|net)\b",
    re.IGNORECASE,
)
_BLANK = re.compile(r"(?<![\w_/\\])_{2,}(?![\w_])")
_CODE = re.compile(
    r"`|[;=]\s*$|\b(?:code|template|jinja|handlebars|mustache|react|vue|angular|django|flask|html|xml|render\w*|format|python|"
    r"javascript|typescript|java|rust|sql|latex|function|variable|syntax|helm|ansible|liquid|f-string|placeholder|script|yaml|"
    r"json|regex|markup|merge tag|mail merge|array|index|list comprehension|struct|generic|tag|element|command line|shell|bash|"
    r"config\w*|env\w*|api|endpoint|php|docker\w*|kubernetes|terraform|session)s?\b",
    re.IGNORECASE | re.MULTILINE,
)
_WORKED_ON = re.compile(
    r"(?:^|[.!?:] )(?:please |can you |could you )?(?:translate|rewrite|rephrase|paraphrase|proofread|summari[sz]e|shorten|correct|"
    r"improve|edit|polish|simplify|classify)\b",
    re.IGNORECASE,
)
_CLOZE = re.compile(r"\b(?:blanks?|fill|complete the|missing words?|gaps?|cloze|underscores?)\b", re.IGNORECASE)


@cache
def _told() -> dict[str, list[str]]:
    return sections(files(__package__).joinpath("artefacts.txt").read_text(encoding="utf-8"))


@cache
def _known(section: str) -> frozenset[str]:
    return frozenset(word for line in _rules(_told()[section]) for word in line.split())


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: str
    find: Callable[[str], re.Match[str] | None]
    latin: bool  # whether it may fit a text without letters of other scripts
    whole: bool  # whether it looks at the text as it stands


@cache
def _every() -> tuple[_Rule, ...]:
    words: dict[str, str] = {}
    for line in _rules(_told()["words"]):
        name, _, rule = line.partition(" = ")
        words[name] = f"(?:{_expanded(rule, words)})"
    told = {kind: rules for kind, rules in _told().items() if kind not in _NO_RULES}
    return tuple(_rule(kind, _expanded(rule, words)) for kind, rules in told.items() for rule in _rules(rules))


@cache
def _of_latin() -> tuple[_Rule, ...]:
    return tuple(rule for rule in _every() if rule.latin)


def _rule(kind: str, text: str) -> _Rule:
    return _Rule(kind, re.compile(text, re.IGNORECASE).search, not _OTHER_LETTERS.search(text), kind in _WHOLE)


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
    'a refusal: "I\'m sorry, but I can\'t help with that"'
    >>> find("Put 'finance' on my todo list, null and void or not") is None
    True
    """
    whole = text.replace("\u2019", "'").strip()
    flat = " ".join(_unquoted(whole).split())
    handed = _WORKED_ON.search(flat)  # a person hands over a text, which may be anybody's
    for rule in _of_latin() if flat.isascii() else _every():
        if (reply and rule.kind == _LIST) or (handed and rule.kind == _ANSWER):
            continue
        match = rule.find(whole if rule.whole else flat)
        if match:
            return f'{rule.kind}: "{" ".join(match.group().split())[:60]}"'
    slot = _slot(whole)
    if slot:
        return f'a placeholder: "{slot[:60]}"'
    return (
        None
        if reply or handed or not is_statement(whole)
        else f'an answer: "{flat[:60]}" asks nothing and tells of nobody'
    )


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
    left = _CURLY.search(text) or _DOUBLE.search(text) or (None if _CLOZE.search(text) else _BLANK.search(text))
    return left.group() if left else _stand_in(text)


def _stand_in(text: str) -> str | None:
    """Return what stands for a value without being one: CITY_A, %PRODUCT%, (airline name), user@example.com."""
    for match in _CAPITALS.finditer(text):
        marked = match.group() != match[1] or "_" in match[1]
        if marked and any(_is_slot(part) for part in match[1].split("_")):
            return match.group()
    for match in _ROUND.finditer(text):
        words = match[1].replace("/", " ").split()
        if len(words) > 1 and _is_slot(words[0]) and all(_is_slot(word) or word in _BETWEEN for word in words):
            return match.group()
    mail = _MAIL.search(text)
    return mail.group() if mail else None


@cache
def _is_slot(word: str) -> bool:
    """Return whether a word names what a form asks for."""
    return re.fullmatch(_slots(), word, re.IGNORECASE) is not None


@cache
def _slots() -> str:
    rule = next(line for line in _told()["words"] if line.startswith("slot = "))
    return rule.removeprefix("slot = ")


def _without_slots(text: str) -> str:
    for pattern in (_SQUARE, _ANGLE, _CURLY):
        text = pattern.sub(" ", text)
    return text


def _is_shout(inside: str) -> bool:
    words = inside.lower().split()
    return (
        len(inside) <= 2
        or all(word.strip(".,!") in _known("shouts") for word in words)
        or (
            any(c.isdigit() for c in inside)
            and not any(_is_slot(word) and word not in _known("shouts") for word in words)
        )
    )
