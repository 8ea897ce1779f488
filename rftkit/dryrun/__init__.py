"""Dry run: can this model learn from these prompts with this grader, before anything is trained.

Pure functions of frames: which prompts to ask (`choose`), what their rewards say (`DryRun`), by which rules, and why.

* **mean**, **above zero**, **perfect** are of answers; every prompt counts the same.
* **spread over prompts** is the standard deviation of the prompts' mean rewards, **spread within a prompt** that of the
  rewards of one prompt. Training learns from the second alone.
* **learnable** is a prompt whose rewards have a standard deviation above 0.05 at the number of rollouts used; with
  one rollout nobody can say.
* Every interval is for what all prompts that could have been drawn would show on average at this number of rollouts.
"""

from __future__ import annotations

from rftkit.dryrun.choose import PROMPTS, ROLLOUTS, Choice, choose
from rftkit.dryrun.compare import Comparison, compare
from rftkit.dryrun.diagnosis import Finding
from rftkit.dryrun.interval import Estimate
from rftkit.dryrun.measure import Measures
from rftkit.dryrun.result import DryRun
from rftkit.dryrun.rules import GO, NO_GO, WARNING, Rule
from rftkit.dryrun.thresholds import Thresholds

__all__ = [
    "GO",
    "NO_GO",
    "PROMPTS",
    "ROLLOUTS",
    "WARNING",
    "Choice",
    "Comparison",
    "DryRun",
    "Estimate",
    "Finding",
    "Measures",
    "Rule",
    "Thresholds",
    "choose",
    "compare",
]
