"""What is set up for a desk over HTTP: its address, its login, and a text for each operation."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from guiche.desk.connectors.generic.format import Format
from guiche.desk.connectors.generic.operation import Operation, is_header
from guiche.desk.connectors.generic.place import Place
from guiche.desk.connectors.generic.rules import PLACEHOLDERS
from guiche.desk.connectors.generic.template import Template
from guiche.desk.connectors.settings import Settings, setting

_LONGEST_TIMEOUT = 90
_CALL = "A chamada, uma linha vazia, o corpo, uma linha vazia e HTTP com o que a resposta diz."


@dataclass(frozen=True, kw_only=True)
class HttpSettings(Settings):
    """Each `..._call` is a text as `Operation` reads it; one that is empty is not there."""

    base: str = setting("Endereço", kind="url", help="O começo comum de todas as chamadas.")
    login_header: str = setting("Cabeçalho da senha", default="Authorization")
    login: str = setting(
        "Valor do cabeçalho da senha", kind="secret", default="",
        help="Inteiro, como: Bearer a1b2c3. Nunca vai no endereço.",
    )  # fmt: skip
    headers: Mapping[str, str] = setting("Outros cabeçalhos", kind="table", default={})
    timeout: int = setting("Espera pela resposta, em segundos", kind="number", default=60)
    create_call: str = setting("Abrir chamado", kind="text", help=_CALL)
    find_call: str = setting("Procurar pelo nosso código", kind="text", default="", help=_CALL)
    note_call: str = setting("Anotar", kind="text", default="", help=_CALL)
    forward_call: str = setting("Encaminhar", kind="text", default="", help=_CALL)
    close_call: str = setting("Encerrar", kind="text", default="", help=_CALL)
    read_call: str = setting("Ler a situação", kind="text", default="", help=_CALL)
    check_call: str = setting(
        "Conferir", kind="text", default="", help="Uma chamada que não grava nada."
    )
    words: str = setting("Onde está a mensagem de erro", default="", help="Como: json /message")
    teams: Mapping[str, str] = setting("Equipes", kind="table", default={}, names="team")
    link: str = setting(
        "Página do chamado", default="", help="Como: https://desk.exemplo.com.br/chamado/{ref}"
    )

    def operations(self) -> Mapping[str, Operation]:
        """The operations that are set up, by the name of the method that makes them."""
        texts = {name: getattr(self, f"{name}_call") for name in PLACEHOLDERS}
        return {name: Operation.read(name, text) for name, text in texts.items() if text.strip()}

    @property
    def error_place(self) -> Place | None:
        """Where the desk says why it refused."""
        return Place.read(self.words) if self.words else None

    def page(self, ref: str, number: str) -> str:
        """The address of a ticket's page; "" where none is set up."""
        if not self.link:
            return ""
        origin, path = _parted(self.link)
        try:
            return origin + _path(path).filled({"ref": ref, "number": number})
        except ValueError:
            return ""

    def crossed(self) -> Mapping[str, str]:
        """Every text that cannot be used, and why."""
        problems = _tried({
            **{f"{name}_call": self._reading(name) for name in PLACEHOLDERS},
            "words": lambda: self.error_place,
            "link": lambda: self.link and _path(_parted(self.link)[1]),
        })  # fmt: skip
        if not 0 < self.timeout <= _LONGEST_TIMEOUT:
            problems["timeout"] = f"use de 1 a {_LONGEST_TIMEOUT} segundos."
        if not is_header(self.login_header, self.login):
            problems["login_header"] = "nome ou valor não servem como cabeçalho HTTP."
        if wrong := [name for name, value in self.headers.items() if not is_header(name, value)]:
            problems["headers"] = f"não serve como cabeçalho HTTP: {', '.join(wrong)}."
        return problems

    def _reading(self, name: str) -> Callable[[], object]:
        text: str = getattr(self, f"{name}_call")
        return lambda: text.strip() and Operation.read(name, text)


def _tried(attempts: Mapping[str, Callable[[], object]]) -> dict[str, str]:
    problems = {}
    for key, attempt in attempts.items():
        try:
            attempt()
        except ValueError as error:
            problems[key] = str(error)
    return problems


def _parted(link: str) -> tuple[str, str]:
    found = re.fullmatch(r"(https?://[^/?#{}\s]+)(/[^#]*)", link)
    if not found:
        raise ValueError("comece com https:// e o nome do servidor.")
    return found[1], found[2]


def _path(text: str) -> Template:
    return Template.read(text, Format.PATH, {"ref", "number"})
