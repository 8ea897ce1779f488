"""Files that a browser hands over piece by piece: written beside the data, under a name of their own, never half."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from pathlib import Path

from rftkit.errors import InputError, NotFoundError
from rftkit.render import size as sized

#: Largest file that a browser may hand over; larger ones are named by their path.
LIMIT = 200_000_000
_NAME = re.compile(r"[^\w.\- ()]+")


class Uploads:
    """The files that come into one folder.

    Parameters
    ----------
    folder
        Made by the first file.
    limit
        Most bytes of a file.

    Examples
    --------
    >>> import tempfile
    >>> uploads = Uploads(Path(tempfile.mkdtemp()) / "uploads")
    >>> token = uploads.begin("../a b.jsonl", 2)
    >>> uploads.add(token, 0, "aGk=")
    2
    >>> uploads.end(token).name
    'a b.jsonl'
    """

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self.folder, self.limit = folder, limit
        self._coming: dict[str, tuple[Path, str, int]] = {}

    def begin(self, name: str, size: int) -> str:
        """Return a token for a file that is about to come.

        Parameters
        ----------
        name
            What the browser calls it; folders in it are dropped.
        size
            Its bytes.
        """
        if size > self.limit:
            raise InputError(
                f"{name!r} has {sized(size)}, and {sized(self.limit)} can be handed over; put the file where the kernel "
                "can read it and name its path"
            )
        if size <= 0:
            raise InputError(f"{name!r} is empty; choose a file that holds records")
        self.folder.mkdir(parents=True, exist_ok=True)
        token = secrets.token_hex(8)
        part = self.folder / f".{token}.part"
        part.touch()
        self._coming[token] = (part, safe(name), size)
        return token

    def add(self, token: str, offset: int, data: str) -> int:
        """Append a piece and return how many bytes are there.

        Parameters
        ----------
        token
            What `begin` gave.
        offset
            Where the piece begins; pieces come in order.
        data
            The bytes in base 64.
        """
        part, name, size = self._known(token)
        have = part.stat().st_size
        try:
            piece = base64.b64decode(data, validate=True)
        except binascii.Error:
            raise InputError(f"a piece of {name!r} is damaged; choose the file again") from None
        if offset != have or have + len(piece) > size:
            self.drop(token)
            raise InputError(f"the pieces of {name!r} came in another order; choose the file again")
        with part.open("ab") as file:
            file.write(piece)
        return have + len(piece)

    def end(self, token: str) -> Path:
        """Give the file its name and return it; a file of the same name stays, the new one gets a number.

        Parameters
        ----------
        token
            What `begin` gave.
        """
        part, name, size = self._known(token)
        if part.stat().st_size != size:
            self.drop(token)
            raise InputError(f"{name!r} did not come whole; choose the file again")
        path = _free(self.folder / name)
        part.replace(path)
        del self._coming[token]
        return path

    def drop(self, token: str) -> None:
        """Forget a file that will not come whole.

        Parameters
        ----------
        token
            What `begin` gave.
        """
        part, _, _ = self._coming.pop(token, (None, "", 0))
        if part is not None:
            part.unlink(missing_ok=True)

    def _known(self, token: str) -> tuple[Path, str, int]:
        if token not in self._coming:
            raise NotFoundError("this file is not expected any more; choose it again")
        return self._coming[token]


def safe(name: str) -> str:
    r"""Return the last part of a name, without what a file system or a terminal could take for more than a name.

    Examples
    --------
    >>> safe("../../etc/passwd"), safe("a\u202eb.csv"), safe(".."), safe("C:\\data\\x.jsonl")
    ('passwd', 'a_b.csv', 'upload', 'x.jsonl')
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = _NAME.sub("_", last).strip(" .")[-120:]
    return kept or "upload"


def _free(path: Path) -> Path:
    number, found = 1, path
    stem, _, ending = path.name.partition(".")
    while found.exists():
        number += 1
        found = path.with_name(f"{stem}-{number}" + (f".{ending}" if ending else ""))
    return found
