"""The procedure of a call: which others there are, which the reading speaks for, and the change."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from guiche.desk.intake.answers import Answers
from guiche.desk.intake.draft import Draft
from guiche.desk.models import ProcedureVersion
from guiche.desk.pages.access import for_attendants, page_or_form
from guiche.desk.pages.calls import own_call
from guiche.desk.procedures.procedure import Procedure

_MEANWHILE = "Este atendimento mudou em outra aba. Confira, e mude o procedimento de novo."


@dataclass(frozen=True)
class Offered:
    """The other procedures that a call may go on by: all, and those that fit what is known."""

    SEEN: ClassVar[str] = "procedimentos-vistos"
    """The name by which a page sends back the `mark` of what it shows; no fact has such a key."""

    others: tuple[Procedure, ...]
    fitting: tuple[Procedure, ...]

    @classmethod
    def of(cls, draft: Draft, answers: Answers) -> "Offered":
        """As the call stands; a person decides."""
        holding = ProcedureVersion.holding().values() if draft.is_open else ()
        others = sorted(
            (each for each in holding if each.slug != draft.procedure.slug), key=lambda p: p.title
        )
        known = {**draft.typed, **answers.known}
        return cls(tuple(others), tuple(each for each in others if each.fits(known)))

    @property
    def mark(self) -> str:
        """Equal for what proposes the same."""
        return " ".join(each.slug for each in self.fitting)


@page_or_form
@for_attendants
def follow(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Goes on by the procedure that a person chose."""
    draft = own_call(request, draft_id)
    slug = request.POST.get("procedimento", "")
    if request.method == "POST" and draft.is_open:
        _follow(request, draft, slug)
    return redirect("atendimento", draft_id=draft.pk)


def _follow(request: HttpRequest, draft: Draft, slug: str) -> None:
    procedure = ProcedureVersion.holding().get(slug)
    if procedure is None:
        messages.error(request, "Escolha o procedimento na lista.")
    elif draft.follow(ProcedureVersion.current(slug)):
        messages.success(request, f"Agora: {procedure.title}. O que você digitou ficou.")
    else:
        messages.error(request, _MEANWHILE)
