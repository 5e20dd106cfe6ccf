"""Who the customer of a ticket is, whole: by a scope of its own, and it leaves a record.

As on the pages, where *Mostrar* does (pages/reveal.py). A program asks again and again, so of one
token and ticket one record a day is written, before anything is told.
"""

from datetime import timedelta

from django.http import HttpRequest

from guiche.desk import clock
from guiche.desk.api.bearer import account, scope_missing, token_of
from guiche.desk.api.token import Scope
from guiche.desk.intake.facts import TYPES
from guiche.desk.logs.redaction import redact
from guiche.desk.models import Record, Ticket
from guiche.icpbrasil.numbers import cnpj

_AGAIN = timedelta(days=1)


def is_whole(request: HttpRequest, ticket: Ticket) -> bool:
    """Whether this token is told all of this ticket; if so, it is recorded."""
    token = token_of(request)
    if Scope.PEOPLE not in token.scopes:
        return False
    if not ticket.erased_at:
        what, by = f"Chamado inteiro, pela API (token {token.shown}…)", account(request)
        lately = Record.objects.filter(
            ticket=ticket, by=by, kind=Record.Kind.SHOWN, what=what, at__gt=clock.now() - _AGAIN
        )
        if not lately.exists():
            Record.write(Record.Kind.SHOWN, what, by, ticket=ticket)
    return True


def need(request: HttpRequest, ticket: Ticket) -> None:
    """The same, where there is nothing to be told but the whole; `NotDone` without the scope."""
    if not is_whole(request, ticket):
        raise scope_missing(token_of(request), Scope.PEOPLE)


def facts_masked(ticket: Ticket) -> dict[str, str]:
    """The answers as lists show them: abbreviated by their type. The name of a company is public,
    and a way out ("não tem") tells of nobody."""
    customer = ticket.procedure.customer
    public = cnpj.is_valid(ticket.facts.get(customer.document, ""))
    masked = {}
    for fact in ticket.procedure.facts:
        if value := ticket.facts.get(fact.key):
            stays = (
                fact.is_exit(value) or ticket.erased_at or (public and fact.key == customer.name)
            )
            masked[fact.key] = value if stays else TYPES[fact.type].mask(value)
    return masked


def text(said: str, *, whole: bool) -> str:
    """A text of the history; else without numbers and addresses."""
    return said if whole else redact(said)
