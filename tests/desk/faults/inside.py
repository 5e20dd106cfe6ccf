"""What is done within the desk of a storm, each in a process of its own:

`prepare URL [LAG]` a desk with a person and a connection, `account NAME PASSWORD` another person,
`open COUNT FILE` tickets, each told in the file once it is committed, `away` for an hour, `mend`
what waits for a person, `reconcile`, `tell` how all stands, `pace` of what was done.
"""

import json
import os
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "guiche.desk.settings")
EVERY_CANCELLED = 5
"""Each of so many tickets is cancelled right after it was opened."""


def prepare(url: str, lag: str = "1") -> None:
    from django.core.management import call_command

    from calls import answers
    from certificates import ZEROS, e_cnpj
    from guiche.desk import clock
    from guiche.desk.doubles.zammad import TOKEN
    from guiche.desk.models import Connection, Draft, Inspection, SiteVersion, User
    from guiche.icpbrasil import inspect

    call_command("migrate", verbosity=0)
    user = User.objects.create_user("ana.exemplo", name="Ana Exemplo", role="supervisao")
    SiteVersion.objects.create(content={"hours": {"week": ["00:00-24:00"] * 7, "holidays": False}})
    draft, der = Draft.start(user), e_cnpj(cei=ZEROS).der()
    draft.attach(Inspection.store(inspect(der, at=clock.now()), der=der, by=user))
    draft.type_in(answers())
    draft.submit(user)
    made = Connection(kind="zammad", name="Central")
    made.set({
        "url": url, "token": TOKEN, "group": "Suporte", "lag": int(lag),
        "teams": {"Relacionamento": "Relacionamento"},
    })  # fmt: skip
    made.keep()


def account(name: str, password: str) -> None:
    from guiche.desk.models import User

    User.objects.create_user(name, password, name="Bruno Exemplo", role="suporte")


def open_tickets(count: int, file: Path) -> None:
    """Like the one that is there, which is from before the connection."""
    from django.db import close_old_connections, transaction

    from guiche.desk.models import Ticket, User

    user, model = User.objects.earliest("pk"), Ticket.objects.earliest("pk")
    with file.open("a") as told:
        for number in range(count):
            close_old_connections()
            with transaction.atomic():
                ticket = Ticket.open(
                    key=uuid4(), version=model.procedure_version, inspection=model.inspection,
                    facts=model.facts, typed=model.typed, due_at=model.promise.due_at, by=user,
                )  # fmt: skip
                if number % EVERY_CANCELLED == 0:
                    ticket.move("cancel", user, ticket.procedure.reasons["cancel"][0])
            told.write(f"{ticket.number}\n")
            told.flush()


def away() -> None:
    """The connection as an hour of silence leaves it, at the end of its last rest."""
    from guiche.desk import clock
    from guiche.desk.models import Connection

    until = clock.now() + timedelta(seconds=3)
    Connection.objects.update(failures=20, open_until=until, last_error="Não consegui me conectar.")


def mend() -> dict[str, int]:
    """A person repeats what was refused; how many rows are in which state."""
    from guiche.desk.models import Connection, Delivery

    for row in Delivery.objects.filter(state="rejected"):
        row.repeat()
    Connection.objects.filter(stopped=True).update(stopped=False)
    return Counter(Delivery.objects.values_list("state", flat=True))


def reconcile() -> int:
    from guiche.desk import clock
    from guiche.desk.connectors.opened import Opened
    from guiche.desk.deliveries.reconcile import reconcile as of
    from guiche.desk.models import Connection

    return of(Connection.objects.get(), Opened(), clock.now())


def tell() -> dict[str, Any]:
    """Numbers of tickets, what is linked to what, what is stray, what is not over."""
    from guiche.desk.models import Delivery, Link, Stray, Ticket

    over = ("done", "dropped")
    stuck = Delivery.objects.exclude(state__in=over)
    return {
        "tickets": list(Ticket.objects.order_by("pk").values_list("number", flat=True)[1:]),
        "links": dict(Link.objects.exclude(ref="").values_list("ref", "ticket__number")),
        "strays": list(Stray.objects.values_list("ref", flat=True)),
        "states": Counter(Delivery.objects.values_list("state", flat=True)),
        "stuck": list(stuck.values_list("step", "state", "last_error")[:20]),
    }


def pace() -> str:
    """How many steps are left, how many were taken, and in how many seconds."""
    from django.db.models import Count, Max, Min

    from guiche.desk.models import Delivery

    done = Delivery.objects.filter(state="done")
    taken = done.aggregate(steps=Count("pk"), first=Min("done_at"), last=Max("done_at"))
    left = Delivery.objects.exclude(state="done").count()
    seconds = (taken["last"] - taken["first"]).total_seconds() if taken["first"] else 0
    return f"{left} {taken['steps']} {seconds}"


def main(verb: str, *given: str) -> None:
    django.setup()
    if verb == "prepare":
        prepare(*given)
    elif verb == "account":
        account(*given)
    elif verb == "open":
        open_tickets(int(given[0]), Path(given[1]))
    elif verb == "pace":
        print(pace())
    else:
        print(
            json.dumps({"away": away, "mend": mend, "reconcile": reconcile, "tell": tell}[verb]())
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
