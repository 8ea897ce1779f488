"""A set from an idea flows on: judged, with topics, divided, exported; what it is not is said and does not block."""

from __future__ import annotations

import json
from pathlib import Path

import rftkit
from rftkit.topics import TopicTree
from tests.idea.conftest import SUPPORT, opened


def _set(folder: Path) -> rftkit.Dataset:
    session = opened(folder, SUPPORT)
    session.write(60)
    ds = rftkit.open(session.path)
    ds.save_topics(TopicTree().add("billing").add("delivery").add("account"), categorize=False)
    said = ds.records(columns=["id", "extra"])
    answers = {key: json.loads(extra)["reference_answer"] for key, extra in said.iter_rows()}
    for topic in ("billing", "delivery", "account"):
        ds.assign([key for key, answer in answers.items() if answer == topic], topic)
    ds.sanitize()
    return ds


def test_readiness_of_a_set_from_an_idea_warns_and_an_export_works(tmp_path: Path) -> None:
    ds = _set(tmp_path)
    reasons = {reason.rule: reason for reason in ds.summary().reasons}
    assert not reasons["synthetic_share"].blocking
    assert "generated from an idea" in reasons["synthetic_share"].sentence
    parts = ds.split(train=0.7, generated_in_validation=True)
    assert (parts.train + parts.validation, parts.validation > 10) == (60, True)
    assert ds.summary().ready
    assert ds.export(str(tmp_path / "train.jsonl"), split="train").written == parts.train


def test_a_split_without_the_flag_says_why_validation_is_empty(tmp_path: Path) -> None:
    told = _set(tmp_path).split()
    assert told.validation == 0
    assert "generated_in_validation=True" in told.warnings[0]
    assert "every record is generated" in told.warnings[0]


def test_gaps_of_a_set_from_an_idea_can_be_filled_and_the_advice_says_how(tmp_path: Path) -> None:
    ds = _set(tmp_path)
    ds.delete(ds.labels().filter(topic="billing")["id"].to_list()[:12])
    told = ds.coverage().next_act
    assert (told["act"], told["topic"]) == ("generate", "billing")
    assert "synthetic_ratio=1.0" in told["python"]
    assert ds.plan(fill_gaps=True, synthetic_ratio=1.0).requested == 12
