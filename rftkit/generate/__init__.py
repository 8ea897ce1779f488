"""Generation: prompts that a user could have written, for the topics that lack them.

`plan` says what would be made and at what price, `run` makes it, `validate_candidates` says what may become a record
and why not, `stars` says how good a prompt is. Functions of frames; who writes and who embeds is handed in.
"""

from __future__ import annotations

from rftkit.generate.facets import FACETS
from rftkit.generate.options import Options
from rftkit.generate.plan import GenerationPlan, PlanLine, plan
from rftkit.generate.report import GenerationReport, Progress
from rftkit.generate.run import run
from rftkit.generate.stars import stars
from rftkit.generate.validate import REASONS, Validation, validate_candidates

__all__ = [
    "FACETS",
    "REASONS",
    "GenerationPlan",
    "GenerationReport",
    "Options",
    "PlanLine",
    "Progress",
    "Validation",
    "plan",
    "run",
    "stars",
    "validate_candidates",
]
