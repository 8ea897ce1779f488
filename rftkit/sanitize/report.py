"""What sanitizing found: one verdict per record, counts, advice."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from rftkit import schema
from rftkit.sanitize.advice import advice
from rftkit.sanitize.near import FLOOR


@dataclass(frozen=True, repr=False, eq=False)
class SanitizeReport:
    """The verdict of every record.

    Parameters
    ----------
    labels
        One row per record in the order of rows: `row, id, valid, errors, warnings, details`; `details` is JSON text
        ``{code: sentence}``, null when nothing was found.
    max_tokens, near_duplicates, encoding
        The settings.
    records, facts, pairs
        What the verdict was made from, so that a threshold can be moved without computing anything again.
    floor
        The similarity from which on pairs are known; the threshold can be moved down to it.

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> from rftkit.sanitize import sanitize
    >>> texts = ["I want to return my blue shoes", "I want to return my blue shoe", "Hi"]
    >>> report = sanitize(pl.DataFrame([pack([[{"role": "user", "content": text}] for text in texts])]))
    >>> report.warnings_by_code
    {'user_message_too_short': 1, 'near_duplicate': 1}
    >>> report.at(near_duplicates=0.99).warnings_by_code
    {'user_message_too_short': 1}
    """

    labels: pl.DataFrame
    max_tokens: int
    near_duplicates: float
    encoding: str
    records: pl.DataFrame = field()
    facts: pl.DataFrame = field()
    pairs: pl.DataFrame = field()
    floor: float = FLOOR

    def at(self, near_duplicates: float | None = None, *, max_tokens: int | None = None) -> SanitizeReport:
        """Return the report at another threshold or limit; pairs and facts are not computed again.

        Parameters
        ----------
        near_duplicates
            The new threshold, from `floor` to 1.
        max_tokens
            The new limit; a smaller one may need tokens that were not counted, which is an error.
        """
        from rftkit.sanitize.verdict import judge

        return judge(
            self.records,
            self.facts,
            self.pairs,
            max_tokens=self.max_tokens if max_tokens is None else max_tokens,
            near_duplicates=self.near_duplicates if near_duplicates is None else near_duplicates,
            encoding=self.encoding,
            floor=self.floor,
        )

    @property
    def total(self) -> int:
        """Number of records; lines that could not be read are in no count of records."""
        return self.labels.height

    @cached_property
    def valid(self) -> int:
        """Number of records without an error."""
        return int(self.labels["valid"].sum())

    @property
    def invalid(self) -> int:
        """Number of records with an error; with `valid` it makes `total`."""
        return self.total - self.valid

    @property
    def invalid_records(self) -> pl.DataFrame:
        """The invalid records: `row, id, errors, warnings, details`."""
        return self.labels.filter(~pl.col("valid")).drop("valid")

    @property
    def duplicates(self) -> int:
        """Number of records that are copies of an earlier one; they are inside the invalid ones."""
        return self.errors_by_code.get("duplicate", 0)

    @cached_property
    def errors_by_code(self) -> dict[str, int]:
        """Number of records by error; a record with two errors counts in both."""
        return _counts(self.labels, "errors", schema.ERROR_CODES)

    @cached_property
    def warnings_by_code(self) -> dict[str, int]:
        """Number of records by warning."""
        return _counts(self.labels, "warnings", schema.WARNING_CODES)

    @property
    def repaired(self) -> int:
        """Number of records that were repaired while they were read."""
        return self.warnings_by_code.get("repaired", 0)

    @cached_property
    def compared_in_part(self) -> int:
        """Number of records in groups of look-alikes too large for comparing all with all; 0 for usual data."""
        if not self.pairs["partial"].any():
            return 0
        some = self.pairs.filter("partial")
        rows = pl.concat([some["row_a"], some["row_b"]]).unique()
        return int(self.labels["row"].is_in(rows.implode()).sum())

    @cached_property
    def advice(self) -> list[dict[str, Any]]:
        """What to do, most pressing first: ``{"code", "share", "sentence"}``."""
        found = advice({**self.errors_by_code, **self.warnings_by_code}, self.total)
        return [*found, *self._partial()]

    def _partial(self) -> list[dict[str, Any]]:
        count = self.compared_in_part
        sentence = (
            f"{count:,} of {self.total:,} records share long boilerplate with so many others that they were compared in "
            "part only: some near duplicates among them may be missing; move the boilerplate to the system message"
        )
        return [{"code": "near_duplicate", "share": count / self.total, "sentence": sentence}] if count else []

    def to_dict(self) -> dict[str, Any]:
        """Return the counts, for ``--json``."""
        return {
            "total": self.total,
            "valid": self.valid,
            "invalid": self.invalid,
            "duplicates": self.duplicates,
            "errors_by_code": self.errors_by_code,
            "warnings_by_code": self.warnings_by_code,
            "repaired": self.repaired,
            "max_tokens": self.max_tokens,
            "near_duplicates": self.near_duplicates,
            "compared_in_part": self.compared_in_part,
            "advice": self.advice,
        }

    def __repr__(self) -> str:
        found = {**self.errors_by_code, **self.warnings_by_code}
        codes = "".join(f", {code} {count:,}" for code, count in found.items())
        return f"<SanitizeReport: {self.valid:,} of {self.total:,} valid{codes}>"

    def _repr_html_(self) -> str:
        """Return a static page: counts by code, then advice."""
        head = f"{self.valid:,} of {self.total:,} records are valid, {self.invalid:,} are not"
        tables = _table("errors", self.errors_by_code) + _table("warnings", self.warnings_by_code)
        items = "".join(f"<li>{html.escape(entry['sentence'])}</li>" for entry in self.advice)
        return f"<div><p><b>{head}</b></p>{tables}" + (f"<ul>{items}</ul>" if items else "") + "</div>"


def _counts(labels: pl.DataFrame, column: str, order: tuple[str, ...]) -> dict[str, int]:
    counted = dict(labels[column].explode().drop_nulls().value_counts().iter_rows())
    return {code: counted[code] for code in order if code in counted}


def _table(title: str, counts: Mapping[str, int]) -> str:
    if not counts:
        return ""
    ordered = sorted(counts.items(), key=lambda entry: -entry[1])
    rows = "".join(f"<tr><td>{html.escape(code)}</td><td>{count:,}</td></tr>" for code, count in ordered)
    return f"<table><thead><tr><th>{title}</th><th>records</th></tr></thead><tbody>{rows}</tbody></table>"
