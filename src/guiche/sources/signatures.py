"""From the signatures of a document to what was found: each signer once, and what each made."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from guiche.sources.errors import SourceError
from guiche.sources.found import Found, Signature, claims_ca, printable
from guiche.sources.place import Item, Place

MAX_SIGNATURES = 10_000
"""Of one document: a batch has 50 notes, an event of eSocial one signature."""
_MOST_SAID = 10
LONGEST = 120
"""Characters of what a signature says it signs."""


class Signed(NamedTuple):
    """One signature: the certificate of who made it, or why that is not known.

    `signs` is what it says it signs, "" where it does not; `stamp`: it only tells the time.
    """

    signer: bytes | SourceError
    signs: str = ""
    stamp: bool = False


class Document(NamedTuple):
    """The signatures in their order, and all certificates that came with them."""

    signatures: Sequence[Signed]
    certificates: Sequence[bytes]


def items(document: Document, place: Place, kind: str) -> Iterator[Item]:
    """A certificate for each signer, an error for each reason that hides one, and beside signers
    the other certificates of the document. Where no signer is known there are only errors: a
    certificate that did not sign must not be taken for one that did."""
    signatures, certificates = document
    if not signatures:
        place.allowance.take_certificates(len(certificates))
        for each in certificates:
            yield Found(place.source(kind), each, is_ca=claims_ca(each))
        return
    made: dict[bytes | str, list[int]] = {}
    for number, signed in enumerate(signatures, 1):
        made.setdefault(_key(signed.signer), []).append(number)
    signers = {each.signer for each in signatures if isinstance(each.signer, bytes)}
    beside = [each for each in dict.fromkeys(certificates) if each not in signers]
    place.allowance.take_certificates(len(signers) + (len(beside) if signers else 0))
    for numbers in made.values():
        first = signatures[numbers[0] - 1]
        those = [signatures[number - 1] for number in numbers]
        signature = Signature(tuple(numbers), len(signatures), _said(those))
        at = place if len(signatures) == 1 else place.member(signature.words, kind)
        if isinstance(first.signer, SourceError):
            yield first.signer.at(at.source(kind))
        else:
            stamps = all(each.stamp for each in those)
            yield Found(at.source(kind), first.signer, signature=signature, beside=stamps)
    if signers:
        for each in beside:
            yield Found(place.source(kind), each, is_ca=claims_ca(each), beside=True)


def _key(signer: bytes | SourceError) -> bytes | str:
    """Equal for one signer, or for one reason: ten thousand lines of it tell no more than one."""
    return signer if isinstance(signer, bytes) else f"{signer.code} {signer.message}"


def _said(signatures: Iterable[Signed]) -> tuple[str, ...]:
    words = dict.fromkeys(each.signs for each in signatures if each.signs)
    return tuple(printable(each)[:LONGEST] for each in list(words)[:_MOST_SAID])
