"""Certificado em nuvem, for the supervisor: the application of this site at each provider."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from guiche.desk.cloud.application import PscApplication, Wanted
from guiche.desk.connectors.settings import SettingsRefused
from guiche.desk.intake.plain import plain_text
from guiche.desk.pages.access import account, for_supervisors, page_or_form, sent_number
from guiche.desk.pages.cloud import return_address
from guiche.desk.site.site import SavedMeanwhile
from guiche.sources import CloudError
from guiche.sources.psc import providers

LABELS = {"client_id": "client_id", "secret": "client_secret", "base": "Endereço do provedor"}


@require_GET
@for_supervisors
def listed(request: HttpRequest) -> HttpResponse:
    """Every provider, and how the application of this site stands there."""
    applications = [PscApplication.of(each) for each in providers().values()]
    page = {"section": "ajustes", "applications": applications}
    return render(request, "desk/nuvens.html", page)


@sensitive_post_parameters("secret")
@page_or_form
@for_supervisors
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """The form of one: shown, saved, and tried."""
    provider = providers().get(key)
    if provider is None:
        raise Http404("Não há provedor de nuvem com este nome.")
    application = PscApplication.of(provider)
    if request.method != "POST":
        return _page(request, application)
    if request.POST.get("acao") == "testar":
        return _page(request, application, tried=_tried(request, application))
    wanted = _wanted(request)
    try:
        application.change(
            wanted, account(request), seen=sent_number(request.POST.get("visto", ""))
        )
    except SavedMeanwhile as refused:
        words = f"{refused} Confira o que você escreveu e salve de novo."
        return _page(request, PscApplication.of(provider), wanted, words=words, status=409)
    except SettingsRefused as refused:
        return _page(request, application, wanted, refused.problems, status=422)
    messages.success(request, f"{provider.name}: salvo.")
    return redirect("aplicacao_da_nuvem", key=key)


def _wanted(request: HttpRequest) -> Wanted:
    client_id, secret, base = (plain_text(request.POST.get(key, "")).strip() for key in LABELS)
    return Wanted(client_id, secret, base, active="active" in request.POST)


def _tried(request: HttpRequest, application: PscApplication) -> tuple[bool, str]:
    """Whether the provider knows the application as it is saved, and in words."""
    name = application.provider.name
    try:
        application.opened(return_address(request)).try_out()
    except CloudError as error:
        return False, error.message
    return True, (
        f"O {name} respondeu e não recusou a aplicação. O caminho inteiro só se confere com um "
        "certificado: crie o link de um atendimento e use o seu."
    )


def _page(
    request: HttpRequest,
    application: PscApplication,
    typed: Wanted | None = None,
    problems: Mapping[str, str] | None = None,
    *,
    tried: tuple[bool, str] | None = None,
    words: str = "",
    status: int = 200,
) -> HttpResponse:
    problems = problems or {}
    saved = Wanted(application.client_id, "", application.base, application.active)
    page: dict[str, Any] = {
        "section": "ajustes",
        "application": application,
        "provider": application.provider,
        "form": typed or saved,
        "problems": problems,
        "summary": [(key, LABELS[key], text) for key, text in problems.items()],
        "words": words,
        "tried": tried,
        "has_secret": application.secret is not None,
        "unsealed": bool(application.sealed) and application.secret is None,
        "retyped": bool(typed and typed.secret),
        "return_address": return_address(request),
    }
    return render(request, "desk/nuvem.html", page, status=status)
