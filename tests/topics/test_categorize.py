"""What categorization promises: hand-made topics stay, whole words count, confidence means something."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from rftkit import messages as chat
from rftkit.embed import minilm
from rftkit.embed.lsa import LSA
from rftkit.errors import InputError
from rftkit.topics import CategorizeReport, Question, TopicTree, Verdict, calibrate, categorize, keywords
from rftkit.topics.judging import by_judge
from rftkit.topics.outcome import Outcome
from rftkit.topics.work import Work

TREE = (
    TopicTree()
    .add("Cards/Lost", "Cards that are lost.", ["lost card", "lost"])
    .add("Cards/PIN", "The secret number.", ["pin", "pin code"])
    .add("Rates", "Exchange rates.", ["exchange rate", "euro"])
)


def frame(texts, **columns):
    packed = chat.pack([[{"role": "user", "content": text}] for text in texts])
    return pl.DataFrame({"id": [f"r{i}" for i in range(len(texts))], "messages": packed, **columns})


TEXTS = [
    *(f"I have a lost card number {i}" for i in range(20)),
    *(f"forgot the pin code of my phone {i}" for i in range(20)),
    *(f"what is the euro exchange rate on day {i}" for i in range(20)),
]
TRUTH = ["Cards/Lost"] * 20 + ["Cards/PIN"] * 20 + ["Rates"] * 20


def test_topics_are_found_by_keywords_and_by_meaning():
    for method in (["keyword"], ["embedding"], ["keyword", "embedding"]):
        report = categorize(frame(TEXTS), TREE, method=method, embedder=LSA())
        right = [a == b for a, b in zip(report.labels["topic"].to_list(), TRUTH, strict=True)]
        assert np.mean(right) > 0.9, method
        assert not report.calibrated
        assert report.total == report.assigned + report.unassigned
        assert sum(report.bands.values()) == report.assigned == sum(report.by_method.values())


def test_a_hand_made_topic_is_never_overwritten():
    wrong = ["Rates", "Rates", *[None] * 58]
    given = frame(TEXTS, topic=wrong, topic_method=["manual", "imported", *[None] * 58])
    for again in (False, True):
        labels = categorize(given, TREE, embedder=LSA(), all=again).labels
        assert labels["topic"].to_list()[:2] == ["Rates", "Rates"]
        assert labels["topic_method"].to_list()[:2] == ["manual", "imported"]


def test_only_unassigned_records_are_judged_unless_all_are_asked_for():
    given = frame(
        TEXTS,
        topic=["Rates", *[None] * 59],
        topic_method=["embedding", *[None] * 59],
        topic_confidence=[0.4] + [None] * 59,
    )
    assert categorize(given, TREE, embedder=LSA()).labels["topic"][0] == "Rates"
    assert categorize(given, TREE, embedder=LSA(), all=True).labels["topic"][0] == "Cards/Lost"


def test_a_topic_that_left_the_tree_is_judged_again():
    given = frame(TEXTS, topic=["Gone/Away", *[None] * 59], topic_method=["manual", *[None] * 59])
    assert categorize(given, TREE, embedder=LSA()).labels["topic"][0] == "Cards/Lost"


def test_corrected_records_teach_the_rest():
    tree = TopicTree().add("Alpha").add("Beta").add("Gamma")  # names that say nothing
    name = {"Cards/Lost": "Alpha", "Cards/PIN": "Beta", "Rates": "Gamma"}
    known = [name[path] if i % 2 else None for i, path in enumerate(TRUTH)]
    given = frame(TEXTS, topic=known, topic_method=["manual" if path else None for path in known])
    report = categorize(given, tree, embedder=LSA())
    right = [a == name[b] for a, b in zip(report.labels["topic"].to_list(), TRUTH, strict=True)]
    assert np.mean(right) > 0.95
    assert report.calibrated
    assert report.accuracy > 0.9


def test_whole_words_count_and_parts_of_words_do_not():
    topics = TopicTree().add("A", keywords=["get"]).add("B", keywords=["exchange rate"]).leaves()
    found = keywords.scores(["target practice", "Get it", "EXCHANGE\nRATES!", "exchange the rate", ""], topics) > 0
    assert found.tolist() == [[False, False], [True, False], [False, True], [False, False], [False, False]]


def test_keywords_of_scripts_without_spaces_are_found():
    topics = TopicTree().add("卡", keywords=["银行卡", "カード"]).leaves()
    assert (keywords.scores(["我的银行卡丢了", "私のカードを失くした", "你好"], topics) > 0).ravel().tolist() == [
        True,
        True,
        False,
    ]


def test_overlapping_and_repeated_keywords_count_once_each():
    one = TopicTree().add("A", keywords=["card", "lost card"]).add("B").leaves()
    once, twice = keywords.scores(["lost card", "lost card lost card card"], one)[:, 0]
    assert once == twice > 0


def test_topics_without_keywords_divide_nothing_by_zero():
    report = categorize(frame(["hello"]), TopicTree().add("A"), method=["keyword"])
    assert report.unassigned == 1


def test_a_judge_decides_what_remains_and_nothing_else():
    asked: list[Question] = []

    def judge(questions):
        asked.extend(questions)
        return [Verdict("Rates", 0.9), Verdict(None, 0.9), Verdict("No such topic", 1.0)]

    texts = ["tell me a thing", "sing a song", "hm", *TEXTS]
    report = categorize(frame(texts), TREE, method=["keyword", "llm"], judge=judge)
    assert [question.text for question in asked] == texts[:3]
    assert report.labels["topic"].to_list()[:3] == ["Rates", None, None]
    assert report.labels["topic_method"][0] == "llm"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": ["magic"]}, "keyword, embedding, llm"),
        ({"method": []}, "given none"),
        ({"method": ["llm"]}, "needs a model"),
    ],
)
def test_wrong_options_are_refused(options, says):
    with pytest.raises(InputError, match=says):
        categorize(frame(["a"]), TREE, **options)


def test_an_empty_tree_is_refused_with_advice():
    with pytest.raises(InputError, match="discover some"):
        categorize(frame(["a"]), TopicTree())


@pytest.mark.parametrize("texts", [[], ["a"], [""] * 3, ["same"] * 60, ["<b>", "日本", "😀"]])
def test_odd_records_are_survived(texts):
    report = categorize(frame(texts), TREE, embedder=LSA())
    assert report.total == len(texts)
    assert report.labels["topic_confidence"].drop_nulls().is_between(0, 1).all()


def test_unassigned_records_suggest_new_topics():
    songs = [f"play a song by singer {i}" for i in range(20)]
    given = frame([*TEXTS, *songs])
    report = categorize(given, TREE, method=["keyword", "embedding"], embedder=LSA())
    assert report.labels["topic"][60:].null_count() >= 15
    assert report.labels["topic"][:60].null_count() == 0
    assert any("song" in " ".join(each["keywords"]) for each in report.suggestions)


def test_the_bands_split_at_their_limits():
    assert calibrate.bands(np.array([0.8, 0.79999, 0.5, 0.49999])) == {"high": 1, "medium": 2, "review": 1}


def test_calibration_learns_how_often_a_score_is_right():
    rng = np.random.default_rng(0)
    score = rng.uniform(-3, 3, 4000)
    right = rng.uniform(size=4000) < 1 / (1 + np.exp(-2 * score))
    rows = np.stack([score, np.zeros(4000), np.zeros(4000)], axis=1)
    model = calibrate.fit(rows[:2000], right[:2000])
    assert calibrate.error(model(rows[2000:]), right[2000:]) < 0.05


def test_confidence_promises_no_more_of_many_records_than_was_right_of_labels():
    rows = np.stack([np.linspace(-1, 4, 1000), np.zeros(1000), np.zeros(1000)], axis=1)
    model = calibrate.Calibrator(np.zeros(3), np.ones(3), np.array([1.0, 0, 0]), 0.0)
    modest = calibrate.lowered(model, rows, 0.6)(rows)
    assert modest.mean() == pytest.approx(0.6, abs=1e-3)
    assert (np.diff(modest) > 0).all()  # the order stays
    assert calibrate.lowered(model, rows, 0.99) is model  # it promises less already
    assert calibrate.lowered(model, rows[:99], 0.6) is model  # too few to tell


FOREIGN = [
    "How many apples are left if Tom has 12 and eats a third of them?",
    "Book me a table for four at an Italian restaurant",
    "Will it rain in Oslo tomorrow?",
    "Play the new song by my favourite band",
    "Write a poem about the sea",
    "Find a hotel with a pool near the beach",
    "Which planet is the largest?",
    "Why does my python program crash?",
    "When does the next bus to Boston leave?",
    "My dog has a fever, what should I do?",
]
BANK = ("Lost or stolen card", "Change PIN", "Exchange rate", "Transfer timing", "Top up failed", "Close account")
OWN = {
    "someone stole my card": "Lost or stolen card",
    "how do I set a new PIN": "Change PIN",
    "what is the exchange rate for euros": "Exchange rate",
    "how long does a transfer take": "Transfer timing",
    "my top-up did not work": "Top up failed",
    "I want to close my account": "Close account",
}


def bank():
    tree = TopicTree()
    for name in BANK:
        tree = tree.add(name)
    return tree


@pytest.mark.skipif(minilm.folder() is None, reason="needs the weights of MiniLM")
@pytest.mark.parametrize("own", [[], list(OWN)], ids=["alone", "among others"])
def test_foreign_prompts_stay_unassigned_without_any_label(own):
    report = categorize(frame([*FOREIGN, *own]), bank(), method=["embedding"], embedder=minilm.MiniLM())
    assert report.labels["topic"][: len(FOREIGN)].null_count() >= 9
    assert report.labels["topic"][len(FOREIGN) :].to_list() == [OWN[text] for text in own]
    assert (report.labels["topic_confidence"][: len(FOREIGN)].fill_null(0) < 0.5).all()


def test_foreign_prompts_are_never_high_where_only_words_are_known():
    report = categorize(frame([*FOREIGN, *OWN]), bank(), method=["embedding"], embedder=LSA())
    assert (report.labels["topic_confidence"][: len(FOREIGN)].fill_null(0) < 0.8).all()


def test_a_tree_about_everyday_things_keeps_its_own_prompts():
    tree = TopicTree().add("Cooking and recipes").add("Weather").add("Songs and music").add("Arithmetic")
    texts = ["how do I bake bread", "will it rain today", "play a happy song", "what is 12 times 7"]
    if minilm.folder() is None:
        pytest.skip("needs the weights of MiniLM")
    found = categorize(frame(texts), tree, embedder=minilm.MiniLM()).labels["topic"].to_list()
    assert found == [topic.name for topic in tree.leaves()]


def test_corrections_help_the_rest_at_once():
    tree = TopicTree().add("Alpha").add("Beta").add("Gamma")
    name = {"Cards/Lost": "Alpha", "Cards/PIN": "Beta", "Rates": "Gamma"}
    known = [name[path] if i % 20 < 3 else None for i, path in enumerate(TRUTH)]  # three of each
    given = frame(TEXTS, topic=known, topic_method=["manual" if path else None for path in known])
    found = categorize(given, tree, embedder=LSA()).labels["topic"].to_list()
    assert np.mean([a == name[b] for a, b in zip(found, TRUTH, strict=True)]) > 0.9


def test_only_the_records_asked_for_are_judged():
    only = np.arange(60) < 10
    labels = categorize(frame(TEXTS), TREE, embedder=LSA(), only=only).labels
    assert labels["topic"][:10].null_count() == 0
    assert labels["topic"][10:].null_count() == 50
    assert not labels["changed"][10:].any()


def test_records_that_are_compared_in_parts_get_the_same_topics(monkeypatch):
    monkeypatch.setattr("rftkit.topics.work._PART", 60)
    texts = [f"{text} {word}" for text in TEXTS for word in ("please", "now", "thanks")]
    report = categorize(frame(texts), TREE, embedder=LSA())
    right = [a == TRUTH[i // 3] for i, a in enumerate(report.labels["topic"].to_list())]
    assert np.mean(right) > 0.9


def test_few_new_records_among_many_are_judged_without_looking_at_all(monkeypatch):
    monkeypatch.setattr("rftkit.topics.work._PART", 30)
    monkeypatch.setattr("rftkit.topics.work._LISTENED", 20)
    seen: list[str] = []

    class Counting(LSA):
        def fit(self, texts, reference=None):
            seen.extend(texts)
            return super().fit(texts, reference)

    old = [*TRUTH[:-2], None, None]
    given = frame(TEXTS, topic=old, topic_method=["embedding"] * 58 + [None] * 2)
    report = categorize(given, TREE, embedder=Counting())
    assert report.labels["topic"].to_list() == TRUTH
    assert len(seen) == 20


def test_a_judge_is_offered_the_likeliest_topics_first():
    asked: list[Question] = []
    work, outcome = Work.of(frame(["hm"]), TREE, again=False), Outcome.empty(1)
    outcome.likely[0] = [2, 0]
    by_judge(work, outcome, lambda questions: [asked.extend(questions)])
    assert [path for path, _ in asked[0].topics] == ["Rates", "Cards/Lost"]


def test_a_judge_must_answer_every_question():
    with pytest.raises(InputError, match="asked 1, answered 0"):
        categorize(frame(["hm"]), TREE, method=["llm"], judge=lambda questions: [])


def test_secondary_topics_are_others_than_the_topic():
    report = categorize(frame(["lost card and the euro exchange rate"]), TREE, method=["keyword"])
    topic, second = report.labels.select("topic", "secondary_topics").row(0)
    assert {topic, *second} == {"Cards/Lost", "Rates"}
    assert topic not in second


def test_the_queue_holds_the_unsure_ones_the_least_sure_first():
    labels = pl.DataFrame({"topic": ["A", "A", None, "A"], "topic_confidence": [0.4, 0.9, None, 0.1]})
    assert CategorizeReport(labels).queue["topic_confidence"].to_list() == [0.1, 0.4]


SCRIPTS = [
    "Где моя карта", "Ποῦ εἶναι ἡ κάρτα", "أين بطاقتي", "איפה הכרטיס", "मेरा कार्ड कहाँ है",
    "আমার কার্ড কোথায়", "என் அட்டை எங்கே", "నా కార్డు ఎక్కడ", "ನನ್ನ ಕಾರ್ಡ್ ಎಲ್ಲಿ",
    "എന്റെ കാർഡ് എവിടെ", "મારું કાર્ડ ક્યાં છે", "ਮੇਰਾ ਕਾਰਡ ਕਿੱਥੇ ਹੈ", "මගේ කාඩ්පත",
    "บัตรของฉันอยู่ไหน", "ບັດຂອງຂ້ອຍ", "ကျွန်ုပ်၏ကတ်", "កាតរបស់ខ្ញុំ", "我的银行卡在哪里",
    "私のカードはどこ", "내 카드는 어디에", "სად არის ჩემი ბარათი", "Որտեղ է իմ քարտը", "ካርዴ የት ነው",
    "ᏙᎯᏧ", "ᐊᐃᓐᖓᐃ", "ངའི་བྱང་བུ", "ᠮᠢᠨᠦ ᠺᠠᠷᠲ", "ߒ ߠߊ ߞߊߙߕ", "ꦏꦂꦠꦸ", "ᮊᮒᮥ", "ܟܪܛܐ", "ކާޑު", "ᱠᱟᱨᱰ",
    "ꯀꯥꯔꯗ", "𐐀𐐨", "𞤀𞤣𞤤𞤢𞤥", "ⴽⴰⵔⵟ", "ꓗꓮ", "ꕉꕜ", "ᚠᚢᚦ", "ᚐᚁ", "𐌰𐌱", "ⰀⰁ", "ⲁⲃ", "ᜃᜇ", "ᨀᨑ", "ᬓᬃ",
    "ꤊꤢ", "𑄇𑄢𑄴", "ᰃᰧ",
]  # fmt: skip


@pytest.mark.parametrize(
    "texts",
    [
        ["my lost card"],
        ["my lost card"] * 70,
        ["", " ", "\n", "lost card"],
        SCRIPTS,
        ["\ud800 lost", "\x00", "a" * 9000],
    ],
    ids=["one", "equal", "empty", "scripts", "broken"],
)
@pytest.mark.parametrize("method", [["keyword"], ["keyword", "embedding"]], ids="-".join)
@pytest.mark.parametrize(
    "tree", [TopicTree().add("<b>One & only</b>", keywords=["lost card"]), TREE], ids=["one", "few"]
)
def test_odd_input_gives_a_clear_result(texts, method, tree):
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    report = categorize(frame(texts), tree, method=method, embedder=LSA())
    said = pl.Series([bool(text.strip()) for text in texts])
    assert report.total == len(texts)
    assert report.labels.filter(~said)["topic"].null_count() == (~said).sum()
    assert set(report.labels["topic"].drop_nulls()) <= {tree.path(topic.id) for topic in tree.leaves()}
    assert report.labels["topic_confidence"].drop_nulls().is_between(0, 1).all()


def test_fifty_scripts_are_fifty():
    assert len(SCRIPTS) == 50


def test_the_name_of_a_topic_is_never_markup():
    tree = TopicTree().add("<script>alert(1)</script>", keywords=["lost card"])
    report = categorize(frame(["lost card"]), tree, method=["keyword"])
    assert report.labels["topic"].to_list() == [tree.path(next(iter(tree.leaves())).id)]
    assert "<script>" not in report._repr_html_()


def test_a_frame_without_messages_is_refused():
    with pytest.raises(InputError, match="needs a column 'messages'; it has id"):
        categorize(pl.DataFrame({"id": ["a"]}), TREE)


def test_vectors_must_fit_the_records():
    with pytest.raises(InputError, match="one vector per record: 2 and 1"):
        categorize(frame(["a card", "b card"]), TREE, embedder=LSA(), vectors=np.ones((1, 2), np.float32))
