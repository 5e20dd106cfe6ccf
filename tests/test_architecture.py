"""The import rule of docs/architecture.md, checked on the source itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from guiche.sources.catalogue import STORES

PACKAGE = Path(__file__).parent.parent / "src" / "guiche"
# Each layer may import itself and what stands left of it.
LAYERS = ["icpbrasil", "sources", "trust", "portfolio", "desk", "cli"]
CATCH_ALL_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "services",
    "manager",
    "managers",
    "common",
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imported_modules(path: Path) -> Iterator[str]:
    package = ["guiche", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *([node.module] if node.module else [])])
            yield stem
            yield from (f"{stem}.{alias.name}" for alias in node.names)


def layer_of(module: str) -> int | None:
    parts = module.split(".")
    return (
        LAYERS.index(parts[1])
        if parts[0] == "guiche" and parts[1:2] and parts[1] in LAYERS
        else None
    )


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_only_leftwards(path: Path) -> None:
    own = layer_of(".".join(["guiche", *path.relative_to(PACKAGE).with_suffix("").parts]))
    if own is None:
        return
    for module in imported_modules(path):
        other = layer_of(module)
        assert other is None or other <= own, f"{LAYERS[own]} may not import {module}"


def test_the_library_reads_without_django() -> None:
    for layer in ("icpbrasil", "sources"):
        for path in (PACKAGE / layer).rglob("*.py"):
            assert not any(m.split(".")[0] == "django" for m in imported_modules(path)), path


def test_tickets_know_neither_connectors_nor_pages() -> None:
    for path in (PACKAGE / "desk" / "tickets").rglob("*.py"):
        for module in imported_modules(path):
            assert not module.startswith(("guiche.desk.connectors", "guiche.desk.pages")), path


def test_the_desk_never_reads_what_its_own_machine_keeps() -> None:
    """Certificates of the server, or of the technician's machine, are never the customer's."""
    own = {f"guiche.sources.{name}" for name in ("stores", *STORES)}
    for path in (PACKAGE / "desk").rglob("*.py"):
        assert not own & set(imported_modules(path)), path


def test_no_catch_all_names() -> None:
    names = {part for path in modules() for part in path.relative_to(PACKAGE).with_suffix("").parts}
    assert not names & CATCH_ALL_NAMES
