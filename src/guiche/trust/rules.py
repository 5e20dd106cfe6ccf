"""The rules that a signed path must keep (RFC 5280, 6.1), by pyhanko-certvalidator.

Signatures, search and dates are ours (link.py, anchors.py): this library stops at the first
failure, and a path that is expired or cannot be checked must be told from one that is not there. It
is given only what a pinned root vouches for: its parser can be kept busy by crafted bytes.

Authorities are judged once and remembered. Where none of them constrains names or policies, as in
ICP-Brasil, the certificate below them adds nothing to be judged but its critical extensions;
otherwise the whole path is.
"""

from collections.abc import Coroutine
from datetime import datetime
from functools import lru_cache
from typing import Any

from asn1crypto import x509
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import PathValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    DisallowWeakAlgorithmsPolicy,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.validate import async_validate_path

from guiche.trust.anchors import Way
from guiche.trust.link import Link

# Revocation is judged apart; what is weak is a finding, and MD5 never comes this far.
_NO_REVOCATION = CertRevTrustPolicy(
    RevocationCheckingPolicy(RevocationCheckingRule.NO_CHECK, RevocationCheckingRule.NO_CHECK)
)
_ALGORITHMS = DisallowWeakAlgorithmsPolicy(  # type: ignore[no-untyped-call]
    weak_hash_algos=frozenset({"md2", "md5"}), rsa_key_size_threshold=0
)
# Constraints on names and policies, mappings of policies, the end of anyPolicy.
_CONSTRAINTS = frozenset({"2.5.29.30", "2.5.29.33", "2.5.29.36", "2.5.29.54"})
# Critical in a holder's certificate, and read here or by the reader: identifiers, usages, names,
# basic constraints, CRL points, policies, extended usages.
_UNDERSTOOD = frozenset(f"2.5.29.{n}" for n in (14, 15, 17, 18, 19, 31, 32, 35, 37))

_FAILURES = (ValueError, TypeError, KeyError, AttributeError, NotImplementedError)


class RuleBroken(Exception):
    """The path breaks a rule; the words are the library's."""


def keep(way: Way, at: datetime) -> None:
    """Whether the path keeps the rules; `at` is a moment when it is in force.

    Raises `RuleBroken`, and `ValueError` where a certificate cannot be read for it.
    """
    leaf, *above = way.links
    if not above:
        return
    ders = tuple(link.der for link in above)
    try:
        if _is_plain(leaf) and not any(map(_constrains, above)):
            _authorities_keep(ders)
        else:
            _validate(leaf.der, ders, at)
    except _FAILURES as error:
        raise ValueError(str(error)) from error


def _is_plain(leaf: Link) -> bool:
    critical = {each.oid for each in leaf.certificate.extensions if each.critical}
    return critical <= _UNDERSTOOD and not _constrains(leaf)


def _constrains(link: Link) -> bool:
    return any(extension.oid in _CONSTRAINTS for extension in link.certificate.extensions)


@lru_cache(maxsize=1024)
def _authorities_keep(ders: tuple[bytes, ...]) -> None:
    """The same of authorities alone, from the one that issues up to the root.

    1. Up to the last one, at a moment when all are in force: their dates are judged elsewhere.
    2. What that one must be to issue (6.1.4 l and n), which as the last it was not asked for.
    """
    # 1
    issuer, *above = ders
    if above:
        ends = [_parsed(der).not_valid_after for der in ders[:-1]]
        _validate(issuer, tuple(above), min(ends))
    # 2
    usages = _parsed(issuer).key_usage_value
    if above and usages is not None and "key_cert_sign" not in usages.native:
        raise RuleBroken("the issuer is not allowed to sign certificates")
    for depth, der in enumerate(ders[:-1]):
        limit = _parsed(der).max_path_length
        below = [each for each in ders[:depth] if not _parsed(each).self_issued]
        if limit is not None and len(below) > limit:
            raise RuleBroken("it exceeds the maximum path length")


def _validate(leaf: bytes, above: tuple[bytes, ...], at: datetime) -> None:
    *between, root = map(_parsed, above)
    path = ValidationPath(CertTrustAnchor(root), reversed(between), x509.Certificate.load(leaf))
    context = ValidationContext(
        trust_roots=[root],
        moment=at,
        allow_fetching=False,
        revinfo_policy=_NO_REVOCATION,
        algorithm_usage_policy=_ALGORITHMS,
    )
    try:
        _finished(async_validate_path(context, path))
    except PathValidationError as error:
        raise RuleBroken(error.failure_msg) from error


@lru_cache(maxsize=1024)
def _parsed(der: bytes) -> x509.Certificate:
    """An authority's certificate; authorities are few, and parsed once."""
    return x509.Certificate.load(der)


def _finished(work: Coroutine[Any, Any, Any]) -> None:
    """Carries out what never waits, as nothing is fetched; no event loop runs inside another."""
    try:
        work.send(None)
    except StopIteration:
        return
    finally:
        work.close()
    raise ValueError("a conferência quis esperar por algo de fora")
