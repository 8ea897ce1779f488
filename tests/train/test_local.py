"""Training on this machine: whole jobs in processes of their own, cut off, cancelled, resumed, refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from rftkit.detached import Detached
from rftkit.errors import InputError, LockedError
from rftkit.train import JobFolder, status_of
from rftkit.train.checkpoints import model_folder
from rftkit.train.local import Local
from tests.train import tiny_world as world

pytestmark = pytest.mark.torch

STEPS = {"steps": 6, "eval_every": 2}
COMPARED = ["step", "phase", "train_reward", "valid_reward", "length", "entropy", "lr"]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.base(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory, model: Path) -> JobFolder:
    folder = world.job(tmp_path_factory.mktemp("unbroken"), model, config=STEPS)
    Local().start(folder)
    assert world.finish(folder) == "succeeded", (folder.path / "worker.log").read_text()
    return folder


def _process(folder: JobFolder) -> Detached:
    return Detached(folder.path, "worker")


def _killed_at(folder: JobFolder, step: int) -> None:
    Local().start(folder)
    world.finish(folder, until=lambda folder: world.step_of(folder) >= step)
    os.kill(_process(folder).told()["process"], signal.SIGKILL)
    assert _process(folder).wait(10)


def test_a_job_logs_every_step_and_looks_at_validation_when_it_was_told_to(unbroken: JobFolder) -> None:
    metrics = unbroken.metrics()
    assert metrics["step"].to_list() == [0, 1, 2, 3, 4, 5, 6]
    assert metrics.drop_nulls("valid_reward")["step"].to_list() == [0, 2, 4, 6]
    assert metrics.drop_nulls("train_reward")["step"].to_list() == [1, 2, 3, 4, 5, 6]
    told = metrics.filter(metrics["step"] > 0)
    for column in ("zero_spread_share", "length", "entropy", "loss", "lr", "seconds", "by_grader/says a"):
        assert told[column].null_count() == 0, column
    assert told["by_grader/says a"].to_list() == pytest.approx(told["train_reward"].to_list())
    assert told["seconds"].is_sorted()


def test_the_answers_before_and_after_are_those_to_the_whole_validation_set(unbroken: JobFolder) -> None:
    for which in ("before", "after"):
        kept = unbroken.rollouts(which)
        assert kept.height == 4 * world.SMALL["eval_samples"]
        assert kept["output_tools"].null_count() == kept.height


def test_the_model_that_is_kept_is_the_one_with_the_best_validation_reward(unbroken: JobFolder) -> None:
    seen = unbroken.metrics().drop_nulls("valid_reward").sort("valid_reward", "step", descending=[True, False])
    told = unbroken.read()
    assert (told["best_step"], told["best"]) == (seen["step"][0], pytest.approx(seen["valid_reward"][0]))
    assert told["checkpoint"] == f"checkpoints/best-{told['best_step']}"
    kept = model_folder(unbroken)
    assert kept is not None
    assert (kept / "model.safetensors").is_file()
    assert [path.name for path in unbroken.checkpoints.glob("best-*")] == [kept.name]


def test_a_job_that_is_killed_goes_on_to_the_same_step_and_reward(
    tmp_path: Path, model: Path, unbroken: JobFolder
) -> None:
    folder = world.job(tmp_path, model, config=STEPS)
    _killed_at(folder, 3)
    Local().poll(folder)
    assert folder.read()["state"] == "failed"
    assert "killed" in folder.read()["error"]
    Local().resume(folder)
    assert world.finish(folder) == "succeeded"
    mine, theirs = folder.metrics(), unbroken.metrics()
    assert mine["step"].to_list() == theirs["step"].to_list()
    for column in COMPARED[2:]:  # optimizer, schedule, randomness and order of the data are those of the unbroken run
        ours = [value for value in mine[column].to_list() if value is not None]
        assert ours == pytest.approx([value for value in theirs[column].to_list() if value is not None], abs=1e-4), (
            column
        )
    assert abs(mine["valid_reward"][-1] - theirs["valid_reward"][-1]) <= 0.02
    assert folder.rollouts("after").equals(unbroken.rollouts("after"))


def test_a_job_that_is_cancelled_keeps_its_checkpoint_and_goes_on_from_it(
    tmp_path: Path, model: Path, unbroken: JobFolder
) -> None:
    folder = world.job(tmp_path, model, config=STEPS)
    Local().start(folder)
    with pytest.raises(LockedError, match="runs already"):
        Local().start(folder)
    world.finish(folder, until=lambda folder: world.step_of(folder) >= 2)
    Local().cancel(folder)
    assert world.finish(folder) == "cancelled"
    assert not _process(folder).running()
    reached = world.step_of(folder)
    assert reached < STEPS["steps"]
    assert [path.name for path in (folder.checkpoints / "rl").glob("checkpoint-*")] == [f"checkpoint-{reached}"]
    Local().resume(folder)
    assert world.finish(folder) == "succeeded"
    assert folder.metrics()["train_reward"].to_list()[1:] == pytest.approx(
        unbroken.metrics()["train_reward"].to_list()[1:], abs=1e-4
    )


def test_a_warm_start_learns_the_answers_that_were_named_and_outlives_the_kernel(tmp_path: Path, model: Path) -> None:
    config = {"steps": 0, "sft_steps": 30, "sft_on": "reference", "sft_learning_rate": 1e-2, "sft_batch": 8}
    folder = world.job(tmp_path, model, config=config)
    begin = "import sys; from rftkit.train import JobFolder, local; local.Local().start(JobFolder(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", begin, str(folder.path)], check=True)  # this kernel is gone before the job is
    assert world.finish(folder) == "succeeded", (folder.path / "worker.log").read_text()
    losses = folder.metrics().drop_nulls("loss")
    assert losses["phase"].unique().to_list() == ["sft"]
    assert losses["loss"][-1] < losses["loss"][0] / 2
    after = folder.rollouts("after")["output_text"].to_list()
    assert after.count("a parcel") > len(after) / 2
    status = status_of(folder.read(), folder.metrics())
    assert (status.step, status.total_steps, status.checkpoint) == (30, 30, "checkpoints/warm")
    assert (status.baseline, status.final) == (
        folder.metrics()["valid_reward"][0],
        folder.metrics()["valid_reward"][-1],
    )
    assert not set(folder.rollouts("before")["output_text"]) & {"a parcel"}


def test_a_model_that_is_not_here_is_never_fetched(tmp_path: Path, model: Path) -> None:
    folder = world.job(tmp_path, Path("nobody/has-this-model"), config=STEPS)
    Local().start(folder)
    assert world.finish(folder) == "failed"
    assert "there is no model 'nobody/has-this-model' here" in folder.read()["error"]


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"learning_speed": 1}, "learning_speed"),
        ({"sft_steps": 5}, "sft_on"),
        ({"sft_steps": 5, "sft_on": "all"}, "output or reference"),
        ({"rollouts": 1}, "2 or more"),
        ({"micro_batch": 7}, "divisor"),
        ({"steps": 0}, "nothing to train"),
        ({"learning_rate": 0}, "above 0"),
    ],
)
def test_options_that_cannot_be_are_refused_before_anything_begins(config: dict[str, object], named: str) -> None:
    values = {"base": "tiny", "config": config, "grader": world.SAYS_A}
    with pytest.raises(InputError, match=named):
        Local().announce(values, 10, 5)


def test_a_grader_that_asks_a_paid_model_is_announced_as_a_cost() -> None:
    values = {"base": "tiny", "config": {"steps": 2}, "grader": world.SAYS_A}
    assert Local().announce(values, 10, 5).cost_usd == 0.0
    judge = {"type": "score_model", "name": "j", "model": "openai/gpt-4o", "input": [{"role": "user", "content": "?"}]}
    assert Local().announce({**values, "grader": judge}, 10, 5).cost_usd is None


def test_the_seed_and_every_option_stand_in_the_job(unbroken: JobFolder) -> None:
    told = msgspec.json.decode((unbroken.path / "job.json").read_bytes())
    assert told["seed"] == 0
    assert told["config"] == {**world.SMALL, **STEPS}
    assert told["total_steps"] == STEPS["steps"]


@pytest.mark.slow
def test_adapters_are_taken_up_again_after_a_kill_and_merged_at_the_end(tmp_path: Path, model: Path) -> None:
    config = {"steps": 4, "eval_every": 2, "sft_steps": 3, "sft_on": "reference", "sft_batch": 4, "lora_rank": 4}
    (tmp_path / "whole").mkdir()
    (tmp_path / "cut").mkdir()
    whole = world.job(tmp_path / "whole", model, config=config)
    Local().start(whole)
    assert world.finish(whole) == "succeeded", (whole.path / "worker.log").read_text()
    cut = world.job(tmp_path / "cut", model, config=config)
    _killed_at(cut, 2)
    Local().poll(cut)
    Local().resume(cut)
    assert world.finish(cut) == "succeeded", (cut.path / "worker.log").read_text()
    for column in ("train_reward", "valid_reward", "loss"):
        assert cut.metrics()[column].to_list() == pytest.approx(whole.metrics()[column].to_list(), nan_ok=True), column
    assert cut.rollouts("after").equals(whole.rollouts("after"))
    kept = model_folder(cut)
    assert kept is not None
    assert not (kept / "adapter_config.json").exists()
