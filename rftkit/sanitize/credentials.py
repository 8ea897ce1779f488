"""Keys, tokens and passwords that should not be in training data."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Final

import polars as pl

from rftkit.sanitize.scan import Kind, scan

#: What people write where a secret would stand: never a secret.
_PLACEHOLDER: Final = re.compile(
    r"(?i)^[<\[{$%*x.]|^your|example|placeholder|changeme|redacted|dummy|password|passwort|secret|\.\.\.|\*\*\*|xxxx|env\[|getenv|process\.env|os\.environ"
)
_WORD: Final = re.compile(r"^[A-Za-z]+[.,!?;:)]*$")


def find(messages: pl.DataFrame) -> pl.LazyFrame:
    """Return the findings of records that hold a secret.

    Parameters
    ----------
    messages
        What `rftkit.sanitize.structure.flat` returned.

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> from rftkit.sanitize.structure import flat
    >>> chat = pack([[{"role": "user", "content": "use AKIA2E0A8F3B244C9986"}]])
    >>> find(flat(pl.DataFrame([pl.Series("row", [0]), chat]))).collect()["detail"].item()
    '"an AWS access key in message 1 (user)"'
    """
    return scan(messages, KINDS, "secret")


def entropy(text: str) -> float:
    """Return the Shannon entropy of the characters of a text, in bits per character.

    Examples
    --------
    >>> entropy("aaaa"), entropy("abcd")
    (0.0, 2.0)
    """
    counts = Counter(text).values()
    return abs(sum(-count / len(text) * math.log2(count / len(text)) for count in counts))


def _random(value: str, bits: float) -> bool:
    """Say whether a value looks drawn at random: not a word, not a placeholder, digits and letters, high entropy."""
    if _PLACEHOLDER.search(value) or _WORD.match(value):
        return False
    digits, letters = any(char.isdigit() for char in value), any(char.isalpha() for char in value)
    return digits and letters and entropy(value) >= bits


def _assigned(hit: re.Match[str]) -> bool:
    """Say whether a value given to a name such as `api_key` is a secret: long and random enough."""
    value = hit["value"].rstrip(".,;)")
    return len(value) >= 8 and _random(value, 2.75 if len(value) < 16 else 3.0)


def _token(hit: re.Match[str]) -> bool:
    return _random(hit["value"], 3.0)


def _password_in_url(hit: re.Match[str]) -> bool:
    return not _PLACEHOLDER.search(hit["value"])


_NAMES: Final = (
    "api[_-]?key|access[_-]?key|secret[_-]?key|secret[_-]?access[_-]?key|client[_-]?secret|auth[_-]?token|access[_-]?token|"
    "refresh[_-]?token|private[_-]?token|bot[_-]?token|account[_-]?key|passwd|password|passphrase|pwd|secret|token"
)
_SCHEMES: Final = (
    "postgres(?:ql)?|mysql|mariadb|mongodb(?:\\+srv)?|rediss?|amqps?|mssql|oracle|ftps?|sftp|smtps?|https?|ldaps?"
)

#: Every kind, the surest first.
KINDS: Final = (
    Kind("a private key", r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----", hints=("private key",)),
    Kind("an AWS access key", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b", hints=("AKIA", "ASIA", "ABIA", "ACCA")),
    Kind("an Anthropic key", r"\bsk-ant-[A-Za-z0-9_-]{20,}", hints=("sk-ant-",)),
    Kind("an OpenAI key", r"\bsk-(?:proj-|svcacct-|admin-|None-)?(?P<value>[A-Za-z0-9_]{20,})", _token, ("sk-",)),
    Kind("a Google API key", r"\bAIza[0-9A-Za-z_-]{35}", hints=("AIza",)),
    Kind("a Google OAuth token", r"\bya29\.[0-9A-Za-z_-]{20,}", hints=("ya29.",)),
    Kind(
        "a GitHub token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})",
        hints=("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
    ),
    Kind("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}", hints=("glpat-",)),
    Kind(
        "a Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|\bxapp-[0-9]-[A-Za-z0-9-]{10,}",
        hints=("xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-"),
    ),
    Kind(
        "a Slack webhook", r"hooks\.slack\.com/services/T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]{16,}",
        hints=("hooks.slack.com",),
    ),
    Kind(
        "a Stripe key", r"\b(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{16,}",
        hints=("k_live_", "k_test_", "whsec_"),
    ),
    Kind("a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}", hints=("SG.",)),
    Kind("a Twilio key", r"\bSK[0-9a-f]{32}\b", hint="SK[0-9a-f]{8}"),
    Kind("a Mailgun key", r"\bkey-[0-9a-f]{32}\b", hints=("key-",)),
    Kind("an npm token", r"\bnpm_[A-Za-z0-9]{36}", hints=("npm_",)),
    Kind("a PyPI token", r"\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{40,}", hints=("pypi-AgEIcHlwaS5vcmc",)),
    Kind("a Hugging Face token", r"\bhf_[A-Za-z0-9]{30,}", hints=("hf_",)),
    Kind("a Groq key", r"\bgsk_[A-Za-z0-9]{40,}", hints=("gsk_",)),
    Kind("a Databricks token", r"\bdapi[0-9a-f]{32}\b", hints=("dapi",)),
    Kind("a DigitalOcean token", r"\bdo[opr]_v1_[0-9a-f]{64}\b", hints=("doo_v1_", "dop_v1_", "dor_v1_")),
    Kind("a Shopify token", r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b", hints=("shpat_", "shpca_", "shppa_", "shpss_")),
    Kind("a Telegram bot token", r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}", hints=(":AA",)),
    Kind("an Azure storage key", r"AccountKey=[A-Za-z0-9+/=]{60,}", hints=("AccountKey=",)),
    Kind("a JSON web token", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}", hints=(".eyJ",)),
    Kind("a bearer token", r"(?i:\bbearer)\s+(?P<value>[A-Za-z0-9._~+/-]{20,})", _token, ("bearer ",)),
    Kind(
        "a connection string with a password",
        rf"\b(?i:{_SCHEMES})://[^\s:/@\"'<>]{{0,64}}:(?P<value>[^\s/@\"'<>]{{3,128}})@[A-Za-z0-9_.-]+",
        _password_in_url, ("://",),
    ),
    Kind(
        "a value assigned to a secret's name",
        rf"(?i:{_NAMES})[\\\"'`]{{0,4}}\s{{0,3}}(?::=|=>|:|=)\s{{0,3}}[\\\"'`]{{0,4}}"
        r"(?P<value>[^\s\\\"'`,;&<>()\[\]{}]{8,256})",
        _assigned, hint=r"(?i:key|token|secret|passwd|password|passphrase|pwd)[\\\"'`]*[ \t]*[:=]",
    ),
)  # fmt: skip
