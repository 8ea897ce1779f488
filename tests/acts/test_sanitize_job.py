"""Sanitizing in the background, and a threshold that moves without judging again."""

from __future__ import annotations

from pathlib import Path

import pytest

import rftkit
from rftkit.jobs import Control, StoppedError

SENTENCE = "please tell me where my parcel is now and when it will arrive at my door today or tomorrow"
WORDS = SENTENCE.split()


@pytest.fixture
def alike(tmp_path: Path) -> rftkit.Dataset:
    """Texts that lose one word after the other, so that there are pairs at every similarity."""
    ds = rftkit.open(tmp_path / "alike.rft")
    texts = [" ".join(WORDS[: len(WORDS) - cut]) for cut in range(12)]
    texts += [texts[0], texts[0].upper(), "Something else altogether, about a loan?"]
    ds.import_([{"id": f"{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(texts)])
    return ds


def test_the_curve_says_what_sanitizing_at_each_threshold_would_find(alike: rftkit.Dataset) -> None:
    assert alike.near_curve() is None
    report = alike.sanitize()
    curve = alike.near_curve()
    assert curve is not None
    assert curve["floor"] == report.floor == curve["thresholds"][0]
    found = [report.at(near_duplicates=t).warnings_by_code.get("near_duplicate", 0) for t in curve["thresholds"]]
    assert curve["records"] == found
    assert len(set(found)) > 4  # so that the test says something


def test_a_job_finds_what_a_call_finds(alike: rftkit.Dataset) -> None:
    job = alike.sanitize_job(near_duplicates=0.6)
    told = job.wait().to_dict()
    assert (job.progress.done, job.progress.total) == (15, 15)
    assert told == alike.sanitize(near_duplicates=0.6).to_dict()


def test_a_stopped_job_leaves_the_dataset_as_it_was(alike: rftkit.Dataset) -> None:
    control = Control()
    control.stop.set()
    with pytest.raises(StoppedError, match="as it was"):
        alike.sanitize(control=control)
    assert alike.version == 1
    assert alike.sanitize_report() is None
