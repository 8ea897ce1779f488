"""A model served on this machine: called by real clients over the loopback, ended without a trace."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from rftkit.deploy import Endpoint, serve
from rftkit.detached import Detached
from rftkit.errors import LockedError, ModelError
from tests.train import tiny_world as world

pytestmark = pytest.mark.torch

HELLO: Any = [{"role": "user", "content": "Where is parcel number 7?"}]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.base(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def endpoint(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    with serve(model, folder=tmp_path_factory.mktemp("server")) as served:
        yield served
    assert not served.running


@pytest.fixture(scope="module")
def client(endpoint: Endpoint) -> Iterator[Any]:
    openai = pytest.importorskip("openai", reason="the openai client is not installed")
    with openai.OpenAI(base_url=endpoint.url, api_key="none", max_retries=0) as made:
        yield made


def _said(client: Any, endpoint: Endpoint, **options: Any) -> list[str]:
    answer = client.chat.completions.create(model=endpoint.name, messages=HELLO, max_tokens=8, **options)
    return [choice.message.content for choice in answer.choices]


def test_a_served_model_answers_through_litellm(endpoint: Endpoint) -> None:
    told = endpoint.smoke_test("Where is it?")
    assert told.error is None
    assert told.passed
    assert told.completion_tokens > 0


def test_the_same_seed_gives_the_same_answer_alone_and_in_a_crowd(client: Any, endpoint: Endpoint) -> None:
    alone = [_said(client, endpoint, seed=seed)[0] for seed in range(6)]
    assert _said(client, endpoint, seed=0, n=6) == alone
    with ThreadPoolExecutor(6) as crowd:
        assert [said[0] for said in crowd.map(lambda seed: _said(client, endpoint, seed=seed), range(6))] == alone
    assert len(set(alone)) > 1


def test_a_stream_says_what_the_whole_answer_says(client: Any, endpoint: Endpoint) -> None:
    pieces = list(
        client.chat.completions.create(
            model=endpoint.name,
            messages=HELLO,
            max_tokens=8,
            seed=3,
            n=2,
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    texts = ["", ""]
    for piece in pieces:
        for choice in piece.choices:
            texts[choice.index] += choice.delta.content or ""
    assert texts == _said(client, endpoint, seed=3, n=2)
    finished = [choice.finish_reason for piece in pieces for choice in piece.choices if choice.finish_reason]
    assert len(finished) == 2
    assert pieces[-1].usage.completion_tokens > 0


def test_an_answer_ends_before_a_stop_text(client: Any, endpoint: Endpoint) -> None:
    whole = _said(client, endpoint, seed=3)[0]
    middle = whole[2:4]
    assert _said(client, endpoint, seed=3, stop=middle)[0] == whole[: whole.find(middle)]


def test_the_models_are_listed(client: Any, endpoint: Endpoint) -> None:
    assert [model.id for model in client.models.list()] == [endpoint.name]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"response_format": {"type": "json_object"}}, "cannot force JSON"),
        ({"logprobs": True}, "does not know logprobs"),
        ({"tool_choice": "required"}, "cannot force a tool call"),
        ({"max_tokens": 100_000}, "more than the 256 tokens"),
        ({"temperature": 9}, "temperature is 9"),
        ({"messages": []}, "messages is missing"),
        ({"model": "another"}, "there is no model 'another'"),
    ],
)
def test_what_the_server_cannot_do_is_refused_and_not_ignored(
    client: Any, endpoint: Endpoint, options: dict[str, Any], sentence: str
) -> None:
    import openai

    with pytest.raises(openai.APIStatusError, match=sentence):
        client.chat.completions.create(**{"model": endpoint.name, "messages": HELLO, "max_tokens": 4, **options})


def test_a_name_that_is_not_the_loopback_is_not_answered(endpoint: Endpoint) -> None:
    import http.client

    host, _, port = endpoint.url.removeprefix("http://").removesuffix("/v1").partition(":")
    caller = http.client.HTTPConnection(host, int(port), timeout=30)
    caller.request("GET", "/v1/models", headers={"Host": "evil.example:80"})
    assert caller.getresponse().status == 403
    caller.close()


def test_a_server_that_runs_is_found_again_and_not_begun_twice(model: Path, endpoint: Endpoint) -> None:
    assert serve(model, folder=endpoint.folder) == endpoint
    with pytest.raises(LockedError, match="runs already"):
        serve(model, folder=endpoint.folder, name="another")


def test_two_models_never_have_one_name(model: Path, tmp_path: Path) -> None:
    from rftkit.deploy.local import fingerprint
    from rftkit.train.tiny import tiny_model

    other = tiny_model(tmp_path / "tiny", world.PROMPTS, width=32, layers=1, vocabulary=300, context=256, seed=9)
    assert fingerprint(other) != fingerprint(model)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="holds no model"):
        serve(tmp_path)


def test_a_server_ends_with_the_process_that_began_it(model: Path, tmp_path: Path) -> None:
    begin = "import sys; from rftkit.deploy import serve; serve(sys.argv[1], folder=sys.argv[2])"
    subprocess.run([sys.executable, "-c", begin, str(model), str(tmp_path)], check=True)
    process = Detached(tmp_path, "server")
    assert "url" in process.told()
    for _ in range(600):
        if not process.running():
            break
        time.sleep(0.05)
    assert not process.running()
