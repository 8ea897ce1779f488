"""What a model leaves behind is found in wordings the rules were not made for; what people write is left alone."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from rftkit import messages
from rftkit.generate import artefacts, validate_candidates
from rftkit.generate.voice import voice_of
from tests.generate.conftest import trip

TEXTS = Path(__file__).parent / "texts"


def _planted(name: str) -> list[tuple[str, str]]:
    lines = (TEXTS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [(kind, text.replace("\\n", "\n")) for kind, _, text in (line.partition("\t") for line in lines)]


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("planted", 0.97),
        ("planted_anew", 0.93),
        ("planted_other_voice", 0.97),
        ("planted_varied", 0.93),
        ("planted_afresh", 0.95),
    ],
)
def test_planted_artefacts_are_found(name: str, share: float) -> None:
    """Before the rules were made wider 57 % and 42 % of the last two but one were found, 71 % of the last."""
    texts = _planted(name)
    missed = [text for _, text in texts if artefacts.find(text) is None]
    assert len(texts) >= 100
    assert 1 - len(missed) / len(texts) >= share, missed


def test_most_artefacts_are_found_in_wordings_unlike_the_others() -> None:
    """Written before the rules were made wider: a third of them was found then."""
    texts = [text for _, text in _planted("planted_unlike")]
    assert sum(artefacts.find(text) is not None for text in texts) >= 0.6 * len(texts)


def test_refusals_are_found_in_many_languages() -> None:
    foreign = [text for kind, text in _planted("planted") if kind == "refusal" and not text.isascii()]
    assert len(foreign) >= 9
    assert [text for text in foreign if not artefacts.find(text)] == []


def test_people_apologize_cannot_do_things_quote_bots_and_write_code() -> None:
    texts = (TEXTS / "people.txt").read_text(encoding="utf-8").replace("\\n", "\n").splitlines()
    assert [(text, artefacts.find(text)) for text in texts if artefacts.find(text)] == []


def test_what_explains_opens_no_conversation_but_may_answer_a_question() -> None:
    told = "The most common cause is an outdated app version."
    assert (artefacts.find(told) or "").startswith("an answer")
    assert artefacts.find(told, reply=True) is None
    assert artefacts.find(f"Translate this into French: {told}") is None


def test_a_list_may_answer_several_questions_but_does_not_open_a_conversation() -> None:
    text = "1. It's a one-way trip.\n2. I prefer economy class.\n3. It's just me."
    assert artefacts.find(text, reply=True) is None
    assert (artefacts.find(text) or "").startswith("several prompts at once")


def test_the_assistants_voice_is_known_from_the_datasets_own_conversations(shared_data: Path) -> None:
    """Counted on half of the conversations, tried on the other half."""
    with gzip.open(shared_data / "sgd-tools.jsonl.gz") as lines:
        said = [json.loads(line)["input"]["messages"] for line in lines]
    random.Random(1).shuffle(said)
    voice = voice_of(messages.pack(said[:2000]).to_frame())
    users = [one[-1]["content"] for one in said[2000:]]
    answers = {
        turn["content"] for one in said[2000:] for turn in one if turn["role"] == "assistant" and turn["content"]
    }
    assert sum(map(voice.is_assistant, users)) <= len(users) / 1000
    assert sum(map(voice.is_assistant, sorted(answers)[:2000])) > 1000


def test_an_answer_in_the_assistants_voice_is_no_candidate() -> None:
    known = messages.pack([trip(number) for number in range(200)]).to_frame()
    said = [
        [*trip(3)[:-1], {"role": "user", "content": text}]
        for text in ("There is one at 8:20 am and one at 11 am. Which one?", "The later one please, but for 3 people.")
    ]
    found = validate_candidates(messages.pack(said).to_frame(), known).frame
    assert found["reasons"].to_list() == [["artefact"], []]
    assert "what the assistant says" in found["details"][0]
