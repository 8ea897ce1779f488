"""What validation has to know of a prompt: texts, context, topic, structure, and the answers that must not be in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from rftkit import messages, schema
from rftkit.generate.similarity import contexts, normalise

_SHORTEST_REFERENCE, _SHORTEST_OUTPUT = 4, 20


@dataclass(frozen=True, slots=True)
class Entry:
    """One candidate as the validator sees it.

    Examples
    --------
    >>> Entry("How do I pay?", "how do i pay?", "", "").turns
    1
    """

    text: str
    folded: str
    context: str
    topic: str
    turns: int = 1
    structure: str | None = None
    shown: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()  # answers that must not be in it


def entries(frame: pl.DataFrame) -> list[Entry]:
    """Return what the validator has to know of prompts.

    Parameters
    ----------
    frame
        ``messages``, and ``topic`` where known.

    Examples
    --------
    >>> said = messages.pack([[{"role": "user", "content": "Hi"}], [{"role": "system", "content": "S"}]])
    >>> [entry.structure and entry.structure.split(":")[0] for entry in entries(said.to_frame())]
    [None, 'no_user_message']
    """
    topic = pl.col("topic") if "topic" in frame.columns else pl.lit(None, dtype=pl.String).alias("topic")
    element = pl.element().struct
    told = frame.select(
        messages.last_user_text().fill_null("").alias("text"),
        topic.fill_null(""),
        contexts().fill_null(""),
        messages.turns().fill_null(0),
        pl.col("messages").list.eval(element.field("role")).alias("roles"),
    ).with_columns(normalise(pl.col("text")).alias("folded"))
    rows = told.select("text", "folded", "context", "topic", "turns", "roles").iter_rows()
    return [
        Entry(text, folded, context, topic, count, _structure(roles, text))
        for text, folded, context, topic, count, roles in rows
    ]


def _structure(roles: Sequence[str | None] | None, text: str) -> str | None:
    if not roles:
        return "structure:it has no messages"
    odd = [role for role in roles if role not in schema.ROLES]
    if odd:
        return f"structure:the role {odd[0]!r} is none of {', '.join(schema.ROLES)}"
    if "user" not in roles:
        return "no_user_message:it has no user turn"
    if roles[-1] != "user":
        return f"structure:it ends with a turn of {roles[-1]}, not of the user"
    return None if text.strip() else "no_user_message:its last user turn is empty"


def with_secrets(found: list[Entry], candidates: pl.DataFrame, frame: pl.DataFrame) -> list[Entry]:
    """Return entries that know the answers of their sources, which must not be in them.

    Examples
    --------
    >>> with_secrets([], pl.DataFrame(), pl.DataFrame())
    []
    """
    if "source_record_id" not in candidates.columns or not {"id", "extra", "output"} & set(frame.columns) >= {"id"}:
        return found
    answers = answers_of(frame, candidates["source_record_id"].drop_nulls().unique().to_list())
    ids = candidates["source_record_id"].to_list()
    return [replace(entry, secrets=answers.get(one, ())) for entry, one in zip(found, ids, strict=True)]


def answers_of(frame: pl.DataFrame, ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the answers that records carry and their prompts do not: references and outputs.

    Examples
    --------
    >>> said = messages.pack([[{"role": "user", "content": "What is 6 * 7000?"}]])
    >>> frame = pl.DataFrame([pl.Series("id", ["a"]), said, pl.Series("extra", ['{"reference_answer":"42000"}'])])
    >>> answers_of(frame, ["a"])
    {'a': ('42000',)}
    """
    columns = [name for name in ("extra", "output") if name in frame.columns]
    if not columns or not ids:
        return {}
    part = frame.filter(pl.col("id").is_in(ids)).select("id", messages.last_user_text().alias("text"), *columns)
    found = {}
    for row in part.iter_rows(named=True):
        told = [*_references(row.get("extra")), *_outputs(row.get("output"))]
        found[row["id"]] = tuple(one for one in told if one.lower() not in (row["text"] or "").lower())
    return found


def _references(extra: str | None) -> list[str]:
    known = messages.load(extra) if extra else None
    if not isinstance(known, Mapping):
        return []
    told = (
        known.get(name) for name in ("reference_answer", "reference", "answer", "expected", "ground_truth", "solution")
    )
    return [str(one) for one in told if isinstance(one, str | int | float) and len(str(one)) >= _SHORTEST_REFERENCE]


def _outputs(output: str | None) -> list[str]:
    known = messages.load(output) if output else None
    last = known[-1] if isinstance(known, list) and known else known
    said = messages.text_of(last.get("content")) if isinstance(last, Mapping) else last
    return [said.strip()] if isinstance(said, str) and len(said.strip()) >= _SHORTEST_OUTPUT else []
