"""The authorities kept on this machine: every bundle imported, and which ones are used."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from guiche.icpbrasil.validity import day
from guiche.sources import pem
from guiche.trust.anchors import Anchors
from guiche.trust.bundle import Bundle, BundleError
from guiche.trust.roots import ROOTS, Pins

_AUTHORITIES, _ORIGIN = "authorities.pem", "origin.json"
OLD = 90
"""Days after which a look for news is advised: authorities come every few months."""


def folder_of(environ: Mapping[str, str]) -> Path:
    """`GUICHE_TRUST`; else `trust` in `GUICHE_DATA`; else the user's own folder of the system."""
    if own := environ.get("GUICHE_TRUST"):
        return Path(own).absolute()
    if data := environ.get("GUICHE_DATA"):
        return Path(data).absolute() / "trust"
    if sys.platform == "win32":
        base = Path(environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "guiche" / "trust"


class Version(NamedTuple):
    """One bundle as it was imported; `name` is its file's, `source` where it came from.

    `imported` is the last time that it was found to be the current one.
    """

    name: str
    sha512: str
    source: str
    imported: datetime
    authorities: int
    left_out: int
    unreadable: int

    def age(self, now: datetime) -> int:
        """Whole days since."""
        return max(0, (now - self.imported).days)


class Shelf:
    """A folder of versions. An import adds one and takes none away."""

    def __init__(self, folder: Path, pins: Pins = ROOTS) -> None:
        self.folder = folder
        self.pins = pins

    def versions(self) -> list[Version]:
        """All that were imported, newest first; a damaged one is passed over."""
        found = [version for _, version in self._kept()]
        return sorted(found, key=lambda version: version.imported, reverse=True)

    def used(self) -> list[Version]:
        """The newest of each name; earlier ones are only kept."""
        return list({version.name: version for version in reversed(self.versions())}.values())

    def take(self, bundle: Bundle, source: str, now: datetime) -> Version:
        """Keeps what of a bundle chains to a pinned root. Raises `BundleError`, `OSError`.

        The new version is there whole or not at all.
        """
        try:
            anchors = Anchors(bundle.ders, self.pins)
        except ValueError as error:
            raise BundleError(f"{bundle.name}: {error}. Não é um pacote do ITI.") from error
        if not len(anchors):
            raise BundleError(
                f"{bundle.name}: nenhum certificado leva a uma raiz reconhecida da ICP-Brasil. "
                "Confira se é o pacote do ITI."
            )
        unreadable = bundle.unreadable + anchors.unreadable
        left_out = len(anchors.left_out)
        version = Version(
            bundle.name, bundle.sha512, source, now, len(anchors), left_out, unreadable
        )
        self._write(version, (link.der for link in anchors))
        return version

    def anchors(self) -> Anchors:
        """The authorities of the versions used; without any, those that come with the product.

        Everything is proven anew: the folder is not what is trusted, the pinned roots are.
        """
        used = {(version.name, version.sha512) for version in self.used()}
        ders = [
            der
            for folder, version in self._kept()
            if (version.name, version.sha512) in used
            for der in _certificates(folder / _AUTHORITIES)
        ]
        return Anchors(ders or start(), self.pins)

    def _kept(self) -> Iterator[tuple[Path, Version]]:
        try:
            folders = sorted(path for path in self.folder.iterdir() if (path / _ORIGIN).is_file())
        except OSError:
            return
        for folder in folders:
            try:
                data = json.loads((folder / _ORIGIN).read_text("utf-8"))
                data["imported"] = datetime.fromisoformat(data["imported"])
                yield folder, Version(**data)
            except (OSError, ValueError, TypeError, KeyError):
                continue

    def _write(self, version: Version, ders: Iterable[bytes]) -> None:
        from ssl import DER_cert_to_PEM_cert

        self.folder.mkdir(parents=True, exist_ok=True)
        stem = "".join(c if c.isalnum() else "-" for c in version.name.removesuffix(".zip"))
        target = self.folder / f"{stem}-{version.sha512[:16]}"
        new = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder))
        try:
            (new / _AUTHORITIES).write_text("".join(map(DER_cert_to_PEM_cert, ders)), "ascii")
            data = version._asdict() | {"imported": version.imported.isoformat()}
            (new / _ORIGIN).write_text(json.dumps(data, ensure_ascii=False, indent=1), "utf-8")
            new.chmod(0o755)
            if target.is_dir():
                # The same bundle again: only the day changes.
                os.replace(new / _ORIGIN, target / _ORIGIN)  # noqa: PTH105
            else:
                new.rename(target)
        finally:
            shutil.rmtree(new, ignore_errors=True)


