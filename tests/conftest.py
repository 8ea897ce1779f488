"""What several test modules share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run of the checks; on a person's machine new ones each time.
settings.register_profile("same", derandomize=True, print_blob=True)
if os.environ.get("CI"):
    settings.load_profile("same")

ROOT = Path(__file__).resolve().parent.parent


def _shared_folder() -> Path:
    return Path(os.environ.get("RFTKIT_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return the folder of real corpora; skip where it is absent."""
    folder = _shared_folder() / "data"
    if not folder.is_dir():
        pytest.skip(f"the corpora are not here: {folder} (set RFTKIT_SHARED to their parent folder)")
    return folder
