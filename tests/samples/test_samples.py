"""The bundled sample is what its README says, and may travel."""

from __future__ import annotations

import gzip
import importlib.util
import json
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from rftkit import samples
from rftkit.errors import NotFoundError

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def lines() -> list[str]:
    with gzip.open(samples.path("support_traces"), "rt", encoding="utf-8", newline="\n") as file:
        return file.read().removesuffix("\n").split("\n")


@pytest.fixture(scope="module")
def rows(lines: list[str]) -> list[dict[str, Any]]:
    return [row for row in map(_parsed, lines) if row is not None]


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        value: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return value


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sample", ROOT / "benchmarks" / "make_sample.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_it_is_small_enough_for_a_wheel() -> None:
    assert samples.path("support_traces").stat().st_size < 400_000


def test_it_holds_what_its_readme_says(lines: list[str], rows: list[dict[str, Any]]) -> None:
    sources = Counter(row["metadata"]["source"] for row in rows)
    assert len(lines) == 470
    assert sources == {"banking77": 330 + 6 + 3, "tau-bench-airline": 90, "gsm8k": 40}


def test_exactly_line_201_is_cut_off(lines: list[str]) -> None:
    assert [number for number, line in enumerate(lines, 1) if _parsed(line) is None] == [201]


def test_three_prompts_end_with_the_assistant(rows: list[dict[str, Any]]) -> None:
    ends = Counter(row["input"]["messages"][-1]["role"] for row in rows)
    assert ends["assistant"] == 3
    assert set(ends) == {"user", "assistant"}


def test_nine_questions_come_twice_and_the_first_comes_first(rows: list[dict[str, Any]]) -> None:
    texts = [" ".join((row["input"]["messages"][-1]["content"] or "").split()).casefold() for row in rows]
    where = {row["id"]: index for index, row in enumerate(rows)}
    again = [row["id"] for row in rows if row["id"].endswith(("-again", "-copy"))]
    originals = [name.rsplit("-", 1)[0] for name in again]
    assert len(again) == 9
    assert all(where[first] < where[second] for first, second in zip(originals, again, strict=True))
    assert all(texts[where[first]] == texts[where[second]] for first, second in zip(originals, again, strict=True))


def test_nothing_of_a_share_alike_set_is_in_it(rows: list[dict[str, Any]]) -> None:
    assert not any(row["metadata"]["source"].startswith("sgd") for row in rows)


def test_every_source_has_its_licence_beside_it() -> None:
    folder = samples.path("support_traces").parent / "licenses"
    assert {file.name for file in folder.iterdir()} == {"banking77.txt", "gsm8k.txt", "tau-bench.txt", "tau2-bench.txt"}
    assert "Attribution 4.0 International" in (folder / "banking77.txt").read_text()


def test_the_script_makes_exactly_this_file(shared_data: Path, lines: list[str]) -> None:
    assert _script().lines() == lines


def test_an_unknown_name_says_which_there_are() -> None:
    with pytest.raises(NotFoundError, match="support_traces"):
        samples.path("nope")
