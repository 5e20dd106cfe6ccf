"""The commands: one file each, loaded only when it is called."""

import importlib

import click

import guiche
from guiche.cli import FAILED, INTERRUPTED
from guiche.cli.portuguese import Group, sentence

# name -> (module, one line of help): literal, so that `--help` and completion import nothing.
COMMANDS = {
    "inspect": ("guiche.cli.inspect", "Lê certificados e diz se trazem a matrícula CEI."),
    "audit": ("guiche.cli.audit", "Lê uma carteira inteira de certificados para uma tabela."),
    "audit-diff": ("guiche.cli.audit_diff", "Diz o que mudou entre duas auditorias."),
    "sources": ("guiche.cli.sources", "Mostra de onde se lê, na máquina de quem, e o que falta."),
    "trust": ("guiche.cli.trust", "Mostra e atualiza as raízes e autoridades da ICP-Brasil."),
    "ticket": ("guiche.cli.ticket", "Abre, mostra e muda chamados de um Guichê, pela API."),
    "up": ("guiche.cli.up", "Sobe o Guichê inteiro nesta máquina: banco, páginas e tarefas."),
    "web": ("guiche.cli.web", "Serve as páginas."),
    "acceptor": ("guiche.cli.acceptor", "Recebe o certificado do navegador do cliente."),
    "worker": ("guiche.cli.worker", "Entrega aos outros sistemas, vigia os prazos, envia e-mails."),
    "deliveries": ("guiche.cli.deliveries", "Mostra, repete e dispensa envios a outros sistemas."),
    "connections": ("guiche.cli.connections", "Mostra e confere as integrações."),
    "procedures": ("guiche.cli.procedures", "Confere, lista, mostra e começa procedimentos."),
    "double": (
        "guiche.cli.double",
        "Sobe um sistema de mentira, para experimentar uma integração.",
    ),
    "history": ("guiche.cli.history", "Confere o histórico dos chamados."),
    "backup": ("guiche.cli.backup", "Copia o banco SQLite, com o Guichê no ar."),
    "restore": ("guiche.cli.restore", "Põe uma cópia no lugar do banco SQLite."),
    "manage": ("guiche.cli.manage", "Comandos de administração do banco e das contas."),
}


class LazyGroup(Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands, without importing one."""
        with formatter.section("Comandos"):
            formatter.write_dl([(name, help_line) for name, (_, help_line) in COMMANDS.items()])


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="COMANDO [ARGUMENTOS]...",
)
@click.version_option(guiche.__version__, message="guiche %(version)s", help="Mostra a versão.")
def group() -> None:
    """Guichê: do certificado ao número de protocolo."""


def run() -> int:
    """Carries out what the command line says; the exit status."""
    try:
        return group.main(prog_name="guiche", standalone_mode=False) or 0
    except click.exceptions.Abort:
        click.echo("Interrompido.", err=True)
        return INTERRUPTED
    except click.ClickException as error:
        click.echo(sentence(error), err=True)
        return FAILED
