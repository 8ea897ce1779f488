"""Growing prefixes of one conversation become one record: its longest.

A call log holds the same conversation again and again, each time one turn longer. Two prompts are the same
conversation only where the source ties them together (a conversation, trace or session id, or a call log); prompts
that merely extend one another are left alone. What is compared are 64-bit hashes of prefixes, so that memory is 8
bytes per message and not the messages.
"""

from __future__ import annotations

import shutil
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import polars as pl
import xxhash

from rftkit.formats.draft import Draft
from rftkit.formats.exact import dump


def prefixes(draft: Draft) -> list[int]:
    """Return a hash for each prefix of a draft's messages, the whole last; none where nothing ties it to others.

    Examples
    --------
    >>> said = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]
    >>> short, long = (prefixes(Draft(messages=said[:n], conversation="c")) for n in (1, 2))
    >>> short == long[:1], prefixes(Draft(messages=said))
    (True, [])
    """
    if draft.conversation is None or not draft.messages:
        return []
    state = xxhash.xxh3_64(draft.conversation.encode("utf-8", "surrogatepass"))
    found = []
    for message in draft.messages:
        state.update(b"\x1e" + dump(message).encode())
        found.append(state.intdigest())
    return found


class Fold:
    """Frames of tied drafts, waiting until all of them were seen.

    Frames are put on disk, so that memory does not grow with the file.

    Examples
    --------
    >>> said = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello!"}]
    >>> drafts = [Draft(messages=said[:n], conversation="c") for n in (1, 2)]
    >>> fold = Fold()
    >>> fold.add(drafts, pl.DataFrame({"n": [1, 2]}))
    >>> [frame["n"].to_list() for frame in fold.frames()], fold.folded
    ([[2]], 1)
    """

    def __init__(self) -> None:
        self.folded = 0
        self._whole: list[array[int]] = []  # per frame: the hash of each draft's messages, 0 where it has no tie
        self._inner = array("Q")  # hashes of every proper prefix
        self._folder: Path | None = None

    def add(self, drafts: Sequence[Draft], frame: pl.DataFrame) -> None:
        """Take a frame and the drafts it was made of."""
        whole = array("Q")
        for draft in drafts:
            *inner, last = prefixes(draft) or [0]
            self._inner.extend(inner)
            whole.append(last)
        self._whole.append(whole)
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="rftkit-fold-"))
        frame.write_ipc(self._folder / f"{len(self._whole)}.arrow")

    def frames(self) -> Iterator[pl.DataFrame]:
        """Yield the frames without the drafts that are the beginning of another, and forget them."""
        inner = np.unique(np.frombuffer(self._inner, dtype=np.uint64))
        try:
            for number, whole in enumerate(self._whole, 1):
                kept = ~np.isin(np.frombuffer(whole, dtype=np.uint64), inner)
                self.folded += int((~kept).sum())
                frame = pl.read_ipc(self._folder_of(number))
                yield frame.filter(pl.Series(kept))
        finally:
            self.close()

    def close(self) -> None:
        """Remove what is on disk."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _folder_of(self, number: int) -> Path:
        assert self._folder is not None
        return self._folder / f"{number}.arrow"
