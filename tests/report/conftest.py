"""A report made once for all tests of it, and the Chromium that opens it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from rftkit import report

KEY = "k3y-that-must-not-leak-0042"
CELLS = (
    "# A report\n\nWhat to look at.",
    """
import os, polars as pl
from rftkit import charts, render
from IPython.display import HTML
frame = pl.DataFrame({
    "path": ["cards", "</script><script>alert(1)</script>"], "count": [30, 60], "share": [1 / 3, 2 / 3],
    "target": [0.5, 0.5], "gap": [100 / 6, -100 / 6], "status": ["under", "over"],
})
charts.coverage(frame)
""",
    "charts.lengths(pl.Series('tokens', [5, 8, 9, 400]))",
    "HTML(render.card('Coverage', render.bars(frame.to_dicts())))",
    "print(os.environ['SOME_API_KEY'], object())",
    """
from rftkit.widgets._watch import DatasetWidget
class Counting(DatasetWidget):
    def to_html(self): return render.card("Counted", str(self.dataset.version))
class Thing: version = 1
thing = Thing()
Counting(thing)
""",
    """
import time
from rftkit.widgets._later import Later
class Answering(DatasetWidget):
    said = "still " + "open"
    def __init__(self, dataset):
        self._later = Later(patience=0)
        super().__init__(dataset)
    def read(self):
        if self.said.startswith("still"):
            self._later.ask(lambda: time.sleep(1), self._found)
        return {}
    def _found(self, answer, error):
        self.said = "answered " + "beside the cell"
        self.publish()
    def to_html(self): return render.card("Answering", self.said)
Answering(thing)
""",
    "thing.version = 41 + 1  # after the widget was shown",
)


def notebook(path: Path, *cells: str) -> Path:
    made = nbformat.v4.new_notebook()
    for place, cell in enumerate(cells):
        kind = nbformat.v4.new_markdown_cell if cell.startswith("#") else nbformat.v4.new_code_cell
        made.cells.append(kind(cell.strip(), id=f"cell-{place}"))
    nbformat.write(made, path)
    return path


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return notebook(tmp_path_factory.mktemp("notebook") / "sample.ipynb", *CELLS)


@pytest.fixture(scope="session")
def written(sample: Path) -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOME_API_KEY", KEY)
        return report.export(sample, output=sample.with_suffix(".html"))
