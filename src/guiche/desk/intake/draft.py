"""A call not yet submitted: what is known so far, from where, and what is still missing."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.db.models import Count, F, Q

from guiche.desk import clock
from guiche.desk.figures.tally import Stale, day_of
from guiche.desk.intake.answers import Answers
from guiche.desk.intake.plain import plain_text
from guiche.desk.intake.problem import Problem
from guiche.desk.intake.reading import Inspection
from guiche.desk.intake.whose import OPEN_CALL, Whose
from guiche.desk.people.user import User
from guiche.desk.procedures.procedure import END, Procedure
from guiche.desk.procedures.version import ProcedureVersion
from guiche.desk.promises.due_choice import DueTime, due_times
from guiche.desk.refusal import Refused
from guiche.desk.search.index import index_call
from guiche.desk.site.site import Site
from guiche.desk.tickets.ticket import Ticket

DRAFT_KEPT = timedelta(days=7)
_ALWAYS = Q()
_LONGEST_ANSWER = 10_000
"""Characters: more than any fact may have, so that what is too long can be told to be."""
_NOT_ASKED = "Este procedimento não pergunta isto."
_NO_HOURS = "Falta o horário de quem retorna. A supervisão define em Ajustes, uma vez só."


class Incomplete(Refused):
    """The draft cannot be submitted; `problems` tells why, by fact."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("Falta completar o atendimento.")
        self.problems = problems


class ChangedMeanwhile(Refused):
    """Somebody else changed the draft since it was loaded."""

    def __init__(self) -> None:
        super().__init__("Este atendimento mudou em outra aba. Confira e registre de novo.")


class Tab(NamedTuple):
    """A page that a browser shows of a draft: its own mark, and the version it was made from."""

    mark: str
    seen: int


