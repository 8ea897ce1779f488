"""The tasks `describe` and `expand`: prompts from a topic's own words, and one situation changed in one respect at a time."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rftkit.offline import doing, frames, lexicon, noise, slots
from rftkit.offline.compose import sound
from rftkit.offline.prose import NOTE, foreign
from rftkit.offline.text import closest, sentences, shingles, tidy, words
from rftkit.offline.write import wish_of

_DRAFTS, _NOVELTY = 20, 0.75
_WHO = "user|customer|person|client|caller|visitor|somebody|someone|student|patient|guest|employee"
_DOES = "asks|wants|needs|tries|would like|wishes|is asking|is trying|has|asking|wanting|trying|needing"
_ASKS = re.compile(
    rf"^(?:an?|the)? ?(?:{_WHO})s? (?:who )?(?:{_DOES}) (?P<link>to|for|about|how to)? ?(?P<rest>.+?)[.!]*$",
    re.IGNORECASE,
)
_ASPECTS = (
    ("time", r"time|date|day|when|deadline|duration|schedule|urgen"),
    ("constraint", r"constraint|budget|price|cost|limit|restriction|condition"),
    ("many", r"how many|number|count|passenger|people|party|quantity|size|group"),
    ("wrong", r"wrong|error|problem|fail|issue|trouble"),
    ("special", r"special|need|requirement|accessib|preference"),
)
#: The types of values that an aspect is about.
_VALUES = {"time": ("date", "iso_date", "time", "weekday", "duration"), "constraint": ("amount",), "many": ("count",)}


def describe(data: Mapping[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return prompts for a payload with ``topic``, ``count`` and, where known, ``items``, ``frames``, ``values``, ``actions``.

    Actions are those of the topic's words that the data shows to be what one does: "transfer money" is no thing to be
    asked about, "transferring money" is.

    Examples
    --------
    >>> topic = {"name": "Refunds", "keywords": ["refund status", "returned goods"]}
    >>> len(describe({"topic": topic, "count": 3}, random.Random(0))["prompts"])
    3
    """
    about = data.get("topic") or {}
    if foreign(" ".join((str(about.get("description", "")), *map(str, about.get("keywords") or ())))):
        return {"prompts": [], "note": NOTE}
    subjects = _subjects(about)
    actions = {one for one in subjects if one in (data.get("actions") or ()) or doing.likely(one)}
    items = data.get("items") or [{}] * int(data["count"])

    def draft(item: Mapping[str, Any]) -> str:
        chosen = rng.sample(subjects, 2) if len(subjects) > 1 else subjects * 2
        masks = data.get("frames") or []
        level = str(item.get("difficulty") or "easy")
        if masks and level == "easy" and rng.random() < 0.5 and chosen[0] not in actions:
            return str(rng.choice(masks)).replace("___", f"the {chosen[0]}")
        phrasing = wish_of(item).phrasing or rng.choice(frames.PHRASINGS)
        level = level if level in ("easy", "medium", "hard") else "medium"
        things = [doing.as_thing(one) if one in actions else one for one in chosen]
        return rng.choice(lexicon.lines("describe", f"{level} {phrasing}")).format(k=things[0], k2=things[1])

    return {"prompts": _chosen(items, draft, data, rng)}


def _subjects(topic: Mapping[str, Any]) -> list[str]:
    name = " ".join(re.split(r"[\W_]+", str(topic.get("name", "")))).strip().lower()
    keywords = [str(keyword).replace("_", " ").strip() for keyword in topic.get("keywords") or ()]
    named = [keyword for keyword in keywords if keyword and not doing.past(keyword)]
    own = named or _phrases(str(topic.get("description", "")))
    return list(dict.fromkeys([*own, name] if name else own)) or ["this"]


def _phrases(description: str) -> list[str]:
    """Return the parts of a description that commas and conjunctions set apart, short ones only."""
    parts = re.split(r"[,.;:()]| and | or | about | such as | including ", description)
    return [part.strip().lower() for part in parts if 1 <= len(part.split()) <= 4][:8]


