r"""The store API of Windows (wincrypt.h), by ctypes: opened read-only, looked through, closed.

`ssl.enum_certificates` would do with less, but mixes the stores of user, machine and services in
one list, so that nobody knows whose a certificate is.
"""

import ctypes
from typing import Any

from guiche.sources.errors import NoPermissionError, StoreFailedError

LOCATIONS = {"CurrentUser": 0x1_0000, "LocalMachine": 0x2_0000}
"""CERT_SYSTEM_STORE_CURRENT_USER and CERT_SYSTEM_STORE_LOCAL_MACHINE."""

_PROVIDER = 10  # CERT_STORE_PROV_SYSTEM_W
_READ_ONLY, _EXISTING = 0x8000, 0x4000  # CERT_STORE_READONLY_FLAG, CERT_STORE_OPEN_EXISTING_FLAG
_NO_SUCH_STORE, _ACCESS_DENIED = 2, 5
# What ends an enumeration: ERROR_SUCCESS, ERROR_NO_MORE_FILES, CRYPT_E_NOT_FOUND.
_ENDS = {0, 18, 0x8009_2004}


class Context(ctypes.Structure):
    """CERT_CONTEXT."""

    _fields_ = (
        ("encoding", ctypes.c_uint32),
        ("encoded", ctypes.c_void_p),
        ("length", ctypes.c_uint32),
        ("info", ctypes.c_void_p),
        ("store", ctypes.c_void_p),
    )


def certificates(location: str) -> list[bytes]:
    """The DER of each certificate in the store `My` of one of the `LOCATIONS`.

    Raises `NoPermissionError`, `StoreFailedError`.
    """
    library = _library()
    flags = LOCATIONS[location] | _READ_ONLY | _EXISTING
    store = library.CertOpenStore(ctypes.c_void_p(_PROVIDER), 0, None, flags, "My")
    if not store:
        code = _last_error()
        if code == _NO_SUCH_STORE:
            return []
        raise NoPermissionError if code == _ACCESS_DENIED else _failed(code)
    try:
        return _all(library, store)
    finally:
        library.CertCloseStore(store, 0)


def _all(library: Any, store: int) -> list[bytes]:
    """To the end: each call gives back the context of the one before."""
    found = []
    context = library.CertEnumCertificatesInStore(store, None)
    while context:
        found.append(ctypes.string_at(context.contents.encoded, context.contents.length))
        context = library.CertEnumCertificatesInStore(store, context)
    if (code := _last_error()) not in _ENDS:
        raise _failed(code)
    return found


def _failed(code: int) -> StoreFailedError:
    return StoreFailedError(f"erro {code:#x} do Windows")


def _library() -> Any:
    """crypt32.dll, its functions declared: a handle cut to 32 bits would crash the process."""
    # By name, because the type checker knows it on Windows alone; so is `get_last_error`.
    library = vars(ctypes)["WinDLL"]("crypt32", use_last_error=True)
    library.CertOpenStore.restype = ctypes.c_void_p
    library.CertOpenStore.argtypes = (
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint32),
        ctypes.c_wchar_p,
    )
    library.CertEnumCertificatesInStore.restype = ctypes.POINTER(Context)
    library.CertEnumCertificatesInStore.argtypes = (ctypes.c_void_p, ctypes.POINTER(Context))
    library.CertCloseStore.restype = ctypes.c_int
    library.CertCloseStore.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
    return library


def _last_error() -> int:
    code: int = vars(ctypes)["get_last_error"]()
    return code & 0xFFFF_FFFF
