"""What an answer has to look like: a label, JSON with a schema, a number, code, or text; read from a sentence."""

# ruff: noqa: E501 - a pattern that is broken at 120 characters reads worse

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

_LISTED = re.compile(
    r"(?:\b(?:one|exactly one|any) of(?: (?:the|these|those))?(?: following)?(?: \w+){0,2}?\s*:?|\b(?:labels?|categor(?:y|ies)|classes|values|options|intents?|"
    r"choices)(?: (?:is|are))?(?: one of)?\s*(?::|\bare\b|\bis\b)|\beither\b|\binto\b(?: one of)?(?: the)?(?: \w+){0,2}?:?|\b(?:label|classif|tag|rate|sort)\w*\b[^:,.\n]{0,30}?\b(?:as|with)\b)\s*"
    r"(?P<labels>[^.\n{]+)",
    re.IGNORECASE,
)
_KEYS = re.compile(
    r"\b(?:keys?|fields?|propert(?:y|ies)|attributes?)\b\s*(?:named|called|are|:)?\s*:?\s*(?P<keys>[^.\n{]+)",
    re.IGNORECASE,
)
_KEY = re.compile(r"[\"'`]?(?P<name>[A-Za-z_][\w-]*(?: [a-z]\w*)?)[\"'`]?\s*(?:\((?P<about>[^)]*)\))?")
_STOP = re.compile(
    r"\s+(?:with|without|and nothing|only|in lower|as json|using|depending|based|by|so that|for each|plus|where|when|"
    r"in which|never|if)\b.*$",
    re.IGNORECASE,
)
_TALK = re.compile(
    r"\b(?:reply|respond|return|answer|with|no|only|words?|sentences?|at most|should|must|is|are)\b", re.IGNORECASE
)
_LANGUAGE = re.compile(
    r"\b(sql|python|javascript|typescript|bash|regex|regular expression|html|java|rust)\b", re.IGNORECASE
)
_PURPOSE = re.compile(
    r"(?:to (?:train|test|evaluat|fine|measur|build|use)|so (?:that|we)|used? (?:for|to|in)|for (?:our|the|my|a|training|testing))",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*(?:,|;|\||/|\bor\b|\band\b|\bvs\.?\b|\n)\s*(?:or\b|and\b)?\s*", re.IGNORECASE)
_TYPE_WORDS = {
    "string": "string",
    "text": "string",
    "str": "string",
    "number": "number",
    "float": "number",
    "decimal": "number",
    "integer": "integer",
    "int": "integer",
    "boolean": "boolean",
    "bool": "boolean",
    "list": "array",
    "array": "array",
    "object": "object",
    "date": "string",
}
_LONGEST_LABEL, _MOST_LABELS = 5, 60


@dataclass(frozen=True, slots=True)
class Output:
    """The form of an answer.

    Attributes
    ----------
    kind
        ``label``, ``json``, ``number``, ``code`` or ``text``; ``open`` where nothing is said.
    labels
        For a label.
    schema
        JSON schema, for JSON.
    language
        Of code: sql, python, ...

    Examples
    --------
    >>> Output("label", ("a", "b")).detail_missing
    ''
    """

    kind: str = "open"
    labels: tuple[str, ...] = ()
    schema: Mapping[str, Any] | None = None
    language: str = ""

    @property
    def detail_missing(self) -> str:
        """What one has to know besides; empty where nothing."""
        if self.kind == "label" and len(self.labels) < 2:
            return "labels"
        return "keys" if self.kind == "json" and not (self.schema or {}).get("properties") else ""


def read_output(text: str, task: str = "") -> Output:
    """Return the form that a text asks for.

    Parameters
    ----------
    text
        What the checklist says of the output.
    task
        What it says of the task, where the output leaves it open.

    Examples
    --------
    >>> read_output("one of: billing, delivery or other").labels
    ('billing', 'delivery', 'other')
    >>> read_output('{"order": "string", "urgent": "boolean"}').schema["properties"]["urgent"]
    {'type': 'boolean'}
    """
    if re.search(
        r"\beither\b.*\bjson\b.*\bor\b|\bjson\b.*\bor (?:an? )?(?:short )?(?:message|text|reply|sentence)",
        text,
        re.I | re.S,
    ):
        return Output("text")
    block = json_in(text)
    if block is not None:
        return Output("json", schema=schema_of(block))
    if re.search(r"\bjson\b", text, re.IGNORECASE):
        return Output("json", schema=_schema_of_words(text))
    language = _LANGUAGE.search(text) or re.search(r"\b(code)\b", text, re.IGNORECASE)
    if language:
        return Output("code", language=language[1].lower().replace("regular expression", "regex"))
    labels = labels_in(text)
    if len(labels) > 1:
        return Output("label", labels)
    if re.search(r"\b(?:label|category|class|one of|tag)\b", text, re.IGNORECASE):
        return Output("label", labels_in(task))
    if re.search(
        r"\b(?:a|one|the|single)\b(?: \w+)? (?:number|integer|score|rating|amount)\b|^\W*number\W*$", text, re.I
    ):
        return Output("number")
    return Output("text") if text.strip() else Output()


def labels_in(text: str) -> tuple[str, ...]:
    """Return the labels that a text lists, none where it lists none.

    Examples
    --------
    >>> labels_in("Label it as positive, negative or neutral.")
    ('positive', 'negative', 'neutral')
    """
    match = _LISTED.search(text)
    body = match["labels"] if match else text
    found = split_labels(body)
    bare = re.search(r"[,|/]", body) and not _TALK.search(body)
    listed = match is not None or bare
    return tuple(found) if listed and 2 <= len(found) <= _MOST_LABELS and _are_labels(found) else ()


def _are_labels(found: list[str]) -> bool:
    return all(len(label.split()) <= _LONGEST_LABEL and len(label) <= 48 for label in found)


def split_labels(text: str) -> list[str]:
    """Return the parts of a list in words.

    Examples
    --------
    >>> split_labels("billing, technical and other")
    ['billing', 'technical', 'other']
    """
    plain = re.sub(r"\([^)]*\)", "", text)
    parts = [_STOP.sub("", part).strip(" \"'`*.:;()[]“”") for part in _SPLIT.split(plain)]
    return list(
        dict.fromkeys(
            re.sub(r"^(?:the|an?|either) ", "", part)
            for part in parts
            if part and len(part) < 80 and not _PURPOSE.match(part)
        )
    )


def json_in(text: str) -> Any:
    """Return the JSON object in a text; None where there is none.

    Examples
    --------
    >>> json_in('Answer as {"a": 1}.')
    {'a': 1}
    """
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return None
    body = text[start : end + 1]
    for attempt in (body, re.sub(r",(\s*[}\]])", r"\1", body), _quoted(body)):
        try:
            value = msgspec.json.decode(attempt)
        except msgspec.DecodeError:
            continue
        return value if isinstance(value, dict) and value else None
    return None


def _quoted(body: str) -> str:
    """Return an example such as ``{"n": <number>, "s": string}`` with its bare words quoted."""
    body = re.sub(r":\s*<([^>]*)>", r': "\1"', body)
    return re.sub(r":\s*(?!true\b|false\b|null\b)([A-Za-z][\w| /-]*)(?=\s*[,}\n])", r': "\1"', body)


def schema_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON schema that a value is, or is an example of.

    Examples
    --------
    >>> schema_of({"urgency": "low|high", "n": 3})["properties"]
    {'urgency': {'type': 'string', 'enum': ['low', 'high']}, 'n': {'type': 'integer'}}
    """
    if "properties" in value and isinstance(value["properties"], Mapping):
        return {"type": "object", "additionalProperties": False, "required": list(value["properties"]), **value}
    properties = {str(name): _schema_of_value(item) for name, item in value.items()}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _schema_of_value(item: Any) -> dict[str, Any]:
    if isinstance(item, bool):
        return {"type": "boolean"}
    if isinstance(item, int | float):
        return {"type": "integer" if isinstance(item, int) else "number"}
    if isinstance(item, Mapping):
        return schema_of(item)
    if isinstance(item, list):
        return {"type": "array", "items": _schema_of_value(item[0])} if item else {"type": "array"}
    return _schema_of_text(str(item)) if item is not None else {"type": ["string", "null"]}


def _schema_of_text(text: str) -> dict[str, Any]:
    """Return the schema that a value such as ``string``, ``a|b`` or ``number or null`` stands for."""
    parts = [part.strip(" \"'") for part in re.split(r"\||/|,| or ", text) if part.strip()]
    null = [part for part in parts if part.lower() in ("null", "none")]
    kept = [part for part in parts if part not in null]
    kinds = [_TYPE_WORDS.get(part.lower().split()[0].removesuffix("s"), "") if part else "" for part in kept]
    if len(kept) >= 2 and not any(kinds) and _are_labels(kept):
        return {"type": ["string", "null"], "enum": [*kept, None]} if null else {"type": "string", "enum": kept}
    kind = next((kind for kind in kinds if kind), "string")
    return {"type": [kind, "null"]} if null else {"type": kind}


def _schema_of_words(text: str) -> dict[str, Any]:
    """Return the schema of ``JSON with the keys order_number, urgent (boolean)``."""
    match = _KEYS.search(text)
    named = re.findall(r"[\"'`]([A-Za-z_][\w-]*)[\"'`]\s*(?:\(([^)]*)\))?", text)
    pairs = named or (_key_words(match["keys"]) if match else [])
    properties = {name: _schema_of_text(about) if about else {"type": "string"} for name, about in pairs}
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def _key_words(text: str) -> list[tuple[str, str]]:
    found = []
    for part in re.split(r",(?![^(]*\))|\band\b(?![^(]*\))|;", text):
        match = _KEY.match(part.strip())
        if match:
            found.append((match["name"].strip().replace(" ", "_"), match["about"] or ""))
    return found
