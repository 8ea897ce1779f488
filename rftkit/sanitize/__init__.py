"""Sanitize: say what is wrong with each record, and delete nothing.

`facts` looks at each record alone and is kept, `near_pairs` compares new records with all, `judge` makes the verdicts;
`sanitize` is the three in a row for a frame that belongs to no dataset.

What is decided where a source leaves room:

* over-long prompts are invalid (`exceeds_max_tokens`, 32,000 by default), huge lines are read and judged like any other;
* images, audio and files are a warning (`has_media`); parts of an unknown type, or without the text that their type
  promises, are `invalid_content`; an empty list of parts in a user turn is `empty_user_message`;
* near duplicates, repeated ids of records and of tool calls, undeclared tools, secrets and personal data are warnings;
* what has one meaning is repaired by the reader and warned about as `repaired`; everything else is an error: numbers and
  objects as content, roles of other formats, arguments that are no JSON object (the empty text included);
* only structurally valid records are compared: a copy of an invalid record is invalid by itself and no `duplicate`;
* where an id of a tool call is missing, nothing is said about which result answers what; where a role is unknown,
  nothing about the order of turns;
* an output is not searched for secrets and personal data: it is never trained on.
"""

from rftkit.sanitize.codes import SENTENCES
from rftkit.sanitize.near import FLOOR, LEAST, PAIRS, THRESHOLD, near_counts, near_pairs
from rftkit.sanitize.outlines import Outlines
from rftkit.sanitize.report import SanitizeReport
from rftkit.sanitize.revert import revert
from rftkit.sanitize.single import FACTS, MAX_TOKENS, count_tokens, facts, uncounted
from rftkit.sanitize.tokens import encoding_for
from rftkit.sanitize.verdict import judge, sanitize

__all__ = [
    "FACTS",
    "FLOOR",
    "LEAST",
    "MAX_TOKENS",
    "PAIRS",
    "SENTENCES",
    "THRESHOLD",
    "Outlines",
    "SanitizeReport",
    "count_tokens",
    "encoding_for",
    "facts",
    "judge",
    "near_counts",
    "near_pairs",
    "revert",
    "sanitize",
    "uncounted",
]
