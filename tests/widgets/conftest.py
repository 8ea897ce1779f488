"""A small dataset with topics, made without discovery."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.topics import TopicTree

COUNTS = {"Cards/Lost": 30, "Cards/New": 12, "Loans": 60}


def records(counts: dict[str, int]) -> list[dict[str, Any]]:
    rows = []
    for path, count in counts.items():
        for number in range(count):
            text = f"Question {number} about {path}, said in one way or another way {number * 7}?"
            rows.append({"id": f"{path}-{number}", "messages": [{"role": "user", "content": text}]})
    return rows


@pytest.fixture
def ds(tmp_path: Path) -> rftkit.Dataset:
    return make(tmp_path / "support.rft")


def make(path: Path) -> rftkit.Dataset:
    dataset = rftkit.open(path)
    dataset.import_(records(COUNTS), categorize=False)
    dataset.sanitize(near_duplicates=1.0)
    tree = TopicTree()
    for path in ("Cards", "Cards/Lost", "Cards/New", "Loans"):
        tree = tree.add(path)
    dataset.save_topics(tree, categorize=False)
    for path, count in COUNTS.items():
        dataset.assign([f"{path}-{number}" for number in range(count)], path)
    return dataset
