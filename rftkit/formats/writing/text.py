"""JSON text built by columns: what is already JSON text is put in its place untouched, the rest is quoted.

Nothing is parsed on the way, so numbers of any length, key order and values of any depth come out as they went in, and
a million records cost seconds. Every function here is an expression or works on whole columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import polars as pl

#: Breaks a line for readers that split on more than `\n`. Inside JSON text these stand only in strings.
_LINE_BREAKERS = {"\u2028": "\\u2028", "\u2029": "\\u2029", "\u0085": "\\u0085"}


def quoted(value: pl.Expr) -> pl.Expr:
    r"""Return JSON text of a column of strings or numbers; `null` for nulls.

    Examples
    --------
    >>> pl.DataFrame({"a": ['say "hi"\n', None]}).select(quoted(pl.col("a"))).to_series().to_list()
    ['"say \\"hi\\"\\n"', 'null']
    """
    text = pl.struct(value.alias("v")).struct.json_encode()
    return text.str.strip_prefix('{"v":').str.strip_suffix("}")


def member(name: str, value: pl.Expr) -> pl.Expr:
    """Return `,"name":value` for a column of JSON text; null where the text is null, so that it can be left out.

    Examples
    --------
    >>> pl.DataFrame({"a": ["[1]", None]}).select(member("x", pl.col("a"))).to_series().to_list()
    [',"x":[1]', None]
    """
    return pl.concat_str(pl.lit(f',"{name}":'), value)


def members(values: Mapping[str, pl.Expr]) -> pl.Expr:
    """Return the members of an object, each with a leading comma; what is null is left out.

    Examples
    --------
    >>> frame = pl.DataFrame({"a": ["1", None], "b": ["2", "3"]})
    >>> frame.select(members({"a": pl.col("a"), "b": pl.col("b")})).to_series().to_list()
    [',"a":1,"b":2', ',"b":3']
    """
    return pl.concat_str([member(name, value) for name, value in values.items()], ignore_nulls=True)


def braced(body: pl.Expr) -> pl.Expr:
    """Return an object of members that begin with a comma.

    Examples
    --------
    >>> pl.DataFrame({"a": [',"x":1', ""]}).select(braced(pl.col("a"))).to_series().to_list()
    ['{"x":1}', '{}']
    """
    return pl.concat_str(pl.lit("{"), body.str.strip_prefix(","), pl.lit("}"))


def inner(value: pl.Expr) -> pl.Expr:
    """Return the members of a column of JSON objects, with a leading comma; empty where there are none.

    Examples
    --------
    >>> pl.DataFrame({"a": ['{"x":1}', "{}", None]}).select(inner(pl.col("a"))).to_series().to_list()
    [',"x":1', '', '']
    """
    body = value.str.strip_chars(" \t\r\n").str.strip_prefix("{").str.strip_suffix("}").str.strip_chars(" \t\r\n")
    full = body.str.len_bytes() > 0
    return pl.when(full.fill_null(False)).then(pl.concat_str(pl.lit(","), body)).otherwise(pl.lit(""))


def may_name(value: pl.Expr, keys: Iterable[str]) -> pl.Expr:
    """Return whether a column of JSON text may hold one of these keys somewhere; never False where it does.

    Examples
    --------
    >>> frame = pl.DataFrame({"a": ['{"id": 1}', '{"x": "an id"}', None]})
    >>> frame.select(may_name(pl.col("a"), ["id"])).to_series().to_list()
    [True, False, False]
    """
    spelled = [re.escape(f'"{key}"') for key in keys]
    # A letter can be spelled as an escape; nobody does, and who does is looked at.
    return value.str.contains("|".join([*spelled, r"\\u00"]) if spelled else "^$").fill_null(False)


def one_line(value: pl.Expr) -> pl.Expr:
    r"""Return JSON text without anything that some reader takes for the end of a line.

    Examples
    --------
    >>> pl.DataFrame({"a": ['[1,\n2,"\u2028"]']}).select(one_line(pl.col("a"))).item()
    '[1, 2,"\\u2028"]'
    """
    # A raw line feed cannot stand inside a JSON string, so what is found here is white space between values.
    found = value.str.contains("[\n\r\u0085\u2028\u2029]")
    clean = value.str.replace_many(["\n", "\r", *_LINE_BREAKERS], [" ", " ", *_LINE_BREAKERS.values()])
    return pl.when(found).then(clean).otherwise(value)


def messages_json(column: str = "messages", *, exact: bool = True) -> pl.Expr:
    """Return the expression of the messages as JSON text of a list.

    Parameters
    ----------
    column
        Name of a column of ``List(schema.MESSAGE)``.
    exact
        Write a message that the plain fields cannot hold (parts, odd keys) as it came; else as its text.

    Examples
    --------
    >>> from rftkit import messages
    >>> frame = pl.DataFrame([messages.pack([[{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]])])
    >>> frame.select(messages_json(exact=False)).item()
    '[{"role":"user","content":"Hi"}]'
    """
    element = pl.coalesce(pl.element().struct.field("raw"), _message()) if exact else _message()
    return pl.concat_str(pl.lit("["), pl.col(column).list.eval(element).list.join(","), pl.lit("]"))


def _message() -> pl.Expr:
    """Return one message in the order of keys that `messages.rebuild` gives it."""
    field = pl.element().struct.field
    tool = field("role").eq_missing("tool")
    name = pl.when(field("name").is_not_null()).then(member("name", quoted(field("name"))))
    call_id = pl.when(field("tool_call_id").is_not_null()).then(member("tool_call_id", quoted(field("tool_call_id"))))
    parts = (
        member("role", quoted(field("role"))),
        pl.when(tool).then(pl.concat_str(call_id, name, ignore_nulls=True)),
        member("content", quoted(field("content"))),
        pl.when(~tool).then(name),
        pl.when(field("role").eq_missing("assistant")).then(member("tool_calls", field("tool_calls"))),
    )
    return braced(pl.concat_str(parts, ignore_nulls=True))
