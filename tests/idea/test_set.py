"""The whole set: in batches from a model that errs, resumed and capped, written to dataset and file, read back equal."""

from __future__ import annotations

import csv
import json
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rftkit
from rftkit.acts.ideas.drafts import frame_of
from rftkit.errors import ApprovalError, InputError, ModelError
from rftkit.formats import writing
from rftkit.idea.check import Checker, Pair, Wrong, misfit
from rftkit.idea.requirements import Requirements, from_dict
from rftkit.idea.spec import spec_of
from tests.idea.conftest import ORDERS, REPLIES, SUPPORT, opened
from tests.idea.model import Played
from tests.llm.loopback import Loopback

MODEL: dict[str, Any] = {"model": "openai/test", "price_per_million": (1.0, 2.0)}
BUSY = {
    "role_persona": "a support agent",
    "task_goal": "sort a message",
    "use_case": "testing",
    "input_format": "one message, at most 40 words",
    "output_format": "one of: billing, delivery, account, other",
    "diversity_requirements": "tones: polite, angry, in a hurry",
    "edge_cases": "two requests in one message, an empty thank you; 20 %",
}


def _lines(path: str | None) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path or "").read_text(encoding="utf-8").splitlines()]


def test_two_hundred_records_end_to_end_from_a_model_that_errs(tmp_path: Path) -> None:
    played = Played(refuse=0.1, placeholder=0.05, short=0.2)
    with Loopback(say=played, latency=0.05, errors=0.1, broken=0.1) as server:
        session = opened(tmp_path, BUSY, base_url=server.url, **MODEL)
        assert len(session.samples()) == 5
        report = session.write(200)
    rows = _lines(report.path)
    assert report.written == len(rows) == 200
    assert report.gave_up == ""
    assert all(list(row) == ["input", "answer"] for row in rows)
    assert len({row["input"].casefold() for row in rows}) == 200
    assert not any("Sample" in row["input"] for row in rows)
    assert report.rejected["placeholder"] > 0
    assert max(Counter(row["answer"] for row in rows).values()) <= 60
    assert report.cost_usd is not None
    assert report.cost_usd > 0


def test_the_records_of_a_set_are_in_the_dataset_with_their_answers(tmp_path: Path) -> None:
    session = opened(tmp_path, SUPPORT)
    report = session.write(30)
    ds = rftkit.open(tmp_path / "idea.rft")
    frame = ds.records()
    assert (frame.height, frame["generated"].all(), report.dataset_version) == (30, True, ds.version)
    answers = [json.loads(extra)["reference_answer"] for extra in frame["extra"]]
    assert answers == [row["answer"] for row in _lines(report.path)]
    ds.export(tmp_path / "again.jsonl", format="jsonl")
    assert _lines(str(tmp_path / "again.jsonl")) == _lines(report.path)
    ds.undo()
    assert len(ds) == 0


def test_shares_are_what_was_asked_for_and_survive_rejections(tmp_path: Path) -> None:
    with Loopback(say=Played(placeholder=0.2)) as server:
        session = opened(tmp_path, BUSY, base_url=server.url, **MODEL)
        report = session.write(120)
    facets = [json.loads(text)["facets"] for text in rftkit.open(tmp_path / "idea.rft").records()["metadata"]]
    assert report.written == 120
    assert Counter(one["label"] for one in facets) == {"billing": 30, "delivery": 30, "account": 30, "other": 30}
    assert Counter(one["tone"] for one in facets) == {"polite": 40, "angry": 40, "in a hurry": 40}
    assert sum("edge_case" in one for one in facets) == 24


@pytest.mark.parametrize(
    ("server", "model"),
    [
        ({"errors": 0.5}, {}),
        ({"broken": 0.5}, {}),
        ({"cuts": 0.5}, {}),
        ({}, {"refuse": 0.5}),
        ({}, {"placeholder": 0.5}),
        ({}, {"short": 0.5}),
        ({"errors": 0.2, "broken": 0.2}, {"refuse": 0.1, "placeholder": 0.2}),
    ],
    ids=["errors", "broken", "cuts", "refuses", "placeholders", "short", "everything"],
)
def test_a_model_that_fails_half_of_its_calls_gives_all_rows_or_a_reason(
    server: dict[str, float], model: dict[str, float], tmp_path: Path
) -> None:
    with Loopback(say=Played(**model), **server) as running:  # type: ignore[arg-type]
        session = opened(tmp_path, BUSY, base_url=running.url, **MODEL)
        report = session.write(60)
    rows = _lines(report.path)
    assert report.written == len(rows) > 0
    assert (report.written == 60) == (report.gave_up == "")
    assert report.written == 60 or f"-{report.written}-of-60" in str(report.path)
    assert {row["answer"] for row in rows} <= {"billing", "delivery", "account", "other"}
    assert not any("sample" in row["input"].lower() or "sorry, but" in row["input"] for row in rows)


