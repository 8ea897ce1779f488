"""Dimensions of variation are filled evenly, examples differ, and a situation changes in one respect at a time."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rftkit import generate, messages
from rftkit.generate.facets import FACETS, spread
from rftkit.generate.pool import Pool
from rftkit.generate.strategies import tool_chain
from rftkit.generate.strategies.scenario_expansion import ASPECTS
from rftkit.llm import unwrap
from rftkit.offline.describe import expand
from tests.generate.conftest import CARDS, Scripted
from tests.generate.test_run import _fresh


@given(st.integers(20, 300), st.integers(0, 99))
def test_edge_cases_are_a_fifth_to_three_tenths(count: int, seed: int) -> None:
    edge = [item["edge_case"] for item in spread({"edge_case": ()}, count, seed)].count("yes")
    assert 0.2 <= edge / count <= 0.3


@given(st.integers(1, 120), st.integers(0, 99), st.sampled_from(sorted(set(FACETS) - {"edge_case"})))
def test_every_value_comes_as_often_as_every_other_within_one(count: int, seed: int, facet: str) -> None:
    counts = Counter(item[facet] for item in spread({facet: ()}, count, seed))
    sizes = [counts[value] for value in FACETS[facet]]
    assert max(sizes) - min(sizes) <= 1


def test_personas_reach_the_writer_and_the_candidates(frame: pl.DataFrame) -> None:
    writer = Scripted(_fresh)
    plan = generate.plan(frame, topic="Bank/Cards", count=20, model="openai/y", facets={"persona": ()})
    report = generate.run(plan, frame, None, writer)
    told = [item["persona"] for one in writer.asked for item in unwrap(str(one.messages[-1]["content"]))["items"]]
    assert Counter(told) == dict.fromkeys(FACETS["persona"], 2)
    assert sorted(messages.load(text)["persona"] for text in report.candidates["facets"]) == sorted(told)


def test_aspects_of_a_scenario_are_spread_evenly(frame: pl.DataFrame) -> None:
    writer = Scripted(_fresh)
    plan = generate.plan(
        frame,
        topic="Bank/Cards",
        count=12,
        model="openai/y",
        strategy="scenario_expansion",
        scenario="A user blocks a card",
    )
    generate.run(plan, frame, None, writer)
    told = [item["aspect"] for one in writer.asked for item in unwrap(str(one.messages[-1]["content"]))["items"]]
    assert Counter(told) == dict.fromkeys(ASPECTS, 2)


@pytest.mark.parametrize("aspect", ["something that went wrong", "a special need", "how many", "a constraint"])
def test_values_stay_where_the_aspect_is_another(aspect: str) -> None:
    told = {"scenario": "I want to fly to Oslo on Friday.", "count": 6, "items": [{"aspect": aspect}] * 6}
    for text in expand({**told, "values": {"place": ["Oslo", "Rome", "Graz"]}}, random.Random(1))["prompts"]:
        assert "to Oslo on Friday" in text


def test_a_new_time_takes_the_place_of_the_old_one() -> None:
    told = {"scenario": "I want to fly to Oslo on Friday.", "count": 4, "items": [{"aspect": "time"}] * 4}
    for text in expand(told, random.Random(1))["prompts"]:
        assert "to Oslo on " in text
        assert "Friday" not in text


class _Ring:
    """Every text at its own angle; the first six close together, the others far from each other."""

    def embed(self, texts: list[str]) -> Any:
        angles = [CARDS.index(text) * 0.01 if CARDS.index(text) < 4 else CARDS.index(text) * 1.3 for text in texts]
        return np.array([[np.cos(angle), np.sin(angle)] for angle in angles])


def test_examples_that_are_shown_differ_as_much_as_they_can(frame: pl.DataFrame) -> None:
    writer = Scripted(_fresh)
    plan = generate.plan(frame, topic="Bank/Cards", count=3, model="openai/y", examples=3)
    generate.run(plan, frame, None, writer, embedder=_Ring())
    shown = unwrap(str(writer.asked[0].messages[-1]["content"]))["examples"]
    assert len(shown) == 3
    assert {CARDS[4], CARDS[5]} <= set(shown)


def test_a_tool_that_keeps_a_thought_is_no_step() -> None:
    def tool(name: str, told: str) -> str:
        return f'{{"type":"function","function":{{"name":"{name}","description":"{told}","parameters":{{}}}}}}'

    tools = f"[{tool('think', 'Record a thought.')},{tool('find', 'Find a bus')},{tool('buy', 'Buy it')}]"
    call = [
        {"id": str(n), "type": "function", "function": {"name": one, "arguments": "{}"}}
        for n, one in enumerate(("find", "think", "buy"))
    ]
    said = [{"role": "user", "content": "A bus please"}, {"role": "assistant", "content": None, "tool_calls": call}]
    frame = pl.DataFrame([pl.Series("id", ["a"]), messages.pack([said]), pl.Series("tools", [tools])])
    assert tool_chain.patterns(Pool(frame).sources([0])) == [("find", "buy")]


def test_columns_of_nulls_alone_need_no_type(frame: pl.DataFrame) -> None:
    bare = frame.with_columns(tools=pl.lit(None), tool_choice=pl.lit(None), valid=pl.lit(None))
    assert Pool(bare).with_tools([0, 12]) == []
    assert generate.plan(bare, topic="Bank/Cards", count=2).requested == 2
