"""The fields of a certificate: its otherNames, named in Portuguese and decoded."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from guiche.icpbrasil import oids
from guiche.icpbrasil.blocks import (
    PERSON_MAXIMUM,
    PERSON_MINIMUM,
    PersonBlock,
    VoterBlock,
    describe_meter,
    describe_sat,
    informed,
)
from guiche.icpbrasil.findings import Finding, finding
from guiche.icpbrasil.numbers import cnpj
from guiche.icpbrasil.oids import field_name
from guiche.icpbrasil.other_name import OtherName
from guiche.icpbrasil.text import EXPECTED_IN_FIELDS, TYPE_NAMES, decode
from guiche.icpbrasil.tlv import OCTET_STRING

PERSON_FIELDS = (oids.PESSOA_FISICA, oids.RESPONSAVEL)
_FIXED_LENGTHS: dict[str | None, int] = {
    oids.CNPJ: 14,
    oids.CEI_PESSOA_FISICA: 12,
    oids.CEI_PESSOA_JURIDICA: 12,
}


class Field(NamedTuple):
    """One otherName and its text; the readable value is made when it is asked for."""

    entry: OtherName
    text: str
    fits_charset: bool

    @classmethod
    def of(cls, entry: OtherName) -> "Field":
        """The field that an otherName holds."""
        return cls(entry, *decode(OCTET_STRING if entry.tag is None else entry.tag, entry.content))

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing to say of its encoding and length, as of nearly all."""
        entry = self.entry
        return (
            entry.tag in EXPECTED_IN_FIELDS
            and self.fits_charset
            and not entry.constructed
            and not entry.nested
            and _FIXED_LENGTHS.get(entry.oid, len(self.text)) == len(self.text)
        )

    @property
    def holds_text(self) -> bool:
        """Whether the value is a string, or nothing at all; elsewhere its octets are no digits."""
        return self.entry.tag is None or self.entry.tag in TYPE_NAMES or not self.entry.content

    @property
    def oid(self) -> str | None:
        """Dotted OID, None where a pasted value came without one."""
        return self.entry.oid

    @property
    def name(self) -> str:
        """Portuguese name."""
        return field_name(self.entry.oid)

    @property
    def type(self) -> str | None:
        """ASN.1 string type."""
        return self.entry.type

    @property
    def hex(self) -> str:
        """Content octets in lower case, spaced."""
        return self.entry.content.hex(" ")

    @property
    def value(self) -> str | None:
        """The value as people write it; None where the field says "not informed"."""
        text = informed(self.text)
        if text is None:
            return None
        match self.entry.oid:
            case oids.PESSOA_FISICA | oids.RESPONSAVEL:
                return PersonBlock.read(self.text).describe() or text
            case oids.TITULO_ELEITOR:
                return VoterBlock.read(self.text).describe() or text
            case oids.CNPJ if len(text) == cnpj.LENGTH:
                return cnpj.format(text)
            case oids.CF_E_SAT:
                return describe_sat(self.text)
            case oids.OM_BR:
                return describe_meter(self.text)
        return text


class Fields:
    """All fields of one certificate or pasted text, found by OID."""

    def __init__(self, entries: Sequence[OtherName]) -> None:
        self.every = tuple(map(Field.of, entries))
        self._first: dict[str, Field] = {}
        self._people: dict[str, PersonBlock] = {}
        for field in self.every:
            if field.entry.oid is not None:
                self._first.setdefault(field.entry.oid, field)
        for oid in PERSON_FIELDS:
            if oid in self._first:
                self._people[oid] = PersonBlock.read(self._first[oid].text)

    def __contains__(self, oid: object) -> bool:
        return oid in self._first

    def informed(self, oid: str) -> str | None:
        """The trimmed text of the first such field; None where it is missing or not informed."""
        field = self._first.get(oid)
        return informed(field.text) if field else None

    def person(self, oid: str) -> PersonBlock | None:
        """The composed data of a person in that field."""
        return self._people.get(oid)

    def cpfs(self) -> set[str]:
        """Every CPF in a composed block, also where the block stands twice."""
        blocks = list(self._people.values())
        if self._has_repetitions:
            blocks += [PersonBlock.read(f.text) for f in self.every if f.oid in PERSON_FIELDS]
        return {block.cpf for block in blocks if block.cpf}

    def findings(self) -> Iterator[Finding]:
        """What is odd about the fields themselves, whoever holds the certificate."""
        for field in self.every:
            if not field.is_plain:
                yield from _oddities(field)
        for oid, block in self._people.items():
            yield from _block_oddities(self._first[oid], block)
        if self._has_repetitions:
            yield from self._repetitions()

    @property
    def _has_repetitions(self) -> bool:
        return len(self._first) < len(self.every)

    def _repetitions(self) -> Iterator[Finding]:
        texts: dict[str, list[str]] = {}
        for field in self.every:
            if field.entry.oid is not None:
                texts.setdefault(field.entry.oid, []).append(field.text.strip())
        for oid, values in texts.items():
            if len(set(values)) > 1:
                yield finding("conflicting_other_name", name=field_name(oid))
            elif len(values) > 1:
                yield finding("duplicate_other_name", name=field_name(oid))


def _oddities(field: Field) -> Iterator[Finding]:
    entry, oid = field.entry, field.entry.oid
    if oid is None or not oid.startswith(oids.ICP_BRASIL_FIELDS):
        return
    if entry.tag is not None and entry.tag not in EXPECTED_IN_FIELDS:
        yield finding("unexpected_string_type", name=field.name, found=field.type)
    if not field.fits_charset:
        yield finding("string_charset", name=field.name)
    if entry.constructed:
        yield finding("constructed_string", name=field.name)
    if entry.nested:
        yield finding("nested_string", name=field.name)
    expected = _FIXED_LENGTHS.get(oid)
    if expected and expected not in (len(field.text), len(field.text.rstrip(" "))):
        yield finding("bad_block_length", name=field.name, found=len(field.text), expected=expected)


def _block_oddities(field: Field, block: PersonBlock) -> Iterator[Finding]:
    if block.is_short:
        yield finding("short_person_block", name=field.name, found=block.length)
        return
    if not PERSON_MINIMUM <= len(field.text.rstrip()) <= PERSON_MAXIMUM:
        yield finding(
            "bad_block_length",
            name=field.name,
            found=block.length,
            expected=f"{PERSON_MINIMUM} a {PERSON_MAXIMUM}",
        )
    if block.birth_date_text and not block.birth_date:
        yield finding("birth_date_unreadable", name=field.name, found=block.birth_date_text)
