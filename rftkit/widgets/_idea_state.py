"""What the dataset generator shows of a session, as plain values: conversation, checklist, plan, what was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rftkit.acts.ideas import coding
from rftkit.idea.fields import FIELDS
from rftkit.widgets._idea import cut

if TYPE_CHECKING:
    from rftkit.acts.ideas.talking import PromptAnalysis
    from rftkit.generator import GeneratorSession

#: Lines of the conversation, examples and sets that are sent.
LINES, EXAMPLES, SETS = 40, 12, 5
#: A set of the final form before anybody has chosen.
USUAL: dict[str, Any] = {
    "count": 100,
    "format": "jsonl",
    "name": "",
    "excel_safe": False,
    "without_answers": False,
    "budget_usd": None,
}


def shown_talk(session: GeneratorSession) -> dict[str, Any]:
    """Return the conversation: the question that is open, what was said before, how far the checklist is.

    Parameters
    ----------
    session
        The session.
    """
    question = session.ask().to_dict()
    state, wanted = session.state, session.requirements
    said = list(state.transcript)
    # a question that was never answered says nothing: a prompt or an edit has answered it
    follows = [*said[1:], {"who": ""}]
    lines = [one for one, then in zip(said, follows, strict=True) if (one["who"], then["who"]) != ("rftkit", "rftkit")]
    if lines and lines[-1]["who"] == "rftkit" and lines[-1]["text"] == question["text"]:
        lines = lines[:-1]  # the open question stands below, with its choices
    return {
        "question": {**question, "text": cut(question["text"])},
        "lines": [_line(line) for line in lines[-LINES:]],
        "more": max(0, len(lines) - LINES),
        "progress": wanted.progress(),
        "confirmed": state.confirmed,
        "rounds": state.iteration,
        "variables": list(wanted.variables[:20]),
        "examples": [
            {"input": cut(pair.input, 400), "answer": cut(_said(pair.answer), 200), "origin": pair.origin}
            for pair in wanted.examples[:EXAMPLES]
        ],
        "example_count": len(wanted.examples),
        "instructions": [cut(line, 600) for line in coding.instructions(session)] if wanted.entries else [],
        "prompt": bool(wanted.prompt),
    }


def _said(answer: Any) -> str | None:
    return answer if answer is None or isinstance(answer, str) else str(answer)


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    understood = [
        {
            "title": FIELDS[name].title if name in FIELDS else name.capitalize(),
            "value": cut(value, 300),
            "source": source,
        }
        for name, value, source in line.get("understood") or ()
    ]
    told = {"who": line["who"], "text": cut(line["text"] or "", 2000), "note": cut(line.get("note") or "", 600)}
    return {**told, "understood": understood[:14]}


def shown_checklist(session: GeneratorSession) -> list[dict[str, Any]]:
    """Return the twelve fields with their values, where each came from, and what each is asked by.

    Parameters
    ----------
    session
        The session.
    """
    rows = session.requirements.checklist()
    return [_field(name, row) for name, row in rows.items()]


def _field(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    asked = FIELDS[name]
    return {
        "name": name,
        "title": row["title"],
        "required": row["required"],
        "value": cut(row["value"]) or "",
        "whole": row["value"] is None or cut(row["value"]) == row["value"],
        "source": row["source"] or "",
        "by_hand": row["by_hand"],
        "evidence": cut(row["evidence"], 300) or "",
        "question": asked.question,
        "example": asked.examples[0] if asked.examples else "",
    }


def shown_model(session: GeneratorSession) -> dict[str, Any]:
    """Return who writes, what it has cost and may cost; never a key.

    Parameters
    ----------
    session
        The session.
    """
    ability = session.ability
    return {
        "name": session.model,
        "offline": session.offline,
        "base_url": session.base_url,
        "prices": list(session.price_per_million) if session.price_per_million else None,
        "cost_usd": session.cost_usd,
        "cap_usd": None if session.offline else session.cap_usd,
        "ability": ability.to_dict() if ability else None,
    }


def shown_analysis(found: PromptAnalysis) -> dict[str, Any]:
    """Return what a prompt was found to answer.

    Parameters
    ----------
    found
        The analysis.
    """
    rows = [
        {"title": FIELDS[name].title, "value": cut(value, 400), "evidence": cut(quote, 400)}
        for name, (value, quote) in found.derived.items()
    ]
    return {
        "derived": rows,
        "open": [FIELDS[name].title for name in found.open],
        "variables": list(found.variables[:20]),
        "examples": found.examples,
        "dropped": [FIELDS[name].title for name in found.dropped if name in FIELDS],
        "note": found.note,
        "by": found.by,
    }


#: What is shown of a plan.
_PLANNED = (
    "count",
    "batch",
    "calls",
    "prompt_tokens",
    "completion_tokens",
    "cost_usd",
    "low_usd",
    "high_usd",
    "cap_usd",
)


def shown_plan(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a set takes.

    Parameters
    ----------
    plan
        What `GeneratorSession.plan` gives.
    """
    ability = plan["ability"]
    return {
        **{name: plan.get(name) for name in _PLANNED},
        "edge_cases": plan["edge_cases"],
        "instructions": [cut(line, 600) for line in plan["instructions"]],
        "ability": cut(ability["sentence"], 600) if ability else "",
        "unfollowed": [cut(line, 300) for line in ability["unfollowed"][:8]] if ability else [],
    }


def shown_sets(session: GeneratorSession) -> list[dict[str, Any]]:
    """Return the sets that were written, the latest first.

    Parameters
    ----------
    session
        The session.
    """
    rows = [dict(row["report"]) for row in session.state.written]
    return [_set(row) for row in reversed(rows[-SETS:])]


def _set(report: Mapping[str, Any]) -> dict[str, Any]:
    names = ("requested", "written", "kept", "format", "model", "path", "card", "cost_usd", "calls", "cached_calls")
    rejected = [
        {"code": code, "count": count, "sentence": report["reasons"].get(code, "")}
        for code, count in sorted(report["rejected"].items(), key=lambda one: -one[1])[:8]
    ]
    warnings = [cut(line, 400) for line in report["warnings"][:6]]
    return {**{name: report[name] for name in names}, "gave_up": report["gave_up"]} | {
        "rejected": rejected,
        "warnings": warnings,
    }
