"""Certificates that a portfolio is varied from: what an authority writes alike into all of them.

65 % are of companies (e-CNPJ, and Selo Eletrônico of Res. CG 211/2024), 35 % of people (e-CPF, and
the profile of 2024). Values are OCTET STRING, PrintableString or UTF8String, as authorities differ.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import certificates
from certificates import Certificate, Part, Person
from certificates import der as asn1
from certificates.certificate import MODULUS, filling, mail, name, rdn
from certificates.oids import CPS
from certificates.profiles import CNPJ, field, policies

COUNT = 200
SERIAL = bytes.fromhex("3a1f5c0e9b7d24683a1f5c0e9b7d2468")
DATES = b"260302120000Z", b"270302120000Z"
CPF, BIRTH, NIS, CEI = "12345678909", "15031980", "17033311522", certificates.CEI

_TRADES = (
    "BAR", "PADARIA", "OFICINA", "MERCADO", "LIVRARIA", "QUITANDA", "MERCEARIA", "PAPELARIA",
    "CONFEITARIA", "TRANSPORTES",
)  # fmt: skip
_ACCENTED = ("CLÍNICA", "FARMÁCIA", "COMÉRCIO", "VIDRAÇARIA", "CONSTRUÇÃO")
_GIVEN = (
    "ANA", "IVO", "LIA", "LEO", "JOSE", "VERA", "IRIS", "LUIZ", "MARIA", "PEDRO", "CLARA", "BRUNO",
    "CAROLINA", "FERNANDO", "MARCELLA", "LEONARDO",
)  # fmt: skip
_FAMILY = (
    "SILVA", "SOUZA", "ROCHA", "MOURA", "PEREIRA", "ALMEIDA", "CARDOSO", "RIBEIRO", "OLIVEIRA",
    "FERREIRA", "TEIXEIRA", "CARVALHO",
)  # fmt: skip
ALIKE = {
    word.encode(): [other.encode() for other in words if len(other.encode()) == len(word.encode())]
    for words in (_TRADES, _ACCENTED, _GIVEN, _FAMILY)
    for word in words
}
"""The words that may take a word's place: of the same kind and length. Names are invented."""

_ISSUERS = tuple(
    name(O="ICP-Brasil", OU=unit, CN=label)
    for unit, label in (
        ("Secretaria da Receita Federal do Brasil - RFB", "AC Exemplo RFB G1"),
        ("Secretaria da Receita Federal do Brasil - RFB", "AC Modelo RFB v5"),
        ("Secretaria da Receita Federal do Brasil - RFB", "AC Amostra Multipla RFB G3"),
        ("AC Raiz de Exemplo v10", "AC Ensaio Multipla v5"),
        ("AC Raiz de Exemplo v10", "AC Prova Brasil SSL EV"),
        ("Autoridade de Exemplo - AC", "AC Figura RFB v4"),
        ("Autoridade de Exemplo - AC", "AC Padrao Certificadora G7"),
        ("Autoridade de Exemplo - AC", "AC Croqui Cartoes RFB G4"),
    )
)
_E_CNPJ, _SELO, _E_CPF = 0.60, 0.65, 0.97
_STRINGS: tuple[Callable[[str], bytes], ...] = (asn1.octets, asn1.printable, asn1.utf8)


@dataclass(frozen=True)
class Template:
    """A certificate, and the names in it whose words may be varied."""

    der: bytes
    names: tuple[bytes, ...]


def templates(seed: int) -> list[Template]:
    """`COUNT` of them, of equal weight, the same for the same seed."""
    rng = random.Random(seed)
    return [_template(rng, number / COUNT) for number in range(COUNT)]


def _template(rng: random.Random, place: float) -> Template:
    string = rng.choice(_STRINGS)
    person = f"{rng.choice(_GIVEN)} EXEMPLO {rng.choice(_FAMILY)}"
    trade = rng.choice(_TRADES if rng.random() < 0.8 else _ACCENTED)
    company = f"{trade} EXEMPLO {rng.choice(_FAMILY)} LTDA"
    who = Person(person, CPF, BIRTH, NIS)
    cei = string(CEI) if rng.random() < 0.95 else None
    whole, common_name = _of_profile(place, string, who, company, cei)
    if place < _E_CNPJ or _SELO <= place < _E_CPF:
        whole = whole.with_extensions(_a1_or_a3(rng))
    if string is asn1.printable and common_name.isascii():
        whole = whole.with_subject(rdn("CN", asn1.printable(common_name)))
    else:
        whole = whole.with_subject(rdn("CN", common_name))
    signed = replace(
        whole,
        issuer=rng.choice(_ISSUERS),
        serial=int.from_bytes(SERIAL[: rng.choice((8, 12, 16))], "big"),
        names=tuple(rng.sample(whole.names or (), len(whole.names or ()))),
    )
    return Template(signed.der(), (person.encode(), company.encode()))


def _of_profile(
    place: float, string: Callable[[str], bytes], who: Person, company: str, cei: bytes | None
) -> tuple[Certificate, str]:
    """The certificate of the profile that stands at this place of 0 to 1, and its CN."""
    contact = mail("contato@exemplo.com.br")
    if place < _E_CNPJ:
        names = field(2, string(who.name)), field(3, string(CNPJ)), field(4, string(who.block))
        whole = certificates.e_cnpj(cei).with_names(*names, contact)
        return whole, f"{company}:{CNPJ}"
    if place < _SELO:
        return certificates.selo_eletronico().with_names(field(3, string(CNPJ))), company
    if place < _E_CPF:
        whole = certificates.e_cpf(cei).with_names(field(1, string(who.block)), contact)
        return whole, f"{who.name}:{CPF}"
    whole = certificates.pf_2024(person=who).with_names(field(1, string(who.block)))
    return whole, who.name


def _a1_or_a3(rng: random.Random) -> Part:
    address = asn1.ia5(f"http://repositorio.exemplo.com.br/dpc-{rng.randint(1, 9)}.pdf")
    arc = f"2.16.76.1.2.{rng.choice((1, 3))}.{rng.randint(10, 110)}"
    return policies(arc, qualifier=asn1.sequence(asn1.oid(CPS), address))


MARKS: dict[str, bytes] = {
    "modulus": MODULUS.to_bytes(256, "big"),
    "signature": filling("signature", 256),
    "key_id": filling("subject key", 20),
    "cpf": CPF.encode(),
    "cnpj": CNPJ.encode(),
    "cei": CEI.encode(),
    "nis": NIS.encode(),
    "birth": BIRTH.encode(),
    "not_before": DATES[0],
    "not_after": DATES[1],
}
"""What is found in a template by its bytes."""
