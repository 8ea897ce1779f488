"""The page: an executed notebook as HTML that holds everything it needs and may fetch nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from rftkit import render
from rftkit.llm.redact import redact
from rftkit.messages import dump

HERE = Path(__file__).parent / "template"
WIDGET = "application/vnd.jupyter.widget-view+json"
_WIDGET_STATE = "application/vnd.jupyter.widget-state+json"
_CHART = re.compile(r"application/vnd\.vegalite\.v\d+(\.\d+)?\+json")
_ADDRESS = re.compile(r"(?<= at )0x[0-9a-fA-F]{6,}")
#: Larger static pictures are left to the script that draws the chart.
_LARGEST_PICTURE = 150_000


def page(notebook: Any, *, name: str, dataset: str | None = None, version: int | None = None) -> str:
    """Return the HTML of an executed notebook.

    Parameters
    ----------
    notebook
        With its outputs and the saved state of its widgets.
    name
        Its name; the title where it has no heading.
    dataset, version
        What it was run on, said above the page.

    Examples
    --------
    >>> import nbformat.v4 as v4
    >>> cell = v4.new_markdown_cell("# Support, week 12")
    >>> "<title>Support, week 12</title>" in page(v4.new_notebook(cells=[cell]), name="week")
    True
    """
    widgets = _widget_pages(notebook)
    charts = 0
    for cell in notebook.cells:
        cell.source = redact(cell.source)
        kept = [output for output in cell.get("outputs", []) if not _is_noise(output)]
        for output in kept:
            charts += _settle(output, widgets)
        if cell.cell_type == "code":
            cell.outputs = kept
    notebook.metadata.pop("widgets", None)
    body = _body(notebook, _title(notebook, name), dataset, version)
    return _sealed(body, _script() if charts else "")


def _is_noise(output: Any) -> bool:
    # warnings and progress carry paths and times, which differ from run to run
    return bool(output.get("output_type") == "stream" and output.get("name") == "stderr")


def _title(notebook: Any, name: str) -> str:
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := re.search(r"^#\s+(.+)$", cell.source, re.M)):
            return found[1].strip()
    return str(notebook.metadata.get("title", name))


def _widget_pages(notebook: Any) -> dict[str, str]:
    """Return the static twin of every widget, as of the end of the run, by model id."""
    state = notebook.metadata.get("widgets", {}).get(_WIDGET_STATE, {}).get("state", {})
    twins = {key: model.get("state", {}).get("static_html") for key, model in state.items()}
    return {key: twin for key, twin in twins.items() if twin}


def _settle(output: Any, widgets: dict[str, str]) -> int:
    """Turn an output into what the page shows; return how many charts it holds."""
    if "text" in output:
        output["text"] = _plain(output["text"])
    if output.get("output_type") == "error":
        output["traceback"] = [_plain(line) for line in output["traceback"]]
    data = output.get("data")
    if data is None:
        return 0
    chart = next((key for key in data if _CHART.fullmatch(key)), None)
    if chart is not None:
        output["data"] = {"text/html": _chart(_for_page(_deep(data[chart], redact)))}
        return 1
    model = data.get(WIDGET, {}).get("model_id")
    if model is not None:
        data = {"text/html": widgets.get(model) or data.get("text/html") or _text(data)}
    output["data"] = {key: _plain(value) if key.startswith("text/") else value for key, value in data.items()}
    return 0


def _text(data: Any) -> str:
    return render.card(None, str(data.get("text/plain", "")))


def _plain(text: str) -> str:
    return _ADDRESS.sub("0x\N{HORIZONTAL ELLIPSIS}", redact(text))


def _deep(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _deep(part, change) for key, part in value.items()}
    return [_deep(part, change) for part in value] if isinstance(value, list) else value


def _chart(spec: dict[str, Any]) -> str:
    """Return a chart: a static picture for who has no script, and the specification that the script draws."""
    return (
        f'<figure class="chart">{_picture(spec)}<script type="application/json">{_inert(dump(spec))}</script></figure>'
    )


def _inert(text: str) -> str:
    # nothing in it can end the script element or begin a comment
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _picture(spec: dict[str, Any]) -> str:
    import vl_convert

    svg = str(vl_convert.vegalite_to_svg(spec, vl_version=_vegalite(), allowed_base_urls=[]))
    drawn = base64.b64encode(_renumbered(svg).encode()).decode()
    alt = render.markup(str(spec.get("description") or _heading(spec)))
    if len(drawn) > _LARGEST_PICTURE:
        return f"<p>{alt}</p>"
    return f'<img alt="{alt}" src="data:image/svg+xml;base64,{drawn}">'


def _renumbered(svg: str) -> str:
    """Return a picture whose clip paths count from 1; vega counts through all pictures of a process."""
    places: dict[str, str] = {}
    return re.sub(r"\bclip\d+\b", lambda found: places.setdefault(found[0], f"clip{len(places) + 1}"), svg)


def _heading(spec: dict[str, Any]) -> str:
    title = spec.get("title")
    return str(title.get("text", "Chart")) if isinstance(title, dict) else str(title or "Chart")


@cache
def _vegalite() -> str:
    import vl_convert

    return str(vl_convert.get_vegalite_versions()[-1])


def _for_page(spec: dict[str, Any]) -> dict[str, Any]:
    """Return a specification that names the version of the page's own vega-lite, not the one of JupyterLab's."""
    return {**spec, "$schema": f"https://vega.github.io/schema/vega-lite/v{_vegalite().split('.')[0]}.json"}


@cache
def _script() -> str:
    """Return vega and the lines that draw every chart of the page, as one script."""
    import vl_convert

    draw = (HERE / "draw.js").read_text(encoding="utf-8")
    bundle = str(vl_convert.javascript_bundle(draw, vl_version=_vegalite()))
    # only these two could end the element; a plain "</" may be part of a regular expression and must stay
    return "(() => {" + re.sub(r"<(/script|!--)", r"<\\\1", bundle, flags=re.I) + "\n})();"


def _body(notebook: Any, title: str, dataset: str | None, version: int | None) -> str:
    from jinja2 import FileSystemLoader
    from nbconvert import exporters

    make: Any = exporters.HTMLExporter  # untyped
    exporter = make(
        template_name="rftkit_report",
        extra_template_basedirs=[str(HERE)],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        embed_images=False,
        extra_loaders=[FileSystemLoader(str(HERE / "rftkit_report"))],
    )
    about = {"title": title, "dataset": dataset, "version": version, "css": _css()}
    html, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}, "rftkit": about})
    return str(html)


def _css() -> str:
    theme = Path(render.__file__).parent / "theme.css"
    return theme.read_text(encoding="utf-8") + (HERE / "page.css").read_text(encoding="utf-8")


def _sealed(html: str, script: str) -> str:
    """Return the page with its script and the policy that allows this script, no other, and no request."""
    scripts = []
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        # vega compiles the expressions of a chart, which needs unsafe-eval; no text of a record is an expression
        scripts = [f"script-src 'sha256-{digest}' 'unsafe-eval'"]
    rules = ["default-src 'none'", *scripts, "style-src 'unsafe-inline'", "img-src data:", "font-src data:"]
    rules += ["base-uri 'none'", "form-action 'none'"]
    policy = f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(rules)}">'
    html = html.replace("<!--rftkit:policy-->", policy, 1)
    # the script is the last of the markers: text of the notebook comes before it and cannot pose as it
    before, _, after = html.rpartition("<!--rftkit:script-->")
    return before + (f"<script>{script}</script>" if script else "") + after
