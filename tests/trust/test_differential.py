"""The same paths by pyhanko-certvalidator alone, search and signatures included.

Where it finds a path, so do we; where it does not, our status is not `trusted`.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from certificates import application, e_cnpj, equipment, om_br, pf_2024, selo_eletronico, timestamp
from certificates.profiles import key_usage
from certificates.signing import NOW, Signer, ec_key, ed448_key, rsa_key
from guiche.trust import Anchors, Status, check
from hierarchies import pins, usual

KINDS = [e_cnpj(), pf_2024(), selo_eletronico(), equipment(), application(), timestamp(), om_br()]


def theirs(der: bytes, root: Signer, *others: bytes) -> bool:
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(root.der)],
        other_certs=[x509.Certificate.load(other) for other in others],
        moment=NOW,
    )
    validator = CertificateValidator(x509.Certificate.load(der), validation_context=context)
    # In a thread: where a browser was driven before, this one has a loop that runs.
    with ThreadPoolExecutor(1) as thread:
        try:
            thread.submit(lambda: asyncio.run(validator.async_validate_path())).result()
        except (PathError, ValidationError):
            return False
    return True


def ours(der: bytes, root: Signer, *others: bytes) -> bool:
    known = Anchors([root.der, *others], pins(root))
    return check(der, known, at=NOW).status is Status.TRUSTED


@pytest.mark.parametrize("certificate", KINDS)
def test_every_profile(certificate: object) -> None:
    root, policy, issuing = usual()
    leaf = issuing.leaf(certificate)  # type: ignore[arg-type]
    assert theirs(leaf, root, policy.der, issuing.der)
    assert ours(leaf, root, policy.der, issuing.der)


@pytest.mark.parametrize("key", [rsa_key("a"), ec_key("a"), ed448_key("a")])
@pytest.mark.parametrize("path_length", [None, 0])
def test_every_algorithm(key: object, path_length: int | None) -> None:
    root = Signer.root(key=key)  # type: ignore[arg-type]
    issuing = root.authority("AC", key, path_length=path_length)  # type: ignore[arg-type]
    below = issuing.authority("AC Abaixo")
    for leaf, others in (
        (issuing.leaf(), [issuing.der]),
        (below.leaf(), [issuing.der, below.der]),
    ):
        assert ours(leaf, root, *others) == theirs(leaf, root, *others)


def test_what_is_wrong() -> None:
    root, policy, issuing = usual()
    stranger = Signer.root("Raiz de Outros")
    unused = root.authority("AC Sem Uso", extensions=(key_usage(0x80, 7),))
    ended = root.authority("AC Encerrada", not_after=NOW - timedelta(days=1))
    cases = [
        (issuing.leaf(not_after=NOW - timedelta(days=1)), [policy.der, issuing.der]),
        (issuing.leaf(not_before=NOW + timedelta(days=1)), [policy.der, issuing.der]),
        (issuing.leaf(), [policy.der]),
        (stranger.leaf(), [stranger.der]),
        (unused.leaf(), [unused.der]),
        (ended.leaf(), [ended.der]),
    ]
    for leaf, others in cases:
        assert not theirs(leaf, root, *others)
        assert not ours(leaf, root, *others)
