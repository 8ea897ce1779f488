"""Trees that are looked at before they are taken: found in the data, a template, a file, one topic in its parts.

What is proposed is not written anywhere. `adopt_topics` writes it, as long as the topics and the records are those that
it was made from.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import phases
from rftkit.acts import categorizing, dividing, gathering, orphans, reading, taxonomy
from rftkit.errors import InputError
from rftkit.jobs import Control, Job
from rftkit.schema import HAND_MADE
from rftkit.topics import shapes
from rftkit.topics.discover import discover
from rftkit.topics.proposal import TopicProposal, TopicSuggestion, samples
from rftkit.topics.tree import TopicTree

if TYPE_CHECKING:
    from rftkit.acts.context import Context
    from rftkit.acts.gathering import Material

_LEFT = "Stopped before the topics were taken; the dataset is as it was. Vectors that were made are kept."
_PARTS = ("records", "labels")
_FEWEST = 8  # unassigned records below that suggest nothing
_MEMBERS = 5  # records that a suggested topic has at least
_STEPS = {"discover": "topics discover", "split": "topics split", "template": "topics template", "load": "topics load"}


def propose_topics(
    ds: Context,
    *,
    template: str | None = None,
    file: str | None = None,
    depth: int = 2,
    count: int | None = None,
    model: str | None = None,
    embedder: str = "auto",
    seed: int = 0,
    control: Control | None = None,
) -> TopicProposal:
    """Return the tree that `discover_topics`, `use_template` or `load_topics` would make, without saving it.

    Parameters
    ----------
    ds
        The dataset.
    template
        One of `rftkit.topics.TEMPLATES`, instead of what is found in the data.
    file
        A JSON file in any shape of `TopicTree.to_dict`, instead of what is found in the data.
    depth, count, model, embedder, seed
        As `discover_topics` takes them.
    control
        Told how far it is, and may stop it; what `propose_topics_job` uses.

    Returns
    -------
    TopicProposal
        Take it with `adopt_topics`.
    """
    if template is not None and file is not None:
        raise InputError("a template and a file were given; give one of them, or neither to find topics in the data")
    if template is not None:
        return _taken(ds, "template", TopicTree.template(template), {"template": template}, by_id=False)
    if file is not None:
        value = taxonomy.read_json(file)
        tree = TopicTree.from_dict(value)
        if not tree.topics:
            raise InputError(f"{file} has no topics; give a file such as: rftkit topics DATASET save FILE")
        return _taken(ds, "load", tree, {"file": str(file)}, by_id=shapes.keeps_ids(value))
    options = {"depth": depth, "count": count, "model": model, "embedder": embedder, "seed": seed}
    with phases.watched(control, gathering.STOPPED):
        return _found(ds, options)


def propose_topics_job(ds: Context, **options: Any) -> Job[TopicProposal]:
    """Propose topics in the background; the notebook stays usable, and nothing is saved.

    Parameters
    ----------
    ds
        The dataset.
    **options
        As `propose_topics` takes them.

    Returns
    -------
    Job
        Started; its result is what `propose_topics` returns.
    """
    return Job(lambda control: propose_topics(ds, **options, control=control), name="discover").start()


def _basis(ds: Context) -> tuple[Any, ...]:
    line = ds.line
    return (*(line.tables.get(part) for part in _PARTS), line.files.get("topics.json"))


def _taken(ds: Context, kind: str, tree: TopicTree, options: dict[str, Any], *, by_id: bool) -> TopicProposal:
    new = reading.tree(ds).adopt(tree, taxonomy.hand_made(ds), by_id=by_id)
    return TopicProposal(kind, new, taxonomy.counted(ds), options, basis=_basis(ds))


def _found(ds: Context, options: dict[str, Any]) -> TopicProposal:
    basis, said, was = _basis(ds), gathering.living(ds), reading.stored_labels(ds)
    material = gathering.gathered(ds, said, options["embedder"])
    found = categorizing.proposal(ds, said, **options, material=material)
    phases.phase("what changes")
    labels = categorizing.discovered(was, said, found)
    shown = _shown(found.tree, found.topics, material)
    phases.look()
    return _proposed(ds, "discover", found.tree, labels, options, shown, basis)


def propose_split(
    ds: Context,
    path: str,
    *,
    count: int | None = None,
    embedder: str = "auto",
    seed: int = 0,
    control: Control | None = None,
) -> TopicProposal:
    """Return the tree with one topic divided by its own records, without saving it.

    Parameters
    ----------
    ds
        The dataset.
    path, count, embedder, seed
        As `split_topic` takes them.
    control
        Told how far it is, and may stop it; what `propose_split_job` uses.
    """
    basis, said = _basis(ds), dividing.of_topic(ds, path)
    with phases.watched(control, gathering.STOPPED):
        material = gathering.gathered(ds, said, embedder)
        found = dividing.division(ds, path, material, count=count, seed=seed)
        phases.phase("what changes")
    labels = dividing.divided(reading.labels(ds), said, found)
    shown = _shown(found.tree, found.topics, material)
    options = {"path": path, "count": count, "embedder": embedder, "seed": seed}
    return _proposed(ds, "split", found.tree, labels, options, shown, basis)


def propose_split_job(ds: Context, path: str, **options: Any) -> Job[TopicProposal]:
    """Propose the parts of a topic in the background; nothing is saved.

    Parameters
    ----------
    ds
        The dataset.
    path
        The topic.
    **options
        As `propose_split` takes them.
    """
    return Job(lambda control: propose_split(ds, path, **options, control=control), name="split").start()


def _shown(tree: TopicTree, paths: pl.Series, material: Material) -> dict[str, tuple[str, ...]]:
    ids = {path: id_ for id_, path in tree.paths().items()}
    return {ids[path]: texts for path, texts in samples(paths.to_list(), material.vectors, material.shown).items()}


def _proposed(
    ds: Context,
    kind: str,
    tree: TopicTree,
    labels: pl.DataFrame,
    options: dict[str, Any],
    shown: dict[str, tuple[str, ...]],
    basis: tuple[Any, ...],
) -> TopicProposal:
    counts = dict(labels.group_by("topic").len().iter_rows())
    was = reading.stored_labels(ds).select("row", was="topic")
    both = labels.select("row", "topic").join(was, on="row", how="left")
    lost = pl.col("topic").is_null() & pl.col("was").is_not_null()
    told = both.select(moved=pl.col("topic").ne_missing(pl.col("was")).sum(), lost=lost.sum()).row(0)
    before = taxonomy.counted(ds)
    return TopicProposal(kind, tree.counted(counts), before, options, shown, told[0], told[1], labels, basis)


def adopt_topics(
    ds: Context, proposal: TopicProposal, *, categorize: bool = True, control: Control | None = None
) -> TopicTree:
    """Take a proposed tree: it is saved and the records move to its topics.

    Parameters
    ----------
    ds
        The dataset.
    proposal
        What `propose_topics` or `propose_split` returned.
    categorize
        Assign the records that have no topic, where the proposal is a template or a file.
    control
        Told how far that is, and may stop it; the topics are as they were then.

    Raises
    ------
    InputError
        The topics or the records have changed since it was made.
    """
    with phases.watched(control, _LEFT), ds.step(_STEPS[proposal.kind], dict(proposal.options)) as step:
        if _basis(ds) != proposal.basis:
            raise InputError("the topics or the records have changed since this was proposed; propose again")
        if proposal.labels is None:
            taxonomy.saved(ds, step, proposal.tree, categorize=categorize)
        else:
            change, was = proposal.change, reading.stored_labels(ds)
            step.put("topics.json", proposal.tree.to_dict())
            lost = orphans.note(step, was, proposal.labels, reading.tree(ds), proposal.tree)
            step.replace("labels", proposal.labels)
            told = {"added": len(change.added), "kept": len(change.kept), "removed": len(change.removed)}
            step.counts = {"topics": len(proposal.tree), **told, **({"orphans": lost} if lost else {})}
    return taxonomy.counted(ds)


def suggest_topics(
    ds: Context, *, embedder: str = "auto", seed: int = 0, control: Control | None = None
) -> list[TopicSuggestion]:
    """Return new topics that the records without one suggest, the largest first; take one with `accept_topic`.

    Parameters
    ----------
    ds
        The dataset.
    embedder
        Chosen by size by default.
    seed
        The same records and seed give the same topics.
    control
        Told how far it is, and may stop it.
    """
    said = gathering.living(ds).filter(_bare())
    if said.height < _FEWEST:
        return []
    with phases.watched(control, gathering.STOPPED):
        material = gathering.gathered(ds, said, embedder)
        found = discover(material.texts, material.vectors, depth=1, seed=seed, shown=material.shown)
    shown = samples(found.topics.to_list(), material.vectors, material.shown)
    rows = said.select("id", topic=found.topics, sure=found.confidence).drop_nulls("topic")
    members = {str(name): part.select("id", "sure") for (name,), part in rows.group_by("topic", maintain_order=True)}
    made = [
        TopicSuggestion(topic.name, topic.description, topic.keywords, members[topic.name], shown[topic.name])
        for topic in found.tree.topics
        if topic.name in members and members[topic.name].height >= _MEMBERS
    ]
    return sorted(made, key=lambda one: (-one.count, one.name))


def _bare() -> pl.Expr:
    """Return whether a record has no topic, and nobody said that it has none."""
    return pl.col("topic").is_null() & pl.col("topic_method").is_in(HAND_MADE).fill_null(value=False).not_()


def accept_topic(ds: Context, suggestion: TopicSuggestion, *, under: str | None = None) -> int:
    """Add a suggested topic, or take the one of that name, and put its records there that still have none.

    Parameters
    ----------
    ds
        The dataset.
    suggestion
        One of `suggest_topics`.
    under
        Path of the topic that it goes below; the first level by default.

    Returns
    -------
    int
        How many records it took.
    """
    path = (
        suggestion.name
        if under is None
        else f"{reading.tree(ds).path(reading.tree(ds).id_of(under))}/{suggestion.name}"
    )
    with ds.step("topics accept", {"path": path, "records": suggestion.count}) as step:
        tree = reading.tree(ds)
        if path not in tree:
            tree = tree.add(path, suggestion.description, suggestion.keywords, by_hand=False)
        joined = reading.stored_labels(ds).join(suggestion.records, on="id", how="inner", maintain_order="left")
        mine = joined.filter(_bare()).with_columns(
            topic=pl.lit(tree.id_of(path)),
            topic_method=pl.lit("discovered"),
            topic_confidence=pl.col("sure"),
            updated_at=pl.lit(datetime.now(UTC)),
        )
        step.put("topics.json", tree.to_dict())
        if mine.height:
            step.merge("labels", mine.drop("sure"), key="row")
        step.counts = {"assigned": mine.height}
    return mine.height
