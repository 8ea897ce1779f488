"""What stands beside a prompt for its grader: the source's other keys and free metadata, flat.

A grader reads `item.<key>`, so every other top-level key of the source row is written as it came, with its JSON value
untouched. Keys of `metadata` join them when their value is plain (text, number, true, false, null): nested metadata is
what some services refuse, and is left out and counted. Where a name is wanted twice, the prompt's own keys win, then
rftkit's, then the source's, then metadata's. The calls of a stored output join them last, as `reference_tool_calls`.
A value that is nested too deeply for ordinary parsers would make its whole file unreadable: it is left out and counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec
import numpy as np
import polars as pl

from rftkit.formats.deep import LIMIT, is_deep
from rftkit.formats.writing import text
from rftkit.formats.writing.calls import reference_calls
from rftkit.formats.writing.target import Notes, Options

#: Names under which a source row may carry the answer that a grader compares with, best first.
REFERENCE_KEYS = ("reference_answer", "answer", "ground_truth", "reference")

#: What rftkit knows of a record and a grader may want, by the name it gets.
OWN = {
    "topic": "topic",
    "rftkit_id": "id",
    "generated": "generated",
    "strategy": "strategy",
    "source_record_id": "source_record_id",
    "quality": "quality",
}

_members_of = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]', re.DOTALL)


def top_level(source: str | None) -> dict[str, str]:
    """Return the members of a JSON object as JSON text each, however deep or big they are.

    Parameters
    ----------
    source
        JSON text of an object, or None.

    Examples
    --------
    >>> top_level('{"a": [1, {"b": 2}], "c": 1e3}')
    {'a': '[1, {"b": 2}]', 'c': '1e3'}
    """
    if source is None:
        return {}
    try:
        return {key: bytes(value).decode() for key, value in _members_of(source).items()}
    except (msgspec.DecodeError, RecursionError):
        return dict(_scan(source))


def _scan(source: str) -> Iterator[tuple[str, str]]:
    """Yield the members by counting brackets: no parser that recurses can be asked."""
    depth, key, start = 0, None, 0
    for token in _TOKEN.finditer(source):
        sign = token.group()
        if sign in "{[":
            depth += 1
        elif depth == 1 and sign == ":" and key is not None and start == 0:
            start = token.end()
        elif depth == 1 and sign in ",}" and key is not None:
            yield msgspec.json.decode(key), source[start : token.start()].strip()
            key, start = None, 0
        elif depth == 1 and key is None and sign.startswith('"'):
            key = sign
        if sign in "}]":
            depth -= 1


def references(frame: pl.DataFrame) -> pl.Series:
    """Return the JSON text of each record's reference answer; null where it has none.

    Parameters
    ----------
    frame
        Column `extra`.

    Examples
    --------
    >>> references(pl.DataFrame({"extra": ['{"reference_answer":{"total":12.15}}', '{"a":1}', None]})).to_list()
    ['{"total":12.15}', None, None]
    """
    likely = frame["extra"].str.contains("|".join(f'"{key}"' for key in REFERENCE_KEYS))
    found = [_reference(extra) if maybe else None for extra, maybe in zip(frame["extra"], likely, strict=True)]
    return pl.Series("reference", found, dtype=pl.String)


def _reference(extra: str) -> str | None:
    values = top_level(extra)
    return next((values[key] for key in REFERENCE_KEYS if values.get(key, "null") != "null"), None)


def plain_text(value: pl.Series) -> pl.Series:
    """Return JSON texts as a person would write them: a string without quotes, everything else as JSON.

    Examples
    --------
    >>> plain_text(pl.Series(['"12.15"', '{"total":12.15}', None])).to_list()
    ['12.15', '{"total":12.15}', None]
    """
    return pl.Series(value.name, [None if item is None else plain(item) for item in value], dtype=pl.String)


def plain(value: str) -> str:
    """Return one JSON text as a person would write it.

    Examples
    --------
    >>> plain('"12.15"'), plain("12.15")
    ('12.15', '12.15')
    """
    return str(msgspec.json.decode(value)) if value.startswith('"') else value


def beside(
    frame: pl.DataFrame,
    taken: Iterable[str],
    options: Options,
    notes: Notes,
    own: Sequence[str] = ("topic", "rftkit_id"),
) -> pl.Series:
    """Return the members that stand beside each prompt, as JSON text that begins with a comma or is empty.

    Parameters
    ----------
    frame
        Columns of `schema.FRAME`.
    taken
        Keys that the target itself writes.
    options
        `columns` names the keys that are wanted.
    notes
        Counts what had to be left out.
    own
        What rftkit adds unless `columns` says otherwise.

    Examples
    --------
    >>> row = {"id": "a", "topic": "b/c", "extra": '{"answer":"4"}', "metadata": None}
    >>> frame = pl.DataFrame([row], schema_overrides={"metadata": pl.String})
    >>> beside(frame, ["messages"], Options(), Notes()).to_list()
    [',"answer":"4","topic":"b/c","rftkit_id":"a"']
    """
    mine = _own(frame, own if options.columns is None else options.columns)
    # What the record has of its own is not null here; only then does it push a foreign key aside.
    present = frame.select(pl.col(OWN[name]).is_not_null().alias(name) for name in mine)
    foreign = _foreign(frame, frozenset(taken), present, options.columns, notes)
    calls = pl.lit(reference_calls(frame, options))
    return frame.select(pl.concat_str(pl.lit(foreign), *mine.values(), calls, ignore_nulls=True)).to_series()


def _own(frame: pl.DataFrame, names: Sequence[str]) -> dict[str, pl.Expr]:
    return {
        name: text.member(name, pl.when(pl.col(OWN[name]).is_not_null()).then(text.quoted(pl.col(OWN[name]))))
        for name in names
        if OWN.get(name) in frame.columns
    }


def _foreign(
    frame: pl.DataFrame, taken: frozenset[str], own: pl.DataFrame, columns: Sequence[str] | None, notes: Notes
) -> pl.Series:
    """Return the source's keys: most rows as a slice of their text, the others key by key."""
    wanted = None if columns is None else frozenset(columns)
    extra, metadata = pl.col("extra"), pl.col("metadata")
    if wanted is None:
        simple = ~text.may_name(extra, (*taken, *own.columns)) & metadata.is_in(["{}"]).fill_null(True)
        text_ = text.inner(extra)
    else:
        simple = ~text.may_name(extra, wanted) & ~text.may_name(metadata, wanted)
        text_ = pl.lit("")
    rows = frame.select(
        (simple & ~pl.lit(_deep(frame["extra"]))).alias("simple"), "extra", "metadata", text_.alias("text")
    )
    if rows["simple"].all():
        return rows["text"].alias("beside")
    texts = rows["text"].to_list()
    for index in (~rows["simple"]).arg_true():
        blocked = taken.union(name for name in own.columns if own[name][index])
        texts[index] = _members(rows["extra"][index], rows["metadata"][index], blocked, wanted, notes)
    return pl.Series("beside", texts, dtype=pl.String)


