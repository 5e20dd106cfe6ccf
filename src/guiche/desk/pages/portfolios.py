"""Carteira: those that there are, and a new one, sent or of a folder of the server."""

from importlib.util import find_spec
from uuid import UUID, uuid4

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_POST

from guiche.desk.intake.plain import plain_text
from guiche.desk.models import Portfolio
from guiche.desk.pages.access import (
    account,
    for_attendants,
    for_supervisors,
    form_mark,
)
from guiche.desk.pages.incoming import ToFolder
from guiche.desk.people.user import Role
from guiche.desk.portfolios import served
from guiche.desk.portfolios.folder import Folder
from guiche.desk.portfolios.portfolio import PortfolioRefused

_OF_A_PAGE = 20
_LONGEST_NAME, _LONGEST_COLUMN = 80, 120
_NOTHING_SENT = "Escolha um ou mais arquivos que não estejam vazios."
_WITH_KEY = (
    "Esta instalação não recebe .pfx, .p12 nem outra chave privada, nem dentro de um ZIP ou tar. "
    "Nada foi guardado. Mande os .cer, ou leia a pasta com guiche audit na máquina em que ela está."
)
_NO_MARK = "Esta página ficou velha. Recarregue-a e mande de novo."
_MISSING = (
    "Nesta instalação falta o que lê carteiras. A TI instala com: pip install 'guiche[portfolio]'."
)


@require_GET
@for_attendants
def listed(request: HttpRequest) -> HttpResponse:
    """Those of this person; for supervisors, all."""
    return _page(request)


# The check of the form's token parses the body: before it, the view must say where files go to.
@csrf_exempt
@require_POST
@for_attendants
def send(request: HttpRequest) -> HttpResponse:
    """Takes what is sent; it waits for the worker."""
    folder = Folder.of(uuid4())
    incoming = ToFolder(folder)
    request.upload_handlers = [incoming]
    try:
        return _sent(request, folder, incoming)
    finally:
        folder.drop()  # what broke off, was refused, or was sent twice


@csrf_protect
def _sent(request: HttpRequest, folder: Folder, incoming: ToFolder) -> HttpResponse:
    key = form_mark(request)
    if key is None:
        return _page(request, refusal=_NO_MARK)
    files = request.FILES.getlist("arquivo")
    if incoming.refused or (not settings.ACCEPT_PFX and folder.may_hold_key()):
        return _page(request, refusal=_WITH_KEY)
    if not files:
        return _page(request, refusal=_NOTHING_SENT)
    if not Portfolio.objects.filter(pk=key).exists():
        # Before the row: a worker that sees it reads what is there.
        folder.become(key)
    return _begun(request, key)


@require_POST
@for_supervisors
def name_folder(request: HttpRequest) -> HttpResponse:
    """Has a folder of the server read."""
    key = form_mark(request)
    try:
        if key is None:
            raise PortfolioRefused(_NO_MARK)
        place = served.place_of(request.POST.get("pasta", ""))
    except PortfolioRefused as refused:
        return _page(request, folder_refusal=str(refused))
    Folder.of(key).make()
    return _begun(request, key, place)


def _begun(request: HttpRequest, key: UUID, place: str = "") -> HttpResponse:
    Portfolio.begin(
        key,
        account(request),
        name=plain_text(request.POST.get("nome", "")).strip()[:_LONGEST_NAME],
        column=plain_text(request.POST.get("coluna", "")).strip()[:_LONGEST_COLUMN],
        place=place,
    )
    return redirect("carteira", portfolio_id=key)


def _page(request: HttpRequest, refusal: str = "", folder_refusal: str = "") -> HttpResponse:
    user = account(request)
    every = Paginator(Portfolio.seen_by(user), _OF_A_PAGE)
    page = {
        "section": "carteira",
        "page": every.get_page(request.GET.get("pagina")),
        "form_mark": uuid4(),
        "limit": settings.PORTFOLIO_UPLOAD,
        "limit_words": settings.PORTFOLIO_UPLOAD // (1024 * 1024),
        "accepts_pfx": settings.ACCEPT_PFX,
        "kept_days": settings.KEEP_PORTFOLIOS.days,
        "may_name_folder": user.role == Role.SUPERVISAO and served.is_offered(),
        "supervises": user.role == Role.SUPERVISAO,
        "missing": "" if find_spec("pyarrow") else _MISSING,
        "refusal": refusal,
        "folder_refusal": folder_refusal,
        "sent": request.POST,
    }
    status = 422 if refusal or folder_refusal else 200
    return render(request, "desk/carteiras.html", page, status=status)
