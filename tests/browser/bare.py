"""A widget with its real Python side in a bare page: no JupyterLab, no server, so that a round takes milliseconds."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from rftkit.widgets._base import STATIC, Widget

# what anywidget gives a view, with Python behind it
_MODEL = """
window.model = ((state) => {
  const listeners = new Map();
  const emit = (event, ...given) => { for (const act of [...(listeners.get(event) ?? [])]) act(...given); };
  const view = (text) => new DataView(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  const take = ({ changes, messages }) => {
    Object.assign(state, changes);
    for (const key of Object.keys(changes)) emit(`change:${key}`);
    for (const { content, buffers } of messages) emit("msg:custom", content, buffers.map(view));
  };
  return {
    get: (key) => state[key],
    set: (key, value) => { state[key] = value; },
    save_changes() {},
    on: (event, act) => listeners.set(event, new Set([...(listeners.get(event) ?? []), act])),
    off: (event, act) => listeners.get(event)?.delete(act),
    send: (content) => void window.askPython(content).then(take),
    take,
  };
})(STATE);
"""


def _text(buffer: bytes) -> str:
    return base64.b64encode(buffer).decode()


def play(tab: Any, widget: Widget, name: str, *, theme: str = "light", width: int | None = None) -> None:
    """Show a widget in a bare page; what its page asks is answered by the widget itself.

    Parameters
    ----------
    tab
        A page of Playwright.
    widget
        The widget.
    name
        Its bundle.
    theme
        light or dark.
    width
        Of the page.
    """
    if not (STATIC / f"{name}.js").exists():
        pytest.skip("the widgets are not built: node widgets/build.mjs")
    sent: list[Any] = []
    changed: dict[str, Any] = {}
    keys = [key for key in widget.keys if key[0] != "_" and key not in ("layout", "tabbable", "tooltip")]
    widget.send = lambda content, buffers=(): sent.append(
        {"content": content, "buffers": [_text(each) for each in buffers]}
    )
    widget.observe(lambda change: changed.update({change["name"]: change["new"]}), names=keys)

    def answer(content: Any) -> dict[str, Any]:
        widget._handle_custom_msg(content, [])
        told = {"changes": dict(changed), "messages": list(sent)}
        changed.clear()
        sent.clear()
        return told

    if width is not None:
        tab.set_viewport_size({"width": width, "height": 1000})
    tab.on("pageerror", lambda error: pytest.fail(f"error in the page: {error}"))
    tab.set_content(
        f"<!doctype html><body data-jp-theme-light='{str(theme == 'light').lower()}'><div id='place'></div></body>"
    )
    tab.expose_function("askPython", answer)
    tab.add_style_tag(content=(STATIC / f"{name}.css").read_text(encoding="utf-8"))
    state = json.dumps({key: getattr(widget, key) for key in keys}, default=str)
    tab.evaluate(_MODEL.replace("STATE", state))
    source = (STATIC / f"{name}.js").read_text(encoding="utf-8")
    tab.evaluate(
        """async (source) => {
          const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
          (await import(url)).default.render({ model: window.model, el: document.querySelector("#place") });
        }""",
        source,
    )
