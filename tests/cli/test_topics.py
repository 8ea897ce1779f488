"""The topic tree from a terminal: every operation, and one sentence for what cannot be done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rftkit.cli import run
from rftkit.messages import dump, load

Say = Callable[..., str]
CARDS = [f"Where is my new card, I ordered it {n} days ago" for n in range(3, 15)]
RATES = [f"What is the exchange rate of {n} euros in dollars today" for n in range(30, 38)]


@pytest.fixture
def say(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Return a function that runs a topics command and returns what it printed."""
    rows = [{"id": f"r{n}", "messages": [{"role": "user", "content": t}]} for n, t in enumerate(CARDS + RATES)]
    (tmp_path / "in.jsonl").write_text("".join(dump(row) + "\n" for row in rows))
    assert run(["import", str(tmp_path / "a.rft"), str(tmp_path / "in.jsonl")]) == 0

    def call(*words: object, code: int = 0) -> str:
        capsys.readouterr()
        assert run(["topics", str(tmp_path / "a.rft"), *map(str, words)]) == code
        out, error = capsys.readouterr()
        if code:
            assert out == ""
            assert len(error.splitlines()) == 1, "one sentence"
            assert "Traceback" not in error
        return error if code else out

    return call


def told(say: Say, *words: object) -> dict[str, Any]:
    value: dict[str, Any] = load(say(*words, "--json"))
    return value


def test_every_operation_does_what_it_says(say: Say, tmp_path: Path) -> None:
    say("add", "Cards/New", "--keywords", "card, new card", "--description", "Of plastic.")
    say("add", "Money")
    say("rename", "Cards/New", "Fresh")
    say("describe", "Cards/Fresh", "--keywords", "fresh")
    say("move", "Cards/Fresh", "Money")
    say("lock", "Money/Fresh")
    say("delete", "Money", code=1)
    say("lock", "Money/Fresh", "--off")
    say("reorder", "Money", "Cards")
    rows = told(say, "show")["topics"]
    assert [row["path"] for row in rows] == ["Money", "Money/Fresh", "Cards"]
    assert (rows[1]["description"], rows[1]["keywords"]) == ("Of plastic.", ["fresh"])
    say("merge", "Cards", "Money/Fresh", "--into", "All")
    assert [row["path"] for row in told(say, "show")["topics"]] == ["Money", "All"]
    assert told(say, "diff")["vanished"] == {"Money/Fresh": "All", "Cards": "All"}
    say("delete", "All", "--into", "Money")
    for shape in ("rftkit", "map", "nodes"):
        say("save", tmp_path / f"{shape}.json", "--shape", shape)
        assert [row["path"] for row in told(say, "load", tmp_path / f"{shape}.json")["topics"]] == ["Money"]


def test_discovery_says_what_is_new_kept_and_gone(say: Say) -> None:
    first = told(say, "discover", "--depth", 1, "--count", 2, "--embedder", "lsa")
    assert [topic["count"] for topic in first["topics"]] == [12, 8]
    path = first["topics"][0]["path"]
    say("rename", path, "<img src=x onerror=alert(1)>")
    say("add", "Nobody asks this")
    again = say("discover", "--depth", 1, "--count", 2, "--embedder", "lsa")
    assert "0 new, 2 kept, 1 gone" in again
    assert "gone: Nobody asks this" in again
    assert "<img src=x onerror=alert(1)>" in again, "a person's name stays, and a terminal shows it as it is"


def test_a_template_says_which_topics_stay_empty(say: Say) -> None:
    out = say("template", "banking")
    assert "without a record: " in out
    assert "Loans and savings/Savings and investments" in told(say, "template", "banking")["empty"]


def test_records_of_a_deleted_topic_are_orphans(say: Say) -> None:
    say("discover", "--depth", 1, "--count", 2, "--embedder", "lsa")
    path = told(say, "show")["topics"][0]["path"]
    say("delete", path)
    assert f"{path}: 12 records; nothing is near" in say("orphans")
    assert told(say, "orphans")["total"] == 12


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is not JSON"),
        ("[]", "has no topics"),
        ('{"topics": {"A": {"parentTopic": "B"}, "B": {"parentTopic": "A"}}}', "own ancestors"),
        ('{"topics": {"A": {"parentTopic": "Z"}}}', "not in the file: 'Z'"),
        ('[{"name": "A"}, {"name": "A"}]', "twice"),
        ('{"topics": [{"id": "1", "name": "A", "parent": "2"}]}', "not in the tree"),
        ('{"topics": [{"id": 1, "name": "A", "parent": null}], "made": "x"}', "a number"),
        ('{"topics": [{"id": 1, "name": "A", "parent": null}], "gone": [1]}', "an object"),
        ('[{"name": null}]', "needs a name"),
        ('[{"name": "A", "description": ["x"]}]', "must be text"),
        (dump([{"name": "1", "children": [{"name": "2", "children": ["3"]}]}]).replace('"3"', "3"), 'a "name"'),
        ("[" + '{"name": "a", "children": [' * 6 + "]}" * 6 + "]", "6 levels"),
        ("[" * 100_000, "is not JSON"),
        ('[{"name": "__general"}]', "reserved"),
    ],
)
def test_a_bad_file_gets_one_sentence_and_changes_nothing(say: Say, tmp_path: Path, text: str, says: str) -> None:
    say("add", "Cards")
    (tmp_path / "bad.json").write_text(text)
    assert says in say("load", tmp_path / "bad.json", code=1)
    assert [row["path"] for row in told(say, "show")["topics"]] == ["Cards"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["rename", "Nope", "x"], "there is no topic 'Nope'"),
        (["rename", "Crds", "x"], "did you mean 'Cards'"),
        (["add", "Cards"], "already"),
        (["add", "a/b/c/d/e/f"], "6 levels"),
        (["add", "  "], "needs a name"),
        (["move", "Cards", "Cards"], "below it"),
        (["merge", "Cards", "--into", "a/b/c/d/e/f"], "6 levels"),
        (["split", "Cards"], "at least two"),
        (["reorder", "Cards", "Nope"], "each name once"),
        (["template", "bankng"], "did you mean 'banking'"),
        (["load", "nowhere.json"], "cannot be read"),
        (["diff", "--since", "99"], "version 99 does not exist"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(say: Say, words: list[str], says: str) -> None:
    say("add", "Cards")
    assert says in say(*words, code=1)


def test_one_record_and_equal_records_have_topics_and_empty_texts_none(tmp_path: Path) -> None:
    for name, texts in {"one": ["Where is my card"], "equal": ["Where is my card"] * 30, "empty": [" "] * 5}.items():
        path = tmp_path / f"{name}.jsonl"
        path.write_text("".join(dump({"messages": [{"role": "user", "content": text}]}) + "\n" for text in texts))
        ds = tmp_path / f"{name}.rft"
        assert run(["import", str(ds), str(path)]) == 0
        assert run(["sanitize", str(ds)]) == 0
        assert run(["topics", str(ds), "discover", "--embedder", "lsa"]) == (1 if name == "empty" else 0)