def test_a_model_that_writes_the_same_again_gives_fewer_rows_with_a_reason_and_a_name_that_says_so(
    tmp_path: Path,
) -> None:
    few = [f"Where is parcel {word}?" for word in ("one", "two", "three", "four", "five", "six")]

    def say(asked: dict[str, Any]) -> str:
        return json.dumps({"records": [{"input": text, "answer": "delivery"} for text in few]})

    with Loopback(say=say) as server:
        report = opened(tmp_path, BUSY, base_url=server.url, **MODEL).write(20)
    assert 0 < report.written <= 6
    assert "turned down" in report.gave_up
    assert f"-{report.written}-of-20" in (report.path or "")
    assert report.gave_up.split(";")[0] in Path(report.card or "").read_text(encoding="utf-8")


def test_a_model_that_never_answers_leaves_no_file_and_one_sentence(tmp_path: Path) -> None:
    with Loopback(script=[401] * 100) as server:
        session = opened(tmp_path, BUSY, base_url=server.url, **MODEL)
        with pytest.raises(ModelError, match="nothing was written"):
            session.write(20)
    assert not (tmp_path / "idea.rft" / "uploads").exists()
    assert rftkit.open(tmp_path / "idea.rft").version == 0


def test_a_stopped_run_writes_nothing_and_goes_on_without_paying_twice(tmp_path: Path) -> None:
    with Loopback(say=Played(), latency=0.2) as server:
        session = opened(tmp_path, BUSY, base_url=server.url, concurrency=2, **MODEL)
        job = session.write_job(100)
        enough = threading.Event()
        job.on_progress(lambda state: enough.set() if state.data.get("answered", 0) >= 4 else None)
        assert enough.wait(20)
        job.stop()
        stopped = job.wait(20)
        assert (stopped.stopped, stopped.written, stopped.path) == (True, 0, None)
        paid = stopped.calls
        report = session.write(100)
        assert report.written == 100
        assert report.cached_calls >= paid > 0
        assert report.calls + paid <= 12


def test_a_stopped_and_resumed_run_gives_the_set_of_an_unbroken_one(tmp_path: Path) -> None:
    found = []
    for name in ("whole", "broken"):
        with Loopback(say=Played(placeholder=0.1), latency=0.05) as server:
            session = opened(tmp_path / name, BUSY, base_url=server.url, concurrency=3, **MODEL)
            if name == "broken":
                job = session.write_job(60)
                while job.progress.data.get("answered", 0) < 3:
                    pass
                job.stop()
                job.wait(20)
            found.append(_lines(session.write(60).path))
    assert found[0] == found[1]


def test_a_budget_is_never_exceeded_and_the_shortfall_is_said(tmp_path: Path) -> None:
    with Loopback(say=Played()) as server:
        session = opened(tmp_path, BUSY, base_url=server.url, concurrency=1, **MODEL)
        whole = session.plan(100)["cap_usd"]
        report = session.write(100, budget_usd=whole / 12)
    assert report.cost_usd is not None
    assert report.cost_usd <= whole / 12
    assert report.written < 100
    assert "budget" in report.gave_up


def test_a_budget_without_a_known_price_is_refused(tmp_path: Path) -> None:
    with Loopback(say=Played()) as server:
        session = opened(tmp_path, BUSY, base_url=server.url, model="openai/nobody-knows-it")
        with pytest.raises(ApprovalError, match="price"):
            session.write(20, budget_usd=1.0)


@pytest.mark.parametrize("count", [9, 1001])
def test_a_set_has_ten_to_a_thousand_records(count: int, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="10 to 1000"):
        opened(tmp_path, SUPPORT).write(count)


