"""A hundred thousand customers who are nobody: names as common as in life, rows made in bulk."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from guiche.desk import clock
from guiche.desk.models import (
    ContactAttempt,
    Draft,
    Inspection,
    Promise,
    SiteVersion,
    Ticket,
    User,
)
from guiche.desk.search.index import keys_of_ticket
from guiche.desk.tickets import number as numbers
from guiche.icpbrasil import inspect

BATCH = 2_000
CALLS = 100
_STEP = 7_919_993  # has no factor of the count of numbers: none comes twice
_INSERT = "INSERT INTO desk_term (kind, term, ticket_id) VALUES (%s, %s, %s)"


def _names(text: str) -> list[str]:
    return text.split()


FIRST = _names("""
maria josé ana joão antônio francisco carlos paulo pedro lucas luiz marcos luís gabriel
rafael francisca daniel marcelo bruno eduardo felipe rodrigo manoel antônia adriana juliana márcia
fernanda patrícia aline sandra camila amanda bruna jéssica letícia júlia luciana vanessa mariana
sebastião raimundo geraldo tiago vinícius gustavo leandro fábio andré sérgio rita teresa""")
LAST = _names("""
silva santos oliveira souza rodrigues ferreira alves pereira lima gomes costa ribeiro
martins carvalho almeida lopes soares fernandes vieira barbosa rocha dias nascimento andrade moreira
nunes marques machado mendes freitas cardoso ramos gonçalves santana teixeira araújo moura monteiro
cavalcanti pinto correia azevedo batista campos duarte sanches zanetti bittencourt""")
TRADE = _names("""
padaria mercado construtora transportes fazenda sítio cartório agropecuária comércio
serviços auto posto clínica farmácia restaurante hotel indústria distribuidora escola confecções
supermercado metalúrgica marcenaria laticínios granja cooperativa condomínio oficina""")
KIND = ("Ltda", "Ltda ME", "EIRELI", "S/A", "EPP", "& Cia Ltda")
SYLLABLES = _names(
    "ba ca da fa ga la ma na pa ra sa ta va be le me ne re te vi ri mi ni lo mo ro xu"
)


class Crowd:
    """Draws names and numbers; the same ones each time."""

    def __init__(self) -> None:
        self.chance = random.Random(482)

    def _common(self, names: list[str]) -> str:
        """The first of a list is had by one in seven, as Silva is in life, or more often."""
        return names[int(len(names) * self.chance.random() ** 2)]

    def _rare(self) -> str:
        return "".join(self.chance.choices(SYLLABLES, k=self.chance.randint(3, 5)))

    def person(self) -> str:
        """`Maria da Silva Lavani`."""
        last = self._rare() if self.chance.random() < 0.2 else self._common(LAST)
        middle = self.chance.choice(["", "da", "dos", self._common(LAST)])
        return " ".join(f"{self._common(FIRST)} {middle} {last}".split()).title()

    def company(self) -> str:
        """`Padaria Lavani Souza Ltda`."""
        owner = self._rare() if self.chance.random() < 0.5 else self._common(LAST)
        name = f"{self._common(TRADE)} {owner} {self._common(LAST)}".title()
        return f"{name} {self.chance.choice(KIND)}"

    def digits(self, count: int) -> str:
        """So many digits; search judges none."""
        return f"{self.chance.randrange(10**count):0{count}}"

    def phone(self) -> str:
        """A telephone in E.164."""
        ddd = self.chance.choice([11, 19, 21, 31, 34, 41, 47, 51, 62, 65, 71, 81, 85, 91])
        return f"+55{ddd}" + self.chance.choice(["9" + self.digits(8), "3" + self.digits(7)])


@transaction.atomic
def seed(count: int, der: bytes, answers: dict[str, str]) -> None:
    """So many tickets like the one that `answers` and the certificate make, each another's."""
    crowd = Crowd()
    user = User.objects.create_user("bruno", name="Bruno Exemplo")
    SiteVersion.objects.create(content={"hours": {"week": ["00:00-24:00"] * 7, "holidays": False}})
    draft = Draft.start(user)
    draft.attach(Inspection.store(inspect(der, at=clock.now()), der=der, by=user))
    draft.type_in(answers)
    model = draft.submit(user)
    for start in range(1, count, BATCH):
        batch = range(start, min(start + BATCH, count))
        _write([_case(crowd, model, number) for number in batch])
    for _ in range(CALLS):
        call = Draft.start(user)
        call.type_in({"name": crowd.person(), "phone_1": crowd.phone()[3:]})


