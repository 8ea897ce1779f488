"""Notes on samples and the themes in them: open coding by a person, axial coding by rules."""

# ruff: noqa: E501 - a pattern that is broken at 120 characters reads worse

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from typing import Any

from rftkit.idea.requirements import Requirements
from rftkit.idea.spec import spec_of
from rftkit.offline.things import THINGS, thing_in

PARTS = ("whole", "input", "answer")


@dataclass(frozen=True, slots=True)
class Note:
    """What a person wrote on a card.

    Attributes
    ----------
    id, card, iteration
        Its name, the card it is on, and the round of samples.
    part
        ``whole``, ``input`` or ``answer``.
    passage
        The marked words; empty where the note is on all.
    text
        The note.

    Examples
    --------
    >>> Note("n1", "1.1", 1, "answer", "", "too long").part
    'answer'
    """

    id: str
    card: str
    iteration: int
    part: str
    passage: str
    text: str
    when: str = ""


@dataclass(frozen=True, slots=True)
class Theme:
    """Notes that ask for the same thing.

    Attributes
    ----------
    id
        Names it.
    code
        What kind of wish it is; ``other`` where rules know none.
    name
        As a person reads it, and may change it.
    target
        ``input`` or ``answer``.
    detail
        What the code needs: a thing, two keys, a number, a label.
    notes
        Ids of its notes; `count` says how many.
    quotes
        Their words.
    change
        The line that a model proposed; empty where rules propose one.

    Examples
    --------
    >>> Theme("a", "too_long", "answers too long", "answer", None, ("n1", "n2")).count
    2
    """

    id: str
    code: str
    name: str
    target: str
    detail: Any
    notes: tuple[str, ...]
    quotes: tuple[str, ...] = ()
    change: str = ""
    cards: tuple[str, ...] = field(default=())

    @property
    def count(self) -> int:
        """How many notes it has."""
        return len(self.notes)

    def to_dict(self) -> dict[str, Any]:
        """Return the theme as plain values."""
        return {**asdict(self), "count": self.count}


@dataclass(frozen=True, slots=True)
class Code:
    """What one clause of a note asks for."""

    code: str
    target: str
    detail: Any
    name: str


