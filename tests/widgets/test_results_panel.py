"""The panel of results: before and after of a job, other jobs beside it, files that serve its model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import rftkit
from rftkit.deploy.deployment import Deployment
from rftkit.grade import Grader
from rftkit.train.state import JobFolder
from rftkit.widgets import ResultsPanel
from tests.widgets.test_training_monitor import EXACT
from tests.widgets.test_widgets import ask
from tests.widgets.until import until

TOPICS = ("Cards", "Loans")
IDS = tuple(f"r{n}" for n in range(40))


@pytest.fixture
def trained(tmp_path: Path) -> rftkit.Dataset:
    ds = rftkit.open(tmp_path / "a.rft")
    rows = [
        {"id": f"r{n}", "topic": TOPICS[n % 2], "messages": [{"role": "user", "content": f"question {n} <b>why</b>"}]}
        for n in range(40)
    ]
    ds.import_(rows)
    ended(ds, right_before=10, right_after=30)
    return ds


def ended(
    ds: rftkit.Dataset,
    right_before: int,
    right_after: int,
    *,
    ids: Sequence[str] = IDS,
    right: str = "",
    grader: Grader = EXACT,
) -> JobFolder:
    """Make a job whose model was right so often, before and after; by default right is the topic."""
    folder = JobFolder.make(
        ds.path / "jobs",
        backend="trl",
        base="tiny",
        grader=grader.to_dict(),
        grader_name="exact",
        grader_fingerprint=grader.fingerprint,
        seed=0,
        dataset_version=ds.version,
    )
    for which, often in (("before", right_before), ("after", right_after)):
        said = [(right or TOPICS[n % 2]) if n < often else "nothing" for n in range(len(ids))]
        rows = zip(ids, said, strict=True)
        folder.keep_rollouts(
            which, [{"id": id, "sample": 0, "output_text": text, "output_tools": None} for id, text in rows]
        )
    folder.update(state="succeeded")
    return folder


def test_before_a_job_has_ended_the_panel_says_what_to_wait_for(tmp_path: Path) -> None:
    panel = ResultsPanel(rftkit.open(tmp_path / "none.rft"))
    assert panel.shown is None
    assert "No training job has ended yet" in panel.to_html()
    assert "No training job has ended" in str(ask(panel, "deploy")["error"])


def test_before_and_after_are_those_of_the_answers_that_were_kept(trained: rftkit.Dataset) -> None:
    panel = ResultsPanel(trained)
    until(lambda: panel.shown)
    assert (panel.shown["before"], panel.shown["after"]) == (0.25, 0.75)
    assert panel.shown["verdict"] == trained.results().verdict == "significant"
    assert [row["prompts"] for row in panel.shown["topics"]] == [20, 20]
    assert {row["said_before"] for row in panel.shown["wins"]} == {"nothing"}
    assert panel.shown["losses"] == []
    assert panel.python == "ds.results('job-1')"
    assert "<b>why" not in str(panel.to_html())


def test_a_job_that_ends_later_is_seen_and_stands_beside_the_first(trained: rftkit.Dataset) -> None:
    panel = ResultsPanel(trained)
    until(lambda: panel.shown)
    ended(trained, right_before=10, right_after=6)
    panel.follow()
    until(lambda: panel.shown["verdict"] == "regression")
    assert [row["job"] for row in panel.jobs] == ["job-2", "job-1"]
    assert panel.shown["verdict"] == "regression"
    assert [(row["job"], row["after"]) for row in panel.beside] == [("job-1", 0.75), ("job-2", 0.15)]
    ask(panel, "open_job", id="job-1")
    until(lambda: panel.shown["after"] == 0.75)


def test_a_job_without_answers_says_so_and_can_be_evaluated(trained: rftkit.Dataset) -> None:
    JobFolder.make(trained.path / "jobs", backend="openai", base="m", grader=EXACT.to_dict(), dataset_version=1).update(
        state="succeeded"
    )
    panel = ResultsPanel(trained)
    until(lambda: panel.missing)
    assert panel.shown is None
    assert "ds.evaluate('job-2'" in panel.missing


def test_a_place_that_there_is_not_is_refused_with_a_sentence(trained: rftkit.Dataset) -> None:
    panel = ResultsPanel(trained)
    answer = ask(panel, "deploy", to="moon")
    until(lambda: answer.get("error") or panel.error)
    assert "cannot be deployed to 'moon'" in str(answer.get("error", "")) + panel.error


def test_files_to_serve_a_model_are_no_step_that_undo_could_take_back(
    trained: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = ResultsPanel(trained)
    monkeypatch.setattr(panel.dataset, "deploy", lambda id, **options: Deployment("vllm", "m", None))
    ask(panel, "deploy", to="vllm")
    panel.wait()
    assert panel.done == {"sentence": "Deployed to vllm: m.", "python": "ds.deploy('job-1', to='vllm')", "undo": False}
    before = trained.version
    assert "error" in ask(panel, "undo")
    assert trained.version == before
