"""The share of calls whose arguments are what their tool's schema asks for.

The arguments are a JSON object, have everything required, nothing that is not declared, and values of the declared
types and from the declared lists, at the top level. An answer in words without a call has nothing wrong: 1.0, unless
`item.reference_tool_calls` expects a call.
"""

import json
from typing import Any

REFERENCE = "reference_tool_calls"  # option

TYPES: dict[str, Any] = {"string": str, "boolean": bool, "object": dict, "array": list, "null": type(None)}
TYPES.update({"integer": int, "number": (int, float)})


def fits(value: Any, schema: Any) -> bool:
    """Return whether a value has the declared type and is on the declared list."""
    if not isinstance(schema, dict):
        return True
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    right = not kinds or any(
        isinstance(value, TYPES.get(kind, object)) and (kind == "boolean" or not isinstance(value, bool))
        for kind in kinds
    )
    return right and ("enum" not in schema or value in schema["enum"])


def valid(call: dict[str, Any], tools: dict[str, Any]) -> bool:
    """Return whether a call is what its tool asks for."""
    function = call.get("function") or call
    arguments = function.get("arguments", {})
    try:
        arguments = json.loads(arguments) if isinstance(arguments, str) else arguments
    except ValueError:
        return False
    schema = tools.get(str(function.get("name")))
    if schema is None or not isinstance(arguments, dict):
        return False
    known = schema.get("properties") or {}
    closed = bool(known) and schema.get("additionalProperties") in (None, False)
    return (
        all(name in arguments for name in schema.get("required") or [])
        and not (closed and set(arguments) - set(known))
        and all(fits(value, known.get(name)) for name, value in arguments.items())
    )


def grade(sample: dict[str, Any], item: dict[str, Any]) -> float:
    """Return the share of calls with the right kind of arguments."""
    made = sample.get("output_tools") or []
    if not made:
        expected = item.get(REFERENCE)
        expected = json.loads(expected) if isinstance(expected, str) else expected
        return float(not expected and bool((sample.get("output_text") or "").strip()))
    offered = item.get("tools") or []
    offered = json.loads(offered) if isinstance(offered, str) else offered
    functions = [entry.get("function") or entry for entry in offered]
    tools = {str(entry.get("name")): entry.get("parameters") or {} for entry in functions}
    return sum(valid(call, tools) for call in made) / len(made)
