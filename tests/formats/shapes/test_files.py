"""Fixtures of foreign formats, read as files: detected, converted, folded, accounted for."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from rftkit import formats
from rftkit.errors import FormatError
from rftkit.formats import Reading
from rftkit.messages import load, unpack
from tests.formats.shapes.reading import ANSWER, FIXTURES, PERU, SYSTEM, USER, called, read, returned

FILES = sorted(FIXTURES.glob("*/*.json*"))


def drawn(source: Any, **options: Any) -> tuple[pl.DataFrame, Reading]:
    """Return all drafts of a source as one frame."""
    reading = formats.read(source, **options)
    return pl.concat(list(reading)), reading


@pytest.mark.parametrize("path", FILES, ids=[f"{path.parent.name}/{path.name}" for path in FILES])
def test_a_file_is_detected_and_its_prompts_are_what_its_shape_makes(path: Path) -> None:
    assert formats.detect(path).format == path.parent.name
    frame, reading = drawn(path, fold=False)
    drafts, reasons = read(path.parent.name, path.name)
    assert list(unpack(frame["messages"])) == [draft.messages for draft in drafts]
    assert frame["origin"].struct.field("span_id").to_list() == [draft.span_id for draft in drafts]
    assert frame["origin"].struct.field("turn").to_list() == [draft.turn for draft in drafts]
    report = reading.report
    assert report.read == report.drafts == frame.height == len(drafts)
    assert {entry["reason"]: entry["count"] for entry in report.not_understood} == reasons
    assert (report.unreadable, report.other_shape) == (0, {})


def test_growing_calls_of_one_conversation_become_the_longest() -> None:
    frame, reading = drawn(FIXTURES / "otel" / "messages.json")
    assert list(unpack(frame["messages"])) == [[SYSTEM, USER, called("c1"), returned("c1")]]
    assert (reading.report.read, reading.report.folded) == (2, 1)
    log, reading = drawn(FIXTURES / "provider-log" / "proxy.jsonl")
    assert reading.report.folded == 1
    assert ANSWER in [load(output) for output in log["output"]]


def test_a_trace_with_many_spans_of_other_work_is_still_read(tmp_path: Path) -> None:
    document = json.loads((FIXTURES / "otel" / "messages.json").read_text(encoding="utf-8"))
    spans = document["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans += [{**spans[-1], "spanId": f"http{number}"} for number in range(50)]
    (tmp_path / "trace.json").write_text(json.dumps(document), encoding="utf-8")
    frame, reading = drawn(tmp_path / "trace.json")
    assert frame.height == 1
    assert {entry["reason"]: entry["count"] for entry in reading.report.not_understood} == {
        "a span that calls no model": 51,
        "a span of an agent, which is no call of a model": 1,
        "a span of a tool, which is no call of a model": 1,
    }


def test_lines_of_a_collector_are_documents_whose_other_spans_are_counted(tmp_path: Path) -> None:
    document = json.loads((FIXTURES / "otel" / "messages.json").read_text(encoding="utf-8"))
    with gzip.open(tmp_path / "spans.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(document) + "\n")
    frame, reading = drawn(tmp_path / "spans.jsonl.gz", fold=False)
    assert frame.height == 2
    assert frame["row_key"].n_unique() == 2
    assert sum(entry["count"] for entry in reading.report.not_understood) == 3


def test_a_trace_without_a_model_is_refused_by_name(tmp_path: Path) -> None:
    span = {"traceId": "t", "spanId": "s", "name": "GET", "attributes": [{"key": "http.method", "value": {}}]}
    document = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    for name, text in (("a.json", json.dumps(document)), ("a.jsonl", json.dumps(span))):
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(FormatError, match="without a call of a model"):
            formats.read(tmp_path / name)


def test_embedding_requests_are_refused_by_name(tmp_path: Path) -> None:
    row = {"custom_id": "a", "method": "POST", "url": "/v1/embeddings", "body": {"model": "e", "input": "Hi"}}
    (tmp_path / "batch.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    with pytest.raises(FormatError, match="an embedding request"):
        formats.read(tmp_path / "batch.jsonl")


def test_a_page_of_an_api_and_an_array_hold_the_same_rows(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in (FIXTURES / "langfuse" / "api.jsonl").read_text("utf-8").splitlines()]
    (tmp_path / "page.json").write_text(json.dumps({"data": rows, "meta": {"page": 1}}), encoding="utf-8")
    (tmp_path / "array.json").write_text(json.dumps(rows), encoding="utf-8")
    page, array = (drawn(tmp_path / name)[0] for name in ("page.json", "array.json"))
    assert list(unpack(page["messages"])) == list(unpack(array["messages"]))
    assert page.height == 3


def test_parquet_of_a_trainer_reads_as_its_lines(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in (FIXTURES / "sharegpt" / "tools.jsonl").read_text("utf-8").splitlines()]
    pl.DataFrame(rows).write_parquet(tmp_path / "rows.parquet")
    frame, reading = drawn(tmp_path / "rows.parquet")
    assert reading.report.files[0].format == "sharegpt"
    assert list(unpack(frame["messages"])) == [draft.messages for draft in read("sharegpt", "tools.jsonl")[0]]


def test_a_column_may_be_named_by_the_user(tmp_path: Path) -> None:
    row = {"dialog": [{"from": "human", "value": "Capital of Peru?"}, {"from": "gpt", "value": "Lima."}]}
    (tmp_path / "rows.jsonl").write_text(json.dumps(row), encoding="utf-8")
    frame, _ = drawn(tmp_path / "rows.jsonl", format="sharegpt", mapping={"conversations": "dialog"})
    assert list(unpack(frame["messages"])) == [[PERU]]


def test_spans_of_another_tracer_are_counted_and_read_when_mixed(tmp_path: Path) -> None:
    both = [
        json.loads((FIXTURES / shape / file).read_text("utf-8"))["resourceSpans"][0]
        for shape, file in (("otel", "messages.json"), ("openinference", "otlp.json"))
    ]
    (tmp_path / "both.json").write_text(json.dumps({"resourceSpans": both}), encoding="utf-8")
    frame, reading = drawn(tmp_path / "both.json", fold=False)
    assert (frame.height, reading.report.other_shape) == (2, {"openinference": 3})
    frame, reading = drawn(tmp_path / "both.json", fold=False, mixed=True)
    assert frame.height == 3
    assert reading.report.formats == {"otel": 2, "openinference": 1}
