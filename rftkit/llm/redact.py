"""No key leaves this process in an error, a log or a cache."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

_SECRET_NAMES = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL)S?($|_)", re.IGNORECASE)
_SHAPES = re.compile(
    r"(?i)\b(sk|pk|rk|gsk|hf|xai|ghp|github_pat)[-_][A-Za-z0-9_\-]{8,}"
    r"|\bAKIA[0-9A-Z]{12,}|\bAIza[0-9A-Za-z_\-]{20,}|(?<=bearer )[A-Za-z0-9._\-]{8,}|(?<=://)[^/\s:@]+:[^/\s@]+(?=@)"
)
_SHORTEST = 8


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return the text with keys replaced by ``***``.

    Parameters
    ----------
    text
        An error message, usually.
    secrets
        Values to hide besides those of the environment and the known shapes.

    Examples
    --------
    >>> redact("Incorrect API key provided: sk-abcdefgh12345678.")
    'Incorrect API key provided: ***.'
    """
    known = (value for name, value in os.environ.items() if _SECRET_NAMES.search(name))
    for secret in (*secrets, *known):
        if len(secret) >= _SHORTEST:
            text = text.replace(secret, "***")
    return _SHAPES.sub("***", text)
