"""Carteira: one portfolio, from its reading to what there is to do about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from guiche.desk.models import Line, Portfolio, ProcedureVersion, Record
from guiche.desk.pages import fragment
from guiche.desk.pages.access import account, for_attendants, sent_number
from guiche.desk.portfolios.line import URGENCIES
from guiche.desk.portfolios.portfolio import PortfolioRefused, State
from guiche.icpbrasil import Profile

VERDICTS = {
    "present": ("Tem CEI", "yes"),
    "doubtful": ("Conferir CEI", "ask"),
    "blank": ("Sem CEI: campo em branco", "no"),
    "absent": ("Sem CEI: sem o campo", "no"),
    "not_applicable": ("Não comporta CEI", "no"),
    "unreadable": ("Não lido", "unread"),
    "error": ("Com erro: nenhum certificado", "unread"),
}
"""Each status of a row: its words, and the icon that stands beside them."""
_OF_A_PAGE = 50
_GONE = "Esta carteira não existe mais, ou não é sua."
_NO_FILE = "Este arquivo não está aqui. Recarregue a página da carteira."


def portfolio_of(request: HttpRequest, portfolio_id: UUID) -> Portfolio:
    """That of the address; of another person's only supervisors learn that there is one."""
    portfolio = Portfolio.seen_by(account(request)).filter(pk=portfolio_id).first()
    if portfolio is None:
        raise Http404(_GONE)
    return portfolio


@dataclass(frozen=True)
class Choice:
    """Which lines of the list are shown. Only keys of closed lists stand in the address."""

    URGENCY: ClassVar[str] = "urgencia"
    VERDICT: ClassVar[str] = "veredito"
    PROFILE: ClassVar[str] = "perfil"

    urgency: int = 0
    verdict: str = ""
    profile: str = ""

    @classmethod
    def of(cls, asked: QueryDict) -> "Choice":
        """What an address asks for; what it does not know is passed over."""
        urgency, verdict = sent_number(asked.get(cls.URGENCY, "")), asked.get(cls.VERDICT, "")
        profile = asked.get(cls.PROFILE, "")
        return cls(
            urgency if urgency in dict(URGENCIES) else 0,
            verdict if verdict in VERDICTS else "",
            profile if profile in {each.value for each in Profile} else "",
        )

    @property
    def address(self) -> str:
        """The same in an address."""
        chosen = (
            (self.URGENCY, self.urgency), (self.VERDICT, self.verdict), (self.PROFILE, self.profile)
        )  # fmt: skip
        return urlencode([(key, value) for key, value in chosen if value])

    def of_lines(self, lines: "QuerySet[Line]") -> "QuerySet[Line]":
        """Those that it shows."""
        chosen = {"urgency": self.urgency, "status": self.verdict, "profile": self.profile}
        return lines.filter(**{key: value for key, value in chosen.items() if value})


@require_GET
@for_attendants
def show(request: HttpRequest, portfolio_id: UUID) -> HttpResponse:
    """The portfolio as it stands."""
    return page_of(request, portfolio_of(request, portfolio_id))


def page_of(request: HttpRequest, portfolio: Portfolio, refusal: str = "") -> HttpResponse:
    """The page of a portfolio, with why a form was refused."""
    page = {"section": "carteira", "portfolio": portfolio, "refusal": refusal}
    if portfolio.is_done:
        page |= _done(request, portfolio)
    return render(request, "desk/carteira.html", page, status=422 if refusal else 200)


def _done(request: HttpRequest, portfolio: Portfolio) -> Mapping[str, object]:
    choice = Choice.of(request.GET)
    lines = choice.of_lines(portfolio.lines.defer("sealed_der"))
    page: Page[Line] = Paginator(lines, _OF_A_PAGE).get_page(request.GET.get("pagina"))
    earlier = Portfolio.seen_by(account(request)).filter(
        state=State.DONE, created_at__lt=portfolio.created_at
    )
    return {
        "facts": [
            (words, portfolio.counts[status])
            for status, (words, _) in VERDICTS.items()
            if portfolio.counts.get(status)
        ],
        "sheets": portfolio.shown.sheets,
        "earlier": earlier[:_OF_A_PAGE],
        "choice": choice,
        "page": page,
        "lines": [(line, VERDICTS[line.status][1]) for line in page],
        "urgencies": URGENCIES,
        "verdicts": [(key, words) for key, (words, _) in VERDICTS.items()],
        "profiles": [(profile.value, profile.label) for profile in Profile],
        "procedures": sorted(ProcedureVersion.holding().values(), key=lambda each: each.title),
        "default_procedure": settings.PROCEDURE,
        "form_mark": uuid4(),
    }


