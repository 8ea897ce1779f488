"""One file, complete, quiet, and the same every time."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rftkit import report
from rftkit.errors import InputError, NotFoundError
from rftkit.report.running import NotebookError
from tests.report.conftest import KEY, notebook


class Fetches(HTMLParser):
    """Lists what an element of the page would ask a server for."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.scripts: list[dict[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "script":
            self.scripts.append(values)
        sources = [values.get(name) for name in ("src", "srcset", "data", "poster")]
        sources += [values.get("href") if tag == "link" else None]
        self.asked += [source for source in sources if source and not source.startswith("data:")]


@pytest.fixture(scope="module")
def page(written: report.ReportResult) -> str:
    return written.path.read_text(encoding="utf-8")


def test_the_result_says_where_and_how_large(written: report.ReportResult) -> None:
    assert written.to_dict() == {
        "path": str(written.path),
        "bytes": written.path.stat().st_size,
        "dataset_version": None,
    }
    assert written.bytes < 5_000_000


def test_no_element_asks_for_anything(page: str) -> None:
    assert Fetches(page).asked == []
    assert "@import" not in page
    assert not re.search(r"url\((?!#|data:)", page.split("<script>")[0])


def test_the_policy_allows_one_script_and_no_request(page: str) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "script-src 'sha256-" in policy[1]
    assert "script-src 'unsafe-inline'" not in policy[1]


def test_text_of_the_data_does_not_become_a_script(page: str) -> None:
    assert [kinds for kinds in Fetches(page).scripts if kinds.get("type") != "application/json"] == [{}]
    assert "<script>alert" not in page


def test_keys_of_the_environment_are_not_in_the_page(page: str) -> None:
    assert KEY not in page
    assert "***" in page


def test_a_widget_is_shown_as_it_was_at_the_end_of_the_run(page: str) -> None:
    assert "<p>42</p>" in page
    assert "<p>1</p>" not in page


def test_what_a_widget_works_out_beside_itself_is_waited_for(page: str) -> None:
    assert "answered beside the cell" in page
    assert "still open" not in page


def test_the_same_notebook_gives_the_same_bytes(
    sample: Path, written: report.ReportResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_API_KEY", KEY)
    again = report.export(sample, output=tmp_path / "again.html")
    assert again.path.read_bytes() == written.path.read_bytes()


def test_a_cell_that_fails_is_named_and_nothing_is_written(tmp_path: Path) -> None:
    broken = notebook(tmp_path / "broken.ipynb", "x = 1", "assert x == 2, 'one is not two'")
    with pytest.raises(NotebookError, match=r"code cell 2 of broken.ipynb .* one is not two"):
        report.export(broken, output=tmp_path / "broken.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.ipynb"]


def test_what_is_not_a_notebook_is_said(tmp_path: Path) -> None:
    (tmp_path / "notes.ipynb").write_text("hello")
    with pytest.raises(NotFoundError, match="is no notebook"):
        report.export(tmp_path / "notes.ipynb")


def test_a_version_needs_a_dataset(sample: Path) -> None:
    with pytest.raises(InputError, match="of which dataset"):
        report.export(sample, version=3)
