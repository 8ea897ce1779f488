"""The topics of a dataset: found, taken from a template or a file, or made by hand; looked at before they are taken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
import traitlets

from rftkit import embed, render
from rftkit.acts import browsing, reading
from rftkit.acts.orphans import lost
from rftkit.errors import InputError, NotFoundError
from rftkit.topics.templates import TEMPLATES
from rftkit.topics.tree import MAX_DEPTH, TopicTree
from rftkit.widgets import _shown_topics as shown
from rftkit.widgets import _topic_steps as steps
from rftkit.widgets._base import act
from rftkit.widgets._later import Later
from rftkit.widgets._topic_proposals import LIMIT, Proposals

if TYPE_CHECKING:
    from rftkit.render import Html

SHAPES = ("rftkit", "map", "nodes")
#: Topics that are marked at most where records are selected elsewhere.
MARKED = 500


class TopicEditor(Proposals, bundle_name="topic_editor"):
    """Make and change the topic tree of a dataset.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> editor = TopicEditor(rftkit.open(tempfile.mkdtemp() + "/a.rft"))
    >>> made = [editor.add_topic("Cards"), editor.add_topic("Lost", "Cards")]
    >>> editor.rename_topic("Cards/Lost", "Stolen")
    >>> editor
    TopicEditor(2 topics)
    >>> editor.undo(); [*editor.dataset.topics.paths().values()]
    ['Cards', 'Cards/Lost']
    """

    tree = traitlets.Dict(
        help="Counts, and the first topics with those right under each; the rest comes in pages; written by Python."
    ).tag(sync=True)
    orphans = traitlets.Dict(help="Records that lost their topic, by the topic they had; written by Python.").tag(
        sync=True
    )
    central = traitlets.Dict(
        default_value=None, allow_none=True, help="Central records of the topic that is open; written by Python."
    ).tag(sync=True)
    known = traitlets.Dict(help="Templates, embedders, levels, valid records; written by Python.").tag(sync=True)

    pointed = traitlets.Dict(
        help="Topics of records that are selected elsewhere: total, and topics by id; written by Python."
    ).tag(sync=True)
    linked = traitlets.Bool(help="Whether a map can show the records of a topic; written by Python.").tag(sync=True)

    def __init__(self, dataset: Any) -> None:
        self._central: Later[pl.DataFrame] = Later()
        self._hears: Callable[[str], object] | None = None
        self._selected: list[str] | None = None
        super().__init__(dataset)

    # -- beside a map --------------------------------------------------------------------------------------------

    def show_only(self, ids: Sequence[str] | None) -> None:
        """Mark the topics of records that are selected elsewhere, such as on a map; None marks none.

        Parameters
        ----------
        ids
            The records.
        """
        self._selected = None if ids is None else list(ids)
        self.publish(pointed=self._pointed())

    def on_records(self, hear: Callable[[str], object] | None) -> None:
        """Let another widget show the records of a topic when that is asked for here.

        Parameters
        ----------
        hear
            Takes the path of the topic; None lets nobody hear any more.
        """
        self._hears = hear
        self.publish(linked=hear is not None)

    @act
    def show_records(self, topic: str) -> None:
        """Have the records of a topic, and of those below it, selected on the map that is linked.

        Parameters
        ----------
        topic
            Path or id.
        """
        path = self.dataset.topics.path(self._node(topic))
        if self._hears is None:
            raise InputError("no map is linked to these topics; link one: TopicMap(ds).link(editor)")
        self._hears(path)

    def _pointed(self) -> dict[str, Any]:
        if self._selected is None:
            return {"total": 0, "topics": {}}
        said = reading.stored_labels(self.dataset)
        chosen = said.filter(said["id"].is_in(pl.Series(self._selected, dtype=pl.String).implode()))
        counts = chosen["topic"].drop_nulls().value_counts(sort=True).head(MARKED)
        return {"total": chosen.height, "topics": dict(counts.iter_rows())}

    # -- changes by hand -----------------------------------------------------------------------------------------

    @act
    def assign_orphans(self, topic: str, to: str) -> None:
        """Put the records that lost a topic under another one.

        Parameters
        ----------
        topic
            Path that the topic had.
        to
            Path or id of the topic that takes them.
        """
        path = self.dataset.topics.path(self._node(to))
        ids = lost(self.dataset).filter(pl.col("topic") == topic)["id"].to_list()
        if not ids:
            raise NotFoundError(f"no record has lost the topic {topic!r}; look again")
        code = f"ds.assign(ds.orphans().filter(pl.col('topic') == {topic!r})['id'].to_list(), {path!r})"
        with self._undo.step(f"Put {render.plural(len(ids), 'record')} under {path}.", code):
            self.dataset.assign(ids, path)
        self.refresh()

    def _apply(self, step: steps.Step) -> None:
        with self._undo.step(step.sentence, step.python):
            self.dataset.change_topics(step.change, step.name, **step.configuration)
        self.refresh()

    @act
    def add_topic(self, name: str, parent: str = "") -> str:
        """Add a topic and return its id.

        Parameters
        ----------
        name
            On the first level it may be a path such as ``Cards/Lost``.
        parent
            Path or id of the topic above; the first level by default.
        """
        before = set(self.dataset.topics.paths())
        self._apply(steps.add(self.dataset.topics, name, self._node(parent) if parent else None))
        return next(str(topic.id) for topic in reversed(self.dataset.topics.topics) if topic.id not in before)

    @act
    def rename_topic(self, topic: str, name: str) -> None:
        """Give a topic another name; its records stay.

        Parameters
        ----------
        topic
            Path or id.
        name
            The new one.
        """
        self._apply(steps.rename(self.dataset.topics, self._node(topic), name))

    @act
    def describe_topic(self, topic: str, description: str | None = None, keywords: str | None = None) -> None:
        """Give a topic another description or other keywords.

        Parameters
        ----------
        topic
            Path or id.
        description
            One sentence.
        keywords
            Words and phrases, separated by commas.
        """
        self._apply(steps.describe(self.dataset.topics, self._node(topic), description, keywords))

    @act
    def move_topic(self, topic: str, parent: str = "", before: str = "", last: bool = False) -> None:
        """Put a topic under another one, or elsewhere among its siblings.

        Parameters
        ----------
        topic
            Path or id.
        parent
            Path or id of the topic above; the first level by default.
        before
            Path or id of the sibling that it comes before; last by default.
        last
            Whether it comes last where it has that parent already.
        """
        above = self._node(parent) if parent else None
        sibling = self._node(before) if before else None
        self._apply(steps.place(self.dataset.topics, self._node(topic), above, sibling, last))

    @act
    def merge_topics(self, topics: Sequence[str], into: str) -> str:
        """Make one topic of several and return its id.

        Parameters
        ----------
        topics
            Paths or ids.
        into
            Path or id of the topic that takes their records; made when missing.
        """
        target = self.dataset.topics.path(self._node(into)) if into in self.dataset.topics else into
        self._apply(steps.merge(self.dataset.topics, [self._node(one) for one in topics], into))
        return self._node(target)

    @act
    def delete_topic(self, topic: str, into: str = "") -> None:
        """Delete a topic and those below it.

        Parameters
        ----------
        topic
            Path or id.
        into
            Path or id of the topic that takes their records; they become unassigned by default.
        """
        self._apply(steps.delete(self.dataset.topics, self._node(topic), self._node(into) if into else None))

    @act
    def lock_topic(self, topic: str, locked: bool = True) -> None:
        """Keep a topic as it is, whatever is found or done above it; or no longer.

        Parameters
        ----------
        topic
            Path or id.
        locked
            Whether to lock it.
        """
        self._apply(steps.lock(self.dataset.topics, self._node(topic), locked))

    # -- looking -------------------------------------------------------------------------------------------------

    @act
    def nodes(self, offset: int = 0, proposed: bool = False) -> dict[str, Any]:
        """Return more topics of the tree, or of what is proposed.

        Parameters
        ----------
        offset
            The first, from 0.
        proposed
            Whether of what is proposed.
        """
        if proposed:
            wanted = self._wanted()
            rows, stamp = shown.proposed_nodes(wanted), (self.proposal or {}).get("stamp", "")
        else:
            rows, stamp = shown.nodes(self.dataset.topics), self._stamp()
        return {"offset": offset, "stamp": stamp, "nodes": shown.page(rows, offset, shown.PAGE)}

    def _stamp(self) -> str:
        return f"{self.dataset.version}"

    @act
    def details(self, topic: str, proposed: bool = False) -> dict[str, Any]:
        """Return one topic whole; its central records are looked for meanwhile.

        Parameters
        ----------
        topic
            Path or id.
        proposed
            Whether of what is proposed.
        """
        if proposed:
            wanted = self._wanted()
            told = shown.shown_details(wanted.tree, topic, len(self.dataset))
            samples = [wanted.samples.get(one.id, ()) for one in wanted.tree.subtree(told["id"])]
            texts = [some[place] for place in range(5) for some in samples if place < len(some)]
            return {**told, "samples": [shown.short(text) for text in texts[:5]]}
        told = shown.shown_details(self.dataset.topics, topic, len(self.dataset))
        self._look(told["id"])
        return told

    def _look(self, id: str) -> None:
        self.publish(central={"id": id, "rows": None, "error": ""})

        def show(found: pl.DataFrame | None, error: BaseException | None) -> None:
            rows = [] if found is None else found.select("id", "topic", text="last_user_text").to_dicts()
            texts = [{**row, "text": shown.short(row["text"] or "")} for row in rows]
            self.publish(central={"id": id, "rows": texts, "error": "" if error is None else str(error)})

        self._central.ask(lambda: self.dataset.central_records(id), show)

    # -- files ---------------------------------------------------------------------------------------------------

    @act
    def save_file(self, path: str, shape: str = "rftkit") -> str:
        """Write the tree to a JSON file that can be loaded again; a file that is there is not written over.

        Parameters
        ----------
        path
            The file, as the kernel sees it.
        shape
            `rftkit` (everything), `map` (by name, with subtopics) or `nodes` (nested lists).
        """
        file = Path(path.strip())
        if not path.strip():
            raise InputError("no file was named; give a path such as topics.json")
        if file.exists():
            raise InputError(f"{file} is there already; give another name, or delete it first")
        try:
            file.write_text(self.text(shape), encoding="utf-8")
        except OSError as error:
            raise InputError(f"{file} cannot be written: {error.strerror}") from error
        told = f"Wrote {render.plural(len(self.dataset.topics), 'topic')} to {file}."
        code = f"Path({str(file)!r}).write_text(json.dumps(ds.topics.to_dict({shape!r}), indent=2))"
        self.publish(done={"sentence": told, "python": code, "undo": False})
        return str(file)

    @act
    def text(self, shape: str = "rftkit") -> str:
        """Return the tree as JSON, for a browser to keep as a file.

        Parameters
        ----------
        shape
            As `save_file` takes it.
        """
        if shape not in SHAPES:
            raise InputError(f"shape is {shape!r}; give {', '.join(SHAPES)}")
        value = self.dataset.topics.to_dict(shape)
        return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"

    # -- reading -------------------------------------------------------------------------------------------------

    def read(self) -> dict[str, Any]:
        """Return the traits that show the dataset as it is now."""
        self._collect()
        tree: TopicTree = self.dataset.topics
        records = len(self.dataset)
        orphans = self.dataset.remember("shown orphans", ("labels", "topics.json", "orphans"), self._lost)
        gone = self.central is not None and self.central["id"] not in tree.paths()
        return {
            "tree": shown.shown_tree(tree, records, self._stamp()),
            "proposal": self._proposed(),
            "suggestions": self._suggested(),
            "orphans": orphans,
            "known": {
                "templates": list(TEMPLATES),
                "embedders": ["auto", *embed.available()],
                "depth": MAX_DEPTH,
                "records": records,
                "limit": LIMIT,
                "name": self.dataset.name,
            },
            "pointed": self._pointed(),
            "done": self._undo.told(),
            **({"central": None} if gone else {}),
        }

    def _lost(self) -> dict[str, Any]:
        found = lost(self.dataset)
        first = found.unique(["topic", "suggestion"], keep="first", maintain_order=True)["row"].sort()
        said = browsing.peeks(self.dataset).get(self.dataset, first).select("row", last_user_text="text")
        return shown.shown_orphans(found.join(said, on="row", how="left", maintain_order="left"))

    def to_html(self) -> Html:
        """Return the tree and what is proposed as static HTML, escaped and without script."""
        return shown.static_page(self.dataset.topics, self._kept.proposal, self.orphans or {"total": 0}, "ds.topics")

    def __repr__(self) -> str:
        waiting = "" if self._kept.proposal is None else ", a proposal waits"
        return f"TopicEditor({render.plural(len(self.dataset.topics), 'topic')}{waiting})"
