"""The dataset card of a generated set: what was wanted, who wrote it, what it cost, what was noted, what it is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from rftkit._version import VERSION
from rftkit.idea.check import Pair
from rftkit.idea.fields import FIELDS
from rftkit.idea.making import Made
from rftkit.idea.notes import Theme
from rftkit.idea.requirements import SOURCE_WORDS, Requirements
from rftkit.idea.saying import checked
from rftkit.idea.spec import Spec

_MOST_LABELS = 40


def card(
    name: str,
    wanted: Requirements,
    spec: Spec,
    pairs: Sequence[Pair],
    made: Made,
    *,
    model: str,
    count: int,
    kept: int,
    themes: Sequence[tuple[int, Theme, str]],
    warnings: Sequence[str],
    limits: Sequence[str],
) -> str:
    """Return the card as Markdown.

    Parameters
    ----------
    name
        Of the file.
    wanted, spec
        What was wanted.
    pairs
        The records.
    made
        What the run says.
    model
        Who wrote them.
    count
        How many were asked for.
    kept
        How many of them are samples that a person kept.
    themes
        Round, theme and the status of its change.
    warnings
        What a reader of the file should know.
    limits
        What the set is not.

    Examples
    --------
    >>> told = dict(model="rftkit/offline", count=1, kept=0, themes=[], warnings=[], limits=[])
    >>> card("a.jsonl", Requirements(), Spec(), [Pair("Hi", "greeting")], Made(1, ()), **told).splitlines()[0]
    '# a.jsonl'
    """
    parts = [
        _head(name, pairs, made, model, count, kept),
        "## Requirements\n\n" + _requirements(wanted),
        "## Checked in every record\n\n" + _bullets(checked(spec)),
        "## Counts\n\n" + _counts(spec, pairs, made),
        "## Notes and themes\n\n" + _themes(themes),
        "## Limits\n\n" + _bullets([*limits, *warnings, *(f"assumed: {line}" for line in spec.assumed)]),
    ]
    return "\n\n".join(parts) + "\n"


def _head(name: str, pairs: Sequence[Pair], made: Made, model: str, count: int, kept: int) -> str:
    cost = "unknown" if made.cost_usd is None else "nothing" if made.cost_usd == 0 else f"${made.cost_usd:.4f}"
    short = f" Asked for were {count}: {made.gave_up}." if len(pairs) < count else ""
    sampled = f" {kept} of them are samples that a person looked at and kept." if kept else ""
    return (
        f"# {_plain(name)}\n\n{len(pairs)} generated records with the columns `input` and `answer`, written by `{model}` with "
        f"rftkit {VERSION}.{short}{sampled} No person has read the others one by one.\n\n"
        f"Calls: {made.calls} ({made.cached_calls} answered before), {made.prompt_tokens} tokens read and {made.completion_tokens} "
        f"written. Cost: {cost}."
    )


def _requirements(wanted: Requirements) -> str:
    rows = ["| field | value | from |", "|---|---|---|"]
    for field in FIELDS:
        entry = wanted.entries.get(field)
        said = f"{SOURCE_WORDS[entry.source]}{', by hand' if entry.by_hand else ''}" if entry else "open"
        rows.append(f"| {FIELDS[field].title} | {_plain(entry.value) if entry else ''} | {said} |")
    lines = [rule.sentence for rule in wanted.rules]
    more = f"\n\nApproved after looking at samples:\n\n{_bullets(lines)}" if lines else ""
    return "\n".join(rows) + more


def _counts(spec: Spec, pairs: Sequence[Pair], made: Made) -> str:
    lines = [f"records: {len(pairs)}", f"edge cases asked for: {sum('edge_case' in pair.facets for pair in pairs)}"]
    words = [len(pair.input.split()) for pair in pairs]
    answers = [len(pair.answer.split()) for pair in pairs if pair.answer]
    lines += (
        [f"words of an input: {min(words)} to {max(words)}, half of them {median(words):g} or fewer"] if words else []
    )
    lines += (
        [f"words of an answer: {min(answers)} to {max(answers)}, half of them {median(answers):g} or fewer"]
        if answers
        else []
    )
    if spec.output.kind == "label":
        found = Counter(pair.answer for pair in pairs).most_common(_MOST_LABELS)
        lines += [f"answer {_plain(str(label))}: {count}" for label, count in found]
    for dimension in (name for name in spec.dimensions if name != "label"):
        shares = Counter(str(pair.facets.get(dimension)) for pair in pairs if dimension in pair.facets).most_common()
        lines += [f"{dimension} {_plain(value)}: {count}" for value, count in shares]
    lines += [
        f"turned down: {count} because {_plain(made.reasons.get(code, code))}" for code, count in made.rejected.items()
    ]
    return _bullets(lines)


def _themes(themes: Sequence[tuple[int, Theme, str]]) -> str:
    lines = [
        f"round {number}: {_plain(theme.name)}, {theme.count} note{'s' if theme.count != 1 else ''}, change {status}"
        for number, theme, status in themes
    ]
    return _bullets(lines) if lines else "No notes were written on samples."


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {_plain(line)}" for line in lines) if lines else "- nothing"


def _plain(text: str) -> str:
    """Return text on one line that Markdown takes as text: no table, no HTML, no link of its own."""
    flat = " ".join(str(text).split())
    marks: Mapping[int, str] = str.maketrans({"|": "\\|", "<": "&lt;", ">": "&gt;", "`": "\\`", "[": "\\[", "]": "\\]"})
    return flat.translate(marks)
