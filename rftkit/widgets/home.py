"""The datasets of a folder: what each holds and needs next; add one, open one."""

from __future__ import annotations

import os
import re
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets

from rftkit import render
from rftkit.acts import folder as folders
from rftkit.errors import InputError, NotFoundError
from rftkit.jobs import Control, Job
from rftkit.widgets._base import Widget, act
from rftkit.widgets._sentences import sentence
from rftkit.widgets._watch import DatasetWidget, watch

if TYPE_CHECKING:
    from rftkit.render import Html

#: Datasets that are sent at once.
PAGE = 100
#: Scores are shown in handfuls while they are worked out.
HANDFUL = 8
EMPTY = "No dataset here yet: add one, and import traces into it."
_NAME = re.compile(r"[^\W.][\w .,()+-]*", re.UNICODE)


class Folder:
    """A folder with datasets: its version is another one whenever one of them comes, goes or changes.

    Parameters
    ----------
    path
        The folder.

    Examples
    --------
    >>> import tempfile
    >>> folder = Folder(tempfile.mkdtemp())
    >>> before = folder.version
    >>> (folder.path / "a.rft").mkdir(); folder.version != before
    True
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    @property
    def version(self) -> int:
        """A number that changes with the datasets."""
        return folders.sizes(self.path)


class Home(DatasetWidget, bundle_name="home"):
    """List the datasets of a folder, add one, open one.

    Parameters
    ----------
    folder
        The folder that the datasets lie in; the current one by default.

    Examples
    --------
    >>> import tempfile
    >>> home = Home(tempfile.mkdtemp())
    >>> home.add("support")
    >>> home
    Home(1 dataset, support open)
    >>> home.page
    Workbench(support: 0 records, import open)
    """

    rows: Any = traitlets.List(help="The datasets, the one that changed last first; written by Python.").tag(sync=True)
    known = traitlets.Dict(
        help="folder, total, matching, sought, waiting, whether one can be generated; written by Python."
    ).tag(sync=True)
    opened = traitlets.Dict(
        default_value=None, allow_none=True, help="name, and the widget that is open; written by Python."
    ).tag(sync=True)

    def __init__(self, folder: str | os.PathLike[str] = ".") -> None:
        self._all: list[folders.Glance] = []
        self._sought = ""
        self._job: Job[int] | None = None
        self._scoring = False
        self._page: Widget | None = None
        super().__init__(Folder(folder))

    @property
    def folder(self) -> Path:
        """The folder."""
        path: Path = self.dataset.path
        return path

    @property
    def page(self) -> Widget | None:
        """The widget of the dataset that is open."""
        return self._page

    # -- acts ----------------------------------------------------------------------------------------------------

    @act
    def add(self, name: str) -> None:
        """Make an empty dataset and open its page on the import.

        Parameters
        ----------
        name
            Its name; the folder gets ``.rft`` behind it.
        """
        path = self._new(name)
        path.mkdir()
        self._open(path, "import")
        self.refresh()

    @act
    def generate(self, name: str) -> None:
        """Make a dataset from a conversation about what it is for.

        Parameters
        ----------
        name
            Its name.
        """
        kind = _generator()
        if kind is None:
            raise NotFoundError("this version of rftkit has no dataset generator; add a dataset and import into it")
        path = self._new(name)
        self._show(path, kind(path))

    @act
    def open_dataset(self, name: str) -> None:
        """Open the page of a dataset under the list.

        Parameters
        ----------
        name
            As in the list.
        """
        self._open(self._path(name))

    @act
    def close_dataset(self) -> None:
        """Close the page that is open; what runs in it goes on."""
        if self._page is not None:
            self._page.close()
        self._page = None
        self.publish(opened=None)

    @act
    def find(self, text: str = "") -> None:
        """Show only datasets whose name has a text.

        Parameters
        ----------
        text
            In any case; nothing shows all.
        """
        self._sought = text.strip().casefold()
        self.publish(**self._listed())

    @act
    def more(self, offset: int) -> list[dict[str, Any]]:
        """Return datasets of the list from a place on.

        Parameters
        ----------
        offset
            How many before it are left out.
        """
        return [shown(row, self.folder) for row in self._matching()[max(0, offset) :][:PAGE]]

    def _new(self, name: str) -> Path:
        given = name.strip()
        if not _NAME.fullmatch(given) or len(given) > 80:
            raise InputError(
                f"{name!r} is no name for a dataset; use letters, digits, blanks, - and _, such as support"
            )
        path = self.folder / (given if given.endswith(".rft") else f"{given}.rft")
        if path.exists():
            raise InputError(f"{path.stem!r} is there already; open it, or take another name")
        return path

    def _path(self, name: str) -> Path:
        known = {row.path.name: row.path for row in self._all}
        if name not in known:
            raise NotFoundError(f"there is no dataset {name!r} in {self.folder}; look at the list again")
        return known[name]

    def _open(self, path: Path, *panels: str) -> None:
        from rftkit.dataset import Dataset
        from rftkit.widgets.workbench import Workbench

        kind = _generator()
        if kind is not None and not panels and _talked_about(path):
            self._show(path, kind(path))
        else:
            self._show(path, Workbench(Dataset(path), *panels))

    def _show(self, path: Path, page: Widget) -> None:
        if self._page is not None:
            self._page.close()
        self._page = page
        if isinstance(page, DatasetWidget):
            watch(page)
        made = repr(str(path))
        python = f"Workbench(rftkit.open({made}))" if hasattr(page, "panels") else f"{type(page).__name__}({made})"
        self.publish(opened={"name": path.name, "widget": f"anywidget:{page.model_id}", "python": python})

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the folder as it is now; scores that are not known yet follow."""
        rows = [folders.glance(path) for path in folders.found(self.folder)]
        self._all = sorted(rows, key=lambda row: (row.when, row.name), reverse=True)
        if any(_waits(row) for row in self._all) and not self._scoring:
            self._scoring = True
            self._job = Job(_scoring(weakref.ref(self)), name="datasets").start()
        return self._listed()

    def wait(self) -> int | None:
        """Wait until all scores are known; for use from Python."""
        return None if self._job is None else self._job.wait()

    def _matching(self) -> list[folders.Glance]:
        return [row for row in self._all if self._sought in row.name.casefold()]

    def _listed(self) -> dict[str, Any]:
        rows = self._matching()
        known = {
            "folder": str(self.folder.resolve()),
            "total": len(self._all),
            "matching": len(rows),
            "sought": self._sought,
            "waiting": sum(_waits(row) for row in self._all),
            "generate": _generator() is not None,
        }
        return {"rows": [shown(row, self.folder) for row in rows[:PAGE]], "known": known}

    def _next(self) -> folders.Glance | None:
        """Return the next dataset without scores; where there is none, the work ends, and `read` may start it again."""
        with self._lock:
            row = next((row for row in self._all if _waits(row)), None)
            self._scoring = row is not None
            return row

    def _learn(self, learned: folders.Glance) -> None:
        """Take in scores that were worked out, unless the dataset has changed since."""
        with self._lock:
            same = (learned.path, learned.version)
            self._all = [learned if (row.path, row.version) == same else row for row in self._all]

    def _tell(self) -> None:
        with self._lock:
            self.publish(**self._listed())

    def to_html(self) -> Html:
        """Return the list as static HTML, escaped and without script, and the page that is open."""
        listed = page(self.rows, self.known)
        return listed if self._page is None else render.join(listed, self._page.to_html())

    def __repr__(self) -> str:
        opened = f", {Path(self.opened['name']).stem} open" if self.opened else ""
        return f"Home({render.plural(len(self._all), 'dataset')}{opened})"


