"""What curves of rewards warn of: collapse, overfitting, standing still, nothing left to learn from."""

from __future__ import annotations

import polars as pl

#: A mean reward that has lost so much of its best is a collapse.
COLLAPSE = 0.5
#: Validation that has lost so much of its best while training went up is overfitting.
OVERFIT = 0.1
#: So many points make a trend.
ENOUGH = 5
#: A gradient needs spread: with so many groups of equal rewards there is next to none.
NO_SPREAD = 0.9


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
    found += [_overfit(metrics), _no_spread(metrics)]
    return [sentence for sentence in found if sentence]


def _collapse(metrics: pl.DataFrame, column: str, name: str) -> str | None:
    known = metrics.drop_nulls(column)
    values = known[column].to_numpy()
    if len(values) < 2:
        return None
    window = max(1, min(ENOUGH, len(values) // 2))
    recent, best = float(values[-window:].mean()), float(values.max())
    if best <= 0 or recent > best * (1 - COLLAPSE):
        return None
    return (
        f"the {name} reward fell from {best:.2f} to {recent:.2f}: it collapsed; "
        "take the best checkpoint, and train with a lower learning rate"
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
