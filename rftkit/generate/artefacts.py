"""Traces of a model in what should be a person's message: refusals, answers, placeholders, talk about the task.

Whole phrases in places where people do not write them, never substrings: "finance" holds "nan", "a todo list" is a fine
request, and "I can't" opens many a complaint.
"""

from __future__ import annotations

import re

_FLAGS = re.IGNORECASE
_MODEL = r"(?:an? )?(?:ai|artificial intelligence|large language model|language model|ai assistant|ai language model|virtual assistant|chatbot)"
_RULES: tuple[tuple[str, str], ...] = (
    ("a refusal", rf"\bas (?:{_MODEL})\b,? (?:i|my|model)"),
    ("a refusal", rf"\bi(?:'m| am) (?:just |only |merely )?{_MODEL}\b"),
    (
        "a refusal",
        r"^(?:i(?:'m| am) (?:really |very |so )?sorry|sorry|unfortunately|i apologi[sz]e|my apologies)[,.!;:]? ?(?:but )?(?:i|we) "
        r"(?:can ?not|can't|am unable|am not able|won't|will not|'m unable|'m not able|must decline|have to decline)\b",
    ),
    (
        "a refusal",
        r"^i(?:'m| am)? (?:can ?not|can't|unable to|not able to|won't|must decline to|have to decline to|will not) "
        r"(?:help|assist|provide|generate|create|write|fulfil+|comply|produce|share|engage|support|do that|answer)\b"
        r"(?! (?:me|my|enough|any|the|him|her|it\b))",
    ),
    (
        "a refusal",
        r"\b(?:against|violates?|not comply with|goes against) (?:my|our|the|openai's) (?:content |usage |safety )?(?:guidelines|policy|policies|programming)\b.*\b(?:can't|cannot|unable|decline)\b",
    ),
    (
        "talk about the task",
        r"^(?:sure|certainly|of course|absolutely|okay|ok|great)[,!.:]? (?:here(?:'s| is| are)|i(?:'ll| will| can| have|'ve) (?:generate|write|create|provide|help you|created|written|generated))",
    ),
    (
        "talk about the task",
        r"^here(?:'s| is| are) (?:\w+ ){0,4}(?:variations?|prompts?|examples?|messages?|alternatives?|versions?|rewrites?|quer(?:y|ies))\b",
    ),
    (
        "talk about the task",
        r"^(?:generate|write|create|produce) (?:\d+|ten|five|three) (?:\w+ ){0,3}(?:prompts|variations|user messages|alternative messages)\b",
    ),
    (
        "talk about the task",
        r"^(?:variation|prompt|example|message|alternative|option|version|output|response|rewrite)(?: ?#?\d+)? ?[:)] ",
    ),
    ("talk about the task", r"^(?:user|human|customer|assistant|system|user message) ?: "),
    (
        "talk about the task",
        r"\b(?:this|the above|each) (?:prompt|message|variation) (?:is|should|will|was) (?:designed|intended|meant|generated|tests?)\b",
    ),
    (
        "talk about the task",
        r"\b(?:i hope|hope) (?:this|these) (?:prompts?|variations?|examples?) (?:help|works?|meets?)",
    ),
    (
        "a placeholder",
        r"[\[<](?:insert|your|enter|placeholder|add|user'?s?|customer'?s?|company|product|city|date|amount|account|card|name|order|first|last|"
        r"email|phone|number|topic|specific|location|time|place|destination|item|x+)(?:[ _-][\w '-]{1,30}){0,3}[\]>]",
    ),
    ("a placeholder", r"(?-i:\[(?:[A-Z][A-Z0-9]*[ _-]?){1,4}\])"),
    ("a placeholder", r"\blorem ipsum\b"),
    ("a placeholder", r"^\W*(?:null|undefined|nan|none|n/a|todo|tbd|placeholder|string|text|\.{3}|xxx+|foo|test)\W*$"),
    ("a placeholder", r"^(?:todo|tbd|fixme)\s*[:\-]"),
    ("a placeholder", r"^sample (?:input|prompt|message|question|query)s? ?#?\d*\W*$"),
    (
        "an answer",
        r"^(?:hello|hi|hey|welcome|greetings)?[,!. ]*(?:there)?[,!. ]*(?:how (?:can|may) i (?:help|assist)(?: you)?(?: today)?|what can i (?:help|do for) you)",
    ),
    (
        "an answer",
        r"\b(?:thank you|thanks) for (?:contacting|reaching out|your (?:patience|inquiry|enquiry|question))\b",
    ),
    ("an answer", r"^i(?:'d| would) be (?:happy|glad|delighted) to (?:help|assist)"),
    ("an answer", r"^i(?:'m| am) (?:happy|glad|here) to (?:help|assist)(?: you)?\b"),
    (
        "an answer",
        r"\b(?:let me know|feel free to (?:ask|reach out|contact us)|please (?:don't|do not) hesitate)\b.{0,40}\b(?:any (?:other|further|more|additional) (?:questions?|assistance|help)|if you (?:need|have) any|else i can)",
    ),
    (
        "an answer",
        r"^(?:i(?:'m| am) sorry to hear (?:that|about)|i understand (?:your|how|that you)|i apologi[sz]e for (?:the|any) (?:inconvenience|delay|trouble))",
    ),
    (
        "an answer",
        r"^to (?:\w+ ){1,8}\w+,? (?:you (?:can|should|need to|will need to|must|may)|(?:please )?(?:go to|open|click|log ?in|navigate|visit|follow these|simply|first,?|start by|tap|head to|contact our))\b",
    ),
    (
        "an answer",
        r"^(?:you can|you should|you'll need to|you will need to|simply|just) (?:\w+ ){1,14}(?:by (?:going|clicking|logging|visiting|opening|tapping|contacting)|in (?:the|your) (?:app|settings|account)|under|through (?:the|our))\b(?!.*\?)",
    ),
    ("an answer", r"^(?:great|good|excellent) question[!.,]"),
    ("an answer", r"(?:^|\n)(?:step )?1[.):] .+\n+(?:step )?2[.):] .+\n+(?:step )?3[.):] "),
    (
        "an answer",
        r"\b(?:our (?:support|customer service|customer support) team (?:will|is|can)|we(?:'ll| will) (?:be happy|get back to you|process your|look into this for you))\b(?!.*\?)",
    ),
    ("bare markup", r"^\s*(?:```|\{\s*\"|\[\s*[\"{]|<\|)"),
    (
        "bare markup",
        r"<\|(?:im_start|im_end|endoftext|assistant|user|system)\|>|\[/?INST\]|<<SYS>>|</?(?:s|think|data)>",
    ),
)
_COMPILED = tuple((name, re.compile(pattern, _FLAGS)) for name, pattern in _RULES)
_TEMPLATE = re.compile(r"\{\{\s*[\w.]+\s*\}\}|(?<![$\w{])\{[a-z]+_[a-z_]+\}(?!\})")
_CODE = re.compile(
    r"`|[;=]\s*$|\b(?:code|template|jinja|handlebars|mustache|react|vue|angular|django|flask|html|render\w*|string|format|python|"
    r"javascript|function|variable|syntax|helm|ansible|liquid|f-string|placeholder|script|yaml|json|regex|markup|merge tag)s?\b",
    re.IGNORECASE | re.MULTILINE,
)


def find(text: str) -> str | None:
    """Return what kind of artefact a message is or holds, with the words that show it; None for a person's message.

    Examples
    --------
    >>> find("I'm sorry, but I can't help with that.")
    'a refusal: "I\\'m sorry, but I can\\'t"'
    >>> find("Put 'finance' on my todo list, null and void or not") is None
    True
    """
    plain = text.replace("’", "'").strip()
    for name, pattern in _COMPILED:
        match = pattern.search(plain)
        if match and not (name == "a placeholder" and _is_fine(match.group(), plain)):
            return f'{name}: "{match.group().strip()[:60]}"'
    match = _TEMPLATE.search(plain)
    if match and not _CODE.search(plain.replace(match.group(), " ")):
        return f'a placeholder: "{match.group()[:60]}"'
    return None


def _is_fine(found: str, text: str) -> bool:
    """Whether a bracket is code or a shout: "[OK]" is no placeholder, an HTML tag in a question about HTML neither."""
    if found.startswith("["):
        inner = found.strip("[]")
        return (
            len(inner) <= 2
            or (inner.isupper() and inner in ("OK", "SIC", "EDIT", "UPDATE"))
            or bool(_CODE.search(text))
        )
    return found.startswith("<") and bool(_CODE.search(text))
