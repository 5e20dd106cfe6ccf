"""One page of A4 (PDF), drawn by reportlab: the same words give the same bytes.

Long values are wrapped, never cut: where all does not fit, it is written smaller. A character that
the embedded font has no shape for stands as its number, `[U+4E2D]`: nothing is left out.
"""

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Frame, KeepInFrame, Paragraph, Spacer, Table

from guiche.desk.proofs.said import Part, Said

MEDIA_TYPE = "application/pdf"

_PLAIN, _BOLD = "GuicheVera", "GuicheVera-Bold"
_FILES = {_PLAIN: "Vera.ttf", _BOLD: "VeraBd.ttf"}
_MARGIN = 18 * mm
_SIZES = (9.5, 8.5, 7.5, 6.5, 5.5)
_LABELS = 0.24
_INK, _SOFT, _LINE = (
    colors.HexColor("#1c1d2b"),
    colors.HexColor("#55586b"),
    colors.HexColor("#c9cbd8"),
)
# A font keeps what the document at hand uses of it.
_lock = Lock()


def paper_of(said: Said) -> bytes:
    """The document."""
    with _lock:
        _register()
        for size in _SIZES[:-1]:
            if content := _drawn(said, size):
                return content
        return _drawn(said, _SIZES[-1], squeezed=True)


def _drawn(said: Said, size: float, *, squeezed: bool = False) -> bytes:
    """All of it at this size; nothing where it takes more than a page."""
    width, height = A4[0] - 2 * _MARGIN, A4[1] - 2 * _MARGIN
    story: list[Any] = list(_story(said, size, width))
    if squeezed:
        story = [KeepInFrame(width, height, story, mode="shrink")]
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1, lang="pt-BR")
    canvas.setTitle(said.title)
    canvas.setAuthor("Guichê")
    frame = Frame(_MARGIN, _MARGIN, width, height, 0, 0, 0, 0)
    frame.addFromList(story, canvas)
    if story:
        return b""
    canvas.showPage()
    canvas.save()
    return file.getvalue()


def _story(said: Said, size: float, width: float) -> Iterator[Any]:
    plain = ParagraphStyle(
        "plain", fontName=_PLAIN, fontSize=size, leading=size * 1.4, textColor=_INK
    )
    soft = ParagraphStyle("soft", plain, textColor=_SOFT)
    title = ParagraphStyle("title", soft, fontName=_BOLD)
    head = ParagraphStyle(
        "head", plain, fontName=_BOLD, fontSize=size * 1.1, spaceBefore=size * 1.1
    )
    verdict = ParagraphStyle(
        "verdict",
        plain,
        fontName=_BOLD,
        fontSize=size * 1.7,
        leading=size * 2.2,
        spaceAfter=size * 0.5,
    )
    code = ParagraphStyle("code", soft, fontSize=size * 0.9, leftIndent=size)
    yield Paragraph(_shaped(said.title), title)
    yield Spacer(1, size * 0.6)
    yield Paragraph(_shaped(said.verdict), verdict)
    yield Paragraph(_shaped(said.explanation), plain)
    for part in said.parts:
        if part.heading:
            yield Paragraph(_shaped(part.heading), head)
        yield from _part(part, plain, code if part.code else plain, soft, width)
    yield Spacer(1, size * 1.4)
    yield Paragraph(_shaped(said.foot), soft)


def _part(
    part: Part, plain: ParagraphStyle, line: ParagraphStyle, label: ParagraphStyle, width: float
) -> Iterator[Any]:
    if part.facts:
        rows = [
            [Paragraph(_shaped(name), label), Paragraph(_shaped(text), plain)]
            for name, text in part.facts
        ]
        # Rows may be split, so that one value as long as the page is no error of its own.
        yield Table(
            rows, (width * _LABELS, width * (1 - _LABELS)), splitInRow=1,
            style=[
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
                ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 1.5), ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
            ],
        )  # fmt: skip
    yield from (Paragraph(_shaped(text), line) for text in part.lines)


def _shaped(text: str) -> str:
    """For a paragraph: what has a shape as it is, the rest by its number, blanks kept."""
    shapes = _shapes()
    written = (
        char if ord(char) in shapes and char.isprintable() else f"[U+{ord(char):04X}]"
        for char in text
    )
    # A paragraph would make one blank of several, and those of a field are evidence.
    return escape("".join(written)).replace("  ", " \u00a0")


@cache
def _shapes() -> frozenset[int]:
    """The characters that the fonts can draw."""
    faces = (pdfmetrics.getFont(name).face.charToGlyph for name in _FILES)
    return frozenset.intersection(*map(frozenset, faces))


@cache
def _register() -> None:
    folder = Path(reportlab.__file__).parent / "fonts"
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, folder / file))
