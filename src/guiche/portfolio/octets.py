"""The octets of Arrow's arrays, as numpy sees them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa


def octets_of(values: pa.Array) -> tuple[Any, Any]:
    """Those of an array of binary, and where each value begins (one more: where the last ends);
    nothing is copied."""
    _, begins, content = values.buffers()
    offsets = np.frombuffer(begins, np.int32)[values.offset : values.offset + len(values) + 1]
    data = np.frombuffer(content, np.uint8) if content else np.zeros(0, np.uint8)
    return data, offsets


def joined(arrays: Sequence[pa.Array]) -> pa.Array:
    """One array of several of binary, and not a copy where it is only one."""
    if len(arrays) == 1:
        return arrays[0]
    return pa.concat_arrays(arrays) if arrays else pa.array([], pa.binary())
