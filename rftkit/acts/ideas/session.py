"""What a step of the dataset generator sees: the folder, the rows of the session, the model."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from rftkit import llm
from rftkit.acts import asking
from rftkit.acts.context import Context
from rftkit.errors import InputError
from rftkit.idea.ability import Ability, ability
from rftkit.idea.requirements import Requirements
from rftkit.idea.state import State, state_of
from rftkit.store.rows import Rows

#: What the conversation and the samples of one opened session may cost where nothing else is said, in US dollars.
TALK_CAP = 0.5


class Session:
    """A session in a dataset's folder; opened again, it goes on where it was.

    Parameters
    ----------
    path
        The dataset, or its folder; made by the first row.
    name
        Of the session: a dataset can have several.
    model
        Who asks and writes; the one of last time, else RFTKIT_MODEL, else rftkit/offline.
    base_url, api_key
        Of an OpenAI-compatible server.
    price_per_million
        US dollars in and out, where the model's price is unknown.
    budget_usd
        What interview and samples may cost in all; `TALK_CAP` by default where the price is known.
    concurrency
        Calls at the same time.
    seed
        The same seed, requirements and answers give the same records.

    Examples
    --------
    >>> import tempfile
    >>> session = Session(tempfile.mkdtemp() + "/idea.rft")
    >>> session.model, session.requirements.missing[0]
    ('rftkit/offline', 'role_persona')
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | Context,
        *,
        name: str = "session",
        model: str | None = None,
        base_url: str | None = None,
        api_key: str | None = None,
        price_per_million: tuple[float, float] | None = None,
        budget_usd: float | None = None,
        concurrency: int = 16,
        seed: int = 0,
    ) -> None:
        if not name or Path(name).name != name or name.startswith("."):
            raise InputError(f"{name!r} is no name for a session; take letters and digits, such as 'first'")
        self.dataset = path if isinstance(path, Context) else Context(path)
        self.name, self.seed, self.concurrency = name, seed, concurrency
        self.base_url, self._api_key, self.price_per_million = base_url, api_key, price_per_million
        self.budget_usd = budget_usd
        self.rows = Rows(self.path / "generator" / name / "log.jsonl")
        self._state: tuple[int, State] = (-1, State())
        self._runner: llm.Runner | None = None
        self._model = model
        self._take_up()

    def _take_up(self) -> None:
        """Go on with the server and the prices of last time where the same model goes on."""
        last: dict[str, Any] = next((row for row in reversed(self.rows.read()) if row["kind"] == "model"), {})
        if self._model in (None, last.get("model")):
            prices = last.get("price_per_million")
            self.base_url = self.base_url or last.get("base_url")
            self.price_per_million = self.price_per_million or (tuple(prices) if prices else None)

    @property
    def path(self) -> Path:
        """The folder of the dataset."""
        return self.dataset.path

    @property
    def state(self) -> State:
        """Where the session stands."""
        rows = self.rows.read()
        if len(rows) != self._state[0]:
            self._state = (len(rows), state_of(rows))
        return self._state[1]

    @property
    def requirements(self) -> Requirements:
        """The checklist with its values."""
        return self.state.wanted

    @property
    def model(self) -> str:
        """Who asks and writes."""
        used = next((row["model"] for row in reversed(self.rows.read()) if row["kind"] == "model"), None)
        return llm.default_model(self._model or used)

    def use_model(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        price_per_million: tuple[float, float] | None = None,
    ) -> None:
        """Go on with another model; it is remembered with its server and prices, its key is not.

        Parameters
        ----------
        model
            litellm's name; `models` lists what can be reached.
        base_url, api_key, price_per_million
            As for the session.
        """
        if not base_url:
            llm.check_model(model)
        self._model, self.base_url, self._api_key, self.price_per_million = model, base_url, api_key, price_per_million
        self._runner = None
        told = None if base_url and "@" in base_url else base_url  # an address may hold a password
        self.rows.append("model", model=model, base_url=told, price_per_million=price_per_million)

    def models(self) -> list[dict[str, Any]]:
        """Return the models to choose from: name, provider, reachable, why_not and prices; never a key."""
        return llm.models().to_dicts()

    @property
    def offline(self) -> bool:
        """Whether no model is used."""
        return self.model == llm.OFFLINE

    @property
    def ability(self) -> Ability | None:
        """What the keyless writer can make of the requirements; None where a model writes."""
        return ability(self.requirements) if self.offline else None

    def runner(self, **options: Any) -> llm.Runner:
        """Return who answers; one for interview and samples, with the cap of both.

        Parameters
        ----------
        **options
            For a runner of its own: those of `rftkit.llm.Runner`.
        """
        if options:
            return self._made(**options)
        if self._runner is None or self._runner.model != self.model:
            self._runner = self._made(budget_usd=self.cap_usd)
        return self._runner

    def _made(self, **options: Any) -> llm.Runner:
        return asking.runner(
            self.dataset,
            self.model,
            base_url=self.base_url,
            api_key=self._api_key,
            price_per_million=self.price_per_million,
            concurrency=self.concurrency,
            seed=self.seed,
            **options,
        )

    @property
    def cap_usd(self) -> float | None:
        """What interview and samples may cost; None where nothing limits them because the price is unknown."""
        if self.budget_usd is not None:
            return self.budget_usd
        rates = self.price_per_million or llm.price(self.model)
        return TALK_CAP if rates and any(rates) else None

    @property
    def cost_usd(self) -> float | None:
        """What interview and samples have cost since the session was opened; None where the price is unknown."""
        return self._runner.cost_usd if self._runner else 0.0
