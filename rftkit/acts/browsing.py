"""What the record browser reads: which records match, in which order, and one page of them.

Matching and sorting look at the narrow labels alone; what is shown of a prompt is read for the page. For pages whose
records lie apart (sorted by confidence, found by a search) the beginnings of all prompts are read once and kept.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from rftkit import messages, schema
from rftkit.acts import picking, reading
from rftkit.acts.text_order import TextOrder
from rftkit.errors import InputError
from rftkit.topics.calibrate import HIGH, MEDIUM

if TYPE_CHECKING:
    from rftkit.acts.context import Context

#: Characters of the last user turn that a page shows.
TEXT = 200

#: Bands of the confidence of a topic.
BANDS = ("high", "medium", "review")

#: Column that a page can be sorted by -> what of a narrow row it is.
SORTS = ("position", "id", "text", "topic", "confidence", "valid", "generated", "stars", "turns", "split")
_NAMES = {"confidence": "topic_confidence", "stars": "quality"}
_PAGE = (
    *("row", "id", "valid", "errors", "warnings", "details", "topic", "topic_confidence", "topic_method"),
    *("quality", "split", "text", "turns", "generated"),
)


@dataclass(frozen=True)
class Wanted:
    """Which records, and in which order.

    Attributes
    ----------
    topic
        A topic with everything below it.
    unassigned
        Only those without a topic.
    valid
        True, False, or None for both.
    code
        An error or warning code.
    band
        high, medium or review: the confidence of the topic.
    generated
        True, False, or None for both.
    split
        train, validation, or none.
    search
        Text of any message, in any case.
    sort, descending
        One of `SORTS`.

    Examples
    --------
    >>> Wanted(topic="cards", valid=False).where()
    "(topic = 'cards' OR STARTS_WITH(topic, 'cards/')) AND NOT valid"
    """

    topic: str = ""
    unassigned: bool = False
    valid: bool | None = None
    code: str = ""
    band: str = ""
    generated: bool | None = None
    split: str = ""
    search: str = ""
    sort: str = "position"
    descending: bool = False

    def __post_init__(self) -> None:
        _one_of("sort", self.sort, SORTS)
        _one_of("band", self.band, ("", *BANDS))
        _one_of("split", self.split, ("", "train", "validation", "none"))
        _one_of("code", self.code, ("", *schema.ERROR_CODES, *schema.WARNING_CODES))

    def where(self) -> str:
        """Return the condition as SQL over the columns of `schema.FRAME`; empty where all match."""
        return " AND ".join(filter(None, (self._topic(), self._verdict(), self._band(), self._rest())))

    def _topic(self) -> str:
        below = f"(topic = {_text(self.topic)} OR STARTS_WITH(topic, {_text(self.topic + '/')}))" if self.topic else ""
        return " AND ".join(filter(None, (below, "topic IS NULL" if self.unassigned else "")))

    def _verdict(self) -> str:
        named = "errors" if self.code in schema.ERROR_CODES else "warnings"
        code = f"ARRAY_CONTAINS({named}, {_text(self.code)})" if self.code else ""
        return " AND ".join(filter(None, (_flag("valid", self.valid), code)))

    def _band(self) -> str:
        if not self.band:
            return ""
        limits = {
            "high": f"topic_confidence >= {HIGH}",
            "medium": f"topic_confidence >= {MEDIUM} AND topic_confidence < {HIGH}",
            "review": f"topic_confidence < {MEDIUM}",
        }
        return f"topic IS NOT NULL AND {limits[self.band]}"

    def _rest(self) -> str:
        split = "split IS NULL" if self.split == "none" else f"split = {_text(self.split)}" if self.split else ""
        return " AND ".join(filter(None, (_flag("generated", self.generated), split)))

    def python(self) -> str:
        """Return the line that gives the same records; their order is that of the dataset."""
        given = {"where": self.where(), "search": self.search}
        return f"ds.records({', '.join(f'{name}={value!r}' for name, value in given.items() if value)})"


def wanted(given: Mapping[str, Any]) -> Wanted:
    """Return which records, from names and values; None chooses whatever it is.

    Parameters
    ----------
    given
        Attributes of `Wanted`.

    Examples
    --------
    >>> wanted({"valid": False, "topic": None}).where()
    'NOT valid'
    """
    known = asdict(Wanted())
    unknown = [name for name in given if name not in known]
    if unknown:
        raise InputError(f"records cannot be chosen by {unknown[0]!r}; choose by {', '.join(known)}")
    return Wanted(**{name: known[name] if value is None else value for name, value in given.items()})


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise InputError(f"{name} is {value!r}; give one of {', '.join(one or 'nothing' for one in known)}")


def _flag(name: str, wanted: bool | None) -> str:
    return "" if wanted is None else name if wanted else f"NOT {name}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


# -- which, and in which order -----------------------------------------------------------------------------------


def matching(ds: Context, wanted: Wanted) -> np.ndarray:
    """Return the places in `reading.labels` of the records that match, in the order asked for.

    Parameters
    ----------
    ds
        The dataset.
    wanted
        Which, and how sorted.
    """
    said = reading.labels(ds)
    where = wanted.where()
    if not where and not wanted.search and wanted.sort == "position":
        found = np.arange(said.height)
        return found[::-1] if wanted.descending else found
    known = said.with_columns(_generated(ds, said)) if "generated" in (where, *where.split(), wanted.sort) else said
    known = known.with_row_index("place")
    if where:
        known = reading.filtered(known, where)
    if wanted.search:
        known = known.filter(pl.col("row").is_in(_hits(ds, wanted.search).implode()))
    return _sorted(ds, known, wanted)


def _generated(ds: Context, said: pl.DataFrame) -> pl.Series:
    return picking.places(ds, said["row"])["generated"]


def _hits(ds: Context, text: str) -> pl.Series:
    """Return the rows with a text in one of their messages, in any case."""
    low = text.lower()

    def look() -> tuple[str, pl.Series]:
        said = pl.element().struct.field("content").str.to_lowercase().str.contains(low, literal=True)
        scan = ds.store.scan("records", ds.line)
        hit = pl.col("messages").list.eval(said).list.any().fill_null(value=False)
        return low, scan.filter(hit).select("row").collect()["row"]

    return ds.remember(f"search {low}", ("records",), look)[1]


def _sorted(ds: Context, known: pl.DataFrame, wanted: Wanted) -> np.ndarray:
    name = _NAMES.get(wanted.sort, wanted.sort)
    if wanted.sort == "text":
        known = known.with_columns(text=peeks(ds).order(ds, known["row"]))
    elif wanted.sort == "turns":
        known = known.with_columns(peeks(ds).get(ds, known["row"])["turns"])
    if name == "position":
        ordered = known["place"].reverse() if wanted.descending else known["place"]
    else:
        # equal ones keep the order of the dataset, so that a page is the same whenever it is asked for
        ordered = known.select("place", by=name).sort(
            "by", descending=wanted.descending, nulls_last=True, maintain_order=True
        )["place"]
    return ordered.to_numpy().astype(np.int64)


# -- one page ----------------------------------------------------------------------------------------------------


def page(ds: Context, places: np.ndarray) -> pl.DataFrame:
    """Return what a page shows of the records at these places, in this order.

    Parameters
    ----------
    ds
        The dataset.
    places
        Some of what `matching` gives.
    """
    said = reading.labels(ds)[places]
    shown = peeks(ds).get(ds, said["row"])
    return said.with_columns(shown["text"], shown["turns"], _generated(ds, said)).select(_PAGE)


def peeks(ds: Context) -> Peeks:
    """Return what is kept of the beginnings of prompts, one for as long as the dataset is open."""
    return ds.remember("peeks", (), Peeks)


class Peeks:
    """The beginnings of prompts by row; `records` rows never change, so what was read stays right.

    Examples
    --------
    >>> Peeks().known.columns
    ['row', 'text', 'turns']
    """

    def __init__(self) -> None:
        self.known = pl.DataFrame(schema={"row": pl.Int64, "text": pl.String, "turns": pl.Int64})
        self._order = TextOrder()
        self._lock = threading.Lock()
        self._sorting = threading.Lock()

    def get(self, ds: Context, rows: pl.Series) -> pl.DataFrame:
        """Return row, text and turns of these rows, in their order.

        Parameters
        ----------
        ds
            The dataset.
        rows
            Row numbers of its records.
        """
        known = self._with(ds, rows)
        return known[picking.found(known["row"], rows)[0]] if rows.len() else known.clear()

    def order(self, ds: Context, rows: pl.Series) -> pl.Series:
        """Return the ranks of the texts of these rows, in any case; null where there is no text.

        Parameters
        ----------
        ds
            The dataset.
        rows
            Row numbers of its records.
        """
        with self._sorting:
            return self._order.ranks(self._with(ds, self._order.missing(rows)), rows)

    def _with(self, ds: Context, rows: pl.Series) -> pl.DataFrame:
        """Return what is known, these rows included."""
        missing = rows.filter(~picking.holds(self.known["row"], rows))
        if missing.len() and picking.near(ds, missing) is None:
            self.read_all(ds)
        elif missing.len():
            self._keep(picking.pick(ds, missing, _peek()))
        return self.known

    def read_all(self, ds: Context) -> None:
        """Read what is not known yet of all records, in one look through the table."""
        if self.known.height < picking.came(ds).height:
            self._keep(ds.store.scan("records", ds.line).select("row", *_peek()).collect())

    def _keep(self, read: pl.DataFrame) -> None:
        with self._lock:  # reading is done without it: a page must not wait until all is read
            fresh = read.filter(~picking.holds(self.known["row"], read["row"]))
            together = pl.concat([self.known, fresh.sort("row")], rechunk=True)
            self.known = together if together["row"].is_sorted() else together.sort("row")


def _peek() -> list[pl.Expr]:
    return [messages.last_user_text().str.head(TEXT).alias("text"), messages.turns().fill_null(0)]


def whole(ds: Context, id: str) -> dict[str, Any]:
    """Return one record as Python values: the columns of `schema.FRAME`, `messages` as chat messages.

    Parameters
    ----------
    ds
        The dataset.
    id
        The record.
    """
    found = reading.records(ds, [id])
    row = found.drop("messages").row(0, named=True)
    return {**row, "messages": next(iter(messages.unpack(found["messages"]))) or []}


def offers(ds: Context) -> dict[str, Any]:
    """Return what there is to filter by, with how many records have it.

    Returns
    -------
    dict
        topics, codes, splits: lists of name and count; bands, unassigned, invalid, generated.
    """
    said = reading.labels(ds)
    made = int(picking.places(ds, said["row"])["generated"].sum() or 0)
    codes = {**_counts(said["errors"].explode()), **_counts(said["warnings"].explode())}
    return {
        "topics": _by_topic(ds, said),
        "codes": [{"name": name, "count": codes[name]} for name in _known_codes() if name in codes],
        "splits": [{"name": name, "count": count} for name, count in _counts(said["split"]).items()],
        "bands": [{"name": name, "count": count} for name, count in _bands(said).items()],
        "unassigned": said["topic"].null_count(),
        "invalid": int((~said["valid"]).sum() or 0),
        "unchecked": said["valid"].null_count(),
        "generated": made,
    }


def _known_codes() -> tuple[str, ...]:
    return (*schema.ERROR_CODES, *schema.WARNING_CODES)


def _counts(values: pl.Series) -> Mapping[str, int]:
    return dict(values.drop_nulls().value_counts(sort=True).iter_rows())


def _bands(said: pl.DataFrame) -> dict[str, int]:
    known = said.select(pl.when(pl.col("topic").is_not_null()).then(pl.col("topic_confidence")).alias("it")).to_series()
    high, medium = int((known >= HIGH).sum() or 0), int((known >= MEDIUM).sum() or 0)
    return {"high": high, "medium": medium - high, "review": known.len() - known.null_count() - medium}


def _by_topic(ds: Context, said: pl.DataFrame) -> list[dict[str, Any]]:
    """Return the topics in the order of the tree; a topic counts what is below it too."""
    own = _counts(said["topic"])
    totals: dict[str, int] = {}
    for path, count in own.items():
        parts = path.split("/")
        for end in range(1, len(parts) + 1):
            above = "/".join(parts[:end])
            totals[above] = totals.get(above, 0) + count
    named = list(reading.tree(ds).paths().values())
    return [{"name": path, "count": totals.get(path, 0)} for path in dict.fromkeys([*named, *own])]
