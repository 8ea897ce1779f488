"""The runner against a real server with real faults."""

from __future__ import annotations

import gc
import json
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from rftkit.errors import ApprovalError
from rftkit.llm import Request, Runner
from tests.llm.loopback import SCHEMA, Loopback


def _asked(count: int, **more: object) -> list[Request]:
    messages = [[{"role": "user", "content": f"prompt {number}"}] for number in range(count)]
    settings = {"schema": SCHEMA, "max_tokens": 50, **more}
    return [Request(said, key=str(number), **settings) for number, said in enumerate(messages)]  # type: ignore[arg-type]


def _runner(server: Loopback, **options: object) -> Runner:
    return Runner("openai/test", base_url=server.url, **options)  # type: ignore[arg-type]


def test_answers_come_in_the_order_of_the_requests() -> None:
    with Loopback(latency=0.01) as server:
        answers = _runner(server).run(_asked(20))
    assert [answer.request.key for answer in answers] == [str(number) for number in range(20)]
    assert all(answer.ok and answer.value["prompts"] for answer in answers)


def test_concurrency_is_full_and_never_exceeded() -> None:
    with Loopback(latency=0.05) as server:
        _runner(server, concurrency=8).run(_asked(40))
    assert server.most_in_flight == 8


def test_faults_are_repeated_and_cost_only_themselves() -> None:
    with Loopback(script=[500, "cut", "broken", 503, 200, 400]) as server:
        answers = _runner(server, concurrency=1).run(_asked(3))
    assert [answer.ok for answer in answers] == [True, False, True]
    assert "400" in (answers[1].error or "")


def test_retry_after_is_waited_out() -> None:
    with Loopback(script=[429], retry_after=0.6) as server:
        started = time.monotonic()
        answers = _runner(server, concurrency=1).run(_asked(1))
    assert answers[0].ok
    assert time.monotonic() - started >= 0.6


def test_retry_after_may_be_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
    with Loopback(script=[429], retry_after=date) as server:
        started = time.monotonic()
        answers = _runner(server, concurrency=1).run(_asked(1))
    assert answers[0].ok
    assert time.monotonic() - started >= 0.9  # a date has whole seconds


def test_a_wait_beyond_the_patience_is_refused_at_once() -> None:
    with Loopback(script=[429], retry_after=3600.0) as server:
        answer = _runner(server, patience=60).run(_asked(1))[0]
    assert "patience of 60 s" in (answer.error or "")


def test_a_rate_limit_queues_instead_of_failing() -> None:
    with Loopback() as server:
        started = time.monotonic()
        answers = _runner(server, requests_per_minute=1200).run(_asked(21))
    assert all(answer.ok for answer in answers)
    assert time.monotonic() - started >= 1.0


def test_a_wrong_key_stops_the_run_at_once() -> None:
    with Loopback(script=[401] * 100) as server:
        answers = _runner(server, concurrency=2).run(_asked(50))
        assert len(server.seen) <= 4
    assert not any(answer.ok for answer in answers)


def test_a_refused_schema_is_left_out_from_then_on() -> None:
    class Strict(Loopback):
        def answer(self, asked, headers, number):  # type: ignore[no-untyped-def]
            said = {"error": {"message": "response_format of type json_schema is not supported"}}
            return (400, said) if "response_format" in asked else None

    with Strict() as server:
        answers = _runner(server, structured=True, concurrency=1).run(_asked(3))
        assert sum("response_format" in asked for asked in server.seen) == 1
    assert all(answer.ok for answer in answers)


def test_equal_requests_are_asked_once() -> None:
    with Loopback() as server:
        answers = _runner(server).run([*_asked(1), *_asked(1)])
        assert len(server.seen) == 1
    assert [answer.cached for answer in answers] == [False, True]


def test_another_sample_or_seed_is_another_question() -> None:
    with Loopback() as server:
        _runner(server).run([*_asked(1), *_asked(1, sample=1), *_asked(1, seed=4)])
        assert len(server.seen) == 3


