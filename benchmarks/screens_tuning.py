"""What `screens.py` measures of the way from a grader to results, and of the generator, on the same datasets.

The dry run is a real one against a server on the loopback; the training job is written as a job leaves its folder (300
validation prompts answered before and after, 200 logged steps), because what a screen costs does not hang on who trained.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rftkit import GeneratorSession, Grader
from rftkit.train.state import JobFolder
from tests.llm.loopback import Loopback

if TYPE_CHECKING:
    from screens import Table

PROMPTS, ROLLOUTS, VALIDATION, STEPS, JUMP = 48, 8, 300, 200, 0.1
MODEL = "openai/planted"
GRADER = Grader.from_dict(
    {
        "type": "text_similarity",
        "name": "topic",
        "input": "{{sample.output_text}}",
        "reference": "{{item.topic}}",
        "evaluation_metric": "fuzzy_match",
    }
)
WANTED = {
    "role_persona": "a support agent of an online shop",
    "task_goal": "sort a message of a customer",
    "use_case": "a test set for our router",
    "input_format": "one message, at most 40 words",
    "output_format": "one of: billing, delivery, returns",
    "examples": [
        {"input": "I was charged twice for one order", "answer": "billing"},
        {"input": "Please send me the invoice for March", "answer": "billing"},
        {"input": "Where is my parcel?", "answer": "delivery"},
        {"input": "My package has not arrived yet.", "answer": "delivery"},
        {"input": "How do I send back a pair of shoes?", "answer": "returns"},
        {"input": "The lamp arrived broken", "answer": "returns"},
    ],
}


def say(asked: dict[str, Any]) -> str:
    """Name a topic that may be the right one."""
    return f"Group {random.Random(str(asked['messages'])).randrange(15)}"


def train(ds: Any) -> None:
    """Leave a job as one leaves it that has ended: better after than before."""
    known = ds.labels().filter(pl.col("split") == "validation", pl.col("topic").is_not_null(), pl.col("valid"))
    some, rng = known.sample(VALIDATION, seed=0).select("id", "topic").rows(), random.Random(0)
    told = {"grader": GRADER.to_dict(), "grader_name": "topic", "grader_fingerprint": GRADER.fingerprint}
    made = {"backend": "trl", "base": "tiny", "seed": 0, "total_steps": STEPS, "dataset_version": ds.version}
    folder = JobFolder.make(ds.path / "jobs", **told, **made)
    for which, often in (("before", 0.3), ("after", 0.6)):
        said = [(id, topic if rng.random() < often else "I do not know") for id, topic in some]
        rows = [{"id": id, "sample": 0, "output_text": text, "output_tools": None} for id, text in said]
        folder.keep_rollouts(which, rows)
    for step in range(STEPS):
        valid = {"valid_reward": 0.3 + 0.3 * step / STEPS} if step % 10 == 0 else {}
        folder.log(step=step, train_reward=0.3 + 0.3 * step / STEPS, **valid)
    folder.update(state="succeeded")


def grading(ds: Any, table: Table) -> None:
    """Measure the screens that make and try a grader."""
    from rftkit.widgets import GraderBuilder, GraderPlayground

    builder = table.shown("GraderBuilder", lambda: GraderBuilder(ds))
    table.time("  use a preset", lambda: builder.use_preset("numeric_answer"))
    table.time("  add a part", lambda: builder.add_part("correctness"))
    table.time("  weigh it", lambda: builder.weigh(builder.parts[1]["name"], 0.3), JUMP)
    table.time("  write JSON", lambda: builder.edit(builder.text))
    table.time("  keep it", lambda: builder.keep("first"))
    table.time("  (a grader that fits)", lambda: ds.save_grader(GRADER, reason="it fits"), 1e9)
    table.time("  open a version", lambda: builder.open_version("topic", 1))
    table.time("  try cheats", builder.try_cheats, wait=builder.wait)
    tried = table.shown("GraderPlayground", lambda: GraderPlayground(ds, GRADER))
    table.time("  the next record", lambda: tried.go(1), JUMP)
    table.time("  any record", lambda: tried.any_record(0), JUMP)
    table.time("  grade an answer", lambda: tried.grade("Group 3"), wait=tried.wait)
    table.time("  keep it as a known answer", lambda: tried.add_case("perfect", "Group 3"), JUMP)
    table.time("  check the known answers", tried.check_cases, wait=tried.wait)
    table.sizes(builder, tried)


def tuning(ds: Any, table: Table) -> None:
    """Measure split, dry run, training and results."""
    from rftkit.widgets import DryRunPanel, ResultsPanel, SplitPanel, TrainingMonitor

    split = table.shown("SplitPanel", lambda: SplitPanel(ds))
    table.time("  (what the choice would give, beside)", split.wait, 1e9)
    table.time("  another share", lambda: split.choose(train=0.8), wait=split.wait)
    table.asked("  divide", split, "divide")
    table.asked("  undo", split, "undo")
    with Loopback(say=say) as server:
        options = {"model": MODEL, "base_url": server.url, "prompts": PROMPTS, "rollouts": ROLLOUTS}
        dry = table.shown("DryRunPanel, before a run", lambda: DryRunPanel(ds, GRADER, **options))
        table.time("  (what a run would ask, beside)", dry.settle, 1e9)
        table.time("  another number of prompts", lambda: dry.choose(prompts=PROMPTS - 1), wait=dry.settle)
        table.asked("  start", dry, "start")
        table.time("  (the run, beside)", dry.wait, 1e9)
        table.time("  move a threshold", lambda: dry.move_threshold("mean_low", 0.2), JUMP)
        table.asked("  keep it", dry, "keep_thresholds")
        dry.use(GRADER)
        table.asked("  grade again", dry, "regrade")
        table.time("  (the grades, beside)", dry.wait, 1e9)
    table.shown("DryRunPanel, after a run", lambda: DryRunPanel(ds, GRADER))
    train(ds)
    monitor = table.shown("TrainingMonitor", lambda: TrainingMonitor(ds, GRADER, base="tiny"))
    table.time("  (what a job would take, beside)", monitor.settle, 1e9)
    table.time("  another number of steps", lambda: monitor.choose(steps=50), wait=monitor.settle)
    table.time("  look for what was logged", monitor.follow, JUMP)
    results = table.shown("ResultsPanel", lambda: ResultsPanel(ds))
    table.time("  (before and after, beside)", results.settle, 1e9)
    table.time("  open the job again", lambda: results.open_job("job-1"), wait=results.settle)
    table.sizes(split, dry, monitor, results)


def wizard(ds: Any, table: Table) -> None:
    """Measure the wizard, step by step; needs what `tuning` has left."""
    from rftkit.widgets import RFTWizard

    ds.save_grader(GRADER, reason="it fits")
    page = table.shown("RFTWizard", lambda: RFTWizard(ds, base="tiny"))
    table.asked("  to the grader", page, "forward")
    table.asked("  to the dry run", page, "forward")
    table.asked("  on to the training", page, "go_on_anyway")
    if not ds.jobs():
        train(ds)
    table.asked("  to the results", page, "go", step="results")
    table.asked("  back", page, "back")
    ds.delete(ds.labels()["id"][:1].to_list())
    table.time("  after a step of another, beside", page.follow, 1e9)
    names = ("SplitPanel", "GraderBuilder", "GraderPlayground", "DryRunPanel", "TrainingMonitor", "ResultsPanel")
    table.sizes(page, *(page.panel(name) for name in names))


def ideas(ds: Any, table: Table) -> None:
    """Measure the generator and its cards in the folder of the dataset itself.

    The set is not written here: what that takes in so large a dataset is the work of `categorize`, which reads all of it.
    """
    from rftkit.widgets import AnnotationCards, DatasetGenerator

    page = table.shown("DatasetGenerator", lambda: DatasetGenerator(ds))
    table.time("  answer", lambda: page.answer("Sort support messages for our router."), wait=page.wait)
    table.time("  (requirements)", lambda: page.session.load_requirements(WANTED), 1e9)
    table.time("  confirm", page.confirm)
    cards = table.shown("AnnotationCards", lambda: AnnotationCards(page.session))
    table.time("  write samples", cards.write_samples, wait=cards.wait)
    table.time("  a note", lambda: cards.annotate("1.1", "no order number"))
    table.time("  approve what it asks for", cards.approve)
    table.time("  the next samples", cards.next_samples, wait=cards.wait)
    table.time("  compare", cards.compare)
    table.time("  to the set", lambda: page.go("set"), wait=page.settle)
    table.time("  another count", lambda: page.set_form(count=50), wait=page.settle)
    table.time("  open the workbench", page.open_workbench)
    table.shown("DatasetGenerator, in another kernel", lambda: DatasetGenerator(GeneratorSession(ds.path)))
    table.sizes(page, cards)


def progress(ds: Any, table: Table) -> None:
    """Measure what shows a generation, offline, of 200 variations."""
    from rftkit.widgets import GenerationProgress

    plan = table.time("(a plan for 200 variations)", lambda: ds.plan(topic="Group 3/Topic 3-3", count=200), 1e9)
    job = ds.generate(plan)
    shown = table.shown("GenerationProgress", lambda: GenerationProgress(job))
    table.time("  (the run, beside)", job.wait, 1e9)
    table.time("  refresh", shown.refresh, JUMP)
    table.time("  what was made", lambda: shown.view(0))
    table.time("  the last page", lambda: shown.view(-1), JUMP)
    table.sizes(shown)
