"""Enviar o certificado: the page of a customer who opened a link. It takes, and shows nothing.

No login, no cookie and so no CSRF token: who does not know the address cannot send, and who knows
it needs nobody's login to. Every link that does not hold gives the same page.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from guiche.desk import clock
from guiche.desk.cloud.application import PscApplication
from guiche.desk.intake.described import type_of
from guiche.desk.pages.access import page_or_form
from guiche.desk.pages.choice import distinct
from guiche.desk.pages.uploads import PASTED, Input, read_all
from guiche.desk.pages.verdict import Validity
from guiche.desk.portal.address import asking
from guiche.desk.portal.case_link import VALID, CaseLink
from guiche.desk.portal.pace import Pace
from guiche.desk.portal.words import NotGiven, Said
from guiche.icpbrasil.masks import mask_name
from guiche.sources import (
    Found,
    NoCertificateError,
    Reading,
    Signature,
    der,
    read,
    read_text,
)

PACE = Pace(60, timedelta(minutes=1))
WORKER_SECONDS = 15
"""After which the browser gives a container up: honest ones take one or two."""

_READ_IN_BROWSER = "arquivo.pfx"
_MOST_CERTIFICATES = 20
"""Of one container that the browser read: a leaf and its authorities."""
_MOST_FILES = 5
"""Of one request: each file has an allowance of its own, of a second of CPU or two."""
_TOO_MANY = Said(
    "São arquivos demais.",
    f"Envie até {_MOST_FILES} de cada vez; basta o do certificado. Nada foi guardado.",
)
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}


@csrf_exempt
@login_not_required
@sensitive_post_parameters()
@page_or_form
def give(request: HttpRequest, token: str) -> HttpResponse:
    """The page (GET), and what was sent on it (POST)."""
    now = clock.now()
    if slowed := slowed_down(request, now):
        return slowed
    link = CaseLink.of(token, now)
    if link is None:
        return page_of(request, "desk/enviar_fechado.html", status=404)
    if request.method != "POST":
        return page_of(request, "desk/enviar.html", **_ways(link))
    try:
        reading = read_given(request)
    except NotGiven as error:
        return page_of(request, "desk/enviar.html", status=422, said=error.said, **_ways(link))
    found = distinct(reading)
    hidden = _hides_a_signer(reading)
    if len(found) > 1 or hidden:
        offered = [Offered.of(each, link) for each in found[:_MOST_CERTIFICATES]]
        page: dict[str, Any] = {
            "offered": offered,
            "left": len(found) - len(offered),
            "hidden": hidden,
        }
        return page_of(request, "desk/enviar_escolher.html", **page)
    return _given(request, link, _as_found(found[0], request.POST.get("origem", ""), link))


def _hides_a_signer(reading: Reading) -> bool:
    """Whether beside somebody who signed there is what could not be read: perhaps a signature of
    the customer himself, so that the other must not be taken for him unasked."""
    return bool(reading.errors) and any(found.signature for found in reading.leaves)


def slowed_down(request: HttpRequest, now: datetime) -> HttpResponse | None:
    """The answer to an address that asks too often; None to any other."""
    if (address := address_of(request)) and not PACE.allows(address, now):
        return page_of(request, "desk/enviar_devagar.html", status=429)
    return None


def _given(request: HttpRequest, link: CaseLink, found: Found) -> HttpResponse:
    row = link.receive(found)
    if row is None:
        return page_of(request, "desk/enviar_fechado.html", status=404)
    return page_of(request, "desk/enviar_recebido.html", seen=Seen.of(row.contract))


def page_of(request: HttpRequest, template: str, status: int = 200, **page: Any) -> HttpResponse:
    """A page for a customer, with the headers of all of them."""
    return protected(render(request, template, page, status=status))


def protected(answer: HttpResponse) -> HttpResponse:
    """The answer with the headers of all that a customer gets without a login."""
    for name, value in _HEADERS.items():
        answer.headers[name] = value
    return answer


def _ways(link: CaseLink) -> Mapping[str, Any]:
    has_port = link.browser and settings.CERTIFICATE_URL
    return {
        "limit": settings.FILE_UPLOAD_MAX_MEMORY_SIZE,
        "reads_containers": finders.find("desk/forge/forge.min.js") is not None,
        "seconds": WORKER_SECONDS,
        "clouds": PscApplication.offered(),
        "port": f"{settings.CERTIFICATE_URL}/c/{link.token}/" if has_port and link.token else "",
    }


def address_of(request: HttpRequest) -> str:
    """Who asks; behind a proxy as the proxy says it, "" where it says nothing."""
    return asking(request.META)


@sensitive_variables()
def read_given(request: HttpRequest) -> Reading:
    """All that was found in what was sent. Raises `NotGiven` where that is nothing."""
    found, errors = read_all(_inputs(request))
    if not found:
        raise NotGiven.of(errors)
    return Reading(tuple(found), tuple(errors))


def _inputs(request: HttpRequest) -> Iterator[Input]:
    """What the browser read, else files, else a text. Nothing that holds a key is opened.

    Raises `NotGiven` where there are too many files.
    """
    if several := request.POST.getlist("der")[:_MOST_CERTIFICATES]:
        name = request.POST.get("nome", "") or _READ_IN_BROWSER
        yield from (partial(_read_one, each, name) for each in several)
    elif files := request.FILES.getlist("arquivo"):
        if len(files) > _MOST_FILES:
            raise NotGiven(_TOO_MANY)
        yield from (partial(read, file.read(), file.name or "", keys=False) for file in files)
    elif (text := request.POST.get("texto", "")).strip():
        yield partial(read_text, text, PASTED, keys=False)


def _read_one(sent: str, name: str) -> Reading:
    """A certificate alone: containers come as files, which are few. Raises `SourceError`."""
    try:
        octets = base64.b64decode(sent, validate=True)
    except ValueError:  # of base64, or of a text that is not ASCII
        octets = b""
    if octets and der.recognise(octets) == "pkcs7":
        raise NoCertificateError("É um arquivo com vários certificados.")
    return read(octets, name, keys=False)


@dataclass(frozen=True)
class Seen:
    """What the customer sees of a certificate that he sent: enough to notice that it is another."""

    holder: str
    """A person in initials; a company, which is public, whole; "" where a text has no name."""
    kind: str
    validity: Validity | None
    is_wrong: bool
    """It is of an authority or of another PKI, and certainly not the customer's."""

    @classmethod
    def of(cls, contract: Mapping[str, Any]) -> "Seen":
        """Of a reading in the form of the public JSON."""
        holder = contract["holder"]
        return cls(
            holder=(holder["name"] if holder["cnpj"] else mask_name(holder["name"] or "")) or "",
            kind=type_of(contract),
            validity=Validity.of(contract["validity"], clock.now()),
            is_wrong=contract["enrolment"]["reason"] in ("ca", "not_icp_brasil"),
        )


