"""What Windows shows of a Subject Alternative Name, in all its variants."""

from collections.abc import Sequence
from typing import NamedTuple

from certificates import der as asn1
from guiche.icpbrasil import OtherName

TITLES = {"pt-BR": "Outro Nome", "en-US": "Other Name"}
MAIL = {"pt-BR": "Nome RFC822", "en-US": "RFC822 Name"}
HEADINGS = {"pt-BR": "Nome Alternativo Para o Requerente", "en-US": "Subject Alternative Name"}


class Style(NamedTuple):
    language: str = "pt-BR"
    multi_line: bool = True
    upper: bool = False
    separator: str = " "
    prefix: bool = True
    columns: int = 0
    line_end: str = "\n"
    heading: bool = False
    blank: str = " "
    mark: str = ""


def octets(name: OtherName, style: Style) -> str:
    """`04 0c 31 31 ...`; wrapped between octets where the style has columns."""
    value = name.content
    if style.prefix and name.tag is not None:
        value = asn1.tlv(name.tag, name.content)
    pairs = [f"{octet:02X}" if style.upper else f"{octet:02x}" for octet in value]
    separator = style.separator.replace(" ", style.blank)
    if not style.columns:
        return separator.join(pairs)
    rows = (pairs[at : at + style.columns] for at in range(0, len(pairs), style.columns))
    return style.line_end.join(separator.join(row) for row in rows)


def shown(names: Sequence[OtherName], style: Style) -> str:
    """The entries as a person would copy them, with an e-mail address among them."""
    title, mail = TITLES[style.language], f"{MAIL[style.language]}=contato@exemplo.com.br"
    entries = [f"{name.oid}={octets(name, style)}" for name in names]
    if style.multi_line:
        indent = style.blank * 5
        lines = [f"{title}:{style.line_end}{indent}{entry}" for entry in entries]
        text = style.line_end.join([*lines[:1], mail, *lines[1:]])
    else:
        text = ", ".join([*(f"{title}:{entry}" for entry in entries), mail])
    heading = HEADINGS[style.language] + style.line_end if style.heading else ""
    return style.mark + heading + text + style.line_end
