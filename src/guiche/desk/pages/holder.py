"""Pedido do titular: what is held of a CPF or CNPJ, given to the person or erased."""

import json

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from guiche.desk.intake.facts import show_document
from guiche.desk.pages.access import account, for_supervisors, page_or_form
from guiche.desk.tickets.erasure import Held
from guiche.desk.tickets.handover import forget, hand_over, written
from guiche.icpbrasil.numbers import cnpj, cpf

_WRONG = "Este CPF ou CNPJ não confere. Leia de novo o número."


@page_or_form
@for_supervisors
def show(request: HttpRequest) -> HttpResponse:
    """What there is of the number, which comes in the body: addresses are logged."""
    if request.method != "POST":
        return _page(request)
    number = _number(request)
    return _page(request, number, Held.of(number)) if number else _page(request, problem=_WRONG)


@require_POST
@for_supervisors
def export(request: HttpRequest) -> HttpResponse:
    """The data as a file: JSON for a program, text for people."""
    number = _number(request)
    if not number:
        return redirect("titular")
    told, record = hand_over(number, account(request))
    as_text = request.POST.get("formato") == "texto"
    body = written(told) if as_text else json.dumps(told, ensure_ascii=False, indent=2)
    kind = "text/plain" if as_text else "application/json"
    response = HttpResponse(body, content_type=f"{kind}; charset=utf-8")
    # The name tells nothing of the person.
    name = f"guiche-titular-{record.pk}.{'txt' if as_text else 'json'}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_POST
@for_supervisors
def erase(request: HttpRequest) -> HttpResponse:
    """Erases it, once it was said twice; the page is the report of it."""
    number = _number(request)
    if not number:
        return redirect("titular")
    if request.POST.get("certeza") != "sim":
        problem = "Marque que o pedido foi conferido. Apagar não tem volta."
        return _page(request, number, Held.of(number), problem=problem)
    record, refusals = forget(number, account(request))
    report = {
        "section": "ajustes",
        "record": record,
        "erased": len(record.detail["tickets"]) - len(refusals),
        "kept": record.detail["kept"],
        "at": timezone.localtime(record.at),
    }
    return render(request, "desk/titular_apagado.html", report)


def _number(request: HttpRequest) -> str:
    """The compact number that was typed; "" where it is none."""
    number = cnpj.compact(request.POST.get("documento", ""))
    return number if cpf.is_valid(number) or cnpj.is_valid(number) else ""


def _page(
    request: HttpRequest, number: str = "", held: Held | None = None, problem: str = ""
) -> HttpResponse:
    page = {
        "section": "ajustes",
        "typed": request.POST.get("documento", ""),
        "number": show_document(number) if number else "",
        "held": held,
        "problem": problem,
    }
    return render(request, "desk/titular.html", page, status=422 if problem else 200)
