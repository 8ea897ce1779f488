"""The parts of a local training that need no process: prompts, draws, rewards, checkpoints, what a model calls."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rftkit.errors import InputError, ModelError
from rftkit.grade import Grader
from rftkit.train import JobFolder, checkpoints, rows
from rftkit.train.policy import Draw, Policy
from rftkit.train.replies import read
from rftkit.train.scoring import Scorer
from rftkit.train.settings import Settings
from rftkit.train.tiny import tiny_model
from tests.train import tiny_world as world

TRACK = {"type": "function", "function": {"name": "track", "parameters": {"type": "object", "properties": {}}}}


@pytest.fixture(scope="module")
def policy(tmp_path_factory: pytest.TempPathFactory) -> Policy:
    import torch

    torch.set_num_threads(1)
    return Policy.load(world.base(tmp_path_factory.mktemp("models") / "tiny"))


@pytest.mark.torch
def test_a_tiny_model_is_the_same_for_the_same_texts_and_seed(tmp_path: Path) -> None:
    made = [
        tiny_model(tmp_path / name, world.PROMPTS, width=32, layers=1, seed=seed)
        for name, seed in zip("abc", (0, 0, 1), strict=True)
    ]
    weights = [(folder / "model.safetensors").read_bytes() for folder in made]
    assert weights[0] == weights[1]
    assert weights[0] != weights[2]
    assert (made[0] / "tokenizer.json").read_bytes() == (made[1] / "tokenizer.json").read_bytes()


@pytest.mark.torch
@pytest.mark.parametrize("text", ["naïve café ☕ 日本", "a\n\tb", "<|user|> is no turn of mine"])
def test_a_tiny_tokenizer_says_any_text_again(policy: Policy, text: str) -> None:
    ids = policy.tokenizer(text, add_special_tokens=False).input_ids
    assert policy.tokenizer.decode(ids) == text


@pytest.mark.torch
def test_an_answer_depends_on_its_seed_and_not_on_what_is_drawn_beside_it(policy: Policy) -> None:
    prompts = [policy.render([{"role": "user", "content": text}]) for text in world.PROMPTS[:5]]
    draws = [Draw(prompt, seed=place, max_tokens=8) for place, prompt in enumerate(prompts)]
    together = policy.draw(draws)
    assert together == [policy.draw([draw])[0] for draw in draws]
    assert together == policy.draw(draws, batch=2)
    assert together != policy.draw([Draw(draw.prompt, draw.seed + 100, max_tokens=8) for draw in draws])


@pytest.mark.torch
def test_drawing_leaves_the_randomness_of_the_trainer_alone(policy: Policy) -> None:
    import torch

    torch.manual_seed(1)
    before = torch.get_rng_state()
    policy.draw([Draw("x", seed=5, max_tokens=4)])
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.torch
def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    import torch

    from rftkit.train.choice import choose

    scores = torch.log(torch.tensor([[0.5, 0.3, 0.2]])).repeat(20_000, 1)
    column = np.random.default_rng(0).random(20_000)

    def shares(**how: Any) -> list[float]:
        drawn = choose(scores, [Draw("", max_tokens=1, **how)] * 20_000, column)
        return [round(float(share), 2) for share in torch.bincount(drawn, minlength=3) / 20_000]

    assert shares() == pytest.approx([0.5, 0.3, 0.2], abs=0.011)
    assert shares(top_p=0.7) == pytest.approx([0.625, 0.375, 0.0], abs=0.011)
    assert shares(temperature=0.5) == pytest.approx([0.66, 0.24, 0.1], abs=0.011)
    assert shares(temperature=0.0) == [1.0, 0.0, 0.0]


@pytest.mark.torch
def test_an_answer_is_cut_at_its_own_length_and_says_so(policy: Policy) -> None:
    long, short = policy.draw([Draw("parcel", max_tokens=6), Draw("parcel", max_tokens=2)])
    assert short.completion_tokens <= 2
    assert {long.finish_reason, short.finish_reason} <= {"stop", "length"}


@pytest.mark.torch
def test_only_the_answer_is_learned_and_it_ends_where_an_answer_ends(policy: Policy) -> None:
    row = {"messages": [{"role": "user", "content": "Where is it?"}], "reference_answer": "a parcel"}
    (made,) = rows.imitations([row, {"messages": row["messages"]}], "reference", policy)
    learned = [label for label in made["labels"] if label != -100]
    assert policy.tokenizer.decode(learned) == "a parcel<|end|>"
    assert made["input_ids"][-len(learned) :] == learned
    assert policy.tokenizer.decode(made["input_ids"]).startswith(policy.render(row["messages"]))


@pytest.mark.torch
def test_an_output_with_a_tool_call_is_learned_as_the_model_would_write_it(policy: Policy) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "track", "arguments": '{"id": 7}'}}
    turns = [{"role": "user", "content": "Where?"}, {"role": "assistant", "content": None, "tool_calls": [call]}]
    (made,) = rows.imitations([{"messages": turns, "tools": [TRACK]}], "output", policy)
    said = policy.tokenizer.decode([label for label in made["labels"] if label != -100], skip_special_tokens=True)
    words, calls = read(said)
    assert (words, calls[0]["function"]) == (None, {"name": "track", "arguments": '{"id": 7}'})


@pytest.mark.torch
def test_nothing_to_imitate_is_refused(policy: Policy) -> None:
    with pytest.raises(InputError, match="reference_answer"):
        rows.imitations([{"messages": [{"role": "user", "content": "Hi"}]}], "reference", policy)


@pytest.mark.torch
def test_prompts_that_leave_no_room_for_an_answer_are_left_out(policy: Policy) -> None:
    long = {"messages": [{"role": "user", "content": "parcel " * 400}], "rftkit_id": "long"}
    short = {"messages": [{"role": "user", "content": "Hi"}], "rftkit_id": "short"}
    assert [task.id for task in rows.tasks([long, short], policy, 20)] == ["short"]


@given(size=st.integers(1, 30), wanted=st.integers(0, 200), seed=st.integers(0, 5))
def test_each_row_is_taken_once_before_any_is_taken_again(size: int, wanted: int, seed: int) -> None:
    places = rows.order(size, wanted, seed)
    assert len(places) == wanted
    for start in range(0, wanted, size):
        turn = places[start : start + size]
        assert max(Counter(turn).values(), default=0) <= 1
    assert rows.order(size, wanted + 7, seed)[:wanted] == places


@given(prompts=st.integers(1, 500), steps=st.integers(1, 8), epochs=st.floats(0.1, 5))
def test_epochs_become_the_fewest_steps_that_see_as_many_prompts(prompts: int, steps: int, epochs: float) -> None:
    planned = Settings(epochs=epochs, prompts_per_step=steps).plan(prompts)
    assert planned * steps >= epochs * prompts or planned == 1
    assert (planned - 1) * steps < epochs * prompts


@pytest.mark.parametrize(
    ("text", "words", "names"),
    [
        ("It is on its way.", "It is on its way.", []),
        ('Let me look. <tool_call>\n{"name": "track", "arguments": {}}\n</tool_call>', "Let me look.", ["track"]),
        ('<tool_call>{"name": "a"}</tool_call><tool_call>{"name": "b"}</tool_call>', None, ["a", "b"]),
        ("<tool_call>{broken}</tool_call>", "<tool_call>{broken}</tool_call>", []),
        ('<tool_call>{"arguments": {}}</tool_call>', '<tool_call>{"arguments": {}}</tool_call>', []),
    ],
)
def test_calls_are_read_out_of_an_answer_and_what_is_none_stays_text(
    text: str, words: str | None, names: list[str]
) -> None:
    said, calls = read(text)
    assert said == words
    assert [call["function"]["name"] for call in calls] == names


def _grader(reference: str) -> Grader:
    return Grader.from_dict({**world.SAYS_A, "reference": reference})


def test_an_answer_that_cannot_be_graded_has_no_reward_and_is_no_zero() -> None:
    scores = Scorer(_grader("{{item.letter}}")).score(["a", "a", "b"], [{"letter": "a"}, {}, {"letter": "a"}])
    assert list(scores.rewards) == [1.0, None, 0.0]
    assert scores.mean == 0.5
    assert sum(scores.errors.values()) == 1


def test_a_grader_that_can_grade_nothing_is_an_error() -> None:
    with pytest.raises(ModelError, match="says a could grade no answer"):
        Scorer(_grader("{{item.letter}}")).score(["a", "b"], [{}, {}])


def test_the_parts_of_a_grader_are_told_apart() -> None:
    parts = {"a": {**world.SAYS_A, "name": "a"}, "b": {**world.SAYS_A, "name": "b", "reference": "b"}}
    both = {"type": "multi", "name": "both", "graders": parts, "calculate_output": "0.5 * a + 0.5 * b"}
    scores = Scorer(Grader.from_dict(both)).score(["a", "ab"], [{}, {}])
    assert scores.by_grader == {"a": 1.0, "b": 0.5}


def _checkpoint(phase: Path, step: int, *, whole: bool) -> Path:
    made = phase / f"checkpoint-{step}"
    made.mkdir(parents=True)
    (made / "model.safetensors").write_bytes(b"weights")
    if whole:
        checkpoints.mark(made, step=step, seconds=float(step))
    return made


def test_a_checkpoint_counts_only_when_it_is_whole(tmp_path: Path) -> None:
    _checkpoint(tmp_path, 2, whole=True)
    ten = _checkpoint(tmp_path, 10, whole=True)
    half = _checkpoint(tmp_path, 12, whole=False)
    assert checkpoints.newest(tmp_path) == ten
    assert checkpoints.told(ten) == {"step": 10, "seconds": 10.0}
    assert not half.exists()
    checkpoints.prune(tmp_path)
    assert list(tmp_path.iterdir()) == [ten]


class _Half:
    """A policy whose saving is cut off."""

    def __init__(self, *, breaks: bool) -> None:
        self.breaks = breaks

    def save(self, folder: Path) -> None:
        folder.mkdir()
        (folder / "model.safetensors").write_bytes(b"half")
        if self.breaks:
            raise OSError("the disk is full")


def test_a_best_model_is_named_only_when_all_of_it_is_there(tmp_path: Path) -> None:
    folder = JobFolder.make(tmp_path)
    checkpoints.keep_best(folder, _Half(breaks=False), 0, 0.25)  # type: ignore[arg-type]
    with pytest.raises(OSError, match="disk"):
        checkpoints.keep_best(folder, _Half(breaks=True), 4, 0.5)  # type: ignore[arg-type]
    kept = checkpoints.model_folder(folder)
    assert kept == folder.path / "checkpoints" / "best-0"
    assert (folder.read()["best"], folder.read()["best_step"]) == (0.25, 0)
    checkpoints.keep_best(folder, _Half(breaks=False), 4, 0.5)  # type: ignore[arg-type]
    assert [path.name for path in folder.checkpoints.glob("best-*")] == ["best-4"]
