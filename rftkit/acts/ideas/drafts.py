"""Pairs of input and answer as records of a dataset."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit import messages, schema
from rftkit.acts import categorizing, reading, sanitizing
from rftkit.acts.importing import unique_ids
from rftkit.idea.check import Pair
from rftkit.idea.requirements import Requirements
from rftkit.keys import with_keys

if TYPE_CHECKING:
    from rftkit.acts.ideas.session import Session


#: What stands in the column `strategy` of records from requirements.
STRATEGY = "requirements"


def frame_of(session: Session, wanted: Requirements, pairs: Sequence[Pair], taken: pl.Series) -> pl.DataFrame:
    """Return the pairs as drafts: the prompt that was analysed as system message, the input as user message."""
    system = [{"role": "system", "content": wanted.prompt}] if wanted.prompt and not wanted.variables else []
    said = messages.pack([[*system, {"role": "user", "content": pair.input}] for pair in pairs])
    rows = [
        {
            "generated": True,
            "strategy": STRATEGY,
            "model": session.model,
            "metadata": messages.dump(
                {"session": session.name, **({"facets": dict(pair.facets)} if pair.facets else {})}
            ),
            "extra": messages.dump({"reference_answer": pair.answer}) if pair.answer is not None else None,
        }
        for pair in pairs
    ]
    types = {name: schema.DRAFT[name] for name in ("generated", "strategy", "model", "metadata", "extra")}
    frame = pl.DataFrame(rows, schema=types).with_columns(said)
    missing = [
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.DRAFT.items() if name not in frame.columns
    ]
    whole = with_keys(frame.with_columns(missing)).with_columns(pl.col("exact_key").alias("row_key"))
    return whole.with_columns(unique_ids(taken, whole).alias("id"))


def label(session: Session, step: Any, fresh: pl.DataFrame) -> None:
    """Give the new records their label rows: judged where the dataset was sanitized, with a topic where it has topics."""
    ds = session.dataset
    when = pl.lit(datetime.now(UTC)).alias("updated_at")
    said = fresh.select("row", "id", position="row").with_columns(when)
    missing = [
        pl.lit(None, dtype=dtype).alias(name) for name, dtype in schema.LABELS.items() if name not in said.columns
    ]
    labels = pl.concat([reading.stored_labels(ds), said.with_columns(missing).select(list(schema.LABELS))])
    labels = sanitizing.refreshed(ds, step, labels, fresh.select(list(schema.RECORDS)))
    topics = reading.tree(ds)
    step.replace("labels", categorizing.fill(ds, step, labels, topics) if topics.topics else labels)
