"""Certificates of each profile, complete and unremarkable: a test states only its deviation.

Legacy layouts after DOC-ICP-04 v8.1, 7.1.2.3 and the RFB layout v5.0; new ones after DOC-ICP-04
v8.3, annex I. Every person, company and authority is invented; the numbers have right digits.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from certificates import der as asn1
from certificates import oids
from certificates.certificate import (
    Certificate,
    Part,
    dns,
    extension,
    filling,
    mail,
    name,
    other_name,
)

CEI = "115830024985"
ZEROS = "0" * 12
CNPJ = "11222333000181"
COMPANY = "PADARIA EXEMPLO LTDA"
AR_CNPJ = "11444777000161"
RFB = "Secretaria da Receita Federal do Brasil - RFB"

Value = str | bytes
"""Text goes into an OCTET STRING, as most authorities do; bytes are an element as it stands."""


@dataclass(frozen=True)
class Person:
    """The composed block of `.1` and `.4`; `tail` is the issuer of the RG and its state."""

    name: str
    cpf: str
    birth: str = "15031980"
    nis: str = "0" * 11
    rg: str = "000000000123456"
    tail: str = "SSPSP"

    @property
    def block(self) -> str:
        return self.birth + self.cpf + self.nis + self.rg + self.tail


ANA = Person("ANA EXEMPLO DA SILVA", "11144477735", nis="17033311522")
JOSE = Person("JOSE EXEMPLO PEREIRA", "12345678909")
TITULO = "102385010671" + "001" + "0002" + "SAO PAULOSP"


def field(number: int | str, value: Value) -> Part:
    """The otherName `2.16.76.1.3.<number>`, or that of another arc given as "4.2.1.1"."""
    arc = f"3.{number}" if isinstance(number, int) else number
    return other_name(f"2.16.76.1.{arc}", asn1.octets(value) if isinstance(value, str) else value)


def policies(*arcs: str, qualifier: bytes = b"") -> Part:
    """The first policy carries the address of the practice statement, as everywhere."""
    address = asn1.ia5("http://repositorio.exemplo.com.br/dpc.pdf")
    qualifier = qualifier or asn1.sequence(asn1.oid(oids.CPS), address)
    first, *others = map(asn1.oid, arcs)
    listed = [asn1.sequence(first, asn1.sequence(qualifier)), *map(asn1.sequence, others)]
    return extension(oids.POLICIES, asn1.sequence(*listed))


def key_usage(bits: int, unused: int) -> Part:
    return extension(oids.KEY_USAGE, asn1.bit_string(bytes([bits]), unused), critical=True)


def usage(*purposes: str) -> Part:
    return extension(oids.EXTENDED_KEY_USAGE, asn1.sequence(*map(asn1.oid, purposes)))


def basic_constraints(*content: bytes) -> Part:
    return extension(oids.BASIC_CONSTRAINTS, asn1.sequence(*content), critical=True)


def links() -> tuple[Part, ...]:
    """Key identifiers, CRL and authority addresses: the same in every certificate."""
    own, parent = filling("subject key", 20), filling("authority key", 20)
    crl = asn1.implicit(6, b"http://repositorio.exemplo.com.br/lcr/acexemplog1.crl")
    p7b = asn1.implicit(6, b"http://repositorio.exemplo.com.br/certificados/acexemplog1.p7b")
    point = asn1.sequence(asn1.explicit(0, asn1.explicit(0, crl)))
    access = asn1.sequence(asn1.oid(oids.CA_ISSUERS), p7b)
    return (
        extension(oids.SUBJECT_KEY_ID, asn1.octets(own)),
        extension(oids.AUTHORITY_KEY_ID, asn1.sequence(asn1.implicit(0, parent))),
        extension(oids.CRL_POINTS, asn1.sequence(point)),
        extension(oids.AUTHORITY_INFO, asn1.sequence(access)),
    )


def end_entity(policy: str, *purposes: str, bits: int = 0xE0) -> tuple[Part, ...]:
    purposes = purposes or (oids.CLIENT_AUTH, oids.EMAIL_PROTECTION)
    return (
        *links(),
        basic_constraints(),
        policies(policy),
        key_usage(bits, 5),
        usage(*purposes),
    )


def e_cnpj(
    cei: Value | None = CEI, *, person: Person = JOSE, cnpj: str = CNPJ, cn: str = ""
) -> Certificate:
    """e-CNPJ A1 of the RFB layout; `cei` None leaves the field out."""
    units = (AR_CNPJ, "presencial", "RFB e-CNPJ A1", RFB)
    cn = cn or f"{COMPANY}:{cnpj}"
    return Certificate(
        subject=name(O="ICP-Brasil", ST="SP", L="SAO PAULO", OU=units, CN=cn),
        names=(
            field(2, person.name),
            field(3, cnpj),
            field(4, person.block),
            *([] if cei is None else [field(7, cei)]),
            mail("contato@padaria.exemplo.com.br"),
        ),
        extensions=end_entity(oids.A1),
    )


def e_cpf(cei: Value | None = CEI, *, person: Person = ANA, cn: str = "") -> Certificate:
    """e-CPF A3 of the RFB layout; `cei` None leaves the field out."""
    units = (AR_CNPJ, "presencial", RFB, "RFB e-CPF A3", "EM BRANCO")
    purposes = (oids.CLIENT_AUTH, oids.EMAIL_PROTECTION, oids.SMARTCARD_LOGON)
    return Certificate(
        subject=name(O="ICP-Brasil", OU=units, CN=cn or f"{person.name}:{person.cpf}"),
        names=(
            field(1, person.block),
            field(5, TITULO),
            *([] if cei is None else [field(6, cei)]),
            mail("ana@exemplo.com.br"),
        ),
        extensions=end_entity(oids.A3, *purposes),
    )


def pf_2024(cei: Value | None = None, *, person: Person = ANA) -> Certificate:
    """Natural person of Res. CG 211/2024: CPF in the Subject, the CEI field only permitted."""
    names = (field(1, replace(person, tail="SSP     SP").block),)
    return Certificate(
        subject=name(O="ICP-Brasil", CN=person.name, serialNumber=person.cpf),
        names=names if cei is None else (*names, field(6, cei)),
        extensions=end_entity(oids.A3),
        not_after=datetime(2029, 3, 2, 12, tzinfo=UTC),
    )


def selo_eletronico(policy: str = oids.SE_S) -> Certificate:
    return Certificate(
        subject=name(O="ICP-Brasil", CN=COMPANY, serialNumber=CNPJ),
        names=(field(3, CNPJ),),
        extensions=end_entity(policy, oids.CLIENT_AUTH),
    )


def timestamp(policy: str = oids.T3) -> Certificate:
    return Certificate(
        subject=name(O="ICP-Brasil", OU="ACT Exemplo", CN="SCT Exemplo 1"),
        names=(field(3, CNPJ),),
        extensions=end_entity(policy, oids.TIME_STAMPING, bits=0xC0),
    )


def application(policy: str = oids.AE_S) -> Certificate:
    """Aplicação específica: the holder is O, and there need not be a CN."""
    return Certificate(
        subject=name(
            O=COMPANY,
            ST="SP",
            L="SAO PAULO",
            businessCategory="Private Organization",
            serialNumber=CNPJ,
            jurisdictionCountry="BR",
        ),
        names=(dns("portal.exemplo.com.br"),),
        extensions=end_entity(policy, oids.SERVER_AUTH, oids.CLIENT_AUTH, bits=0xA0),
    )


def equipment(cei: Value | None = None, *, policy: str = oids.A1) -> Certificate:
    """A server of 2017-2021; `cei` makes it one of the older ones, with the field of a company."""
    names = (field(8, COMPANY), field(3, CNPJ), field(2, JOSE.name), field(4, JOSE.block))
    return Certificate(
        subject=name(O="ICP-Brasil", CN="www.exemplo.com.br"),
        names=(dns("www.exemplo.com.br"), *names, *([] if cei is None else [field(7, cei)])),
        extensions=end_entity(policy, oids.SERVER_AUTH, oids.CLIENT_AUTH, bits=0xA0),
    )


def cf_e_sat() -> Certificate:
    """Fiscal printer: the Subject's serialNumber is the equipment's, never a CPF or CNPJ."""
    return Certificate(
        subject=name(O="ICP-Brasil", serialNumber="000123456", CN=f"{COMPANY}:{CNPJ}"),
        names=(field(8, COMPANY), field(3, CNPJ), field(10, "0000123456" + "00111222333444")),
        extensions=end_entity(oids.CF_E_SAT, oids.CLIENT_AUTH),
    )


def om_br() -> Certificate:
    return Certificate(
        subject=name(O="ICP-Brasil", OU=CNPJ, CN=COMPANY, serialNumber="BOMBA-0001"),
        names=(field(8, COMPANY), field(3, CNPJ), field(12, "05112025" + "BOMBA-0001")),
        extensions=end_entity(oids.OM_BR, oids.CLIENT_AUTH),
    )


def ca(*arcs: str) -> Certificate:
    """An issuing authority, which names the policies it issues under; it has no SAN."""
    return Certificate(
        subject=name(O="ICP-Brasil", OU=RFB, CN="AC Exemplo RFB G1"),
        names=None,
        extensions=(
            *links(),
            basic_constraints(asn1.TRUE, asn1.integer(0)),
            policies(*(arcs or (oids.A1, oids.A3))),
            key_usage(0x06, 1),
        ),
        not_after=datetime(2034, 3, 2, 12, tzinfo=UTC),
    )


def other_pki(cei: Value | None = None) -> Certificate:
    """A certificate of others; with a `cei`, one whose makers borrowed the OIDs of ICP-Brasil."""
    fields = [] if cei is None else [field(3, CNPJ), field(7, cei)]
    return Certificate(
        subject=name(O="Rede Exemplo", CN="sandbox.exemplo.com.br"),
        names=(dns("sandbox.exemplo.com.br"), *fields),
        extensions=end_entity("1.3.6.1.4.1.99999.1.1", oids.SERVER_AUTH),
        issuer=name(O="Rede Exemplo", CN="AC Rede Exemplo"),
    )
