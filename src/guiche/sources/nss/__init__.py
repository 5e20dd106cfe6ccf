"""The certificates of Firefox, Thunderbird, Chrome and Chromium: NSS databases of this user.

Passwords of profiles are never asked for: certificates do not need them.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from guiche.sources.errors import MissingError, OldStoreError, SourceError
from guiche.sources.found import Reading, Source, printable
from guiche.sources.missing import Missing
from guiche.sources.nss.profiles import Profile, profiles
from guiche.sources.store import Stored, reading

KIND = "nss"

_NO_PROFILE = Missing("um perfil de Firefox ou Chrome com certificados, neste usuário")
_NONE = "Nenhum perfil de Firefox ou Chrome deste usuário tem certificado de pessoa ou empresa."
_OLD = (
    "cert8.db",
    "Abra o perfil em um Firefox 58 ou mais novo, ou exporte o certificado em .cer.",
)


def missing() -> Missing | None:
    """What this user lacks to read from here."""
    return None if _profiles() else _NO_PROFILE


def read() -> Reading:
    """All certificates of all profiles of this user; a profile that fails is one of the errors.

    Raises `MissingError` without any profile, `NoCertificateError` where none has one, and
    the first error where nothing else was found.
    """
    found = _profiles()
    if not found:
        raise MissingError(_NO_PROFILE).at(Source("Firefox e Chrome", KIND, 0))
    return reading((each for profile in found for each in _of(profile)), KIND, _NONE)


def _profiles() -> list[Profile]:
    try:
        home = Path.home()
    except RuntimeError:  # a service without a home
        return []
    return profiles(home, os.environ, sys.platform)


def _of(profile: Profile) -> Iterator[Stored | SourceError]:
    from guiche.sources.nss import database

    try:
        if profile.is_old:
            raise OldStoreError(*_OLD)
        for stored in database.certificates(profile.folder):
            name = "/".join(filter(None, (profile.name, stored.name)))
            yield Stored(name, stored.der)
    except SourceError as error:
        yield error.at(Source(printable(profile.name), KIND, 0))
