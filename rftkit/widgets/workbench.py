"""The page of a dataset: counts and scores always in view, the actions in the order of work, one panel below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import traitlets

from rftkit import render
from rftkit.coverage import DEFINITIONS
from rftkit.errors import NotFoundError
from rftkit.render import Html
from rftkit.widgets._base import act
from rftkit.widgets._watch import DatasetWidget, watch
from rftkit.widgets.dataset_summary import page as summary_page
from rftkit.widgets.dataset_summary import shown_summary


@dataclass(frozen=True)
class Panel:
    """One panel of the page.

    Attributes
    ----------
    name, title
        In Python, and on its button.
    key
        Goes there after "g".
    widget
        Name of its class in `rftkit.widgets`.
    act
        The next act of `Coverage.next_act` that is done there; "" for none.
    python
        The line that does the same, or shows it.

    Examples
    --------
    >>> PANELS[0].title
    'Import'
    """

    name: str
    title: str
    key: str
    widget: str
    act: str
    python: str


#: In the order of work; what only shows something comes last.
PANELS = (
    Panel("import", "Import", "i", "ImportPanel", "import", "ds.import_(path)"),
    Panel("sanitize", "Sanitize", "s", "SanitizePanel", "sanitize", "ds.sanitize()"),
    Panel("topics", "Topics", "t", "TopicEditor", "topics", "ds.discover_topics()"),
    Panel("categorize", "Categorize", "c", "CategorizePanel", "categorize", "ds.categorize()"),
    Panel("coverage", "Coverage", "v", "CoverageDashboard", "", "ds.coverage()"),
    Panel("generate", "Generate", "n", "GenerationModal", "generate", "ds.generate(ds.plan(fill_gaps=True))"),
    Panel("review", "Review", "r", "VariationReviewer", "review", "ds.candidates()"),
    Panel("export", "Export", "e", "ExportPanel", "proceed", 'ds.split(); ds.export("train.jsonl", split="train")'),
    Panel("records", "Records", "b", "RecordBrowser", "", "ds.records()"),
    Panel("map", "Map", "m", "TopicMap", "", "ds.map()"),
    Panel("change", "Before and after", "d", "FinalDistribution", "", "ds.final_distribution()"),
    Panel("history", "History", "h", "History", "", "ds.history()"),
)
#: Panels that show what is selected on the map.
LINKED = ("records", "topics")
_BY_NAME = {panel.name: panel for panel in PANELS}


class Workbench(DatasetWidget, bundle_name="workbench"):
    """The page of a dataset, with every panel behind a button.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    *panels
        Names of panels that are open from the start.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> page = Workbench(rftkit.open(tempfile.mkdtemp() + "/a.rft"), "records")
    >>> page
    Workbench(a: 0 records, records open)
    >>> page.panel("records")
    RecordBrowser(0 of 0 records)
    """

    summary = traitlets.Dict(
        default_value=None, allow_none=True, help="Counts, scores and the next act; written by Python."
    ).tag(sync=True)
    definitions = traitlets.Dict(help="What the scores mean; written by Python.").tag(sync=True)
    panels: Any = traitlets.List(
        help="The panels in the order of work, with the widget of those that are open; written by Python."
    ).tag(sync=True)
    told = traitlets.Dict(default_value=None, allow_none=True, help="What was taken back last; written by Python.").tag(
        sync=True
    )

    def __init__(self, dataset: Any, *panels: str) -> None:
        self._open: dict[str, DatasetWidget] = {}
        self._pinned: set[str] = set()
        self._next = ""
        super().__init__(dataset)
        for name in panels:
            self._pinned.add(self._known(name).name)
            self.show_panel(name)

    def panel(self, name: str) -> DatasetWidget:
        """Return the widget of a panel; opens it when it is not open.

        Parameters
        ----------
        name
            As in `PANELS`.
        """
        if name not in self._open:
            self.show_panel(name)
        return self._open[name]

    # -- acts --------------------------------------------------------------------------------------------------

    @act
    def show_panel(self, name: str, **options: Any) -> None:
        """Open a panel; others close unless they are pinned.

        Parameters
        ----------
        name
            As in `PANELS`.
        **options
            For the widget, for example `from_ids` of the generation.
        """
        panel = self._known(name)
        for other in [other for other in self._open if other not in {*self._pinned, name}]:
            self._drop(other)
        if options and name in self._open:
            self._drop(name)
        if name not in self._open:
            self._open[name] = self._made(panel, options)
            watch(self._open[name])
            self._link(name)
        self.publish(panels=self._shown())

    @act
    def hide_panel(self, name: str) -> None:
        """Close a panel; what runs in it goes on.

        Parameters
        ----------
        name
            As in `PANELS`.
        """
        self._pinned.discard(self._known(name).name)
        if name in self._open:
            self._drop(name)
        self.publish(panels=self._shown())

    @act
    def pin_panel(self, name: str, pinned: bool = True) -> None:
        """Keep a panel open when another one is opened, or no longer.

        Parameters
        ----------
        name
            As in `PANELS`.
        pinned
            Whether to keep it.
        """
        (self._pinned.add if pinned else self._pinned.discard)(self._known(name).name)
        self.publish(panels=self._shown())

    @act
    def undo(self) -> None:
        """Take the last step of the dataset back, whoever did it."""
        last = self.dataset.history().row(-1, named=True)
        self.dataset.undo()
        self.refresh()
        told = f"Taken back: version {last['version']}, {last['step']}. The way back is the same button."
        self.publish(told={"sentence": told, "python": "ds.undo()", "version": self.dataset.version})

    # -- what is shown -----------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        told = {**self.dataset.summary().to_dict(), "next_act": self.dataset.coverage().next_act}
        shown = shown_summary(told, self.dataset.name, self.dataset.version)
        self._next = str(told["next_act"]["act"])
        old = self.told is not None and self.told.get("version") != self.dataset.version
        return {
            "summary": shown,
            "definitions": DEFINITIONS,
            "panels": self._shown(),
            **({"told": None} if old else {}),
        }

    def _known(self, name: str) -> Panel:
        if name not in _BY_NAME:
            raise NotFoundError(f"there is no panel {name!r}; there are {', '.join(_BY_NAME)}")
        return _BY_NAME[name]

    def _made(self, panel: Panel, options: dict[str, Any]) -> DatasetWidget:
        from rftkit import widgets

        if panel.name == "records":
            options = {"on_generate": self._generate_from, **options}
        made: DatasetWidget = getattr(widgets, panel.widget)(self.dataset, **options)
        return made

    def _generate_from(self, ids: list[str]) -> None:
        self.show_panel("generate", from_ids=ids)

    def _link(self, name: str) -> None:
        """Let a map beside the list of records and the topics show its selection there."""
        for chart, shown in self._linked_pairs(name):
            chart.link(shown)

    def _linked_pairs(self, name: str) -> list[tuple[Any, Any]]:
        """Return the map that is open with each panel that shows its selection, as far as a panel is one of them."""
        others = LINKED if name == "map" else [other for other in LINKED if other == name]
        chart = self._open.get("map")
        return [] if chart is None else [(chart, self._open[other]) for other in others if other in self._open]

    def _drop(self, name: str) -> None:
        for chart, shown in self._linked_pairs(name):
            chart.unlink(shown)
        self._open.pop(name).close()

    def _shown(self) -> list[dict[str, Any]]:
        return [
            {
                "name": panel.name,
                "title": panel.title,
                "key": panel.key,
                "python": panel.python,
                "next": bool(panel.act) and panel.act == self._next,
                "pinned": panel.name in self._pinned,
                "widget": f"anywidget:{self._open[panel.name].model_id}" if panel.name in self._open else None,
            }
            for panel in PANELS
        ]

    def to_html(self) -> Html:
        """Return the page with its open panels as static HTML, escaped and without script."""
        below = [self._open[panel.name].to_html() for panel in PANELS if panel.name in self._open]
        return render.join(summary_page(self.summary), *below)

    def __repr__(self) -> str:
        if self.summary is None:
            return "Workbench(not read yet)"
        opened = ", ".join(panel.name for panel in PANELS if panel.name in self._open) or "nothing"
        return f"Workbench({self.summary['name']}: {self.summary['total']:,} records, {opened} open)"
