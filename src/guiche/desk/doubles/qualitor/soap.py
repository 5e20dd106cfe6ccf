"""The double's SOAP transport: `login` for a token and its cookie, then one XML string a call."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from lxml import etree

from guiche.desk.doubles.qualitor.answering import (
    BAD_LOGIN,
    CRASHED,
    EXPIRED,
    Answer,
    Call,
    Recorded,
    Request,
    answered,
    charset_and_label,
    reply,
)
from guiche.desk.doubles.qualitor.envelope import encoded, labelled
from guiche.desk.doubles.qualitor.state import Refusal
from guiche.desk.doubles.qualitor.wsdl import names

if TYPE_CHECKING:
    from guiche.desk.doubles.qualitor import Qualitor

_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_COOKIE = "PHPSESSID"


@dataclass(frozen=True)
class Message:
    """A SOAP request: its operation and its parts."""

    operation: str
    parts: Mapping[str, str]

    @classmethod
    def read(cls, body: bytes) -> "Message":
        """`Refusal` for what is no SOAP request."""
        parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
        try:
            root = etree.fromstring(body, parser)
        except etree.XMLSyntaxError as error:
            raise Refusal(f"XML error parsing SOAP payload: {error}") from error
        inside = root.find(f"{{{_ENVELOPE}}}Body")
        if inside is None or not len(inside):
            raise Refusal("SOAP body is empty")
        parts = {etree.QName(each).localname: each.text or "" for each in inside[0]}
        return cls(etree.QName(inside[0]).localname, parts)


def answer(double: "Qualitor", service: str, request: Request) -> Answer:
    """A fault for what is no operation; `login` answers a bare token."""
    try:
        message = Message.read(request.body)
        if message.operation not in names(service):
            raise Refusal(f"Procedure '{message.operation}' not present")
    except Refusal as refusal:
        double.requests.append(Recorded(request.method, request.url, "soap", service))
        return _fault(str(refusal))
    if message.operation == "login":
        return _login(double, service, message, request)
    return _called(double, service, message, request)


def _login(double: "Qualitor", service: str, message: Message, request: Request) -> Answer:
    fault = double.faults.take("login")
    double.requests.append(Recorded(request.method, request.url, "soap", service, "login"))

    def act() -> Answer:
        parts = message.parts
        refusal = double.desk.refused(
            parts.get("login", ""), parts.get("passwd", ""), parts.get("company", "")
        )
        if refusal or fault in ("wrong_password", "refused"):
            return _fault(refusal or BAD_LOGIN)
        token, cookie = secrets.token_hex(16), secrets.token_hex(8)
        if fault != "expired":
            double.desk.sessions[token] = cookie
        given = Answer(_answer(service, "login", token, "UTF-8", "UTF-8"))
        if fault != "no_cookie":
            given.headers["Set-Cookie"] = f"{_COOKIE}={cookie}; path=/"
        return given

    return answered(double.site, fault, act)


def _called(double: "Qualitor", service: str, message: Message, request: Request) -> Answer:
    site, operation, token = double.site, message.operation, message.parts.get("auth", "")
    known = double.desk.sessions.get(token)
    refusal = "" if known and known == _cookie(request.cookie) else EXPIRED
    call = Call(service, operation, message.parts.get("xmlValue", "").encode(), refusal)
    fault = double.faults.take(operation)
    double.requests.append(Recorded(
        request.method, request.url, "soap", service, operation, call.xml, call.asked
    ))  # fmt: skip
    if fault == "expired":
        double.desk.sessions.pop(token, None)

    def act() -> Answer:
        if site.faults_for_login and (refusal or fault == "expired"):
            return _fault(EXPIRED)
        result = labelled(site, reply(double.desk, call, fault), site.charset)
        if fault == "fault_after":
            return _fault(CRASHED)
        return Answer(_answer(service, operation, result, *charset_and_label("UTF-8", fault)))

    return answered(site, fault, act)


def _cookie(header: str) -> str:
    try:
        cookies = SimpleCookie(header)
    except CookieError:
        return ""
    return cookies[_COOKIE].value if _COOKIE in cookies else ""


def _answer(service: str, operation: str, result: str, charset: str, label: str) -> bytes:
    return _enveloped(
        f'<ns1:{operation}Response xmlns:ns1="urn:{service}">'
        f'<result xsi:type="xsd:string">{escape(result)}</result></ns1:{operation}Response>',
        charset, label,
    )  # fmt: skip


def _fault(words: str) -> Answer:
    inside = (
        "<SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode>"
        f"<faultstring>{escape(words)}</faultstring></SOAP-ENV:Fault>"
    )
    return Answer(_enveloped(inside, "UTF-8", "UTF-8"), 500)


def _enveloped(inside: str, charset: str, label: str) -> bytes:
    text = (
        f'<?xml version="1.0" encoding="{label}"?>\n<SOAP-ENV:Envelope'
        f' xmlns:SOAP-ENV="{_ENVELOPE}" xmlns:xsd="http://www.w3.org/2001/XMLSchema"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<SOAP-ENV:Body>{inside}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )
    return encoded(text, charset)
