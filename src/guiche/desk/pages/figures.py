"""Painel: what is about to go wrong, and then the figures of a period."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET, require_POST

from guiche.desk import clock
from guiche.desk.figures.choice import NAMED, PERIODS, Choice
from guiche.desk.figures.digest import HOURS, Digest, DigestRefused
from guiche.desk.figures.repeated import Repeated
from guiche.desk.figures.risk import Risk
from guiche.desk.figures.summary import Freshness, Summary, offered
from guiche.desk.figures.table import Cell, Table, tables
from guiche.desk.figures.tally import day_of
from guiche.desk.figures.words import percent
from guiche.desk.models import ProcedureVersion, Ticket
from guiche.desk.pages import plot, sheets
from guiche.desk.pages.access import account, for_supervisors, sent_number
from guiche.desk.pages.due import Clock
from guiche.desk.procedures.table import ProcedureError
from guiche.desk.promises.due_time import length
from guiche.icpbrasil.wording import number

_CSV = "text/csv; charset=utf-8"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_DAYS = 92
_PRIVATE = "private, max-age=30"


@dataclass(frozen=True)
class Tile:
    """One number at the top; `tone` and icon say whether somebody has to do something."""

    count: int
    label: str
    tone: str
    icon: str
    url: str = ""
    query: str = ""

    @classmethod
    def all(cls, risk: Risk) -> "list[Tile]":
        """What is about to go wrong, the worst first."""
        sendings = risk.unsure + risk.refused
        return [
            cls._of(risk.overdue, "vencidos", "stop", "alert", "fila"),
            cls._of(risk.soon, "vencem em 2 h, sem tentativa", "ask", "clock", "fila"),
            cls._of(
                risk.unowned,
                "sem dono, vencidos ou perto disso",
                "ask",
                "alert",
                "fila",
                "quem=sem-dono",
            ),
            cls._of(sendings, "envios recusados ou a verificar", "ask", "send", "envios"),
            cls._of(risk.away, "sistemas sem resposta", "ask", "send", "integracoes"),
            cls._of(risk.outside, "prazos fora do horário", "ask", "settings", ""),
        ]

    @classmethod
    def _of(cls, count: int, label: str, tone: str, icon: str, url: str, query: str = "") -> "Tile":
        return cls(count, label, tone if count else "no", icon if count else "yes", url, query)


@dataclass(frozen=True)
class Row:
    """A ticket that is at risk; names and numbers of people are masked."""

    ticket: Ticket
    clock: Clock


@dataclass(frozen=True)
class Part:
    """A table of the page with its drawing."""

    table: Table
    address: str

    @property
    def rows(self) -> SafeString:
        """The body of the table. A template takes fifty milliseconds for a year of days."""
        cells = ((row[0], format_html_join("", "<td>{}</td>", _cells(row))) for row in self._shown)
        return format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', cells)

    @property
    def is_by_month(self) -> bool:
        """Whether there are more days than anybody reads; a sheet has them all."""
        return self.table.key == "prazos" and len(self.table.rows) > _MOST_DAYS

    @property
    def _shown(self) -> Iterable[tuple[Cell, ...]]:
        if not self.is_by_month:
            return self.table.rows
        months: dict[str, list[int]] = {}
        for day, *counts in self.table.rows:
            month = months.setdefault(str(day)[3:], [0] * len(counts))
            months[str(day)[3:]] = [a + int(b) for a, b in zip(month, counts, strict=True)]
        return ((month, *counts) for month, counts in months.items())


def _cells(row: tuple[Cell, ...]) -> Iterator[tuple[str]]:
    return ((number(cell) if isinstance(cell, int) else cell,) for cell in row[1:])


@require_GET
@for_supervisors
def show(request: HttpRequest) -> HttpResponse:
    """The page."""
    now = clock.now()
    choice = _choice(request, now)
    risk, summary = Risk.of(choice, now), Summary.of(choice, day_of(now))
    teams, procedures = offered()
    made, address = tables(summary), urlencode(choice.address)
    user = account(request)
    page = {
        "section": "painel",
        "choice": choice,
        "address": address,
        "periods": list(_periods(choice)),
        "teams": teams,
        "procedures": _titles(procedures),
        "tiles": Tile.all(risk),
        "calm": risk.is_calm,
        "rows": [Row(ticket, Clock.of(ticket.promise, now)) for ticket in risk.tickets],
        "more": risk.more,
        "short": _short(summary),
        "fresh": Freshness.now(now),
        "parts": {key.replace("-", "_"): Part(table, address) for key, table in made.items()},
        "again": summary.again,
        "digest": Digest.objects.filter(user=user).first(),
        "hours": list(HOURS),
        "has_address": bool(user.email),
    }
    return render(request, "desk/painel.html", page)


def _periods(choice: Choice) -> Iterator[tuple[str, str, str]]:
    """Key and name of each, and its address with the same team and procedure."""
    for key, (name, _) in PERIODS.items():
        named = {name: value for name, value in choice.address.items() if name in NAMED}
        yield key, name, urlencode({"periodo": key, **named})


def _choice(request: HttpRequest, now: datetime) -> Choice:
    return Choice.of(request.GET.dict(), day_of(now))


def _short(summary: Summary) -> list[tuple[str, str, str]]:
    """The figures that stand above the drawings: number, what it is, and what it is of."""
    half, most = summary.contact_within(0.5), summary.contact_within(0.9)
    return [
        (number(summary.opened), "chamados abertos", ""),
        (percent(summary.met_share), "prazos cumpridos ou tentados", "dos que terminaram"),
        (_until(half), "até o primeiro contato", "em metade dos chamados"),
        (_until(most), "até o primeiro contato", "em nove de cada dez"),
        (percent(summary.no_need_share), "não precisaram de chamado", "dos atendimentos"),
    ]


def _until(span: timedelta | None) -> str:
    return length(span) if span else "sem dado"


def _titles(slugs: list[str]) -> list[tuple[str, str]]:
    """Each procedure by the title of its last version."""
    newest = ProcedureVersion.objects.filter(slug__in=slugs).values("slug")
    ids = newest.order_by().annotate(last=Max("pk")).values("last")
    titles = dict.fromkeys(slugs, "")
    for version in ProcedureVersion.objects.filter(pk__in=ids).defer("content"):
        try:
            titles[version.slug] = version.procedure.title
        except ProcedureError:
            titles[version.slug] = version.slug
    return [(slug, title or slug) for slug, title in titles.items()]


def _tables(request: HttpRequest) -> tuple[Choice, dict[str, Table]]:
    now = clock.now()
    choice = _choice(request, now)
    return choice, tables(Summary.of(choice, day_of(now)))


def _table(request: HttpRequest, key: str) -> Table:
    if key == "repetidos":
        return Repeated.table(_choice(request, clock.now()))
    table = _tables(request)[1].get(key)
    if table is None:
        raise Http404("Esta tabela não existe.")
    return table


@require_GET
@for_supervisors
def drawing(request: HttpRequest, key: str) -> HttpResponse:
    """The drawing of one table; `largura` says for which place."""
    table = _table(request, key)
    if not (table.shape and table.rows):
        raise Http404("Esta tabela não tem gráfico.")
    width = plot.WIDTHS.get(request.GET.get("largura", ""), plot.WIDE)
    headers = {"Content-Security-Policy": plot.policy(table), "Cache-Control": _PRIVATE}
    return HttpResponse(plot.draw(table, width), content_type="image/svg+xml", headers=headers)


@require_GET
@for_supervisors
def sheet(request: HttpRequest, key: str) -> HttpResponse:
    """One table as CSV."""
    return _file(sheets.as_csv(_table(request, key)), f"guiche-{key}.csv", _CSV)


@require_GET
@for_supervisors
def workbook(request: HttpRequest) -> HttpResponse:
    """All tables, with the list of customers who came back."""
    choice, made = _tables(request)
    every = [*made.values(), Repeated.table(choice)]
    return _file(sheets.as_workbook(every, choice.words), "guiche-painel.xlsx", _XLSX)


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    disposition = f'attachment; filename="{name}"'
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": disposition})


@require_GET
@for_supervisors
def repeated(request: HttpRequest) -> HttpResponse:
    """The customers who came back, masked."""
    choice = _choice(request, clock.now())
    page = {
        "section": "painel",
        "choice": choice,
        "address": urlencode(choice.address),
        "found": Repeated.all(choice),
    }
    return render(request, "desk/painel_repetidos.html", page)


@require_POST
@for_supervisors
def digest(request: HttpRequest) -> HttpResponse:
    """Whether this person wants the digest, and when."""
    user, hour = account(request), request.POST.get("hora", "")
    try:
        if hour == "nunca":
            Digest.stop(user)
            messages.success(request, "Você não recebe mais o resumo por e-mail.")
        else:
            Digest.ask(user, sent_number(hour) if hour.isdecimal() else None)
            messages.success(request, "Resumo ligado: um e-mail por dia, a partir do próximo.")
    except DigestRefused as refused:
        messages.error(request, str(refused))
    return redirect("painel")
