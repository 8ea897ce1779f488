"""What the keyless writer can honestly make of requirements, in one sentence."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, replace
from typing import Any

from rftkit.idea.requirements import Requirements
from rftkit.idea.spec import Spec, spec_of
from rftkit.offline import fields
from rftkit.offline.pairs import EDGES, sayable
from rftkit.offline.templates import of_pair

_SENTIMENTS = ("positive", "negative", "neutral")
_HOW = "choose a model, or give examples with their answers (an input may have slots such as {city})"


@dataclass(frozen=True, slots=True)
class Ability:
    """What `rftkit/offline` can write.

    Attributes
    ----------
    inputs, answers
        Whether it can write them.
    sentence
        How it writes, or why it cannot and what to do.
    unfollowed
        Lines of the requirements that rules cannot follow.

    Examples
    --------
    >>> ability(Requirements().put("output_format", "a friendly reply")).answers
    False
    """

    inputs: bool
    answers: bool
    sentence: str
    unfollowed: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the ability as plain values."""
        return asdict(self)


def ability(wanted: Requirements) -> Ability:
    """Return what the keyless writer can make of requirements.

    Parameters
    ----------
    wanted
        The requirements.

    Examples
    --------
    >>> told = ability(Requirements().put("output_format", "one of: billing, delivery"))
    >>> told.answers, "by name" in told.sentence
    (True, True)
    """
    spec = spec_of(wanted)
    found = _of_kind(wanted, spec)
    if found.inputs and spec.languages and "English" not in spec.languages and not wanted.examples:
        tongue = " or ".join(spec.languages)
        return Ability(
            False, False, f"rftkit/offline composes English alone and cannot write {tongue}; {_HOW} in {tongue}"
        )
    unfollowed = (*spec.instructions, *(edge for edge in spec.edges if edge not in offline_spec(spec).edges))
    return Ability(found.inputs, found.answers, found.sentence, unfollowed)


def _followed(edge: str) -> bool:
    return any(re.search(pattern, edge, re.IGNORECASE) for pattern in EDGES.values())


def offline_spec(spec: Spec) -> Spec:
    """Return the spec without the edge cases that rules cannot write: no record is said to be what it is not.

    Examples
    --------
    >>> offline_spec(Spec(edges=("typos", "sarcasm"), edge_share=0.2)).edges
    ('typos',)
    """
    edges = tuple(edge for edge in spec.edges if _followed(edge))
    return replace(spec, edges=edges, edge_share=spec.edge_share if edges else 0.0)


def _of_kind(wanted: Requirements, spec: Spec) -> Ability:
    if spec.output.kind == "label":
        return _labels(wanted, spec)
    if spec.output.kind == "json" and not _answered(wanted):
        return _json(wanted, spec)
    return _examples(wanted)


def _answered(wanted: Requirements) -> int:
    return sum(example.answer is not None for example in wanted.examples)


def _labels(wanted: Requirements, spec: Spec) -> Ability:
    shown = {str(example.answer).strip().casefold() for example in wanted.examples}
    bare = [label for label in spec.output.labels if not _known(label, shown, wanted)]
    dark = [label for label in bare if not sayable(label)]
    if dark:
        return Ability(
            True,
            False,
            f"rftkit/offline cannot know what an input of {_listed(dark)} looks like; give two or three examples "
            "of each, or choose a model",
        )
    count = _answered(wanted)
    how = (
        f"from {count} example{'s' if count != 1 else ''} and the words of each label"
        if count
        else "from the words of each label"
    )
    plain = (
        f"; without examples it can only speak of {_listed(bare)} by name, three examples of each read far better"
        if bare
        else ""
    )
    sentence = f"rftkit/offline composes inputs by rules {how}, and the answer is the label that it composed for{plain}"
    return Ability(True, True, sentence)


def _known(label: str, shown: set[str], wanted: Requirements) -> bool:
    return label.casefold() in shown or bool(wanted.vocabulary.get(label)) or label.casefold() in _SENTIMENTS


def _json(wanted: Requirements, spec: Spec) -> Ability:
    silent = fields.unsayable(spec.output.schema or {}, wanted.vocabulary)
    if silent or not (spec.output.schema or {}).get("properties"):
        what = _listed(silent) or "an object without keys"
        return Ability(
            False, False, f"rftkit/offline cannot make up values of {what}; list some as its vocabulary, or {_HOW}"
        )
    sentence = "rftkit/offline chooses the values of the JSON first and writes plain sentences that state them"
    return Ability(
        True, True, f"{sentence}, so answers are right and inputs are simple; one or two examples give it your wording"
    )


def _examples(wanted: Requirements) -> Ability:
    templates = [of_pair(example.input, example.answer) for example in wanted.examples if example.answer is not None]
    if not templates:
        return Ability(
            bool(wanted.examples),
            False,
            f"rftkit/offline is no language model and cannot write the answers of this task; {_HOW}",
        )
    stuck = [template for template in templates if template.names and not template.fillable(wanted.vocabulary)]
    if len(stuck) == len(templates):
        names = _listed(list(dict.fromkeys(name for template in stuck for name in template.names)))
        return Ability(
            False, False, f"rftkit/offline knows no values for {names}; list some as vocabulary, or choose a model"
        )
    slots = sum(bool(template.names) for template in templates)
    how = (
        "fills the slots of your examples with new values"
        if slots
        else "says the inputs of your examples in other words"
    )
    few = "" if slots else "; that makes a few variations of each example and no new cases"
    return Ability(True, True, f"rftkit/offline {how} and keeps their answers right{few}")


def _listed(names: list[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return " and ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1]))) if quoted else ""