def expand(data: Mapping[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return prompts for a payload with ``scenario``, ``count`` and ``items`` that name an ``aspect``.

    Examples
    --------
    >>> payload = {"scenario": "A user asks to book a flight", "count": 2, "items": [{"aspect": "time"}, {"aspect": "budget"}]}
    >>> len(expand(payload, random.Random(0))["prompts"])
    2
    """
    if foreign(str(data["scenario"])):
        return {"prompts": [], "note": NOTE}
    said = _situation(str(data["scenario"]))
    items = data.get("items") or [{}] * int(data["count"])

    def draft(item: Mapping[str, Any]) -> str:
        aspect, values = str(item.get("aspect") or "values"), data.get("values") or {}
        text = tidy(" ".join(_otherwise(part, wish_of(item).phrasing, rng) for part in said))
        other = _other_values(text, aspect, values, rng)
        if other != text:  # one change is enough: a sentence about Friday would contradict a new Monday
            return other
        changed = _changed(aspect, values, rng)
        return f"{text} {changed}" if rng.random() < 0.75 or not changed else f"{changed} {text}"

    return {"prompts": _chosen(items, draft, data, rng)}


def _other_values(text: str, aspect: str, values: Mapping[str, Sequence[str]], rng: random.Random) -> str:
    """Return the text with those of its values replaced that an aspect is about; all others stay as they are."""
    kinds = () if aspect == "values" else _VALUES.get(_kind(aspect) or "", ())
    return slots.swap(text, values, rng, kinds=kinds) if kinds or aspect == "values" else text


def _kind(aspect: str) -> str | None:
    return next((name for name, pattern in _ASPECTS if re.search(pattern, aspect, re.IGNORECASE)), None)


def _otherwise(part: str | frames.Core, phrasing: str | None, rng: random.Random) -> str:
    """Return a sentence in another frame; a statement stays, it is background."""
    core = frames.read(part) if isinstance(part, str) else part
    if core is None or core.kind in frames.TOLD:
        return str(part)
    return rng.choice(frames.forms(core, phrasing) or [str(part)])


def _situation(scenario: str) -> Sequence[str | frames.Core]:
    """Return what a person in a situation says: a told situation turned into a wish, a quoted message as its sentences."""
    match = _ASKS.match(scenario.strip())
    if not match:
        return sentences(scenario)
    link, rest = (match["link"] or "").lower(), match["rest"]
    kind, text = {"to": ("want", rest), "how to": ("how_to", rest)}.get(link, ("want", f"get help with {rest}"))
    return [frames.Core(kind, text)]


def _changed(aspect: str, values: Mapping[str, Sequence[str]], rng: random.Random) -> str:
    kind = _kind(aspect)
    if kind is None and aspect == "values":
        return ""
    line = rng.choice(lexicon.lines("aspects", kind or "other"))
    day = rng.choice(("Monday", "Tuesday", "Thursday", "Friday", "Saturday"))
    filled = {
        "date": rng.choice(
            list(values.get("date") or ("Friday", "the 15th", "the end of the month", "tomorrow evening"))
        ),
        "time": rng.choice(list(values.get("time") or ("5 pm", "noon", "tomorrow morning"))),
        "duration": rng.choice(("two days", "a week", "three weeks", "an hour")),
        "weekday_phrase": rng.choice((f"on {day}", f"next {day}", "this weekend", f"before {day}")),
        "amount": rng.choice(list(values.get("amount") or ("$50", "$120", "$300", "$1,000"))),
        "count": rng.choice(("two", "three", "four", "five", "seven", "a dozen")),
        "aspect": aspect,
    }
    return line.format(**filled)


def _chosen(items: Sequence[Mapping[str, Any]], draft: Any, data: Mapping[str, Any], rng: random.Random) -> list[str]:
    """Return, for every item, the draft that is least like what was written before."""
    taken = [shingles(str(text)) for text in data.get("avoid") or []]
    written = []
    for item in items:
        drafts = [tidy(draft(item)) for _ in range(_DRAFTS)]
        scored = [(closest(shingles(text), taken), text) for text in drafts if sound(text)]
        fresh = [pair for pair in scored if pair[0] < _NOVELTY and len(words(pair[1])) > 2]
        if fresh:
            text = noise.roughen(min(fresh)[1], rng, 0.04)
            written.append(text)
            taken.append(shingles(text))
    return written
