"""What curves warn of, and what they do not."""

from __future__ import annotations

from typing import Any

from rftkit.train.state import metrics_frame
from rftkit.train.warnings import warnings_of


def _curves(steps: int = 20, **values: Any) -> list[str]:
    lines = [{"step": step, **{name: value(step) for name, value in values.items()}} for step in range(1, steps + 1)]
    return warnings_of(metrics_frame(lines))


def test_a_training_that_goes_well_is_not_warned_of() -> None:
    good = _curves(
        train_reward=lambda step: 0.3 + 0.02 * step,
        valid_reward=lambda step: 0.3 + 0.015 * step,
        entropy=lambda step: 1.0 / step,
        length=lambda step: 40 - 1.5 * step,
        zero_spread_share=lambda step: 0.2,
    )
    assert good == []


def test_an_entropy_that_falls_without_a_gain_is_warned_of() -> None:
    (warning,) = _curves(train_reward=lambda step: 0.3, entropy=lambda step: 2.0 if step < 8 else 0.01)
    assert "the entropy fell" in warning


def test_answers_that_change_their_length_without_a_gain_are_warned_of() -> None:
    (warning,) = _curves(train_reward=lambda step: 0.3, length=lambda step: 20.0 * step)
    assert "tokens and the reward did not rise" in warning


def test_a_reward_that_is_lost_is_a_collapse() -> None:
    found = _curves(
        train_reward=lambda step: 0.6 if step < 10 else 0.0, valid_reward=lambda step: 0.5 if step < 10 else 0.0
    )
    assert [warning[:20] for warning in found[:2]] == ["the training reward ", "the validation rewar"]


def test_one_lucky_batch_is_no_height_to_fall_from() -> None:
    assert _curves(train_reward=lambda step: 0.9 if step == 12 else 0.4) == []


def test_a_learning_rate_that_wrecks_the_model_at_once_is_warned_of() -> None:
    """Seen with a rate of a million: every answer is noise from the second look on, and noise has some reward too."""
    found = _curves(train_reward=lambda step: 0.25, valid_reward=lambda step: 0.375 if step == 1 else 0.25)
    assert any("training made the model worse" in warning for warning in found)


def test_a_validation_that_never_rises_is_warned_of_unless_it_is_at_the_top() -> None:
    assert any("has not risen" in warning for warning in _curves(valid_reward=lambda step: 0.4))
    assert _curves(valid_reward=lambda step: 1.0) == []
    assert _curves(steps=4, valid_reward=lambda step: 0.4) == []
