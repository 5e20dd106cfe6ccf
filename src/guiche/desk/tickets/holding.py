"""Who has a ticket: taking it, passing it on, letting it go.

To have a ticket is to be who is counted on, and no lock: a colleague who answers the customer may
log the call and move the ticket all the same.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models, transaction

from guiche.desk import clock
from guiche.desk.intake.facts import clean_note
from guiche.desk.people.team import staffed
from guiche.desk.people.user import User
from guiche.desk.tickets.event import AlreadyRecorded, Event, Overtaken
from guiche.desk.tickets.hands import CLAIM, HANDS, PASS, RELEASE, Hand, HandRefused, works_on
from guiche.desk.tickets.moves import OPEN, STATES, WORKERS

_LONGEST_NOTE = 2000
_TRIES = 5


class Holding(models.Model):
    """The part of `Ticket` that says who has it."""

    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="held")
    """Whoever took it; of a closed account it stays here, and counts as nobody's."""

    if TYPE_CHECKING:
        state: Any
        team: Any
        erased_at: Any
        state_label: Any
        procedure: Any
        events: Any
        record: Any

    class Meta:
        """A part of the row of a ticket."""

        abstract = True

    @property
    def is_abandoned(self) -> bool:
        """Whether whoever has it can no longer log in."""
        return self.owner is not None and not self.owner.is_active

    @property
    def whose(self) -> str:
        """`com Carla Exemplo`, `sem dono`."""
        if self.owner is None:
            return "sem dono"
        return f"com {self.owner}" + (", que não tem mais acesso" if self.is_abandoned else "")

    def hands_for(self, user: User) -> list[Hand]:
        """What this person may do now about who has it."""
        if self.erased_at or not works_on(self.state, user):
            return []
        return [hand for hand in HANDS.values() if hand.allows(self.owner, user)]

    def takers(self, user: User) -> list[User]:
        """The people whom this person may pass it to, by name."""
        others = User.objects.people().filter(role__in=WORKERS.get(self.state, ()))
        return sorted(others.exclude(pk__in=[user.pk, self.owner_id or 0]), key=str)

    def other_teams(self) -> list[str]:
        """The teams that it may be passed to: those with somebody in them, and its first one."""
        return sorted((staffed() | {self.procedure.team}) - {self.team})

    def claim(self, by: User, form: UUID | None = None) -> Event:
        """Takes it; of two who do so at once one has it, and `HandRefused` tells the other who."""
        return self._change(CLAIM, by, {"owner_id": by.pk}, {}, form)

    def release(self, by: User, form: UUID | None = None) -> Event:
        """Lets it go: it is the team's again."""
        return self._change(RELEASE, by, {"owner_id": None}, {}, form)

    def pass_to(self, to: User | str, by: User, note: str = "", form: UUID | None = None) -> Event:
        """Passes it to a person, or to a team by its name, with a note for whoever takes it."""
        note = clean_note(note, _LONGEST_NOTE, "A anotação")
        if isinstance(to, User):
            if not to.is_active or to.is_program or not works_on(self.state, to):
                raise HandRefused(f"{to} não trabalha com chamados assim. Escolha outra pessoa.")
            return self._change(PASS, by, {"owner_id": to.pk}, {"to": str(to), "note": note}, form)
        if to != self.team and to not in self.other_teams():
            raise HandRefused("Escolha na lista a pessoa ou a equipe.")
        payload = {"team": to, "note": note}
        return self._change(PASS, by, {"owner_id": None, "team": to}, payload, form)

    @transaction.atomic
    def _change(
        self,
        hand: Hand,
        by: User,
        also: Mapping[str, Any],
        payload: Mapping[str, Any],
        form: UUID | None,
    ) -> Event:
        """Makes the change where it stands in the table; tells who was quicker else."""
        for _ in range(_TRIES):
            self.refresh_from_db(fields=["state", "owner", "team", "erased_at"])
            if form and self.events.filter(form=form).exists():
                raise AlreadyRecorded
            self._permit_hand(hand, by, also)
            try:
                event: Event | None = self.record(
                    hand.event, by=by, payload=payload, at=clock.now(), origins=OPEN, form=form,
                    also=also, undoable=True,
                )  # fmt: skip
            except Overtaken:
                continue
            if event:
                return event
        raise HandRefused("Outras pessoas estão mexendo neste chamado. Atualize a página.")

    def _permit_hand(self, hand: Hand, by: User, also: Mapping[str, Any]) -> None:
        if self.erased_at or self.state not in OPEN:
            raise HandRefused(
                f"O chamado está em “{self.state_label}”: não há o que fazer com ele."
            )
        if not works_on(self.state, by):
            roles = " ou ".join(role.label for role in WORKERS[self.state])
            raise HandRefused(f"Em “{STATES[self.state]}” o chamado é de {roles}.")
        if not hand.allows(self.owner, by):
            raise HandRefused(f"O chamado está {self.whose_for(by)}.")
        if all(getattr(self, name) == value for name, value in also.items()):
            raise HandRefused(f"O chamado já está {self.whose_for(by)}, em {self.team}.")

    def whose_for(self, user: User) -> str:
        """`com você`, `com Bruno Exemplo`, `sem dono`."""
        return "com você" if self.owner_id == user.pk else self.whose

    def record_attempt(
        self, by: User, payload: Mapping[str, Any], at: datetime, form: UUID | None
    ) -> Event | None:
        """Records a call to the customer; what was nobody's is the caller's from then on, unless
        that is a program, which nobody counts on."""
        mine = self._is_free_for(by)
        try:
            event: Event | None = self.record(
                "attempted", by=by, payload=payload, origins=OPEN, at=at, form=form,
                also={"owner_id": by.pk} if mine else {}, undoable=True,
            )  # fmt: skip
        except Overtaken:  # somebody took it meanwhile: the call was made all the same
            event = self.record(
                "attempted", by=by, payload=payload, origins=OPEN, at=at, form=form, undoable=True
            )
        return event

    def _is_free_for(self, by: User) -> bool:
        self.refresh_from_db(fields=["state", "owner"])
        free = self.owner is None or self.is_abandoned
        return free and works_on(self.state, by) and not by.is_program

    @classmethod
    def release_all_of(cls, user: User, by: User | None = None) -> int:
        """The account was closed: what it had is the teams' again, as the histories say; how many.

        `by` None: from the command line.
        """
        held = user.held.filter(state__in=OPEN, erased_at=None)
        return sum(ticket._release(by) for ticket in held.order_by("pk"))

    @transaction.atomic
    def _release(self, by: User | None) -> bool:
        try:
            return bool(
                self.record(
                    "released", by=by, payload={"closed_account": True}, at=clock.now(),
                    origins=OPEN, also={"owner_id": None},
                )
            )  # fmt: skip
        except Overtaken:
            return False
