"""The task `pairs`: inputs with their answers, where rules can know the answer.

They can where the answer is decided before the input is written (a label, the values of a JSON), where a person gave a
template, or where an example gives it; then the input alone is said in other words. Else a record has no answer.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rftkit.offline import lexicon
from rftkit.offline.describe import describe
from rftkit.offline.fields import composed
from rftkit.offline.templates import Template, of_pair
from rftkit.offline.text import capital, closest, sentences, shingles, uncapital
from rftkit.offline.things import THINGS
from rftkit.offline.vary import vary
from rftkit.offline.write import write

_TRIES, _NOVELTY, _FEW = 8, 0.9, 3
_HELLO = (
    "",
    "Hi,",
    "Hello,",
    "Hi there,",
    "Hey,",
    "Good morning,",
    "One question:",
    "Quick question:",
    "Please tell me:",
)
_PLEASE = (
    "",
    "Thanks.",
    "Please help.",
    "Can you help?",
    "Thank you.",
    "Please let me know.",
    "I need to know it today.",
)
_TONES = dict(line.split(" = ", 1) for line in lexicon.lines("pairs", "tones"))
_SENTIMENTS = ("positive", "negative", "neutral")
_NAMELESS = re.compile(
    r"(?:none|other|others|misc\w*|unknown|general|rest|yes|no|true|false|ok|any(?: other)?|everything else|not applicable|n a|"
    r"(?:none|something|anything) (?:of|else).*|in scope|out of scope|relevant|irrelevant|class \d+|[a-z]?\d+|[a-z]|spam|ham|"
    r"high|medium|low|urgent|not urgent|normal|critical|emergency|soon|routine|good|bad|easy|hard|toxic|safe|unsafe)",
    re.IGNORECASE,
)
#: Edge cases that rules can write: words of the person -> what is done to the input.
EDGES: dict[str, str] = {
    "typos": r"typo|misspell|spelling|sloppy|careless",
    "capitals": r"all caps|capitals|upper ?case|shouting",
    "long": r"irrelevant|too much|long|rambling|unrelated details|off[- ]topic details",
    "short": r"very short|one word|terse|few words|fragment",
    "marks": r"no punctuation|without punctuation|run-on",
    "missing": r"missing|without|incomplete|no \w+ (?:number|name|date)|absent",
}


def pairs(data: Mapping[str, Any], rng: random.Random) -> dict[str, list[dict[str, Any]]]:
    """Return records for a payload with ``items``, ``output``, ``examples``, ``vocabulary`` and what must be.

    Examples
    --------
    >>> shown = [{"input": "Where is my parcel?", "answer": "delivery"}, {"input": "I want my money back", "answer": "billing"}]
    >>> asked = {"output": {"kind": "label", "labels": ["delivery", "billing"]}, "examples": shown, "items": [{"label": "billing"}]}
    >>> pairs(asked, random.Random(1))["records"][0]["answer"]
    'billing'
    """
    items = [dict(item) for item in data.get("items") or [{}] * int(data.get("count") or 1)]
    drafts = _drafts(data, items, rng)
    taken = [shingles(str(text)) for text in data.get("avoid") or []]
    records = []
    for item, draft in zip(items, drafts, strict=True):
        found = _fresh(lambda draft=draft, item=item: _finished(draft, item, data, rng), taken)  # type: ignore[misc]
        records.append({"input": found[0], "answer": found[1]} if found else {})
    return {"records": records}


Drafted = Callable[[], tuple[str, Any] | None]


def _fresh(make: Drafted, taken: list[frozenset[str]]) -> tuple[str, Any] | None:
    """Return the first draft that is unlike those before it; None where all are alike."""
    for _ in range(_TRIES):
        found = make()
        if found is None:
            continue
        own = shingles(found[0])
        if closest(own, taken) < _NOVELTY:
            taken.append(own)
            return found
    return None


def _drafts(data: Mapping[str, Any], items: Sequence[Mapping[str, Any]], rng: random.Random) -> list[Drafted]:
    output = data.get("output") or {}
    templates = [of_pair(str(pair["input"]), pair.get("answer")) for pair in data.get("examples") or []]
    words = data.get("vocabulary") or {}
    if output.get("kind") == "label":
        return _by_label(data, items, templates, rng)
    slotted = [template for template in templates if template.names and template.fillable(words)]
    plain = [template for template in templates if not template.names]
    schema = output.get("schema") or {}
    generic = output.get("kind") == "json" and not slotted and not any(isinstance(one.answer, Mapping) for one in plain)
    if generic:
        return [lambda item=item: _composed(item, schema, words, rng) for item in items]  # type: ignore[misc]
    deck = _dealt([*slotted, *plain], len(items), rng)  # every example as often as every other
    return [lambda template=template: _said_anew(template, words, rng) for template in deck]  # type: ignore[misc]


def _composed(
    item: Mapping[str, Any], schema: Mapping[str, Any], words: Mapping[str, Sequence[Any]], rng: random.Random
) -> tuple[str, Any] | None:
    return (
        composed(schema, words, rng, missing=_edge(item) == "missing", wished=item)
        if schema.get("properties")
        else None
    )


def _dealt(templates: Sequence[Template], count: int, rng: random.Random) -> list[Template | None]:
    dealt: list[Template | None] = []
    while templates and len(dealt) < count:
        dealt += rng.sample(list(templates), len(templates))
    return dealt[:count] if templates else [None] * count


def _said_anew(
    template: Template | None, words: Mapping[str, Sequence[Any]], rng: random.Random
) -> tuple[str, Any] | None:
    if template is None:
        return None
    return template.fill(words, rng) if template.names else _other_words(template, rng)


def _other_words(template: Template, rng: random.Random) -> tuple[str, Any] | None:
    """Return an example said otherwise, with all its values kept, so that its answer still holds."""
    given = template.input
    context = [{"role": "user", "text": given}, {"role": "assistant", "text": "."}]
    found = vary({"message": given, "count": 1, "context": context}, rng)["prompts"]
    if found:
        return found[0], template.answer
    hello, please = rng.choice(_HELLO), rng.choice(_PLEASE)  # a short question has few other forms
    return f"{hello} {uncapital(given) if hello else given} {please}".strip(), template.answer


def _by_label(
    data: Mapping[str, Any], items: Sequence[Mapping[str, Any]], templates: Sequence[Template], rng: random.Random
) -> list[Drafted]:
    """Return a draft for every item; the inputs of a label are written together, from its own examples."""
    shown: dict[str, list[Template]] = defaultdict(list)
    for template in templates:
        shown[str(template.answer).strip().casefold()].append(template)
    wanted = [str(item.get("label") or rng.choice(list(data["output"]["labels"]))) for item in items]
    stock = {
        label: _of_label(label, shown[label.casefold()], 2 * wanted.count(label) + 2, data, rng)
        for label in dict.fromkeys(wanted)
    }
    return [lambda label=label: (stock[label].pop(0), label) if stock[label] else None for label in wanted]  # type: ignore[misc]


def _of_label(
    label: str, shown: Sequence[Template], count: int, data: Mapping[str, Any], rng: random.Random
) -> list[str]:
    words = data.get("vocabulary") or {}
    keywords = [str(word) for word in words.get(label) or ()]
    texts = [template.input for template in shown if not template.names]
    slotted = [template for template in shown if template.names and template.fillable(words)]
    found = [filled[0] for template in slotted for _ in range(count) if (filled := template.fill(words, rng))]
    avoid = [*texts, *map(str, data.get("avoid") or [])]
    if len(texts) >= _FEW:
        asked = {"examples": texts, "count": count, "avoid": avoid, "topic": {"name": label, "keywords": keywords}}
        found += write(asked, rng)["prompts"]
    elif texts:
        found += [
            said for text in texts for said in vary({"message": text, "count": count, "context": []}, rng)["prompts"]
        ]
    if label.casefold() in _SENTIMENTS:
        found += [_opinion(label.casefold(), words, rng) for _ in range(count)]
    elif len(texts) < _FEW and (keywords or not texts) and (keywords or sayable(label)):
        found += describe({"topic": {"name": label, "keywords": keywords}, "count": count, "avoid": avoid}, rng)[
            "prompts"
        ]
    rng.shuffle(found)
    return found


def sayable(label: str) -> bool:
    """Return whether people would write about a label by its name: nobody writes about "other" or "class_3".

    Examples
    --------
    >>> sayable("billing"), sayable("other"), sayable("P1")
    (True, False, False)
    """
    return _NAMELESS.fullmatch(" ".join(re.split(r"[\W_]+", label))) is None


def _opinion(label: str, words: Mapping[str, Sequence[Any]], rng: random.Random) -> str:
    aspects = [str(word) for word in words.get("aspects") or ()] or list(lexicon.lines("pairs", "aspects"))
    lines = rng.sample(lexicon.lines("pairs", label), 2)
    said = [
        line.format(k=aspect, K=capital(aspect)) for line, aspect in zip(lines, rng.sample(aspects, 2), strict=True)
    ]
    return " ".join(said[: rng.choice((1, 2, 2))])


def _finished(
    draft: Drafted, item: Mapping[str, Any], data: Mapping[str, Any], rng: random.Random
) -> tuple[str, Any] | None:
    found = draft()
    if found is None:
        return None
    text, answer = found
    bound = (data.get("output") or {}).get("kind") == "json"  # its values stand in the input and must stay as they are
    text = _toned(text, str(item.get("tone") or ""), rng)
    text = _held(text, data, rng)
    text = _lengthened(text, data.get("limits") or {}, rng, long=_edge(item) == "long")
    text = _edged(text, _edge(item), rng, bound=bound)
    return _shortened(text, data.get("limits") or {}, "input"), _answer(answer, data.get("limits") or {})


def _edge(item: Mapping[str, Any]) -> str:
    """Return which of `EDGES` an item asks for; empty where it asks for none of them."""
    asked = str(item.get("edge_case") or "")
    return (
        next((name for name, pattern in EDGES.items() if re.search(pattern, asked, re.IGNORECASE)), "") if asked else ""
    )


def _toned(text: str, tone: str, rng: random.Random) -> str:
    known = _TONES.get(tone.casefold(), "none")
    if known == "none":
        return text
    line = rng.choice(lexicon.lines("pairs", f"tone {known}"))
    first = known in ("casual", "formal") and not line.startswith(("cheers", "I look", "Please confirm"))
    return f"{line} {text}" if first else f"{text} {line}"


def _held(text: str, data: Mapping[str, Any], rng: random.Random) -> str:
    """Put in what every input must hold, leave out the sentences with what none may hold."""
    for target, name in data.get("exclude") or ():
        if target == "input" and THINGS[name].found(text):
            kept = [part for part in sentences(text) if not THINGS[name].found(part)]
            text = " ".join(kept) or text
    for target, name in data.get("include") or ():
        thing = THINGS[name]
        if target == "input" and not thing.found(text) and thing.say is not None:
            said = thing.say(rng)
            text = f"{said} {text}" if said.endswith(",") else f"{text} {said}"
    return text


def _lengthened(text: str, limits: Mapping[str, int], rng: random.Random, *, long: bool) -> str:
    least = limits.get("min words of the input", 0)
    lines = list(lexicon.lines("pairs", "background"))
    rng.shuffle(lines)
    while lines and (len(text.split()) < least or long):
        line = lines.pop()
        text = f"{line} {text}" if rng.random() < 0.5 else f"{text} {line}"
        long = long and len(lines) > 9
    return text


def _edged(text: str, edge: str, rng: random.Random, *, bound: bool) -> str:
    if edge == "typos":
        return " ".join(_mistyped(word, rng) if rng.random() < 0.25 else word for word in text.split(" "))
    if edge == "capitals" and not bound:
        return text.upper()
    if edge == "marks":
        return (
            re.sub(r"(?<=\w)[.,!?;:](?=\s|$)", "", text).lower()
            if not bound
            else re.sub(r"(?<=\w)[,!?;](?=\s|$)", "", text)
        )
    if edge == "short" and not bound:
        return sentences(text)[0].rstrip(".?!")
    return text


def _mistyped(word: str, rng: random.Random) -> str:
    """Return a word with two letters exchanged or one left out; what may be a value stays."""
    if len(word) < 5 or not word.isalpha() or not word.islower():
        return word
    place = rng.randrange(1, len(word) - 2)
    return rng.choice(
        (word[:place] + word[place + 1] + word[place] + word[place + 2 :], word[:place] + word[place + 1 :])
    )


def _shortened(text: str, limits: Mapping[str, int], target: str) -> str:
    """Return the first sentences that keep within the most words; the first alone where it is too long itself."""
    most, lines = limits.get(f"max words of the {target}"), limits.get(f"max sentences of the {target}")
    parts = sentences(text)[: lines or None] if lines else sentences(text)
    if not most or len(text.split()) <= most:
        return " ".join(parts) if lines else text
    while len(parts) > 1 and len(" ".join(parts).split()) > most:
        parts.pop()
    return " ".join(parts)


def _answer(answer: Any, limits: Mapping[str, int]) -> Any:
    return _shortened(answer, limits, "answer") if isinstance(answer, str) else answer
