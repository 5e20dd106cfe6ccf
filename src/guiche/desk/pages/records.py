"""Registro: who saw, gave or erased what, and who changed which account; for supervisors."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from guiche.desk.models import Record
from guiche.desk.pages.access import for_supervisors, page_or_form

_A_PAGE = 50


@page_or_form
@for_supervisors
def listed(request: HttpRequest) -> HttpResponse:
    """The newest first, all of them or those of one kind."""
    kind = request.GET.get("tipo", "")
    records = Record.objects.select_related("by", "ticket", "person")
    if kind in Record.Kind.values:
        records = records.filter(kind=kind)
    shown = Paginator(records, _A_PAGE).get_page(request.GET.get("pagina"))
    page = {"section": "ajustes", "page": shown, "kinds": Record.Kind.choices, "kind": kind}
    return render(request, "desk/registro.html", page)
