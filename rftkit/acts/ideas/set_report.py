"""What writing a whole set has done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rftkit import render


@dataclass(frozen=True)
class SetReport:
    """What writing a set has done.

    Attributes
    ----------
    requested, written
        Records asked for, and records in file and dataset.
    path, card
        The file and its dataset card; None where nothing was written.
    gave_up
        Why there are fewer than asked for; empty where there are not.
    stopped
        Whether a person stopped it; then nothing is written, and writing again goes on from the remembered answers.
    rejected, reasons
        How many records were turned down, by code, and a sentence for each.
    warnings
        What a reader of the file should know.
    """

    requested: int
    written: int
    format: str
    model: str
    path: str | None = None
    card: str | None = None
    kept: int = 0
    gave_up: str = ""
    stopped: bool = False
    rejected: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    calls: int = 0
    cached_calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0
    dataset_version: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the report as ``--json`` prints it."""
        return asdict(self)

    def __repr__(self) -> str:
        where = f" in {self.path}" if self.path else ""
        why = f"; {self.gave_up}" if self.gave_up else ""
        return f"SetReport({self.written:,} of {self.requested:,} records by {self.model}{where}{why})"

    def _repr_html_(self) -> str:
        return render.report("Dataset", self.to_dict())