def test_what_was_answered_is_never_asked_again(tmp_path: Path) -> None:
    with Loopback() as server:
        _runner(server, cache=tmp_path / "llm.sqlite").run(_asked(10))
        again = _runner(server, cache=tmp_path / "llm.sqlite")
        answers = again.run(_asked(12))
        assert len(server.seen) == 12
    assert sum(answer.cached for answer in answers) == 10
    assert (again.calls, again.cached_calls) == (2, 10)


def test_a_server_on_another_port_is_not_asked_what_its_model_answered_before(tmp_path: Path) -> None:
    with Loopback() as server:
        _runner(server, cache=tmp_path / "c").run(_asked(5))
    with Loopback() as server:
        answers = _runner(server, cache=tmp_path / "c").run(_asked(5))
        assert not server.seen
    assert all(answer.ok for answer in answers)


def test_where_nobody_listens_the_run_ends_when_one_call_has_used_up_its_repeats() -> None:
    runner = Runner("openai/test", base_url="http://127.0.0.1:1/v1", retries=1, concurrency=2)
    started = time.monotonic()
    answers = runner.run(_asked(200))
    assert time.monotonic() - started < 5
    assert all("cannot connect" in (answer.error or "") for answer in answers)


def test_an_unreadable_answer_that_was_paid_for_is_remembered_too(tmp_path: Path) -> None:
    with Loopback(script=["broken"]) as server:
        first = _runner(server, cache=tmp_path / "c").run(_asked(1))
        second = _runner(server, cache=tmp_path / "c").run(_asked(1))
        assert len(server.seen) == 2
    assert first[0].ok
    assert second[0].ok
    assert second[0].cached


def test_a_refusal_instead_of_json_is_an_error_of_that_item() -> None:
    with Loopback(say=lambda _: "I'm sorry, I can't help with that.") as server:
        answers = _runner(server, retries=1).run(_asked(1))
    assert answers[0].error == "the answer holds no JSON, 2 times"


@pytest.mark.parametrize("cap", [0.003, 0.01, 0.0305])
def test_the_budget_is_never_passed_with_64_in_flight(cap: float) -> None:
    with Loopback(latency=0.02, prompt_tokens=60, completion_tokens=40) as server:
        runner = _runner(server, concurrency=64, budget_usd=cap, price_per_million=(1.0, 4.0))
        answers = runner.run(_asked(400))
        price = (60 * 1.0 + 40 * 4.0) / 1e6
        spent = len(server.seen) * price
    assert spent <= cap
    assert runner.cost_usd == pytest.approx(spent)
    # What is left is less than the worst case of one more call.
    assert cap - spent < 0.0005
    assert sum(answer.ok for answer in answers) == len(server.seen)
    assert "budget" in next(answer.error or "" for answer in answers if not answer.ok)


def test_what_was_cut_off_counts_against_the_budget() -> None:
    with Loopback(script=["cut"] * 50) as server:
        runner = _runner(server, concurrency=1, budget_usd=0.001, price_per_million=(1.0, 4.0), retries=50)
        runner.run(_asked(1))
        assert len(server.seen) <= 4
    assert runner.unsure_usd > 0


def test_an_answer_without_a_count_of_tokens_costs_what_it_may_have_cost() -> None:
    with Loopback(prompt_tokens=0, completion_tokens=0) as server:
        runner = _runner(server, concurrency=4, budget_usd=0.001, price_per_million=(1.0, 4.0))
        answers = runner.run(_asked(50))
        assert 0 < len(server.seen) < 5
    assert answers[0].cost_usd is None
    assert 0 < runner.unsure_usd <= 0.001


def test_a_cap_needs_a_price() -> None:
    with pytest.raises(ApprovalError, match="price-per-million"):
        Runner("openai/nobody-knows-it", budget_usd=1.0)


def test_an_unknown_price_is_unknown_and_not_zero() -> None:
    with Loopback() as server:
        runner = _runner(server)
        assert runner.estimate(_asked(1)).cost_usd is None
        answers = runner.run(_asked(1))
    assert answers[0].cost_usd is None
    assert runner.cost_usd is None