def test_json_answers_fit_the_schema_or_are_turned_down(tmp_path: Path) -> None:
    def say(asked: dict[str, Any]) -> str:
        told = json.loads(Played()(asked))
        for place, record in enumerate(told["records"]):
            record["input"] += f" Case {asked['messages'][-1]['content'].count('avoid')} {place}"
            if place % 3 == 0:
                record["answer"]["quantity"] = "many"
            if place % 3 == 1:
                record["answer"] = json.dumps(record["answer"])
        return json.dumps(told)

    with Loopback(say=say) as server:
        session = opened(tmp_path, ORDERS, base_url=server.url, **MODEL)
        report = session.write(20)
    schema = spec_of(session.requirements).output.schema
    assert all(misfit(json.loads(row["answer"]), schema) == "" for row in _lines(report.path))
    assert report.rejected["schema"] > 0


def test_offline_answers_of_an_extraction_stand_in_their_inputs(tmp_path: Path) -> None:
    report = opened(tmp_path, ORDERS).write(100)
    for row in _lines(report.path):
        told = json.loads(row["answer"])
        assert told["product"] in row["input"]
        assert str(told["quantity"]) in row["input"]
        assert told["order"] is None or told["order"] in row["input"]
        assert told["wants_refund"] is not ("not want" in row["input"])


def test_offline_a_template_computes_its_answer(tmp_path: Path) -> None:
    pair = {"input": "A pen costs {price:2-19} dollars. How much are {count:2-40} pens?", "answer": "{= price * count}"}
    session = opened(tmp_path, {**REPLIES, "output_format": "a number", "examples": [pair]})
    for row in _lines(session.write(50).path):
        price, count = (int(word) for word in row["input"].replace(".", " ").split() if word.isdigit())
        assert row["answer"] == str(price * count)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"examples": []}, "no language model"),
        ({"output_format": "one of: billing, other", "examples": []}, "cannot know"),
        ({"output_format": '{"mood": "string"}', "examples": []}, "cannot make up values of 'mood'"),
        (
            {"constraints": "inputs in German", "output_format": "one of: Rechnung, Versand", "examples": []},
            "English alone",
        ),
    ],
)
def test_offline_says_in_one_sentence_what_it_cannot_write(changed: dict[str, Any], words: str, tmp_path: Path) -> None:
    session = opened(tmp_path, {**REPLIES, **changed})
    with pytest.raises(InputError, match=words) as caught:
        session.write(20)
    assert "choose a model" in str(caught.value)
    assert not (tmp_path / "idea.rft" / "uploads").exists()


def test_inputs_alone_are_written_only_on_request(tmp_path: Path) -> None:
    session = opened(
        tmp_path, {**REPLIES, "examples": [{"input": "Where is my parcel?"}, {"input": "How do I pay by card?"}]}
    )
    with pytest.raises(InputError, match="without-answers"):
        session.write(12)
    report = session.write(12, without_answers=True)
    assert {row["answer"] for row in _lines(report.path)} == {None}
    assert "left out on request" in Path(report.card or "").read_text(encoding="utf-8")


HOSTILE = [
    ('He said "hi", then left', "a,b"),
    ("two\nlines", "three\r\nlines\nhere"),
    ("=1+1", "@cmd"),
    ("-5 degrees", "+49 30 1234"),
    ("\ttab", "  spaces  "),
    ("007", "NA"),
    ("null", "1e5"),
    ("käse 🧀 \u2028 line", "''"),
    ('""', '","'),
    ("semi;colon|pipe", "\\n"),
]


def _hostile(tmp_path: Path, **options: Any) -> tuple[Path, Any]:
    session = opened(tmp_path, SUPPORT)
    frame = frame_of(session, Requirements(), [Pair(*pair) for pair in HOSTILE], pl.Series([], dtype=pl.String))
    return tmp_path / "x.csv", writing.write(frame, tmp_path / "x.csv", "csv", **options)


def _by_the_rules_of_spreadsheets(text: str) -> list[list[str]]:
    """Read CSV as RFC 4180 and Excel do: quotes doubled, line breaks kept inside them."""
    rows, row, cell, quoted, at = [], list[str](), "", False, 0
    while at < len(text):
        char = text[at]
        if quoted and char == '"' and text[at + 1 : at + 2] == '"':
            cell, at = cell + '"', at + 1
        elif char == '"' and (quoted or not cell):
            quoted = not quoted
        elif char == "," and not quoted:
            row, cell = [*row, cell], ""
        elif char == "\n" and not quoted:
            rows, row, cell = [*rows, [*row, cell]], [], ""
        else:
            cell += char
        at += 1
    return rows


