"""Sample tickets, made by the same calls as real ones, at times before now."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

from django.db import transaction

from guiche import sources
from guiche.desk import clock
from guiche.desk.demo.accounts import ACCOUNTS, make_demo_accounts
from guiche.desk.intake.draft import Draft
from guiche.desk.intake.reading import Inspection
from guiche.desk.people.user import User
from guiche.desk.promises.attempt import Result
from guiche.desk.promises.watch import watch
from guiche.desk.site.site import SiteVersion
from guiche.desk.tickets.ticket import Ticket

SITE = {"hours": {"week": ["08:00-18:00"] * 5 + ["", ""]}}

_ANSWERS = {
    "requester_name": "Ana Exemplo",
    "relation": "Representante",
    "system": "Conectividade Social, com e-CNPJ",
    "wanted_kind": "CEI",
    "wanted_number": "11.583.00249/85",
    "card_medium": "Arquivo no computador",
    "phone_1": "(11) 3333-4444",
    "phone_2": "(11) 98765-4321",
    "email": "contato@exemplo.com.br",
    "email_confirmed": "sim",
}


@transaction.atomic
def make_demo(certificates: Path) -> None:
    """Accounts, and tickets of the certificates in the folder: all of it, or nothing."""
    make_demo_accounts()
    SiteVersion.objects.create(content=SITE)
    suporte, relacionamento, _ = (User.objects.get(username=a.username) for a in ACCOUNTS)

    def ticket(hours: float, file: str, answers: Mapping[str, str] | None = None) -> Ticket:
        with _hours_ago(hours):
            return _opened(suporte, certificates / file, {**_ANSWERS, **(answers or {})})

    resolved = ticket(47, "e-cpf-com-cei.cer", {"card_medium": "Token"})
    with _hours_ago(40):
        phone = resolved.phones[0]
        resolved.promise.log_attempt(relacionamento, phone, Result.SPOKE, "Conferiu o número.")
        reason = "Cliente orientado; não precisa de novo certificado"
        resolved.move("resolve", relacionamento, reason)

    overdue = ticket(25, "pessoa-fisica-sem-o-campo.cer")
    with _hours_ago(3):
        overdue.promise.log_attempt(relacionamento, overdue.phones[0], Result.NO_ANSWER)

    ticket(22, "e-cpf-caepf-no-lugar-do-cei.cer", {"phone_2": "Cliente só tem um telefone"})

    returned = ticket(6, "e-cnpj-vencido.cer")
    with _hours_ago(5):
        returned.move("return", relacionamento, "Telefones não atendem", "Conferir o segundo.")

    ticket(1, "selo-eletronico.cer", {"card_medium": "Nuvem"})
    watch(clock.now())


def _hours_ago(hours: float) -> AbstractContextManager[None]:
    return clock.stopped_at(clock.now() - timedelta(hours=hours))


def _opened(by: User, file: Path, answers: Mapping[str, str]) -> Ticket:
    found = sources.read(file.read_bytes(), file.name).leaves[0]
    reading = found.inspect(at=clock.now())
    draft = Draft.start(by)
    draft.attach(Inspection.of_found(found, reading, by))
    draft.type_in(answers)
    draft.choose_due("term")
    return draft.submit(by)
