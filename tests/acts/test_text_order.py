"""Ranks order texts as sorting them does, whatever came one after the other."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rftkit
from rftkit.acts import browsing
from rftkit.acts.text_order import TextOrder

TEXTS = st.one_of(st.none(), st.text("aAbB éÉßz", max_size=4), st.text(max_size=3))


def sorted_by(values: pl.Series, *, descending: bool) -> list[int]:
    """Return the order that the column itself gives."""
    frame = pl.DataFrame({"at": range(values.len()), "by": values})
    return frame.sort("by", descending=descending, nulls_last=True, maintain_order=True)["at"].to_list()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=6), min_size=1, max_size=6), st.booleans())
def test_ranks_sort_as_the_texts_do(comings: list[list[str | None]], descending: bool) -> None:
    order, texts = TextOrder(), []
    for coming in comings:
        texts += coming
        known = pl.DataFrame({"row": range(len(texts)), "text": pl.Series(texts, dtype=pl.String)})
        ranks = order.ranks(known, known["row"])
        wanted = sorted_by(known["text"].str.to_lowercase(), descending=descending)
        assert sorted_by(ranks, descending=descending) == wanted


def test_as_many_texts_as_wanted_come_between_two() -> None:
    order, texts = TextOrder(), ["a", "b"]
    for n in range(1, 80):  # halves of halves: no number is left between two after some fifty
        texts.append("a" + "a" * (100 - n))
        known = pl.DataFrame({"row": range(len(texts)), "text": texts})
        assert sorted_by(order.ranks(known, known["row"]), descending=False) == sorted_by(
            known["text"], descending=False
        )


def test_an_edit_does_not_sort_the_others_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ds = rftkit.open(tmp_path / "a.rft")
    ds.import_([{"id": f"r{n}", "messages": [{"role": "user", "content": f"{(n * 7) % 20:02} q"}]} for n in range(20)])
    by_text = browsing.wanted({"sort": "text"})
    before = browsing.matching(ds, by_text).tolist()
    monkeypatch.setattr(TextOrder, "_sort", lambda *_: pytest.fail("all were sorted again"))
    ds.edit("r5", messages=[{"role": "user", "content": "07 q and a half"}])
    now = browsing.matching(ds, by_text)
    said = browsing.page(ds, now)["text"].to_list()
    assert said == sorted(said)
    assert now.tolist() != before
    ds.undo()
    assert browsing.matching(ds, by_text).tolist() == before
