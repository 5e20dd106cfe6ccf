"""Who the customer is, who speaks for them, how to reach them, and what they want."""

from collections.abc import Mapping
from dataclasses import dataclass

from guiche.desk.procedures.fact import Fact
from guiche.desk.procedures.table import Table


@dataclass(frozen=True)
class Customer:
    """Which facts say it (keys). `whose` are the owners of `phones`, in the same order; `wanted`
    is what the new certificate must carry, and `solution` what is proposed to who calls back."""

    document: str
    name: str
    email: str
    phones: tuple[str, ...]
    requester: str = ""
    relation: str = ""
    whose: tuple[str, ...] = ()
    hour: str = ""
    wanted: tuple[str, ...] = ()
    solution: str = ""

    @classmethod
    def read(cls, table: Table, facts: Mapping[str, Fact]) -> "Customer":
        """The `[customer]`, every key a fact of the right type."""

        def keys_of(*types: str) -> list[str]:
            return [key for key, fact in facts.items() if fact.type in types]

        phones = table.texts("phones", keys_of("phone"))
        if not phones:
            raise table.error("phones", "falta; diga pelo menos um telefone.")
        whose = table.texts("whose", keys_of("line", "name"))
        if whose and len(whose) != len(phones):
            raise table.error("whose", "precisa ter um dado para cada telefone, na mesma ordem.")
        customer = cls(
            document=table.one_of("document", keys_of("document")),
            name=table.one_of("name", keys_of("name")),
            email=table.one_of("email", keys_of("email")),
            phones=phones,
            requester=table.one_of("requester", keys_of("name"), ""),
            relation=table.one_of("relation", keys_of("choice"), ""),
            whose=whose,
            hour=table.one_of("hour", keys_of("choice", "line"), ""),
            wanted=table.texts("wanted", facts),
            solution=table.one_of("solution", keys_of("text"), ""),
        )
        table.finish()
        return customer
