"""A dataset of any size for the screens: written column by column, as import, sanitize, topics, generate and split leave it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import rftkit
from rftkit import schema
from rftkit.acts import reading
from rftkit.messages import dump
from rftkit.samples import path as sample
from rftkit.sanitize import facts, judge
from rftkit.topics import TopicTree

GROUPS, TOPICS = 15, 10
CANDIDATES = 2_000
_OPTIONS = {"max_tokens": 8192, "near_duplicates": 0.8, "model": None}


def make(folder: Path, count: int) -> rftkit.Dataset:
    """Return a dataset with so many records, in 150 topics, of which a tenth was generated."""
    ds = rftkit.open(folder / f"screens-{count}.rft")
    if ds.version:
        return ds
    records = _records(count)
    tree = _tree()
    _write(ds, records, tree)
    _sanitize(ds)
    ds.split(train=0.9)
    _candidates(ds)
    return ds


def _tree() -> TopicTree:
    tree = TopicTree()
    for group in range(GROUPS):
        tree = tree.add(f"Group {group}")
        for topic in range(TOPICS):
            words = [f"word{group}x{topic}", f"thing {topic}"]
            tree = tree.add(f"Group {group}/Topic {group}-{topic}", keywords=words)
    return tree


def _texts() -> list[str]:
    import tempfile

    small = rftkit.open(Path(tempfile.mkdtemp()) / "small.rft")
    small.import_(sample(), categorize=False)
    texts = (
        small.records().select(rftkit.messages.last_user_text()).to_series().drop_nulls().unique(maintain_order=True)
    )
    return [text for text in texts.to_list() if text.strip()]


def _turn(role: str, content: pl.Expr) -> pl.Expr:
    rest = {name: pl.lit(None, dtype=pl.String) for name in ("name", "tool_calls", "tool_call_id", "raw")}
    return pl.struct(role=pl.lit(role), content=content, **rest)


def _records(count: int) -> pl.DataFrame:
    rng, texts = np.random.default_rng(0), pl.Series(_texts())
    first, second = (texts.gather(rng.integers(0, len(texts), count)) for _ in range(2))
    made = pl.Series(rng.random(count) < 0.1)
    frame = pl.DataFrame({"first": first, "second": second, "n": np.arange(count), "generated": made})
    said = pl.col("first") + " (order " + pl.col("n").cast(pl.String) + ")"
    short = pl.concat_list(_turn("system", pl.lit("You help customers.")), _turn("user", said))
    long = pl.concat_list(
        _turn("user", pl.col("second")), _turn("assistant", pl.lit("Let me look into that.")), _turn("user", said)
    )
    source = "rec_" + (pl.col("n") // 7).cast(pl.String).str.zfill(7)
    return frame.select(
        id="rec_" + pl.col("n").cast(pl.String).str.zfill(7),
        messages=pl.when(pl.col("n") % 3 == 0).then(long).otherwise(short),
        generated="generated",
        source_record_id=pl.when("generated").then(source),
        strategy=pl.when("generated").then(pl.lit("message_variation")),
        model=pl.when("generated").then(pl.lit("rftkit/offline")),
    )


def _labels(records: pl.DataFrame, tree: TopicTree) -> pl.DataFrame:
    count, rng = records.height, np.random.default_rng(1)
    leaves = pl.Series("topic", [topic.id for topic in tree.leaves()] + [None])
    topic = leaves.gather((rng.random(count) ** 2 * len(leaves)).astype(np.int64))
    sure = np.round(rng.beta(3, 1.5, count), 4)
    draw = rng.random(count)
    method = np.where(draw < 0.02, "manual", np.where(draw < 0.3, "keyword", "embedding"))
    frame = records.select("row", "id", position="row").with_columns(
        topic, pl.Series("sure", sure), pl.Series("how", method)
    )
    there = pl.col("topic").is_not_null()
    return frame.with_columns(
        topic_confidence=pl.when(there).then("sure"),
        topic_method=pl.when(there).then("how"),
        quality=pl.when(records["generated"]).then(3.5),
        updated_at=pl.lit(datetime.now(UTC)),
    )


def _write(ds: rftkit.Dataset, records: pl.DataFrame, tree: TopicTree) -> None:
    with ds.step("import", {"sources": ["benchmarks/screens.py"]}) as step:
        said = []
        for part in records.iter_slices(200_000):
            keyed = rftkit.keys.with_keys(_complete(part)).with_columns(step.rows(part.height))
            step.append("records", keyed.with_columns(created_at=pl.lit(datetime.now(UTC))))
            said.append(_labels(keyed, tree))
        step.put("topics.json", tree.to_dict())
        step.replace("labels", pl.concat(said))
        step.counts = {"read": records.height, "added": records.height}


def _complete(part: pl.DataFrame) -> pl.DataFrame:
    missing = {name: dtype for name, dtype in schema.DRAFT.items() if name not in part.columns}
    return part.with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in missing.items())


def _sanitize(ds: rftkit.Dataset) -> None:
    """Judge the records as `sanitize` does, but for near duplicates, which take minutes at a million."""
    from rftkit.acts import sanitizing

    with ds.step("sanitize", _OPTIONS) as step:
        labels = reading.stored_labels(ds)
        parts = ds.store.scan("records", ds.line).collect().sort("row").iter_slices(200_000)
        known = pl.concat([facts(part, count_tokens_over=_OPTIONS["max_tokens"]) for part in parts])
        step.append("facts", known)
        said = labels.select("row", "id", source_id="id")
        pairs = pl.DataFrame(schema=rftkit.store.layout.SCHEMAS["pairs"])
        report = judge(said, known, pairs, max_tokens=_OPTIONS["max_tokens"], near_duplicates=0.8)
        step.replace("labels", sanitizing.applied(labels, report))
        step.counts = {"total": report.total, "valid": report.valid, "invalid": report.invalid}


def _candidates(ds: rftkit.Dataset) -> None:
    said = ds.labels().filter(pl.col("topic").is_not_null()).head(CANDIDATES)
    came = reading.frame(ds, said, ["id", "topic", "messages"])
    rng = np.random.default_rng(2)
    parts: dict[str, Any] = {"near": 0.7, "clear": 0.8}
    frame = came.select(
        candidate_id="cand_" + pl.int_range(pl.len()).cast(pl.String),
        run=pl.lit("run-1"),
        position=pl.int_range(pl.len()),
        topic="topic",
        source_record_id=pl.col("id").gather(pl.int_range(pl.len()) // 4),
        strategy=pl.lit("message_variation"),
        model=pl.lit("rftkit/offline"),
        messages="messages",
        facets=pl.lit(dump({"difficulty": "easy"})),
        valid=pl.Series(rng.random(came.height) < 0.95),
        reasons=pl.lit([], dtype=pl.List(pl.String)),
        quality=pl.Series(np.round(1 + 4 * rng.random(came.height), 1)),
        quality_parts=pl.lit(dump(parts)),
        created_at=pl.lit(datetime.now(UTC)),
    )
    with ds.step("generate", {"model": "rftkit/offline"}) as step:
        step.append("candidates", frame)
        step.counts = {"generated": frame.height}
