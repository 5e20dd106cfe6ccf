"""Whose a ticket is, on the pages: filters, taking, passing on, undoing, several at once."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from calls import NOW, signed_in, ticket_of
from guiche.desk import clock
from guiche.desk.models import Membership, Presence, Promise, Term, Ticket, User
from guiche.desk.pages.bulk import MOST
from guiche.desk.people.role import Role
from guiche.desk.tickets import number as numbers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]


@pytest.fixture
def client(carla: User) -> Client:
    return signed_in(carla)


@pytest.fixture
def diana(db: None) -> User:
    return User.objects.create_user("diana", name="Diana Exemplo", role=Role.RELACIONAMENTO)


@pytest.fixture
def supervisor(supervisao: User) -> Client:
    return signed_in(supervisao)


def page_of(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def at(ticket: Ticket, place: str = "") -> str:
    return f"/chamados/{ticket.number}/{place}"


class TestTheQueue:
    def test_each_filter_shows_whose_they_are(
        self, client: Client, bruno: User, carla: User, diana: User
    ) -> None:
        mine, hers, free = (
            ticket_of(bruno, name=f"{name} Ltda") for name in ("Minha", "Dela", "Livre")
        )
        mine.claim(carla)
        hers.claim(diana)
        shown = {
            whose: set(re.findall(r"(\w+) Ltda</a>", page_of(client, f"/fila/?quem={whose}")))
            for whose in ("", "minhas", "sem-dono", "todas")
        }
        everything = {"Minha", "Dela", "Livre"}
        assert shown == {
            "": everything, "minhas": {"Minha"}, "sem-dono": {"Livre"}, "todas": everything,
        }  # fmt: skip
        page = page_of(client, "/fila/")
        assert "<b>com você</b>" in page
        assert "com Diana Exemplo" in page
        assert "sem dono" in page
        assert free.owner is None

    def test_begins_with_the_teams_of_who_looks(
        self, client: Client, bruno: User, carla: User, diana: User
    ) -> None:
        Membership.objects.create(user=carla, team="Relacionamento")
        Membership.objects.create(user=diana, team="Documentos")
        for team in ("Relacionamento", "Documentos", "Ninguém"):
            Ticket.objects.filter(pk=ticket_of(bruno, name=f"{team} Ltda").pk).update(team=team)
        page = page_of(client, "/fila/")
        assert re.findall(r"(\w+) Ltda</a>", page) == ["Relacionamento", "Ninguém"]
        assert "ninguém na equipe Ninguém" in page
        assert page.count("ninguém na equipe") == 1
        assert "Documentos Ltda" in page_of(client, "/fila/?quem=todas")
        assert 'quem=equipe" aria-current="page"' in page

    def test_what_came_back_is_of_no_team(self, bruno: User, carla: User, supervisao: User) -> None:
        """Support sees it whatever team waits for it."""
        Membership.objects.create(user=bruno, team="Suporte")
        back = ticket_of(bruno, name="Volta Ltda")
        back.move("return", carla, "Dados insuficientes", "Falta o CNPJ.")
        assert "Volta Ltda" in page_of(signed_in(bruno), "/fila/?estado=devolvidos")

    def test_what_a_closed_account_had_is_flagged_and_free(
        self, client: Client, bruno: User, diana: User
    ) -> None:
        ticket_of(bruno).claim(diana)
        User.objects.filter(pk=diana.pk).update(is_active=False)
        assert "com Diana Exemplo, que não tem mais acesso" in page_of(client, "/fila/")
        assert "Padaria Exemplo Ltda" in page_of(client, "/fila/?quem=sem-dono")


def like(model: Ticket, count: int, *owners: User) -> None:
    """So many more tickets like this one, of each owner in turn, in each state and found alike."""
    states, people = ("forwarded", "returned", "resolved"), (None, *owners)
    promises = Promise.objects.bulk_create(
        Promise(made_at=NOW, warn_at=NOW, due_at=NOW + timedelta(hours=n % 48))
        for n in range(count)
    )
    tickets = Ticket.objects.bulk_create(
        Ticket(
            number=numbers.new(), submission_key=uuid4(), inspection=model.inspection,
            procedure_version=model.procedure_version, promise=promise, facts=model.facts,
            typed={}, team=model.team, opened_by=model.opened_by, opened_at=NOW, moved_at=NOW,
            state=states[n % 3], owner=people[n // 3 % len(people)],
        )
        for n, promise in enumerate(promises)
    )  # fmt: skip
    Presence.objects.bulk_create(
        Presence(ticket=each, user=owners[0], seen_at=NOW) for each in tickets
    )
    Term.objects.bulk_create(
        Term(ticket=each, kind=Term.Kind.NAME, term=b"padaria") for each in tickets
    )


def test_pages_make_as_many_queries_among_two_hundred_tickets_as_among_ten(
    client: Client, bruno: User, carla: User, diana: User
) -> None:
    Membership.objects.create(user=carla, team="Relacionamento")
    ticket = ticket_of(bruno)
    Presence.mark(ticket, diana, NOW, working=False)
    asked: dict[str, dict[str, str] | None] = {
        f"/fila/?estado={tab}&quem={whose}": None
        for tab in ("retornar", "devolvidos", "encerrados")
        for whose in ("equipe", "minhas", "sem-dono", "todas")
    }
    asked |= {at(ticket): None, "/busca/": {"q": "padaria"}}

    def queries(path: str) -> int:
        sent = asked[path]
        with CaptureQueriesContext(connection) as captured:
            answer = client.post(path, sent) if sent else client.get(path)
        assert answer.status_code == 200
        assert ticket.customer in answer.content.decode()
        return len(captured)

    like(ticket, 9, diana, carla)
    among_ten = {path: queries(path) for path in asked}
    like(ticket, 190, diana, carla)
    assert {path: queries(path) for path in asked} == among_ten
    assert max(among_ten.values()) <= 20


class TestATicket:
    def test_is_taken_passed_on_and_let_go(
        self, client: Client, bruno: User, carla: User, diana: User
    ) -> None:
        ticket = ticket_of(bruno)
        page = page_of(client, at(ticket))
        assert "Sem dono" in page
        answer = client.post(at(ticket, "dono/claim/"), {"form": str(uuid4())}, follow=True)
        assert "O chamado está com você." in answer.content.decode()
        assert "Está com você" in answer.content.decode()
        sent = {"to": f"pessoa-{diana.pk}", "note": "À tarde."}
        page = client.post(at(ticket, "dono/pass/"), sent, follow=True).content.decode()
        assert "Está com Diana Exemplo" in page
        assert "Para Diana Exemplo. À tarde." in page
        assert "dono/release" not in page
        signed_in(diana).post(at(ticket, "dono/release/"))
        assert fresh(ticket).owner is None

    def test_who_comes_second_is_told_who_has_it(
        self, client: Client, bruno: User, diana: User
    ) -> None:
        ticket = ticket_of(bruno)
        ticket.claim(diana)
        answer = client.post(at(ticket, "dono/claim/"))
        assert answer.status_code == 422
        assert "O chamado está com Diana Exemplo." in answer.content.decode()

    @pytest.mark.parametrize("to", ["", "pessoa-0", "pessoa-x", "equipe-", "equipe-Outra", "x"])
    def test_nobody_chosen_is_said(self, client: Client, bruno: User, to: str) -> None:
        ticket = ticket_of(bruno)
        answer = client.post(at(ticket, "dono/pass/"), {"to": to, "note": "Fica."})
        assert answer.status_code == 422
        assert "Escolha na lista a pessoa ou a equipe." in answer.content.decode()
        assert "Fica.</textarea>" in answer.content.decode()

    def test_an_unknown_hand_is_refused(self, client: Client, bruno: User) -> None:
        assert client.post(at(ticket_of(bruno), "dono/nada/")).status_code == 422

    def test_a_form_sent_twice_does_it_once(self, client: Client, bruno: User) -> None:
        ticket, form = ticket_of(bruno), {"form": str(uuid4())}
        for _ in range(2):
            assert client.post(at(ticket, "dono/claim/"), form).status_code == 302
        assert ticket.events.filter(kind="claimed").count() == 1

    def test_what_one_did_is_undone(self, client: Client, bruno: User, carla: User) -> None:
        ticket = ticket_of(bruno)
        client.post(at(ticket, "mudar/resolve/"), {"reason": "Cliente desistiu"})
        page = page_of(client, at(ticket))
        assert "Resolvido (você, às 14:44)." in page
        undo = re.search(r'action="([^"]*/desfazer/\d+/)"', page)
        assert undo
        form = {"form": str(uuid4())}
        page = client.post(undo[1], form, follow=True).content.decode()
        assert "Desfeito: resolvido." in page
        assert "Desfaz “Resolvido”." in page
        assert fresh(ticket).state == "forwarded"
        assert client.post(undo[1], form).status_code == 302
        assert client.post(undo[1]).status_code == 422
        assert "/desfazer/" not in page

    def test_others_are_offered_no_undo(self, client: Client, bruno: User, diana: User) -> None:
        ticket = ticket_of(bruno)
        ticket.claim(diana)
        assert "/desfazer/" not in page_of(client, at(ticket))


class TestPresence:
    def test_who_has_it_open_is_told_to_the_others(
        self, client: Client, bruno: User, diana: User
    ) -> None:
        ticket = ticket_of(bruno)
        hers = signed_in(diana)
        assert hers.post(at(ticket, "presenca/")).status_code == 204
        answer = client.post(at(ticket, "presenca/"), {"mexendo": "sim", "visto": ""})
        assert "Diana Exemplo está com a página aberta" in answer.content.decode()
        key = f"{diana.pk}"
        assert client.post(at(ticket, "presenca/"), {"visto": key}).status_code == 204
        client.post(at(ticket, "presenca/"), {"mexendo": "sim"})
        assert (
            "Carla Exemplo está mexendo aqui" in hers.post(at(ticket, "presenca/")).content.decode()
        )
        assert "Diana Exemplo está com a página aberta" in page_of(client, at(ticket))
        assert "Diana Exemplo está com a página aberta" in page_of(client, "/fila/")
        assert Presence.objects.count() == 2

    def test_it_is_forgotten_after_a_minute(self, client: Client, bruno: User, diana: User) -> None:
        ticket = ticket_of(bruno)
        Presence.mark(ticket, diana, NOW - timedelta(seconds=60), working=True)
        assert "Diana Exemplo" not in page_of(client, "/fila/")
        assert Presence.forget(clock.now()) == 1

    def test_looking_marks_nobody(self, client: Client, bruno: User) -> None:
        ticket = ticket_of(bruno)
        page_of(client, at(ticket))
        assert not Presence.objects.exists()
        assert client.get(at(ticket, "presenca/")).status_code == 405


class TestSeveral:
    def post(self, client: Client, *tickets: Ticket, **sent: str) -> str:
        numbers = [ticket.number for ticket in tickets]
        answer = client.post("/fila/em-lote/", {"chamado": numbers, **sent}, follow=True)
        return answer.content.decode()

    def test_each_has_its_outcome(
        self, client: Client, bruno: User, carla: User, diana: User
    ) -> None:
        free, hers, closed = (ticket_of(bruno) for _ in range(3))
        hers.claim(diana)
        closed.move("resolve", carla, "Cliente desistiu")
        page = self.post(client, free, hers, closed, acao="claim")
        assert "1 feito, 2 não" in page
        assert "O chamado está com Diana Exemplo." in page
        assert "O chamado está em “Resolvido”" in page
        assert [fresh(each).owner for each in (free, hers)] == [carla, diana]

    def test_what_is_missing_is_asked_before(self, client: Client, bruno: User) -> None:
        tickets = [ticket_of(bruno) for _ in range(2)]
        page = self.post(client, *tickets, acao="return")
        assert "<option>Dados insuficientes</option>" in page
        assert "Nada foi feito ainda" not in page
        sent = {"acao": "return", "conferido": "sim", "reason": "Dados insuficientes"}
        page = self.post(client, *tickets, **sent)
        assert "Escreva na anotação o que o Suporte precisa acertar." in page
        assert "<option selected>Dados insuficientes</option>" in page
        assert {fresh(each).state for each in tickets} == {"forwarded"}
        page = self.post(client, *tickets, **sent, note="Falta o CNPJ.")
        assert "2 feitos" in page
        assert {fresh(each).state for each in tickets} == {"returned"}

    def test_they_are_passed_on(self, client: Client, bruno: User, diana: User) -> None:
        tickets = [ticket_of(bruno) for _ in range(2)]
        assert "Diana Exemplo" in self.post(client, *tickets, acao="pass")
        sent = {"acao": "pass", "conferido": "sim", "to": f"pessoa-{diana.pk}"}
        assert "2 feitos" in self.post(client, *tickets, **sent)
        assert {fresh(each).owner for each in tickets} == {diana}

    def test_sent_twice_it_is_done_once(self, client: Client, bruno: User) -> None:
        tickets, form = [ticket_of(bruno) for _ in range(2)], str(uuid4())
        for _ in range(2):
            assert "2 feitos" in self.post(client, *tickets, acao="claim", form=form)
        assert "Já estava feito." in self.post(client, *tickets, acao="claim", form=form)
        assert {each.events.filter(kind="claimed").count() for each in tickets} == {1}

    def test_one_that_fails_keeps_none_of_the_others(
        self, client: Client, bruno: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken, whole = ticket_of(bruno), ticket_of(bruno)
        record = Ticket.record

        def failing(ticket: Ticket, kind: str, **more: object) -> object:
            event = record(ticket, kind, **more)  # type: ignore[arg-type]
            if ticket.pk == broken.pk:
                raise RuntimeError("the power went")
            return event

        monkeypatch.setattr(Ticket, "record", failing)
        page = self.post(client, broken, whole, acao="claim")
        assert "1 feito, 1 não" in page
        assert fresh(broken).owner is None
        assert fresh(whole).owner is not None

    def test_all_of_the_page_at_once(self, client: Client, bruno: User) -> None:
        tickets = [ticket_of(bruno) for _ in range(3)]
        sent = {"pagina": [each.number for each in tickets], "todos": "sim", "acao": "claim"}
        page = client.post("/fila/em-lote/", sent).content.decode()
        assert "3 feitos" in page

    @pytest.mark.parametrize(
        ("sent", "words"),
        [
            ({"acao": ""}, "Escolha na lista o que fazer"),
            ({"acao": "nada"}, "Escolha na lista o que fazer"),
            ({"acao": "claim", "chamado": []}, "Marque os chamados"),
            ({"acao": "claim", "chamado": ["x"]}, "Marque os chamados"),
            ({"acao": "cancel"}, "é de outra equipe"),
        ],
    )
    def test_what_cannot_be_begun_is_said(
        self, client: Client, bruno: User, sent: dict[str, object], words: str
    ) -> None:
        number = ticket_of(bruno).number
        sent = {"chamado": [number], "estado": "devolvidos", **sent}
        answer = client.post("/fila/em-lote/", sent, follow=True)
        assert words in answer.content.decode()
        assert answer.redirect_chain == [("/fila/?estado=devolvidos", 302)]

    def test_no_more_than_a_hundred(self, client: Client, bruno: User) -> None:
        chosen = [numbers.new() for _ in range(MOST + 1)]
        answer = client.post("/fila/em-lote/", {"chamado": chosen, "acao": "claim"}, follow=True)
        assert "o limite é 100 de uma vez" in answer.content.decode()


class TestTeams:
    def test_supervisors_say_who_is_in_which(
        self, supervisor: Client, bruno: User, carla: User
    ) -> None:
        ticket_of(bruno)
        page = page_of(supervisor, "/equipe/")
        assert "Relacionamento</b>: ninguém ainda, 1 chamado em aberto" in page
        supervisor.post("/equipe/", {f"equipe-{carla.pk}": ["Relacionamento"]})
        assert list(carla.memberships.values_list("team", flat=True)) == ["Relacionamento"]
        page = page_of(supervisor, "/equipe/")
        assert "Relacionamento</b>: 1 pessoa" in page
        supervisor.post("/equipe/", {f"antes-{carla.pk}": ["Relacionamento"]})
        assert not carla.memberships.exists()

    def test_what_others_changed_meanwhile_stays(
        self, supervisor: Client, carla: User, bruno: User
    ) -> None:
        Membership.objects.create(user=carla, team="Relacionamento")  # after the page was made
        supervisor.post("/equipe/", {f"equipe-{bruno.pk}": ["Documentos"]})
        assert Membership.objects.count() == 2

    def test_a_team_of_no_procedure(self, supervisor: Client, carla: User) -> None:
        sent = {"nova": "sim", "nome": " Plantão  da noite ", "pessoa": str(carla.pk)}
        page = supervisor.post("/equipe/", sent, follow=True).content.decode()
        assert "Carla Exemplo está em Plantão da noite." in page
        for wrong in ({"nome": " "}, {"pessoa": ""}, {"nome": "x" * 121}):
            assert supervisor.post("/equipe/", {**sent, **wrong}).status_code == 422
        assert Membership.objects.count() == 1

    def test_it_is_for_supervisors(self, client: Client) -> None:
        assert client.get("/equipe/").status_code == 403
