"""What a record could be: numbered topics with how sure and why."""

from __future__ import annotations

import polars as pl
import pytest

from rftkit.embed.lsa import LSA
from rftkit.messages import pack
from rftkit.topics import TopicTree, categorize
from rftkit.topics.choices import choices

TREE = TopicTree().add("Cards", keywords=["card"]).add("Rates", keywords=["exchange rate"])
TEXTS = [f"my card number {n} was stolen" for n in range(12)] + [f"the exchange rate of {n} euros" for n in range(12)]
KNOWN = ["Cards"] * 12 + ["Rates"] * 12


def frame(texts: list[str], topics: list[str | None], method: str = "manual") -> pl.DataFrame:
    columns = {"topic": topics, "topic_method": [method if each else None for each in topics]}
    ids = [f"r{n}" for n in range(len(texts))]
    return pl.DataFrame(
        {"id": ids, "messages": pack([[{"role": "user", "content": text}] for text in texts]), **columns}
    )


def test_the_likeliest_topic_comes_first_with_its_keywords_and_the_nearest_record():
    found = choices(
        frame(["my card number 99 was stolen", *TEXTS], [None, *KNOWN]), TREE, [True, *[False] * 24], embedder=LSA()
    )
    first, *others = found.of(0)
    assert (first.topic, first.keywords, first.by_hand) == ("Cards", ("card",), True)
    assert "stolen" in first.like
    assert first.why.startswith("says card; like one you assigned")
    assert [one.topic for one in others] == ["Rates"]


def test_confidences_fall_and_never_sum_to_more_than_one():
    found = choices(frame(["card rate", *TEXTS], [None, *KNOWN]), TREE, [True, *[False] * 24], embedder=LSA())
    sure = [one.confidence for one in found.of(0)]
    assert sure == sorted(sure, reverse=True)
    assert sum(sure) <= 1 + 1e-9


def test_the_topic_that_a_record_has_now_does_not_argue_for_itself():
    wrong = frame(["the exchange rate of 99 euros", *TEXTS], ["Cards", *KNOWN])
    assert choices(wrong, TREE, [True, *[False] * 24], embedder=LSA()).of(0)[0].topic == "Rates"


@pytest.mark.parametrize("text", ["", "   "])
def test_a_record_without_text_has_no_choices(text: str):
    assert choices(frame([text, *TEXTS], [None, *KNOWN]), TREE, [True, *[False] * 24], embedder=LSA()).of(0) == []


def test_a_record_that_was_left_unassigned_by_hand_stays_so():
    given = frame(TEXTS, [None, *KNOWN[1:]]).with_columns(topic_method=pl.lit("manual"))
    for again in (False, True):
        labels = categorize(given, TREE, embedder=LSA(), all=again).labels
        assert labels.row(0, named=True)["topic"] is None
        assert labels["topic_method"][0] == "manual"
