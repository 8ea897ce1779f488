"""From themes to changes: lines that a person approves, and where it can be measured, a rule with each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from statistics import median
from typing import Any

import msgspec

from rftkit.idea.check import measure
from rftkit.idea.notes import Theme
from rftkit.idea.requirements import Example, Requirements, Rule
from rftkit.idea.spec import limits_in, spec_of
from rftkit.offline.things import THINGS, thing_in

_SHORTER, _LONGER = 0.6, 1.5  # of what the noted texts have, where a note names no number
_UNITS = {"words": "words", "sentences": "sentences", "chars": "characters", "lines": "lines"}
_PLAIN = {
    "repetitive": "Every input has a situation and an opening of its own; no two begin alike.",
    "too_formal": "Write {t}s as people write in a chat: short, direct, without formal phrases.",
    "too_casual": "Write {t}s in a professional, polite tone.",
    "unrealistic": "Write {t}s as real people do, with the details and the gaps that real ones have.",
    "too_easy": "Make {t}s harder: several conditions, near misses, details that mislead.",
    "too_hard": "Make {t}s simpler: one request, plain words.",
    "vague": "Make {t}s concrete: names, numbers, places, what happened and when.",
    "typos": "Some {t}s have typos, as people type on a phone.",
    "wrong_answer": "Check every answer against its input before you write it down.",
    "off_topic": "Stay with the task of the checklist; nothing beside it.",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One line to approve.

    Attributes
    ----------
    id
        Names it: the id of its theme.
    line
        What will be told to the writer, and checked where `measured`.
    rule
        What it becomes in the requirements.
    measured
        Whether records are checked by it.
    because
        Name and count of the theme.
    status
        ``proposed``, ``approved`` or ``rejected``.

    Examples
    --------
    >>> Change("a", "Keep it short.", Rule("instruction", "answer", "", "Keep it short."), False, "").status
    'proposed'
    """

    id: str
    line: str
    rule: Rule
    measured: bool
    because: str
    status: str = "proposed"

    def to_dict(self) -> dict[str, Any]:
        """Return the change as plain values."""
        return asdict(self)


def changes_of(themes: Sequence[Theme], wanted: Requirements, cards: Mapping[str, Any]) -> list[Change]:
    """Return the change that each theme asks for.

    Parameters
    ----------
    themes
        The themes.
    wanted
        The requirements as they are.
    cards
        Cards by id, with ``input`` and ``answer``: lengths are taken from those that were noted.

    Examples
    --------
    >>> theme = Theme("t", "missing_thing", "no order numbers in the input", "input", "order number", ("n1",))
    >>> changes_of([theme], Requirements(), {})[0].line
    'Every input holds an order number.'
    """
    return [_change(theme, wanted, cards) for theme in themes]


def _change(theme: Theme, wanted: Requirements, cards: Mapping[str, Any]) -> Change:
    rule = _rule(theme, wanted, cards)
    because = f"{theme.name} ({theme.count} note{'s' if theme.count != 1 else ''})"
    return Change(theme.id, rule.sentence, replace(rule, origin=theme.id), rule.name != "instruction", because)


def _rule(theme: Theme, wanted: Requirements, cards: Mapping[str, Any]) -> Rule:
    if theme.code in ("too_long", "too_short"):
        return _length(theme, wanted, cards)
    if theme.code in ("missing_thing", "unwanted_thing"):
        return thing_rule(theme.target, str(theme.detail), wanted=theme.code == "missing_thing")
    if theme.code == "wrong_key":
        old, new = theme.detail
        return Rule("rename_key", "answer", [old, new], f"The key {old!r} of the answer is called {new!r}.")
    if theme.code == "language":
        return Rule("language", theme.target, theme.detail, f"Every {theme.target} is in {theme.detail}.")
    if theme.code == "wrong_label":
        return _labelled(theme, cards)
    line = theme.change or _PLAIN.get(theme.code, "").format(t=theme.target) or theme.quotes[0]
    return Rule("instruction", theme.target, "", line)


def thing_rule(target: str, name: str, *, wanted: bool) -> Rule:
    """Return the rule that every text holds a thing, or none does.

    Examples
    --------
    >>> thing_rule("answer", "apology", wanted=False).sentence
    'No answer holds apologies.'
    """
    article = "an" if name[0] in "aeio" else "a"
    sentence = f"Every {target} holds {article} {name}." if wanted else f"No {target} holds {THINGS[name].plural}."
    return Rule("include" if wanted else "exclude", target, name, sentence)


def _length(theme: Theme, wanted: Requirements, cards: Mapping[str, Any]) -> Rule:
    """Return a limit: the number that a note names, else six tenths (or half as much again) of what the noted cards have."""
    bound = "max" if theme.code == "too_long" else "min"
    told = [found for quote in theme.quotes for found in limits_in(quote) if found[0] == bound]
    if told:
        return limit_rule(theme.target, *told[0])
    noted = [str(getattr(cards[card], theme.target) or "") for card in theme.cards if card in cards]
    size = median(measure(text, "words") for text in noted) if noted else 0
    fixed = spec_of(wanted).output.kind in ("label", "number", "json") and theme.target == "answer"
    if not size or fixed:
        how = "shorter" if bound == "max" else "longer"
        return Rule("instruction", theme.target, "", f"Make {theme.target}s {how} than in the samples before.")
    number = max(3, round(size * _SHORTER)) if bound == "max" else round(size * _LONGER) + 1
    return limit_rule(theme.target, bound, "words", 5 * round(number / 5) if number >= 30 else number)


