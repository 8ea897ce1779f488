"""Talk: the next question, what an answer means, a prompt that exists already, the checklist by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import render
from rftkit.errors import InputError, NotFoundError
from rftkit.idea import by_model, interview
from rftkit.idea.conflicts import conflicts
from rftkit.idea.fields import FIELDS
from rftkit.idea.interview import Question, Turn
from rftkit.idea.outputs import Output, read_output
from rftkit.idea.requirements import SOURCE_WORDS, Requirements, from_dict, load, merged
from rftkit.idea.understanding import examples_in, read_prompt, variables

if TYPE_CHECKING:
    from rftkit.acts.ideas.session import Session

_LEAVE = re.compile(
    r"\W*(?:leave (?:it|both|them)|keep both|both|ignore(?: it)?|it'?s fine|as it is)\W*", re.IGNORECASE
)


@dataclass(frozen=True)
class Heard:
    """What an answer has brought.

    Attributes
    ----------
    understood
        Field, value and source of everything new.
    question
        What is asked next.
    note
        One sentence to read; empty where there is none.
    by
        Who read it: ``rules``, or the name of a model.
    """

    understood: tuple[tuple[str, str, str], ...]
    question: Question
    note: str = ""
    by: str = "rules"

    def to_dict(self) -> dict[str, Any]:
        """Return the answer's effect as plain values."""
        rows = [{"field": name, "value": value, "source": source} for name, value, source in self.understood]
        return {"understood": rows, "question": self.question.to_dict(), "note": self.note, "by": self.by}

    def __str__(self) -> str:
        lines = [
            f"{_title(name)}: {value} ({SOURCE_WORDS.get(source, source)})" for name, value, source in self.understood
        ]
        return "\n".join(filter(None, [*lines, self.note, str(self.question)]))

    def __repr__(self) -> str:
        return f"Heard({len(self.understood)} understood, next: {self.question.field or self.question.kind})"


def _title(name: str) -> str:
    return FIELDS[name].title if name in FIELDS else name.capitalize()


@dataclass(frozen=True)
class PromptAnalysis:
    """What a prompt answers of the checklist.

    Attributes
    ----------
    derived
        Field to value and the words that it stands on.
    open
        Fields that the prompt leaves open.
    variables
        Names that it leaves to be filled in.
    output
        The form of the answer.
    dropped
        Fields that a model named without words of the prompt; they stay open.
    """

    derived: Mapping[str, tuple[str, str]]
    open: tuple[str, ...]
    variables: tuple[str, ...]
    output: Output
    examples: int = 0
    dropped: tuple[str, ...] = ()
    note: str = ""
    by: str = "rules"

    def to_dict(self) -> dict[str, Any]:
        """Return the analysis as plain values."""
        derived = {name: {"value": value, "evidence": quote} for name, (value, quote) in self.derived.items()}
        return {**asdict(self), "derived": derived}

    def __repr__(self) -> str:
        return f"PromptAnalysis({len(self.derived)} of 12 fields derived, variables: {', '.join(self.variables) or 'none'})"

    def _repr_html_(self) -> str:
        rows = [{"field": FIELDS[name].title, "derived": value} for name, (value, _) in self.derived.items()]
        return render.card(repr(self), render.table(rows), render.note("open: " + ", ".join(self.open)))


def ask(session: Session) -> Question:
    """Return what the person is asked next; the same until it is answered.

    Parameters
    ----------
    session
        The session.
    """
    state = session.state
    if state.question is not None and not _outdated(state.question, state.wanted):
        return state.question
    question = interview.next_question(
        state.wanted, skipped=state.skipped, confirmed=state.confirmed, pending=state.pending, settled=state.settled
    )
    if question != state.question:
        session.rows.append("asked", question=question.to_dict())
    return question


def _outdated(question: Question, wanted: Requirements) -> bool:
    """Whether a question was answered in the meantime, by hand or by a prompt, or its progress is no longer true."""
    return question.progress != wanted.progress() or question.kind in ("confirm", "clarify", "done")


