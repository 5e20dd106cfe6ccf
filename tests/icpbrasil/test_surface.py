"""The public surface is what `__all__` says, and every finding code is documented."""

import guiche.icpbrasil
from guiche.icpbrasil.findings import CODES


def test_all_is_sorted_and_true() -> None:
    names = guiche.icpbrasil.__all__
    assert names == sorted(names)
    assert all(hasattr(guiche.icpbrasil, name) for name in names)


def test_codes_are_snake_case() -> None:
    assert all(code.replace("_", "").isalnum() and code == code.lower() for code in CODES)
