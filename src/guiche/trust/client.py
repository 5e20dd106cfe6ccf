"""The only door to the network: to a host of the list, once, for so many bytes and seconds.

What is fetched proves itself by its signature; this guards the machine that asks. An address inside
a certificate is whatever its maker wrote there.
"""

import ipaddress
import math
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import ClassVar, Final
from urllib.parse import SplitResult, urlsplit

import httpcore

from guiche.trust.request import ClientError, Request

HOSTS: Final = (
    # The federal government and the courts' own domains are given to public bodies alone.
    "gov.br",
    "jus.br",
    "mil.br",
    # Publishers of CRLs and certificates, as the authorities' own certificates name them.
    "acdigital.com.br",
    "acfenacon.com.br",
    "acprodemge.com.br",
    "acsafeweb.com.br",
    "acsincor.com.br",
    "acsoluti.com.br",
    "certificadodigital.com.br",
    "certificados.com.br",
    "certisign.com.br",
    "digitalsigncertificadora.com.br",
    "outralcr.com.br",
    "syngularid.com.br",
    "validcertificadora.com.br",
)
"""Each with everything below it. From the CRL points and addresses of the ICP-Brasil authorities in
certifi-icpbr 2023.7.3; an authority that publishes elsewhere is added (`client_of`)."""


MAX_BYTES = 32 * 1024 * 1024
"""The largest CRLs of the country have some ten."""
SECONDS = 15.0
"""In all, from the name to the last byte."""
_CHUNK = 64 * 1024
_USUAL = re.compile(r"https?://[A-Za-z0-9.:-]+(/[!-\[\]-~]*)?(\?[!-\[\]-~]*)?")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?")


