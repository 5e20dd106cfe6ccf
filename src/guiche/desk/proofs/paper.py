"""One page of A4 (PDF): the same words give the same bytes, with the fonts in it.

Long values are wrapped, never cut: where all does not fit, it is written smaller. A character that
the fonts have no shape for stands as its number, `[U+4E2D]`: nothing is left out. Laid out by hand,
since every ticket that is delivered carries one: a quarter of the time of reportlab's own layout.
"""

import io
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import reportlab
from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from guiche.desk.proofs.said import Part, Said

MEDIA_TYPE = "application/pdf"

_PLAIN, _BOLD = "GuicheVera", "GuicheVera-Bold"
_FILES = {_PLAIN: "Vera.ttf", _BOLD: "VeraBd.ttf"}
_MARGIN = 18 * mm
_WIDTH, _HEIGHT = A4[0] - 2 * _MARGIN, A4[1] - 2 * _MARGIN
_LARGEST, _SMALLER = 10.5, 0.92
_LABELS = 0.24 * _WIDTH
_LEADING = 1.45
_INK, _SOFT = (0.11, 0.11, 0.17), (0.33, 0.35, 0.42)
# In the order in which they come into each document, so that a font cut down to these is made once.
_USUAL = "áàâãéêíóôõúçÁÀÂÃÉÊÍÓÔÕÚÇºª“”"
_TRUETYPE = b"\x00\x01\x00\x00"
_MOST_SUBSETS = 64
_MOST_WIDTHS = 4096
# A font keeps what the document at hand uses of it.
_lock = Lock()


class Line(NamedTuple):
    """One line: where it begins, in what, and how much room it takes above it."""

    text: str
    left: float
    font: str
    size: float
    ink: tuple[float, float, float]
    above: float


def paper_of(said: Said) -> bytes:
    """The document."""
    with _lock:
        _register()
        size, lines = _LARGEST, list(_lines(said, _LARGEST))
        while sum(line.above for line in lines) > _HEIGHT:
            size *= _SMALLER
            lines = list(_lines(said, size))
        return _drawn(said.title, lines)


def _drawn(title: str, lines: Iterable[Line]) -> bytes:
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1, pageCompression=1, lang="pt-BR")
    canvas.setTitle(title)
    canvas.setAuthor("Guichê")
    for name in _FILES:
        pdfmetrics.getFont(name).splitString(_USUAL, canvas._doc)
    text, top = canvas.beginText(), A4[1] - _MARGIN
    font = ink = None
    for line in lines:
        top -= line.above
        if font != (font := (line.font, line.size)):
            text.setFont(*font)
        if ink != (ink := line.ink):
            text.setFillColorRGB(*ink)
        text.setTextOrigin(_MARGIN + line.left, top)
        # `textOut` would measure the line, to go on behind it.
        text.textLine(line.text)
    canvas.drawText(text)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _lines(said: Said, size: float) -> Iterator[Line]:
    yield from _wrapped(said.title, _BOLD, size, _SOFT)
    yield from _wrapped(said.verdict, _BOLD, size * 1.7, _INK, before=size * 0.8)
    yield from _wrapped(said.explanation, _PLAIN, size, _INK, before=size * 0.6)
    for part in said.parts:
        if part.heading:
            yield from _wrapped(part.heading, _BOLD, size * 1.1, _INK, before=size * 1.2)
        yield from _part(part, size)
    yield from _wrapped(said.foot, _PLAIN, size * 0.9, _SOFT, before=size * 1.6)


def _part(part: Part, size: float) -> Iterator[Line]:
    for label, text in part.facts:
        named = list(_wrapped(label, _PLAIN, size, _SOFT, width=_LABELS * 0.95))
        told = list(_wrapped(text, _PLAIN, size, _INK, left=_LABELS))
        # Both begin on one line: what comes first goes no lower.
        yield from named
        back = sum(line.above for line in named)
        yield told[0]._replace(above=told[0].above - back)
        yield from told[1:]
        if len(named) > len(told):
            yield named[-1]._replace(text="", above=sum(n.above for n in named[len(told) :]))
    for text in part.lines:
        if part.code:
            yield from _wrapped(text, _PLAIN, size * 0.9, _SOFT, left=size)
        else:
            yield from _wrapped(text, _PLAIN, size, _INK)


def _wrapped(
    text: str,
    font: str,
    size: float,
    ink: tuple[float, float, float],
    *,
    left: float = 0,
    width: float = _WIDTH,
    before: float = 0,
) -> Iterator[Line]:
    """The lines of a text, one at least; only the first has room `before` it."""
    for text_line in _broken(_shaped(text), font, (width - left) / size):
        yield Line(text_line, left, font, size, ink, size * _LEADING + before)
        before = 0


def _broken(text: str, font: str, width: float) -> Iterator[str]:
    """The text in lines of this width, in units of the size: after blanks and colons, else where
    it must."""
    widths = _widths(font)
    begin = last_blank = 0
    taken = 0.0
    for at, char in enumerate(text):
        taken += widths[char]
        if char in " :":
            last_blank = at
        if taken > width and at > begin:
            end = last_blank + 1 if last_blank > begin else at
            yield text[begin:end]
            begin = end
            taken = sum(widths[each] for each in text[begin : at + 1])
    yield text[begin:]


def _shaped(text: str) -> str:
    """With the number of each character that the fonts have no shape for."""
    shapes = _shapes()
    if shapes.issuperset(text):
        return text
    return "".join(char if char in shapes else f"[U+{ord(char):04X}]" for char in text)


@cache
def _shapes() -> frozenset[str]:
    return frozenset(_widths(_PLAIN).keys() & _widths(_BOLD).keys())


@cache
def _widths(font: str) -> dict[str, float]:
    """What each character that can be drawn takes, in units of the size."""
    face = pdfmetrics.getFont(font).face
    shapes = ((chr(code), width / 1000) for code, width in face.charWidths.items())
    return {char: width for char, width in shapes if char.isprintable()}


@cache
def _register() -> None:
    # Compressed is enough; in ASCII besides, it takes longer than all the rest.
    rl_config.useA85 = 0
    pdfdoc.PDFZCompress.encode = _packed(pdfdoc.PDFZCompress.encode)
    for name, file in _FILES.items():
        font: Any = TTFont(name, Path(reportlab.__file__).parent / "fonts" / file)
        font.face.makeSubset = _once(font.face.makeSubset)
        font.face.getCharWidth = _written(font.face.getCharWidth)
        pdfmetrics.registerFont(font)


def _packed(compress: Any) -> Any:
    """A font, most of a document and the same in nearly each, is compressed once."""
    packed = lru_cache(_MOST_SUBSETS)(compress)
    return lambda content: (packed if content[:4] == _TRUETYPE else compress)(content)


def _once(make: Any) -> Any:
    """The same font, cut down to the same characters, is made once."""
    made = lru_cache(_MOST_SUBSETS)(lambda codes: make(list(codes)))
    return lambda codes: made(tuple(codes))


def _written(width_of: Any) -> Any:
    """A width as it stands in the document: written anew each time, they take a third of it."""
    return lru_cache(_MOST_WIDTHS)(lambda code: f"{width_of(code):.0f}".encode())
