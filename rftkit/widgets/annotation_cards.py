"""Sample cards: read, edited, kept, noted on; notes become themes, themes become lines, lines shape the next five."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from rftkit import render
from rftkit.acts.ideas import coding, comparing, sampling
from rftkit.errors import NotFoundError
from rftkit.widgets._base import act
from rftkit.widgets._idea import IdeaWidget, quoted
from rftkit.widgets._idea_cards import shown_cards, shown_coding, shown_comparison
from rftkit.widgets._idea_page import cards_page

if TYPE_CHECKING:
    from rftkit.acts.ideas.sampling import Samples
    from rftkit.generator import GeneratorSession
    from rftkit.render import Html


class AnnotationCards(IdeaWidget, bundle_name="annotation_cards"):
    """Read the samples of a session, say what is wrong, and see it change.

    Parameters
    ----------
    session
        A `rftkit.GeneratorSession`; its requirements have to be confirmed before cards can be written.

    Examples
    --------
    >>> import tempfile, rftkit
    >>> session = rftkit.GeneratorSession(tempfile.mkdtemp() + "/idea.rft")
    >>> told = session.load_requirements({"task_goal": "sort a message", "role_persona": "an agent", "use_case": "tests",
    ...     "input_format": "a message", "output_format": "one of: billing, delivery"})
    >>> told = session.confirm()
    >>> cards = AnnotationCards(session)
    >>> cards.write_samples()
    >>> samples = cards.wait()
    >>> cards.annotate("1.1", "no order number")
    >>> cards
    AnnotationCards(round 1: 5 cards, 1 note, 1 theme)
    """

    kind = "idea-cards"

    cards = traitlets.Dict(
        help="The cards of the round that is shown, with their notes, and what samples wait for; written by Python."
    ).tag(sync=True)
    coding = traitlets.Dict(
        help="Themes of the notes, the lines they ask for, and the lines that were approved; written by Python."
    ).tag(sync=True)
    comparison = traitlets.Dict(
        default_value=None, allow_none=True, help="Two rounds side by side, once asked for; written by Python."
    ).tag(sync=True)

    def __init__(self, session: GeneratorSession) -> None:
        self._round = session.state.iteration
        self._pair: tuple[int, int] | None = None
        super().__init__(session)

    # -- rounds --------------------------------------------------------------------------------------------------

    @act
    def write_samples(self) -> None:
        """Write the first round; where there is one, it is shown."""
        self._start(lambda: self.session.samples_job(), can_stop=not self.session.offline)

    @act
    def next_samples(self) -> None:
        """Write the next round from the requirements as they are now."""
        self._start(lambda: self.session.samples_job(again=True), can_stop=not self.session.offline)

    @act
    def show_round(self, iteration: int) -> None:
        """Show the cards of a round.

        Parameters
        ----------
        iteration
            Its number, from 1.
        """
        self._round = self.session.current(iteration).iteration
        self.refresh()

    @act
    def compare(self, before: int | None = None, after: int | None = None) -> None:
        """Show two rounds side by side.

        Parameters
        ----------
        before, after
            Numbers of the rounds; the last two by default.
        """
        last = after or self.session.state.iteration
        first = before or last - 1
        comparing.compared(self.session, first, last)  # says what is missing where there are not two
        self._pair = (first, last)
        self.publish(comparison=shown_comparison(self.session, self._pair))

    @act
    def hide_comparison(self) -> None:
        """Put the comparison away."""
        self._pair = None
        self.publish(comparison=None)

    # -- cards ---------------------------------------------------------------------------------------------------

    @act
    def whole(self, id: str) -> dict[str, Any]:
        """Return the texts of a card whole; what is shown of long ones is cut.

        Parameters
        ----------
        id
            The card.
        """
        found = sampling.card_of(self.session, id)
        return {"input": found.input, "answer": found.answer}

    @act
    def edit_card(self, id: str, input: str | None = None, answer: str | None = None) -> None:
        """Change a card by hand; what was written first is kept beside it.

        Parameters
        ----------
        id
            The card.
        input, answer
            Its new texts.
        """
        self.session.edit_card(id, input=input, answer=answer)
        given = ", ".join(
            f"{name}={quoted(text)}" for name, text in (("input", input), ("answer", answer)) if text is not None
        )
        self._after(f"Edited card {id}.", f"session.edit_card({id!r}, {given})")

    @act
    def decide(self, id: str, decision: str) -> None:
        """Keep a card, throw it away, or take the decision back.

        Parameters
        ----------
        id
            The card.
        decision
            ``keep``, ``discard`` or empty.
        """
        verbs = {"keep": ("Kept", "keep"), "discard": ("Threw away", "discard"), "": ("Undecided again:", "undecide")}
        if decision not in verbs:
            raise NotFoundError(f"there is no decision {decision!r}; there are keep, discard and nothing")
        said, method = verbs[decision]
        getattr(self.session, method)(id)
        self._after(f"{said} card {id}.", f"session.{method}({id!r})")

    # -- notes and themes ----------------------------------------------------------------------------------------

    @act
    def annotate(self, card: str, note: str, passage: str = "", part: str | None = None) -> None:
        """Write a note on a card, or on a passage of it; without a model its theme is found at once.

        Parameters
        ----------
        card
            The card.
        note
            What is wrong or wanted.
        passage
            The marked words.
        part
            ``whole``, ``input`` or ``answer``.
        """
        made = self.session.annotate(card, note, passage=passage, part=part)
        self._group(made.iteration)
        more = f", passage={quoted(passage)}" if passage else ""
        self._after(f"Noted on card {card}.", f"session.annotate({quoted(card, note)}{more})")

    @act
    def delete_note(self, id: str) -> None:
        """Take a note away.

        Parameters
        ----------
        id
            The note.
        """
        self.session.delete_note(id)
        self._group(self._round)
        self._after("Deleted the note.", f"session.delete_note({id!r})")

    def _group(self, iteration: int) -> None:
        """Find themes anew where that asks nobody."""
        if self.session.offline:
            coding.group(self.session, iteration)

    @act
    def find_themes(self) -> None:
        """Group the notes of the round into themes; with a model, it is asked."""
        self._work("themes", lambda: coding.group(self.session, self._round))

    @act
    def rename_theme(self, id: str, name: str) -> None:
        """Give a theme another name.

        Parameters
        ----------
        id
            The theme.
        name
            Its name.
        """
        self.session.rename_theme(id, name)
        self._after("Renamed the theme.", f"session.rename_theme({quoted(id, name)})")

    @act
    def merge_themes(self, into: str, others: list[str]) -> None:
        """Put the notes of other themes into one.

        Parameters
        ----------
        into
            The theme that stays.
        others
            Those that go into it.
        """
        self.session.merge_themes(into, *others)
        self._after("Merged the themes.", f"session.merge_themes({quoted(into, *others)})")

    # -- changes -------------------------------------------------------------------------------------------------

    @act
    def approve(self, ids: list[str] | None = None) -> None:
        """Approve lines; they go into the requirements, and the next samples follow them.

        Parameters
        ----------
        ids
            Of the lines; all that wait by default.
        """
        self.session.approve(ids)
        self._after("Approved.", f"session.approve({'' if ids is None else quoted(ids)})")

    @act
    def approve_edited(self, id: str, line: str) -> None:
        """Approve a line in words of one's own.

        Parameters
        ----------
        id
            The line.
        line
            What it says instead.
        """
        self.session.approve([], edits={id: line})
        self._after("Approved in your words.", f"session.approve([], edits={{{id!r}: {quoted(line)}}})")

    @act
    def reject(self, id: str) -> None:
        """Turn a line down; it stays in the list.

        Parameters
        ----------
        id
            The line.
        """
        self.session.reject(id)
        self._after("Rejected.", f"session.reject({id!r})")

    @act
    def drop_rule(self, at: int) -> None:
        """Take an approved line out of the requirements again.

        Parameters
        ----------
        at
            Its place, from 0.
        """
        self.session.drop_rule(at)
        self._after("Took the line out.", f"session.drop_rule({at})")

    # -- reading -------------------------------------------------------------------------------------------------

    def _result(self, name: str, report: Any) -> tuple[str, str]:
        if name == "themes":
            return "Grouped the notes into themes.", "session.themes()"
        return self._written(report)

    def _written(self, made: Samples) -> tuple[str, str]:
        before, self._round = self._round, made.iteration
        if made.iteration > 1 and before != made.iteration:
            self._pair = (made.iteration - 1, made.iteration)
        python = "session.next_samples()" if made.iteration > 1 else "session.samples()"
        return f"Round {made.iteration}: {render.plural(len(made), 'card')} by {made.model}.", python

    def read(self) -> dict[str, Any]:
        """Return the traits that show the session as it is now."""
        state = self.session.state
        self._round = min(self._round, state.iteration) or state.iteration
        return {
            "cards": shown_cards(self.session, self._round),
            "coding": shown_coding(self.session, self._round),
            "comparison": shown_comparison(self.session, self._pair),
            "done": self._told(),
        }

    def to_html(self) -> Html:
        """Return cards, notes, themes and lines as static HTML, escaped and without script."""
        return cards_page(self.cards, self.coding, self.comparison)

    def __repr__(self) -> str:
        if not self.cards.get("iteration"):
            return "AnnotationCards(no samples yet)"
        found = (
            f"{render.plural(len(self.cards['cards']), 'card')}, {render.plural(self.coding['notes'], 'note')}, "
            f"{render.plural(len(self.coding['themes']), 'theme')}"
        )
        return f"AnnotationCards(round {self.cards['iteration']}: {found})"
