"""Which shape a file has, decided once by its first rows, and which field is which of its columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rftkit.errors import FormatError, InputError
from rftkit.formats.containers import KINDS, Numbered
from rftkit.formats.convert import SURE, mapping_of, reach, renamed
from rftkit.formats.documents import is_conversation
from rftkit.formats.exact import UnreadableError
from rftkit.formats.lines import read_line
from rftkit.formats.refusal import looks_like
from rftkit.formats.shapes import shapes

#: How many rows are looked at.
SAMPLE: Final = 400
# A row that is known this surely is not asked whether it is something else altogether.
_CERTAIN: Final = 0.85

# How much of the name of a column is shown; a file without a header has its first row there.
_NAME: Final = 40
# How far inside a row its messages are looked for, to say where they are.
_INSIDE: Final = 4

_ALIASES: Final = {"dpo": "preference", "openai": "openai-chat", "input_answer": "input-answer", "chat": "openai-chat"}


@dataclass(frozen=True, slots=True)
class Detection:
    """What a file was taken for.

    Parameters
    ----------
    format
        Name of the shape of its rows.
    container
        What holds the rows.
    mapping
        Field to column, for shapes whose fields have several names and for what the user named.
    why
        Half a sentence.
    confidence
        Share of the rows looked at that are of the shape, times how sure the shape was of them.

    Examples
    --------
    >>> Detection("records", "jsonl").format
    'records'
    """

    format: str
    container: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    confidence: float = 1.0


def container_named(name: str | None) -> str | None:
    """Return the container that a `--format` names, None when it names a shape or nothing.

    Examples
    --------
    >>> container_named("csv"), container_named("records")
    ('csv', None)
    """
    return name if name in KINDS else None


def shape_named(name: str | None) -> str | None:
    """Return the shape that a `--format` names, None when it names a container or nothing.

    Raises
    ------
    InputError
        No format has this name.

    Examples
    --------
    >>> shape_named("dpo")
    'preference'
    """
    if name is None or name in KINDS:
        return None
    wanted = _ALIASES.get(name.lower(), name.lower().replace("_", "-"))
    known = {key.replace("_", "-"): key for key in shapes()}
    if wanted not in known:
        raise InputError(f"there is no format {name!r}; choose one of {', '.join(sorted((*shapes(), *KINDS)))}")
    return known[wanted]


def values_of(rows: Iterable[Numbered]) -> list[Any]:
    """Return the values of the rows that can be read.

    Examples
    --------
    >>> values_of([(1, b'{"a": 1}'), (2, b"oops"), (3, b"")])
    [{'a': 1}]
    """
    found = []
    for _, text in rows:
        try:
            value = read_line(text).value
        except UnreadableError:
            continue
        found.append({"messages": value} if is_conversation(value) else value)
    return found


def decide(
    name: str,
    container: str,
    values: Sequence[Any],
    *,
    wanted: str | None = None,
    renames: Mapping[str, str] | None = None,
    head: bytes = b"",
) -> Detection:
    """Decide what the rows are.

    Parameters
    ----------
    name
        The file, for messages.
    container
        What holds the rows.
    values
        The first rows.
    wanted
        Shape that the user named.
    renames
        Field to column, as the user said.
    head
        First row as it is, for the message when no row could be read.

    Raises
    ------
    FormatError
        The rows are no chat data, or a column of `renames` is in none of them.

    Examples
    --------
    >>> rows = [{"question": "3 x 4?", "expected": "12"}]
    >>> decide("a.csv", "csv", rows).mapping
    {'input': 'question', 'answer': 'expected'}
    """
    renames = renames or {}
    rows = [value for value in values if isinstance(value, dict)]
    _check_columns(name, rows, renames)
    named = [renamed(row, renames) for row in rows]
    if wanted is not None:
        return Detection(wanted, container, _mapping(wanted, named, renames), "named by the user")
    if not rows:
        raise FormatError(_nothing(name, values, head))
    votes, sureness, refused, beside = _vote(named)
    best, count = max(votes.items(), key=lambda entry: (entry[1], sureness[entry[0]]), default=("", 0))
    if not votes or refused.total() - beside[best] > votes.total():
        raise FormatError(_unknown(name, rows, refused))
    why = f"{count:,} of the first {len(rows):,} rows are {shapes()[best].DESCRIPTION}"
    confidence = round(sureness[best] / len(rows), 4)
    return Detection(best, container, _mapping(best, named, renames), why, confidence)


def _vote(rows: Iterable[Mapping[str, Any]]) -> tuple[Counter[str], Counter[str], Counter[str], Counter[str]]:
    """Return votes and sureness by shape, refusals by what is said, and refusals by the shape they stand beside.

    Spans of other work belong to the trace they are in: however many they are, they speak against no model call in it.
    """
    beside: Counter[str] = Counter()
    votes: Counter[str] = Counter()
    sureness: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for row in rows:
        scores = {name: shape.score(dict(row)) for name, shape in shapes().items()}
        best = max(scores, key=lambda name: scores[name])
        said = looks_like(row) if scores[best] < _CERTAIN else None
        if said is not None:
            refused[said] += 1
            beside.update(name for name, score in scores.items() if score > 0)
        elif scores[best] >= SURE:
            votes[best] += 1
            sureness[best] += scores[best]  # type: ignore[assignment]
    return votes, sureness, refused, beside


def _mapping(shape: str, rows: Sequence[Mapping[str, Any]], renames: Mapping[str, str]) -> dict[str, str]:
    found = mapping_of(shapes()[shape], rows)
    return {**{name: renames.get(column, column) for name, column in found.items()}, **renames}


def _check_columns(name: str, rows: Sequence[Mapping[str, Any]], renames: Mapping[str, str]) -> None:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    for wanted in renames.values():
        if rows and wanted not in columns and all(reach(row, wanted) is None for row in rows):
            raise FormatError(
                f"{name!r} has no column {wanted!r}; it has {_listed(columns)}; name one of these in --map"
            )


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(column if len(column) <= _NAME else f"{column[:_NAME]}..." for column in columns[:12])
    return f"{shown} and {len(columns) - 12} more" if len(columns) > 12 else shown


def _nothing(name: str, values: Sequence[Any], head: bytes) -> str:
    if values:
        kinds = sorted({type(value).__name__ for value in values})
        return f"{name!r} holds JSON ({', '.join(kinds)}) but no objects, so no records; each row has to be an object"
    if not head.strip():
        return f"{name!r} hold no row; give at least one record"
    said = looks_like(head)
    begins = head[:60].decode("utf-8", "replace").strip()
    told = said or f"no row of it is JSON (it begins with {begins!r})"
    return f"{name!r} holds no records: {told}"


def _unknown(name: str, rows: Sequence[Mapping[str, Any]], refused: Counter[str]) -> str:
    if refused:
        return f"{name!r} holds no records: {refused.most_common(1)[0][0]}"
    columns = list(dict.fromkeys(column for row in rows for column in row))
    path = next((path for row in rows if (path := _path_of_turns(row)) is not None), None)
    hint = (
        "say which field is what with --map messages=FIELD or --map input=FIELD"
        if path is None
        else f"the messages seem to be in {path}: say so with --map messages={path}"
    )
    return (
        f"{name!r} has rows with {_listed(columns) or 'no fields'}, which is no chat format that rftkit knows; {hint}, "
        f"or name the format with --format"
    )


def _path_of_turns(value: Any, path: str = "", depth: int = 0) -> str | None:
    """Return where in a row its messages seem to be, as `--map` takes it."""
    if is_conversation(value):
        return path or None
    if not isinstance(value, dict) or depth > _INSIDE:
        return None
    inside = (_path_of_turns(item, f"{path}.{key}" if path else str(key), depth + 1) for key, item in value.items())
    return next((found for found in inside if found is not None), None)
