"""Values under a label, as CryptFormatObject of Windows writes them.

The certificate window, `certutil` and .NET's `Format` share it: `2.16.76.1.3.7=04 0c 31 ...` on a
line of its own under "Outro Nome:" / "Other Name:", or all entries on one line, joined by ", ".
Chrome writes `OID.2.16.76.1.3.7: 04 0C ...`. Where Windows has a name for the OID, the label is it.
"""

import re

from guiche.icpbrasil import OtherName
from guiche.icpbrasil.oids import ICP_BRASIL_FIELDS
from guiche.sources.errors import DamagedError
from guiche.sources.text import hexadecimal, labels
from guiche.sources.text.entry import Entry

_LABEL = re.compile(
    r"""
    (?P<title> \b (?: outro\ nome | other\ name
                    | nome\ alternativo\ (?:para\ o|do)\ (?:requerente|titular|assunto)
                    | subject\ alternative\ name ) \b \s* [:=]? )
    | (?<![\w.]) (?: oid[ .:=]{1,2} )? (?P<oid> [0-2] (?: \.[0-9]{1,20} ){3,20} )
      \s{0,3} (?: = | :(?!:) )
    | (?: ^ | (?<=[,;:\n]) ) \ ?
      (?P<name> [^\W\d_] (?: [^=,;:\n<>".] | \.(?!\d) ){0,60}? ) \ ? =
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
# A comma between octets, where a line was wrapped or the octets are a list; else it ends a value.
_WITHIN = re.compile(
    r"(?<=[0-9a-f]{2}) ?[,;][ \n]{0,9}(?=[0-9a-f]{2}(?:[ :,;\n]|$))", re.IGNORECASE
)
_FIELD_ARCS = (ICP_BRASIL_FIELDS + "3.", ICP_BRASIL_FIELDS + "4.")


def entries(text: str) -> list[Entry]:
    """The labelled values of a text whose blanks and line ends are plain. Raises `DamagedError`."""
    found: list[tuple[str, Entry]] = []
    under_title = False
    labelled = list(_LABEL.finditer(text))
    ends = [match.start() for match in labelled[1:]] + [len(text)]
    for match, end in zip(labelled, ends, strict=False):
        entry = _entry(match, text[match.end() : end], under_title=under_title)
        if entry:
            found.append((match["name"] or "", entry))
        under_title = bool(match["title"])
    return labels.resolve(found)


def _entry(match: re.Match[str], after: str, *, under_title: bool) -> Entry | None:
    shown = re.split("[,;]", _WITHIN.sub("\n", after), maxsplit=1)[0].strip()
    if match["oid"]:
        return _under_oid(match["oid"], shown, below=after.lstrip(" ").startswith("\n"))
    octets = _octets(shown)
    if octets is None:
        return None
    if match["title"]:
        readable = hexadecimal.is_encoded(octets) or hexadecimal.is_worded(octets)
    else:
        readable = labels.names_a_field(match["name"], octets, under_title=under_title)
    return Entry(None, hexadecimal.value(None, octets)) if readable else None


def _under_oid(oid: str, shown: str, *, below: bool) -> Entry | None:
    """`below`: the line of the label has nothing else; only octets go on in the next."""
    octets = _octets(shown)
    first_line = shown.split("\n", 1)[0]
    if octets is not None and not _is_number(first_line, octets):
        return Entry(oid, hexadecimal.value(oid, octets))
    if not oid.startswith(_FIELD_ARCS):
        return None
    if re.fullmatch("[0-9a-fA-F]{1,2}( [0-9a-fA-F]{1,2})+", first_line):
        raise DamagedError("um valor está cortado", hexadecimal.COPY_AGAIN)
    if below or not any(c.isalnum() for c in first_line) or first_line.startswith("<"):
        return Entry(oid, None)
    # Some programs print the text itself in place of its octets.
    return Entry(oid, OtherName(oid, None, first_line.encode()))


def _is_number(first_line: str, octets: bytes) -> bool:
    """Whether digits without blanks, as many as a CEI or a CNPJ has, are the number itself.

    Where they may as well be the octets of other digits (`313233343536`), they are: Windows writes
    octets, and so short a value is doubtful, while a number could be taken for the right one.
    """
    return (
        first_line.isdigit()
        and len(first_line) in (12, 14)
        and not hexadecimal.is_encoded(octets)
        and not octets.replace(b" ", b"0").isdigit()
    )


def _octets(shown: str) -> bytes | None:
    """The hex that starts here; a line of other words ends it, the length it states too."""
    octets = bytearray()
    for each in shown.split("\n"):
        more = hexadecimal.line(each)
        if more is None:
            break
        octets += more
        if hexadecimal.is_encoded(octets):
            break
    return bytes(octets) or _leading(shown)


def _leading(shown: str) -> bytes | None:
    """Hex followed by something else on its line: only where it is whole by its own length."""
    match = re.match("(?:[0-9a-f]{2} ?)+(?! ?[0-9a-z])", shown, re.IGNORECASE)
    octets = hexadecimal.line(match[0].strip()) if match else None
    return octets if octets and hexadecimal.is_encoded(octets) else None
