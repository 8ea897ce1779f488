"""`Grader`: what gives an answer its reward, in the common JSON."""

from __future__ import annotations

import copy
import hashlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from rftkit import render
from rftkit.errors import FormatError, InputError, NotFoundError
from rftkit.grade.graded import Graded
from rftkit.grade.kinds import kind_of
from rftkit.grade.means import Asker, Embeds, Means
from rftkit.grade.pairs import Item, Sample
from rftkit.grade.problem import Problem
from rftkit.grade.shape import problems
from rftkit.llm.request import Request

if TYPE_CHECKING:
    from rftkit.grade.export import GraderExport
    from rftkit.grade.probes import ProbeReport, Probing


class Grader:
    """A grader in the common JSON: string_check, text_similarity, score_model, label_model, python or multi.

    Make one with `from_dict`, `load` or `preset`. It never changes.

    Parameters
    ----------
    spec
        The JSON object.

    Examples
    --------
    >>> from rftkit.grade import sample
    >>> grader = Grader.from_dict({
    ...     "type": "string_check", "name": "exact", "input": "{{sample.output_text}}",
    ...     "reference": "{{item.reference_answer}}", "operation": "eq",
    ... })
    >>> grader
    Grader(exact, string_check)
    >>> grader.grade([sample("42"), sample("41")], [{"reference_answer": "42"}, {"reference_answer": "42"}])[1].reward
    0.0
    """

    def __init__(self, spec: Mapping[str, Any]) -> None:
        if not isinstance(spec, Mapping):
            raise InputError(
                f"a grader is a JSON object, not {type(spec).__name__}; write {{'type': ..., 'name': ...}}"
            )
        self._spec: dict[str, Any] = copy.deepcopy(dict(spec))

    @classmethod
    def from_dict(cls, spec: Mapping[str, Any]) -> Grader:
        """Return the grader of a JSON object; what is wrong with it, `lint` says.

        Parameters
        ----------
        spec
            The object.
        """
        return cls(spec)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Grader:
        """Return the grader in a JSON file.

        Parameters
        ----------
        path
            The file.

        Raises
        ------
        NotFoundError
            There is no such file.
        FormatError
            It holds no JSON object.

        Examples
        --------
        >>> import tempfile
        >>> file = Path(tempfile.mkdtemp()) / "g.json"
        >>> Grader({"type": "python", "name": "one", "source": "def grade(sample, item): return 1.0"}).save(file)
        >>> Grader.load(file).name
        'one'
        """
        file = Path(path).expanduser()
        if not file.is_file():
            raise NotFoundError(
                f"there is no grader file {str(file)!r}; name a JSON file, or a preset: rftkit grader presets"
            )
        try:
            spec = msgspec.json.decode(file.read_bytes())
        except msgspec.DecodeError as wrong:
            raise FormatError(f"{str(file)!r} is no JSON ({wrong}); a grader file holds one JSON object") from None
        if not isinstance(spec, dict):
            raise FormatError(f"{str(file)!r} holds no JSON object; a grader begins with {{ and has a type and a name")
        return cls(spec.get("grader", spec) if "type" not in spec else spec)

    @classmethod
    def preset(cls, name: str, /, **options: Any) -> Grader:
        """Return a grader that is ready to use.

        Parameters
        ----------
        name
            One of `rftkit.grade.presets.PRESETS`, such as ``numeric_answer``.
        options
            Of the preset, such as ``reference="answer"``.

        Raises
        ------
        InputError
            There is no such preset or option.

        Examples
        --------
        >>> from rftkit.grade import sample
        >>> Grader.preset("numeric_answer").grade([sample("So it is $1,200.")], [{"reference_answer": "1200"}])[0].reward
        1.0
        """
        from rftkit.grade.presets import preset_spec

        return cls(preset_spec(name, **options))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the JSON to a file.

        Parameters
        ----------
        path
            The file; its folder is made.
        """
        file = Path(path).expanduser()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(msgspec.json.format(msgspec.json.encode(self._spec), indent=2) + b"\n")

    def to_dict(self) -> dict[str, Any]:
        """Return the common JSON."""
        return copy.deepcopy(self._spec)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self._spec.get("name", ""))

    @property
    def type(self) -> str:
        """Its type."""
        return str(self._spec.get("type", ""))

    @property
    def fingerprint(self) -> str:
        """A hash of the JSON, the same whatever the order of its keys."""
        return hashlib.sha256(msgspec.json.encode(self._spec, order="sorted")).hexdigest()[:16]

    @property
    def parts(self) -> dict[str, Grader]:
        """The graders of a `multi` by their names in the formula; empty for the other types."""
        inner = self._spec.get("graders") if self.type == "multi" else None
        return {name: Grader(part) for name, part in inner.items()} if isinstance(inner, Mapping) else {}

    @property
    def models(self) -> list[str]:
        """The models that it asks."""
        parts = [self, *self.parts.values()]
        asked = [part.to_dict().get("model") for part in parts if part.type in ("score_model", "label_model")]
        return list(dict.fromkeys(model for model in asked if isinstance(model, str)))

    def with_judge(self, model: str) -> Grader:
        """Return the same grader with another model in the place of every model that it asks.

        Parameters
        ----------
        model
            litellm's name.

        Examples
        --------
        >>> turns = [{"role": "user", "content": "Rate {{sample.output_text}}"}]
        >>> Grader({"type": "score_model", "name": "a", "model": "gpt-4.1", "input": turns}).with_judge("ollama/x").models
        ['ollama/x']
        """
        spec = self.to_dict()
        for part in [spec, *(spec["graders"].values() if self.parts else ())]:
            if part.get("type") in ("score_model", "label_model"):
                part["model"] = model
        return Grader(spec)

    def requests(
        self, samples: Sequence[Sample], items: Sequence[Item], *, repeat: int = 0
    ) -> dict[str, list[Request]]:
        """Return what `grade` would ask, by model; nothing is sent.

        Parameters
        ----------
        samples, items, repeat
            As `grade` takes them.
        """
        from rftkit.grade.kinds import label_model, score_model

        makers = {"score_model": score_model.requests, "label_model": label_model.requests}
        asked: dict[str, list[Request]] = {}
        for part in [self, *self.parts.values()]:
            if part.type in makers:
                made = makers[part.type](part._spec, samples, items, repeat)
                asked.setdefault(part._spec["model"], []).extend(one for one in made if isinstance(one, Request))
        return asked

    def grade(
        self,
        samples: Sequence[Sample],
        items: Sequence[Item],
        runner: Asker | Callable[[str], Asker] | None = None,
        embedder: Embeds | None = None,
        *,
        repeat: int = 0,
    ) -> list[Graded]:
        """Return the grade of every pair, in their order.

        Parameters
        ----------
        samples
            The answers (`rftkit.grade.sample`).
        items
            The records (`rftkit.grade.items`), one for each answer.
        runner
            Asks the models of score_model and label_model: a `rftkit.llm.Runner` for all of them, or a function
            from the model's name to one.
        embedder
            For the metric `cosine`.
        repeat
            Number of this repetition: with another number, a judge is asked the same anew.

        Raises
        ------
        InputError
            The JSON cannot be run; `lint` names every reason.
        """
        self.check()
        if len(samples) != len(items):
            raise InputError(
                f"there are {len(samples)} answers for {len(items)} records; give one record for each answer"
            )
        start = time.perf_counter()
        found = kind_of(self.type)(self._spec, samples, items, Means(runner, embedder, repeat))
        share = (time.perf_counter() - start) / max(len(samples), 1)
        return [replace(one, name=self.name, type=self.type, seconds=share) for one in found]

    def check(self) -> None:
        """Raise where the JSON cannot be run.

        Raises
        ------
        InputError
            With the first reason.
        """
        found = list(problems(self._spec))
        if found:
            more = f" (and {len(found) - 1} more, see lint)" if len(found) > 1 else ""
            raise InputError(f"the grader {self.name!r} cannot be run: {found[0]}{more}")

    def lint(
        self,
        items: Sequence[Item] | None = None,
        target: str = "openai-rft",
        *,
        policy: str | None = None,
        response_format: Any = None,
    ) -> list[Problem]:
        """Return everything that is or may be wrong with the grader, errors first.

        Parameters
        ----------
        items
            Records that it is to grade, to check the fields it names and that no reference stands in a prompt.
        target
            Where it is to run: ``openai-rft``, or ``local``, where a few things more are allowed.
        policy
            The model that is to be trained, to see that it is not judged by its own kind.
        response_format
            What the training asks replies to be.
        """
        from rftkit.grade.lint import lint

        return lint(self._spec, items, to=target, policy=policy, response_format=response_format)

    def probe(self, ds: Probing, **options: Any) -> ProbeReport:
        """Return what the grader gives to answers that deserve nothing, and to the right one.

        Parameters
        ----------
        ds
            A `Dataset`, whose records are the prompts.
        **options
            Of `Dataset.probe`: prompts, seed, judge, approved, budget_usd.
        """
        return ds.probe(self, **options)

    def export(
        self, target: str, path: str | os.PathLike[str], pairs: Sequence[tuple[Sample, Item]] = ()
    ) -> GraderExport:
        """Write the grader for another tool, and a test beside it that it is the same there.

        Parameters
        ----------
        target
            ``openai``, ``trl``, ``verifiers``, ``bedrock`` or ``fireworks``.
        path
            The file.
        pairs
            Samples and items for the test, beside the made-up ones.
        """
        from rftkit.grade.export import export

        return export(self, target, Path(path), pairs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Grader) and other.fingerprint == self.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __repr__(self) -> str:
        return f"Grader({self.name}, {self.type})"

    def _repr_html_(self) -> str:
        return render.report(repr(self), self.to_dict())
