"""Whether a pair of input and answer keeps to the requirements, and in one sentence why not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from rftkit.generate import artefacts
from rftkit.generate.language import language
from rftkit.generate.similarity import Overlaps
from rftkit.idea.outputs import Output, json_in
from rftkit.idea.spec import Spec
from rftkit.offline.text import sentences
from rftkit.offline.things import THINGS

#: Inputs that overlap more than this (5-gram Jaccard) are one input.
SIMILARITY = 0.9
_CODES = {
    "English": "en",
    "German": "de",
    "French": "fr",
    "Spanish": "es",
    "Italian": "it",
    "Portuguese": "pt",
    "Dutch": "nl",
    "Polish": "pl",
    "Japanese": "kana",
    "Chinese": "han",
    "Korean": "hangul",
    "Arabic": "arabic",
    "Hindi": "devanagari",
}
_EMPTY_TALK = re.compile(
    r"^\W*(?:sample|example|test|dummy|placeholder)?\s*(?:input|output|answer|text|record|question|response)s?\s*#?\d+\W*$"
    r"|lorem ipsum|^\W*(?:todo|tbd|n/a|\.\.\.|string|your (?:text|answer|input) here)\W*$",
    re.IGNORECASE,
)
_KINDS = ("a refusal", "a placeholder")
_FENCE = re.compile(r"^```[\w-]*\n(.*?)\n?```$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Pair:
    """One input with its answer, as text.

    Examples
    --------
    >>> Pair("Where is my parcel?", "delivery").answer
    'delivery'
    """

    input: str
    answer: str | None
    facets: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a pair was rejected: a code to count by and a sentence.

    Examples
    --------
    >>> Wrong("empty_input", "the input is empty").code
    'empty_input'
    """

    code: str
    sentence: str


class Checker:
    """Judges pairs one after the other; a pair that passed counts for the ones after it.

    Parameters
    ----------
    spec
        What is wanted.
    known
        Inputs that a new one must not repeat.
    answers
        Whether a pair needs an answer.

    Examples
    --------
    >>> from rftkit.idea.requirements import Requirements
    >>> from rftkit.idea.spec import spec_of
    >>> checker = Checker(spec_of(Requirements().put("output_format", "one of: delivery, billing")))
    >>> checker.judge("Where is my parcel?", "Delivery.").answer, checker.judge("where is my parcel", "billing").code
    ('delivery', 'duplicate')
    """

    def __init__(self, spec: Spec, known: Iterable[str] = (), *, answers: bool = True) -> None:
        self.spec, self.answers = spec, answers
        self._seen: set[str] = set()
        self._overlaps = Overlaps([], [])
        for text in known:
            self._remember(text)

    def judge(self, given: Any, answer: Any, facets: Mapping[str, Any] | None = None) -> Pair | Wrong:
        """Return the pair as it is kept, or why it is not.

        Parameters
        ----------
        given
            The input; JSON values become JSON text.
        answer
            The answer; None where there is none.
        facets
            What the writer was asked for.
        """
        text = _text(given).strip()
        wrong = self._input(text) or self._repeated(text)
        if wrong:
            return wrong
        said = self._answer(answer) if self.answers else None
        if isinstance(said, Wrong):
            return said
        self._remember(text)
        return Pair(text, said, facets or {})

    def _input(self, text: str) -> Wrong | None:
        if not text:
            return Wrong("empty_input", "the input is empty")
        return _unreal("input", text) or self._measured("input", text) or self._language(text)

    def _repeated(self, text: str) -> Wrong | None:
        plain = _plain(text)
        if plain in self._seen:
            return Wrong("duplicate", "the input is there already")
        overlap, _ = self._overlaps.closest(plain, "", SIMILARITY)
        return Wrong("near_duplicate", f"the input overlaps by {overlap:.0%} with another") if overlap else None

    def _remember(self, text: str) -> None:
        plain = _plain(text)
        self._seen.add(plain)
        self._overlaps.add(plain, "")

    def _language(self, text: str) -> Wrong | None:
        wanted = [_CODES[name] for name in self.spec.languages if name in _CODES]
        found = language(text) if wanted and len(wanted) == len(self.spec.languages) else None
        if found and found not in wanted:
            return Wrong("wrong_language", f"the input is not in {' or '.join(self.spec.languages)}")
        return None

    def _answer(self, answer: Any) -> str | Wrong:
        if answer is None or (isinstance(answer, str) and not answer.strip()):
            return Wrong("empty_answer", "the answer is empty")
        said = _READ[self.spec.output.kind](answer, self.spec.output)
        if isinstance(said, Wrong):
            return said
        free = self.spec.output.kind in ("text", "open")
        return (_unreal("answer", said) if free else None) or self._measured("answer", said) or said

    def _measured(self, target: str, text: str) -> Wrong | None:
        for (what, bound, unit), limit in self.spec.limits.items():
            size = measure(text, unit)
            if what == target and (size > limit if bound == "max" else size < limit):
                code = f"{target}_too_{'long' if bound == 'max' else 'short'}"
                return Wrong(
                    code, f"the {target} has {size} {unit}, and {limit} are the {'most' if bound == 'max' else 'least'}"
                )
        return self._things(target, text)

    def _things(self, target: str, text: str) -> Wrong | None:
        for what, name in self.spec.include:
            if what == target and not THINGS[name].found(text):
                return Wrong(f"without_{name.replace(' ', '_')}", f"the {target} holds no {name}")
        for what, name in self.spec.exclude:
            if what == target and THINGS[name].found(text):
                return Wrong(
                    f"with_{name.replace(' ', '_')}", f"the {target} holds what was ruled out: {THINGS[name].plural}"
                )
        return None


