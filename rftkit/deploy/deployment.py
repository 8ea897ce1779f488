"""`Deployment`: where a trained model answers, or what makes it answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rftkit import render

if TYPE_CHECKING:
    from rftkit.deploy.local import Endpoint, SmokeTest
    from rftkit.render import Html


@dataclass(frozen=True)
class Deployment:
    """A model that answers, or the files that make it answer.

    Attributes
    ----------
    to
        local, vllm, ollama or hosted.
    model
        litellm's name of it.
    endpoint
        Its base address; where files were written, the one that it will have.
    smoke_test
        What it said when it was asked; None where nothing runs yet.
    files
        What was written.
    notes
        What a person should know, in sentences.
    server
        The process on this machine, with `stop`.

    Examples
    --------
    >>> Deployment("vllm", "hosted_vllm/sums", "http://127.0.0.1:8000/v1", files=("serve.sh",))
    Deployment(vllm: hosted_vllm/sums, 1 files)
    """

    to: str
    model: str
    endpoint: str | None
    smoke_test: SmokeTest | None = None
    files: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    server: Endpoint | None = field(default=None, compare=False)

    def stop(self) -> None:
        """End the server on this machine; others run on."""
        if self.server is not None:
            self.server.stop()

    def to_dict(self) -> dict[str, Any]:
        """Return the values as ``rftkit deploy --json`` prints them."""
        return {
            "to": self.to,
            "endpoint": self.endpoint,
            "model": self.model,
            "smoke_test": None if self.smoke_test is None else self.smoke_test.to_dict(),
            "files": list(self.files),
            "notes": list(self.notes),
        }

    def __repr__(self) -> str:
        return f"Deployment({self.to}: {self.model}, {len(self.files)} files)"

    def _repr_html_(self) -> Html:
        tested = self.smoke_test
        said = []
        if tested is not None:
            text = f"it answered: {tested.text}" if tested.passed else f"it did not answer: {tested.error}"
            said = [render.notice(text, "ok" if tested.passed else "far")]
        facts = render.facts({"to": self.to, "model": self.model, "endpoint": self.endpoint})
        return render.card("Deployment", facts, *said, render.bullets(self.notes), render.bullets(self.files))
