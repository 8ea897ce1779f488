"""What discovery promises: the same tree for the same seed, hand-made work kept, odd data survived."""

from __future__ import annotations

import numpy as np
import pytest

from rftkit import embed
from rftkit.errors import InputError
from rftkit.topics import TopicTree, discover, neighbours, split_topic
from rftkit.topics.naming import Label, describe, distinct, phrases

SUBJECTS = {
    "card": ["my card is lost", "I lost the card", "lost card please block", "block my lost card now"],
    "rate": ["what is the exchange rate", "exchange rate of the euro", "today's exchange rate", "euro exchange rate?"],
    "pin": ["I forgot my pin", "reset the pin code", "forgot pin code", "new pin code please"],
    "flight": ["book a flight to Rome", "flight to Paris", "cheap flight to Rome", "find a flight to Paris"],
}


@pytest.fixture(scope="module")
def data():
    texts = [f"{text} {i}" for group in SUBJECTS.values() for text in group for i in range(8)]
    truth = [name for name, group in SUBJECTS.items() for _ in group for _ in range(8)]
    return texts, truth, embed.vectors(texts, "lsa").array


def test_groups_that_people_see_are_found(data):
    from sklearn.metrics import adjusted_rand_score

    texts, truth, vectors = data
    found = discover(texts, vectors, depth=1, count=4)
    assert adjusted_rand_score(truth, found.topics.to_list()) > 0.95
    assert len(found.tree) == 4


def test_the_same_seed_gives_the_same_tree(data):
    texts, _, vectors = data
    one, two = discover(texts, vectors, seed=3), discover(texts, vectors, seed=3)
    assert one.tree.to_dict() == two.tree.to_dict()
    assert one.topics.equals(two.topics)
    assert one.confidence.equals(two.confidence)


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_every_record_is_on_a_leaf(data, depth):
    texts, _, vectors = data
    found = discover(texts, vectors, depth=depth)
    leaves = {found.tree.path(topic.id) for topic in found.tree.leaves()}
    assert set(found.topics.to_list()) <= leaves
    assert found.tree.depth <= depth
    assert found.confidence.min() >= 0
    assert found.confidence.max() <= 1


def test_hand_made_labels_and_locked_topics_survive(data):
    texts, truth, vectors = data
    before = (
        TopicTree().add("Safety/Lost cards", "By hand.").lock("Safety/Lost cards").add("Empty").lock("Empty").add("Old")
    )
    labels = ["Safety/Lost cards" if name == "card" and i % 2 else None for i, name in enumerate(truth)]
    found = discover(texts, vectors, depth=2, locked=before, labels=labels)
    kept = found.tree.find(before.id_of("Safety/Lost cards"))
    assert (kept.description, kept.locked) == ("By hand.", True)
    assert "Empty" in found.tree
    assert "Old" not in found.tree
    for given, path in zip(labels, found.topics.to_list(), strict=True):
        assert given is None or path == given
    joined = [path for name, path in zip(truth, found.topics.to_list(), strict=True) if name == "card"]
    assert joined.count("Safety/Lost cards") > 16, (
        "unlabelled records of the group join the topic that was made by hand"
    )


def test_records_without_text_stay_unassigned_and_the_rule_says_so(data):
    texts, _, vectors = data
    found = discover([*texts, "", "  "], np.vstack([vectors, np.zeros((2, vectors.shape[1]), np.float32)]))
    assert found.topics.to_list()[-2:] == [None, None]
    assert found.topics.null_count() == 2
    assert "without text" in found.rule


@pytest.mark.parametrize(
    "texts",
    [
        [],
        ["one record"],
        ["two", "records"],
        ["the same"] * 40,
        [""] * 10,
        ["<script>alert(1)</script>", "a/b/c"] * 20,
        ["一张卡丢了", "카드를 잃어버렸어요", "मेरा कार्ड खो गया", "بطاقتي ضاعت", "карта потеряна", "ฉันทำบัตรหาย"] * 5,
    ],
    ids=["none", "one", "two", "equal", "empty", "markup", "scripts"],
)
@pytest.mark.parametrize("count", [None, 2])
def test_odd_data_gives_a_sound_tree(texts, count):
    found = discover(texts, embed.vectors(texts, "lsa").array, count=count)
    assert len(found.topics) == len(texts)
    assert all(path is None or path in found.tree for path in found.topics.to_list())
    for topic in found.tree.topics:
        assert "/" not in topic.name


@pytest.mark.parametrize(
    ("options", "says"), [({"depth": 0}, "1 to 5"), ({"depth": 6}, "1 to 5"), ({"count": 0}, "at least 1")]
)
def test_options_out_of_range_are_refused(options, says):
    with pytest.raises(InputError, match=says):
        discover(["a"], np.ones((1, 1), np.float32), **options)


def test_a_model_names_groups_where_one_is_handed_in(data):
    texts, _, vectors = data
    found = discover(
        texts, vectors, depth=1, count=4, namer=lambda labels: [Label("Same", "By a model.", ("k",)) for _ in labels]
    )
    names = [topic.name for topic in found.tree.topics]
    assert len({name.casefold() for name in names}) == 4, "siblings are unique whatever a model says"
    assert {topic.description for topic in found.tree.topics} == {"By a model."}


def test_split_clusters_one_topic_again_and_leaves_the_rest(data):
    texts, truth, vectors = data
    rows = [i for i, name in enumerate(truth) if name in ("card", "flight")]
    tree = TopicTree().add("Mixed").add("Other", "stays")
    new, paths = split_topic(tree, "Mixed", [texts[i] for i in rows], vectors[rows], count=2)
    assert len(new.children("Mixed")) == 2
    assert new.find("Other") == tree.find("Other")
    assert len({path for path, i in zip(paths, rows, strict=True) if truth[i] == "card"}) == 1
    with pytest.raises(InputError, match="locked"):
        split_topic(tree.lock("Mixed"), "Mixed", [], vectors[:0])


def test_names_are_phrases_that_people_write():
    assert [key for key, _ in phrases("Where is my new card?")] == ["new", "card", "new card"]
    labels = describe(["track my parcel", "parcel tracking", "pay an invoice"], np.array([0, 0, 1]), [[0], [2]])
    assert labels[0].description.startswith("Prompts about")
    assert labels[0].description.endswith(".")
    assert len({label.name for label in distinct([labels[0]] * 3)}) == 3


def test_neighbours_found_in_blocks_are_the_true_ones():
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(2500, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    near = neighbours.nearest(vectors, 5)
    for row in (0, 1023, 1024, 2499):
        scores = vectors @ vectors[row]
        scores[row] = -2
        assert set(near.rows[row].tolist()) == set(np.argsort(-scores)[:5].tolist())


def test_a_large_set_is_grouped_through_a_sample(data, monkeypatch):

    import sys

    from sklearn.metrics import adjusted_rand_score

    texts, truth, vectors = data
    monkeypatch.setattr(sys.modules["rftkit.topics.discover"], "_LARGEST_GRAPH", 64)
    found = discover(texts, vectors, depth=1, count=4)
    assert adjusted_rand_score(truth, found.topics.to_list()) > 0.8
