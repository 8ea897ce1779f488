"""The distribution over topics, with targets, scores and the next act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from rftkit import render
from rftkit.coverage import DEFINITIONS
from rftkit.errors import InputError, NotFoundError
from rftkit.widgets._base import act
from rftkit.widgets._sentences import advice, advices
from rftkit.widgets._watch import DatasetWidget

if TYPE_CHECKING:
    from rftkit.coverage import Coverage
    from rftkit.render import Html

EMPTY = "No topics yet: discover them or use a template, then the distribution shows here."


class CoverageDashboard(DatasetWidget, bundle_name="coverage_dashboard"):
    """How the records of a dataset spread over its topics.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    parent
        Show only the topics below this path; all by default.
    level
        Show the tree down to this level; its leaves by default.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> ds = rftkit.open(tempfile.mkdtemp() + "/a.rft")
    >>> CoverageDashboard(ds)
    CoverageDashboard(no topics)
    """

    coverage = traitlets.Dict(None, allow_none=True, help="Coverage.to_dict() of the place; written by Python.").tag(
        sync=True
    )
    place = traitlets.Dict(help="parent, level and depth of the tree that is shown; written by Python.").tag(sync=True)
    definitions = traitlets.Dict(help="What the scores mean; written by Python.").tag(sync=True)
    draft = traitlets.Dict(
        default_value=None,
        allow_none=True,
        help="`changed`: topics whose target is tried and not saved; written by Python.",
    ).tag(sync=True)
    saved = traitlets.Dict(
        default_value=None, allow_none=True, help="`sentence` and `version` of targets just saved; written by Python."
    ).tag(sync=True)

    def __init__(self, dataset: Any, *, parent: str = "", level: int | None = None) -> None:
        self._parent, self._level = parent, level
        self._tried: dict[str, float] = {}
        self._result: Coverage | None = None
        super().__init__(dataset)

    @property
    def result(self) -> Coverage | None:
        """What is shown, as `Dataset.coverage` returns it; None where there are no topics."""
        return self._result

    @act
    def show_below(self, parent: str = "") -> None:
        """Show the topics below a topic; all topics by default.

        Parameters
        ----------
        parent
            Its path.
        """
        self._refuse_draft()
        paths = set(self.dataset.topics.paths().values())
        if parent and parent not in paths:
            raise NotFoundError(f"No topic is named {parent!r}; the first of the tree are {_some(sorted(paths))}")
        self._parent = parent
        below = _levels(parent) + 1 if parent else None
        self._level = below if below is not None and below < self.dataset.topics.depth else None
        self.refresh()

    @act
    def show_level(self, level: int | None = None) -> None:
        """Show the tree down to a level.

        Parameters
        ----------
        level
            1 is the top; None shows the leaves.
        """
        self._refuse_draft()
        self._level = level
        self.refresh()

    def _refuse_draft(self) -> None:
        if self._tried:
            raise InputError("Targets were tried at this level of the tree: keep or discard them first.")

    @act
    def try_target(self, path: str, share: float) -> None:
        """See what another target would mean; nothing is saved. Topics that were not tried share the rest.

        Parameters
        ----------
        path
            A topic that is shown.
        share
            Its target share, between 0 and 1.
        """
        shown = {row["path"] for row in self.coverage["topics"]} if self.coverage else set()
        if path not in shown:
            raise NotFoundError(f"No topic that is shown is named {path!r}; there are {_some(sorted(shown))}")
        others = sum(value for other, value in self._tried.items() if other != path)
        # what is tried together never takes more than all
        self._tried[path] = min(max(float(share), 0.0), max(1.0 - others, 0.0))
        self.set_trait("saved", None)
        self.refresh()

    @act
    def keep_targets(self) -> None:
        """Save the targets that were tried; one version, which `undo` takes back."""
        if not self._tried or self._result is None:
            raise InputError("No target was tried; drag a tick, or call try_target(path, share).")
        topics = self._result.topics
        targets = dict(zip(topics["path"].to_list(), topics["target"].to_list(), strict=True))
        self.dataset.set_targets(targets)
        self._tried = {}
        version = self.dataset.version
        self.saved = {"sentence": f"Targets saved as version {version}.", "version": version}
        self.refresh()

    @act
    def drop_targets(self) -> None:
        """Forget the targets that were tried."""
        self._tried = {}
        self.refresh()

    @act
    def undo_targets(self) -> None:
        """Take back the targets that were saved last from here."""
        if self.saved is None or self.saved["version"] != self.dataset.version:
            raise InputError("The dataset has changed since; look at its history and undo from there.")
        self.dataset.undo()
        self.set_trait("saved", None)
        self.refresh()

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        tree = self.dataset.topics
        paths = list(tree.paths().values())
        place = {"parent": self._parent, "level": self._level, "depth": tree.depth}
        if not paths:
            self._result = None
            return {"coverage": None, "place": place, "definitions": DEFINITIONS, "draft": None}
        result = self.dataset.coverage(level=self._level)
        topics = dict(zip(result.topics["path"].to_list(), result.topics["target"].to_list(), strict=True))
        self._tried = {path: share for path, share in self._tried.items() if path in topics}
        self._result = result.with_targets(shared_out(topics, self._tried)) if self._tried else result
        shown = shown_coverage(self._result.to_dict(), paths, self._parent)
        draft = {"changed": sorted(self._tried)} if self._tried else None
        return {"coverage": shown, "place": place, "definitions": DEFINITIONS, "draft": draft}

    def to_html(self) -> Html:
        """Return the dashboard as static HTML, escaped and without script."""
        return page(self.coverage, self._parent)

    def __repr__(self) -> str:
        if self.coverage is None:
            return "CoverageDashboard(no topics)"
        counts = f"{self.coverage['total']:,} records, {len(self.coverage['topics'])} topics"
        return f"CoverageDashboard({counts}, balance {render.score(self.coverage['balance'])})"


def shared_out(targets: dict[str, float], tried: dict[str, float]) -> dict[str, float]:
    """Return target shares where some are fixed and the others share the rest as they did before.

    Parameters
    ----------
    targets
        All targets as they are.
    tried
        Those that are fixed.

    Examples
    --------
    >>> shared_out({"a": 0.5, "b": 0.3, "c": 0.2}, {"a": 0.75})
    {'a': 0.75, 'b': 0.15, 'c': 0.1}
    """
    rest = max(1.0 - sum(tried.values()), 0.0)
    others = {path: share for path, share in targets.items() if path not in tried}
    before = sum(others.values())
    return {
        path: tried[path] if path in tried else rest * (others[path] / before if before else 1 / len(others))
        for path in targets
    }


def shown_coverage(told: dict[str, Any], paths: list[str], parent: str = "") -> dict[str, Any]:
    """Return what the browser needs of `Coverage.to_dict`: topics below a place, sentences as text.

    Parameters
    ----------
    told
        What `Coverage.to_dict` gives.
    paths
        All paths of the tree.
    parent
        Only topics below it.

    Examples
    --------
    >>> topic = {"path": "a", "count": 1, "share": 1.0, "target": 1.0, "gap": 0.0, "status": "ok", "needed": 0}
    >>> told = {"total": 1, "unassigned": 0, "balance": 1.0, "balance_rating": "excellent", "target_fit": 1.0,
    ...         "next_act": {"sentence": "proceed"}, "warnings": [], "recommendations": [], "topics": [topic]}
    >>> shown_coverage(told, ["a", "a/b"])["topics"][0]["children"]
    1
    """
    keys = ("path", "count", "share", "target", "gap", "status", "needed")
    inside = f"{parent}/" if parent else ""
    topics = [
        {key: topic.get(key) for key in keys} | {"children": _children(topic["path"], paths)}
        for topic in told["topics"]
        if topic["path"].startswith(inside)
    ]
    scores = {
        key: told.get(key)
        for key in ("total", "unassigned", "balance", "balance_rating", "target_fit", "needed", "fill")
    }
    return {
        **scores,
        "next_act": advice(told["next_act"]),
        "warnings": advices(told["warnings"]),
        "recommendations": advices(told["recommendations"]),
        "topics": topics,
    }


def page(coverage: dict[str, Any] | None, parent: str = "") -> Html:
    """Return the static twin of the dashboard.

    Parameters
    ----------
    coverage
        What `shown_coverage` gives; None where there are no topics.
    parent
        The place that is shown.

    Examples
    --------
    >>> "No topics yet" in page(None)
    True
    """
    if coverage is None:
        return render.card("Coverage", render.notice(EMPTY))
    values = {
        "records": coverage["total"],
        "unassigned": coverage["unassigned"],
        "balance": f"{render.score(coverage['balance'])} {coverage['balance_rating'] or ''}".strip(),
        "target fit": render.score(coverage["target_fit"]),
    }
    rows = sorted(coverage["topics"], key=lambda row: (-abs(row["gap"] or 0), -row["count"], row["path"]))
    parts = [
        render.facts(values, DEFINITIONS),
        render.notice(render.join(render.tag("b", "Next: "), _line(coverage["next_act"]))),
        render.bars(rows),
        *(_section("Look at", coverage["warnings"])),
        *(_section("What would help", coverage["recommendations"])),
    ]
    return render.card("Coverage" + (f" of {parent}" if parent else ""), *parts)


def _section(title: str, lines: list[dict[str, str]]) -> list[Html]:
    return [render.head(title), render.bullets(map(_line, lines))] if lines else []


def _line(advice: dict[str, str]) -> Html:
    code = render.join(" ", render.tag("code", advice["python"])) if advice["python"] else ""
    return render.join(advice["sentence"], code)


def _children(path: str, paths: list[str]) -> int:
    inside = f"{path}/"
    return sum(1 for other in paths if other.startswith(inside) and "/" not in other[len(inside) :])


def _levels(path: str) -> int:
    return path.count("/") + 1


def _some(names: list[str]) -> str:
    return ", ".join(names[:5])
