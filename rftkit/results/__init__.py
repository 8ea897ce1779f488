"""Results: what training changed, on the same prompts before and after, and whether that is enough to deploy.

A step of the journey: rewards in, a frozen `Results` out. No disk, no model.
"""

from rftkit.results.compare import compare
from rftkit.results.paired import Change, change
from rftkit.results.result import Results
from rftkit.results.rules import Rule
from rftkit.results.runs import Runs, side_by_side

__all__ = ["Change", "Results", "Rule", "Runs", "change", "compare", "side_by_side"]
