"""Qualitor over SOAP: `login` gives a token, which goes with every call, and a cookie of its own.

How long a token lives is not documented: what is refused for its login is sent once more with a new
one, and not again.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx
import zeep
from lxml import etree
from zeep.exceptions import Fault

from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.connectors.qualitor import envelope
from guiche.desk.connectors.qualitor.envelope import NotAReply, Reply
from guiche.desk.connectors.qualitor.settings import QualitorSettings
from guiche.desk.connectors.qualitor.stateless import not_understood
from guiche.desk.connectors.web import Web

_PATHS = {
    "dynamic": "/ws/services/service.php?wsdl={service}",
    "static": "/ws/services/{folder}/{service}.wsdl",
}
_ENCODING = "http://schemas.xmlsoap.org/soap/encoding/"
# PHP's descriptions import it, and a desk behind a firewall cannot fetch it.
_ENCODING_SCHEMA = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:tns="{_ENCODING}" targetNamespace="{_ENCODING}"><xs:attribute name="arrayType"
 type="xs:string"/><xs:complexType name="Array"><xs:sequence><xs:any minOccurs="0"
 maxOccurs="unbounded" processContents="lax"/></xs:sequence></xs:complexType></xs:schema>"""
# zeep walks what it is given: an answer of another shape ends in any of these.
_OTHER_SHAPE = (
    zeep.exceptions.Error, etree.LxmlError, NotAReply, AttributeError, IndexError, KeyError,
    TypeError, ValueError,
)  # fmt: skip


class Soap:
    """One session for all threads, until its login does not hold any more."""

    def __init__(self, settings: QualitorSettings) -> None:
        self._settings, self._lock = settings, threading.Lock()
        self._current: _Session | None = None

    def call(self, service: str, operation: str, xml: str, *, writes: bool) -> Reply:
        """The reply, also a refusal; `DeliveryError` for what is no reply."""
        with self._lent() as session:
            reply = session.call(service, operation, xml, writes=writes)
        if not reply.ok and self._settings.refuses_login(reply.message):
            with self._lent(not_this=session) as session:
                reply = session.call(service, operation, xml, writes=writes)
        return reply

    def close(self) -> None:
        """Ends its connections."""
        with self._lock:
            self._retire()

    @contextmanager
    def _lent(self, not_this: "_Session | None" = None) -> Iterator["_Session"]:
        """The session of all, a new one where it is `not_this`; two threads log in once."""
        with self._lock:
            if self._current is not_this:
                self._retire()
            if self._current is None:
                self._current = _Session(self._settings)
            session = self._current
            session.users += 1
        try:
            yield session
        finally:
            with self._lock:
                session.users -= 1
                if session is not self._current and not session.users:
                    session.web.close()

    def _retire(self) -> None:
        """Who is in the middle of a call may finish it."""
        former, self._current = self._current, None
        if former and not former.users:
            former.web.close()


