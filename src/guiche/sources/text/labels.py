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
_FIELDS: tuple[tuple[set[str], re.Pattern[str], str], ...] = (
    ({"CEI", "FISICA"}, _ANY, oids.CEI_PESSOA_FISICA),
    ({"CEI", "JURIDICA"}, _ANY, oids.CEI_PESSOA_JURIDICA),
    ({"CNPJ"}, _COMPANY, oids.CNPJ),
    ({"TITULO"}, _VOTER, oids.TITULO_ELEITOR),
    ({"ELEITOR"}, _VOTER, oids.TITULO_ELEITOR),
    ({"RESPONSAVEL"}, _PERSON, oids.RESPONSAVEL),
    ({"NOME", "RESPONSAVEL"}, _ANY, oids.NOME_RESPONSAVEL),
    ({"NOME", "EMPRESARIAL"}, _ANY, oids.NOME_EMPRESARIAL),
    ({"FISICA"}, _PERSON, oids.PESSOA_FISICA),
    ({"FISICA"}, _EMPLOYER, oids.CEI_PESSOA_FISICA),
    ({"JURIDICA"}, _COMPANY, oids.CNPJ),
    ({"JURIDICA"}, _PERSON, oids.RESPONSAVEL),
    ({"JURIDICA"}, _EMPLOYER, oids.CEI_PESSOA_JURIDICA),
    (set(), _VOTER, oids.TITULO_ELEITOR),
)
_OF_A_FIELD = {
    *("CNPJ", "CPF", "CEI", "NIS", "RIC", "OAB", "TITULO", "ELEITOR"),
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
    """The entries, each with the OID that its label means; None stays where that is not certain."""
    resolved = [_resolved(label, entry) for label, entry in found]
    of_a_company = any(
        entry.oid in (oids.CNPJ, oids.NOME_RESPONSAVEL, oids.CEI_PESSOA_JURIDICA)
        for entry in resolved
    )
    # The same block is the holder's own in an e-CPF, the responsible person's in an e-CNPJ.
    person = oids.RESPONSAVEL if of_a_company else oids.PESSOA_FISICA
    return [
        _with_oid(entry, person) if entry.oid is None and _has(entry, _PERSON) else entry
        for entry in resolved
    ]


def _resolved(label: str, entry: Entry) -> Entry:
    if entry.oid is not None or not label:
        return entry
    words = _words(label)
    for wanted, shape, oid in _FIELDS:
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
