"""What notebooks of screens weigh when they are saved: each screen of a 12,000-record dataset in a cell of its own.

The notebooks are run by nbclient and written as JupyterLab writes them. The last lines are the whole files, also where
JupyterLab is told to save the state of widgets (Settings, Save Widget State Automatically), which is off by default.

    python benchmarks/saved_notebook.py [--records 12000] [--keep FOLDER]
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import screens_tuning
from nbclient import NotebookClient
from screens_data import make

import rftkit

LIMIT = 200_000
#: The picture of a map is as large with any vectors, so those are taken that are there at once.
BEGIN = """
import rftkit
from rftkit.embed import minilm
from rftkit.widgets import *
minilm.folder = lambda: None
ds = rftkit.open({path!r})
"""
DATA = (
    *("Home(ds.path.parent)", "ImportPanel(ds)", "DatasetSummary(ds)", "SanitizePanel(ds)", "RecordBrowser(ds)"),
    *("TopicEditor(ds)", "CategorizePanel(ds)", "CoverageDashboard(ds)", "GenerationModal(ds)"),
    *("GenerationProgress(job)", "VariationReviewer(ds)", "TopicMap(ds)", "ExportPanel(ds)", "FinalDistribution(ds)"),
    *("History(ds)", "Workbench(ds)"),
)
TUNING = (
    *("SplitPanel(ds)", "GraderBuilder(ds)", "GraderPlayground(ds, ds.grader('topic'))"),
    *("DryRunPanel(ds, ds.grader('topic'))", "TrainingMonitor(ds, ds.grader('topic'))", "ResultsPanel(ds)"),
    *("RFTWizard(ds)", "DatasetGenerator(session)", "AnnotationCards(session)"),
)
#: What has to be there before a screen, in the same cell.
BEFORE = {
    "GenerationProgress(job)": "job = ds.generate(ds.plan(topic='Group 3/Topic 3-3', count=20))\njob.wait()",
    "DatasetGenerator(session)": "session = rftkit.GeneratorSession(ds.path)",
}


def prepare(ds: rftkit.Dataset) -> None:
    """Leave a grader, a dry run, a training job and cards, so that no screen is empty."""
    ds.save_grader(screens_tuning.GRADER, reason="it fits")
    with screens_tuning.Loopback(say=screens_tuning.say) as server:
        sizes = {"prompts": screens_tuning.PROMPTS, "rollouts": screens_tuning.ROLLOUTS}
        ds.dry_run(screens_tuning.GRADER, model=screens_tuning.MODEL, base_url=server.url, **sizes).wait()
    screens_tuning.train(ds)
    session = rftkit.GeneratorSession(ds.path)
    session.load_requirements(screens_tuning.WANTED)
    session.confirm()
    session.samples()


def cell(screen: str) -> str:
    """Return a cell that shows a screen with all that it works out; the map is drawn."""
    lines = [BEFORE.get(screen, ""), f"shown = {screen}"]
    if screen.startswith("TopicMap"):
        lines += ["shown.draw()", "shown.wait()"]
    return "\n".join([*lines, "getattr(shown, 'settle', lambda: None)()", "shown"]).strip()


def book(path: Path, screens: tuple[str, ...]) -> nbformat.NotebookNode:
    """Run the notebook of some screens."""
    cells = [nbformat.v4.new_code_cell(text) for text in (BEGIN.format(path=str(path)).strip(), *map(cell, screens))]
    made = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(made, kernel_name="python3", timeout=None, store_widget_state=True)
    return client.execute()


def size(made: Any) -> int:
    """Return the bytes of a part of a notebook, or of all, as it lies on the disk."""
    return len((json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())


def as_saved(made: nbformat.NotebookNode) -> Any:
    """Return a notebook as its file holds it: texts as lists of lines."""
    return json.loads(nbformat.writes(made))


def show(name: str, screens: tuple[str, ...], made: nbformat.NotebookNode) -> None:
    """Print the bytes of each screen and of the notebook."""
    saved = as_saved(made)
    for screen, one in zip(screens, saved["cells"][1:], strict=True):
        data = next(output["data"] for output in one["outputs"] if "data" in output)
        html = len("".join(data.get("text/html", "")).encode())
        print(f"  {screen:44} {size(one):>9,} bytes, static page {html:>8,}", flush=True)
    state = saved["metadata"].pop("widgets", {})
    whole = size(saved)
    over = "OVER" if whole > LIMIT else ""
    print(f"{name}: {len(screens)} screens, {whole:,} bytes {over}; with the state of widgets {whole + size(state):,}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=12_000)
    parser.add_argument("--keep", type=Path, help="where the dataset stays")
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    kept = make(folder, given.records).path
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as place:
        path = Path(place) / "support.rft"
        shutil.copytree(kept, path)
        prepare(rftkit.open(path))
        for name, screens in (("from data to a set", DATA), ("from a grader to a model, and from an idea", TUNING)):
            show(name, screens, book(path, screens))


if __name__ == "__main__":
    main()
