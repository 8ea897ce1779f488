"""Notebooks that need the extra `train` are skipped without it, with the reason; where it was promised, they fail."""

from __future__ import annotations

import os

import pytest

from rftkit.train.extra import missing

NEEDS_TRAIN = ("05_grader_and_dry_run.ipynb", "06_train_and_deploy.ipynb")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what cannot run here."""
    lacking = missing()
    reason = f"the extra train is not installed ({', '.join(lacking)} missing): pip install 'rftkit[train]'"
    for item in items:
        if item.path.name in NEEDS_TRAIN and lacking and os.environ.get("RFTKIT_TRAIN") != "required":
            item.add_marker(pytest.mark.skip(reason=reason))
