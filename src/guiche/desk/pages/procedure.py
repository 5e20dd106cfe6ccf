"""Ajustes: one procedure, changed on a form or as a text, checked, and only then published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.intake.plain import plain_text
from guiche.desk.models import ProcedureVersion
from guiche.desk.pages.access import account, for_supervisors, page_or_form, sent_number
from guiche.desk.pages.preview import SAMPLE_FILES, Preview
from guiche.desk.procedures import shelf, words
from guiche.desk.procedures.changes import changes
from guiche.desk.procedures.procedure import Procedure
from guiche.desk.procedures.sheet import Sheet
from guiche.desk.procedures.table import ProcedureError
from guiche.desk.procedures.version import NEW, PublishedMeanwhile, digest_of, read_as
from guiche.desk.refusal import Refused

_FORM, TEXT = "formulario", "texto"
_LISTED = 20
_FILE = "arquivo"
_WITHDRAWN = "Retirado. Nenhum atendimento começa por ele; os que já começaram continuam."
_BACK = "Voltou. Vale a partir do próximo atendimento."


@dataclass
class Edition:
    """A text that somebody is changing; it travels in the page, and is no row before it is
    published. `seen` is the digest of the version that it was begun from, or `NEW`."""

    slug: str
    content: str
    seen: str
    mode: str = _FORM
    touched: str = ""
    """The part of the form in which a row came or went."""
    from_file: bool = False

    @classmethod
    def sent(cls, request: HttpRequest, slug: str) -> "Edition":
        """What a page sends back, its inputs not yet written into the text."""
        sent = request.POST
        content = plain_text(sent.get("content", "")).replace("\r\n", "\n").replace("\r", "\n")
        mode = TEXT if sent.get("modo") == TEXT else _FORM
        return cls(slug, content, sent.get("visto", ""), mode, from_file=bool(sent.get(_FILE)))

    @property
    def is_new(self) -> bool:
        """Whether no version of it was there when it was begun."""
        return self.seen == NEW

    @property
    def file(self) -> str:
        """What errors call it."""
        return f"{self.slug}.toml"

    def write(self, request: HttpRequest) -> None:
        """Takes the inputs of the form, and the row that is to come or to go.

        A `ProcedureError` when the text cannot be changed; it is then as good as it was sent.
        """
        sheet = Sheet(self.content, self.file)
        sent = request.POST
        try:
            sheet.write({path: plain_text("\n".join(sent.getlist(path))) for path in sent})
            if key := sent.get("incluir", ""):
                sheet.add(key, timezone.localdate(clock.now()))
            if path := sent.get("remover", ""):
                sheet.remove(path)
            self.touched = (key or path).split(".")[0]
        finally:
            self.content = sheet.content


@page_or_form
@for_supervisors
def edit(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of the version that holds (GET), or of a text that is being changed (POST)."""
    if request.method != "POST":
        current = _current(slug)
        mode = TEXT if request.GET.get("modo") == TEXT else _FORM
        return edition_page(request, Edition(slug, current.content, current.digest, mode))
    edition = Edition.sent(request, slug)
    try:
        edition.write(request)
    except ProcedureError as error:
        return edition_page(request, edition, problem=error, status=422)
    if mode := request.POST.get("abrir", ""):
        edition.mode = TEXT if mode == TEXT else _FORM
    return edition_page(request, edition)


@page_or_form
@for_supervisors
def review(request: HttpRequest, slug: str) -> HttpResponse:
    """What a text would change, and how it would look: a sent one, an old version, the file."""
    if request.method != "POST":
        wanted, current = request.GET.get("versao", ""), _current(slug)
        return _review(request, _older(slug, wanted, current.digest), current)
    edition = Edition.sent(request, slug)
    before = None if edition.is_new else _current(slug)
    if edition.mode == _FORM:
        try:
            edition.write(request)
        except ProcedureError as error:
            return edition_page(request, edition, problem=error, status=422)
    return _review(request, edition, before)


@page_or_form
@for_supervisors
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Makes a checked text hold for the next call."""
    if request.method != "POST":
        return redirect("procedimento", slug=slug)
    edition, user = Edition.sent(request, slug), account(request)
    if not edition.is_new:
        _current(slug)
    try:
        if edition.from_file:
            ProcedureVersion.return_to_file(slug, user, seen=edition.seen)
        else:
            ProcedureVersion.publish(slug, edition.content, user, seen=edition.seen)
    except ProcedureError as error:
        return edition_page(request, edition, problem=error, status=422)
    except PublishedMeanwhile as refused:
        return _review(request, edition, _current(slug), refused=str(refused), status=409)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Publicado. Vale a partir do próximo atendimento.")
    return redirect("versoes", slug=slug)


@page_or_form
@for_supervisors
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes a procedure of the page out of use, or (`voltar`) back into it."""
    if request.method != "POST":
        return redirect("versoes", slug=slug)
    _current(slug)
    back, seen = "voltar" in request.POST, request.POST.get("visto", "")
    change = ProcedureVersion.take_back if back else ProcedureVersion.withdraw
    try:
        change(slug, account(request), seen=seen)
    except (Refused, ProcedureError) as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _BACK if back else _WITHDRAWN)
    return redirect("versoes", slug=slug)


