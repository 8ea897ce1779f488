"""What a person points at, as files: a path, a list of paths, a folder, a glob; and the bytes in them, unpacked."""

from __future__ import annotations

import codecs
import glob
import io
import lzma
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from rftkit.errors import FormatError, NotFoundError
from rftkit.formats.refusal import READS, looks_like

#: Endings of files that are read out of a folder; before them `.gz`, `.zst`, `.bz2`, `.xz` may stand.
ENDINGS: Final = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".arrow", ".feather")
PACKED: Final = (".gz", ".zst", ".bz2", ".xz")

#: How much of a file is looked at to say what it is.
HEAD: Final = 1 << 16

# What a file begins with that is no text, beside what `refusal` knows.
_SIGNATURES: Final = {
    b"GIF8": "a picture (GIF)",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"RIFF": "a sound or video file",
    b"ID3": "a sound file",
    b"Rar!": "a RAR archive (unpack it first)",
    b"7z\xbc\xaf": "a 7z archive (unpack it first)",
}
_BOMS: Final = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


@dataclass(frozen=True, slots=True)
class Found:
    """The files that a source stands for.

    Parameters
    ----------
    files
        In a fixed order.
    searched
        Whether they were found in a folder or by a pattern, so that one that is no chat data is passed over and
        reported, where a file that was named is refused.

    Examples
    --------
    >>> Found((), searched=True)
    Found(files=(), searched=True)
    """

    files: tuple[Path, ...]
    searched: bool


def find(source: str | Path) -> Found:
    """Return the files that a path, a folder or a glob stands for.

    Raises
    ------
    NotFoundError
        There is no such file, or the pattern matches none.
    FormatError
        The folder has no file that could hold records.

    Examples
    --------
    >>> find("no-such-file.jsonl")
    Traceback (most recent call last):
    ...
    rftkit.errors.NotFoundError: there is no file, folder or match for 'no-such-file.jsonl'; check the path
    """
    path = Path(source).expanduser()
    if path.is_dir():
        return _in_folder(path)
    if path.is_file():
        return Found((path,), searched=False)
    matches = sorted(Path(name) for name in glob.glob(str(path), recursive=True)) if glob.has_magic(str(path)) else []
    files = tuple(match for match in matches if match.is_file())
    if not files:
        raise NotFoundError(f"there is no file, folder or match for {str(source)!r}; check the path")
    return Found(files, searched=True)


def _in_folder(folder: Path) -> Found:
    inside = sorted(path for path in folder.rglob("*") if path.is_file() and not _is_hidden(path, folder))
    files = tuple(path for path in inside if ending(path) in ENDINGS)
    if not files:
        raise FormatError(
            f"the folder {str(folder)!r} holds no file that could be read (of {len(inside)} files none ends in "
            f"{', '.join(ENDINGS)}); name a file, or another folder"
        )
    return Found(files, searched=True)


def _is_hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith((".", "_delta_log")) for part in path.relative_to(folder).parts)


