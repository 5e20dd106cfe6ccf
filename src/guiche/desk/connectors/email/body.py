"""What a person wrote in a message, without what it quotes. Whatever cannot be read is left out."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from html.parser import HTMLParser

from guiche.desk.intake.plain import plain_text

_QUOTATION = re.compile(
    r"^\s*(>|-{2,}\s*(Mensagem original|Original Message)|_{20,}\s*$"
    r"|(Em|On) .{1,200}(escreveu|wrote):\s*$)",
    re.IGNORECASE,
)
_LONGEST = 20_000
_MOST_PARTS = 100


def parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The message and every part of it, as far as they can be walked."""
    try:
        for count, part in enumerate(message.walk()):
            if count < _MOST_PARTS and isinstance(part, EmailMessage):
                yield part
    except Exception:
        return


def written(message: EmailMessage) -> str:
    """The text of the message up to its first quotation."""
    lines: list[str] = []
    for line in _whole(message).splitlines():
        if _QUOTATION.match(line[:300]):
            break
        lines.append(line.rstrip())
    return plain_text("\n".join(lines)).strip()


def _whole(message: EmailMessage) -> str:
    for kind in ("text/plain", "text/html"):
        for part in parts(message):
            try:
                if part.get_content_type() == kind and not part.is_attachment():
                    text = str(part.get_content())[:_LONGEST]
                    return text if kind == "text/plain" else _without_tags(text)
            except Exception:  # noqa: S112  an unknown charset, a torn encoding
                continue
    return ""


def _without_tags(html: str) -> str:
    reader = _Text()
    reader.feed(html)
    reader.close()
    return "".join(reader.said)


class _Text(HTMLParser):
    """Collects what is shown; quotations of HTML mail begin like those of plain text."""

    _BREAKS = frozenset({"br", "p", "div", "tr", "li", "blockquote"})
    _HIDDEN = frozenset({"style", "script", "head", "title"})

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        self._hidden += tag in self._HIDDEN
        if tag in self._BREAKS:
            self.said.append("\n> " if tag == "blockquote" else "\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in self._HIDDEN and self._hidden > 0
        if tag in ("p", "div", "blockquote"):
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.said.append(data)
