"""Files into a dataset: look what they are, overrule it, import, see what became of every line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import traitlets

from rftkit import formats, render
from rftkit.acts import reading
from rftkit.errors import InputError
from rftkit.formats.preview import MOST, FilePreview, Preview
from rftkit.widgets._base import act
from rftkit.widgets._sentences import sentence
from rftkit.widgets._talk import talk
from rftkit.widgets._uploads import LIMIT, Uploads
from rftkit.widgets._work import Working

if TYPE_CHECKING:
    from rftkit.jobs import Job
    from rftkit.render import Html

EMPTY = "Name a file, a folder or a pattern, and look what is in it; nothing is imported before you say so."
#: Fields that a column can be named for.
FIELDS = ("messages", "input", "answer", "output", "system", "tools", "id")
ACCOUNT = {
    "read": "read",
    "added": "added",
    "duplicates_skipped": "imported before",
    "blank": "blank",
    "folded": "folded",
    "unreadable": "unreadable",
}
_SHOWN = 12
_LOST = 20
_LONG = 240
_USUAL: dict[str, Any] = {"format": None, "mapping": {}, "mixed": False, "fold": True, "replace": False}


class ImportPanel(Working, bundle_name="import_panel"):
    r"""Bring files into a dataset.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`; its folder is made by the first import.
    source
        A file, folder or pattern to look at first.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> from pathlib import Path
    >>> file = Path(tempfile.mkdtemp()) / "faq.csv"
    >>> _ = file.write_text("question,answer\n3 x 4?,12\n")
    >>> panel = ImportPanel(rftkit.open(file.with_name("faq.rft")), str(file))
    >>> panel
    ImportPanel(faq.csv: input-answer)
    >>> panel.start(); panel.wait().added
    1
    """

    kind = "import"

    found = traitlets.Dict(
        default_value=None,
        allow_none=True,
        help="What the source would be read as: files, format, mapping, first prompts; written by Python.",
    ).tag(sync=True)
    options = traitlets.Dict(help="source, format, mapping, mixed, fold, replace; written by Python.").tag(sync=True)
    known = traitlets.Dict(help="Formats and fields there are, size limit, records there; written by Python.").tag(
        sync=True
    )
    account = traitlets.Dict(
        default_value=None, allow_none=True, help="What the last import did with every line; written by Python."
    ).tag(sync=True)
    python = traitlets.Unicode("", help="The line that does the same; written by Python.").tag(sync=True)

    def __init__(self, dataset: Any, source: str | Path = "") -> None:
        self._options: dict[str, Any] = {"source": "", **_USUAL}
        self._told: list[str] = []
        self._uploads = Uploads(Path(dataset.path) / "uploads")
        super().__init__(dataset)
        if source:
            self.look(str(source))

    # -- before --------------------------------------------------------------------------------------------------

    @act
    def look(self, source: str = "") -> None:
        """See what a source would be read as; nothing is imported.

        Parameters
        ----------
        source
            A file, a folder, a pattern, as the kernel sees it; nothing puts what was looked at away.
        """
        named = source.strip()
        fresh = named != self._options["source"]
        wanted = {**self._options, **({"format": None, "mapping": {}} if fresh else {}), "source": named}
        self._look(wanted)

    @act
    def choose(self, **options: Any) -> None:
        """Overrule what was detected, or how it is imported.

        Parameters
        ----------
        **options
            format (None detects), mapping (field to column), mixed, fold, replace, as `Dataset.import_` takes them.
        """
        unknown = [name for name in options if name not in _USUAL]
        if unknown:
            raise InputError(f"{unknown[0]!r} cannot be chosen; choose {', '.join(_USUAL)}")
        given = {**options}
        if "mapping" in given:
            given["mapping"] = {str(name): str(column) for name, column in (given["mapping"] or {}).items() if column}
        if "format" in given:
            given["format"] = given["format"] or None
        self._look({**self._options, **given})

    def _look(self, wanted: dict[str, Any]) -> None:
        found = None
        if wanted["source"]:
            how = {name: wanted[name] for name in ("format", "mapping", "mixed")}
            found = shown_preview(formats.preview(wanted["source"], **how))
        self._options = wanted
        self.publish(found=found, options=dict(wanted), python=_line(wanted))

    # -- a file from the browser ---------------------------------------------------------------------------------

    @act
    def upload_begin(self, name: str, size: int) -> str:
        """Expect a file from the browser; it goes to ``uploads/`` of the dataset.

        Parameters
        ----------
        name, size
            Of the file.
        """
        return self._uploads.begin(name, size)

    @act
    def upload_add(self, token: str, offset: int, data: str) -> int:
        """Take a piece of it.

        Parameters
        ----------
        token
            What `upload_begin` gave.
        offset
            Where the piece begins.
        data
            The bytes in base 64.
        """
        return self._uploads.add(token, offset, data)

    @act
    def upload_end(self, token: str) -> str:
        """Keep the file and look what is in it.

        Parameters
        ----------
        token
            What `upload_begin` gave.
        """
        path = str(self._uploads.end(token))
        self.look(path)
        return path

    # -- the import ----------------------------------------------------------------------------------------------

    @act
    def start(self) -> None:
        """Import what was looked at; the notebook stays usable."""
        options = dict(self._options)
        source = options.pop("source")
        if not source:
            raise InputError("nothing was looked at yet; name a file, a folder or a pattern first")
        self._start(lambda: self.dataset.import_job(source, **options))

    def _result(self, name: str, report: Any) -> tuple[str, str]:
        self._told = [_here(text) for text in report.details.get("sentences", ())]
        if not report.added and not self._options["replace"]:
            return "", ""
        return f"Imported {render.plural(report.added, 'record')}.", _line(self._options)

    def _finished(self, job: Job[Any]) -> None:
        super()._finished(job)
        report = job.result
        if report is not None and not report.added and job.error is None:
            told = f"Nothing new: {render.plural(report.duplicates_skipped, 'row')} came with an earlier import."
            self.publish(
                done={"sentence": told, "python": _line(self._options), "undo": False},
                account=_account(report.to_dict(), "", self._told),
            )

    @act
    def unreadable(self, offset: int = 0, limit: int = _LOST) -> dict[str, Any]:
        """Return lines that could not be read, with their reasons; they are kept with their bytes.

        Parameters
        ----------
        offset, limit
            Which of them.
        """
        return _lost(reading.unreadable(self.dataset), offset, limit)

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        lines = [line for line in self.dataset.store.lineage(self.dataset.line) if line.step == "import"]
        last = lines[-1] if lines else None
        told = None
        if last is not None:
            told = _account(last.counts, last.when[:16].replace("T", " "), self._told)
            told["lost"] = self.unreadable() if told["unreadable"] else None
        return {
            "known": {
                "formats": [{"name": info.name, "text": info.description} for info in formats.FORMATS.values()],
                "fields": list(FIELDS),
                "limit": LIMIT,
                "records": len(self.dataset),
                "name": self.dataset.name,
            },
            "options": dict(self._options),
            "account": told,
            "python": _line(self._options),
            "done": self._undo.told(),
        }

    def to_html(self) -> Html:
        """Return what was found and what was imported as static HTML, escaped and without script."""
        return page(self.found, self.account, self.python)

    def __repr__(self) -> str:
        if self.found is None:
            return f"ImportPanel({render.plural(self.known.get('records', 0), 'record')} there)"
        first = self.found["files"][0]
        more = f" and {self.found['count'] - 1:,} more" if self.found["count"] > 1 else ""
        return f"ImportPanel({first['name']}{more}: {first['format'] or 'not understood'})"


def _line(options: Mapping[str, Any]) -> str:
    given = [repr(options["source"])] if options["source"] else []
    given += [f"{name}={options[name]!r}" for name, usual in _USUAL.items() if options[name] != usual]
    return f"ds.import_({', '.join(given)})"


def _account(counts: Mapping[str, Any], when: str, told: list[str]) -> dict[str, Any]:
    return {**{name: int(counts.get(name, 0)) for name in ACCOUNT}, "when": when, "sentences": told, "lost": None}


def _lost(lines: pl.DataFrame, offset: int, limit: int) -> dict[str, Any]:
    some = lines.slice(max(0, offset), min(limit, 200))
    rows = [
        {
            "file": row["file"] or "",
            "line": row["line"],
            "reason": sentence(str(row["reason"])),
            "text": bytes(row["raw"] or b"")[:_LONG].decode("utf-8", "replace"),
        }
        for row in some.iter_rows(named=True)
    ]
    return {"total": lines.height, "offset": max(0, offset), "rows": rows}


def shown_preview(found: Preview) -> dict[str, Any]:
    """Return what the browser needs of a preview.

    Parameters
    ----------
    found
        What `rftkit.formats.preview` gives.

    Examples
    --------
    >>> shown_preview(Preview((), 0, 0))["files"]
    []
    """
    # files that cannot be read come first: they are what one has to look at
    ordered = sorted(found.files, key=lambda file: file.detection is not None)
    columns = dict.fromkeys(column for file in found.files for column in file.columns)
    return {
        "count": found.count,
        "size": render.size(found.bytes),
        "looked": len(found.files),
        "most": MOST,
        "readable": found.readable,
        "columns": [column for column in columns if len(column) <= _LONG][:100],
        "files": [_file(file) for file in ordered[:_SHOWN]],
    }


def _file(file: FilePreview) -> dict[str, Any]:
    found = file.detection
    prompts = [_short(talk(messages[-4:])) for messages in file.prompts[:1]]
    return {
        "name": Path(file.file).name,
        "path": file.file,
        "size": render.size(file.bytes),
        "format": found.format if found else "",
        "container": found.container if found else "",
        "why": sentence(found.why) if found else "",
        "confidence": found.confidence if found else None,
        "mapping": dict(found.mapping) if found else {},
        "error": _said(file.error),
        "prompt": prompts[0] if prompts else [],
    }


def _here(text: str) -> str:
    """Return what an import says, with what to do in the panel in the place of what to type in a terminal."""
    return sentence(
        text.replace("read them with --mixed", "tick \u201cAlso read rows of another shape\u201d to read them")
    )


def _said(error: str) -> str:
    """Return why a file is not read; what a terminal would be told to type is below in the panel."""
    reason, typed, _ = error.partition("; say which field is what with --map")
    return sentence(f"{reason}; say below which field is what, or choose the format" if typed else reason)


def _short(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Cut what is long: it is shown so that one can see that the right field was taken."""
    for turn in turns:
        turn["text"] = turn["text"][: 3 * _LONG]
        turn["calls"] = [{name: text[:_LONG] for name, text in call.items()} for call in turn["calls"][:4]]
    return turns


def page(found: dict[str, Any] | None, account: dict[str, Any] | None, python: str) -> Html:
    """Return the static twin of the panel.

    Parameters
    ----------
    found, account, python
        The traits of the panel.

    Examples
    --------
    >>> "Name a file" in page(None, None, "ds.import_()")
    True
    """
    parts = [] if found or account else [render.notice(EMPTY)]
    if found:
        rows = [{**file, "mapping": _mapping(file), "why": file["error"] or file["why"]} for file in found["files"]]
        parts.append(
            render.table(rows, {"name": "file", "size": "size", "format": "format", "mapping": "mapping", "why": "why"})
        )
    if account:
        parts += [render.head("The last import"), render.facts({text: account[name] for name, text in ACCOUNT.items()})]
    if account and account["lost"]:
        parts.append(render.table(account["lost"]["rows"], ["file", "line", "reason"], total=account["lost"]["total"]))
    return render.card("Import", *parts, render.tag("code", python))


def _mapping(file: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} \N{LEFTWARDS ARROW} {column}" for name, column in file["mapping"].items())
