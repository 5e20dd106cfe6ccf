"""Synthetic certificates for tests: a writer of DER, the parts of a certificate, the profiles.

e_cnpj(cei="0" * 12).der()
e_cpf().with_names(field(9, "12345678901")).der()
"""

from certificates.certificate import Certificate, Part, pem
from certificates.profiles import (
    CEI,
    ZEROS,
    Person,
    application,
    ca,
    cf_e_sat,
    e_cnpj,
    e_cpf,
    equipment,
    field,
    om_br,
    other_pki,
    pf_2024,
    selo_eletronico,
    timestamp,
)

__all__ = [
    "CEI",
    "ZEROS",
    "Certificate",
    "Part",
    "Person",
    "application",
    "ca",
    "cf_e_sat",
    "e_cnpj",
    "e_cpf",
    "equipment",
    "field",
    "om_br",
    "other_pki",
    "pem",
    "pf_2024",
    "selo_eletronico",
    "timestamp",
]
