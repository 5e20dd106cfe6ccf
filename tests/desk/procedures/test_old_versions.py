"""An old ticket keeps the version that it was opened with, and no new rule ever blocks it."""

from collections.abc import Callable

import pytest

from guiche.desk.models import Draft, ProcedureVersion, Ticket, User
from guiche.desk.procedures import rules
from guiche.desk.procedures.version import digest_of
from procedure_calls import complete

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stopped_clock")]

SLUG = "token-nao-le"
QUESTION = """
[[screens.facts]]
key = "asset_tag"
label = "Etiqueta do computador"
type = "line"
missing = "Peça a etiqueta."

[[screens]]
title = "Primeira tela do chamado"
"""


def publish(supervisao: User, old: str, new: str) -> None:
    version = ProcedureVersion.current(SLUG)
    assert old in version.content
    content = version.content.replace(old, new, 1)
    ProcedureVersion.publish(SLUG, content, supervisao, seen=version.digest)


def stricter(supervisao: User) -> None:
    """Another required fact, other reasons."""
    publish(supervisao, '\n[[screens]]\ntitle = "Primeira tela do chamado"\n', QUESTION)
    publish(supervisao, '  "Token funcionando",\n  "PIN desbloqueado', '  "PIN desbloqueado')


def begun(suporte: User) -> Draft:
    draft = Draft.start(suporte, SLUG)
    draft.type_in(complete(draft.procedure, None).values)
    return draft


def test_a_call_that_began_before_is_submitted_by_the_old_one(
    suporte: User, supervisao: User
) -> None:
    draft = begun(suporte)
    stricter(supervisao)
    assert Draft.objects.get(pk=draft.pk).problems() == {}
    assert Draft.objects.get(pk=draft.pk).submit(suporte).procedure.slug == SLUG
    assert "asset_tag" in Draft.start(suporte, SLUG).problems()


def test_a_ticket_moves_by_the_old_one(
    suporte: User, supervisao: User, relacionamento: User
) -> None:
    ticket = begun(suporte).submit(suporte)
    stricter(supervisao)
    ticket = Ticket.objects.get(pk=ticket.pk)
    ticket.move("resolve", relacionamento, "Token funcionando")
    ticket.move("reopen", supervisao, "Problema continua")
    assert ticket.is_open
    ticket.verify_chain()


def test_a_text_that_keeps_no_rule_of_today_still_serves_its_ticket(
    suporte: User, relacionamento: User
) -> None:
    """As an earlier version accepted it: a fact by the name of a condition that came later, and a
    text that leaves the number out in one case."""
    content = ProcedureVersion.current(SLUG).content.replace('"driver"', '"ends"')
    content = content.replace("driver = [", "ends = [").replace("{driver}", "{ends}")
    content = content.replace("{protocol}. O {team} responde", "protocolo. O {team} responde")
    assert len(rules.mistakes(content, "x.toml", SLUG)) >= 2
    version = ProcedureVersion.objects.create(slug=SLUG, digest=digest_of(content), content=content)
    draft = Draft(procedure_version=version, by=suporte)
    draft.save()
    draft.type_in({**complete(version.procedure, None).values, "ends": "Não instalado"})
    assert draft.answers().note(draft.procedure.fact("ends")).startswith("Instale o do fabricante")
    ticket = draft.submit(suporte)
    assert ticket.facts["ends"] == "Não instalado"
    ticket.move("resolve", relacionamento, "Token funcionando")
    ticket.verify_chain()


def test_the_ticket_of_a_procedure_that_is_no_more_goes_on(
    suporte: User, relacionamento: User, open_ticket: Callable[..., Ticket]
) -> None:
    """The site took its file away."""
    ticket = open_ticket()
    ProcedureVersion.objects.filter(pk=ticket.procedure_version_id).update(slug="sem-arquivo")
    ticket = Ticket.objects.get(pk=ticket.pk)
    ticket.move("resolve", relacionamento, "Cliente desistiu")
    assert not ticket.is_open
