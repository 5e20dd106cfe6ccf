"""A desk that cannot be reached: where, and what to look at, in words."""

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.connectors.web import Web
from guiche.desk.doubles.qualitor import Qualitor
from ports import free_port


def said(base: str) -> str:
    web = Web(base)
    with pytest.raises(DeliveryError) as caught:
        web.call("GET", "/", writes=True)
    web.close()
    assert (caught.value.outcome, caught.value.everywhere) == (Outcome.RETRY, True)
    return str(caught.value)


@contextmanager
def nobody_trusts(folder: Path) -> Iterator[int]:
    """The port of a server whose certificate is its own word."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    both = folder / "both.pem"
    both.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_shake, args=(server, context), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(60)


def _shake(server: socket.socket, context: ssl.SSLContext) -> None:
    with suppress(OSError):
        client, _ = server.accept()
        with client:
            context.wrap_socket(client, server_side=True)


def test_nobody_listens() -> None:
    port = free_port()
    words = said(f"http://127.0.0.1:{port}")
    assert words.startswith(
        f"O servidor recusou a conexão em 127.0.0.1:{port}. Confira endereço e porta, e se ele "
        "está no ar. ("
    )
    assert "Connection refused" in words


def test_a_name_that_nobody_knows() -> None:
    words = said("http://guiche.invalid")
    assert words.startswith("O nome guiche.invalid não foi achado na rede. Confira o endereço. (")


def test_no_https_there() -> None:
    with Qualitor() as double:
        words = said(double.url.replace("http:", "https:"))
    assert words.startswith(f"Não houve conversa TLS com 127.0.0.1:{double.port}. Confira a porta")


def test_a_certificate_that_nobody_vouches_for(tmp_path: Path) -> None:
    with nobody_trusts(tmp_path) as port:
        words = said(f"https://127.0.0.1:{port}")
    assert words.startswith(f"O certificado TLS de 127.0.0.1:{port} não foi aceito.")
    assert "self-signed" in words
