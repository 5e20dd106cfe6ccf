"""Programas (API): the tokens of one's own, those of service accounts, and the document."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.api.problem import CODES
from guiche.desk.api.token import LIFETIMES, ApiToken, Scope, ServiceAccount
from guiche.desk.models import User
from guiche.desk.pages import operations
from guiche.desk.pages.access import account, page_or_form
from guiche.desk.people.role import Role
from guiche.desk.refusal import Refused

_ALREADY = "Este token já foi feito; o texto dele só aparece uma vez. Se o perdeu, revogue-o."
_MADE = "programas-feitos"
_REMEMBERED = 20


@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """The tokens that this person may see, and the form of a new one."""
    return _page(request)


@sensitive_variables("text")
@page_or_form
def create(request: HttpRequest) -> HttpResponse:
    """Makes a token, and shows its text this once."""
    if request.method != "POST":
        return redirect("programas")
    form, made = request.POST.get("form", "")[:36], request.session.get(_MADE, [])
    if form in made:
        return _page(request, refused=_ALREADY, status=422)
    try:
        with transaction.atomic():
            token, text = ApiToken.create(
                _owner(request), request.POST.get("nome", ""), request.POST.getlist("pode"),
                request.POST.get("validade", ""), account(request),
            )  # fmt: skip
    except Refused as refused:
        return _page(request, refused=str(refused), sent=request.POST.dict(), status=422)
    request.session[_MADE] = [*made, form][-_REMEMBERED:]
    return _page(request, token=token, text=text)


@page_or_form
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a token."""
    token = _seen(account(request)).filter(pk=pk).first()
    if token is None:
        raise Http404("Não há este token.")
    if request.method == "POST":
        token.revoke()
        messages.success(request, f"Token revogado: {token}. Já não abre nada.")
    return redirect("programas")


@require_GET
def document(request: HttpRequest) -> HttpResponse:
    """What the API does, read from its OpenAPI document."""
    page = {
        "section": "ajustes",
        "groups": operations.groups(),
        "codes": sorted(CODES.items(), key=lambda each: each[1][0]),
        "scopes": Scope,
        "address": request.build_absolute_uri("/api/v1"),
    }
    return render(request, "desk/programas_documento.html", page)


def _owner(request: HttpRequest) -> User:
    """Oneself, or the service account that a supervisor names."""
    user, name = account(request), request.POST.get("conta", "").strip()
    if not name or user.role != Role.SUPERVISAO:
        return user
    role = request.POST.get("papel", "")
    return ServiceAccount.named(name, role if role in Role.values else Role.SUPORTE, user)


def _seen(user: User) -> Any:
    """A supervisor ends any token; everybody else one's own."""
    tokens = ApiToken.objects.select_related("user", "by")
    return tokens if user.role == Role.SUPERVISAO else tokens.filter(user=user)


def _page(
    request: HttpRequest,
    *,
    token: ApiToken | None = None,
    text: str = "",
    refused: str = "",
    sent: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    user, now = account(request), clock.now()
    tokens: Sequence[ApiToken] = list(_seen(user).order_by("-pk")[:200])
    page = {
        "section": "ajustes",
        "rows": [(each, each.holds(now)) for each in tokens],
        "scopes": Scope.choices,
        "chosen": request.POST.getlist("pode") if refused else (),
        "lifetimes": LIFETIMES.items(),
        "roles": Role.choices,
        "supervises": user.role == Role.SUPERVISAO,
        "form_mark": uuid4(),
        "token": token,
        "text": text,
        "refused": refused,
        "sent": sent or {},
    }
    return render(request, "desk/programas.html", page, status=status)
