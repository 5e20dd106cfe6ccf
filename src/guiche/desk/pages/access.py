"""Who may open what: one function a noun, the object or the right refusal."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_http_methods

from guiche.desk.models import Ticket, User
from guiche.desk.people.user import Role
from guiche.desk.tickets.number import not_found

_DIGITS = 16
"""More than any row or clock has, and fewer than a database refuses."""

page_or_form = require_http_methods(["GET", "HEAD", "POST"])

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def account(request: HttpRequest) -> User:
    """Who is logged in; the login middleware lets nobody else reach a view."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def attends(user: User) -> bool:
    """Whether this person takes calls; Relacionamento returns them."""
    return user.role != Role.RELACIONAMENTO


def landing(request: HttpRequest) -> str:
    """The name of the page that this person starts the day on."""
    return "atender" if account(request).role == Role.SUPORTE else "fila"


def ticket_of(number: str) -> Ticket:
    """The ticket of a number in an address; 404, with the reason in words, where there is none."""
    ticket = Ticket.find(number)
    if ticket is None:
        raise Http404(not_found(number))
    return ticket


def form_mark(request: HttpRequest) -> UUID | None:
    """The mark of the form as it was shown; None from a sender that shows none."""
    try:
        return UUID(request.POST.get("form", ""))
    except ValueError:
        return None


def sent_number(text: str) -> int:
    """A number that the page sends of itself, in a field or an address; 0 where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _DIGITS else 0


def _guarded(view: View[P], may: Callable[[User], bool]) -> View[P]:
    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not may(account(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def for_attendants(view: View[P]) -> View[P]:
    """Refuses whoever does not take calls, before anything is looked up."""
    return _guarded(view, attends)


def for_supervisors(view: View[P]) -> View[P]:
    """Refuses whoever is no supervisor, before anything is looked up."""
    return _guarded(view, lambda user: user.role == Role.SUPERVISAO)
