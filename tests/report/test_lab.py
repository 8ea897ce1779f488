"""The notebooks that come with rftkit, and JupyterLab on a copy of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from rftkit import lab, report
from rftkit.errors import NotFoundError

NOTEBOOKS = sorted(lab.notebooks().glob("*.ipynb"))


def test_a_copy_keeps_what_a_person_has_changed(tmp_path: Path) -> None:
    folder = lab.copy(tmp_path / "work")
    mine = folder / "01_quickstart.ipynb"
    mine.write_text("mine")
    lab.copy(folder)
    assert mine.read_text() == "mine"
    assert (folder / "20_report.ipynb").is_file()


def test_nothing_is_asked_of_news_or_update_servers(tmp_path: Path) -> None:
    settings = lab.quiet_settings(tmp_path)
    told = json.loads((settings / "overrides.json").read_text())
    assert told["@jupyterlab/apputils-extension:notification"] == {"fetchNews": "false", "checkForUpdates": False}
    options = " ".join(lab.command(tmp_path, settings))
    assert "--LabApp.news_url=None" in options
    assert "NeverCheckForUpdate" in options


def test_a_dataset_that_is_not_there_is_said_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="rftkit import"):
        lab.start(tmp_path / "no.rft", work=tmp_path / "work")
    assert not (tmp_path / "work").exists()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_committed_without_outputs(path: Path) -> None:
    book = nbformat.read(path, as_version=4)
    nbformat.validate(book)
    assert "widgets" not in book.metadata
    for cell in book.cells:
        assert cell.cell_type != "code" or (cell.outputs, cell.execution_count) == ([], None)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_listed(path: Path) -> None:
    assert f"| {path.name} |" in (lab.notebooks() / "README.md").read_text(encoding="utf-8")


def test_a_report_is_made_of_the_version_that_was_asked_for(tmp_path: Path) -> None:
    import rftkit

    ds = rftkit.open(tmp_path / "small.rft")
    ds.import_([{"id": f"a{n}", "messages": [{"role": "user", "content": f"Question number {n}?"}]} for n in range(3)])
    first = ds.version
    ds.delete(["a0"])
    asking = nbformat.v4.new_code_cell("from rftkit import lab\nds = lab.dataset()\n(ds.version, len(ds))", id="c1")
    book = tmp_path / "ask.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[asking]), book)
    old = report.export(book, dataset=ds, version=first, output=tmp_path / "old.html")
    assert old.dataset_version == first
    page = old.path.read_text(encoding="utf-8")
    assert f"({first}, 3)" in page
    assert f"Dataset <b>small</b>, version {first}" in page
    assert ds.version == first + 1


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_runs(path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RFTKIT_")}
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-q", "-p", "no:cacheprovider", str(path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:]
