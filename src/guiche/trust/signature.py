"""Whether a key made a signature, over the bytes as they stand.

Three answers, because what cannot be checked here is not therefore false: E-521 of root v7 and the
explicit curve parameters of v13 are known to no library that is kept (RFC 5480, 2.1.1 forbids the
latter).
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

_RSA, _EC, _EDWARDS = "RSA", "ECDSA", "EdDSA"
PSS = "1.2.840.113549.1.1.10"

MAX_RSA_BITS = 8192
"""A longer modulus costs tenths of a second to use; no authority has one."""


class Scheme(NamedTuple):
    """How a signature algorithm is said, which keys it takes, and its digest."""

    label: str
    keys: str
    digest: hashes.HashAlgorithm | None = None
    weak: bool = False


_SCHEMES = {
    "1.2.840.113549.1.1.5": Scheme("RSA com SHA-1", _RSA, hashes.SHA1(), weak=True),  # noqa: S303
    "1.2.840.113549.1.1.14": Scheme("RSA com SHA-224", _RSA, hashes.SHA224()),
    "1.2.840.113549.1.1.11": Scheme("RSA com SHA-256", _RSA, hashes.SHA256()),
    "1.2.840.113549.1.1.12": Scheme("RSA com SHA-384", _RSA, hashes.SHA384()),
    "1.2.840.113549.1.1.13": Scheme("RSA com SHA-512", _RSA, hashes.SHA512()),
    "1.2.840.10045.4.1": Scheme("ECDSA com SHA-1", _EC, hashes.SHA1(), weak=True),  # noqa: S303
    "1.2.840.10045.4.3.1": Scheme("ECDSA com SHA-224", _EC, hashes.SHA224()),
    "1.2.840.10045.4.3.2": Scheme("ECDSA com SHA-256", _EC, hashes.SHA256()),
    "1.2.840.10045.4.3.3": Scheme("ECDSA com SHA-384", _EC, hashes.SHA384()),
    "1.2.840.10045.4.3.4": Scheme("ECDSA com SHA-512", _EC, hashes.SHA512()),
    "1.3.101.112": Scheme("Ed25519", _EDWARDS),
    "1.3.101.113": Scheme("Ed448", _EDWARDS),
}
# Collisions of these are made in seconds: such a signature proves nothing, so it is not checked.
_BROKEN = {"1.2.840.113549.1.1.2": "RSA com MD2", "1.2.840.113549.1.1.4": "RSA com MD5"}


class Verdict(StrEnum):
    """What came of checking one signature."""

    MADE = "made"
    NOT_MADE = "not_made"
    UNVERIFIABLE = "unverifiable"


Key = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey | ed448.Ed448PublicKey


class Signature(NamedTuple):
    """A signature over `signed`; `pss` reads the parameters of RSASSA-PSS where it is that."""

    algorithm: str
    value: bytes
    signed: bytes
    pss: Callable[[], tuple[object, hashes.HashAlgorithm | None]] | None = None

    @property
    def label(self) -> str:
        """The algorithm in words."""
        if self.algorithm == PSS:
            return "RSASSA-PSS"
        scheme = _SCHEMES.get(self.algorithm)
        return (
            scheme.label if scheme else _BROKEN.get(self.algorithm, f"o algoritmo {self.algorithm}")
        )

    @property
    def is_weak(self) -> bool:
        """Whether its digest is no longer good for new signatures."""
        scheme = _SCHEMES.get(self.algorithm)
        return self.algorithm in _BROKEN or (scheme is not None and scheme.weak)

    def verdict(self, key: Key | None) -> Verdict:
        """Whether that key made it; a key of None is one that could not be loaded."""
        try:
            return Verdict.MADE if self._was_made(key) else Verdict.NOT_MADE
        except InvalidSignature:
            return Verdict.NOT_MADE
        except (UnsupportedAlgorithm, ValueError, TypeError, _UnknownError):
            return Verdict.UNVERIFIABLE

    def _was_made(self, key: Key | None) -> bool:
        """False where key and algorithm do not belong together. Raises where it does not verify."""
        scheme = _SCHEMES.get(self.algorithm)
        if key is None or (scheme is None and (self.algorithm != PSS or self.pss is None)):
            raise _UnknownError
        match key:
            case rsa.RSAPublicKey() if self.algorithm == PSS and self.pss:
                parameters, digest = self.pss()
                if not isinstance(parameters, padding.PSS) or digest is None:
                    raise _UnknownError
                key.verify(self.value, self.signed, parameters, digest)
            case rsa.RSAPublicKey() if scheme and scheme.keys == _RSA and scheme.digest:
                key.verify(self.value, self.signed, padding.PKCS1v15(), scheme.digest)
            case ec.EllipticCurvePublicKey() if scheme and scheme.keys == _EC and scheme.digest:
                key.verify(self.value, self.signed, ec.ECDSA(scheme.digest))
            case ed25519.Ed25519PublicKey() if self.algorithm == "1.3.101.112":
                key.verify(self.value, self.signed)
            case ed448.Ed448PublicKey() if self.algorithm == "1.3.101.113":
                key.verify(self.value, self.signed)
            case _:
                return False
        return True


class _UnknownError(Exception):
    """The key or the algorithm is not one of ours."""


def load_key(spki: bytes) -> Key | None:
    """The public key of a SubjectPublicKeyInfo in DER; None where it cannot be used here."""
    try:
        key = load_der_public_key(spki)
    except (UnsupportedAlgorithm, ValueError, TypeError):
        return None
    if isinstance(key, rsa.RSAPublicKey) and key.key_size > MAX_RSA_BITS:
        return None
    return key if isinstance(key, Key) else None
