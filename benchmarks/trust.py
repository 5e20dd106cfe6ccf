"""Path checks with warm anchors on one core, against pyhanko-certvalidator alone."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from hashlib import sha256

from asn1crypto import x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext

from benchmarks.measure import Figure, duration
from certificates.signing import NOW, Signer, rsa_key
from guiche.trust import Anchors, Root, Status, check
from guiche.trust.shelf import start

LEAVES, ROUNDS = 40, 11


def figures() -> Iterator[Figure]:
    """A path of four with RSA 4096 above the holder, as most of the country's are."""
    root = Signer.root(key=rsa_key("root", 4096))
    policy = root.authority("AC Exemplo v1", rsa_key("policy", 4096))
    issuing = policy.authority("AC Exemplo RFB G1", rsa_key("issuing", 4096), path_length=0)
    leaves = [issuing.leaf(serial=n + 1, key=rsa_key("holder")) for n in range(LEAVES)]
    pins = {sha256(root.der).hexdigest(): Root("de teste", "Raiz Exemplo", "", "", 0)}
    # Beside the authorities of the first bundle, so that there is something to search in.
    anchors = Anchors([root.der, policy.der, issuing.der, *start()], pins)

    def ours() -> None:
        for der in leaves:
            assert check(der, anchors, at=NOW).status is Status.TRUSTED

    roots = [x509.Certificate.load(root.der)]
    others = [x509.Certificate.load(each.der) for each in (policy, issuing)]

    def theirs() -> None:
        for der in leaves:
            context = ValidationContext(trust_roots=roots, other_certs=others, moment=NOW)
            certificate = x509.Certificate.load(der)
            validator = CertificateValidator(certificate, validation_context=context)
            asyncio.run(validator.async_validate_path())

    seconds = _interleaved_cpu({"guiche": ours, "pyhanko": theirs})
    each = seconds["guiche"] / LEAVES
    yield Figure(
        "path checks, RSA 4096, four certificates, warm anchors, seconds of one core",
        "150 a second",
        f"{1 / each:.0f} a second: {duration(each)} each, "
        f"against {duration(seconds['pyhanko'] / LEAVES)} of pyhanko-certvalidator alone",
        1 / each >= 150,
    )


def _interleaved_cpu(ways: dict[str, Callable[[], None]]) -> dict[str, float]:
    """Median seconds of processor: a machine with other work would time that work too."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for way in ways.values():
        way()
    for _ in range(ROUNDS):
        for name, way in ways.items():
            begun = time.process_time()
            way()
            seconds[name].append(time.process_time() - begun)
    return {name: statistics.median(values) for name, values in seconds.items()}