def _waits(row: folders.Glance) -> bool:
    return row.scores is None and not row.problem and row.version > 0


def _scoring(home: weakref.ref[Home]) -> Callable[[Control], int]:
    """Return work that scores dataset after dataset and holds the widget loosely: one that is gone ends it."""

    def work(control: Control) -> int:
        done = 0
        while (shown_ := home()) is not None:
            row = shown_._next()
            if row is not None:
                shown_._learn(folders.scored(row))
                done += 1
            if row is None or done % HANDFUL == 1:
                shown_._tell()
            if row is None:
                break
            del shown_
        return done

    return work


def _talked_about(path: Path) -> bool:
    """Whether a dataset is still being talked about: it has a session of the generator and no record yet."""
    from rftkit.dataset import Dataset

    return (path / "generator").is_dir() and Dataset(path).version == 0


def _generator() -> Any:
    from rftkit import widgets

    return getattr(widgets, "DatasetGenerator", None)


def shown(row: folders.Glance, folder: Path) -> dict[str, Any]:
    """Return what is shown of a dataset.

    Parameters
    ----------
    row
        The dataset.
    folder
        The folder it lies in.

    Examples
    --------
    >>> shown(folders.Glance(Path("a.rft")), Path("."))["name"]
    'a'
    """
    scores = row.scores or {}
    return {
        "id": row.path.name,
        "name": row.name,
        "version": row.version,
        "when": row.when[:16].replace("T", " "),
        "step": row.step,
        **{name: scores.get(name) for name in folders.SCORES},
        "next_act": sentence(str(scores.get("next_act") or "")),
        "waits": _waits(row),
        "problem": sentence(row.problem.replace(f"{folder}{os.sep}", ""))[:300] if row.problem else "",
    }


def page(rows: list[dict[str, Any]], known: dict[str, Any]) -> Html:
    """Return the list as static HTML.

    Parameters
    ----------
    rows, known
        Traits of the widget.

    Examples
    --------
    >>> "add one" in page([], {"folder": "x", "total": 0})
    True
    """
    if not rows:
        return render.card("Datasets", render.notice(EMPTY), note=known.get("folder"))
    told = [
        {**row, "next_act": row["problem"] or row["next_act"], "ready": "yes" if row["ready"] else ""} for row in rows
    ]
    columns = {
        "name": "dataset",
        "records": "records",
        "topics": "topics",
        "balance": "balance",
        "target_fit": "target fit",
        "ready": "ready",
        "when": "last change (UTC)",
        "next_act": "next",
    }
    formats = {"balance": render.score, "target_fit": render.score}
    return render.card(
        "Datasets", render.table(told, columns, formats=formats, limit=PAGE, total=known["total"]), note=known["folder"]
    )
