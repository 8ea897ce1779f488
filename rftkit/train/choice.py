"""Which token comes next: chosen for each row by the row's own numbers, whatever else is in the batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    import torch


class Wish(Protocol):
    """How an answer is to be drawn; `rftkit.train.policy.Draw` is one."""

    @property
    def seed(self) -> int:
        """Decides all numbers."""

    @property
    def temperature(self) -> float:
        """0 takes the likeliest."""

    @property
    def top_p(self) -> float:
        """Share that the tokens to choose from have together."""

    @property
    def max_tokens(self) -> int:
        """At most."""


class Choice:
    """A processor of logits for `generate` without sampling: it leaves one token of each row.

    Parameters
    ----------
    wishes
        One for each row.
    start
        Tokens of the prompts, padding included.
    """

    def __init__(self, wishes: Sequence[Wish], start: int) -> None:
        self.wishes, self.start = wishes, start
        self.numbers = numbers(wishes)

    def __call__(self, ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return scores in which the chosen token of each row is the only one."""
        import torch

        column = self.numbers[:, ids.shape[1] - self.start]
        chosen = choose(scores, self.wishes, column)
        return torch.full_like(scores, -torch.inf).scatter(1, chosen.unsqueeze(1), 0.0)


def numbers(wishes: Sequence[Wish]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the numbers in [0, 1) that decide each row's tokens.

    Parameters
    ----------
    wishes
        One for each row.

    Examples
    --------
    >>> from rftkit.train.policy import Draw
    >>> one, other = Draw("a", seed=1, max_tokens=2), Draw("b", seed=1, max_tokens=3)
    >>> table = numbers([one, other])
    >>> table.shape, bool((table[0, :2] == table[1, :2]).all())
    ((2, 3), True)
    """
    table = np.zeros((len(wishes), max(wish.max_tokens for wish in wishes)))
    for row, wish in enumerate(wishes):
        table[row, : wish.max_tokens] = np.random.default_rng(wish.seed).random(wish.max_tokens)
    return table


def choose(scores: torch.Tensor, wishes: Sequence[Wish], column: np.ndarray[Any, Any]) -> torch.Tensor:
    """Return the token of each row.

    Parameters
    ----------
    scores
        Logits, one row each.
    wishes
        How each row is drawn.
    column
        The number of each row.
    """
    import torch

    heat = torch.tensor([wish.temperature for wish in wishes], device=scores.device).unsqueeze(1)
    shares = torch.softmax(scores.float() / heat.clamp_min(1e-4), dim=1).double()
    kept, order = _nucleus(shares, [wish.top_p for wish in wishes])
    reached = kept.cumsum(dim=1)
    aim = torch.as_tensor(column, device=scores.device).unsqueeze(1) * reached[:, -1:]
    place = torch.searchsorted(reached, aim, right=True).clamp_max(scores.shape[1] - 1)
    drawn = place if order is None else order.gather(1, place)
    return torch.where(heat.squeeze(1) > 0, drawn.squeeze(1), scores.argmax(dim=1))


def _nucleus(shares: torch.Tensor, top_p: Sequence[float]) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Return the shares without those beyond `top_p`, and their order where they had to be sorted."""
    import torch

    if min(top_p) >= 1:
        return shares, None
    limit = torch.tensor(top_p, device=shares.device, dtype=shares.dtype).unsqueeze(1)
    largest, order = shares.sort(dim=1, descending=True)
    before = largest.cumsum(dim=1) - largest
    return torch.where(before < limit, largest, 0.0), order
