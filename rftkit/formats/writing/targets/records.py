"""rftkit's own JSON lines: everything about every record; reading them back gives the same records."""

from __future__ import annotations

import polars as pl

from rftkit.formats.writing import text
from rftkit.formats.writing.flat import top_level
from rftkit.formats.writing.target import Notes, Options, Target
from rftkit.messages import dump as quote

#: Top-level keys that are rftkit's in this format. A foreign key of such a name stands under `extra`.
KEYS = (
    "id",
    "input",
    "output",
    "topic",
    "topic_confidence",
    "topic_method",
    "secondary_topics",
    "valid",
    "errors",
    "warnings",
    "generated",
    "source_record_id",
    "strategy",
    "model",
    "quality",
    "split",
    "origin",
    "metadata",
    "created_at",
    "updated_at",
    "extra",
)


def lines(frame: pl.DataFrame, options: Options, notes: Notes) -> pl.Series:
    """Return one line of JSON per record.

    Parameters
    ----------
    frame
        Columns of `schema.FRAME`.
    options
        Unused: everything is written.
    notes
        Unused: nothing is lost.

    Examples
    --------
    >>> from rftkit.formats.writing.prompts import complete
    >>> frame = complete(pl.DataFrame({"id": ["a"], "messages": [[{"role": "user", "content": "Hi"}]]}))
    >>> lines(frame, Options(), Notes()).item()
    '{"id":"a","input":{"messages":[{"role":"user","content":"Hi"}]},"valid":null,"errors":[],"warnings":[],...'
    """
    body = pl.concat_str(text.members(_values()), pl.lit(_foreign(frame["extra"])))
    return frame.select(text.braced(body).alias("line")).to_series()


def _values() -> dict[str, pl.Expr]:
    """Return the JSON text of every key, null where the key is left out."""
    return {
        "id": _present("id"),
        "input": _input(),
        "output": pl.col("output"),
        **{name: _present(name) for name in ("topic", "topic_confidence", "topic_method")},
        # None and an empty list say the same; written, one of them would not come back.
        "secondary_topics": pl.when(pl.col("secondary_topics").list.len() > 0).then(
            text.quoted(pl.col("secondary_topics"))
        ),
        "valid": text.quoted(pl.col("valid")),
        "errors": text.quoted(pl.col("errors").fill_null([])),
        "warnings": text.quoted(pl.col("warnings").fill_null([])),
        "generated": text.quoted(pl.col("generated").fill_null(False)),
        **{name: _present(name) for name in ("source_record_id", "strategy", "model", "quality", "split")},
        "origin": _origin(),
        "metadata": pl.col("metadata").fill_null("{}"),
        "created_at": _time("created_at"),
        "updated_at": _time("updated_at"),
    }


def _present(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_not_null()).then(text.quoted(pl.col(name)))


def _time(name: str) -> pl.Expr:
    return text.quoted(pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"))


def _input() -> pl.Expr:
    """Return the prompt; what messages cannot hold as it came; nothing where the source had no input."""
    parts = {"messages": text.messages_json(), "tools": pl.col("tools"), "tool_choice": pl.col("tool_choice")}
    prompt = text.braced(text.members(parts))
    return pl.when(pl.col("messages").is_not_null()).then(prompt).otherwise(pl.col("raw"))


def _origin() -> pl.Expr:
    field = pl.col("origin").struct.field
    always = {name: text.quoted(field(name)) for name in ("file", "line")}
    known = {name: text.quoted(field(name)) for name in ("span_id", "trace_id", "turn")}
    some = {name: pl.when(field(name).is_not_null()).then(value) for name, value in known.items()}
    return text.braced(text.members({**always, **some}))


def _foreign(column: pl.Series) -> pl.Series:
    """Return the source's other keys as members; those that are named like one of ours, under `extra`."""
    odd = text.may_name(pl.col("extra"), KEYS).alias("odd")
    rows = column.to_frame("extra").select("extra", text.inner(pl.col("extra")).alias("text"), odd)
    if not rows["odd"].any():
        return rows["text"].alias("foreign")
    texts = rows["text"].to_list()
    for index in rows["odd"].arg_true():
        texts[index] = _set_apart(rows["extra"][index])
    return pl.Series("foreign", texts, dtype=pl.String)


def _set_apart(extra: str) -> str:
    members = top_level(extra)
    apart = {key: value for key, value in members.items() if key in KEYS}
    rest = {key: value for key, value in members.items() if key not in KEYS}
    return _joined(rest) + (f',"extra":{{{_joined(apart)[1:]}}}' if apart else "")


def _joined(members: dict[str, str]) -> str:
    return "".join(f",{quote(key)}:{value}" for key, value in members.items())


TARGET = Target(
    "records",
    "everything about every record, read back as the same",
    lines=lines,
    prompt_only=False,
    media=None,
    every_record=True,
    columns=False,
)
