"""The panel of the split: what it promises, divides, and takes back."""

from __future__ import annotations

import threading
from pathlib import Path

import polars as pl
import pytest

import rftkit
from rftkit.acts import splitting
from rftkit.errors import InputError
from rftkit.topics import TopicTree
from rftkit.widgets import SplitPanel
from tests.widgets.test_widgets import ask
from tests.widgets.until import until


def topics(ds: rftkit.Dataset, *names: str) -> None:
    tree = TopicTree()
    for name in names:
        tree = tree.add(name)
    ds.save_topics(tree, categorize=False)


def prompt(number: int, word: str) -> dict[str, object]:
    return {"id": f"{word}{number}", "messages": [{"role": "user", "content": f"{word} question number {number}"}]}


@pytest.fixture
def cards(tmp_path: Path) -> rftkit.Dataset:
    ds = rftkit.open(tmp_path / "cards.rft")
    ds.import_([prompt(n, "card") for n in range(60)] + [prompt(n, "loan") for n in range(40)])
    topics(ds, "Cards", "Loans")
    ds.assign([f"card{n}" for n in range(60)], "Cards")
    ds.assign([f"loan{n}" for n in range(40)], "Loans")
    return ds


def test_an_empty_dataset_says_what_to_do(tmp_path: Path) -> None:
    panel = SplitPanel(rftkit.open(tmp_path / "none.rft"))
    assert panel.preview is None
    assert "import some" in panel.to_html()
    assert repr(panel) == "SplitPanel(no valid records)"


def test_what_is_shown_before_is_what_the_split_does(cards: rftkit.Dataset) -> None:
    panel = SplitPanel(cards)
    before = cards.version
    ask(panel, "choose", train=0.8)
    promised = panel.wait()
    until(lambda: panel.preview)
    assert cards.version == before
    assert panel.current is None
    assert panel.python == "ds.split(train=0.8)"
    assert "error" not in ask(panel, "divide")
    assert cards.version == before + 1
    state = cards.split_state()
    assert state is not None
    assert (state["train"], state["validation"]) == (promised.train, promised.validation)
    assert (panel.current["train"], panel.current["validation"]) == (promised.train, promised.validation)
    assert {row["topic"]: row["train"] + row["validation"] for row in panel.current["topics"]} == {
        "Cards": 60,
        "Loans": 40,
    }


def test_undo_takes_the_split_back_and_only_once(cards: rftkit.Dataset) -> None:
    panel = SplitPanel(cards)
    ask(panel, "divide")
    assert panel.done["undo"]
    ask(panel, "undo")
    assert cards.split_state() is None
    assert panel.current is None
    assert "nothing was done" in str(ask(panel, "undo")["error"])


def test_the_options_of_the_last_split_are_those_of_the_next(cards: rftkit.Dataset) -> None:
    cards.split(train=0.7, seed=3)
    panel = SplitPanel(cards)
    assert (panel.options["train"], panel.options["seed"]) == (0.7, 3)
    assert panel.python == "ds.split(train=0.7, seed=3)"


def test_validation_can_be_frozen_exactly_while_records_come(cards: rftkit.Dataset) -> None:
    panel = SplitPanel(cards)
    ask(panel, "divide")
    before = set(cards.labels().filter(pl.col("split") == "validation")["id"])
    cards.import_([prompt(n, "card") for n in range(60, 100)])
    ask(panel, "choose", frozen=True)
    assert panel.python == "ds.split(train=0.9, frozen=True)"
    assert "error" not in ask(panel, "divide")
    assert set(cards.labels().filter(pl.col("split") == "validation")["id"]) == before


def test_an_impossible_choice_is_refused_with_a_sentence_and_changes_nothing(cards: rftkit.Dataset) -> None:
    panel = SplitPanel(cards)
    with pytest.raises(InputError, match="no option 'trian'"):
        panel.choose(trian=0.8)
    before = cards.version
    ask(panel, "choose", train=1.5)
    assert "error" in ask(panel, "divide")
    assert cards.version == before


def test_reasons_against_training_are_listed_blocking_ones_first(cards: rftkit.Dataset) -> None:
    told = SplitPanel(cards).readiness
    assert told["valid"] == 100
    blocking = [one["blocking"] for one in told["reasons"]]
    assert blocking == sorted(blocking, reverse=True)


def test_a_topic_name_is_text_in_the_static_page(tmp_path: Path) -> None:
    ds = rftkit.open(tmp_path / "odd.rft")
    ds.import_([prompt(n, "card") for n in range(40)])
    topics(ds, "<script>alert(1)")
    ds.assign([f"card{n}" for n in range(40)], "<script>alert(1)")
    html = str(SplitPanel(ds).to_html())
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_the_split_is_shown_before_all_records_were_looked_through(
    cards: rftkit.Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards.split(train=0.8, generated_in_validation=True)
    gate, check = threading.Event(), splitting._checked
    monkeypatch.setattr(splitting, "_checked", lambda ds: (gate.wait(30), check(ds))[1])
    panel = SplitPanel(rftkit.open(cards.path))
    assert (panel.current["train"], panel.current["validation"]) == (80, 20)
    assert "straddling_groups" not in panel.current
    gate.set()
    panel.settle()
    assert panel.current["straddling_groups"] == 0
    assert {name: panel.current[name] for name in ("train", "validation", "new")} == {
        name: (cards.split_state() or {})[name] for name in ("train", "validation", "new")
    }
