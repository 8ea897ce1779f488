"""Embedders, their choice, and the cache of vectors."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from rftkit import embed
from rftkit import messages as chat
from rftkit.embed import minilm, remote, static
from rftkit.embed.cache import VectorCache
from rftkit.embed.lsa import LSA
from rftkit.errors import InputError, MissingDependencyError, ModelError

needs_weights = pytest.mark.skipif(minilm.folder() is None, reason="the weights of MiniLM are not installed")


class Counting:
    """An embedder that remembers what it was asked."""

    name = "counting"

    def __init__(self):
        self.asked: list[str] = []

    def embed(self, texts):
        self.asked.extend(texts)
        return np.array([[len(text), 1.0] for text in texts], dtype=np.float32)


@needs_weights
def test_minilm_agrees_with_the_published_model():
    """Cosines of the model card's kind of pairs: near for a paraphrase, far for another subject."""
    a, b, c = minilm.MiniLM().embed(["That is a happy person", "That is a very happy person", "Today is a sunny day"])
    assert a @ b == pytest.approx(0.943, abs=0.005)
    assert a @ c == pytest.approx(0.257, abs=0.005)


@needs_weights
def test_a_text_has_the_same_vector_alone_and_among_others():
    texts = ["short", "a text of some more words", "", "another text of more words", "🙂" * 5, "word " * 600]
    together = minilm.MiniLM().embed(texts)
    alone = np.vstack([minilm.MiniLM().embed([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-5)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)


@needs_weights
def test_weights_that_are_not_the_published_ones_are_refused(monkeypatch):
    monkeypatch.setattr(minilm, "SHA256", "0" * 64)
    minilm.load.cache_clear()
    with pytest.raises(ModelError, match="another sha256"):
        minilm.load()
    minilm.load.cache_clear()


def test_auto_says_which_embedder_and_why(monkeypatch):
    if minilm.folder() is not None:
        assert embed.choose(count=100).name == "minilm"
        assert embed.choose(count=50_000).name == "static"
        assert "50,000" in embed.choose(count=50_000).why
    monkeypatch.setattr(minilm, "folder", lambda: None)
    assert embed.choose(count=100).name == "lsa"
    assert "not installed" in embed.choose().why
    with pytest.raises(MissingDependencyError, match="pip install"):
        embed.get("minilm")


def test_an_unknown_embedder_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match="use auto, minilm, static, lsa"):
        embed.get("word2vec")


def test_a_model_behind_a_call_is_asked_in_batches_and_never_for_an_empty_text():
    asked: list[list[str]] = []

    def call(texts):
        asked.append(list(texts))
        return [[1.0, 1.0] for _ in texts]

    found = remote.Called("any/model", call, batch=2).embed(["a", "", "c"])
    assert asked == [["a", " "], ["c"]]
    assert np.allclose(found, 2**-0.5)
    with pytest.raises(ModelError, match="answered"):
        remote.Called("any/model", lambda texts: [[1.0]]).embed(["a", "b"])


def test_sentence_transformers_is_asked_for_by_name_when_missing():
    if remote.installed():
        pytest.skip("sentence-transformers is installed")
    with pytest.raises(MissingDependencyError, match="pip install sentence-transformers"):
        embed.get("sentence-transformers/some-model").embed(["a"])


def test_lsa_brings_texts_that_share_words_together():
    texts = ["lost my card", "my card is lost", "exchange rate of euro", "the euro exchange rate"] * 3
    fitted = LSA().fit(texts)
    a, b, c, d = fitted.embed(texts[:4])
    assert a @ b > 0.5 > 0.1 > a @ c
    assert c @ d > 0.5
    assert LSA().fit(texts).name == fitted.name
    assert LSA().fit([*texts, "something new"]).name != fitted.name


@pytest.mark.parametrize(
    "texts", [[""], ["", ""], ["same"] * 5, ["?!"], ["ok", "日本語のテキスト", "हिन्दी"], ["a\ud800b"]]
)
def test_odd_texts_embed_to_finite_numbers(texts):
    found = embed.vectors(texts, "lsa").array
    assert found.shape[0] == len(texts)
    assert np.isfinite(found).all()


@needs_weights
def test_static_vectors_live_in_the_space_of_minilm(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    vocabulary = minilm.load().tokenizer.get_vocab_size()
    small = rng.normal(size=(vocabulary, static.WIDTH)).astype(np.float32)  # distilling the real table takes 30 s
    monkeypatch.setattr(static, "table", lambda: small)
    texts = [f"question {i} about {word}" for i in range(30) for word in ("cards", "loans", "rates")]
    fitted = static.Static().fit(texts)
    cosine = (fitted.embed(texts) * minilm.MiniLM().embed(texts)).sum(axis=1)
    assert cosine.mean() > 0.8


def test_only_new_text_is_embedded(tmp_path):
    model, cache = Counting(), VectorCache(tmp_path)
    first = cache.embed(model, ["a", "bb", "a"])
    assert sorted(model.asked) == ["a", "bb"]
    again = VectorCache(tmp_path).embed(model, ["ccc", "a"])
    assert sorted(model.asked) == ["a", "bb", "ccc"]
    assert np.allclose(again, [[3, 1], first[0]])


def test_a_killed_writer_leaves_whole_files_only(tmp_path):
    code = (
        "import os, numpy as np\nfrom rftkit.embed import cache\n"
        "class M:\n name='m'\n def embed(self, t): return np.ones((len(t), 4), np.float32)\n"
        f"c = cache.VectorCache({str(tmp_path)!r}); c.embed(M(), ['a'])\n"
        "save = np.save\n"
        "def cut(f, rows):\n save(f, rows); f.truncate(100); f.flush(); os._exit(9)\n"
        "cache.np.save = cut; c.embed(M(), ['b'])\n"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 9
    assert VectorCache(tmp_path).missing("m", ["a", "b"]) == ["b"]


def test_many_appends_are_compacted_and_nothing_is_lost(tmp_path):
    model, cache = Counting(), VectorCache(tmp_path)
    for i in range(30):
        cache.embed(model, [f"text {i}"])
    assert len(list(tmp_path.rglob("*.npy"))) < 30
    assert cache.missing("counting", [f"text {i}" for i in range(31)]) == ["text 30"]


def test_embedders_do_not_share_vectors(tmp_path):
    cache, one, other = VectorCache(tmp_path), Counting(), Counting()
    other.name = "counting/2"
    cache.embed(one, ["a"])
    cache.embed(other, ["a"])
    assert other.asked == ["a"]


def frame(*turns):
    return pl.DataFrame([chat.pack([list(turns)])])


def say(role, content, **more):
    return {"role": role, "content": content, **more}


def test_a_single_turn_is_embedded_as_it_is():
    assert embed.texts(frame(say("system", "Be kind."), say("user", "Where is my card?"))).to_list() == [
        "Where is my card?"
    ]


def test_the_last_user_turn_brings_its_context_and_the_last_tool():
    call = {"id": "1", "type": "function", "function": {"name": "Hotels_SearchHotel", "arguments": '{"name":"x"}'}}
    found = embed.texts(
        frame(
            say("user", "A hotel in Rome"),
            say("assistant", None, tool_calls=[call]),
            say("tool", "3 found", tool_call_id="1"),
            say("assistant", "Three are free."),
            say("user", "The second one"),
        )
    ).item()
    assert found == "The second one hotels search hotel A hotel in Rome Three are free."


def test_records_without_a_user_turn_have_an_empty_text():
    both = pl.DataFrame([chat.pack([[], [say("system", "x")], None])])
    assert embed.texts(both).to_list() == ["", "", ""]
