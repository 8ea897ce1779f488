"""ds.grade: outputs, rollouts and files of answers; every grade kept by content; nothing lost, nothing paid twice."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import rftkit
from rftkit.acts import rollouts
from rftkit.errors import ApprovalError, InputError, NotFoundError
from rftkit.grade import Grader, items, sample
from rftkit.jobs import Control
from tests.llm.loopback import Loopback

CHECK = {
    "type": "string_check",
    "name": "exact",
    "input": "{{sample.output_text}}",
    "reference": "{{item.reference_answer}}",
    "operation": "eq",
}
TURN = [{"role": "user", "content": "Rate {{sample.output_text}} against {{item.reference_answer}}"}]
SCORE = {
    "type": "score_model",
    "name": "judge",
    "model": "judge-1",
    "input": TURN,
    "sampling_params": {"temperature": 0},
}
PRICE = {"price_per_million": (1.0, 1.0)}


def _row(number: int, **more: Any) -> dict[str, Any]:
    messages = [{"role": "user", "content": f"How much is six times {number}, please?"}]
    return {"id": f"r{number}", "messages": messages, "reference_answer": str(6 * number), **more}


@pytest.fixture
def ds(tmp_path: Path) -> rftkit.Dataset:
    made = rftkit.open(tmp_path / "sums.rft")
    made.import_([_row(1, output="6"), _row(2, output={"role": "assistant", "content": "13"}), _row(3)])
    return made


def _answers(path: Path, *lines: Any) -> Path:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    path.write_text("\n".join(texts) + "\n")
    return path


def test_the_item_is_the_row_that_the_export_writes(ds: rftkit.Dataset, tmp_path: Path) -> None:
    ds.export(tmp_path / "rows.jsonl", format="openai-rft")
    written = [json.loads(line) for line in (tmp_path / "rows.jsonl").read_text().splitlines()]
    assert items(ds.records()) == written


def test_stored_outputs_are_graded_and_records_without_one_are_counted(ds: rftkit.Dataset) -> None:
    report = ds.grade(Grader(CHECK))
    assert report.frame.select("id", "sample", "reward").rows() == [("r1", 0, 1.0), ("r2", 0, 0.0)]
    assert (report.scored, report.mean, dict(report.skipped)) == (2, 0.5, {"no_output": 1})
    assert repr(report) == "GradeReport(exact on outputs: 2 scored, mean 0.500)"


def test_invalid_records_are_not_graded(ds: rftkit.Dataset) -> None:
    ds.import_([{**_row(1, output="6"), "id": "again"}])
    ds.sanitize()
    report = ds.grade(Grader(CHECK))
    assert report.frame["id"].to_list() == ["r1", "r2"]
    assert dict(report.skipped) == {"invalid": 1, "no_output": 1}


def test_an_error_has_no_reward_and_is_not_in_the_mean(ds: rftkit.Dataset) -> None:
    ds.import_([{"id": "odd", "messages": _row(9)["messages"], "output": "54"}])
    report = ds.grade(Grader(CHECK))
    assert report.errors == {"invalid_variable_error": 1}
    assert (report.scored, report.mean) == (2, 0.5)
    told = report.to_dict()["rewards"][-1]
    assert (told["id"], told["reward"], told["error"]) == ("odd", None, "invalid_variable_error")
    assert "item.reference_answer" in told["detail"]


def test_the_report_has_the_keys_of_the_contract_and_a_page(ds: rftkit.Dataset) -> None:
    report = ds.grade(Grader({**CHECK, "name": "<b>bold</b>"}))
    assert {"scored", "mean", "errors", "rewards", "calls", "cost_usd"} <= report.to_dict().keys()
    assert {"id", "reward", "sub_rewards", "error"} <= report.to_dict()["rewards"][0].keys()
    assert "<b>bold</b>" not in report._repr_html_()
    assert json.loads(json.dumps(report.to_dict())) == report.to_dict()


def test_only_these_records_or_this_split(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "more.rft")
    ds.import_([_row(number, output=str(number)) for number in range(40)])
    assert ds.grade(Grader(CHECK), ids=["r3", "r5"]).frame["id"].to_list() == ["r3", "r5"]
    with pytest.raises(InputError, match="no record is in validation"):
        ds.grade(Grader(CHECK), split="validation")
    split = ds.split(train=0.5)
    assert ds.grade(Grader(CHECK), split="validation").frame["id"].to_list() == split.ids("validation")
    with pytest.raises(NotFoundError, match="no record has the id 'zz'"):
        ds.grade(Grader(CHECK), ids=["zz"])


def test_a_file_of_answers_is_graded_and_every_bad_line_is_named(ds: rftkit.Dataset, tmp_path: Path) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    file = _answers(
        tmp_path / "answers.jsonl",
        {"id": "r1", "output_text": "6", "model": "one"},
        "not json",
        {"id": "r1", "output_text": "7", "model": "two"},
        {"id": "zz", "output_text": "6"},
        {"id": "r2"},
        {"output_text": "6"},
        {"id": "r2", "output_text": 12},
        [1],
        "",
        {"id": "r3", "output": {"role": "assistant", "content": "18"}},
        {"id": "r3", "output_tools": [call]},
    )
    report = ds.grade(Grader(CHECK), on=file)
    rows = report.frame.select("id", "sample", "reward", "line", "model").rows()
    assert rows == [
        ("r1", 0, 1.0, 1, "one"),
        ("r1", 1, 0.0, 3, "two"),
        ("r3", 0, 1.0, 10, None),
        ("r3", 1, 0.0, 11, None),
    ]
    assert [problem["line"] for problem in report.problems] == [2, 4, 5, 6, 7, 8]
    assert "no record has the id 'zz'" in report.problems[1]["problem"]
    assert "6 lines that are no answer" in repr(report)


def test_a_file_without_any_answer_is_refused_with_its_first_problem(ds: rftkit.Dataset, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"has no answer to grade: line 1: no record has the id 'zz'"):
        ds.grade(Grader(CHECK), on=_answers(tmp_path / "none.jsonl", {"id": "zz", "output_text": "6"}))
    with pytest.raises(NotFoundError, match="there is no file"):
        ds.grade(Grader(CHECK), on=tmp_path / "absent.jsonl")


def _keep(ds: rftkit.Dataset, *texts: tuple[str, int, str | None]) -> None:
    rows = [
        {"id": id_, "sample": n, "model": "m", "output_text": text, "error": None if text else "x"}
        for id_, n, text in texts
    ]
    rollouts.keep(ds, pl.DataFrame(rows, schema_overrides={"output_text": pl.String, "error": pl.String}), run="one")


def test_rollouts_are_graded_each_by_itself(ds: rftkit.Dataset) -> None:
    with pytest.raises(InputError, match="there are no rollouts to grade"):
        ds.grade(Grader(CHECK), on="rollouts")
    _keep(ds, ("r1", 0, "6"), ("r1", 1, "7"), ("r2", 0, "12"), ("r2", 1, None))
    report = ds.grade(Grader(CHECK), on="rollouts")
    assert report.frame.select("id", "sample", "reward", "model").rows() == [
        ("r1", 0, 1.0, "m"),
        ("r1", 1, 0.0, "m"),
        ("r2", 0, 1.0, "m"),
    ]
    assert dict(report.skipped) == {"no_answer": 1}


def test_rollouts_of_a_prompt_that_was_edited_since_are_not_graded(ds: rftkit.Dataset) -> None:
    _keep(ds, ("r1", 0, "6"), ("r2", 0, "12"))
    ds.edit("r1", messages=[{"role": "user", "content": "How much is sixty times one, please?"}])
    report = ds.grade(Grader(CHECK), on="rollouts")
    assert report.frame["id"].to_list() == ["r2"]
    assert dict(report.skipped) == {"edited_since": 1}


def _judge(asked: dict[str, Any]) -> str:
    good = asked["messages"][-1]["content"].startswith("Rate 6 ")
    return json.dumps({"steps": [], "result": 1.0 if good else 0.25})


def test_a_judge_is_approved_paid_once_and_remembered_by_the_dataset(ds: rftkit.Dataset) -> None:
    grader = Grader(SCORE)
    with Loopback(say=_judge) as server:
        with pytest.raises(ApprovalError, match="asking the judge takes 2 calls to openai/judge-1"):
            ds.grade(grader, base_url=server.url, **PRICE)
        assert server.seen == []
        first = ds.grade(grader, base_url=server.url, approved=True, **PRICE)
        assert (first.calls, first.mean, first.stored) == (2, 0.625, 0)
        assert first.cost_usd == pytest.approx(2 * 150 / 1e6)
        again = rftkit.open(ds.path).grade(grader, base_url=server.url, **PRICE)
    assert (again.calls, again.stored, again.cost_usd, len(server.seen)) == (0, 2, 0.0, 2)
    assert again.frame.equals(first.frame)


def test_the_same_answer_to_another_record_or_another_reference_is_another_grade(ds: rftkit.Dataset) -> None:
    ds.import_([_row(4, output="6")])
    assert ds.grade(Grader(CHECK)).frame["reward"].to_list() == [1.0, 0.0, 0.0]
    ds.import_([{**_row(1, output="6"), "reference_answer": "seven"}], replace=True)
    report = ds.grade(Grader(CHECK))
    assert (report.frame["reward"].to_list(), report.stored) == ([0.0], 0)


def test_a_new_record_is_graded_and_nothing_else_is(ds: rftkit.Dataset) -> None:
    with Loopback(say=_judge) as server:
        options = {"base_url": server.url, "approved": True, **PRICE}
        ds.grade(Grader(SCORE), **options)
        ds.import_([_row(4, output="24")])
        report = ds.grade(Grader(SCORE), **options)
    assert (report.calls, report.stored) == (1, 2)


def test_an_undone_step_leaves_the_grades(ds: rftkit.Dataset) -> None:
    with Loopback(say=_judge) as server:
        options = {"base_url": server.url, "approved": True, **PRICE}
        ds.import_([_row(4, output="24")])
        ds.grade(Grader(SCORE), **options)
        ds.undo()
        report = ds.at(1).grade(Grader(SCORE), **options)
    assert (report.calls, report.stored) == (0, 2)


def test_another_grader_or_another_judge_has_grades_of_its_own(ds: rftkit.Dataset) -> None:
    with Loopback(say=_judge) as server:
        options = {"base_url": server.url, "approved": True, **PRICE}
        ds.grade(Grader(SCORE), **options)
        assert ds.grade(Grader({**SCORE, "range": [0, 2]}), **options).stored == 0
        other = ds.grade(Grader(SCORE), judge="openai/judge-2", **options)
    assert (other.stored, server.seen[-1]["model"]) == (0, "judge-2")


def test_other_weights_ask_a_judge_nothing_and_nobody_for_approval(ds: rftkit.Dataset) -> None:
    graders = {"said": {**CHECK, "name": "said"}, "judge": SCORE}
    spec = {"type": "multi", "name": "m", "graders": graders, "calculate_output": "0.5 * said + 0.5 * judge"}
    with Loopback(say=_judge) as server:
        ds.grade(Grader(spec), base_url=server.url, approved=True, **PRICE)
        report = ds.grade(
            Grader({**spec, "calculate_output": "0.2 * said + 0.8 * judge"}), base_url=server.url, **PRICE
        )
    assert (report.stored, report.calls, report.cached_calls, len(server.seen)) == (0, 0, 2, 2)
    assert report.parts == {"said": 0.5, "judge": 0.625}


def test_an_error_of_the_moment_is_tried_again_and_an_error_of_the_answer_is_not(ds: rftkit.Dataset) -> None:
    with Loopback(say=_judge, script=[400, 400]) as server:
        options = {"base_url": server.url, "approved": True, **PRICE}
        assert ds.grade(Grader(SCORE), **options).errors == {"model_grader_server_error": 2}
        assert ds.grade(Grader(SCORE), **options).errors == {}
    with Loopback(say=lambda _: "no number") as server:
        options = {"base_url": server.url, "approved": True, **PRICE}
        other = Grader({**SCORE, "name": "other", "model": "judge-9"})
        assert ds.grade(other, **options).errors == {"model_grader_parse_error": 2}
        seen = len(server.seen)
        assert ds.grade(other, **options).errors == {"model_grader_parse_error": 2}
        assert len(server.seen) == seen


def test_equal_answers_to_one_record_are_graded_once(ds: rftkit.Dataset, tmp_path: Path) -> None:
    file = _answers(tmp_path / "same.jsonl", *[{"id": "r1", "output_text": "6"}] * 5)
    with Loopback(say=_judge) as server:
        report = ds.grade(Grader(SCORE), on=file, base_url=server.url, approved=True, **PRICE)
    assert (report.scored, report.calls, len(server.seen)) == (5, 1, 1)


def test_one_cap_holds_for_all_judges_together(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "many.rft")
    ds.import_([_row(number, output=str(number)) for number in range(30)])
    parts = {"a": SCORE, "b": {**SCORE, "model": "judge-2"}}
    spec = {"type": "multi", "name": "m", "graders": parts, "calculate_output": "0.5 * a + 0.5 * b"}
    with Loopback(say=_judge) as server:
        options = {"base_url": server.url, "approved": True, "budget_usd": 0.006, "concurrency": 1, **PRICE}
        report = ds.grade(Grader(spec), **options)
    assert report.cost_usd is not None
    assert report.cost_usd <= 0.006
    assert report.errors["model_grader_not_asked"] > 0


def test_the_keyless_writer_is_no_judge(ds: rftkit.Dataset) -> None:
    with pytest.raises(InputError, match="rftkit/offline cannot judge"):
        ds.grade(Grader(SCORE), judge="rftkit/offline", approved=True)


def test_a_grader_that_cannot_be_run_is_refused_before_anything_is_read(ds: rftkit.Dataset) -> None:
    with pytest.raises(InputError, match="'neq' is no operation; write 'ne'"):
        ds.grade(Grader({**CHECK, "operation": "neq"}), on="no-such-file.jsonl")


def test_something_else_than_a_grader_is_refused_with_a_sentence(ds: rftkit.Dataset) -> None:
    with pytest.raises(InputError, match=r"grading takes a Grader, not str; make one with"):
        ds.grade("numeric_answer")  # type: ignore[arg-type]


def test_grading_changes_no_version(ds: rftkit.Dataset) -> None:
    before = ds.version
    ds.grade(Grader(CHECK))
    assert ds.version == before


def test_a_stopped_grading_keeps_what_was_graded(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "many.rft")
    ds.import_([_row(number, output=str(number)) for number in range(20)])
    let_go = threading.Event()

    def say(asked: dict[str, Any]) -> str:
        if len(server.seen) == 5:
            job.stop()
            let_go.set()
        return _judge(asked)

    with Loopback(say=say, latency=0.2) as server:  # a run that is stopped ends within a second
        options = {"base_url": server.url, "approved": True, "concurrency": 1, **PRICE}
        job = ds.grade_job(Grader(SCORE), **options)
        report = job.wait(60)
        assert let_go.is_set()
        asked = len(server.seen)
        assert report.scored < 20
        assert report.errors["model_grader_not_asked"] == 20 - report.scored
        whole = ds.grade(Grader(SCORE), **options)
    assert whole.scored == 20
    assert len(server.seen) - asked <= 20 - report.scored


class _Listening(Control):
    """Remembers every note."""

    def __init__(self) -> None:
        super().__init__()
        self.notes: list[str] = []

    def report(self, done: int, total: int | None = None, *, note: str = "", **data: Any) -> None:
        self.notes.append(note)
        super().report(done, total, note=note, **data)


def test_a_judge_says_how_far_it_is(ds: rftkit.Dataset) -> None:
    control = _Listening()
    with Loopback(say=_judge) as server:
        ds.grade(Grader(SCORE), base_url=server.url, approved=True, control=control, **PRICE)
    assert control.notes == ["openai/judge-1 judged 1 of 2", "openai/judge-1 judged 2 of 2", "graded"]


def test_a_job_ends_with_all_of_it_done(ds: rftkit.Dataset) -> None:
    with Loopback(say=_judge) as server:
        job = ds.grade_job(Grader(SCORE), base_url=server.url, approved=True, **PRICE)
        job.wait(60)
    assert (job.progress.done, job.progress.total, job.progress.note) == (2, 2, "graded")
    assert job.progress.data["cost_usd"] == pytest.approx(2 * 150 / 1e6)


def test_many_small_gradings_leave_few_files(ds: rftkit.Dataset, tmp_path: Path) -> None:
    for number in range(40):
        ds.grade(Grader(CHECK), on=_answers(tmp_path / "a.jsonl", {"id": "r1", "output_text": str(number)}))
    files = list((ds.path / "grades").rglob("*.parquet"))
    assert len(files) <= 25
    every = _answers(tmp_path / "a.jsonl", *[{"id": "r1", "output_text": str(n)} for n in range(40)])
    assert ds.grade(Grader(CHECK), on=every).stored == 40


def test_the_sample_of_a_stored_output_is_the_answer_that_a_model_would_have_given(ds: rftkit.Dataset) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "book", "arguments": '{"seats":2}'}}
    ds.import_([_row(5, output={"role": "assistant", "content": None, "tool_calls": [call]})])
    source = "def grade(sample, item):\n    return float(sample['output_tools'][0]['function']['name'] == 'book')"
    report = ds.grade(Grader({"type": "python", "name": "p", "source": source}), ids=["r5"])
    assert report.mean == 1.0
    assert sample(None, [call])["output_tools"] == [call]