def answer(session: Session, text: str) -> Heard:
    """Take an answer in free words: it may fill several fields, correct what was said, pick a choice, skip or confirm.

    Parameters
    ----------
    session
        The session.
    text
        What the person says.
    """
    if not isinstance(text, str):
        raise InputError(f"an answer is text, not {type(text).__name__}")
    question = ask(session)
    state = session.state
    if question.kind == "clarify" and _LEAVE.fullmatch(text.strip()):
        return _left(session, text, question)
    turn, by, proposed = _turn(session, state.wanted, text, question)
    settled = [question_key(session)] if question.kind == "clarify" and turn.understood else []
    session.rows.append(
        "said",
        text=text,
        understood=[list(one) for one in turn.understood],
        note=turn.note,
        skipped=list(turn.skipped),
        pending=asdict(turn.conflict) if turn.conflict else None,
        settled=[key for key in settled if key],
        requirements=turn.requirements.to_dict() if turn.requirements != state.wanted else None,
        confirmed=turn.confirmed,
        by=by,
    )
    return Heard(turn.understood, _next(session, proposed), turn.note, by)


def _left(session: Session, text: str, question: Question) -> Heard:
    session.rows.append("said", text=text, understood=[], note="", settled=[question_key(session)])
    return Heard((), ask(session), "Left as it is.")


def question_key(session: Session) -> str:
    """Return the name of the contradiction that is asked about; empty where none is.

    Parameters
    ----------
    session
        The session.
    """
    state = session.state
    found = (
        [state.pending] if state.pending else [one for one in conflicts(state.wanted) if one.key not in state.settled]
    )
    return found[0].key if found else ""


def _turn(session: Session, wanted: Requirements, text: str, question: Question) -> tuple[Turn, str, Question | None]:
    """Return the turn, who read it, and the question that a model proposes."""
    by_rules = interview.reply(wanted, text, question)
    plain = by_rules.confirmed or by_rules.skipped or question.kind in ("clarify", "confirm") or not text.strip()
    assumed = any(source == "assumed" for _, _, source in by_rules.understood)
    if session.offline or plain or assumed or text.strip() in question.choices or len(text.strip()) < 3:
        return by_rules, "rules", None
    found = by_model.extract(session.runner(), wanted, question, text)
    if found.error:
        note = f"{session.model} did not answer ({found.error}); this answer was read by rules."
        return replace(by_rules, note=" ".join(filter(None, (by_rules.note, note)))), "rules", None
    pairs = tuple(examples_in(text))
    now = replace(wanted, examples=tuple(dict.fromkeys((*wanted.examples, *pairs)))) if pairs else wanted
    turn = interview.taken(now, [(name, value) for name, value, _ in found.fields], question.field or None)
    shown = tuple(("examples", f"{pair.input} -> {pair.answer}", "said") for pair in pairs)
    note = " ".join(filter(None, (turn.note, *found.contradictions)))
    return replace(turn, understood=(*turn.understood, *shown), note=note), session.model, found.question


def _next(session: Session, proposed: Question | None) -> Question:
    """Return the next question: that of the model where it asks for something that is open, else that of the rules."""
    state = session.state
    usual = interview.next_question(
        state.wanted, skipped=state.skipped, confirmed=state.confirmed, pending=state.pending, settled=state.settled
    )
    fits = proposed is not None and usual.kind == "ask" and not state.wanted.value(proposed.field)
    required = not state.wanted.missing or (proposed is not None and proposed.field in state.wanted.missing)
    question = replace(proposed, progress=state.wanted.progress()) if proposed and fits and required else usual
    session.rows.append("asked", question=question.to_dict())
    return question


def analyze_prompt(session: Session, prompt: str | Path | None = None, *, record: str | None = None) -> PromptAnalysis:
    """Read a prompt that exists: what it answers of the checklist is filled in as derived, the rest stays open.

    Parameters
    ----------
    session
        The session.
    prompt
        Its text, or a file.
    record
        Instead: the id of a record of the dataset; its system message is read.
    """
    text = _prompt(session, prompt, record)
    derived = read_prompt(text)
    dropped: tuple[str, ...] = ()
    note, by = "", "rules"
    if not session.offline:
        found = by_model.analyze(session.runner(), text)
        dropped, by = found.dropped, session.model
        derived = {**derived, **{name: (value, quote) for name, value, quote in found.fields}}
        if found.error:
            note, by = f"{session.model} did not answer ({found.error}); the prompt was read by rules.", "rules"
    wanted = _with_prompt(session.requirements, text, derived)
    session.rows.append("requirements", requirements=wanted.to_dict(), why="prompt", reopens=True, by=by)
    output = read_output(wanted.value("output_format"), wanted.value("task_goal"))
    shown = len(examples_in(text))
    return PromptAnalysis(derived, wanted.open, wanted.variables, output, shown, dropped, note, by)


