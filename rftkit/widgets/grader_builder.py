"""Build a grader: presets and kinds with weights, or its JSON; what is wrong with it, cheats tried on it, its versions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import traitlets

from rftkit import render
from rftkit.errors import InputError, NotFoundError, RftkitError
from rftkit.grade import Grader
from rftkit.grade.presets import described
from rftkit.jobs import Job
from rftkit.widgets._base import act
from rftkit.widgets._grader_parts import ABOUT, KINDS, Part, added, whole
from rftkit.widgets._work import Working

if TYPE_CHECKING:
    from rftkit.grade.probes import ProbeReport
    from rftkit.render import Html

EMPTY = "No grader yet: take a preset, add parts with weights, or write its JSON."
#: Records that lint looks at, and versions in the list.
ITEMS, VERSIONS = 200, 40


class GraderBuilder(Working, bundle_name="grader_builder"):
    """Build a grader, see what is wrong with it, try to cheat it, keep it with a reason.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    grader
        Where to begin; the one that was kept last by default.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> builder = GraderBuilder(rftkit.open(tempfile.mkdtemp() + "/a.rft"))
    >>> builder.use_preset("numeric_answer")
    >>> builder
    GraderBuilder(numeric_answer, python)
    """

    kind = "grader"

    presets = traitlets.Any([], help="Presets and kinds that can be taken; written by Python.").tag(sync=True)
    parts = traitlets.Any([], help="The parts with their weights and options; written by Python.").tag(sync=True)
    text = traitlets.Unicode("", help="The whole as JSON; written by Python.").tag(sync=True)
    problems = traitlets.Any([], help="What is or may be wrong, errors first; written by Python.").tag(sync=True)
    versions = traitlets.Any([], help="Graders that are kept, the newest first; written by Python.").tag(sync=True)
    kept = traitlets.Dict(
        default_value=None, allow_none=True, help="Name and version under which this one is kept; written by Python."
    ).tag(sync=True)
    probes = traitlets.Dict(
        default_value=None, allow_none=True, help="What cheats and the right answer get; written by Python."
    ).tag(sync=True)
    python = traitlets.Unicode("", help="The line that does the same; written by Python.").tag(sync=True)

    def __init__(self, dataset: Any, grader: Grader | None = None) -> None:
        self._parts: list[Part] = [] if grader is None else [Part.of_spec(grader.to_dict())]
        self._name = ""
        self._began = grader is not None
        self._probed: dict[str, Any] | None = None
        super().__init__(dataset)

    @property
    def grader(self) -> Grader | None:
        """What was built so far; None before anything was chosen."""
        return whole(self._parts, self._name)

    # -- building ------------------------------------------------------------------------------------------------

    @act
    def use_preset(self, preset: str, **options: Any) -> None:
        """Begin anew with a preset.

        Parameters
        ----------
        preset
            Such as ``numeric_answer``.
        **options
            Its options.
        """
        self._change([Part.of_preset(preset, **options)], name="")

    @act
    def add_part(self, preset: str) -> None:
        """Add a preset, or an empty grader of a kind, to those there are.

        Parameters
        ----------
        preset
            A preset or a type of grader.
        """
        part = Part.of_spec(KINDS[preset]) if preset in KINDS else Part.of_preset(preset)
        self._change(added(self._parts, part))

    @act
    def remove_part(self, name: str) -> None:
        """Take a part out.

        Parameters
        ----------
        name
            Its name.
        """
        self._change([part for part in self._parts if part is not self._part(name)])

    @act
    def weigh(self, name: str, weight: float) -> None:
        """Let a part count more or less; all weights together are made to sum to 1.

        Parameters
        ----------
        name
            Its name.
        weight
            Above 0.
        """
        if not weight or weight <= 0:
            raise InputError(f"the weight is {weight}; give a number above 0, or take the part out")
        self._swap(name, weight=float(weight))

    @act
    def set_option(self, name: str, option: str, value: Any = None) -> None:
        """Give an option of a preset another value.

        Parameters
        ----------
        name
            The part.
        option
            Of the preset.
        value
            None is its default.
        """
        part = self._part(name)
        given = {**part.options, option: value}
        options = {key: one for key, one in given.items() if one is not None}
        made = Part.of_preset(part.preset, **options)
        self._swap(name, spec=made.spec, options=options)

    @act
    def edit(self, text: str) -> None:
        """Write the whole as JSON.

        Parameters
        ----------
        text
            A grader in the common JSON.
        """
        try:
            spec = msgspec.json.decode(text.encode(), type=dict[str, Any])
        except msgspec.MsgspecError as wrong:
            raise InputError(
                f"this is no JSON of a grader ({wrong}); it begins with {{ and has a type and a name"
            ) from None
        self._change([Part.of_spec(spec)], name=str(spec.get("name") or ""))

    @act
    def rename(self, name: str) -> None:
        """Give the whole another name.

        Parameters
        ----------
        name
            The name.
        """
        self._name = name.strip()
        self._change(self._parts)

    def _part(self, name: str) -> Part:
        found = next((part for part in self._parts if part.name == name), None)
        if found is None:
            raise NotFoundError(f"there is no part {name!r}; there are {', '.join(part.name for part in self._parts)}")
        return found

    def _swap(self, name: str, **changes: Any) -> None:
        part = self._part(name)
        self._change([replace(one, **changes) if one is part else one for one in self._parts])

    def _change(self, parts: list[Part], name: str | None = None) -> None:
        whole(parts, self._name if name is None else name)  # refuses what cannot be one grader before anything changes
        self._parts, self._began, self._probed = parts, True, None
        self._name = self._name if name is None else name
        self.refresh()

    # -- proving and keeping -------------------------------------------------------------------------------------

    @act
    def try_cheats(self, prompts: int = 16, approved: bool = False) -> None:
        """See what cheats, empty answers and the right answer get.

        Parameters
        ----------
        prompts
            On how many records.
        approved
            Whether what judges cost is approved.
        """
        grader = self._known()
        self._start(
            lambda: Job(
                lambda control: self.dataset.probe(grader, prompts=prompts, approved=approved), name="probe"
            ).start(),
            can_stop=False,
        )

    def _result(self, name: str, report: ProbeReport) -> tuple[str, str]:
        told = report.to_dict()
        self._probed = {"passed": report.passed, "probes": told["probes"]}
        return "", ""

    @act
    def keep(self, reason: str) -> None:
        """Keep the grader with the dataset; every version stays.

        Parameters
        ----------
        reason
            Why it is as it is.
        """
        grader = self._known()
        line = f"ds.save_grader(grader, reason={reason!r})"
        with self._undo.step(f"Kept {grader.name}.", line):
            self.dataset.save_grader(grader, reason=reason)
        self.refresh()

    @act
    def open_version(self, name: str, version: int) -> None:
        """Begin anew with a grader that is kept.

        Parameters
        ----------
        name
            Its name.
        version
            Its number.
        """
        grader = self.dataset.grader(name, int(version))
        self._change([Part.of_spec(grader.to_dict())], name=grader.name)

    def _known(self) -> Grader:
        grader = self.grader
        if grader is None:
            raise InputError("there is no grader yet; take a preset or write its JSON")
        return grader

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the grader as it is now."""
        rows = self.dataset.graders().sort("when").tail(VERSIONS).to_dicts()[::-1]
        if not self._began and rows:
            self._parts = [Part.of_spec(self.dataset.grader(rows[0]["name"], rows[0]["version"]).to_dict())]
            self._name, self._began = rows[0]["name"], True
        grader = self.grader
        same = [row for row in rows if grader is not None and row["fingerprint"] == grader.fingerprint]
        return {
            "presets": [*described(), *({"name": kind, "about": ABOUT[kind], "kind": True} for kind in KINDS)],
            "parts": [part.to_dict() for part in self._parts],
            "text": "" if grader is None else pretty(grader.to_dict()),
            "problems": [] if grader is None else self._lint(grader),
            "versions": [
                {name: row[name] for name in ("name", "version", "reason", "when", "changes")} for row in rows
            ],
            "kept": {name: same[0][name] for name in ("name", "version")} if same else None,
            "probes": self._probed,
            "python": self._as_python(),
            "done": self._undo.told(),
        }

    def _lint(self, grader: Grader) -> list[dict[str, Any]]:
        from rftkit.grade import items

        ids = self.dataset.labels().head(ITEMS)["id"].to_list() if self.dataset.version else []
        known = items(self.dataset.records(ids)) if ids else None
        try:
            return [problem.to_dict() for problem in grader.lint(known)]
        except RftkitError as error:
            return [{"path": "", "severity": "error", "message": str(error), "fix": "", "code": ""}]

    def _as_python(self) -> str:
        if not self._parts:
            return 'grader = rftkit.Grader.preset("numeric_answer")'
        part = self._parts[0]
        if len(self._parts) == 1 and part.preset:
            options = "".join(f", {name}={value!r}" for name, value in part.options.items())
            return f'grader = rftkit.Grader.preset("{part.preset}"{options})'
        if self.kept is not None and len(self._parts) == 1:
            return f"grader = ds.grader({self.kept['name']!r}, {self.kept['version']})"
        return "grader = rftkit.Grader.from_dict({...})  # the JSON above"

    def to_html(self) -> Html:
        """Return the grader as static HTML, escaped and without script."""
        if not self.text:
            return render.card("Grader", render.notice(EMPTY))
        notices = [
            render.notice(
                f"{one['severity']} {one['path']}: {one['message']}; {one['fix']}",
                "far" if one["severity"] == "error" else "near",
            )
            for one in self.problems
        ]
        probed = [] if self.probes is None else [render.head("Cheats"), render.table(self.probes["probes"])]
        return render.card("Grader", render.tag("pre", self.text), *notices, *probed)

    def __repr__(self) -> str:
        grader = self.grader
        return "GraderBuilder(no grader yet)" if grader is None else f"GraderBuilder({grader.name}, {grader.type})"


def pretty(spec: dict[str, Any]) -> str:
    """Return JSON as a person reads it.

    Examples
    --------
    >>> print(pretty({"type": "python"}))
    {
      "type": "python"
    }
    """
    return msgspec.json.format(msgspec.json.encode(spec), indent=2).decode()
