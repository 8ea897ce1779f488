"""New topics for records that have none: looked for beside the notebook, taken with one click."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from rftkit import render
from rftkit.errors import NotFoundError
from rftkit.widgets._base import act
from rftkit.widgets._categorize_page import shown_suggestion
from rftkit.widgets._later import Later
from rftkit.widgets._work import Working

if TYPE_CHECKING:
    from rftkit.topics.proposal import TopicSuggestion

#: New topics that are shown.
SUGGESTED = 12


class NewTopics(Working):
    """A panel that suggests topics.

    Parameters
    ----------
    dataset
        A `rftkit.Dataset`.
    """

    suggested = traitlets.Dict(
        default_value=None,
        allow_none=True,
        help="New topics that unassigned records suggest, once looked for; written by Python.",
    ).tag(sync=True)

    def __init__(self, dataset: Any) -> None:
        self._new: Later[list[TopicSuggestion]] = Later()
        self._found: dict[str, TopicSuggestion] = {}
        super().__init__(dataset)

    def _judge_anew(self) -> None:
        """Forget what records could be: the topics are others now."""

    def _after(self) -> None:
        """Show what a step has changed."""
        self.refresh()
        self.publish(done=self._undo.told())

    @act
    def suggest(self) -> None:
        """Look for new topics among the records that have none; they are shown as soon as they are there."""
        self.publish(suggested={"state": "looking", "topics": []})
        self._new.ask(self.dataset.suggest_topics, self._show_suggested)

    def _show_suggested(self, found: list[TopicSuggestion] | None, error: BaseException | None) -> None:
        if error is not None:
            self.error = f"New topics could not be looked for: {error}"
        self._found = {one.name: one for one in found or ()}
        told = [shown_suggestion(one) for one in list(self._found.values())[:SUGGESTED]]
        self.publish(suggested=None if error is not None else {"state": "found", "topics": told})

    @act
    def add_topic(self, name: str) -> None:
        """Add a suggested topic and give it its records; those that were decided by hand stay.

        Parameters
        ----------
        name
            As it was suggested.
        """
        if name not in self._found:
            raise NotFoundError(f"no topic {name!r} was suggested; look for some with suggest()")
        one = self._found.pop(name)
        told = f"Added the topic {name} with {render.plural(one.count, 'record')}."
        with self._undo.step(told, "ds.accept_topic(ds.suggest_topics()[0])"):
            self.dataset.accept_topic(one)
        self._judge_anew()
        self._after()
        self._show_suggested(list(self._found.values()), None)
