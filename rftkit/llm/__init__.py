"""Models: asking them, what it costs, and remembering what they said.

Everything that talks to a model goes through here, the keyless `rftkit/offline` too; litellm is imported in one
module (`gateway`) and only when something is asked.
"""

from __future__ import annotations

from rftkit.llm.embedding import ModelEmbedder
from rftkit.llm.estimate import Estimate, estimate
from rftkit.llm.gateway import OFFLINE, check_model, price
from rftkit.llm.listing import listed, models
from rftkit.llm.parse import read_json
from rftkit.llm.payload import unwrap, wrap
from rftkit.llm.redact import redact
from rftkit.llm.request import Answer, Request
from rftkit.llm.runner import Runner, default_model

__all__ = [
    "OFFLINE",
    "Answer",
    "Estimate",
    "ModelEmbedder",
    "Request",
    "Runner",
    "check_model",
    "default_model",
    "estimate",
    "listed",
    "models",
    "price",
    "read_json",
    "redact",
    "unwrap",
    "wrap",
]
