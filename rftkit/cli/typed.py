"""What an error says to type next, said for the command line: sentences below this floor name calls of Python."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

#: Calls of Python -> what is typed instead; {ds} is the dataset, groups are those of the pattern.
_JOB = r"\(['\"]?(?P<job>[\w.-]+)['\"]?(?:, [^()]*)?\)"
_CALLS: tuple[tuple[str, str], ...] = (
    (rf"ds\.job{_JOB}\.resume\(\)", "rftkit train {ds} --job {job} --resume"),
    (rf"ds\.job{_JOB}\.cancel\(\)", "rftkit train {ds} --job {job} --cancel"),
    (rf"ds\.job{_JOB}\.wait\(\)", "rftkit train {ds} --job {job} --status --wait"),
    (rf"ds\.job{_JOB}(?:\.status\(\))?", "rftkit train {ds} --job {job} --status"),
    (r"ds\.jobs\(\)", "rftkit train {ds} --status"),
    (r"ds\.train\([^()]*\)", "rftkit train {ds} --grader GRADER"),
    (rf"ds\.evaluate{_JOB}", "rftkit results {ds} --job {job} --evaluate --yes"),
    (rf"ds\.results{_JOB}", "rftkit results {ds} --job {job}"),
    (rf"ds\.undeploy{_JOB}", "rftkit deploy {ds} --job {job} --to local --stop"),
    (r"ds\.deploy\(job, [^()]*\)", "rftkit deploy {ds} --to hosted --yes"),
    (rf"ds\.deploy{_JOB}", "rftkit deploy {ds} --job {job} --to hosted --yes"),
    (r"ds\.dry_run\([^()]*\)", "rftkit dry-run {ds} --grader GRADER --model MODEL"),
    (r"ds\.dry_runs\(\)(?:\[-1\])?", "rftkit dry-run {ds} --show"),
    (r"ds\.preview_export\([^()]*\)", "rftkit export {ds} OUT"),
    (r"ds\.import_\([^()]*\)", "rftkit import {ds} FILE"),
    (r"ds\.invalid\(\)", 'rftkit records {ds} list --where "not valid"'),
    (r"models=\{'before': '(?P<before>[^']*)', 'after': '(?P<after>[^']*)'\}", "--before {before} --after {after}"),
    (r"ds\.(?P<step>split|sanitize|categorize|coverage|summary|history)\([^()]*\)", "rftkit {step} {ds}"),
)
_TWICE = re.compile(r"\bds\.\w+\([^()]*\), or: (?=rftkit )")
_BOTH = re.compile(r"(--[a-z][\w-]*) \(\w+=[^()]*\)")
_OPTION = re.compile(
    r"(?<![\w.-])(?P<name>[a-z]+(?:_[a-z]+)+|[a-z]+(?==))(?:=(?:'(?P<text>[^']*)'|(?P<plain>True|[\w./-]+)|(?P<nothing>)))?(?!=)"
)


def typed(sentence: str, words: Sequence[str] = (), options: Collection[str] = ()) -> str:
    """Return a sentence with commands where it names calls of Python.

    Parameters
    ----------
    sentence
        Of an error.
    words
        What was typed after ``rftkit``; the dataset is among them.
    options
        Names of the options of the command, as Python spells them.

    Examples
    --------
    >>> typed("there is no split; make one with ds.split()", ["train", "my data.rft"])
    'there is no split; make one with rftkit split DATASET'
    >>> typed("go on with: ds.job('job-3').resume()")
    'go on with: rftkit train DATASET --job job-3 --resume'
    >>> typed("say on which: sft_on='output'; or force=True", options={"sft_on", "force"})
    'say on which: --sft-on output; or --force'
    """
    where = _dataset(words)
    text = _BOTH.sub(r"\1", _TWICE.sub("", sentence))
    for pattern, command in _CALLS:
        text = re.sub(pattern, partial(_command, command, where), text)
    return _OPTION.sub(lambda found: _typed_option(found, options), text)


def _command(command: str, where: str, found: re.Match[str]) -> str:
    return command.format(ds=where, **found.groupdict())


def _typed_option(found: re.Match[str], options: Collection[str]) -> str:
    name, value = found["name"], found["text"] or found["plain"]
    name = "yes" if name == "approved" else name
    if name not in options:
        return found.group()
    flag = f"--{name.replace('_', '-')}"
    return flag if value in (None, "True") else f"{flag} {shlex.quote(value)}"


def _dataset(words: Sequence[str]) -> str:
    """Return the dataset that was named: the first folder of one."""
    named = next((word for word in words[1:] if not word.startswith("-") and (Path(word) / "log.jsonl").exists()), None)
    return "DATASET" if named is None else shlex.quote(named)
