"""The checklist: twelve fields, what each is asked by, and the words by which people name it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """One line of the checklist.

    Attributes
    ----------
    name
        As files and `--json` write it.
    title
        As a person reads it.
    required
        Whether samples wait for it.
    question
        What is asked.
    examples
        What other people answered.
    choices
        Answers to pick from by number; empty where there are none.
    aliases
        Other names that stand before a colon.

    Examples
    --------
    >>> FIELDS["task_goal"].required, FIELDS["edge_cases"].required
    (True, False)
    """

    name: str
    title: str
    required: bool
    question: str
    examples: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the field as plain values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


_ALL = (
    Field(
        "role_persona",
        "Role and persona",
        True,
        "Who should the model be when it answers, and with what manner?",
        ("a friendly support agent of an online shop", "a careful triage nurse who never gives a diagnosis"),
        aliases=("role", "persona", "character", "who", "act as"),
    ),
    Field(
        "task_goal",
        "Task",
        True,
        "What should the model do with one input? Say it in one sentence.",
        (
            "sort a support message into billing, delivery, account or other",
            "extract order number, product and wish from an e-mail",
            "write an SQL query for a question about our sales tables",
        ),
        aliases=("task", "goal", "objective", "aim", "job"),
    ),
    Field(
        "use_case",
        "Use case",
        True,
        "What is the data for, and where will the model be used?",
        ("training the router in front of our help desk", "a test set for the prompt of our invoice reader"),
        ("train a model", "test a prompt or a model", "both"),
        ("use", "used for", "usage", "purpose", "application"),
    ),
    Field(
        "input_format",
        "Input",
        True,
        "What does one input look like: who writes it, in what form, how long, with what in it? One or two real ones help "
        "most.",
        ("one e-mail of a customer, 20 to 120 words", 'a question such as "Where is my parcel?"'),
        ("a short message of a person", "a longer text such as an e-mail or report", "fields as JSON", "code"),
        ("input", "inputs", "input data", "input data format", "the input"),
    ),
    Field(
        "output_format",
        "Output",
        True,
        "What exactly should the answer look like? Name the labels, the JSON keys, or the form and length of the text.",
        (
            "one of: billing, delivery, account, other",
            '{"order_number": "string", "urgent": "boolean"}',
            "a reply of at most 80 words",
        ),
        ("one label out of a list", "JSON with fixed keys", "free text", "code or SQL", "a number"),
        (
            "output",
            "outputs",
            "answer",
            "answers",
            "labels",
            "categories",
            "classes",
            "output data",
            "output data format",
            "response",
            "response format",
        ),
    ),
    Field(
        "domain_expertise",
        "Domain",
        False,
        "What does one have to know to do this well: which domain, which words, which rules?",
        ("online retail: orders, returns, refunds", "European invoices and VAT"),
        aliases=("domain", "expertise", "field", "domain knowledge", "knowledge"),
    ),
    Field(
        "interaction_type",
        "Interaction",
        False,
        "What is one record: a single question, a whole conversation, an agent that calls tools?",
        ("one message, one answer",),
        ("one input, one answer", "a conversation of several turns", "an agent with tools"),
        ("interaction", "interactions", "conversation type", "turns"),
    ),
    Field(
        "diversity_requirements",
        "Diversity",
        False,
        "In what should the inputs differ: topics, tone, difficulty, language, kind of person?",
        ("tones: polite, angry, in a hurry; half easy, half hard", "topics: parcel, invoice, login"),
        aliases=("diversity", "variety", "variation", "variations", "dimensions"),
    ),
    Field(
        "realism_requirements",
        "Realism",
        False,
        "What makes an input look real here: typos, slang, missing details, things from your products?",
        ("people type on a phone, with typos and without greeting",),
        aliases=("realism", "realistic", "authenticity"),
    ),
    Field(
        "edge_cases",
        "Edge cases",
        False,
        "Which unusual inputs must be in, and how large may their share be?",
        ("two requests in one message, no order number, someone else's account; 15 %",),
        aliases=("edge case", "edge", "exceptions", "difficult cases", "special cases", "corner cases"),
    ),
    Field(
        "constraints",
        "Constraints",
        False,
        "What must always or never be so: length, language, words, safety?",
        ("answers of at most 60 words, English only, no personal data",),
        aliases=("constraint", "rules", "limits", "limitations", "requirements", "restrictions", "guidelines"),
    ),
    Field(
        "dataset_format",
        "Dataset file",
        False,
        "Which file do you want? The columns are always `input` and `answer`.",
        ("JSONL",),
        ("JSONL", "CSV"),
        ("file format", "file", "format of the dataset", "dataset"),
    ),
)

#: The checklist, required fields first.
FIELDS: dict[str, Field] = {field.name: field for field in _ALL}
REQUIRED: tuple[str, ...] = tuple(field.name for field in _ALL if field.required)

_NAMES = {
    name.replace("_", " "): field.name for field in _ALL for name in (*field.aliases, field.title.lower(), field.name)
}
_HEADING = re.compile(r"^\W{0,4}(?P<name>[A-Za-z][A-Za-z &/_-]{1,40}?)\W{0,3}\s*[:=]\s*(?P<rest>.*)$")


def field_of(name: str) -> str | None:
    """Return the field that a heading names; None where it names none.

    Examples
    --------
    >>> field_of("Output format"), field_of("ROLE"), field_of("weather") is None
    ('output_format', 'role_persona', True)
    """
    plain = " ".join(re.sub(r"[_\W]+", " ", name.lower()).split())
    for ending in ("", " requirements", " format", " definition", " description"):
        short = plain.removesuffix(ending) if ending else plain
        if short in _NAMES:
            return _NAMES[short]
    return None


def heading(line: str) -> tuple[str, str] | None:
    """Return the field and the rest of a line such as ``Task: sort messages``; None for any other line.

    Examples
    --------
    >>> heading("**Task:** sort messages")
    ('task_goal', 'sort messages')
    """
    match = _HEADING.match(line.strip())
    if match is None:
        return None
    name = field_of(match["name"])
    return (name, match["rest"].strip(" *_")) if name else None
