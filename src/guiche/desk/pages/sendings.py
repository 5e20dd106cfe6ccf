"""Envios: what other desks were not told yet, what they refused, and what was found in them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.deliveries.choice import choose
from guiche.desk.deliveries.heartbeat import Heartbeat
from guiche.desk.intake.plain import plain_text
from guiche.desk.models import Connection, Delivery, Stray, Ticket
from guiche.desk.pages.access import account, for_supervisors, page_or_form, sent_number
from guiche.desk.pages.standing import Standing
from guiche.desk.promises.due_time import length
from guiche.desk.refusal import Refused

_PAGE = 50
_A_MINUTE = timedelta(minutes=1)
_State = Delivery.State
_Step = Delivery.Step
_OPENING = (_Step.CUSTOMER, _Step.CREATE)


@dataclass(frozen=True)
class Tab:
    """One view of what is not over: its key in the address, its name, its states, empty words."""

    key: str
    label: str
    states: tuple[str, ...]
    empty: str


REFUSED = Tab("recusados", "Recusados", (_State.REJECTED,), "Nada foi recusado.")
UNKNOWN = Tab("verificando", "Verificando", (_State.UNKNOWN,), "Nada está em dúvida.")
WAITING = Tab("fila", "Na fila", (_State.WAITING, _State.SENDING), "Nada espera.")
STRAYS = Tab("achados", "Achados lá", (), "Nada foi achado sem dono.")
TABS = (REFUSED, STRAYS, UNKNOWN, WAITING)


@dataclass(frozen=True)
class Refusal:
    """A form that was refused: of which row, why, and what was typed."""

    pk: int
    message: str
    typed: str = ""


@dataclass(frozen=True)
class Row:
    """One step in the list; the customer is masked."""

    delivery: Delivery
    ticket: Ticket
    age: str
    words: str
    caution: str = ""
    behind: tuple[str, ...] = ()
    """The steps that wait for this one."""

    @classmethod
    def all(cls, deliveries: Sequence[Delivery], now: datetime) -> "list[Row]":
        """The rows of a page, each with its ticket."""
        tickets = Ticket.listed().in_bulk([each.ticket_id for each in deliveries])
        behind = _behind(deliveries)
        return [
            cls.of(each, tickets[each.ticket_id], now, behind.get(each.pk, ()))
            for each in deliveries
        ]

    @classmethod
    def of(
        cls, delivery: Delivery, ticket: Ticket, now: datetime, behind: Sequence[str] = ()
    ) -> "Row":
        """The row of a step at `now`."""
        by_hand = delivery.step in _OPENING and ticket.desk_number
        caution = (
            f"Já está anotado o número {ticket.desk_number}: se o chamado foi aberto lá à mão, "
            "dispense este envio."
            if by_hand
            else ""
        )
        age = _ago(delivery.created_at, now)
        return cls(delivery, ticket, age, _words(delivery, now), caution, tuple(behind))


def _behind(deliveries: Sequence[Delivery]) -> dict[int, list[str]]:
    """The names of the steps that wait for each of these."""
    blocking = {
        (each.ticket_id, each.connection_id): each.pk
        for each in deliveries
        if each.state != _State.REJECTED or each.step in _OPENING
    }
    tickets = {ticket for ticket, _connection in blocking}
    behind: dict[int, list[str]] = {}
    rows = Delivery.objects.filter(open=True, state=_State.WAITING, ticket__in=tickets)
    for row in rows.order_by("pk"):
        first = blocking.get((row.ticket_id, row.connection_id))
        if first and row.pk > first:
            behind.setdefault(first, []).append(row.get_step_display().lower())
    return behind


def _ago(moment: datetime, now: datetime) -> str:
    return f"há {length(now - moment)}" if now - moment >= _A_MINUTE else "agora"


def _words(delivery: Delivery, now: datetime) -> str:
    match delivery.state:
        case _State.UNKNOWN if delivery.step == _Step.CREATE:
            return "Verificando: pode ter sido criado. Nada é repetido antes de conferir lá."
        case _State.UNKNOWN:
            return "Verificando: pode ter sido feito. Nada é repetido antes de conferir lá."
        case _State.SENDING:
            return "Enviando."
        case _State.WAITING if delivery.next_at > now:
            return f"Próxima tentativa às {timezone.localtime(delivery.next_at):%Hh%M}."
    return ""


@require_GET
@for_supervisors
def show(request: HttpRequest) -> HttpResponse:
    """The list of one tab."""
    return _page(request, _tab(request))


@page_or_form
@for_supervisors
def repeat(request: HttpRequest, pk: int) -> HttpResponse:
    """Tries a step again now; a choice among several customers is kept before."""
    value, looked = request.POST.get("cliente", ""), "conferido" in request.POST

    def again(delivery: Delivery) -> str:
        if delivery.choices:
            choose(delivery, value)
        else:
            delivery.repeat(not_there=looked)
        return "Vai ser tentado de novo agora."

    return _delivery_done(request, pk, again)


@page_or_form
@for_supervisors
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives a step up, and what needs it."""
    why = plain_text(request.POST.get("porque", ""))

    def dropped(delivery: Delivery) -> str:
        count = delivery.drop(account(request), why)
        return "Envio dispensado." if count == 1 else f"{count} envios deste chamado dispensados."

    return _delivery_done(request, pk, dropped, why)


