"""Requirements that several tests start from; no key of this machine reaches a test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rftkit import GeneratorSession

SUPPORT: dict[str, Any] = {
    "role_persona": "a support agent of an online shop",
    "task_goal": "sort a message of a customer",
    "use_case": "a test set for our router",
    "input_format": "one message of a customer",
    "output_format": "one of: billing, delivery, account",
    "examples": [
        {"input": "Where is my parcel?", "answer": "delivery"},
        {"input": "My package has not arrived yet.", "answer": "delivery"},
        {"input": "Can I change the delivery address?", "answer": "delivery"},
        {"input": "I was charged twice for one order", "answer": "billing"},
        {"input": "Please send me the invoice for March", "answer": "billing"},
        {"input": "How long does a refund take?", "answer": "billing"},
        {"input": "I cannot log in since the update", "answer": "account"},
        {"input": "How do I change my password?", "answer": "account"},
        {"input": "Someone else is using my account", "answer": "account"},
    ],
}
ORDERS: dict[str, Any] = {
    "role_persona": "a mail clerk",
    "task_goal": "extract the order from an e-mail",
    "use_case": "a test set for our extractor",
    "input_format": "one e-mail of a customer",
    "output_format": '{"order": "string or null", "product": "string", "quantity": "integer", "wants_refund": "boolean"}',
}
REPLIES: dict[str, Any] = {
    "role_persona": "a support agent",
    "task_goal": "answer the question of a customer",
    "use_case": "training",
    "input_format": "a short question",
    "output_format": "a friendly reply",
    "examples": [
        {
            "input": "Where is my parcel?",
            "answer": "Please open the tracking page and enter your number. There you see where it is and when it will come.",
        },
        {
            "input": "How do I send back a pair of shoes?",
            "answer": "Print the label from your account and put it on the box. Then bring the box to any post office near you.",
        },
    ],
}


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "RFTKIT_MODEL"):
        monkeypatch.delenv(name, raising=False)


def opened(folder: Path, requirements: dict[str, Any], **options: Any) -> GeneratorSession:
    """Return a session whose requirements are confirmed."""
    session = GeneratorSession(folder / "idea.rft", **options)
    session.load_requirements(requirements)
    session.confirm()
    return session
