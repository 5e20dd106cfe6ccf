"""A program that a provider knows, and the three steps from it to a person's certificates.

1. The person's browser goes to `authorize_url`, and comes back to `redirect_uri` with a code.
2. `exchange` gives code and verifier for a token, once.
3. `discover` reads what the token opens: certificates, and never a key (`authentication_session`).

The person proves to the provider alone who she is. Neither `pwd_authorize` nor anything else that
asks for a password, PIN or one-time code is used (DOC-ICP-17.01, 6.4.3.2). Nothing secret stands in
a message, a `repr` or an address.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from guiche.sources.errors import CloudAnswerError, CloudExpiredError
from guiche.sources.found import Reading
from guiche.sources.psc.answer import certificates_of, object_of
from guiche.sources.psc.pkce import challenge, new_verifier
from guiche.sources.psc.provider import Provider, root
from guiche.sources.psc.refusal import refused
from guiche.sources.psc.web import Address, Answer

SCOPE = "authentication_session"
LIFETIME = 300
"""Seconds that a token should live: it is used at once, and then forgotten."""
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")  # it goes into a header


@dataclass(frozen=True)
class Token:
    """What opens the certificates of one person, for a while."""

    value: str = field(repr=False)


@dataclass(frozen=True)
class Application:
    """What the provider gave when the program was registered, and the address it returns to.

    `base` is the provider's address where it is another than the published one. `seconds` bounds
    each call as a whole. `ValueError` where there is no address that can be used.
    """

    provider: Provider
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    base: str = ""
    seconds: float = 20.0

    def __post_init__(self) -> None:
        root(self.base or self.provider.base)

    @property
    def _address(self) -> Address:
        return Address(self.provider.name, root(self.base or self.provider.base), self.seconds)

    def authorize_url(self, state: str, verifier: str) -> str:
        """Where to send the person. `login_hint` is left out: a CPF has no place in an address."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": state,
            "lifetime": LIFETIME,
            "scope": SCOPE,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        return f"{self._address.root}/authorize?{urlencode(asked)}"

    def exchange(self, code: str, verifier: str) -> Token:
        """The token for a code. Raises `CloudError`."""
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        answered = self._understood(self._address.post("token", form))
        token = answered.get("access_token")
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise CloudAnswerError(self.provider.name, "faltou o código de acesso")
        return Token(token)

    def discover(self, token: Token) -> Reading:
        """All certificates that the token opens; `Source(name of the provider, "psc", index)`.

        Raises `CloudError`, or the error of the first certificate where none can be read.
        """
        answer = self._address.get(
            "certificate-discovery", {"Authorization": f"Bearer {token.value}"}
        )
        if answer.status in (401, 403):
            raise CloudExpiredError(self.provider.name)
        return certificates_of(self._understood(answer), self.provider.name)

    def try_out(self) -> None:
        """Asks the provider whether it knows this application; raises `CloudError` where not.

        A code that nobody was given is refused, and by how it is refused the rest is known.
        """
        try:
            self.exchange("0" * 32, new_verifier())
        except CloudExpiredError:
            return

    def _understood(self, answer: Answer) -> Mapping[str, Any]:
        """The object of an answer of success; else raises what the answer means."""
        name = self.provider.name
        if answer.status >= 400:
            raise refused(name, _error_of(answer, name), answer.status)
        return object_of(answer.body, name)


def _error_of(answer: Answer, name: str) -> str:
    try:
        return str(object_of(answer.body, name).get("error", ""))
    except CloudAnswerError:
        return ""
