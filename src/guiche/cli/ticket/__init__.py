"""`guiche ticket`: opens, shows and moves the tickets of a desk, here or far away, by its API."""

import json
import sys
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from typing import IO, Any
from uuid import uuid4

import click

from guiche.cli.listing import json_option, show
from guiche.cli.portuguese import Command, Group
from guiche.cli.ticket.caller import Caller, Denied, caller

DONE, NOT_DONE = 0, 1
_STATES = ("forwarded", "waiting_customer", "returned", "resolved", "cancelled")
_RESULTS = ("spoke", "left_message", "no_answer", "busy", "voicemail", "wrong_number")

key_option = click.option(
    "--key",
    metavar="CHAVE",
    default="",
    help="Idempotency-Key: repetido com a mesma, o pedido não se faz de novo. Sem ela, uma nova.",
)
_number = click.argument(
    "number", metavar="PROTOCOLO", nargs=-1, required=True,
    # Its spaces need no quotes: it is typed as it is printed.
    callback=lambda _context, _parameter, parts: " ".join(parts),
)  # fmt: skip


@click.group("ticket", cls=Group, subcommand_metavar="COMANDO [ARGUMENTOS]...")
def command() -> None:
    """Chamados, pela API de um Guichê.

    O endereço vem de GUICHE_API_URL; o token, de GUICHE_API_TOKEN ou do arquivo que
    GUICHE_API_TOKEN_FILE indica. Termina com 0 quando fez ou achou, 1 quando o Guichê recusou ou
    não há o que mostrar, 2 quando não chegou lá ou o comando está errado.
    """


@command.command("open", cls=Command)
@click.option("--procedure", metavar="NOME", help="Procedimento; sem ele, o do site.")
@click.option("--fact", "facts", metavar="CHAVE=RESPOSTA", multiple=True, help="Uma resposta.")
@click.option(
    "--facts", "file", metavar="ARQUIVO", type=click.File(encoding="utf-8"),
    help="As respostas, em um objeto JSON; - lê da entrada padrão.",
)  # fmt: skip
@click.option(
    "--certificate", metavar="ARQUIVO", type=click.File("rb"), help="O certificado do cliente."
)
@click.option(
    "--due", type=click.Choice(("term", "before", "after")), help="O prazo, se há escolha."
)
@key_option
@json_option
def open_(
    procedure: str | None,
    facts: tuple[str, ...],
    file: IO[str] | None,
    certificate: IO[bytes] | None,
    due: str | None,
    key: str,
    *,
    as_json: bool,
) -> None:
    """Abre um chamado. O que falta é dito, fato por fato, e nada é aberto."""
    sent: dict[str, Any] = {"facts": _facts(facts, file)}
    if procedure:
        sent["procedure"] = procedure
    if certificate:
        sent["certificate"] = b64encode(certificate.read()).decode()
    if due:
        sent["due"] = due
    _show([_asked(lambda api: api.post("/tickets", sent, key or str(uuid4())))], _opened, as_json)


@command.command("show", cls=Command)
@_number
@json_option
def show_(number: str, *, as_json: bool) -> None:
    """Mostra um chamado, com as respostas e o que dizer ao cliente."""
    _show([_asked(lambda api: api.get(f"/tickets/{_digits(number)}"))], _whole, as_json)


@command.command("list", cls=Command)
@click.option("--state", type=click.Choice(_STATES), multiple=True, help="Só os que estão assim.")
@click.option("--team", metavar="EQUIPE", help="Só os desta equipe.")
@click.option(
    "--limit", metavar="N", type=click.IntRange(1, 10_000), default=50, show_default=True,
    help="Quantos, no máximo.",
)  # fmt: skip
@json_option
def list_(state: tuple[str, ...], team: str | None, limit: int, *, as_json: bool) -> None:
    """Lista chamados, do mais novo ao mais antigo. Nomes saem abreviados."""
    query: dict[str, Any] = {"state": list(state), **({"team": team} if team else {})}
    _show(_asked(lambda api: list(api.all("/tickets", query, limit))), _line, as_json)


@command.command(
    "move", cls=Command, short_help="Muda um chamado, ou mostra as mudanças possíveis."
)
@click.argument("number", metavar="PROTOCOLO")
@click.argument("name", metavar="[MUDANÇA]", default="")
@click.option("--reason", metavar="MOTIVO", default="", help="Um dos motivos da mudança.")
@click.option("--note", metavar="TEXTO", default="", help="Anotação.")
@key_option
@json_option
def move(number: str, name: str, reason: str, note: str, key: str, *, as_json: bool) -> None:
    """Muda um chamado; sem dizer a mudança, mostra as possíveis e os motivos de cada uma."""
    path = f"/tickets/{_digits(number)}/moves"
    if not name:
        _show(_asked(lambda api: api.get(path)["items"]), _possible, as_json)
    sent = {"name": name, "reason": reason, "note": note}
    _show([_asked(lambda api: api.post(path, sent, key or str(uuid4())))], _event, as_json)


