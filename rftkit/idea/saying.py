"""What was understood, said back to the person; and what is checked in every record."""

from __future__ import annotations

from rftkit.idea.fields import FIELDS
from rftkit.idea.requirements import SOURCE_WORDS, Requirements
from rftkit.idea.spec import Spec, spec_of


def said_back(wanted: Requirements) -> str:
    """Return what was understood, as a person reads it, with where each line came from and what is assumed.

    Examples
    --------
    >>> print(said_back(Requirements().put("task_goal", "sort messages")))
    This is what I understood.
    Task: sort messages (said by you)
    """
    lines = ["This is what I understood."]
    for name, entry in ((name, wanted.entries.get(name)) for name in FIELDS):
        if entry:
            lines.append(f"{FIELDS[name].title}: {short(entry.value, 300)} ({SOURCE_WORDS[entry.source]})")
    spec = spec_of(wanted)
    if wanted.examples:
        lines.append(f"Examples: {len(wanted.examples)}")
    lines += [f"Checked in every record: {line}" for line in checked(spec)]
    lines += [f"Assumed: {line}" for line in spec.assumed]
    return "\n".join(lines)


def checked(spec: Spec) -> list[str]:
    """Return what is checked in every record, as sentences.

    Examples
    --------
    >>> from rftkit.idea.outputs import Output
    >>> checked(Spec(output=Output("label", ("a", "b"))))
    ['the answer is one of a, b']
    """
    from rftkit.idea.asking import must

    lines = [line.rstrip(".") for line in must(spec) if line not in spec.instructions]
    form = {
        "label": f"the answer is one of {', '.join(spec.output.labels)}",
        "json": f"the answer is JSON with exactly {', '.join((spec.output.schema or {}).get('properties', {}))}",
        "number": "the answer is a number",
        "code": f"the answer is {spec.output.language or 'code'}",
    }.get(spec.output.kind)
    return ([form] if form else []) + [line[0].lower() + line[1:] for line in lines]


def short(text: str, most: int = 80) -> str:
    """Return a text on one line, cut where it is longer.

    Examples
    --------
    >>> short("one two three", 8)
    'one two\u2026'
    """
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1].rstrip()}\u2026"
