"""Frames and results as static HTML: escaped, without script, readable with no kernel and no network.

Every `_repr_html_` of rftkit is a `card` of these pieces, and so is the text that a widget leaves behind.
"""

from rftkit.render.curves import curves, duration
from rftkit.render.markup import Html, join, markup, tag
from rftkit.render.numbers import cell, count, money, plural, points, score, share, size
from rftkit.render.pieces import STATUS, bar, bars, bullets, card, facts, head, note, notice, status, table
from rftkit.render.records import records
from rftkit.render.report import report
from rftkit.render.sheet import style
from rftkit.render.thread import text, thread

__all__ = [
    "STATUS",
    "Html",
    "bar",
    "bars",
    "bullets",
    "card",
    "cell",
    "count",
    "curves",
    "duration",
    "facts",
    "head",
    "join",
    "markup",
    "money",
    "note",
    "notice",
    "plural",
    "points",
    "records",
    "report",
    "score",
    "share",
    "size",
    "status",
    "style",
    "table",
    "tag",
    "text",
    "thread",
]
