"""What the web processes count themselves, because no row tells it for long.

Imported by the pages alone. `guiche web --metrics-port` sums up the processes of a machine, with
files in the folder that `PROMETHEUS_MULTIPROC_DIR` names, set before this is imported. Without it
the counts are never read. They begin anew with the service, as Prometheus expects of counters.
"""

from collections.abc import Callable
from time import perf_counter
from typing import Any

from prometheus_client import Counter, Histogram

from guiche.desk.intake.reading import Inspection, kept
from guiche.sources import Reading, SourceError

READ_SECONDS = Histogram(
    "certificate_read_seconds",
    "From the bytes that came to the certificates in them, by format.",
    ["source"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5),
    registry=None,
)
FAILURES = Counter(
    "read_failures", "Files and texts that gave no certificate, by reason.", ["code"], registry=None
)
VERDICTS = Counter(
    "verdicts", "Certificates taken into a call or a ticket, by verdict.", ["status"], registry=None
)


def counted(read: Callable[[], Reading]) -> Reading:
    """What `read` gives, or raises, and its time and failures counted."""
    began = perf_counter()
    try:
        reading = read()
    except SourceError as error:
        _count_failures(error, *error.others)
        raise
    kind = reading.found[0].source.kind if reading.found else "unknown"
    READ_SECONDS.labels(kind).observe(perf_counter() - began)
    _count_failures(*reading.errors)
    return reading


def _count_failures(*errors: SourceError) -> None:
    for error in errors:
        FAILURES.labels(error.code).inc()


def _count_verdict(reading: Inspection, **_: Any) -> None:
    VERDICTS.labels(reading.status).inc()


kept.connect(_count_verdict, dispatch_uid="verdicts")
