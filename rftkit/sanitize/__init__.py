"""Sanitize: say what is wrong with each record, and delete nothing.

`facts` looks at each record alone and is kept, `near_pairs` compares new records with all, `judge` makes the verdicts;
`sanitize` is the three in a row for a frame that belongs to no dataset.
"""

from rftkit.sanitize.codes import SENTENCES
from rftkit.sanitize.near import FLOOR, PAIRS, THRESHOLD, near_pairs
from rftkit.sanitize.report import SanitizeReport
from rftkit.sanitize.revert import revert
from rftkit.sanitize.single import FACTS, MAX_TOKENS, count_tokens, facts, uncounted
from rftkit.sanitize.tokens import encoding_for
from rftkit.sanitize.verdict import judge, sanitize

__all__ = [
    "FACTS",
    "FLOOR",
    "MAX_TOKENS",
    "PAIRS",
    "SENTENCES",
    "THRESHOLD",
    "SanitizeReport",
    "count_tokens",
    "encoding_for",
    "facts",
    "judge",
    "near_pairs",
    "revert",
    "sanitize",
    "uncounted",
]
