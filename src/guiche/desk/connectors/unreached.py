"""Why no connection to a desk came about, in words that say what to look at."""

import socket
import ssl
from collections.abc import Iterator

import httpx


def unreached(error: httpx.HTTPError) -> str:
    """What was refused where, what to do, and in brackets what the network itself said."""
    host, place = _place(error)
    said = str(error) or type(error).__name__
    for cause in _causes(error):
        match cause:
            case ConnectionRefusedError():
                words = f"O servidor recusou a conexão em {place}. "
                return f"{words}Confira endereço e porta, e se ele está no ar. ({said})"
            case socket.gaierror():
                return f"O nome {host} não foi achado na rede. Confira o endereço. ({said})"
            case ssl.SSLCertVerificationError():
                words = f"O certificado TLS de {place} não foi aceito. "
                return f"{words}Confira o endereço, ou peça um certificado válido. ({said})"
            case ssl.SSLError():
                words = f"Não houve conversa TLS com {place}. "
                return f"{words}Confira a porta, e se é mesmo https. ({said})"
    if isinstance(error, httpx.ConnectTimeout):
        words = f"Ninguém respondeu em {place}. "
        return f"{words}Confira endereço, porta e se a rede deixa passar. ({said})"
    return f"Não consegui me conectar a {place}. Confira o endereço. ({said})"


def _place(error: httpx.HTTPError) -> tuple[str, str]:
    """The host, and with its port."""
    try:
        url = error.request.url
    except RuntimeError:  # it came to no request
        return "", "o sistema"
    port = url.port or {"https": 443}.get(url.scheme, 80)
    return url.host, f"{url.host}:{port}"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error:
        yield error
        error = error.__cause__ or error.__context__
