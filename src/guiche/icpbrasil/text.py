"""Text of ASN.1 string types, as certificates really carry it."""

from guiche.icpbrasil.tlv import (
    BMP,
    IA5,
    NUMERIC,
    OCTET_STRING,
    PRINTABLE,
    TELETEX,
    UNIVERSAL,
    UTF8,
    VISIBLE,
)

TYPE_NAMES = {
    OCTET_STRING: "OCTET STRING",
    UTF8: "UTF8String",
    NUMERIC: "NumericString",
    PRINTABLE: "PrintableString",
    TELETEX: "TeletexString",
    IA5: "IA5String",
    VISIBLE: "VisibleString",
    UNIVERSAL: "UniversalString",
    BMP: "BMPString",
}
_CHARSETS = {UTF8: "utf-8", TELETEX: "latin-1", UNIVERSAL: "utf-32-be", BMP: "utf-16-be"}
# The norm allows OCTET STRING and PrintableString for the fields of ICP-Brasil
# (DOC-ICP-04, 7.1.2.2-a); UTF8String is common in the field.
EXPECTED_IN_FIELDS = frozenset({OCTET_STRING, PRINTABLE, UTF8})


def type_name(tag: int) -> str:
    """`OCTET STRING`, `PrintableString`, ...; the number in hexadecimal for any other tag."""
    return TYPE_NAMES.get(tag & 0x1F if tag < 0x40 else tag, f"0x{tag:02x}")


def decode(tag: int, content: bytes) -> tuple[str, bool]:
    """The text, and whether the octets fit the charset of the type.

    Octets that do not fit are read as UTF-8, then as Latin-1, so that a text always comes.
    """
    charset = _CHARSETS.get(tag & 0x1F, "ascii")
    try:
        return content.decode(charset), True
    except UnicodeDecodeError:
        pass
    # An OCTET STRING has no charset of its own: accents in it break the norm, not the type.
    fits = tag & 0x1F == OCTET_STRING
    try:
        return content.decode("utf-8"), fits
    except UnicodeDecodeError:
        return content.decode("latin-1"), fits
