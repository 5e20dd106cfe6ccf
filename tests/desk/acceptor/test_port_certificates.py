"""Whatever certificate a client presents reaches the desk, and nobody is authenticated by it."""

import re
import ssl
from dataclasses import replace

import pytest

from desk.acceptor.clients import LAST_REQUEST, Client
from guiche.desk.acceptor.visit import MAX_CHAIN
from pki import Holder

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
@pytest.mark.parametrize("name", ["valid", "expired", "stranger"])
def test_it_reaches_the_desk_with_its_chain(
    client: Client, name: str, version: ssl.TLSVersion
) -> None:
    holder: Holder = getattr(client.authority, name)
    presented = client.told(holder, version)["presented"]
    assert presented == [der.hex() for der in (holder.der, *holder.chain_der)]


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: version.name)
def test_without_one_the_desk_is_asked_all_the_same(
    client: Client, version: ssl.TLSVersion
) -> None:
    told = client.told(version=version)
    assert told["presented"] == []
    assert (told["PATH_INFO"], told["QUERY_STRING"]) == ("/c/abc", "x=1")
    assert told["wsgi.url_scheme"] == "https"


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
@pytest.mark.parametrize("name", ["valid", "expired", "stranger"])
def test_openssl_too(client: Client, name: str, version: str) -> None:
    holder: Holder = getattr(client.authority, name)
    certificate, key = holder.write(client.folder, name)
    options = ("-quiet", "-cert", certificate, "-cert_chain", certificate, "-key", key)
    said = client.s_client(version, *options, given=LAST_REQUEST)
    assert holder.der.hex() in said


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_no_authority_is_named_or_a_browser_would_hide_the_others(
    client: Client, version: str
) -> None:
    said = client.s_client(version)
    assert "No client certificate CA names sent" in said
    assert re.search(r"(?m)^Requested Signature Algorithms: \S*RSA-PSS\+SHA256", said)


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_older_versions_are_not_spoken(client: Client, version: str) -> None:
    said = client.s_client(version, "-cipher", "DEFAULT:@SECLEVEL=0")
    assert "alert protocol version" in said


def test_nothing_is_resumed(client: Client) -> None:
    """The chain is not kept with a session, and another choice could not be made."""
    for version in ("-tls1_2", "-tls1_3"):
        saved = client.folder / f"session{version}"
        client.s_client(version, "-sess_out", saved, given=LAST_REQUEST)
        if saved.exists():
            again = client.s_client(version, "-sess_in", saved, given=LAST_REQUEST)
            assert "Reused, " not in again


def test_nothing_is_renegotiated(client: Client) -> None:
    said = client.s_client("-tls1_2", "-legacy_renegotiation", given="R\n")
    assert "no renegotiation" in said


def test_a_long_chain_is_cut(client: Client) -> None:
    holder = client.authority.valid
    presented = client.told(replace(holder, chain=holder.chain * 10))["presented"]
    assert presented[0] == holder.der.hex()
    assert len(presented) == 1 + MAX_CHAIN


def test_a_chain_without_end_is_refused(client: Client) -> None:
    holder = client.authority.valid
    with pytest.raises((ssl.SSLError, ConnectionError)):
        client.told(replace(holder, chain=holder.chain * 200))
    assert client.told(holder)["presented"]