def _deep(source: pl.Series) -> pl.Series:
    """Return which JSON texts hold something nested too deeply; short ones cannot."""
    deep = np.zeros(source.len(), dtype=np.bool_)
    for index in (source.str.len_bytes() > 2 * LIMIT).fill_null(False).arg_true():
        deep[index] = is_deep(source[index].encode())
    return pl.Series("deep", deep)


def _members(
    extra: str | None, metadata: str | None, blocked: frozenset[str], wanted: frozenset[str] | None, notes: Notes
) -> str:
    first, second = top_level(extra), top_level(metadata)
    deep = {key for key, value in {**second, **first}.items() if is_deep(value.encode())}
    notes["deep_value"] += not deep.isdisjoint(first if wanted is None else wanted)
    plain = {key: value for key, value in second.items() if value[0] not in "{["}
    notes["nested_metadata"] += len(plain) < len(second) and wanted is None
    # A reference answer that is left out here stands under the format's own name for it.
    notes["taken_key"] += not blocked.difference(REFERENCE_KEYS).isdisjoint(first)
    both = {**(plain if wanted is None else second), **first}
    order = [*first, *(key for key in both if key not in first)]
    kept = [key for key in order if key not in blocked | deep and (wanted is None or key in wanted)]
    return "".join(f",{msgspec.json.encode(key).decode()}:{both[key]}" for key in kept)
