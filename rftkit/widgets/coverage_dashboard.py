"""The distribution over topics, with targets, scores and the next act."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from rftkit import render
from rftkit.coverage import DEFINITIONS
from rftkit.errors import InputError, NotFoundError
from rftkit.widgets import _fill
from rftkit.widgets._base import act
from rftkit.widgets._coverage_page import page, shared_out, shown_coverage
from rftkit.widgets._later import Later
from rftkit.widgets._watch import DatasetWidget
from rftkit.widgets.generation_modal import GenerationModal

if TYPE_CHECKING:
    from rftkit.coverage import Coverage, Matrix
    from rftkit.generate import GenerationPlan
    from rftkit.render import Html


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
    targets = traitlets.Unicode("uniform", help="uniform, proportional, traces or by hand; written by Python.").tag(
        sync=True
    )
    fill = traitlets.Dict(
        default_value=None, allow_none=True, help="What filling the gaps takes: calls, price; written by Python."
    ).tag(sync=True)
    filling = traitlets.Bool(help="Whether `fill` is being worked out; written by Python.").tag(sync=True)
    matrix = traitlets.Dict(
        default_value=None, allow_none=True, help="Topics by a facet, once one was asked for; written by Python."
    ).tag(sync=True)
    modal = anywidget.WidgetTrait().tag(sync=True)
    modal.help = "The generation modal that is open, a GenerationModal; written by Python."

    def __init__(self, dataset: Any, *, parent: str = "", level: int | None = None) -> None:
        self._parent, self._level = parent, level
        self._tried: dict[str, float] = {}
        self._result: Coverage | None = None
        self._fills: Later[tuple[GenerationPlan, dict[str, Any]]] = Later(patience=0)
        self._matrices: Later[dict[str, Any]] = Later()
        self._facet: str | None = None
        super().__init__(dataset)

    @property
    def result(self) -> Coverage | None:
        """What is shown, as `Dataset.coverage` returns it; None where there are no topics."""
        return self._result

    @property
    def fill_plan(self) -> GenerationPlan:
        """The plan that would fill the gaps against the targets that are shown; waits for it."""
        if self._result is None:
            raise InputError("There are no topics to fill; discover them or use a template first.")
        return self._fills.wait()[0]

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
    def set_targets(self, targets: str | dict[str, float] = "uniform") -> None:
        """Save targets for all topics; one version, which `undo_targets` takes back.

        Parameters
        ----------
        targets
            ``uniform``, ``proportional`` (as the records are), ``traces`` (as those that were not generated), or share by path.
        """
        self._refuse_draft()
        self.dataset.set_targets(targets)
        self._told()
        self.refresh()

    def _told(self) -> None:
        version = self.dataset.version
        self.saved = {"sentence": f"Targets saved as version {version}.", "version": version}

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
        self._told()
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

    # -- generating ----------------------------------------------------------------------------------------------

    @act
    def generate(self, path: str | None = None, count: int | None = None, **options: Any) -> GenerationModal:
        """Open the generation modal: for a topic, or to fill all gaps.

        Parameters
        ----------
        path
            A topic; None for all gaps.
        count
            How many; what the topic needs by default.
        **options
            Anything that `GenerationModal.set` takes.
        """
        self._refuse_draft()
        if path is None:
            given = {"fill_gaps": True, "level": self._level, **options}
        else:
            given = {"topic": path, "count": count or _fill.needed(self._result, path), **options}
        self.close_modal()
        made = GenerationModal(self.dataset, **given)
        self.publish(modal=made)
        return made

    @act
    def generate_cell(self, path: str, value: str) -> GenerationModal:
        """Open the generation modal for one cell of the matrix that is shown.

        Parameters
        ----------
        path
            A topic.
        value
            A value of the facet.
        """
        if self.matrix is None or self._facet is None:
            raise InputError("No matrix is shown; show one first, such as show_matrix('difficulty').")
        return self.generate(path, **_fill.cell(self.dataset, self.matrix, path, value))

    @act
    def close_modal(self) -> None:
        """Put the modal away; a run that was started in it goes on."""
        made = self.modal
        if made is not None:
            self.publish(modal=None)
            made.close()

    @act
    def show_matrix(self, facet: str | None = "difficulty") -> None:
        """Show topics by a facet; None puts the matrix away.

        Parameters
        ----------
        facet
            difficulty, turns, tools, language or source.
        """
        self._facet = facet
        if facet is None:
            self._matrices.drop()
            self.publish(matrix=None)
            return
        _fill.check(facet)
        level, parent = self._level, self._parent
        self._matrices.ask(
            lambda: _fill.shown_matrix(self._matrix(facet, level), parent),
            lambda matrix, error: self.publish(matrix=matrix) if error is None else self.publish(error=str(error)),
        )

    def _matrix(self, facet: str, level: int | None) -> Matrix:
        made: Matrix = self.dataset.matrix(facet, level=level)
        return made

    @act
    def refresh(self) -> None:
        """Read the dataset again, and work out anew what filling the gaps takes."""
        super().refresh()
        result, tried, level = self._result, bool(self._tried), self._level
        if result is None:
            self._fills.drop()
            self.publish(fill=None, filling=False)
            return
        self.publish(filling=True)
        self._fills.ask(lambda: _fill.fill(self.dataset, result, tried=tried, level=level), self._filled)
        if self._facet is not None:
            self.show_matrix(self._facet)

    def follow(self) -> None:
        """Refresh when the dataset has a version that was not seen yet; the modal that is open does too."""
        super().follow()
        if self.modal is not None:
            self.modal.follow()

    def _filled(self, made: tuple[GenerationPlan, dict[str, Any]] | None, error: BaseException | None) -> None:
        if made is not None:
            self.publish(fill=made[1], filling=False)
        else:
            self.publish(fill=None, filling=False, error="" if error is None else str(error))

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        tree = self.dataset.topics
        paths = list(tree.paths().values())
        place = {"parent": self._parent, "level": self._level, "depth": tree.depth}
        if not paths:
            self._result = None
            return {"coverage": None, "place": place, "definitions": DEFINITIONS, "draft": None, "matrix": None}
        result = self.dataset.coverage(level=self._level)
        topics = dict(zip(result.topics["path"].to_list(), result.topics["target"].to_list(), strict=True))
        self._tried = {path: share for path, share in self._tried.items() if path in topics}
        self._result = result.with_targets(shared_out(topics, self._tried)) if self._tried else result
        shown = shown_coverage(self._result.to_dict(), paths, self._parent)
        draft = {"changed": sorted(self._tried)} if self._tried else None
        mode = result.options.targets if isinstance(result.options.targets, str) else "by hand"
        return {"coverage": shown, "place": place, "definitions": DEFINITIONS, "draft": draft, "targets": mode}

    def to_html(self) -> Html:
        """Return the dashboard as static HTML, escaped and without script."""
        return page(self.coverage, self._parent, self.fill, self.matrix)

    def __repr__(self) -> str:
        if self.coverage is None:
            return "CoverageDashboard(no topics)"
        counts = f"{self.coverage['total']:,} records, {len(self.coverage['topics'])} topics"
        return f"CoverageDashboard({counts}, balance {render.score(self.coverage['balance'])})"


def _levels(path: str) -> int:
    return path.count("/") + 1


def _some(names: list[str]) -> str:
    return ", ".join(names[:5])
