"""Whether the answer keeps to what is known: the share of its figures and codes that stand in the conversation.

Figures and codes are words with a digit (a price, a date, a booking number) in the text and in the arguments of calls.
Those that stand in no message were made up. An answer without any keeps to what is known; an empty one is worth 0.0.
"""

import json
import re
from typing import Any

WORD = re.compile(r"[\w][\w.,:/@-]*")


def facts(text: str) -> set[str]:
    """Return the words of a text that have a digit."""
    words = (word.strip(".,:/-").replace(",", "").lower() for word in WORD.findall(text))
    return {word for word in words if re.search(r"\d", word)}


def grade(sample: dict[str, Any], item: dict[str, Any]) -> float:
    """Return the share of figures and codes that stand in the conversation."""
    text, made = sample.get("output_text") or "", sample.get("output_tools") or []
    if not text.strip() and not made:
        return 0.0
    arguments = [(call.get("function") or call).get("arguments", "") for call in made]
    said = facts(text + " " + " ".join(part if isinstance(part, str) else json.dumps(part) for part in arguments))
    context = json.dumps(item.get("messages") or [], ensure_ascii=False) + json.dumps(item.get("tools") or [])
    known = facts(context.replace("\\n", " ").replace('\\"', '"'))
    return sum(fact in known for fact in said) / len(said) if said else 1.0
