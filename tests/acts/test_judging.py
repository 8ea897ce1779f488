"""At high strictness the model judges what it wrote, announced in the plan, counted in the report, under the cap."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rftkit
from rftkit.llm import unwrap
from tests.llm.loopback import Loopback

COUNT = 20


def _say(asked: dict[str, Any]) -> str:
    data = unwrap(asked["messages"][-1]["content"])
    if data["task"] == "judge":
        return json.dumps({"marks": [{"number": one["number"], "mark": 5} for one in data["prompts"]]})
    words = ["blocked", "stolen", "lost", "frozen", "expired", "damaged", "missing", "declined", "copied", "cancelled"]
    places = ["in Rome", "at the airport", "after the update", "during my holiday", "at the till"]
    return json.dumps(
        {"prompts": [f"My card was {word} {place}, what can I do?" for word in words for place in places]}
    )


def _dataset(folder: Path) -> Any:
    ds = rftkit.open(folder / "a.rft")
    ds.import_(
        pl.DataFrame({"prompt": [f"Where is my card number {n}, it was sent {n % 7} days ago" for n in range(20)]})
    )
    ds.save_topics(rftkit.TopicTree(()).add("cards", keywords=["card"]))
    ds.categorize(method=("keyword",))
    return ds


def _plan(ds: Any, strictness: str) -> Any:
    settings = {"strategy": "few_shot", "model": "openai/test", "price_per_million": (1.0, 1.0)}
    return ds.plan(topic="cards", count=COUNT, strictness=strictness, **settings)


def test_the_plan_announces_what_judging_costs(tmp_path: Path) -> None:
    ds = _dataset(tmp_path)
    without, judged = _plan(ds, "medium").estimate, _plan(ds, "high").estimate
    assert judged.calls == without.calls + COUNT // 10
    assert judged.cost_usd > without.cost_usd
    assert _plan(ds, "high").to_dict()["calls"] == judged.calls


def test_the_mark_is_a_part_of_the_stars_and_its_calls_are_counted(tmp_path: Path) -> None:
    ds = _dataset(tmp_path)
    with Loopback(say=_say) as server:
        report = ds.generate(_plan(ds, "high"), base_url=server.url, price_per_million=(1.0, 1.0)).wait()
        asked = len(server.seen)
    judgings = [one for one in server.seen if unwrap(one["messages"][-1]["content"])["task"] == "judge"]
    marks = [json.loads(parts).get("judge") for parts in report.candidates.filter("valid")["quality_parts"]]
    assert judgings
    assert set(marks) == {1.0}
    assert report.calls == asked
    assert report.cost_usd == pytest.approx(asked * 150 / 1e6)
    assert report.unjudged == ""


def test_a_judge_that_fails_is_said(tmp_path: Path) -> None:
    ds = _dataset(tmp_path)

    class Silent(Loopback):
        def answer(self, asked, headers, number):  # type: ignore[no-untyped-def]
            refused = unwrap(asked["messages"][-1]["content"])["task"] == "judge"
            return (400, {"error": {"message": "no"}}) if refused else None

    with Silent(say=_say) as server:
        report = ds.generate(_plan(ds, "high"), base_url=server.url, price_per_million=(1.0, 1.0)).wait()
    assert report.unjudged.startswith(f"{report.generated} candidates have no mark")


def test_medium_strictness_asks_no_judge(tmp_path: Path) -> None:
    ds = _dataset(tmp_path)
    with Loopback(say=_say) as server:
        ds.generate(_plan(ds, "medium"), base_url=server.url, price_per_million=(1.0, 1.0)).wait()
    assert all(unwrap(one["messages"][-1]["content"])["task"] != "judge" for one in server.seen)
