"""Training by a service: OpenAI's fine-tuning API, wherever it is spoken."""

from rftkit.train.hosted.backend import Hosted

__all__ = ["Hosted"]
