"""click in Portuguese: headings of the help, and the sentences of usage errors."""

import click


class _Help(click.Command):
    """The help of one command, with Portuguese headings."""

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The usage line."""
        pieces = " ".join(self.collect_usage_pieces(ctx)).replace("[OPTIONS]", "[OPÇÕES]")
        formatter.write_usage(ctx.command_path, pieces, prefix="Uso: ")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The options, without arguments."""
        options = (p for p in self.get_params(ctx) if isinstance(p, click.Option))
        records = [record for p in options if (record := p.get_help_record(ctx))]
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

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of commands."""
        with formatter.section("Comandos"):
            formatter.write_dl([
                (name, each.get_short_help_str(80)) for name, each in self.commands.items()
            ])  # fmt: skip


def sentence(error: click.ClickException) -> str:
    """The error for a person, with what to do next."""
    match error:
        case click.exceptions.NoArgsIsHelpError():
            return error.message
        case click.UsageError():
            path = error.ctx.command_path if error.ctx else "guiche"
            return f"{_usage(error)} Veja {path} --help."
    return error.message


def _usage(error: click.UsageError) -> str:
    from guiche.sources.found import printable

    match error:
        case click.NoSuchOption(option_name=option):
            return f"A opção {printable(option)} não existe."
        case click.BadOptionUsage(option_name=option, message=message):
            needs = "não leva valor" if "does not take" in message else "precisa de um valor"
            return f"A opção {printable(option)} {needs}."
        case click.MissingParameter():
            return f"Falta informar {_named(error.param)}."
        case click.BadParameter(param=click.Parameter(type=click.IntRange() as numbers) as param):
            return f"{param.opts[0]} precisa ser um número de {numbers.min} a {numbers.max}."
        case click.BadParameter(param=click.Parameter(type=click.Choice() as choice) as param):
            return f"{param.opts[0]} precisa ser um destes: {', '.join(choice.choices)}."
        case click.UsageError(message=message):
            return _told_by_message(printable(message))


def _named(param: click.Parameter | None) -> str:
    if isinstance(param, click.Option):
        return param.opts[0]
    return param.human_readable_name if param else "um argumento"


def _told_by_message(message: str) -> str:
    """In Portuguese the errors that click tells apart by their English alone; ours as they are."""
    if message.startswith("No such command"):
        return "Esse comando não existe."
    if message.startswith("Missing command"):
        return "Falta informar o comando."
    if message.startswith("Got unexpected extra argument"):
        return f"Sobrou argumento: {message.partition('(')[2].removesuffix(')')}."
    return message
