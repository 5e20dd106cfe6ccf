"""Between our plain texts and the HTML that some desks keep.

>>> as_html("Ligar às 15h & confirmar <nome>\\nObrigado")
'<p>Ligar às 15h &amp; confirmar &lt;nome&gt;<br>Obrigado</p>'
>>> as_text(as_html("Ligar às 15h & confirmar <nome>\\nObrigado"))
'Ligar às 15h & confirmar <nome>\\nObrigado'
>>> as_text("&#60;p&#62;A &#38;amp; B&#60;/p&#62;")
'A & B'
"""

import html
from html.parser import HTMLParser

_BREAKS = ("br", "p", "div", "li", "tr", "h1", "h2", "h3", "blockquote")
_UNREAD = ("script", "style", "head")


def as_html(text: str) -> str:
    """Plain text as a paragraph of HTML, its lines kept."""
    escaped = html.escape(text, quote=False).replace("\n", "<br>")
    return f"<p>{escaped}</p>"


def as_text(markup: str) -> str:
    """What a person reads in the HTML, a line for each block; plain text stays as it is.

    GLPI before version 11 keeps HTML with its `<` escaped once more: where there is no tag at all,
    that is taken away first.
    """
    reader = _Reader()
    reader.feed(markup if "<" in markup else html.unescape(markup))
    reader.close()
    lines = ("".join(reader.read)).replace("\xa0", " ").split("\n")
    return "\n".join(line.strip() for line in lines).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read: list[str] = []
        self._unread = 0

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        self._unread += tag in _UNREAD
        if tag == "br" or (tag in _BREAKS and self.read):
            self.read.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNREAD and self._unread:
            self._unread -= 1

    def handle_data(self, data: str) -> None:
        if not self._unread:
            self.read.append(data)
