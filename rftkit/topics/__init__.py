"""Topics: the tree, how it is found in data, and how records come to their topic."""

from __future__ import annotations

from rftkit.topics.categorize import CategorizeReport, Judge, Question, Verdict, categorize
from rftkit.topics.discover import Discovery, discover
from rftkit.topics.map import Map, map_labels, project
from rftkit.topics.naming import Label, Namer
from rftkit.topics.orphans import orphans
from rftkit.topics.splitting import split_topic
from rftkit.topics.templates import TEMPLATES
from rftkit.topics.tree import GENERAL, MAX_DEPTH, Topic, TopicTree, TreeChange

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
    "map_labels",
    "orphans",
    "project",
    "split_topic",
]
