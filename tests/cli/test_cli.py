"""The commands of the contract, on a small dataset."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rftkit.cli import run
from rftkit.messages import dump, load

Ask = Callable[..., dict[str, Any]]

CARDS = [f"Where is my new card, I ordered it {n} days ago" for n in range(3, 30)]
TRANSFERS = [f"My transfer of {n} euros to Anna has not arrived yet" for n in range(20, 26)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rows = [
        {"id": f"r{n}", "messages": [{"role": "user", "content": text}]} for n, text in enumerate(CARDS + TRANSFERS)
    ]
    rows.append({"id": "bad", "messages": [{"role": "user", "content": "  "}]})
    (tmp_path / "in.jsonl").write_text("".join(dump(row) + "\n" for row in rows))
    return tmp_path


@pytest.fixture
def ask(folder: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Return a function that runs a command on the dataset with --json and returns the object."""

    def call(command: str, *words: object, code: int = 0) -> dict[str, Any]:
        capsys.readouterr()
        assert run([command, str(folder / "a.rft"), *map(str, words), "--json"]) == code
        out = capsys.readouterr().out
        return load(out) if code == 0 else {}

    assert run(["import", str(folder / "a.rft"), str(folder / "in.jsonl")]) == 0
    return call


def _keys(told: dict[str, Any], *names: str) -> None:
    assert set(names) <= set(told)


def test_import_says_what_it_did_and_adds_nothing_twice(ask: Ask, folder: Path) -> None:
    told = ask("import", folder / "in.jsonl")
    _keys(told, "read", "added", "duplicates_skipped", "blank", "unreadable", "folded", "formats", "dataset_version")
    assert (told["read"], told["added"], told["duplicates_skipped"]) == (34, 0, 34)


def test_import_with_replace_has_only_the_new_records(ask: Ask, folder: Path) -> None:
    assert ask("import", folder / "in.jsonl", "--replace")["added"] == 34
    assert ask("records", "list")["total"] == 34


def test_sanitize_counts_by_code(ask: Ask) -> None:
    told = ask("sanitize")
    _keys(told, "total", "valid", "invalid", "duplicates", "errors_by_code", "warnings_by_code", "repaired")
    assert told["total"] == told["valid"] + told["invalid"] == 34
    assert told["errors_by_code"] == {"empty_user_message": 1}


def test_the_tree_is_made_by_hand_and_records_move_along(ask: Ask) -> None:
    ask("topics", "add", "cards", "--keywords", "card,new card")
    told = ask("topics", "add", "transfers", "--keywords", "transfer")
    assert [topic["path"] for topic in told["topics"]] == ["cards", "transfers"]
    _keys(told["topics"][0], "id", "path", "parent", "name", "description", "keywords", "count", "locked")
    told = ask("categorize", "--method", "keyword")
    _keys(told, "total", "assigned", "high", "medium", "review", "unassigned", "by_method", "dataset_version")
    assert told["assigned"] >= 33
    renamed = ask("topics", "rename", "cards", "bank cards")
    assert {topic["path"]: topic["count"] for topic in renamed["topics"]}["bank cards"] == 27
    merged = ask("topics", "merge", "bank cards", "transfers", "--into", "all")
    assert [(topic["path"], topic["count"]) for topic in merged["topics"]] == [("all", 33)]


def test_the_main_job_by_commands(ask: Ask, folder: Path) -> None:
    ask("sanitize")
    ask("topics", "add", "cards", "--keywords", "card")
    ask("topics", "add", "transfers", "--keywords", "transfer")
    ask("categorize")
    before = ask("coverage")
    _keys(before, "total", "balance", "balance_rating", "target_fit", "unassigned", "next_act", "topics", "warnings")
    _keys(before["topics"][0], "path", "count", "share", "target", "gap", "status", "needed")
    planned = ask("generate", "--topic", "transfers", "--count", 6, "--plan-only")
    assert planned["plan"]["model"] == "rftkit/offline"
    made = ask("generate", "--topic", "transfers", "--count", 6)
    _keys(
        made, "plan", "requested", "generated", "valid", "rejected", "rejection_reasons", "by_topic", "calls",
        "cached_calls", "prompt_tokens", "completion_tokens", "cost_usd", "gave_up",
    )  # fmt: skip
    assert made["requested"] == 6
    assert made["cost_usd"] == 0
    assert made["valid"] == 6 or made["gave_up"]
    assert ask("review", "list")["waiting"] == made["valid"]
    assert ask("review", "accept")["accepted"] == made["valid"]
    added = ask("review", "add")
    _keys(added, "candidates", "accepted", "rejected", "added", "coverage_after", "dataset_version")
    assert added["added"] == made["valid"]
    assert ask("coverage")["balance"] > before["balance"]
    summary = ask("summary")
    _keys(
        summary, "total", "from_traces", "generated", "valid", "invalid", "categorized", "topics", "last_sanitized",
        "balance", "target_fit", "synthetic_share", "ready", "reasons",
    )  # fmt: skip
    assert summary["generated"] == made["valid"]
    split = ask("split", "--train", 0.8)
    _keys(split, "train", "validation", "ratio", "by_topic", "straddling_groups", "left_out", "generated_share")
    assert split["straddling_groups"] == 0
    out = folder / "train.jsonl"
    assert ask("export", out, "--split", "train")["written"] == split["train"] == len(out.read_text().splitlines())


