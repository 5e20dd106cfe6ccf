"""Where procedures stand: the shipped ones, and the site's folder, whose files go before them."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from guiche.desk.procedures.procedure import Procedure
from guiche.desk.procedures.table import ProcedureError

SHIPPED = Path(__file__).parent / "shipped"


def files(site: str | None = None) -> dict[str, Path]:
    """The file of each slug. `site` is the site's folder, "" for none; without it, and only then,
    the settings are asked."""
    folders = _folders(settings.PROCEDURES_FOLDER if site is None else site)
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}


def _folders(site: str) -> list[Path]:
    if not site:
        return [SHIPPED]
    if not Path(site).is_dir():
        raise ProcedureError("GUICHE_PROCEDURES", "", f"a pasta {site} não existe; crie-a.")
    return [SHIPPED, Path(site)]


def read(path: Path) -> tuple[Procedure, str]:
    """The procedure of a file and its text, or a `ProcedureError`."""
    try:
        content = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ProcedureError(str(path), "", f"não consegui ler o arquivo: {error}.") from error
    return _read(content, path), content


# Every call begins with the text of a file, and the text seldom changes.
@lru_cache(maxsize=64)
def _read(content: str, path: Path) -> Procedure:
    procedure = Procedure.read(content, str(path))
    if procedure.slug != path.stem:
        raise ProcedureError(
            str(path), "slug", f"é “{procedure.slug}”; precisa ser o nome do arquivo."
        )
    return procedure


def find(slug: str, site: str | None = None) -> tuple[Procedure, str]:
    """The procedure of that slug and its text, or a `ProcedureError`; `site` as of `files`."""
    known = files(site)
    if slug not in known:
        raise ProcedureError(
            f"{slug}.toml", "", f"não há este procedimento; use {', '.join(sorted(known))}."
        )
    return read(known[slug])
