"""What categorization promises: hand-made topics stay, whole words count, confidence means something."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rftkit import messages as chat
from rftkit.embed.lsa import LSA
from rftkit.errors import InputError
from rftkit.topics import Question, TopicTree, Verdict, calibrate, categorize, keywords

TREE = (
    TopicTree()
    .add("Cards/Lost", "Cards that are lost.", ["lost card", "lost"])
    .add("Cards/PIN", "The secret number.", ["pin", "pin code"])
    .add("Rates", "Exchange rates.", ["exchange rate", "euro"])
)


def frame(texts, **columns):
    packed = chat.pack([[{"role": "user", "content": text}] for text in texts])
    return pl.DataFrame({"id": [f"r{i}" for i in range(len(texts))], "messages": packed, **columns})


TEXTS = [
    *(f"I have a lost card number {i}" for i in range(20)),
    *(f"forgot the pin code of my phone {i}" for i in range(20)),
    *(f"what is the euro exchange rate on day {i}" for i in range(20)),
]
TRUTH = ["Cards/Lost"] * 20 + ["Cards/PIN"] * 20 + ["Rates"] * 20


def test_topics_are_found_by_keywords_and_by_meaning():
    for method in (["keyword"], ["embedding"], ["keyword", "embedding"]):
        report = categorize(frame(TEXTS), TREE, method=method, embedder=LSA())
        right = [a == b for a, b in zip(report.labels["topic"].to_list(), TRUTH, strict=True)]
        assert np.mean(right) > 0.9, method
        assert not report.calibrated
        assert report.total == report.assigned + report.unassigned
        assert sum(report.bands.values()) == report.assigned == sum(report.by_method.values())


def test_a_hand_made_topic_is_never_overwritten():
    wrong = ["Rates", "Rates", *[None] * 58]
    given = frame(TEXTS, topic=wrong, topic_method=["manual", "imported", *[None] * 58])
    for again in (False, True):
        labels = categorize(given, TREE, embedder=LSA(), all=again).labels
        assert labels["topic"].to_list()[:2] == ["Rates", "Rates"]
        assert labels["topic_method"].to_list()[:2] == ["manual", "imported"]


def test_only_unassigned_records_are_judged_unless_all_are_asked_for():
    given = frame(
        TEXTS,
        topic=["Rates", *[None] * 59],
        topic_method=["embedding", *[None] * 59],
        topic_confidence=[0.4] + [None] * 59,
    )
    assert categorize(given, TREE, embedder=LSA()).labels["topic"][0] == "Rates"
    assert categorize(given, TREE, embedder=LSA(), all=True).labels["topic"][0] == "Cards/Lost"


def test_a_topic_that_left_the_tree_is_judged_again():
    given = frame(TEXTS, topic=["Gone/Away", *[None] * 59], topic_method=["manual", *[None] * 59])
    assert categorize(given, TREE, embedder=LSA()).labels["topic"][0] == "Cards/Lost"


def test_corrected_records_teach_the_rest():
    tree = TopicTree().add("Alpha").add("Beta").add("Gamma")  # names that say nothing
    name = {"Cards/Lost": "Alpha", "Cards/PIN": "Beta", "Rates": "Gamma"}
    known = [name[path] if i % 2 else None for i, path in enumerate(TRUTH)]
    given = frame(TEXTS, topic=known, topic_method=["manual" if path else None for path in known])
    report = categorize(given, tree, embedder=LSA())
    right = [a == name[b] for a, b in zip(report.labels["topic"].to_list(), TRUTH, strict=True)]
    assert np.mean(right) > 0.95
    assert report.calibrated
    assert report.accuracy > 0.9


def test_whole_words_count_and_parts_of_words_do_not():
    topics = TopicTree().add("A", keywords=["get"]).add("B", keywords=["exchange rate"]).leaves()
    found = keywords.scores(["target practice", "Get it", "EXCHANGE\nRATES!", "exchange the rate", ""], topics) > 0
    assert found.tolist() == [[False, False], [True, False], [False, True], [False, False], [False, False]]


def test_keywords_of_scripts_without_spaces_are_found():
    topics = TopicTree().add("卡", keywords=["银行卡", "カード"]).leaves()
    assert (keywords.scores(["我的银行卡丢了", "私のカードを失くした", "你好"], topics) > 0).ravel().tolist() == [
        True,
        True,
        False,
    ]


def test_overlapping_and_repeated_keywords_count_once_each():
    one = TopicTree().add("A", keywords=["card", "lost card"]).add("B").leaves()
    once, twice = keywords.scores(["lost card", "lost card lost card card"], one)[:, 0]
    assert once == twice > 0


def test_topics_without_keywords_divide_nothing_by_zero():
    report = categorize(frame(["hello"]), TopicTree().add("A"), method=["keyword"])
    assert report.unassigned == 1


def test_a_judge_decides_what_remains_and_nothing_else():
    asked: list[Question] = []

    def judge(questions):
        asked.extend(questions)
        return [Verdict("Rates", 0.9), Verdict(None, 0.9), Verdict("No such topic", 1.0)]

    texts = ["tell me a thing", "sing a song", "hm", *TEXTS]
    report = categorize(frame(texts), TREE, method=["keyword", "llm"], judge=judge)
    assert [question.text for question in asked] == texts[:3]
    assert report.labels["topic"].to_list()[:3] == ["Rates", None, None]
    assert report.labels["topic_method"][0] == "llm"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": ["magic"]}, "keyword, embedding, llm"),
        ({"method": []}, "given none"),
        ({"method": ["llm"]}, "needs a model"),
    ],
)
def test_wrong_options_are_refused(options, says):
    with pytest.raises(InputError, match=says):
        categorize(frame(["a"]), TREE, **options)


def test_an_empty_tree_is_refused_with_advice():
    with pytest.raises(InputError, match="discover some"):
        categorize(frame(["a"]), TopicTree())


@pytest.mark.parametrize("texts", [[], ["a"], [""] * 3, ["same"] * 60, ["<b>", "日本", "😀"]])
def test_odd_records_are_survived(texts):
    report = categorize(frame(texts), TREE, embedder=LSA())
    assert report.total == len(texts)
    assert report.labels["topic_confidence"].drop_nulls().is_between(0, 1).all()


def test_unassigned_records_suggest_new_topics():
    songs = [f"play a song by singer {i}" for i in range(20)]
    given = frame([*TEXTS, *songs])
    report = categorize(given, TREE, method=["keyword", "embedding"], embedder=LSA())
    assert report.unassigned >= 8
    assert any("song" in " ".join(each["keywords"]) for each in report.suggestions)


def test_the_bands_split_at_their_limits():
    assert calibrate.bands(np.array([0.8, 0.79999, 0.5, 0.49999])) == {"high": 1, "medium": 2, "review": 1}


def test_calibration_learns_how_often_a_score_is_right():
    rng = np.random.default_rng(0)
    score = rng.uniform(-3, 3, 4000)
    right = rng.uniform(size=4000) < 1 / (1 + np.exp(-2 * score))
    rows = np.stack([score, np.zeros(4000), np.zeros(4000)], axis=1)
    model = calibrate.fit(rows[:2000], right[:2000])
    assert calibrate.error(model(rows[2000:]), right[2000:]) < 0.05
