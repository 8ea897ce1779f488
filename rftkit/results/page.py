"""The page of results: the verdict and its rules, every topic, and answers side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rftkit import render
from rftkit.results.rules import MARGINAL, SIGNIFICANT

if TYPE_CHECKING:
    import polars as pl

    from rftkit.render import Html
    from rftkit.results.result import Results

_KIND = {SIGNIFICANT: "ok", MARGINAL: "near"}
_MARKS = {"better": "\N{BLACK UP-POINTING TRIANGLE} better", "worse": "\N{BLACK DOWN-POINTING TRIANGLE} worse"}
_LONGEST = 600


def page(results: Results) -> Html:
    """Return the page of results.

    Parameters
    ----------
    results
        What changed.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit.results import compare
    >>> side = pl.DataFrame({"id": ["a", "b"], "reward": [0.0, 0.5], "output_text": ["<b>", "two"]})
    >>> shown = page(compare(side, side.with_columns(reward=pl.Series([1.0, 0.0]))))
    >>> "&lt;b&gt;" in shown, "<b>" in shown
    (True, False)
    """
    told = results.to_dict()
    about = {name: told[name] for name in ("job", "grader", "model_before", "model_after") if told.get(name)}
    return render.card(
        "Results",
        render.facts({"before": render.score(told["before"]), "after": render.score(told["after"]), **_moved(told)}),
        render.notice(f"{told['verdict']}: {results.advice}", _KIND.get(results.verdict, "far")),
        render.bullets(f"{'passed' if rule.passed else 'not passed'}: {rule.says}" for rule in results.rules),
        *(render.notice(text, "near") for text in results.warnings),
        render.head("By topic"),
        render.table(_rows(told["by_topic"]), limit=60),
        _pairs("Most gained", results.wins()),
        _pairs("Most lost", results.losses()),
        render.facts(about) if about else "",
        note="mean reward on the same validation prompts, each prompt counted once; intervals of 95 %",
    )


def _moved(told: dict[str, Any]) -> dict[str, object]:
    interval = "–" if told["low"] is None else f"{told['low']:+.3f} to {told['high']:+.3f}"
    relative = "–" if told["change_relative"] is None else f"{told['change_relative']:+.1%}"
    return {"change": f"{told['change']:+.3f}", "relative": relative, "interval": interval, "prompts": told["prompts"]}


def _rows(topics: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "topic": name,
            "before": render.score(one["before"]),
            "after": render.score(one["after"]),
            **_moved(one),
            "outcome": _MARKS.get(one["outcome"], "unclear"),
        }
        for name, one in topics.items()
    ]


def _pairs(title: str, rows: pl.DataFrame) -> Html:
    if rows.is_empty():
        return render.join(render.head(title), render.note("none"))
    return render.join(render.head(title), *(_pair(row) for row in rows.to_dicts()))


def _pair(row: dict[str, Any]) -> Html:
    title = f"{row['id']}: {render.score(row['before'])} to {render.score(row['after'])}"
    sides = [
        {"": which, "reward": render.score(row[which]), "answer": _answer(row, which)} for which in ("before", "after")
    ]
    prompt = render.note(_short(row["text"])) if row["text"] else ""
    return render.join(render.note(title), prompt, render.table(sides))


def _answer(row: dict[str, Any], which: str) -> str:
    said = [row[f"output_{part}_{which}"] for part in ("text", "tools")]
    return _short("\n".join(part for part in said if part)) or "(nothing)"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