def ending(path: Path) -> str:
    """Return the ending of a file's name in small letters, that of what is packed where it is packed.

    Examples
    --------
    >>> ending(Path("traces.JSONL.gz"))
    '.jsonl'
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    while suffixes and suffixes[-1] in PACKED:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def open_plain(path: Path) -> IO[bytes]:
    """Open a file for reading its bytes, unpacked by what it begins with and as UTF-8 where it says it is UTF-16.

    Raises
    ------
    FormatError
        The file is empty, or is an image, an archive, a program.
    """
    raw = path.open("rb")
    head = raw.read(8)
    raw.seek(0)
    stream = io.BufferedReader(_unpacked(raw, head), 1 << 20)
    try:
        head = stream.peek(HEAD)[:HEAD]
    except DAMAGES as damage:
        raise damaged(path, damage) from None
    refuse_binary(path, head)
    for mark, name in _BOMS.items():
        if head.startswith(mark):
            return io.BufferedReader(_Recoded(stream, name), HEAD)
    return stream


def _unpacked(stream: IO[bytes], head: bytes) -> Any:
    import bz2
    import gzip

    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=stream)
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return _Zstd(stream)
    if head.startswith(b"BZh"):
        return bz2.BZ2File(stream)
    return lzma.LZMAFile(stream) if head.startswith(b"\xfd7zXZ") else stream


#: What the unpackers raise; zlib, lzma and zstd have errors of their own that derive from nothing shared.
DAMAGES: Final = (EOFError, OSError, ValueError, lzma.LZMAError, zlib.error)


def damaged(path: Path, error: Exception) -> FormatError:
    """Return the error for a packed file that cannot be unpacked to its end.

    Examples
    --------
    >>> damaged(Path("a.gz"), EOFError("ends early"))
    FormatError("'a.gz' is damaged or cut off: it cannot be unpacked to its end (ends early); fetch it again")
    """
    return FormatError(
        f"{str(path)!r} is damaged or cut off: it cannot be unpacked to its end ({error}); fetch it again"
    )


def refuse_binary(path: Path, head: bytes) -> None:
    r"""Raise when the first bytes of a file are those of no text.

    Examples
    --------
    >>> refuse_binary(Path("a.png"), b"\x89PNG\r\n")
    Traceback (most recent call last):
    ...
    rftkit.errors.FormatError: 'a.png' holds no records: this looks like a picture (PNG); rftkit reads chat messages...
    """
    if not head.strip():
        raise FormatError(f"{str(path)!r} is empty; name a file that holds records")
    if head.startswith((b"PAR1", b"ARROW1", *_BOMS)):
        return
    kind = next((what for mark, what in _SIGNATURES.items() if head.startswith(mark)), None)
    said = looks_like(head) if kind is None else f"this looks like {kind}; {READS}"
    if said is not None:
        raise FormatError(f"{str(path)!r} holds no records: {said}")
    zeros = head.count(b"\x00")
    if zeros > len(head) // 4 and (head[1::2].count(0) >= zeros - 2 or head[::2].count(0) >= zeros - 2):
        raise FormatError(f"{str(path)!r} looks like UTF-16 without its mark; save it as UTF-8 and import it again")
    odd = sum(head.count(bytes([byte])) for byte in range(32) if byte not in (9, 10, 12, 13, 27))
    if odd > len(head) // 50:
        raise FormatError(f"{str(path)!r} holds no records: this looks like binary data; {READS}")


class _Zstd(io.RawIOBase):
    """A zstd stream that notices when its last frame is cut off."""

    def __init__(self, stream: IO[bytes]) -> None:
        import zstandard

        self._stream = stream
        self._make = zstandard.ZstdDecompressor().decompressobj
        self._frame: Any = None
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            piece = (self._frame.unused_data if self._frame is not None and self._frame.eof else b"") or self._next()
            if not piece:
                if self._frame is not None and not self._frame.eof:
                    raise EOFError("the last block is missing")
                return 0
            if self._frame is None or self._frame.eof:
                self._frame = self._make()
            self._ready = self._decoded(piece)
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _next(self) -> bytes:
        return self._stream.read(1 << 17)

    def _decoded(self, piece: bytes) -> bytes:
        import zstandard

        try:
            return bytes(self._frame.decompress(piece))
        except zstandard.ZstdError as error:
            raise OSError(str(error)) from None


class _Recoded(io.RawIOBase):
    """A stream in another encoding, read as UTF-8; what cannot be decoded is replaced."""

    def __init__(self, stream: IO[bytes], encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            piece = self._stream.read(1 << 16)
            self._ready = self._decoder.decode(piece, not piece).encode("utf-8", "surrogatepass")
            if not piece and not self._ready:
                return 0
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count


def lines_of(path: Path, stream: IO[bytes]) -> Iterator[bytes]:
    r"""Yield the lines of a stream, split on ``\n`` alone and without it; after a last ``\n`` there is no line.

    Raises
    ------
    FormatError
        The file is packed and ends early.

    Examples
    --------
    >>> list(lines_of(Path("a"), io.BytesIO(b"one\rstill one\ntwo")))
    [b'one\rstill one', b'two']
    """
    try:
        for line in stream:
            yield line.removesuffix(b"\n")
    except DAMAGES as damage:
        raise damaged(path, damage) from None


def chunks_of(path: Path, size: int = 1 << 23) -> Iterator[bytes]:
    r"""Yield a file in chunks of whole lines, split on ``\n`` alone.

    Parameters
    ----------
    path
        The file, packed or not.
    size
        Bytes of a chunk; a longer line makes a longer chunk.

    Raises
    ------
    FormatError
        The file is packed and ends early.
    """
    kept: list[bytes] = []
    with open_plain(path) as stream:
        try:
            while block := stream.read(size):
                cut = block.rfind(b"\n") + 1
                if cut:
                    yield b"".join([*kept, block[:cut]])
                    kept = []
                if block[cut:]:
                    kept.append(block[cut:])
        except DAMAGES as damage:
            raise damaged(path, damage) from None
    if kept:
        yield b"".join(kept)


def whole(path: Path) -> bytes:
    """Return all bytes of a file, unpacked."""
    with open_plain(path) as stream:
        try:
            return stream.read()
        except DAMAGES as damage:
            raise damaged(path, damage) from None


def paths_of(source: Any) -> list[str | Path] | None:
    """Return the paths that a source names, None when it is data itself.

    Examples
    --------
    >>> paths_of("a.jsonl"), paths_of([{"messages": []}])
    (['a.jsonl'], None)
    """
    if isinstance(source, str | Path):
        return [source]
    if isinstance(source, list | tuple) and source and all(isinstance(item, str | Path) for item in source):
        return list(source)
    return None


def name_files(found: Iterable[Found]) -> dict[Path, str]:
    """Return the name that each file has in `origin.file`: its own, with folders only where two share one.

    Examples
    --------
    >>> name_files([Found((Path("a/x.jsonl"), Path("a/y.jsonl")), searched=False)])
    {PosixPath('a/x.jsonl'): 'x.jsonl', PosixPath('a/y.jsonl'): 'y.jsonl'}
    """
    files = list(dict.fromkeys(path for group in found for path in group.files))
    names = [path.name for path in files]
    return {path: path.name if names.count(path.name) == 1 else path.as_posix() for path in files}
