"""Files: what they are, how they are read into drafts, how records are written.

`read` takes whatever a person points at and yields frames of drafts; `detect` says what a file would be read as;
`FORMATS` lists what can be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from rftkit.formats.containers import KINDS
from rftkit.formats.detect import Detection
from rftkit.formats.draft import UNSET, Draft, NotUnderstood, frame_of
from rftkit.formats.preview import FilePreview, Preview, preview
from rftkit.formats.reading import Reading, detect, known_formats, read
from rftkit.formats.report import FileReport, ReadReport, sentences


@dataclass(frozen=True, slots=True)
class FormatInfo:
    """One name that `format` takes.

    Parameters
    ----------
    name
        What a person types.
    description
        Half a sentence.
    container
        Whether it is a container (what holds rows) and not a shape (what a row looks like).

    Examples
    --------
    >>> FORMATS["csv"].container
    True
    """

    name: str
    description: str
    container: bool


FORMATS: Final[dict[str, FormatInfo]] = {
    name: FormatInfo(name, description, name in KINDS) for name, description in known_formats().items()
}

__all__ = [
    "FORMATS",
    "UNSET",
    "Detection",
    "Draft",
    "FilePreview",
    "FileReport",
    "FormatInfo",
    "NotUnderstood",
    "Preview",
    "ReadReport",
    "Reading",
    "detect",
    "frame_of",
    "preview",
    "read",
    "sentences",
]