_LONG = re.compile(
    r"\b(?:too|so|very|far too|way too|much too)\s+(?:long|wordy|verbose|chatty|detailed|lengthy)\b|\b(?:shorter|shorten|be brief|briefer|more concise|"
    r"verbose|wordy|cut (?:it|this|down)|keep (?:it|them|this) (?:short|brief)|less (?:text|wordy|verbose)|rambl\w+|"
    r"(?:at most|under|max\w*|no more than) \d+ (?:words?|sentences?))\b",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"\b(?:too|so|very|far too|way too)\s+(?:short|brief|terse|thin)\b|\b(?:longer|more detail(?:s|ed)?|elaborate|more context|lengthier|"
    r"not (?:long|detailed) enough|at least \d+ (?:words?|sentences?))\b",
    re.IGNORECASE,
)
_KEY = re.compile(r"\b(?:keys?|fields?|propert(?:y|ies)|attributes?|json)\b", re.IGNORECASE)
_NAMED = re.compile(r"[\"“”'`]([A-Za-z_][\w-]*)[\"“”'`]")
_IDENTIFIER = re.compile(r"\b([a-z]+(?:_[a-z]+)+|[a-z]+[A-Z]\w+)\b")
_MISSING = re.compile(
    r"\b(?:no|would (?:give|have|mention|include|write)|missing|lacks?|lacking|without|not (?:any|a single)|where (?:is|are)|needs?|should (?:have|contain|mention|include|give)|add|"
    r"include|mention|forgot|forgets|absent|must (?:have|contain|mention|include)|never (?:mentions?|gives?|says?)|doesn'?t (?:have|mention|"
    r"contain|give)|don'?t (?:have|mention|contain|give)|has no|have no|there (?:is|are) no)\b",
    re.IGNORECASE,
)
_UNWANTED = re.compile(
    r"\b(?:remove|drop|no more|too many|stop|avoid|don'?t (?:use|want|like|need)|do not (?:use|want)|never use|should(?:n'?t| not)|must(?:n'?t| not)|"
    r"get rid of|without|leave out|unnecessary|no)\b",
    re.IGNORECASE,
)
_LANGUAGE = re.compile(
    r"\b(?:should be|must be|write|wanted|expected|not) (?:it |them |this )?(?:in )?"
    r"(English|German|French|Spanish|Italian|Portuguese|Dutch|Polish|Japanese|Chinese|Korean|Arabic|Turkish|Swedish|Hindi)\b",
)
#: Wishes that are told by their words alone: code, pattern, name, usual target.
_WORDS: tuple[tuple[str, re.Pattern[str], str, str], ...] = tuple(
    (code, re.compile(pattern, re.IGNORECASE), name, target)
    for code, pattern, name, target in (
        (
            "repetitive",
            r"\b(?:repetitive|repeats?|(?:too|all|sounds?|looks?|are|is) (?:too )?(?:similar|alike|the same)|same (?:again|opening|words|pattern)|monotonous|more variety|more varied|vary|"
            r"duplicates?|alike|again and again|always starts?)\b",
            "all alike",
            "input",
        ),
        (
            "too_formal",
            r"\b(?:too (?:formal|stiff|polite|polished|clean)|stilted|stiff|more casual|less formal|too perfect)\b",
            "too formal",
            "input",
        ),
        (
            "too_casual",
            r"\b(?:too (?:casual|informal|chatty|rude)|more formal|more polite|unprofessional|more professional|friendlier)\b",
            "too casual",
            "answer",
        ),
        (
            "unrealistic",
            r"\b(?:unrealistic|not real(?:istic)?|nobody (?:writes|says|talks|would)|no one (?:writes|says)|sounds? (?:fake|artificial|like a (?:bot|robot|model))|artificial|"
            r"made[- ]up|robotic|more (?:real|realistic|natural)|unnatural)\b",
            "not like real ones",
            "input",
        ),
        (
            "too_easy",
            r"\b(?:too (?:easy|simple|obvious|trivial)|harder|more (?:difficult|complex|challenging)|trivial)\b",
            "too easy",
            "input",
        ),
        (
            "too_hard",
            r"\b(?:too (?:hard|difficult|complex|complicated|technical)|easier|simpler)\b",
            "too hard",
            "input",
        ),
        (
            "vague",
            r"\b(?:too (?:vague|general|generic|abstract)|vague|generic|more (?:specific|concrete)|unspecific|be specific)\b",
            "too vague",
            "input",
        ),
        ("typos", r"\b(?:typos|misspell\w*|spelling mistakes)\b", "typos wanted", "input"),
        (
            "wrong_answer",
            r"\b(?:wrong (?:answer|label|category|class|result|value|number)|incorrect|not (?:correct|right|true)|mislabel\w*|false|is wrong)\b",
            "wrong answers",
            "answer",
        ),
        (
            "off_topic",
            r"\b(?:off[- ]topic|irrelevant|not (?:relevant|our|about)|unrelated|out of scope)\b",
            "off topic",
            "input",
        ),
    )
)
STOP = frozenset(
    ["the", "a", "an", "is", "are", "was", "be", "it", "its", "this", "that", "these", "those", "and", "or", "of", "to", "in", "on", "for", "with", "not", "no", "too", "very", "so", "more", "less", "should", "must", "have", "has", "i", "we", "you", "they", "there", "here", "one", "all", "as", "at", "by", "from", "but", "do", "does", "please", "what", "which", "would", "could", "can", "will", "about"]
)  # fmt: skip


def code_note(note: Note, wanted: Requirements, card: Any = None) -> list[Code]:
    """Return what a note asks for, one code for each thing; empty where rules see nothing.

    Parameters
    ----------
    note
        The note.
    wanted
        The requirements: their labels and keys are known words.
    card
        The card that it is on, with ``input`` and ``answer``: whether a thing is there decides if it is missing or unwanted.

    Examples
    --------
    >>> [code.code for code in code_note(Note("n", "1.1", 1, "answer", "", "way too long, and be less formal"), Requirements())]
    ['too_long', 'too_formal']
    """
    found: dict[tuple[str, str, str], Code] = {}
    keys = _keys(note.text, note, wanted)  # its two names may stand in two clauses
    if keys:
        code = Code("wrong_key", "answer", keys, f"wrong key: {keys[0]} should be {keys[1]}")
        found[code.code, code.target, str(keys)] = code
    for clause in _clauses(note.text):
        if keys and (_KEY.search(clause) or keys[0] in clause or keys[1] in clause):
            continue
        for code in _coded(clause, note, wanted, card):
            found.setdefault((code.code, code.target, str(code.detail)), code)
    return list(found.values())


def _clauses(text: str) -> list[str]:
    parts = re.split(
        r"(?<=[.!?;])\s+|;|,\s*(?:and|but|also)\b|,\s+(?=(?:no|too|not|add|remove|the|be|make|also|should)\b)|\band (?=(?:no|too|the|be|add|remove)\b)|\n",
        text,
    )
    return [part.strip() for part in parts if part and part.strip()] or [text]


