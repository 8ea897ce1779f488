"""A number looks the same in a static page and in a live widget."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rftkit import render

CASES = json.loads((Path(__file__).resolve().parents[2] / "widgets/shared/format.cases.json").read_text("utf-8"))


@pytest.mark.parametrize(("name", "value", "shown"), CASES)
def test_python_shows_numbers_as_the_browser_does(name: str, value: float | None, shown: str) -> None:
    assert getattr(render, name)(value) == shown
