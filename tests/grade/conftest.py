"""No key of this machine reaches a test."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "RFTKIT_MODEL"):
        monkeypatch.delenv(name, raising=False)
