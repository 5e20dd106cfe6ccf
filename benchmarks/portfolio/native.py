"""The peers in C: built with the compiler that is here, called with Arrow's own buffers."""

import ctypes
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa

SOURCES = Path(__file__).parent / "peers"
NOTHING: Mapping[str, str] = {}
Read = Callable[[pa.RecordBatch], pa.RecordBatch]


class Missing(Exception):
    """A peer cannot be built or run here; says what it lacks."""


def tool(name: str, package: str) -> str:
    """The path of a program; `Missing` names the Debian package that has it."""
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} is not here (Debian package {package})")
    return found


def built(command: list[str], environment: Mapping[str, str] = NOTHING) -> None:
    """Runs a compiler; what it says is in `Missing` where it fails."""
    whole = {**os.environ, **environment}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=whole)
    if done.returncode:
        raise Missing(f"{command[0]} failed: {done.stderr.strip()[:500]}")


def c_peer(source: str, folder: Path) -> Read:
    """`walk` or `openssl`: the library is built into the folder and loaded. Raises `Missing`."""
    library = folder / f"{source}.so"
    files = [str(SOURCES / name) for name in (f"{source}.c", "row.c", "arrow.c")]
    flags = ["-O3", "-flto", "-std=gnu11", "-Wall", "-Wextra", "-shared", "-fPIC"]
    built([tool("gcc", "gcc"), *flags, "-o", str(library), *files, "-lcrypto"])
    call = ctypes.CDLL(str(library)).read_batch
    call.argtypes = [ctypes.c_void_p] * 2 + [ctypes.c_int64] + [ctypes.c_void_p] * 2
    call.restype = None

    def read(batch: pa.RecordBatch) -> pa.RecordBatch:
        _, offsets, data = batch.column("der").buffers()
        # Room for Arrow's two structs, which are smaller.
        array, schema = ctypes.create_string_buffer(128), ctypes.create_string_buffer(128)
        start = offsets.address + 4 * batch.column("der").offset
        places = ctypes.addressof(array), ctypes.addressof(schema)
        call(start, data.address, len(batch), *places)
        return pa.RecordBatch._import_from_c(*places)

    return read