def test_a_csv_is_read_back_equal_by_the_csv_module_polars_pandas_and_spreadsheet_rules(tmp_path: Path) -> None:
    path, report = _hostile(tmp_path)
    expected = [list(pair) for pair in HOSTILE]
    with path.open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["input", "answer"], *expected]
    assert [list(row) for row in pl.read_csv(path, infer_schema=False).rows()] == expected
    assert _by_the_rules_of_spreadsheets(path.read_bytes().decode()) == [["input", "answer"], *expected]
    assert any("formula" in line for line in report.warnings)
    pandas = pytest.importorskip("pandas")
    assert pandas.read_csv(path, dtype=str, keep_default_na=False).to_numpy().tolist() == expected


def test_cells_that_a_spreadsheet_would_run_are_made_safe_on_request(tmp_path: Path) -> None:
    path, _ = _hostile(tmp_path, excel_safe=True)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    assert not any(cell.startswith(("=", "@", "\t")) for row in rows for cell in row)


def test_a_second_set_of_the_same_session_has_new_records_and_a_name_of_its_own(tmp_path: Path) -> None:
    session = opened(tmp_path, ORDERS)
    first, second = session.write(20), session.write(20)
    assert first.path != second.path
    assert not {row["input"] for row in _lines(first.path)} & {row["input"] for row in _lines(second.path)}


def test_the_card_says_model_cost_counts_and_limits_and_no_text_of_a_record_is_markup(tmp_path: Path) -> None:
    session = opened(tmp_path, {**SUPPORT, "domain_expertise": "<script>alert(1)</script> | [x](http://y)"})
    text = Path(session.write(20).card or "").read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "[x](http" not in text
    for words in (
        "rftkit/offline",
        "20 generated records",
        "Cost: nothing",
        "answer billing:",
        "## Limits",
        "said by you",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("fields", "given", "answer", "code"),
    [
        ({}, "", "x", "empty_input"),
        ({}, "Sample input 1", "x", "placeholder"),
        ({}, "I'm sorry, but I can't help with that request.", "x", "refusal"),
        ({}, "Where is it?", "", "empty_answer"),
        ({"constraints": "inputs of at most 3 words"}, "one two three four", "x", "input_too_long"),
        ({"output_format": "one of: a, b"}, "Where is it?", "c", "unknown_label"),
        ({"output_format": "a number"}, "How many?", "many", "no_number"),
        ({"output_format": "Python code"}, "Add two numbers", "def add(a, b:", "broken_code"),
        ({"output_format": '{"n": 1}'}, "How many?", '{"n": }', "broken_json"),
        ({"output_format": '{"n": 1}'}, "How many?", '{"n": 1, "m": 2}', "schema"),
        ({"constraints": "inputs in English"}, "Wo ist mein Paket und wie kann ich es finden?", "x", "wrong_language"),
        (
            {"rules": [{"name": "include", "target": "input", "value": "order number"}]},
            "Where is it?",
            "x",
            "without_order_number",
        ),
    ],
)
def test_a_pair_that_breaks_the_requirements_is_turned_down(
    fields: dict[str, Any], given: str, answer: str, code: str
) -> None:
    found = Checker(spec_of(from_dict(fields))).judge(given, answer)
    assert isinstance(found, Wrong)
    assert found.code == code


def test_a_class_within_json_is_balanced_like_a_label(tmp_path: Path) -> None:
    form = '{"order": "string", "urgency": "low|medium|high"}'
    report = opened(tmp_path, {**ORDERS, "output_format": form}).write(30)
    found = Counter(json.loads(row["answer"])["urgency"] for row in _lines(report.path))
    assert found == {"low": 10, "medium": 10, "high": 10}


def test_a_label_without_a_way_to_say_it_leaves_its_card_out_with_the_reason(tmp_path: Path) -> None:
    session = opened(tmp_path, {**SUPPORT, "output_format": "one of: billing, delivery, account, other"})
    cards = session.samples(8)
    assert {card.answer for card in cards} == {"billing", "delivery", "account"}
    assert len(cards) == 6
    assert "'other'" in cards.note
