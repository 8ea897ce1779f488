"""Train and validation: whether the dataset is ready, what each choice would give, the split as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import traitlets

from rftkit import render
from rftkit.acts import splitting
from rftkit.errors import InputError
from rftkit.split.result import UNASSIGNED
from rftkit.widgets._base import act
from rftkit.widgets._later import Later
from rftkit.widgets._sentences import sentence
from rftkit.widgets._undo import Undo
from rftkit.widgets._watch import DatasetWidget

if TYPE_CHECKING:
    from rftkit.render import Html
    from rftkit.split import Split

EMPTY = "No records yet: import some, then they can be divided into train and validation."
USUAL: dict[str, Any] = {
    "train": 0.9,
    "stratify": "topic",
    "generated_in_validation": False,
    "min_validation": None,
    "seed": 0,
    "keep": None,
    "frozen": None,
}
#: So many topics reach the page, the largest first; the rest is counted.
TOPICS = 200


class SplitPanel(DatasetWidget, bundle_name="split_panel"):
    """Choose how records are divided; everything is shown before it is done.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> ds = rftkit.open(tempfile.mkdtemp() + "/a.rft")
    >>> rows = [{"messages": [{"role": "user", "content": f"Where is parcel {n}?"}]} for n in range(40)]
    >>> told = ds.import_(rows)
    >>> panel = SplitPanel(ds)
    >>> panel.choose(train=0.8)
    >>> panel.divide()
    >>> panel
    SplitPanel(32 train, 8 validation)
    """

    options = traitlets.Dict(help="What is chosen now; written by Python.").tag(sync=True)
    preview = traitlets.Dict(
        default_value=None,
        allow_none=True,
        help="What the choice would give, None until it is known; written by Python.",
    ).tag(sync=True)
    current = traitlets.Dict(
        default_value=None, allow_none=True, help="The split as it stands, None before there is one; written by Python."
    ).tag(sync=True)
    readiness = traitlets.Dict(help="Valid records, ready, and the rules that fail; written by Python.").tag(sync=True)
    python = traitlets.Unicode("", help="The line that does the same; written by Python.").tag(sync=True)
    done = traitlets.Dict(
        default_value=None, allow_none=True, help="What was done last here, and whether Undo can take it back."
    ).tag(sync=True)

    def __init__(self, dataset: Any) -> None:
        self._undo = Undo(dataset)
        self._chosen: dict[str, Any] = {}
        self._ahead: Later[Split] = Later()
        self._checking: Later[dict[str, Any] | None] = Later(patience=0.1)
        super().__init__(dataset)

    # -- acts ----------------------------------------------------------------------------------------------------

    @act
    def choose(self, **options: Any) -> None:
        """Try other options; nothing is divided yet.

        Parameters
        ----------
        **options
            As `Dataset.split` takes them: train, stratify, generated_in_validation, min_validation, seed, keep, frozen.
        """
        unknown = sorted(set(options) - set(USUAL))
        if unknown:
            raise InputError(f"a split has no option {unknown[0]!r}; it has {', '.join(USUAL)}")
        self._chosen = {**self._chosen, **options}
        self.refresh()

    @act
    def divide(self) -> None:
        """Divide the records as chosen; one step of the dataset, which Undo takes back."""
        options = self._options()
        line = _python(options)
        shown = self._ahead.wait() if self._wanted() else None
        told = shown or self.dataset.preview_split(**options)
        said = f"{render.plural(told.train, 'record')} in train, {render.count(told.validation)} in validation."
        with self._undo.step(said, line):
            self.dataset.split(**options)
        self._chosen = {}
        self.refresh()

    @act
    def undo(self) -> None:
        """Take back the split that was made last from here."""
        self._undo.back()
        self.refresh()

    def wait(self) -> Split:
        """Wait for the preview and return it; for use from Python."""
        return self._ahead.wait()

    # -- reading -------------------------------------------------------------------------------------------------

    def _options(self) -> dict[str, Any]:
        state = splitting.split_counts(self.dataset)
        last = {} if state is None else {name: state["configuration"].get(name) for name in USUAL if name != "keep"}
        # frozen stays so by itself; that it is not needs no saying
        known = {name: value for name, value in last.items() if value is not None and (name != "frozen" or value)}
        return {**USUAL, **known, **self._chosen}

    def _wanted(self) -> bool:
        return bool(self.readiness.get("valid"))

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        options, state = self._options(), splitting.split_counts(self.dataset)
        self.readiness = shown_readiness(self.dataset.summary())
        quick = True
        if self._wanted():
            quick = self._ahead.ask(lambda: self.dataset.preview_split(**options), self._show)
        else:
            self.publish(preview=None)
        self.publish(current=None if state is None else _small(state))
        if state is not None:
            self._checking.ask(self.dataset.split_state, self._show_check, patient=quick)  # both would keep one waiting
        return {"options": options, "python": _python(options), "done": self._undo.told()}

    def _show_check(self, state: dict[str, Any] | None, error: BaseException | None) -> None:
        """Show what looking through all records has found of the split: groups on both sides."""
        if error is not None:
            self.error = str(error)
        elif state is not None:
            self.publish(current=_small(state))

    def _show(self, found: Split | None, error: BaseException | None) -> None:
        if found is not None:
            self.publish(preview=_small(found.to_dict()))
        else:
            self.error = str(error)
            self.publish(preview=None)

    def to_html(self) -> Html:
        """Return the split, or what it would be, as static HTML, escaped and without script."""
        return page(self.readiness, self.current, self.preview, self.python)

    def __repr__(self) -> str:
        told = self.current or self.preview
        if not told:
            return "SplitPanel(no valid records)"
        meant = "" if self.current else "would be "
        return f"SplitPanel({meant}{told['train']:,} train, {told['validation']:,} validation)"


def shown_readiness(summary: Any) -> dict[str, Any]:
    """Return whether a dataset is ready, and every rule that fails.

    Parameters
    ----------
    summary
        A `rftkit.summary.Summary`.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit.summary import summary
    >>> shown_readiness(summary(pl.DataFrame({"id": ["a"], "topic": ["Cards"]})))["ready"]
    False
    """
    reasons = [{"sentence": sentence(rule.sentence), "blocking": rule.blocking} for rule in summary.reasons]
    return {"valid": summary.valid, "generated": summary.generated, "ready": summary.ready, "reasons": reasons}


def _small(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return a split with its topics as rows: the largest first, the rest counted."""
    keep = (
        "train",
        "validation",
        "straddling_groups",
        "left_out",
        "kept",
        "gone",
        "generated_share",
        "warnings",
        "new",
    )
    rows = [{"topic": topic, **counts} for topic, counts in told["by_topic"].items()]
    rows.sort(key=lambda row: (row["topic"] == UNASSIGNED, -row["train"] - row["validation"], row["topic"]))
    rest = rows[TOPICS:]
    return {
        **{name: told[name] for name in keep if name in told},
        "topics": rows[:TOPICS],
        "rest": {
            "topics": len(rest),
            "train": sum(r["train"] for r in rest),
            "validation": sum(r["validation"] for r in rest),
        },
    }


