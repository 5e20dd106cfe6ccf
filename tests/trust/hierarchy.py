"""The hierarchy of these tests: a root that they pin, two levels of authorities, a holder."""

from functools import cache
from hashlib import sha256
from typing import NamedTuple

from certificates.signing import Signer
from guiche.trust import Anchors, Root, Status, Trust

ROOT_NAME = "Autoridade Certificadora Raiz Exemplo"


class Hierarchy(NamedTuple):
    root: Signer
    policy: Signer
    issuing: Signer

    @property
    def ders(self) -> list[bytes]:
        return [self.root.der, self.policy.der, self.issuing.der]


@cache
def usual() -> Hierarchy:
    root = Signer.root(ROOT_NAME)
    policy = root.authority("AC Exemplo v1")
    return Hierarchy(root, policy, policy.authority("AC Exemplo RFB G1", path_length=0))


def pins(*roots: Signer) -> dict[str, Root]:
    return {sha256(each.der).hexdigest(): Root("de teste", ROOT_NAME, "", "", 0) for each in roots}


def anchors(*signers: Signer, root: Signer | None = None) -> Anchors:
    """The usual hierarchy, or these authorities below that root."""
    if root is None:
        return Anchors(usual().ders, pins(usual().root))
    return Anchors([root.der, *(each.der for each in signers)], pins(root))


def codes(trust: Trust) -> list[str]:
    return [finding.code for finding in trust.findings]


def told(trust: Trust) -> tuple[Status, list[str]]:
    """Status and findings together: a verdict is right by both."""
    return trust.status, codes(trust)
