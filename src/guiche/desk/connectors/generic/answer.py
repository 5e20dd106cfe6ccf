"""What an answer of success says of tickets; one that cannot be understood raises.

| an answer with a status of success                | to a call that writes           | reads |
|---------------------------------------------------|---------------------------------|-------|
| without what `contains` asks for, but with words  | unknown, then rejected          | retry |
| without it and without words, or without an id    | unknown, everywhere             | retry |
"""

from collections.abc import Sequence
from dataclasses import replace
from operator import itemgetter

import httpx

from guiche.desk.connectors.connector import Created, DeliveryError, Found, Outcome, Remote
from guiche.desk.connectors.generic.operation import Operation
from guiche.desk.connectors.generic.place import Place, text_of
from guiche.desk.connectors.web import moment, plain_words

_NOWHERE = Place("json", "/")


def created(operation: Operation, response: httpx.Response) -> Created:
    """The ticket that the answer to its creation names."""
    ref = operation.places["ref"].reference(response.content)
    if not ref:
        raise not_understood(response, writes=True)
    return Created(ref, operation.places.get("number", _NOWHERE).reference(response.content))


def found(operation: Operation, key: str, response: httpx.Response) -> Sequence[Found]:
    """The tickets that a search gave; without `exact` only those that show the key themselves."""
    try:
        listed = operation.places["list"].each(response.content)
    except ValueError as error:
        raise not_understood(response, writes=False) from error
    number, at = (operation.places.get(name, _NOWHERE) for name in ("number", "at"))
    tickets = [
        Found(operation.places["ref"].reference(each), key, number.reference(each),
              created_at=moment(at.one(each)))
        for each in listed
        if "exact" in operation.words or key in text_of(each)
    ]  # fmt: skip
    if not all(ticket.ref for ticket in tickets):
        raise not_understood(response, writes=False)
    return _oldest_first(tickets)


def _oldest_first(tickets: Sequence[Found]) -> Sequence[Found]:
    """By the time of creation, else by growing ids, else as the desk lists them."""
    ages = [ticket.created_at for ticket in tickets if ticket.created_at]
    if len(ages) == len(tickets):
        return [ticket for _, ticket in sorted(zip(ages, tickets, strict=True), key=itemgetter(0))]
    if all(ticket.ref.isascii() and ticket.ref.isdecimal() for ticket in tickets):
        return sorted(tickets, key=lambda ticket: int(ticket.ref))
    return tickets


def standing(operation: Operation, ref: str, response: httpx.Response) -> Remote:
    """How the ticket stands; closed where its status is one of those that `closed` names."""
    status = operation.places["status"].one(response.content)
    if not status:
        raise not_understood(response, writes=False)
    remote = Remote(
        ref,
        status,
        team=operation.places.get("team", _NOWHERE).one(response.content),
        number=operation.places.get("number", _NOWHERE).reference(response.content),
    )
    ended = {each.strip().casefold() for each in operation.words.get("closed", "").split(",")}
    return replace(remote, closed=status.casefold() in ended)


def not_understood(response: httpx.Response, *, writes: bool) -> DeliveryError:
    """The error of an answer that does not say what it should."""
    said = plain_words(response) or "uma página ou nada"
    message = f"Não entendi a resposta (HTTP {response.status_code}): {said}"
    outcome = Outcome.UNKNOWN if writes else Outcome.RETRY
    return DeliveryError(message, outcome, everywhere=True)


def denied(
    operation: Operation, response: httpx.Response, words: str, *, writes: bool
) -> DeliveryError:
    """The error of an answer without what `contains` asks for; `words` are the desk's own."""
    said = words or plain_words(response)
    if not said:
        return not_understood(response, writes=writes)
    message = words or f"A resposta não traz “{operation.contains}”: {said}"
    if not writes:
        return DeliveryError(message, Outcome.RETRY, everywhere=True)
    return DeliveryError(message, Outcome.UNKNOWN, otherwise=Outcome.REJECTED)
