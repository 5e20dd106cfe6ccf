"""Where the makers of tokens and cards put their PKCS#11 modules.

A path is a pattern, because versions and architectures change parts of it. The names on Windows are
those that the certification authorities of ICP-Brasil give; those on Linux and macOS come from
programs that look for them in these places. docs/operations.md says which of them were tested.
"""

import os
import sys
from collections.abc import Iterable
from glob import glob
from pathlib import Path
from typing import NamedTuple


class Middleware(NamedTuple):
    """One place of one module; `platform` as in `sys.platform`."""

    vendor: str
    platform: str
    path: str


_SYSTEM32 = r"%SystemRoot%\System32"

KNOWN = (
    Middleware("SafeNet eToken", "win32", rf"{_SYSTEM32}\eTPKCS11.dll"),
    Middleware("SafeSign (StarSign, Valid)", "win32", rf"{_SYSTEM32}\aetpkss1.dll"),
    Middleware("Watchdata", "win32", rf"{_SYSTEM32}\WDPKCS.dll"),
    Middleware("Watchdata", "win32", rf"{_SYSTEM32}\Watchdata\*\WDPKCS.dll"),
    Middleware("IDPrime", "win32", rf"{_SYSTEM32}\IDPrimePKCS11.dll"),
    Middleware("IDPrime", "win32", rf"{_SYSTEM32}\IDPrimePKCS1164.dll"),
    Middleware("ePass2003", "win32", rf"{_SYSTEM32}\eps2003csp11.dll"),
    Middleware("Oberthur/IDEMIA", "win32", rf"{_SYSTEM32}\OcsCryptoki.dll"),
    Middleware("SCR3310/Safeweb", "win32", rf"{_SYSTEM32}\cmP11.dll"),
    Middleware("OpenSC", "win32", rf"{_SYSTEM32}\opensc-pkcs11.dll"),
    Middleware("OpenSC", "win32", r"%ProgramFiles%\OpenSC Project\OpenSC\pkcs11\opensc-pkcs11.dll"),
    Middleware("SafeNet eToken", "linux", "/usr/lib*/libeTPkcs11.so"),
    Middleware("SafeNet eToken", "linux", "/usr/lib*/libeToken.so"),
    Middleware("SafeSign (StarSign, Valid)", "linux", "/usr/lib*/libaetpkss.so"),
    Middleware("SafeSign (StarSign, Valid)", "linux", "/usr/lib*/libaetpkss.so.3"),
    Middleware("Watchdata", "linux", "/usr/lib/watchdata/ICP/lib/libwdpkcs_icp.so"),
    Middleware("Watchdata", "linux", "/usr/lib*/libwdpkcs.so"),
    Middleware("IDPrime", "linux", "/usr/lib*/libIDPrimePKCS11.so"),
    Middleware("ePass2003", "linux", "/usr/lib*/libcastle.so.1.0.0"),
    Middleware("Oberthur/IDEMIA", "linux", "/usr/local/AWP/lib/libOcsCryptoki.so"),
    Middleware("OpenSC", "linux", "/usr/lib/*-linux-gnu*/opensc-pkcs11.so"),
    Middleware("OpenSC", "linux", "/usr/lib*/opensc-pkcs11.so"),
    Middleware("SafeNet eToken", "darwin", "/usr/local/lib/libeTPkcs11.dylib"),
    Middleware(
        "SafeSign (StarSign, Valid)", "darwin",
        "/Applications/tokenadmin.app/Contents/Frameworks/libaetpkss.dylib",
    ),
    Middleware("SafeSign (StarSign, Valid)", "darwin", "/usr/local/lib/libaetpkss.dylib"),
    Middleware("OpenSC", "darwin", "/Library/OpenSC/lib/opensc-pkcs11.so"),
    # All that the system has registered, in one; last, for what it shows was mostly read by then.
    Middleware("p11-kit", "linux", "/usr/lib/*-linux-gnu*/p11-kit-proxy.so"),
    Middleware("p11-kit", "linux", "/usr/lib*/p11-kit-proxy.so"),
)  # fmt: skip


def installed(known: Iterable[Middleware] = KNOWN, platform: str = sys.platform) -> list[Path]:
    """The modules that are on this machine, each file once, in the order of the table."""
    places = (os.path.expandvars(each.path) for each in known if each.platform == platform)
    files = (Path(file) for place in places for file in sorted(glob(place)))  # noqa: PTH207
    return list({file.resolve(): file for file in files}.values())
