"""Beside the verdict, and after it: whether the certificate is genuine, and when it ends."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.intake import genuine
from guiche.desk.intake.expiry import calendar
from guiche.desk.intake.reading import Inspection
from guiche.desk.pages import fragment
from guiche.desk.pages.access import account, attends
from guiche.trust import Status, Trust

_NOT_YET_HERE = (
    "Falta aqui o certificado de uma autoridade, e não é defeito do certificado do cliente: siga o "
    "atendimento. Quem cuida do Guichê atualiza as autoridades com guiche trust update."
)
_OF_THE_DESK = {"issuer_missing": _NOT_YET_HERE, "no_anchors": _NOT_YET_HERE}
"""Where the finding speaks to who has a command line; on the page a technician is on the phone."""


@dataclass(frozen=True)
class Genuine:
    """What the page says of the path: a line at the verdict, and what to do about it."""

    headline: str
    tone: str
    messages: tuple[str, ...]

    @classmethod
    def of(cls, trust: Trust) -> "Genuine":
        """As the library judged it."""
        tone = "yes" if trust.is_trusted else "stop" if trust.is_bad else "ask"
        # The page says at the verdict itself that the certificate is over.
        if trust.status is Status.EXPIRED_PATH:
            tone = "ask"
        said = (_OF_THE_DESK.get(each.code, each.message) for each in trust.findings)
        return cls(trust.headline, tone, tuple(said))


def reading_of(request: HttpRequest, pk: int) -> Inspection:
    """A reading of a ticket, which all see, or of a call of whoever asks; else 404."""
    user = account(request)
    seen = Q(tickets__isnull=False) | Q(proved_tickets__isnull=False) | Q(receipts__isnull=False)
    if attends(user):
        seen |= Q(drafts__by=user)
    reading = Inspection.objects.filter(seen, pk=pk).first()
    if reading is None:
        raise Http404("Esta leitura não existe mais.")
    return reading


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The line, asked for by the page once the verdict stands; a page of its own for a link."""
    reading = reading_of(request, pk)
    trust = genuine.judge(reading, genuine.anchors(), clock.now())
    page = {"genuine": Genuine.of(trust) if trust else None, "section": "atender"}
    name = "desk/genuine.html" if fragment.wanted(request) else "desk/confianca.html"
    return render(request, name, page)


@require_GET
def reminder(request: HttpRequest, pk: int) -> HttpResponse:
    """The end of the certificate, for a calendar."""
    reading = reading_of(request, pk)
    end: datetime | None = reading.validity.not_after
    if end is None:
        raise Http404("Desta leitura não se sabe até quando o certificado vale.")
    content = calendar(reading.contract["holder"]["name"] or "", reading.sha256, end, clock.now())
    name = f"vencimento-{end:%Y-%m-%d}.ics"
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
