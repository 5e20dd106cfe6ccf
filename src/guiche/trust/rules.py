"""The rules that a signed path must keep (RFC 5280, 6.1), by pyhanko-certvalidator.

Signatures, search and dates are ours (link.py, anchors.py): this library stops at the first
failure, and a path that is expired or cannot be checked must be told from one that is not there. It
is given only what a pinned root vouches for: its parser can be kept busy by crafted bytes.
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

# Revocation is judged apart; what is weak is a finding, and MD5 never comes this far.
_NO_REVOCATION = CertRevTrustPolicy(
    RevocationCheckingPolicy(RevocationCheckingRule.NO_CHECK, RevocationCheckingRule.NO_CHECK)
)
_ALGORITHMS = DisallowWeakAlgorithmsPolicy(  # type: ignore[no-untyped-call]
    weak_hash_algos=frozenset({"md2", "md5"}), rsa_key_size_threshold=0
)


class RuleBroken(Exception):
    """The path breaks a rule; the words are the library's."""


def keep(way: Way, at: datetime) -> None:
    """Whether the path keeps the rules; `at` is a moment when it is in force.

    Raises `RuleBroken`, and `ValueError` where a certificate cannot be read for it.
    """
    leaf, *above = way.links
    if not above:
        return
    *between, root = map(_parsed, (link.der for link in above))
    try:
        path = ValidationPath(
            CertTrustAnchor(root), reversed(between), x509.Certificate.load(leaf.der)
        )
        context = ValidationContext(
            trust_roots=[root],
            moment=at,
            allow_fetching=False,
            revinfo_policy=_NO_REVOCATION,
            algorithm_usage_policy=_ALGORITHMS,
        )
        _finished(async_validate_path(context, path))
    except PathValidationError as error:
        raise RuleBroken(error.failure_msg) from error
    except (ValueError, TypeError, KeyError, AttributeError, NotImplementedError) as error:
        raise ValueError(str(error)) from error


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
