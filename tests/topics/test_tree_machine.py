"""Any sequence of operations and undos keeps a tree sound, its records somewhere, and its locked topics as they are."""

from __future__ import annotations

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rftkit.errors import RftkitError
from rftkit.topics import MAX_DEPTH, TopicTree

NAMES = st.sampled_from(["A", "B", "a", "Cards", "<img src=x onerror=alert(1)>", "银行", "क", "بطاقة", "A/B"])


class Trees(RuleBasedStateMachine):
    """A person at a tree, with records under its topics, as ids, and the way back."""

    @initialize()
    def begin(self) -> None:
        self.tree = TopicTree().add("A/B", "One.").add("A/C").add("D")
        leaves = [topic.id for topic in self.tree.leaves()]
        self.records: list[str | None] = [*leaves, *leaves, None]
        self.past: list[tuple[TopicTree, list[str | None]]] = []

    def _become(self, tree: TopicTree) -> None:
        for topic in self.tree:
            if topic.locked:
                now = tree.find(topic.id)
                assert (now.name, now.description, now.keywords) == (topic.name, topic.description, topic.keywords)
                assert tree.path(topic.id) == self.tree.path(topic.id), "a locked topic stays where it is"
        change = self.tree.diff(tree)
        self.past.append((self.tree, self.records))
        self.records = [change.moves.get(id_, id_) if id_ else None for id_ in self.records]
        paths = pl.Series([None if id_ is None else self.tree.path(id_) for id_ in self.past[-1][1]], dtype=pl.String)
        self.tree = tree
        assert change.apply(paths).to_list() == [None if id_ is None else tree.path(id_) for id_ in self.records]

    def _try(self, make) -> None:
        try:
            tree = make()
        except RftkitError:
            return
        self._become(tree)

    def _path(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.tree.paths().values())))

    @rule(data=st.data(), name=NAMES)
    def add(self, data: st.DataObject, name: str) -> None:
        above = data.draw(st.sampled_from(["", *sorted(self.tree.paths().values())]))
        self._try(lambda: self.tree.add(f"{above}/{name}", keywords=[name]))

    @precondition(lambda self: len(self.tree))
    @rule(data=st.data(), name=NAMES)
    def rename(self, data: st.DataObject, name: str) -> None:
        path = self._path(data)
        self._try(lambda: self.tree.rename(path, name))

    @precondition(lambda self: len(self.tree))
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        path, parent = self._path(data), self._path(data)
        self._try(lambda: self.tree.move(path, parent))

    @precondition(lambda self: len(self.tree))
    @rule(data=st.data())
    def move_to_the_first_level(self, data: st.DataObject) -> None:
        path = self._path(data)
        self._try(lambda: self.tree.move(path, None))

    @precondition(lambda self: len(self.tree))
    @rule(data=st.data())
    def merge(self, data: st.DataObject) -> None:
        one, two, into = self._path(data), self._path(data), self._path(data)
        self._try(lambda: self.tree.merge([one, two], into))

    @precondition(lambda self: len(self.tree))
    @rule(data=st.data(), name=NAMES)
    def merge_into_a_new_topic(self, data: st.DataObject, name: str) -> None:
        path = self._path(data)
        self._try(lambda: self.tree.merge([path], name))

    @precondition(lambda self: len(self.tree))
    @rule(data=st.data(), into=st.booleans())
    def delete(self, data: st.DataObject, into: bool) -> None:
        path = self._path(data)
        heir = self._path(data) if into else None
        self._try(lambda: self.tree.delete(path, into=heir))

    @precondition(lambda self: len(self.tree))
    @rule(data=st.data(), on=st.booleans())
    def lock(self, data: st.DataObject, on: bool) -> None:
        path = self._path(data)
        self._try(lambda: self.tree.lock(path, on))

    @precondition(lambda self: len(self.tree))
    @rule(data=st.data())
    def describe(self, data: st.DataObject) -> None:
        path = self._path(data)
        self._try(lambda: self.tree.describe(path, "Said.", ["said"]))

    @rule()
    def reorder(self) -> None:
        names = [topic.name for topic in self.tree.children()]
        self._try(lambda: self.tree.reorder(None, names[::-1]))

    @rule()
    def adopt_a_template(self) -> None:
        self._try(lambda: self.tree.adopt(TopicTree().add("A/B").add("New"), by_id=False))

    @rule()
    def save_and_load(self) -> None:
        again = TopicTree.from_dict(self.tree.to_dict("map"))
        assert not self.tree.diff(again), "nothing is lost, ids included"

    @precondition(lambda self: self.past)
    @rule()
    def undo(self) -> None:
        self.tree, self.records = self.past.pop()

    @invariant()
    def ids_are_unique_and_there_is_no_cycle(self) -> None:
        seen: set[str | None] = {None}
        for topic in self.tree:
            assert topic.parent in seen
            assert topic.id not in seen
            assert "/" not in topic.name
            seen.add(topic.id)
        assert self.tree.depth <= MAX_DEPTH

    @invariant()
    def every_record_is_on_a_topic_or_unassigned(self) -> None:
        assert {id_ for id_ in self.records if id_} <= set(self.tree.paths())

    @invariant()
    def counts_add_up(self) -> None:
        tree = self.tree.counted({id_: self.records.count(id_) for id_ in self.records})
        below = sum(tree.total(topic.id) or 0 for topic in tree.children())
        assert below + self.records.count(None) == len(self.records)


Trees.TestCase.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)
TestTrees = Trees.TestCase
