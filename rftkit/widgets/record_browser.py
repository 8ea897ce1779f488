"""All records of a dataset: found, sorted, opened, edited, deleted, assigned, handed on to generation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from threading import Thread
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import traitlets

from rftkit import render
from rftkit.acts import browsing, picking, rating, reading
from rftkit.errors import InputError
from rftkit.widgets._base import act
from rftkit.widgets._sentences import listed, many
from rftkit.widgets._shown_records import page, shown_record, shown_rows
from rftkit.widgets._talk import with_text
from rftkit.widgets._undo import Undo
from rftkit.widgets._watch import DatasetWidget

if TYPE_CHECKING:
    from rftkit.render import Html

#: Rows that are part of the saved page and of the first look, and most rows that are sent at once.
FIRST, MOST = 40, 500
#: More topics than this are typed and not chosen from a list.
TOPICS = 800
#: From so many records on, what is not needed for the first look is read after it.
LARGE = 50_000


class RecordBrowser(DatasetWidget, bundle_name="record_browser"):
    """All records of a dataset, however many: filtered, searched, sorted, opened, edited, deleted, assigned.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    on_generate
        Called with the ids of records that variations are wanted of.
    **wanted
        What to show first: as `choose` takes it.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> ds = rftkit.open(tempfile.mkdtemp() + "/a.rft")
    >>> told = ds.import_([{"id": "a", "messages": [{"role": "user", "content": "Where is my parcel?"}]}])
    >>> RecordBrowser(ds)
    RecordBrowser(1 of 1 record)
    """

    view = traitlets.Dict(
        help="total, matching, version, sort, filters and the first rows of what is shown; written by Python."
    ).tag(sync=True)
    offers = traitlets.Dict(help="What there is to filter by, with counts; written by Python.").tag(sync=True)
    selection = traitlets.Dict(help="How many records are selected; written by Python.").tag(sync=True)
    opened = traitlets.Unicode("", help="Id of the record that is open; written by Python.").tag(sync=True)
    done = traitlets.Dict(
        default_value=None,
        allow_none=True,
        help="`sentence` and `python` of what was done last here, and whether it can be undone; written by Python.",
    ).tag(sync=True)
    generation = traitlets.Dict(
        default_value=None,
        allow_none=True,
        help="`ids` that variations are wanted of, and a `number` that rises; written by Python.",
    ).tag(sync=True)

    def __init__(
        self, dataset: Any, *, on_generate: Callable[[list[str]], object] | None = None, **wanted: Any
    ) -> None:
        self._wanted = browsing.wanted(wanted)
        self._only: frozenset[str] | None = None  # a selection that was made elsewhere
        self._order = np.empty(0, dtype=np.int64)
        self._selected = np.empty(0, dtype=np.int64)  # positions: they stay when a record is edited
        self._undo = Undo(dataset)
        self._whole: dict[str, Any] | None = None  # the record that is open
        self.on_generate = on_generate
        super().__init__(dataset)

    # -- what is shown -------------------------------------------------------------------------------------------

    @act
    def choose(self, **wanted: Any) -> None:
        """Show other records: what is not named here is shown whatever it is.

        Parameters
        ----------
        **wanted
            topic (with everything below it), unassigned, valid, code, band (high, medium, review), generated, split
            (train, validation, none), search.
        """
        order = {"sort": self._wanted.sort, "descending": self._wanted.descending}
        self._show(browsing.wanted({**order, **wanted}))

    def show_only(self, ids: Sequence[str] | None) -> None:
        """Show only these records, among those that match; what a selection made elsewhere is shown with.

        Parameters
        ----------
        ids
            The records; None shows all that match again.
        """
        self._only = None if ids is None else frozenset(ids)
        self._show(self._wanted)

    @act
    def show_all(self) -> None:
        """Show all that match again, not only a selection that was made elsewhere."""
        self.show_only(None)

    @act
    def sort_by(self, column: str = "position", descending: bool = False) -> None:
        """Show the records in another order.

        Parameters
        ----------
        column
            position, id, text, topic, confidence, valid, generated, stars, turns or split.
        descending
            From the largest to the smallest.
        """
        self._show(browsing.wanted({**asdict(self._wanted), "sort": column, "descending": descending}))

    def _show(self, wanted: browsing.Wanted) -> None:
        order = self._matching(wanted)  # may refuse; then nothing changes
        self._wanted, self._order = wanted, order
        self.publish(view=self._view())

    def _matching(self, wanted: browsing.Wanted) -> np.ndarray:
        order = browsing.matching(self.dataset, wanted)
        if self._only is None:
            return order
        named = self._labels["id"].is_in(list(self._only)).to_numpy()
        return np.asarray(order[named[order]])

    @act
    def rows(self, offset: int = 0, limit: int = 100) -> dict[str, Any]:
        """Return some of the records that match, in their order.

        Parameters
        ----------
        offset
            The first, from 0.
        limit
            How many, at most 500.
        """
        places = self._order[max(0, offset) : max(0, offset) + min(limit, MOST)]
        shown = shown_rows(browsing.page(self.dataset, places), self._marked(places))
        return {"offset": offset, "version": self.seen_version, "rows": shown}

    @act
    def stars(self, ids: Sequence[str]) -> dict[str, Any]:
        """Return the stars of records that have none stored, with their parts.

        Parameters
        ----------
        ids
            The records, at most 500.
        """
        return rating.rate(self.dataset, list(ids)[:MOST])

    @act
    def place_of(self, id: str) -> int:
        """Return where a record stands among those that match; -1 where it does not.

        Parameters
        ----------
        id
            The record.
        """
        named = (self._labels["id"] == id).to_numpy()  # compared where they lie: a million texts for numpy take 0.2 s
        found = np.flatnonzero(named[self._order])
        return int(found[0]) if found.size else -1

    @property
    def _labels(self) -> pl.DataFrame:
        return reading.labels(self.dataset)

    # -- the selection -------------------------------------------------------------------------------------------

    @property
    def selected(self) -> list[str]:
        """Ids of the selected records, in the order of the dataset."""
        chosen = np.isin(self._labels["position"].to_numpy(), self._selected)
        return self._labels["id"].filter(pl.Series(chosen)).to_list()

    @act
    def select(self, first: int, last: int | None = None, mode: str = "add") -> dict[str, Any]:
        """Select records by where they stand among those that match.

        Parameters
        ----------
        first, last
            The first and the last of them, from 0; one by default.
        mode
            add, remove or only.
        """
        if mode not in ("add", "remove", "only"):
            raise InputError(f"mode is {mode!r}; give add, remove or only")
        low, high = sorted((first, first if last is None else last))
        named = self._positions(self._order[max(0, low) : high + 1])
        if mode == "remove":
            return self._select(np.setdiff1d(self._selected, named))
        return self._select(np.union1d(self._selected, named) if mode == "add" else np.unique(named))

    @act
    def select_all(self) -> dict[str, Any]:
        """Select every record that matches."""
        return self._select(np.union1d(self._selected, self._positions(self._order)))

    @act
    def select_none(self) -> dict[str, Any]:
        """Select nothing."""
        return self._select(np.empty(0, dtype=np.int64))

    def _select(self, positions: np.ndarray) -> dict[str, Any]:
        self._selected = positions
        self.publish(selection=self._selection())
        return dict(self.selection)

    def _positions(self, places: np.ndarray) -> np.ndarray:
        return np.asarray(self._labels["position"].to_numpy()[places])

    def _marked(self, places: np.ndarray) -> list[bool]:
        return [bool(mark) for mark in np.isin(self._positions(places), self._selected)]

    # -- one record ----------------------------------------------------------------------------------------------

    @act
    def open_record(self, id: str) -> dict[str, Any]:
        """Open a record.

        Parameters
        ----------
        id
            The record.

        Returns
        -------
        dict
            The conversation and everything that is known about it.
        """
        self._whole = told = browsing.whole(self.dataset, id)
        self.publish(opened=id)
        return {**shown_record(told), "place": self.place_of(id)}

    @act
    def close_record(self) -> None:
        """Go back to the list."""
        self._whole = None
        self.publish(opened="")

    @act
    def edit_text(self, id: str, place: int, text: str) -> dict[str, Any]:
        """Change the text of one message; the record is judged again at once.

        Parameters
        ----------
        id
            The record.
        place
            Which message, from 0.
        text
            Its new text.
        """
        said = with_text(browsing.whole(self.dataset, id)["messages"], place, text)
        with self._undo.step(f"Edited {id}.", f"ds.edit({id!r}, messages=messages)"):
            self.dataset.edit(id, messages=said)
        self._after()
        return self.open_record(id)

    # -- several -------------------------------------------------------------------------------------------------

    @act
    def delete(self, ids: Sequence[str] | None = None) -> None:
        """Delete records; undo brings them back.

        Parameters
        ----------
        ids
            The records; the selected ones by default.
        """
        chosen = self._chosen(ids)
        with self._undo.step(f"Deleted {many(chosen)}.", f"ds.delete({listed(chosen)})"):
            self.dataset.delete(chosen)
        self._after()

    @act
    def assign(self, topic: str | None, ids: Sequence[str] | None = None) -> None:
        """Put records under a topic by hand.

        Parameters
        ----------
        topic
            Its path; None or "" leaves them unassigned.
        ids
            The records; the selected ones by default.
        """
        chosen = self._chosen(ids)
        where = f"to {topic}" if topic else "to no topic"
        with self._undo.step(f"Assigned {many(chosen)} {where}.", f"ds.assign({listed(chosen)}, {topic or None!r})"):
            self.dataset.assign(chosen, topic or None)
        self._after()

    @act
    def generate_from(self, ids: Sequence[str] | None = None) -> None:
        """Ask for variations of records: whoever shows this browser opens the generation for them.

        Parameters
        ----------
        ids
            The records; the selected ones by default.
        """
        chosen = self._chosen(ids)
        number = (self.generation or {"number": 0})["number"] + 1
        line = f"ds.generate(ds.plan(from_ids={listed(chosen)}))"
        told = {"sentence": f"Variations of {many(chosen)}: this line makes them.", "python": line, "undo": False}
        self.publish(
            generation={"ids": chosen[:1000], "count": len(chosen), "number": number},
            done=None if self.on_generate else told,
        )
        if self.on_generate is not None:
            self.on_generate(chosen)

    @act
    def undo(self) -> None:
        """Take back what was done last from here."""
        self._undo.back()
        self._after()

    def _chosen(self, ids: Sequence[str] | None) -> list[str]:
        chosen = self.selected if ids is None else list(ids)
        if not chosen:
            raise InputError("no record is selected; select some with space, or name their ids")
        return chosen

    def _after(self) -> None:
        self.refresh()
        self.publish(done=self._undo.told())

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        self._order = self._matching(self._wanted)
        if self._selected.size:
            there = picking.holds(self._labels["position"], pl.Series(self._selected))
            self._selected = self._selected[there.to_numpy()]
        gone = bool(self.opened) and not (self._labels["id"] == self.opened).any()
        self._whole = browsing.whole(self.dataset, self.opened) if self.opened and not gone else None
        return {
            "view": self._view(),
            "offers": self._offers() if self._labels.height <= LARGE else {},
            "selection": self._selection(),
            "opened": "" if gone else self.opened,
            "done": self._undo.told(),
        }

    @act
    def count_offers(self) -> None:
        """Count what there is to filter by; done by itself where there are not many records."""
        self.publish(offers=self._offers())

    def _offers(self) -> dict[str, Any]:
        offers = browsing.offers(self.dataset)
        return {**offers, "topics": offers["topics"][:TOPICS]}

    def _view(self) -> dict[str, Any]:
        places = self._order[:FIRST]
        return {
            **asdict(self._wanted),
            "version": self.seen_version,
            "total": self._labels.height,
            "matching": len(self._order),
            "only": None if self._only is None else len(self._only),
            "python": self._wanted.python() if self._only is None else "ds.records(ids)",
            "rows": shown_rows(browsing.page(self.dataset, places), self._marked(places)),
        }

    def _selection(self) -> dict[str, Any]:
        inside = np.isin(self._positions(self._order), self._selected).sum() if self._selected.size else 0
        return {"count": int(self._selected.size), "matching": int(inside)}

    def _repr_mimebundle_(self, **options: Any) -> Any:
        if self._labels.height > LARGE:  # so that the first sort or search does not have to
            Thread(target=browsing.peeks(self.dataset).read_all, args=(self.dataset,), daemon=True).start()
        return super()._repr_mimebundle_(**options)

    def to_html(self) -> Html:
        """Return the first records that match as static HTML, escaped and without script."""
        return page(self.view, self._whole)

    def __repr__(self) -> str:
        if not self.view:
            return "RecordBrowser(not read yet)"
        return f"RecordBrowser({render.count(self.view['matching'])} of {render.plural(self.view['total'], 'record')})"
