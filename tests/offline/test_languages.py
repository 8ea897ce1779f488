"""What the rules do with other languages, code, long records and topics that hold next to nothing."""

from __future__ import annotations

import random

import pytest

from rftkit.offline import answer
from rftkit.offline.describe import describe
from rftkit.offline.prose import NOTE, foreign, is_prose
from rftkit.offline.vary import vary
from rftkit.offline.write import write

GERMAN = [
    "Wie kann ich meine Karte sperren?",
    "Meine Karte wurde gestern gestohlen, was soll ich tun?",
    "Ich habe ein Problem mit meiner Überweisung über 50 €.",
    "Wo finde ich die PIN in der App?",
    "Warum wurde mir die Gebühr zweimal berechnet?",
    "Bitte schicken Sie mir eine neue Karte nach Berlin.",
    "Wann kommt mein Geld an?",
    "Kann ich im Ausland mit der Karte zahlen?",
]
SPANISH = [
    "¿Cómo puedo bloquear mi tarjeta?",
    "Me robaron la tarjeta ayer, ¿qué hago?",
    "Tengo un problema con una transferencia de 50 €.",
    "¿Dónde está el PIN en la aplicación?",
    "¿Por qué me cobraron la comisión dos veces?",
    "Quiero una tarjeta nueva, por favor.",
    "¿Cuándo llega mi dinero?",
    "No puedo pagar con la tarjeta en Francia.",
]
FRENCH = [
    "Comment puis-je bloquer ma carte ?",
    "On m'a volé ma carte hier, que dois-je faire ?",
    "J'ai un problème avec un virement de 50 €.",
    "Où est le code dans l'application ?",
    "Pourquoi les frais ont-ils été prélevés deux fois ?",
    "Je voudrais une nouvelle carte, s'il vous plaît.",
    "Quand est-ce que mon argent arrive ?",
]
JAPANESE = [
    "カードを止めるにはどうすればいいですか。",
    "昨日カードを盗まれました。どうしたらいいですか。",
    "アプリのどこで暗証番号を見られますか。",
    "手数料が二回引かれたのはなぜですか。",
    "新しいカードを送ってください。",
    "お金はいつ届きますか。",
    "海外でカードを使えますか。",
]
LANGUAGES = {"German": GERMAN, "Spanish": SPANISH, "French": FRENCH, "Japanese": JAPANESE}
CODE = "def pay(card):\n    if card is None:\n        return {}\n    return charge(card, 20)"


def shape(text: str) -> str:
    """Return a text without its digits."""
    return "".join(char for char in text if not char.isdigit())


def test_thirty_records_in_other_languages_are_known_as_such() -> None:
    texts = [text for texts in LANGUAGES.values() for text in texts]
    assert len(texts) == 30
    assert [text for text in texts if is_prose(text)] == []


@pytest.mark.parametrize("text", ["Can I pay?", "Bonjour! I want to cancel my booking.", "My café card is lost.", "ok"])
def test_english_with_a_foreign_word_is_english(text: str) -> None:
    assert not foreign(text)


@pytest.mark.parametrize("name", LANGUAGES)
def test_other_languages_get_no_english_and_the_writer_says_so(name: str) -> None:
    said = write({"examples": LANGUAGES[name], "count": 10, "topic": {"name": "card"}}, random.Random(1))
    known = {shape(text) for text in LANGUAGES[name]}
    assert [text for text in said["prompts"] if shape(text) not in known] == []
    assert said["note"] == NOTE


@pytest.mark.parametrize("name", LANGUAGES)
def test_replies_in_other_languages_are_never_half_english(name: str) -> None:
    first, *others = LANGUAGES[name]
    said = vary({"message": first, "others": others, "count": 3, "context": [{"text": "?"}]}, random.Random(2))
    known = {shape(text) for text in LANGUAGES[name]}
    assert [text for text in said["prompts"] if shape(text) not in known] == []
    assert said["note"] == NOTE


def test_a_topic_described_in_another_language_is_not_written_about_in_english() -> None:
    topic = {"name": "Karten", "description": "Fragen dazu, wie man die Karte sperrt und wo sie ist"}
    assert describe({"topic": topic, "count": 3}, random.Random(0)) == {"prompts": [], "note": NOTE}


def test_english_among_other_languages_is_still_written() -> None:
    mixed = [*GERMAN[:4], "How do I block my card?", "Where can I see my PIN?", "Can I freeze my card in the app?"]
    said = write({"examples": mixed, "count": 6}, random.Random(0))["prompts"]
    english = [text for text in said if is_prose(text)]
    assert english
    assert [text for text in english if any(word in text for word in ("Karte", "ich", "meine"))] == []


def test_code_is_left_as_it_is() -> None:
    said = write({"examples": [CODE, CODE.replace("pay", "refund")], "count": 4}, random.Random(0))
    assert [text for text in said["prompts"] if "\n" not in text] == []
    assert said["note"] == NOTE


def test_one_record_gives_several_prompts_of_its_own_words() -> None:
    said = write({"examples": ["How do I reset my PIN?"], "count": 4, "topic": {"name": "a"}}, random.Random(0))
    assert len(said["prompts"]) >= 2
    assert all("pin" in text.lower() for text in said["prompts"])
    assert len(set(said["prompts"])) == len(said["prompts"])


def test_a_topic_of_two_words_gives_nothing_that_is_not_in_it() -> None:
    said = write({"examples": ["Card lost"], "count": 3, "topic": {"name": "x"}}, random.Random(0))["prompts"]
    assert all("card" in text.lower() or "lost" in text.lower() for text in said)


def test_long_records_keep_their_length_and_end() -> None:
    sentences = [
        f"On day {day} my card was declined at shop number {day} and nobody could say why." for day in range(40)
    ]
    long = " ".join([*sentences, "How do I find out what happened?"])
    assert len(long) > 3000
    for text in write({"examples": [long], "count": 2}, random.Random(0))["prompts"]:
        assert abs(len(text) - len(long)) < 300


def test_the_same_request_and_seed_have_the_same_answer_and_another_seed_another() -> None:
    block = '<data>\n{"task": "write", "count": 4, "examples": ["How do I block my card?", "Can I freeze it in the app?"]}\n</data>'
    asked = [{"role": "user", "content": block}]
    one, again, other = answer(asked, seed=1), answer(asked, seed=1), answer(asked, seed=2)
    assert one.startswith("{")
    assert one == again
    assert one != other
