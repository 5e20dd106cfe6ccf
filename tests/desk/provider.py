"""An OpenID Connect provider on loopback: discovery, keys, authorization, token; PKCE enforced.

It answers after OpenID Connect Core 1.0 and RFC 7636, and lies when it is told to.
"""

import base64
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "guiche", "um segredo do provedor"


class Provider:
    """The provider, and the person who is logged in there."""

    def __init__(self) -> None:
        self.keys = {name: rsa.generate_private_key(65537, 2048) for name in ("own", "foreign")}
        self.claims: dict[str, Any] = {
            "sub": "0001", "preferred_username": "Davi", "name": "Davi Exemplo",
            "groups": ["atendimento"],
        }  # fmt: skip
        self.lie: Callable[[dict[str, Any]], None] = lambda claims: None
        """Changes the claims before they are signed."""
        self.sign: Callable[[dict[str, Any]], str | None] = self.signed
        self.issuer_told = ""
        self.issuer = ""
        self.asked: dict[str, str] = {}
        self.codes: dict[str, dict[str, str]] = {}

    def signed(self, claims: dict[str, Any], key: str = "own") -> str:
        return jwt.encode(claims, self.keys[key], "RS256", headers={"kid": "own"})

    def unsigned(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, "", "none", headers={"kid": "own"})

    def signed_with_the_secret(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, SECRET * 2, "HS256", headers={"kid": "own"})

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer_told or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "jwks_uri": f"{self.issuer}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def published(self) -> dict[str, Any]:
        key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.keys["own"].public_key()))
        return {"keys": [{**key, "kid": "own", "use": "sig", "alg": "RS256"}]}

    def authorize(self, address: str) -> str:
        """Where the browser is sent back to, after its owner logged in at the provider."""
        asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
        assert asked["client_id"] == CLIENT
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        self.asked = asked
        code = secrets.token_urlsafe()
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form.get("code", ""), None)
        proof = sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).decode().rstrip("=")
        known = (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        if not asked or not known or challenge != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            **self.claims, "iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300,
            "nonce": asked["nonce"],
        }  # fmt: skip
        self.lie(claims)
        answer = {"access_token": secrets.token_urlsafe(), "token_type": "Bearer"}
        token = self.sign(claims)
        return 200, answer if token is None else {**answer, "id_token": token}


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            pages = {
                "/.well-known/openid-configuration": provider.discovery,
                "/keys": provider.published,
            }
            page = pages.get(self.path)
            self._answer(200, page()) if page else self._answer(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: value[0] for name, value in parse_qs(body).items()}
            self._answer(*provider.token(form))

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
