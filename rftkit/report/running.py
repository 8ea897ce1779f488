"""Running a notebook in a kernel of this very environment, on a pinned version."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from rftkit.errors import NotFoundError, RftkitError

#: Brings every widget up to date after the last cell, whatever ran in the background.
_SETTLE = "import sys as _sys\nif 'rftkit.widgets' in _sys.modules: _sys.modules['rftkit.widgets'].settle()"


class NotebookError(RftkitError):
    """A cell of the notebook failed."""


def run(path: Path, *, dataset: Path | None, version: int | None, timeout: float | None) -> Any:
    """Return the notebook with the outputs of a fresh run.

    Parameters
    ----------
    path
        The notebook; what it was saved with is not used.
    dataset, version
        What ``RFTKIT_DATASET`` and ``RFTKIT_VERSION`` say in its kernel.
    timeout
        Seconds that a cell may take.

    Raises
    ------
    NotebookError
        A cell failed, with its number, its first line and the error.
    """
    notebook = _read(path)
    with tempfile.TemporaryDirectory(prefix="rftkit-report-") as scratch:
        # notebooks that come with rftkit may lie where nothing can be written
        folder = scratch if _is_ours(path) else str(path.resolve().parent)
        return _execute(notebook, path, folder, _environment(dataset, version), timeout)


def _read(path: Path) -> Any:
    import nbformat

    tools: Any = nbformat  # its functions are untyped
    try:
        notebook = tools.read(path, as_version=4)
    except (tools.reader.NotJSONError, tools.ValidationError, AttributeError, UnicodeDecodeError) as error:
        raise NotFoundError(f"{path} is no notebook: {error}") from error
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.metadata.pop("widgets", None)
    notebook.cells.append(tools.v4.new_code_cell(_SETTLE))
    return notebook


def _is_ours(path: Path) -> bool:
    from rftkit.lab import notebooks

    return path.resolve().parent == notebooks().resolve()


def _environment(dataset: Path | None, version: int | None) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if name not in ("RFTKIT_DATASET", "RFTKIT_VERSION")}
    given = {} if dataset is None else {"RFTKIT_DATASET": str(dataset), "RFTKIT_VERSION": str(version)}
    # sets iterate in the same order in every run, and nothing draws progress bars into the page
    return {**clean, **given, "RFTKIT_REPORT": "1", "PYTHONHASHSEED": "0"}


def _execute(notebook: Any, path: Path, folder: str, environment: dict[str, str], timeout: float | None) -> Any:
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    # the kernel of this environment, whatever kernel the notebook was saved with and whichever the user installed
    specs = KernelSpecManager(kernel_dirs=[])
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=specs)
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=timeout,
        resources={"metadata": {"path": folder}},
        store_widget_state=True,
        shutdown_kernel="immediate",
        extra_arguments=["--log-level=ERROR"],
    )
    try:
        client.execute(env=environment)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise NotebookError(_sentence(notebook, path, error, timeout)) from error
    notebook.cells.pop()
    return notebook


def _sentence(notebook: Any, path: Path, error: Exception, timeout: float | None) -> str:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    ran = [place for place, cell in enumerate(code, start=1) if cell.execution_count is not None or cell.outputs]
    number = ran[-1] if ran else 1
    lines = code[number - 1].source.strip().splitlines() or [""]
    name, value = getattr(error, "ename", ""), getattr(error, "evalue", "")
    why = f"{name}: {value}" if name else f"it took longer than {timeout:g} seconds" if timeout else str(error)
    return f"code cell {number} of {path.name} ({lines[0][:60]!r}) failed, nothing was written: {why}"
