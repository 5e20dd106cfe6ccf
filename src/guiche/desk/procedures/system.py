"""“Precisa mesmo?”: what each system demands of the certificate, and what else would do."""

from dataclasses import dataclass
from datetime import date

from guiche.desk.procedures.table import Table

ACCEPTED = ("cei", "nis")


@dataclass(frozen=True)
class System:
    """One row of the table, sayable to the customer, with where it is written and when that was
    checked: what a system demands changes."""

    name: str
    demands: str
    accepts: tuple[str, ...]
    """Numbers of which any one in the certificate satisfies it; none: no number is known to."""
    alternatives: str
    source: str
    checked: date

    @classmethod
    def read(cls, table: Table) -> "System":
        """The system of one `[[systems]]`."""
        system = cls(
            name=table.text("name"),
            demands=table.text("demands"),
            accepts=table.texts("accepts", ACCEPTED),
            alternatives=table.text("alternatives", ""),
            source=table.text("source"),
            checked=table.day("checked"),
        )
        table.finish()
        return system

    @classmethod
    def read_all(cls, top: Table) -> tuple["System", ...]:
        """All rows, none of a name that is there before."""
        systems: dict[str, System] = {}
        for table in top.tables("systems", at_least=0):
            system = cls.read(table)
            if system.name in systems:
                raise table.error("name", f"“{system.name}” está repetido; deixe um só.")
            systems[system.name] = system
        return tuple(systems.values())