def _coded(clause: str, note: Note, wanted: Requirements, card: Any) -> Iterator[Code]:
    target = _target(clause, note)
    label = _label(clause, note, wanted)
    if label:
        yield Code("wrong_label", "answer", label, f"should be {label}")
        return
    language = _LANGUAGE.search(clause)
    if language:
        yield Code("language", target, language[1], f"{target}s in {language[1]}")
        return
    long, short = _LONG.search(clause), _SHORT.search(clause)
    if long or short:
        code = "too_long" if long else "too_short"
        yield Code(code, target, None, f"{target}s too {'long' if long else 'short'}")
        return
    spoken = [code for code in _WORDS if code[1].search(clause)]
    for name, _, title, usual in spoken:
        yield Code(name, target if _says_part(clause, note) else usual, None, title)
    if not spoken:
        yield from _things(clause, note, target, card)


def _says_part(clause: str, note: Note) -> bool:
    return (
        note.part != "whole"
        or re.search(r"\b(?:inputs?|questions?|answers?|outputs?|repl(?:y|ies)|responses?)\b", clause, re.I) is not None
    )


def _target(clause: str, note: Note) -> str:
    if re.search(
        r"\b(?:answers?|outputs?|repl(?:y|ies)|responses?|summar(?:y|ies)|json|labels?|quer(?:y|ies)|sql|code)\b",
        clause,
        re.IGNORECASE,
    ):
        return "answer"
    if re.search(
        r"\b(?:inputs?|questions?|messages?|e-?mails?|users?|customers?|prompts?|tickets?|reviews?|people|person)\b",
        clause,
        re.I,
    ):
        return "input"
    return (
        note.part if note.part != "whole" else ("answer" if _LONG.search(clause) or _SHORT.search(clause) else "input")
    )


def _keys(clause: str, note: Note, wanted: Requirements) -> tuple[str, str] | None:
    """Return the wrong key and the right one."""
    schema = spec_of(wanted).output.schema or {}
    known = list(schema.get("properties") or {})
    named = list(dict.fromkeys([*_NAMED.findall(clause), *_IDENTIFIER.findall(clause)]))
    if not known or not (_KEY.search(clause) or set(named) & set(known)):
        return None
    plain = [word for word in re.findall(r"[A-Za-z_]\w*", f"{clause} {note.passage}") if word in known]
    olds = list(dict.fromkeys([*(name for name in named if name in known), *plain]))
    news = [name for name in named if name not in known]
    after = re.search(
        r"\b(?:should be|must be|call it|rename\w* (?:it |\w+ )?to|instead use|use|named|called)\s+[\"“'`]?([A-Za-z_]\w*)",
        clause,
    )
    if not news and after and after[1] not in known and after[1].lower() not in STOP:
        news = [after[1]]
    if not news:
        return None
    old = olds[0] if olds else next(iter(get_close_matches(news[0], known, n=1, cutoff=0.4)), "")
    return (old, news[0]) if old else None


def _label(clause: str, note: Note, wanted: Requirements) -> str:
    labels = spec_of(wanted).output.labels
    match = re.search(
        r"\b(?:should be|must be|is really|is actually|belongs to|belongs in|label(?:led)?(?: as)?|not \w+ but)\s+[\"“'`]?([\w -]+)",
        clause,
        re.I,
    )
    if match is None:
        return ""
    said = match[1].strip().casefold()
    return next((label for label in labels if re.match(rf"{re.escape(label.casefold())}\b", said)), "")


def _things(clause: str, note: Note, target: str, card: Any) -> Iterator[Code]:
    thing = thing_in(clause)
    if thing is None:
        return
    where = note.part if note.part != "whole" else target
    there = card is not None and thing.found(str(getattr(card, where, "") or "")) is not None
    missing, unwanted = _MISSING.search(clause), _UNWANTED.search(clause)
    only = re.fullmatch(r"\W*(?:no|without)\b.*", clause, re.IGNORECASE)
    if unwanted and (there or not missing) and not (only and not there):
        yield Code("unwanted_thing", where, thing.name, f"no {thing.plural} wanted in the {where}")
    elif missing:
        yield Code("missing_thing", where, thing.name, f"no {thing.plural} in the {where}")


def things_known() -> list[str]:
    """Return the things that can be counted in a text.

    Examples
    --------
    >>> "order number" in things_known()
    True
    """
    return list(THINGS)
