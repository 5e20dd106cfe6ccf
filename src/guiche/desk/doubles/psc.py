"""A provider of cloud certificates that only pretends, after DOC-ICP-17.01 (6.4).

No provider lets anybody try without a contract. This one does what the norm asks: a registered
application and its addresses of return, `response_type=code`, PKCE by S256, a code that is used
once and soon, a token that opens the certificates of one person and nothing else.

>>> with Psc([("titular", b"0\\x03\\x02\\x01\\x01")]) as psc:
...     psc.base
'http://127.0.0.1:.../v0'

Besides what every double does wrong (`fail`, with `call="GET /v0/oauth/certificate-discovery"` and
the like; `DISCOVERY` and `TOKEN` name the two calls), `wrong_state` comes back with another state,
`status_n` fails in the words of the norm, `not_json` answers what is none, `huge` four megabytes.
"""

import base64
import hmac
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from ssl import DER_cert_to_PEM_cert
from typing import ClassVar
from urllib.parse import parse_qsl, urlencode

from guiche.desk.doubles.server import Answer, Double, Request

AUTHORIZE, DECIDE = "/v0/oauth/authorize", "/v0/oauth/decision"
TOKEN, DISCOVERY = "POST /v0/oauth/token", "GET /v0/oauth/certificate-discovery"
CALLS = {"decision": f"GET {DECIDE}", "token": TOKEN, "discovery": DISCOVERY}
"""Those that can go wrong, by a short name."""
CLIENT_ID, CLIENT_SECRET = "guiche-de-teste", "segredo-de-teste"
SCOPES = ("single_signature", "multi_signature", "signature_session", "authentication_session")
_HUGE = 4 * 1024 * 1024
_SHORTEST, _LONGEST = 43, 128  # RFC 7636, 4.1

Form = Callable[[bytes], str]


def pem(der: bytes) -> str:
    """As most write it."""
    return DER_cert_to_PEM_cert(der)


def bare(der: bytes) -> str:
    """As some write it: base64 without armour or line ends."""
    return base64.b64encode(der).decode()


@dataclass
class _Grant:
    """What one person was asked for, and what became of it."""

    redirect_uri: str
    state: str
    challenge: str
    at: float


