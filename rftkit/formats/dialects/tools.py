"""Tool definitions and tool choices of every provider, folded to the chat form.

Read: the chat form, the Responses form (flattened), a bare function, Anthropic's ``input_schema``, MCP's
``inputSchema``, Bedrock's ``toolSpec`` and Gemini's ``functionDeclarations``. What is no function (a hosted search,
say) stays as it came.
"""

from __future__ import annotations

from typing import Any

from rftkit.formats.dialects.values import mapping, parsed

_SCHEMAS = ("parameters", "input_schema", "inputSchema", "parametersJsonSchema", "parameters_json_schema")
_DECLARATIONS = ("functionDeclarations", "function_declarations")
# Keys of a wrapper, which the chat form has one level up or not at all.
_OUTER = ("type", "cache_control", "cachePoint")
_GEMINI_TYPES = ("STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL")


def fold(value: Any) -> Any:
    """Return a list of tools in the chat form; a value that is no list of tools is returned as it came.

    Parameters
    ----------
    value
        A list of tools, JSON text of one, or an object that holds one under ``tools``.

    Examples
    --------
    >>> fold([{"name": "find_train", "input_schema": {"type": "object"}}])
    [{'type': 'function', 'function': {'name': 'find_train', 'parameters': {'type': 'object'}}}]
    """
    plain = parsed(value)
    if isinstance(plain, dict):
        inner = plain.get("tools")
        plain = inner if isinstance(inner, list) else [plain]
    if not isinstance(plain, list):
        return value
    return [tool for item in plain for tool in _fold_one(parsed(item))]


def _fold_one(tool: Any) -> list[Any]:
    if not isinstance(tool, dict):
        return [tool]
    declared = next((tool[key] for key in _DECLARATIONS if isinstance(tool.get(key), list)), None)
    if declared is not None:
        return [_function(_gemini(item)) if isinstance(item, dict) else item for item in declared]
    if isinstance(tool.get("function"), dict):
        return [tool if tool.get("type") == "function" else {"type": "function", **tool}]
    if isinstance(tool.get("toolSpec"), dict):
        return [_function(tool["toolSpec"])]
    return [_function(tool) if _is_function(tool) else tool]


def _is_function(tool: dict[str, Any]) -> bool:
    schema = any(key in tool for key in _SCHEMAS)
    return isinstance(tool.get("name"), str) and (schema or tool.get("type") in (None, "function", "custom"))


def _function(tool: dict[str, Any]) -> dict[str, Any]:
    function: dict[str, Any] = {}
    for key, value in tool.items():
        if key in _SCHEMAS:
            inner = parsed(value)
            function["parameters"] = inner["json"] if _is_bedrock_schema(key, inner) else inner
        elif key not in _OUTER and value is not None:
            function[key] = value
    return {"type": "function", "function": function}


def _is_bedrock_schema(key: str, value: Any) -> bool:
    return key == "inputSchema" and isinstance(value, dict) and list(value) == ["json"]


def _gemini(tool: dict[str, Any]) -> dict[str, Any]:
    if "parameters" not in tool:
        return tool
    return {**tool, "parameters": _lower_types(tool["parameters"])}


def _lower_types(schema: Any) -> Any:
    """Write the types of Gemini's schema enumeration (``OBJECT``) as JSON Schema has them."""
    if isinstance(schema, list):
        return [_lower_types(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: value.lower() if key == "type" and value in _GEMINI_TYPES else _lower_types(value)
        for key, value in schema.items()
    }


def fold_choice(value: Any) -> Any:
    """Return a choice of tool in the chat form; a value that is none is returned as it came.

    Examples
    --------
    >>> fold_choice({"type": "any"}), fold_choice({"type": "tool", "name": "find_train"})
    ('required', {'type': 'function', 'function': {'name': 'find_train'}})
    """
    if not isinstance(value, dict):
        return value
    inner = next((value[key] for key in ("functionCallingConfig", "function_calling_config") if key in value), None)
    if isinstance(inner, dict):
        return _gemini_choice(inner)
    if isinstance(value.get("tool"), dict):
        return _named(value["tool"].get("name"))
    if value.get("type") in ("tool", "function") and "function" not in value:
        return _named(value.get("name"))
    kind = value.get("type") or next(iter(value), None)
    return {"any": "required", "auto": "auto", "none": "none"}.get(str(kind), value)


def _gemini_choice(config: dict[str, Any]) -> Any:
    allowed = config.get("allowedFunctionNames") or config.get("allowed_function_names")
    mode = str(config.get("mode", "AUTO")).upper()
    if mode == "ANY" and isinstance(allowed, list) and len(allowed) == 1:
        return _named(allowed[0])
    return {"ANY": "required", "NONE": "none"}.get(mode, "auto")


def _named(name: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}


def within(settings: Any) -> tuple[Any, Any]:
    """Return tools and choice of tool from a model's settings; None where there are none.

    Parameters
    ----------
    settings
        The object (or its JSON text) with the parameters of a call: ``tools`` or ``functions``, ``tool_choice``.

    Examples
    --------
    >>> within('{"temperature": 0, "tools": []}')
    ([], None)
    """
    given = mapping(settings)
    tools = given.get("tools") if given.get("tools") is not None else given.get("functions")
    choice = given.get("tool_choice")
    return (None if tools is None else fold(tools)), (None if choice is None else fold_choice(choice))
