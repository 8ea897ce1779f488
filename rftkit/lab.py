"""JupyterLab on a copy of the notebooks that come with rftkit: try everything, spoil nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rftkit.errors import NotFoundError

if TYPE_CHECKING:
    from rftkit.dataset import Dataset

_PACKAGE = Path(__file__).resolve().parent
#: Nothing is asked of a server of the Jupyter project, and nobody is asked whether it should be.
_QUIET: dict[str, dict[str, Any]] = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/extensionmanager-extension:plugin": {"enabled": False},
}


def notebooks() -> Path:
    """Return the folder of the notebooks that come with rftkit.

    Raises
    ------
    NotFoundError
        The installation has none.

    Examples
    --------
    >>> (notebooks() / "README.md").exists()
    True
    """
    for folder in (_PACKAGE / "_notebooks", _PACKAGE.parent / "notebooks"):
        if folder.is_dir():
            return folder
    raise NotFoundError("the notebooks are not installed; install rftkit again: pip install --force-reinstall rftkit")


def dataset() -> Dataset:
    """Return the dataset that a notebook is about: the one in ``RFTKIT_DATASET``, else the bundled sample.

    ``rftkit lab DATASET`` and ``rftkit report --dataset`` set the variable. Without it the sample is imported, sanitized
    and given topics in a temporary folder, which takes a few seconds.

    Examples
    --------
    >>> import tempfile
    >>> os.environ["RFTKIT_DATASET"] = tempfile.mkdtemp() + "/support.rft"
    >>> dataset()
    Dataset(support.rft, version 0: 0 records)
    >>> del os.environ["RFTKIT_DATASET"]
    """
    from rftkit import samples
    from rftkit.dataset import open as open_dataset

    named = os.environ.get("RFTKIT_DATASET")
    if named:
        return open_dataset(named)
    made = open_dataset(Path(tempfile.mkdtemp(prefix="rftkit-")) / "sample.rft")
    made.import_(samples.path())
    made.sanitize()
    made.discover_topics(depth=2)
    return made


def copy(work: Path | None = None) -> Path:
    """Copy the notebooks into a folder and return it; what a person has changed there is kept.

    Parameters
    ----------
    work
        The folder; ``rftkit-notebooks`` in the current one by default.

    Examples
    --------
    >>> import tempfile
    >>> (copy(Path(tempfile.mkdtemp())) / "README.md").exists()
    True
    """
    folder = Path(work) if work is not None else Path.cwd() / "rftkit-notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    for source in sorted(notebooks().iterdir()):
        target = folder / source.name
        if source.is_file() and source.suffix in {".ipynb", ".md"} and not target.exists():
            shutil.copyfile(source, target)
    return folder


def command(folder: Path, settings: Path, *, browser: bool = True, port: int = 8888) -> list[str]:
    """Return the command that starts JupyterLab in a folder.

    Parameters
    ----------
    folder
        Its root.
    settings
        What `quiet_settings` returned; the settings of the person stay as they are.
    browser
        Open a browser.
    port
        The first port that is tried.

    Examples
    --------
    >>> command(Path("work"), Path("settings"), browser=False)[1:4]
    ['-m', 'jupyterlab', '--ServerApp.root_dir=work']
    """
    options = [f"--ServerApp.root_dir={folder}", f"--ServerApp.port={port}", f"--LabApp.app_settings_dir={settings}"]
    options += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    options += ["--LabApp.extension_manager=readonly", *([] if browser else ["--no-browser"])]
    return [sys.executable, "-m", "jupyterlab", *options]


def environment(dataset: Path | None) -> dict[str, str]:
    """Return the environment of the server and its kernels.

    Parameters
    ----------
    dataset
        What ``RFTKIT_DATASET`` says in the notebooks.

    Examples
    --------
    >>> environment(Path("support.rft"))["RFTKIT_DATASET"].endswith("support.rft")
    True
    """
    given = {} if dataset is None else {"RFTKIT_DATASET": str(dataset.resolve())}
    return {**os.environ, **given}


def start(dataset: Path | None = None, *, work: Path | None = None, browser: bool = True, port: int = 8888) -> int:
    """Open JupyterLab on a copy of the notebooks, and wait until it is closed.

    Parameters
    ----------
    dataset
        The dataset that the notebooks open.
    work
        Folder for the copy; ``rftkit-notebooks`` in the current one by default.
    browser
        Open a browser; without, the address is printed.
    port
        The first port that is tried.

    Returns
    -------
    int
        What JupyterLab exited with.

    Raises
    ------
    NotFoundError
        There is no such dataset.
    """
    if dataset is not None and not Path(dataset).is_dir():
        raise NotFoundError(f"there is no dataset {dataset}; make one with rftkit import {dataset} FILE")
    folder = copy(work)
    done = subprocess.run(
        command(folder, quiet_settings(folder / ".jupyterlab"), browser=browser, port=port),
        env=environment(None if dataset is None else Path(dataset)),
        check=False,
    )
    return done.returncode


def quiet_settings(folder: Path) -> Path:
    """Write the settings that keep JupyterLab from asking servers for news and updates; return their folder.

    Parameters
    ----------
    folder
        Where they go.

    Examples
    --------
    >>> import tempfile
    >>> sorted(part.name for part in quiet_settings(Path(tempfile.mkdtemp())).iterdir())
    ['overrides.json']
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "overrides.json").write_text(json.dumps(_QUIET, indent=2), encoding="utf-8")
    return folder
