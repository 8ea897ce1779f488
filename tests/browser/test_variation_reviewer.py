"""The review in a page, with its real Python side."""

from __future__ import annotations

from typing import Any

import pytest

import rftkit
from rftkit.widgets import VariationReviewer
from tests.browser.bare import play
from tests.widgets.conftest import ds as ds
from tests.widgets.test_variation_reviewer import candidate, put


@pytest.fixture
def review(ds: rftkit.Dataset) -> VariationReviewer:
    texts = [f"Question {n // 3} about Loans, put in yet another way number {n}?" for n in range(90)]
    put(ds, [candidate(n, text, source=f"Loans-{n // 3}") for n, text in enumerate(texts)])
    return VariationReviewer(ds)


def test_candidates_are_decided_by_keyboard_and_the_next_one_is_in_view(tab: Any, review: VariationReviewer) -> None:
    play(tab, review, "variation_reviewer")
    tab.locator("[data-testid=card][data-here=yes]").focus()
    for key in "aarar" * 8:
        tab.keyboard.press(key)
    tab.locator("[data-testid=decided]:text-is('40')").wait_for()
    review._writer.flush()
    decided = rftkit.open(review.dataset.path).candidates()["decision"].drop_nulls().to_list()
    assert decided == ["accept", "accept", "reject", "accept", "reject"] * 8
    here = tab.locator("[data-testid=card][data-here=yes]")
    assert here.get_attribute("data-place") == "40"
    below = tab.locator("[data-testid=card][data-place='41']").bounding_box()
    frame = tab.locator("[data-testid=cards]").bounding_box()
    assert below["y"] + below["height"] <= frame["y"] + frame["height"]


def test_what_is_accepted_moves_the_scores_is_edited_added_and_taken_back(tab: Any, review: VariationReviewer) -> None:
    play(tab, review, "variation_reviewer")
    tab.locator("[data-testid=card][data-here=yes]").focus()
    tab.keyboard.press("a")
    tab.locator("[data-testid=impact]:has-text('+1')").wait_for()
    tab.keyboard.press("e")
    tab.locator("[data-testid=edit-text]").fill("How much does a loan of 9,000 cost me each month?")
    tab.keyboard.press("Control+Enter")
    tab.locator("[data-testid=accepted]:text-is('2')").wait_for()
    tab.locator("[data-testid=add]").click()
    tab.locator("[data-testid=told]:has-text('Added 2 records')").wait_for()
    assert len(review.dataset) == 104
    tab.locator("[data-testid=undo]").click()
    tab.locator("[data-testid=told]:has-text('Taken back')").wait_for()
    assert len(review.dataset) == 102
    tab.locator("[data-testid=add]:text-is('Add 2 to the dataset')").wait_for()


@pytest.mark.parametrize("width", [360, 800, 1400])
def test_the_review_never_scrolls_sideways(tab: Any, review: VariationReviewer, width: int) -> None:
    review.edit_text("c0", "unbroken" * 100)
    review._writer.flush()
    play(tab, review, "variation_reviewer", width=width)
    tab.locator("[data-testid=card]").nth(20).wait_for(state="attached")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
