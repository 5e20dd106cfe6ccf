"""Many certificates, column-wise: an Arrow batch of them in, an Arrow batch of readings out.

>>> import pyarrow as pa
>>> from guiche.portfolio import inspect_batch
>>> read = inspect_batch(pa.record_batch({"der": [b"no certificate", None]}))
>>> read.column("enrolment_status").to_pylist()
['unreadable', None]
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from guiche.portfolio.batch import inspect_batch
    from guiche.portfolio.columns import DER, SCHEMA

__all__ = ["DER", "SCHEMA", "inspect_batch"]


def __getattr__(name: str) -> Any:
    """Arrow is loaded for whoever reads with it: the desk draws with a module beside."""
    if name not in __all__:
        raise AttributeError(name)
    from guiche.portfolio import batch

    return getattr(batch, name)
