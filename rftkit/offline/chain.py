"""The tasks `chain` and `chain_conversation`: what people say when they need certain tools, from the schemas of the tools."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rftkit.offline import lexicon, noise
from rftkit.offline.text import capital, jaccard, shingles, tidy, uncapital

_GENERIC = (
    "for (?:a|an|the) given",
    "based on",
    "between",
    "using",
    "of a particular",
    "with (?:a|an|the)? ?(?:given|specific|certain)",
    "(?:on|at) (?:a|an) ",
    "in (?:a|an|the) (?:city|given|location)",
    "given ",
    "by (?:its|the|their|id|name)",
    "(?:to|from|at) (?:a|the|your|an) (?:destination|origin|location|place)",
    "that matches?|matching|according to",
    "for (?:a|an|the) (?:user|person|customer)",
)
_CUT = re.compile(rf" (?:{'|'.join(_GENERIC)})\b.*$", re.IGNORECASE)
_ENDS_IN_S = ("process", "access", "address", "pass", "discuss", "assess", "express")
_EMPTY = ("dontcare", "", "none", "null")
_PREPOSITIONS = (
    (r"origin|from|departure_(?:city|airport|location)|leaving|source", "from {v}"),
    (r"destination|to_location|arrival|going", "to {v}"),
    (r"return|check_?out|end_date|drop_?off_date", "until {v}"),
    (r"date|day", "on {v}"),
    (r"time", "at {v}"),
    (r"passengers|party|people|adults|guests|travelers|group_size", "for {v} people"),
    (r"beds|bedrooms|baths|rooms|seats|tickets|bags|stops|number_of_\w+|num_\w+|count|quantity", "with {v} {label}"),
    (r"city|location|area|place|where|region|country|address", "in {v}"),
    (r"price_(?:range|level|category)", "in the {v} price range"),
    (r"cuisine", "serving {v} food"),
    (r"amount|price|balance|budget|cost", "for {v}"),
    (r"recipient|receiver|payee", "to {v}"),
)
_STAY = re.compile(r"hotel|house|room|apartment|restaurant|attraction|stay|weather", re.IGNORECASE)
_ISO_DATE = re.compile(r"20\d\d-(\d\d)-(\d\d)$")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DRAFTS, _NOVELTY = 16, 0.8


def chain(data: Mapping[str, Any], rng: random.Random) -> dict[str, list[str]]:
    """Return prompts for a payload with ``tools``, ``pattern``, ``count`` and, where known, ``arguments``.

    Examples
    --------
    >>> find = {"name": "find_flat", "description": "Find an apartment in a city", "parameters": {
    ...     "properties": {"city": {"type": "string"}}, "required": ["city"]}}
    >>> payload = {"tools": [find], "pattern": ["find_flat"], "count": 1, "arguments": {"find_flat": {"city": ["Oslo"]}}}
    >>> "apartment" in chain(payload, random.Random(0))["prompts"][0]
    True
    """
    tools = {str(tool["name"]): tool for tool in data["tools"]}
    taken = [shingles(str(text)) for text in (*(data.get("avoid") or []), *(data.get("examples") or []))]
    written = []
    for _ in range(int(data["count"])):
        drafts = [_asked(data["pattern"], tools, data.get("arguments") or {}, rng) for _ in range(_DRAFTS)]
        scored = [(max((jaccard(shingles(text), other) for other in taken), default=0.0), text) for text in drafts]
        overlap, text = min(scored)
        if overlap < _NOVELTY:
            written.append(noise.roughen(text, rng, 0.04))
            taken.append(shingles(text))
    return {"prompts": written}


def _asked(pattern: Sequence[str], tools: Mapping[str, Any], seen: Mapping[str, Any], rng: random.Random) -> str:
    told: set[str] = set()
    parts = []
    known: dict[str, Any] = {}
    for place, name in enumerate(dict.fromkeys(pattern)):
        given = arguments(tools[name], seen.get(name) or {}, rng)
        given = {
            one: known.setdefault(one, value) if value == known.get(one, value) or _free(tools[name], one) else value
            for one, value in given.items()
        }
        wish = wished(tools[name], given, rng, told)
        if place == 0:
            parts.append(rng.choice(lexicon.lines("chain", "opening")).format(x=wish))
        else:
            parts.append(rng.choice(lexicon.lines("chain", "next")).format(x=wish))
    return tidy(" ".join(parts))


def _free(tool: Mapping[str, Any], name: str) -> bool:
    """Return whether an argument takes any text, so that it can be what an earlier call was given."""
    part = ((tool.get("parameters") or {}).get("properties") or {}).get(name) or {}
    return part.get("type", "string") == "string" and not part.get("enum")


def wished(tool: Mapping[str, Any], given: Mapping[str, Any], rng: random.Random, told: set[str]) -> str:
    """Return what a person wants from a tool, as the end of "I'd like to ...", with argument values not told before.

    Examples
    --------
    >>> tool = {"name": "x", "description": "Finds trains between two cities.", "parameters": {}}
    >>> wished(tool, {"origin": "Rome", "destination": "Pisa"}, random.Random(0), set())
    'find trains from Rome to Pisa'
    """
    text = _CUT.sub("", re.split(r"[.;(\n]", str(tool.get("description") or ""))[0]).strip()
    verb, _, rest = text.partition(" ")
    verb = verb.lower() if verb.lower() in _ENDS_IN_S else re.sub(r"(?<=[a-z]{3})s$", "", verb.lower())
    own_name = " ".join(re.split(r"[\W_]+", str(tool["name"]).lower()))
    wish = f"{verb} {uncapital(rest)}" if rest else own_name
    for name, value in given.items():
        said = str(value)
        if said.lower() in _EMPTY or said in told or isinstance(value, bool) or said in ("True", "False"):
            continue
        told.add(said)
        wish += f" {_phrase(name, said, stays=bool(_STAY.search(text)))}"
    return wish


def _phrase(name: str, value: str, *, stays: bool) -> str:
    date = _ISO_DATE.match(value)
    if date and 1 <= int(date[1]) <= 12:
        value = f"{_MONTHS[int(date[1]) - 1]} {int(date[2])}"
    if stays and re.search(r"destination|location", name, re.IGNORECASE):
        return f"in {value}"
    label = " ".join(part for part in re.split(r"[\W_]+", name.lower()) if part not in ("number", "of", "num", "name"))
    label = label.removesuffix("s") if value == "1" else label
    for pattern, form in _PREPOSITIONS:
        if re.search(pattern, name, re.IGNORECASE):
            return re.sub(r"\b1 people", "1 person", form.format(v=value, label=label))
    return f"({label} {value})" if re.search(r"\d|_", value) else f"with {label} {value}"


def arguments(tool: Mapping[str, Any], seen: Mapping[str, Sequence[Any]], rng: random.Random) -> dict[str, Any]:
    """Return arguments that fit a tool's schema: all required ones and some others, values as real calls have them.

    Examples
    --------
    >>> tool = {"name": "x", "parameters": {"properties": {"n": {"type": "integer", "minimum": 3}}, "required": ["n"]}}
    >>> arguments(tool, {}, random.Random(0))["n"] >= 3
    True
    """
    schema = tool.get("parameters") or {}
    parts: Mapping[str, Any] = schema.get("properties") or {}
    required = list(schema.get("required") or ())
    optional = [name for name in parts if name not in required and seen.get(name) and rng.random() < 0.3]
    return {
        name: _value(name, parts.get(name) or {}, list(seen.get(name) or ()), rng) for name in (*required, *optional)
    }


def _value(name: str, part: Mapping[str, Any], seen: list[Any], rng: random.Random) -> Any:
    if part.get("enum"):
        plain = [one for one in part["enum"] if str(one).lower() not in _EMPTY]
        return rng.choice(plain or list(part["enum"]))
    kind = part.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    fitting = [one for one in seen if _is_kind(one, kind)]
    if fitting:
        return rng.choice(fitting)
    return _made(name, kind, part, rng)


def _is_kind(value: Any, kind: str) -> bool:
    types: dict[str, Any] = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    return isinstance(value, types.get(kind, object)) and not (isinstance(value, bool) and kind != "boolean")


def _made(name: str, kind: str, part: Mapping[str, Any], rng: random.Random) -> Any:
    if kind in ("integer", "number"):
        low = int(part.get("minimum", 1))
        return rng.randint(low, int(part.get("maximum", low + 9)))
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "array":
        return [_value(name, part.get("items") or {}, [], rng)]
    if kind == "object":
        parts = part.get("properties") or {}
        return {key: _value(key, parts.get(key) or {}, [], rng) for key in part.get("required") or parts}
    if part.get("format") == "date" or "date" in name.lower():
        return f"2025-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    if part.get("default") not in (None, "dontcare"):
        return str(part["default"])
    return f"{name.rsplit('_', 1)[-1][:3].upper()}{rng.randint(100, 999)}"


def conversation(data: Mapping[str, Any], rng: random.Random) -> dict[str, list[dict[str, Any]]]:
    """Return conversations for the payload of `chain`: the first calls with simulated results, and what the person answers.

    Examples
    --------
    >>> tools = [{"name": name, "description": f"{name.title()} a table", "parameters": {}} for name in ("find", "reserve")]
    >>> payload = {"tools": tools, "pattern": ["find", "reserve"], "count": 1}
    >>> conversation(payload, random.Random(0))["conversations"][0]["calls"][0]["name"]
    'find'
    """
    tools = {str(tool["name"]): tool for tool in data["tools"]}
    seen = data.get("arguments") or {}
    return {"conversations": [_told(list(data["pattern"]), tools, seen, rng) for _ in range(int(data["count"]))]}


def _told(
    pattern: Sequence[str], tools: Mapping[str, Any], seen: Mapping[str, Any], rng: random.Random
) -> dict[str, Any]:
    told: set[str] = set()
    calls, wishes = [], []
    for name in pattern[:-1]:
        given = arguments(tools[name], seen.get(name) or {}, rng)
        wishes.append(wished(tools[name], given, rng, told))
        calls.append({"name": name, "arguments": given, "result": {"status": "ok", **given}})
    opening = rng.choice(lexicon.lines("chain", "opening")).format(x=wishes[0])
    later = [rng.choice(lexicon.lines("chain", "next")).format(x=wish) for wish in wishes[1:]]
    last = tools[pattern[-1]]
    goal = wished(last, {}, rng, told)
    final = wished(last, arguments(last, seen.get(pattern[-1]) or {}, rng), rng, told)
    return {
        "user": tidy(" ".join([opening, *later])),
        "calls": calls,
        "reply": capital(rng.choice(lexicon.lines("chain", "reply")).format(x=goal)),
        "follow_up": tidy(rng.choice(lexicon.lines("chain", "follow_up")).format(x=final)),
    }