@require_GET
@for_attendants
def look(request: HttpRequest, portfolio_id: UUID) -> HttpResponse:
    """How far it is, for the open page; once it is over, the page is loaded anew."""
    portfolio = portfolio_of(request, portfolio_id)
    if not portfolio.is_under_way:
        return fragment.sent_to(request, "carteira", portfolio_id=portfolio.pk)
    return render(request, "desk/carteira_andamento.html", {"portfolio": portfolio})


@require_GET
@for_attendants
def report(request: HttpRequest, portfolio_id: UUID) -> HttpResponseBase:
    """The report, with a policy of its own: its style, its script, and no origin to act in."""
    from guiche.portfolio.report.page import policy

    portfolio = portfolio_of(request, portfolio_id)
    response = _file(portfolio, portfolio.shown.report.name)
    response.headers["Content-Type"] = "text/html; charset=utf-8"
    response.headers["Content-Security-Policy"] = (
        f"{policy()}; frame-ancestors 'none'; sandbox allow-scripts"
    )
    if "baixar" in request.GET:
        response.headers["Content-Disposition"] = 'attachment; filename="carteira.html"'
    return response


@require_POST
@for_attendants
def take(request: HttpRequest, portfolio_id: UUID) -> HttpResponseBase:
    """The table, with all names and numbers; that it was taken is written down."""
    portfolio = portfolio_of(request, portfolio_id)
    ending = request.POST.get("forma", "")
    if ending not in portfolio.shown.sheets:
        raise Http404(_NO_FILE)
    response = _file(portfolio, portfolio.shown.sheet(ending).name)
    response.headers["Content-Disposition"] = f'attachment; filename="carteira{ending}"'
    Record.write(
        Record.Kind.PORTFOLIO, f"{portfolio.rows} linhas, {ending}", account(request),
        detail={"portfolio": str(portfolio.pk)},
    )  # fmt: skip
    return response


def _file(portfolio: Portfolio, name: str) -> FileResponse:
    """One of what was made of it; the browser keeps none."""
    try:
        file = (portfolio.shown.path / name).open("rb")
    except OSError as error:
        raise Http404(_NO_FILE) from error
    return FileResponse(file, headers={"Cache-Control": "no-store"})


@require_POST
@for_attendants
def compare(request: HttpRequest, portfolio_id: UUID) -> HttpResponse:
    """Has the report made anew, with what changed since the one that was chosen; "" for none."""
    portfolio = portfolio_of(request, portfolio_id)
    asked = request.POST.get("desde", "")
    earlier = portfolio_of(request, _key(asked)) if asked else None
    return _did(request, portfolio, lambda: portfolio.compare(earlier))


@require_POST
@for_attendants
def cancel(request: HttpRequest, portfolio_id: UUID) -> HttpResponse:
    """Ends its reading."""
    portfolio = portfolio_of(request, portfolio_id)
    return _did(request, portfolio, portfolio.cancel)


@require_POST
@for_attendants
def drop(request: HttpRequest, portfolio_id: UUID) -> HttpResponse:
    """Deletes it; the calls and tickets that came of it stay."""
    portfolio = portfolio_of(request, portfolio_id)
    if request.POST.get("certeza") != "sim":
        return page_of(request, portfolio, "Marque que a carteira pode ser apagada.")
    portfolio.drop()
    messages.success(request, "Carteira apagada. Os chamados que vieram dela ficam.")
    return redirect("carteiras")


def _did(request: HttpRequest, portfolio: Portfolio, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
    except PortfolioRefused as refused:
        messages.error(request, str(refused))
    return redirect("carteira", portfolio_id=portfolio.pk)


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404(_GONE) from error
