"""A Jupyter workbench for the data behind reinforcement fine-tuning.

Open a dataset with `open`; every step of the journey is a method of it, and a function of a polars frame here. Names
are loaded when they are first used, so that `import rftkit` costs next to nothing.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from rftkit._version import VERSION

if TYPE_CHECKING:
    from rftkit.acts.folder import datasets
    from rftkit.acts.training_job import TrainingJob
    from rftkit.coverage import coverage
    from rftkit.dataset import Dataset, open
    from rftkit.errors import RftkitError
    from rftkit.generate import validate_candidates
    from rftkit.generator import GeneratorSession
    from rftkit.grade import Grader
    from rftkit.sanitize import sanitize
    from rftkit.split import split
    from rftkit.topics import TopicTree
    from rftkit.topics.categorize import categorize

__version__ = VERSION

__all__ = [
    "Dataset",
    "GeneratorSession",
    "Grader",
    "RftkitError",
    "TopicTree",
    "TrainingJob",
    "__version__",
    "categorize",
    "coverage",
    "datasets",
    "open",
    "sanitize",
    "split",
    "validate_candidates",
]

_HOMES = {
    "Dataset": "rftkit.dataset",
    "GeneratorSession": "rftkit.generator",
    "Grader": "rftkit.grade",
    "RftkitError": "rftkit.errors",
    "TopicTree": "rftkit.topics",
    "TrainingJob": "rftkit.acts.training_job",
    "categorize": "rftkit.topics.categorize",
    "coverage": "rftkit.coverage",
    "datasets": "rftkit.acts.folder",
    "open": "rftkit.dataset",
    "sanitize": "rftkit.sanitize",
    "split": "rftkit.split",
    "validate_candidates": "rftkit.generate",
}


def __dir__() -> list[str]:
    return __all__


class _Package(ModuleType):
    """The package with its names loaded on first use.

    A step and the package that holds it share a name. Importing the package would put the module in the place of the
    step; here the step stays.
    """

    def __getattr__(self, name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(_HOMES[name]), name)

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
