"""Ajustes: a procedure that is not there yet, begun under a key and a name of its own.

What is begun is no row: it goes on as every text that somebody is changing (`procedure.py`).
"""

from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from guiche.desk.intake.plain import plain_text
from guiche.desk.models import ProcedureVersion
from guiche.desk.pages.access import for_supervisors, page_or_form
from guiche.desk.pages.procedure import TEXT, Edition, edition_page
from guiche.desk.procedures import start
from guiche.desk.procedures.table import ProcedureError
from guiche.desk.procedures.version import NEW

LABELS = {"de": "Começar de", "slug": "Chave", "title": "Nome"}


@page_or_form
@for_supervisors
def begin(request: HttpRequest) -> HttpResponse:
    """The form (GET); sent, the whole text of what was begun, or the form with what is wrong."""
    typed = {key: " ".join(plain_text(request.POST.get(key, "")).split()) for key in LABELS}
    if request.method != "POST":
        return _form(request, typed)
    try:
        content = _begun(**typed)
    except ProcedureError as error:
        return _form(request, typed, error)
    return edition_page(request, Edition(typed["slug"], content, NEW, TEXT))


def _begun(de: str, slug: str, title: str) -> str:
    """The text to go on with; a `ProcedureError` whose key is that of an input."""
    file = f"{slug}.toml"
    if de and de not in ProcedureVersion.holding():
        raise ProcedureError(file, "de", "escolha um da lista.")
    content = start.text_of(slug, title, ProcedureVersion.current(de).content if de else "")
    if ProcedureVersion.is_taken(slug):
        raise ProcedureError(file, "slug", f"“{slug}” já é, ou já foi, de outro; use outra.")
    return content


def _form(
    request: HttpRequest, typed: Mapping[str, str], problem: ProcedureError | None = None
) -> HttpResponse:
    models = sorted(ProcedureVersion.holding().values(), key=lambda each: each.title)
    page = {
        "section": "ajustes",
        "typed": typed,
        "models": models,
        "problem": problem,
        # A copy that cannot be read for another reason is wrong where it was chosen.
        "at": (problem.key if problem.key in LABELS else "de") if problem else "",
        "labels": LABELS,
    }
    return render(request, "desk/ajustes_novo.html", page, status=422 if problem else 200)
