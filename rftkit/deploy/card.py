"""The model card: what was trained on what, with which grader, how it was measured, and what nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any


def card(about: Mapping[str, Any]) -> str:
    """Return a model card as Markdown; what is not known is said to be unknown.

    Parameters
    ----------
    about
        `name`, `job` (what `job.json` holds), `data`, `results` and `dry_run` where there are any, and `licence`.

    Examples
    --------
    >>> text = card({"name": "sums", "job": {"id": "job-1", "base": "tiny", "backend": "trl", "seed": 3}, "data": {}})
    >>> text.splitlines()[0], "* seed: 3" in text
    ('---', True)
    """
    job = about["job"]
    parts = [
        _header(about),
        f"# {plain(about['name'])}",
        f"{plain(_base(job))}, trained by reinforcement fine-tuning with the grader {plain(job.get('grader_name'))}.",
        _section("Data", _data(about.get("data", {}))),
        _section("Grader", _grader(job)),
        _section("Dry run", _dry_run(about.get("dry_run"), job)),
        _section("Training", _training(job)),
        _section("Results", _results(about.get("results"))),
        _section("Limits", _limits(about)),
    ]
    return "\n\n".join(parts) + "\n"


def plain(value: object) -> str:
    r"""Return text that Markdown shows as it is, in one line.

    Parameters
    ----------
    value
        Anything; None is unknown.

    Examples
    --------
    >>> plain("a|b <i>"), plain(None)
    ('a\\|b \\<i\\>', 'unknown')
    """
    if value is None:
        return "unknown"
    line = " ".join(str(value).split())
    return "".join(f"\\{sign}" if sign in "\\`*_|[]<>#" else sign for sign in line)


def _header(about: Mapping[str, Any]) -> str:
    import json

    licence = about.get("licence") or "unknown"
    base = json.dumps(_base(about["job"]))
    return f"---\nlicense: {json.dumps(licence)}\nbase_model: {base}\ntags:\n- reinforcement-fine-tuning\n- rftkit\n---"


def _base(job: Mapping[str, Any]) -> str:
    """Return the base model; of a folder its name alone, since a card is read elsewhere."""
    base = str(job.get("base") or "unknown")
    return PurePath(base).name if PurePath(base).is_absolute() else base


def _section(title: str, lines: Iterable[str]) -> str:
    return f"## {title}\n\n" + "\n".join(lines)


def _bullets(values: Mapping[str, Any]) -> list[str]:
    return [f"* {name}: {_number(value)}" for name, value in values.items()]


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else plain(value)


def _data(data: Mapping[str, Any]) -> list[str]:
    if not data:
        return ["Unknown."]
    topics = data.get("by_topic", {})
    own = {name.replace("_", " "): value for name, value in data.items() if name != "by_topic"}
    rows = [f"| {plain(topic)} | {one['train']:,} | {one['validation']:,} |" for topic, one in topics.items()]
    table = ["", "| topic | train | validation |", "| --- | ---: | ---: |", *rows] if rows else []
    return [*_bullets(own), *table]


def _grader(job: Mapping[str, Any]) -> list[str]:
    import json

    text = json.dumps(job.get("grader"), indent=1, ensure_ascii=False)
    # a fence longer than any in the grader: its text must not end the block
    fence = "`" * max(3, 1 + max((len(run) for run in _ticks(text)), default=0))
    known = {"name": job.get("grader_name"), "fingerprint": job.get("grader_fingerprint")}
    return [*_bullets(known), "", f"{fence}json", text, fence]


def _ticks(text: str) -> list[str]:
    import re

    return re.findall(r"`+", text)


def _dry_run(dry: Mapping[str, Any] | None, job: Mapping[str, Any]) -> list[str]:
    gate = job.get("dry_run") or {}
    forced = ["* training was begun against the verdict, or without one"] if gate.get("forced") else []
    if not dry:
        return [f"* verdict: {plain(gate.get('verdict') or 'none was made')}", *forced]
    names = ("verdict", "mean", "std", "share_above_zero", "share_perfect", "prompts", "rollouts", "model")
    return [*_bullets({name.replace("_", " "): dry[name] for name in names if name in dry}), *forced]


def _training(job: Mapping[str, Any]) -> list[str]:
    known = {"backend": job.get("backend"), "base": _base(job), "seed": job.get("seed"), "job": job.get("id")}
    config = {name.replace("_", " "): value for name, value in (job.get("config") or {}).items()}
    after = {
        name: job[key]
        for name, key in (("began", "started"), ("steps", "total_steps"), ("model", "checkpoint"))
        if key in job
    }
    return _bullets({**known, **config, **after, "dataset version": job.get("dataset_version")})


def _results(results: Mapping[str, Any] | None) -> list[str]:
    if not results:
        return ["Not measured."]
    interval = "unknown ends" if results["low"] is None else f"{results['low']:+.3f} and {results['high']:+.3f}"
    lines = [
        f"Mean reward on {results['prompts']:,} validation prompts: {results['before']:.3f} before, {results['after']:.3f} "
        f"after; the change lies between {interval} (95 %). Verdict: {plain(results['verdict'])}.",
        "",
        "| topic | before | after | change | prompts |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {plain(name)} | {one['before']:.3f} | {one['after']:.3f} | {one['change']:+.3f} | {one['prompts']:,} |"
        for name, one in results["by_topic"].items()
    ]
    return lines


def _limits(about: Mapping[str, Any]) -> list[str]:
    found = [
        "* The reward is what the grader measures; what it does not look at was not trained and not measured.",
        "* The model was measured on prompts like those that it was trained on; on others nothing is known.",
    ]
    results = about.get("results")
    found += [f"* {plain(sentence)}" for sentence in (results or {}).get("warnings", [])]
    if not results:
        found.append("* Nobody has compared it with its base model yet.")
    return found
