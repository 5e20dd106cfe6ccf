"""Every kind of source: what it is, on whose machine it is read, how, and what is missing."""

import importlib
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from importlib.util import find_spec
from typing import NamedTuple

from guiche.sources.missing import Missing


class Machine(StrEnum):
    """On whose machine a source is read; a code is public, as every code of the JSON."""

    ANY = "any"
    THIS = "this"
    CUSTOMER = "customer"
    CLOUD = "cloud"

    @property
    def words(self) -> str:
        """For a person."""
        return _WORDS[self]


_WORDS = {
    Machine.ANY: "Em qualquer máquina, de um arquivo ou texto que o cliente manda",
    Machine.THIS: "Na máquina em que o comando roda: só é do cliente se for a máquina dele",
    Machine.CUSTOMER: "Na máquina do cliente, pelo navegador dele",
    Machine.CLOUD: "Na nuvem do provedor, com a autorização do cliente",
}


class Kind(NamedTuple):
    """One `source.kind` of the contract."""

    kind: str
    label: str
    machine: Machine
    use: str
    missing: Callable[[], Missing | None]
    """What this machine lacks to read it; None where nothing."""


def _nothing() -> None:
    return None


def _asked(name: str) -> Missing | None:
    """What the reader of that name says; it is imported now, and no sooner."""
    missing: Missing | None = importlib.import_module(f"guiche.sources.{name}").missing()
    return missing


def _desk() -> Missing | None:
    """The port for certificates is a part of the desk; it is looked for and not imported."""
    if find_spec("OpenSSL") is None or find_spec("django") is None:
        return Missing("o balcão do Guichê", 'pip install "guiche[desk]"')
    return None


_FILE = "guiche inspect ARQUIVO"
_STORE = "guiche inspect --store"

KINDS = (
    Kind("pem", "PEM ou base64 (.pem, .cer, .crt)", Machine.ANY, _FILE, _nothing),
    Kind("der", "DER (.cer, .crt, .der)", Machine.ANY, _FILE, _nothing),
    Kind("pkcs7", "PKCS#7 (.p7b, .p7c)", Machine.ANY, _FILE, _nothing),
    Kind("pkcs12", "PKCS#12 (.pfx, .p12)", Machine.ANY, _FILE, _nothing),
    Kind("text", "Texto copiado do Windows", Machine.ANY, "guiche inspect --text -", _nothing),
    Kind("zip", "ZIP com certificados", Machine.ANY, _FILE, _nothing),
    Kind("email", "Mensagem (.eml, .msg)", Machine.ANY, _FILE, _nothing),
    Kind("xml", "XML assinado (NF-e, CT-e, eSocial)", Machine.ANY, _FILE, _nothing),
    Kind("cms", "Assinatura (.p7s)", Machine.ANY, _FILE, _nothing),
    Kind("pdf", "PDF assinado", Machine.ANY, _FILE, _nothing),
    Kind("pkcs11", "Token ou cartão (A3)", Machine.THIS, "guiche inspect --token",
         partial(_asked, "pkcs11")),
    Kind("windows", "Repositório do Windows", Machine.THIS, f"{_STORE} windows",
         partial(_asked, "windows")),
    Kind("keychain", "Chaveiros do macOS", Machine.THIS, f"{_STORE} keychain",
         partial(_asked, "keychain")),
    Kind("nss", "Firefox e Chrome (NSS)", Machine.THIS, f"{_STORE} nss", partial(_asked, "nss")),
    Kind("browser", "Do navegador do cliente (A1)", Machine.CUSTOMER, "Atender: link do cliente",
         _desk),
    Kind("psc", "Certificado em nuvem (PSC)", Machine.CLOUD, "Atender: link do cliente",
         partial(_asked, "psc")),
)  # fmt: skip

STORES = ("windows", "keychain", "nss")
"""The kinds that are stores of an operating system or its browsers, as `--store` names them."""
EVERY_STORE = "all"


def is_of_this_machine(kind: str) -> bool:
    """Whether what was read so was kept on the machine that read it."""
    return any(each.kind == kind and each.machine is Machine.THIS for each in KINDS)
