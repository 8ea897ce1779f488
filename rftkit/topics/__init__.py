"""Topics: the tree, how it is found in data, and how records come to their topic."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from rftkit.topics.templates import TEMPLATES
from rftkit.topics.tree import GENERAL, MAX_DEPTH, Topic, TopicTree, TreeChange

if TYPE_CHECKING:
    from rftkit.topics.categorize import CategorizeReport, Judge, Question, Verdict, categorize
    from rftkit.topics.discover import Discovery, discover
    from rftkit.topics.map import Map, project
    from rftkit.topics.naming import Label, Namer
    from rftkit.topics.orphans import orphans
    from rftkit.topics.splitting import split_topic

__all__ = [
    "GENERAL",
    "MAX_DEPTH",
    "TEMPLATES",
    "CategorizeReport",
    "Discovery",
    "Judge",
    "Label",
    "Map",
    "Namer",
    "Question",
    "Topic",
    "TopicTree",
    "TreeChange",
    "Verdict",
    "categorize",
    "discover",
    "orphans",
    "project",
    "split_topic",
]

# Loaded when asked for: they need numpy, and the tree alone does not.
_LATER = {
    "CategorizeReport": "categorize",
    "Judge": "categorize",
    "Question": "categorize",
    "Verdict": "categorize",
    "categorize": "categorize",
    "Discovery": "discover",
    "discover": "discover",
    "Map": "map",
    "project": "map",
    "Label": "naming",
    "Namer": "naming",
    "orphans": "orphans",
    "split_topic": "splitting",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # Importing a submodule binds its name here; what was asked for takes its place.
    for each, module in _LATER.items():
        if module == _LATER[name]:
            globals()[each] = getattr(import_module(f"{__name__}.{module}"), each)
    return globals()[name]
