"""Texts that would break a careless screen, and a dataset of them that went all the way to a trained model."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import rftkit
from rftkit.grade import Grader
from tests.llm.loopback import Loopback
from tests.widgets.test_results_panel import ended
from tests.widgets.test_training_monitor import job, logged

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
TOPICS = ("<img src=x onerror='window.owned=1'>", "Loans", "x" * 120)
GRADER = Grader.from_dict(
    {
        "type": "string_check",
        "name": "<b>exact</b>",
        "input": "{{sample.output_text}}",
        "reference": "{{item.reference_answer}}",
        "operation": "eq",
    }
)


def trained(folder: Path) -> rftkit.Dataset:
    """Return a dataset with a split, a kept grader, a dry run, a job that ended and one that runs and has failed before."""
    ds = rftkit.open(folder / "trained.rft")
    said = [f"{text} {number}" for number, text in enumerate(TEXTS * 8)]
    rows = [
        {
            "id": f"r{n}",
            "topic": TOPICS[n % 3],
            "messages": [{"role": "user", "content": text}],
            "reference_answer": text,
        }
        for n, text in enumerate(said)
    ]
    ds.import_(rows)
    ds.split(train=0.8)
    ds.save_grader(GRADER, reason=ATTACK)
    with Loopback(say=lambda asked: TEXTS[len(asked["messages"][-1]["content"]) % 6]) as server:
        ds.dry_run(GRADER, model="openai/x", base_url=server.url, rollouts=2).wait()
    _jobs(ds)
    return ds


def _jobs(ds: rftkit.Dataset) -> None:
    ended(ds, 10, 30, ids=[f"r{n}" for n in range(40)], right=ATTACK, grader=GRADER)
    running = job(ds, base=LONG, grader_name=ATTACK, state="running")
    logged(running, 10)
    running.update(state="running", error=ATTACK)
    for text in TEXTS:
        running.event("note", text)


def colours(theme: str) -> str:
    """Return the colours of a theme of the JupyterLab that is installed here; none where there is none."""
    css = Path(sys.prefix) / f"share/jupyter/lab/themes/@jupyterlab/theme-{theme}-extension/index.css"
    found = re.search(r":root\{.*?\}", css.read_text(encoding="utf-8")) if css.exists() else None
    return "" if found is None else found.group()