def _with_prompt(wanted: Requirements, text: str, derived: Mapping[str, tuple[str, str]]) -> Requirements:
    kept = {name: entry for name, entry in wanted.entries.items() if entry.source != "derived" or entry.by_hand}
    wanted = replace(wanted, entries=kept, prompt=text, variables=tuple(variables(text)))
    for name, (value, quote) in derived.items():
        wanted = wanted.put(name, value, "derived", quote)
    return replace(wanted, examples=tuple(dict.fromkeys((*wanted.examples, *examples_in(text)))))


def _prompt(session: Session, prompt: str | Path | None, record: str | None) -> str:
    if (prompt is None) == (record is None):
        raise InputError("give a prompt, or record= with the id of a record whose system message is the prompt")
    if record is not None:
        return _system_message(session, record)
    if isinstance(prompt, Path):
        return _file(prompt)
    if not prompt or not prompt.strip():
        raise InputError("the prompt is empty; give its text, or the path of its file as a Path")
    return prompt


def _file(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise InputError(f"there is no file {str(path)!r} with a prompt") from None
    except UnicodeDecodeError:
        raise InputError(f"{str(path)!r} is no UTF-8 text, so it cannot be read as a prompt") from None
    if not text.strip():
        raise InputError(f"the file {str(path)!r} is empty; a prompt is text")
    return text


def _system_message(session: Session, record: str) -> str:
    from rftkit.acts import reading
    from rftkit.messages import unpack

    found = reading.records(session.dataset, [record], columns=["id", "messages"])
    if found.is_empty():
        raise NotFoundError(f"there is no record {record!r}; list them with: rftkit records {session.path} list")
    said = [
        message
        for message in next(iter(unpack(found["messages"]))) or []
        if message.get("role") in ("system", "developer")
    ]
    text = str(said[0].get("content") or "") if said else ""
    if not text.strip():
        raise InputError(f"the record {record!r} has no system message, so there is no prompt to read")
    return text


def edit(session: Session, field: str, value: str) -> Requirements:
    """Write a value into the checklist by hand; nothing else overwrites it. An empty value clears the field.

    Parameters
    ----------
    session
        The session.
    field
        One of the twelve.
    value
        Its text.
    """
    wanted = session.requirements.edit(field, value)
    session.rows.append("requirements", requirements=wanted.to_dict(), why="edit", field=field)
    return wanted


def add_examples(session: Session, examples: list[Any]) -> Requirements:
    """Give pairs of input and answer to learn from.

    Parameters
    ----------
    session
        The session.
    examples
        Objects with ``input`` and, where known, ``answer``.
    """
    more = from_dict({"examples": [pair if isinstance(pair, dict) else list(pair) for pair in examples]})
    return _put(session, merged(session.requirements, more), "examples")


def add_words(session: Session, name: str, words: list[str]) -> Requirements:
    """Give words for a label, a key or a slot: what the keyless writer may put there.

    Parameters
    ----------
    session
        The session.
    name
        The label, key or slot.
    words
        Its words.
    """
    return _put(session, merged(session.requirements, from_dict({"vocabulary": {name: words}})), "vocabulary")


def load_requirements(session: Session, source: str | Path | Mapping[str, Any] | Requirements) -> Requirements:
    """Take over requirements from a file, a dictionary, or an object; what is there and stands above stays.

    Parameters
    ----------
    session
        The session.
    source
        A file of JSON or text, plain values, or requirements.
    """
    return _put(session, merged(session.requirements, _read(source)), "file")


def _read(source: str | Path | Mapping[str, Any] | Requirements) -> Requirements:
    if isinstance(source, Requirements):
        return source
    return from_dict(source) if isinstance(source, Mapping) else load(source)


def _put(session: Session, wanted: Requirements, why: str) -> Requirements:
    if wanted != session.requirements:
        session.rows.append("requirements", requirements=wanted.to_dict(), why=why)
    return wanted


def confirm(session: Session) -> Requirements:
    """Say that what was understood is right; samples wait for this.

    Parameters
    ----------
    session
        The session.
    """
    wanted = session.requirements
    if wanted.missing:
        titles = ", ".join(FIELDS[name].title.lower() for name in wanted.missing)
        raise InputError(f"not everything is there to be confirmed; still open: {titles}; answer session.ask()")
    if not session.state.confirmed:
        session.rows.append("confirmed")
    return wanted


def transcript(session: Session) -> pl.DataFrame:
    """Return the conversation: number, who, text.

    Parameters
    ----------
    session
        The session.
    """
    lines = [{"n": line["n"], "who": line["who"], "text": line["text"]} for line in session.state.transcript]
    return pl.DataFrame(lines, schema={"n": pl.Int64, "who": pl.String, "text": pl.String})
