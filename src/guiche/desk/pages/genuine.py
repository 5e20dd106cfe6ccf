"""Beside the verdict, and after it: whether the certificate is genuine, and when it ends."""

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.intake import genuine
from guiche.desk.intake.expiry import calendar
from guiche.desk.intake.reading import Inspection
from guiche.desk.pages import fragment
from guiche.trust import Status, Trust


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
        return cls(trust.headline, tone, tuple(each.message for each in trust.findings))


@require_GET
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """The line, asked for by the page once the verdict stands; a page of its own for a link."""
    reading = get_object_or_404(Inspection, pk=pk)
    trust = genuine.judge(reading, genuine.anchors(), clock.now())
    page = {"genuine": Genuine.of(trust) if trust else None, "section": "atender"}
    name = "desk/genuine.html" if fragment.wanted(request) else "desk/confianca.html"
    return render(request, name, page)


@require_GET
def reminder(request: HttpRequest, pk: int) -> HttpResponse:  # noqa: ARG001
    """The end of the certificate, for a calendar."""
    reading = get_object_or_404(Inspection, pk=pk)
    end: datetime | None = reading.validity.not_after
    if end is None:
        raise Http404("Desta leitura não se sabe até quando o certificado vale.")
    content = calendar(reading.contract["holder"]["name"] or "", reading.sha256, end, clock.now())
    return HttpResponse(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="vencimento.ics"'},
    )
