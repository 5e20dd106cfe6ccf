"""Rows that are written and found by kept statements are those of the ORM."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from guiche.desk.models import Event, Promise, Term, Ticket
from guiche.desk.rows import find, insert, insert_where_free

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 24, 14, 30, 5, 123456, tzinfo=UTC)
FORM = UUID("0f8fad5b-d9cb-469f-a165-70867728950e")


def test_every_kind_of_column_is_written_as_the_orm_writes_it(ticket: Ticket) -> None:
    def event(seq: int, **differs: object) -> Event:
        given = {"ticket": ticket, "kind": "informed", "at": AT, "by": ticket.opened_by,
                 "payload": {"note": 'aço "50 %" \\ ✓', "none": None, "list": [1, 0.5, True]},
                 "salt": bytes(range(256)), "digest": "d", "link": "l"}  # fmt: skip
        return Event(seq=seq, **{**given, **differs})

    sparse = {"by": None, "payload": None, "salt": None, "form": None}
    for seq, differs in ((10, {"form": FORM}), (20, sparse)):
        ours, theirs = event(seq, **differs), event(seq + 1, **{**differs, "form": None})
        insert([ours])
        theirs.save(force_insert=True)
        rows = Event.objects.filter(pk__in=[ours.pk, theirs.pk]).order_by("seq").values()
        first, second = ({**row, "id": 0, "seq": 0, "form": None} for row in rows)
        assert first == second
    assert Event.objects.filter(payload__isnull=True, seq__gte=20).count() == 2
    assert Event.objects.get(form=FORM).seq == 10


def test_many_rows_know_their_keys_in_order(ticket: Ticket) -> None:
    terms = [Term(kind="name", term=b"%d" % n, ticket=ticket) for n in range(123)]
    insert(terms)
    assert [term.pk for term in terms] == sorted({term.pk for term in terms})
    assert all(bytes(Term.objects.get(pk=term.pk).term) == term.term for term in terms[::40])
    terms[7].kind = "email"
    terms[7].save()  # as one that is there
    assert Term.objects.filter(ticket=ticket, kind="email", term=b"7").count() == 1
    insert([])


def test_a_row_whose_value_is_taken_is_not_written(ticket: Ticket) -> None:
    other = find(Ticket, id=ticket.pk)
    assert other
    other.pk, other.submission_key = None, FORM
    other.promise = Promise.make(at=AT, due_at=AT + timedelta(days=1), warning=0.8)
    assert not insert_where_free(other, "number")
    assert other.pk is None
    assert Ticket.objects.get() == ticket
    other.number = "4821703657"
    assert insert_where_free(other, "number")
    assert Ticket.objects.get(number="4821703657").pk == other.pk


def test_a_row_is_found_as_the_orm_finds_it(ticket: Ticket) -> None:
    theirs = Ticket.objects.get()
    key = ticket.submission_key
    for known in ({"id": ticket.pk}, {"submission_key": key},
                  {"number": ticket.number, "submission_key": str(key)}):  # fmt: skip
        ours = find(Ticket, **known)
        assert ours
        assert ours.__dict__ | {"_state": 0} == theirs.__dict__ | {"_state": 0}
        assert (ours._state.adding, ours._state.db) == (theirs._state.adding, theirs._state.db)
    assert find(Ticket, number="4821703657") is None
