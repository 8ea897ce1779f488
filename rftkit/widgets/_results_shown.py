"""What training changed as the browser gets it: numbers, topics, wins and losses beside each other; never all answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from rftkit.results import Results

#: So many topics, prompts of each kind, and characters of a text reach the page.
TOPICS, PROMPTS, TEXT = 200, 5, 700
_KEPT = (
    "before",
    "after",
    "change",
    "change_relative",
    "low",
    "high",
    "prompts",
    "verdict",
    "advice",
    "rules",
    "warnings",
)


def shown_results(found: Results) -> dict[str, Any]:
    """Return what the browser needs of the results of a job.

    Parameters
    ----------
    found
        The results.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit.results import compare
    >>> before, after = (pl.DataFrame({"id": ["a", "b"], "reward": rewards}) for rewards in ([0.0, 0.5], [1.0, 0.5]))
    >>> shown = shown_results(compare(before, after, pl.DataFrame({"id": ["a", "b"], "topic": ["x", "x"]})))
    >>> shown["after"], [row["topic"] for row in shown["topics"]], [row["id"] for row in shown["wins"]]
    (0.75, ['x'], ['a'])
    """
    told = found.to_dict()
    about = {name: value for name, value in found.about.items() if isinstance(value, str | int | float | None)}
    fell = {row["topic"]: row["significant"] for row in told["regressions"]}
    rows = [{"topic": topic, **row, "fell": fell.get(topic)} for topic, row in told["by_topic"].items()]
    rows.sort(key=lambda row: (row["change"] is None, row["change"], row["topic"]))
    return {
        **about,
        **{name: told[name] for name in _KEPT},
        "topics": rows[:TOPICS],
        "wins": _beside(found.wins(PROMPTS)),
        "losses": _beside(found.losses(PROMPTS)),
    }


def _beside(rows: pl.DataFrame) -> list[dict[str, Any]]:
    return [
        {
            "id": row["id"],
            "topic": row.get("topic"),
            "prompt": _cut(row.get("text")),
            "before": row["before"],
            "after": row["after"],
            "said_before": _cut(row.get("output_text_before") or row.get("output_tools_before")),
            "said_after": _cut(row.get("output_text_after") or row.get("output_tools_after")),
        }
        for row in rows.to_dicts()
    ]


def _cut(text: str | None) -> str:
    return "" if text is None else text if len(text) <= TEXT else text[:TEXT].rstrip() + " …"
