"""LangSmith: runs of the API, of a bulk export, or nested in their parents; messages of LangChain or of a provider."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rftkit.formats.dialects import requests
from rftkit.formats.dialects.values import first, name_of, without
from rftkit.formats.dialects.values import mapping as object_of
from rftkit.formats.draft import Draft, NotUnderstood
from rftkit.formats.shapes._drafts import each, of_call

NAME = "langsmith"
DESCRIPTION = "LangSmith runs of type `llm`, LangChain messages included"

_KINDS = ("llm", "chain", "tool", "retriever", "embedding", "prompt", "parser")
_USED = ("id", "trace_id", "inputs", "outputs", "extra", "run_type", "child_runs", "serialized", "events")
_TIES = ("conversation_id", "thread_id", "session_id")


def rows(document: Any) -> Iterator[dict[str, Any]]:
    """Yield the runs of a page of the API, or of a run with its children.

    Examples
    --------
    >>> [run["id"] for run in rows({"id": "a", "run_type": "chain", "child_runs": [{"id": "b", "run_type": "llm"}]})]
    ['a', 'b']
    """
    if not isinstance(document, dict):
        return
    if isinstance(document.get("runs"), list):
        for run in document["runs"]:
            yield from _tree(run)
    elif "run_type" in document:
        yield from _tree(document)


def _tree(run: Any) -> Iterator[dict[str, Any]]:
    waiting = [run]
    while waiting:  # no recursion: a file may nest deeper than Python can
        run = waiting.pop(0)
        if isinstance(run, dict) and "run_type" in run:
            yield without(run, ["child_runs"])
            children = run.get("child_runs")
            waiting[:0] = children if isinstance(children, list) else []


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is a run of LangSmith.

    Examples
    --------
    >>> score({"id": "r", "run_type": "llm", "inputs": {}})
    0.98
    """
    if row.get("run_type") not in _KINDS:
        return 0.0
    return 0.98 if any(key in row for key in ("inputs", "outputs", "dotted_order", "trace_id")) else 0.6


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the prompt of an `llm` run, or those of a run with its children.

    Examples
    --------
    >>> inputs = {"messages": [[{"type": "human", "content": "Hi"}]]}
    >>> convert({"id": "r", "trace_id": "t", "run_type": "llm", "inputs": inputs}, {})[0].messages
    [{'role': 'user', 'content': 'Hi'}]
    """
    children = row.get("child_runs")
    return each(rows(row), _draft) if isinstance(children, list) and children else [_draft(row)]


def _draft(run: dict[str, Any]) -> Draft:
    kind = run.get("run_type")
    if kind != "llm":
        raise NotUnderstood(f"a run of type {kind if kind in _KINDS else 'unknown'}, which is no call of a model")
    request = _request(object_of(run.get("inputs")))
    if request is None:
        raise NotUnderstood("a run of type llm without messages")
    extra = object_of(run.get("extra"))
    requests.complete(request, extra.get("invocation_params"))
    trace = name_of(run.get("trace_id"))
    where = {
        "id": name_of(run.get("id")),
        "span_id": name_of(run.get("id")),
        "trace_id": trace,
        # a run's own session_id is the project it was traced to, no conversation
        "conversation": name_of(first(object_of(extra.get("metadata")), *_TIES)) or trace,
    }
    facts = {**without(run, _USED), **without(extra, ["invocation_params"]), **request.rest}
    return of_call(request, _answer(run.get("outputs")), facts, **where)


def _request(inputs: dict[str, Any]) -> requests.Request | None:
    inner = first(inputs, "messages", "input", "prompt")
    if isinstance(inner, dict) and isinstance(inner.get("messages"), list):
        inputs = {**inputs, **inner}
    return requests.read(inputs)


def _answer(outputs: Any) -> Any:
    given = object_of(outputs)
    return None if set(given) <= {"error"} else given
