"""The double's HTTP: which address leads where, and how an answer goes out, or does not."""

import socket
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qs, urlsplit

from guiche.desk.doubles.qualitor import soap, stateless
from guiche.desk.doubles.qualitor.answering import Answer, Recorded, Request, answered
from guiche.desk.doubles.qualitor.envelope import BOMB, encoded
from guiche.desk.doubles.qualitor.wsdl import described, service_of, wsdl

if TYPE_CHECKING:
    from guiche.desk.doubles.qualitor import Qualitor

_LARGEST = 64 * 1024 * 1024
_PAGE = {"Content-Type": "text/html; charset=utf-8"}


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    double: ClassVar["Qualitor"]
    protocol_version = "HTTP/1.1"
    timeout = 30
    # Headers and body in one packet: apart, each answer would wait for an acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Descriptions, the ticket page, and the login by a token."""
        self.double.requests.append(Recorded("GET", self.path))
        url, query = urlsplit(self.path), self._query()
        service = described(url.path, query.get("wsdl", ""))
        if service:
            self._describe(service)
        elif url.path.endswith("/cadastro_incidente.php"):
            self._page(found=self.double.desk.ticket(query.get("cdchamado", "")) is not None)
        elif url.path.endswith(("/login.php", "/loginSolicitante.php")):
            self._page(found=self.double.desk.follows(query.get("authws", "")))
        else:
            self._page(found=False)

    def do_POST(self) -> None:
        """The operations."""
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(min(length, _LARGEST))
        request = Request("POST", self.path, self.headers.get("Cookie") or "", body)
        path = urlsplit(self.path).path
        if path.endswith("/ws/statelessws.php"):
            self._send(stateless.answer(self.double, request))
        elif service := service_of(self._query().get("class", "")):
            self._send(soap.answer(self.double, service, request))
        else:
            self.double.requests.append(Recorded("POST", self.path))
            self._page(found=False)

    def _describe(self, service: str) -> None:
        """Can go wrong as operations do, under the name `wsdl`."""
        site, fault = self.double.site, self.double.faults.take("wsdl")
        address = site.wsdl_address or self.double.url
        url = f"{address}/ws/services/service.php?class={service}"
        text = wsdl(service, url, arrays=site.wsdl_arrays)
        text = BOMB if fault == "bomb" else text
        self._send(answered(site, fault, lambda: Answer(encoded(text, "ISO-8859-1"))))

    def _query(self) -> dict[str, str]:
        query = parse_qs(urlsplit(self.path).query)
        return {name: values[-1] for name, values in query.items()}

    def _page(self, *, found: bool) -> None:
        status = HTTPStatus.OK if found else HTTPStatus.NOT_FOUND
        words = "Qualitor de mentira" if found else "Não encontrado"
        self._send(Answer(f"<html><body>{words}</body></html>".encode(), status, dict(_PAGE)))

    def _send(self, answer: Answer) -> None:
        seconds = self.double.site.hang_seconds if answer.hang else answer.seconds
        if seconds:
            self.double.stopping.wait(seconds)
        if answer.hang:
            self._drop()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body[: len(answer.body) // 2] if answer.cut else answer.body)
        if answer.cut:
            self._drop()

    def _drop(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002  the name of the base
        """Writes nothing: requests are in the record."""
