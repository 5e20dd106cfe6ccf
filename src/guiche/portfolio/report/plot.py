"""A figure as a drawing for a page: SVG without script, style or link; the page's sheet paints it.

It is read without colour: segments stand in the order of the legend, differ by lightness, by a
hatch or an outline, and carry their counts. What is too small for a number stands in the table.
"""

from typing import Any
from xml.etree import ElementTree

from guiche.icpbrasil.wording import number
from guiche.portfolio.report import drawing
from guiche.portfolio.report.markup import Html
from guiche.portfolio.report.tally import Figure

WIDE, NARROW = 880, 320
"""A page of a desk or of paper, and a phone."""
_LONGEST_LABEL = {WIDE: 40, NARROW: 16}
_IN_LEGEND = {WIDE: 4, NARROW: 2}
_SMALLEST = {WIDE: 0.05, NARROW: 0.16}
"""Share of the longest bar in which a number has room."""
_LINE, _BAR = 20, 26


def draw(figure: Figure, width: int) -> Html:
    """The drawing, or nothing where there is nothing to count. Raises `ImportError`."""
    rows = [row for row in figure.rows if any(row[1]) or figure.is_in_time][::-1]
    if not any(any(counts) for _, counts in rows):
        return Html()
    longest = max(sum(counts) for _, counts in rows)
    chart = _chart(figure, width, len(rows))
    chart.x_labels = [drawing.short(name, _LONGEST_LABEL[width]) for name, _ in rows]
    for at, name in enumerate(figure.series):
        chart.add(name, [_value(counts[at], longest * _SMALLEST[width]) for _, counts in rows])
    return _alone(chart.render(), figure, width)


def _chart(figure: Figure, width: int, count: int) -> Any:
    pygal = drawing.load()
    stacked = len(figure.series) > 1
    made = pygal.HorizontalStackedBar if stacked else pygal.HorizontalBar
    per_row = _IN_LEGEND[width]
    lines = -(-len(figure.series) // per_row) if stacked else 0
    return made(
        width=width, height=56 + _BAR * count + lines * _LINE, js=(), css=(), no_prefix=True,
        show_legend=stacked, legend_at_bottom=True, legend_at_bottom_columns=per_row,
        print_values=True, print_zeroes=False, explicit_size=False, max_scale=5,
        margin=drawing.MARGIN, margin_bottom=10, spacing=6, disable_xml_declaration=True,
        formatter=lambda count: number(round(count)), truncate_legend=-1, truncate_label=-1,
        min_scale=1,
        style=pygal.style.Style(
            label_font_size=13, value_font_size=13, legend_font_size=13, font_family="sans-serif"
        ),
    )  # fmt: skip


def _value(count: int, smallest: float) -> dict[str, Any]:
    return {"value": count, "formatter": lambda _: "" if count < smallest else number(count)}


def _alone(drawn: bytes, figure: Figure, width: int) -> Html:
    """Without what pygal puts in for its script and its style."""
    ElementTree.register_namespace("", drawing.SVG)
    root = drawing.bare(drawn, width=width, per_row=_IN_LEGEND[width])
    for element in root.iter():
        element.attrib.pop("font-family", None)
    root.set("aria-label", f"{figure.title}: desenho da tabela que segue")
    root.set("class", "narrow" if width == NARROW else "wide")
    return Html(ElementTree.tostring(root, encoding="unicode"))
