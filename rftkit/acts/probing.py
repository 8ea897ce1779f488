"""Prove a grader: probes, known answers, the same answer again, and the labels of people."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rftkit.acts import grading, judging, reading
from rftkit.errors import InputError
from rftkit.formats.writing.calls import KEY
from rftkit.grade import Grader, items, sample, sample_of
from rftkit.grade.agreement import Agreement, agreement
from rftkit.grade.probes import PROBES, ProbeReport, attempts, judged
from rftkit.grade.reliability import CaseReport, Repeatability, cases, repeatability

if TYPE_CHECKING:
    from rftkit.acts.context import Context

Pairs = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def probe(
    ds: Context,
    grader: Grader,
    *,
    prompts: int = 16,
    seed: int = 0,
    judge: str | None = None,
    approved: bool = False,
    **options: Any,
) -> ProbeReport:
    """Return what a grader gives to answers that deserve nothing, and to the right one.

    Parameters
    ----------
    ds
        The dataset.
    grader
        The grader.
    prompts
        On how many of its valid records each probe is tried.
    seed
        Of the choice of records.
    judge
        Asked in place of the models that the grader names.
    approved
        Whether what the judges cost is approved.
    **options
        Of `grading.score`.
    """
    chosen = grader if judge is None else grader.with_judge(judge)
    drawn = _deserving(ds, chosen, prompts, seed)
    tries = [attempts(item, output) for item, output in drawn]
    flat = [(name, at, answer) for at, one in enumerate(tries) for name, answers in one.items() for answer in answers]
    samples, rows = [answer for _, _, answer in flat], [drawn[at][0] for _, at, _ in flat]
    scores = grading.score(ds, chosen, samples, rows, approved=approved, **options)
    grades: dict[str, list[list[Any]]] = {name: [[] for _ in tries] for name in PROBES}
    for (name, at, _), graded in zip(flat, scores.graded, strict=True):
        grades[name][at].append(graded)
    probes = tuple(judged(name, grades[name]) for name in PROBES)
    return ProbeReport(chosen.name, chosen.fingerprint, probes, scores.calls, scores.cached_calls, scores.cost_usd)


def known_answers(
    ds: Context, grader: Grader, known: Sequence[Mapping[str, Any]], *, approved: bool = False, **options: Any
) -> CaseReport:
    """Return whether answers of known quality get what they should: perfect .9, mediocre .5, terrible .1.

    Parameters
    ----------
    ds
        The dataset.
    grader
        The grader.
    known
        Each with the `id` of a record (or an `item` of its own), `output_text` (maybe `output_tools`), and `level`
        or `expected`.
    approved
        Whether what the judges cost is approved.
    **options
        Of `grading.score`.
    """
    samples, rows = _pairs(ds, known)
    scores = grading.score(ds, grader, samples, rows, approved=approved, **options)
    return cases(known, [one.reward for one in scores.graded], [one.error for one in scores.graded])


def hand_labels(
    ds: Context,
    grader: Grader,
    labelled: Sequence[Mapping[str, Any]],
    *,
    threshold: float = 0.5,
    seed: int = 0,
    approved: bool = False,
    **options: Any,
) -> Agreement:
    """Return how far a grader agrees with people: accuracy, kappa and correlations with intervals.

    Parameters
    ----------
    ds
        The dataset.
    grader
        The grader.
    labelled
        Each with the `id` of a record (or an `item`), `output_text`, and `label`: 0 or 1 or a number between.
    threshold
        From here on an answer counts as good.
    seed
        Of the draws for the intervals.
    approved
        Whether what the judges cost is approved.
    **options
        Of `grading.score`.
    """
    labels = [_label(row) for row in labelled]
    samples, rows = _pairs(ds, labelled)
    scores = grading.score(ds, grader, samples, rows, approved=approved, **options)
    return agreement([one.reward for one in scores.graded], labels, threshold=threshold, seed=seed)


def judge_again(
    ds: Context,
    grader: Grader,
    *,
    times: int = 5,
    prompts: int = 16,
    seed: int = 0,
    approved: bool = False,
    **options: Any,
) -> Repeatability:
    """Return how much a grader differs from itself on the same stored outputs.

    Parameters
    ----------
    ds
        The dataset.
    grader
        The grader.
    times
        How often each answer is graded.
    prompts, seed
        How many records, and the seed of their choice.
    approved
        Whether what the judges cost is approved.
    **options
        Of `judging.Judges`: base_url, budget_usd, price_per_million.
    """
    found = [(output, item) for item, output in _drawn(ds, prompts, seed) if output]
    if not found:
        raise InputError("no record has a stored output to grade again; give answers with ds.known_answers")
    samples, rows = [output for output, _ in found], [item for _, item in found]
    judges = judging.Judges(ds, **options)
    every = range(times)
    if grader.models:
        asked = [grader.requests(samples, rows, repeat=again) for again in every]
        together = {model: [request for one in asked for request in one[model]] for model in asked[0]}
        judging.approve(judges.estimate(together), approved=approved)
    grades = [grader.grade(samples, rows, judges, repeat=again) for again in every]
    return repeatability([[one[at].reward for one in grades] for at in range(len(found))])


def _chosen(ds: Context, prompts: int, seed: int) -> list[str]:
    labels = reading.labels(ds)
    ids = labels.filter(labels["valid"].fill_null(value=True))["id"].to_list()
    if not ids:
        raise InputError("the dataset has no valid record to try a grader on; import some first")
    return random.Random(seed).sample(ids, min(prompts, len(ids)))


def _drawn(ds: Context, prompts: int, seed: int) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    frame = reading.records(ds, _chosen(ds, prompts, seed))
    return list(zip(items(frame), map(sample_of, frame["output"]), strict=True))


def _deserving(
    ds: Context, grader: Grader, prompts: int, seed: int
) -> list[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Return records on which words alone deserve nothing: for a grader of calls, those that expect one.

    Where no call is expected, any words are an answer without a call, and that is all such a grader looks at.
    """
    if KEY not in str(grader.to_dict()):
        return _drawn(ds, prompts, seed)
    many = _drawn(ds, prompts * 10, seed)
    calling = [pair for pair in many if pair[0].get(KEY) not in (None, "", "[]", [])]
    return (calling or many)[:prompts]


def _pairs(ds: Context, rows: Sequence[Mapping[str, Any]]) -> Pairs:
    """Return the answers of rows and the records they answer."""
    ids = [row["id"] for row in rows if "item" not in row and "id" in row]
    frame = reading.records(ds, list(dict.fromkeys(ids)))
    known = dict(zip(frame["id"], items(frame), strict=True))
    if any("item" not in row and "id" not in row for row in rows):
        raise InputError("an answer has neither an id nor an item; give the id of a record, or an item of its own")
    samples = [sample(row.get("output_text"), row.get("output_tools")) for row in rows]
    return samples, [dict(row["item"]) if "item" in row else known[row["id"]] for row in rows]


def _label(row: Mapping[str, Any]) -> float:
    label = row.get("label")
    if not isinstance(label, int | float):
        raise InputError(f"the label of {row.get('id')!r} is {label!r}; give 0 or 1, or a number between")
    return float(label)
