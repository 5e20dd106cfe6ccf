"""A call not yet submitted: what is known so far, from where, and what is still missing."""

import uuid
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q

from guiche.desk import clock
from guiche.desk.intake.facts import TYPES, Problem, shown
from guiche.desk.intake.plain import plain_text
from guiche.desk.intake.reading import Inspection, conditions_of, words_of
from guiche.desk.people.user import User
from guiche.desk.procedures.fact import Fact
from guiche.desk.procedures.procedure import Procedure
from guiche.desk.procedures.version import ProcedureVersion
from guiche.desk.refusal import Refused
from guiche.desk.tickets.ticket import Ticket

DRAFT_KEPT = timedelta(days=7)
_ALWAYS = Q()


class Incomplete(Refused):
    """The draft cannot be submitted; `problems` tells why, by fact."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("Falta completar o atendimento.")
        self.problems = problems


class Tab(NamedTuple):
    """A page that a browser shows of a draft: its own mark, and the version it was made from."""

    mark: str
    seen: int


class Draft(models.Model):
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
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="drafts")
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now, db_index=True)
    submitted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def start(cls, by: User, slug: str | None = None) -> "Draft":
        """A new call, with the procedure of the site as it stands now."""
        draft = cls(procedure_version=ProcedureVersion.current(slug or settings.PROCEDURE), by=by)
        draft._note_offers()
        draft.save()
        return draft

    @classmethod
    def paused(cls, by: User) -> "models.QuerySet[Draft]":
        """This person's calls that wait to be taken up again, the latest first."""
        return cls.objects.filter(by=by, submitted_at=None).order_by("-updated_at")

    @property
    def procedure(self) -> Procedure:
        """The procedure in the version that the call began with."""
        return self.procedure_version.procedure

    # What comes in

    def attach(self, inspection: Inspection, tab: Tab | None = None) -> bool:
        """Takes a reading, in place of the one before; what a person typed stays.

        False, and nothing changes, when the draft is already submitted or `tab` shows an old one.
        """
        self.inspection = inspection
        self._note_offers()
        return self._store(tab, inspection=inspection, offered=self.offered)

    def type_in(self, values: Mapping[str, str], revision: int = 0, tab: Tab | None = None) -> bool:
        """Keeps what the form sends, exactly as typed and without judging it.

        A value that the draft itself offered is not typed. Keys that are no fact are passed over.
        False, and nothing changes, when the draft is already submitted, when a higher `revision`
        was here before (0 takes no part in that), or when another tab changed it since `tab` was
        shown: the form is sent whole, and would undo that.
        """
        offers = self._offers()
        for fact in self.procedure.facts:
            if fact.key in values:
                value = plain_text(values[fact.key])
                if self._was_offered(fact.key, value, offers[fact.key]):
                    self.typed.pop(fact.key, None)
                else:
                    self.typed[fact.key] = value
        self._note_offers()
        self.revision = max(self.revision, revision)
        newest = Q(revision__lte=revision) if revision else Q()
        return self._store(
            tab, newest, typed=self.typed, offered=self.offered, revision=self.revision
        )

    def _store(self, tab: Tab | None = None, also: Q = _ALWAYS, **changes: Any) -> bool:
        # Conditional, because autosaves arrive late and pages stay open after the submit.
        rows = Draft.objects.filter(also, pk=self.pk, submitted_at=None)
        if tab:
            rows = rows.filter(Q(tab=tab.mark) | Q(version=tab.seen))
        changes |= {"tab": tab.mark if tab else "", "version": F("version") + 1}
        kept = rows.update(**changes, updated_at=clock.now()) == 1
        self.refresh_from_db(fields=["version", "tab"] if kept else None)
        return kept

    def discard(self) -> None:
        """Throws the call away; one that became a ticket stays."""
        Draft.objects.filter(pk=self.pk, submitted_at=None).delete()

    def unsaved(self, sent: Mapping[str, str]) -> dict[str, str]:
        """Of what a form sent, by fact, what a person wrote there and the draft does not hold."""
        offers = self._offers()
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

    def _note_offers(self) -> None:
        for key, offer in self._offers().items():
            known = self.offered.setdefault(key, [])
            if offer and (fingerprint := _fingerprint(offer)) not in known:
                known.append(fingerprint)

    # What is known

    def values(self) -> dict[str, str]:
        """What the form shows: typed, else from the certificate, else proposed, else ""."""
        return {**self._offers(), **self.typed}

    def origin(self, key: str) -> str:
        """Where the value of a fact is from: `typed`, `certificate`, `proposed` or ""."""
        if key in self.typed:
            return "typed" if self.typed[key].strip() else ""
        fact = self.procedure.fact(key)
        if self._from_certificate(fact):
            return "certificate"
        return "proposed" if fact.proposal else ""

    def _offers(self) -> dict[str, str]:
        """What each fact would be without a person's typing."""
        data = self.inspection.data if self.inspection else {}
        offers = {fact.key: data.get(fact.certificate, "") for fact in self.procedure.facts}
        known = {**conditions_of(self.inspection), **self._choices({**offers, **self.typed})}
        names = self._names({**offers, **self.typed})
        for fact in self.procedure.facts:
            if fact.proposal and not offers[fact.key]:
                offers[fact.key] = fact.proposal.filled(names, known)
        return offers

    def _from_certificate(self, fact: Fact) -> str:
        return self.inspection.data.get(fact.certificate, "") if self.inspection else ""

    def _choices(self, values: Mapping[str, str]) -> dict[str, str]:
        return {
            fact.key: _shown_or(fact, values[fact.key], "")
            for fact in self.procedure.facts
            if fact.choices
        }

    def _names(self, values: Mapping[str, str]) -> dict[str, str]:
        """What stands for each `{name}`; the label in brackets where nothing is known yet."""
        facts = {
            fact.key: _shown_or(fact, values[fact.key], f"[{fact.label}]")
            for fact in self.procedure.facts
        }
        return {**words_of(self.inspection), **facts}

    # What is missing

    def problems(self) -> dict[str, str]:
        """The message of each fact that is missing or not accepted, in the order of the form."""
        return self._judged()[1]

    def _judged(self) -> tuple[dict[str, str], dict[str, str]]:
        """Cleaned answers, and problems, by fact; each fact is in one of the two."""
        values = self.values()
        clean: dict[str, str] = {}
        problems: dict[str, str] = {}
        for fact in self.procedure.facts:
            try:
                clean[fact.key] = self._clean(fact, values[fact.key], clean)
            except Problem as problem:
                problems[fact.key] = str(problem)
        return clean, self._without_consequences(problems)

    def _without_consequences(self, problems: dict[str, str]) -> dict[str, str]:
        """Less those of proposed texts that wait for a fact that is itself among the problems."""
        waiting = {
            fact.key
            for fact in self.procedure.facts
            if fact.proposal and fact.key not in self.typed
            and fact.proposal.names() & problems.keys()
        }  # fmt: skip
        return {key: problem for key, problem in problems.items() if key not in waiting}

    def _clean(self, fact: Fact, typed: str, clean: Mapping[str, str]) -> str:
        if fact.confirms and self._ended(fact.confirms, clean):
            return ""
        if not typed.strip():
            raise Problem(fact.missing)
        if fact.is_exit(typed):
            return next(
                exit_ for exit_ in fact.exits if exit_.casefold() == typed.strip().casefold()
            )
        answer = TYPES[fact.type].clean(fact, typed)
        if fact.differs_from and answer == clean.get(fact.differs_from):
            raise Problem(TYPES[fact.type].equal)
        return answer

    def _ended(self, key: str, clean: Mapping[str, str]) -> bool:
        return self.procedure.fact(key).is_exit(clean.get(key, ""))

    # Submitting

    @transaction.atomic
    def submit(self, by: User) -> Ticket:
        """The ticket of this draft: opened now, or the one that a call before opened.

        Raises `Incomplete`. Any number of simultaneous calls give one ticket.
        """
        if ticket := Ticket.submitted_from(self.pk):
            return ticket
        facts, problems = self._judged()
        if problems:
            raise Incomplete(problems)
        typed = self.values()
        # The one that changes the row opens the ticket; the others wait here until it is there.
        if not self._store(submitted_at=clock.now(), typed={}, offered={}):
            return Ticket.objects.get(submission_key=self.pk)
        return Ticket.open(
            key=self.pk, version=self.procedure_version, inspection=self.inspection,
            facts=facts, typed=typed, by=by,
        )  # fmt: skip


def _shown_or(fact: Fact, typed: str, otherwise: str) -> str:
    """The answer as it would be shown, as typed while it is not accepted yet."""
    if not typed.strip():
        return otherwise
    try:
        return shown(fact, typed if fact.is_exit(typed) else TYPES[fact.type].clean(fact, typed))
    except Problem:
        return typed.strip()


def _fingerprint(text: str) -> str:
    """Equal for a text and for what a browser sends of it back."""
    return sha256("\n".join(text.split("\n")).replace("\r", "").strip().encode()).hexdigest()[:16]
