"""The formats that can be written, one small module each."""

from __future__ import annotations

from rftkit.errors import InputError
from rftkit.formats.writing.target import Target
from rftkit.formats.writing.targets import (
    bedrock,
    fireworks,
    gemini,
    input_answer,
    openai_chat,
    openai_rft,
    parquet,
    records,
    sharegpt,
    trl,
    verl,
)

#: Every target by the name a person types after `--format`, the default first.
TARGETS: dict[str, Target] = {
    target.name: target
    for target in (
        openai_rft.TARGET,
        openai_chat.TARGET,
        trl.TARGET,
        verl.TARGET,
        bedrock.TARGET,
        gemini.TARGET,
        fireworks.TARGET,
        sharegpt.TARGET,
        input_answer.CSV,
        input_answer.JSONL,
        records.TARGET,
        parquet.TARGET,
    )
}

#: What can be typed after `--format`, each with half a sentence.
FORMATS: dict[str, str] = {name: target.description for name, target in TARGETS.items()}


def target_of(name: str) -> Target:
    """Return the target of a name.

    Parameters
    ----------
    name
        One of `TARGETS`.

    Examples
    --------
    >>> target_of("csv").suffix
    '.csv'
    """
    if name not in TARGETS:
        raise InputError(f"There is no format {name!r} to write; take one of {', '.join(TARGETS)}.")
    return TARGETS[name]
