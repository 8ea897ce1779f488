"""Facets of a prompt: difficulty, turns, tools, language, source. Each is a column of words, read without a model.

* **difficulty** is what the record says (`difficulty` in its metadata or beside its messages), else a rule of thumb:
  one point each for a last user turn from 120 and again from 400 characters, for more than one and again for more
  than four user turns, for two and again for five clauses, for tools offered and again for tools called.
  0 or 1 point is easy, 2 or 3 medium, more is hard.
* **turns** counts user turns, **tools** says whether tools are offered or were called before the last turn.
* **language** looks at the script, and for Latin script at the commonest words; short or mixed text is `unknown`.
* **source** is the file a record came from, or `generated`.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from rftkit import messages
from rftkit.errors import InputError

_SOURCES = 12

#: Scripts that say enough, in the order they are asked for (kana before Han: Japanese has both).
_SCRIPTS = {
    "ja": r"[\p{Hiragana}\p{Katakana}]",
    "ko": r"\p{Hangul}",
    "zh": r"\p{Han}",
    "ar": r"\p{Arabic}",
    "he": r"\p{Hebrew}",
    "hi": r"\p{Devanagari}",
    "th": r"\p{Thai}",
    "el": r"\p{Greek}",
    "ru": r"\p{Cyrillic}",
}

#: The commonest words that tell the languages of Latin script apart.
_WORDS = {
    "en": "the and is to my of you how what can i it do for with that this not have was are please why when",
    "de": "der die das und ist ich nicht ein eine wie kann mein meine zu den mit für auf wo warum habe bitte wird",
    "fr": "le les et est je ne pas une des mon ma comment vous pour dans que qui avec pourquoi puis mes du sur",
    "es": "el los y es mi no una las cómo qué puedo para con por del mis está se tengo quiero cuando donde al",
    "it": "il gli è non una che come posso mio mia per con del della sono perché ho mi questo quando dove si",
    "pt": "o os e não uma meu minha como posso para com por do da que está são quando onde eu você em ao",
    "nl": "de het een en is ik niet mijn hoe kan van voor met op wat waarom heb dat deze wordt waar naar",
}


def facet(frame: pl.DataFrame, name: str) -> pl.Series:
    """Return one word per record.

    Parameters
    ----------
    frame
        With the columns that the facet reads; `messages` for all but source.
    name
        difficulty, turns, tools, language or source.

    Examples
    --------
    >>> frame = pl.DataFrame([messages.pack([[{"role": "user", "content": "Where is the card that I ordered?"}]])])
    >>> facet(frame, "language").to_list(), facet(frame, "difficulty").to_list()
    (['en'], ['easy'])
    """
    if name not in FACETS:
        raise InputError(f"there is no facet {name!r}; there are {', '.join(FACETS)}")
    needs, make, _ = FACETS[name]
    missing = [column for column in needs if column not in frame.columns]
    if missing:
        raise InputError(f"the facet {name!r} needs the column {missing[0]!r}; given {frame.columns}")
    words = make(frame).cast(pl.String).fill_null("unknown").alias("_facet")
    return frame.with_columns(words)["_facet"].alias(name)


def order(name: str, values: pl.Series) -> list[str]:
    """Return the values of a facet in the order they are shown; those that always belong there too.

    Examples
    --------
    >>> order("difficulty", pl.Series(["hard"]))
    ['easy', 'medium', 'hard']
    """
    fixed = list(FACETS[name][2])
    counts = values.value_counts(sort=True, name="count")
    found = [value for value in counts.to_series(0).to_list() if value not in fixed]
    late = [value for value in ("generated", "unknown") if value in found]
    return [*fixed, *(value for value in found if value not in late), *late]


def _difficulty(frame: pl.DataFrame) -> pl.Expr:
    text = messages.last_user_text().fill_null("")
    length, turns = text.str.len_chars(), messages.turns()
    clauses = text.str.count_matches(r"(?i)[,;:?]|\b(?:and|but|then|if|when|because|unless|while|after|before|so)\b")
    tools = pl.col("tools").is_not_null() if "tools" in frame.columns else pl.lit(value=False)
    steps = (
        length >= 120, length >= 400, turns > 1, turns > 4, clauses >= 2, clauses >= 5, tools, _called()
    )  # fmt: skip
    points = pl.sum_horizontal([step.fill_null(value=False).cast(pl.Int32) for step in steps])
    level = pl.when(points <= 1).then(pl.lit("easy")).when(points <= 3).then(pl.lit("medium")).otherwise(pl.lit("hard"))
    return pl.coalesce(*_said(frame, "difficulty"), level)


def _said(frame: pl.DataFrame, key: str) -> list[pl.Expr]:
    """Return what the records themselves say under a key, in metadata or beside the messages."""
    where = [f"$.{key}", f"$.facets.{key}"]
    columns = [name for name in ("metadata", "extra", "facets") if name in frame.columns]
    found = [pl.col(column).str.json_path_match(path) for column in columns for path in where]
    return [each.str.strip_chars().str.to_lowercase().replace("", None) for each in found]


def _called() -> pl.Expr:
    calls = pl.col("messages").list.eval(pl.element().struct.field("tool_calls").is_not_null())
    return calls.list.any()


def _turns(_: pl.DataFrame) -> pl.Expr:
    number = messages.turns().fill_null(0)
    labels = (
        pl.when(number <= 0).then(pl.lit("none"))
        .when(number == 1).then(pl.lit("1"))
        .when(number == 2).then(pl.lit("2"))
        .when(number <= 4).then(pl.lit("3-4"))
        .when(number <= 8).then(pl.lit("5-8"))
    )  # fmt: skip
    return labels.otherwise(pl.lit("9+"))


def _tools(frame: pl.DataFrame) -> pl.Expr:
    offered = pl.col("tools").is_not_null() if "tools" in frame.columns else pl.lit(value=False)
    rest = pl.when(offered).then(pl.lit("offered")).otherwise(pl.lit("none"))
    return pl.when(_called().fill_null(value=False)).then(pl.lit("called")).otherwise(rest)


def _language(frame: pl.DataFrame) -> pl.Expr:
    text = messages.user_texts().list.drop_nulls().list.tail(3).list.join(" ").fill_null("").str.head(400)
    texts = frame.select(text.str.to_lowercase().alias("text")).to_series()
    return pl.lit(language(texts))


def language(texts: pl.Series) -> pl.Series:
    """Return the language of each text as an ISO 639-1 code, or `unknown`.

    Parameters
    ----------
    texts
        Plain text.

    Examples
    --------
    >>> language(pl.Series(["Wo ist meine Karte und warum?", "カードはどこですか", "ok 123"])).to_list()
    ['de', 'ja', 'unknown']
    """
    text = pl.col("text")
    letters = text.str.count_matches(r"\p{L}")
    script = pl.coalesce(
        *(
            pl.when(text.str.count_matches(pattern) * 5 >= letters.clip(lower_bound=1)).then(pl.lit(code))
            for code, pattern in _SCRIPTS.items()
        )
    )
    frame = pl.DataFrame({"text": texts.str.to_lowercase()})
    latin = _latin(frame)
    return frame.select(pl.coalesce(script, pl.lit(latin), pl.lit("unknown")).alias("language")).to_series()


def _latin(frame: pl.DataFrame) -> pl.Series:
    """Return the language with the most of its commonest words; null where none leads."""
    codes = list(_WORDS)
    pattern = r"\b(?:{})\b"
    hits = [
        pl.col("text").str.count_matches(pattern.format("|".join(words.split()))).alias(code)
        for code, words in _WORDS.items()
    ]
    columns = [pl.col(code) for code in codes]
    best = pl.max_horizontal(columns)
    leaders = pl.sum_horizontal([(column == best).cast(pl.Int32) for column in columns])
    first = pl.coalesce(
        *(pl.when(column == best).then(pl.lit(code)) for code, column in zip(codes, columns, strict=True))
    )
    clear = (best >= 1) & (leaders == 1)
    return frame.select(hits).select(pl.when(clear).then(first).alias("latin")).to_series()


def _source(frame: pl.DataFrame) -> pl.Expr:
    made = pl.col("generated").fill_null(value=False) if "generated" in frame.columns else pl.lit(value=False)
    file = pl.lit("traces")
    if "origin" in frame.columns and isinstance(frame.schema["origin"], pl.Struct):
        name = pl.col("origin").struct.field("file").str.extract(r"([^/\\]+)$")
        often = frame.select(name).to_series().drop_nulls().value_counts(sort=True).to_series(0).head(_SOURCES)
        known = pl.when(name.is_in(often.to_list())).then(name).when(name.is_not_null()).then(pl.lit("other files"))
        file = known.otherwise(pl.lit("unknown"))
    return pl.when(made).then(pl.lit("generated")).otherwise(file)


_Make = Callable[[pl.DataFrame], pl.Expr]
#: Name to the columns it reads, the expression, and the values that are always shown.
FACETS: dict[str, tuple[tuple[str, ...], _Make, tuple[str, ...]]] = {
    "difficulty": (("messages",), _difficulty, ("easy", "medium", "hard")),
    "turns": (("messages",), _turns, ("1", "2", "3-4", "5-8", "9+")),
    "tools": (("messages",), _tools, ("none", "offered", "called")),
    "language": (("messages",), _language, ()),
    "source": ((), _source, ()),
}