def measure(text: str, unit: str) -> int:
    """Return the length of a text.

    Parameters
    ----------
    text
        Any text.
    unit
        ``words``, ``chars``, ``sentences`` or ``lines``.

    Examples
    --------
    >>> measure("One. Two words.", "words"), measure("One. Two words.", "sentences")
    (3, 2)
    """
    if unit == "sentences":
        return len(sentences(text))
    return len({"words": text.split(), "lines": text.splitlines()}.get(unit, text))


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split()) or text.strip()


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()


def _unreal(target: str, text: str) -> Wrong | None:
    if _EMPTY_TALK.search(text):
        return Wrong("placeholder", f"the {target} is a placeholder: {text[:60]!r}")
    found = artefacts.find(text)
    kind = next((kind for kind in _KINDS if found and found.startswith(kind)), None)
    if kind is None or (kind == "a placeholder" and target == "answer"):
        return None
    return Wrong(kind.removeprefix("a "), f"the {target} is {found}")


def _label(answer: Any, output: Output) -> str | Wrong:
    text = _text(answer).strip().strip("\"'`. ")
    for label in output.labels:
        if _plain(label) == _plain(text):
            return label
    if not output.labels:
        return text
    return Wrong("unknown_label", f"the answer {text[:40]!r} is none of {', '.join(output.labels)}")


def _json(answer: Any, output: Output) -> str | Wrong:
    value = answer if isinstance(answer, dict | list) else _parsed(str(answer))
    if value is None:
        return Wrong("broken_json", f"the answer is no JSON: {_text(answer)[:60]!r}")
    wrong = misfit(value, output.schema)
    return Wrong("schema", wrong) if wrong else msgspec.json.encode(value).decode()


def _parsed(text: str) -> Any:
    match = _FENCE.match(text.strip())
    body = match[1] if match else text
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return json_in(body) if not body.strip().startswith("{") else None


def misfit(value: Any, schema: Mapping[str, Any] | None) -> str:
    """Return why a value does not fit a JSON schema; empty where it does.

    Examples
    --------
    >>> misfit({"n": "3"}, {"type": "object", "properties": {"n": {"type": "integer"}}})
    "the JSON of the answer does not fit its schema: n: '3' is not of type 'integer'"
    """
    if not schema:
        return ""
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(schema).iter_errors(value):
        where = "".join(f"{part}: " for part in error.absolute_path)
        return f"the JSON of the answer does not fit its schema: {where}{error.message[:160]}"
    return ""


def _number(answer: Any, output: Output) -> str | Wrong:
    del output
    text = _text(answer).strip()
    if re.fullmatch(r"[-+]?\d[\d,]*(?:\.\d+)?", text):
        return text
    return Wrong("no_number", f"the answer {text[:40]!r} is no number")


def _code(answer: Any, output: Output) -> str | Wrong:
    text = _text(answer).strip()
    match = _FENCE.match(text)
    if output.language == "python":
        import ast

        try:
            ast.parse(match[1] if match else text)
        except (SyntaxError, ValueError) as error:
            return Wrong("broken_code", f"the answer is no Python: {error.args[0]}")
    return text


def _free(answer: Any, output: Output) -> str | Wrong:
    del output
    return _text(answer).strip()


_READ = {"label": _label, "json": _json, "number": _number, "code": _code, "text": _free, "open": _free}
