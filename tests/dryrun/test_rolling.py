"""Rollouts are asked once, kept, and taken up again after a stop, a kill or a fault."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

import rftkit
from rftkit import schema
from rftkit.acts import rolling
from rftkit.acts.rolling import Settings
from rftkit.errors import InputError, ModelError, NotFoundError
from tests.dryrun.policy import MODEL, RIGHT, WRONG, Policy, world

IDS = [f"cards-{n}" for n in range(6)]


def _small(tmp_path: Path) -> rftkit.Dataset:
    return world(tmp_path / "a.rft", {"cards": [0.5] * 6})


def test_every_record_is_asked_k_times_and_kept_once(tmp_path: Path) -> None:
    ds = _small(tmp_path)
    with Policy() as server:
        got = rolling.collect(ds, MODEL, IDS, 4, base_url=server.url)
        again = rolling.collect(ds, MODEL, IDS, 4, base_url=server.url)
        assert len(server.seen) == 24
    assert (got.calls, again.calls, again.cached_calls, got.missing) == (24, 0, 0, 0)
    assert again.frame.equals(got.frame)
    assert got.frame.select("id", "sample").rows() == [(id_, n) for id_ in IDS for n in range(4)]
    assert set(got.frame["output_text"]) == {RIGHT, WRONG}
    assert got.frame["finish_reason"].unique().to_list() == ["stop"]
    assert got.frame["output_tokens"].to_list() == [50] * 24
    assert ds.rollouts().columns == list(schema.ROLLOUTS)


def test_more_rollouts_ask_only_for_the_difference(tmp_path: Path) -> None:
    ds = _small(tmp_path)
    with Policy() as server:
        rolling.collect(ds, MODEL, IDS[:3], 2, base_url=server.url)
        more = rolling.collect(ds, MODEL, IDS, 3, base_url=server.url)
        assert len(server.seen) == 18
    assert (more.calls, more.frame.height) == (12, 18)


def test_other_settings_and_an_edited_prompt_are_other_questions(tmp_path: Path) -> None:
    ds = _small(tmp_path)
    with Policy() as server:
        rolling.collect(ds, MODEL, IDS, 1, base_url=server.url)
        colder = rolling.collect(ds, MODEL, IDS, 1, base_url=server.url, settings=Settings(temperature=0.2))
        ds.edit(IDS[0], messages=[{"role": "user", "content": "Another case? (chance 1.0)"}])
        edited = rolling.collect(ds, MODEL, IDS, 1, base_url=server.url)
    assert (colder.calls, edited.calls, edited.frame.height) == (6, 1, 6)
    assert ds.rollouts().height == 13


def test_the_offline_writer_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"only writes prompts.*model=.ollama"):
        rolling.collect(_small(tmp_path), None, IDS, 1)


def test_an_unknown_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no record has the id 'gone'"):
        rolling.collect(_small(tmp_path), MODEL, ["gone"], 1, base_url="http://127.0.0.1:9/v1")


def test_tools_of_the_record_are_offered_and_calls_are_kept(tmp_path: Path) -> None:
    tools = [{"type": "function", "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}}}]
    ds = world(tmp_path / "a.rft", {"cards": [1.0]}, tools=tools)
    with Policy(tool="look_up", finish="tool_calls") as server:
        got = rolling.collect(ds, MODEL, ["cards-0"], 1, base_url=server.url)
        assert server.seen[0]["tools"] == tools
    assert '"name":"look_up"' in got.frame["output_tools"][0]
    assert got.frame["finish_reason"][0] == "tool_calls"


def test_a_refusal_is_an_answer_with_the_words_of_the_model(tmp_path: Path) -> None:
    with Policy(refuses=1.0) as server:
        got = rolling.collect(_small(tmp_path), MODEL, IDS[:1], 1, base_url=server.url)
    assert got.frame.select("output_text", "refusal", "error").row(0) == ("", "I cannot help with that.", None)


def test_faults_of_the_server_are_outlived(tmp_path: Path) -> None:
    script = [429, 500, "cut", 503, 200, 429]
    with Policy(script=script, retry_after=0.01) as server:
        got = rolling.collect(_small(tmp_path), MODEL, IDS, 2, base_url=server.url)
    assert (got.frame.height, got.frame["error"].null_count()) == (12, 12)


def test_a_call_that_fails_is_kept_as_an_error_and_asked_again(tmp_path: Path) -> None:
    ds = _small(tmp_path)
    with Policy(script=[400]) as server:
        first = rolling.collect(ds, MODEL, IDS, 1, base_url=server.url, concurrency=1)
        second = rolling.collect(ds, MODEL, IDS, 1, base_url=server.url)
    assert first.frame["error"].to_list() == ["the server answered 400: status 400", *[None] * 5]
    assert (second.calls, second.frame["error"].null_count(), ds.rollouts().height) == (1, 6, 6)


def test_where_every_call_fails_nothing_is_kept(tmp_path: Path) -> None:
    ds = _small(tmp_path)
    before = ds.version
    with Policy(script=[401] * 20) as server, pytest.raises(ModelError, match=r"answered nothing.*401"):
        rolling.collect(ds, MODEL, IDS, 1, base_url=server.url)
    assert ds.version == before


def test_a_cap_ends_the_run_and_says_what_is_missing(tmp_path: Path) -> None:
    ds = _small(tmp_path)
    with Policy() as server:
        options = {"base_url": server.url, "price_per_million": (1.0, 10.0), "concurrency": 1}
        settings = Settings(max_tokens=50)
        got = rolling.collect(ds, MODEL, IDS, 4, settings=settings, budget_usd=0.003, **options)
        rest = rolling.collect(ds, MODEL, IDS, 4, settings=settings, budget_usd=1.0, **options)
    assert got.missing + got.frame.height == 24
    assert got.cost_usd is not None
    assert 0 < got.cost_usd <= 0.003
    assert "budget" in got.reason
    assert (rest.calls, rest.frame.height) == (got.missing, 24)


def test_stop_keeps_what_was_answered(tmp_path: Path) -> None:
    ds = _small(tmp_path)
    with Policy(latency=0.05) as server:
        job = ds.collect_rollouts(MODEL, IDS, 8, base_url=server.url, concurrency=2)
        while job.progress.done < 6:
            time.sleep(0.01)
        job.stop()
        got = job.wait(30)
        assert 6 <= got.frame.height < 48
        assert got.missing == 48 - got.frame.height
        rest = rolling.collect(ds, MODEL, IDS, 8, base_url=server.url)
        assert rest.frame.height == 48
        assert len(server.seen) <= 48 + 2


_RUN = """
import sys, rftkit
ds = rftkit.open(sys.argv[1])
ids = ds.records()["id"].to_list()
ds.collect_rollouts("openai/planted", ids, 8, base_url=sys.argv[2], concurrency=4).wait()
"""


def test_after_a_kill_at_most_the_calls_under_way_are_asked_again(tmp_path: Path) -> None:
    ds = _small(tmp_path)
    with Policy(latency=0.05) as server:
        worker = subprocess.Popen([sys.executable, "-c", _RUN, str(ds.path), server.url])
        while len(server.seen) < 20:
            time.sleep(0.01)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        before = len(server.seen)
        got = rolling.collect(ds, MODEL, IDS, 8, base_url=server.url)
        assert got.frame.height == 48
        assert len(server.seen) <= 48 + 4
        assert got.cached_calls >= before - 4


def test_rollouts_made_elsewhere_are_kept_once(tmp_path: Path) -> None:
    ds = _small(tmp_path)
    made = pl.DataFrame(
        {"id": IDS[:2], "sample": [0, 0], "model": "local/tiny", "output_text": ["a", "b"], "run": "j1"}
    )
    assert rolling.keep(ds, made) == 2
    assert rolling.keep(ds, made) == 0
    assert ds.rollouts(run="j1")["prompt_key"].null_count() == 0
    with pytest.raises(InputError, match="missing: output_text"):
        rolling.keep(ds, made.drop("output_text"))