class Client:
    """Fetches by http and https; follows no redirect, uses no proxy, keeps nothing."""

    ports: ClassVar = (80, 443)

    def __init__(
        self,
        hosts: Iterable[str] = HOSTS,
        *,
        private: bool = False,
        seconds: float = SECONDS,
        max_bytes: int = MAX_BYTES,
    ) -> None:
        """`private` also allows addresses of this machine and its network, and any port: for tests
        and for a mirror of one's own."""
        self.hosts = tuple(host.strip(".").lower() for host in hosts if host.strip("."))
        self.private = private
        self.seconds = seconds
        self.max_bytes = max_bytes

    def fetch(self, request: Request, at_most: float = math.inf) -> bytes:
        """The body of a 200, in so many seconds and never more than its own. Raises `ClientError`.

        1. the address is one that may be asked;
        2. its name is resolved once, and the connection goes to that very number;
        3. the answer is read up to the limits.
        """
        seconds = min(self.seconds, at_most)
        deadline = time.monotonic() + seconds
        # 1
        parts = self._allowed(request.url)
        # 2, 3
        try:
            return self._fetched(request, parts, deadline)
        except httpcore.TimeoutException as error:
            raise _too_slow(parts, seconds) from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            # A broken limit on time may be told as any of these, by whichever layer met it.
            if time.monotonic() >= deadline:
                raise _too_slow(parts, seconds) from error
            raise ClientError(
                "unreachable",
                f"{parts.hostname} não respondeu. Confira a internet e tente mais tarde.",
            ) from error

    def _fetched(self, request: Request, parts: SplitResult, deadline: float) -> bytes:
        headers: dict[bytes | str, bytes | str] = {
            "Accept-Encoding": "identity",
            "Connection": "close",
            "User-Agent": "guiche",
        }
        if request.content_type:
            headers["Content-Type"] = request.content_type
        network = _Network(deadline, self._number)
        with (
            httpcore.ConnectionPool(
                ssl_context=_tls() if parts.scheme == "https" else None, network_backend=network
            ) as pool,
            pool.stream(
                "GET" if request.body is None else "POST",
                request.url,
                headers=headers,
                content=request.body,
            ) as response,
        ):
            if response.status != 200:
                raise _refused(parts, response.status)
            return self._read(parts, response)

    def _read(self, parts: SplitResult, response: httpcore.Response) -> bytes:
        body = bytearray()
        for piece in response.iter_stream():
            body += piece
            if len(body) > self.max_bytes:
                raise ClientError(
                    "too_large",
                    f"{parts.hostname} mandou mais do que se aceita ({self.max_bytes >> 20} MB). "
                    "Mostre isto a quem cuida do Guichê.",
                )
        return bytes(body)

    def _allowed(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            raise _not_allowed("o endereço") from None
        # Of anything unusual another reader of the address may see another host.
        if not _USUAL.fullmatch(url) or not _HOST.fullmatch(host):
            raise _not_allowed("o endereço")
        if not any(host == known or host.endswith(f".{known}") for known in self.hosts):
            raise _not_allowed(host)
        if port is not None and port not in self.ports and not self.private:
            raise _not_allowed(f"{host}:{port}")
        return parts

    def _number(self, host: str, port: int, seconds: float) -> str:
        """The one address that is connected to. Raises `ClientError`."""
        numbers = _resolved(host, port, seconds)
        if not numbers:
            raise ClientError(
                "unreachable", f"{host} não foi encontrado. Confira a internet e tente mais tarde."
            )
        # One private number among public ones is how a name is made to point inside.
        if not self.private and not all(map(is_public, numbers)):
            raise ClientError(
                "private_address",
                f"{host} leva para dentro da rede, e não se pergunta ali. "
                "Mostre isto a quem cuida do Guichê.",
            )
        return numbers[0]


def client_of(
    environ: Mapping[str, str], *, seconds: float = SECONDS, max_bytes: int = MAX_BYTES
) -> Client:
    """The client that the environment allows.

    `GUICHE_TRUST_HOSTS` adds hosts to the list, apart by blanks or commas; `GUICHE_TRUST_PRIVATE`
    lets them be of this network, where a site keeps a mirror.
    """
    more = environ.get("GUICHE_TRUST_HOSTS", "").replace(",", " ").split()
    private = environ.get("GUICHE_TRUST_PRIVATE", "").strip().lower() in ("1", "true", "sim", "on")
    return Client((*HOSTS, *more), private=private, seconds=seconds, max_bytes=max_bytes)


def is_public(number: str) -> bool:
    """Whether an address is one of the open internet.

    >>> is_public("200.160.2.3"), is_public("10.0.0.1"), is_public("::ffff:127.0.0.1")
    (True, False, False)
    """
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        # Forms that carry an IPv4 address inside, which may be any.
        carried = address.ipv4_mapped or address.sixtofour
        if carried is None and address in _NAT64:
            carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if carried is not None:
            return is_public(str(carried))
        # Of the rest `ipaddress` takes much for global that nobody was ever given (RFC 4291, 2.4).
        if address.teredo is not None or address not in _GIVEN:
            return False
    elif any(address in network for network in _NOBODYS):
        return False
    return address.is_global and not address.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_GIVEN = ipaddress.ip_network("2000::/3")
_NOBODYS = (
    ipaddress.ip_network("192.88.99.0/24"),  # relays to 6to4 (RFC 7526): whichever is the nearest
    ipaddress.ip_network("192.0.0.0/24"),  # of protocols (RFC 6890); Python 3.11 knows a part of it
)


def _resolved(host: str, port: int, seconds: float) -> Sequence[str]:
    """The numbers of a name. The system's own resolver has no deadline, hence the thread."""
    found: list[str] = []

    def resolve() -> None:
        try:
            rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            return
        found.extend(str(row[4][0]) for row in rows)

    thread = threading.Thread(target=resolve, daemon=True)
    thread.start()
    thread.join(seconds)
    return tuple(found)


class _Network(httpcore.NetworkBackend):
    """Connects to the number that was judged, within the one deadline."""

    def __init__(self, deadline: float, number: Callable[[str, int, float], str]) -> None:
        self.deadline = deadline
        self.number = number

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  ours is shorter
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection; TLS above it still asks for the certificate of `host`."""
        number = self.number(host, port, _left(self.deadline))
        stream = httpcore.SyncBackend().connect_tcp(
            number, port, _left(self.deadline), local_address, socket_options
        )
        return _Stream(stream, self.deadline)


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends at the deadline, however slowly bytes trickle in."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        """Up to so many bytes."""
        return self._stream.read(min(max_bytes, _CHUNK), _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """All of them."""
        self._stream.write(buffer, _left(self._deadline))

    def close(self) -> None:
        """Ends it."""
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """The same connection, enciphered."""
        stream = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline))
        return _Stream(stream, self._deadline)

    def get_extra_info(self, info: str) -> object:
        """What the connection tells of itself."""
        return self._stream.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("o prazo acabou")
    return left


def _tls() -> ssl.SSLContext:
    import httpx

    return httpx.create_ssl_context()


def _not_allowed(where: str) -> ClientError:
    return ClientError(
        "not_allowed",
        f"{where} não está na lista de endereços da ICP-Brasil. "
        "Se for mesmo de uma AC, acrescente-o em GUICHE_TRUST_HOSTS.",
    )


def _too_slow(parts: SplitResult, seconds: float) -> ClientError:
    return ClientError(
        "too_slow",
        f"{parts.hostname} não terminou de responder em {seconds:.2g} s. Tente mais tarde.",
    )


def _refused(parts: SplitResult, status: int) -> ClientError:
    if 300 <= status < 400:
        return ClientError(
            "redirect",
            f"{parts.hostname} manda para outro endereço, e isso não se segue. "
            "Mostre isto a quem cuida do Guichê.",
        )
    return ClientError(
        "http_status", f"{parts.hostname} respondeu com o erro {status}. Tente mais tarde."
    )
