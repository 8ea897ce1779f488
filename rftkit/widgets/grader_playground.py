"""Try a grader on real records: an answer that is stored, one of a model, or one that is typed; and known answers."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
import traitlets

from rftkit import render
from rftkit.acts import grading
from rftkit.errors import InputError, NotFoundError
from rftkit.grade import items, sample, sample_of
from rftkit.jobs import Job
from rftkit.messages import load
from rftkit.widgets._base import act
from rftkit.widgets._talk import talk
from rftkit.widgets._work import Working

if TYPE_CHECKING:
    from rftkit.grade import Graded, Grader
    from rftkit.render import Html

EMPTY = "No records yet: import some, then a grader can be tried on them."
NO_GRADER = "Choose a grader first; then any answer can be graded here."
#: Stored rollouts of a record that are offered, and characters of a text that reach the page.
ANSWERS, TEXT = 12, 4_000
LEVELS = ("perfect", "mediocre", "terrible")


class GraderPlayground(Working, bundle_name="grader_playground"):
    """Grade one answer at a time, and keep answers of known quality that the grader must order rightly.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    grader
        What is tried.
    record
        The id of the record that is shown first.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> ds = rftkit.open(tempfile.mkdtemp() + "/a.rft")
    >>> row = {"messages": [{"role": "user", "content": "6 times 7?"}], "reference_answer": "42"}
    >>> told = ds.import_([row])
    >>> playground = GraderPlayground(ds, rftkit.Grader.preset("numeric_answer"))
    >>> playground.grade("It is 42.")
    >>> playground.wait().reward
    1.0
    """

    kind = "playground"

    record = traitlets.Dict(
        default_value=None, allow_none=True, help="The record in view with its answers; written by Python."
    ).tag(sync=True)
    grader_name = traitlets.Unicode("", help="Name of what is tried, and the models it asks; written by Python.").tag(
        sync=True
    )
    asks = traitlets.Any([], help="Models that the grader asks; written by Python.").tag(sync=True)
    graded = traitlets.Dict(
        default_value=None, allow_none=True, help="The grade of the answer that was tried last; written by Python."
    ).tag(sync=True)
    cases = traitlets.Any([], help="Answers of known quality; written by Python.").tag(sync=True)
    checked = traitlets.Dict(
        default_value=None, allow_none=True, help="What the known answers got; written by Python."
    ).tag(sync=True)
    python = traitlets.Unicode("", help="The line that does the same; written by Python.").tag(sync=True)

    def __init__(self, dataset: Any, grader: Grader | None = None, *, record: str | None = None) -> None:
        self.grader = grader
        self._wanted = record
        self._ids = pl.Series(
            "id", [], dtype=pl.String
        )  # where they lie: a list of a million takes a tenth of a second
        self._read_version = -1
        self._row: pl.DataFrame | None = None
        self._cases: list[dict[str, Any]] = []
        self._tried: dict[str, Any] | None = None
        self._checked: dict[str, Any] | None = None
        super().__init__(dataset)

    def use(self, grader: Grader | None) -> None:
        """Try another grader from now on; what an older one said is put away.

        Parameters
        ----------
        grader
            What is tried.
        """
        same = grader is not None and self.grader is not None and grader == self.grader
        self.grader = grader
        self._tried = self._tried if same else None
        self._checked = self._checked if same else None
        self.refresh()

    # -- records -------------------------------------------------------------------------------------------------

    @act
    def go(self, step: int = 1) -> None:
        """Show the record so many places further, or back.

        Parameters
        ----------
        step
            1 is the next, -1 the one before.
        """
        if len(self._ids):
            at = self.record["at"] - 1 if self.record is not None else -1
            self._open(self._ids[(at + int(step)) % len(self._ids)])

    @act
    def any_record(self, seed: int | None = None) -> None:
        """Show a record drawn by chance.

        Parameters
        ----------
        seed
            The same seed draws the same.
        """
        if len(self._ids):
            self._open(self._ids[random.Random(seed).randrange(len(self._ids))])

    @act
    def open_record(self, id: str) -> None:
        """Show a record.

        Parameters
        ----------
        id
            Its id.
        """
        if self._place(id) is None:
            raise NotFoundError(f"there is no valid record {id!r}; copy its id from the record browser")
        self._open(id)

    def _place(self, id: str | None) -> int | None:
        found = (self._ids == id).arg_true() if id is not None else self._ids.head(0)
        return int(found[0]) if len(found) else None

    def _open(self, id: str) -> None:
        self._wanted, self._tried = id, None
        self.refresh()

    # -- grading -------------------------------------------------------------------------------------------------

    @act
    def grade(self, text: str = "", calls: str = "", approved: bool = False) -> None:
        """Grade an answer to the record in view.

        Parameters
        ----------
        text
            What the model said.
        calls
            Its tool calls as JSON, in OpenAI's shape; "" for none.
        approved
            Whether what judges cost is approved.
        """
        grader, row = self._known(), self._row
        if row is None:
            raise InputError(EMPTY)
        answer = sample(text, _calls(calls))
        pairs = ([answer], items(row))

        def work(control: Any) -> Graded:
            return grading.score(self.dataset, grader, *pairs, approved=approved, control=control).graded[0]

        self._start(lambda: Job(work, name="grade").start(), can_stop=False)

    @act
    def add_case(self, level: str, text: str, calls: str = "") -> None:
        """Keep an answer to the record in view as one of known quality.

        Parameters
        ----------
        level
            perfect, mediocre or terrible.
        text, calls
            The answer.
        """
        if level not in LEVELS:
            raise InputError(f"the quality is {level!r}; give {', '.join(LEVELS)}")
        if self.record is None:
            raise InputError(EMPTY)
        self._cases = [
            *self._cases,
            {"id": self.record["id"], "level": level, "output_text": text, "output_tools": _calls(calls)},
        ]
        self._checked = None
        self.refresh()

    @act
    def remove_case(self, at: int) -> None:
        """Take an answer of known quality out.

        Parameters
        ----------
        at
            Its place, from 0.
        """
        self._cases = [case for place, case in enumerate(self._cases) if place != int(at)]
        self._checked = None
        self.refresh()

    @act
    def check_cases(self, approved: bool = False) -> None:
        """See whether the answers of known quality get what they should.

        Parameters
        ----------
        approved
            Whether what judges cost is approved.
        """
        grader, known = self._known(), list(self._cases)
        if not known:
            raise InputError("there are no answers of known quality yet; keep some first")
        self._start(
            lambda: Job(
                lambda control: self.dataset.known_answers(grader, known, approved=approved), name="cases"
            ).start(),
            can_stop=False,
        )

    def _known(self) -> Grader:
        if self.grader is None:
            raise InputError(NO_GRADER)
        return self.grader

    def _result(self, name: str, report: Any) -> tuple[str, str]:
        if name == "cases":
            self._checked = report.to_dict()
        else:
            self._tried = shown_grade(report)
        return "", ""

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the record and the grader as they are now."""
        if self._read_version != self.dataset.version:
            self._ids, self._read_version = _valid_ids(self.dataset), self.dataset.version
        at = self._place(self._wanted) or 0
        self._row = self.dataset.records([self._ids[at]]) if len(self._ids) else None
        return {
            "record": None if self._row is None else self._shown(self._row, at),
            "grader_name": "" if self.grader is None else self.grader.name,
            "asks": [] if self.grader is None else self.grader.models,
            "graded": self._tried,
            "cases": [{**case, "output_text": case["output_text"][:200]} for case in self._cases],
            "checked": self._checked,
            "python": "grader.grade([rftkit.grade.sample(text)], rftkit.grade.items(ds.records([id])))",
            "done": self._undo.told(),
        }

    def _shown(self, row: pl.DataFrame, at: int) -> dict[str, Any]:
        item = items(row)[0]
        fields = {name: value for name, value in item.items() if name not in ("messages", "tools")}
        messages = row["messages"].to_list()[0]
        return {
            "id": row["id"][0],
            "at": at + 1,
            "of": len(self._ids),
            "talk": talk(messages),
            "fields": [{"name": name, "value": _cut(value)} for name, value in fields.items()],
            "answers": self._answers(row),
        }

    def _answers(self, row: pl.DataFrame) -> list[dict[str, Any]]:
        """Return the answers there are: the stored output, and what models said in dry runs."""
        stored = sample_of(row["output"][0])
        found = [] if stored is None else [_answer("stored output", stored["output_text"], stored["output_tools"])]
        if "rollouts" not in self.dataset.line.tables:
            return found
        said = self.dataset.rollouts().filter(pl.col("id") == row["id"][0], pl.col("error").is_null())
        for one in said.head(ANSWERS).to_dicts():
            name = f"{one['model']}, answer {one['sample'] + 1}"
            found.append(_answer(name, one["output_text"], load(one["output_tools"]) or []))
        return found

    def to_html(self) -> Html:
        """Return the record and the last grade as static HTML, escaped and without script."""
        if self.record is None:
            return render.card("Playground", render.notice(EMPTY))
        facts = {row["name"]: row["value"] for row in self.record["fields"]}
        told = [] if self.graded is None else [render.head("Grade"), render.facts(flat(self.graded))]
        return render.card("Playground", render.facts({"record": self.record["id"], **facts}), *told)

    def __repr__(self) -> str:
        if self.record is None:
            return "GraderPlayground(no records)"
        name = self.grader_name or "no grader"
        return f"GraderPlayground({name}, record {self.record['at']:,} of {self.record['of']:,})"


