"""The five ways of making candidates, each its own module with the same names.

``NAME``; ``unfit(topic, pool, options, node)`` says why it cannot serve a topic, or None; ``sources(pool, topic)`` are the
rows it works from; ``calls(job)`` and ``tasks(job)`` count and make requests; ``drafts(task, value)`` turns an answer into
candidates. None of them falls back to another.
"""

from __future__ import annotations

from types import ModuleType

from rftkit.generate.strategies import few_shot, message_variation, scenario_expansion, tool_chain, topic_description

STRATEGIES: dict[str, ModuleType] = {
    module.NAME: module for module in (message_variation, few_shot, topic_description, scenario_expansion, tool_chain)
}
