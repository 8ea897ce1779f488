"""What an import would make of files, before anything is imported: shape, mapping, columns, the first prompts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rftkit.errors import FormatError
from rftkit.formats import containers, sources
from rftkit.formats.containers import Container
from rftkit.formats.convert import Plan, Tally, drafts_of
from rftkit.formats.detect import Detection, container_named, shape_named, values_of
from rftkit.formats.exact import UnreadableError
from rftkit.formats.lines import read_line
from rftkit.formats.reading import look

#: Prompts of a file that are shown, and rows that are looked at for them and for the names of columns.
SHOWN: Final = 3
_ROWS: Final = 40
#: Files that are looked into; a folder may hold thousands.
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class FilePreview:
    """What one file would be read as.

    Parameters
    ----------
    file
        The file.
    bytes
        Its size.
    detection
        Shape, container and mapping; None where the file could not be understood.
    error
        Why not.
    columns
        Names of the fields of its first rows, for a mapping by hand.
    prompts
        The first prompts, as chat messages.

    Examples
    --------
    >>> FilePreview("a.png", 10, error="a picture").detection is None
    True
    """

    file: str
    bytes: int
    detection: Detection | None = None
    error: str = ""
    columns: tuple[str, ...] = ()
    prompts: tuple[list[Any], ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would read.

    Parameters
    ----------
    files
        The first of them, at most `MOST`.
    count, bytes
        How many files there are, and how large all are together.

    Examples
    --------
    >>> Preview((), 0, 0).readable
    0
    """

    files: tuple[FilePreview, ...]
    count: int
    bytes: int

    @property
    def readable(self) -> int:
        """How many of the files that were looked into can be read."""
        return sum(1 for file in self.files if file.detection is not None)


def preview(
    source: Any, *, format: str | None = None, mapping: Mapping[str, str] | None = None, mixed: bool = False
) -> Preview:
    r"""Look into the files that a source stands for; nothing is imported.

    Parameters
    ----------
    source
        Path, list of paths, folder or glob.
    format, mapping, mixed
        As `rftkit.formats.read` takes them.

    Raises
    ------
    NotFoundError
        There is no such file.
    InputError
        There is no such format.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "faq.csv"
    >>> _ = file.write_text("Question,Expected\n3 x 4?,12\n")
    >>> found = preview(file).files[0]
    >>> found.detection.format, dict(found.detection.mapping), found.columns
    ('input-answer', {'input': 'Question', 'answer': 'Expected'}, ('Question', 'Expected'))
    """
    wanted, kind = shape_named(format), container_named(format)
    found = [sources.find(path) for path in sources.paths_of(source) or [source]]
    paths = list(dict.fromkeys(path for group in found for path in group.files))
    seen = [_of(path, kind, wanted, dict(mapping or {}), mixed) for path in paths[:MOST]]
    return Preview(tuple(seen), len(paths), sum(path.stat().st_size for path in paths))


def _of(path: Path, kind: str | None, wanted: str | None, renames: dict[str, str], mixed: bool) -> FilePreview:
    size = path.stat().st_size
    try:
        container = containers.of_file(path, kind)
        columns = _columns(container)
    except FormatError as reason:
        return FilePreview(str(path), size, error=str(reason))
    try:
        found = look(container, str(path), wanted, renames)
    except FormatError as reason:
        return FilePreview(str(path), size, error=str(reason), columns=columns)
    own = {field: column for field, column in found.mapping.items() if field not in renames}
    prompts = _prompts(container, Plan(found.format, own, renames, mixed))
    return FilePreview(str(path), size, found, "", columns, tuple(prompts))


def _columns(container: Container) -> tuple[str, ...]:
    rows = [value for value in values_of(container.sample(_ROWS)) if isinstance(value, dict)]
    return tuple(dict.fromkeys(str(column) for row in rows for column in row))


def _prompts(container: Container, plan: Plan) -> list[list[Any]]:
    made: list[list[Any]] = []
    for number, text in container.sample(_ROWS):
        if len(made) >= SHOWN:
            break
        if not text.strip():
            continue
        try:
            drafts = drafts_of(read_line(text), plan, Tally(), number)
        except UnreadableError:
            continue  # the import will account for it, line by line
        made += [list(draft.messages) for draft in drafts if draft.messages]
    return made[:SHOWN]
