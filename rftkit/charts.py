"""Frames as altair charts, calm and alike, drawn by JupyterLab itself without a network.

Every function takes a frame (or a result that holds one) and returns an altair chart that can be changed further. What
a chart carries is counted first, so that a chart of a million records is as small as one of a hundred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from rftkit.errors import InputError

if TYPE_CHECKING:
    import altair as alt


MIME = "application/vnd.vegalite.v5+json"
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
NAME = "rftkit"

#: Middle tones that stand on white and on black: JupyterLab does not draw a chart anew when its theme changes.
BAR, SOFT, TARGET, TEXT = "#5b8fc9", "#a9b8c9", "#8a8a8a", "#777777"
STATUS = {"ok": "#3f9b7c", "slightly under": "#c79222", "under": "#cc5b5f", "over": "#cc5b5f"}
#: Colours of topics on a map; further topics share the last.
HUES = (
    *("#5b8fc9", "#e0975a", "#57a89a", "#c76b74", "#8f7cc3"),
    *("#b5a24a", "#7aa65a", "#c583b4", "#a08a76", "#8a8a8a"),
)
WIDTH = 620
_MAP_HEIGHT = 420


def enable() -> None:
    """Let JupyterLab draw every altair chart itself: nothing is fetched, and the dark theme is followed.

    Altair's own renderer asks a server for its scripts. The charts of this module call this by themselves unless
    another renderer was chosen.

    Examples
    --------
    >>> enable()
    >>> import altair
    >>> altair.renderers.active
    'rftkit'
    """
    import altair as alt

    alt.renderers.register(NAME, offline_renderer)
    alt.renderers.enable(NAME)


def offline_renderer(spec: dict[str, Any], **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the bundle of a chart that JupyterLab draws without a network: the version it knows, and no HTML.

    Its menu offers to save the picture; the entries that would open a page elsewhere are left out.

    Parameters
    ----------
    spec
        A Vega-Lite specification.

    Examples
    --------
    >>> data, metadata = offline_renderer({"mark": "bar"})
    >>> data["application/vnd.vegalite.v5+json"]["mark"]
    'bar'
    """
    actions = {"export": True, "source": False, "compiled": False, "editor": False}
    data = {MIME: {**spec, "$schema": SCHEMA}, "text/plain": _described(spec)}
    return data, {MIME: {"embed_options": {"actions": actions}}}


def _described(spec: dict[str, Any]) -> str:
    title = spec.get("title")
    text = title.get("text") if isinstance(title, dict) else title
    return f"Chart({text})" if text else "Chart"


def _choose_renderer() -> None:
    import altair as alt

    if alt.renderers.active == "default":
        enable()


def _calm(chart: Any, title: str, subtitle: str = "") -> Any:
    heading = {"text": title, "anchor": "start", "fontSize": 15, "fontWeight": 600, "offset": 12, "color": TEXT}
    if subtitle:
        heading |= {"subtitle": subtitle, "subtitleFontSize": 12, "subtitlePadding": 4, "subtitleColor": TEXT}
    axis = {"domain": False, "ticks": False, "grid": False, "labelPadding": 6, "titleFontWeight": "normal"}
    ink = {"labelColor": TEXT, "titleColor": TEXT, "labelFontSize": 12, "titleFontSize": 12}
    return (
        chart.properties(title=heading)
        .configure(font="system-ui, sans-serif", background="transparent")
        .configure_view(stroke=None)
        .configure_axis(**axis, **ink, labelLimit=280)
        .configure_legend(**ink, titleFontWeight="normal", orient="top", symbolType="square", columns=5)
    )


def _topics(coverage: Any) -> pl.DataFrame:
    frame = coverage if isinstance(coverage, pl.DataFrame) else coverage.topics
    missing = [name for name in ("path", "count", "share") if name not in frame.columns]
    if missing:
        raise InputError(
            f"a coverage chart needs the columns path, count and share; {', '.join(missing)} missing, "
            f"there are {', '.join(frame.columns)}"
        )
    return frame


