"""The dataset: what a person holds. Each method is one step of `rftkit.acts`, bound by name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from rftkit import render
from rftkit.acts import (
    benchmarking,
    between,
    categorize_job,
    categorizing,
    central,
    checked,
    choosing,
    covering,
    deploying,
    differing,
    dividing,
    dry_running,
    editing,
    evaluating,
    exporting,
    generating,
    grader_keeping,
    grading,
    importing,
    mapping,
    orphans,
    probing,
    proposing,
    reading,
    regenerating,
    resulting,
    reviewing,
    rolling,
    sanitizing,
    splitting,
    taxonomy,
    training,
    withdrawing,
)
from rftkit.acts import dry_runs as runs
from rftkit.acts import history as versions
from rftkit.acts.context import Context
from rftkit.errors import InputError, StoreError

if TYPE_CHECKING:
    from rftkit.topics.tree import TopicTree


class Dataset(Context):
    """Records of one project, in a folder.

    Every method that changes something is one step and becomes one version, which `history` lists and `undo` takes
    back. What the methods take and return is documented in the module of the step (`rftkit.acts`).

    Parameters
    ----------
    path
        A folder such as ``support.rft``; made by the first import.
    version
        Read this version, and refuse to change anything.
    lock_timeout
        Seconds that a step waits for another process that is writing.

    Examples
    --------
    >>> import tempfile
    >>> ds = Dataset(tempfile.mkdtemp() + "/support.rft")
    >>> report = ds.import_([{"messages": [{"role": "user", "content": "Where is my parcel?"}]}])
    >>> ds
    Dataset(support.rft, version 1: 1 records)
    """

    # Looking
    records = reading.records
    invalid = reading.invalid
    unreadable = reading.unreadable
    labels = reading.labels
    history = versions.history
    near_curve = sanitizing.near_curve
    sanitize_report = sanitizing.report
    coverage = covering.coverage
    matrix = covering.matrix
    summary = covering.summary
    topic_counts = taxonomy.topic_counts
    topic_diff = taxonomy.topic_diff
    orphans = orphans.orphans
    topic_choices = choosing.topic_choices
    central_records = central.central_records
    propose_topics = proposing.propose_topics
    propose_topics_job = proposing.propose_topics_job
    propose_split = proposing.propose_split
    propose_split_job = proposing.propose_split_job
    suggest_topics = proposing.suggest_topics
    map = mapping.map_
    map_job = mapping.map_job
    candidates = reviewing.candidates
    rollouts = rolling.rollouts
    dry_runs = runs.dry_runs
    dry_run_named = runs.dry_run_named
    plan_dry_run = dry_running.plan_dry_run
    review_state = reviewing.review_state
    final_distribution = reviewing.final_distribution
    split_state = splitting.split_state
    preview_split = splitting.preview_split
    preview_export = exporting.preview_export
    export_columns = exporting.export_columns
    changes = between.changes
    version_diff = differing.version_diff
    graders = grader_keeping.graders
    grader = grader_keeping.grader
    grader_diff = grader_keeping.grader_diff
    jobs = training.jobs
    job = training.job
    announce_training = training.announce
    results = resulting.results
    compare_jobs = resulting.compare_jobs
    model_card = deploying.model_card

    # Steps
    import_ = importing.import_
    import_job = importing.import_job
    sanitize = sanitizing.sanitize
    sanitize_job = sanitizing.sanitize_job
    save_sanitize_report = checked.save_report
    discover_topics = categorizing.discover_topics
    discover_topics_job = categorizing.discover_topics_job
    adopt_topics = proposing.adopt_topics
    accept_topic = proposing.accept_topic
    split_topic = dividing.split_topic
    use_template = taxonomy.use_template
    load_topics = taxonomy.load_topics
    save_topics = taxonomy.save_topics
    change_topics = taxonomy.change_topics
    categorize = categorizing.categorize
    categorize_job = categorize_job.categorize_job
    set_targets = covering.set_targets
    plan = generating.plan
    priced = generating.priced
    generate = generating.generate
    decide = reviewing.decide
    regenerate = regenerating.regenerate
    discard = reviewing.discard
    withdraw = withdrawing.withdraw
    add = reviewing.add
    edit = editing.edit
    delete = editing.delete
    assign = editing.assign
    undo_repairs = editing.undo_repairs
    grade = grading.grade
    grade_job = grading.grade_job
    probe = probing.probe
    known_answers = probing.known_answers
    hand_labels = probing.hand_labels
    judge_again = probing.judge_again
    save_grader = grader_keeping.save_grader
    split = splitting.split
    export = exporting.export
    export_job = exporting.export_job
    train = training.train
    evaluate = evaluating.evaluate
    benchmark = benchmarking.benchmark
    deploy = deploying.deploy
    undeploy = deploying.undeploy
    collect_rollouts = rolling.collect_job
    dry_run = dry_running.dry_run
    keep_dry_run = runs.judge_by
    undo = versions.undo
    redo = versions.redo

    @property
    def topics(self) -> TopicTree:
        """The topic tree, with the number of records under each topic."""
        return taxonomy.counted(self)

    def at(self, version: int) -> Dataset:
        """Return the dataset as it was at a version; it can be read and not changed.

        Parameters
        ----------
        version
            Its number.
        """
        return Dataset(self.path, version=version)

    def __len__(self) -> int:
        return reading.count(self)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"Dataset({self.path.name}, version {self.version}: {len(self):,} records)"

    def _repr_html_(self) -> str:
        return render.report(repr(self), self.summary().to_dict())


def open(path: str | os.PathLike[str], *, version: int | None = None) -> Dataset:
    """Return the dataset in a folder.

    A report runs its notebook on a pinned version: where ``RFTKIT_VERSION`` is set and the folder is that of
    ``RFTKIT_DATASET``, that version is opened.

    Parameters
    ----------
    path
        A folder such as ``support.rft``; made by the first import.
    version
        Read this version, and refuse to change anything.

    Raises
    ------
    StoreError
        The path is a file, or a folder with other things in it.
    NotFoundError
        There is no such version.

    Examples
    --------
    >>> import tempfile
    >>> open(tempfile.mkdtemp() + "/new.rft").version
    0
    """
    pinned = _pinned(Path(path)) if version is None else version
    return Dataset(path, version=pinned)


def _pinned(path: Path) -> int | None:
    version, dataset = os.environ.get("RFTKIT_VERSION"), os.environ.get("RFTKIT_DATASET")
    if not version or not dataset or Path(dataset).resolve() != path.resolve():
        return None
    if not version.isdigit():
        raise InputError(f"RFTKIT_VERSION is {version!r}; set it to the number of a version or leave it unset")
    if not path.exists():
        raise StoreError(f"RFTKIT_DATASET names {dataset}, which is not there")
    return int(version)
