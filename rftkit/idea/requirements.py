"""Requirements: what a person wants of a dataset, each line with where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from rftkit import render
from rftkit.errors import InputError
from rftkit.idea.fields import FIELDS, REQUIRED, field_of

#: Where a value came from; a later one in this order is not overwritten by an earlier one.
SOURCES: Final = ("assumed", "derived", "said")
#: How a person reads the sources.
SOURCE_WORDS: Final = {"said": "said by you", "derived": "derived from the prompt", "assumed": "assumed"}


@dataclass(frozen=True, slots=True)
class Entry:
    """The value of one field.

    Attributes
    ----------
    value
        What is wanted.
    source
        One of `SOURCES`.
    by_hand
        Whether a person wrote it into the checklist; then nothing else overwrites it.
    evidence
        The words that it was derived from.

    Examples
    --------
    >>> Entry("sort messages").source
    'said'
    """

    value: str
    source: str = "said"
    by_hand: bool = False
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A pair that the person gave or kept; the answer may be unknown.

    Examples
    --------
    >>> Example("Where is my parcel?", "delivery").answer
    'delivery'
    """

    input: str
    answer: Any = None
    origin: str = "given"


@dataclass(frozen=True, slots=True)
class Rule:
    """One approved line beside the fields: an instruction, and where it can be measured, how.

    Attributes
    ----------
    name
        ``max_words``, ``min_words``, ``include``, ``exclude``, ``rename_key``, ``instruction``, ...
    target
        ``input`` or ``answer``.
    value
        What the rule is about: a number, the name of a thing, keys.
    sentence
        What a writer is told.
    origin
        The change that brought it; empty where the person wrote it.

    Examples
    --------
    >>> Rule("max_words", "answer", 40, "Keep answers under 40 words.").target
    'answer'
    """

    name: str
    target: str
    value: Any
    sentence: str
    origin: str = ""


@dataclass(frozen=True)
class Requirements:
    """The checklist with its values, examples, and the rules that notes have brought.

    Examples
    --------
    >>> wanted = Requirements().put("task_goal", "sort support messages")
    >>> wanted.filled, wanted.missing[:2]
    (1, ('role_persona', 'use_case'))
    >>> wanted.edit("task_goal", "rank them").put("task_goal", "sort them").value("task_goal")
    'rank them'
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    rules: tuple[Rule, ...] = ()
    vocabulary: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prompt: str = ""
    variables: tuple[str, ...] = ()

    def value(self, name: str) -> str:
        """Return what a field says; empty where it says nothing."""
        entry = self.entries.get(_known(name))
        return entry.value if entry else ""

    def put(self, name: str, value: str, source: str = "said", evidence: str = "") -> Requirements:
        """Return requirements with a value, unless what is there stands above it.

        A value by hand is never overwritten, what was said not by what is derived, and nothing by what is assumed.
        """
        key, text = _known(name), value.strip()
        now = self.entries.get(key)
        if source not in SOURCES:
            raise InputError(f"unknown source {source!r}; a value is {', '.join(SOURCES)}")
        below = now is not None and (now.by_hand or SOURCES.index(now.source) > SOURCES.index(source))
        if not text or below:
            return self
        return replace(self, entries={**self.entries, key: Entry(text, source, evidence=evidence)})

    def edit(self, name: str, value: str) -> Requirements:
        """Return requirements with a value that a person wrote into the checklist; an empty one clears the field."""
        key, text = _known(name), str(value).strip()
        entries = {other: entry for other, entry in self.entries.items() if other != key}
        return replace(self, entries={**entries, key: Entry(text, "said", by_hand=True)} if text else entries)

    @property
    def missing(self) -> tuple[str, ...]:
        """Required fields without a value."""
        return tuple(name for name in REQUIRED if not self.value(name))

    @property
    def open(self) -> tuple[str, ...]:
        """All fields without a value, required ones first."""
        return tuple(name for name in FIELDS if not self.value(name))

    @property
    def filled(self) -> int:
        """How many of the twelve fields have a value."""
        return len(FIELDS) - len(self.open)

    def progress(self) -> dict[str, int]:
        """Return how far the checklist is."""
        done = len(REQUIRED) - len(self.missing)
        return {"required": done, "required_total": len(REQUIRED), "filled": self.filled, "total": len(FIELDS)}

    def checklist(self) -> dict[str, dict[str, Any]]:
        """Return every field with its title, value and source, as `--json` prints it."""
        return {name: self._line(name) for name in FIELDS}

    def _line(self, name: str) -> dict[str, Any]:
        entry = self.entries.get(name)
        shown = FIELDS[name]
        values = {"value": None, "source": None, "by_hand": False, "evidence": ""} if entry is None else asdict(entry)
        return {"title": shown.title, "required": shown.required, **values}

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values; `from_dict` reads it again."""
        return {
            "fields": {name: asdict(entry) for name, entry in self.entries.items()},
            "examples": [asdict(example) for example in self.examples],
            "rules": [asdict(rule) for rule in self.rules],
            "vocabulary": {name: list(words) for name, words in self.vocabulary.items()},
            "prompt": self.prompt,
            "variables": list(self.variables),
        }

    def save(self, path: str | Path) -> Path:
        """Write the requirements as JSON; `load` reads them."""
        file = Path(path)
        file.write_bytes(msgspec.json.format(msgspec.json.encode(self.to_dict()), indent=2) + b"\n")
        return file

    def __repr__(self) -> str:
        told = self.progress()
        return f"Requirements({told['required']} of 5 required, {told['filled']} of 12 fields)"

    def _repr_html_(self) -> str:
        rows = [
            {
                "field": line["title"],
                "value": line["value"] or "",
                "from": SOURCE_WORDS.get(line["source"] or "", "open") + (", by hand" if line["by_hand"] else ""),
            }
            for line in self.checklist().values()
        ]
        rules = [rule.sentence for rule in self.rules]
        return render.card(repr(self), render.table(rows), *([render.bullets(rules)] if rules else []))