def _height(rows: int) -> int:
    return max(60, min(24, max(12, 1800 // max(rows, 1))) * rows)


def _values(rows: pl.DataFrame | list[dict[str, Any]]) -> Any:
    import altair as alt

    data: Any = alt.Data
    return data(values=rows if isinstance(rows, list) else rows.to_dicts())


def _layered(layers: list[Any], title: str, subtitle: str = "", **size: int) -> alt.LayerChart:
    import altair as alt

    chart: alt.LayerChart = _calm(alt.layer(*layers).properties(**size), title, subtitle)
    return chart


def coverage(coverage: Any, *, limit: int = 60) -> alt.LayerChart:
    """Return the distribution over topics: a bar per topic, its target as a tick, its status in words.

    Parameters
    ----------
    coverage
        A `Coverage`, or its `topics` frame: path, count, share and, where known, target, gap, status.
    limit
        Topics shown; those farthest from their target.

    Examples
    --------
    >>> frame = pl.DataFrame({"path": ["a", "b"], "count": [9, 1], "share": [0.9, 0.1], "target": [0.5, 0.5]})
    >>> coverage(frame).to_dict()["layer"][0]["mark"]["type"]
    'bar'
    """
    import altair as alt

    _choose_renderer()
    frame = _topics(coverage)
    has_target = "target" in frame.columns and frame["target"].null_count() < frame.height
    target = pl.col("target") if has_target else pl.lit(None, pl.Float64)
    status = pl.col("status").str.replace("_", " ") if "status" in frame.columns else pl.lit("")
    rows = frame.select("path", "count", "share", target.alias("target"), status.alias("status"))
    rows = rows.with_columns(apart=(pl.col("share") - pl.col("target")).abs().fill_null(0.0))
    rows = rows.sort("apart", "count", "path", descending=[True, True, False])
    shown = rows.head(limit).drop("apart")
    order = shown["path"].to_list()
    y = alt.Y("path:N", sort=order, title=None)
    tips = [
        alt.Tooltip("path:N", title="topic"),
        alt.Tooltip("count:Q", title="records", format=",.0f"),
        alt.Tooltip("share:Q", format=".1%"),
        alt.Tooltip("target:Q", format=".1%"),
        alt.Tooltip("status:N"),
    ]
    base = alt.Chart(_values(shown)).encode(y=y, tooltip=tips)
    share = alt.X("share:Q", title="share of the assigned records", axis=alt.Axis(format="%", tickCount=5))
    bars = base.mark_bar(color=BAR, height={"band": 0.62}).encode(x=share)
    layers = [bars]
    # in pixels: a band is not known to ticks of the version that JupyterLab has
    tall = 0.95 * _height(shown.height) / max(shown.height, 1)
    if has_target:
        layers.append(base.mark_tick(color=TARGET, thickness=2, size=tall).encode(x="target:Q"))
    words = base.mark_text(align="left", dx=8, fontSize=11).encode(
        x="end:Q", text="status:N", color=_status_colour(alt)
    )
    layers.append(words.transform_calculate(end="max(datum.share, datum.target)"))
    more = f"; the {limit} of {rows.height:,} topics that are farthest off" if rows.height > limit else ""
    subtitle = f"the tick is the target{more}" if has_target else more.removeprefix("; ")
    return _layered(layers, "Coverage", subtitle, width=WIDTH - 180, height=_height(shown.height))


def _status_colour(alt: Any) -> Any:
    return alt.Color("status:N", scale=alt.Scale(domain=list(STATUS), range=list(STATUS.values())), legend=None)


def distribution(before: Any, after: Any, *, limit: int = 40) -> alt.LayerChart:
    """Return the distribution before and after adding records: what was there solid, what is added lighter.

    Parameters
    ----------
    before, after
        Two `Coverage` results, or their `topics` frames.
    limit
        Topics shown; those that grow most.

    Examples
    --------
    >>> one = pl.DataFrame({"path": ["a", "b"], "count": [9, 1], "share": [0.9, 0.1]})
    >>> two = pl.DataFrame({"path": ["a", "b"], "count": [9, 9], "share": [0.5, 0.5]})
    >>> distribution(one, two).to_dict()["title"]["text"]
    'Before and after'
    """
    import altair as alt

    _choose_renderer()
    first, second = _topics(before), _topics(after)
    joined = second.select("path", pl.col("count").alias("after")).join(
        first.select("path", pl.col("count").alias("before")), on="path", how="full", coalesce=True
    )
    rows = joined.with_columns(pl.col("before", "after").fill_null(0)).with_columns(
        added=pl.col("after") - pl.col("before")
    )
    shown = rows.sort("added", "after", "path", descending=[True, True, False]).head(limit)
    order = shown["path"].to_list()
    parts = shown.unpivot(["before", "added"], index=["path", "after"], variable_name="part", value_name="records")
    parts = parts.filter(pl.col("records") > 0)
    scale = alt.Scale(domain=["before", "added"], range=[BAR, SOFT])
    chart = (
        alt.Chart(_values(parts))
        .mark_bar(height={"band": 0.62})
        .encode(
            y=alt.Y("path:N", sort=order, title=None),
            x=alt.X("records:Q", title="records", axis=alt.Axis(format=",.0f", tickCount=5)),
            color=alt.Color("part:N", scale=scale, title=None),
            order=alt.Order("part:N", sort="descending"),
            tooltip=[alt.Tooltip("path:N", title="topic"), "part:N", alt.Tooltip("records:Q", format=",.0f")],
        )
    )
    return _layered([chart], "Before and after", width=WIDTH - 180, height=_height(shown.height))


def confidence(frame: pl.DataFrame, *, column: str = "topic_confidence") -> alt.LayerChart:
    """Return how sure the topics are: a histogram with the limits of the bands.

    Parameters
    ----------
    frame
        Records with a confidence between 0 and 1.
    column
        Its name.

    Examples
    --------
    >>> confidence(pl.DataFrame({"topic_confidence": [0.2, 0.9, None]})).to_dict()["title"]["text"]
    'Confidence of the topics'
    """
    import altair as alt

    _choose_renderer()
    values = frame[column].drop_nulls()
    bins = (values * 20).floor().clip(0, 19).cast(pl.Int64).value_counts(name="records").sort(column)
    rows = bins.select((pl.col(column) / 20).alias("from"), ((pl.col(column) + 1) / 20).alias("to"), "records")
    band = pl.when(pl.col("from") >= 0.8).then(pl.lit("high")).when(pl.col("from") >= 0.5).then(pl.lit("medium"))
    rows = rows.with_columns(band.otherwise(pl.lit("review")).alias("band"))
    colours = alt.Scale(domain=["review", "medium", "high"], range=[STATUS["under"], STATUS["slightly under"], BAR])
    bars = (
        alt.Chart(_values(rows))
        .mark_bar()
        .encode(
            x=alt.X("from:Q", bin="binned", title="confidence", scale=alt.Scale(domain=[0, 1])),
            x2="to:Q",
            y=alt.Y("records:Q", title="records", axis=alt.Axis(format=",.0f", tickCount=4)),
            color=alt.Color("band:N", scale=colours, title=None),
            tooltip=["band:N", alt.Tooltip("records:Q", format=",.0f")],
        )
    )
    rules = alt.Chart(_values([{"at": 0.5}, {"at": 0.8}])).mark_rule(color=TARGET, strokeDash=[3, 3])
    subtitle = "review below 0.5, medium below 0.8, high from there"
    layers = [bars, rules.encode(x="at:Q")]
    return _layered(layers, "Confidence of the topics", subtitle, width=WIDTH, height=180)


def lengths(values: pl.Series, *, title: str | None = None, bins: int = 40) -> alt.LayerChart:
    """Return a histogram of lengths, tokens or turns.

    Where the longest are many times longer than most, the scale is logarithmic and says so; otherwise the longest
    hundredth is left out and counted.

    Parameters
    ----------
    values
        One number per record.
    title
        What is measured; the name of the series by default.
    bins
        Bars at most.

    Examples
    --------
    >>> lengths(pl.Series("tokens", [10, 12, 300])).to_dict()["title"]["text"]
    'tokens'
    """
    import altair as alt

    _choose_renderer()
    name = title or values.name or "length"
    known = values.drop_nulls().cast(pl.Float64)
    top = float(known.quantile(0.99, "higher") or 0.0)
    wide = top > 20 * max(1.0, float(known.median() or 0.0))  # type: ignore[arg-type]
    rows = _binned_wide(known, bins // 2) if wide else _binned(known.filter(known <= top), bins)
    scale = alt.Scale(type="log", nice=False) if wide else alt.Scale(nice=False)
    bars = (
        alt.Chart(_values(rows))
        .mark_bar(color=BAR, binSpacing=1)
        .encode(
            x=alt.X("from:Q", bin="binned", title=name, scale=scale, axis=alt.Axis(format=",.0f", tickCount=6)),
            x2="to:Q",
            y=alt.Y("records:Q", title="records", axis=alt.Axis(format=",.0f", tickCount=4)),
            tooltip=[alt.Tooltip("range:N", title=name), alt.Tooltip("records:Q", format=",.0f")],
        )
    )
    return _layered([bars], name, _length_note(known, top, wide=wide), width=WIDTH, height=160)


def _binned(values: pl.Series, bins: int) -> pl.DataFrame:
    low, high = float(values.min() or 0.0), float(values.max() or 0.0)  # type: ignore[arg-type]
    step = max(1.0, -(-(high - low + 1) // bins))
    places = ((values - low) / step).floor().alias("place").value_counts(name="records").sort("place")
    start = low + pl.col("place") * step
    # a bar for one whole number stands around it
    shift = 0.5 if step == 1 else 0.0
    return _ranges(places.select((start - shift).alias("from"), (start + step - shift).alias("to"), "records"), shift)


def _binned_wide(values: pl.Series, bins: int) -> pl.DataFrame:
    import math

    high = max(2.0, float(values.max() or 0.0))  # type: ignore[arg-type]
    ratio = math.log(high * 1.001) / bins
    places = (values.clip(1).log() / ratio).floor().alias("place").value_counts(name="records").sort("place")
    start, end = (pl.col("place") * ratio).exp(), ((pl.col("place") + 1) * ratio).exp()
    return _ranges(places.select(start.alias("from"), end.alias("to"), "records"), 0.0)


def _ranges(rows: pl.DataFrame, shift: float) -> pl.DataFrame:
    first, last = (pl.col("from") + shift).ceil(), (pl.col("to") + shift).ceil() - 1
    text = pl.when(first >= last).then(pl.format("{}", first.cast(pl.Int64)))
    return rows.with_columns(
        text.otherwise(pl.format("{} to {}", first.cast(pl.Int64), last.cast(pl.Int64))).alias("range"),
        pl.col("from", "to").round(3),
    )


def _length_note(known: pl.Series, top: float, *, wide: bool) -> str:
    if not len(known):
        return "no records"
    median = f"median {float(known.median()):,.0f}"  # type: ignore[arg-type]
    if wide:
        return f"{median}; each step on the scale is a multiple of the last"
    left = int((known > top).sum())
    return f"{median}; {left:,} longer than {top:,.0f} not drawn" if left else median


def map(
    frame: pl.DataFrame, *, labels: pl.DataFrame | None = None, limit: int = 4000, seed: int = 0
) -> alt.Chart | alt.LayerChart:
    """Return the map of the records: near is alike, the colour is the topic; drag to look closer.

    Parameters
    ----------
    frame
        x, y, topic and, where known, text (or last_user_text): what `Dataset.map` returns.
    labels
        topic, x, y and count: names to write on the map, as `rftkit.topics.map_labels` finds places for them. Those of
        the largest topics that do not stand in each other's way are written.
    limit
        Points drawn; a sample where there are more.
    seed
        Chooses the sample.

    Examples
    --------
    >>> map(pl.DataFrame({"x": [0.0], "y": [1.0], "topic": ["a/b"]})).to_dict()["mark"]["type"]
    'circle'
    """
    import altair as alt

    _choose_renderer()
    drawn = frame if frame.height <= limit else frame.sample(limit, seed=seed)
    top = pl.col("topic").str.split("/").list.first().fill_null("unassigned").alias("group")
    named = next((name for name in ("text", "last_user_text") if name in frame.columns), None)
    text = pl.lit("") if named is None else pl.col(named).str.slice(0, 120)
    rows = drawn.select(
        pl.col("x", "y").cast(pl.Float64).round(3), pl.col("topic").fill_null("unassigned"), top, text.alias("text")
    )
    common = rows["group"].value_counts(sort=True)["group"].head(len(HUES) - 1).to_list()
    group = pl.when(pl.col("group").is_in(common)).then("group").otherwise(pl.lit("other")).alias("group")
    rows = rows.with_columns(group)
    groups = [*common, *(["other"] if "other" in rows["group"] else [])]
    plain = alt.Axis(labels=False)
    chart = (
        alt.Chart(_values(rows))
        .mark_circle(size=22, opacity=0.65)
        .encode(
            x=alt.X("x:Q", title=None, axis=plain, scale=alt.Scale(zero=False, padding=0 if labels is None else 40)),
            y=alt.Y("y:Q", title=None, axis=plain, scale=alt.Scale(zero=False, padding=0 if labels is None else 16)),
            color=alt.Color("group:N", title=None, scale=alt.Scale(domain=groups, range=list(HUES))),
            tooltip=["topic:N", "text:N"],
        )
        .properties(width=WIDTH, height=_MAP_HEIGHT)
        .interactive()
    )
    some = f"a sample of {rows.height:,} of {frame.height:,} records" if frame.height > limit else ""
    whole = chart if labels is None else alt.layer(chart, *_names(_apart(labels, rows)))
    drawn_map: alt.Chart | alt.LayerChart = _calm(whole, "Map of the records", some)
    return drawn_map


def _apart(labels: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the labels, largest topics first, that would not be written over one another."""
    wide = float(rows["x"].max() or 0) - float(rows["x"].min() or 0) or 1.0  # type: ignore[arg-type]
    tall = float(rows["y"].max() or 0) - float(rows["y"].min() or 0) or 1.0  # type: ignore[arg-type]
    placed: list[tuple[float, float, float]] = []
    kept = []
    for row in labels.sort("count", "topic", descending=[True, False]).to_dicts():
        # the axes end at round numbers, so the dots take about four fifths of the picture
        x, y = row["x"] / wide * WIDTH * 0.8, row["y"] / tall * _MAP_HEIGHT * 0.8
        half = 3.5 * len(row["topic"].rsplit("/", 1)[-1])  # about half a letter of the size used, in pixels
        if all(abs(x - a) > half + b or abs(y - c) > 16 for a, c, b in placed):
            placed.append((x, y, half))
            kept.append(row)
    return pl.DataFrame(kept, schema=labels.schema)


def _names(labels: pl.DataFrame) -> list[Any]:
    import altair as alt

    named = labels.select(
        pl.col("x", "y").cast(pl.Float64).round(3),
        "topic",
        "count",
        pl.col("topic").str.split("/").list.last().alias("name"),
    )
    base = alt.Chart(_values(named)).encode(x="x:Q", y="y:Q", text="name:N")
    # above the dots, which stay in sight, with a light edge, so that a name can be read on any of them
    style: dict[str, Any] = {"fontSize": 12, "fontWeight": 600, "dy": -12}
    edge = base.mark_text(stroke="#ffffff", strokeWidth=3, opacity=0.85, strokeJoin="round", **style)
    told = [alt.Tooltip("topic:N"), alt.Tooltip("count:Q", title="records", format=",.0f")]
    return [edge, base.mark_text(color="#1b1b1b", **style).encode(tooltip=told)]


def heat(matrix: pl.DataFrame, *, title: str = "Topic by facet") -> alt.LayerChart:
    """Return a table of counts as a heat map, the count in every cell.

    Parameters
    ----------
    matrix
        First column the topic, every other column a value of the facet with its counts.
    title
        Heading of the chart.

    Examples
    --------
    >>> heat(pl.DataFrame({"topic": ["a"], "easy": [3], "hard": [0]})).to_dict()["layer"][0]["mark"]["type"]
    'rect'
    """
    import altair as alt

    _choose_renderer()
    label = matrix.columns[0]
    values = [name for name in matrix.columns[1:] if matrix[name].dtype.is_numeric()]
    rows = matrix.unpivot(values, index=label, variable_name="facet", value_name="records").rename({label: "topic"})
    base = alt.Chart(_values(rows)).encode(
        y=alt.Y("topic:N", sort=matrix[label].to_list(), title=None),
        x=alt.X("facet:N", sort=values, title=None, axis=alt.Axis(orient="top", labelAngle=0)),
        tooltip=["topic:N", "facet:N", alt.Tooltip("records:Q", format=",.0f")],
    )
    scale = alt.Scale(range=["#dfe8f2", "#2f6098"], type="sqrt")
    cells = base.mark_rect(stroke="#ffffff", strokeOpacity=0.35).encode(
        color=alt.Color("records:Q", scale=scale, legend=None)
    )
    half = float(rows["records"].max() or 0) / 2.5  # type: ignore[arg-type]
    ink = alt.condition(f"datum.records > {half}", alt.value("#ffffff"), alt.value("#1b1b1b"))
    numbers = base.mark_text(fontSize=11).encode(text=alt.Text("records:Q", format=",.0f"), color=ink)
    width, height = min(WIDTH - 180, 90 * max(len(values), 1)), max(40, 22 * matrix.height)
    return _layered([cells, numbers], title, width=width, height=height)
