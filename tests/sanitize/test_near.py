"""Near duplicates against brute force: nothing is flagged below the threshold, and next to nothing is missed."""

from __future__ import annotations

import gzip
import json
import random
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rftkit.errors import InputError
from rftkit.keys import digests, normalise, normalise_text
from rftkit.sanitize import minhash, near, near_pairs, sanitize
from rftkit.sanitize.grams import Shingler, overlaps
from tests.sanitize.frames import frame, judged, user


def grams(text: str) -> set[str]:
    return {text[at : at + 5] for at in range(len(text) - 4)} if len(text) >= 5 else {text}


def jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def brute(texts: list[str], floor: float) -> dict[tuple[int, int], float]:
    """Return every pair of texts at or above the floor; sizes rule most of them out."""
    sets = [grams(text) for text in texts]
    found = {}
    for one, other in combinations(range(len(texts)), 2):
        small, large = sorted((len(sets[one]), len(sets[other])))
        if small >= floor * large and (value := jaccard(sets[one], sets[other])) >= floor:
            found[one, other] = value
    return found


def facts_of(texts: list[str], first: int = 0) -> pl.DataFrame:
    column = pl.Series("text", texts, dtype=pl.String)
    rows = pl.Series("row", range(first, first + len(texts)), dtype=pl.Int64)
    return pl.DataFrame([rows, digests(column).alias("text_key"), column])


def pairs_of(found: pl.DataFrame) -> dict[tuple[int, int], float]:
    return {(a, b): value for a, b, value in found.select("row_a", "row_b", "jaccard").iter_rows()}


def typos(texts: list[str], count: int, seed: int = 0) -> list[str]:
    """Return copies of texts with letters swapped, words dropped, words added."""
    rng = random.Random(seed)
    made = []
    while len(made) < count:
        words = rng.choice(texts).split()
        at = rng.randrange(len(words))
        kind = rng.randrange(3)
        changed = [words[:at] + words[at + 1 :], [*words, "please"], [*words[:at], words[at][::-1], *words[at + 1 :]]][
            kind
        ]
        made.append(" ".join(changed))
    return made