class Draft(Whose, models.Model):
    """One call. `typed` holds what a person typed, as typed; all else is computed anew."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    procedure_version = models.ForeignKey(
        ProcedureVersion, on_delete=models.PROTECT, related_name="+"
    )
    inspection = models.ForeignKey(
        Inspection, null=True, on_delete=models.PROTECT, related_name="drafts"
    )
    typed: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(default=dict)
    offered: "models.JSONField[dict[str, list[str]], dict[str, list[str]]]" = models.JSONField(
        default=dict
    )
    """Fingerprints of every text that was offered for a fact: a form still showing an old one
    sends it back, and nobody typed it."""
    revision = models.PositiveBigIntegerField(default=0)
    version = models.PositiveBigIntegerField(default=0)
    """How often it was changed."""
    tab = models.CharField(max_length=36, blank=True)
    """The mark of the page that changed it last: that one may go on, another must have seen it."""
    due = models.CharField(max_length=10, blank=True)
    """Which of the times that may be promised was chosen, where there is a choice."""
    batch = models.UUIDField(null=True, db_index=True)
    """Shared by the calls that one caller makes of several certificates."""
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drafts")
    """Who has it now; paused, anybody of the team may take it up."""
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now, db_index=True)
    paused_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_reason = models.CharField(max_length=200, blank=True)
    """Why the call needed no ticket."""

    class Meta:
        """Calls without a ticket are counted by the day on which they ended."""

        indexes = (models.Index(fields=["ended_at"], name="draft_ended"),)

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def start(cls, by: User, slug: str | None = None) -> "Draft":
        """A new call, with the procedure of the site as it stands now."""
        draft = cls(procedure_version=ProcedureVersion.offered(slug or settings.PROCEDURE), by=by)
        draft._offering()
        draft.save()
        return draft

    @classmethod
    def ended_since(cls, moment: datetime) -> list[tuple[str, int]]:
        """Why calls ended without a ticket since the moment, and how many; the most first."""
        ended = cls.objects.filter(ended_at__gte=moment).values_list("ended_reason")
        return list(ended.annotate(calls=Count("pk")).order_by("-calls", "ended_reason"))

    @property
    def procedure(self) -> Procedure:
        """The procedure in the version that the call began with."""
        return self.procedure_version.procedure

    @property
    def is_open(self) -> bool:
        """Whether it is still a call."""
        return self.submitted_at is None and self.ended_at is None

    @property
    def is_untouched(self) -> bool:
        """Whether nothing is known of it yet."""
        return not self.typed and self.inspection_id is None and not self.images.exists()

    # Several at once

    @property
    def common(self) -> dict[str, str]:
        """What was typed and is the same for every certificate of the caller. A confirmation goes
        along with what it confirms, or not at all."""
        return {
            fact.key: self.typed[fact.key]
            for fact in self.procedure.facts
            if fact.common and fact.key in self.typed
            and (not fact.confirms or fact.confirms in self.typed)
        }  # fmt: skip

    def join(self, batch: uuid.UUID) -> bool:
        """Becomes one of the calls of a batch; False when it is no longer a call."""
        return self._hold(batch=batch)

    def beside(self, inspection: Inspection) -> "Draft":
        """A new call of the same batch, about another certificate."""
        draft = Draft(
            procedure_version=self.procedure_version, inspection=inspection, typed=self.common,
            batch=self.batch, by=self.by, due=self.due,
        )  # fmt: skip
        answers = draft._offering()
        draft.save()
        index_call(draft, answers)
        return draft

    def begin_in(self, batch: uuid.UUID) -> None:
        """Stores this new call, and its reading, as one of the calls of a batch. `IntegrityError`
        where there is a call with its key."""
        self.batch = batch
        answers = self._offering()
        if self.inspection:
            self.inspection.keep()
            self.inspection = self.inspection  # whose key is known only now
        self.save(force_insert=True)
        index_call(self, answers)

    # What comes in

    def follow(self, version: ProcedureVersion) -> bool:
        """Goes on by another procedure. The reading stays, and all that was typed, also what only
        the procedure before asks for; less the choices that this one does not have.

        False, and nothing changes, when the draft is already submitted or somebody else changed it.
        """
        self.procedure_version = version
        self.typed = {
            key: text for key, text in self.typed.items() if version.procedure.may_keep(key, text)
        }
        answers = self._offering()
        return self._store(
            answers=answers, procedure_version=version, typed=self.typed, offered=self.offered
        )

    def attach(self, inspection: Inspection | None, tab: Tab | None = None) -> bool:
        """Takes a reading, in place of the one before; what a person typed stays. None drops it.
        A reading that is not stored yet is stored in the same transaction.

        False, and nothing changes, when the draft is already submitted or `tab` shows an old one.
        """
        self.inspection = inspection
        answers = self._offering()
        with transaction.atomic():
            if inspection and inspection.pk is None:
                inspection.keep()
            return self._store(tab, answers, inspection=inspection, offered=self.offered)

    @classmethod
    def held(cls, pk: uuid.UUID) -> "Draft | None":
        """The open call, changed by nobody else until the end of the transaction."""
        # Without its reading: PostgreSQL would join the one from before the wait.
        return cls.objects.select_for_update().filter(OPEN_CALL, pk=pk).first()

    def receive(self, inspection: Inspection) -> None:
        """Takes a reading, not stored yet, that the customer sent; only where it is `held`.

        Who has the call, since when nobody was at it, and the page that is open all stay as they
        are: nothing that was typed there becomes old by it.
        """
        self.inspection = inspection
        answers = self._offering()
        inspection.keep()
        Draft.objects.filter(pk=self.pk).update(inspection=inspection, offered=self.offered)
        index_call(self, answers)

    def type_in(self, values: Mapping[str, str], revision: int = 0, tab: Tab | None = None) -> bool:
        """Keeps what the form sends, exactly as typed and without judging it.

        A value that the draft itself offered is not typed. Keys that are no fact are passed over.
        False, and nothing changes, when the draft is already submitted, when a higher `revision`
        was here before (0 takes no part in that), or when another tab changed it since `tab` was
        shown: the form is sent whole, and would undo that.
        """
        offers = self.answers().offers
        for fact in self.procedure.facts:
            if fact.key in values:
                value = plain_text(values[fact.key])[:_LONGEST_ANSWER]
                if self._was_offered(fact.key, value, offers[fact.key]):
                    self.typed.pop(fact.key, None)
                else:
                    self.typed[fact.key] = value
        answers = self._offering()
        self.revision = max(self.revision, revision)
        newest = Q(revision__lte=revision) if revision else Q()
        return self._store(
            tab, answers, newest, typed=self.typed, offered=self.offered, revision=self.revision
        )

    def was_overtaken(self, revision: int, tab: Tab | None) -> bool:
        """Whether what was not kept is here all the same: the page that sent it had sent its form
        once more, and that one was quicker."""
        return (
            self.is_open and tab is not None and self.tab == tab.mark and self.revision > revision
        )

    def _store(
        self,
        tab: Tab | None = None,
        answers: Answers | None = None,
        also: Q = _ALWAYS,
        **changes: Any,
    ) -> bool:
        # Conditional, because autosaves arrive late and pages stay open after the submit; and what
        # is stored whole must not undo what somebody else stored since it was loaded.
        unseen = Q(tab=tab.mark) | Q(version=tab.seen) if tab else Q(version=self.version)
        rows = Draft.objects.filter(OPEN_CALL & also & unseen, pk=self.pk)
        changes |= {"tab": tab.mark if tab else "", "updated_at": clock.now(), "paused_at": None}
        with transaction.atomic(savepoint=False):
            kept = rows.update(**changes, version=F("version") + 1) == 1
            if not kept or tab:
                self.refresh_from_db(fields=["version"] if kept else None)
            else:
                self.version += 1
            if kept:
                for name, value in changes.items():
                    setattr(self, name, value)
                index_call(self, answers)
        return kept

    @transaction.atomic
    def discard(self) -> None:
        """Throws the call away; one that became a ticket, or is a colleague's, stays."""
        # Held first: what comes in meanwhile would write beside it, and keep it from going.
        draft = Draft.held(self.pk)
        if draft and draft.by_id == self.by_id:
            draft.delete()

    def unsaved(self, sent: Mapping[str, str]) -> dict[str, str]:
        """Of what a form sent, by fact, what a person wrote there and the draft does not hold."""
        offers = self.answers().offers
        return {
            key: value
            for key, value in sent.items()
            if value.strip() and value != self.typed.get(key)
            and not self._was_offered(key, plain_text(value), offers[key])
        }  # fmt: skip

    def _was_offered(self, key: str, value: str, offer: str) -> bool:
        if not value.strip():
            # To empty a field that was filled in is an answer too.
            return not offer
        return _fingerprint(value) in (_fingerprint(offer), *self.offered.get(key, ()))

    def _offering(self) -> Answers:
        """The answers as they stand now; what they offer is noted."""
        answers = self.answers()
        for key, offer in answers.offers.items():
            known = self.offered.setdefault(key, [])
            if offer and (fingerprint := _fingerprint(offer)) not in known:
                known.append(fingerprint)
        return answers

    # What is known, and what is missing

    _answers: Answers | None = None
    """As they were asked for last."""

    def answers(self, site: Site | None = None) -> Answers:
        """The answers as they stand now; with the settings of the site, judged by them too."""
        phones = site.phones if site else ()
        now = (self.procedure, self.inspection, self.typed, phones)
        if not (self._answers and self._answers.are_of(*now)):
            self._answers = Answers(*now)
        return self._answers

    def values(self) -> dict[str, str]:
        """What the form shows: typed, else from the certificate, else proposed, else ""."""
        return self.answers().values

    def problems(self, site: Site | None = None) -> dict[str, str]:
        """The message of each fact that is missing or not accepted, in the order of the form."""
        return self.answers(site).judged[1]

    def missing(self, now: datetime) -> dict[str, str]:
        """Why it could not be submitted now, as `submit` would tell it; empty where it could."""
        try:
            self._content(now)
        except Incomplete as error:
            return error.problems
        return {}

    def due_times(self, now: datetime, site: Site) -> tuple[DueTime, ...]:
        """The times that may be promised now: none before the site has set its hours."""
        return due_times(now, self.procedure.promise, site.hours) if site.hours else ()

    def choose_due(self, key: str) -> None:
        """Keeps which time was chosen; another key than those offered is refused at the submit."""
        self._hold(due=key[:10])

    def _due(self, now: datetime, site: Site) -> datetime:
        times = self.due_times(now, site)
        if not times:
            raise Problem(_NO_HOURS)
        if len(times) == 1:
            return times[0].at
        for time in times:
            if time.key == self.due:
                return time.at
        raise Problem("O prazo cai fora do horário da equipe. Escolha o que dizer ao cliente.")

    # Submitting

    @transaction.atomic
    def submit(self, by: User) -> Ticket:
        """The ticket of this draft: opened now, or the one that a call before opened.

        Raises `Incomplete`, `ChangedMeanwhile`. Any number of simultaneous calls give one ticket.
        """
        if self.submitted_at and (ticket := Ticket.submitted_from(self.pk)):
            return ticket
        now = clock.now()
        content = self._content(now)
        # The one that changes the row opens the ticket; the others wait here until it is there. A
        # reading that the customer sent in between is looked at first.
        seen = Q(inspection=self.inspection_id)
        if not self._store(also=seen, submitted_at=now, typed={}, offered={}):
            if ticket := Ticket.submitted_from(self.pk):
                return ticket
            raise ChangedMeanwhile
        ticket = Ticket.open(key=self.pk, by=by, **content)
        self.images.update(draft=None, ticket=ticket)
        return ticket

    @classmethod
    @transaction.atomic(savepoint=False)
    def submit_whole(
        cls,
        key: uuid.UUID,
        by: User,
        slug: str | None,
        typed: Mapping[str, str],
        inspection: Inspection | None,
        due: str = "",
    ) -> Ticket:
        """The ticket of a call of which all is known at once, so that no row of it is needed.

        The same rules and refusals as of `submit`: raises `Incomplete`, also of an answer to what
        the procedure does not ask. `inspection` may be one that is not stored yet. A `key` that was
        used before gives the ticket that it opened. `ProcedureError`: there is none of this slug.
        """
        if ticket := Ticket.submitted_from(key):
            return ticket
        version = ProcedureVersion.offered(slug or settings.PROCEDURE)
        unknown = typed.keys() - {fact.key for fact in version.procedure.facts}
        if unknown:
            raise Incomplete(dict.fromkeys(sorted(unknown), _NOT_ASKED))
        draft = cls(procedure_version=version, inspection=inspection, by=by, due=due)
        draft.typed = {name: plain_text(text)[:_LONGEST_ANSWER] for name, text in typed.items()}
        content = draft._content(clock.now())
        if inspection and inspection.pk is None:
            inspection.keep()
        return Ticket.open(key=key, by=by, **content)

    def _content(self, now: datetime) -> dict[str, Any]:
        """What the ticket is opened with; raises `Incomplete`."""
        site = Site.current()
        answers = self.answers(site)
        facts, problems = answers.judged
        try:
            due_at = self._due(now, site)
        except Problem as problem:
            raise Incomplete({**problems, "due": str(problem)}) from problem
        if problems:
            raise Incomplete(problems)
        return {
            "version": self.procedure_version,
            "inspection": self.inspection,
            "facts": facts,
            "typed": {key: answers.values[key] for key in facts},
            "due_at": due_at,
        }

    @transaction.atomic
    def end(self, by: User, reason: str) -> bool:
        """Ends the call without a ticket; what stays is the reason, and nothing of the customer.

        False when it is no longer open.
        """
        if reason not in self.procedure.reasons[END]:
            raise Refused("Escolha na lista por que não é preciso um chamado.")
        ended = self._store(
            ended_at=clock.now(), ended_reason=reason, by=by, typed={}, offered={}, inspection=None
        )
        if ended:
            self.images.all().delete()
            self.terms.all().delete()
            Stale.mark([day_of(clock.now())])
        return ended


def _fingerprint(text: str) -> str:
    """Equal for a text and for what a browser sends of it back."""
    return sha256("\n".join(text.split("\n")).replace("\r", "").strip().encode()).hexdigest()[:16]
