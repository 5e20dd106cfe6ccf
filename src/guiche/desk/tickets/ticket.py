"""The ticket: facts, state, promise and history, and the one method that moves it."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models import QuerySet
from stdnum.exceptions import ValidationError

from guiche.desk import clock
from guiche.desk.intake.facts import clean_note
from guiche.desk.intake.reading import Inspection
from guiche.desk.people.user import User
from guiche.desk.procedures.procedure import Promised
from guiche.desk.procedures.version import ProcedureVersion
from guiche.desk.promises.due_choice import ends_at
from guiche.desk.promises.due_time import spoken
from guiche.desk.promises.promise import Promise
from guiche.desk.rows import find, insert_where_free
from guiche.desk.site.counting import counting
from guiche.desk.site.site import Site
from guiche.desk.tickets import event as events
from guiche.desk.tickets import number as numbers
from guiche.desk.tickets.chain import START
from guiche.desk.tickets.event import (
    ATTACHED,
    FROM_CUSTOMER,
    AlreadyRecorded,
    Event,
    Overtaken,
)
from guiche.desk.tickets.filed import Filed
from guiche.desk.tickets.followed import Followed
from guiche.desk.tickets.holding import Holding
from guiche.desk.tickets.listed import Listed
from guiche.desk.tickets.moves import (
    FORWARDED,
    MOVES,
    OPEN,
    STATES,
    WAITING,
    Move,
    MoveRefused,
    Rule,
)
from guiche.desk.tickets.proof import Proof
from guiche.desk.tickets.renewal import Renewal
from guiche.desk.tickets.told import Told

_UNPROVED = (
    "Leia o novo certificado, em “Conferir o novo certificado”: é a leitura que encerra assim."
)

_LONGEST_NOTE = 2000
_TRIES = 20


class Ticket(Listed, Renewal, Followed, Filed, Told, Holding):
    """A case that was submitted. `facts` are the cleaned answers, `typed` the same as typed."""

    number = models.CharField(max_length=numbers.LENGTH, unique=True)
    submission_key = models.UUIDField(unique=True)
    """The id of the draft: one draft gives one ticket, whatever is sent twice."""
    procedure_version = models.ForeignKey(
        ProcedureVersion, on_delete=models.PROTECT, related_name="+"
    )
    inspection = models.ForeignKey(
        Inspection, null=True, on_delete=models.PROTECT, related_name="tickets"
    )
    promise = models.OneToOneField(Promise, on_delete=models.PROTECT, related_name="ticket")
    facts: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField()
    typed: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField()
    team = models.CharField(max_length=120)
    state = models.CharField(max_length=20, choices=STATES, default=FORWARDED, db_index=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    order_number = models.CharField(max_length=40, blank=True)
    validation_at = models.DateTimeField(null=True)
    """The order of the new certificate, and when its holder is to be identified for it."""
    proof = models.ForeignKey(
        Inspection, null=True, on_delete=models.PROTECT, related_name="proved_tickets"
    )
    """The reading of the new certificate, which closed the ticket."""
    link_epoch = models.PositiveSmallIntegerField(default=0, db_default=0)
    """Which of its links the customer's page opens by: a new one ends those before."""
    answered_at = models.DateTimeField(null=True)
    """When the customer last answered; None once somebody of the team acted after it."""
    erased_at = models.DateTimeField(null=True)
    seq = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, default=START, blank=True)
    """Count of events and link of the last: the history can be neither cut nor grown unseen."""

    class Meta(Told.Meta):
        """A list is counted, filtered and ordered without touching the rows, which are wide;
        figures are counted by the day of the opening."""

        indexes = (
            models.Index(fields=["state", "team", "owner", "promise"], name="ticket_listed"),
            models.Index(fields=["moved_at", "id", "state", "team", "owner"], name="ticket_moved"),
            models.Index(fields=["opened_at"], name="ticket_opened"),
        )

    def __str__(self) -> str:
        return self.spoken

    # Opening and finding

    @classmethod
    @transaction.atomic(savepoint=False)
    def open(
        cls,
        *,
        key: uuid.UUID,
        version: ProcedureVersion,
        inspection: Inspection | None,
        facts: Mapping[str, str],
        typed: Mapping[str, str],
        due_at: datetime,
        by: User,
    ) -> "Ticket":
        """A new ticket, forwarded to the team of its procedure, with its promise and history."""
        now, procedure = clock.now(), version.procedure
        promise = _promise(procedure.promise, now, due_at)
        ticket = cls(
            submission_key=key, procedure_version=version, inspection=inspection,
            promise=promise, facts=dict(facts), typed=dict(typed), team=procedure.team,
            opened_by=by, opened_at=now, moved_at=now,
        )  # fmt: skip
        ticket._write_numbered()
        submitted = {
            "facts": dict(facts),
            "procedure": {"slug": version.slug, "digest": version.digest},
            "inspection": inspection.sha256 if inspection else None,
            "source": inspection.contract.get("source") if inspection else None,
        }
        forwarded = {"team": procedure.team, **promise.said}
        ticket._begin({"submitted": submitted, "forwarded": forwarded}, by, now)
        return ticket

    @classmethod
    def submitted_from(cls, draft_id: uuid.UUID | str) -> "Ticket | None":
        """The ticket that a draft became, or None."""
        return find(cls, submission_key=draft_id)

    @classmethod
    def find(cls, text: str) -> "Ticket | None":
        """The ticket of a number as people write it; None also when its check digit is wrong."""
        try:
            return cls.objects.filter(number=numbers.validate(text)).first()
        except ValidationError:
            return None

    # History

    @property
    def history(self) -> "QuerySet[Event]":
        """All that happened, in order."""
        return self.events.select_related("by").order_by("seq")

    def verify_chain(self) -> None:
        """Checks that the history is whole; raises `ChainBroken` where it is not."""
        self.refresh_from_db(fields=["seq", "head"])
        history = self.events.order_by("seq")
        events.verify(history, ticket=self.pk, count=self.seq, head=self.head)

    def record(
        self,
        kind: str,
        *,
        by: User | None,
        payload: Mapping[str, Any],
        at: datetime,
        origins: tuple[str, ...] | None = None,
        target: str | None = None,
        form: uuid.UUID | None = None,
        also: Mapping[str, Any] | None = None,
        undoable: bool = False,
    ) -> Event | None:
        """Appends an event, and goes to `target`; None when the state is not among `origins`, or
        the data of the customer were erased: that is the last thing that happens to a ticket.

        Raises `AlreadyRecorded` when `form` left an event before, `Overtaken` when one of the
        columns of `also`, which change with it, is no longer as it is here. Call it within a
        transaction: what belongs to the event is written in the same one. What is `undoable` keeps
        how these columns, the state and the mark of the customer's answer were.
        """
        also = also or {}
        before = {name: getattr(self, name) for name in also}
        if origins is not None:
            self._refresh_head(*also)
            if before != {name: getattr(self, name) for name in also}:
                raise Overtaken
        for _ in range(_TRIES):
            if self.erased_at:
                return None
            if form and self.events.filter(form=form).exists():
                raise AlreadyRecorded
            if origins is not None and self.state not in origins:
                return None
            was = self._as_it_is(before, moves=bool(target)) if undoable else {}
            event = self._next_event(kind, by, {**payload, "was": was} if was else payload, at)
            event.form = form
            if self._advance(event, target or self.state, also):
                events.write([event])
                return event
            self._refresh_head(*also)
            if before != {name: getattr(self, name) for name in also}:
                raise Overtaken
        raise RuntimeError(f"ticket {self.pk}: {_TRIES} writers were quicker")

    @classmethod
    def record_all(
        cls, said: "Mapping[Ticket, Mapping[str, Any]]", kind: str, *, at: datetime,
        also: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Appends an event of the worker to each of these, with what it says, and writes the
        columns of `also` as they are here. Call it within a transaction.

        Raises `Overtaken` where something was written to one of them since it was read.
        """
        if not said:
            return
        written = [ticket._placed(kind, None, payload, at) for ticket, payload in said.items()]
        columns = (*also, "seq", "head")
        changes = ", ".join(f"{column} = %s" for column in columns)
        with connection.cursor() as cursor:
            # `bulk_update` takes ten times as long, all of it for the making of its expressions.
            cursor.executemany(
                f"UPDATE desk_ticket SET {changes} WHERE id = %s AND seq = %s",  # noqa: S608
                [(*(getattr(each, name) for name in columns), each.pk, each.seq - 1)
                 for each in said],
            )  # fmt: skip
            if cursor.rowcount != len(written):
                raise Overtaken
        events.write(written)

    def _write_numbered(self) -> None:
        """Writes this new ticket, with a number that no other has."""
        self.number = numbers.new()
        while not insert_where_free(self, "number"):
            self.number = numbers.new()

    def _begin(self, entries: Mapping[str, Mapping[str, Any]], by: User, at: datetime) -> None:
        """The first events of a ticket that was made in this very transaction: nobody else's."""
        written = [self._placed(kind, by, payload, at) for kind, payload in entries.items()]
        with connection.cursor() as cursor:
            place = "UPDATE desk_ticket SET seq = %s, head = %s WHERE id = %s"
            cursor.execute(place, [self.seq, self.head, self.pk])
        events.write(written)

    def _placed(
        self, kind: str, by: User | None, payload: Mapping[str, Any], at: datetime
    ) -> Event:
        """The next event, its place taken here: nobody else can take it in this transaction."""
        event = self._next_event(kind, by, payload, at)
        self.seq, self.head = event.seq, event.link
        return event

    def _next_event(
        self, kind: str, by: User | None, payload: Mapping[str, Any], at: datetime
    ) -> Event:
        event = Event.sealed(
            ticket_id=self.pk, seq=self.seq + 1, kind=kind, at=at, by=by, payload=payload,
            previous=self.head,
        )  # fmt: skip
        event.ticket = self
        return event

    def _as_it_is(self, columns: Mapping[str, Any], *, moves: bool) -> dict[str, Any]:
        """What an undoing brings back."""
        state = {"state": self.state} if moves else {}
        answered = {"answered_at": self.answered_at.isoformat()} if self.answered_at else {}
        return {**columns, **state, **answered}

    def _refresh_head(self, *also: str) -> None:
        self.refresh_from_db(fields=["state", "seq", "head", "erased_at", "answered_at", *also])

    def _advance(self, event: Event, target: str, also: Mapping[str, Any]) -> bool:
        """Takes the next place in the history; False when another writer took it first."""
        now = {**also, "state": target, "seq": event.seq, "head": event.link}
        if target != self.state:
            now["moved_at"] = event.at
        if event.kind in FROM_CUSTOMER:
            now["answered_at"] = event.at
        elif event.by_id and event.kind != ATTACHED and "answered_at" not in also:
            now["answered_at"] = None
        seen = Ticket.objects.filter(pk=self.pk, state=self.state, seq=self.seq)
        if seen.update(**now) != 1:
            return False
        for name, value in now.items():
            setattr(self, name, value)
        return True

    # Moves

    def moves_for(self, user: User) -> list[Move]:
        """The moves that this person may make now; none once the data of the customer are gone."""
        if self.erased_at:
            return []
        proof = self.procedure.closing.proof
        reasons = {
            name: tuple(reason for reason in listed if name != "resolve" or reason != proof)
            for name, listed in self.procedure.reasons.items()
        }
        return [
            Move(rule, reasons.get(rule.name, ()), self._promise_note(rule))
            for rule in MOVES.values()
            if self.state in rule.origins and user.role in rule.roles
        ]

    @transaction.atomic
    def move(
        self,
        name: str,
        by: User,
        reason: str = "",
        note: str = "",
        form: uuid.UUID | None = None,
        proof: Proof | None = None,
    ) -> Event:
        """Makes a move of the table; `AlreadyRecorded` says that it is done, `MoveRefused` or
        `Problem` why not.

        `reason` is one of the procedure's for this move, where it needs one; `note` is free. One
        reason of "resolve" comes only with the `proof` of it, which `prove` makes.
        """
        rule = self._permitted(name, by, reason)
        if reason and reason == self.procedure.closing.proof and rule.closes and proof is None:
            raise MoveRefused(_UNPROVED)
        note = clean_note(note, _LONGEST_NOTE, "A anotação")
        if rule.needs_note and not note:
            raise MoveRefused(rule.note_missing)
        now = clock.now()
        payload = {"reason": reason if rule.needs_reason else "", "note": note}
        payload |= proof.payload if proof else {}
        also: dict[str, Any] = {"owner_id": None} if rule.passes_on else {}
        also |= {"proof_id": proof.reading.pk} if proof else {}
        if also:
            self.refresh_from_db(fields=list(also))
        again = self._promise_again(now) if rule.reopens else None
        payload |= again.said if again else self._pause_or_go_on(rule, reason, now)
        event = self.record(
            rule.event, by=by, payload=payload, at=now,
            origins=rule.origins, target=rule.target, form=form, also=also, undoable=True,
        )  # fmt: skip
        if event is None and self.erased_at:
            raise MoveRefused("Os dados deste chamado foram apagados. Abra outro atendimento.")
        if event is None:
            raise MoveRefused(
                f"O chamado está em “{self.state_label}”: não dá mais para “{rule.label}”. "
                "Atualize a página."
            )
        if again:
            self.promise = again
            self.save(update_fields=["promise"])
        if rule.closes:
            self.promise.close(now)
        return event

    def _permitted(self, name: str, by: User, reason: str) -> Rule:
        rule = MOVES.get(name)
        if rule is None:
            raise MoveRefused("Esta mudança não existe.")
        if by.role not in rule.roles:
            roles = " ou ".join(role.label for role in rule.roles)
            raise MoveRefused(f"“{rule.label}” é para {roles}.")
        if rule.needs_reason and reason not in self.procedure.reasons.get(name, ()):
            raise MoveRefused("Escolha o motivo na lista.")
        return rule

    # The promise, as moves touch it

    def _promise_note(self, rule: Rule) -> str:
        now, promise = clock.now(), self.promise
        if promise.paused_at and rule.target in OPEN:
            due = spoken(promise.due_when_resumed(now), now)
            return f"O prazo volta a contar. Diga ao cliente: retorno {due}."
        pauses = self.procedure.promise.pauses
        if rule.target == WAITING and pauses and promise.may_pause and now < promise.due_at:
            return f"O prazo para enquanto se espera por: {'; '.join(pauses)}."
        return ""

    def hold_promise(self, promise: Promise) -> None:
        """Keeps others from moving its due time, and takes it as it now stands.

        Only where it can stand still: of other tickets no due time ever moves.
        """
        if self.procedure.promise.pauses:
            # Everybody who moves a promise holds its ticket first.
            Ticket.objects.select_for_update(no_key=True).filter(pk=self.pk).first()
            promise.refresh_from_db()

    def _pause_or_go_on(self, rule: Rule, reason: str, now: datetime) -> dict[str, Any]:
        """What the event of a move says of its promise."""
        self.hold_promise(self.promise)
        if rule.target == WAITING:
            pauses = reason in self.procedure.promise.pauses
            return self.promise.pause(now) if pauses else {}
        said = self.promise.go_on(now)
        if rule.closes:
            said.pop("due", None)  # nobody is called any more
        return said

    def _promise_again(self, now: datetime) -> Promise:
        promised = self.procedure.promise
        due_at = ends_at(now, promised, Site.current().hours)
        return _promise(promised, now, due_at, previous=self.promise)


def _promise(
    promised: Promised, at: datetime, due_at: datetime, previous: Promise | None = None
) -> Promise:
    hours = Site.current().hours if promised.business else None
    return Promise.make(
        at=at, due_at=due_at, warning=promised.warning, previous=previous,
        counts=counting(business=promised.business, hours=hours),
    )  # fmt: skip
