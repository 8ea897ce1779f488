"""The screens on datasets of 12,000 to a million records: first paint, clicks, size of what is sent, memory.

    python benchmarks/screens.py [records ...] [--keep FOLDER] [--only WIDGET ...]

A click is how long the kernel is held by it; "then" is how long what it started goes on beside the notebook. Each
size runs in a process of its own. `--keep` makes the datasets once and measures on a copy of them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import screens_tuning

FIRST, JUMP, CLICK, TRAIT = 0.5, 0.1, 0.5, 100_000
SIZES = (12_000, 100_000, 1_000_000)


def sent(widget: Any) -> tuple[str, int]:
    """Return the largest trait of a widget as JSON text, by name and bytes."""
    state = {name: value for name, value in widget.get_state().items() if name not in ("_esm", "_css", "_anywidget_id")}
    sizes = {name: len(json.dumps(value, default=str)) for name, value in state.items()}
    name = max(sizes, key=lambda one: sizes[one])
    return name, sizes[name]


class Table:
    """Prints a line for each act."""

    def __init__(self, count: int) -> None:
        self.count = count

    def line(self, what: str, took: float, limit: float, then: float = 0.0, more: str = "", cpu: float = 0.0) -> None:
        """Print one line, with a mark where it is over its limit; the processor's seconds are of everything."""
        over = "OVER" if took > limit else ""
        later = f"then {then:6.2f} s" if then > 0.01 else ""
        print(f"{self.count:>10,} {what:44} {took:8.3f} s {cpu:7.2f} CPU s {over:4} {later:14} {more}", flush=True)

    def time(
        self, what: str, act: Callable[[], Any], limit: float = CLICK, wait: Callable[[], Any] | None = None
    ) -> Any:
        """Time an act, and what it started."""
        start, cpu = time.perf_counter(), time.process_time()
        try:
            value, failed = act(), ""
        except Exception as error:  # noqa: BLE001 - a line of the table
            value, failed = None, f"{type(error).__name__}: {error}"[:90]
        took, then = time.perf_counter() - start, 0.0
        if wait is not None and not failed:
            wait()
            then = time.perf_counter() - start - took
        self.line(what, took, limit, then, failed, time.process_time() - cpu)
        return value

    def shown(self, what: str, make: Callable[[], Any]) -> Any:
        """Time a first paint, and print the largest trait."""
        start, cpu = time.perf_counter(), time.process_time()
        made = make()
        made.get_state()
        took, cpu = time.perf_counter() - start, time.process_time() - cpu
        name, size = sent(made)
        big = " TOO LARGE" if size > TRAIT else ""
        self.line(what, took, FIRST, more=f"{name} {size:,} bytes{big}", cpu=cpu)
        return made

    def asked(self, what: str, widget: Any, act: str, limit: float = CLICK, **options: Any) -> None:
        """Time an act as a notebook runs it: how long the kernel waits for it, then how long it goes on beside."""
        line = widget._asked_acts
        content = {"kind": "ask", "id": "1", "act": act, "options": options}
        self.time(what, lambda: line.do(lambda: widget._answer(content)), limit, lambda: line.do(lambda: None, 600))

    def sizes(self, *widgets: Any) -> None:
        """Print the largest trait of widgets that were clicked through."""
        for widget in widgets:
            name, size = sent(widget)
            big = " TOO LARGE" if size > TRAIT else ""
            what = f"  (largest trait of {type(widget).__name__})"
            print(f"{self.count:>10,} {what:78} {name} {size:,} bytes{big}", flush=True)


