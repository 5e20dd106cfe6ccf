"""From lines of a list to calls: one for each holder, of one procedure, and never a second one.

The key of a call, which becomes that of its ticket, is made of holder, procedure and certificate:
two of them cannot be in the database, however many try. A holder who has a call or a ticket open,
by whatever certificate, is named and passed over.
"""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet

from guiche.desk import clock
from guiche.desk.intake.batch import MOST, Batch
from guiche.desk.intake.draft import Draft
from guiche.desk.intake.reading import Inspection
from guiche.desk.people.user import User
from guiche.desk.portfolios.line import Line
from guiche.desk.portfolios.portfolio import Portfolio, PortfolioRefused
from guiche.desk.procedures.version import ProcedureVersion
from guiche.desk.search import spelling
from guiche.desk.search.known import open_call_of, open_of
from guiche.desk.site.site import Site
from guiche.desk.tickets.ticket import Ticket
from guiche.sources import Found, Source

_LOCK = 0x6361727465697261
"""Of PostgreSQL, for whoever opens calls of portfolios: `carteira`."""
_NOTHING = "Marque na lista de quem abrir chamado."
_NO_CERTIFICATE = "Sem certificado guardado. Abra por Atender, com o .cer."


@dataclass
class Candidate:
    """One holder of whom lines were chosen; the first has the certificate that is the call's."""

    lines: list[Line]
    call: Draft | None = None
    """As it would be opened, not stored; None where there can be none."""
    ticket: Ticket | None = None
    """That the holder has already."""
    other: Draft | None = None
    """A call of the holder that is open, or was ended without a ticket."""
    why: str = ""
    """Why there can be none."""
    missing: tuple[str, ...] = ()

    @property
    def line(self) -> Line:
        """Whose certificate it is about."""
        return self.lines[0]

    @property
    def may_open(self) -> bool:
        """Whether a call would be opened."""
        return self.call is not None


@dataclass(frozen=True)
class Opened:
    """What came of it: the batch, where there is one, how many calls are new, who was left out."""

    batch: Batch | None
    new: int
    left: tuple[Candidate, ...]


def chosen(portfolio: Portfolio, pks: Iterable[int]) -> "QuerySet[Line]":
    """The lines with these keys, in the order of the list."""
    return portfolio.lines.filter(pk__in=list(pks)[: 2 * MOST])


def candidates(lines: Sequence[Line], version: ProcedureVersion, by: User) -> list[Candidate]:
    """One for each holder, in the order of the list. `PortfolioRefused` where they are too many."""
    holders: dict[str, Candidate] = {}
    for line in lines:
        holders.setdefault(line.holder or f"#{line.pk}", Candidate([])).lines.append(line)
    if not holders:
        raise PortfolioRefused(_NOTHING)
    if len(holders) > MOST:
        raise PortfolioRefused(f"De uma vez vão até {MOST} titulares. Marque menos.")
    site = Site.current()
    tickets = open_of((line.document for line in lines), None)
    for each in holders.values():
        _judge(each, tickets, version, by, site)
    return list(holders.values())


def _judge(
    each: Candidate, tickets: dict[str, Ticket], version: ProcedureVersion, by: User, site: Site
) -> None:
    der = each.line.der
    if der is None:
        each.why = _NO_CERTIFICATE
        return
    keys = _keys(each.line, version.slug)
    document = spelling.document(each.line.document)
    each.ticket = tickets.get(document) or Ticket.listed().filter(submission_key__in=keys).last()
    each.other = Draft.objects.filter(pk__in=keys).first() or open_call_of(document)
    if each.ticket or each.other:
        return
    found = Found(Source("*.cer", "der", 0), der)
    reading = Inspection.of_found(found, found.inspect(at=clock.now()), by)
    each.call = Draft(id=keys[0], procedure_version=version, inspection=reading, by=by)
    procedure = each.call.procedure
    each.missing = tuple(procedure.fact(key).label for key in each.call.problems(site))


def _keys(line: Line, slug: str) -> list[UUID]:
    """Those that a call of this holder, procedure and certificate has, or had by a former data key.
    They tell of nobody without the key, also of a ticket that was erased."""
    about = f"portfolio:{slug}:{line.document}:{line.sha256}".encode()
    keys = (settings.DATA_KEY, *settings.DATA_KEY_FALLBACKS)
    return [UUID(bytes=hmac.digest(key.encode(), about, sha256)[:16], version=4) for key in keys]


@transaction.atomic
def open_calls(lines: Sequence[Line], version: ProcedureVersion, by: User, batch: UUID) -> Opened:
    """A call for each holder that has none, in this batch. The same form again gives the same."""
    _alone()
    known = Batch(batch)
    if known.calls.exists():
        return Opened(known, 0, ())
    every = candidates(lines, version, by)
    opened = [each for each in every if each.call and _stored(each.call, batch)]
    left = tuple(each for each in every if each not in opened)
    return Opened(known if opened else None, len(opened), left)


def _stored(call: Draft, batch: UUID) -> bool:
    """Whether it is new: of two with one key the database takes one."""
    try:
        with transaction.atomic():
            call.begin_in(batch)
    except IntegrityError:
        return False
    return True


def _alone() -> None:
    """Nobody else opens calls of portfolios until the end of the transaction: who has another
    certificate of the same holder would not see the call that is just being made."""
    if connection.vendor == "postgresql":  # of SQLite there is one writer
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
