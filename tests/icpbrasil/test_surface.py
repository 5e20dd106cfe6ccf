"""The public surface is what `__all__` says, and every finding code is documented."""

from dataclasses import replace
from datetime import UTC, datetime

import guiche.icpbrasil
from certificates import e_cnpj
from guiche.icpbrasil import inspect
from guiche.icpbrasil.findings import CODES
from guiche.icpbrasil.validity import day

AT = datetime(2026, 11, 23, tzinfo=UTC)


def test_all_is_sorted_and_true() -> None:
    names = guiche.icpbrasil.__all__
    assert names == sorted(names)
    assert all(hasattr(guiche.icpbrasil, name) for name in names)


def test_codes_are_snake_case() -> None:
    assert all(code.replace("_", "").isalnum() and code == code.lower() for code in CODES)


def test_days_are_those_of_brasilia() -> None:
    made = replace(e_cnpj(), not_after=datetime(2026, 1, 1, 2, 59, 59, tzinfo=UTC))
    assert inspect(made.der(), at=AT).warning == "O certificado venceu em 31/12/2025."
    assert day(datetime(1, 1, 1, tzinfo=UTC)).startswith("01/01/")
