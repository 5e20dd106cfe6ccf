"""Integrações: the connections to other desks: list, form, test, and another try."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.connectors import registry
from guiche.desk.connectors.change import NAME, ConnectionChange, ConnectionChanged
from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import Check, can
from guiche.desk.connectors.registry import connector_class
from guiche.desk.connectors.settings import SettingsRefused
from guiche.desk.deliveries.trial import trial_ticket, try_out
from guiche.desk.pages.access import account, for_supervisors, page_or_form
from guiche.desk.pages.connection_form import Field, Form, kept_secrets
from guiche.desk.pages.standing import Standing

_LISTED = 20


@require_GET
@for_supervisors
def listed(request: HttpRequest) -> HttpResponse:
    """Every connection, and the kinds that a new one may be of."""
    now = clock.now()
    standings = [Standing.of(each, now) for each in Connection.objects.order_by("name")]
    page = {"section": "ajustes", "standings": standings, "kinds": registry.KINDS}
    return render(request, "desk/integracoes.html", page)


@page_or_form
@for_supervisors
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """The form of a connection that is not there yet."""
    if kind not in registry.KINDS:
        raise Http404("Não há integração deste tipo.")
    return _form(request, Connection(kind=kind))


@page_or_form
@for_supervisors
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The form of one that is."""
    return _form(request, _connection(pk))


@page_or_form
@for_supervisors
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks the desk whether the settings are right; writes nothing there."""
    connection = _connection(pk)
    if request.method != "POST":
        return redirect("integracao", pk=pk)
    return _page(request, connection, checks=try_out(connection))


@page_or_form
@for_supervisors
def rehearse(request: HttpRequest, pk: int) -> HttpResponse:
    """Opens a test ticket in the desk and ends it, once a person has said so."""
    connection = _connection(pk)
    if request.method != "POST":
        page = {"section": "ajustes", "connection": connection}
        return render(request, "desk/integracao_teste.html", page)
    return _page(request, connection, checks=trial_ticket(connection), rehearsed=True)


@page_or_form
@for_supervisors
def try_again(request: HttpRequest, pk: int) -> HttpResponse:
    """What stopped or rests is tried again now."""
    connection = _connection(pk)
    if request.method == "POST":
        connection.try_again()
        messages.success(request, f"{connection}: o que espera é tentado de novo agora.")
    return redirect("integracao", pk=pk)


def _connection(pk: int) -> Connection:
    return get_object_or_404(Connection, pk=pk, kind__in=registry.KINDS)


def _form(request: HttpRequest, connection: Connection) -> HttpResponse:
    if request.method != "POST" or connection.from_file:
        return _page(request, connection)
    form = Form.sent(connection.kind, request.POST)
    wanted = form.wanted(connection)
    try:
        changed = ConnectionChange.make(connection, wanted, account(request), seen=form.seen)
    except ConnectionChanged as refused:
        words = f"{refused} Confira o que você escreveu e salve de novo."
        return _page(request, connection, form=form, refused=words, status=409)
    except SettingsRefused as refused:
        saved = _as_saved(connection)  # without the secrets that were typed and not kept
        return _page(request, saved, form=form, problems=refused.problems, status=422)
    if request.POST.get("acao") == "testar":
        return _page(request, connection, checks=try_out(connection), saved=True)
    messages.success(request, "Integração salva." if changed else "Nada mudou.")
    return redirect("integracao", pk=connection.pk)


def _as_saved(connection: Connection) -> Connection:
    return _connection(connection.pk) if connection.pk else Connection(kind=connection.kind)


def _page(
    request: HttpRequest,
    connection: Connection,
    *,
    form: Form | None = None,
    problems: Mapping[str, str] | None = None,
    refused: str = "",
    checks: Sequence[Check] = (),
    saved: bool = False,
    rehearsed: bool = False,
    status: int = 200,
) -> HttpResponse:
    problems = problems or {}
    typed = form or Form.of(connection)
    fields = typed.fields(connection, problems)
    page: dict[str, Any] = {
        "section": "ajustes",
        "connection": connection,
        "opens": connector_class(connection.kind).opens,
        "form": typed,
        "fields": fields,
        "fine": (fine := [field for field in fields if field.is_fine]),
        "fine_problems": any(field.problem for field in fine),
        "name_problem": problems.get(NAME, ""),
        "problems": list(_summary(fields, problems)),
        "refused": refused,
        "secrets_lost": typed.typed_secrets,
        "unsealed": kept_secrets(connection) is None,
        "notices": _notices(request, connection),
        "checks": checks,
        "all_well": all(check.ok for check in checks),
        "saved": saved,
        "rehearsed": rehearsed,
        "seen": connection.version,
        "standing": Standing.of(connection, clock.now()) if connection.pk else None,
        "changes": ConnectionChange.of(connection, _LISTED) if connection.pk else (),
    }
    return render(request, "desk/integracao.html", page, status=status)


def _notices(request: HttpRequest, connection: Connection) -> str:
    """The address that a desk of this kind calls; "" where it calls none."""
    if not connection.pk or not can(connector_class(connection.kind), "heard"):
        return ""
    return request.build_absolute_uri(reverse("aviso", args=[connection.pk]))


def _summary(fields: Sequence[Field], problems: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Where each problem stands, the name of the field, and what is wrong."""
    places = {NAME: (NAME, "Nome"), **{f.described.key: (f.key, f.described.label) for f in fields}}
    return [(*places.get(key, ("", key)), words) for key, words in problems.items()]
