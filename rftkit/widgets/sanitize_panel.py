"""What sanitizing found, by code, with advice; the records behind each code, and the way to run it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from rftkit import render
from rftkit.acts import browsing, checked
from rftkit.errors import InputError
from rftkit.jobs import Job
from rftkit.messages import load
from rftkit.sanitize import MAX_TOKENS, THRESHOLD
from rftkit.sanitize.verdict import options as check_options
from rftkit.widgets._base import act
from rftkit.widgets._later import Later
from rftkit.widgets._sentences import sentence
from rftkit.widgets._shown_records import shown_record, shown_rows
from rftkit.widgets._work import Working

if TYPE_CHECKING:
    from rftkit.render import Html

EMPTY = "No records yet: import some, then they can be checked."
NEVER = (
    "Nothing was checked yet: sanitize says which records are valid, and why the others are not. It deletes nothing."
)
#: Rows that are sent with a code; the rest comes page by page.
FIRST = 40
MOST = 500
#: Larger reports are written beside the notebook and not sent to the browser.
SENT = 4 << 20


class SanitizePanel(Working, bundle_name="sanitize_panel"):
    """Check the records of a dataset, see what was found, look at the records behind it.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> ds = rftkit.open(tempfile.mkdtemp() + "/a.rft")
    >>> told = ds.import_([{"id": "a", "messages": [{"role": "user", "content": " "}]}])
    >>> panel = SanitizePanel(ds)
    >>> panel.sanitize(); panel.wait()
    <SanitizeReport: 0 of 1 valid, empty_user_message 1>
    >>> panel
    SanitizePanel(0 of 1 record valid)
    """

    kind = "sanitize"

    report = traitlets.Dict(
        help="total, valid, invalid, unchecked, codes with meaning and advice, options; written by Python."
    ).tag(sync=True)
    curve = traitlets.Dict(
        default_value=None,
        allow_none=True,
        help="How many near duplicates each threshold would find, once asked for; written by Python.",
    ).tag(sync=True)
    listed = traitlets.Dict(
        default_value=None, allow_none=True, help="The code whose records are listed, and the first; written by Python."
    ).tag(sync=True)

    def __init__(self, dataset: Any) -> None:
        self._code = ""
        self._order = np.empty(0, dtype=np.int64)
        self._curve: Later[dict[str, Any] | None] = Later()
        super().__init__(dataset)

    # -- the check -----------------------------------------------------------------------------------------------

    @act
    def sanitize(
        self, max_tokens: int | None = None, near_duplicates: float | None = None, model: str | None = None
    ) -> None:
        """Check all records; only what is new or changed is computed, and Undo takes the verdicts back.

        Parameters
        ----------
        max_tokens, near_duplicates, model
            As `Dataset.sanitize` takes them; those of the last time by default.
        """
        last = self.dataset_options()
        given = {"max_tokens": max_tokens, "near_duplicates": near_duplicates, "model": model or None}
        wanted: dict[str, Any] = {name: last[name] if value is None else value for name, value in given.items()}
        if model == "":
            wanted["model"] = None
        check_options(wanted["max_tokens"], wanted["near_duplicates"])
        self._start(lambda: self.dataset.sanitize_job(**wanted))

    def dataset_options(self) -> dict[str, Any]:
        """Return the options of the last sanitize, or the defaults before the first."""
        usual = {"max_tokens": MAX_TOKENS, "near_duplicates": THRESHOLD, "model": None}
        return {**usual, **(self.report.get("options") or {})}

    def _result(self, name: str, report: Any) -> tuple[str, str]:
        if name == "sanitize":
            invalid = f"{render.plural(report.invalid, 'record')} invalid"
            text = f"Checked {render.plural(report.total, 'record')}: {render.count(report.valid)} valid, {invalid}."
            options = {"max_tokens": report.max_tokens, "near_duplicates": report.near_duplicates}
            return text, _python(options)
        return f"Took back the repairs of {render.plural(int(report), 'record')}.", "ds.undo_repairs(ids)"

    @act
    def draw_curve(self) -> None:
        """Count how many near duplicates each threshold would find, so that it can be moved without judging again."""
        self._curve.ask(self.dataset.near_curve, self._show_curve)

    def _show_curve(self, curve: dict[str, Any] | None, error: BaseException | None) -> None:
        if error is None:
            self.publish(curve=curve)
        else:
            self.error = f"The near duplicates could not be counted: {error}"

    # -- the records of a code -----------------------------------------------------------------------------------

    @act
    def show_code(self, code: str = "") -> None:
        """List the records that have a code.

        Parameters
        ----------
        code
            An error or a warning; nothing puts the list away.
        """
        order = browsing.matching(self.dataset, browsing.Wanted(code=code)) if code else np.empty(0, dtype=np.int64)
        self._code, self._order = code, order
        self.publish(listed=self._listed())

    @act
    def rows(self, offset: int = 0, limit: int = 100) -> dict[str, Any]:
        """Return some of the records that are listed.

        Parameters
        ----------
        offset
            The first, from 0.
        limit
            How many, at most 500.
        """
        places = self._order[max(0, offset) : max(0, offset) + min(limit, MOST)]
        return {"offset": offset, "rows": self._rows(places)}

    @act
    def open_record(self, id: str) -> dict[str, Any]:
        """Return one record with its findings and its conversation.

        Parameters
        ----------
        id
            The record.
        """
        return shown_record(browsing.whole(self.dataset, id))

    def _rows(self, places: np.ndarray) -> list[dict[str, Any]]:
        page = browsing.page(self.dataset, places)
        return [{**row, "why": _why(row, self._code)} for row in shown_rows_with_details(page)]

    def _listed(self) -> dict[str, Any] | None:
        if not self._code:
            return None
        where = browsing.Wanted(code=self._code).python()
        rows = self._rows(self._order[:FIRST])
        return {"code": self._code, "matching": len(self._order), "rows": rows, "python": where}

    # -- repairs and the report ----------------------------------------------------------------------------------

    @act
    def undo_repairs(self, ids: Sequence[str] | None = None) -> None:
        """Give repaired records back what stood in their file.

        Parameters
        ----------
        ids
            The records; all that were repaired by default.
        """
        chosen = list(ids) if ids is not None else self._repaired()
        if not chosen:
            raise InputError("no record was repaired, so there is nothing to take back")
        self._start(
            lambda: Job(lambda control: self.dataset.undo_repairs(chosen), name="undo repairs").start(), can_stop=False
        )

    def _repaired(self) -> list[str]:
        found = browsing.matching(self.dataset, browsing.Wanted(code="repaired"))
        return [str(one) for one in self.dataset.labels()["id"][found]]

    @act
    def save_report(self, path: str = "", format: str = "json") -> dict[str, Any]:
        """Write the report to a file beside the notebook.

        Parameters
        ----------
        path
            The file; by default named after the dataset, in the current folder.
        format
            json or csv, where no path is given.

        Returns
        -------
        dict
            `path` and `bytes`.
        """
        if format not in ("json", "csv"):
            raise InputError(f"format is {format!r}; give json or csv")
        named = path or f"{self.dataset.name}-sanitize-{self.dataset.version}.{format}"
        file = checked.save_report(self.dataset, named)
        size = file.stat().st_size
        told = f"Wrote {file} ({render.size(size)})."
        self.publish(done={"sentence": told, "python": f"ds.save_sanitize_report({named!r})", "undo": False})
        return {"path": str(file), "bytes": size}

    @act
    def report_text(self, format: str = "json") -> str:
        """Return the report as text, for a browser to keep as a file.

        Parameters
        ----------
        format
            json or csv.
        """
        text = checked.report_text(self.dataset, format)
        if len(text) > SENT:
            raise InputError(
                f"the report is {render.size(len(text))}, too much for a browser; save it as a file instead"
            )
        return text.decode()

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        if self._code:
            self._order = browsing.matching(self.dataset, browsing.Wanted(code=self._code))
        if self.curve is not None:
            self.draw_curve()
        return {
            "report": shown_report(checked.verdicts(self.dataset)),
            "listed": self._listed(),
            "done": self._undo.told(),
        }

    def to_html(self) -> Html:
        """Return what was found as static HTML, escaped and without script."""
        return page(self.report)

    def __repr__(self) -> str:
        if not self.report or not self.report["total"]:
            return "SanitizePanel(no records)"
        return f"SanitizePanel({render.count(self.report['valid'])} of {render.plural(self.report['total'], 'record')} valid)"


def shown_rows_with_details(page: Any) -> list[dict[str, Any]]:
    """Return rows of a table, with what is said of each code."""
    rows = shown_rows(page, [False] * page.height)
    return [{**row, "details": load(text) or {}} for row, text in zip(rows, page["details"], strict=True)]


def _why(row: dict[str, Any], code: str) -> str:
    details = row.pop("details")
    return sentence(str(details.get(code) or ""))


def shown_report(told: dict[str, Any]) -> dict[str, Any]:
    """Return what the browser needs of `rftkit.acts.checked.verdicts`.

    Parameters
    ----------
    told
        What it gives.

    Examples
    --------
    >>> told = {"total": 3, "valid": 0, "invalid": 0, "unchecked": 3, "codes": [], "options": None,
    ...         "last_sanitized": None}
    >>> shown_report(told)["stale"], shown_report(told)["python"]
    ('', 'ds.sanitize()')
    """
    keep = ("total", "valid", "invalid", "unchecked", "options")
    codes = [{**row, "meaning": sentence(row["meaning"]), "advice": sentence(row["advice"])} for row in told["codes"]]
    when = told["last_sanitized"]
    return {
        **{name: told[name] for name in keep},
        "codes": codes,
        "last": when[:16].replace("T", " ") if when else "",
        "stale": _stale(told),
        "python": _python(told["options"] or {}),
        "defaults": {"max_tokens": MAX_TOKENS, "near_duplicates": THRESHOLD},
    }


def _stale(told: dict[str, Any]) -> str:
    if told["options"] is None or not told["unchecked"]:
        return ""
    one = told["unchecked"] == 1
    return f"{render.plural(told['unchecked'], 'record')} came after the last check and {'is' if one else 'are'} not judged yet."


def _python(options: dict[str, Any]) -> str:
    usual = {"max_tokens": MAX_TOKENS, "near_duplicates": THRESHOLD, "model": None}
    given = ", ".join(f"{name}={value!r}" for name, value in options.items() if name in usual and value != usual[name])
    return f"ds.sanitize({given})"


def page(report: dict[str, Any]) -> Html:
    """Return the static twin of the panel.

    Parameters
    ----------
    report
        What `shown_report` gives.

    Examples
    --------
    >>> "No records yet" in page({})
    True
    """
    if not report or not report["total"]:
        return render.card("Sanitize", render.notice(EMPTY))
    if report["options"] is None:
        return render.card("Sanitize", render.notice(NEVER), render.tag("code", report["python"]))
    counts = {name: report[name] for name in ("total", "valid", "invalid")}
    stale = [render.notice(report["stale"], "near")] if report["stale"] else []
    errors = [row for row in report["codes"] if row["error"]]
    warned = [row for row in report["codes"] if not row["error"]]
    parts = [
        *_codes("Errors: these records are invalid", errors),
        *_codes("Warnings: these records stay valid", warned),
    ]
    clean = [] if report["codes"] else [render.notice("Nothing was found.", "ok")]
    python = render.tag("code", report["python"])
    return render.card(
        "Sanitize", render.facts(counts), *stale, *clean, *parts, python, note=f"checked {report['last']}"
    )


def _codes(title: str, rows: list[dict[str, Any]]) -> list[Html]:
    if not rows:
        return []
    shown = [
        {**row, "code": row["code"].replace("_", " "), "text": f"{row['meaning']} {row['advice']}".strip()}
        for row in rows
    ]
    columns = {"code": "code", "count": "records", "share": "share", "text": "what it means"}
    return [render.head(title), render.table(shown, columns, formats={"share": render.share}, limit=40)]
