"""What a case is made of. A case states its deviation and its verdict; the kind gives the rest."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from certificates import CEI, Certificate


class Verdict(NamedTuple):
    status: str
    reason: str
    number: str = ""


def present(number: str = CEI) -> Verdict:
    return Verdict("present", "ok", number)


def doubtful(reason: str, number: str = "") -> Verdict:
    return Verdict("doubtful", reason, number)


def blank(reason: str) -> Verdict:
    return Verdict("blank", reason)


MISSING = Verdict("absent", "missing_in_legacy_profile")
OPTIONAL = Verdict("absent", "optional_in_profile")
NO_FIELD = Verdict("not_applicable", "profile_without_field")
AUTHORITY = Verdict("not_applicable", "ca")
OUTSIDE = Verdict("not_applicable", "not_icp_brasil")
UNREADABLE = Verdict("unreadable", "malformed")


class Kind(NamedTuple):
    """`icp_brasil` None: the policies could not be read, so nobody knows."""

    profile: str
    certificate_type: str = ""
    icp_brasil: bool | None = True


E_CNPJ, E_CPF, PF = Kind("e-cnpj", "A1"), Kind("e-cpf", "A3"), Kind("pf", "A3")
EQUIPMENT, CA, OTHER = Kind("equipment", "A1"), Kind("ca"), Kind("other", "", icp_brasil=False)
UNKNOWN = Kind("", "", icp_brasil=None)

Facts = Mapping[str, str]


@dataclass(frozen=True)
class Vector:
    """`findings` is the whole set; of the people and fields only what the case is about is said.

    An empty text stands for "not informed".
    """

    certificate: Certificate | bytes
    kind: Kind
    verdict: Verdict
    findings: tuple[str, ...] = ()
    holder: Facts = field(default_factory=dict)
    responsible: Facts = field(default_factory=dict)
    fields: Facts = field(default_factory=dict)

    @property
    def der(self) -> bytes:
        made = self.certificate
        return made if isinstance(made, bytes) else made.der()


Case = Callable[[], Vector]


class Theme:
    """Cases of one kind of oddity; used as the decorator that adds one."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.cases: list[Case] = []

    def __call__(self, case: Case) -> Case:
        self.cases.append(case)
        return case

    def __iter__(self) -> Iterator[tuple[str, str, str, Vector]]:
        """Name, title and reason (the docstring's first line and the rest) and the vector."""
        for case in self.cases:
            title, _, why = inspect.cleandoc(case.__doc__ or "").partition("\n")
            yield case.__name__, title.removesuffix("."), why.strip(), case()
