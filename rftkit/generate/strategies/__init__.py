"""The five ways of making candidates, each its own module with the same four names.

``NAME``; ``unfit(topic, pool, options)`` says why it cannot serve a topic, or None; ``tasks(job)`` makes requests;
``drafts(task, value)`` turns an answer into candidates.
"""

from __future__ import annotations

from types import ModuleType

from rftkit.generate.strategies import few_shot, message_variation

STRATEGIES: dict[str, ModuleType] = {module.NAME: module for module in (message_variation, few_shot)}
