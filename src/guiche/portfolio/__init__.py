"""Many certificates, column-wise: an Arrow batch of them in, an Arrow batch of readings out.

>>> import pyarrow as pa
>>> from guiche.portfolio import inspect_batch
>>> read = inspect_batch(pa.record_batch({"der": [b"no certificate", None]}))
>>> read.column("enrolment_status").to_pylist()
['unreadable', None]
"""

from guiche.portfolio.batch import inspect_batch
from guiche.portfolio.columns import DER, SCHEMA

__all__ = ["DER", "SCHEMA", "inspect_batch"]
