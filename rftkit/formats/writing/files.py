"""Files that are either the old one or the new one, never half of one."""

from __future__ import annotations

import gzip
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, cast

from rftkit.errors import InputError


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing that takes its name only when the block ends well; .gz and .zst are compressed.

    Parameters
    ----------
    path
        The name it gets. Missing folders are made.

    Yields
    ------
    IO[bytes]
        What is written here goes to a temporary file in the same folder.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a.txt.gz"
    >>> with replacing(target) as file:
    ...     _ = file.write(b"hello")
    >>> gzip.decompress(target.read_bytes())
    b'hello'
    """
    _usable(path)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with ExitStack() as stack:
            plain = stack.enter_context(part.open("xb"))
            yield _compressed(stack, plain, path.suffix)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _usable(path: Path) -> None:
    if path.is_dir():
        raise InputError(f"{str(path)!r} is a folder; give the name of a file in it, such as {path.name}/train.jsonl.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise InputError(f"{str(path.parent)!r} is a file, so nothing can be written under it.") from error


def _compressed(stack: ExitStack, plain: IO[bytes], suffix: str) -> IO[bytes]:
    if suffix == ".gz":
        # No name and no time in the header: the same data give the same bytes.
        zipped = gzip.GzipFile(filename="", fileobj=plain, mode="wb", compresslevel=6, mtime=0)
        return cast("IO[bytes]", stack.enter_context(zipped))
    if suffix == ".zst":
        import zstandard

        writer: Any = zstandard.ZstdCompressor(level=10).stream_writer(plain, closefd=False)
        return cast("IO[bytes]", stack.enter_context(writer))
    return plain


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a"
    >>> _ = target.write_bytes(b"")
    >>> sha256(target)[:8]
    'e3b0c442'
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
