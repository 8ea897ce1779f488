"""The dataset generator: what a person holds who has an idea and no traces. Its methods are `rftkit.acts.ideas`."""

from __future__ import annotations

from typing import Any

from rftkit import render
from rftkit.acts.ideas import coding, comparing, finishing, sampling, session, talking, undoing
from rftkit.idea.state import shown_themes


class GeneratorSession(session.Session):
    """From an idea to a dataset: a conversation, five samples, notes, changes, and the whole set.

    Everything that is said or decided is a row in the dataset's folder and survives a kill; the same path and name open
    the session where it was. What the methods take and return is documented in `rftkit.acts.ideas`.

    Parameters
    ----------
    path
        The dataset's folder such as ``idea.rft``, or an open `Dataset`.
    name
        Of the session: a dataset can have several.
    model
        A litellm model; that of last time, RFTKIT_MODEL or the keyless ``rftkit/offline`` by default.
    base_url, api_key, price_per_million
        Of an OpenAI-compatible server.
    budget_usd
        What interview and samples may cost in all.
    concurrency
        Calls at the same time.
    seed
        The same seed, requirements and answers give the same records.

    Examples
    --------
    >>> import tempfile
    >>> session = GeneratorSession(tempfile.mkdtemp() + "/idea.rft")
    >>> heard = session.answer("Sort support messages into billing, delivery or account, to train our router.")
    >>> session.requirements.value("output_format"), session.ask().field
    ('one of: billing, delivery, account', 'role_persona')
    """

    # The conversation
    ask = talking.ask
    answer = talking.answer
    analyze_prompt = talking.analyze_prompt
    edit = talking.edit
    add_examples = talking.add_examples
    add_words = talking.add_words
    load_requirements = talking.load_requirements
    confirm = talking.confirm
    transcript = talking.transcript

    # Samples
    samples = sampling.samples
    next_samples = sampling.next_samples
    samples_job = sampling.samples_job
    current = sampling.current
    cards = sampling.cards
    edit_card = sampling.edit_card
    keep = sampling.keep
    discard = sampling.discard
    undecide = sampling.undecide

    # Notes, themes, changes
    annotate = coding.annotate
    delete_note = coding.delete_note
    notes = coding.notes
    themes = coding.themes
    themes_note = coding.themes_note
    rename_theme = coding.rename_theme
    merge_themes = coding.merge_themes
    changes = coding.changes
    approve = coding.approve
    reject = coding.reject
    drop_rule = coding.drop_rule
    instructions = coding.instructions
    compare = comparing.compare
    export = comparing.export

    # The whole set
    plan = finishing.plan
    write = finishing.write
    write_job = finishing.write_job

    # The way back
    undo = undoing.undo
    undoable = undoing.undoable

    def to_dict(self) -> dict[str, Any]:
        """Return all that a screen shows, as plain values; nothing is asked of a model."""
        state, ability = self.state, self.ability
        rounds = range(1, state.iteration + 1)
        wanted = self.requirements
        return {
            "name": self.name,
            "model": self.model,
            "checklist": wanted.checklist(),
            "progress": wanted.progress(),
            "examples": [
                {"input": pair.input, "answer": pair.answer, "origin": pair.origin} for pair in wanted.examples
            ],
            "rules": [{"sentence": rule.sentence, "origin": rule.origin} for rule in wanted.rules],
            "variables": list(wanted.variables),
            "question": self.ask().to_dict(),
            "confirmed": state.confirmed,
            "transcript": [dict(line) for line in state.transcript],
            "iteration": state.iteration,
            "samples": [self.current(number).to_dict() for number in rounds],
            "notes": self.notes().to_dicts(),
            "themes": {str(number): [theme.to_dict() for theme in shown_themes(state, number)] for number in rounds},
            "instructions": self.instructions(),
            "ability": ability.to_dict() if ability else None,
            "cost_usd": self.cost_usd,
            "cap_usd": self.cap_usd,
            "written": [dict(row["report"]) for row in state.written],
        }

    def __repr__(self) -> str:
        told = self.requirements.progress()
        return (
            f"GeneratorSession({self.path.name}, {self.name}: {told['required']} of 5 required, {told['filled']} of 12 fields, "
            f"{self.state.iteration} rounds of samples, {len(self.state.written)} sets, {self.model})"
        )

    def _repr_html_(self) -> str:
        return render.join(render.card(repr(self)), self.requirements._repr_html_())
