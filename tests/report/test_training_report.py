"""The report of a training: its numbers come from the store, with no server to ask, and the page is the same again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import rftkit
from rftkit import report
from tests.dryrun.policy import EXACT, MIXED, MODEL, Policy, world
from tests.widgets.test_results_panel import ended

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "21_training_report.ipynb"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> rftkit.Dataset:
    ds = world(tmp_path_factory.mktemp("trained") / "a.rft", MIXED)
    ds.save_grader(EXACT, reason="one word decides")
    with Policy() as server:
        ds.dry_run(EXACT, model=MODEL, base_url=server.url, rollouts=2).wait()
    ids = ds.labels()["id"].to_list()
    folder = ended(ds, right_before=12, right_after=36, ids=ids, right="blue", grader=EXACT)
    for step in range(6):
        folder.log(step=step, train_reward=0.2 + 0.1 * step, valid_reward=0.25 + 0.1 * step)
    ds.results(folder.id)
    return ds


def test_numbers_are_those_of_the_store_and_the_page_is_made_again(trained: rftkit.Dataset, tmp_path: Path) -> None:
    first, again = tmp_path / "first.html", tmp_path / "again.html"
    for out in (first, again):
        report.export(NOTEBOOK, dataset=trained, output=out)
    text = first.read_text(encoding="utf-8")
    assert text == again.read_text(encoding="utf-8")
    found, run = trained.results(), trained.dry_runs()[-1]
    assert "one word decides" in text
    assert f"Dry run: {run.verdict}" in text
    assert f"{run.measures.mean.value:.3f}" in text
    assert (found.overall.before, found.overall.after) == (0.25, 0.75)
    assert re.search(r"0\.25.{1,400}0\.75", text, re.S)
