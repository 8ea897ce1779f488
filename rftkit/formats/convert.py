"""From a line to drafts: the shape of the file says where the prompt is, the rest is the same for every shape.

Whatever shape made them, drafts are set right (`tidy`), the repairs of the line find their place in the draft, values
that are too deep for messages are kept apart, and a foreign `topic` becomes a topic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import xxhash

from rftkit.formats.documents import is_conversation
from rftkit.formats.draft import UNSET, Draft, NotUnderstood
from rftkit.formats.lines import Fix, Line, pointer, walk
from rftkit.formats.prompts import LABEL_KEYS, ORIGIN_KEYS
from rftkit.formats.shapes import Shape, shapes
from rftkit.formats.tidy import id_of, tidy

#: From this score on a row is taken for a row of a shape.
SURE: Final = 0.5
#: From this score on a row counts as one of another shape than its file's.
OTHER: Final = 0.8

_OWN_KEYS: Final = frozenset((*LABEL_KEYS, *ORIGIN_KEYS, "extra")) - {"topic", "model"}


@dataclass(slots=True)
class Tally:
    """What was seen while converting, beside the drafts.

    Examples
    --------
    >>> Tally().other_shape
    Counter()
    """

    formats: Counter[str] = field(default_factory=Counter)
    other_shape: Counter[str] = field(default_factory=Counter)
    not_understood: Counter[str] = field(default_factory=Counter)
    own_names: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Add what another tally counted."""
        for name in self.__dataclass_fields__:
            getattr(self, name).update(getattr(other, name))


@dataclass(frozen=True, slots=True)
class Plan:
    """How the rows of one file are read; decided once.

    Parameters
    ----------
    shape
        Name of the shape.
    mapping
        Field to column, what the shape found and what the user said.
    renames
        The part of the mapping that the user said: columns that are renamed before anything else.
    mixed
        Whether rows of another shape are read by theirs.

    Examples
    --------
    >>> Plan("records").mapping
    {}
    """

    shape: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    renames: Mapping[str, str] = field(default_factory=dict)
    mixed: bool = False


def drafts_of(line: Line, plan: Plan, tally: Tally, number: int | None = None) -> list[Draft]:
    """Return the prompts of a line.

    Parameters
    ----------
    line
        A line that could be read.
    plan
        How its file is read.
    tally
        Counts what is said about it in the report.
    number
        Line or row of the file, from 1.

    Examples
    --------
    >>> line = Line({"id": "a", "input": {"messages": [{"role": "user", "content": "Hi"}]}}, b"{}")
    >>> [draft.id for draft in drafts_of(line, Plan("records"), Tally(), 1)]
    ['a']
    """
    made = _convert(line.value, plan, tally)
    key = xxhash.xxh3_128(line.text)
    for index, draft in enumerate(made):
        draft.row_key = key.digest() if index == 0 else xxhash.xxh3_128(line.text + b"#%d" % index).digest()
        if draft.file is UNSET:
            draft.line = number
        _finish(draft, line, tally)
    return made


def _convert(value: Any, plan: Plan, tally: Tally) -> list[Draft]:
    shape = shapes()[plan.shape]
    value = {"messages": value} if is_conversation(value) else value
    if not isinstance(value, dict):
        tally.formats[shape.NAME] += 1
        return [Draft(messages=None, raw=value, problems=["invalid_data_structure"])]
    row = renamed(value, plan.renames) if plan.renames else value
    fits = shape.score(row) >= SURE
    if not fits and (other := _other(row, shape)) is not None:
        tally.other_shape[other.NAME] += 1
        if plan.mixed:
            shape, fits = other, True
    mapping = plan.mapping if plan.shape == shape.NAME else mapping_of(shape, [row])
    made = [draft for part in _parts(row, shape) for draft in _of_part(part, shape, mapping, fits, tally)]
    tally.formats[shape.NAME] += len(made)
    return made


def _parts(row: dict[str, Any], shape: Shape) -> list[dict[str, Any]]:
    """Return the rows of a row that is a whole document, such as a line of an OTLP collector; else the row itself."""
    unfold = getattr(shape, "rows", None)
    return (list(unfold(row)) if unfold is not None else []) or [row]


def _of_part(row: dict[str, Any], shape: Shape, mapping: Mapping[str, str], fits: bool, tally: Tally) -> list[Draft]:
    try:
        return shape.convert(row, mapping)
    except NotUnderstood as reason:
        if not fits and shape.score(row) == 0:
            return [_misfit(row)]
        tally.not_understood[str(reason)] += 1
        return []
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return [_misfit(row)]  # a row that the shape did not foresee is kept whole and is invalid


