"""An outline never rules out a text that is similar enough, whatever characters and lengths there are."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit.sanitize import outlines
from rftkit.sanitize.outlines import Outlines

TEXTS = st.lists(
    st.one_of(
        st.lists(st.sampled_from(["my", "card", "was", "lost", "日本語", "é", "aaaa"]), min_size=1, max_size=40).map(
            " ".join
        ),
        st.text(min_size=1, max_size=12),
    ),
    min_size=1,
    max_size=12,
)


def grams(text: str) -> set[str]:
    padded = text.ljust(5, "\0")
    return {padded[at : at + 5] for at in range(len(padded) - 4)}


def jaccard(one: str, other: str) -> float:
    mine, others = grams(one), grams(other)
    return len(mine & others) / len(mine | others)


@pytest.mark.parametrize("bits", [64, 512])
@settings(max_examples=150, deadline=None)
@given(texts=TEXTS, floor=st.floats(0.05, 1.0))
def test_what_is_similar_enough_is_never_ruled_out(bits: int, texts: list[str], floor: float) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outlines, "BITS", bits)
        found = Outlines.of(pl.Series(texts)).near(texts[0], floor)
    ruled_out = [text for text, kept in zip(texts, found, strict=True) if not kept]
    assert [text for text in ruled_out if jaccard(texts[0], text) >= floor] == []


def test_most_of_what_is_not_similar_is_ruled_out() -> None:
    texts = [f"question number {n} is about {'cards' if n % 2 else 'a loan of some kind'}" for n in range(200)]
    made = Outlines.of(pl.Series([*texts, "where did my parcel go, please tell me"]))
    assert made.near("where did my parcel go, tell me please", 0.5).nonzero()[0].tolist() == [200]


def test_texts_are_outlined_alike_alone_and_among_others(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = pl.Series(["where is it", None, "日本語のテキスト", "", "ab", "where is it now"])
    whole = Outlines.of(texts)
    monkeypatch.setattr(outlines, "_ROWS", 1)
    alone = Outlines.of(texts)
    assert (whole.maps == alone.maps).all()
    assert (whole.most == alone.most).all()


def test_no_text_is_near_nothing() -> None:
    assert Outlines.of(pl.Series([None, ""], dtype=pl.String)).near("where", 0.2).tolist() == [False, False]
