"""From answers to a dry run: graded, the grader checked on known answers, kept; and graded again by another grader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import messages
from rftkit.acts import dry_runs, grading, reading
from rftkit.errors import InputError
from rftkit.grade import Grader, items, sample, sample_of
from rftkit.jobs import Control, StoppedError
from rftkit.store.journal import now

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.dryrun import Choice, DryRun

#: Fields of a record that hold the answer that is right, the first that there is.
REFERENCES = ("reference_answer", "reference", "answer", "solution", "ground_truth")
_CHECKED = 100  # prompts whose known and empty answers are graded, to check the grader
_SAME = 1e-9
_JUDGE = ("base_url", "api_key", "price_per_million", "concurrency")


def refuse_pinned(ds: Context) -> None:
    """Raise before anything is paid for what could not be kept.

    Parameters
    ----------
    ds
        The dataset.

    Raises
    ------
    InputError
        It is pinned to a version.
    """
    if ds.pinned is not None:
        raise InputError(
            f"{ds.path} is opened at version {ds.pinned.version} and cannot be changed; look at its dry runs with "
            f'ds.dry_runs(), or open the newest with rftkit.open("{ds.path}")'
        )


def grader_of(given: Any, judge: str | None = None) -> Grader:
    """Return the grader that was meant.

    Parameters
    ----------
    given
        A `rftkit.Grader`, its JSON, a file of it, or the name of a preset.
    judge
        Asked in place of the models that it names.
    """
    if isinstance(given, Mapping):
        given = Grader.from_dict(given)
    elif isinstance(given, str | Path):
        file = str(given).endswith(".json") or Path(given).is_file()
        given = Grader.load(given) if file else Grader.preset(str(given))
    if not isinstance(given, Grader):
        raise InputError(f"{given!r} is no grader; give a rftkit.Grader, its JSON, a file, or the name of a preset")
    return given if judge is None else given.with_judge(judge)


def sum_of(values: Sequence[float | None]) -> float | None:
    """Return a sum of costs; None where one is unknown.

    Examples
    --------
    >>> sum_of([0.5, 1.0]), sum_of([0.5, None])
    (1.5, None)
    """
    return None if None in values else sum((value for value in values if value is not None), 0.0)


def graded(
    ds: Context,
    said: pl.DataFrame,
    choice: Choice,
    entry: dict[str, Any],
    grader: Grader,
    judge: str | None,
    control: Control,
    *,
    keep: bool = True,
    **options: Any,
) -> DryRun:
    """Grade answers, make the dry run of them, and keep it.

    Parameters
    ----------
    ds
        The dataset.
    said
        The answers: columns of `schema.ROLLOUTS`.
    choice
        The prompts.
    entry
        What is kept of the run beside its rewards.
    grader, judge
        The grader, and whom it asks in place of its own models.
    control
        Of the job.
    keep
        Whether the run is kept.
    **options
        Of `grading.score`.
    """
    chosen = grader_of(grader, judge)
    records = reading.frame(ds, reading.labels_of(ds, choice.ids))
    rows = dict(zip(records["id"], items(records), strict=True))
    answered = said.filter(pl.col("error").is_null())
    pairs = zip(answered["output_text"], answered["output_tools"], strict=True)
    samples = [sample(text, messages.load(tools)) for text, tools in pairs]
    control.report(control.progress.done, note="grading")
    scores = grading.score(
        ds, chosen, samples, [rows[id_] for id_ in answered["id"]], approved=True, control=control, **options
    )
    if control.stop.is_set():
        raise StoppedError(f"stopped; {said.height:,} answers are kept, run it again to go on from them")
    rewards = answered.select("id", "sample").with_columns(
        pl.Series("reward", [one.reward for one in scores.graded], dtype=pl.Float64),
        pl.Series("sub_rewards", [_parts(one) for one in scores.graded], dtype=pl.String),
        pl.Series("grader_error", [one.error for one in scores.graded], dtype=pl.String),
    )
    facts = _facts(records, choice, _checks(ds, chosen, records, rows, control))
    whole = said.select("id", "sample", "prompt_key").join(
        rewards, on=["id", "sample"], how="left", maintain_order="left"
    )
    whole = whole.join(facts, on="id", how="left", maintain_order="left")
    run = dry_runs.new_name(ds)
    told = _told(entry, grader, judge, scores, run, ds.version)
    told["again"] = _again(chosen, answered["id"], samples, [rows[id_] for id_ in answered["id"]], scores)
    table = whole.with_columns(run=pl.lit(run))
    made = dry_runs.build(ds, table.sort("id", "sample"), told)
    if keep:
        dry_runs.keep(ds, table, told, made.to_dict())
    return made


def _again(
    grader: Grader, ids: pl.Series, samples: Sequence[Any], given: Sequence[Any], scores: grading.Scores
) -> dict[str, Any] | None:
    """Grade some answers a second time: one that gets another reward then was rewarded by chance. Judges cost, and wait."""
    if grader.models or not samples:
        return None
    places = list(range(0, len(samples), -(-len(samples) // _CHECKED)))
    second = grader.grade([samples[place] for place in places], [given[place] for place in places])
    both = [(place, scores.graded[place].reward, two.reward) for place, two in zip(places, second, strict=True)]
    known = [(place, one, two) for place, one, two in both if one is not None and two is not None]
    return {"tried": len(known), "differ": [ids[place] for place, one, two in known if abs(one - two) > _SAME]}


def _parts(one: Any) -> str | None:
    return messages.dump(dict(one.sub_rewards)) if one.sub_rewards else None


def _told(
    entry: dict[str, Any], grader: Grader, judge: str | None, scores: grading.Scores, run: str, version: int
) -> dict[str, Any]:
    """Return what is kept of the run: what the answers took, and on top what the judges did."""
    counts = ("calls", "cached_calls", "prompt_tokens", "completion_tokens")
    return {
        "run": run,
        "when": now(),
        "dataset_version": version,
        "grader": grader.to_dict(),
        "grader_name": grader.name,
        "grader_fingerprint": grader.fingerprint,
        "judge": judge,
        **entry,
        **{name: entry[name] + getattr(scores, name) for name in counts},
        "cost_usd": sum_of([entry["cost_usd"], scores.cost_usd]),
    }


def _facts(records: pl.DataFrame, choice: Choice, checks: pl.DataFrame) -> pl.DataFrame:
    topics = pl.DataFrame({"id": choice.ids, "topic": choice.topics}).with_columns(pl.col("topic").replace("", None))
    warned = records.select("id", pl.concat_list(pl.col("warnings").fill_null([]), pl.col("errors").fill_null([])))
    known = topics.join(warned, on="id", how="left", maintain_order="left")
    return known.join(checks, on="id", how="left", maintain_order="left")


def _checks(
    ds: Context, grader: Grader, records: pl.DataFrame, rows: Mapping[str, Any], control: Control
) -> pl.DataFrame:
    """Return what the grader gives to known and to empty answers; nothing of graders whose judges would cost."""
    part = records.head(0) if grader.models else records.head(_CHECKED)
    given = [known_answer(rows[id_], output) for id_, output in part.select("id", "output").iter_rows()]
    there = [(id_, answer) for id_, answer in zip(part["id"], given, strict=True) if answer is not None]
    pairs = [(answer, rows[id_]) for id_, answer in there] + [(sample(""), rows[id_]) for id_ in part["id"]]
    scores = grading.score(ds, grader, [one for one, _ in pairs], [row for _, row in pairs], control=control)
    rewards = [one.reward for one in scores.graded]
    ids = [id_ for id_, _ in there]
    known = pl.DataFrame({"id": ids, "known": rewards[: len(ids)]}, schema={"id": pl.String, "known": pl.Float64})
    empty = pl.DataFrame(
        {"id": part["id"], "empty": rewards[len(ids) :]}, schema={"id": pl.String, "empty": pl.Float64}
    )
    return empty.join(known, on="id", how="left", maintain_order="left")


def known_answer(item: Mapping[str, Any], output: str | None) -> dict[str, Any] | None:
    """Return the answer that a record says is right: its reference, else its stored output; None where it has neither.

    Parameters
    ----------
    item
        The record as a grader sees it.
    output
        JSON text of the stored output.

    Examples
    --------
    >>> known_answer({"reference_answer": "42"}, None)["output_text"], known_answer({}, None)
    ('42', None)
    """
    value = next((item[name] for name in REFERENCES if item.get(name) not in (None, "")), None)
    if value is None:
        return sample_of(output)
    return sample(value if isinstance(value, str) else messages.dump(value))


def regrade(ds: Context, run: DryRun, grader: Any, *, keep: bool = True, **options: Any) -> DryRun:
    """Return the dry run of another grader on the answers of one that was made; the model is not asked again.

    Parameters
    ----------
    ds
        The dataset.
    run
        The run whose answers are graded.
    grader
        As `dry_run` takes it.
    keep
        Whether the new run is kept, so that training with its grader may begin.
    **options
        ``judge``, and for graders that ask a model: base_url, api_key, budget_usd, price_per_million, concurrency.
        Calling it approves what they cost.
    """
    from rftkit.dryrun import Choice

    known = {"judge", "budget_usd", *_JUDGE}
    strange = sorted(set(options) - known)
    if strange:
        raise InputError(f"regrade has no option {strange[0]!r}; it has {', '.join(sorted(known))} and keep")
    if keep:
        refuse_pinned(ds)
    about = run.about
    ids = run.frame["id"].unique(maintain_order=True)
    there = ids.filter(ids.is_in(reading.labels(ds)["id"].implode()))
    topics = dict(run.facts.select("id", "topic").iter_rows())
    names = tuple(topics.get(id_) or "" for id_ in there)
    choice = Choice(tuple(there), names, dict(run.population or {}), about["source"], about["seed"])
    said = run.frame.filter(pl.col("id").is_in(there.implode()))
    free = dict.fromkeys(("calls", "cached_calls", "prompt_tokens", "completion_tokens"), 0)
    stored = {name: about[name] for name in ("model", "settings", "settings_name", "prompts", "rollouts")}
    more = {name: about[name] for name in ("seed", "source", "missing", "reason")}
    limits = {"population": choice.population, "thresholds": run.limits.to_dict()}
    entry = {**stored, **more, **limits, **free, "cost_usd": 0.0}
    judge = options.pop("judge", None)
    return graded(ds, said, choice, entry, grader_of(grader), judge, Control(), keep=keep, **options)
