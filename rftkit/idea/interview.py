"""The interview without a model: which question comes next, what a reply means, what was understood."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from rftkit.idea.conflicts import Conflict, conflicts
from rftkit.idea.fields import FIELDS, REQUIRED
from rftkit.idea.requirements import Requirements
from rftkit.idea.saying import said_back, short
from rftkit.idea.spec import Spec, spec_of
from rftkit.idea.understanding import examples_in, understand

#: What is asked first: the task tells most about the rest.
ORDER: Final = ("task_goal", "role_persona", "output_format", "input_format", "use_case")
#: What is asked besides, one at a time, until the person has enough.
BESIDE: Final = ("examples", "diversity_requirements", "edge_cases", "constraints")
#: Fields that grow with what is said; the others hold one thing.
GROWING: Final = frozenset(
    ("constraints", "edge_cases", "diversity_requirements", "realism_requirements", "domain_expertise")
)
#: What is taken where a person leaves a required field to us; an output cannot be assumed, nothing could be checked.
DEFAULTS: Final = {
    "role_persona": "a careful, friendly assistant",
    "use_case": "testing a prompt or a model",
    "input_format": "a short message of a person",
}
_SKIP = re.compile(
    r"\W*(?:skip(?: (?:it|this))?|next|don'?t know|do not know|no idea|not sure|you (?:decide|choose)|whatever|any(?:thing)?|"
    r"up to you|no|none|nothing|n/?a|-)\W*",
    re.IGNORECASE,
)
_ENOUGH = re.compile(
    r"\W*(?:enough|that'?s (?:all|it|enough)|go on|go ahead|start|let'?s (?:go|start)|done|finish(?:ed)?|no more(?: questions)?|"
    r"continue|show me(?: the)? samples?)\W*",
    re.IGNORECASE,
)
_YES = re.compile(
    r"\W*(?:y|yes|yep|yeah|yup|correct|right|exactly|that'?s right|ok(?:ay)?|sure|looks good|good|fine|confirm(?:ed)?)\b",
    re.I,
)
_NO = re.compile(r"\W*(?:no|nope|not (?:quite|yet|really)|wrong|almost)\b[\s,.:;-]*", re.IGNORECASE)
_INSTEAD = re.compile(
    r"\W*(?:actually|no|instead|rather|correction|change|sorry|i meant|make (?:it|that))\b", re.IGNORECASE
)
_CHOICE = re.compile(r"\W*(?:option |number |choice )?(?P<at>\d|[a-e])\W*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """What the person is asked.

    Attributes
    ----------
    kind
        ``ask`` for a field, ``detail`` for what a field leaves open, ``clarify`` for a contradiction, ``confirm`` for what was
        understood, ``done`` where nothing is left to ask.
    field
        The field that the answer goes to; ``examples`` for examples, empty where it is about all.
    text
        The question, one.
    examples, choices
        Answers of other people; answers to pick by number.
    progress
        How far the checklist is.

    Examples
    --------
    >>> first(Requirements()).field
    'task_goal'
    """

    kind: str
    field: str
    text: str
    examples: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    progress: dict[str, int] | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the question as plain values."""
        return asdict(self)

    def __str__(self) -> str:
        lines = [self.text]
        lines += [f"  {place}. {choice}" for place, choice in enumerate(self.choices, 1)]
        if self.examples and not self.choices:
            lines += ["  for example: " + "; ".join(self.examples)]
        return "\n".join(lines)


@dataclass(frozen=True)
class Turn:
    """What a reply has brought.

    Attributes
    ----------
    requirements
        With what was understood.
    understood
        Field, value and source of everything new.
    skipped
        Questions that are not asked again.
    confirmed
        Whether the person said that all is right.
    conflict
        What speaks against what was known and has to be decided first.
    note
        One sentence that the person should read.
    """

    requirements: Requirements
    understood: tuple[tuple[str, str, str], ...] = ()
    skipped: tuple[str, ...] = ()
    confirmed: bool = False
    conflict: Conflict | None = None
    note: str = ""


def first(wanted: Requirements) -> Question:
    """Return the first question for requirements."""
    return next_question(wanted)


