"""Where the desk learns what a browser presented: from the port, or from an nginx in its place.

Either way the request came to the name of the certificates, which shows nothing but the link of a
case, whatever else it asks for.
"""

from collections.abc import Callable
from ipaddress import ip_address
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.crypto import constant_time_compare

from guiche.desk.acceptor.application import PRESENTED
from guiche.desk.health.probes import PATHS
from guiche.sources import SourceError, read

URLCONF = "guiche.desk.acceptor.urls"
PROOF, CERTIFICATE = "X-Guiche-Front", "X-Guiche-Certificate"
"""Headers of nginx: the shared secret, and the PEM, percent-encoded, empty where none came.

Without the secret they are anybody's, and say nothing.
"""


class Front:
    """Middleware: sends what came to the name of the certificates to its own addresses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The answer of the rest of the chain."""
        by_port, by_nginx = PRESENTED in request.META, _is_nginx(request)
        if by_nginx:
            request.META[PRESENTED] = _sent_by_nginx(request.headers.get(CERTIFICATE, ""))
        if by_port or by_nginx:
            # nginx asks from this machine for anybody.
            if request.path_info in PATHS and (by_nginx or not _is_of_this_machine(request)):
                return HttpResponse(status=404)
            request.urlconf = URLCONF
        return self.get_response(request)


def presented(request: HttpRequest) -> tuple[bytes, ...]:
    """The certificate and the chain sent with it, DER each; nothing where none came."""
    found: tuple[bytes, ...] = request.META.get(PRESENTED, ())
    return found


def _is_nginx(request: HttpRequest) -> bool:
    secret = settings.CERTIFICATE_SECRET
    return bool(secret) and constant_time_compare(request.headers.get(PROOF, ""), secret)


def _sent_by_nginx(escaped: str) -> tuple[bytes, ...]:
    """nginx gives the certificate alone, without its chain."""
    try:
        found = read(unquote_to_bytes(escaped), "nginx", keys=False).found
    except SourceError:
        return ()
    return tuple(each.der for each in found[:1] if each.der)


def _is_of_this_machine(request: HttpRequest) -> bool:
    """Whether it may ask for the state of the service; the port is reached from anywhere."""
    asks = request.META.get("REMOTE_ADDR", "")
    try:
        return asks == request.META.get("SERVER_NAME") or ip_address(asks).is_loopback
    except ValueError:
        return False
