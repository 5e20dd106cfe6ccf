"""click in Portuguese: headings of the help, and the sentences of usage errors."""

import click


class _Help(click.Command):
    """The help of one command, with Portuguese headings."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line."""
        pieces = " ".join(self.collect_usage_pieces(ctx))
        formatter.write_usage(ctx.command_path, pieces, prefix="Uso: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, without arguments."""
        records = [record for p in self.get_params(ctx) if (record := p.get_help_record(ctx))]
        if records:
            with formatter.section("Opções"):
                formatter.write_dl(records)

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """`-h`, `--help`."""
        option = super().get_help_option(ctx)
        if option:
            option.help = "Mostra esta ajuda."
        return option


class Command(_Help):
    """A command whose help is in Portuguese."""


class Group(_Help, click.Group):
    """A group whose help is in Portuguese."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, then the commands."""
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)


def sentence(error: click.ClickException) -> str:
    """The error for a person, with what to do next."""
    match error:
        case click.FileError():
            return f"Não consegui abrir {error.ui_filename}: {error.message}"
        case click.UsageError():
            path = error.ctx.command_path if error.ctx else "guiche"
            return f"{_usage(error)} Veja {path} --help."
    return error.message


def _usage(error: click.UsageError) -> str:
    match error:
        case click.NoSuchOption():
            return f"A opção {error.option_name} não existe."
        case click.BadOptionUsage():
            return f"A opção {error.option_name} precisa de um valor."
        case click.MissingParameter():
            name = error.param.human_readable_name if error.param else "um argumento"
            return f"Falta informar {name}."
        case click.UsageError(message=message) if "No such command" in message:
            return "Esse comando não existe."
    return error.message
