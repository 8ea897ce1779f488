"""What holds for every screen in a real browser: hostile text stays text, nothing is cut off, axe finds nothing serious."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rftkit
from rftkit import widgets
from rftkit.jobs import Control, Job
from rftkit.messages import dump
from rftkit.topics import TopicTree
from rftkit.widgets._base import STATIC, Widget
from tests.browser.bare import play
from tests.browser.hostile import ATTACK, GRADER, LONG, TEXTS, colours, trained
from tests.widgets.test_variation_reviewer import candidate, put
from tests.widgets.until import until

AXE = Path(__file__).resolve().parents[2] / "widgets" / "node_modules" / "axe-core" / "axe.min.js"
#: The panels from the split to the deployed model: shown with a dataset that went all this way.
TRAINING = (
    "SplitPanel",
    "GraderBuilder",
    "GraderPlayground",
    "DryRunPanel",
    "TrainingMonitor",
    "ResultsPanel",
    "RFTWizard",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> rftkit.Dataset:
    ds = rftkit.open(tmp_path_factory.mktemp("hostile") / "hostile.rft")
    rows = [
        {"id": f"r{number}", "messages": [{"role": "user", "content": f"{text} {number}"}], "reference_answer": ATTACK}
        for number, text in enumerate(TEXTS * 6)
    ]
    ds.import_(rows, categorize=False)
    ds.sanitize(near_duplicates=1.0)
    tree = TopicTree().add("Cards").add("Loans", description=ATTACK, keywords=["<b>bold</b>", LONG])
    ds.save_topics(tree.add("Loans/" + "x" * 120).rename("Cards", "<img src=x onerror='window.owned=1'>"))
    paths = [ds.topics.paths()[topic.id] for topic in ds.topics.leaves()]
    ds.assign([f"r{number}" for number in range(30)], paths[0])
    ds.assign([f"r{number}" for number in range(30, 34)], paths[1])
    put(ds, [candidate(number, f"{text} again", source=f"r{number}") for number, text in enumerate(TEXTS)])
    return ds


@pytest.fixture(scope="module")
def after(tmp_path_factory: pytest.TempPathFactory) -> rftkit.Dataset:
    return trained(tmp_path_factory.mktemp("trained"))


def _session(ds: rftkit.Dataset) -> rftkit.GeneratorSession:
    """Return a session of hostile texts: requirements, prompt, cards, notes on marked words, themes."""
    session = rftkit.GeneratorSession(ds.path.parent / "said.rft")
    if session.state.iteration:
        return session
    task = {"task_goal": f"sort a message {ATTACK}", "role_persona": LONG, "use_case": TEXTS[2], "edge_cases": TEXTS[3]}
    form = {"input_format": "a message", "output_format": "one of: billing, delivery", "domain_expertise": TEXTS[4]}
    session.load_requirements(
        {
            **task,
            **form,
            "examples": [
                {"input": f"{said} {number}", "answer": ("billing", "delivery")[number % 2]}
                for number, said in enumerate(
                    ("My bill is wrong", "My parcel is late", "I paid twice", "Where is my parcel?")
                )
            ],
        }
    )
    session.confirm()
    for number, (card, text) in enumerate(zip(session.samples(), TEXTS, strict=False)):
        session.edit_card(card, input=f"{text} {number}")
        session.annotate(card, f"{text} {number}", passage=text[:80].strip())
    session.themes()
    return session


def _cards(ds: rftkit.Dataset) -> Widget:
    return widgets.AnnotationCards(_session(ds))


def _generator(ds: rftkit.Dataset) -> Widget:
    shown = widgets.DatasetGenerator(_session(ds))
    shown.go("requirements")
    return shown


def _run() -> Job[str]:
    def work(control: Control) -> str:
        topics = {"<b>Cards</b>": (2, 6), LONG: (0, 4)}
        control.report(2, 10, topics=topics, cost_usd=0.25, sample=dump({"prompts": [ATTACK]}))
        control.tell()
        return "kept"

    job = Job(work, name="generate").start()
    job.wait()
    return job


#: How each screen is made; those that need more than a dataset.
SPECIAL: dict[str, Callable[[rftkit.Dataset], Widget]] = {
    "ImportPanel": lambda ds: widgets.ImportPanel(ds, str(_file(ds))),
    "Home": lambda ds: widgets.Home(ds.path.parent),
    "AnnotationCards": _cards,
    "DatasetGenerator": _generator,
    "GenerationProgress": lambda ds: widgets.GenerationProgress(_run()),
    "GraderPlayground": lambda ds: widgets.GraderPlayground(ds, GRADER),
    "DryRunPanel": lambda ds: _settled(widgets.DryRunPanel(ds, GRADER)),
    "ResultsPanel": lambda ds: _settled(widgets.ResultsPanel(ds, job="job-1")),
}
SCREENS = sorted(name for name, kind in vars(widgets).items() if isinstance(kind, type) and issubclass(kind, Widget))
#: How each is looked at: the theme, the width, and whether JupyterLab's own colours are there.
LOOKS = (("light", 480, True), ("dark", 1400, True), ("dark", 480, False))


def _settled(panel: Any) -> Widget:
    until(lambda: panel.shown)
    return panel


def _file(ds: rftkit.Dataset) -> Path:
    file = ds.path.parent / "<b>odd<-b>.csv"
    file.write_text(f'"<i>said</i>",when\n"{ATTACK}",1\n', encoding="utf-8")
    return file


def made(name: str, ds: rftkit.Dataset) -> Widget:
    return SPECIAL.get(name, getattr(widgets, name))(ds)


@pytest.mark.parametrize("name", SCREENS)
def test_hostile_text_is_shown_and_a_screen_is_accessible(
    tab: Any, hostile: rftkit.Dataset, after: rftkit.Dataset, name: str
) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm --prefix widgets ci")
    shown = made(name, after if name in TRAINING else hostile)
    play(tab, shown, type(shown).__module__.rpartition(".")[2], theme="light", width=480)
    tab.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    for theme, width, jupyter in LOOKS:
        tab.set_viewport_size({"width": width, "height": 1000})
        tab.evaluate(_COLOURS, [theme == "light", colours(theme) if jupyter else ""])
        tab.wait_for_timeout(300)
        picture(tab, f"{name}-{theme}-{width}")
        assert tab.evaluate("window.owned") is None
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{theme} {width}"
        assert serious(tab) == [], f"{theme} {width}"
        tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert unseen_or_heard(tab) == []
    assert moved_by_other_styles(tab) == []


_COLOURS = """([light, css]) => {
  document.body.setAttribute("data-jp-theme-light", String(light));
  const style = document.querySelector("#colours") ?? Object.assign(document.createElement("style"), { id: "colours" });
  style.textContent = css;
  document.head.append(style);
}"""
_FOCUS = """() => {
  const at = document.activeElement;
  if (!document.querySelector("#place").contains(at)) return null;
  // what marks the focus is drawn on the element, or on what it holds
  const marked = [at, ...at.children].some((one) => getComputedStyle(one).outlineStyle !== "none");
  const box = at.getBoundingClientRect();
  const name = at.outerHTML.slice(0, 160);
  if (!at.hasAttribute("data-lm-suppress-shortcuts")) return `JupyterLab hears its keys: ${name}`;
  return marked && box.width > 0 && box.height > 0 ? "" : `its focus is not seen: ${name}`;
}"""


def unseen_or_heard(tab: Any) -> list[str]:
    """Return what Tab reaches without its focus being seen, or while JupyterLab still hears its keys."""
    tab.evaluate("document.activeElement.blur()")
    found: list[str] = []
    for _ in range(40):
        tab.keyboard.press("Tab")
        said = tab.evaluate(_FOCUS)
        if said is None:
            break
        found += [said] if said else []
    return found


_BOXES = """() => [...document.querySelectorAll("#place *")].map((one) => {
  const { x, y, width, height } = one.getBoundingClientRect();
  return [one.tagName, one.className, ...[x, y, width, height].map(Math.round)].join(" ");
})"""


def moved_by_other_styles(tab: Any) -> list[tuple[str, str]]:
    """Return what moves when the styles of all other widgets come after its own, as they do in a notebook."""
    before = tab.evaluate(_BOXES)
    tab.add_style_tag(content="".join(file.read_text(encoding="utf-8") for file in sorted(STATIC.glob("*.css"))))
    after = tab.evaluate(_BOXES)
    return [(was, now) for was, now in zip(before, after, strict=True) if was != now][:3]


def serious(tab: Any) -> list[str]:
    """Return what axe-core finds serious or critical in the screen, each with the first element."""
    found = tab.evaluate("axe.run('#place', { resultTypes: ['violations'] })")["violations"]
    return [
        f"{one['id']}: {one['help']}: {one['nodes'][0]['html'][:160]} {one['nodes'][0].get('failureSummary', '')[:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def picture(tab: Any, name: str) -> None:
    """Keep a screenshot where RFTKIT_PICTURES names a folder for them."""
    folder = os.environ.get("RFTKIT_PICTURES")
    if folder:
        tab.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_hostile_text_is_text_in_every_static_page(tab: Any, hostile: rftkit.Dataset, after: rftkit.Dataset) -> None:
    for name in SCREENS:
        page = made(name, after if name in TRAINING else hostile).to_html()
        tab.set_content(f"<!doctype html><body>{page}</body>")
        tab.wait_for_timeout(50)
        assert tab.evaluate("window.owned") is None, name
        assert tab.evaluate("document.querySelectorAll('script, img, iframe, a[href^=javascript]').length") == 0, name