Case = tuple[Inspection, Promise, Ticket, list[ContactAttempt]]


def _case(crowd: Crowd, model: Ticket, number: int) -> Case:
    inspection, promise = _reading(crowd, model), _promise(model, number)
    holder = inspection.contract["holder"]
    facts = {
        **model.facts,
        "document": holder["cnpj"] or holder["cpf"],
        "name": holder["name"],
        "requester_name": crowd.person(),
        "phone_1": crowd.phone(),
        "phone_2": crowd.phone(),
        "email": f"{crowd.digits(8)}@exemplo.com.br",
    }
    ticket = Ticket(
        number=numbers.new(lambda below: number * _STEP % below), submission_key=uuid4(),
        procedure_version=model.procedure_version, inspection=inspection, promise=promise,
        facts=facts, typed=facts, team=model.team, opened_by=model.opened_by,
        opened_at=promise.made_at, moved_at=promise.made_at, desk_number=f"{2_000_000 + number}",
        state="forwarded" if number % 10 == 0 else "resolved",
    )  # fmt: skip
    attempts = [
        ContactAttempt(promise=promise, by=model.opened_by, phone=facts["phone_1"], result=result,
                       at=promise.made_at)
        for result in ("no_answer", "spoke")[: number % 3]
    ]  # fmt: skip
    return inspection, promise, ticket, attempts


def _reading(crowd: Crowd, model: Ticket) -> Inspection:
    assert model.inspection
    read = model.inspection
    person = crowd.chance.random() < 0.4
    holder = {
        **read.contract["holder"],
        "name": crowd.person() if person else crowd.company(),
        "cpf": crowd.digits(11) if person else None,
        "cnpj": None if person else crowd.digits(14),
    }
    return Inspection(
        sha256=f"{crowd.chance.getrandbits(256):064x}", status=read.status, headline=read.headline,
        explanation=read.explanation, contract={**read.contract, "holder": holder}, by=read.by,
        created_at=read.created_at,
    )  # fmt: skip


def _promise(model: Ticket, number: int) -> Promise:
    at = model.promise.made_at - timedelta(minutes=5 * number)
    return Promise(made_at=at, warn_at=at, due_at=at + timedelta(hours=24))


def _write(cases: list[Case]) -> None:
    inspections, promises, tickets, attempts = zip(*cases, strict=True)
    Inspection.objects.bulk_create(inspections)
    Promise.objects.bulk_create(promises)
    Ticket.objects.bulk_create(tickets)
    ContactAttempt.objects.bulk_create([each for some in attempts for each in some])
    terms = [(*key, ticket.pk) for ticket in tickets for key in keys_of_ticket(ticket)]
    with connection.cursor() as cursor:
        # More than a million rows: as objects they would take most of the time.
        cursor.executemany(_INSERT, terms)


def questions(count: int) -> Iterator[tuple[str, str]]:
    """What support types, by kind: of tickets that are there, of names that many have, of none."""
    crowd = Crowd()
    crowd.chance.seed(365)
    tickets: list[Any] = list(
        Ticket.objects.select_related("inspection").order_by("number")[:count]
    )
    for index, ticket in enumerate(tickets):
        kinds = _asked(crowd, ticket)
        yield kinds[index % len(kinds)]


def _asked(crowd: Crowd, ticket: Ticket) -> list[tuple[str, str]]:
    facts = ticket.facts
    first, *_, last = facts["name"].split()
    return [
        ("protocol", ticket.spoken),
        ("desk number", ticket.desk_number),
        ("document", facts["document"]),
        ("telephone", facts["phone_2"]),
        ("telephone without DDD", facts["phone_1"][5:]),
        ("e-mail", facts["email"]),
        ("fingerprint", ticket.inspection.sha256[:10] if ticket.inspection else ""),
        ("name", facts["name"]),
        ("first and last name", f"{first} {last}"),
        ("common name", crowd._common(FIRST)),
        ("two common names", f"{crowd._common(FIRST)} {crowd._common(LAST)}"),
        ("two letters", crowd._common(FIRST)[:2]),
        ("beginnings of two words", f"{crowd._common(FIRST)[:3]} {crowd._common(LAST)[:2]}"),
        ("no such document", crowd.digits(14)),
        ("no such telephone", crowd.phone()),
        ("no such name", f"{crowd._common(FIRST)} Zuleika Quitungo"),
    ]
