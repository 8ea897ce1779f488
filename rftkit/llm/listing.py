"""What can be called from here, with prices, and what is missing for the rest."""

from __future__ import annotations

import os
from typing import Any

import polars as pl

from rftkit.llm import gateway

SCHEMA = {
    "name": pl.String(),
    "provider": pl.String(),
    "reachable": pl.Boolean(),
    "why_not": pl.String(),
    "input_usd_per_million": pl.Float64(),
    "output_usd_per_million": pl.Float64(),
}

#: Models that a person is likely to look for; `models(all=True)` lists everything litellm knows.
SHORT_LIST = (
    "bedrock/us.amazon.nova-micro-v1:0",
    "bedrock/us.amazon.nova-lite-v1:0",
    "bedrock/us.amazon.nova-pro-v1:0",
    "bedrock/us.amazon.nova-premier-v1:0",
    "bedrock/us.amazon.nova-2-lite-v1:0",
    "openai/gpt-4o-mini",
    "openai/gpt-4.1-mini",
    "openai/gpt-4.1",
    "openai/gpt-5-mini",
    "openai/gpt-5",
    "anthropic/claude-haiku-4-5",
    "anthropic/claude-sonnet-4-5",
    "gemini/gemini-2.5-flash",
    "gemini/gemini-2.5-pro",
    "mistral/mistral-small-latest",
    "groq/llama-3.3-70b-versatile",
    "ollama/llama3.1",
)
_CHAT = ("chat", "completion", "responses")


def models(*, all: bool = False) -> pl.DataFrame:
    """Return the models that can be asked, one row each; no network is used and no key is shown.

    Parameters
    ----------
    all
        Every chat model that litellm knows instead of the short list.

    Returns
    -------
    polars.DataFrame
        name, provider, reachable, why_not, input_usd_per_million, output_usd_per_million.

    Examples
    --------
    >>> models().row(0, named=True)["name"]
    'rftkit/offline'
    """
    named = os.environ.get("RFTKIT_MODEL")
    names = [gateway.OFFLINE, *([named] if named else []), *(_known() if all else SHORT_LIST)]
    known = [_row(name) for name in dict.fromkeys(names)]
    return pl.DataFrame(known, schema=SCHEMA, orient="row")


def listed(name: str) -> dict[str, Any] | None:
    """Return the row of one model; None where litellm does not list it.

    Parameters
    ----------
    name
        litellm's name.

    Examples
    --------
    >>> listed("openai/nobody-knows-it") is None
    True
    """
    return dict(zip(SCHEMA, _row(name), strict=True)) if name in set(_known()) else None


def _known() -> list[str]:
    table = gateway.known_models()
    chat = {name: entry for name, entry in table.items() if entry.get("mode") in _CHAT}
    return sorted(_full(name, str(entry.get("litellm_provider", ""))) for name, entry in chat.items())


def _full(name: str, provider: str) -> str:
    head = {"bedrock_converse": "bedrock"}.get(provider, provider)
    return name if name.startswith(f"{head}/") or not head else f"{head}/{name}"


def _row(name: str) -> tuple[Any, ...]:
    provider = name.split("/", 1)[0]
    why_not = _why_not(name, provider)
    rates = gateway.price(name) or (None, None)
    return (name, provider, why_not is None, why_not, *rates)


def _why_not(name: str, provider: str) -> str | None:
    if name == gateway.OFFLINE:
        return None
    if provider.startswith("ollama"):
        return _local_server("Ollama", os.environ.get("OLLAMA_API_BASE", "http://localhost:11434"))
    if provider in gateway.SIGNED_IN:
        return None if _has_signed_in(provider) else f"sign in to {gateway.SIGNED_IN[provider]} through litellm first"
    missing = gateway.missing_keys(name)
    if not missing or (provider == "bedrock" and _has_aws_profile()):
        return None
    region = (
        "; set AWS_REGION too, without it us-west-2 is asked" if provider == "bedrock" and not _has_region() else ""
    )
    return f"set {' and '.join(missing)} in the environment{region}"


def _has_region() -> bool:
    return any(os.environ.get(name) for name in ("AWS_REGION", "AWS_REGION_NAME", "AWS_DEFAULT_REGION"))


def _has_aws_profile() -> bool:
    from pathlib import Path

    names = ("AWS_PROFILE", "AWS_BEARER_TOKEN_BEDROCK", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_ROLE_ARN")
    return any(os.environ.get(name) for name in names) or (Path.home() / ".aws" / "credentials").is_file()


def _has_signed_in(provider: str) -> bool:
    from pathlib import Path

    given = os.environ.get(f"{provider.upper()}_TOKEN_DIR")
    folder = Path(given) if given else Path.home() / ".config" / "litellm" / provider
    return folder.is_dir() and any(folder.iterdir())


def _local_server(what: str, url: str) -> str | None:
    import socket
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "localhost", parts.port or 80), timeout=0.2):
            return None
    except OSError:
        return f"start {what}: nothing listens at {parts.hostname}:{parts.port}"
