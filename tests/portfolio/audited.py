"""What an audit of some certificates gives, without a file."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from certificates import Certificate
from guiche.portfolio.item import Item
from guiche.portfolio.load import Load, columns_of_load
from guiche.portfolio.result import Batches

Files = Mapping[str, Certificate | bytes]
"""By their name; bytes are a file that is no certificate."""

NOW = datetime(2026, 11, 26, 15, tzinfo=UTC)


def days(count: float) -> datetime:
    """The moment so many days after that of the audit."""
    return NOW + timedelta(days=count)


def items_of(files: Files) -> tuple[Item, ...]:
    return tuple(
        Item(name, content if isinstance(content, bytes) else content.der())
        for name, content in files.items()
    )


def audited(files: Files, at: datetime = NOW) -> Batches:
    """One batch of them."""
    batch = columns_of_load(Load(items_of(files), at, {})).content
    return lambda: iter([batch])