def test_stop_ends_within_a_second_and_keeps_what_is_finished() -> None:
    stop = threading.Event()
    finished: list[str] = []

    def note(answer: object) -> None:
        finished.append("one")
        if len(finished) == 5:
            stop.set()

    with Loopback(latency=0.15) as server:
        started = time.monotonic()
        answers = _runner(server, concurrency=5).run(_asked(200), note, stop)
        seconds = time.monotonic() - started
    assert seconds < 1.5
    assert 5 <= sum(answer.ok for answer in answers) <= 15
    assert sum(answer.error == "stopped before it was answered" for answer in answers) >= 180


def test_stop_does_not_wait_for_a_slow_call_and_says_nothing_of_its_own(caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()
    with Loopback(latency=20) as server:
        threading.Timer(0.3, stop.set).start()
        started = time.monotonic()
        answers = _runner(server).run(_asked(3), stop=stop)
    assert time.monotonic() - started < 1.5
    assert not any(answer.ok for answer in answers)
    gc.collect()
    assert caplog.records == []


def test_a_slow_call_times_out() -> None:
    with Loopback(latency=5) as server:
        answers = _runner(server, timeout=0.2, retries=1).run(_asked(1))
    assert "0.2 seconds" in (answers[0].error or "")


def test_a_callback_that_fails_ends_the_run_with_its_error() -> None:
    def fail(_: object) -> None:
        raise LookupError("mine")

    with Loopback() as server, pytest.raises(LookupError, match="mine"):
        _runner(server).run(_asked(3), fail)


def test_no_key_is_in_an_error_or_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = "sk-verysecretkey1234567890"
    monkeypatch.setenv("OPENAI_API_KEY", key)

    class Leaky(Loopback):
        def answer(self, asked, headers, number):  # type: ignore[no-untyped-def]
            said = f"bad key {headers['authorization']}"
            return (400, {"error": {"message": said}}) if number == 0 else None

    with Leaky() as server:
        answers = _runner(server, cache=tmp_path / "c", concurrency=1).run(_asked(2))
    assert answers[1].ok
    assert key not in (answers[0].error or "")
    assert "***" in (answers[0].error or "")
    assert all(key.encode() not in path.read_bytes() for path in tmp_path.iterdir())
    assert key not in repr(Runner("openai/x", api_key=key))


def test_litellm_takes_the_same_road(monkeypatch: pytest.MonkeyPatch) -> None:
    """The short way is an optimisation: without it, litellm gives the same answers and the same failures."""
    from rftkit.llm import direct

    monkeypatch.setattr(direct, "PROVIDERS", ())
    with Loopback(script=[500, 429], retry_after=0.2) as server:
        runner = _runner(server, concurrency=2, price_per_million=(1.0, 4.0))
        answers = runner.run(_asked(4))
        assert server.statuses[200] == 4
    assert [answer.value["prompts"][0] for answer in answers] == [f"answer to prompt {n}" for n in range(4)]
    assert runner.cost_usd == pytest.approx(4 * (100 * 1.0 + 50 * 4.0) / 1e6)


def test_two_processes_may_share_a_cache(tmp_path: Path) -> None:
    """Two runners at once in threads with own connections: every answer is there afterwards, none is lost."""
    with Loopback(latency=0.005) as server:
        parts = [_asked(60)[start : start + 40] for start in (0, 20)]
        runners = [_runner(server, cache=tmp_path / "c") for _ in parts]
        threads = [threading.Thread(target=one.run, args=(part,)) for one, part in zip(runners, parts, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    count = sqlite3.connect(tmp_path / "c").execute("SELECT count(*) FROM answers").fetchone()
    assert count == (60,)


def test_a_tool_call_comes_back_whole() -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"b": 1, "a": 2}'}}

    class Calling(Loopback):
        def completion(self, asked, text):  # type: ignore[no-untyped-def]
            body = super().completion(asked, text)
            body["choices"][0]["message"] = {"role": "assistant", "content": None, "tool_calls": [call]}
            return body

    with Calling() as server:
        tools = [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}]
        answer = _runner(server).run([Request([{"role": "user", "content": "go"}], tools=tools)])[0]
        assert server.seen[0]["tools"] == tools
    assert json.loads(json.dumps(answer.message)) == {"role": "assistant", "tool_calls": [call]}
