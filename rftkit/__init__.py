"""A Jupyter workbench for the data behind reinforcement fine-tuning.

Open a dataset with `open`; every step of the journey is a method of it, and a function of a polars frame here.
"""

from __future__ import annotations

from rftkit._version import VERSION as __version__
from rftkit.coverage import coverage
from rftkit.dataset import Dataset, open  # noqa: A004 - rftkit.open reads well and shadows nothing for its callers
from rftkit.errors import RftkitError
from rftkit.generate import validate_candidates
from rftkit.sanitize import sanitize
from rftkit.split import split
from rftkit.topics import TopicTree, categorize

__all__ = [
    "Dataset",
    "RftkitError",
    "TopicTree",
    "__version__",
    "categorize",
    "coverage",
    "open",
    "sanitize",
    "split",
    "validate_candidates",
]
