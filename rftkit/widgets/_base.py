"""What all widgets share: the bundle, acts that the browser may ask for, errors in sight, a static twin.

A widget is a window: its state is the dataset's. It reads the dataset again when another widget, cell or process has
written a version (`rftkit.widgets._watch`). The browser asks by name for methods marked with `act`; they run one at a
time, in a notebook on a thread of the widget's own (`rftkit.widgets._beside`).

A notebook keeps the static twins. Where JupyterLab is told to save the state of widgets too, it saves the bundle with each
of them, some 30 kB: without a kernel nothing else could draw them, so anywidget has no way to leave it out.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import anywidget
import traitlets

from rftkit.errors import RftkitError
from rftkit.render import Html, card
from rftkit.widgets._beside import Beside

STATIC = Path(__file__).parent / "static"
_Method = TypeVar("_Method", bound=Callable[..., Any])


def act(method: _Method) -> _Method:
    """Mark a method as one that the browser may ask for.

    Parameters
    ----------
    method
        Takes keywords that JSON can hold.

    Examples
    --------
    >>> @act
    ... def refresh(self): ...
    >>> refresh.is_act
    True
    """
    vars(method)["is_act"] = True
    return method


def bundle(name: str) -> tuple[Path | str, Path | str]:
    """Return the script and the style of a widget; where they were not built, a script that says how to build them.

    Parameters
    ----------
    name
        Name of the widget's folder.

    Examples
    --------
    >>> script, _ = bundle("no_such_widget")
    >>> "node widgets/build.mjs" in script
    True
    """
    script, sheet = STATIC / f"{name}.js", STATIC / f"{name}.css"
    if script.is_file() and sheet.is_file():
        return script, sheet
    told = (
        f"The widget {name} was not built. In a checkout of rftkit run: "
        "npm --prefix widgets ci && node widgets/build.mjs; then restart the kernel."
    )
    return f"export default {{ render({{ el }}) {{\n  el.textContent = {told!r};\n}} }};\n", ""


@dataclass(frozen=True)
class Binary:
    """An answer of an act with numbers that are sent as they are and not as text.

    Attributes
    ----------
    value
        What JSON can hold.
    buffers
        Bytes; the browser gets them as `buffers` of the value.

    Examples
    --------
    >>> Binary({"count": 1}, [b"ab"]).value
    {'count': 1}
    """

    value: dict[str, Any]
    buffers: list[bytes] = field(repr=False)


class Widget(anywidget.AnyWidget):
    """Base of the widgets: subclasses name their bundle, say what is shared, and give `to_html`."""

    error = traitlets.Unicode("", help="A sentence about what went wrong last; written by Python.").tag(sync=True)
    static_html = traitlets.Unicode("", help="The static twin, for saved pages; written by Python.").tag(sync=True)

    acts: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, bundle_name: str | None = None, **options: Any) -> None:
        if bundle_name is not None:
            cls._esm, cls._css = bundle(bundle_name)
        own = {name for name, value in vars(cls).items() if getattr(value, "is_act", False)}
        cls.acts = cls.acts | own
        super().__init_subclass__(**options)

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._asked_acts = Beside()

    def to_html(self) -> Html:
        """Return the widget as static HTML, escaped and without script."""
        return card(None, repr(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def publish(self, **shared: Any) -> None:
        """Give new values to the browser, all at once, with the static twin that belongs to them.

        Parameters
        ----------
        **shared
            Trait to value.
        """
        with self._lock, self.hold_sync():
            for name, value in shared.items():
                setattr(self, name, value)
            self.static_html = str(self.to_html())
        self.free_replies()

    def free_replies(self) -> None:
        """Let the browser's next message be handled although a cell is running.

        ipykernel answers a comm on the shell that last sent on it, which may be a busy one; where the private
        attribute is absent there is nothing to free.
        """
        if self.comm is not None:
            self.comm.__dict__.pop("_reply_subshell_id", None)

    def attempt(self, work: Callable[[], Any]) -> Any:
        """Run work that nobody waits for; what goes wrong is shown in the widget instead of lost.

        Parameters
        ----------
        work
            Takes nothing.
        """
        try:
            with self._lock:
                value = work()
                self.error = ""  # still under the lock: work that it started may fail at once and say so
        except RftkitError as error:
            self.error = str(error)
            raise
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"
            raise
        return value

    def _handle_custom_msg(self, content: Any, buffers: Any) -> None:
        if not isinstance(content, dict) or content.get("kind") != "ask":
            super()._handle_custom_msg(content, buffers)
        elif hasattr(self.comm, "kernel"):
            self._asked_acts.do(lambda: self._answer(content))
        else:  # nobody's notebook can be held up
            self._answer(content)
        self.free_replies()

    def _answer(self, content: dict[str, Any]) -> None:
        answer: dict[str, Any] = {"kind": "reply", "id": content.get("id")}
        sent: list[list[bytes]] = []
        try:
            value = self.attempt(lambda: self._act(content))
            answer["value"] = value.value if isinstance(value, Binary) else value
            sent = [value.buffers] if isinstance(value, Binary) else []
        except Exception:  # noqa: BLE001 - the sentence is in `error`, where the person who clicked sees it
            answer["error"] = self.error
        if self.comm is not None:  # else it was closed meanwhile
            self.send(answer, *sent)
            self.free_replies()

    def _act(self, content: dict[str, Any]) -> Any:
        name = content.get("act")
        if name not in self.acts:
            raise RftkitError(f"{type(self).__name__} has no act {name!r}; it has {', '.join(sorted(self.acts))}")
        value = getattr(self, str(name))(**content.get("options", {}))
        return value if isinstance(value, str | int | float | bool | dict | list | Binary) else None

    def _repr_mimebundle_(self, **options: Any) -> Any:
        made = super()._repr_mimebundle_(**options)
        if made is None:
            return None
        data, metadata = made
        return {**data, "text/html": self.static_html or str(self.to_html())}, metadata