@page_or_form
@for_supervisors
def repeat_all(request: HttpRequest) -> HttpResponse:
    """Tries again all that one desk refused."""
    if request.method == "POST":
        pk = sent_number(request.POST.get("integracao", ""))
        connection = get_object_or_404(Connection, pk=pk)
        count = Delivery.repeat_refused(connection)
        words = f"{count} {'envios vão' if count != 1 else 'envio vai'} ser tentado"
        messages.success(request, f"{words}{'s' if count != 1 else ''} de novo agora.")
    return redirect("envios")


@page_or_form
@for_supervisors
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """A person has seen to what was found."""
    why = plain_text(request.POST.get("porque", ""))
    return _stray_done(request, pk, lambda stray: stray.settle(account(request), why), why)


@page_or_form
@for_supervisors
def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """What was found becomes the counterpart of its ticket."""
    return _stray_done(request, pk, lambda stray: stray.adopt(account(request)))


def _delivery_done(
    request: HttpRequest, pk: int, act: Callable[[Delivery], str], typed: str = ""
) -> HttpResponse:
    delivery = get_object_or_404(Delivery.objects.select_related("connection", "ticket"), pk=pk)
    tab = next((tab for tab in TABS if delivery.state in tab.states), REFUSED)
    if request.method == "POST":
        try:
            messages.success(request, act(delivery))
        except Refused as refused:
            return _page(request, tab, Refusal(pk, str(refused), typed))
    return _back(tab)


def _stray_done(
    request: HttpRequest, pk: int, act: Callable[[Stray], object], typed: str = ""
) -> HttpResponse:
    stray = get_object_or_404(Stray.objects.select_related("connection", "ticket"), pk=pk)
    if request.method == "POST":
        try:
            act(stray)
        except Refused as refused:
            return _page(request, STRAYS, Refusal(pk, str(refused), typed))
        messages.success(request, "Resolvido.")
    return _back(STRAYS)


def _back(tab: Tab) -> HttpResponse:
    """To the tab that was left; once it is empty, to the first in which there is something."""
    return redirect(reverse("envios") + (f"?estado={tab.key}" if _count(tab) else ""))


def _tab(request: HttpRequest) -> Tab:
    """The one asked for; else the first in which there is something."""
    asked = next((tab for tab in TABS if tab.key == request.GET.get("estado")), None)
    return asked or next((tab for tab in TABS if _count(tab)), REFUSED)


def _count(tab: Tab) -> int:
    if tab is STRAYS:
        return Stray.unsettled().count()
    return _of(tab).count()


def _page(request: HttpRequest, tab: Tab, refusal: Refusal | None = None) -> HttpResponse:
    now = clock.now()
    found = Stray.unsettled() if tab is STRAYS else _of(tab)
    page: Page[Any] = Paginator(found, _PAGE).get_page(request.GET.get("pagina"))
    standings = [Standing.of(each, now) for each in Connection.objects.order_by("name")]
    content = {
        "section": "envios",
        "tabs": [(each, _count(each)) for each in TABS],
        "tab": tab,
        "page": page,
        "rows": [] if tab is STRAYS else Row.all(list(page), now),
        "strays": list(page) if tab is STRAYS else [],
        "bulk": _refused_by_desk() if tab is REFUSED else [],
        "troubled": [each for each in standings if each.may_try],
        "worker": _worker(now),
        "refusal": refusal,
    }
    return render(request, "desk/envios.html", content, status=422 if refusal else 200)


def _of(tab: Tab) -> "QuerySet[Delivery]":
    """What waits for another step is shown in the card of that one."""
    rows = Delivery.foremost() if tab is WAITING else Delivery.objects.filter(open=True)
    found = rows.filter(state__in=tab.states).select_related("connection")
    return found.order_by("created_at", "pk")


def _refused_by_desk() -> list[tuple[Connection, int]]:
    """Each connection that refused more than one step which may simply be tried again."""
    counted = [
        (each, Delivery.repeatable(each).count()) for each in Connection.objects.order_by("name")
    ]
    return [(each, count) for each, count in counted if count > 1]


def _worker(now: datetime) -> str:
    """What is wrong with the service that sends; "" where one lives or nothing is to be sent."""
    if Heartbeat.alive(now) or not Connection.objects.filter(active=True).exists():
        return ""
    seen = Heartbeat.last_seen()
    since = f"não dá sinal há {length(now - seen)}" if seen else "não está no ar"
    return f"O serviço que envia {since}: os envios esperam. Na máquina dele: guiche worker."
