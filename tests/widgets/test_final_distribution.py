"""Before and after generation, with both scores."""

from __future__ import annotations

from pathlib import Path

import rftkit
from rftkit.widgets import FinalDistribution
from tests.widgets.talk import talk  # noqa: F401 - a fixture
from tests.widgets.test_widgets import ask


def grown(ds: rftkit.Dataset) -> rftkit.Dataset:
    ds.generate(ds.plan(topic="Cards", count=9)).wait()
    ds.decide(accept=ds.candidates().filter("valid")["candidate_id"].to_list())
    ds.add()
    return ds


def test_it_shows_what_the_dataset_says(talk: rftkit.Dataset) -> None:  # noqa: F811
    shown = FinalDistribution(grown(talk))
    told = talk.final_distribution().to_dict()
    assert shown.distribution is not None
    assert shown.distribution["balance_after"] == told["balance_after"] > told["balance_before"] == 0.75
    first = shown.distribution["topics"][0]
    assert first["path"] == "Cards"
    assert first["added"] == told["added"]
    assert repr(shown).startswith("FinalDistribution(28 -> ")
    assert "Cards" in shown.to_html()


def test_it_compares_with_a_version_too(talk: rftkit.Dataset) -> None:  # noqa: F811
    before = grown(talk).version
    talk.delete(["Loans-0", "Loans-1"])
    shown = FinalDistribution(talk)
    ask(shown, "compare", before=before)
    assert shown.distribution["total_before"] - shown.distribution["total_after"] == 2
    assert shown.compared == {"before": before, "version": talk.version}
    assert "no version 99" in ask(shown, "compare", before=99)["error"]


def test_an_empty_dataset_says_what_to_do_first(tmp_path: Path) -> None:
    shown = FinalDistribution(rftkit.open(tmp_path / "new.rft"))
    assert shown.distribution is None
    assert "Nothing to compare yet" in shown.to_html()
