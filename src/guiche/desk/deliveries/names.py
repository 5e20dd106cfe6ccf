"""Whether the names in the tables of a connection are ones that Guichê has.

A desk never sees a wrong one: its line is just never used.
"""

from collections.abc import Iterator, Sequence

from django.conf import settings

from guiche.desk.connectors.connection import Connection
from guiche.desk.connectors.connector import Check
from guiche.desk.connectors.settings import Names
from guiche.desk.models import ProcedureVersion
from guiche.desk.procedures.procedure import Procedure


def names_checked(connection: Connection) -> Iterator[Check]:
    """Each table that names what is in a procedure, and what it names that is in none of them."""
    holding = ProcedureVersion.holding()
    # That of most calls first: it is what a site looks for.
    procedures = sorted(holding.values(), key=lambda each: each.slug != settings.PROCEDURE)
    typed = connection.settings
    for each in type(typed).described():
        if each.names and (table := getattr(typed, each.key)):
            known = _known(each.names, procedures)
            wrong = "; ".join(name for name in table if name not in known)
            words = f"O Guichê não conhece: {wrong}. Conhece: {'; '.join(known)}." if wrong else ""
            yield Check(f"Nomes em {each.label}", ok=not wrong, words=words)


def _known(names: Names, procedures: Sequence[Procedure]) -> tuple[str, ...]:
    """Of all procedures, each once, in their order."""
    return tuple(dict.fromkeys(name for each in procedures for name in _named(names, each)))


def _named(names: Names, procedure: Procedure) -> tuple[str, ...]:
    """Of answers also those by which every procedure is known (`Case`)."""
    match names:
        case "team":
            return (procedure.team,)
        case "category":
            facts = [fact for fact in procedure.facts if fact.key == "category"]
            return facts[0].choices if facts else ()
    phones = (f"phone_{place}" for place, _ in enumerate(procedure.customer.phones, 1))
    own = ("key", "name", "document", "email", *phones)
    return (*own, *(fact.key for fact in procedure.facts))
