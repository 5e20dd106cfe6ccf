"""A table as a drawing: SVG that stands alone, with no script, no link and one style of ours.

It is read without colour: segments stand in the order of the legend, differ strongly in lightness
or by a hatch, and carry their counts. What is too small for a number stands in the table.
"""

import base64
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from typing import Any
from xml.etree import ElementTree

from guiche.desk.figures.table import Table
from guiche.icpbrasil.wording import number
from guiche.portfolio.report import drawing

_SVG, _XLINK = drawing.SVG, "http://www.w3.org/1999/xlink"
WIDE, HALF, NARROW = 1040, 520, 300
WIDTHS = {"": WIDE, "meia": HALF, "estreita": NARROW}
"""By their name in addresses: a card over the whole page, one of two beside each other, a phone."""
_MOST = {WIDE: 31, HALF: 10, NARROW: 6}
"""Columns that have room for their counts."""
_BARS = {WIDE: 9, HALF: 8, NARROW: 7}
_IN_LEGEND = {WIDE: 7, HALF: 3, NARROW: 2}
_SMALLEST = {"columns": dict.fromkeys((WIDE, HALF, NARROW), 0.055),
             "bars": {WIDE: 0.04, HALF: 0.08, NARROW: 0.17}}  # fmt: skip
"""Share of the longest column or bar in which a number has room."""
_LONGEST_LABEL = {WIDE: 34, HALF: 26, NARROW: 15}
_LINE, _CLOSE = 20, 20
_REST = "Outras"

# Fill and ink of each series, light and dark. "h" and "o" are a hatch and an outline.
_PALETTES: dict[str, tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]] = {
    "one": ([("#3a3cb0", "#fff")], [("#a9abff", "#14153f")]),
    "outcomes": (
        [("#cfe7d8", "#1b2030"), ("#8db4cf", "#1b2030"), ("#b9770e", "#fff"), ("#7d1610", "#fff"),
         ("h", "#1b2030"), ("o", "#1b2030"), ("#e4dfd2", "#1b2030")],
        [("#2c5c42", "#fff"), ("#5d8cad", "#0c0e14"), ("#f3bd62", "#14153f"),
         ("#ffb3a9", "#2a0806"), ("h", "#eceef4"), ("o", "#eceef4"), ("#3b4152", "#fff")],
    ),
    "ages": (
        [("#e6e5fa", "#1b2030"), ("#c3c2ef", "#1b2030"), ("#9392dc", "#1b2030"),
         ("#6062c6", "#fff"), ("#3a3cb0", "#fff"), ("#17184f", "#fff")],
        [("#2a2c55", "#fff"), ("#45478a", "#fff"), ("#6a6cbf", "#fff"), ("#8f91e6", "#0c0e14"),
         ("#b9baff", "#14153f"), ("#eeeeff", "#14153f")],
    ),
    "verdicts": (
        [("#cfe7d8", "#1b2030"), ("#e0a53f", "#1b2030"), ("#34466b", "#fff"),
         ("#8ea0c4", "#1b2030"), ("#7d1610", "#fff"), ("h", "#1b2030"),
         ("o", "#1b2030"), ("#e4dfd2", "#1b2030")],
        [("#2c5c42", "#fff"), ("#f3bd62", "#14153f"), ("#c9d6f2", "#14153f"), ("#60708f", "#fff"),
         ("#ffb3a9", "#2a0806"), ("h", "#eceef4"), ("o", "#eceef4"), ("#3b4152", "#fff")],
    ),
}  # fmt: skip
_PAPER = (("#1b2030", "#555c6c", "#e0dbcf", "#fff"), ("#eceef4", "#a9b0c0", "#2f3442", "#1b1e28"))
"""Ink, soft ink, lines and ground, light and dark."""

_SHEET = """
text { font-family: system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; font-size: 13px; }
.title, .axis.x text, .centered { text-anchor: middle; }
.axis.y text { text-anchor: end; }
.guide.line, .axis path { fill: none; stroke-width: 1px; }
.vertical .axis.x .guide.line, .horizontal .axis.y .guide.line { stroke: none; }
.value { font-weight: 600; font-variant-numeric: tabular-nums; }
rect.rect, .legend rect { stroke-width: 1px; }
"""


