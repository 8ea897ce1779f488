"""What a person can set about generation, with the defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from rftkit import schema
from rftkit.errors import InputError

STRICTNESS = ("low", "medium", "high")
DIVERSITY = ("embedding", "random")
TEMPERATURES = {
    "message_variation": 0.7,
    "few_shot": 0.8,
    "topic_description": 0.9,
    "scenario_expansion": 0.9,
    "tool_chain": 0.8,
}


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of a plan; a topic may have its own.

    Parameters
    ----------
    strategy
        One of `schema.STRATEGIES`; None chooses by the records.
    temperature
        None takes the strategy's own.
    strictness
        low: structure, length, exact duplicates; medium: and artefacts, near duplicates, on topic; high: and similarity of
        meaning, and a judge where a model is set.
    batch
        Prompts asked for in one call.
    retries
        How often what was rejected is asked for anew.
    min_chars, max_chars
        Length of the last user turn.
    similarity
        The limit: cosine of embeddings, else overlap of 5-grams.
    variations
        Per record, for message variation.
    preserve_intent
        Whether a variation stays on the source's topic.
    synthetic_ratio
        Largest share of generated records in the whole dataset.
    examples
        Records shown per call; None shows five to a model, and more to the keyless writer, which learns from nothing else.
    diversity
        How examples are chosen.
    difficulty, keywords
        For topic descriptions: the levels, and whether keywords are shown.
    scenario, aspects
        For scenario expansion: what is expanded, and along what.
    tool_patterns, multi_turn
        For tool chains: names of tools in order, and whether earlier calls are shown with results.
    facets
        Dimensions of variation and their values, filled evenly.
    prompt
        An own instruction instead of the strategy's.
    guidance
        Names of `prompts.GUIDANCE` to add: conversation patterns and kinds of text.
    only_valid
        Whether invalid records are left out of what is learned from.

    Examples
    --------
    >>> Options().strictness
    'medium'
    """

    strategy: str | None = None
    temperature: float | None = None
    strictness: str = "medium"
    batch: int = 10
    retries: int = 3
    min_chars: int = 20
    max_chars: int = 2000
    similarity: float = 0.9
    variations: int = 3
    preserve_intent: bool = True
    synthetic_ratio: float = 0.3
    examples: int | None = None
    diversity: str = "embedding"
    difficulty: tuple[str, ...] = ("easy", "medium", "hard")
    keywords: bool = True
    scenario: str | None = None
    aspects: tuple[str, ...] = ()
    tool_patterns: tuple[tuple[str, ...], ...] = ()
    multi_turn: bool = False
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prompt: str | None = None
    guidance: tuple[str, ...] = ()
    only_valid: bool = True

    def __post_init__(self) -> None:
        _one_of("strategy", self.strategy, (None, *schema.STRATEGIES))
        _one_of("strictness", self.strictness, STRICTNESS)
        _one_of("diversity", self.diversity, DIVERSITY)
        for name in ("batch", "min_chars", "max_chars", "variations"):
            _at_least(name, getattr(self, name), 1)
        _at_least("retries", self.retries, 0)
        if not 0 < self.synthetic_ratio <= 1 or not 0 < self.similarity <= 1:
            raise InputError("synthetic_ratio and similarity are shares above 0 and up to 1")
        if self.min_chars > self.max_chars:
            raise InputError(f"min_chars={self.min_chars} is above max_chars={self.max_chars}; swap them")

    def but(self, changes: Mapping[str, Any]) -> Options:
        """Return these options with some of them changed; names are checked.

        Examples
        --------
        >>> Options().but({"strategy": "few_shot", "facets": {"phrasing": ["question"]}}).facets
        {'phrasing': ('question',)}
        """
        known = {part.name for part in fields(self)}
        unknown = sorted(set(changes) - known)
        if unknown:
            raise InputError(f"unknown option {unknown[0]!r}; known are {', '.join(sorted(known))}")
        return replace(self, **{name: _frozen(name, value) for name, value in changes.items()})

    def heat(self, strategy: str) -> float:
        """Return the temperature for a strategy.

        Examples
        --------
        >>> Options().heat("message_variation")
        0.7
        """
        return TEMPERATURES[strategy] if self.temperature is None else self.temperature

    def to_dict(self) -> dict[str, Any]:
        """Return the options as plain values."""
        return asdict(self)


def _frozen(name: str, value: Any) -> Any:
    if name == "facets":
        return {str(facet): _values(values) for facet, values in (value or {}).items()}
    if name == "tool_patterns":
        return tuple(_values(pattern) for pattern in value or ())
    if name in ("difficulty", "aspects", "guidance"):
        return _values(value)
    return value


def _values(value: str | Sequence[Any] | None) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return tuple(str(part) for part in value or ())


def _one_of(name: str, value: Any, allowed: Sequence[Any]) -> None:
    if value not in allowed:
        raise InputError(f"{name}={value!r} is not known; use one of {', '.join(str(one) for one in allowed if one)}")


def _at_least(name: str, value: int, least: int) -> None:
    if value < least:
        raise InputError(f"{name}={value} is too small; give {least} or more")
