"""Records as the browser gets them: rows of a table, one record whole, and the static page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from rftkit import render, schema
from rftkit.messages import load
from rftkit.render import Html
from rftkit.sanitize.codes import SENTENCES
from rftkit.widgets._sentences import sentence
from rftkit.widgets._talk import talk

EMPTY = "No records yet: import some, then they are listed here."
NOTHING = "No record matches; choose less."
#: Rows of the static page: a saved notebook stays small.
PRINTED = 20


def shown_rows(page: pl.DataFrame, selected: Sequence[bool]) -> list[dict[str, Any]]:
    """Return what a table shows of a page of `rftkit.acts.browsing`.

    Parameters
    ----------
    page
        Its rows.
    selected
        Which of them are selected.

    Examples
    --------
    >>> shown_rows(pl.DataFrame(schema={"id": pl.String}), [])
    []
    """
    rows = page.to_dicts()
    return [{**_row(row), "selected": mark} for row, mark in zip(rows, selected, strict=True)]


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "text": row["text"],
        "topic": row["topic"] or "",
        "confidence": row["topic_confidence"],
        "method": row["topic_method"] or "",
        "valid": row["valid"],
        "errors": row["errors"] or [],
        "warnings": row["warnings"] or [],
        "generated": bool(row["generated"]),
        "stars": row["quality"],
        "turns": row["turns"],
        "split": row["split"] or "",
    }


def shown_record(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return one record as it is opened.

    Parameters
    ----------
    told
        What `rftkit.acts.browsing.whole` gives, and `stars` and `parts` where they were worked out.
    """
    codes = [*(told["errors"] or ()), *(told["warnings"] or ())]
    return {
        "id": told["id"],
        "topic": told["topic"] or "",
        "confidence": told["topic_confidence"],
        "method": told["topic_method"] or "",
        "valid": told["valid"],
        "findings": _findings(codes, load(told["details"]) or {}),
        "generated": bool(told["generated"]),
        "stars": told["quality"] if told["quality"] is not None else told.get("stars"),
        "parts": told.get("parts") or {},
        "split": told["split"] or "",
        "messages": talk(told["messages"]),
        "tools": _tools(told["tools"]),
        "facts": _facts(told),
        "more": {name: text for name in ("output", "metadata", "extra", "raw") if (text := told[name])},
    }


def _findings(codes: Sequence[str], details: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "error": code in schema.ERROR_CODES,
            "sentence": sentence(str(details.get(code) or SENTENCES.get(code, code))),
        }
        for code in codes
    ]


def _tools(tools: str | None) -> list[dict[str, str]]:
    found = load(tools)
    known = (
        [tool.get("function", tool) for tool in found or () if isinstance(tool, Mapping)]
        if isinstance(found, list)
        else []
    )
    return [
        {"name": str(tool.get("name") or "?"), "description": str(tool.get("description") or "")}
        for tool in known
        if isinstance(tool, Mapping)
    ]


def _facts(told: Mapping[str, Any]) -> dict[str, str]:
    origin = told["origin"] or {}
    line = f", line {origin['line']:,}" if origin.get("line") else ""
    known = {
        "from": f"{origin.get('file') or ''}{line}",
        "trace": origin.get("trace_id"),
        "variation of": told["source_record_id"],
        "strategy": (told["strategy"] or "").replace("_", " "),
        "written by": told["model"],
        "updated": str(told["updated_at"])[:16],
    }
    return {name: str(value) for name, value in known.items() if value}


def page(view: Mapping[str, Any], opened: Mapping[str, Any] | None = None) -> Html:
    """Return the static twin: the first rows, and the record that is open.

    Parameters
    ----------
    view
        What the browser gets.
    opened
        The record that is open, as `rftkit.acts.browsing.whole` gives it.

    Examples
    --------
    >>> "No records yet" in page({"total": 0, "matching": 0, "rows": [], "python": "ds.records()"})
    True
    """
    if not view or not view["rows"]:
        return render.card("Records", render.notice(EMPTY if not view or not view["total"] else NOTHING))
    heading = f"{render.count(view['matching'])} of {render.plural(view['total'], 'record')}"
    columns = {"id": "id", "text": "last user turn", "topic": "topic", "confidence": "confidence", "check": "check"}
    columns |= {"kind": "from", "stars": "stars", "turns": "turns", "split": "split"}
    rows = [{**row, "check": _check(row), "kind": _kind(row)} for row in view["rows"][:PRINTED]]
    formats: dict[str, Callable[[Any], object]] = {
        "text": lambda text: render.text(text or "", clamp=120),
        "confidence": render.score,
    }
    parts = [render.table(rows, columns, formats=formats, limit=len(rows), total=view["matching"])]
    if opened is not None:
        parts += [render.head(opened["id"]), render.thread(opened["messages"])]
    return render.card("Records", *parts, render.tag("code", view["python"]), note=heading)


def _check(row: Mapping[str, Any]) -> str:
    word = {True: "valid", False: "invalid", None: "not checked"}[row["valid"]]
    return ", ".join([word, *(code.replace("_", " ") for code in (*row["errors"], *row["warnings"]))])


def _kind(row: Mapping[str, Any]) -> str:
    return "generated" if row["generated"] else "original"
