"""What several test modules share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples on every run of the checks; on a person's machine new ones each time.
settings.register_profile("same", derandomize=True, print_blob=True)
if os.environ.get("CI"):
    settings.load_profile("same")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs the extra `train` where it is not installed."""
    if item.get_closest_marker("torch") is not None:
        from rftkit.train.extra import missing

        if missing():
            pytest.skip(
                f"the extra train is not installed ({', '.join(missing())} missing): pip install 'rftkit[train]'"
            )


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Let a skipped test of training fail where the extra was promised."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    promised = os.environ.get("RFTKIT_TRAIN") == "required" and item.get_closest_marker("torch") is not None
    if report.skipped and promised and not hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"skipped though RFTKIT_TRAIN=required: {report.longrepr}"


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
