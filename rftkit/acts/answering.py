"""The models of a job, before and after training, asked the same prompts: who they are, what that costs, what they say."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from rftkit.acts import rolling
from rftkit.acts.context import Context
from rftkit.acts.rolling import Collected, Settings
from rftkit.errors import ApprovalError, InputError
from rftkit.train.state import JobFolder

SIDES: Final = ("before", "after")


@dataclass(frozen=True)
class How:
    """How two models are asked.

    Attributes
    ----------
    rollouts
        Answers to each prompt.
    settings
        Temperature and longest answer.
    api_key, base_url
        Of the server that has the models; by default those of the service that trained.
    price_per_million
        US dollars in and out, where the price is unknown.
    budget_usd
        Never spend more, for each of the two models.
    approved
        Whether the cost is approved.

    Examples
    --------
    >>> How().rollouts
    1
    """

    rollouts: int = 1
    settings: Settings = field(default_factory=Settings)
    api_key: str | None = None
    base_url: str | None = None
    price_per_million: tuple[float, float] | None = None
    budget_usd: float | None = None
    approved: bool = False

    def server(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Return address and key for `rftkit.llm.Runner`.

        Parameters
        ----------
        told
            What `job.json` holds.
        """
        config = told.get("config", {})
        key = self.api_key or os.environ.get(config.get("key_name") or "OPENAI_API_KEY")
        return {"base_url": self.base_url or config.get("base_url"), "api_key": key}


def named(folder: JobFolder) -> dict[str, str]:
    """Return who answers before and after a job of a service, as litellm names them.

    Parameters
    ----------
    folder
        The job; its service has named a model.

    Raises
    ------
    InputError
        There is no model yet, or litellm cannot be told of it.
    """
    told = folder.read()
    kept = told.get("checkpoint")
    if not kept:
        raise InputError(_no_model(folder))
    if told["backend"] == "nova":
        raise InputError(
            "a Nova model answers only through a deployment: begin one with ds.deploy(job, to='hosted'), then name both "
            "models: models={'before': 'bedrock/...', 'after': 'bedrock/nova/DEPLOYMENT-ARN'}"
        )
    return {"before": f"openai/{told['base']}", "after": f"openai/{kept}"}


def ask(
    ds: Context, folder: JobFolder, which: str, models: Mapping[str, str] | None, ids: Sequence[str], how: How
) -> Collected:
    """Have one of the two models answer; only what is not kept is asked. A model of this machine is served meanwhile.

    Parameters
    ----------
    ds
        The dataset that has the prompts and keeps the answers.
    folder
        The job.
    which
        before or after.
    models
        Both as litellm names them; those of the job by default.
    ids
        Records.
    how
        How to ask.
    """
    told = folder.read()
    if models is not None or told["backend"] != "trl":
        return _collect(ds, (models or named(folder))[which], how.server(told), ids, how, folder.id)
    from rftkit.deploy.local import PROVIDER, fingerprint

    place = model_of(folder, which)
    name = f"{PROVIDER}/{place.name}-{fingerprint(place)}"
    with _served(ds, place, name, ids, how) as server:
        return _collect(ds, name, server, ids, how, folder.id)


def model_of(folder: JobFolder, which: str) -> Path:
    """Return the folder of a model of a local job.

    Parameters
    ----------
    folder
        The job.
    which
        before or after.
    """
    from rftkit.train.checkpoints import model_folder

    place = Path(folder.read()["base"]) if which == "before" else model_folder(folder)
    if place is None:
        raise InputError(_no_model(folder))
    if not (place / "config.json").is_file():
        raise InputError(
            f"{place} is no folder with a model, so it cannot be served here; name both models with models="
        )
    return place


def approve(ds: Context, models: Mapping[str, str], server: Mapping[str, Any], ids: Sequence[str], how: How) -> None:
    """Refuse calls that cost money, or may, and that nobody approved.

    Parameters
    ----------
    ds
        The dataset.
    models
        Who would be asked.
    server
        Address and key.
    ids
        Records.
    how
        How to ask.
    """
    if how.approved or _is_here(server.get("base_url")):
        return
    for name in models.values():
        writer = rolling.asker(ds, name, price_per_million=how.price_per_million, **server)
        open_, _ = rolling.missing(ds, writer.name, ids, how.rollouts, how.settings)
        estimate = writer.estimate(open_) if open_ else None
        if estimate is None or estimate.cost_usd == 0:
            continue
        price = "an unknown price" if estimate.cost_usd is None else f"about ${estimate.cost_usd:.4f}"
        raise ApprovalError(f"{estimate.calls:,} calls to {name} at {price}; approve them with approved=True")


def _collect(ds: Context, name: str, server: Mapping[str, Any], ids: Sequence[str], how: How, run: str) -> Collected:
    return rolling.collect(
        ds,
        name,
        ids,
        how.rollouts,
        settings=how.settings,
        price_per_million=how.price_per_million,
        budget_usd=how.budget_usd,
        run=run,
        **server,
    )


@contextmanager
def _served(ds: Context, place: Path, name: str, ids: Sequence[str], how: How) -> Iterator[dict[str, Any]]:
    """Yield the server of a local model; where every answer is kept, none is begun."""
    from rftkit.deploy import serve

    open_, _ = rolling.missing(ds, name, ids, how.rollouts, how.settings)
    if not open_:
        yield {"base_url": "http://127.0.0.1", "api_key": "none"}
        return
    with serve(place) as endpoint:
        yield {"base_url": endpoint.url, "api_key": "none"}


def _is_here(url: str | None) -> bool:
    return url is not None and urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


def _no_model(folder: JobFolder) -> str:
    return (
        f"{folder.id} has no model yet: it is {folder.read()['state']}; wait for it with ds.job({folder.id!r}).wait()"
    )