def test_validation_stays_over_versions_and_can_be_drawn_anew(ask: Ask, folder: Path) -> None:
    assert ask("split", "--train", 0.8)["kept"] is None
    more = "".join(dump({"messages": [{"role": "user", "content": f"Parcel {n} of mine"}]}) + "\n" for n in range(10))
    (folder / "more.jsonl").write_text(more)
    ask("import", folder / "more.jsonl")
    assert ask("split", "--train", 0.8, "--no-keep")["kept"] is None
    assert ask("split", "--train", 0.8)["kept"] == 9
    assert ask("split", "--train", 0.5, "--keep")["kept"] == 9


def test_export_takes_columns_and_a_licence_and_keeps_an_existing_file_when_told(ask: Ask, folder: Path) -> None:
    ask("split")
    out = folder / "train.jsonl"
    ask("export", out, "--split", "train", "--columns", "topic, rftkit_id", "--licence", "cc0-1.0")
    assert list(load(out.read_text().splitlines()[0])) == ["messages", "rftkit_id"]
    assert '"cc0-1.0"' in (folder / "train.jsonl.card.md").read_text()
    before = out.read_text()
    ask("export", out, "--keep-existing", code=1)
    assert out.read_text() == before
    assert ask("export", out, "--columns", "")["replaced"] == [str(out)]
    assert list(load(out.read_text().splitlines()[0])) == ["messages"]


def test_the_datasets_of_a_folder_are_listed(ask: Ask, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.rft").mkdir()
    (folder / "bad.rft" / "log.jsonl").write_text("oops\n")
    capsys.readouterr()
    assert run(["datasets", str(folder), "--json"]) == 0
    rows = {row["name"]: row for row in load(capsys.readouterr().out)["datasets"]}
    assert (rows["a"]["records"], rows["a"]["step"], rows["a"]["problem"]) == (34, "import", "")
    assert "not a journal line" in rows["bad"]["problem"]
    assert run(["datasets", str(folder)]) == 0
    assert "not a journal line" in capsys.readouterr().out


def test_records_are_found_edited_assigned_and_deleted(ask: Ask, folder: Path) -> None:
    ask("sanitize")
    assert ask("records", "list", "--where", "NOT valid")["total"] == 1
    assert ask("records", "list", "--search", "ANNA")["total"] == 6
    file = folder / "edit.json"
    file.write_text(dump({"messages": [{"role": "user", "content": "Please block my lost card at once"}]}))
    edited = ask("records", "edit", "bad", "--file", file)["records"][0]
    assert edited["valid"] is True
    assert edited["input"]["messages"][0]["content"] == "Please block my lost card at once"
    ask("topics", "add", "cards/lost")
    assert ask("records", "assign", "cards/lost", "bad", "r1")["assigned"] == 2
    assert ask("records", "show", "r1")["records"][0]["topic"] == "cards/lost"
    assert ask("records", "delete", "r1")["deleted"] == 1
    assert ask("records", "list")["total"] == 33
    ask("undo")
    assert ask("records", "list")["total"] == 34


def test_history_lists_every_step_and_undo_goes_back_and_forth(ask: Ask) -> None:
    ask("sanitize")
    versions = ask("history")["versions"]
    assert [version["step"] for version in versions] == ["import", "sanitize"]
    _keys(versions[0], "version", "step", "when", "configuration", "counts")
    ask("undo")
    assert ask("records", "list", "--where", "valid IS NULL")["total"] == 34
    ask("undo", "--to", 2)
    assert ask("records", "list", "--where", "valid")["total"] == 33


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sanitize", "{folder}/none.rft"], "there is no dataset"),
        (["records", "{folder}/a.rft", "show", "r999"], "no record has the id 'r999'"),
        (["records", "{folder}/a.rft", "list", "--where", "nonsense ("], "cannot be used"),
        (["records", "{folder}/a.rft", "list", "--where", "colour = 1"], "cannot be used"),
        (["topics", "{folder}/a.rft", "rename", "nope", "x"], "nope"),
        (["topics", "{folder}/a.rft", "template", "zoo"], "zoo"),
        (["topics", "{folder}/a.rft", "load", "{folder}/in.jsonl"], "is not JSON"),
        (["export", "{folder}/a.rft", "{folder}/x.jsonl", "--format", "word"], "word"),
        (["export", "{folder}/a.rft", "{folder}/x.jsonl", "--split", "train"], "split first"),
        (["undo", "{folder}/a.rft", "--to", "99"], "version 99 does not exist"),
        (["import", "{folder}/in.jsonl", "{folder}/in.jsonl"], "is a file"),
        (["import", "{folder}/a.rft", "{folder}/in.jsonl", "--format", "word"], "word"),
        (["import", "{folder}/a.rft", "{folder}/in.jsonl", "--map", "input"], "NAME=VALUE"),
        (["coverage", "{folder}/a.rft", "--targets", "{folder}/none.json"], "cannot be read"),
    ],
)
def test_a_mistake_is_told_in_one_sentence(
    ask: Ask, folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    capsys.readouterr()
    assert run([word.format(folder=folder) for word in words]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert told.err.count("\n") == 1


def test_wrong_usage_exits_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["import"]) == 2
    assert run(["fly", "me"]) == 2
    assert "Usage" in capsys.readouterr().err


def test_what_to_type_next_can_be_typed_where_the_path_has_blanks(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dataset = folder / "mein Ordner" / "größe.rft"
    for words in (["import", str(folder / "in.jsonl")], ["sanitize"], ["topics", "template", "banking"], ["coverage"]):
        assert run([words[0], str(dataset), *words[1:]]) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if "rftkit " in line]
    assert len(said) == 3
    assert all(f"'{dataset}'" in line for line in said)
