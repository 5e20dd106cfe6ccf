"""Certificates made to cost time or memory."""

import tracemalloc
from collections.abc import Callable

import pytest

from certificates import Part, e_cnpj
from certificates import der as asn1
from certificates.certificate import other_name
from guiche.icpbrasil import inspect
from guiche.icpbrasil.name import read_issuer
from guiche.icpbrasil.oids import dotted
from soon import within

SECONDS = 2.0  # a hundred times what they take


def many_fields() -> bytes:
    """Thousands of otherNames, one of them twice."""
    value = asn1.octets("1")
    names = [other_name(f"2.16.76.1.4.9.{n}", value) for n in range(4_000)]
    return e_cnpj().with_names(*names).adding_names(names[0]).der()


def endless_oid() -> bytes:
    """An attribute of the subject whose OID has half a megabyte."""
    long = asn1.tlv(asn1.SEQUENCE, asn1.tlv(asn1.OID, b"\xff" * 500_000), asn1.printable("x"))
    made = e_cnpj()
    return made.with_subject(Part("x", asn1.tlv(asn1.SET, long))).der()


@pytest.mark.parametrize("made", [many_fields, endless_oid])
def test_is_read_in_bounded_time(made: Callable[[], bytes]) -> None:
    der = made()
    with within(SECONDS):
        inspect(der)


def test_nothing_long_is_remembered() -> None:
    tracemalloc.start()
    try:
        for number in range(200):
            read_issuer(number.to_bytes(2, "big") * 10_000)
            dotted(number.to_bytes(2, "big") * 10_000)
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 4_000_000  # half of what was read, for other threads have their own
