r"""The Windows stores for real, by Wine's crypt32 under a Python for Windows. Optional.

GUICHE_WINE_PYTHON=/opt/windows/python.exe pytest -m heavy tests/sources/test_windows_wine.py
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

from certificates import CEI, e_cnpj, e_cpf

PYTHON = os.environ.get("GUICHE_WINE_PYTHON", "")
SOURCE = Path(__file__).parent.parent.parent / "src"

pytestmark = [
    pytest.mark.heavy,
    pytest.mark.skipif(not PYTHON, reason="falta GUICHE_WINE_PYTHON, um Python de Windows"),
]

FILL_AND_READ = r"""
import ctypes, json, sys
given = json.load(sys.stdin)
sys.path.insert(0, given["source"])
crypt32 = ctypes.WinDLL("crypt32", use_last_error=True)
crypt32.CertOpenStore.restype = ctypes.c_void_p
crypt32.CertOpenStore.argtypes = (
    ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_wchar_p
)
crypt32.CertAddEncodedCertificateToStore.argtypes = (
    ctypes.c_void_p, ctypes.c_uint32, ctypes.c_char_p, ctypes.c_uint32, ctypes.c_uint32,
    ctypes.c_void_p,
)
crypt32.CertCloseStore.argtypes = (ctypes.c_void_p, ctypes.c_uint32)
for location, certificates in given["stores"].items():
    store = crypt32.CertOpenStore(10, 0, None, int(location), "My")
    assert store, ctypes.get_last_error()
    for certificate in certificates:
        der = bytes.fromhex(certificate)
        assert crypt32.CertAddEncodedCertificateToStore(store, 1, der, len(der), 3, None)
    crypt32.CertCloseStore(store, 0)
from guiche.sources import windows
print(json.dumps([[*found.source, found.der.hex()] for found in windows.read().found]))
"""


def test_what_was_put_into_both_stores_is_read(tmp_path: Path) -> None:
    padaria, ana = e_cnpj(cei=CEI).der().hex(), e_cpf().der().hex()
    given = {
        "source": "Z:" + str(SOURCE).replace("/", "\\"),
        "stores": {0x1_0000: [padaria], 0x2_0000: [ana]},
    }
    environ = {
        "WINEPREFIX": str(tmp_path / "wine"),
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",
    }
    result = subprocess.run(
        ["wine", PYTHON, "-c", FILL_AND_READ],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, **environ},
    )
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == [
        [r"Windows: CurrentUser\My", "windows", 0, padaria],
        [r"Windows: LocalMachine\My", "windows", 0, ana],
    ]
