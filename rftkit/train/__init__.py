"""Training: jobs on the disk, who runs them, and what their curves say."""

from rftkit.train.backend import BACKENDS, Backend, backend_of
from rftkit.train.state import ENDED, STATES, JobFolder
from rftkit.train.status import TrainingStatus, status_of
from rftkit.train.tiny import tiny_model

__all__ = [
    "BACKENDS",
    "ENDED",
    "STATES",
    "Backend",
    "JobFolder",
    "TrainingStatus",
    "backend_of",
    "status_of",
    "tiny_model",
]