class _Session:
    """A token with the cookie jar that it came in."""

    def __init__(self, settings: QualitorSettings) -> None:
        self._settings, self.users = settings, 0
        self.web = Web(settings.url, read_seconds=settings.read_seconds, words=_raised_fault)
        self._clients: dict[str, zeep.Client] = {}
        try:
            self._token = self._login()
        except DeliveryError:
            self.web.close()
            raise

    def call(self, service: str, operation: str, xml: str, *, writes: bool) -> Reply:
        """A fault that is no matter of the login is a refusal, though not a certain one."""
        try:
            result = self._sent(service, operation, auth=self._token, xmlValue=xml)
            return envelope.read(result)
        except Fault as fault:
            words = fault.message or "falha SOAP sem explicação"
            if self._settings.refuses_login(words):
                return Reply(ok=False, message=words)
            outcome = Outcome.UNKNOWN if writes else Outcome.RETRY
            raise DeliveryError(words, outcome, otherwise=Outcome.REJECTED) from fault
        except DeliveryError as error:
            if writes or error.outcome is not Outcome.UNKNOWN:
                raise
            raise error.turned(Outcome.RETRY) from error
        except _OTHER_SHAPE as error:
            raise not_understood(_said(error), writes=writes) from error

    def _login(self) -> str:
        """The token; any refusal is one of the login, so that no account is locked by trying on."""
        settings = self._settings
        try:
            token = self._sent(
                "WSTicket", "login", login=settings.user, passwd=settings.password,
                company=settings.company,
            ).strip()  # fmt: skip
        except Fault as fault:
            raise _no_login(fault.message or "sem explicação") from fault
        except DeliveryError as error:
            unsure = error.outcome is Outcome.UNKNOWN
            raise (error.turned(Outcome.RETRY) if unsure else error) from error
        except _OTHER_SHAPE as error:
            raise not_understood(_said(error), writes=False) from error
        if token.startswith("<"):
            try:
                raise _no_login(envelope.read(token).message)
            except NotAReply as error:
                raise not_understood(error, writes=False) from error
        if not token or " " in token:
            raise _no_login(token or "a resposta veio sem token")
        return token

    def _sent(self, service: str, operation: str, **parts: str) -> str:
        client = self._client(service)
        try:
            send = client.service[operation]
        except AttributeError:
            message = f"O WSDL {service} deste site não tem a operação {operation}."
            raise DeliveryError(message, Outcome.REJECTED) from None
        answer: Any = send(**parts)
        result = getattr(answer, "result", answer)
        if result is None:
            raise NotAReply("A resposta não é do Qualitor: veio vazia")
        return str(result)

    def _client(self, service: str) -> zeep.Client:
        if service not in self._clients:
            path = _PATHS[self._settings.wsdl_path]
            url = self._settings.url + path.format(
                service=service, folder=service.removeprefix("WS")
            )
            limits = zeep.Settings(forbid_dtd=True, forbid_entities=True, forbid_external=False)
            carrier: Any = _Carrier(self.web, self._settings)
            try:
                self._clients[service] = zeep.Client(  # type: ignore[no-untyped-call]
                    url, transport=carrier, settings=limits
                )
            except _OTHER_SHAPE as error:
                message = f"O endereço {url} não trouxe um WSDL: {_said(error)}"
                raise DeliveryError(message, Outcome.RETRY, everywhere=True) from error
        return self._clients[service]


class _Carrier:
    """What zeep asks of a transport, over `Web`: the same bounds and outcomes as without SOAP."""

    def __init__(self, web: Web, settings: QualitorSettings) -> None:
        self._web, self._settings = web, settings

    def load(self, url: str) -> bytes:
        """A description; never one of another server."""
        if url == _ENCODING:
            return _ENCODING_SCHEMA.encode()
        if not url.startswith(f"{self._settings.url}/"):
            message = f"O WSDL pede um arquivo de outro servidor: {url}"
            raise DeliveryError(message, Outcome.REJECTED)
        return self._web.call("GET", url, writes=False).content

    def post_xml(
        self, address: str, message: etree._Element, headers: dict[str, str]
    ) -> httpx.Response:
        """Sends to the server of the settings: a description may name one behind a proxy."""
        named, own = urlsplit(address), urlsplit(self._settings.url)
        url = named._replace(scheme=own.scheme, netloc=own.netloc).geturl()
        response = self._web.call(
            "POST", url, writes=True, content=etree.tostring(message), headers=headers
        )
        body = envelope.readable(response.content, self._settings.reply_encoding)
        if b"Envelope" not in body:
            raise NotAReply(envelope.instead(body))
        return httpx.Response(200, headers={"Content-Type": "text/xml"}, content=body)


def _raised_fault(response: httpx.Response) -> str:
    """A fault comes with status 500, and is an answer all the same; else only its words count."""
    try:
        root = envelope.root(envelope.readable(response.content, "declared"))
    except NotAReply:
        return ""
    words = next((each.text for each in root.iter("faultstring", "{*}Text") if each.text), "")
    if words and response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Fault(words.strip())  # type: ignore[no-untyped-call]
    return words.strip()


def _no_login(words: str) -> DeliveryError:
    return DeliveryError(words, Outcome.RETRY, everywhere=True, login=True)


def _said(error: Exception) -> Exception:
    """zeep's messages quote whole answers, and in English."""
    return error if isinstance(error, NotAReply) else NotAReply("A resposta não é do Qualitor.")
