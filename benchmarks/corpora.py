"""The corpora that the benchmarks of topics read, with their vectors kept between runs."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from rftkit import embed, messages
from rftkit.embed.cache import VectorCache
from rftkit.embed.minilm import MiniLM

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("RFTKIT_SHARED", ROOT.parent / "shared")) / "data"
CACHE = VectorCache(Path(tempfile.gettempdir()) / "rftkit-benchmark-vectors")


@dataclass(frozen=True)
class Corpus:
    """Labelled prompts with their vectors."""

    frame: pl.DataFrame
    texts: list[str]
    labels: list[str]
    domains: list[str]
    vectors: np.ndarray


def load(*names: str) -> Corpus:
    """Return the named files as one corpus."""
    rows = [
        json.loads(line)
        for name in names
        for line in gzip.decompress((DATA / f"{name}.jsonl.gz").read_bytes()).splitlines()
    ]
    column = messages.pack([row["input"]["messages"] for row in rows])
    frame = pl.DataFrame({"id": [f"r{i}" for i in range(len(rows))], "messages": column})
    texts = embed.texts(frame).to_list()
    labels = [str(row.get("label") or "") for row in rows]
    domains = [str(row.get("domain") or "") for row in rows]
    return Corpus(frame, texts, labels, domains, CACHE.embed(MiniLM(), texts))
