"""What the drawings of pygal have in common: how it is loaded, and what of it is let out.

Nothing is imported here but the standard library, so that the desk may call it at its start.
"""

import sys
from typing import Any
from xml.etree import ElementTree

SVG = "http://www.w3.org/2000/svg"
MARGIN = 8
_ATTRIBUTES = ("style", "id")


def load() -> Any:
    """pygal, imported late, for it takes the time of a page. It hooks into every later import of
    the process, in a way that Python gave up, for plugins of its own: that is taken out."""
    import pygal

    hook = pygal.PluginImportFixer
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, hook)]
    return pygal


def short(text: str, most: int) -> str:
    """The text as a label of so many characters at most."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def bare(drawn: bytes, *, width: int, per_row: int) -> ElementTree.Element:
    """A drawing without what pygal puts in for its script and its style; its legend, so many names
    in a row, over the whole width."""
    root = ElementTree.fromstring(drawn)  # noqa: S314  our own
    for parent in list(root.iter()):
        for child in list(parent):
            if _is_of_the_script(child):
                parent.remove(child)
        for name in _ATTRIBUTES:
            parent.attrib.pop(name, None)
    for group in root.iter(f"{{{SVG}}}g"):
        if group.get("class") == "legends" and len(group):
            _spread(group, width, per_row)
    root.set("role", "img")
    return root


def _spread(legends: ElementTree.Element, width: int, per_row: int) -> None:
    """pygal leaves out what stands left of the bars, and names overlap."""
    down = legends.get("transform", "").rpartition(",")[2].strip(" )")
    legends.set("transform", f"translate({MARGIN}, {down})")
    step = (width - 2 * MARGIN) / per_row
    for at, legend in enumerate(legends):
        left = at % per_row * step
        for shape, shift in zip(legend, (0, 17), strict=False):
            shape.set("x", f"{left + shift:.0f}")


def _is_of_the_script(element: ElementTree.Element) -> bool:
    kind = element.tag.rpartition("}")[2]
    return kind in ("defs", "desc", "script", "style", "title") or not {
        "tooltip",
        "tooltip-overlay",
    }.isdisjoint(element.get("class", "").split())