class Psc(Double):
    """Started with `with`; `certificates` are pairs of alias and DER, of one person."""

    faults: ClassVar[tuple[str, ...]] = (
        *Double.faults, "wrong_state", "status_n", "not_json", "huge",
    )  # fmt: skip

    def __init__(
        self,
        certificates: Iterable[tuple[str, bytes]],
        *,
        redirect_uris: Iterable[str] = (),
        form: Form = pem,
    ) -> None:
        super().__init__()
        self.certificates = list(certificates)
        self.form = form
        self.redirect_uris = set(redirect_uris)
        """Those registered; none at all, and every one is taken."""
        self.code_seconds = 60.0
        self._asked: dict[str, _Grant] = {}
        self._codes: dict[str, _Grant] = {}
        self._tokens: set[str] = set()

    @property
    def base(self) -> str:
        """What to configure as its address."""
        return f"{self.url}/v0"

    def creates(self, request: Request) -> bool:
        """The exchange is what goes wrong, where nothing else is named."""
        return f"{request.method} {request.path}" == TOKEN

    def refusal(self) -> Answer:
        """In the form of RFC 6749 (5.2)."""
        return _error(400, "invalid_request")

    def answer(self, request: Request) -> Answer:
        """Every operation that is needed to read a certificate."""
        called = f"{request.method} {request.path}"
        if called == f"GET {AUTHORIZE}":
            return self._authorize(request.query)
        if called == f"GET {DECIDE}":
            return self._decide(request.query)
        if called == TOKEN:
            return self._token(dict(parse_qsl(request.body.decode("utf-8", "replace"))))
        if called == DISCOVERY:
            return self._discover(request)
        return _error(404, "not_found")

    def failed(self, request: Request, fault: str) -> Answer | None:
        """Also in the ways of a PSC."""
        if fault == "status_n":
            return Answer(200, {"status": "N"})
        if fault == "not_json":
            return Answer(200, body=b'{"status": "S", "certificates": [{"alias": "a" "certif')
        if fault == "huge":
            return Answer(200, body=b'{"status": "S", "certificates": [' + b" " * _HUGE + b"]}")
        if fault == "wrong_state":
            with self.lock:
                return self._decide(request.query, state=secrets.token_urlsafe(16))
        return super().failed(request, fault)

    # The person's browser

    def _authorize(self, asked: Mapping[str, str]) -> Answer:
        """Shows who asks for what. Until client and address are known nobody is sent anywhere."""
        if asked.get("client_id") != CLIENT_ID:
            return _page(400, "Aplicação desconhecida.")
        redirect_uri = asked.get("redirect_uri", "")
        if not redirect_uri or (self.redirect_uris and redirect_uri not in self.redirect_uris):
            return _page(400, "Endereço de retorno não registrado.")
        state = asked.get("state", "")
        if problem := _problem(asked):
            return _redirect(redirect_uri, {"error": problem, "state": state})
        ticket = secrets.token_urlsafe(12)
        challenge = asked["code_challenge"]
        self._asked[ticket] = _Grant(redirect_uri, state, challenge, time.monotonic())
        return _page(200, "Autorizar o acesso ao certificado?", ticket)

    def _decide(self, query: Mapping[str, str], state: str = "") -> Answer:
        grant = self._asked.pop(query.get("ticket", ""), None)
        if grant is None:
            return _page(400, "Este pedido já foi respondido.")
        answer = {"state": state or grant.state}
        if query.get("answer") != "yes":
            return _redirect(grant.redirect_uri, {"error": "user_denied", **answer})
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Grant(grant.redirect_uri, "", grant.challenge, time.monotonic())
        return _redirect(grant.redirect_uri, {"code": code, **answer})

    # The application

    def _token(self, form: Mapping[str, str]) -> Answer:
        if not _same(form.get("client_id", ""), CLIENT_ID) or not _same(
            form.get("client_secret", ""), CLIENT_SECRET
        ):
            return _error(401, "invalid_client")
        if form.get("grant_type") != "authorization_code":
            return _error(400, "unsupported_grant_type")
        # Used up by the attempt, whatever comes of it (RFC 6749, 4.1.2).
        grant = self._codes.pop(form.get("code", ""), None)
        if grant is None or time.monotonic() - grant.at > self.code_seconds:
            return _error(400, "invalid_grant")
        if form.get("redirect_uri") != grant.redirect_uri:
            return _error(400, "invalid_grant")
        if not _proves(form.get("code_verifier", ""), grant.challenge):
            return _error(400, "invalid_grant")
        token = secrets.token_urlsafe(32)
        self._tokens.add(token)
        answer = {
            "access_token": token, "token_type": "Bearer", "expires_in": 300,
            "scope": "authentication_session", "authorized_identification_type": "CPF",
            "authorized_identification": "11144477735",
        }  # fmt: skip
        return Answer(200, answer, {"Cache-Control": "no-store"})

    def _discover(self, request: Request) -> Answer:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or token not in self._tokens:
            return _error(401, "invalid_token")
        wanted = request.query.get("certificate_alias")
        slots = [
            {"alias": alias, "certificate": self.form(der) if der else ""}
            for alias, der in self.certificates
            if wanted in (None, alias)
        ]
        return Answer(200, {"status": "S", "certificates": slots})


def _problem(asked: Mapping[str, str]) -> str:
    """The code of RFC 6749 (4.1.2.1) for a request that is wrong; "" for one that is not."""
    if asked.get("response_type") != "code":
        return "unsupported_response_type"
    if asked.get("scope") not in SCOPES:
        return "invalid_scope"
    challenge = asked.get("code_challenge", "")
    if asked.get("code_challenge_method") != "S256" or len(challenge) != _SHORTEST:
        return "invalid_request"
    lifetime = asked.get("lifetime", "1")
    return "" if lifetime.isdecimal() and int(lifetime) else "invalid_request"


def _proves(verifier: str, challenge: str) -> bool:
    """Whether this is what the challenge was made of (RFC 7636, 4.6)."""
    if not _SHORTEST <= len(verifier) <= _LONGEST or not verifier.isascii():
        return False
    digest = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=")
    return _same(digest.decode(), challenge)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _error(status: int, code: str) -> Answer:
    return Answer(status, {"error": code, "error_description": "mensagem do provedor"})


def _redirect(uri: str, query: Mapping[str, str]) -> Answer:
    sign = "&" if "?" in uri else "?"
    return Answer(302, body=b"", headers={"Location": f"{uri}{sign}{urlencode(query)}"})


def _page(status: int, words: str, ticket: str = "") -> Answer:
    links = "".join(
        f'<p><a href="{DECIDE}?ticket={escape(ticket)}&amp;answer={answer}">{label}</a></p>'
        for answer, label in (("yes", "Autorizar"), ("no", "Recusar"))
    )
    body = (
        '<!DOCTYPE html><html lang="pt-BR"><meta charset="utf-8"><title>Provedor de mentira</title>'
        f"<h1>Provedor de mentira</h1><p>{escape(words)}</p>{links if ticket else ''}"
    )
    return Answer(status, body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
