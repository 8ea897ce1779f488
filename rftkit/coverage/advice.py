"""What to make of the numbers: warnings, recommendations, and the one next act.

Everything here is a sentence with its numbers, the command and the line of Python that do what it says. `DATASET`
stands for the folder of the dataset, `ds` for the opened one.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypedDict

from rftkit.coverage import gaps
from rftkit.render import count, plural, share
from rftkit.topics.tree import GENERAL

if TYPE_CHECKING:
    from rftkit.coverage.result import Coverage

SMALL, LARGE, UNASSIGNED = 100, 0.4, 0.1
_SHOWN = 3
_MOST = 5
# Another target is worth a sentence where it saves a quarter of the records.
_WORTH = 0.75


class Advice(TypedDict):
    """One warning or recommendation.

    Attributes
    ----------
    code
        A short name of the rule.
    sentence
        What is so, with numbers.
    topic, count
        The topic it is about and a number of records, where there is one.
    command, python
        What does it, where something can be done.
    """

    code: str
    sentence: str
    topic: str | None
    count: int | None
    command: str | None
    python: str | None


class NextAct(TypedDict):
    """The one act that makes most sense now.

    Attributes
    ----------
    act
        import, sanitize, fix, topics, categorize, review, generate or proceed.
    topic, count
        For generate: which topic and how many records.
    sentence
        Why.
    command, python
        What does it.
    """

    act: str
    topic: str | None
    count: int | None
    sentence: str
    command: str | None
    python: str | None


def _advice(code: str, sentence: str, topic: str | None = None, number: int | None = None, **lines: str) -> Advice:
    return {
        "code": code,
        "sentence": sentence,
        "topic": topic,
        "count": number,
        "command": lines.get("command"),
        "python": lines.get("python"),
    }


def _some(counts: Mapping[str, int]) -> str:
    first = [f"{name!r} ({count(number)})" for name, number in list(counts.items())[:_SHOWN]]
    more = f" and {count(len(counts) - _SHOWN)} more" if len(counts) > _SHOWN else ""
    return ", ".join(first) + more


# -- warnings ----------------------------------------------------------------------------------------------------


def warnings(c: Coverage) -> tuple[Advice, ...]:
    """Return what a person should know before trusting the numbers.

    Parameters
    ----------
    c
        The coverage.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit.coverage import coverage
    >>> [warning["code"] for warning in coverage(pl.DataFrame({"topic": ["Cards"] * 200})).warnings]
    ['one_topic', 'large_topic']
    """
    checks = (_no_records, _no_topics, _one_topic, _small, _large, _synthetic, _unassigned, _unknown, _general, _zero)
    found = (check(c) for check in (*checks, _unchecked))
    return tuple(advice for advice in found if advice is not None)


def _no_records(c: Coverage) -> Advice | None:
    if c.total:
        return None
    invalid = f"; {plural(c.invalid, 'record is', 'records are')} invalid" if c.invalid else ""
    return _advice("no_valid_records", f"there is no valid record{invalid}")


def _no_topics(c: Coverage) -> Advice | None:
    if c.topics.height or not c.total:
        return None
    return _advice("no_topics", f"{plural(c.total, 'valid record')} and no topic yet")


def _one_topic(c: Coverage) -> Advice | None:
    if c.topics.height != 1:
        return None
    return _advice(
        "one_topic", f"{c.topics['path'][0]!r} is the only topic; shares and balance say nothing of one topic"
    )


def _small(c: Coverage) -> Advice | None:
    meant = c.topics.filter((c.topics["target"] > 0) & (c.topics["count"] < SMALL)).sort("count", maintain_order=True)
    if not meant.height:
        return None
    empty = int((meant["count"] == 0).sum())
    none = f", {count(empty)} of them none" if empty else ""
    which = _some(dict(zip(meant["path"], meant["count"], strict=True)))
    has = "topic has" if meant.height == 1 else "topics have"
    return _advice(
        "small_topic", f"{count(meant.height)} {has} fewer than {SMALL} records{none}: {which}", meant["path"][0]
    )


def _large(c: Coverage) -> Advice | None:
    large = c.topics.filter(c.topics["share"] > LARGE).sort("share", descending=True)
    if not large.height:
        return None
    path, part = large["path"][0], large["share"][0]
    also = f" and {large['path'][1]!r} {share(large['share'][1])}" if large.height > 1 else ""
    return _advice("large_topic", f"{path!r} holds {share(part)} of the records{also}; {share(LARGE)} is much", path)


def _synthetic(c: Coverage) -> Advice | None:
    limit = c.options.synthetic_ratio
    if limit is None or c.synthetic_share <= limit:
        return None
    return _advice(
        "synthetic_share",
        f"{share(c.synthetic_share)} of the records were generated ({count(c.generated)} of {count(c.total)}); "
        f"the limit is {share(limit)}",
        number=c.generated,
    )


def _unassigned(c: Coverage) -> Advice | None:
    if not c.unassigned or not c.topics.height:
        return None
    part = share(c.unassigned / c.total)
    return _advice(
        "unassigned",
        f"{plural(c.unassigned, 'valid record')} ({part}) without a topic, in no share",
        number=c.unassigned,
    )


def _unknown(c: Coverage) -> Advice | None:
    unknown = c.tally.unknown
    if not unknown:
        return None
    number = sum(unknown.values())
    return _advice(
        "unknown_topic",
        f"{plural(number, 'record has a topic', 'records have topics')} that the tree does not know and "
        f"{'counts' if number == 1 else 'count'} as unassigned: {_some(unknown)}",
        number=number,
    )


def _general(c: Coverage) -> Advice | None:
    rows = c.topics.filter(c.topics["path"].str.ends_with(f"/{GENERAL}") & (c.topics["count"] > 0))
    if not rows.height:
        return None
    held, which = int(rows["count"].sum()), _some(dict(zip(rows["path"], rows["count"], strict=True)))
    stay = "record stays on a topic" if held == 1 else "records stay on topics"
    return _advice(
        "general", f"{count(held)} {stay} that has subtopics: {which}; assign them to one of these", number=held
    )


def _zero(c: Coverage) -> Advice | None:
    held = c.topics.filter((c.topics["target"] == 0) & (c.topics["count"] > 0))
    held = held.filter(~held["path"].str.ends_with(f"/{GENERAL}"))
    if not held.height:
        return None
    number = int(held["count"].sum())
    which = _some(dict(zip(held["path"], held["count"], strict=True)))
    return _advice(
        "zero_target",
        f"{plural(number, 'record')} in topics with target 0: {which}; adding records elsewhere never brings their "
        "share down to 0, so give them a target, move or delete them",
        number=number,
    )


def _unchecked(c: Coverage) -> Advice | None:
    if not c.unchecked or not c.tally.judged:
        return None
    what = plural(c.unchecked, "record was", "records were")
    counts = "counts" if c.unchecked == 1 else "count"
    return _advice("unchecked", f"{what} not sanitized yet and {counts} as valid", number=c.unchecked)


# -- recommendations ---------------------------------------------------------------------------------------------


def recommendations(c: Coverage) -> tuple[Advice, ...]:
    """Return what would help, the most useful first.

    Parameters
    ----------
    c
        The coverage.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit.coverage import coverage
    >>> c = coverage(pl.DataFrame({"topic": ["Cards"] * 300 + ["Loans"] * 200}))
    >>> c.recommendations[0]["sentence"]
    "generate 100 records for 'Loans': its share is 40.0 %, its target 50.0 %"
    """
    found = [*_per_topic(c), _all_gaps(c), _limited(c), _driven(c), _many_under(c), _categorize(c), _review(c)]
    return tuple(advice for advice in found if advice is not None)


def generate_lines(topic: str, number: int) -> dict[str, str]:
    """Return the command and the Python line that generate for a topic.

    Examples
    --------
    >>> generate_lines("Lost card", 3)["command"]
    "rftkit generate DATASET --topic 'Lost card' --count 3"
    """
    return {
        "command": f"rftkit generate DATASET --topic {shlex.quote(topic)} --count {number}",
        "python": f"ds.generate(ds.plan(topic={topic!r}, count={number}))",
    }


def _lacking(c: Coverage) -> list[dict[str, object]]:
    """Return the topics that are under and can be filled, the largest gap first."""
    rows = [row for row in c.topics.iter_rows(named=True) if row["status"] == "under" and row["needed"]]
    return sorted(rows, key=lambda row: -row["gap"])


def _per_topic(c: Coverage) -> list[Advice]:
    found = []
    for row in _lacking(c)[:_MOST]:
        path, need, fill = str(row["path"]), int(str(row["needed"])), int(str(row["fill"]))
        if fill:
            limited = f" ({count(need)} are needed)" if fill < need else ""
            part, aim = share(c.share_of(path)), share(c.target_of(path))
            text = f"generate {plural(fill, 'record')} for {path!r}{limited}: its share is {part}, its target {aim}"
            found.append(_advice("generate", text, path, fill, **generate_lines(path, fill)))
    return found


def _all_gaps(c: Coverage) -> Advice | None:
    filled = {path: number for path, number in c.fill().items() if number}
    if len(filled) < 2:
        return None
    total, lacking = sum(filled.values()), sum(c.needs().values())
    reach = "every share reaches its target" if total == lacking else f"{count(lacking)} are needed in all"
    return _advice(
        "fill_gaps",
        f"fill all gaps at once: {count(total)} records over {count(len(filled))} topics; {reach}",
        number=total,
        command="rftkit generate DATASET --fill-gaps",
        python="ds.generate(ds.plan(fill_gaps=True))",
    )


def _limited(c: Coverage) -> Advice | None:
    lacking, filled = sum(c.needs().values()), sum(c.fill().values())
    if filled == lacking or c.options.synthetic_ratio is None:
        return None
    return _advice(
        "limited",
        f"at most {share(c.options.synthetic_ratio)} of the dataset may be generated, so {count(filled)} of "
        f"{count(lacking)} records are planned and {count(lacking - filled)} remain: import more traces, "
        "change the targets, or raise the limit",
        number=lacking - filled,
        command="rftkit generate DATASET --fill-gaps --synthetic-ratio 0.5",
        python="ds.plan(fill_gaps=True, synthetic_ratio=0.5)",
    )


def _driven(c: Coverage) -> Advice | None:
    """Say which topic asks for all the growth, and what a larger target of it would save."""
    counts, targets = c.topics["count"].to_list(), c.topics["target"].to_list()
    place, lacking = gaps.driver(counts, targets), sum(c.needs().values())
    if place is None or lacking <= c.assigned / 2 or targets[place] >= 1:
        return None
    path, now = c.topics["path"][place], c.topics["share"][place]
    raised = _with_share(targets, place, now)
    less = sum(gaps.needed(counts, raised, grow=c.options.grow))
    if less > _WORTH * lacking:
        return None
    total = sum(counts) + lacking
    return _advice(
        "driver",
        f"{path!r} alone asks for this growth: its {count(counts[place])} records are {share(targets[place])} of "
        f"{count(total)}; with a target of {share(now)}, its share today, {count(less)} records are needed "
        f"instead of {count(lacking)}",
        path,
        less,
        python=f"ds.coverage(targets={{{path!r}: {now:.3f}}})",
    )


def _with_share(targets: Sequence[float], place: int, value: float) -> list[float]:
    others = [k for k, target in enumerate(targets) if target > 0 and k != place]
    # the line of Python says the same: topics that are not named share the rest
    return [value if k == place else (1 - value) / len(others) if k in others else 0.0 for k in range(len(targets))]


def _many_under(c: Coverage) -> Advice | None:
    under = int((c.topics["status"] == "under").sum())
    meant = int((c.topics["target"] > 0).sum())
    if meant < 4 or under * 2 <= meant:
        return None
    return _advice(
        "adjust_targets",
        f"{count(under)} of {count(meant)} topics are under their target; targets nearer to what there is may serve "
        "better, or merge topics that are too fine",
        number=under,
        command="rftkit coverage DATASET --targets FILE.json",
        python="ds.set_targets({...})",
    )


def _categorize(c: Coverage) -> Advice | None:
    if not c.unassigned or not c.topics.height:
        return None
    has = "record has" if c.unassigned == 1 else "records have"
    return _advice(
        "categorize", f"{count(c.unassigned)} {has} no topic yet", number=c.unassigned, **_lines("categorize")
    )


def _review(c: Coverage) -> Advice | None:
    if not c.options.waiting:
        return None
    wait = "candidate waits" if c.options.waiting == 1 else "candidates wait"
    text = f"{count(c.options.waiting)} {wait} for a decision"
    return _advice("review", text, number=c.options.waiting, **_lines("review"))


# -- the next act ------------------------------------------------------------------------------------------------

_DOES = {
    "import": ("rftkit import DATASET FILE", 'ds.import_("FILE")'),
    "sanitize": ("rftkit sanitize DATASET", "ds.sanitize()"),
    "fix": ('rftkit records DATASET list --where "NOT valid"', "ds.invalid()"),
    "topics": ("rftkit topics DATASET discover", "ds.discover_topics()"),
    "categorize": ("rftkit categorize DATASET", "ds.categorize()"),
    "review": ("rftkit review DATASET list", "ds.candidates()"),
    "proceed": ("rftkit split DATASET", "ds.split()"),
}


def _lines(act: str) -> dict[str, str]:
    command, python = _DOES[act]
    return {"command": command, "python": python}


def _act(act: str, sentence: str, number: int | None = None) -> NextAct:
    command, python = _DOES[act]
    return {"act": act, "topic": None, "count": number, "sentence": sentence, "command": command, "python": python}


def next_act(c: Coverage) -> NextAct:
    """Return the one act that makes most sense now.

    Parameters
    ----------
    c
        The coverage.

    Examples
    --------
    >>> import polars as pl
    >>> from rftkit.coverage import coverage
    >>> coverage(pl.DataFrame({"topic": ["Cards"] * 300 + ["Loans"] * 200})).next_act["act"]
    'generate'
    """
    return _before_counting(c) or _to_decide(c) or _to_generate(c) or _proceed(c)


def _before_counting(c: Coverage) -> NextAct | None:
    if not c.total and not c.invalid:
        return _act("import", "there is no record yet; import some")
    if not c.total:
        return _act(
            "fix", f"none of {plural(c.invalid, 'record')} is valid; look at what is wrong with them", c.invalid
        )
    if c.unchecked and c.tally.judged:
        return _act(
            "sanitize", f"{plural(c.unchecked, 'record')} not sanitized yet; they may not be valid", c.unchecked
        )
    if not c.topics.height:
        return _act("topics", f"{plural(c.total, 'valid record')} and no topic; discover them", c.total)
    if c.unassigned > UNASSIGNED * c.total:
        part = share(c.unassigned / c.total)
        return _act("categorize", f"{plural(c.unassigned, 'record')} ({part}) without a topic", c.unassigned)
    return None


def _to_decide(c: Coverage) -> NextAct | None:
    advice = _review(c)
    return None if advice is None else _act("review", advice["sentence"], advice["count"])


def _to_generate(c: Coverage) -> NextAct | None:
    lacking, filled = _lacking(c), c.fill()
    if not lacking and c.options.grow and sum(filled.values()):
        lacking = [row for row in c.topics.sort("fill", descending=True).to_dicts() if row["needed"]]
    if not lacking:
        return None
    path = next((str(row["path"]) for row in lacking if filled.get(str(row["path"]))), None)
    if path is None:
        return _out_of_room(c, str(lacking[0]["path"]))
    gap = f"{100 * (c.target_of(path) - c.share_of(path)):.1f}"
    where = f"{gap} points below its target" if gap != "0.0" else "to grow with its target"
    text = f"generate {plural(filled[path], 'record')} for {path!r}, {where}"
    lines = generate_lines(path, filled[path])
    return {
        "act": "generate",
        "topic": path,
        "count": filled[path],
        "sentence": text,
        "command": lines["command"],
        "python": lines["python"],
    }


def _out_of_room(c: Coverage, path: str) -> NextAct:
    if c.generated == c.total:
        return _all_generated(c, path)
    text = (
        f"{path!r} is under its target, and no more records may be generated ({share(c.synthetic_share)} are); "
        "import traces for it, or change the targets"
    )
    return {**_act("import", text, c.needs().get(path)), "topic": path}


def _all_generated(c: Coverage, path: str) -> NextAct:
    """Where no record is from a trace, the limit on generated ones protects nothing: say how to lift it."""
    text = f"{path!r} is under its target, and every record is generated: lift the limit to generate more, or import traces"
    return {
        "act": "generate",
        "topic": path,
        "count": c.needs().get(path),
        "sentence": text,
        "command": "rftkit generate DATASET --fill-gaps --synthetic-ratio 1",
        "python": "ds.generate(ds.plan(fill_gaps=True, synthetic_ratio=1.0))",
    }


def _proceed(c: Coverage) -> NextAct:
    return _act("proceed", f"no topic is under its target (target fit {c.target_fit:.2f}); split the dataset")