def next_question(
    wanted: Requirements,
    *,
    skipped: Sequence[str] = (),
    confirmed: bool = False,
    pending: Conflict | None = None,
    settled: Sequence[str] = (),
) -> Question:
    """Return what to ask next: contradictions first, then required fields, details, the rest, and the confirmation.

    Parameters
    ----------
    wanted
        What is known.
    skipped
        What is not to be asked again.
    confirmed
        Whether the person has said that all is right.
    pending
        A contradiction that a reply brought.
    settled
        Contradictions that the person has decided to leave.

    Examples
    --------
    >>> next_question(Requirements().put("task_goal", "sort messages")).field
    'role_persona'
    """
    progress = wanted.progress()
    found = [pending] if pending else [one for one in conflicts(wanted) if one.key not in settled]
    if found:
        return Question("clarify", found[0].field, found[0].sentence, (), found[0].choices, progress)
    open_ = [name for name in ORDER if not wanted.value(name)]
    if open_:
        return _ask(open_[0], wanted)
    spec = spec_of(wanted)
    if spec.output.detail_missing and "detail" not in skipped:
        return _detail(spec, progress)
    beside = [name for name in BESIDE if name not in skipped and not _known(name, wanted)]
    if beside and not confirmed:
        return _beside(beside[0], wanted, spec)
    if not confirmed:
        return Question(
            "confirm",
            "",
            f"{said_back(wanted)}\nIs that right?",
            (),
            ("yes", "no, I want to change something"),
            progress,
        )
    return Question("done", "", "Nothing is left to ask; look at samples.", (), (), progress)


def _known(name: str, wanted: Requirements) -> bool:
    return bool(wanted.examples) if name == "examples" else bool(wanted.value(name))


def _ask(name: str, wanted: Requirements) -> Question:
    field, progress = FIELDS[name], wanted.progress()
    task = wanted.value("task_goal")
    lead = f"For \u201c{short(task)}\u201d: " if task and name != "task_goal" else ""
    question = field.question if not lead else field.question[0].lower() + field.question[1:]
    count = f"({progress['required'] + 1} of {progress['required_total']}) "
    return Question("ask", name, f"{count}{lead}{question}", field.examples, field.choices, progress)


def _detail(spec: Spec, progress: dict[str, int]) -> Question:
    if spec.output.detail_missing == "labels":
        text, example = "Which labels are there? List all of them.", "billing, delivery, account, other"
    else:
        text, example = (
            "Which keys does the JSON have, and what stands in each?",
            '{"order_number": "string or null", "urgent": "boolean"}',
        )
    return Question("detail", "output_format", text, (example,), (), progress)


def _beside(name: str, wanted: Requirements, spec: Spec) -> Question:
    ending = " Say skip if there is nothing, or enough to see samples."
    if name != "examples":
        field = FIELDS[name]
        return Question("ask", name, field.question + ending, field.examples, (), wanted.progress())
    label = spec.output.labels[0] if spec.output.labels else "..."
    text = "Can you give two or three real inputs with the answer you want? Nothing tells more."
    example = f'"..." -> {label}, one pair on a line'
    return Question("ask", "examples", text + ending, (example,), (), wanted.progress())


def reply(wanted: Requirements, text: str, question: Question) -> Turn:
    """Return what a reply to a question means, by rules alone.

    Parameters
    ----------
    wanted
        What was known.
    text
        The reply.
    question
        What was asked.

    Examples
    --------
    >>> turn = reply(Requirements(), "sort tickets into billing, delivery or other", first(Requirements()))
    >>> turn.requirements.value("output_format")
    'one of: billing, delivery, other'
    """
    text = text.strip()
    if not text:
        return Turn(wanted, note="There was nothing in the answer.")
    if question.kind == "confirm":
        return _confirmed(wanted, text)
    if question.kind == "clarify":
        return _clarified(wanted, text, question)
    if _ENOUGH.fullmatch(text) and not wanted.missing:
        return Turn(wanted, skipped=(*BESIDE, "detail"))
    if _SKIP.fullmatch(text):
        return _skipped(wanted, question)
    return heard(wanted, _picked(text, question), question.field)


def _confirmed(wanted: Requirements, text: str) -> Turn:
    if (_YES.match(text) and len(text.split()) <= 4) or text.strip(" .)") == "1" or _ENOUGH.fullmatch(text):
        return Turn(wanted, confirmed=True)
    rest = _NO.sub("", text, count=1)
    if not rest.strip() or rest.strip().lower().startswith(("i want to change", "2")):
        return Turn(wanted, note="Say what to change, for example: output: one of a, b, c.")
    return heard(wanted, rest, None, instead=True)


