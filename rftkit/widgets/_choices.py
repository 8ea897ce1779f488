"""What a person has chosen in the generation modal: one mode of three, and settings that survive a change of mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from rftkit.errors import InputError
from rftkit.generate import Options

#: The three ways to say what for. All of them keep what was typed while another one is chosen.
MODES = ("gaps", "topic", "records")

#: Settings of `rftkit.generate.Options`; the strategy stands beside them because it has a place of its own.
SETTINGS = tuple(part.name for part in fields(Options) if part.name != "strategy")
_HOTTEST = 2.0


@dataclass(frozen=True)
class Choices:
    """What would be planned.

    Attributes
    ----------
    mode
        ``gaps``, ``topic`` or ``records``.
    topic, count
        For the mode topic.
    ids
        For the mode records.
    grow, level
        For the mode gaps.
    strategy, model
        None chooses by the records, and the default model.
    seed
        Decides every choice.
    budget_usd, price_per_million, base_url
        As `Dataset.generate` takes them.
    pilot
        Make a few first where many are wanted.
    settings
        Of `rftkit.generate.Options`, those that differ from the defaults.
    overrides
        Topic to options of its own.

    Examples
    --------
    >>> chosen = Choices().but({"topic": "Cards", "count": 20, "temperature": 0.9})
    >>> chosen.mode, chosen.settings, chosen.but({"mode": "gaps"}).topic
    ('topic', {'temperature': 0.9}, 'Cards')
    """

    mode: str = "gaps"
    topic: str | None = None
    count: int | None = None
    ids: tuple[str, ...] = ()
    grow: float | None = None
    level: int | None = None
    strategy: str | None = None
    model: str | None = None
    seed: int = 0
    budget_usd: float | None = None
    price_per_million: tuple[float, float] | None = None
    base_url: str | None = None
    pilot: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def but(self, options: Mapping[str, Any]) -> Choices:
        """Return these choices with some changed; None gives a default back, names and values are checked.

        Parameters
        ----------
        options
            Names of the attributes or of `rftkit.generate.Options`; ``from_ids`` for the ids; ``fill_gaps=True``. Naming a
            topic, a count or ids chooses their mode.
        """
        given = dict(options)
        mode = _mode(given)
        _known(given)
        settings = _changed(self.settings, {name: given.pop(name) for name in list(given) if name in SETTINGS})
        if "strategy" in given:
            given["strategy"] = given["strategy"] or None
        own = {name: _value(name, value) for name, value in given.items()}
        made = replace(self, **{**own, **mode}, settings=settings)
        _check(made)
        return made

    def wanted(self) -> dict[str, Any]:
        """Return the keywords of `Dataset.plan`."""
        what: dict[str, Any] = {"fill_gaps": True, "grow": self.grow, "level": self.level}
        if self.mode == "topic":
            what = {"topic": self.topic, "count": self.count}
        elif self.mode == "records":
            what = {"from_ids": list(self.ids)}
        how = {"strategy": self.strategy, "model": self.model, "seed": self.seed, "overrides": dict(self.overrides)}
        rest = {**how, "price_per_million": self.price_per_million, **self.settings}
        usual = {"seed": 0, "overrides": {}}
        return {
            **what,
            **{name: value for name, value in rest.items() if value is not None and value != usual.get(name)},
        }

    def run(self) -> dict[str, Any]:
        """Return the keywords of `Dataset.generate`."""
        named = ("base_url", "budget_usd", "price_per_million")
        return {name: getattr(self, name) for name in named if getattr(self, name) is not None}

    def missing(self) -> str:
        """Return what has to be said before anything can be planned; empty where nothing has."""
        if self.mode == "topic" and not self.topic:
            return "Choose a topic, and how many to make for it."
        if self.mode == "topic" and not self.count:
            return f"Say how many to make for {self.topic}."
        if self.mode == "records" and not self.ids:
            return "Add the records that variations should be made of."
        return ""

    def python(self) -> str:
        """Return the lines that do the same."""
        what = {name: value for name, value in self.wanted().items() if value is not None}
        if len(self.ids) > 3 and self.mode == "records":
            what["from_ids"] = Ellipsis
        planned = ", ".join(f"{name}={_literal(value)}" for name, value in what.items())
        run = "".join(f", {name}={value!r}" for name, value in self.run().items())
        return f"plan = ds.plan({planned})\njob = ds.generate(plan{run})"


def _literal(value: Any) -> str:
    return "ids" if value is Ellipsis else repr(value)


def _mode(given: dict[str, Any]) -> dict[str, Any]:
    """Take the mode out of what was given, said or implied."""
    if "from_ids" in given:
        given["ids"] = given.pop("from_ids")
    said = given.pop("mode", None)
    if given.pop("fill_gaps", False):
        said = said or "gaps"
    if said is None and given.get("ids"):
        said = "records"
    if said is None and (given.get("topic") or given.get("count")):
        said = "topic"
    if said is not None and said not in MODES:
        raise InputError(f"mode={said!r} is not known; use one of {', '.join(MODES)}")
    return {} if said is None else {"mode": said}


def _known(given: Mapping[str, Any]) -> None:
    own = [part.name for part in fields(Choices) if part.name != "settings"]
    unknown = [name for name in given if name not in own and name not in SETTINGS]
    if unknown:
        raise InputError(f"{unknown[0]!r} cannot be set; settings are {', '.join(sorted([*own, *SETTINGS]))}")


def _changed(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    kept = {**before, **changes}
    return {name: value for name, value in kept.items() if value not in (None, "", [], {}, ())}


def _value(name: str, value: Any) -> Any:
    if name == "ids":
        return tuple(dict.fromkeys(str(one) for one in value or ()))
    if name == "overrides":
        return {str(topic): dict(own) for topic, own in (value or {}).items() if own}
    if name == "price_per_million":
        return _prices(value)
    if name in ("count", "level") and value is not None:
        return _number(name, value, int, least=1)
    if name == "seed":
        return _number(name, value or 0, int)
    if name in ("grow", "budget_usd") and value is not None:
        return _number(name, value, float, least=0)
    if name == "pilot":
        return bool(value)
    return value or None


def _prices(value: Sequence[Any] | None) -> tuple[float, float] | None:
    if not value:
        return None
    if len(value) != 2:
        raise InputError(f"price_per_million={value!r} is no pair; give US dollars per million tokens read and written")
    read, written = (_number("price_per_million", one, float, least=0) for one in value)
    return read, written


def _number(name: str, value: Any, kind: type, least: float | None = None) -> Any:
    try:
        number = kind(value)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{name}={value!r} is no number; give one such as {name}=5") from None
    if least is not None and not number >= least:
        raise InputError(f"{name}={value!r} is too small; give {least} or more")
    return number


def _check(made: Choices) -> None:
    for topic, own in (("", {**made.settings, "strategy": made.strategy}), *made.overrides.items()):
        where = f"for the topic {topic!r}: " if topic else ""
        try:
            Options().but(own)
        except InputError as error:
            raise InputError(f"{where}{error}") from None
        except (TypeError, ValueError):
            wrong = ", ".join(f"{name}={value!r}" for name, value in own.items() if value is not None)
            raise InputError(f"{where}one of {wrong} is of the wrong kind; numbers are written as 0.7 or 5") from None
        heat = own.get("temperature")
        if heat is not None and not 0 <= _number("temperature", heat, float) <= _HOTTEST:
            raise InputError(f"{where}temperature={heat} is out of range; give 0 to {_HOTTEST:g}, more is more varied")
