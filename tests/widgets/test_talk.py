"""Turns as a screen shows them, and as chat messages again for the page without script: nothing of them is lost."""

from __future__ import annotations

from rftkit import render
from rftkit.widgets._review_page import _group
from rftkit.widgets._talk import as_messages, talk

CALL = {"id": "1", "type": "function", "function": {"name": "find_order", "arguments": '{"n": 7}'}}
TALK = [
    {"role": "system", "content": "You are a clerk"},
    {
        "role": "user",
        "content": [{"type": "text", "text": "See here"}, {"type": "image_url", "image_url": {"url": "x"}}],
    },
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "assistant", "content": "", "function_call": {"name": "refund", "arguments": "{}"}},
]


def test_a_page_of_shown_turns_is_that_of_the_messages() -> None:
    page = render.thread(as_messages(talk(TALK)))
    for part in ("You are a clerk", "See here", "[image_url]", ">find_order<", ">refund<"):
        assert part in page, part


def test_the_context_of_a_candidate_shows_its_calls() -> None:
    group = {"source": "a", "topic": "", "text": "", "context": talk(TALK)}
    assert ">find_order<" in _group(group)