def draw(table: Table, width: int = WIDE) -> bytes:
    """The drawing of a table that has a shape."""
    upright = table.shape == "columns"
    size = -(-len(table.rows) // _MOST[width]) if upright else 1
    rows = _grouped(table, size) if upright else _top(table, _BARS[width])
    columns = [[row[at] for row in rows] for at in range(1, len(table.series) + 1)]
    longest = max((sum(cells) for cells in zip(*columns, strict=True)), default=0)
    smallest = longest * _SMALLEST[table.shape][width]
    labels = (
        _days(rows)
        if upright
        else [drawing.short(str(row[0]), _LONGEST_LABEL[width]) for row in rows]
    )
    chart = _chart(table, width, len(labels))
    if size > 1:
        chart.title = f"Cada coluna soma {size} dias"
    chart.x_labels = labels
    chart.y_labels = _whole(longest)
    for name, column in zip(table.series, columns, strict=True):
        chart.add(name, [_value(int(cell), smallest) for cell in column])
    return _alone(chart.render(), table, width)


def policy(table: Table) -> str:
    """What a browser lets the drawing do: nothing but its own style."""
    digest = base64.b64encode(sha256(_style(table.palette).encode()).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; sandbox"


def _chart(table: Table, width: int, count: int) -> Any:
    pygal = drawing.load()
    upright, stacked = table.shape == "columns", len(table.series) > 1
    made = {
        (True, True): pygal.StackedBar, (True, False): pygal.Bar,
        (False, True): pygal.HorizontalStackedBar, (False, False): pygal.HorizontalBar,
    }[upright, stacked]  # fmt: skip
    per_row = _IN_LEGEND[width]
    lines = -(-len(table.series) // per_row) if stacked else 0
    height = (280 if upright else 60 + 40 * count) + lines * _LINE
    # pygal rounds the lines of its legend down.
    lacking = (lines - len(table.series) // per_row) * _LINE if stacked else 0
    return made(
        width=width, height=height, js=(), css=(), no_prefix=True, show_legend=stacked,
        legend_at_bottom=True, legend_at_bottom_columns=per_row, print_values=True,
        print_zeroes=False, explicit_size=True, max_scale=5, margin=drawing.MARGIN,
        margin_bottom=10 + lacking, spacing=8,
        disable_xml_declaration=True, formatter=lambda value: number(round(value)),
        truncate_legend=-1, truncate_label=-1, min_scale=1, x_label_rotation=0,
        style=pygal.style.Style(
            label_font_size=13, value_font_size=13, legend_font_size=13, title_font_size=13,
            font_family="sans-serif",
        ),
    )  # fmt: skip


def _value(count: int, smallest: float) -> dict[str, Any]:
    return {"value": count, "formatter": lambda _: "" if count < smallest else number(count)}


def _whole(longest: int) -> list[dict[str, Any]]:
    """The counts along the axis: whole ones, at most six, for half a ticket is none.

    >>> [each["value"] for each in _whole(3)], [each["value"] for each in _whole(47)]
    ([0, 1, 2, 3], [0, 10, 20, 30, 40])
    """
    steps = (digit * 10**power for power in range(12) for digit in (1, 2, 5))
    step = next(step for step in steps if longest <= 5 * step)
    return [{"value": at, "label": number(at)} for at in range(0, max(longest, 1) + 1, step)]


def _days(rows: Sequence[Sequence[Any]]) -> list[str]:
    """`25/10`; every second one where they stand close."""
    every = 2 if len(rows) > _CLOSE else 1
    return ["" if at % every else str(row[0])[:5] for at, row in enumerate(rows)]


def _grouped(table: Table, size: int) -> list[Sequence[Any]]:
    """So many neighbours as one column, named for the first of them."""
    groups = (table.rows[at : at + size] for at in range(0, len(table.rows), size))
    return [(group[0][0], *_sums(group)) for group in groups]


def _top(table: Table, most: int) -> list[Sequence[Any]]:
    """The largest, and the rest as one; the first on top."""
    rows: list[Sequence[Any]] = list(table.rows)
    if len(rows) > most:
        rows = [*rows[: most - 1], (_REST, *_sums(rows[most - 1 :]))]
    return rows[::-1]


def _sums(rows: Sequence[Sequence[Any]]) -> list[int]:
    return [sum(cells) for cells in list(zip(*rows, strict=True))[1:]]


def _alone(drawn: bytes, table: Table, width: int) -> bytes:
    """Without what pygal puts in for its script, and with our style."""
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    root = drawing.bare(drawn, width=width, per_row=_IN_LEGEND[width])
    root.insert(0, _defined(table.palette))
    title = ElementTree.Element(f"{{{_SVG}}}title")
    title.text = table.title
    root.insert(0, title)
    alone: bytes = ElementTree.tostring(root, encoding="utf-8")
    return alone


@cache
def _style(palette: str) -> str:
    """For both themes: a picture follows the one of whoever looks."""
    light, dark = _PALETTES[palette]
    dark_rules = "\n".join(_rules(dark, _PAPER[1], "d"))
    return "\n".join(
        (_SHEET, *_rules(light, _PAPER[0], "l"),
         "@media (prefers-color-scheme: dark) {", dark_rules, "}")
    )  # fmt: skip


def _rules(
    series: Sequence[tuple[str, str]], paper: tuple[str, str, str, str], theme: str
) -> Iterator[str]:
    ink, soft, line, ground = paper
    yield f"text {{ fill: {ink}; }} .axis text {{ fill: {soft}; }}"
    yield f".background {{ fill: {ground}; }}"
    yield f".axis path {{ stroke: {line}; }} .axis path.axis {{ stroke: {soft}; }}"
    for at, (fill, text) in enumerate(series):
        paint = {"h": f"url(#{theme}h)", "o": ground}.get(fill, fill)
        yield f".color-{at} rect.rect, rect.color-{at} {{ fill: {paint}; stroke: {ink}; }}"
        yield f".text-overlay .color-{at} text {{ fill: {text}; }}"
        if fill == "h":  # a number on a hatch needs ground under it
            yield (
                f".text-overlay .color-{at} text "
                f"{{ paint-order: stroke; stroke: {ground}; stroke-width: 14px; "
                "stroke-linejoin: round; }}"
            )


def _defined(palette: str) -> ElementTree.Element:
    defs = ElementTree.Element(f"{{{_SVG}}}defs")
    style = ElementTree.SubElement(defs, f"{{{_SVG}}}style")
    style.text = _style(palette)
    for theme, (ink, _, _, ground) in zip("ld", _PAPER, strict=True):
        hatch = ElementTree.SubElement(
            defs, f"{{{_SVG}}}pattern", id=f"{theme}h", width="6", height="6",
            patternUnits="userSpaceOnUse", patternTransform="rotate(45)",
        )  # fmt: skip
        ElementTree.SubElement(hatch, f"{{{_SVG}}}rect", width="6", height="6", fill=ground)
        ElementTree.SubElement(hatch, f"{{{_SVG}}}rect", width="2", height="6", fill=ink)
    return defs
