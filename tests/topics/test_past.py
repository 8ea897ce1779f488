"""Topics that are found again: the same id, a person's words, and no record lost."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit import embed
from rftkit.errors import InputError
from rftkit.topics import TopicTree, discover
from rftkit.topics.building import Material, build
from rftkit.topics.past import Past

SUBJECTS = {
    "card": ["my card is lost", "I lost the card", "lost card please block", "block my lost card now"],
    "rate": ["what is the exchange rate", "exchange rate of the euro", "today's exchange rate", "euro exchange rate?"],
    "pin": ["I forgot my pin", "reset the pin code", "forgot pin code", "new pin code please"],
    "flight": ["book a flight to Rome", "flight to Paris", "cheap flight to Rome", "find a flight to Paris"],
}
TEXTS = [f"{text} {i}" for group in SUBJECTS.values() for text in group for i in range(8)]
TRUTH = [name for name, group in SUBJECTS.items() for _ in group for _ in range(8)]


@pytest.fixture(scope="module")
def vectors():
    return embed.vectors(TEXTS, "lsa").array


@pytest.fixture(scope="module")
def first(vectors):
    return discover(TEXTS, vectors, depth=1, count=4)


def again(found, vectors, tree=None, labels=None, **options):
    tree = found.tree if tree is None else tree
    before = found.tree.diff(tree).apply(found.topics)
    options = {"depth": 1, "count": 4, **options}
    return discover(TEXTS, vectors, locked=tree, before=before, labels=labels, **options)


def path_of(found, subject):
    paths = [path for path, name in zip(found.topics, TRUTH, strict=True) if name == subject]
    return max(set(paths), key=paths.count)


def test_the_same_data_gives_the_same_tree_and_ids(first, vectors):
    second = again(first, vectors)
    assert not second.change
    assert second.tree.topics == first.tree.topics
    assert second.topics.equals(first.topics)


def test_what_a_person_wrote_survives(first, vectors):
    old = path_of(first, "card")
    tree = first.tree.rename(old, "Plastic").describe("Plastic", "Said by me.", ["plastic"])
    second = again(first, vectors, tree)
    topic = second.tree.find("Plastic")
    assert topic.id == first.tree.id_of(old)
    assert (topic.description, topic.keywords) == ("Said by me.", ("plastic",))
    assert path_of(second, "card") == "Plastic"
    assert not second.change


def test_what_nobody_wrote_is_written_anew(first, vectors):
    id_ = first.tree.id_of(path_of(first, "card"))
    tree = first.tree.describe(id_, "Said by me.")
    second = again(
        first, vectors, tree, namer=lambda labels: [label.__class__("From a model", "By it.") for label in labels]
    )
    topic = second.tree.find(id_)
    assert topic.name.startswith("From a model")
    assert topic.description == "Said by me."


def test_a_persons_name_wins_over_a_found_one(first, vectors):
    card, rate = path_of(first, "card"), path_of(first, "rate")
    tree = first.tree.rename(card, "Passing").rename(rate, card)
    second = again(first, vectors, tree)
    assert second.tree.id_of(card) == first.tree.id_of(rate)
    assert second.tree.path(first.tree.id_of(card)) == "Passing"


def test_one_corrected_record_does_not_drag_its_group_along(first, vectors):
    card, rate = path_of(first, "card"), path_of(first, "rate")
    row = first.topics.to_list().index(card)
    labels = [rate if at == row else None for at in range(len(TEXTS))]
    second = again(first, vectors, labels=labels)
    assert second.topics[row] == rate
    assert second.topics.to_list().count(card) == first.topics.to_list().count(card) - 1


def test_a_locked_topic_keeps_its_records_and_takes_new_ones_like_them(first, vectors):
    tree = first.tree.move(path_of(first, "card"), None).add("Safety", by_hand=True)
    tree = tree.move(path_of(first, "card"), "Safety").lock(f"Safety/{path_of(first, 'card')}")
    before = first.tree.diff(tree).apply(first.topics).to_list()
    home = next(path for path in before if path.startswith("Safety/"))
    new = next(at for at, path in enumerate(before) if path == home)
    before[new] = None
    second = discover(TEXTS, vectors, depth=1, count=4, locked=tree, before=before)
    assert second.topics[new] == home
    assert [path == home for path in second.topics] == [path == home or at == new for at, path in enumerate(before)]
    assert second.tree.find(home) == tree.find(home)


def test_a_locked_topic_with_topics_below_takes_what_was_there(first, vectors):
    tree = first.tree.add("Bank").lock("Bank")
    for subject in ("card", "pin"):
        tree = tree.move(path_of(first, subject), "Bank")
    second = again(first, vectors, tree)
    assert {path.split("/")[0] for path, name in zip(second.topics, TRUTH, strict=True) if name == "card"} == {"Bank"}
    assert not second.change


def test_a_topic_that_is_gone_says_where_its_records_went(first, vectors):
    tree = first.tree.merge([path_of(first, "card"), path_of(first, "pin")], "Safety")
    second = again(first, vectors, tree, count=4)
    assert second.tree.find("Safety").id == tree.id_of("Safety"), "the larger share keeps the name that a person gave"
    third = again(second, vectors, count=1)
    assert set(third.change.vanished.values()) == {third.topics[0]}


def test_a_topic_named_by_hand_on_records_that_are_not_here_stays(first, vectors):
    tree = first.tree.add("Elsewhere")
    assert "Elsewhere" in again(first, vectors, tree, keep=["Elsewhere"]).tree
    assert "Elsewhere" not in again(first, vectors, tree).tree


def test_an_order_that_a_person_made_stays(first, vectors):
    names = [topic.name for topic in first.tree.children()][::-1]
    second = again(first, vectors, first.tree.reorder(None, names))
    assert [topic.name for topic in second.tree.children()] == names


def test_as_many_topics_before_as_texts_are_needed(vectors):
    with pytest.raises(InputError, match="one topic"):
        discover(TEXTS, vectors, locked=TopicTree(), before=["A"])


def test_names_that_a_model_makes_up_cannot_break_the_tree(vectors):
    names = iter(["a/b/c/d/e/f/g", "", "__general", "<img src=x onerror=alert(1)>", *"vwxyz" * 9])
    found = discover(TEXTS, vectors, depth=2, namer=lambda labels: [label.__class__(next(names)) for label in labels])
    assert found.tree.depth <= 2
    assert found.topics.null_count() == 0


@settings(max_examples=60, deadline=None)
@given(data=st.data(), size=st.integers(1, 30), depth=st.integers(1, 3))
def test_whatever_the_groups_nothing_that_stays_is_lost(data, size, depth):
    tree = TopicTree().add("A/x").add("A/y").add("B").add("C/z/q").add("E")
    for path in data.draw(st.lists(st.sampled_from(sorted(tree.paths().values())), unique=True)):
        tree = tree.lock(path)
    paths = st.sampled_from(sorted(tree.paths().values()))
    before = data.draw(st.lists(st.one_of(st.none(), paths), min_size=size, max_size=size))
    labels = data.draw(st.lists(st.one_of(st.none(), st.none(), paths), min_size=size, max_size=size))
    levels = [np.array(data.draw(st.lists(st.integers(0, 5), min_size=size, max_size=size)))]
    for _ in range(depth - 1):
        coarser = np.array(data.draw(st.lists(st.integers(0, 2), min_size=6, max_size=6)))
        levels.append(coarser[levels[-1] % 6])
    levels = [np.unique(level, return_inverse=True)[1] for level in levels]
    texts = [f"word{at} other{at % 3}" for at in range(size)]
    vectors = np.random.default_rng(0).normal(size=(size, 4)).astype(np.float32)
    past = Past.of(tree, labels, before)
    built = build(Material(texts, texts, vectors, tuple(levels), least=2), past)
    assert set(built.topics) <= set(built.tree.paths().values())
    for topic in tree:
        if topic.locked:
            assert built.tree.path(topic.id) == tree.path(topic.id)
            assert built.tree.find(topic.id) == topic
    for was, hand, now in zip(before, labels, built.topics, strict=True):
        if hand is not None:
            assert now == hand
        elif was is not None and tree.find(was).locked:
            assert now == was
    for now, fixed in zip(built.topics, past.fixed, strict=True):
        assert fixed or not built.tree.children(now), "what is found is on a leaf"
    change = tree.diff(built.tree)
    assert all(
        heir is not None
        for path, heir in change.vanished.items()
        if any(was is not None and (hand or was).startswith(path) for was, hand in zip(before, labels, strict=True))
    ), "what vanished with records says where they went"
    again = build(Material(texts, texts, vectors, tuple(levels), least=2), past)
    assert again == built
