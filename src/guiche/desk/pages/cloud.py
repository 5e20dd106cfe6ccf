"""Certificado em nuvem: a customer, by the link of a call, goes to a provider and comes back.

1. `begin`: a page that says what will happen, with the address of the provider. A form may not lead
   there by itself: the content policy of our pages holds for its redirects too.
2. The customer proves there who he is, on his own phone, and agrees.
3. `come_back`: state and browser are checked, the attempt is used up, code and verifier are
   exchanged, the certificates read. One is taken into the call; of several he chooses (`choose`).
"""

import base64
import logging
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.cloud import words
from guiche.desk.cloud.application import PscApplication
from guiche.desk.cloud.attempt import VALID, Begun, PscAttempt, digest
from guiche.desk.health.counters import counted
from guiche.desk.pages.access import page_or_form
from guiche.desk.pages.choice import distinct
from guiche.desk.pages.giving import Seen, page_of, slowed_down
from guiche.desk.portal.case_link import CaseLink
from guiche.sources import CloudError, Found, Reading, Source, SourceError
from guiche.sources.psc.refusal import refused

log = logging.getLogger(__name__)

_MOST = 20
_LONGEST = 4096
_CLOSED = "desk/enviar_fechado.html"


@csrf_exempt
@login_not_required
@page_or_form
@sensitive_variables()
def begin(request: HttpRequest, token: str, key: str) -> HttpResponse:
    """Begins an attempt, and shows where it leads."""
    now = clock.now()
    if slowed := slowed_down(request, now):
        return slowed
    link = CaseLink.of(token, now)
    if link is None:
        return page_of(request, _CLOSED, status=404)
    application = next((a for a in PscApplication.offered() if a.provider_key == key), None)
    if request.method != "POST" or application is None:
        return redirect("enviar", token=token)
    begun = PscAttempt.begin(link, key, now)
    if begun is None:
        return page_of(request, "desk/enviar_devagar.html", status=429)
    try:
        address = application.opened(return_address(request)).authorize_url(*begun)
    except CloudError as error:
        return _failed(request, link, error)
    answer = page_of(
        request, "desk/enviar_nuvem.html", provider=application.provider, address=address,
        again=_page_of(link),
    )  # fmt: skip
    _give_to_browser(answer, begun)
    return answer


@login_not_required
@require_GET
@sensitive_variables()
def come_back(request: HttpRequest) -> HttpResponse:
    """What the provider sent the customer back with."""
    now = clock.now()
    if slowed := slowed_down(request, now):
        return slowed
    attempt = PscAttempt.of(_begun_in(request))
    if attempt is None:
        return page_of(request, "desk/enviar_nuvem_estranho.html", status=400)
    link = attempt.link
    if attempt.used_at:
        return _repeated(request, link)
    if attempt.is_late(now):
        return page_of(request, "desk/enviar_nuvem_tarde.html", status=400, again=_page_of(link))
    if not link.is_open(now) or not link.token:
        return page_of(request, _CLOSED, status=404)
    if not attempt.take(now):
        return _repeated(request, link)
    try:
        found = distinct(_read(request, attempt, now))
    except SourceError as error:
        return _failed(request, link, error)
    if len(found) > 1:
        return _offered(request, link, found)
    return _given(request, link, found[0])


@csrf_exempt
@login_not_required
@sensitive_post_parameters()
@page_or_form
def choose(request: HttpRequest, token: str) -> HttpResponse:
    """The one that the customer chose of several."""
    now = clock.now()
    if slowed := slowed_down(request, now):
        return slowed
    link = CaseLink.of(token, now)
    if link is None:
        return page_of(request, _CLOSED, status=404)
    if request.method != "POST":
        return redirect("enviar", token=token)
    found = Offered.found(request.POST.get("lido", ""), link)
    if found is None:
        return page_of(request, "desk/enviar_nuvem_tarde.html", status=400, again=_page_of(link))
    return _given(request, link, found)


