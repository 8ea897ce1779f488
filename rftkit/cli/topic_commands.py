"""Commands about the topic tree and what is assigned to it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rftkit.cli.common import as_json, counted, dataset_argument, emit, existing, followed, number
from rftkit.topics.tree import TopicTree, TreeChange

if TYPE_CHECKING:
    import polars as pl


@click.group()
@dataset_argument
@click.pass_context
def topics(context: click.Context, dataset: Path) -> None:
    """Find, load, show and change the topic tree."""
    context.obj = existing(dataset)


def told(ds: Any) -> dict[str, Any]:
    """Return the tree as ``--json`` prints it.

    Parameters
    ----------
    ds
        The dataset.
    """
    tree, counts = ds.topics, ds.topic_counts()
    rows = tree.frame().select("id", "path", "parent", "name", "description", "keywords", "locked").to_dicts()
    below = {topic.id: sum(counts.get(node.id, 0) for node in tree.subtree(topic.id)) for topic in tree}
    return {
        "topics": [{**row, "count": below[row["id"]], "own_count": counts.get(row["id"], 0)} for row in rows],
        "unassigned": counts.get(None, 0),
        "dataset_version": ds.version,
    }


def _lines(ds: Any) -> Iterator[str]:
    value = told(ds)
    if not value["topics"]:
        yield f"no topics yet; make them with: rftkit topics {_quoted(ds)} discover"
        return
    width = max(len(topic["path"]) + 2 for topic in value["topics"])
    for topic in value["topics"]:
        level = topic["path"].count("/")
        label = "  " * level + topic["name"] + (" (locked)" if topic["locked"] else "")
        yield f"{label:<{width}}  {number(topic['count']):>8}  {topic['description']}".rstrip()
    yield f"unassigned: {number(value['unassigned'])}"


def _print(ds: Any, as_json: bool, lines: Iterable[str] = (), **more: Any) -> None:
    emit({**told(ds), **more}, as_json=as_json, lines=[*_lines(ds), *lines])


def _found(ds: Any, as_json: bool, had: bool) -> None:
    """Print the tree, which of its topics stay empty, and, where there was one before, what became of that."""
    change, lost = ds.topic_diff(), ds.orphans()
    empty = list(ds.topics.empty())
    lines = [f"without a record: {', '.join(empty)}"] if empty else []
    if had:
        lines += [_summary(change), *(f"  {line}" for line in change.lines() if not line.startswith("new: "))]
    if lost.height:
        lines.append(f"{_records(lost.height)} lost their topic; list them with: rftkit topics {_quoted(ds)} orphans")
    _print(ds, as_json, lines, empty=empty, change=change.to_dict(), orphans=lost.height)


def _summary(change: TreeChange) -> str:
    return f"{len(change.added)} new, {len(change.kept)} kept, {len(change.removed)} gone"


def _records(count: int) -> str:
    return f"{number(count)} record{'' if count == 1 else 's'}"


def _quoted(ds: Any) -> str:
    return shlex.quote(str(ds.path))


@topics.command()
@click.option("--depth", type=click.IntRange(1, 5), default=2, show_default=True)
@click.option("--count", type=click.IntRange(min=1), help="Number of leaf topics; found by itself by default.")
@click.option("--model", help="Let this model name the topics.")
@click.option("--embedder", default="auto", show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@as_json
@click.pass_obj
def discover(
    ds: Any, depth: int, count: int | None, model: str | None, embedder: str, seed: int, as_json: bool
) -> None:
    """Find topics in the records and assign their members; locked topics and hand-made assignments stay."""
    had = bool(ds.topics)
    followed(ds.discover_topics_job(depth=depth, count=count, model=model, embedder=embedder, seed=seed))
    _found(ds, as_json, had)


@topics.command()
@click.argument("name")
@as_json
@click.pass_obj
def template(ds: Any, name: str, as_json: bool) -> None:
    """Start from a template, such as customer-support or banking."""
    had = bool(ds.topics)
    ds.use_template(name)
    _found(ds, as_json, had)


@topics.command()
@click.argument("file")
@as_json
@click.pass_obj
def load(ds: Any, file: str, as_json: bool) -> None:
    """Take the tree from a JSON file; locked topics and hand-made assignments stay."""
    had = bool(ds.topics)
    ds.load_topics(file)
    _found(ds, as_json, had)


@topics.command()
@as_json
@click.pass_obj
def show(ds: Any, as_json: bool) -> None:
    """Show the tree with counts."""
    _print(ds, as_json)


@topics.command()
@click.option("--since", type=int, help="Compare with this version; with the one before the last change by default.")
@as_json
@click.pass_obj
def diff(ds: Any, since: int | None, as_json: bool) -> None:
    """Show how the topics changed: new, kept, gone, renamed, moved."""
    change = ds.topic_diff(since)
    lines = [_summary(change), *(f"  {line}" for line in change.lines())]
    emit({**change.to_dict(), "dataset_version": ds.version}, as_json=as_json, lines=lines)


@topics.command()
@as_json
@click.pass_obj
def orphans(ds: Any, as_json: bool) -> None:
    """List the records that lost their topic and have none yet, with a suggestion for each."""
    lost = ds.orphans()
    result = {"orphans": lost.to_dicts(), "total": lost.height, "dataset_version": ds.version}
    emit(result, as_json=as_json, lines=_orphan_lines(ds, lost))


def _orphan_lines(ds: Any, lost: pl.DataFrame) -> Iterator[str]:
    if lost.is_empty():
        yield "no record lost its topic"
        return
    sizes = lost.group_by("topic", "suggestion", maintain_order=True).len()
    for topic, suggestion, count in sizes.rows():
        where = "nothing is near" if suggestion is None else f"suggestion: {suggestion}"
        yield f"{topic}: {_records(count)}; {where}"
    yield f"assign them with: rftkit records {_quoted(ds)} assign TOPIC ID..., or rftkit categorize {_quoted(ds)}"


@topics.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--shape",
    type=click.Choice(["rftkit", "map", "nodes"]),
    default="rftkit",
    show_default=True,
    help="Everything; by name with subtopics; or nested lists.",
)
@as_json
@click.pass_obj
def save(ds: Any, file: Path, shape: str, as_json: bool) -> None:
    """Write the tree to a JSON file that `load` reads."""
    import msgspec

    file.write_bytes(msgspec.json.format(msgspec.json.encode(ds.topics.to_dict(shape)), indent=2) + b"\n")
    emit({**told(ds), "path": str(file)}, as_json=as_json, lines=[f"wrote {number(len(ds.topics))} topics to {file}"])


def _change(ds: Any, as_json: bool, step: str, change: Callable[[TopicTree], TopicTree], **options: Any) -> None:
    ds.change_topics(change, step, **options)
    _print(ds, as_json)


@topics.command()
@click.argument("path")
@click.option("--description", default="", help="One sentence.")
@click.option("--keywords", default="", help="Words and phrases, separated by commas.")
@as_json
@click.pass_obj
def add(ds: Any, path: str, description: str, keywords: str, as_json: bool) -> None:
    """Add a topic such as "cards/lost card"; parents are made."""
    words = [word.strip() for word in keywords.split(",") if word.strip()]
    _change(ds, as_json, "topics add", lambda tree: tree.add(path, description, words), path=path)


@topics.command()
@click.argument("path")
@click.argument("name")
@as_json
@click.pass_obj
def rename(ds: Any, path: str, name: str, as_json: bool) -> None:
    """Give a topic another name."""
    _change(ds, as_json, "topics rename", lambda tree: tree.rename(path, name), path=path, name=name)


@topics.command()
@click.argument("path")
@click.argument("new_parent", required=False)
@as_json
@click.pass_obj
def move(ds: Any, path: str, new_parent: str | None, as_json: bool) -> None:
    """Put a topic under another one; to the first level without NEW_PARENT."""
    _change(ds, as_json, "topics move", lambda tree: tree.move(path, new_parent), path=path, new_parent=new_parent)


@topics.command()
@click.argument("paths", nargs=-1, required=True)
@click.option("--into", required=True, help="Path of the topic that takes their records; made when missing.")
@as_json
@click.pass_obj
def merge(ds: Any, paths: tuple[str, ...], into: str, as_json: bool) -> None:
    """Make one topic of several."""
    _change(ds, as_json, "topics merge", lambda tree: tree.merge(paths, into), paths=list(paths), into=into)


@topics.command()
@click.argument("path")
@click.option("--count", type=click.IntRange(min=2), help="Into how many; found by itself by default.")
@click.option("--embedder", default="auto", show_default=True)
@click.option("--seed", type=int, default=0, show_default=True)
@as_json
@click.pass_obj
def split(ds: Any, path: str, count: int | None, embedder: str, seed: int, as_json: bool) -> None:
    """Divide one topic into topics below it by its own records; the rest of the tree stays."""
    ds.split_topic(path, count=count, embedder=embedder, seed=seed)
    _print(ds, as_json)


@topics.command()
@click.argument("path")
@click.option("--into", help="Path of a topic that takes their records.")
@as_json
@click.pass_obj
def delete(ds: Any, path: str, into: str | None, as_json: bool) -> None:
    """Remove a topic and those below; their records become unassigned, or go into another topic."""
    _change(ds, as_json, "topics delete", lambda tree: tree.delete(path, into=into), path=path, into=into)


@topics.command()
@click.argument("path")
@click.option("--off", is_flag=True, help="Unlock it.")
@as_json
@click.pass_obj
def lock(ds: Any, path: str, off: bool, as_json: bool) -> None:
    """Keep a topic as it is, whatever discovery finds."""
    _change(ds, as_json, "topics lock", lambda tree: tree.lock(path, not off), path=path, locked=not off)


@topics.command()
@click.argument("path")
@click.option("--description", help="One sentence.")
@click.option("--keywords", help="Words and phrases, separated by commas.")
@as_json
@click.pass_obj
def describe(ds: Any, path: str, description: str | None, keywords: str | None, as_json: bool) -> None:
    """Set a topic's description and keywords."""
    words = None if keywords is None else [word.strip() for word in keywords.split(",") if word.strip()]
    _change(ds, as_json, "topics describe", lambda tree: tree.describe(path, description, words), path=path)