def mapping_of(shape: Shape, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return which field a shape reads from which column, for shapes whose fields have several names.

    Examples
    --------
    >>> mapping_of(shapes()["input-answer"], [{"question": "Hi"}])
    {'input': 'question'}
    """
    decide = getattr(shape, "mapping_of", None)
    return {} if decide is None else dict(decide(rows))


def _misfit(row: Mapping[str, Any]) -> Draft:
    return Draft(messages=None, raw=row, problems=["invalid_data_structure"])


def _other(row: dict[str, Any], shape: Shape) -> Shape | None:
    """Return the shape that a row of a mixed file rather has."""
    best = max((other for other in shapes().values() if other is not shape), key=lambda other: other.score(row))
    return best if best.score(row) >= OTHER else None


def renamed(row: Mapping[str, Any], renames: Mapping[str, str]) -> dict[str, Any]:
    """Return the row with the user's columns under the names of their fields.

    A column that had a field's name already keeps its value, unless the mapping replaces it. `a.b` is column `b` of
    the object in column `a`.

    Examples
    --------
    >>> renamed({"q": "Hi", "lang": "en"}, {"input": "q"}), renamed({"a": {"b": "Hi", "c": 1}}, {"input": "a.b"})
    ({'input': 'Hi', 'lang': 'en'}, {'a': {'c': 1}, 'input': 'Hi'})
    """
    for path in renames.values():
        if path not in row and reach(row, path) is not None:
            row = {**_without(row, path.split(".")), path: reach(row, path)}
    fields = {column: name for name, column in renames.items() if column in row}
    taken = set(fields.values())
    return {fields.get(key, key): value for key, value in row.items() if key in fields or key not in taken}


def reach(row: Mapping[str, Any], path: str) -> Any:
    """Return what a column holds, or `b` of the object in column `a` for `a.b`; None where there is no such thing.

    Examples
    --------
    >>> reach({"a": {"b": 1}}, "a.b"), reach({"a.b": 2}, "a.b"), reach({"a": 1}, "a.b")
    (1, 2, None)
    """
    if path in row:
        return row[path]
    value: Any = row
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value


def _without(row: Mapping[str, Any], path: Sequence[str]) -> dict[str, Any]:
    first, *rest = path
    if not rest:
        return {key: value for key, value in row.items() if key != first}
    return {**row, first: _without(row[first], rest)}


def _finish(draft: Draft, line: Line, tally: Tally) -> None:
    if draft.messages is not None:
        draft.messages = tidy(draft.messages, draft.repairs)
    if draft.id is not None and not isinstance(draft.id, str):
        draft.id = id_of(draft.id, draft.repairs)
    if "deep_json" in line.codes:
        _keep_deep(draft, line)
    draft.problems.extend(code for code in line.codes if code not in draft.problems)
    if draft.labels is None and draft.extra:
        _own_names(draft, tally)
    placed = [repair for fix in line.fixes for repair in _placed(fix, draft)]
    draft.repairs[:0] = [*line.repairs, *placed]


def _keep_deep(draft: Draft, line: Line) -> None:
    """Keep exact texts: of messages that are too deep as `raw`, of values beside them where they are."""
    if any(isinstance(holder[key], msgspec.Raw) for holder, key, _ in walk(draft.messages)):
        draft.raw = line.slices.get("input", {"messages": line.slices.get("messages", draft.messages)})
        draft.messages, draft.tools, draft.tool_choice = None, UNSET, UNSET
        draft.problems.append("invalid_content")
        draft.repairs = [entry for entry in draft.repairs if not entry["where"].startswith(("/messages", "/tools"))]
    if draft.extra is not None:
        draft.extra = {key: line.slices.get(key, value) for key, value in draft.extra.items()}
    if draft.metadata is not None and "metadata" in line.slices:
        draft.metadata = line.slices["metadata"]


def _own_names(draft: Draft, tally: Tally) -> None:
    """Take over a foreign topic; count foreign keys that are named like rftkit's own, which stay untouched."""
    extra = dict(draft.extra or {})
    topic = extra.get("topic")
    if isinstance(topic, str) and topic.strip():
        draft.labels = {"topic": topic, "topic_method": "imported"}
        del extra["topic"]
        draft.extra = extra or None
    for name in extra:
        if name in _OWN_KEYS:
            tally.own_names[name] += 1


def _placed(fix: Fix, draft: Draft) -> Iterator[dict[str, Any]]:
    """Yield the repair of a string or number at every place of the draft where it went."""
    found = [where for where in _places(draft, fix) if where is not None]
    for where in found or [f"row{pointer(fix.at)}"]:
        yield {"code": fix.code, "where": where, "before": fix.before}


def _places(draft: Draft, fix: Fix) -> Iterator[str]:
    parts = {
        "messages": draft.messages,
        "tools": draft.tools,
        "output": draft.output,
        "metadata": draft.metadata,
        "extra": draft.extra,
        "raw": draft.raw,
    }
    if isinstance(fix.after, str):
        if fix.after == draft.id and fix.at[-1:] == ("id",):
            yield "/id"
        yield from (pointer(path) for holder, key, path in walk(parts) if holder[key] == fix.after)
        return
    tail = fix.at[1:] if fix.at[:1] == ("metadata",) else fix.at
    for name in ("metadata", "extra"):
        if fix.after is None and _is_null(parts[name], tail):
            yield pointer((name, *tail))
            return


def _is_null(value: Any, path: tuple[str | int, ...]) -> bool:
    """Return whether a path leads to a null in a value."""
    for key in path:
        inside = key < len(value) if isinstance(value, list) and isinstance(key, int) else isinstance(value, dict)
        if not inside or (isinstance(value, dict) and key not in value):
            return False
        value = value[key]
    return value is None and bool(path)
