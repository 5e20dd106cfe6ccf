"""The Subject Alternative Name as OpenSSL, Node.js and Java's keytool print it.

OpenSSL 3 writes `othername: 2.16.76.1.3.7::115830024985` for a UTF8String or an IA5String and
`<unsupported>` in place of any other value; before 3.0 always `othername:<unsupported>`, without
the OID, and Node.js so to this day. keytool names the OID alone.
"""

import re

from guiche.icpbrasil import OtherName
from guiche.sources.text.entry import Entry

_NEXT = re.compile(
    r", ?(?=(?:othername|email|DNS|URI|IP Address|Registered ID|DirName|X400Name|EdiPartyName):)"
)
_OTHER_NAME = re.compile(r"\s*othername: ?(?:([0-9]+(?:\.[0-9]+)+|[A-Za-z][^:<]{0,80})::?)?(.*)")
_KEYTOOL = re.compile(r"Other-Name: Unrecognized ObjectIdentifier: ([0-9.]{5,120})")


def entries(text: str) -> list[Entry]:
    """The entries with what they show; a friendly name (`UPN`) in place of an OID is no field."""
    found = []
    for line in text.split("\n"):
        start = line.find("othername:")
        if start >= 0:
            for piece in _NEXT.split(line[start:]):
                entry = _entry(piece)
                if entry:
                    found.append(entry)
        keytool = _KEYTOOL.search(line)
        if keytool:
            found.append(Entry(keytool[1], None, shown_by="do keytool"))
    return found


def _entry(piece: str) -> Entry | None:
    match = _OTHER_NAME.fullmatch(piece)
    if not match:
        return None
    label, shown = match[1], match[2]
    if label and not label[0].isdigit():
        return None
    if label is None or not shown.strip(" :") or shown.startswith("<unsupported>"):
        return Entry(label, None, shown_by="do OpenSSL")
    return Entry(label, OtherName(label, None, shown.encode()))