def limit_rule(target: str, bound: str, unit: str, number: int) -> Rule:
    """Return the rule that a text has at most or at least so many words.

    Examples
    --------
    >>> limit_rule("answer", "max", "words", 40).sentence
    'The answer has at most 40 words.'
    """
    how = "at most" if bound == "max" else "at least"
    return Rule(f"{bound}_{unit}", target, number, f"The {target} has {how} {number} {_UNITS[unit]}.")


def _labelled(theme: Theme, cards: Mapping[str, Any]) -> Rule:
    """Return the noted input with its right label, as an example to learn from."""
    card = next((cards[name] for name in theme.cards if name in cards), None)
    if card is None:
        return Rule("instruction", "answer", "", f"Use the label {theme.detail!r} where it fits better.")
    pair = {"input": card.input, "answer": theme.detail}
    return Rule("example", "answer", pair, f"The answer to \u201c{card.input[:120]}\u201d is {theme.detail}.")


def edited(change: Change, line: str) -> Change:
    """Return a change in the person's words; what can be measured in them becomes the rule.

    Parameters
    ----------
    change
        The change.
    line
        Its new line.

    Examples
    --------
    >>> first = Change("a", "The answer has at most 40 words.", limit_rule("answer", "max", "words", 40), True, "")
    >>> edited(first, "Answers have at most 25 words").rule.value
    25
    """
    rule = rule_of(line, change.rule.target)
    return replace(change, line=line, rule=replace(rule, origin=change.id), measured=rule.name != "instruction")


def rule_of(line: str, target: str = "answer") -> Rule:
    """Return the rule that a line states: a length, a thing that must be or must not be, else an instruction.

    Parameters
    ----------
    line
        What a person wrote.
    target
        Where the line does not say it.

    Examples
    --------
    >>> rule_of("Inputs never hold emojis").name, rule_of("Be kind").name
    ('exclude', 'instruction')
    """
    where = (
        "input"
        if re.search(r"\binputs?\b", line, re.I)
        else "answer"
        if re.search(r"\banswers?\b", line, re.I)
        else target
    )
    limit = next(limits_in(line), None)
    if limit:
        return replace(limit_rule(where, *limit), sentence=line)
    thing = thing_in(line)
    if thing is not None and re.search(
        r"\b(?:holds?|has|have|contains?|with|mentions?|includes?|no|never|without)\b", line, re.I
    ):
        no = re.search(r"\b(?:no|never|not|without|don'?t)\b", line, re.IGNORECASE)
        return replace(thing_rule(where, thing.name, wanted=not no), sentence=line)
    return Rule("instruction", where, "", line)


def applied(wanted: Requirements, changes: Sequence[Change]) -> Requirements:
    """Return requirements with approved changes in them; a later limit takes the place of an earlier one.

    Parameters
    ----------
    wanted
        The requirements.
    changes
        What was approved.

    Examples
    --------
    >>> change = Change("a", "", limit_rule("answer", "max", "words", 40), True, "")
    >>> [rule.value for rule in applied(applied(Requirements(), [change]), [change]).rules]
    [40]
    """
    for change in changes:
        rule = change.rule
        if rule.name == "example":
            pair = Example(str(rule.value["input"]), rule.value["answer"], "note")
            wanted = replace(wanted, examples=tuple(dict.fromkeys((*wanted.examples, pair))))
            continue
        if rule.name == "rename_key":
            wanted = replace(wanted, examples=tuple(renamed(pair, *rule.value) for pair in wanted.examples))
        kept = [one for one in wanted.rules if not _same(one, rule)]
        wanted = replace(wanted, rules=(*kept, rule))
    return wanted


def renamed(pair: Example, old: str, new: str) -> Example:
    """Return an example with a key of its answer renamed: what was approved holds for the examples too.

    Examples
    --------
    >>> renamed(Example("Hi", {"a": 1}), "a", "b").answer
    {'b': 1}
    """
    value = pair.answer
    text = isinstance(value, str)
    try:
        decoded = msgspec.json.decode(value) if text else value
    except msgspec.DecodeError:
        return pair
    if not isinstance(decoded, dict) or old not in decoded:
        return pair
    changed = {new if name == old else name: item for name, item in decoded.items()}
    return replace(pair, answer=msgspec.json.encode(changed).decode() if text else changed)


def _same(one: Rule, other: Rule) -> bool:
    if one.name in ("include", "exclude") and other.name in ("include", "exclude"):
        return (one.target, one.value) == (other.target, other.value)
    limits = one.name == other.name and one.name.startswith(("max_", "min_", "language"))
    return (limits and one.target == other.target) or (
        one.name == other.name and one.value == other.value and one.sentence == other.sentence
    )


def breaks(rule: Rule, given: str, answer: str | None) -> bool | None:
    """Return whether a pair breaks a rule; None where that cannot be measured.

    Parameters
    ----------
    rule
        The rule.
    given, answer
        The pair.

    Examples
    --------
    >>> breaks(limit_rule("answer", "max", "words", 2), "Hi", "one two three")
    True
    """
    text = given if rule.target == "input" else (answer or "")
    bound, _, unit = rule.name.partition("_")
    if bound in ("max", "min") and unit:
        size = measure(text, unit)
        return size > int(rule.value) if bound == "max" else size < int(rule.value)
    if rule.name in ("include", "exclude"):
        return (THINGS[str(rule.value)].found(text) is None) == (rule.name == "include")
    if rule.name == "rename_key":
        return _has_key(answer, rule.value[0]) or not _has_key(answer, rule.value[1])
    return None


def _has_key(answer: str | None, name: str) -> bool:
    try:
        value = msgspec.json.decode(answer or "")
    except msgspec.DecodeError:
        return False
    return isinstance(value, dict) and name in value
