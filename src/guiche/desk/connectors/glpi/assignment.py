"""The groups that a ticket is assigned to: in GLPI a team is a link, and there may be several."""

from typing import Any

from guiche.desk.connectors.connector import DeliveryError, Outcome
from guiche.desk.connectors.glpi.answers import confirmed
from guiche.desk.connectors.glpi.session import ALL, Session
from guiche.desk.connectors.markup import as_text

ASSIGNED = 2
"""The type of link that means: this group handles the ticket. 1 asks for it, 3 watches."""


def hand_over(api: Session, ref: str, group: int, team: str) -> None:
    """The group alone is assigned afterwards, which is read back; safe to repeat."""
    if group not in _linked(api, ref):
        link = {"tickets_id": int(ref), "groups_id": group, "type": ASSIGNED}
        try:
            confirmed(api.json("POST", "/Group_Ticket", writes=True, json={"input": link}), "id")
        except DeliveryError as error:
            raise _explained(error, group, team) from error
    linked = _linked(api, ref)
    if group not in linked:
        words = f"O GLPI aceitou o grupo {group} ({team}), mas ele não está no chamado {ref}."
        raise DeliveryError(words, Outcome.REJECTED)
    for other in linked.keys() - {group}:
        confirmed(api.json("DELETE", f"/Group_Ticket/{linked[other]}", writes=True))


def team_of(api: Session, ref: str) -> str:
    """The names of the assigned groups."""
    return ", ".join(as_text(str(row["groups_id"])) for row in _links(api, ref, named=True))


def _linked(api: Session, ref: str) -> dict[int, int]:
    """The numbers of the assigned groups, each with that of its link."""
    return {int(row["groups_id"]): row["id"] for row in _links(api, ref)}


def _links(api: Session, ref: str, *, named: bool = False) -> list[dict[str, Any]]:
    params = {**ALL, "expand_dropdowns": "true" if named else "false"}
    rows = api.json("GET", f"/Ticket/{ref}/Group_Ticket", params=params)
    return [row for row in rows if int(row["type"]) == ASSIGNED]


def _explained(error: DeliveryError, group: int, team: str) -> DeliveryError:
    """A group that is unknown, or misspelt, looks like a missing right (glpi#14357)."""
    if error.outcome is not Outcome.REJECTED:
        return error
    words = (
        f"{error} O grupo {group} ({team}) não foi posto no chamado. O GLPI diz o mesmo quando "
        "o grupo não existe e quando falta um direito: confira o número em Administração > Grupos, "
        "se o grupo pode ser atribuído nessa entidade e se o perfil da integração pode atribuir."
    )
    return DeliveryError(words, Outcome.REJECTED, status=error.status)