def _valid_ids(dataset: Any) -> pl.Series:
    labels = dataset.labels()
    ids: pl.Series = labels["id"].filter(labels["valid"].fill_null(value=True))
    return ids


def _answer(name: str, text: str | None, calls: Any) -> dict[str, Any]:
    shown = msgspec.json.format(msgspec.json.encode(calls), indent=1).decode() if calls else ""
    return {"name": name, "text": (text or "")[:TEXT], "calls": shown[:TEXT]}


def _cut(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return text if len(text) <= TEXT else text[:TEXT] + " …"


def _calls(text: str) -> list[Any] | None:
    if not text.strip():
        return None
    try:
        return msgspec.json.decode(text.encode(), type=list[Any])
    except msgspec.MsgspecError as wrong:
        raise InputError(f"the tool calls are no JSON list ({wrong}); write [] or OpenAI's tool_calls") from None


def shown_grade(grade: Graded) -> dict[str, Any]:
    """Return what the browser needs of a grade.

    Parameters
    ----------
    grade
        A `rftkit.grade.Graded`.

    Examples
    --------
    >>> from rftkit.grade import Graded
    >>> shown_grade(Graded(0.5, {"acc": 0.5}))["parts"]
    [{'name': 'acc', 'reward': 0.5}]
    """
    return {
        "reward": grade.reward,
        "parts": [{"name": name, "reward": value} for name, value in grade.sub_rewards.items()],
        "error": grade.error,
        "detail": grade.detail,
        "explanation": grade.explanation,
    }


def flat(grade: dict[str, Any]) -> dict[str, Any]:
    """Return a grade as named values of one line.

    Examples
    --------
    >>> flat({"reward": 0.5, "parts": [{"name": "acc", "reward": 0.5}], "error": None, "detail": None})
    {'reward': 0.5, 'acc': 0.5}
    """
    parts = {row["name"]: row["reward"] for row in grade["parts"]}
    wrong = {name: grade.get(name) for name in ("error", "detail", "explanation") if grade.get(name)}
    return {"reward": grade["reward"], **parts, **wrong}
