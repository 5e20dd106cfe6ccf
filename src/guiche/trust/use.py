"""What a certificate is wanted for, and whether its usages allow it (RFC 5280, 4.2.1.3 and 12)."""

from typing import NamedTuple

from guiche.icpbrasil.oids import dotted
from guiche.icpbrasil.tlv import BIT_STRING, SEQUENCE, Reader
from guiche.trust.link import Link

_KEY_USAGE, _EXTENDED = "2.5.29.15", "2.5.29.37"
_ANY = "2.5.29.37.0"
_SERVER, _CLIENT = "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"
_CODE, _MAIL, _TIME = "1.3.6.1.5.5.7.3.3", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.8"
_SIGNATURE, _COMMITMENT, _ENCIPHERMENT = "digitalSignature", "nonRepudiation", "keyEncipherment"
_BITS = (_SIGNATURE, _COMMITMENT, _ENCIPHERMENT)


class Use(NamedTuple):
    """What a system does with the certificate: one of `key_usages` and one of `purposes` is needed.

    `name` completes “não serve para …”. An empty tuple asks for nothing; so does an extension that
    the certificate does not have.
    """

    name: str
    key_usages: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()

    def missing(self, link: Link) -> str:
        """What the certificate lacks for it, in words; "" where nothing."""
        usages, purposes = _key_usages(link), _purposes(link)
        if self.key_usages and usages is not None and not usages & set(self.key_usages):
            return f"a chave não tem o uso {' nem '.join(self.key_usages)}"
        wanted = {*self.purposes, _ANY}
        if self.purposes and purposes is not None and not purposes & wanted:
            return f"falta a finalidade {' ou '.join(map(_PURPOSES.__getitem__, self.purposes))}"
        return ""


_PURPOSES = {
    _SERVER: "autenticação de servidor",
    _CLIENT: "autenticação de cliente",
    _CODE: "assinatura de código",
    _MAIL: "proteção de e-mail",
    _TIME: "carimbo do tempo",
}

USES = {
    "login": Use("entrar em sistemas", (_SIGNATURE,), (_CLIENT,)),
    "assinatura": Use("assinar documentos", (_SIGNATURE, _COMMITMENT)),
    "email": Use("assinar e-mail", (_SIGNATURE, _COMMITMENT), (_MAIL,)),
    "servidor": Use("identificar um servidor", (_SIGNATURE, _ENCIPHERMENT), (_SERVER,)),
    "codigo": Use("assinar programas", (_SIGNATURE,), (_CODE,)),
    "carimbo": Use("carimbar o tempo", (_SIGNATURE, _COMMITMENT), (_TIME,)),
}
"""The usual ones, by the word of the command line; a system's own is one of them, `_replace`d."""


def _key_usages(link: Link) -> set[str] | None:
    """The first bits by name; None where the extension is not there or cannot be read."""
    value = link.extension(_KEY_USAGE)
    if value is None:
        return None
    try:
        (tag, start, stop), _ = Reader(value).first(0, len(value))
    except ValueError:
        return None
    if tag != BIT_STRING or stop - start < 2:
        return None
    return {name for n, name in enumerate(_BITS) if value[start + 1] & 0x80 >> n}


def _purposes(link: Link) -> set[str] | None:
    value = link.extension(_EXTENDED)
    if value is None:
        return None
    reader = Reader(value)
    try:
        element, _ = reader.first(0, len(value))
        return {dotted(value[start:stop]) for _, start, stop in reader.inside(element, SEQUENCE)}
    except ValueError:
        return None
