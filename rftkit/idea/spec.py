"""What can be checked and spread: the requirements as numbers, labels, a schema and dimensions."""

# ruff: noqa: E501 - a pattern that is broken at 120 characters reads worse

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rftkit.idea.outputs import Output, read_output, split_labels
from rftkit.idea.requirements import Requirements, Rule
from rftkit.offline.things import thing_in

#: The share of edge cases where some are named and no share is: shown as assumed, and edited like any other value.
EDGE_SHARE = 0.1

_UNITS = {"word": "words", "character": "chars", "char": "chars", "sentence": "sentences", "line": "lines"}
_LIMIT = re.compile(
    r"(?P<most>at most|no more than|not more than|no longer than|max(?:imum)?\.?(?: of)?|up to|under|fewer than|less than|below|within)"
    r" (?P<high>\d+|one|two|three|four|five|six|ten) (?P<unit>word|character|char|sentence|line)s?\b"
    r"|(?P<least>at least|min(?:imum)?\.?(?: of)?|more than|over|not under) (?P<low>\d+|one|two|three|four|five|six|ten) "
    r"(?P<unit2>word|character|char|sentence|line)s?\b"
    r"|(?:between )?(?P<from>\d+)(?: to | and |-|–)(?P<to>\d+) (?P<unit3>word|character|char|sentence|line)s?\b"
    r"|(?P<exact>one|two|three|four|five) (?P<unit4>sentence|word|line)s?\b"
    r"|(?P<max>max\.?|<=?) ?(?P<high5>\d+) (?P<unit5>word|character|char|sentence|line)s?\b",
    re.IGNORECASE,
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}
_LANGUAGES = [
    "English",
    "German",
    "French",
    "Spanish",
    "Italian",
    "Portuguese",
    "Dutch",
    "Polish",
    "Japanese",
    "Chinese",
    "Korean",
    "Arabic",
    "Turkish",
    "Swedish",
    "Hindi",
]
_SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*(?:%|percent|per cent)")
_DIMENSION = re.compile(
    r"(?P<name>tones?|topics?|intents?|levels?|difficult(?:y|ies)|personas?|styles?|products?|moods?|channels?|kinds of \w+|sentiments?)"
    r"\s*(?::|=|are|such as|like|\()\s*(?P<values>[^.;)\n]+)",
    re.IGNORECASE,
)
_TONES = [
    "polite",
    "friendly",
    "casual",
    "formal",
    "angry",
    "frustrated",
    "annoyed",
    "confused",
    "impatient",
    "neutral",
    "happy",
    "sad",
    "urgent",
    "sarcastic",
    "rude",
    "worried",
    "anxious",
    "enthusiastic",
    "brief",
    "chatty",
    "hurried",
    "calm",
]
_NEGATED = re.compile(r"\b(?:no|never|without|not|don't|avoid)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Spec:
    """The checkable side of requirements.

    Attributes
    ----------
    output
        The form of an answer.
    limits
        (target, ``min`` or ``max``, unit) -> number.
    include, exclude
        (target, name of a thing) that every text has, or none has.
    languages
        Of the inputs; empty where nothing is said.
    edge_share, edges
        Share of edge cases, and what they are.
    dimensions
        In what inputs differ: name -> values.
    instructions
        Approved lines that cannot be measured.
    assumed
        What nobody said, in sentences.

    Examples
    --------
    >>> spec = spec_of(Requirements().put("constraints", "answers of at most 40 words"))
    >>> spec.limits
    {('answer', 'max', 'words'): 40}
    """

    output: Output = field(default_factory=Output)
    limits: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    include: tuple[tuple[str, str], ...] = ()
    exclude: tuple[tuple[str, str], ...] = ()
    languages: tuple[str, ...] = ()
    answer_languages: tuple[str, ...] = ()
    edge_share: float = 0.0
    edges: tuple[str, ...] = ()
    dimensions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    instructions: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the spec as plain values."""
        return {
            "output": {"kind": self.output.kind, "labels": list(self.output.labels), "schema": self.output.schema},
            "limits": {
                f"{bound} {unit} of the {target}": value for (target, bound, unit), value in self.limits.items()
            },
            "include": [list(pair) for pair in self.include],
            "exclude": [list(pair) for pair in self.exclude],
            "languages": list(self.languages),
            "edge_share": self.edge_share,
            "edges": list(self.edges),
            "dimensions": {name: list(values) for name, values in self.dimensions.items()},
            "instructions": list(self.instructions),
            "assumed": list(self.assumed),
        }


def spec_of(wanted: Requirements) -> Spec:
    """Return what can be checked of requirements; approved rules come last and win.

    Parameters
    ----------
    wanted
        The requirements.

    Examples
    --------
    >>> wanted = Requirements().put("output_format", "one of: a, b").put("edge_cases", "empty text; 20 %")
    >>> spec_of(wanted).output.labels, spec_of(wanted).edge_share
    (('a', 'b'), 0.2)
    """
    edges, share, assumed = _edges(wanted.value("edge_cases"))
    languages = _languages(wanted)
    spec = Spec(
        output=read_output(wanted.value("output_format"), wanted.value("task_goal")),
        limits=_limits(wanted),
        exclude=tuple(_excluded(wanted.value("constraints"))),
        languages=languages,
        answer_languages=_target_languages(wanted) or languages,
        edge_share=share,
        edges=edges,
        dimensions=dict(_dimensions(wanted.value("diversity_requirements"))),
        assumed=assumed,
    )
    for rule in wanted.rules:
        spec = _ruled(spec, rule)
    return spec


def limits_in(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield (bound, unit, number) for the lengths that a text names.

    Examples
    --------
    >>> list(limits_in("20 to 120 words"))
    [('min', 'words', 20), ('max', 'words', 120)]
    """
    for match in _LIMIT.finditer(text):
        told = {name: value for name, value in match.groupdict().items() if value}
        unit = _UNITS[next(value for name, value in told.items() if name.startswith("unit")).lower()]
        if "from" in told:
            yield "min", unit, int(told["from"])
            yield "max", unit, int(told["to"])
        elif "exact" in told:
            yield "max", unit, _NUMBERS[told["exact"].lower()]
        else:
            number = told.get("high") or told.get("high5") or told.get("low") or "0"
            yield ("min" if "low" in told else "max"), unit, _NUMBERS.get(number.lower()) or int(number)


def _limits(wanted: Requirements) -> dict[tuple[str, str, str], int]:
    found: dict[tuple[str, str, str], int] = {}
    for name, target in (("input_format", "input"), ("output_format", "answer"), ("constraints", "")):
        for part in re.split(r"[.;\n]|, (?=[a-z]+s? (?:of|at|under|up)\b)", wanted.value(name)):
            for bound, unit, number in limits_in(part):
                found[target or _target(part), bound, unit] = number
    return found


def _target(text: str) -> str:
    """Return whether a line of the constraints is about the input or the answer."""
    return (
        "input"
        if re.search(r"\b(?:inputs?|questions?|messages?|e-?mails?|users?|customers?|prompts?)\b", text, re.I)
        else "answer"
    )


def _excluded(text: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"[.;,\n]", text):
        match = re.match(
            r"\s*(?:no|never use|without|don't use|do not use|avoid)\s+(?:any )?(?P<what>[\w -]{3,30})$", part, re.I
        )
        thing = thing_in(match["what"]) if match else None
        if thing is not None and thing.name not in ("question", "name", "date"):
            yield _target(part), thing.name


def _languages(wanted: Requirements) -> tuple[str, ...]:
    if _target_languages(wanted):
        source = re.search(r"\bfrom (\w+)", wanted.value("task_goal"), re.IGNORECASE)
        return (source[1].title(),) if source and source[1].title() in _LANGUAGES else ()
    text = " ".join(wanted.value(name) for name in ("constraints", "diversity_requirements", "input_format"))
    return tuple(name for name in _LANGUAGES if re.search(rf"\b{name}\b", text) and not _refused(name, text))


def _refused(name: str, text: str) -> bool:
    return re.search(rf"\b(?:no|not|never|without)(?: in)? {name}\b", text, re.IGNORECASE) is not None


def _target_languages(wanted: Requirements) -> tuple[str, ...]:
    task = wanted.value("task_goal")
    match = re.search(r"\btranslat\w+\b.*\b(?:into|to) (\w+)", task, re.IGNORECASE)
    return (match[1].title(),) if match and match[1].title() in _LANGUAGES else ()


def _edges(text: str) -> tuple[tuple[str, ...], float, tuple[str, ...]]:
    if not text or re.match(r"\W*(?:none|no|nothing)\b(?: needed| special)?\W*$", text, re.IGNORECASE):
        return (), 0.0, ()
    share = _SHARE.search(text)
    named = [part.strip(" .;,") for part in re.split(r"[;\n]|, (?!and\b)|\.\s", _SHARE.sub("", text))]
    kept = tuple(
        part
        for part in named
        if len(part) > 2 and not re.fullmatch(r"(?:edge cases|about|of (?:them|the records|all))", part)
    )
    if share:
        return kept, min(1.0, float(share[1]) / 100), ()
    return (
        kept,
        EDGE_SHARE,
        (f"{EDGE_SHARE:.0%} of the records are edge cases; write a share into the edge cases to change it",),
    )


def _dimensions(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    seen = False
    for match in _DIMENSION.finditer(text):
        values = tuple(value for value in split_labels(match["values"]) if value)
        name = match["name"].lower().removesuffix("s").replace("difficultie", "difficulty")
        if len(values) > 1:
            seen |= name == "tone"
            yield name, values
    tones = tuple(tone for tone in _TONES if re.search(rf"\b{tone}\b", text, re.IGNORECASE))
    if tones and not seen:
        yield "tone", tones if len(tones) > 1 else (*tones, "neutral")
    if re.search(
        r"\bhalf\b.*\beasy\b.*\bhard\b|\beasy\b.*\bhard\b|simple.*complex|complexit|difficult", text, re.IGNORECASE
    ):
        yield "difficulty", ("easy", "medium", "hard") if "medium" in text or "complexit" in text else ("easy", "hard")


def _ruled(spec: Spec, rule: Rule) -> Spec:
    """Return the spec with an approved rule in it."""
    pair = (rule.target, str(rule.value))
    if rule.name in ("max_words", "min_words", "max_sentences", "max_chars", "min_chars"):
        bound, _, unit = rule.name.partition("_")
        return replace(spec, limits={**spec.limits, (rule.target, bound, unit): int(rule.value)})
    if rule.name == "include":
        return replace(spec, include=(*spec.include, pair), exclude=tuple(p for p in spec.exclude if p != pair))
    if rule.name == "exclude":
        return replace(spec, exclude=(*spec.exclude, pair), include=tuple(p for p in spec.include if p != pair))
    if rule.name == "rename_key" and spec.output.schema:
        return replace(spec, output=replace(spec.output, schema=_renamed(spec.output.schema, *rule.value)))
    if rule.name == "add_label" and spec.output.labels:
        return replace(
            spec, output=replace(spec.output, labels=tuple(dict.fromkeys((*spec.output.labels, str(rule.value)))))
        )
    if rule.name == "dimension":
        name, values = rule.value
        return replace(spec, dimensions={**spec.dimensions, name: tuple(values)})
    if rule.name == "language":
        name = "languages" if rule.target == "input" else "answer_languages"
        changed: dict[str, Any] = {name: (str(rule.value),)}
        return replace(spec, **changed, instructions=(*spec.instructions, rule.sentence))
    if rule.name == "edge_share":
        return replace(spec, edge_share=float(rule.value))
    return replace(spec, instructions=(*spec.instructions, rule.sentence))


def _renamed(schema: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    swapped = {new if name == old else name: item for name, item in schema.get("properties", {}).items()}
    required = [new if name == old else name for name in schema.get("required", ())]
    return {**schema, "properties": swapped, "required": required}
