"""Several at once: the calls that one caller makes of several certificates."""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from guiche.desk import clock
from guiche.desk.intake.answers import Answers
from guiche.desk.intake.draft import Draft
from guiche.desk.intake.reading import Inspection
from guiche.desk.people.user import User
from guiche.desk.procedures.fact import Fact
from guiche.desk.refusal import Refused
from guiche.desk.site.site import Site
from guiche.icpbrasil import Inspection as Reading
from guiche.sources import Found

log = logging.getLogger(__name__)

MOST = 50
"""Certificates in one table, and calls in one batch."""
_GONE = "Este atendimento já foi registrado ou encerrado. Comece outro para abrir o lote."


@dataclass(frozen=True)
class Batch:
    """The calls with one `Draft.batch`: the id of the call in which the caller spoke first."""

    id: UUID

    @classmethod
    @transaction.atomic
    def start(cls, call: Draft, chosen: Sequence[Found], by: User) -> "Batch":
        """One call for each certificate, with what is common to all as it was typed in `call`.

        `call` joins them: as that of the certificate it belongs to, else, where it says something
        of one customer alone, as a row of its own. A certificate that the batch has is passed over,
        so that a form sent twice makes nothing twice.
        """
        batch = cls(call.batch or call.pk)
        # First, because it holds whoever sends the same form meanwhile until this one is done.
        if not call.join(batch.id):
            if call.batch is None:
                raise Refused(_GONE)
            return cls(call.batch)  # the same form was sent before, and its tickets are open
        new = batch._unknown(chosen)
        if batch.calls.count() + len(new) > MOST:
            raise Refused(f"Um lote leva até {MOST} certificados. Escolha menos.")
        readings = [Inspection.of_found(found, reading, by) for found, reading in new]
        for reading in readings:
            reading.keep()
        own = _reading_of(call, readings)
        for reading in readings:
            if reading is own:
                call.attach(reading)
            else:
                call.beside(reading)
        return batch

    def _unknown(self, chosen: Sequence[Found]) -> list[tuple[Found, Reading]]:
        """What the batch has not, each with its reading."""
        known, now = set(self.calls.values_list("inspection__sha256", flat=True)), clock.now()
        read = ((found, found.inspect(at=now)) for found in chosen)
        return [(found, reading) for found, reading in read if reading.sha256 not in known]

    # The calls

    @property
    def calls(self) -> QuerySet[Draft]:
        """All that were not thrown away or ended, in the order in which they were read."""
        return (
            Draft.objects.filter(batch=self.id, ended_at=None)
            .select_related("inspection", "procedure_version", "by")
            .defer("inspection__sealed_der", "inspection__explanation")
            .order_by(F("inspection").asc(nulls_last=True), "created_at", "pk")
        )

    @property
    def open_calls(self) -> QuerySet[Draft]:
        """Those that are no ticket yet."""
        return self.calls.filter(submitted_at=None)

    def take(self, by: User) -> None:
        """Takes them all up; a page of one that somebody else has open becomes old."""
        self.open_calls.update(by=by, paused_at=None, tab="", version=F("version") + 1)

    def pause(self) -> None:
        """Puts them all down, for whoever of the team takes them up."""
        self.open_calls.update(paused_at=clock.now(), tab="", version=F("version") + 1)

    # Answered once

    def answer(self, values: Mapping[str, str], due: str = "") -> None:
        """Answers what is missing, in each open call that misses it; a call that has an answer
        keeps its own. `due` is the key of the time to be promised."""
        site = Site.current()
        given = {key: text for key, text in values.items() if text.strip()}
        for call in self.open_calls:
            # Once more where somebody typed in it meanwhile: that stays, and is not asked again.
            if not call.type_in(_said(call, given, site)):
                call.type_in(_said(call, given, site))
            if due:
                call.choose_due(due)

    # Submitted

    def submit(self, by: User) -> list[Draft]:
        """Opens the ticket of each call that is complete; those that failed, each alone."""
        return [call for call in self.open_calls if not _submitted(call, by)]


def _submitted(call: Draft, by: User) -> bool:
    """Whether nothing failed; that a call is not complete yet is no failure."""
    try:
        call.submit(by)
    except Refused:
        pass
    except Exception:
        # One call that cannot be submitted must not keep the others from their numbers.
        log.exception("draft %s: not submitted with its batch", call.pk)
        return False
    return True


def _reading_of(call: Draft, readings: Sequence[Inspection]) -> Inspection | None:
    """Which of them the call is about: that of its customer; where it says nothing of one customer
    alone, the first."""
    if call.inspection_id or not readings:
        return None
    clean, _ = call.answers().judged
    document = clean.get(call.procedure.customer.document, "")
    its_own = next((reading for reading in readings if reading.is_of(document)), None)
    return its_own or (readings[0] if call.typed.keys() <= call.common.keys() else None)


def _said(call: Draft, given: Mapping[str, str], site: Site) -> dict[str, str]:
    """Of what is given, what this call misses; a confirmation only of what was said, too."""
    missing, procedure = _missing(call.answers(site)), call.procedure
    # A call may go by another procedure than the one whose list was shown.
    said = {
        key: text for key, text in given.items() if key in missing and procedure.may_keep(key, text)
    }
    confirmations = {fact.key: fact.confirms for fact in call.procedure.facts if fact.confirms}
    return {
        key: text
        for key, text in said.items()
        if key not in confirmations or confirmations[key] in {*said, *call.typed}
    }


def _missing(answers: Answers) -> set[str]:
    """The facts that a call misses, and those whose confirmation it misses."""
    _, problems = answers.judged
    facts = answers.procedure.facts
    return {*problems, *(f.confirms for f in facts if f.key in problems and f.confirms)}


@dataclass(frozen=True)
class Question:
    """What calls of a batch miss and one answer serves."""

    fact: Fact
    value: str
    """What stands in all of them now, where it is the same; else ""."""


def questions(calls: Collection[Answers]) -> list[Question]:
    """What can be answered once: common facts, choices and ways out that no certificate decides.

    A confirmation stands beside what it confirms, for nobody confirms what was not said.
    """
    missing = [(answers, _missing(answers)) for answers in calls]
    facts = {fact.key: fact for answers in calls for fact in answers.procedure.facts}
    asked = []
    for key, fact in facts.items():
        values = {answers.values[key] for answers, keys in missing if key in keys}
        if values and (fact.common or (fact.answers and not fact.certificate)):
            asked.append(Question(fact, values.pop() if len(values) == 1 else ""))
    return asked
