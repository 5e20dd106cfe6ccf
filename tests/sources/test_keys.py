"""Told to open nothing that holds a private key, the reader opens no such thing, at any depth."""

import io
import zipfile

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from certificates import CEI, e_cnpj, pem
from guiche.sources import HoldsKeyError, read, read_text
from guiche.sources import pkcs12 as reader
from sources.pair import Pair


@pytest.fixture
def unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader of PKCS#12 must not even be called."""
    monkeypatch.setattr(reader, "certificates", lambda *_: pytest.fail("a container was opened"))


@pytest.fixture(scope="module")
def container(pair: Pair) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        None, pair.key, pair.certificate, None, serialization.NoEncryption()
    )


def archive(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return packed.getvalue()


@pytest.mark.usefixtures("unopened")
def test_a_container_alone_or_inside_another(container: bytes) -> None:
    for data in (container, archive(cliente=container)):
        with pytest.raises(HoldsKeyError):
            read(data, "cliente.cer", passwords=["senha"], keys=False)


@pytest.mark.usefixtures("unopened")
def test_what_stands_beside_it_is_read(container: bytes) -> None:
    data = archive(chave=container, publico=e_cnpj(cei=CEI).der())
    reading = read(data, "cliente.zip", keys=False)
    assert [found.source.name for found in reading.found] == ["cliente.zip/publico"]
    assert [error.code for error in reading.errors] == ["holds_key"]


def test_a_text_with_a_key(pair: Pair) -> None:
    key = pair.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
    text = pem(e_cnpj(cei=CEI).der()) + key
    with pytest.raises(HoldsKeyError):
        read_text(text, "texto", keys=False)
    with pytest.raises(HoldsKeyError):
        read(text.encode(), "cliente.pem", keys=False)
    assert len(read_text(text, "texto").found) == 1
