"""One grader, many targets: each gets one file that needs nothing but itself, and a test that it is the same grader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rftkit.errors import InputError
from rftkit.grade.grader import Grader

#: Target -> what is written for it.
TARGETS = {
    "openai": "the common JSON, for OpenAI, Azure AI Foundry and what speaks like them",
    "trl": "a reward function for GRPOTrainer",
    "verifiers": "an environment with a rubric",
    "bedrock": "an AWS Lambda function for Amazon Bedrock and Nova",
    "fireworks": "an evaluator for Fireworks",
}


@dataclass(frozen=True)
class GraderExport:
    """Files that were written for a target.

    Attributes
    ----------
    target
        One of `TARGETS`.
    files
        The grader, then its test.
    cases
        How many answers the test compares.

    Examples
    --------
    >>> GraderExport("trl", ("reward.py", "test_reward_parity.py"), 27)
    GraderExport(trl: reward.py, with test_reward_parity.py over 27 answers)
    """

    target: str
    files: tuple[str, ...]
    cases: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {"target": self.target, "files": list(self.files), "cases": self.cases}

    def __repr__(self) -> str:
        names = [Path(file).name for file in self.files]
        return f"GraderExport({self.target}: {names[0]}, with {names[1]} over {self.cases} answers)"


def export(
    grader: Grader,
    target: str,
    path: str | Path,
    pairs: Sequence[tuple[Mapping[str, Any], Mapping[str, Any]]] = (),
) -> GraderExport:
    """Write a grader for a target, and a test beside it that compares it with the grader here.

    Parameters
    ----------
    grader
        The grader.
    target
        One of `TARGETS`.
    path
        The file; beside it comes ``test_NAME_parity.py``.
    pairs
        Samples and items for the test, beside the made-up ones.

    Raises
    ------
    InputError
        There is no such target, or the grader cannot be run there.

    Examples
    --------
    >>> import tempfile
    >>> export(Grader.preset("exact_match"), "trl", tempfile.mkdtemp() + "/reward.py").cases
    36
    """
    from rftkit.grade.export.layout import written
    from rftkit.grade.export.parity import cases_of, test_of

    _checked(grader, target)
    file = Path(path).expanduser()
    file.parent.mkdir(parents=True, exist_ok=True)
    cases = cases_of(grader, pairs)
    if target == "openai":
        grader.save(file)
    else:
        file.write_text(written(grader, target), encoding="utf-8")
    test = file.with_name(f"test_{file.stem}_parity.py")
    test.write_text(test_of(grader, target, file.name, cases), encoding="utf-8")
    return GraderExport(target, (str(file), str(test)), len(cases))


def _checked(grader: Grader, target: str) -> None:
    if target not in TARGETS:
        raise InputError(f"there is no target {target!r}; choose one of {', '.join(TARGETS)}")
    grader.check()
    for part in (grader, *grader.parts.values()):
        if part.to_dict().get("evaluation_metric") == "cosine":
            raise InputError(
                f"the part {part.name!r} compares by cosine, which needs an embedding model that {target} does not have; "
                "take rouge_l or fuzzy_match"
            )
    if target == "openai" and grader.type == "label_model":
        raise InputError(
            "label_model cannot be the whole grader of a fine-tuning job; put it into a multi: "
            "rftkit.grade.weighted({'label': (grader, 1.0)})"
        )
