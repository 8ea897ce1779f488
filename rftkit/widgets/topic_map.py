"""Every record as a dot: near is alike. Coloured, named, selected with a lasso, assigned to another topic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import traitlets

from rftkit import render
from rftkit.acts import browsing, mapping, picking, reading
from rftkit.errors import InputError
from rftkit.jobs import Job
from rftkit.widgets import _map_points as dots
from rftkit.widgets._base import Binary, act
from rftkit.widgets._map_page import TONES, page
from rftkit.widgets._sentences import listed, many
from rftkit.widgets._shown_records import shown_record
from rftkit.widgets._topics_found import found_topics
from rftkit.widgets._work import Working

if TYPE_CHECKING:
    from rftkit.jobs import Control
    from rftkit.render import Html

#: Dots that are shown at most.
MOST = 50_000
_SHOWN_TEXT = 160


class TopicMap(Working, bundle_name="topic_map"):
    """The map of a dataset: every record a dot, near is alike.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    by
        What the colours mean first: topic, confidence, valid or generated.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> ds = rftkit.open(tempfile.mkdtemp() + "/a.rft")
    >>> told = ds.import_([{"id": "a", "messages": [{"role": "user", "content": "My card is lost"}]}])
    >>> chart = TopicMap(ds)
    >>> chart.draw(); chart.wait() is not None
    True
    >>> chart.lasso([(0, 0), (1, 0), (1, 1), (0, 1)])
    >>> chart.selected, chart
    (['a'], TopicMap(1 of 1 record, PCA, 1 selected))
    """

    kind = "map"

    drawn = traitlets.Dict(
        default_value=None,
        allow_none=True,
        help="What is shown: number (rises when places change), method, how many, names of topics; written by Python.",
    ).tag(sync=True)
    total = traitlets.Int(0, help="Records of the dataset; written by Python.").tag(sync=True)
    legend = traitlets.Dict(help="What the colours mean, group by group; written by Python.").tag(sync=True)
    selection = traitlets.Dict(help="How many are selected, of which topics; written by Python.").tag(sync=True)
    tones = traitlets.Dict(help="Light and dark colour of each tone; written by Python.").tag(sync=True)

    def __init__(self, dataset: Any, by: str = "topic") -> None:
        self._by, self._level = by, 1
        self._ids = pl.Series("id", [], dtype=pl.String)
        self._places = np.zeros((0, 2), np.float32)
        self._codes = np.zeros(0, np.uint8)
        self._marked = np.zeros(0, dtype=bool)
        self._method, self._number, self._picked = "", 0, 0
        self._linked: list[Any] = []
        if by not in dots.COLOURS:
            raise InputError(f"by is {by!r}; give one of {', '.join(dots.COLOURS)}")
        super().__init__(dataset)

    # -- the places ----------------------------------------------------------------------------------------------

    @act
    def draw(self) -> None:
        """Draw the map: as UMAP where that was made before, else as PCA, which is there as soon as texts are embedded."""
        if not reading.labels(self.dataset).height:
            raise InputError(
                f'there are no records to draw; import some with: rftkit import "{self.dataset.path}" FILE'
            )

        def work(control: Control) -> Any:
            return mapping.best(self.dataset, limit=MOST, invalid=True, control=control)

        self._start(lambda: Job(work, name="draw").start())

    @act
    def improve(self) -> None:
        """Make the UMAP in the background, which shows groups better; it replaces the PCA when it is ready."""
        self._start(lambda: self.dataset.map_job("umap", limit=MOST, invalid=True))

    def _result(self, name: str, result: Any) -> tuple[str, str]:
        method, frame = result if name == "draw" else ("umap", result)
        kept = set(self.selected)
        self._ids, self._places, self._method = frame["id"], dots.squared(frame["x"], frame["y"]), method
        self._marked = frame["id"].is_in(list(kept)).to_numpy()
        self._number += 1
        return "", ""

    @act
    def points(self) -> Binary:
        """Return all places, and the group of each, as they are."""
        value = {"number": self._number, "count": len(self._ids)}
        return Binary(value, [dots.packed(self._places), self._codes.tobytes()])

    @act
    def marked(self) -> Binary:
        """Return which dots are selected, one byte each."""
        return Binary({"number": self._number}, [self._marked.astype(np.uint8).tobytes()])

    @act
    def colour_by(self, by: str = "topic", level: int = 1) -> None:
        """Let the colours mean something else.

        Parameters
        ----------
        by
            topic, confidence, valid or generated.
        level
            Of the tree, for topics.
        """
        if by not in dots.COLOURS:
            raise InputError(f"by is {by!r}; give one of {', '.join(dots.COLOURS)}")
        self._by, self._level = by, max(1, level)
        self.refresh()

    # -- the selection -------------------------------------------------------------------------------------------

    @property
    def selected(self) -> list[str]:
        """Ids of the selected records."""
        return [str(id_) for id_ in self._ids.filter(pl.Series(self._marked))]

    @act
    def lasso(self, polygon: Sequence[Sequence[float]], mode: str = "only") -> None:
        """Select the dots inside a polygon.

        Parameters
        ----------
        polygon
            Corners, x and y from 0 to 1 from the upper left.
        mode
            only, add or remove.
        """
        self._select(dots.inside(self._places, polygon), mode)

    @act
    def select_group(self, path: str, mode: str = "only") -> None:
        """Select all dots of one colour.

        Parameters
        ----------
        path
            Of a group of the legend: a topic, or the name of what the colour means.
        mode
            only, add or remove.
        """
        known = [group["path"] for group in self.legend.get("groups", ())]
        if path not in known:
            raise InputError(f"no colour of the map means {path!r}; there are {', '.join(filter(None, known))}")
        self._select(self._codes == known.index(path), mode)

    @act
    def select_none(self) -> None:
        """Select nothing."""
        self._select(np.zeros(len(self._ids), dtype=bool), "only")

    def _select(self, named: Any, mode: str) -> None:
        if mode not in ("only", "add", "remove"):
            raise InputError(f"mode is {mode!r}; give only, add or remove")
        kept = {"only": named, "add": self._marked | named, "remove": self._marked & ~named}
        self._marked = kept[mode]
        self._picked += 1
        self.publish(selection=self._selection())
        self._tell_linked()

    def select_topic(self, path: str) -> None:
        """Select all dots of a topic and of those below it.

        Parameters
        ----------
        path
            Of the topic.
        """
        topics = self._told(reading.labels(self.dataset))["topic"]
        inside = (topics == path) | topics.str.starts_with(f"{path}/")
        self._select(inside.fill_null(value=False).to_numpy(), "only")

    def link(self, shown: Any) -> None:
        """Let another widget of this kernel show what is selected here, and show here the records of its topics.

        Parameters
        ----------
        shown
            A `RecordBrowser`, a `TopicEditor`, or anything with `show_only(ids)`.
        """
        if not callable(getattr(shown, "show_only", None)):
            raise InputError(f"{type(shown).__name__} cannot show a selection; link a RecordBrowser or a TopicEditor")
        self._linked.append(shown)
        if callable(getattr(shown, "on_records", None)):
            shown.on_records(self.select_topic)
        if self._marked.any():
            shown.show_only(self.selected)

    def unlink(self, shown: Any) -> None:
        """Tell a widget no longer what is selected here.

        Parameters
        ----------
        shown
            One that was linked.
        """
        self._linked = [one for one in self._linked if one is not shown]
        shown.show_only(None)
        if callable(getattr(shown, "on_records", None)):
            shown.on_records(None)

    def _tell_linked(self) -> None:
        for shown in self._linked:
            shown.show_only(self.selected if self._marked.any() else None)

    # -- acts ----------------------------------------------------------------------------------------------------

    @act
    def assign(self, topic: str | None) -> None:
        """Assign the selected records to a topic by hand; no run overwrites it.

        Parameters
        ----------
        topic
            Its path; None or "" leaves them unassigned, by hand too.
        """
        ids = self.selected
        if not ids:
            raise InputError("nothing is selected; draw a lasso, or choose a colour of the legend")
        tree = reading.tree(self.dataset)
        path = tree.path(tree.find(topic).id) if topic else None
        told = f"Assigned {many(ids)} to {path}." if path else f"Left {many(ids)} unassigned."
        with self._undo.step(told, f"ds.assign({listed(ids)}, {path!r})"):
            self.dataset.assign(ids, path)
        self.refresh()
        self.publish(done=self._undo.told())

    @act
    def find_topics(self, text: str = "") -> list[str]:
        """Return topics with these words in their path.

        Parameters
        ----------
        text
            Words, in any case.
        """
        return found_topics(reading.tree(self.dataset), text)

    @act
    def peek(self, at: int) -> dict[str, Any]:
        """Return what a dot is: id, beginning of its text, topic and how sure.

        Parameters
        ----------
        at
            Its number among the dots, from 0.
        """
        row = browsing.page(self.dataset, np.array([self._place(at)])).row(0, named=True)
        told = {name: row[name] for name in ("id", "valid", "generated")}
        text = " ".join((row["text"] or "").split())[:_SHOWN_TEXT]
        return {**told, "text": text, "topic": row["topic"] or "", "confidence": row["topic_confidence"]}

    @act
    def open_record(self, at: int) -> dict[str, Any]:
        """Return the record of a dot.

        Parameters
        ----------
        at
            Its number among the dots, from 0.
        """
        self._place(at)
        return shown_record(browsing.whole(self.dataset, str(self._ids[at])))

    def _place(self, at: int) -> int:
        if not 0 <= at < len(self._ids):
            raise InputError(f"there is no dot {at}; there are {len(self._ids)}, counted from 0")
        found = np.flatnonzero((reading.labels(self.dataset)["id"] == self._ids[at]).to_numpy())
        if not found.size:
            raise InputError(f"the record {self._ids[at]} is no longer there; draw the map again")
        return int(found[0])

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        said = reading.labels(self.dataset)
        self._forget_gone(said)
        frame = self._told(said)
        self._codes, groups = dots.grouped(frame, self._by, self._level)
        levels = reading.tree(self.dataset).depth
        return {
            "total": said.height,
            "drawn": self._drawn(said, frame) if self._number else None,
            "legend": {"by": self._by, "level": self._level, "levels": levels, "groups": groups},
            "selection": self._selection(frame),
            "tones": {name: list(pair) for name, pair in TONES.items()},
            "done": self._undo.told(),
        }

    def _forget_gone(self, said: pl.DataFrame) -> None:
        there = self._ids.is_in(said["id"].implode()).to_numpy() if len(self._ids) else np.zeros(0, dtype=bool)
        if not there.all():
            self._ids, self._places = self._ids.filter(pl.Series(there)), self._places[there]
            self._marked = self._marked[there]
            self._number += 1

    def _told(self, said: pl.DataFrame) -> pl.DataFrame:
        """Return the labels of the dots, in their order."""
        names = ["id", "row", "topic", "topic_confidence", "topic_method", "valid"]
        frame = self._ids.to_frame().join(said.select(names), on="id", how="left", maintain_order="left")
        made = pl.Series("generated", [], dtype=pl.Boolean)
        if self._by == "generated" and frame.height:
            made = picking.places(self.dataset, frame["row"])["generated"]
        return frame.with_columns(made if made.len() else pl.lit(value=False).alias("generated"))

    def _drawn(self, said: pl.DataFrame, frame: pl.DataFrame) -> dict[str, Any]:
        shown, total = len(self._ids), said.height
        sampled = total > MOST
        fresh = 0 if sampled else total - shown
        some = f"{shown:,} of {render.plural(total, 'record')}, chosen at random; what is selected is of those"
        came = f"{render.plural(fresh, 'record')} came since and {'has' if fresh == 1 else 'have'} no place yet"
        return {
            "number": self._number,
            "version": self.seen_version,
            "method": self._method,
            "shown": shown,
            "said": some if sampled else render.plural(shown, "record"),
            "stale": f"{came}: draw again." if fresh > 0 else "",
            "python": self._python(sampled),
            "names": dots.names(self._places, frame["topic"], self._level) if self._by == "topic" else [],
        }

    def _python(self, sampled: bool) -> str:
        method = "" if self._method == "pca" else f"{self._method!r}, "
        return f"ds.map({method}invalid=True{f', limit={MOST}' if sampled else ''})"

    def _selection(self, frame: pl.DataFrame | None = None) -> dict[str, Any]:
        count = int(self._marked.sum())
        told = self._told(reading.labels(self.dataset)) if frame is None else frame
        topics = told.filter(pl.Series(self._marked))["topic"].fill_null(dots.UNASSIGNED).value_counts(sort=True)
        few = [{"topic": path, "count": number} for path, number in topics.head(6).iter_rows()]
        more = max(0, topics.height - 6)
        return {"count": count, "number": self._picked, "topics": few, "more": more}

    def to_html(self) -> Html:
        """Return the map as static HTML, escaped and without script."""
        return page(self.drawn, self.legend, self._places, self._codes.tolist(), self.total)

    def __repr__(self) -> str:
        if self.drawn is None:
            return f"TopicMap({render.plural(self.total, 'record')}, not drawn yet)"
        method = {"pca": "PCA", "umap": "UMAP"}[self.drawn["method"]]
        of = f"{render.count(self.drawn['shown'])} of {render.plural(self.total, 'record')}"
        return f"TopicMap({of}, {method}, {self.selection['count']} selected)"
