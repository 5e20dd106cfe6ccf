"""Of a reading, in words: which kind of certificate it is, and what it was read from."""

from collections.abc import Mapping
from typing import Any

from guiche.icpbrasil import Profile

_KINDS = {
    "pem": "arquivo PEM",
    "der": "arquivo de certificado",
    "pkcs7": "arquivo P7B",
    "pkcs12": "arquivo PFX",
    "text": "texto colado",
    "xml": "XML assinado",
    "cms": "arquivo assinado (.p7s)",
    "pdf": "PDF assinado",
    "zip": "arquivo ZIP",
    "email": "mensagem de e-mail",
    "browser": "navegador do cliente",
    "psc": "certificado em nuvem",
}
_FROM_CUSTOMER = ("browser", "psc")
"""Only he can have sent it, whoever says so."""


def type_of(contract: Mapping[str, Any]) -> str:
    """`e-CNPJ A1`; empty when only a text was read."""
    profile = contract.get("profile")
    label = Profile(profile).label if profile else ""
    return " ".join(filter(None, (label, contract.get("certificate_type"))))


def source_of(contract: Mapping[str, Any]) -> str:
    """`arquivo P7B, cliente.p7b`."""
    source = contract.get("source") or {}
    kind = _KINDS.get(source.get("kind", ""), source.get("kind", ""))
    by_hand = source.get("sent") == "customer" and source.get("kind") not in _FROM_CUSTOMER
    # Of a stored reading only the extension is left of the name.
    name = source.get("name", "")
    shown = "" if source.get("kind") == "text" or name.startswith("*") else name
    return ", ".join(filter(None, (kind, shown, "mandado pelo cliente" if by_hand else "")))