def _clarified(wanted: Requirements, text: str, question: Question) -> Turn:
    chosen = _picked(text, question)
    if _ENOUGH.fullmatch(text) or _SKIP.fullmatch(text):
        return Turn(wanted, note="This has to be decided first; say which one counts, or 'leave it' to keep both.")
    if question.field and chosen in question.choices:
        value = re.sub(r"^(?:keep|take): ", "", chosen)
        return Turn(_replaced(wanted, question.field, value), ((question.field, value, "said"),))
    if question.choices:
        turn = heard(wanted, chosen, None, instead=True)
        pick = f"Pick 1 to {len(question.choices)}, or say it anew as '{FIELDS[question.field].title}: ...'."
        return turn if any(name == question.field for name, _, _ in turn.understood) else replace(turn, note=pick)
    return heard(wanted, chosen, question.field or None, instead=True)


def _replaced(wanted: Requirements, name: str, value: str) -> Requirements:
    entries = {other: entry for other, entry in wanted.entries.items() if other != name or entry.by_hand}
    return replace(wanted, entries=entries).put(name, value)


def _skipped(wanted: Requirements, question: Question) -> Turn:
    if question.kind == "detail" or question.field not in REQUIRED:
        return Turn(wanted, skipped=("detail" if question.kind == "detail" else question.field,))
    if question.field not in DEFAULTS:
        title = FIELDS[question.field].title.lower()
        return Turn(wanted, note=f"The {title} cannot be assumed: nothing could be written or checked without it.")
    value = DEFAULTS[question.field]
    return Turn(wanted.put(question.field, value, "assumed"), ((question.field, value, "assumed"),))


def _picked(text: str, question: Question) -> str:
    """Return the choice that a number or a letter picks, else the text."""
    match = _CHOICE.match(text)
    if match is None or not question.choices:
        return next((choice for choice in question.choices if choice.casefold() == text.casefold()), text)
    at = int(match["at"]) if match["at"].isdigit() else ord(match["at"].lower()) - ord("a") + 1
    return question.choices[at - 1] if 1 <= at <= len(question.choices) else text


def heard(wanted: Requirements, text: str, asked: str | None, *, instead: bool = False) -> Turn:
    """Return what a free text adds to requirements.

    Parameters
    ----------
    wanted
        What was known.
    text
        What the person said.
    asked
        The field that was asked for.
    instead
        Whether it replaces what was said before.

    Examples
    --------
    >>> heard(Requirements(), "Use case: training", None).requirements.value("use_case")
    'training'
    """
    instead = instead or _INSTEAD.match(text) is not None
    pairs = tuple(examples_in(text))
    said = understand(text, None if asked == "examples" else asked)
    if asked == "examples" and pairs:
        said = {name: value for name, value in said.items() if name not in ("input_format", "output_format")}
    now = replace(wanted, examples=tuple(dict.fromkeys((*wanted.examples, *pairs)))) if pairs else wanted
    turn = taken(now, list(said.items()), asked, instead=instead)
    shown = tuple(("examples", f"{pair.input} -> {pair.answer}", "said") for pair in pairs)
    nothing = (
        "" if said or pairs else "Nothing in that answer fits the checklist; say it as 'Task: ...' or 'Output: ...'."
    )
    return replace(turn, understood=(*turn.understood, *shown), note=turn.note or nothing)


def taken(wanted: Requirements, said: Sequence[tuple[str, str]], asked: str | None, *, instead: bool = False) -> Turn:
    """Return requirements with what was said; what was said before and is not the same becomes a question.

    Parameters
    ----------
    wanted
        What was known.
    said
        Field and value, in order.
    asked
        The field that was asked for: there, the answer counts.
    instead
        Whether it replaces what was said before.
    """
    understood, conflict, kept = list[tuple[str, str, str]](), None, list[str]()
    for name, value in said:
        before = wanted.entries.get(name)
        if before and before.by_hand and before.value != value:
            kept.append(FIELDS[name].title)
            continue
        said_before = before is not None and before.source == "said" and value not in before.value
        if before is not None and said_before:
            if name in GROWING and not (instead and name == asked):
                value = f"{before.value}; {value}"
            elif name not in GROWING and name != asked and not instead:
                conflict = conflict or Conflict.between(name, before.value, value)
                continue
        wanted = _replaced(wanted, name, value)
        understood.append((name, value, "said"))
    note = f"What you wrote into the checklist by hand stays: {', '.join(kept)}." if kept else ""
    return Turn(wanted, tuple(understood), conflict=conflict, note=note)
