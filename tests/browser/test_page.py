"""The report and the built bundles in a bare page: no server, no request, light and dark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rftkit import report
from rftkit.widgets._base import STATIC
from tests.report.conftest import sample, written  # noqa: F401 - fixtures

COVERAGE = {
    "error": "",
    "static_html": "",
    "place": {"parent": "", "level": None, "depth": 2},
    "definitions": {},
    "draft": None,
    "saved": None,
    "targets": "uniform",
    "fill": None,
    "filling": False,
    "matrix": None,
    "modal": None,
    "coverage": {
        "total": 100,
        "unassigned": 0,
        "balance": 0.25,
        "balance_rating": "poor",
        "target_fit": 0.7,
        "needed": 60,
        "fill": 30,
        "next_act": {"sentence": "Generate 60 records.", "python": "ds.plan(fill_gaps=True)"},
        "warnings": [],
        "recommendations": [],
        "topics": [
            {"path": "<b>cards</b>", "count": 80, "share": 0.8, "target": 0.5, "gap": -30.0, "status": "over"}
            | {"needed": 0, "children": 2},
            {"path": "loans", "count": 20, "share": 0.2, "target": 0.5, "gap": 30.0, "status": "under"}
            | {"needed": 60, "children": 0},
        ],
    },
}


def watch(tab: Any) -> list[str]:
    """Collect every request that leaves the page, and fail on an error in it."""
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("pageerror", lambda error: pytest.fail(f"error in the page: {error}"))
    return asked


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_draws_its_charts_and_asks_nobody(tab: Any, written: report.ReportResult, scheme: str) -> None:  # noqa: F811
    asked = watch(tab)
    tab.emulate_media(color_scheme=scheme)
    tab.goto(written.path.as_uri())
    tab.wait_for_function("document.querySelectorAll('figure.chart[data-drawn=yes] svg').length === 2")
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    shade = tab.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert shade == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(17, 17, 17)")
    assert tab.evaluate("document.querySelectorAll('main script:not([type])').length") == 0


def test_a_report_without_scripts_still_shows_its_charts(chromium: Any, written: report.ReportResult) -> None:  # noqa: F811
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(written.path.as_uri())
    assert page.locator("figure.chart img").count() == 2
    assert page.get_by_text("What to look at.").is_visible()
    context.close()


def test_the_policy_stops_a_script_that_is_put_into_a_report(
    tab: Any,
    written: report.ReportResult,  # noqa: F811
    tmp_path: Path,
) -> None:
    page = written.path.read_text(encoding="utf-8")
    evil = "<script>document.title = 'owned'</script><img src='https://example.org/x.png'></main>"
    forged = tmp_path / "forged.html"
    forged.write_text(page.replace("</main>", evil), encoding="utf-8")
    asked: list[str] = []
    tab.on("response", lambda response: asked.append(response.url))
    tab.goto(forged.as_uri())
    tab.wait_for_function("document.querySelectorAll('figure.chart[data-drawn=yes]').length === 2")
    assert tab.title() == "A report"
    assert not [url for url in asked if "example.org" in url]


def frozen(tab: Any, name: str, state: dict[str, Any], theme: str) -> list[str]:
    """Show a bundle with a frozen state in a page that has only it."""
    for suffix in (".js", ".css"):
        if not (STATIC / f"{name}{suffix}").exists():
            pytest.skip("the widgets are not built: node widgets/build.mjs")
    asked = watch(tab)
    tab.set_content(
        f"<body data-jp-theme-light='{'true' if theme == 'light' else 'false'}'><div id='place'></div></body>"
    )
    tab.add_style_tag(content=(STATIC / f"{name}.css").read_text(encoding="utf-8"))
    source = (STATIC / f"{name}.js").read_text(encoding="utf-8")
    script = f"""const url = URL.createObjectURL(new Blob([{json.dumps(source)}], {{ type: "text/javascript" }}));
    (await import(url)).default.freeze({json.dumps(state)}, document.querySelector("#place"));"""
    tab.evaluate(f"async () => {{ {script} }}")
    return [url for url in asked if not url.startswith(("blob:", "about:"))]


@pytest.mark.parametrize(("theme", "ok"), [("light", "rgb(163, 38, 47)"), ("dark", "rgb(255, 154, 148)")])
def test_the_dashboard_follows_the_theme_of_the_page(tab: Any, theme: str, ok: str) -> None:
    assert frozen(tab, "coverage_dashboard", COVERAGE, theme) == []
    status = tab.locator("[data-testid=topic-row][data-path=loans] .rft__status")
    assert status.inner_text() == "▼ under"
    assert status.evaluate("node => getComputedStyle(node).color") == ok
    assert tab.locator("b:text-is('cards')").count() == 0


@pytest.mark.parametrize("width", [360, 480, 800, 1400])
def test_the_dashboard_never_scrolls_sideways(tab: Any, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 800})
    frozen(tab, "coverage_dashboard", COVERAGE, "light")
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.locator("[data-testid=topic-row]").first.is_visible()