def browser(ds: Any, table: Table) -> None:
    """Measure the record browser."""
    from rftkit.widgets import RecordBrowser

    shown = table.shown("RecordBrowser", lambda: RecordBrowser(ds))
    peeks = __import__("rftkit.acts.browsing", fromlist=["peeks"]).peeks
    table.time("  count what can be filtered by", shown.count_offers)
    for share in (50, 3, 99):
        at = shown.view["total"] * share // 100
        table.time(f"  jump to {share} %", lambda at=at: shown.rows(at, 100), JUMP)
    table.time("  filter: a topic", lambda: shown.choose(topic="Group 3"))
    table.time("  filter: invalid", lambda: shown.choose(valid=False))
    table.time("  (beginnings of all prompts, beside)", lambda: peeks(ds).read_all(ds), 1e9)
    table.time("  sort by confidence", lambda: (shown.choose(), shown.sort_by("confidence")))
    table.asked("  sort by text", shown, "sort_by", column="text")
    table.time("  jump in it", lambda: shown.rows(len(ds) // 2, 100), JUMP)
    table.asked("  search a word", shown, "choose", search="refund")
    shown.choose()
    some = ds.labels()["id"][len(ds) // 2]
    table.time("  open a record", lambda: shown.open_record(some))
    table.time(
        "  edit a record",
        lambda: shown.edit_text(some, 1, "What is my balance today, please?"),
        wait=getattr(shown, "wait", None),
    )
    table.time("  undo", shown.undo)
    table.time("  select a thousand", lambda: shown.select(0, 999))
    table.time("  assign them", lambda: shown.assign("Group 1/Topic 1-1"), wait=getattr(shown, "wait", None))
    table.time("  undo", shown.undo)
    table.time("  delete them", shown.delete, wait=getattr(shown, "wait", None))
    table.time("  undo", shown.undo)


def categorize(ds: Any, table: Table) -> None:
    """Measure the queue of categorize."""
    from rftkit.widgets import CategorizePanel

    shown = table.shown("CategorizePanel", lambda: CategorizePanel(ds))
    flush = getattr(shown, "flush", lambda: None)
    table.time("  choices for the queue", shown.think, wait=lambda: shown._later.wait())
    table.time("  choices again", shown.think, wait=lambda: shown._later.wait())
    table.time("  a decision", lambda: shown.assign("Group 1/Topic 1-1"), JUMP, flush)
    table.time("  ten more", lambda: [shown.assign("Group 1/Topic 1-2") for _ in range(10)], 10 * JUMP, flush)
    table.time("  undo", shown.undo)
    table.time("  next", lambda: shown.step(1), JUMP)
    table.time("  skip", shown.skip, JUMP)
    table.time("  queue of the unassigned", lambda: shown.choose_queue("unassigned"))


def topics(ds: Any, table: Table) -> None:
    """Measure the topic editor."""
    from rftkit.widgets import TopicEditor

    shown = table.shown("TopicEditor", lambda: TopicEditor(ds))
    table.time("  details of a topic", lambda: shown.details("Group 3/Topic 3-3"), wait=lambda: shown._central.wait())
    table.time("  rename", lambda: shown.rename_topic("Group 3/Topic 3-3", "Other"))
    table.time("  undo", shown.undo)
    table.time("  move", lambda: shown.move_topic("Group 3/Topic 3-4", "Group 4"))
    table.time("  merge", lambda: shown.merge_topics(["Group 5/Topic 5-1", "Group 5/Topic 5-2"], "Group 5/Topic 5-1"))
    table.time("  undo", shown.undo)
    table.time("  delete", lambda: shown.delete_topic("Group 6/Topic 6-1"))
    table.time("  undo", shown.undo)


def coverage(ds: Any, table: Table) -> None:
    """Measure the dashboard."""
    from rftkit.widgets import CoverageDashboard

    shown = table.shown("CoverageDashboard", lambda: CoverageDashboard(ds))
    plan = lambda: shown.fill_plan  # noqa: E731
    table.time("  (the plan that fills the gaps, beside)", plan, 1e9)
    table.time("  another level", lambda: shown.show_level(1), wait=plan)
    table.time("  below a topic", lambda: shown.show_below("Group 3"), wait=plan)
    table.time("  all again", lambda: shown.show_below(""), wait=plan)
    table.time("  drag a target", lambda: shown.try_target("Group 3/Topic 3-3", 0.02), JUMP, plan)
    table.time("  keep it", shown.keep_targets, wait=plan)
    table.time("  undo", shown.undo_targets, wait=plan)
    table.time("  matrix by difficulty", lambda: shown.show_matrix("difficulty"), wait=lambda: shown._matrices.wait())


def generation(ds: Any, table: Table) -> None:
    """Measure the modal."""
    from rftkit.widgets import GenerationModal

    shown = table.shown("GenerationModal", lambda: GenerationModal(ds))
    plan = lambda: shown.plan  # noqa: E731
    table.time("  (the plan, beside)", plan, 1e9)
    table.time("  a topic", lambda: shown.set(topic="Group 3/Topic 3-3", count=50), wait=plan)
    table.time("  find records", lambda: shown.find("refund"))
    table.time("  add three", lambda: shown.add_records(ds.labels()["id"][:3].to_list()), wait=plan)


def review(ds: Any, table: Table) -> None:
    """Measure the reviewer, with 2,000 candidates."""
    from rftkit.widgets import VariationReviewer

    shown = table.shown("VariationReviewer", lambda: VariationReviewer(ds))
    some = [card["id"] for card in shown.cards(0, 50)["cards"]]
    table.time("  a page", lambda: shown.cards(500, 50), JUMP)
    table.time("  accept one", lambda: shown.accept(some[:1]), JUMP, shown._writer.flush)
    table.time("  undo", shown.undo, JUMP, shown._writer.flush)
    table.time("  edit one", lambda: shown.edit_text(some[1], "What is my balance, please?"))
    table.time("  accept fifty", lambda: shown.accept(some), JUMP, shown._writer.flush)
    table.time("  add them", shown.add, wait=getattr(shown, "wait", None))
    table.time("  undo", shown.undo, wait=shown._writer.flush)


def map_(ds: Any, table: Table) -> None:
    """Measure the map."""
    from rftkit.widgets import TopicMap

    shown = table.shown("TopicMap", lambda: TopicMap(ds))
    table.time("  draw", shown.draw, wait=shown.wait)
    table.line("  (largest trait)", 0, 1, more=f"{sent(shown)[0]} {sent(shown)[1]:,} bytes")
    table.time("  draw again", shown.draw, wait=shown.wait)
    table.time("  places of the dots", shown.points, JUMP)
    table.time("  colour by confidence", lambda: shown.colour_by("confidence"))
    table.time("  lasso", lambda: shown.lasso([(0.2, 0.2), (0.8, 0.2), (0.8, 0.8)]))
    table.time("  what a dot is", lambda: shown.peek(17), JUMP)
    shown.lasso([(0.5, 0.5), (0.52, 0.5), (0.52, 0.55)])
    table.time("  assign the selection", lambda: shown.assign("Group 1/Topic 1-1"), wait=getattr(shown, "wait", None))
    table.time("  undo", shown.undo)


def rest(ds: Any, table: Table) -> None:
    """Measure the other panels."""
    from rftkit import widgets

    table.shown("DatasetSummary", lambda: widgets.DatasetSummary(ds))
    shown = table.shown("SanitizePanel", lambda: widgets.SanitizePanel(ds))
    table.time("  list a code", lambda: shown.show_code("duplicate"))
    table.time("  curve of near duplicates", shown.draw_curve, wait=lambda: shown._curve.wait())
    table.time("  report for the browser", shown.report_text)
    panel = table.shown("ExportPanel", lambda: widgets.ExportPanel(ds))
    table.time("  (state and draft, beside)", lambda: (panel._looked.wait(), panel._drafted.wait()), 1e9)
    table.time("  another format", lambda: panel.choose(format="csv"), wait=lambda: panel._drafted.wait())
    table.time("  another split", lambda: panel.choose_split(train=0.8), wait=lambda: panel._looked.wait())
    table.shown("FinalDistribution", lambda: widgets.FinalDistribution(ds))
    table.shown("ImportPanel", lambda: widgets.ImportPanel(ds))
    home = table.shown("Home", lambda: widgets.Home(ds.path.parent))
    table.time("  (scores of its datasets, beside)", home.wait, 1e9)
    past = table.shown("History", lambda: widgets.History(ds))
    waits = getattr(past, "wait", None)
    table.time("  look back", lambda: past.look_back(2), wait=waits)
    table.time("  compare", lambda: past.compare(2), wait=waits)
    table.time("  open a version", lambda: past.open_version(2), wait=waits)
    page = table.shown("Workbench", lambda: widgets.Workbench(ds))
    for name in ("coverage", "records", "history"):
        table.time(f"  open {name}", lambda name=name: page.show_panel(name))
    ds.delete(ds.labels()["id"][:1].to_list())
    table.time("  after a step of another", page.follow)
    table.time("  undo", page.undo)


PARTS = {
    "browser": browser,
    "categorize": categorize,
    "topics": topics,
    "coverage": coverage,
    "generation": generation,
    "review": review,
    "map": map_,
    "rest": rest,
    "grading": screens_tuning.grading,
    "tuning": screens_tuning.tuning,
    "wizard": screens_tuning.wizard,
    "ideas": screens_tuning.ideas,
    "progress": screens_tuning.progress,
}


def measure(count: int, folder: Path, names: list[str]) -> None:
    """Measure the screens at one size."""
    from screens_data import make

    import rftkit

    start = time.perf_counter()
    kept = make(folder, count).path
    print(
        f"{count:>10,} dataset ready after {time.perf_counter() - start:.1f} s; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as place:
        copy = Path(place) / "support.rft"
        shutil.copytree(kept, copy)
        ds = rftkit.open(copy)
        table = Table(count)
        table.time(
            "(labels and topics read for the first time)", lambda: (ds.labels(), ds.coverage(), ds.summary()), 1e9
        )
        for name in names:
            PARTS[name](ds, table)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{count:>10,} most memory {most:,.0f} MiB; load {os.getloadavg()[0]:.1f}", flush=True)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", nargs="*", type=int)
    parser.add_argument("--keep", type=Path, help="where the datasets stay")
    parser.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    for count in given.records or SIZES:
        if given.inside:
            measure(count, folder, given.only)
        else:
            line = [sys.executable, __file__, str(count), "--keep", str(folder), "--inside", "--only", *given.only]
            subprocess.run(line, check=True)


if __name__ == "__main__":
    main()
