"""What an audit of some certificates gives, without a file."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from certificates import Certificate
from guiche.portfolio.load import Item, Load, columns_of_load
from guiche.portfolio.result import Batches

NOW = datetime(2026, 11, 26, 15, tzinfo=UTC)


def days(count: float) -> datetime:
    """The moment so many days after that of the audit."""
    return NOW + timedelta(days=count)


def audited(files: Mapping[str, Certificate | bytes], at: datetime = NOW) -> Batches:
    """One batch of them, by file name; bytes are a file that is no certificate."""
    items = tuple(
        Item(name, content if isinstance(content, bytes) else content.der())
        for name, content in files.items()
    )
    batch = columns_of_load(Load(items, at, {})).content
    return lambda: iter([batch])  # type: ignore[list-item]
