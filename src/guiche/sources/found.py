"""What reading a source gives: certificates, or the values of a pasted text, and where from."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from guiche.icpbrasil import Certificate, Inspection, OtherName, inspect, inspect_fields

if TYPE_CHECKING:
    from guiche.sources.errors import SourceError


_RUNS = 4


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

    @property
    def words(self) -> str:
        """All that it says of itself, for a person.

        >>> Device("TOKEN DA ANA", "SafeNet, Inc.", "eToken", "02a1").words
        'TOKEN DA ANA, eToken (SafeNet, Inc.), série 02a1'
        """
        kind = f"{self.model} ({self.maker})" if self.model and self.maker else ""
        serial = self.serial and f"série {self.serial}"
        return ", ".join(filter(None, (self.label, kind or self.model or self.maker, serial)))


class Signature(NamedTuple):
    """Which signatures of a document the certificate made, of how many.

    `signs` is what they say they sign, in words; nothing of it is verified. Empty where it is not
    told.
    """

    numbers: tuple[int, ...]
    count: int  # type: ignore[assignment]  # nobody counts the values of a Signature
    signs: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Which of them, as a person says it.

        >>> Signature((2,), 3).words, Signature((1, 2, 3, 5), 5).words
        ('assinatura 2 de 3', 'assinaturas 1 a 3 e 5 de 5')
        """
        if self.count == 1:
            return "assinatura única"
        *parts, last = _runs(self.numbers)
        shown = ", ".join(parts[:_RUNS]) + ("…" if len(parts) > _RUNS else "")
        one = "assinatura" if len(self.numbers) == 1 else "assinaturas"
        return f"{one} {shown}{' e ' if shown else ''}{last} de {self.count}"

    @property
    def sentence(self) -> str:
        """Which of them, of what, and how far that is known."""
        of_what = f", sobre {', '.join(self.signs)}" if self.signs else ""
        return (
            f"{self.words.capitalize()}{of_what}. "
            "Só o certificado foi lido; a assinatura não foi conferida."
        )


class Found(NamedTuple):
    """One certificate (`der`), or the values of one pasted text (`other_names`, `der` None).

    `is_ca`: it is the certificate of an authority, and usually stands beside the one looked for.
    `device`: the token or card that it was read from.
    `signature`: of a signed document, which signatures it made; None where it made none.
    `beside`: it came with the signatures of others, or only stamped their time.
    `chain`: the authorities that came with it, DER each, not looked at; they may lead to its root.
    """

    source: Source
    der: bytes | None
    other_names: tuple[OtherName, ...] = ()
    is_ca: bool = False
    device: Device | None = None
    signature: Signature | None = None
    beside: bool = False
    chain: tuple[bytes, ...] = ()

    def inspect(self, *, at: datetime | None = None) -> Inspection:
        """The reading; `at` is the moment its validity is judged for. Never raises."""
        if self.der is None:
            return inspect_fields(self.other_names)
        return inspect(self.der, at=at)

    def contract(self, inspection: Inspection) -> dict[str, Any]:
        """The public JSON of its reading, with what this place adds to `source`."""
        contract = inspection.to_dict(self.source)
        if self.signature:
            contract["source"]["signature"] = {
                "numbers": list(self.signature.numbers),
                "count": self.signature.count,
                "signs": list(self.signature.signs),
                "verified": False,
            }
        if self.device:
            contract["source"]["device"] = self.device._asdict()
        return contract


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

    @classmethod
    def of(cls, items: "Iterable[Found | SourceError]") -> Self:
        """What was found and what failed, each numbered among those of the same name.

        Raises the first error where nothing was found, with the `others` in it; `items` has one.
        """
        found: list[Found] = []
        errors: list[SourceError] = []
        numbers: dict[str, int] = {}
        for item in items:
            index = numbers.get(item.source.name, 0)
            numbers[item.source.name] = index + 1
            source = item.source._replace(index=index)
            if isinstance(item, Found):
                found.append(item._replace(source=source))
            else:
                item.source = source
                errors.append(item)
        if not found:
            errors[0].others = tuple(errors[1:])
            raise errors[0]
        return cls(tuple(found), tuple(errors))

    @property
    def leaves(self) -> tuple[Found, ...]:
        """What was found, without what stands beside a leaf: authorities, and in a signed document
        who did not sign it; the authorities are the `chain` of each. All where there is no leaf."""
        beside = tuple(found.der for found in self.found if found.is_ca and found.der)
        leaves = (found for found in self.found if not (found.is_ca or found.beside))
        return tuple(each._replace(chain=each.chain or beside) for each in leaves) or self.found


def _runs(numbers: tuple[int, ...]) -> list[str]:
    """Each run of three or more as `1 a 3`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [
        each
        for run in runs
        for each in ([f"{run[0]} a {run[-1]}"] if len(run) > 2 else map(str, run))
    ]


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
    if name.isprintable():
        return name
    return "".join(c if c.isprintable() else "?" for c in name)


def harmless(cell: str) -> str:
    """A text for a cell of a sheet: one line, and no formula, for names may be `=HYPERLINK(...)`.

    >>> harmless("=1+1"), harmless("\\t@soma"), harmless("PADARIA = EXEMPLO")
    ("'=1+1", "'@soma", 'PADARIA = EXEMPLO')
    """
    line = " ".join(cell.split())
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line


def size_in_words(size: int) -> str:
    """A number of bytes as a person says it.

    >>> size_in_words(3 * 1024**3), size_in_words(262_144), size_in_words(12)
    ('3,0 GB', '256 kB', '12 bytes')
    """
    for unit, factor in (("GB", 1024**3), ("MB", 1024**2)):
        if size >= factor:
            return f"{size / factor:.1f} {unit}".replace(".", ",")
    return f"{size // 1024} kB" if size >= 1024 else f"{size} bytes"
