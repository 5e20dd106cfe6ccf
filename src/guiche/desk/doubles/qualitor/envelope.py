"""The XML of the double: requests as they are read, replies as they are written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from guiche.desk.doubles.qualitor.state import Refusal, Site

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE wsqualitor [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">'
        for before, name in zip("abcdefg", "bcdefgh", strict=True)
    )
    + "]><wsqualitor><response_status><status>1</status><error_code/><msg>&h;</msg>"
    "</response_status></wsqualitor>"
)
_INFO = "vlinformacaoadicional"

Items = Sequence[Mapping[str, str]]


@dataclass(frozen=True)
class Asked:
    """One request: elements of `data`, and additional information beside it and inside it."""

    data: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)
    inside: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, xml: bytes) -> "Asked":
        """The request as its prolog says; UTF-8 without one. `Refusal` for what is no request."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        try:
            root = etree.fromstring(xml, parser)
        except etree.XMLSyntaxError as error:
            raise Refusal(f"Ws - Invalid XML: {error}") from error
        data = root.find("contents/data")
        if root.tag != "wsqualitor" or data is None:
            raise Refusal("Ws - Invalid XML: wsqualitor/contents/data not found")
        own = {str(each.tag): each.text or "" for each in data if not len(each)}
        inside = {name: text for name, text in own.items() if name.startswith(_INFO)}
        return cls(
            {name: text for name, text in own.items() if name not in inside},
            _infos(root.find("contents/informacoesadicionais")),
            {
                **{name.removeprefix(_INFO): text for name, text in inside.items()},
                **_infos(data.find("informacoesadicionais")),
            },
        )


def _infos(parent: etree._Element | None) -> dict[str, str]:
    if parent is None:
        return {}
    return {str(each.tag).removeprefix(_INFO): each.text or "" for each in parent}


def written(site: Site, items: Items = (), *, status: int = 1, msg: str = "") -> str:
    """A reply, without prolog."""
    root = etree.Element("wsqualitor")
    head = etree.SubElement(root, site.status_tag)
    etree.SubElement(head, "status").text = str(status)
    etree.SubElement(head, "error_code").text = None if status else "1"
    etree.SubElement(head, "msg").text = msg or None
    if items:
        data = etree.SubElement(root, "response_data")
        for item in items:
            dataitem = etree.SubElement(data, "dataitem")
            for name, text in item.items():
                etree.SubElement(dataitem, name).text = text or None
    return etree.tostring(root, encoding="unicode")


def labelled(site: Site, text: str, charset: str = "") -> str:
    """A reply with its prolog, if the site writes one."""
    label = charset or site.charset
    return f'<?xml version="1.0" encoding="{label}"?>\n{text}' if site.prolog else text


def encoded(text: str, charset: str) -> bytes:
    """In that charset; what it lacks as character references."""
    return text.encode(charset, "xmlcharrefreplace")
