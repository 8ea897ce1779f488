"""What a new candidate is judged against in a dataset with very many records."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rftkit
from rftkit import messages
from rftkit.acts import comparing
from rftkit.generate.nearby import Nearby
from rftkit.generate.similarity import grams, normalise
from rftkit.generate.validate import validate_candidates
from rftkit.offline.text import jaccard, shingles

MANY = 300


@pytest.fixture
def ds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> rftkit.Dataset:
    monkeypatch.setattr(comparing, "ALL", 50)
    monkeypatch.setattr(comparing, "SAMPLE", 20)
    made = rftkit.open(tmp_path / "a.rft")
    texts = [f"Please tell me about order number {n * 7919} and when it comes" for n in range(MANY)]
    made.import_([{"id": f"r{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(texts)])
    return made


def verdicts(ds: rftkit.Dataset, text: str, known: pl.DataFrame | None = None) -> list[str]:
    said = messages.pack([[{"role": "user", "content": text}]]).to_frame()
    frame = comparing.usual(ds) if known is None else known
    nearby = comparing.beyond(ds, 0.9) if known is None else None
    reasons: list[list[str]] = validate_candidates(said, frame, nearby=nearby).frame["reasons"].to_list()
    return reasons[0]


def test_a_sample_says_what_is_usual(ds: rftkit.Dataset) -> None:
    assert comparing.usual(ds).height == 20
    assert comparing.usual(ds, ["r7", "r9"]).height >= 20
    assert {"r7", "r9"} <= set(comparing.usual(ds, ["r7", "r9"])["id"])


def test_a_copy_and_a_near_copy_of_any_record_is_found_whatever_the_sample_is(ds: rftkit.Dataset) -> None:
    for place in (3, 150, 299):
        same = f"please tell me about order number {place * 7919} and when it  comes"
        assert verdicts(ds, same) == ["duplicate_of_data"]
        near = f"Please tell me about order number {place * 7919} and when it comes!"
        assert verdicts(ds, near) == ["too_similar"]


def test_the_verdict_is_that_of_a_comparison_with_all_records(ds: rftkit.Dataset) -> None:
    every = ds.records()
    for text in ("Please tell me about order number 15838 and when it comes to me", "Where can I see my invoices?"):
        assert verdicts(ds, text) == verdicts(ds, text, every)


def test_a_record_that_was_deleted_is_no_longer_compared(ds: rftkit.Dataset) -> None:
    text = f"please tell me about order number {150 * 7919} and when it comes"
    near = comparing.beyond(ds, 0.9)
    assert near is not None
    before = near([text]).height
    ds.delete(["r150"])
    after = comparing.beyond(ds, 0.9)
    assert after is not None
    assert after([text]).height == before - 1


def test_few_records_are_all_compared(ds: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "ALL", MANY)
    assert comparing.usual(ds).height == MANY
    assert comparing.beyond(ds, 0.9) is None


@given(
    st.text("abc ", min_size=1, max_size=60),
    st.integers(0, 59),
    st.sampled_from("abcx"),
    st.sampled_from((0.5, 0.7, 0.9)),
)
def test_no_text_that_reaches_the_limit_is_missed(text: str, at: int, other: str, limit: float) -> None:
    texts = [
        pl.select(normalise(pl.lit(one))).item()
        for one in (text, text[: at % len(text)] + other + text[at % len(text) + 1 :])
    ]
    nearby = Nearby(texts[:1], np.sort(grams(texts)[0]), limit)
    found = bool(nearby.among(texts[1:])[0]) and any(part in texts[1] for part in nearby.parts)
    assert found or jaccard(*(shingles(one) for one in texts)) < limit


@given(st.lists(st.text("ab ßﬁ\u00a0\tÄé1", max_size=12), max_size=6))
def test_folding_of_plain_texts_is_that_of_all(texts: list[str]) -> None:
    column = pl.Series("t", texts, dtype=pl.String).to_frame()
    plain = pl.col("t").str.normalize("NFKC").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    assert column.select(normalise(pl.col("t"))).equals(column.select(plain))
