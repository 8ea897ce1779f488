"""rftkit's own rows, and any row that keeps its prompt under `input`: `{"id", "input": {"messages", "tools"}, ...}`.

Files that `export --format records` wrote are read back as they were, labels and all; `convert` knows their rows by
the labels that only rftkit writes together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.draft import UNSET, Draft
from rftkit.formats.prompts import LABEL_KEYS, ORIGIN_KEYS, PROMPT_KEYS, of_prompt, take
from rftkit.formats.tidy import repair

NAME = "records"
DESCRIPTION = "one record per row, its prompt under `input`: what `export --format records` writes"


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row keeps its prompt under `input.messages`.

    Examples
    --------
    >>> score({"id": "a", "input": {"messages": []}}), score({"messages": []})
    (0.95, 0.0)
    """
    if is_own(row):
        return 1.0
    prompt = row.get("input")
    if not isinstance(prompt, dict):
        return 0.0
    return 0.95 if "messages" in prompt else 0.5


def is_own(row: Mapping[str, Any]) -> bool:
    """Return whether `export --format records` wrote the row.

    Examples
    --------
    >>> is_own({"id": "a", "input": {}, "valid": True, "errors": [], "origin": {"file": None, "line": None}})
    True
    """
    return "valid" in row and isinstance(row.get("errors"), list) and isinstance(row.get("origin"), dict)


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the one prompt of a row.

    Parameters
    ----------
    row
        A row of a file.
    mapping
        Unused: this shape has one name for everything.

    Examples
    --------
    >>> draft = convert({"id": "a", "input": {"messages": [{"role": "user", "content": "Hi"}]}, "label": "x"}, {})[0]
    >>> draft.id, draft.extra
    ('a', {'label': 'x'})
    """
    draft = of_prompt(row.get("input", UNSET))
    own = is_own(row)
    used = ("input", "output", *((*LABEL_KEYS, *ORIGIN_KEYS, "extra") if own else ()))
    take(draft, row, used)
    if draft.id is None:
        draft.repairs.append(repair("id", "/id", *([row["id"]] if "id" in row else ())))
    if row.get("output") is not None:
        draft.output = row["output"]
    _beside_messages(draft, row.get("input"))
    return [_restored(draft, row) if own else draft]


def _beside_messages(draft: Draft, prompt: Any) -> None:
    """Keep what stands in `input` beside the prompt; `records` files set it apart."""
    if draft.raw is not UNSET or not isinstance(prompt, dict):
        return
    rest = {key: value for key, value in prompt.items() if key not in PROMPT_KEYS}
    if rest:
        draft.extra = {**(draft.extra or {}), "input": rest}


def _restored(draft: Draft, row: Mapping[str, Any]) -> Draft:
    draft.labels = {key: row[key] for key in LABEL_KEYS if key in row}
    draft.generated = row.get("generated") is True
    draft.source_record_id, draft.strategy, draft.model = (row.get(key) for key in ORIGIN_KEYS[1:4])
    origin = row["origin"]
    draft.file, draft.line = origin.get("file"), origin.get("line")
    draft.span_id, draft.trace_id, draft.turn = (origin.get(key) for key in ("span_id", "trace_id", "turn"))
    if isinstance(row.get("extra"), dict):
        draft.extra = {**(draft.extra or {}), **row["extra"]}
    return draft
