"""Where another parser can read a vector, it and the reader must say the same.

`cryptography` is strict and `asn1crypto` lazy. Each fact is compared on its own, since one
damaged extension may hide the others; how many facts each oracle gave is asserted, so that the
comparison cannot fall silent.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from asn1crypto import parser
from asn1crypto import x509 as lazy
from cryptography import x509 as strict

from guiche.icpbrasil import Inspection, inspect
from vectors import files

KNOWN_DIFFERENCES = {
    # asn1crypto reads what BER allows of a UTCTime; RFC 5280, 4.1.2.5.1 demands the seconds.
    ("encoding/dates_without_seconds", "dates"),
    # asn1crypto leaves out the arc that an OID does not finish.
    ("hidden/entry_with_an_unreadable_oid", "otherNames"),
}

# asn1crypto does not look at what stands after the key; the reader refuses what it cannot name.
REFUSED = {"damage/something_else_after_the_key"}

Facts = dict[str, object]
Oracle = Callable[[bytes], Facts]


CERTIFICATES = {files.name(path): files.load(path)[0] for path in files.paths()}


def string(element: bytes) -> bytes:
    """The octets of an encoded string, its pieces joined where it was cut."""
    if not element:
        return b""
    _, constructed, tag, _, content, _ = parser.parse(element)
    if not constructed or tag == 16:
        return bytes(content)
    pieces = b""
    while content and not content.startswith(b"\0\0"):
        size = parser.peek(content)
        pieces, content = pieces + string(content[:size]), content[size:]
    return pieces


def by_reader(reading: Inspection) -> Facts:
    certificate, said = reading.certificate, reading.to_dict(None)
    if certificate is None:
        return {}
    moments = (said["validity"]["not_before"], said["validity"]["not_after"])
    return {
        "serial": int(said["serial"], 16),
        "issuer": [(attribute.oid, attribute.text) for attribute in certificate.issuer.attributes],
        "subject": [
            (attribute.oid, attribute.text) for attribute in certificate.subject.attributes
        ],
        "dates": tuple(moment and datetime.fromisoformat(moment) for moment in moments),
        "otherNames": [(entry["oid"], bytes.fromhex(entry["hex"])) for entry in said["fields"]],
    }


def readable(facts: dict[str, Callable[[], object]]) -> Facts:
    """The facts that could be had; what an oracle refuses it refuses with one of these."""
    found = {}
    for name, read in facts.items():
        try:
            found[name] = read()
        except (ValueError, TypeError, strict.DuplicateExtension):
            continue
    return found


def by_cryptography(der: bytes) -> Facts:
    def name(read: strict.Name) -> object:
        return [(attribute.oid.dotted_string, attribute.value) for attribute in read]

    def other_names() -> object:
        try:
            san = certificate.extensions.get_extension_for_class(strict.SubjectAlternativeName)
        except strict.ExtensionNotFound:
            return []
        names = san.value.get_values_for_type(strict.OtherName)
        return [(name.type_id.dotted_string, string(name.value)) for name in names]

    try:
        certificate = strict.load_der_x509_certificate(der)
    except ValueError:
        return {}
    return readable(
        {
            "serial": lambda: certificate.serial_number,
            "issuer": lambda: name(certificate.issuer),
            "subject": lambda: name(certificate.subject),
            "dates": lambda: (certificate.not_valid_before_utc, certificate.not_valid_after_utc),
            "otherNames": other_names,
        }
    )


def by_asn1crypto(der: bytes) -> Facts:
    def name(field: str) -> object:
        attributes = (attribute for rdn in signed[field].chosen for attribute in rdn)
        return [(attribute["type"].dotted, attribute["value"].native) for attribute in attributes]

    def other_names() -> Iterator[tuple[str, bytes]]:
        for extension in signed["extensions"]:
            if extension["extn_id"].native != "subject_alt_name":
                continue
            for entry in extension["extn_value"].parsed:
                if entry.name == "other_name":
                    # what is dumped is the [0] around the value
                    value = parser.parse(entry.chosen["value"].dump())[4]
                    yield entry.chosen["type_id"].dotted, string(value)

    try:
        certificate = lazy.Certificate.load(der)
    except ValueError:
        return {}
    signed: Any = certificate["tbs_certificate"]
    return readable(
        {
            "serial": lambda: certificate.serial_number,
            "issuer": lambda: name("issuer"),
            "subject": lambda: name("subject"),
            "dates": lambda: tuple(signed["validity"].native.values()),
            "otherNames": lambda: list(other_names()),
        }
    )


@cache
def answers(oracle: Oracle, name: str) -> Facts:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # both warn of what the vectors are about
        return oracle(CERTIFICATES[name])


def unwrapped(theirs: object, ours: object) -> object:
    """Their values, without the second header that the reader takes off where one is."""
    assert isinstance(theirs, list)
    assert isinstance(ours, list)
    return [
        (oid, content[2:] if content[2:] == mine else content)
        for (oid, content), (_, mine) in zip(theirs, ours, strict=True)
    ]


@pytest.mark.parametrize("oracle", [by_cryptography, by_asn1crypto])
@pytest.mark.parametrize("name", CERTIFICATES)
def test_reader_agrees(oracle: Oracle, name: str) -> None:
    reading = inspect(CERTIFICATES[name])
    ours = by_reader(reading)
    if name in REFUSED:
        assert ours == {}
        return
    for fact, theirs in answers(oracle, name).items():
        if (name, fact) in KNOWN_DIFFERENCES:
            assert ours[fact] != theirs
        elif fact == "otherNames":
            assert ours[fact] == unwrapped(theirs, ours[fact])
        else:
            assert ours[fact] == theirs, fact


@pytest.mark.parametrize(("oracle", "floor"), [(by_cryptography, 180), (by_asn1crypto, 195)])
def test_oracles_read_enough(oracle: Oracle, floor: int) -> None:
    given = Counter(fact for name in CERTIFICATES for fact in answers(oracle, name))
    assert given.keys() == {"serial", "issuer", "subject", "dates", "otherNames"}
    assert min(given.values()) >= floor, given
