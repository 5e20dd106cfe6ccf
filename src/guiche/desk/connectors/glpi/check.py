"""Whether a GLPI is set up right: login, rights, and every number of the settings."""

from collections.abc import Iterator, Mapping

from guiche.desk.connectors.connector import Check, DeliveryError
from guiche.desk.connectors.glpi.session import Session
from guiche.desk.connectors.glpi.settings import GlpiSettings

RIGHTS = {2: "alterar chamados", 4: "criar chamados", 1024: "ver todos os chamados",
          8192: "atribuir chamados"}  # fmt: skip
"""Bits of the right `ticket` of a profile."""


def checked(api: Session, settings: GlpiSettings) -> Iterator[Check]:
    """What was tried, in order; nothing more where the login was refused."""
    try:
        profile = api.json("GET", "/getActiveProfile")["active_profile"]
    except DeliveryError as error:
        yield Check("Entrar no GLPI", ok=False, words=str(error))
        return
    yield Check("Entrar no GLPI", ok=True)
    held = int(profile.get("ticket") or 0)
    missing = [name for right, name in RIGHTS.items() if not held & right]
    words = f"O perfil {profile.get('name')} não pode: {', '.join(missing)}." if missing else ""
    yield Check("Direitos do perfil", ok=not missing, words=words)
    for label, path in _numbers(settings):
        yield _known(api, label, path, {})
    if settings.keep_key:
        params = {"searchText[externalid]": "G", "range": "0-0"}
        yield _known(api, "Campo externalid", "Ticket", params)


def _numbers(settings: GlpiSettings) -> Iterator[tuple[str, str]]:
    yield "Entidade", f"Entity/{settings.entity}"
    for name, number in settings.categories.items():
        yield f"Categoria {name}", f"ITILCategory/{number}"
    for name, number in settings.teams.items():
        yield f"Grupo {name}", f"Group/{number}"
    if settings.source:
        yield "Origem", f"RequestType/{settings.source}"
    if settings.requester:
        yield "Requerente", f"User/{settings.requester}"


def _known(api: Session, label: str, path: str, params: Mapping[str, str]) -> Check:
    try:
        api.json("GET", f"/{path}", params=params)
    except DeliveryError as error:
        return Check(label, ok=False, words=f"{path}: {error}")
    return Check(label, ok=True)
