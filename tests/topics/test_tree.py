"""The tree keeps its promises under any sequence of operations."""

from __future__ import annotations

import json
import unicodedata

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit import embed
from rftkit.errors import InputError, NotFoundError, RftkitError
from rftkit.topics import MAX_DEPTH, TEMPLATES, Topic, TopicTree, discover, orphans

NAMES = st.sampled_from(["A", "B", "C", "a", "Cards", "<b>x</b>", "银行", "क", "A/B", "D"])


def random_step(tree: TopicTree, draw) -> TopicTree:
    paths = list(tree.paths().values())
    kind = draw(st.sampled_from(["add", "rename", "move", "merge", "delete", "lock", "reorder", "describe"]))
    if kind == "add" or not paths:
        above = draw(st.sampled_from([*paths, ""]))
        name = draw(NAMES).replace("/", "-")
        return tree.add(f"{above}/{name}" if above else name)
    path, other = draw(st.sampled_from(paths)), draw(st.sampled_from(paths))
    steps = {
        "rename": lambda: tree.rename(path, draw(NAMES)),
        "move": lambda: tree.move(path, draw(st.sampled_from([other, None]))),
        "merge": lambda: tree.merge([path, other], other),
        "delete": lambda: tree.delete(path),
        "lock": lambda: tree.lock(path, draw(st.booleans())),
        "reorder": lambda: tree.reorder(None, [topic.name for topic in reversed(tree.children())]),
        "describe": lambda: tree.describe(path, "text", ["word"]),
    }
    return steps[kind]()


def assert_sound(tree: TopicTree) -> None:
    ids = [topic.id for topic in tree.topics]
    assert len(set(ids)) == len(ids)
    assert len({path.casefold() for path in tree.paths().values()}) == len(ids), "siblings are unique"
    seen: set[str | None] = {None}
    for topic in tree.topics:
        assert topic.parent in seen, "parents come before children, so there is no cycle"
        seen.add(topic.id)
    assert tree.depth <= MAX_DEPTH


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_sequence_of_operations_keeps_the_tree_sound_and_every_record_somewhere(data):
    tree = TopicTree().add("A/B").add("C")
    records = pl.Series("topic", ["A/B", "C", "A", None])
    for _ in range(data.draw(st.integers(1, 12))):
        locked = {tree.path(topic.id): topic for topic in tree.topics if topic.locked}
        try:
            new = random_step(tree, data.draw)
        except RftkitError:
            continue
        assert_sound(new)
        change = tree.diff(new)
        moved = change.apply(records)
        assert len(moved) == len(records)
        assert all(path is None or path in new.paths().values() for path in moved.to_list())
        undone = new.diff(tree)
        assert set(undone.added) == set(change.removed)
        for path, topic in locked.items():
            found = new.get(topic.id)
            assert found is not None, "a locked topic is still there"
            assert new.path(found.id) == path
            assert (found.description, found.keywords) == (topic.description, topic.keywords)
        tree, records = new, moved


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_shape_of_file_gives_the_tree_back(data):
    tree = TopicTree()
    for _ in range(data.draw(st.integers(0, 8))):
        try:
            tree = random_step(tree, data.draw)
        except RftkitError:
            continue
    assert TopicTree.from_dict(tree.to_dict()) == tree
    for shape in ("map", "nodes"):
        again = TopicTree.from_dict(tree.to_dict(shape))
        assert again.frame().equals(tree.frame()), "ids too"


def test_a_name_used_on_several_levels_survives_the_map_shape():
    tree = TopicTree().add("A/A").add("A/B/A")
    assert list(TopicTree.from_dict(tree.to_dict("map")).paths().values()) == ["A", "A/A", "A/B", "A/B/A"]


def test_an_id_survives_rename_and_move():
    tree = TopicTree().add("Cards/Lost").add("Safety")
    id_ = tree.id_of("Cards/Lost")
    tree = tree.rename("Cards/Lost", "Gone").move("Cards/Gone", "Safety")
    assert tree.path(id_) == "Safety/Gone"


def test_an_id_is_not_given_twice():
    tree = TopicTree().add("A")
    again = tree.delete("A").add("A")
    assert again.id_of("A") != tree.id_of("A")


def test_merging_a_parent_takes_its_children_along():
    tree = TopicTree().add("A/X").add("A/Y").add("B/X")
    new = tree.merge(["A"], "B")
    assert sorted(new.paths().values()) == ["B", "B/X", "B/Y"]
    assert tree.diff(new).paths == {"A": "B", "A/X": "B/X", "A/Y": "B/Y"}


def test_a_topic_cannot_move_below_itself():
    with pytest.raises(InputError, match="below it"):
        TopicTree().add("A/B").move("A", "A/B")


