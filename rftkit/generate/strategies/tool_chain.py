"""Tool chain: prompts that need the records' own tools, in the orders in which the records use them.

With ``multi_turn`` the first calls of a pattern are shown with results, and the prompt is what the person answers to
them; a call whose arguments do not fit the schema of its tool is never shown.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rftkit import messages
from rftkit.generate import prompts
from rftkit.generate.options import Options
from rftkit.generate.pool import Pool, Source
from rftkit.generate.strategies.common import Draft, Job, Task, ask, batches, head_of, items_of, strings
from rftkit.llm.parse import mismatch

NAME = "tool_chain"
_INNER_NAME = re.compile(r"think(?:ing)?|reflect|reason(?:ing)?|scratch_?pad|thought", re.IGNORECASE)
_INNER = re.compile(r"\b(?:record|write down|log|note) (?:a|your|the) thoughts?\b|\bto think about\b", re.IGNORECASE)
_LOOKED_AT, _PATTERNS, _LONGEST, _VALUES = 400, 12, 4, 8
CONVERSATIONS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "conversations": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "user": {"type": "string"},
                    "calls": {
                        "type": "array",
                        "items": {"type": "object", "required": ["name", "arguments", "result"]},
                    },
                    "reply": {"type": "string"},
                    "follow_up": {"type": "string"},
                },
                "required": ["user", "calls", "reply", "follow_up"],
            },
        }
    },
    "required": ["conversations"],
}
Tool = Mapping[str, Any]


def unfit(topic: str, pool: Pool, options: Options, node: Any = None) -> str | None:
    """Return why the strategy cannot serve a topic, or None when it can.

    Examples
    --------
    >>> import polars as pl
    >>> said = messages.pack([[{"role": "user", "content": "Hi there"}]])
    >>> unfit("Cards", Pool(pl.DataFrame([pl.Series("id", ["a"]), said, pl.Series("topic", ["Cards"])])), Options())
    'no record of this topic declares tools'
    """
    rows = pool.with_tools(pool.rows(topic))
    if not rows:
        return "no record of this topic declares tools"
    declared = {name for source in pool.sources(rows[:_LOOKED_AT]) for name in tools_of(source)}
    unknown = [name for pattern in options.tool_patterns for name in pattern if name not in declared]
    return f"no record of this topic declares the tool {unknown[0]!r} of the pattern" if unknown else None


def sources(pool: Pool, topic: str) -> list[int]:
    """Return the rows that declare tools."""
    rows = pool.with_tools(pool.rows(topic))
    return pool.showable(rows) or rows


def calls(job: Job) -> int:
    """Return how many requests a job takes."""
    return math.ceil(job.count / job.options.batch)


def tools_of(source: Source) -> dict[str, Tool]:
    """Return the function of every tool that a record declares, by name.

    Examples
    --------
    >>> tools = '[{"type": "function", "function": {"name": "find", "parameters": {}}}]'
    >>> list(tools_of(Source("a", [], tools, None)))
    ['find']
    """
    declared = messages.load(source.tools) if source.tools else []
    functions = (
        [one.get("function", one) for one in declared if isinstance(one, Mapping)] if isinstance(declared, list) else []
    )
    return {str(one["name"]): one for one in functions if isinstance(one, Mapping) and one.get("name")}


def called(source: Source) -> list[tuple[str, dict[str, Any]]]:
    """Return name and arguments of every call in a record, in order; arguments that are no object are empty.

    Examples
    --------
    >>> call = {"id": "1", "type": "function", "function": {"name": "find", "arguments": '{"q": "x"}'}}
    >>> called(Source("a", [{"role": "assistant", "content": None, "tool_calls": [call]}], None, None))
    [('find', {'q': 'x'})]
    """
    found = []
    for message in source.messages:
        for call in message.get("tool_calls") or []:
            function = call.get("function") or {}
            found.append((str(function.get("name")), _arguments(function.get("arguments"))))
    return found


def _arguments(text: Any) -> dict[str, Any]:
    try:
        value = messages.load(text) if isinstance(text, str) else text
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def patterns(found: Iterable[Source], most: int = _PATTERNS) -> list[tuple[str, ...]]:
    """Return the orders in which records call tools, most frequent first; repeated calls of one tool count once.

    Where no record calls a tool, every declared tool is a pattern of its own. Tools for notes to oneself are no steps.

    Examples
    --------
    >>> tools = '[{"type": "function", "function": {"name": "find", "parameters": {}}}]'
    >>> patterns([Source("a", [], tools, None)])
    [('find',)]
    """
    counts: Counter[tuple[str, ...]] = Counter()
    declared: dict[str, None] = {}
    for source in found:
        tools = tools_of(source)
        names = [name for name, _ in called(source) if not _is_inner(tools.get(name, {"name": name}))]
        order = tuple(name for place, name in enumerate(names) if place == 0 or names[place - 1] != name)
        if order:
            counts[order[:_LONGEST]] += 1
        declared.update(dict.fromkeys(name for name, tool in tools.items() if not _is_inner(tool)))
    mined = [pattern for pattern, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
    return (mined or [(name,) for name in declared])[:most]


def _is_inner(tool: Tool) -> bool:
    """Return whether a tool only keeps a thought: it does nothing that a person could ask for."""
    return bool(_INNER_NAME.fullmatch(str(tool.get("name"))) or _INNER.search(str(tool.get("description") or "")))


def tasks(job: Job, most: int | None = None) -> list[Task]:
    """Return tasks of up to a batch each, the patterns in turn.

    Parameters
    ----------
    job
        Its rows declare tools.
    most
        Make no more than so many.
    """
    found = job.pool.sources(job.rows[:_LOOKED_AT])
    orders = list(job.options.tool_patterns) or patterns(found)
    made = []
    for number, start, count in batches(job, most):
        order = orders[(number + job.round) % len(orders)]
        fitting = [source for source in found if set(order) <= set(tools_of(source))]
        if fitting:
            made.append(_task(job, fitting, order, number, count, job.items[start : start + count]))
    return made


def _task(job: Job, found: list[Source], order: tuple[str, ...], number: int, count: int, items: Any) -> Task:
    source = found[(number + job.round) % len(found)]
    declared = tools_of(source)
    conversation = job.options.multi_turn and len(order) > 1
    users = [one for one in found if set(order) & {name for name, _ in called(one)}] or found
    examples = [one.opening for one in users[: 20 if job.many else 4]]
    data = {
        "task": "chain_conversation" if conversation else "chain",
        "count": count,
        "topic": job.about(),
        "tools": [declared[name] for name in dict.fromkeys(order)],
        "pattern": list(order),
        "arguments": _seen(found, order),
        "examples": examples,
        **items_of(items),
        **job.before(job.avoid),
        **job.hints(examples),
    }
    name = f"{NAME}_conversation" if conversation else NAME
    schema = CONVERSATIONS_SCHEMA if conversation else prompts.PROMPTS_SCHEMA
    request = ask(name, data, job, heat=job.options.heat(NAME), schema=schema, sample=number + 1000 * job.round)
    facets = tuple({**dict(item), "tools": " > ".join(order)} for item in (items or [{}] * count))
    return Task(request, count, source=source, items=facets, shown=tuple(examples))


def _seen(found: Sequence[Source], order: Sequence[str]) -> dict[str, dict[str, list[Any]]]:
    """Return argument values of real calls, by tool and argument."""
    seen: dict[str, dict[str, list[Any]]] = {}
    for source in found:
        for name, arguments in called(source):
            for argument, value in arguments.items() if name in order else ():
                values = seen.setdefault(name, {}).setdefault(argument, [])
                if value not in values and len(values) < _VALUES and not isinstance(value, dict | list):
                    values.append(value)
    return seen


def drafts(task: Task, value: Any) -> list[Draft]:
    """Return prompts with the tools of the record they were made for, of one user turn or with earlier calls shown."""
    head, tools, choice = head_of(task.source)
    assert task.source is not None  # every task of this strategy has one
    declared = tools_of(task.source)
    if isinstance(value, Mapping) and "conversations" in value:
        shown = [
            _conversation(one, declared, number) for number, one in enumerate(value["conversations"][: task.count])
        ]
    else:
        shown = [[{"role": "user", "content": text}] for text in strings(value, task.count)]
    made = []
    for number, said in enumerate(shown):
        if said is not None and not _names_tool(said, declared):
            made.append(Draft([*head, *said], tools, choice, None, task.items[number], task.shown))
    return made


def _names_tool(said: Sequence[Mapping[str, Any]], declared: Mapping[str, Tool]) -> bool:
    texts = " ".join(str(message.get("content") or "") for message in said if message["role"] == "user")
    return any("_" in name and name.lower() in texts.lower() for name in declared)


def _conversation(one: Any, declared: Mapping[str, Tool], number: int) -> list[dict[str, Any]] | None:
    """Return the messages of a simulated conversation; None where it does not fit the schemas of its tools."""
    said: list[dict[str, Any]] = [{"role": "user", "content": str(one.get("user") or "")}]
    for place, call in enumerate(one.get("calls") or []):
        name, arguments = str(call.get("name")), call.get("arguments")
        if name not in declared or not fits(arguments, declared[name]):
            return None
        identifier = f"call_{number}_{place}"
        function = {"name": name, "arguments": messages.dump(arguments)}
        calls_ = [{"id": identifier, "type": "function", "function": function}]
        said.append({"role": "assistant", "content": None, "tool_calls": calls_})
        said.append(
            {"role": "tool", "tool_call_id": identifier, "name": name, "content": messages.dump(call.get("result"))}
        )
    said.append({"role": "assistant", "content": str(one.get("reply") or "")})
    said.append({"role": "user", "content": str(one.get("follow_up") or "")})
    return said if all(message.get("content") or message.get("tool_calls") for message in said) else None


def fits(arguments: Any, tool: Tool) -> bool:
    """Return whether call arguments fit a tool's schema: required ones there, types and allowed values right, none unknown.

    Examples
    --------
    >>> find = {"name": "find", "parameters": {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}}
    >>> fits({"q": "x"}, find), fits({"q": 1}, find), fits({"q": "x", "z": 1}, find)
    (True, False, False)
    """
    schema = tool.get("parameters") or {}
    if not isinstance(arguments, Mapping) or mismatch(dict(arguments), {"type": "object", **schema}) is not None:
        return False
    known = schema.get("properties")
    return known is None or set(arguments) <= set(known)
