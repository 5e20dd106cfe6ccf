"""`guiche history verify`: every way to change a history behind its back is found and named."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import F

from desk.conftest import Command
from guiche.cli import FAILED
from guiche.desk.models import Event, Inspection, Ticket, User
from guiche.desk.tickets import audit
from guiche.desk.tickets.erasure import erase

pytestmark = pytest.mark.django_db


@pytest.fixture
def guiche(guiche: Command) -> Command:
    """`guiche history verify`."""
    return lambda *words: guiche("history", "verify", *words)


@pytest.fixture
def moved(ticket: Ticket, open_ticket: Any, relacionamento: User) -> Ticket:
    open_ticket()
    ticket.promise.log_attempt(relacionamento, ticket.phones[0], "no_answer", note="Ana, de férias")
    ticket.move("wait", relacionamento, "Cliente pediu outro horário")
    ticket.move("resume", relacionamento)
    return ticket


def found(guiche: Command, *words: object) -> list[tuple[int | None, str]]:
    status, out, _ = guiche("--json", *words)
    rows = [json.loads(line) for line in out.splitlines()]
    assert status == (1 if rows else 0)
    return [(row["seq"], row["code"]) for row in rows]


def test_whole_histories_are_said_to_be(guiche: Command, moved: Ticket) -> None:
    status, out, _ = guiche()
    assert (status, out) == (0, "Chamados conferidos: 2. Eventos: 7.\nTudo confere.\n")
    assert found(guiche) == []
    assert found(guiche, moved.spoken) == []


def salt(events: Any) -> None:
    events.filter(seq=3).update(salt=b"x" * 16)


def author(events: Any) -> None:
    events.filter(seq=3).update(by=None)


def hour(events: Any) -> None:
    events.filter(seq=3).update(at="2026-01-01T00:00:00Z")


def content(events: Any) -> None:
    events.filter(seq=3).update(payload={"phone": "+551130000000", "result": "spoke"})


def emptied(events: Any) -> None:
    events.filter(seq=3).update(payload=None, salt=None)


def half_emptied(events: Any) -> None:
    events.filter(seq=3).update(payload=None)


def last_one(events: Any) -> None:
    events.filter(seq=5).delete()


def first_one(events: Any) -> None:
    events.filter(seq=1).delete()


def middle_one(events: Any) -> None:
    events.filter(seq=3).delete()


def closed_gap(events: Any) -> None:
    middle_one(events)
    for seq in (4, 5):
        events.filter(seq=seq).update(seq=F("seq") - 1)


def swapped(events: Any) -> None:
    for before, after in ((4, 99), (5, 4), (99, 5)):
        events.filter(seq=before).update(seq=after)


def one_more(events: Any) -> None:
    copy = events.get(seq=5)
    copy.pk, copy.seq = None, 6
    copy.save(force_insert=True)


def all_of_them(events: Any) -> None:
    events.all().delete()


def count(events: Any) -> None:
    Ticket.objects.filter(pk=events.instance.pk).update(seq=4)


def head(events: Any) -> None:
    Ticket.objects.filter(pk=events.instance.pk).update(head="0" * 64)


def kind_and_link(events: Any) -> None:
    events.filter(seq=4).update(kind="resolved", link="0" * 64)


@pytest.mark.parametrize(
    ("tamper", "breaks"),
    [
        (salt, [(3, "content")]),
        (content, [(3, "content")]),
        (author, [(3, "link")]),
        (hour, [(3, "link")]),
        (emptied, [(3, "emptied")]),
        (half_emptied, [(3, "content"), (3, "emptied")]),
        (last_one, [(5, "cut")]),
        (first_one, [(1, "missing")]),
        (middle_one, [(3, "missing")]),
        (closed_gap, [(3, "link"), (4, "link"), (5, "cut")]),
        (swapped, [(4, "link"), (5, "link"), (5, "head")]),
        (one_more, [(6, "link"), (6, "grown")]),
        (all_of_them, [(1, "cut")]),
        (count, [(5, "grown")]),
        (head, [(5, "head")]),
        (kind_and_link, [(4, "link"), (5, "link")]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_was_tampered_with_is_named(
    guiche: Command, moved: Ticket, tamper: Callable[[Any], None], breaks: list[tuple[int, str]]
) -> None:
    tamper(moved.events)
    assert found(guiche) == breaks
    assert found(guiche, moved.number) == breaks
    status, out, _ = guiche()
    assert status == 1
    assert out.startswith(f"{moved.spoken}, evento {breaks[0][0]}: ")
    assert out.endswith("Nem tudo confere.\n")
    for datum in ("Ana", "3333", *moved.phones, moved.customer):
        assert datum not in out


def test_erasing_as_it_should_be_breaks_nothing(
    guiche: Command, moved: Ticket, relacionamento: User
) -> None:
    moved.move("resolve", relacionamento, "Cliente desistiu")
    erase(moved, "Pedido do titular dos dados")
    assert found(guiche) == []
    # More than the history says.
    moved.events.filter(kind="resumed").update(payload=None, salt=None)
    assert found(guiche) == [(5, "emptied")]


def test_events_without_a_ticket_are_told(guiche: Command, moved: Ticket) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        Event.objects.filter(ticket=moved, seq=3).update(ticket_id=999_999)
        assert found(guiche)[-1] == (None, "orphan")
        Event.objects.filter(ticket_id=999_999).update(ticket_id=moved.pk)
    assert found(guiche) == []


def test_what_came_later_is_allowed(
    guiche: Command, moved: Ticket, open_ticket: Any, relacionamento: User, tmp_path: Path
) -> None:
    file = tmp_path / "heads"
    assert guiche("--save", file)[0] == 0
    assert file.stat().st_mode & 0o777 == 0o600
    moved.move("wait", relacionamento, "Cliente pediu outro horário")
    open_ticket()
    assert found(guiche, "--against", file) == []
    for datum in (moved.customer, *moved.phones):
        assert datum not in file.read_text()


def rebuilt(moved: Ticket) -> None:
    """The whole chain made anew: in itself it fits."""
    last = moved.events.get(seq=5)
    link = moved.events.get(seq=4).link
    forged = Event.sealed(
        ticket_id=moved.pk, seq=5, kind="resumed", at=last.at, by=None, payload={"note": "outro"},
        previous=link,
    )  # fmt: skip
    last.delete()
    forged.save(force_insert=True)
    Ticket.objects.filter(pk=moved.pk).update(head=forged.link)


def cut_with_its_count(moved: Ticket) -> None:
    moved.events.filter(seq=5).delete()
    Ticket.objects.filter(pk=moved.pk).update(seq=4, head=moved.events.get(seq=4).link)


def gone(moved: Ticket) -> None:
    moved.terms.all().delete()
    moved.events.all().delete()
    Ticket.objects.filter(pk=moved.pk).delete()


@pytest.mark.parametrize(
    ("tamper", "code"), [(rebuilt, "changed"), (cut_with_its_count, "shorter"), (gone, "gone")]
)
def test_a_history_made_anew_is_found_by_what_was_kept_elsewhere(
    guiche: Command, moved: Ticket, tmp_path: Path, tamper: Callable[[Ticket], None], code: str
) -> None:
    file, digest = tmp_path / "heads", tmp_path / "digest"
    guiche("--save", file)
    digest.write_text(guiche("--head", "--json")[1])
    assert found(guiche, "--against", digest) == []
    number = moved.number
    tamper(moved)
    assert found(guiche) == []
    status, out, _ = guiche("--against", file, "--json")
    assert status == 1
    assert [json.loads(line)["ticket"] for line in out.splitlines()] == [number]
    assert found(guiche, "--against", file) == [(None, code)]
    assert found(guiche, "--against", digest) == [(None, "other")]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(" 5 ", " 4 "),
        lambda text: text.rsplit("\n", 2)[0] + "\n",
        lambda text: "\n".join(text.splitlines()[:1]),
        lambda text: text.replace("\n", "\nx\n", 1),
        lambda _: "",
        lambda _: "outra coisa\n",
        lambda _: "é\n",
    ],
)
def test_a_file_that_is_not_as_it_was_written_is_refused(
    guiche: Command, moved: Ticket, tmp_path: Path, change: Callable[[str], str]
) -> None:
    file = tmp_path / "heads"
    guiche("--save", file)
    file.write_text(change(file.read_text()), "utf-8")
    status, _, said = guiche("--against", file)
    assert status == FAILED
    assert said.startswith("O arquivo não")


def test_what_cannot_be_checked_is_a_failure(guiche: Command, moved: Ticket) -> None:
    assert guiche("482 170 365-8")[0] == FAILED
    assert guiche("--against", "/nowhere")[0] == FAILED
    assert guiche("--head", moved.number)[0] == FAILED


def test_batches_join_without_a_gap(
    guiche: Command, moved: Ticket, open_ticket: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        open_ticket()
    monkeypatch.setattr(audit, "_AT_ONCE", 2)
    assert "Chamados conferidos: 5. Eventos: 13." in guiche()[1]


def test_the_whole_check_after_a_restore_finds_the_same(
    guiche: Command, moved: Ticket, supervisao: User
) -> None:
    """Also that a content is gone without the history saying so, and which key sealed a factor."""
    Authenticator.objects.create(
        user=supervisao, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt("AB")}
    )
    said = StringIO()
    call_command("verify", stdout=said)
    assert "inteiro: 2 de 2" in said.getvalue()
    sealed = Inspection.objects.exclude(sealed_der=None).count() + 1
    assert f"que a chave abre: {sealed} de {sealed}" in said.getvalue()
    Event.objects.filter(ticket=moved, seq=3).update(payload=None, salt=None)
    with pytest.raises(CommandError, match="evento 3: o conteúdo foi apagado"):
        call_command("verify", stdout=said)
    assert found(guiche) == [(3, "emptied")]
    Event.objects.filter(ticket=moved, seq=5).delete()
    with pytest.raises(CommandError, match="a partir do evento"):
        call_command("verify", stdout=said)
    assert (5, "missing") in found(guiche) or (5, "cut") in found(guiche)
