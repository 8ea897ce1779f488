"""The endpoint of a model that a service trained and serves: its name, its address, and whether it answers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec

from rftkit.deploy.local import SmokeTest
from rftkit.errors import InputError


@dataclass(frozen=True)
class Hosted:
    """How a model at a service is called.

    Attributes
    ----------
    model
        litellm's name of it.
    url
        Base address; None for the provider's own.
    key_name
        The environment variable that holds the key; None where the provider finds its own.
    notes
        What a person should know, in sentences.

    Examples
    --------
    >>> Hosted("openai/ft:a", "http://127.0.0.1:1/v1").here
    True
    """

    model: str
    url: str | None
    key_name: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def here(self) -> bool:
        """Whether it is served by this machine, and so costs nothing."""
        return self.url is not None and urlsplit(self.url).hostname in ("127.0.0.1", "localhost", "::1")

    def text(self) -> str:
        """Return it as JSON, without a key."""
        return msgspec.json.format(msgspec.json.encode(asdict(self)), indent=1).decode() + "\n"


def endpoint_of(job: Mapping[str, Any], id: str) -> Hosted:
    """Return how the model of a job is called.

    Parameters
    ----------
    job
        What `job.json` holds.
    id
        Of the job.

    Raises
    ------
    InputError
        There is no model yet.

    Examples
    --------
    >>> endpoint_of({"backend": "openai", "checkpoint": "ft:a", "config": {}}, "job-1").model
    'openai/ft:a'
    """
    model = job.get("checkpoint")
    if not model:
        raise InputError(f"{id} has no model yet: it is {job.get('state')}; see ds.job({id!r}).status()")
    config = job.get("config", {})
    if job["backend"] == "nova":
        deployed = job.get("remote", {}).get("deployment")
        if deployed is None:
            raise InputError(
                f"a Nova model answers only through a deployment; begin one with ds.deploy({id!r}, to='hosted', approved=True)"
            )
        # litellm must be told which Nova a deployment is of: its name does not say
        family = "nova-2" if "nova-2" in str(job.get("base")) else "nova"
        return Hosted(f"bedrock/{family}/{deployed}", None, None, ("Bedrock bills the deployment's calls",))
    return Hosted(f"openai/{model}", config.get("base_url"), config.get("key_name") or "OPENAI_API_KEY")


def probe(at: Hosted, api_key: str | None = None) -> SmokeTest:
    """Ask a model one thing through litellm.

    Parameters
    ----------
    at
        The model.
    api_key
        Its key; the environment's by default.
    """
    from rftkit.llm.failures import CallError
    from rftkit.llm.gateway import through_litellm
    from rftkit.llm.loop import on_loop
    from rftkit.llm.request import Request

    key = api_key or (os.environ.get(at.key_name) if at.key_name else None)
    request = Request([{"role": "user", "content": "Hello"}], max_tokens=16)
    try:
        reply = on_loop(through_litellm(at.model, request, base_url=at.url, api_key=key))
    except CallError as error:
        return SmokeTest(passed=False, error=str(error))
    return SmokeTest(reply.completion_tokens > 0, reply.text, reply.prompt_tokens, reply.completion_tokens)
