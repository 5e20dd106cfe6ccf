"""A double of crypt32.dll, called through the C interface with the sizes that wincrypt.h gives.

It holds its caller to the rules of the real one: stores are opened read-only and closed, each
context is given back to the next call, and memory that was given back is no longer to be read.
"""

import ctypes
from collections.abc import Mapping
from ctypes import CFUNCTYPE, c_int, c_uint32, c_void_p, c_wchar_p

from guiche.sources.windows.crypt32 import Context

FILE_NOT_FOUND, ACCESS_DENIED, NOT_FOUND = 2, 5, 0x8009_2004
# The library gives the codes above 2^31 as negative numbers.
_SIGNED = 1 << 32
_READ_ONLY, _EXISTING = 0x8000, 0x4000
# Handles are of 64 bits; cut to 32 they are another one.
_HANDLE = 0x1_2345_0000


class Crypt32:
    """Stores by their location, each its certificates or the code that it fails with at opening.

    `breaks_after` certificates the enumeration ends with `breaks_with`.
    """

    def __init__(self, stores: Mapping[int, list[bytes] | int]) -> None:
        self.stores = stores
        self.breaks_after, self.breaks_with = 1 << 30, NOT_FOUND
        self.error = 0
        self.opened: dict[int, list[bytes]] = {}
        self.lent: Context | None = None
        self._given = 0
        self._kept: list[object] = []
        self.CertOpenStore = CFUNCTYPE(c_void_p, c_void_p, c_uint32, c_void_p, c_uint32, c_wchar_p)(
            self._open
        )
        self.CertEnumCertificatesInStore = CFUNCTYPE(c_void_p, c_void_p, c_void_p)(self._next)
        self.CertCloseStore = CFUNCTYPE(c_int, c_void_p, c_uint32)(self._close)

    def get_last_error(self) -> int:
        """As ctypes.get_last_error gives it."""
        return self.error - _SIGNED if self.error >> 31 else self.error

    def _open(self, provider: int, encoding: int, key: object, flags: int, name: str) -> int:
        assert (provider, encoding, key, name) == (10, 0, None, "My")
        assert flags & _READ_ONLY
        assert flags & _EXISTING
        store = self.stores[flags & ~(_READ_ONLY | _EXISTING)]
        if isinstance(store, int):
            self.error = store
            return 0
        handle = _HANDLE + len(self._kept)
        self.opened[handle] = store
        self._given = 0
        return handle

    def _next(self, handle: int, previous: int | None) -> int:
        store = self.opened[handle]
        if self.lent is not None:
            assert previous == ctypes.addressof(self.lent)
            ctypes.memset(self.lent.encoded, 0xDD, self.lent.length)
            ctypes.memset(ctypes.addressof(self.lent), 0xDD, ctypes.sizeof(self.lent))
        else:
            assert previous is None
        self.lent = None
        if self._given in (len(store), self.breaks_after):
            self.error = self.breaks_with
            return 0
        der = store[self._given]
        self._given += 1
        content = ctypes.create_string_buffer(der, len(der))
        self.lent = Context(1, ctypes.addressof(content), len(der), None, handle)
        self._kept += [content, self.lent]
        return ctypes.addressof(self.lent)

    def _close(self, handle: int, flags: int) -> int:
        assert flags == 0
        assert self.lent is None, "a context was not given back"
        del self.opened[handle]
        return 1
