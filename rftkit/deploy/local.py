"""A model served on this machine, by a process of its own with OpenAI's API on the loopback."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from rftkit.detached import Detached
from rftkit.errors import LockedError, ModelError, StoreError
from rftkit.train.extra import needed, offline

#: Of the process.
NAME = "server"
#: How litellm calls a server that speaks OpenAI's API.
PROVIDER = "hosted_vllm"
_AT_BOTH_ENDS = 1 << 20


@dataclass(frozen=True)
class SmokeTest:
    """What a model said when it was asked something for the first time.

    Attributes
    ----------
    passed
        Whether there was an answer with at least one token.
    text
        The answer.
    prompt_tokens, completion_tokens
        Read and written.
    error
        Why there is none.

    Examples
    --------
    >>> SmokeTest(passed=True, text="Hello").to_dict()["passed"]
    True
    """

    passed: bool
    text: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the values."""
        return asdict(self)


@dataclass(frozen=True)
class Endpoint:
    """A model that is served on this machine.

    It ends with `stop`, at the end of a ``with`` block, or, unless it was begun with ``keep=True``, with the process
    that began it.

    Attributes
    ----------
    url
        Base address of the API.
    name
        What the server calls the model.
    folder
        Where the lock and the log of the process lie.

    Examples
    --------
    >>> Endpoint("http://127.0.0.1:8000/v1", "tiny-1a2b3c", Path("server")).model
    'hosted_vllm/tiny-1a2b3c'
    """

    url: str
    name: str
    folder: Path

    @property
    def model(self) -> str:
        """The name that litellm knows it by; to be called with `url` as its base address."""
        return f"{PROVIDER}/{self.name}"

    @property
    def process(self) -> Detached:
        """The process."""
        return Detached(self.folder, NAME)

    @property
    def running(self) -> bool:
        """Whether it is there."""
        return self.process.running()

    def smoke_test(self, prompt: str = "Hello", *, max_tokens: int = 16) -> SmokeTest:
        """Ask the model one thing through litellm.

        Parameters
        ----------
        prompt
            What to ask.
        max_tokens
            Of the answer.
        """
        from rftkit.llm.failures import CallError
        from rftkit.llm.gateway import through_litellm
        from rftkit.llm.loop import on_loop
        from rftkit.llm.request import Request

        request = Request([{"role": "user", "content": prompt}], max_tokens=max_tokens, temperature=0.0)
        try:
            reply = on_loop(through_litellm(self.model, request, base_url=self.url))
        except CallError as error:
            return SmokeTest(passed=False, error=str(error))
        tokens = reply.completion_tokens
        return SmokeTest(tokens > 0, reply.text, reply.prompt_tokens, tokens)

    def stop(self, *, patience: float = 5.0) -> None:
        """End the process, and return when it is gone.

        Parameters
        ----------
        patience
            Seconds before it is ended without asking.
        """
        self.process.ask_to_end()
        if not self.process.wait(patience):
            self.process.kill()
            self.process.wait(patience)

    def to_dict(self) -> dict[str, Any]:
        """Return address and name."""
        return {"endpoint": self.url, "model": self.model}

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"Endpoint({self.model} at {self.url})"


def serve(
    model: str | os.PathLike[str],
    *,
    name: str | None = None,
    folder: str | os.PathLike[str] | None = None,
    port: int = 0,
    keep: bool = False,
) -> Endpoint:
    """Serve a model on this machine, and return when it answers.

    Parameters
    ----------
    model
        A folder with a model and its tokenizer.
    name
        What it is called; by default the folder's name and a fingerprint of its weights, so that answers which are
        remembered by the model's name are never those of another.
    folder
        Where the lock and the log of the process lie; a temporary one by default. A server that runs there already
        with the same model is returned.
    port
        Of the loopback; a free one by default.
    keep
        Let it outlive this process; it then runs until `stop`.

    Raises
    ------
    MissingDependencyError
        The extra `train` is not installed.
    ModelError
        There is no such model, or it cannot be loaded.
    """
    needed("a server on this machine")
    source = Path(model)
    if not (source / "config.json").is_file():
        raise ModelError(
            f"{source} holds no model (no config.json); name the folder of one, such as a job's checkpoint"
        )
    called = name or f"{source.name}-{fingerprint(source)}"
    home = Path(folder) if folder is not None else Path(tempfile.mkdtemp(prefix="rftkit-server-"))
    home.mkdir(parents=True, exist_ok=True)
    known = running_at(home)
    if known is not None and known.name == called:
        return known
    return _begin(source, called, home, port, keep=keep)


def running_at(folder: Path) -> Endpoint | None:
    """Return the server whose lock and log lie in a folder; None where none runs.

    Parameters
    ----------
    folder
        The folder.

    Examples
    --------
    >>> running_at(Path("nowhere"))
    """
    process = Detached(folder, NAME)
    told = process.told()
    return Endpoint(told["url"], told["model"], folder) if "url" in told and process.running() else None


def fingerprint(model: Path) -> str:
    """Return a short name of a model's weights: a hash of the files' sizes and of what stands at their ends.

    Parameters
    ----------
    model
        Its folder.
    """
    told = hashlib.sha256()
    for file in sorted(model.glob("*.safetensors")) or sorted(model.glob("*.bin")):
        size = file.stat().st_size
        with file.open("rb") as opened:
            told.update(f"{file.name} {size} ".encode() + opened.read(_AT_BOTH_ENDS))
            opened.seek(max(0, size - _AT_BOTH_ENDS))
            told.update(opened.read())
    return told.hexdigest()[:8]


def _begin(model: Path, name: str, home: Path, port: int, *, keep: bool) -> Endpoint:
    process = Detached(home, NAME)
    told = (str(model.resolve()), str(home.resolve()), name, str(port), "kept" if keep else "tied")
    try:
        process.start("rftkit.deploy.server", *told, environment=offline(home / "cache"), tied=not keep)
    except LockedError:
        raise
    except StoreError as error:
        raise ModelError(str(error)) from error
    while True:
        found = running_at(home)
        if found is not None:
            return found
        if not process.running():
            raise ModelError(f"the server of {model.name} ended before it answered: {process.last_words()}")
        time.sleep(0.05)