@require_GET
@for_supervisors
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """Who published what when, and the way back to it."""
    current = _current(slug)
    listed = ProcedureVersion.published(slug)[:_LISTED]
    page = {
        "section": "ajustes",
        "slug": slug,
        "current": current,
        "versions": [_told(version) for version in listed],
        "file": _file(slug, current),
        "is_of_page": current.is_of_page,
    }
    return render(request, "desk/ajustes_versoes.html", page)


def _current(slug: str) -> ProcedureVersion:
    try:
        return ProcedureVersion.current(slug)
    except ProcedureError as error:
        raise Http404(str(error)) from error


def _older(slug: str, wanted: str, seen: str) -> Edition:
    """An old version, or the file of the shelf, to be published again."""
    if wanted == _FILE:
        try:
            return Edition(slug, shelf.find(slug)[1], seen, from_file=True)
        except ProcedureError as error:
            raise Http404(str(error)) from error
    version = ProcedureVersion.objects.filter(slug=slug, pk=sent_number(wanted)).first()
    if version is None:
        raise Http404("Não há esta versão.")
    return Edition(slug, version.content, seen)


def _told(version: ProcedureVersion) -> dict[str, Any]:
    before = version.before
    told = changes(before.content, version.content) if before else ()
    return {"version": version, "changes": told, "is_first": before is None}


@dataclass(frozen=True)
class File:
    """How the file of the shelf stands beside what was published."""

    differs: bool
    problem: str = ""
    is_there: bool = True


def _file(slug: str, current: ProcedureVersion) -> File | None:
    """None where the file itself holds."""
    if current.by is None:
        return None
    try:
        if slug not in shelf.files():
            return File(differs=False, is_there=False)
        return File(digest_of(shelf.find(slug)[1]) != current.digest)
    except ProcedureError as error:
        return File(differs=True, problem=str(error))


def edition_page(
    request: HttpRequest,
    edition: Edition,
    *,
    problem: ProcedureError | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form, or the whole text where it was asked for or cannot be a form."""
    try:
        sheet = Sheet(edition.content, edition.file)
        sections, document = sheet.sections, sheet.document
    except ProcedureError as error:
        sections, document, problem = (), {}, problem or error
        edition.mode, status = TEXT, 422
    path = words.path_of(problem.key) if problem else ""
    entries = [entry.path for section in sections for entry in section.entries]
    at = next((e for e in entries if _leads(path, e)), "") if path else ""
    page = {
        "section": "ajustes",
        "edition": edition,
        "sections": sections,
        "labels": words.labels(document),
        "problem": problem,
        "place": words.place(document, path),
        "at": at,
        "open": [edition.touched, *(s.path for s in sections if at in [e.path for e in s.entries])],
    }
    template = (
        "desk/ajustes_texto.html" if edition.mode == TEXT else "desk/ajustes_procedimento.html"
    )
    return render(request, template, page, status=status)


def _leads(path: str, entry: str) -> bool:
    """Whether the error at `path` belongs to this input: to it, below it, or to all around it."""
    near = path.rpartition(".when")[0] or path
    return entry == path or f"{path}.".startswith(f"{entry}.") or entry.startswith(f"{near}.")


def _review(
    request: HttpRequest,
    edition: Edition,
    current: ProcedureVersion | None,
    *,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    """The changes against what holds now, and the procedure at work; or the mistake in it."""
    try:
        procedure: Procedure = read_as(edition.slug, edition.content)
    except ProcedureError as error:
        return edition_page(request, edition, problem=error, status=422)
    if refused and current:
        edition.seen = current.digest
    seen = ProcedureVersion.objects.filter(slug=edition.slug, digest=edition.seen).first()
    before = seen.content if seen else current.content if current else ""
    page: Mapping[str, Any] = {
        "section": "ajustes",
        "edition": edition,
        "procedure": procedure,
        "changes": () if edition.is_new else changes(before, edition.content),
        "same": before == edition.content and not edition.from_file,
        "preview": Preview.of(procedure, request.POST.get("amostra", "")),
        "samples": SAMPLE_FILES,
        "refused": refused,
    }
    return render(request, "desk/ajustes_conferir.html", page, status=status)
