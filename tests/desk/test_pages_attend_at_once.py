"""Registering while the same page still saves, and twice at once: one ticket, and its number."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from calls import answers, signed_in
from guiche.desk.models import Draft, Ticket, User

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("stopped_clock", "transactional_db"),
]


PAGE = {"aba": "a" * 36, "visto": "1"}


@pytest.mark.parametrize(
    ("verbs", "tab"),
    [
        (("registrar",) * 4, PAGE),
        (("registrar", "salvar", "salvar"), PAGE),
        (("registrar",) * 4, {}),
    ],
    ids=["four", "saving", "four without a mark"],
)
def test_one_ticket_and_nobody_is_refused(verbs: tuple[str, ...], tab: dict[str, str]) -> None:
    bruno = User.objects.create_user("bruno")
    draft = Draft.start(bruno)
    draft.type_in(answers())
    gate = threading.Barrier(len(verbs))

    def send(verb: str) -> tuple[str, int]:
        client = signed_in(bruno)
        try:
            gate.wait()
            answer = client.post(f"/atender/{draft.pk}/{verb}/", {**answers(), **tab})
            return verb, answer.status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(verbs)) as pool:
        done = list(pool.map(send, verbs))
    assert Ticket.objects.count() == 1, done
    assert {code for verb, code in done if verb == "registrar"} == {302}
