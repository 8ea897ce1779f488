"""What an edited candidate is judged against in a dataset with very many records."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rftkit
from rftkit.acts import comparing


@pytest.fixture
def ds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> rftkit.Dataset:
    monkeypatch.setattr(comparing, "ALL", 50)
    monkeypatch.setattr(comparing, "SAMPLE", 20)
    made = rftkit.open(tmp_path / "a.rft")
    texts = [f"Please tell me about order number {n * 7919} and when it comes" for n in range(300)]
    made.import_([{"id": f"r{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(texts)])
    return made


def test_the_nearest_records_are_among_those_that_are_compared(ds: rftkit.Dataset) -> None:
    for place in (3, 150, 299):
        text = f"please tell me about order number {place * 7919} and when it  comes"
        found = comparing.against(ds, [text])
        assert f"r{place}" in found["id"].to_list()
        assert found.height < 300


def test_few_records_are_all_compared(ds: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "ALL", 300)
    assert comparing.against(ds, ["anything"]).height == 300


@given(st.text("abc ", min_size=6, max_size=60), st.integers(0, 59), st.sampled_from("abcx"))
def test_a_text_with_nine_tenths_of_the_grams_has_one_of_the_rare_ones(text: str, at: int, other: str) -> None:
    changed = text[: at % len(text)] + other + text[at % len(text) + 1 :]
    grams = [{one[n : n + 5] for n in range(len(one) - 4)} for one in (text, changed)]
    alike = len(grams[0] & grams[1]) / len(grams[0] | grams[1]) >= 0.9
    hit = any(gram in changed for gram in comparing.rare(text, pl.Series([text], dtype=pl.String)))
    assert hit or not alike
