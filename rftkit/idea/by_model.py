"""What a model adds to the interview: fields out of free text, the reading of a prompt, the next question, themes.

A model proposes, rules decide: a field counts only with a quote that really stands in the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rftkit.idea import prompts
from rftkit.idea.fields import FIELDS
from rftkit.idea.interview import Question
from rftkit.idea.making import Writer
from rftkit.idea.requirements import Requirements
from rftkit.llm.request import Request

_FIELD = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "enum": list(FIELDS)},
        "value": {"type": "string"},
        "quote": {"type": "string"},
    },
    "required": ["name", "value", "quote"],
    "additionalProperties": False,
}
_TEXTS = {"type": "array", "items": {"type": "string"}}
_QUESTION = {
    "type": "object",
    "properties": {"field": {"type": "string"}, "text": {"type": "string"}, "examples": _TEXTS, "choices": _TEXTS},
    "required": ["field", "text"],
    "additionalProperties": False,
}
#: How a model says what a reply states.
EXTRACT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"fields": {"type": "array", "items": _FIELD}, "contradictions": _TEXTS, "question": _QUESTION},
    "required": ["fields"],
    "additionalProperties": False,
}
#: How a model says what a prompt answers.
ANALYZE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"fields": {"type": "array", "items": _FIELD}, "variables": _TEXTS},
    "required": ["fields"],
    "additionalProperties": False,
}
#: How a model groups notes.
THEMES_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "themes": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "notes": {"type": "array", "items": {"type": "integer"}},
                    "target": {"type": "string", "enum": ["input", "answer"]},
                    "change": {"type": "string"},
                },
                "required": ["name", "notes", "target", "change"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["themes"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class Heard:
    """What a model found in a text.

    Attributes
    ----------
    fields
        (name, value, quote) of what stands on words of the text.
    dropped
        Fields that the model named without such words; they stay open.
    contradictions
        In the model's words.
    question
        Its next question; None where it had none.
    error
        Why there is nothing; empty where there is.
    """

    fields: tuple[tuple[str, str, str], ...] = ()
    dropped: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    question: Question | None = None
    error: str = ""


def extract(writer: Writer, wanted: Requirements, question: Question, text: str) -> Heard:
    """Return what a reply states, by a model.

    Parameters
    ----------
    writer
        Who is asked.
    wanted
        What is known.
    question
        What was asked.
    text
        The reply.
    """
    data = {
        "checklist": _checklist(wanted),
        "asked": question.field,
        "question": question.text,
        "reply": text,
    }
    answer = writer.run([_request("extract", data, EXTRACT_SCHEMA, 1500)])[0]
    if not answer.ok:
        return Heard(error=answer.error or "no answer")
    fields, dropped = _grounded(answer.value["fields"], text)
    said = tuple(str(one) for one in answer.value.get("contradictions") or () if str(one).strip())
    return Heard(fields, dropped, said, _question(answer.value.get("question"), wanted))


def analyze(writer: Writer, prompt: str) -> Heard:
    """Return what a prompt answers, by a model.

    Parameters
    ----------
    writer
        Who is asked.
    prompt
        The system prompt of another model.
    """
    data = {"checklist": {name: field.question for name, field in FIELDS.items()}, "prompt": prompt}
    answer = writer.run([_request("analyze", data, ANALYZE_SCHEMA, 2000)])[0]
    if not answer.ok:
        return Heard(error=answer.error or "no answer")
    fields, dropped = _grounded(answer.value["fields"], prompt)
    return Heard(fields, dropped)


def group(writer: Writer, notes: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], str]:
    """Return themes of notes by a model, and why there are none.

    Parameters
    ----------
    writer
        Who is asked.
    notes
        ``number``, ``note``, ``on`` and ``about`` of each.
    """
    answer = writer.run([_request("themes", {"notes": list(notes)}, THEMES_SCHEMA, 2000)])[0]
    return (answer.value["themes"], "") if answer.ok else ([], answer.error or "no answer")


def _request(name: str, data: dict[str, Any], schema: dict[str, Any], most: int) -> Request:
    task = {"task": name, **data}
    return Request(prompts.conversation(name, task), key=name, schema=schema, temperature=0.0, max_tokens=most)


def _checklist(wanted: Requirements) -> dict[str, Any]:
    return {
        name: {"about": field.question, "required": field.required, "known": wanted.value(name)}
        for name, field in FIELDS.items()
    }


def _grounded(found: Sequence[dict[str, Any]], text: str) -> tuple[tuple[tuple[str, str, str], ...], tuple[str, ...]]:
    """Keep the fields whose quote stands in the text."""
    plain, kept, dropped = _plain(text), [], []
    for entry in found:
        name, value, quote = (str(entry.get(key) or "").strip() for key in ("name", "value", "quote"))
        if name in FIELDS and value and len(quote) > 1 and _plain(quote) in plain:
            kept.append((name, value, quote))
        else:
            dropped.append(name)
    return tuple(kept), tuple(dropped)


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split())


def _question(said: Any, wanted: Requirements) -> Question | None:
    if not isinstance(said, dict) or said.get("field") not in FIELDS or not str(said.get("text") or "").strip():
        return None
    lists = [tuple(str(one) for one in said.get(name) or ())[:4] for name in ("examples", "choices")]
    return Question("ask", said["field"], str(said["text"]).strip(), lists[0], lists[1], wanted.progress())