@command.command("attempt", cls=Command)
@_number
@click.option("--phone", metavar="TELEFONE", default="", help="Para onde se ligou.")
@click.option("--result", type=click.Choice(_RESULTS), required=True, help="O que deu.")
@click.option("--note", metavar="TEXTO", default="", help="Anotação.")
@click.option("--again", type=click.Choice(("30min", "1h", "2h", "amanha")), help="Quando tentar.")
@key_option
@json_option
def attempt(
    number: str, phone: str, result: str, note: str, again: str | None, key: str, *, as_json: bool
) -> None:
    """Registra uma ligação ao cliente."""
    sent = {"phone": phone, "result": result, "note": note, "again": again or ""}
    path = f"/tickets/{_digits(number)}/attempts"
    _show([_asked(lambda api: api.post(path, sent, key or str(uuid4())))], _attempt, as_json)


@command.command(
    "search", cls=Command, short_help="Busca por protocolo, nome, CPF, CNPJ, telefone ou e-mail."
)
@click.argument("text", metavar="TEXTO", default="-")
@json_option
def search(text: str, *, as_json: bool) -> None:
    """Busca por protocolo, nome, CPF, CNPJ, telefone ou e-mail; - lê da entrada padrão."""
    typed = sys.stdin.readline().strip() if text == "-" else text
    found = _asked(lambda api: api.post("/search", {"text": typed}))
    for doubt in found["doubts"]:
        click.echo(doubt, err=True)
    _show(found["items"], _line, as_json)


def _asked(ask: Callable[[Caller], Any]) -> Any:
    """What the desk answers; ends the command where it refuses, saying every reason."""
    with caller() as api:
        try:
            return ask(api)
        except Denied as denied:
            click.echo(str(denied), err=True)
            for key, words in denied.errors.items():
                click.echo(f"  {key}: {words}", err=True)
            sys.exit(NOT_DONE)


def _show(
    rows: Iterable[Mapping[str, Any]],
    told: Callable[[Mapping[str, Any]], str | list[str]],
    as_json: bool,
) -> None:
    count = show(((row, told(row)) for row in rows), as_json=as_json)
    sys.exit(DONE if count else NOT_DONE)


def _facts(typed: tuple[str, ...], file: IO[str] | None) -> dict[str, str]:
    facts: Any = {}
    if file:
        try:
            facts = json.load(file)
        except ValueError as error:
            raise click.UsageError("--facts não é um objeto JSON.") from error
    if not isinstance(facts, dict):
        raise click.UsageError("--facts não é um objeto JSON.")
    for each in typed:
        key, sign, answer = each.partition("=")
        if not sign:
            raise click.UsageError("--fact é CHAVE=RESPOSTA.")
        facts[key.strip()] = answer
    return facts


def _digits(number: str) -> str:
    """A protocol as people write it; what is no number never becomes another address."""
    digits = "".join(char for char in number if char.isdigit())
    if not digits:
        raise click.UsageError("PROTOCOLO são dez dígitos, como 482 170 365-7.")
    return digits


def _opened(ticket: Mapping[str, Any]) -> str:
    return f"{ticket['protocol']}  retorno {ticket['promise']['spoken']}  {ticket['team']}"


def _line(ticket: Mapping[str, Any]) -> str:
    return "  ".join((
        ticket["spoken"], ticket["state_label"], ticket["promise"]["state"], ticket["customer"],
        ticket["document"],
    ))  # fmt: skip


def _whole(ticket: Mapping[str, Any]) -> list[str]:
    facts = [line for key, text in ticket["shown"].items() for line in _fact(key, text)]
    say = ["", *ticket["say"].splitlines()] if ticket["say"] else []
    return [_line(ticket), *facts, *say]


def _fact(key: str, text: str) -> list[str]:
    """Further lines of an answer stand deeper, so that none is taken for another answer."""
    first, *further = text.splitlines() or [""]
    return [f"  {key}: {first}", *(f"      {line}" for line in further)]


def _possible(move: Mapping[str, Any]) -> list[str]:
    return [f"{move['name']}  {move['label']}", *(f"    {reason}" for reason in move["reasons"])]


def _event(event: Mapping[str, Any]) -> str:
    return f"{event['label']}. {event['text']}".strip()


def _attempt(made: Mapping[str, Any]) -> str:
    return f"{made['phone']}  {made['label']}".strip()