def _python(options: Mapping[str, Any]) -> str:
    given = [f"{name}={value!r}" for name, value in options.items() if name == "train" or value != USUAL[name]]
    return f"ds.split({', '.join(given)})"


def page(
    readiness: Mapping[str, Any], current: Mapping[str, Any] | None, preview: Mapping[str, Any] | None, python: str
) -> Html:
    """Return the static twin of the panel.

    Parameters
    ----------
    readiness, current, preview, python
        The traits.

    Examples
    --------
    >>> "No records yet" in page({"valid": 0}, None, None, "")
    True
    """
    told = current or preview
    if not readiness.get("valid") or told is None:
        return render.card("Split", render.notice(EMPTY))
    ready = render.notice("Ready for training.", "ok") if readiness["ready"] else render.notice("Not ready yet.", "far")
    reasons = [f"{'blocks' if one['blocking'] else 'worth a look'}: {one['sentence']}" for one in readiness["reasons"]]
    facts = {
        name.replace("_", " "): told[name]
        for name in ("train", "validation", "left_out", "straddling_groups")
        if name in told
    }
    rows = [{**row, "topic": _named(row["topic"])} for row in told["topics"]]
    return render.card(
        "Split",
        ready,
        render.bullets(reasons),
        render.notice("Not divided yet; this is what the choice would give.", "near") if current is None else "",
        render.facts(facts),
        render.table(rows, {"topic": "topic", "train": "train", "validation": "validation"}, limit=40),
        *(render.notice(text, "near") for text in told.get("warnings", ())),
        render.tag("code", python),
    )


def _named(topic: str) -> str:
    return "without a topic" if topic == UNASSIGNED else topic
