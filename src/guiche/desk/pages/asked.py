"""Pedir ao cliente: the link of a call, as the technician makes, sends and ends it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.intake.draft import Draft
from guiche.desk.intake.facts import is_mobile, show_phone, whatsapp_url
from guiche.desk.models import CaseLink, PscApplication
from guiche.desk.pages import fragment
from guiche.desk.pages.access import account, for_attendants, page_or_form, sent_number
from guiche.desk.pages.calls import own_call
from guiche.desk.promises.due_time import said

ARRIVED = "leitura-chegou"
"""The event on which an open page shows the verdict."""
_IMPATIENT = timedelta(minutes=30)
"""For so long the customer is on the line; after it a page asks less often."""
_FILE = "A1"

_SUBJECT = "Envio do certificado digital"
_MESSAGE = (
    "Olá. Aqui é {who}, do atendimento sobre o seu certificado digital. Para enviá-lo, abra este "
    "link no computador ou celular em que ele está:\n{address}\n"
    "O link vale até {until}, só para este atendimento. Não mande a ninguém a senha nem o PIN."
)


@dataclass(frozen=True)
class Conversation:
    """WhatsApp with one phone of the customer, the message written in it and not sent."""

    phone: str
    url: str


@dataclass(frozen=True)
class Asked:
    """What was asked of the customer of a call, and how it stands now."""

    draft: Draft
    link: CaseLink | None
    now: datetime
    address: str
    has_port: bool
    kind: str
    """`A1` or `A3`, where a reading told."""
    clouds: tuple[PscApplication, ...]
    """The providers of cloud certificates that the customer may choose from."""

    @classmethod
    def of(cls, request: HttpRequest, draft: Draft) -> "Asked":
        """As the call stands."""
        link, now = CaseLink.latest(draft), clock.now()
        is_open = draft.is_open and link is not None and link.is_open(now)
        token = link.token if link and is_open else ""
        path = reverse("enviar", kwargs={"token": token}) if token else ""
        kind = draft.inspection.conditions["type"] if draft.inspection else ""
        address = request.build_absolute_uri(path) if path else ""
        clouds = tuple(PscApplication.offered())
        return cls(draft, link, now, address, bool(settings.CERTIFICATE_URL), kind, clouds)

    @property
    def is_open(self) -> bool:
        """Whether the customer can still send."""
        return self.draft.is_open and self.link is not None and self.link.is_open(self.now)

    @property
    def readings(self) -> int:
        """How many came by it."""
        return self.link.readings if self.link else 0

    @property
    def state(self) -> str:
        """What the page shows, in short; another one is another page."""
        if self.link is None:
            return "0"
        stands = f"aberto-{self.every}" if self.is_open else "fechado"
        return f"{self.link.pk}-{self.link.readings}-{stands}"

    @property
    def every(self) -> str:
        """How often an open page asks."""
        waiting = self.now - self.link.created_at if self.link else _IMPATIENT
        return "4s" if waiting < _IMPATIENT else "30s"

    @property
    def until(self) -> str:
        """`amanhã, terça, 24/11, às 14h44`."""
        return said(self.link.expires_at, self.now) if self.link else ""

    @property
    def ended(self) -> str:
        """Why a link no longer opens anything; "" where none was made."""
        if self.link is None or self.is_open:
            return ""
        if self.link.revoked_at:
            return "O link foi cancelado."
        if self.now >= self.link.expires_at:
            return f"O link venceu {said(self.link.expires_at, self.now)}."
        return "O link já recebeu o máximo de envios."

    @property
    def message(self) -> str:
        """What is sent with it: nothing in it is about anybody."""
        return _MESSAGE.format(who=self.draft.by, address=self.address, until=self.until)

    @property
    def conversations(self) -> list[Conversation]:
        """One for each mobile phone that was typed and is right."""
        facts = self.draft.answers().judged[0]
        phones = (facts.get(key, "") for key in self.draft.procedure.customer.phones)
        return [
            Conversation(show_phone(phone), whatsapp_url(phone, self.message))
            for phone in dict.fromkeys(phones)
            if phone.startswith("+") and is_mobile(phone)
        ]

    @property
    def mail(self) -> str:
        """An e-mail to the customer in the technician's own program; without an address, to be
        written."""
        email = self.draft.answers().judged[0].get(self.draft.procedure.customer.email, "")
        to = quote(email, safe="@") if "@" in email else ""
        return f"mailto:{to}?subject={quote(_SUBJECT)}&body={quote(self.message)}"


@page_or_form
@for_attendants
def ask(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Makes a link. The browser's certificate comes along with one that is a file, else only where
    the technician says that the customer knows of the PIN."""
    draft = own_call(request, draft_id)
    if request.method == "POST" and draft.is_open:
        is_file = request.POST.get("tipo") == _FILE
        browser = bool(settings.CERTIFICATE_URL) and (is_file or "pin" in request.POST)
        CaseLink.create(draft, account(request), browser=browser)
    return _panel(request, draft)


@page_or_form
@for_attendants
def revoke(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Ends the link."""
    draft = own_call(request, draft_id)
    if request.method == "POST" and (link := CaseLink.latest(draft)):
        link.revoke()
    return _panel(request, draft)


@require_GET
@for_attendants
def look(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What an open page asks for: the panel where it changed, and that a reading arrived."""
    draft = own_call(request, draft_id)
    if draft.submitted_at:
        return fragment.sent_to(request, "atendimento", draft_id=draft.pk)
    asked = Asked.of(request, draft)
    seen = request.GET.get("visto", "")
    if asked.state == seen:
        return HttpResponse(status=204)
    answer = render(request, "desk/asked.html", {"draft": draft, "asked": asked})
    pk, _, rest = seen.partition("-")
    is_same = asked.link is not None and sent_number(pk) == asked.link.pk
    if asked.readings > (sent_number(rest.partition("-")[0]) if is_same else 0):
        answer.headers["HX-Trigger-After-Settle"] = ARRIVED
    return answer


def _panel(request: HttpRequest, draft: Draft) -> HttpResponse:
    if draft.submitted_at or not fragment.wanted(request):
        return fragment.sent_to(request, "atendimento", "pedido", draft_id=draft.pk)
    page = {"draft": draft, "asked": Asked.of(request, draft)}
    return render(request, "desk/asked.html", page)
