"""The object identifiers of ICP-Brasil, as data.

Source: DOC-ICP-04.01 v5.0 (IN ITI 15/2020, IN ITI 28/2024), tables 1 and 2; DOC-ICP-04 v8.3,
7.1.2.2 and table 3. Where a row has another source, the row says so.
"""

from functools import lru_cache
from typing import NamedTuple

ICP_BRASIL_POLICIES = "2.16.76.1.2."
ICP_BRASIL_FIELDS = "2.16.76.1."

PESSOA_FISICA = "2.16.76.1.3.1"
NOME_RESPONSAVEL = "2.16.76.1.3.2"
CNPJ = "2.16.76.1.3.3"
RESPONSAVEL = "2.16.76.1.3.4"
TITULO_ELEITOR = "2.16.76.1.3.5"
CEI_PESSOA_FISICA = "2.16.76.1.3.6"
CEI_PESSOA_JURIDICA = "2.16.76.1.3.7"
NOME_EMPRESARIAL = "2.16.76.1.3.8"
RIC = "2.16.76.1.3.9"
CF_E_SAT = "2.16.76.1.3.10"
SIGEPE = "2.16.76.1.3.11"
OM_BR = "2.16.76.1.3.12"

FIELD_NAMES = {
    PESSOA_FISICA: "Dados do titular (pessoa física)",
    NOME_RESPONSAVEL: "Nome do responsável",
    CNPJ: "CNPJ",
    RESPONSAVEL: "Dados do responsável",
    TITULO_ELEITOR: "Título de eleitor",
    CEI_PESSOA_FISICA: "CEI da pessoa física",
    CEI_PESSOA_JURIDICA: "CEI da pessoa jurídica",
    NOME_EMPRESARIAL: "Nome empresarial",
    RIC: "RIC",
    CF_E_SAT: "Equipamento CF-e-SAT",
    SIGEPE: "Servidor público ou militar",
    OM_BR: "Objeto metrológico (OM-BR)",
    "2.16.76.1.4.1.1.1": "Registro de corretor (SINCOR)",
    "2.16.76.1.4.2.1.1": "Inscrição na OAB",
    "2.16.76.1.4.3": "Nome social",
    "1.3.6.1.4.1.311.20.2.3": "Nome de logon (UPN)",
    "1.3.6.1.4.1.311.25.1": "Identificador do controlador de domínio",
}

# Class councils under 2.16.76.1.4.2.k: number, state, speciality. ADE-ICP-04.01 is not public;
# the list is the one that circulates among implementers.
_COUNCILS = {
    2: "CFM", 3: "CFF", 4: "CFBio", 5: "CFBM", 6: "CONFEF", 7: "COFEN", 8: "COFFITO", 9: "CFFa",
    10: "CFMV", 11: "CFN", 12: "CFO", 13: "CFP", 14: "CFESS", 15: "CONTER", 16: "CFQ",
}  # fmt: skip
_COUNCIL_PARTS = {1: "inscrição", 2: "UF", 3: "especialidade"}
FIELD_NAMES |= {
    f"2.16.76.1.4.2.{council}.{part}": f"{label} ({what})"
    for council, label in _COUNCILS.items()
    for part, what in _COUNCIL_PARTS.items()
}


class CertificateType(NamedTuple):
    """What a policy arc stands for: its short name, and the profile when the arc decides it."""

    name: str
    profile: str | None


# Arc T of 2.16.76.1.2.T.n (the final n is the AC's own number).
# 0401 prints SE-S as 2.16.76.21.2.201.n: a misprint.
TYPES = {
    **{n: CertificateType(f"A{n}", None) for n in (1, 2, 3, 4)},
    **{100 + n: CertificateType(f"S{n}", None) for n in (1, 2, 3, 4)},
    201: CertificateType("SE-S", "selo-eletronico"),
    202: CertificateType("SE-H", "selo-eletronico"),
    303: CertificateType("T3", "timestamp"),
    304: CertificateType("T4", "timestamp"),
    401: CertificateType("AE-S", "application"),
    402: CertificateType("AE-H", "application"),
    500: CertificateType("CF-e-SAT", "cf-e-sat"),
    550: CertificateType("OM-BR", "om-br"),
}


@lru_cache(maxsize=256)
def certificate_type(policy: str) -> CertificateType | None:
    """The type that a policy OID names, None outside the arcs of end-entity policies.

    >>> certificate_type("2.16.76.1.2.1.99").name
    'A1'
    >>> certificate_type("2.16.76.1.2.101.5").name
    'S1'
    """
    if not policy.startswith(ICP_BRASIL_POLICIES):
        return None
    arc = policy[len(ICP_BRASIL_POLICIES) :].partition(".")[0]
    return TYPES.get(int(arc))


MAX_ENCODED = 64  # octets; longer ones are not read, and nothing so long is remembered


def dotted(content: bytes) -> str:
    """The dotted form of an encoded OBJECT IDENTIFIER (X.690, 8.19).

    One that cannot be read gives hexadecimal, which `is_dotted` tells apart.

    >>> dotted(bytes.fromhex("604c010307")), dotted(bytes.fromhex("604c010387"))
    ('2.16.76.1.3.7', '0x604c010387')
    """
    if len(content) > MAX_ENCODED:
        return f"0x{content[:MAX_ENCODED].hex()}…"
    return _dotted(content)


def is_dotted(oid: str) -> bool:
    """Whether `dotted` could read it."""
    return oid[:1].isdigit() and not oid.startswith("0x")


@lru_cache(maxsize=1024)
def _dotted(content: bytes) -> str:
    arcs: list[int] = []
    value = 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if octet < 0x80:
            arcs.append(value)
            value = 0
    if not arcs or content[-1] >= 0x80:
        return "0x" + content.hex()
    root = min(arcs[0] // 40, 2)
    return ".".join(map(str, (root, arcs[0] - 40 * root, *arcs[1:])))


def field_name(oid: str | None) -> str:
    """The Portuguese name of a field; tells registered arcs from unknown ones."""
    if oid is None:
        return "Campo sem identificação"
    if oid in FIELD_NAMES:
        return FIELD_NAMES[oid]
    return "Outro campo da ICP-Brasil" if oid.startswith(ICP_BRASIL_FIELDS) else "Outro nome"
