"""What curves of rewards warn of: collapse, overfitting, standing still, nothing left to learn from."""

from __future__ import annotations

import numpy as np
import polars as pl

#: A mean reward that has lost so much of its best is a collapse.
COLLAPSE = 0.5
#: Validation that has lost so much of its best while training went up is overfitting.
OVERFIT = 0.1
#: So many points make a trend.
ENOUGH = 5
#: A mean reward with nothing left to gain.
ALL = 0.95
#: A gradient needs spread: with so many groups of equal rewards there is next to none.
NO_SPREAD = 0.9
#: An entropy that has only so much left of its beginning draws the same answer each time.
SAME_ANSWER = 0.1
#: Answers that grew or shrank by so much changed their kind.
TIMES_LENGTH = 2.0
#: A reward that rose by so much earned its changes.
GAIN = 0.1


def warnings_of(metrics: pl.DataFrame) -> list[str]:
    """Return what a person should look at, in sentences.

    Parameters
    ----------
    metrics
        From `JobFolder.metrics`.

    Examples
    --------
    >>> from rftkit.train.state import metrics_frame
    >>> fell = metrics_frame([{"step": step, "train_reward": 0.8 - 0.15 * step} for step in range(6)])
    >>> warnings_of(fell)[0][:20]
    'the training reward '
    """
    found = [_collapse(metrics, "train_reward", "training"), _collapse(metrics, "valid_reward", "validation")]
    found += [None if found[1] else _no_gain(metrics)]
    found += [_overfit(metrics), _no_spread(metrics), _one_answer(metrics), _length(metrics)]
    return [sentence for sentence in found if sentence]


def _collapse(metrics: pl.DataFrame, column: str, name: str) -> str | None:
    known = metrics.drop_nulls(column)
    values = known[column].to_numpy()
    if len(values) < 2:
        return None
    window = max(1, min(ENOUGH, len(values) // 2))
    # means of as many steps: one lucky batch is no height to fall from
    means = np.convolve(values, np.full(window, 1 / window), mode="valid")
    recent, best = float(means[-1]), float(means.max())
    if best <= 0 or recent > best * (1 - COLLAPSE):
        return None
    return (
        f"the {name} reward fell from {best:.2f} to {recent:.2f}: it collapsed; "
        "take the best checkpoint, and train with a lower learning rate"
    )


def _no_gain(metrics: pl.DataFrame) -> str | None:
    """Say that no look at validation was better than the first, which is the model before training."""
    seen = metrics["valid_reward"].drop_nulls().to_numpy()
    if len(seen) <= ENOUGH or seen[0] >= ALL or seen[1:].max() > seen[0]:
        return None
    if seen[1:].mean() < seen[0] * (1 - OVERFIT):
        return (
            f"validation began with {seen[0]:.2f} and was below it ever since, {seen[-1]:.2f} at last: training made the "
            "model worse; the model from before is kept, train with a lower learning rate"
        )
    return (
        f"validation has not risen above the {seen[0]:.2f} that it began with in {len(seen) - 1} looks: train longer, or "
        "with another learning rate"
    )


def _overfit(metrics: pl.DataFrame) -> str | None:
    both = metrics.select(pl.col("step"), pl.col("train_reward").forward_fill(), "valid_reward").drop_nulls()
    if both.height < ENOUGH:
        return None
    at = int(both["valid_reward"].arg_max() or 0)
    best, last = both["valid_reward"][at], both["valid_reward"][-1]
    if last > best * (1 - OVERFIT) or both["train_reward"][-1] <= both["train_reward"][at]:
        return None
    return (
        f"validation fell from {best:.2f} (step {both['step'][at]}) to {last:.2f} while training went on up: "
        "the model overfits; the best checkpoint is kept"
    )


def _no_spread(metrics: pl.DataFrame) -> str | None:
    shares = metrics["zero_spread_share"].drop_nulls().tail(ENOUGH).to_numpy()
    if len(shares) < ENOUGH or shares.mean() < NO_SPREAD:
        return None
    return (
        f"{shares.mean():.0%} of the groups have equal rewards: there is next to nothing to learn from; "
        "use prompts of another difficulty or a finer grader"
    )


def _one_answer(metrics: pl.DataFrame) -> str | None:
    entropy = _ends(metrics, "entropy")
    if entropy is None or _gained(metrics) or entropy[1] > entropy[0] * SAME_ANSWER:
        return None
    return (
        f"the entropy fell from {entropy[0]:.2f} to {entropy[1]:.2f} and the reward did not rise: the model gives nearly "
        "the same answer each time; train with a lower learning rate or a higher temperature"
    )


def _length(metrics: pl.DataFrame) -> str | None:
    length = _ends(metrics, "length")
    if length is None or _gained(metrics) or length[0] / TIMES_LENGTH < length[1] < length[0] * TIMES_LENGTH:
        return None
    return (
        f"answers went from {length[0]:.0f} to {length[1]:.0f} tokens and the reward did not rise: "
        "read some, and train with a lower learning rate or a grader that does not pay for length"
    )


def _gained(metrics: pl.DataFrame) -> bool:
    reward = _ends(metrics, "train_reward")
    return reward is not None and reward[1] >= reward[0] * (1 + GAIN)


def _ends(metrics: pl.DataFrame, column: str) -> tuple[float, float] | None:
    """Return the mean of the first and of the last steps that are known; None where there are too few."""
    values = metrics[column].drop_nulls().to_numpy()
    if len(values) < 2 * ENOUGH:
        return None
    return float(values[:ENOUGH].mean()), float(values[-ENOUGH:].mean())