class Offered(NamedTuple):
    """One of several certificates, to be chosen: nothing of it is stored, and it travels back."""

    seen: Seen
    file: str
    der: str
    origin: str

    @classmethod
    def of(cls, found: Found, link: CaseLink) -> "Offered":
        """As it was found."""
        contract = found.inspect(at=clock.now()).to_dict(found.source)
        encoded = base64.b64encode(found.der or b"").decode("ascii")
        signed = found.signature and found.signature._replace(signs=())
        origin = signing.dumps((found.source.kind, signed), salt=_salt(found, link), compress=True)
        return cls(Seen.of(contract), found.source.name, encoded, origin)


def _as_found(chosen: Found, origin: str, link: CaseLink) -> Found:
    """The certificate that was chosen, with the kind and the signatures that it was found with.

    `origin` is of `Offered`; any other text changes nothing.
    """
    try:
        kind, signed = signing.loads(origin, salt=_salt(chosen, link), max_age=VALID)
    except signing.BadSignature:
        return chosen
    signature = Signature(tuple(signed[0]), signed[1]) if signed else None
    return chosen._replace(source=chosen.source._replace(kind=kind), signature=signature)


def _salt(found: Found, link: CaseLink) -> str:
    return f"guiche.desk.giving.{link.digest}.{sha256(found.der or b'').hexdigest()}"