def test_a_locked_topic_pins_the_topics_above_it():
    tree = TopicTree().add("A/B").lock("A/B")
    for change in (lambda: tree.delete("A"), lambda: tree.rename("A", "Z"), lambda: tree.merge(["A"], "C")):
        with pytest.raises(InputError, match="locked"):
            change()


def test_a_sixth_level_is_refused():
    with pytest.raises(InputError, match="6 levels"):
        TopicTree().add("1/2/3/4/5/6")


def test_an_unknown_path_names_the_closest():
    with pytest.raises(NotFoundError, match="did you mean 'Cards/Lost'"):
        TopicTree().add("Cards/Lost").find("Cards/Last")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"topics": {"A": {"parentTopic": "B"}, "B": {"parentTopic": "A"}}}, "own ancestors"),
        ({"topics": {"A": {"subtopics": ["A"]}}}, "own ancestors"),
        ({"topics": {"A": {"parentTopic": "Z"}}}, "not in the file: 'Z'"),
        ({"topics": {"A": {"subtopics": ["C"]}, "B": {"subtopics": ["C"]}, "C": {}}}, "both 'A' and 'B'"),
        ([{"name": "A"}, {"name": "a"}], "twice"),
        ([{"name": ""}], "needs a name"),
        ([{"title": "A"}], "has no 'name'"),
        ([{"name": "A", "keywords": 3}], "must be a list"),
        ("Cards", "neither"),
        ({"topics": [{"id": "1", "name": "A", "parent": "9"}]}, "not in the tree: '9'"),
        ({"topics": [{"id": "1", "name": "A", "parent": "1"}]}, "own ancestors"),
    ],
)
def test_a_broken_file_gets_one_clear_sentence(value, says):
    with pytest.raises(InputError, match=says) as caught:
        TopicTree.from_dict(value)
    assert "\n" not in str(caught.value)


def test_a_map_may_hold_its_subtopics_or_refer_to_them():
    value = {"version": "1.0", "topics": {"A": {"subtopics": ["B", {"name": "C", "keywords": "x, y"}]}, "B": {}}}
    tree = TopicTree.from_dict(value)
    assert list(tree.paths().values()) == ["A", "A/B", "A/C"]
    assert tree.find("A/C").keywords == ("x", "y")


def test_records_on_an_inner_topic_are_found_under_general():
    tree = TopicTree().add("A/B")
    assert tree.find("A/__general").name == "A"
    with pytest.raises(InputError, match="reserved"):
        tree.add("A/__general/x")


def test_orphans_say_where_their_records_could_go():
    old = TopicTree().add("Cards/Lost").add("Fees")
    new = old.merge(["Cards/Lost"], "Cards/Lost or stolen").delete("Fees")
    found = orphans(pl.Series(["Cards/Lost", "Fees", "Cards"]), new, old)
    assert found.rows() == [("Cards/Lost", 1, "Cards/Lost or stolen"), ("Fees", 1, None)]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_worth_having(name):
    tree = TopicTree.template(name.replace("-", "_"))
    assert tree.depth == 2
    assert 6 <= len(tree.children()) <= 9
    assert 25 <= len(tree.leaves()) <= 45
    for topic in tree.topics:
        assert topic.description.endswith(".")
        assert 5 <= len(topic.keywords) <= 10
    keywords = [word for leaf in tree.leaves() for word in leaf.keywords]
    assert len(set(keywords)) / len(keywords) > 0.85, "leaves are told apart by their keywords"


def test_ten_templates_come_with_rftkit():
    assert len(TEMPLATES) == 10
    with pytest.raises(NotFoundError, match="did you mean 'banking'"):
        TopicTree.template("bankng")


def test_a_topic_is_a_value():
    assert Topic("1", "A") == Topic("1", "A")


def _in_every_script() -> list[str]:
    """Return one word of five letters for each of more than fifty scripts."""
    found: dict[str, str] = {}
    for code in range(0x41, 0x1E943):
        char = chr(code)
        script = unicodedata.name(char, "").split(" ")[0]
        if char.isalpha() and len(found.get(script, "")) < 5:
            found[script] = found.get(script, "") + char
    return [word for word in found.values() if len(word) == 5]


def test_names_and_texts_in_fifty_scripts_are_kept():
    names = _in_every_script()
    assert len(names) > 50
    tree = TopicTree()
    for name in names:
        tree = tree.add(f"{name}/{name}")
    for shape in ("rftkit", "map", "nodes"):
        assert TopicTree.from_dict(json.loads(json.dumps(tree.to_dict(shape)))).paths() == tree.paths()
    texts = [f"{name} {name[:3]} {n}" for name in names for n in range(3)]
    found = discover(texts, embed.vectors(texts, "lsa").array, depth=2)
    assert found.topics.null_count() == 0
    assert set(found.topics) <= set(found.tree.paths().values())
