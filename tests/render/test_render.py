"""Static HTML: whatever the data says, it stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rftkit import render
from rftkit.messages import pack, unpack

#: Every class that the sheets know.
EVERY = " ".join(re.findall(r"rft__[\w-]+", (Path(render.__file__).parent / "static.css").read_text()))
VOID = {"br", "meta", "link", "img", "wbr"}


class Reader(HTMLParser):
    """Reads a page: its elements, its attributes, its text; fails on what is not closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


HOSTILE = st.text() | st.sampled_from(
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</style>", "a\0b", "\ud800", "{{7*7}}", "&lt;"]
)
PLAIN = {
    "wbr",
    "div",
    "style",
    "p",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "span",
    "i",
    "b",
    "dl",
    "dt",
    "dd",
} | {
    "ul",
    "li",
    "details",
    "summary",
    "small",
}
QUIET = {"class", "style", "title", "scope", "role", "aria-label"}


@given(HOSTILE)
def test_text_of_records_never_becomes_markup(text: str) -> None:
    frame = pl.DataFrame({"path": [text.encode("utf-8", "replace").decode()], "count": [3]})
    row = {"path": text, "count": 3, "share": 0.4, "target": 0.2, "gap": -20.0, "status": text}
    page = render.card(
        text,
        text,
        render.table(frame),
        render.bars([row], label=text),
        render.facts({text: text}, {text: text}),
        render.notice(text),
        render.bullets([text]),
        render.thread(
            [
                {"role": text, "content": text},
                {"role": "assistant", "content": None, "tool_calls": [{"function": {"name": text, "arguments": text}}]},
            ]
        ),
        note=text,
    )
    page.encode()  # lone surrogates are gone
    read = Reader(page)
    assert set(read.tags) <= PLAIN
    assert read.attributes <= QUIET


def test_a_long_text_folds_and_loses_nothing() -> None:
    long = "one two three " * 100
    page = Reader(render.thread([{"role": "user", "content": long}]))
    assert "details" in page.tags
    assert long in page.words


def test_a_short_text_does_not_fold() -> None:
    assert "<details>" not in render.thread([{"role": "user", "content": "Where is my card?"}])


def test_packed_messages_are_shown_like_plain_ones() -> None:
    plain = [
        {
            "role": "user",
            "content": [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": "x"}}],
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "1", "type": "function", "function": {"name": "search", "arguments": '{"q": "x"}'}}],
        },
    ]
    stored = next(unpack(pack([plain])))
    assert render.thread(stored) == render.thread(plain)
    assert "search" in render.thread(plain)
    assert "[image_url]" in render.thread(plain)


def test_long_arguments_of_a_call_fold_behind_its_name_and_lose_nothing() -> None:
    long = '{"q": "' + "blue card " * 200 + '"}'
    call = {"function": {"name": "search", "arguments": long}}
    html = render.thread([{"role": "assistant", "content": None, "tool_calls": [call]}])
    page = Reader(html)
    assert "details" in page.tags
    assert any(long in words for words in page.words)
    assert html.index("<summary") < html.index(">search<") < html.index("blue card")


def test_a_call_as_it_was_written_before_there_were_several_is_shown() -> None:
    old = {"role": "assistant", "content": None, "function_call": {"name": "refund", "arguments": "{}"}}
    assert ">refund<" in render.thread([old])


def test_a_struct_column_can_be_shown_as_it_is() -> None:
    messages = pack([[{"role": "assistant", "content": None, "tool_calls": [{"function": {"name": "pay"}}]}]])
    assert ">pay<" in render.thread(messages.to_list()[0])


def test_bars_share_one_scale() -> None:
    rows = [
        {"path": "a", "count": 80, "share": 0.8, "target": 0.5},
        {"path": "b", "count": 20, "share": 0.2, "target": 0.5},
    ]
    page = render.bars(rows)
    assert "width:100.00%" in page
    assert "width:25.00%" in page
    assert page.count("left:62.50%") == 2


def test_a_table_says_how_many_rows_it_leaves_out() -> None:
    page = render.table(pl.DataFrame({"n": range(1500)}), limit=10)
    assert page.count("<tr>") == 11
    assert "and 1,490 more" in page


@pytest.mark.parametrize("value", [0.0, -0.0, 0.0004])
def test_a_difference_of_nothing_has_no_sign(value: float) -> None:
    assert render.points(value) == "0.0"


def test_a_page_carries_the_rules_of_what_is_on_it_and_no_others() -> None:
    small, large = render.style('<p class="rft__note">x</p>'), render.style(EVERY)
    assert "rft__note{" in small
    assert "rft__thread" not in small
    assert "max-width: 560px" not in small
    assert len(small) < len(large) / 2


def test_no_rule_of_the_sheets_is_lost_where_all_is_on_the_page() -> None:
    folder = Path(render.__file__).parent
    sheets = "".join((folder / name).read_text() for name in ("theme.css", "static.css"))
    whole = re.sub(r"\s", "", render.style(EVERY))
    for rule in re.findall(r"([^{}]+)\{[^{}]*\}", re.sub(r"/\*.*?\*/", "", sheets, flags=re.S)):
        assert re.sub(r"\s", "", rule) in whole, rule
