"""Who asks: `Authorization: Bearer guiche_…`, what it may do, and how often it may ask."""

import logging

from django.conf import settings
from django.http import HttpRequest
from ninja.security import HttpBearer

from guiche.desk import clock
from guiche.desk.api.allowance import SPAN, Allowance
from guiche.desk.api.problem import NotDone
from guiche.desk.api.token import ApiToken, Scope
from guiche.desk.people.user import User
from guiche.desk.portal.pace import Pace

log = logging.getLogger(__name__)

_NO_ACCESS = (
    "Mande Authorization: Bearer e um token que valha. Faça um em Programas (API), no rodapé."
)
_TOO_MANY = "São pedidos demais em um minuto. Espere o que diz Retry-After, e continue."

ALLOWANCE = Allowance(settings.API_RATE)
"""Of each token."""
WRONG = Pace(60, SPAN)
"""Of each address, for tokens that are none."""


class Bearer(HttpBearer):
    """A token with this scope; without one any that holds."""

    def __init__(self, scope: Scope | None = None) -> None:
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> ApiToken:
        """The token; raises `NotDone`: 401 where there is none that holds, 403, 429."""
        scheme, _, text = request.headers.get(self.header, "").partition(" ")
        return self.authenticate(request, text.strip() if scheme.lower() == "bearer" else "")

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """The same of the text that was sent."""
        now = clock.now()
        found = ApiToken.of(token, now) if token else None
        if found is None:
            raise _refused(request, given=bool(token))
        if not ALLOWANCE.allows(found, now):
            raise NotDone(429, _TOO_MANY, headers={"Retry-After": str(ALLOWANCE.wait(now))})
        # The records of the log are about this account.
        request.user = request._cached_user = found.user  # type: ignore[attr-defined]
        found.use(now)
        if self.scope and self.scope not in found.scopes:
            raise scope_missing(found, self.scope)
        return found


def scope_missing(token: ApiToken, scope: Scope) -> NotDone:
    """What a token is told that may not do this; the log has it too."""
    log.warning("api: token %s lacks %s", token.shown, scope)
    words = f"Falta a este token a permissão “{scope.label}” ({scope})."
    return NotDone(403, words, code="scope-missing")


def _refused(request: HttpRequest, *, given: bool) -> NotDone:
    now = clock.now()
    if given:
        log.warning("api: a token that does not hold")
        if not WRONG.allows(request.META.get("REMOTE_ADDR", ""), now):
            return NotDone(429, _TOO_MANY, headers={"Retry-After": str(WRONG.wait(now))})
    error = ', error="invalid_token"' if given else ""
    return NotDone(401, _NO_ACCESS, headers={"WWW-Authenticate": f'Bearer realm="guiche"{error}'})


def token_of(request: HttpRequest) -> ApiToken:
    """The token by which the request came in."""
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    return token


def account(request: HttpRequest) -> User:
    """In whose name it acts."""
    return token_of(request).user
