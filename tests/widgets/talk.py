"""Prompts that a writer without a model can learn from: people asking a bank, in two topics."""

from __future__ import annotations

from pathlib import Path

import pytest

import rftkit
from rftkit.topics import TopicTree

CARDS = """How do I block my card?
Where can I see the PIN of my new card?
My card was stolen yesterday, please block it.
I lost my card in London, what should I do now?
Can I order a second card for my daughter?
When will my new card arrive?
Please freeze my card until Monday.
Is there a fee for a replacement card?
Why was my card declined at the supermarket?
The machine kept my card, how do I get it back?
I want to change the PIN of my card today.
Could you tell me how to activate my card?"""

LOANS = """How much can I borrow for a car?
What is the interest on a loan of $5,000?
Can I repay my loan early without a fee?
I want to apply for a mortgage on a house in Leeds.
Why was my loan application rejected?
When is the next payment of my loan due?
Please send me the contract of my loan.
Can my brother be a guarantor for my loan?
I cannot pay this month, can you postpone my payment?
How long does the approval of a mortgage take?
What documents do I need to apply for a loan?
Could you lower the rate of my mortgage?
I would like to raise my loan by $2,000.
Is there insurance for my mortgage?
Tell me how much I still owe on my car loan.
Which loan is cheaper over five years?"""


@pytest.fixture
def talk(tmp_path: Path) -> rftkit.Dataset:
    said = {"Cards": CARDS.splitlines(), "Loans": LOANS.splitlines()}
    rows = [
        {"id": f"{topic}-{number}", "messages": [{"role": "user", "content": text}]}
        for topic, texts in said.items()
        for number, text in enumerate(texts)
    ]
    dataset = rftkit.open(tmp_path / "talk.rft")
    dataset.import_(rows, categorize=False)
    dataset.sanitize(near_duplicates=1.0)
    dataset.save_topics(TopicTree().add("Cards").add("Loans"), categorize=False)
    for topic, texts in said.items():
        dataset.assign([f"{topic}-{number}" for number in range(len(texts))], topic)
    return dataset
