"""What `apirest.php` answers: what was done, what was refused, and in whose words.

>>> confirmed({"id": 7, "message": ""})
{'id': 7, 'message': ''}
>>> confirmed(["ERROR_GLPI_PARTIAL_ADD", [{"id": False, "message": "Categoria inválida"}]])
Traceback (most recent call last):
    ...
guiche.desk.connectors.connector.DeliveryError: Categoria inválida
"""

import json
import re
from typing import Any

import httpx

from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.connectors.web import plain_words

Row = dict[str, Any]
_KEY = re.compile(r"\[(G\d{10})\]")


def words(response: httpx.Response) -> str:
    """`["ERROR_X", "text"]` in a line; of results for each item, what they say."""
    try:
        read = json.loads(response.content)
    except ValueError:
        return plain_words(response)
    if not isinstance(read, list) or len(read) != 2:
        return plain_words(response)
    code, said = read
    return f"{code}: {said if isinstance(said, str) else item_words(said)}"


def item_words(results: Any) -> str:
    """What the results for each item say of what was refused."""
    items = results if isinstance(results, list) else [results]
    said = [str(item.get("message", "")) for item in items if isinstance(item, dict)]
    return "; ".join(filter(None, said)) or "sem explicação"


def confirmed(answer: Any, *names: str) -> Row:
    """The result of what was added or changed, with these names in it; one with false is a refusal.

    207 is a success in HTTP, with `["ERROR_GLPI_PARTIAL_ADD", [results]]` in it.
    """
    if isinstance(answer, list) and answer and isinstance(answer[0], str):
        answer = answer[-1]
    item = answer[0] if isinstance(answer, list) and answer else answer
    if not isinstance(item, dict) or not item or not item.keys() >= {*names}:
        raise DeliveryError("A resposta não é a do GLPI.", Outcome.UNKNOWN, everywhere=True)
    if any(value is False for value in item.values()):
        raise DeliveryError(item_words(item), Outcome.REJECTED)
    return item


def upload_words(answer: Row) -> str:
    """Why the file of a new document was not kept."""
    results = answer.get("upload_result", {}).get("filename", [])
    errors = [str(each["error"]) for each in results if "error" in each]
    return "; ".join(errors) or item_words(answer)


def key_of(ticket: Row) -> str:
    """Our key in the title or in externalid; "" for a ticket of others."""
    found = _KEY.search(f"{ticket.get('name')} [{ticket.get('externalid')}]")
    return found[1] if found else ""
