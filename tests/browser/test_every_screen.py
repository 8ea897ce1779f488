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
from rftkit.widgets._base import Widget
from tests.browser.bare import play
from tests.widgets.test_variation_reviewer import candidate, put

AXE = Path(__file__).resolve().parents[2] / "widgets" / "node_modules" / "axe-core" / "axe.min.js"
ATTACK = (
    "<script>window.owned=1</script><img src=x onerror='window.owned=1'><svg onload='window.owned=1'>"
    "<a href='javascript:window.owned=1'>go</a> \x1b[31mred\x1b[0m \u202eback\u202c $\\frac{1}{2}$ **bold** {{7*7}}"
)
LONG = "unbroken" * 60
TEXTS = (
    ATTACK,
    LONG,
    "هل يمكنني استعادة مالي؟ " * 4,
    "Why 🙈🙉🙊 was my 👩‍👩‍👧‍👦 card declined?",
    "line\n" * 1000,
    "短い質問ですか？",
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
}
#: Screens of something else than a dataset, which their own tests show.
OTHERS = {"RFTWizard"}
SCREENS = sorted(
    name
    for name, kind in vars(widgets).items()
    if isinstance(kind, type) and issubclass(kind, Widget) and name not in OTHERS
)


def _file(ds: rftkit.Dataset) -> Path:
    file = ds.path.parent / "<b>odd<-b>.csv"
    file.write_text(f'"<i>said</i>",when\n"{ATTACK}",1\n', encoding="utf-8")
    return file


def made(name: str, ds: rftkit.Dataset) -> Widget:
    return SPECIAL.get(name, getattr(widgets, name))(ds)


@pytest.mark.parametrize("name", SCREENS)
def test_hostile_text_is_shown_and_a_screen_is_accessible(tab: Any, hostile: rftkit.Dataset, name: str) -> None:
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm --prefix widgets ci")
    shown = made(name, hostile)
    play(tab, shown, type(shown).__module__.rpartition(".")[2], theme="light", width=480)
    tab.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    for theme, width in (("light", 480), ("dark", 1400)):
        tab.set_viewport_size({"width": width, "height": 1000})
        tab.evaluate("light => document.body.setAttribute('data-jp-theme-light', light)", str(theme == "light").lower())
        tab.wait_for_timeout(300)
        picture(tab, f"{name}-{theme}-{width}")
        assert tab.evaluate("window.owned") is None
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{theme} {width}"
        assert serious(tab) == [], f"{theme} {width}"


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


def test_hostile_text_is_text_in_every_static_page(tab: Any, hostile: rftkit.Dataset) -> None:
    for name in SCREENS:
        tab.set_content(f"<!doctype html><body>{made(name, hostile).to_html()}</body>")
        tab.wait_for_timeout(50)
        assert tab.evaluate("window.owned") is None, name
        assert tab.evaluate("document.querySelectorAll('script, img, iframe, a[href^=javascript]').length") == 0, name
