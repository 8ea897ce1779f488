"""Messages that the columns cannot hold exactly: their `raw` JSON text says how the content was really given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from rftkit.messages import load

#: Types of parts that carry text, with the key that it stands under.
TEXT_PARTS: Final = {"text": "text", "input_text": "text", "output_text": "text", "refusal": "refusal"}

#: Types of parts that carry something else than text, of the APIs that have them.
MEDIA_PARTS: Final = frozenset(
    [
        "image_url",
        "input_image",
        "image",
        "image_file",
        "input_audio",
        "audio",
        "audio_url",
        "file",
        "input_file",
        "document",
        "video",
        "video_url",
        "input_video",
    ]
)


def consult(messages: pl.DataFrame) -> pl.DataFrame:
    """Return the messages with `kind` and `media` as their raw texts say.

    Parameters
    ----------
    messages
        Has `raw`, `kind` and `media`; see `rftkit.sanitize.structure.flat`.

    Examples
    --------
    >>> odd = {"raw": ['{"role":"user","content":[{"type":"image_url"}]}'], "kind": ["null"], "media": [False]}
    >>> consult(pl.DataFrame(odd)).select("kind", "media").row(0)
    ('parts', True)
    """
    odd = messages["raw"].is_not_null()
    if not odd.any():
        return messages
    read = [kind_of(load(text)) for text in messages["raw"].filter(odd)]
    where = odd.arg_true()
    return messages.with_columns(
        messages["kind"].scatter(where, [kind for kind, _ in read]),
        messages["media"].scatter(where, [media for _, media in read]),
    )


def kind_of(message: Any) -> tuple[str, bool]:
    """Return how the content of a message is given, and whether it holds media.

    Parameters
    ----------
    message
        Whatever stood in the list of messages.

    Returns
    -------
    tuple
        `text`, `parts`, `empty` (a list without parts), `null`, `missing`, `invalid_content` or `invalid_message`;
        and whether a part is an image, audio or a file.

    Examples
    --------
    >>> kind_of({"role": "user", "content": 42}), kind_of("Hi"), kind_of({"role": "user"})
    (('invalid_content', False), ('invalid_message', False), ('missing', False))
    """
    if not isinstance(message, Mapping):
        return "invalid_message", False
    if "content" not in message:
        return "missing", False
    content = message["content"]
    if content is None or isinstance(content, str):
        return ("null" if content is None else "text"), False
    if not isinstance(content, list):
        return "invalid_content", False
    return _kind_of_parts(content)


def _kind_of_parts(content: list[Any]) -> tuple[str, bool]:
    known = [_kind_of_part(part) for part in content]
    if "invalid" in known:
        return "invalid_content", "media" in known
    return ("parts" if known else "empty"), "media" in known


def _kind_of_part(part: Any) -> str:
    kind = part.get("type") if isinstance(part, Mapping) else None
    if not isinstance(kind, str):
        return "invalid"
    if kind in TEXT_PARTS:
        return "text" if isinstance(part.get(TEXT_PARTS[kind]), str) else "invalid"
    return "media" if kind in MEDIA_PARTS else "invalid"
