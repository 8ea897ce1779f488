"""What is asked of a writer: batches of records, each with the slot it has to fill."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from math import gcd
from typing import Any

from rftkit.generate.facets import FACETS
from rftkit.idea import prompts
from rftkit.idea.requirements import Requirements
from rftkit.idea.spec import Spec
from rftkit.llm.request import Request

#: Records in one call.
BATCH = 10
#: Dimensions that are varied where the person named none.
USUAL = ("persona", "context")
_MOST_SHOWN, _MOST_AVOIDED, _MOST_REJECTED = 12, 20, 5
_TOKENS_EACH = (180, 1400)


def items_of(spec: Spec, count: int, seed: int) -> list[dict[str, Any]]:
    """Return what each record has to be like; the first of a longer list are those of a shorter one.

    Parameters
    ----------
    spec
        What is wanted.
    count
        How many records.
    seed
        Decides the combinations.

    Examples
    --------
    >>> from rftkit.idea.outputs import Output
    >>> items = items_of(Spec(output=Output("label", ("a", "b")), edge_share=0.5, edges=("typos",)), 4, 0)
    >>> sorted(item["label"] for item in items), sum("edge_case" in item for item in items)
    (['a', 'a', 'b', 'b'], 2)
    """
    items: list[dict[str, Any]] = [{} for _ in range(count)]
    dimensions: dict[str, Sequence[str]] = dict(spec.dimensions) or {name: FACETS[name] for name in USUAL}
    if spec.output.kind == "label":
        dimensions["label"] = weighted(spec.dimensions.get("label") or spec.output.labels)
    for name, about in ((spec.output.schema or {}).get("properties") or {}).items():
        choices = [str(value) for value in about.get("enum") or () if value is not None]
        if len(choices) > 1:  # a class within the JSON is balanced like a label
            dimensions[name] = choices
    for name, values in dimensions.items():
        for item, value in zip(items, _dealt(list(values), count, f"{seed}:{name}"), strict=False):
            item[name] = value
    edges = iter(_dealt(list(spec.edges), count, f"{seed}:edge"))
    for place in _edge_places(spec.edge_share, count):
        items[place]["edge_case"] = next(edges, "an unusual input of your choice")
    return items


def weighted(values: Sequence[str]) -> list[str]:
    """Return values as often as their shares say: ``"70 % positive"`` seven times beside ``"30 % negative"`` three times.

    Examples
    --------
    >>> weighted(["75 % a", "b 25%"]), weighted(["a", "b"])
    (['a', 'a', 'a', 'b'], ['a', 'b'])
    """
    import re

    parts = [re.fullmatch(r"(?:(\d{1,3}) ?% (?:of )?)?(.+?)(?: \(?(\d{1,3}) ?%\)?)?", value) for value in values]
    shares = [int(part[1] or part[3] or 0) if part else 0 for part in parts]
    if not all(shares):
        return list(values)
    unit = gcd(*shares)
    return [str(part[2]) for part, share in zip(parts, shares, strict=True) if part for _ in range(share // unit)]


def _dealt(values: list[str], count: int, seed: str) -> list[str]:
    rng, dealt = random.Random(seed), list[str]()
    while values and len(dealt) < count:
        deck = list(values)
        rng.shuffle(deck)
        dealt.extend(deck)
    return dealt[:count]


def _edge_places(share: float, count: int) -> list[int]:
    """Return which records are edge cases: spread evenly, and at any length as near to the share as can be."""
    return [place for place in range(count) if int((place + 1) * share + 0.5) > int(place * share + 0.5)]


def must(spec: Spec) -> list[str]:
    """Return what every record has to keep to, one line each; approved instructions come last.

    Examples
    --------
    >>> must(Spec(limits={("answer", "max", "words"): 40}, exclude=(("input", "emoji"),)))
    ['The answer has at most 40 words.', 'The input holds no emojis.']
    """
    words = {"min": "at least", "max": "at most", "chars": "characters"}
    lines = [f"The {t} has {words[b]} {n} {words.get(u, u)}." for (t, b, u), n in spec.limits.items()]
    lines += [f"Inputs are in {' or '.join(spec.languages)}."] if spec.languages else []
    foreign = spec.answer_languages != spec.languages and spec.output.kind in ("text", "open")
    lines += [f"Answers are in {' or '.join(spec.answer_languages)}."] if foreign and spec.answer_languages else []
    lines += [f"Every {target} holds {_one(name)}." for target, name in spec.include]
    from rftkit.offline.things import THINGS

    lines += [f"The {target} holds no {THINGS[name].plural}." for target, name in spec.exclude]
    return [*lines, *spec.instructions]


def _one(name: str) -> str:
    return f"an {name}" if name[0] in "aeio" else f"a {name}"


def pairs_request(
    wanted: Requirements,
    spec: Spec,
    items: Sequence[Mapping[str, Any]],
    *,
    number: int,
    round_: int,
    seed: int,
    avoid: Sequence[str] = (),
    rejected: Sequence[Mapping[str, str]] = (),
    whole: bool = False,
) -> Request:
    """Return the request for one batch.

    Parameters
    ----------
    wanted, spec
        The requirements.
    items
        What each record has to be like.
    number, round_
        Which batch, and which round of asking.
    seed
        Sent along.
    avoid
        Inputs that are there already.
    rejected
        What was turned down, with ``why``.
    whole
        Show all examples: for the keyless writer, which learns from nothing else.
    """
    shown = _shown(wanted, seed, whole=whole)
    data: dict[str, Any] = {
        "task": "pairs",
        "count": len(items),
        "checklist": {name: entry.value for name, entry in wanted.entries.items()},
        "must": must(spec),
        "output": {"kind": spec.output.kind, "labels": list(spec.output.labels), "schema": spec.output.schema},
        "items": [dict(item) for item in items],
        "examples": shown,
        "limits": {f"{bound} {unit} of the {target}": value for (target, bound, unit), value in spec.limits.items()},
        "include": [list(pair) for pair in spec.include],
        "exclude": [list(pair) for pair in spec.exclude],
        "vocabulary": {name: list(words) for name, words in wanted.vocabulary.items()},
        "batch": f"{number}.{round_}",
    }
    more = {
        "prompt": wanted.prompt,
        "avoid": list(avoid)[-_MOST_AVOIDED:],
        "rejected": list(rejected)[-_MOST_REJECTED:],
    }
    data.update({name: value for name, value in more.items() if value})
    each = tokens_each(spec)
    return Request(
        prompts.conversation("pairs", data),
        key=f"batch {number}",
        schema=schema_of(spec),
        temperature=0.8,
        max_tokens=200 + each * len(items),
        seed=seed,
    )


def _shown(wanted: Requirements, seed: int, *, whole: bool) -> list[dict[str, Any]]:
    pairs = [{"input": example.input, "answer": example.answer} for example in wanted.examples]
    if whole or len(pairs) <= _MOST_SHOWN:
        return pairs
    return random.Random(seed).sample(pairs, _MOST_SHOWN)


def tokens_each(spec: Spec) -> int:
    """Return how many tokens one record may take.

    Examples
    --------
    >>> tokens_each(Spec())
    210
    """
    words = sum(limit for (_, bound, unit), limit in spec.limits.items() if bound == "max" and unit == "words")
    free = 150 if spec.output.kind in ("text", "code", "open") and not words else 0
    low, high = _TOKENS_EACH
    return min(high, max(low, 2 * words + 60 + free))


def schema_of(spec: Spec) -> dict[str, Any]:
    """Return the JSON schema of a writer's answer; each record is judged alone, so the answers in it are left loose.

    Examples
    --------
    >>> schema_of(Spec())["required"]
    ['records']
    """
    answer = {} if spec.output.kind == "json" else {"type": ["string", "number", "boolean", "null"]}
    record = {
        "type": "object",
        "properties": {"input": {}, "answer": answer},
        "required": [],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"records": {"type": "array", "items": record}},
        "required": ["records"],
        "additionalProperties": False,
    }
