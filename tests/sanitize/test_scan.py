"""Secrets and personal data: found by kind, never repeated, few false alarms."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from rftkit.messages import dump
from rftkit.sanitize import sanitize
from rftkit.sanitize.personal import iban, luhn
from tests.sanitize.frames import call, calling, frame, judged, result, user

# Put together here, so that no scanner of repositories takes them for real ones.
SECRETS = [
    "AKIA" + "2E0A8F3B244C9986",
    "sk-" + "proj-Zk3fA9x0LmQw7Rt2Yv5Bn8Hc1Jd4",
    "sk-" + "ant-api03-Zk3fA9x0LmQw7Rt2Yv5B",
    "AIza" + "SyD3kf9x0LmQw7Rt2Yv5Bn8Hc1Jd4Eg6uIo",
    "ghp_" + "Zk3fA9x0LmQw7Rt2Yv5Bn8Hc1Jd4Eg6uIo0p",
    "xoxb-" + "123456789012-abcdefABCDEF",
    "sk_" + "live_4eC39HqLyjWDarjtT1zdp7dc",
    "-----BEGIN RSA " + "PRIVATE KEY-----",
    "-----BEGIN " + "PRIVATE KEY-----",
    "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "Authorization: Bearer " + "8f3kd92mfa0s9d8f7a6s5d4f3",
    "postgres://admin:" + "s3cr3tPw9@db.internal:5432/app",
    "mongodb+srv://root:" + "hk29fj3@cluster0.mongodb.net",
    'api_key = "' + 'a8F3kd92mfA0s9d8f7a6"',
    "PASSWORD=" + "tr0ub4dor&3xQ9",
    "client_secret: " + "9f8a7b6c5d4e3f2a1b0c",
    "hf_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ012345",
    "npm_" + "aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789",
    "AccountKey=" + "aB3dEf6hIj9kLm2nOp5qRs8tUv1wXy4zAb7cDe0fGh3iJk6lMn9oPq2rSt5uVw8xYz1A==",
]

NO_SECRETS = [
    "How do I reset my password: I forgot it",
    "Where do I find my API key?",
    "the token: authentication, the secret: ingredient",
    "password=<your-password>",
    "api_key=YOUR_API_KEY_HERE_12345",
    "export OPENAI_API_KEY=$OPENAI_API_KEY",
    "postgres://user:password@localhost/db",
    "https://example.com:8080/path@home",
    "sk-learn-is-a-library-for-machine-learning",
    "the commit da39a3ee5e6b4b0d3255bfef95601890afd80709 broke it",
    "key-value stores and risk-based pricing",
    "max_tokens = 1000 and token: 12345678",
    "primary key: customer_id",
    "Bearer of good news from everywhere in the world",
]

PERSONAL = [
    ("an e-mail address", "write to jane.doe+test@mail.example.co.uk please"),
    ("a phone number", "call +49 171 2345678"),
    ("a phone number", "call +14155550123 today"),
    ("a phone number", "call (415) 555-0123"),
    ("a phone number", "my number is 415-555-0123"),
    ("a phone number", "call 020 7946 0958"),
    ("a phone number", "ruf 0171/2345678 an"),
    ("an IBAN", "pay to DE89 3704 0044 0532 0130 00"),
    ("an IBAN", "pay to GB82WEST12345698765432."),
    ("a card number", "my card is 4111 1111 1111 1111"),
    ("a card number", "my card is 378282246310005"),
    ("a card number", "5555-5555-5555-4444 is declined"),
    ("a US social security number", "my SSN is 219-09-9999"),
    ("an IP address", "I log in from 84.16.224.3"),
    ("an IPv6 address", "from 2001:db8:85a3:0:0:8a2e:370:7334"),
]

NO_PERSONAL = [
    "my order number is 4111111111111111",
    "order #415-555-0123 has not arrived",
    "ticket 219-09-9999 is open",
    "invoice no. 378282246310005",
    "on 2024-03-01 at 10:30:15",
    "on 01.02.2024 10:30",
    "1,234,567.89 dollars and 12 000 000 people",
    "pi is 3.14159265358979",
    "version 10.0.1.2 of the app",
    "localhost is 127.0.0.1 and the mask 255.255.255.0",
    "pay to DE89 3704 0044 0532 0130 01",
    "my card is 4111 1111 1111 1112",
    "000-12-3456 and 666-12-3456 and 900-12-3456",
    "5*12*30=1800 and 100/3 is 33.333333333",
    "@home and #tag and a@b",
    "tracking number 1Z9999999999999999",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_is_found_and_never_repeated(text: str) -> None:
    found = judged([user(f"Why does this fail: {text} ?")])
    assert found.warnings_by_code.get("secret") == 1
    assert found.valid == 1
    assert text not in found.labels["details"][0]


@pytest.mark.parametrize("text", NO_SECRETS)
def test_words_about_secrets_are_no_secret(text: str) -> None:
    assert "secret" not in judged([user(text)]).warnings_by_code


@pytest.mark.parametrize(("kind", "text"), PERSONAL)
def test_personal_data_is_found_by_kind_and_never_repeated(kind: str, text: str) -> None:
    found = judged([user(text)])
    assert found.warnings_by_code.get("personal_data") == 1
    detail = json.loads(found.labels["details"][0])["personal_data"]
    assert detail == f"{kind} in message 1 (user)"


@pytest.mark.parametrize("text", NO_PERSONAL)
def test_other_numbers_are_no_personal_data(text: str) -> None:
    assert "personal_data" not in judged([user(text)]).warnings_by_code


def test_arguments_of_calls_are_searched_and_places_are_named() -> None:
    chat = [
        user("I am jane@example.org"),
        calling(call("a", arguments='{"mail": "jane@example.org"}')),
        result(),
        user(),
    ]
    detail = json.loads(judged(chat).labels["details"][0])["personal_data"]
    assert detail == "an e-mail address in message 1 (user), an e-mail address in message 2 (assistant)"


def test_checksums() -> None:
    assert [luhn(text) for text in ("4111111111111111", "378282246310005", "4111111111111112")] == [True, True, False]
    assert iban("NL91ABNA0417164300")
    assert not iban("ZZ91ABNA0417164300")


@pytest.mark.parametrize("name", ["banking77-train", "banking77-test", "gsm8k-1k", "sgd-intents", "sgd-tools"])
def test_real_corpora_hold_no_secret_and_are_valid(shared_data: Path, name: str) -> None:
    lines = gzip.decompress((shared_data / f"{name}.jsonl.gz").read_bytes()).splitlines()
    inputs = [json.loads(line)["input"] for line in lines]
    tools = [dump(entry["tools"]) if "tools" in entry else None for entry in inputs]
    found = sanitize(frame(*[entry["messages"] for entry in inputs], tools=tools))
    assert "secret" not in found.warnings_by_code
    assert set(found.errors_by_code) <= {"duplicate"}
    if "tools" not in name:
        # SGD's answers of services hold telephone numbers of shops; the others hold next to nothing.
        assert found.warnings_by_code.get("personal_data", 0) <= 0.001 * found.total
