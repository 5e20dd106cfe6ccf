"""Where Firefox, Thunderbird, Chrome and Chromium keep their NSS databases.

Firefox: support.mozilla.org, "Profiles"; since 147 also the folders of the XDG specification.
Chromium, on Linux alone: docs/linux/cert_management.md of its source; elsewhere it uses the store
of the system.
"""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

DATABASE, OLD_DATABASE = "cert9.db", "cert8.db"

_Places = tuple[tuple[str, str], ...]

# A folder with profiles in it.
_MOZILLA: dict[str, _Places] = {
    "linux": (
        ("Firefox", "{home}/.mozilla/firefox"),
        ("Firefox", "{config}/mozilla/firefox"),
        ("Firefox (snap)", "{home}/snap/firefox/common/.mozilla/firefox"),
        ("Firefox (flatpak)", "{home}/.var/app/org.mozilla.firefox/.mozilla/firefox"),
        ("Firefox (flatpak)", "{home}/.var/app/org.mozilla.firefox/config/mozilla/firefox"),
        ("Thunderbird", "{home}/.thunderbird"),
        ("Thunderbird (snap)", "{home}/snap/thunderbird/common/.thunderbird"),
        ("Thunderbird (flatpak)", "{home}/.var/app/org.mozilla.Thunderbird/.thunderbird"),
    ),
    "darwin": (
        ("Firefox", "{home}/Library/Application Support/Firefox"),
        ("Thunderbird", "{home}/Library/Thunderbird"),
    ),
    "win32": (
        ("Firefox", "{roaming}/Mozilla/Firefox"),
        (
            "Firefox (Microsoft Store)",
            "{local}/Packages/Mozilla.Firefox_n80bbvh6b1yt2/LocalCache/Roaming/Mozilla/Firefox",
        ),
        ("Thunderbird", "{roaming}/Thunderbird"),
    ),
}
# A folder that is one profile.
_CHROMIUM: dict[str, _Places] = {
    "linux": (
        ("Chrome e Chromium", "{home}/.pki/nssdb"),
        ("Chrome e Chromium", "{data}/pki/nssdb"),
        ("Chromium (snap)", "{home}/snap/chromium/current/.pki/nssdb"),
        ("Chromium (flatpak)", "{home}/.var/app/org.chromium.Chromium/.pki/nssdb"),
        ("Chrome (flatpak)", "{home}/.var/app/com.google.Chrome/.pki/nssdb"),
    ),
}


class Profile(NamedTuple):
    """A folder with a database of certificates, of the new or of the old format."""

    name: str
    folder: Path

    @property
    def is_old(self) -> bool:
        """Whether there is none but the old one."""
        return not _may_be_there(self.folder / DATABASE)


def profiles(home: Path, environ: Mapping[str, str], system: str) -> list[Profile]:
    """Those of one user, in a stable order; `system` is `sys.platform`."""
    bases = {
        "home": home,
        "config": environ.get("XDG_CONFIG_HOME") or home / ".config",
        "data": environ.get("XDG_DATA_HOME") or home / ".local/share",
        "roaming": environ.get("APPDATA") or home / "AppData/Roaming",
        "local": environ.get("LOCALAPPDATA") or home / "AppData/Local",
    }
    layout = system if system in _MOZILLA else "linux"
    known: dict[str, Profile] = {}
    for program, place in _MOZILLA[layout]:
        for profile in _of_mozilla(program, Path(place.format(**bases))):
            known.setdefault(os.path.realpath(profile.folder), profile)
    for program, place in _CHROMIUM.get(layout, ()):
        folder = Path(place.format(**bases))
        if _holds_database(folder):
            known.setdefault(os.path.realpath(folder), Profile(program, folder))
    return list(known.values())


def _of_mozilla(program: str, root: Path) -> Iterator[Profile]:
    """What `profiles.ini` names, and the folders that it does not name any more, or not yet."""
    names = _names(root)
    folders = {*names, *(path for way in ("*", "Profiles/*") for path in root.glob(way))}
    for folder in sorted(folders):
        if _holds_database(folder):
            yield Profile(f"{program}: {names.get(folder, folder.name)}", folder)


def _holds_database(folder: Path) -> bool:
    return _may_be_there(folder / DATABASE) or _may_be_there(folder / OLD_DATABASE)


def _may_be_there(path: Path) -> bool:
    """Also where we may not look: the reading then says so."""
    try:
        path.stat()
    except PermissionError:
        return True
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return False
    return True


def _names(root: Path) -> dict[Path, str]:
    """The profiles of `profiles.ini` by their folders; none where it cannot be read."""
    import configparser

    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read(root / "profiles.ini", "utf-8-sig")
    except (configparser.Error, OSError, ValueError):
        return {}
    return {
        root / section["Path"]: section["Name"]  # an absolute path stands by itself
        for section in parser.values()
        if section.name.startswith("Profile") and "Path" in section and "Name" in section
    }