class Offered(NamedTuple):
    """One of several. It travels in the page, signed, so that what comes back is what was read."""

    seen: Seen
    signed: str

    @classmethod
    def of(cls, found: Found, link: CaseLink) -> "Offered":
        """As it was found."""
        contract = found.inspect(at=clock.now()).to_dict(found.source)
        content = [found.source.name, base64.b64encode(found.der or b"").decode("ascii")]
        return cls(Seen.of(contract), signing.dumps(content, salt=_salt(link), compress=True))

    @staticmethod
    def found(signed: str, link: CaseLink) -> Found | None:
        """What was offered by this link, not long ago; None for anything else."""
        try:
            name, der = signing.loads(signed, salt=_salt(link), max_age=VALID)
        except signing.BadSignature:
            return None
        return Found(Source(name, "psc", 0), base64.b64decode(der))


def _salt(link: CaseLink) -> str:
    return f"guiche.desk.cloud.{link.digest}"


@sensitive_variables()
def _read(request: HttpRequest, attempt: PscAttempt, now: datetime) -> Reading:
    """What the provider shows. Raises `SourceError`, and notes it where it is the provider's."""
    row = PscApplication.objects.get(provider_key=attempt.provider_key)
    error, code = request.GET.get("error", ""), request.GET.get("code", "")[:_LONGEST]
    verifier = _begun_in(request).verifier
    try:
        if error or not code:
            raise refused(row.provider.name, error)
        application = row.opened(return_address(request))
        token = application.exchange(code, verifier)
        reading = counted(lambda: application.discover(token))
    except CloudError as failed:
        log.warning("%s gave no certificate: %s", row.provider_key, failed.code)
        if failed.code != "cloud_denied":
            row.note(failed, now)
        raise
    row.note(None, now)
    return reading


def _given(request: HttpRequest, link: CaseLink, found: Found) -> HttpResponse:
    row = link.receive(found)
    if row is None:
        return page_of(request, _CLOSED, status=404)
    seen = Seen.of(row.contract)
    return page_of(request, "desk/enviar_recebido.html", seen=seen, again=_page_of(link))


def _offered(request: HttpRequest, link: CaseLink, found: list[Found]) -> HttpResponse:
    offered = [Offered.of(each, link) for each in found[:_MOST]]
    left = len(found) - len(offered)
    template = "desk/enviar_nuvem_escolher.html"
    return page_of(request, template, offered=offered, left=left, again=_page_of(link))


def _failed(request: HttpRequest, link: CaseLink, error: SourceError) -> HttpResponse:
    said = words.said_of(error)
    template = "desk/enviar_nuvem_nada.html"
    return page_of(request, template, status=422, said=said, again=_page_of(link))


def _repeated(request: HttpRequest, link: CaseLink) -> HttpResponse:
    return page_of(request, "desk/enviar_nuvem_repetido.html", again=_page_of(link))


def _page_of(link: CaseLink) -> str:
    """Where the customer began; "" where the secret key was changed since."""
    return reverse("enviar", kwargs={"token": link.token}) if link.token else ""


def return_address(request: HttpRequest) -> str:
    """Where a provider sends the customer back to; it is registered there, letter by letter."""
    return request.build_absolute_uri(reverse("retorno_da_nuvem"))


def _cookie(state: str) -> str:
    """One for each attempt: two of them, in two tabs, do not disturb each other."""
    return f"guiche-nuvem-{digest(state)[:16]}"


def _give_to_browser(answer: HttpResponse, begun: Begun) -> None:
    # Lax: it has to come along when the provider's page leads back.
    answer.set_cookie(
        _cookie(begun.state), begun.verifier, max_age=VALID, path=reverse("retorno_da_nuvem"),
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip


def _begun_in(request: HttpRequest) -> Begun:
    state = request.GET.get("state", "")[:_LONGEST]
    return Begun(state, request.COOKIES.get(_cookie(state), "")[:_LONGEST])