@topics.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--parent", help="Path of their parent; the first level by default.")
@as_json
@click.pass_obj
def reorder(ds: Any, names: tuple[str, ...], parent: str | None, as_json: bool) -> None:
    """Set the order of siblings."""
    _change(ds, as_json, "topics reorder", lambda tree: tree.reorder(parent, names), parent=parent, names=list(names))


@click.command()
@dataset_argument
@click.option("--all", "all_", is_flag=True, help="Assign all again, not only the unassigned; by hand stays by hand.")
@click.option("--method", default="keyword,embedding", show_default=True, help="Which of keyword, embedding, llm.")
@click.option("--model", help="The model of the llm method.")
@click.option("--embedder", default="auto", show_default=True)
@click.option("--yes", is_flag=True, help="Approve the cost of the llm method.")
@as_json
def categorize(
    dataset: Path, all_: bool, method: str, model: str | None, embedder: str, yes: bool, as_json: bool
) -> None:
    """Assign topics to records."""
    ds = existing(dataset)
    methods = tuple(name.strip() for name in method.split(",") if name.strip())
    report = followed(ds.categorize_job(all=all_, method=methods, model=model, embedder=embedder, approved=yes))
    result = {**report.to_dict(), "dataset_version": ds.version}
    emit(result, as_json=as_json, lines=_categorize_lines(result))


def _categorize_lines(result: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{number(result['assigned'])} of {number(result['total'])} records have a topic: "
        f"{number(result['high'])} high, {number(result['medium'])} medium, {number(result['review'])} to review; "
        f"{number(result['unassigned'])} unassigned"
    )
    yield from counted(result["by_method"])
    if not result.get("calibrated", True):
        yield "the confidence is not calibrated: there are no hand-made labels to calibrate it on"
    for suggestion in result.get("suggestions", []):
        yield f"suggested topic: {_words(suggestion)}"


def _words(suggestion: Any) -> str:
    if isinstance(suggestion, dict):
        return f"{suggestion.get('name', '')} ({number(suggestion.get('count'))} records)"
    return str(suggestion)


COMMANDS = (topics, categorize)
