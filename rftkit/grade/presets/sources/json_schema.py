"""1.0 when the answer is JSON that its schema allows, else 0.0.

The schema is that of the option, else `item.json_schema` (an object, or its JSON text).
"""

import json
import sys
from typing import Any

# Formats of addresses are not checked here; the grammar for them would take seconds to load.
UNUSED: Any = sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]

import jsonschema  # noqa: E402

if UNUSED is None:
    del sys.modules["rfc3987_syntax"]

SCHEMA: Any = None  # option
FIELD = "json_schema"  # option


def grade(sample: dict[str, Any], item: dict[str, Any]) -> float:
    """Return 1.0 for JSON that the schema allows, else 0.0."""
    schema = SCHEMA if SCHEMA is not None else item.get(FIELD)
    schema = json.loads(schema) if isinstance(schema, str) else schema
    if not isinstance(schema, dict):
        raise ValueError(f"there is no schema: item.{FIELD} is {schema!r}")
    validator = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    validator.check_schema(schema)
    try:
        answer = json.loads(sample.get("output_text") or "")
    except (ValueError, RecursionError):
        return 0.0
    return float(validator(schema).is_valid(answer))
