"""Whether the settings of a connection to RT are right."""

from collections.abc import Iterator

from guiche.desk.connectors.connector import Check, DeliveryError
from guiche.desk.connectors.rt.rest import Rest, quoted
from guiche.desk.connectors.rt.settings import RequestTrackerSettings

_QUEUE = "Não existe com este nome exato, está desativada, ou a conta não tem o direito SeeQueue."
_FIELD = "Não existe nesta fila com este nome exato, ou a conta não tem o direito SeeCustomField."


def check(rest: Rest, settings: RequestTrackerSettings) -> Iterator[Check]:
    """Address and token; in each queue its fields, rights, and the status that ends a ticket."""
    try:
        version = rest.get("/rt", "Version")["Version"]
    except DeliveryError as error:
        yield Check("Endereço e token", ok=False, words=str(error))
        return
    yield Check("Endereço e token", ok=True, words=f"Request Tracker {version}")
    for queue in settings.queues:
        try:
            yield from _queue(rest, settings, queue)
        except DeliveryError as error:
            yield Check(f"Fila {queue}", ok=False, words=str(error))


def _queue(rest: Rest, settings: RequestTrackerSettings, name: str) -> Iterator[Check]:
    label = f"Fila {name}"
    # By a search, because a name in the path could hold neither an accent nor a slash.
    named = [{"field": "Name", "value": name}]
    found = [each for each in rest.items("POST", "/queues", body=named, fields="Name")
             if each["Name"] == name]  # fmt: skip
    if not found:
        yield Check(label, ok=False, words=_QUEUE)
        return
    queue = rest.get(f"/queue/{found[0]['id']}", "_hyperlinks", "TicketCustomFields")
    creates = any(link["ref"] == "create" for link in queue["_hyperlinks"])
    yield _found(label, creates, "A conta não tem o direito CreateTicket nesta fila.")
    fields = {field["name"] for field in queue["TicketCustomFields"]}
    for field in settings.custom_fields:
        yield _found(f"{label}: campo {field}", field in fields, _FIELD)
    yield from _open_ticket(rest, name, settings.closed_status)


def _open_ticket(rest: Rest, queue: str, status: str) -> Iterator[Check]:
    """RT tells what an account may do with a ticket, and which statuses there are, of one alone."""
    comments, ends = f"Fila {queue}: comentar", f"Fila {queue}: encerrar como {status}"
    query = f"Queue = {quoted(queue)} AND Status = '__Active__'"
    newest = next(rest.tickets(query, "Status", order="DESC"), None)
    if newest is None:
        words = "Ainda não dá para conferir: não há chamado aberto nesta fila."
        yield Check(f"{comments} e encerrar", ok=True, words=words)
        return
    links = rest.ticket(str(newest["id"]))[0]["_hyperlinks"]
    may_comment = any(link["ref"] == "comment" for link in links)
    yield _found(comments, may_comment, "A conta não tem o direito CommentOnTicket.")
    leads_to = sorted({link["to"] for link in links if link["ref"] == "lifecycle"})
    if not leads_to:
        yield Check(ends, ok=False, words="A conta não tem o direito ModifyTicket.")
        return
    # A life cycle need not offer every status that it has; one that was used is known as well.
    known = status in leads_to or any(rest.tickets(f"Status = {quoted(status)}", "Status"))
    yield _found(ends, known, f"O RT não conhece essa situação; oferece: {', '.join(leads_to)}.")


def _found(label: str, ok: bool, otherwise: str) -> Check:  # noqa: FBT001
    return Check(label, ok, "" if ok else otherwise)
