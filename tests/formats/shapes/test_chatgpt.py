"""The export of a ChatGPT account: the branch that was shown, without the model's talk with its tools."""

from __future__ import annotations

from rftkit.formats.shapes import chatgpt
from tests.formats.shapes.reading import ASK, rows


def test_the_branch_that_was_shown_last_is_the_conversation() -> None:
    draft = chatgpt.convert(rows("chatgpt", "conversations.json")[0], {})[0]
    picture = {"type": "image_url", "image_url": {"url": "file-service://file-1"}}
    assert draft.messages == [
        {"role": "user", "content": ASK},
        {"role": "assistant", "content": "There is a 09:05."},
        {"role": "user", "content": [picture, {"type": "text", "text": "What is on it?"}]},
    ]
    assert (draft.id, draft.output) == ("c1", {"role": "assistant", "content": "A ticket."})
    assert (draft.metadata, draft.extra) == ({"left_out_turns": 2}, {"title": "Trains", "create_time": 1700000000.5})


def test_a_tree_that_bites_its_tail_ends() -> None:
    said = {"author": {"role": "user"}, "content": {"parts": ["Hi"]}}
    draft = chatgpt.convert({"mapping": {"a": {"message": said, "parent": "a"}}, "current_node": "gone"}, {})[0]
    assert draft.messages == [{"role": "user", "content": "Hi"}]
