"""Topics: the tree, how it is found in data, and how records come to their topic."""

from rftkit.topics.templates import TEMPLATES
from rftkit.topics.tree import GENERAL, MAX_DEPTH, Topic, TopicTree, TreeChange

__all__ = ["GENERAL", "MAX_DEPTH", "TEMPLATES", "Topic", "TopicTree", "TreeChange"]
