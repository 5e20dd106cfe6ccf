"""Labels that are names: which field they mean, told by their words and the shape of the value."""

import re
import unicodedata

from guiche.icpbrasil import oids
from guiche.sources.text import hexadecimal
from guiche.sources.text.entry import Entry

_PERSON = re.compile(r"[0-9]{8}[0-9]{11}.{26,36}")  # birth date, CPF, NIS, RG, issuer
_VOTER = re.compile(r"[0-9]{19}(?:[^0-9].{0,21})?")
_COMPANY = re.compile(r"[0-9A-Z]{12}[0-9]{2}")
_EMPLOYER = re.compile(r"[0-9 ]{12}")
_ANY = re.compile(r".*", re.DOTALL)

# Words that must all be in the label, the shape of the value, the field. The first row that fits.
_Row = tuple[set[str], re.Pattern[str], str]
_OF_A_CEI: tuple[_Row, ...] = (
    ({"FISICA"}, _ANY, oids.CEI_PESSOA_FISICA),
    ({"JURIDICA"}, _ANY, oids.CEI_PESSOA_JURIDICA),
)
_OF_ANYTHING: tuple[_Row, ...] = (
    ({"CNPJ"}, _ANY, oids.CNPJ),
    ({"TITULO"}, _ANY, oids.TITULO_ELEITOR),
    ({"ELEITOR"}, _ANY, oids.TITULO_ELEITOR),
    ({"RIC"}, _ANY, oids.RIC),
    ({"SIGEPE"}, _ANY, oids.SIGEPE),
    ({"OAB"}, _ANY, "2.16.76.1.4.2.1.1"),
    ({"RESPONSAVEL"}, _PERSON, oids.RESPONSAVEL),
    ({"NOME", "RESPONSAVEL"}, _ANY, oids.NOME_RESPONSAVEL),
    ({"NOME", "EMPRESARIAL"}, _ANY, oids.NOME_EMPRESARIAL),
    ({"FISICA"}, _PERSON, oids.PESSOA_FISICA),
    ({"JURIDICA"}, _COMPANY, oids.CNPJ),
    ({"JURIDICA"}, _PERSON, oids.RESPONSAVEL),
    (set(), _VOTER, oids.TITULO_ELEITOR),
)
_OF_AN_EMPLOYER: tuple[_Row, ...] = (
    ({"FISICA"}, _EMPLOYER, oids.CEI_PESSOA_FISICA),
    ({"JURIDICA"}, _EMPLOYER, oids.CEI_PESSOA_JURIDICA),
)
# A label of other words names another number, of which twelve digits are not the CEI.
_OF_NO_NUMBER = {"ICP", "BRASIL", "PESSOA", "FISICA", "JURIDICA", "DA", "DE"}
_OF_A_FIELD = {
    *("CNPJ", "CPF", "CEI", "NIS", "RIC", "OAB", "SIGEPE", "TITULO", "ELEITOR"),
    *("ICP", "PESSOA", "RESPONSAVEL", "EMPRESARIAL"),
}
# Labels of the same windows whose value is hex, or looks like it, and is no field.
_OF_SOMETHING_ELSE = {
    *("RFC822", "DNS", "URL", "IP", "PRINCIPAL", "SERIAL", "SERIE", "KEY", "KEYID", "CHAVE"),
    *("THUMBPRINT", "IMPRESSAO", "HASH", "FINGERPRINT", "SHA1", "SHA256", "MODULUS"),
    *("POLICY", "DIRETIVA", "ASSINATURA", "SIGNATURE"),
}


def names_a_field(label: str, octets: bytes, *, under_title: bool) -> bool:
    """Whether a name in front of hex can be that of an otherName, and the hex its value."""
    words = _words(label)
    if words & _OF_SOMETHING_ELSE:
        return False
    if octets[0] < 0x20:
        # A type and a length lead, right or wrong: `hexadecimal.value` will tell.
        return hexadecimal.is_encoded(octets) or under_title or bool(words & _OF_A_FIELD)
    return (under_title or bool(words & _OF_A_FIELD)) and hexadecimal.is_worded(octets)


def resolve(found: list[tuple[str, Entry]]) -> list[Entry]:
    """The entries, each with the OID that its label means.

    None stays where there is no label, or it speaks of a CEI and not of whose: such a value may be
    the CEI. What stands under any other name is left out, since it must not be taken for it.
    """
    resolved = [(label, _resolved(label, entry)) for label, entry in found]
    of_a_company = any(
        entry.oid in (oids.CNPJ, oids.NOME_RESPONSAVEL, oids.CEI_PESSOA_JURIDICA)
        for _, entry in resolved
    )
    # The same block is the holder's own in an e-CPF, the responsible person's in an e-CNPJ.
    person = oids.RESPONSAVEL if of_a_company else oids.PESSOA_FISICA
    told = [
        (label, _with_oid(entry, person) if entry.oid is None and _has(entry, _PERSON) else entry)
        for label, entry in resolved
    ]
    return [entry for label, entry in told if entry.oid or not label or "CEI" in _words(label)]


def _resolved(label: str, entry: Entry) -> Entry:
    if entry.oid is not None or not label:
        return entry
    words = _words(label)
    rows = _OF_A_CEI if "CEI" in words else _OF_ANYTHING
    if words <= _OF_NO_NUMBER:
        rows += _OF_AN_EMPLOYER
    for wanted, shape, oid in rows:
        if wanted <= words and _has(entry, shape):
            return _with_oid(entry, oid)
    return entry


def _has(entry: Entry, shape: re.Pattern[str]) -> bool:
    if entry.value is None:
        return False
    return bool(shape.fullmatch(entry.value.content.decode("latin-1")))


def _with_oid(entry: Entry, oid: str) -> Entry:
    value = entry.value._replace(oid=oid) if entry.value else None
    return entry._replace(oid=oid, value=value)


def _words(label: str) -> set[str]:
    ascii_label = unicodedata.normalize("NFD", label.upper()).encode("ascii", "ignore").decode()
    return set(re.findall("[A-Z0-9]+", ascii_label))
