"""Contradictions in requirements: two lines that cannot both be kept, found by rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rftkit.idea.fields import FIELDS
from rftkit.idea.requirements import Requirements
from rftkit.idea.spec import Spec, spec_of

_WORDS_PER_SENTENCE = 45
_LABEL_WORDS = 8
_LANGUAGES = (
    "English|German|French|Spanish|Italian|Portuguese|Dutch|Polish|Japanese|Chinese|Korean|Arabic|Turkish|Swedish|Hindi"
)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two things that do not go together.

    Attributes
    ----------
    key
        Names it, so that a person can leave it.
    field
        Where the decision goes.
    sentence
        Both sides, and the question.
    choices
        Values to pick from.

    Examples
    --------
    >>> Conflict.between("dataset_format", "CSV", "JSONL").choices
    ('CSV', 'JSONL')
    """

    key: str
    field: str
    sentence: str
    choices: tuple[str, ...] = ()

    @staticmethod
    def between(name: str, before: str, now: str) -> Conflict:
        """Return the conflict of what was said before with what is said now."""
        title = FIELDS[name].title
        sentence = f"{title}: before you said \u201c{before}\u201d, now \u201c{now}\u201d. Which one counts?"
        return Conflict(f"{name}: {before} | {now}", name, sentence, (before, now))


def conflicts(wanted: Requirements) -> list[Conflict]:
    """Return the contradictions within requirements.

    Parameters
    ----------
    wanted
        The requirements.

    Examples
    --------
    >>> wanted = Requirements().put("constraints", "answers of at least 50 words, at most 20 words")
    >>> conflicts(wanted)[0].field
    'constraints'
    """
    spec = spec_of(wanted)
    return [*_lengths(spec), *_forms(wanted, spec), *_languages(wanted), *_turns(wanted), *_labels(wanted, spec)]


def _lengths(spec: Spec) -> Iterator[Conflict]:
    for (target, bound, unit), least in spec.limits.items():
        most = spec.limits.get((target, "max", unit))
        if bound == "min" and most is not None and least > most:
            sentence = f"The {target} cannot have at least {least} and at most {most} {unit}. Which one is right?"
            yield Conflict(f"{target} {unit} {least} {most}", "constraints", sentence)
        lines = spec.limits.get((target, "max", "sentences"))
        if bound == "min" and unit == "words" and lines and least > lines * _WORDS_PER_SENTENCE:
            sentence = (
                f"The {target} cannot have at least {least} words in at most {lines} sentences. Which one is right?"
            )
            yield Conflict(f"{target} {least} words {lines} sentences", "constraints", sentence)


def _forms(wanted: Requirements, spec: Spec) -> Iterator[Conflict]:
    rules = wanted.value("constraints")
    least = spec.limits.get(("answer", "min", "words"), 0)
    if spec.output.kind == "label" and least > _LABEL_WORDS:
        yield Conflict(
            "label long",
            "output_format",
            f"An answer that is one label cannot have at least {least} words. Which one is right?",
        )
    explain = re.search(
        r"(?<!not )(?<!never )(?<!no )\b(?:explain|give (?:a )?reasons?|justify|with (?:a )?reason|why)\b", rules, re.I
    )
    if (
        spec.output.kind == "label"
        and explain
        and not re.search(r"\b(?:never|not|no|without|don't)\b[^.;]*\bexpla", rules, re.I)
    ):
        sentence = "The answer is one label, and the constraints want an explanation. A label alone, or JSON with label and reason?"
        choices = ("take: " + wanted.value("output_format"), 'take: {"label": "string", "reason": "string"}')
        yield Conflict("label explain", "output_format", sentence, choices)
    plain = re.search(r"\b(?:no json|plain text|not json|without json|prose)\b", rules, re.IGNORECASE)
    if spec.output.kind == "json" and plain:
        yield Conflict(
            "json plain",
            "output_format",
            f"The output is JSON, and the constraints say \u201c{plain[0]}\u201d. Which one is right?",
        )


def _languages(wanted: Requirements) -> Iterator[Conflict]:
    rules = wanted.value("constraints")
    only = re.search(rf"\b(?:only (?:in )?(?P<a>{_LANGUAGES})|(?P<b>{_LANGUAGES}) only)\b", rules)
    if only is None:
        return
    one = only["a"] or only["b"]
    again = [tongue for tongue in re.findall(rf"\b(?:{_LANGUAGES})\b", rules.replace(only[0], "")) if tongue != one]
    if again:
        sentence = f"The constraints say \u201c{only[0]}\u201d and name {' and '.join(again)} too. Which one is right?"
        yield Conflict(f"languages {one} {again}", "constraints", sentence)
    for name in ("input_format", "diversity_requirements", "output_format"):
        others = [tongue for tongue in re.findall(rf"\b(?:{_LANGUAGES})\b", wanted.value(name)) if tongue != one]
        if others:
            title = FIELDS[name].title.lower()
            sentence = f"The constraints say \u201c{only[0]}\u201d, and {title} names {' and '.join(others)}. Which one is right?"
            yield Conflict(f"language {one} {others}", "constraints", sentence)


def _turns(wanted: Requirements) -> Iterator[Conflict]:
    kind, task = wanted.value("interaction_type"), f"{wanted.value('input_format')} {wanted.value('constraints')}"
    single = re.compile(r"\b(?:single[- ]turn|one (?:message|input|question), one (?:answer|reply))\b", re.IGNORECASE)
    many = re.compile(r"\b(?:multi[- ]?turn|conversations? of several|several turns|back and forth)\b", re.IGNORECASE)
    if (single.search(kind) and (many.search(kind) or many.search(task))) or (
        many.search(kind) and single.search(task)
    ):
        sentence = (
            "A record is both one question with one answer and a conversation of several turns. Which one is right?"
        )
        yield Conflict(
            "turns", "interaction_type", sentence, ("one input, one answer", "a conversation of several turns")
        )


def _labels(wanted: Requirements, spec: Spec) -> Iterator[Conflict]:
    if spec.output.kind != "label" or len(spec.output.labels) < 2:
        return
    known = {label.casefold() for label in spec.output.labels}
    strange = [
        str(pair.answer)
        for pair in wanted.examples
        if pair.answer is not None and str(pair.answer).strip().casefold() not in known
    ]
    if strange:
        every = ", ".join(spec.output.labels)
        sentence = (
            f"An example has the answer \u201c{strange[0]}\u201d, and the labels are {every}. Is it one more label?"
        )
        choices = (f"take: one of: {every}, {strange[0]}", f"keep: one of: {every}")
        yield Conflict(f"label {strange[0]}", "output_format", sentence, choices)