@pytest.fixture(scope="module")
def banking(shared_data: Path) -> list[str]:
    lines = gzip.decompress((shared_data / "banking77-train.jsonl.gz").read_bytes()).splitlines()[::16]
    texts = [normalise_text(json.loads(line)["input"]["messages"][0]["content"]) for line in lines]
    base = sorted(set(texts))
    return list(dict.fromkeys(base + typos(base, len(base) // 2)))


@pytest.fixture(params=["join", "minhash"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Compare by the exact join, and by minhash as for very many texts."""
    if request.param == "minhash":
        monkeypatch.setattr(near, "_CHEAP", 0)
        monkeypatch.setattr(near, "DIRECT", 0)
    return str(request.param)


WORDS = st.sampled_from(
    ["my", "card", "was", "lost", "where", "is", "it", "now", "please", "help", "the", "order", "ok", "日本語", "é"]
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=1, max_size=9).map(" ".join), min_size=2, max_size=25, unique=True))
def test_pairs_are_those_of_brute_force(texts: list[str]) -> None:
    assert pairs_of(near_pairs(facts_of(texts))) == brute(texts, 0.5)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=8), min_size=2, max_size=12, unique=True))
def test_texts_shorter_than_a_gram_are_similar_only_to_themselves(texts: list[str]) -> None:
    texts = list(dict.fromkeys(text for text in map(normalise_text, texts) if text and "\0" not in text))
    assert pairs_of(near_pairs(facts_of(texts))) == brute(texts, 0.5)


def test_real_texts_find_at_least_98_of_100_pairs_at_any_threshold_and_none_below(banking: list[str], way: str) -> None:
    truth = brute(banking, 0.5)
    found = pairs_of(near_pairs(facts_of(banking)))
    assert all(truth[pair] == value for pair, value in found.items())
    for threshold in (0.5, 0.6, 0.7, 0.8, 0.9):
        wanted = [pair for pair, value in truth.items() if value >= threshold]
        share = sum(pair in found for pair in wanted) / len(wanted)
        assert share >= (1.0 if way == "join" else 0.98), (threshold, len(wanted))


def test_long_texts_find_their_pairs(shared_data: Path, way: str) -> None:
    lines = gzip.decompress((shared_data / "tau-airline-tools.jsonl.gz").read_bytes()).splitlines()
    chats = [json.loads(line)["input"]["messages"] for line in lines]
    texts = [normalise_text("\n".join(turn["content"] for turn in chat if turn["role"] == "user")) for chat in chats]
    texts = list(dict.fromkeys([*texts, *typos(texts, 150)]))
    truth, found = brute(texts, 0.5), pairs_of(near_pairs(facts_of(texts)))
    assert set(found) <= set(truth)
    assert len(found) >= 0.98 * len(truth) > 100


def test_only_pairs_with_a_new_row_come_back_and_together_they_are_all(banking: list[str], way: str) -> None:
    texts = banking[:600]
    old, new = facts_of(texts[:500]), facts_of(texts[500:], 500)
    before = near_pairs(old)
    added = near_pairs(new, against=old)
    assert (added["row_b"] >= 500).all()
    together = pairs_of(pl.concat([before, added]))
    assert len(together) == before.height + added.height
    truth = brute(texts, 0.5)
    assert set(together) <= set(truth)
    assert len(together) >= 0.98 * len(truth)
    assert near_pairs(new.clear(), against=old).is_empty()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=9).map(" ".join), min_size=2, max_size=20, unique=True),
    st.integers(1, 3),
)
def test_few_new_texts_are_in_the_pairs_of_brute_force(texts: list[str], few: int) -> None:
    few = min(few, len(texts) - 1)
    old, new = facts_of(texts[:-few]), facts_of(texts[-few:], len(texts) - few)
    wanted = {pair: value for pair, value in brute(texts, 0.5).items() if pair[1] >= len(texts) - few}
    assert pairs_of(near_pairs(new, against=old)) == wanted


@pytest.mark.parametrize("direct", [0, near.DIRECT])
def test_few_new_texts_give_the_same_pairs_however_they_are_compared(
    banking: list[str], direct: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(near, "DIRECT", direct)
    old, new = facts_of(banking[:-5]), facts_of(banking[-5:], len(banking) - 5)
    truth = brute(banking, 0.5)
    wanted = {pair: value for pair, value in truth.items() if pair[1] >= len(banking) - 5}
    assert pairs_of(near_pairs(new, against=old)) == wanted
    assert wanted


def test_a_new_row_with_an_old_text_is_linked_and_nothing_is_compared_again() -> None:
    old = facts_of(["where is my order", "where is my orders"])
    again = facts_of(["where is my order"], 2)
    assert pairs_of(near_pairs(again, against=old)) == {(0, 2): 1.0}


def test_ten_thousand_equal_texts_are_ten_thousand_links() -> None:
    found = near_pairs(facts_of(["where is my order"] * 10_000 + ["where is my orders"]))
    assert found.height == 9_999 + 1


def test_texts_with_long_boilerplate_are_not_compared_all_with_all_and_the_report_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(near, "_CHEAP", 0)
    monkeypatch.setattr(minhash, "LOOKS", 200_000)
    monkeypatch.setattr(minhash, "LOOKS_PER_TEXT", 0)
    rng = random.Random(0)
    boilerplate = "please translate the following sentence into french and keep the tone of the original: "
    texts = [boilerplate + "".join(rng.choices("abcdefghij ", k=60)) for _ in range(3000)]
    copies = [text[:-1] + "!" for text in texts[:300]]
    found = near_pairs(facts_of(texts + copies))
    assert found["partial"].any()
    pairs = pairs_of(found)
    assert sum((at, 3000 + at) in pairs for at in range(300)) >= 294
    report = sanitize(frame(*[[user(text)] for text in texts + copies]))
    assert report.to_dict()["compared_in_part"] > 0
    assert any("compared" in entry["sentence"] for entry in report.advice)


def test_the_same_texts_give_the_same_pairs(banking: list[str], way: str) -> None:
    known = facts_of(banking[:800])
    assert near_pairs(known).equals(near_pairs(known))


def test_grams_of_very_many_characters_are_still_sets() -> None:
    rng = random.Random(1)
    letters = [chr(point) for point in (*range(0x4E00, 0x9FA6), *range(0xAC00, 0xD7A4))]
    texts = ["".join(rng.choices(letters, k=40)) for _ in range(2000)]
    texts += [text[:-2] for text in texts[:50]]
    shingler = Shingler(texts)
    assert len(set("".join(texts))) > 6208
    import numpy as np

    left, right = np.arange(50), np.arange(2000, 2050)
    assert overlaps(shingler, left, right).tolist() == [34] * 50
    assert len(pairs_of(near_pairs(facts_of(texts)))) == 50


def test_an_earlier_valid_record_is_what_counts() -> None:
    texts = ["I want to return my blue shoes", "I want to return my blue shoe"]
    broken = [user(texts[0]), {"role": "assistant", "content": "Sure."}]
    assert judged(broken, [user(texts[1])]).warnings_by_code == {}
    assert judged([user(texts[0])], [user(texts[1])]).labels["warnings"].to_list() == [[], ["near_duplicate"]]
    # The second of three stays valid and counts for the third.
    assert judged(*[[user(text)] for text in (texts[0], texts[1], texts[1] + "!")]).warnings_by_code == {
        "near_duplicate": 2
    }


def test_all_user_turns_count_and_other_roles_do_not() -> None:
    def chat(first: str, reply: str) -> list[dict]:
        return [user(first), {"role": "assistant", "content": reply}, user("Where is my order number nine?")]

    same = judged(chat("Hello, I have a question", "Yes?"), chat("Hello, I have a question", "Another reply entirely"))
    assert same.warnings_by_code == {"near_duplicate": 1}
    assert (
        judged(
            chat("Hello, I have a question", "Yes?"), chat("An utterly different opening of it", "Yes?")
        ).warnings_by_code
        == {}
    )


def test_similarity_ignores_case_white_space_and_width() -> None:
    assert normalise(pl.Series(["Where  IS\tmy ｏｒｄｅｒ"])).to_list() == ["where is my order"]
    found = judged([user("Where is my order, please?")], [user("WHERE is  my ｏｒｄｅｒ, please!!")])
    assert found.warnings_by_code == {"near_duplicate": 1}


@pytest.mark.parametrize(("threshold", "floor", "said"), [(5, 0.5, "from 0.2 to 1"), (0.1, 0.5, "from 0.2 to 1")])
def test_a_refused_threshold_names_the_range_that_is_allowed(threshold: float, floor: float, said: str) -> None:
    with pytest.raises(InputError, match=said):
        near.checked(threshold, floor)
    with pytest.raises(InputError, match=r"from 0\.5 to 1, for example 0\.7; sanitize again with a lower one"):
        near.checked(0.3, 0.5)