def _known(name: str) -> str:
    key = name if name in FIELDS else field_of(name)
    if key is None:
        raise InputError(f"there is no field {name!r}; the fields are {', '.join(FIELDS)}")
    return key


def from_dict(values: Mapping[str, Any]) -> Requirements:
    """Return requirements from plain values: what `to_dict` wrote, or simply fields with their text.

    Parameters
    ----------
    values
        Fields by name (text, or an object with ``value`` and ``source``), and maybe ``examples``, ``rules``,
        ``vocabulary`` and ``prompt``.

    Examples
    --------
    >>> from_dict({"task_goal": "sort messages", "output": "one of: a, b"}).value("output_format")
    'one of: a, b'
    """
    if not isinstance(values, Mapping):
        raise InputError('requirements are an object of fields, such as {"task_goal": "sort messages"}')
    beside = ("fields", "examples", "rules", "vocabulary", "prompt", "variables")
    fields = dict(values.get("fields") or {name: value for name, value in values.items() if name not in beside})
    return Requirements(
        entries={_known(str(name)): _entry(str(name), value) for name, value in fields.items() if value},
        examples=tuple(_example(pair, place) for place, pair in enumerate(_list(values, "examples"), 1)),
        rules=tuple(_rule(rule) for rule in _list(values, "rules")),
        vocabulary={str(name): tuple(map(str, words)) for name, words in (values.get("vocabulary") or {}).items()},
        prompt=str(values.get("prompt") or ""),
        variables=tuple(map(str, _list(values, "variables"))),
    )


def _list(values: Mapping[str, Any], name: str) -> list[Any]:
    found = values.get(name) or []
    if not isinstance(found, list | tuple):
        raise InputError(f"{name!r} is a list, not {type(found).__name__}")
    return list(found)


def _entry(name: str, value: Any) -> Entry:
    if isinstance(value, Mapping) and "value" in value:
        known = {key: value[key] for key in Entry.__dataclass_fields__ if key in value}
        return Entry(**known)
    if isinstance(value, Mapping | list):
        return Entry(_plain(value))
    if not isinstance(value, str):
        raise InputError(f"the field {name!r} is text, not {value!r}")
    return Entry(value.strip())


def _plain(value: Any) -> str:
    simple = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return ", ".join(value) if simple else msgspec.json.encode(value).decode()


def _example(pair: Any, place: int) -> Example:
    if isinstance(pair, str):
        return Example(pair)
    if not isinstance(pair, Mapping) or not isinstance(pair.get("input"), str) or not pair["input"].strip():
        raise InputError(f'example {place} has no text as its input; write {{"input": "...", "answer": "..."}}')
    return Example(pair["input"], pair.get("answer"), str(pair.get("origin") or "given"))


def _rule(rule: Any) -> Rule:
    if isinstance(rule, str):
        return Rule("instruction", "answer", rule, rule)
    return Rule(**{name: rule.get(name, "") for name in Rule.__dataclass_fields__})


def load(path: str | Path) -> Requirements:
    """Return the requirements in a file: JSON, or text with lines such as ``Task: sort messages``.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    InputError
        The file is not there, is no text, or says nothing that the checklist knows.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, IsADirectoryError):
        raise InputError(f"there is no file {str(path)!r} with requirements") from None
    except UnicodeDecodeError:
        raise InputError(f"{str(path)!r} is no UTF-8 text; requirements are JSON or text") from None
    if text.lstrip().startswith("{"):
        try:
            return from_dict(msgspec.json.decode(text))
        except msgspec.DecodeError as error:
            raise InputError(f"{str(path)!r} is no valid JSON ({error})") from None
    return from_text(text, str(path))


def from_text(text: str, name: str = "the text") -> Requirements:
    """Return the requirements that a free text states.

    Parameters
    ----------
    text
        Lines such as ``Task: sort messages``, or sentences.
    name
        What the text is called in an error.

    Examples
    --------
    >>> from_text("Task: sort messages").value("task_goal")
    'sort messages'
    """
    from rftkit.idea.understanding import examples_in, understand

    wanted = Requirements(examples=tuple(examples_in(text)))
    for field_name, value in understand(text).items():
        wanted = wanted.put(field_name, value)
    if not wanted.entries:
        raise InputError(f"{name} says nothing of the checklist; write lines such as 'Task: sort support messages'")
    return wanted


def merged(first: Requirements, more: Requirements) -> Requirements:
    """Return requirements with those of another added; what stands above stays.

    Examples
    --------
    >>> merged(Requirements().put("use_case", "a"), Requirements().put("task_goal", "b")).filled
    2
    """
    for name, entry in more.entries.items():
        given = (name, entry.value, entry.source, entry.evidence)
        first = first.edit(name, entry.value) if entry.by_hand else first.put(*given)
    return replace(
        first,
        examples=_unique((*first.examples, *more.examples)),
        rules=_unique((*first.rules, *more.rules)),
        vocabulary={**first.vocabulary, **more.vocabulary},
        prompt=more.prompt or first.prompt,
        variables=more.variables or first.variables,
    )


def _unique(items: Iterable[Any]) -> tuple[Any, ...]:
    found: list[Any] = []
    for item in items:
        if item not in found:
            found.append(item)
    return tuple(found)