def start() -> list[bytes]:
    """The certificates of certifi-icpbr: old, with about half of the authorities that real
    certificates need, and with the roots of others beside, which no pinned root vouches for."""
    try:
        import certifi_icpbr
    except ImportError:
        return []
    return _certificates(Path(certifi_icpbr.where()))


def _certificates(path: Path) -> list[bytes]:
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError):
        return []
    return [block.decode() for block in pem.blocks(text)]


class Known(NamedTuple):
    """What is known on this machine, for a person or a program to see."""

    anchors: Anchors
    versions: tuple[Version, ...]
    used: tuple[Version, ...]
    now: datetime

    @classmethod
    def of(cls, shelf: Shelf, now: datetime) -> "Known":
        """What a shelf has at a moment."""
        return cls(shelf.anchors(), tuple(shelf.versions()), tuple(shelf.used()), now)

    @property
    def expired(self) -> int:
        """Authorities that are over."""
        ends = (link.certificate.not_after for link in self.anchors)
        return sum(1 for end in ends if end and end < self.now)

    @property
    def newest(self) -> datetime | None:
        """The start of the youngest authority: how far the knowledge reaches, whoever imported."""
        starts = [link.certificate.not_before for link in self.anchors]
        return max((moment for moment in starts if moment), default=None)

    def to_dict(self) -> dict[str, object]:
        """For `guiche trust status --json`."""
        there = {link.sha256 for link in self.anchors.roots}
        return {
            "source": "imported" if self.used else "certifi-icpbr" if there else None,
            "authorities": len(self.anchors),
            "expired": self.expired,
            "newest": self.newest and self.newest.isoformat().replace("+00:00", "Z"),
            "age_days": min((version.age(self.now) for version in self.used), default=None),
            "roots": [
                {"name": root.name, "sha256": sha256, "known": sha256 in there}
                for sha256, root in self.anchors.pins.items()
            ],
            "versions": [
                version._asdict()
                | {
                    "imported": version.imported.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                    "age_days": version.age(self.now),
                    "used": version in self.used,
                }
                for version in self.versions
            ],
        }

    def lines(self) -> Iterator[str]:
        """For people, the answer first and the next step last."""
        if not len(self.anchors):
            yield "Nenhuma raiz da ICP-Brasil: a cadeia não pode ser conferida."
            yield "Instale com guiche trust update."
            return
        there = {link.sha256 for link in self.anchors.roots}
        names = [root.name for sha256, root in self.anchors.pins.items() if sha256 in there]
        lacking = [root.name for sha256, root in self.anchors.pins.items() if sha256 not in there]
        yield f"{len(self.anchors)} autoridades da ICP-Brasil, {self.expired} delas vencidas."
        yield f"Raízes: {', '.join(names)}."
        if lacking:
            yield f"Sem a raiz: {', '.join(lacking)}."
        if self.newest:
            yield f"A mais nova é de {day(self.newest)}."
        for version in self.versions:
            role = "em uso" if version in self.used else "guardada"
            yield (
                f"{version.name}, importado em {day(version.imported)} "
                f"(há {version.age(self.now)} dias), {role}: {version.authorities} autoridades, "
                f"{version.left_out} deixadas de fora."
            )
        if not self.used:
            yield "Só o que vem com o Guichê (2023). Atualize com guiche trust update."
        elif all(version.age(self.now) > OLD for version in self.used):
            yield f"Tem mais de {OLD} dias. Atualize com guiche trust update."
