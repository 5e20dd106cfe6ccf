"""Carteira: from chosen lines to a batch of calls, one for each holder, seen before it is made."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from guiche.desk.models import Line, Portfolio, ProcedureVersion
from guiche.desk.pages.access import account, for_attendants, form_mark, sent_number
from guiche.desk.pages.portfolio import page_of, portfolio_of
from guiche.desk.portfolios.opening import Opened, candidates, chosen, open_calls
from guiche.desk.portfolios.portfolio import PortfolioRefused

_NO_MARK = "Esta página ficou velha. Recarregue-a e marque de novo."
_NO_PROCEDURE = "Escolha o procedimento na lista."


@require_POST
@for_attendants
def preview(request: HttpRequest, portfolio_id: UUID) -> HttpResponse:
    """A line for each holder: what would be opened, what is missing, and who is left out."""
    portfolio = portfolio_of(request, portfolio_id)
    try:
        lines, version = _sent(request, portfolio)
        every = candidates(lines, version, account(request))
        mark = _mark(request)
    except PortfolioRefused as refused:
        return page_of(request, portfolio, str(refused))
    page = {
        "section": "carteira",
        "portfolio": portfolio,
        "candidates": every,
        "new": sum(each.may_open for each in every),
        "procedure": version.procedure,
        "form_mark": mark,
        "lines": lines,
    }
    return render(request, "desk/carteira_previa.html", page)


@require_POST
@for_attendants
def begin(request: HttpRequest, portfolio_id: UUID) -> HttpResponse:
    """Opens them, and leads to the batch, where what is missing is answered and tickets come of
    them."""
    portfolio = portfolio_of(request, portfolio_id)
    try:
        lines, version = _sent(request, portfolio)
        opened = open_calls(lines, version, account(request), _mark(request))
    except PortfolioRefused as refused:
        return page_of(request, portfolio, str(refused))
    if opened.batch is None:
        messages.warning(request, _none(opened))
        return redirect("carteira", portfolio_id=portfolio_id)
    if opened.left:
        messages.warning(request, f"{_many(len(opened.left))} de fora: {_why(opened)}.")
    return redirect("lote", batch_id=opened.batch.id)


def _sent(request: HttpRequest, portfolio: Portfolio) -> tuple[list[Line], ProcedureVersion]:
    """The lines of this portfolio that were chosen, and the procedure."""
    slug = request.POST.get("procedimento") or settings.PROCEDURE
    if slug not in ProcedureVersion.holding():
        raise PortfolioRefused(_NO_PROCEDURE)
    lines = chosen(portfolio, map(sent_number, request.POST.getlist("linha")))
    return list(lines), ProcedureVersion.current(slug)


def _mark(request: HttpRequest) -> UUID:
    mark = form_mark(request)
    if mark is None:
        raise PortfolioRefused(_NO_MARK)
    return mark


def _none(opened: Opened) -> str:
    return f"Nenhum atendimento novo. {_many(len(opened.left))} de fora: {_why(opened)}."


def _many(count: int) -> str:
    return f"{count} {'titular ficou' if count == 1 else 'titulares ficaram'}"


def _why(opened: Opened) -> str:
    return (
        "já têm chamado ou atendimento, ou o certificado não está guardado"
        if len(opened.left) != 1
        else "já tem chamado ou atendimento, ou o certificado não está guardado"
    )
