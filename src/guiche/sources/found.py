"""What reading a source gives: certificates, or the values of a pasted text, and where from."""

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from guiche.icpbrasil import Certificate, Inspection, OtherName, inspect, inspect_fields

if TYPE_CHECKING:
    from guiche.sources.errors import SourceError


class Source(NamedTuple):
    """The place a certificate was read from.

    `name` is a path or a title; what came inside something else has both, `clientes.zip/ana.cer`.
    `kind` is the format that held the certificate itself (`pem`, `der`, `pkcs7`, `pkcs12`, `text`,
    `xml`, `cms`, `pdf`), or the place (`pkcs11`, `windows`, `keychain`, `nss`, `browser`, `psc`;
    of an error also `zip`, `email`, or `unknown` where nothing was recognised). `index` counts the
    certificates of one name from zero.
    """

    name: str
    kind: str
    index: int  # type: ignore[assignment]  # nobody looks for the position of a value in a Source


class Device(NamedTuple):
    """A token or card, as it names itself; "" where it does not."""

    label: str
    maker: str
    model: str
    serial: str


class Found(NamedTuple):
    """One certificate (`der`), or the values of one pasted text (`other_names`, `der` None).

    `is_ca`: it is the certificate of an authority, and usually stands beside the one looked for.
    `device`: the token or card that it was read from. `chain`: the authorities that were sent with
    it, DER each, not looked at; they may lead to its root.
    """

    source: Source
    der: bytes | None
    other_names: tuple[OtherName, ...] = ()
    is_ca: bool = False
    device: Device | None = None
    chain: tuple[bytes, ...] = ()

    def inspect(self, *, at: datetime | None = None) -> Inspection:
        """The reading; `at` is the moment its validity is judged for. Never raises."""
        if self.der is None:
            return inspect_fields(self.other_names)
        return inspect(self.der, at=at)


class Member(NamedTuple):
    """A source inside another: its name there, and its bytes or why they could not be had."""

    name: str
    content: "bytes | SourceError"


class Reading(NamedTuple):
    """All that one input gave; `found` is never empty.

    An error here concerns one member (a file of a ZIP, an attachment, one PEM block): the rest was
    read. Where nothing at all was found, the error is raised instead.
    """

    found: tuple[Found, ...]
    errors: tuple["SourceError", ...]

    @property
    def leaves(self) -> tuple[Found, ...]:
        """What was found, without authorities beside a leaf; all where there is no leaf."""
        return tuple(found for found in self.found if not found.is_ca) or self.found


def claims_ca(der: bytes) -> bool:
    """Whether the certificate says cA TRUE (RFC 5280, 4.2.1.9); False where it cannot be read."""
    try:
        return Certificate.read(der).is_ca
    except ValueError:
        return False


def printable(name: str) -> str:
    """A name that a terminal or a page can show: no control or direction mark, no lone surrogate.

    Names come from file systems, ZIPs and e-mails, and an escape sequence in one is an attack.

    >>> printable("ana\\x1b[2J.cer")
    'ana?[2J.cer'
    """
    return "".join(c if c.isprintable() else "?" for c in name)


def size_in_words(size: int) -> str:
    """A number of bytes as a person says it.

    >>> size_in_words(3 * 1024**3), size_in_words(262_144), size_in_words(12)
    ('3,0 GB', '256 kB', '12 bytes')
    """
    for unit, factor in (("GB", 1024**3), ("MB", 1024**2)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}".replace(".", ",")
    return f"{size // 1024} kB" if size >= 1024 else f"{size} bytes"
