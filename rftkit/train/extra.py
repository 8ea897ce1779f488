"""The extra `train`: whether it is here, and how its libraries are kept from the network."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from rftkit.errors import MissingDependencyError

#: What a training on this machine imports.
PACKAGES: Final = ("torch", "transformers", "trl", "datasets", "peft", "accelerate")


def missing() -> list[str]:
    """Return the packages of the extra `train` that are not installed.

    Examples
    --------
    >>> set(missing()) <= set(PACKAGES)
    True
    """
    return [name for name in PACKAGES if find_spec(name) is None]


def needed(what: str) -> None:
    """Refuse where the extra is not installed.

    Parameters
    ----------
    what
        What asks for it, as the beginning of a sentence.

    Raises
    ------
    MissingDependencyError
        A package of the extra is missing.

    Examples
    --------
    >>> from unittest import mock
    >>> with mock.patch("rftkit.train.extra.missing", return_value=["trl"]):
    ...     needed("a tiny model")
    Traceback (most recent call last):
    ...
    rftkit.errors.MissingDependencyError: a tiny model needs trl; install it with `pip install 'rftkit[train]'`
    """
    lacking = missing()
    if lacking:
        raise MissingDependencyError(
            f"{what} needs {', '.join(lacking)}; install it with `pip install 'rftkit[train]'`"
        )


def offline(caches: str | os.PathLike[str]) -> dict[str, str]:
    """Return the environment of a process that trains or serves: no network, no reports, caches in one folder.

    Models that were fetched before are still found where they lie; only what is made new goes to the folder.

    Parameters
    ----------
    caches
        Where the libraries put what they would put into the home of the user.

    Examples
    --------
    >>> offline("/tmp/job/cache")["HF_HUB_OFFLINE"]
    '1'
    """
    folder = Path(caches)
    return {
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_DATASETS_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "WANDB_MODE": "disabled",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_DATASETS_CACHE": str(folder / "datasets"),
        "HF_MODULES_CACHE": str(folder / "modules"),
        "TRITON_CACHE_DIR": str(folder / "triton"),
        "TORCHINDUCTOR_CACHE_DIR": str(folder / "inductor"),
        "MPLCONFIGDIR": str(folder / "matplotlib"),
    }
