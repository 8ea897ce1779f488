"""One look at a dataset: counts, scores, readiness, the next act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from rftkit import render
from rftkit.coverage import DEFINITIONS
from rftkit.widgets._sentences import advice, sentence
from rftkit.widgets._watch import DatasetWidget

if TYPE_CHECKING:
    from rftkit.render import Html
    from rftkit.summary import Summary

COUNTS = ("total", "from_traces", "generated", "valid", "invalid", "categorized", "topics")


class DatasetSummary(DatasetWidget, bundle_name="dataset_summary"):
    """What a dataset holds, how it scores, whether it is ready, and what to do next.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> DatasetSummary(rftkit.open(tempfile.mkdtemp() + "/a.rft"))
    DatasetSummary(a: 0 records, not ready)
    """

    summary = traitlets.Dict(default_value=None, allow_none=True, help="Summary.to_dict(); written by Python.").tag(
        sync=True
    )
    definitions = traitlets.Dict(help="What the scores mean; written by Python.").tag(sync=True)

    def __init__(self, dataset: Any) -> None:
        self._result: Summary | None = None
        super().__init__(dataset)

    @property
    def result(self) -> Summary | None:
        """What is shown, as `Dataset.summary` returns it."""
        return self._result

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        self._result = self.dataset.summary()
        told = {**self._result.to_dict(), "next_act": self.dataset.coverage().next_act}
        shown = shown_summary(told, self.dataset.name, self.dataset.version)
        return {"summary": shown, "definitions": DEFINITIONS}

    def to_html(self) -> Html:
        """Return the summary as static HTML, escaped and without script."""
        return page(self.summary)

    def __repr__(self) -> str:
        if self.summary is None:
            return "DatasetSummary(not read yet)"
        ready = "ready" if self.summary["ready"] else "not ready"
        return f"DatasetSummary({self.summary['name']}: {self.summary['total']:,} records, {ready})"


def shown_summary(told: dict[str, Any], name: str, version: int | None) -> dict[str, Any]:
    """Return what the browser needs of `Summary.to_dict`.

    Parameters
    ----------
    told
        What `Summary.to_dict` gives.
    name
        Name of the dataset.
    version
        Its version.

    Examples
    --------
    >>> reason = {"rule": "unassigned", "blocking": True, "sentence": "no topic: 40 records"}
    >>> told = {"total": 3, "reasons": [reason], "next_act": {"sentence": "categorize"}}
    >>> shown_summary(told, "support", 2)["reasons"][0]["sentence"]
    'No topic: 40 records.'
    """
    scores = {key: told.get(key) for key in ("balance", "target_fit", "synthetic_share", "last_sanitized")}
    return {
        "name": name,
        "version": version,
        **{key: told.get(key) or 0 for key in COUNTS},
        **scores,
        "last_sanitized": _day(scores["last_sanitized"]),
        "ready": bool(told.get("ready")),
        "next_act": advice(told["next_act"]),
        "reasons": [_reason(reason) for reason in told.get("reasons", ())],
    }


def _reason(reason: dict[str, Any]) -> dict[str, Any]:
    text = sentence(reason["sentence"])
    return {"rule": reason["rule"], "blocking": bool(reason["blocking"]), "sentence": text}


def _day(when: Any) -> str | None:
    return None if when is None else str(when)[:16].replace("T", " ")


def page(summary: dict[str, Any] | None) -> Html:
    """Return the static twin of the summary.

    Parameters
    ----------
    summary
        What `shown_summary` gives.

    Examples
    --------
    >>> "Nothing is known" in page(None)
    True
    """
    if summary is None:
        return render.card("Dataset", render.notice("Nothing is known of this dataset yet."))
    counts = {name.replace("_", " "): summary[name] for name in COUNTS}
    shown = {
        "balance": render.score(summary["balance"]),
        "target fit": render.score(summary["target_fit"]),
        "synthetic share": render.share(summary["synthetic_share"]),
        "sanitized": summary["last_sanitized"] or "not yet",
    }
    title = render.join(summary["name"], " ", render.tag("span", f"version {summary['version']}", class_="rft__note"))
    parts = [render.facts(counts), render.facts(shown, DEFINITIONS), _readiness(summary)]
    return render.card(title, *parts)


def _readiness(summary: dict[str, Any]) -> Html:
    word = "\N{CHECK MARK} Ready for training" if summary["ready"] else "\N{BALLOT X} Not ready yet"
    reasons = sorted(summary["reasons"], key=lambda reason: not reason["blocking"])
    lines = [f"{'blocks' if reason['blocking'] else 'worth a look'}: {reason['sentence']}" for reason in reasons]
    act = summary["next_act"]
    step = render.tag("p", render.tag("b", "Next: "), act["sentence"], " ", render.tag("code", act["python"]))
    body = render.join(render.tag("b", word), render.bullets(lines), step)
    return render.notice(body, "ok" if summary["ready"] else "far")
