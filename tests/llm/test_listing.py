"""What can be called from here is said without a call: nobody is signed in to anything by looking at a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from rftkit import llm
from rftkit.llm import gateway, listing

#: litellm signs in to these on a page of theirs as soon as it is asked anything about them.
SIGNED_IN = ("github_copilot/gpt-4o", "chatgpt/gpt-5", "github_copilot/nobody-knows-it")


@pytest.fixture(autouse=True)
def nobody_asks_litellm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_COPILOT_TOKEN_DIR", str(tmp_path / "copilot"))
    monkeypatch.setenv("CHATGPT_TOKEN_DIR", str(tmp_path / "chatgpt"))
    monkeypatch.setattr(gateway, "litellm", lambda: pytest.fail("litellm was asked"))


@pytest.mark.parametrize("name", SIGNED_IN)
def test_looking_at_a_model_that_is_signed_in_to_begins_nothing(name: str) -> None:
    provider = name.split("/")[0]
    assert listing._why_not(name, provider) == f"sign in to {gateway.SIGNED_IN[provider]} through litellm first"
    assert gateway.missing_keys(name) == []
    gateway.check_model(name)
    gateway.price(name)


def test_one_who_has_signed_in_can_call_it(tmp_path: Path) -> None:
    (tmp_path / "copilot").mkdir()
    assert listing._why_not("github_copilot/gpt-4o", "github_copilot") is not None
    (tmp_path / "copilot" / "access-token").write_text("made up")
    assert listing._why_not("github_copilot/gpt-4o", "github_copilot") is None


def test_one_model_is_looked_up_without_looking_at_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr(listing, "_why_not", lambda name, provider: looked.append(name))
    found = llm.listed("openai/gpt-4o-mini")
    assert found is not None
    assert (found["provider"], found["reachable"]) == ("openai", True)
    assert looked == ["openai/gpt-4o-mini"]
    assert llm.listed("openai/nobody-knows-it") is None
