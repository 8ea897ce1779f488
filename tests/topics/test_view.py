"""A tree on a page: nested, counted, and nothing in it is markup."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit.errors import RftkitError
from rftkit.topics import TopicTree, discover, project

ATTACK = "<img src=x onerror=alert(1)>"


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append(tag)
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data):
        self.text += data


@settings(max_examples=40, deadline=None)
@given(name=st.text(min_size=1, max_size=30), said=st.text(max_size=30))
def test_what_a_topic_says_is_never_markup(name, said):
    try:
        tree = TopicTree().add("Top").add(f"Top/{ATTACK}{name.replace('/', '')}", said + ATTACK, [ATTACK])
    except RftkitError:
        return
    change = TopicTree().diff(tree)
    plain = TopicTree().add("Top/A", "One.", ["k"])
    for page, of in (
        (tree._repr_html_(), plain._repr_html_()),
        (change._repr_html_(), TopicTree().diff(plain)._repr_html_()),
    ):
        assert Tags(page).found == Tags(of).found
        assert ATTACK in Tags(page).text


def test_a_page_shows_names_counts_locks_and_what_is_empty():
    tree = TopicTree().add("Cards/Lost", "Gone cards.").add("Cards/New").lock("Cards/New")
    page = Tags(tree.counted({tree.id_of("Cards/Lost"): 1200, None: 7})._repr_html_()).text
    for part in ("Cards", "1,200", "Gone cards.", "locked", "without a record", "Cards/New", "unassigned"):
        assert part in page
    assert "records" not in Tags(tree._repr_html_()).text, "what is not known is not shown"


def test_a_large_tree_is_cut_and_says_so():
    tree = TopicTree()
    for n in range(450):
        tree = tree.add(f"T{n}")
    assert "50 more topics" in tree._repr_html_()


def test_every_result_has_a_page():
    found = discover(["lost card", ATTACK], np.eye(2, dtype=np.float32), locked=TopicTree().add("Old"))
    page = found._repr_html_()
    assert "<img" not in page
    assert "gone: Old" in page
    assert "no topics yet" in TopicTree()._repr_html_()
    assert "pca" in project(np.eye(3, dtype=np.float32))._repr_html_()
