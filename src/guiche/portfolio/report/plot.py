"""A figure as a drawing for a page: SVG without script, style or link; the page's sheet paints it.

It is read without colour: segments stand in the order of the legend, differ by lightness, by a
hatch or an outline, and carry their counts. What is too small for a number stands in the table.
"""

import sys
from typing import Any
from xml.etree import ElementTree

from guiche.portfolio.report.markup import Html
from guiche.portfolio.report.tally import Figure
from guiche.portfolio.report.words import number

WIDE, NARROW = 880, 320
"""A page of a desk or of paper, and a phone."""
_LONGEST_LABEL = {WIDE: 40, NARROW: 16}
_IN_LEGEND = {WIDE: 4, NARROW: 2}
_SMALLEST = {WIDE: 0.05, NARROW: 0.16}
"""Share of the longest bar in which a number has room."""
_LINE, _BAR, _MARGIN = 20, 26, 8
_SVG = "http://www.w3.org/2000/svg"


def draw(figure: Figure, width: int) -> Html:
    """The drawing, or nothing where there is nothing to count. Raises `ImportError`."""
    rows = [row for row in figure.rows if any(row[1]) or figure.is_in_time][::-1]
    if not any(any(counts) for _, counts in rows):
        return Html()
    longest = max(sum(counts) for _, counts in rows)
    chart = _chart(figure, width, len(rows))
    chart.x_labels = [_short(name, width) for name, _ in rows]
    for at, name in enumerate(figure.series):
        chart.add(name, [_value(counts[at], longest * _SMALLEST[width]) for _, counts in rows])
    return _alone(chart.render(), figure, width)


def _chart(figure: Figure, width: int, count: int) -> Any:
    pygal = _pygal()
    stacked = len(figure.series) > 1
    made = pygal.HorizontalStackedBar if stacked else pygal.HorizontalBar
    per_row = _IN_LEGEND[width]
    lines = -(-len(figure.series) // per_row) if stacked else 0
    return made(
        width=width, height=56 + _BAR * count + lines * _LINE, js=(), css=(), no_prefix=True,
        show_legend=stacked, legend_at_bottom=True, legend_at_bottom_columns=per_row,
        print_values=True, print_zeroes=False, explicit_size=False, max_scale=5,
        margin=_MARGIN, margin_bottom=10, spacing=6, disable_xml_declaration=True,
        formatter=lambda count: number(round(count)), truncate_legend=-1, truncate_label=-1,
        min_scale=1,
        style=pygal.style.Style(
            label_font_size=13, value_font_size=13, legend_font_size=13, font_family="sans-serif"
        ),
    )  # fmt: skip


def _pygal() -> Any:
    """Imported late, for it takes the time of a page. It hooks into every later import of the
    process, in a way that Python gave up, for plugins of its own: that is taken out."""
    import pygal

    hook = pygal.PluginImportFixer
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, hook)]
    return pygal


def _value(count: int, smallest: float) -> dict[str, Any]:
    return {"value": count, "formatter": lambda _: "" if count < smallest else number(count)}


def _short(text: str, width: int) -> str:
    most = _LONGEST_LABEL[width]
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _alone(drawn: bytes, figure: Figure, width: int) -> Html:
    """Without what pygal puts in for its script and its style."""
    ElementTree.register_namespace("", _SVG)
    root = ElementTree.fromstring(drawn)  # noqa: S314  our own
    for parent in list(root.iter()):
        for child in list(parent):
            if _is_of_the_script(child):
                parent.remove(child)
        for name in ("style", "id", "font-family"):
            parent.attrib.pop(name, None)
    _spread_legend(root, width)
    root.set("role", "img")
    root.set("aria-label", f"{figure.title}: desenho da tabela que segue")
    root.set("class", "narrow" if width == NARROW else "wide")
    return Html(ElementTree.tostring(root, encoding="unicode"))


def _spread_legend(root: ElementTree.Element, width: int) -> None:
    """Over the whole width: pygal leaves out what stands left of the bars, and names overlap."""
    for group in root.iter(f"{{{_SVG}}}g"):
        if group.get("class") == "legends" and len(group):
            down = group.get("transform", "").rpartition(",")[2].strip(" )")
            group.set("transform", f"translate({_MARGIN}, {down})")
            step = (width - 2 * _MARGIN) / _IN_LEGEND[width]
            for at, legend in enumerate(group):
                left = at % _IN_LEGEND[width] * step
                for shape, shift in zip(legend, (0, 17), strict=False):
                    shape.set("x", f"{left + shift:.0f}")


def _is_of_the_script(element: ElementTree.Element) -> bool:
    kind = element.tag.rpartition("}")[2]
    return kind in ("defs", "desc", "script", "style", "title") or not {
        "tooltip",
        "tooltip-overlay",
    }.isdisjoint(element.get("class", "").split())
