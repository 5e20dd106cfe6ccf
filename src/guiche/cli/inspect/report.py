"""What the command prints: lines for people, or NDJSON; and the exit status."""

import os
import sys
from typing import TYPE_CHECKING

import click

from guiche.cli.inspect.lines import lines
from guiche.icpbrasil import Inspection, Status
from guiche.sources import Found, Source, SourceError
from guiche.sources.found import printable

if TYPE_CHECKING:
    from guiche.trust import Trust

ALL_PRESENT, NOT_ALL_PRESENT, SOMETHING_UNREADABLE = 0, 1, 2


class Report:
    """Counts what was read; its subclasses print. Two beats one beats zero."""

    def __init__(self, expected: str | None) -> None:
        self.expected = expected
        self.skipped = 0
        self.exit_status = ALL_PRESENT
        self.counts: dict[str, int] = {}
        self.errors = 0

    def reading(self, found: Found, inspection: Inspection, trust: "Trust | None" = None) -> None:
        """Takes one reading."""
        enrolment = inspection.enrolment
        if enrolment.status is Status.UNREADABLE:
            self._at_least(SOMETHING_UNREADABLE)
        elif enrolment.status is not Status.PRESENT or self._differs(enrolment.number):
            self._at_least(NOT_ALL_PRESENT)
        self.counts[inspection.answer] = self.counts.get(inspection.answer, 0) + 1
        self.print_reading(found, inspection, trust)

    def error(self, error: SourceError) -> None:
        """Takes one source that gave no certificate."""
        self._at_least(SOMETHING_UNREADABLE)
        self.errors += 1
        self.print_error(error.source, error.code, error.message)

    def unlisted(self, error: OSError) -> None:
        """Takes a folder that could not be listed."""
        self._at_least(SOMETHING_UNREADABLE)
        self.errors += 1
        code = "no_permission" if isinstance(error, PermissionError) else "unreadable"
        message = "Não consegui abrir a pasta. Confira a permissão de leitura."
        self.print_error(Source(printable(str(error.filename)), "unknown", 0), code, message)

    def finish(self) -> None:
        """Says at the end what no single line says."""
        if self.skipped:
            click.echo(f"{self.skipped} arquivo(s) sem certificado, deixados de lado.", err=True)

    def print_reading(self, found: Found, inspection: Inspection, trust: "Trust | None") -> None:
        """Prints one reading."""
        raise NotImplementedError

    def print_error(self, source: Source, code: str, message: str) -> None:
        """Prints one error in one line."""
        raise NotImplementedError

    def _at_least(self, status: int) -> None:
        self.exit_status = max(self.exit_status, status)

    def _differs(self, number: str | None) -> bool:
        return self.expected is not None and number != self.expected


class JsonReport(Report):
    """One object a line on standard output, errors on the same stream."""

    def print_reading(self, found: Found, inspection: Inspection, trust: "Trust | None") -> None:
        """The public contract; with `--cei` also `expected`."""
        contract = found.contract(inspection)
        if trust is not None and found.der is not None:
            contract["trust"] = trust.to_dict()
        if self.expected is not None:
            matches = inspection.enrolment.number == self.expected
            contract["expected"] = {"number": self.expected, "matches": matches}
        self._print(contract)

    def print_error(self, source: Source, code: str, message: str) -> None:
        """The source and its error."""
        self._print({"source": source._asdict(), "error": {"code": code, "message": message}})

    def _print(self, data: dict[str, object]) -> None:
        from guiche.sources.line import line_of

        sys.stdout.buffer.write(line_of(data))
        sys.stdout.buffer.flush()


class LinesReport(Report):
    """Lines for people on standard output, errors on standard error."""

    def __init__(self, expected: str | None, *, verbose: bool) -> None:
        super().__init__(expected)
        self.verbose = verbose
        self.color = wants_colour()

    def print_reading(self, found: Found, inspection: Inspection, trust: "Trust | None") -> None:
        """The verdict and what explains it, after a blank line from the last one."""
        told = lines(
            inspection,
            found,
            verbose=self.verbose,
            expected=self.expected,
            trust=trust if found.der is not None else None,
        )
        text = "\n".join(map(str, told))
        if sum(self.counts.values()) > 1:
            text = "\n" + text
        # Named, because the progress bar stands in for it to keep its own line below the text.
        click.echo(text, file=sys.stdout, color=self.color)

    def print_error(self, source: Source, code: str, message: str) -> None:  # noqa: ARG002
        """The name and the sentence."""
        click.echo(printable(f"{source.name}: {message}"), file=sys.stderr)

    def finish(self) -> None:
        """Adds the counts of the answers where there was more than one."""
        super().finish()
        if sum(self.counts.values()) > 1:
            parts = [f"{answer}: {count}" for answer, count in sorted(self.counts.items())]
            if self.errors:
                parts.append(f"Com erro: {self.errors}")
            click.echo("\n" + " · ".join(parts), err=True)


def wants_colour() -> bool | None:
    """False and True where the environment says so (no-color.org), None to ask the terminal."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    if os.environ.get("FORCE_COLOR") or os.environ.get("CLICOLOR_FORCE"):
        return True
    return None
