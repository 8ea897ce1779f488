"""The whole set: what it takes, records in batches, into the dataset and into a file, with its card."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import llm, messages, schema
from rftkit.acts import reading
from rftkit.acts.ideas import coding, sampling
from rftkit.acts.ideas.drafts import STRATEGY, frame_of, label
from rftkit.acts.ideas.set_report import SetReport
from rftkit.errors import InputError, ModelError
from rftkit.formats import writing
from rftkit.idea.asking import BATCH, items_of, pairs_request, tokens_each
from rftkit.idea.card import card as card_text
from rftkit.idea.check import Pair
from rftkit.idea.making import Made, make
from rftkit.idea.making import Progress as MakingProgress
from rftkit.idea.requirements import Requirements
from rftkit.idea.spec import Spec, spec_of
from rftkit.jobs import Control, Job, Progress
from rftkit.store.transaction import write_file

if TYPE_CHECKING:
    from rftkit.acts.ideas.session import Session

#: A set has at least and at most so many records.
LEAST, MOST = 10, 1000
FORMATS = ("jsonl", "csv")
#: Without a cap of one's own, a set may cost so many times its highest estimate: rejected records are asked for anew.
CAP = 2.0
_SEED_STEP = 7919
_LONG = 700


def plan(session: Session, count: int = 100, *, without_answers: bool = False) -> dict[str, Any]:
    """Say what a set takes, before anything is sent: calls, tokens, cost, cap, shares, and what the writer can do.

    Parameters
    ----------
    session
        The session.
    count
        Records, 10 to 1000.
    without_answers
        Write inputs alone.
    """
    wanted = _checked(session, count, without_answers)
    spec = spec_of(wanted)
    items = items_of(spec, count, _seed(session))
    size = _batch(spec)
    requests = [
        pairs_request(
            wanted,
            spec,
            items[start : start + size],
            number=number,
            round_=0,
            seed=_seed(session),
            whole=session.offline,
        )
        for number, start in enumerate(range(0, count, size))
    ]
    rates = session.price_per_million or llm.price(session.model)
    told = llm.estimate(requests, session.model, price_per_million=rates).to_dict()
    ability = session.ability
    return {
        **told,
        "count": count,
        "batch": size,
        "cap_usd": told["high_usd"] * CAP if told["high_usd"] else told["high_usd"],
        "edge_cases": sum("edge_case" in item for item in items),
        "spec": spec.to_dict(),
        "instructions": coding.instructions(session),
        "ability": ability.to_dict() if ability else None,
    }


def write(
    session: Session,
    count: int = 100,
    format: str | None = None,
    *,
    name: str | None = None,
    excel_safe: bool = False,
    without_answers: bool = False,
    budget_usd: float | None = None,
    control: Control | None = None,
) -> SetReport:
    """Write the whole set: into the dataset as records with `reference_answer`, and as a file into its `uploads/`.

    What a model has answered is on the disk before the next call: a run that was stopped or killed goes on, and no
    answer is paid for twice. Calling it approves the plan up to its cap.

    Parameters
    ----------
    session
        The session; its requirements have to be confirmed.
    count
        Records, 10 to 1000.
    format
        ``jsonl`` or ``csv``; what the checklist says by default, else ``jsonl``.
    name
        Of the file, without its ending.
    excel_safe
        Put an apostrophe before CSV cells that a spreadsheet would run as formulas.
    without_answers
        Write inputs alone, with an empty `answer`: for a grader that needs none.
    budget_usd
        Never spend more; twice the plan's highest estimate by default.
    control
        Told how far it is, and may stop it; what `write_job` uses.
    """
    control = control or Control()
    ending = _format(session, format)
    wanted = _checked(session, count, without_answers)
    _begin(
        session,
        count=count,
        format=ending,
        name=name,
        excel_safe=excel_safe,
        without_answers=without_answers,
        budget_usd=budget_usd,
    )
    kept = sampling.kept(session, _earlier(session), answers=not without_answers)[:count]
    made = _made(session, wanted, count, kept, control, budget_usd, without_answers)
    pairs = [*kept, *made.pairs][:count]
    if made.stopped:
        return _report(
            session,
            made,
            count,
            ending,
            written=0,
            gave_up=f"{made.gave_up}; nothing was written, run it again to go on",
        )
    if not pairs:
        raise ModelError(f"nothing was written: {made.gave_up or 'no record passed'}")
    return _written(session, wanted, pairs, made, count, len(kept), ending, name, excel_safe, without_answers)


def write_job(
    session: Session,
    count: int = 100,
    format: str | None = None,
    *,
    progress: Callable[[Progress], None] | None = None,
    **options: Any,
) -> Job[SetReport]:
    """Write the set in the background: ``job.progress``, ``job.stop()``, ``job.wait()``.

    Parameters
    ----------
    session
        The session.
    count, format, **options
        As `write` takes them.
    progress
        Told how far it is.
    """
    _checked(session, count, bool(options.get("without_answers")))
    job: Job[SetReport] = Job(lambda control: write(session, count, format, control=control, **options), name="write")
    if progress is not None:
        job.on_progress(progress)
    return job.start()


def _begin(session: Session, **options: Any) -> None:
    """Note which set was begun, so that one that a kill has cut short can be gone on with."""
    if session.state.begun != options:
        session.rows.append("begun", options=options)


def _checked(session: Session, count: int, without_answers: bool) -> Requirements:
    if not LEAST <= count <= MOST:
        raise InputError(f"a set has {LEAST} to {MOST} records, not {count}; for more, write several")
    sampling.ready(session)
    ability = session.ability
    if ability is not None and not ability.inputs:
        raise InputError(ability.sentence)
    if ability is not None and not ability.answers and not without_answers:
        raise InputError(f"{ability.sentence}; or write inputs alone with without_answers=True (--without-answers)")
    return sampling.learned(session)


def _format(session: Session, given: str | None) -> str:
    said = given or (
        "csv" if re.search(r"\bcsv\b", session.requirements.value("dataset_format"), re.IGNORECASE) else "jsonl"
    )
    if said.lower() not in FORMATS:
        raise InputError(f"{given!r} is no format of a set; take jsonl or csv")
    return said.lower()


def _batch(spec: Spec) -> int:
    return BATCH // 2 if tokens_each(spec) > _LONG else BATCH


def _seed(session: Session) -> int:
    return session.seed + _SEED_STEP * (1 + len(session.state.written))


def _earlier(session: Session) -> list[str]:
    """Return the inputs of the sets that this session wrote before."""
    if not session.state.written:
        return []
    frame = reading.records(session.dataset, where=pl.col("strategy") == STRATEGY, columns=["messages"])
    return [text or "" for text in frame.select(messages.last_user_text()).to_series().to_list()]


def _made(
    session: Session,
    wanted: Requirements,
    count: int,
    kept: Sequence[Pair],
    control: Control,
    budget_usd: float | None,
    without_answers: bool,
) -> Made:
    left = count - len(kept)
    if left <= 0:
        return Made(count, ())
    dropped = [card.input for card in session.state.cards.values() if card.decision == "discard"]

    def tell(state: MakingProgress) -> None:
        asked = {"answered": state.answered, "asked": state.asked, "cost_usd": state.cost_usd}
        control.report(state.done + len(kept), count, note="writing records", **asked)

    writer = session.runner(budget_usd=_cap(session, count, budget_usd, without_answers))
    made = make(
        wanted,
        left,
        writer,
        seed=_seed(session),
        known=[*_earlier(session), *dropped, *(pair.input for pair in kept)],
        answers=not without_answers,
        batch=_batch(spec_of(wanted)),
        on_progress=tell,
        stop=control.stop,
    )
    return replace(made, cost_usd=writer.cost_usd)


def _cap(session: Session, count: int, budget_usd: float | None, without_answers: bool) -> float | None:
    if budget_usd is not None or session.offline:
        return budget_usd
    cap: float | None = plan(session, count, without_answers=without_answers)["cap_usd"]
    return cap or None


def _written(
    session: Session,
    wanted: Requirements,
    pairs: Sequence[Pair],
    made: Made,
    count: int,
    kept: int,
    ending: str,
    name: str | None,
    excel_safe: bool,
    without_answers: bool,
) -> SetReport:
    """Put records into the dataset and the file into `uploads/`, as one step."""
    ds = session.dataset
    gave_up = (
        made.gave_up.replace(f"of {made.requested} records", f"of {made.requested} new records")
        if kept
        else made.gave_up
    )
    made = replace(made, gave_up=gave_up if len(pairs) < count else "")
    file = _free(session, name, len(pairs), count, ending)
    with ds.step(
        "new", {"session": session.name, "count": count, "format": ending, "model": session.model, "file": file.name}
    ) as step:
        fresh = frame_of(session, wanted, pairs, reading.stored_labels(ds)["id"])
        fresh = fresh.with_columns(step.rows(fresh.height), pl.lit(datetime.now(UTC)).alias("created_at"))
        told = writing.write(
            fresh.select(list(schema.RECORDS)), file, ending, excel_safe=excel_safe, dataset_name=ds.name
        )
        warnings = tuple(line for line in told.warnings if without_answers or "answer" not in line.split()[:3])
        step.append("records", fresh.select(list(schema.RECORDS)))
        label(session, step, fresh)
        step.counts = {"requested": count, "written": len(pairs), "kept": kept}
        card = _card(session, wanted, file, pairs, made, count, kept, warnings, without_answers)
    report = _report(
        session, made, count, ending, written=len(pairs), kept=kept, path=str(file), card=str(card), warnings=warnings
    )
    session.rows.append("written", report=report.to_dict())
    return report


def _free(session: Session, name: str | None, written: int, count: int, ending: str) -> Path:
    """Return a file in `uploads/` that no version names; one that a killed run left behind is written over."""
    plain = re.sub(r"[^\w.-]+", "-", name or f"{session.dataset.name}-{session.name}").strip("-.") or "set"
    short = f"-{written}-of-{count}" if written < count else f"-{written}" if name is None else ""
    taken = {line.configuration.get("file") for line in session.dataset.store.versions()}
    base, number = f"{plain}{short}", 1
    while f"{base}{'' if number == 1 else f'-{number}'}.{ending}" in taken:
        number += 1
    return session.path / "uploads" / f"{base}{'' if number == 1 else f'-{number}'}.{ending}"


def _card(
    session: Session,
    wanted: Requirements,
    file: Path,
    pairs: Sequence[Pair],
    made: Made,
    count: int,
    kept: int,
    warnings: Sequence[str],
    without_answers: bool,
) -> Path:
    state = session.state
    rounds = range(1, state.iteration + 1)
    listed = {number: {change.id: change.status for change in coding.changes(session, number)} for number in rounds}
    themes = [
        (number, theme, listed[number].get(theme.id, "open"))
        for number in rounds
        for theme in coding.themes(session, number)
    ]
    text = card_text(
        file.name,
        wanted,
        spec_of(wanted),
        pairs,
        made,
        model=session.model,
        count=count,
        kept=kept,
        themes=themes,
        warnings=warnings,
        limits=_limits(session, without_answers),
    )
    path = file.with_name(f"{file.name}.card.md")
    write_file(path, text.encode())
    return path


def _limits(session: Session, without_answers: bool) -> list[str]:
    ability = session.ability
    lines = ["the records are generated: they show what was asked for, and real inputs may differ"]
    if ability is not None:
        lines += [
            ability.sentence,
            "the keyless writer composes by rules: wording is plainer and less varied than that of people",
        ]
        lines += [f"the keyless writer cannot follow: {line}" for line in ability.unfollowed]
    else:
        lines += ["answers were written by a model and checked for their form; whether they are right was not checked"]
    return [*lines, "the answers were left out on request"] if without_answers else lines


def _report(session: Session, made: Made, count: int, ending: str, **more: Any) -> SetReport:
    counted = (
        "rejected",
        "reasons",
        "calls",
        "cached_calls",
        "prompt_tokens",
        "completion_tokens",
        "cost_usd",
        "stopped",
    )
    told = {name: getattr(made, name) for name in counted}
    return SetReport(
        **{
            "requested": count,
            "format": ending,
            "model": session.model,
            "gave_up": made.gave_up,
            "dataset_version": session.dataset.version,
            **told,
            **more,
        }
    )
