"""Length of a prompt in tokens, by a real tokenizer, tools counted, and only where it could matter.

tiktoken looks for its vocabularies on the network; litellm's wheel carries them, and so they are read from there
without importing litellm.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from rftkit.errors import MissingDependencyError

if TYPE_CHECKING:
    import tiktoken

#: The tokenizer where the model's own is not known.
DEFAULT_ENCODING: Final = "o200k_base"

#: Tokens that a chat format adds around every message, and before the answer.
PER_MESSAGE: Final = 4
PER_PROMPT: Final = 3

#: A long text is cut into pieces of at most so many characters, before a blank, where tokens end anyway: they are
#: counted on all processors, and a megabyte without a blank costs no quadratic time.
PIECE: Final = 20_000

_SAME: Final = {"o200k_harmony": "o200k_base"}
_BUNDLED: Final = ("o200k_base", "cl100k_base", "p50k_base")


def encoding_for(model: str | None) -> str:
    """Return the name of the encoding that a model uses; o200k where that is not known.

    Parameters
    ----------
    model
        A litellm name such as `openai/gpt-4o`, or None.

    Examples
    --------
    >>> encoding_for("openai/gpt-4o-mini"), encoding_for("gpt-3.5-turbo"), encoding_for("bedrock/amazon.nova-pro-v1:0")
    ('o200k_base', 'cl100k_base', 'o200k_base')
    """
    if model is None:
        return DEFAULT_ENCODING
    from tiktoken.model import encoding_name_for_model

    try:
        name = encoding_name_for_model(model.rsplit("/", 1)[-1])
    except KeyError:
        return DEFAULT_ENCODING
    name = _SAME.get(name, name)
    return name if name in _BUNDLED else DEFAULT_ENCODING


@cache
def encoding(name: str = DEFAULT_ENCODING) -> tiktoken.Encoding:
    """Return a tokenizer, read from the files that litellm's wheel carries.

    Parameters
    ----------
    name
        `o200k_base`, `cl100k_base` or `p50k_base`.

    Examples
    --------
    >>> len(encoding().encode("Where is my order?"))
    5
    """
    import tiktoken

    folder = _vocabularies()
    if folder is not None:
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(folder))
    try:
        return tiktoken.get_encoding(name)
    except OSError as error:
        raise MissingDependencyError(
            f"the vocabulary of the tokenizer {name} is not here and could not be downloaded ({error}); "
            "reinstall litellm, which carries it: pip install --force-reinstall litellm"
        ) from error


def _vocabularies() -> Path | None:
    from importlib.util import find_spec

    spec = find_spec("litellm")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "litellm_core_utils" / "tokenizers"
    return folder if folder.is_dir() else None


def count(texts: Iterable[str], name: str = DEFAULT_ENCODING) -> int:
    """Return the number of tokens of texts together.

    Parameters
    ----------
    texts
        Any texts; markers of special tokens in them count as the text they are.
    name
        The encoding.

    Examples
    --------
    >>> count(["Where is my order?", "<|endoftext|>"])
    12
    """
    pieces = [piece for text in texts for piece in _pieces(text)]
    return sum(map(len, encoding(name).encode_ordinary_batch(pieces, num_threads=os.cpu_count() or 1)))


def _pieces(text: str) -> Iterator[str]:
    at = 0
    while len(text) - at > PIECE:
        blank = text.rfind(" ", at + 1, at + PIECE)
        end = blank if blank > 0 else at + PIECE
        yield text[at:end]
        at = end
    yield text[at:]


def sizes(frame: pl.DataFrame, messages: pl.DataFrame) -> pl.DataFrame:
    """Return the UTF-8 bytes of what a model would see of each record: contents, tool calls, tools.

    Half of it is the bound below which no prompt is counted exactly; bytes rather than characters, so that scripts
    with more tokens than letters are counted too.

    Parameters
    ----------
    frame
        Has `row` and, where there are tools, `tools`.
    messages
        What `rftkit.sanitize.structure.flat` returned.

    Returns
    -------
    polars.DataFrame
        `row, size`, in the order of the frame.

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> from rftkit.sanitize.structure import flat
    >>> frame = pl.DataFrame([pl.Series("row", [0]), pack([[{"role": "user", "content": "Hi"}]])])
    >>> sizes(frame, flat(frame)).rows()
    [(0, 2)]
    """
    own = pl.col("content").str.len_bytes().fill_null(0) + pl.col("tool_calls").str.len_bytes().fill_null(0)
    total = messages.lazy().group_by("row").agg(own.cast(pl.Int64).sum().alias("own"))
    tools = pl.col("tools").str.len_bytes() if "tools" in frame.columns else pl.lit(0)
    return (
        frame.lazy()
        .select(pl.col("row").cast(pl.Int64), tools.cast(pl.Int64).fill_null(0).alias("tools"))
        .join(total, on="row", how="left", maintain_order="left")
        .select("row", size=pl.col("own").fill_null(0) + pl.col("tools"))
        .collect()
    )


def counts(frame: pl.DataFrame, name: str = DEFAULT_ENCODING) -> pl.Series:
    """Return the exact number of tokens of each record.

    Parameters
    ----------
    frame
        Has `messages` and, where there are tools, `tools`.
    name
        The encoding.

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> counts(pl.DataFrame([pack([[{"role": "user", "content": "Where is my order?"}]])])).to_list()
    [13]
    """
    tools = frame["tools"] if "tools" in frame.columns else [None] * frame.height
    numbers = [_count(chat, text, name) for chat, text in zip(frame["messages"], tools, strict=True)]
    return pl.Series("tokens", numbers, dtype=pl.Int64)


def _count(chat: pl.Series | None, tools: str | None, name: str) -> int:
    if chat is None:
        return 0
    fields = chat.struct.unnest()
    texts = [text for column in ("content", "tool_calls") for text in fields[column] if text is not None]
    texts += [role for role in fields["role"] if role is not None] + ([tools] if tools is not None else [])
    return count(texts, name) + PER_MESSAGE * fields.height + PER_PROMPT
