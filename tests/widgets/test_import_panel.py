"""The panel of imports: what it finds, what one can overrule, what it did with every line, what a browser hands over."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit.errors import InputError, NotFoundError
from rftkit.widgets import ImportPanel
from rftkit.widgets._uploads import Uploads
from tests.widgets.test_widgets import ask


def chat(text: str, **more: Any) -> str:
    return json.dumps({"messages": [{"role": "user", "content": text}], **more})


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    lines = [chat("Where is my parcel?"), "", "oops", chat("How do I pay?")]
    (folder / "traces.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "faq.csv").write_text("Question,Expected\n3 x 4?,12\n", encoding="utf-8")
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> rftkit.Dataset:
    return rftkit.open(tmp_path / "fresh.rft")


def test_looking_says_shape_and_mapping_of_each_file_and_imports_nothing(empty: rftkit.Dataset, logs: Path) -> None:
    panel = ImportPanel(empty, logs)
    found: dict[str, Any] = panel.found or {}
    assert (found["count"], found["readable"]) == (2, 2)
    by_name = {file["name"]: file for file in found["files"]}
    assert by_name["faq.csv"]["mapping"] == {"input": "Question", "answer": "Expected"}
    assert by_name["traces.jsonl"]["prompt"][-1]["text"] == "Where is my parcel?"
    assert (empty.version, panel.account) == (0, None)


def test_after_an_import_every_line_is_accounted_for(empty: rftkit.Dataset, logs: Path) -> None:
    panel = ImportPanel(empty, logs)
    ask(panel, "start")
    report = panel.wait()
    account: dict[str, Any] = panel.account or {}
    names = ("added", "duplicates_skipped", "blank", "folded", "unreadable")
    assert account["read"] == sum(account[name] for name in names) == report.read == 5
    assert [(row["line"], row["text"]) for row in account["lost"]["rows"]] == [(3, "oops")]
    assert account["lost"]["rows"][0]["reason"]
    assert (panel.done or {})["sentence"] == "Imported 3 records."
    again = ImportPanel(empty)
    assert {name: (again.account or {})[name] for name in names} == {name: account[name] for name in names}
    ask(panel, "undo")
    assert (len(empty), panel.account) == (0, None)


def test_the_same_file_again_adds_nothing_and_says_so(empty: rftkit.Dataset, logs: Path) -> None:
    empty.import_(logs / "faq.csv")
    panel = ImportPanel(empty, logs / "faq.csv")
    panel.start()
    panel.wait()
    assert (panel.done or {})["sentence"] == "Nothing new: 1 row came with an earlier import."
    assert (panel.done or {})["undo"] is False
    assert (panel.account or {})["duplicates_skipped"] == 1
    assert empty.version == 1


def test_format_and_mapping_can_be_overruled(empty: rftkit.Dataset, tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text("said,when\nHello there,1\n", encoding="utf-8")
    panel = ImportPanel(empty, odd)
    file = (panel.found or {})["files"][0]
    assert (file["format"], (panel.found or {})["columns"]) == ("", ["said", "when"])
    assert "--map" not in file["error"]
    ask(panel, "choose", mapping={"input": "said", "id": ""})
    assert (panel.found or {})["files"][0]["format"] == "input-answer"
    assert panel.python == f"ds.import_({str(odd)!r}, mapping={{'input': 'said'}})"
    ask(panel, "choose", replace=True)
    assert panel.python.endswith("replace=True)")
    assert "cannot be chosen" in ask(panel, "choose", colour="red")["error"]
    assert "there is no format" in ask(panel, "choose", format="wordstar")["error"]
    assert panel.options["format"] is None  # a refusal changes nothing
    ask(panel, "look", source="")
    assert panel.found is None


def test_nothing_can_be_started_before_something_was_looked_at(empty: rftkit.Dataset, tmp_path: Path) -> None:
    panel = ImportPanel(empty)
    assert "looked at" in ask(panel, "start")["error"]
    assert "check the path" in ask(panel, "look", source=str(tmp_path / "none.jsonl"))["error"]


def test_a_file_of_the_browser_comes_in_pieces_and_is_looked_at(empty: rftkit.Dataset) -> None:
    panel = ImportPanel(empty)
    data = chat("Where is my parcel?").encode()
    token = ask(panel, "upload_begin", name="../../evil/traces.jsonl", size=len(data))["value"]
    for offset in (0, 20):
        piece = data[:20] if offset == 0 else data[20:]
        ask(panel, "upload_add", token=token, offset=offset, data=base64.b64encode(piece).decode())
    path = Path(ask(panel, "upload_end", token=token)["value"])
    assert path == Path(empty.path) / "uploads" / "traces.jsonl"
    assert path.read_bytes() == data
    assert (panel.found or {})["files"][0]["format"] == "openai-rft"
    assert empty.version == 0  # the folder is not a dataset yet, and may still become one
    assert len(rftkit.open(empty.path)) == 0


def test_a_file_that_is_too_large_or_comes_wrong_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads", limit=10)
    with pytest.raises(InputError, match="name its path"):
        uploads.begin("a", 11)
    with pytest.raises(InputError, match="empty"):
        uploads.begin("a", 0)
    token = uploads.begin("a", 4)
    uploads.add(token, 0, base64.b64encode(b"ab").decode())
    with pytest.raises(InputError, match="another order"):
        uploads.add(token, 3, base64.b64encode(b"d").decode())
    with pytest.raises(NotFoundError, match="again"):
        uploads.end(token)
    short = uploads.begin("b", 4)
    with pytest.raises(InputError, match="whole"):
        uploads.end(short)
    assert list((tmp_path / "uploads").iterdir()) == []


def test_a_file_of_the_same_name_stays(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path / "uploads")
    names = []
    for text in ("one", "two"):
        token = uploads.begin("a.jsonl.gz", 3)
        uploads.add(token, 0, base64.b64encode(text.encode()).decode())
        names.append(uploads.end(token).name)
    assert names == ["a.jsonl.gz", "a-2.jsonl.gz"]
    assert (tmp_path / "uploads" / "a.jsonl.gz").read_text(encoding="utf-8") == "one"


def test_the_static_page_shows_files_as_text(empty: rftkit.Dataset, tmp_path: Path) -> None:
    odd = tmp_path / "<b>x.csv"
    odd.write_text("input,answer\n<script>1</script>,2\n", encoding="utf-8")
    html = ImportPanel(empty, odd).to_html()
    assert "&lt;b&gt;x.csv" in html
    assert "<script" not in html
