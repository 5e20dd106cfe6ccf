"""The page that proves a reading, to be kept: for whoever sees the ticket, and for its customer."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from guiche.desk import clock
from guiche.desk.models import Ticket
from guiche.desk.pages.access import ticket_of
from guiche.desk.pages.giving import page_of, protected, slowed_down
from guiche.desk.portal.following import Visit
from guiche.desk.proofs.proof_file import proof_of


@require_GET
def show(request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG001
    """Of a ticket."""
    answer = _file(ticket_of(number))
    if answer is None:
        raise Http404("Este chamado não tem leitura guardada.")
    answer.headers["Cache-Control"] = "no-store"
    return answer


@login_not_required
@require_GET
def told(request: HttpRequest, token: str) -> HttpResponse:
    """To the customer, by the link that he was sent: it names him, and digits can be guessed."""
    now = clock.now()
    if slowed := slowed_down(request, now):
        return slowed
    visit = Visit.of(token, now)
    answer = _file(visit.ticket) if visit and visit.by_link else None
    if answer is None:
        return page_of(request, "desk/acompanhar_fechado.html", status=404)
    return protected(answer)


def _file(ticket: Ticket) -> HttpResponse | None:
    file = proof_of(ticket)
    if file is None:
        return None
    disposition = f'attachment; filename="{file.name}"'
    return HttpResponse(
        file.content,
        content_type=file.media_type,
        headers={"Content-Disposition": disposition},
    )
