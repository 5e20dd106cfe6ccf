"""What a copy of the database would tell: every value of every row."""

from collections.abc import Iterable, Iterator

from django.apps import apps


def everything_stored() -> Iterator[str]:
    """Every value of every row, bytes as text and as hexadecimal too."""
    for model in apps.get_models():
        for row in model._default_manager.all():
            for field in model._meta.concrete_fields:
                value = getattr(row, field.attname)
                if isinstance(value, bytes | memoryview):
                    yield bytes(value).decode("latin-1")
                    yield bytes(value).hex()
                else:
                    yield str(value)


def assert_nowhere(secrets: Iterable[str]) -> None:
    stored = "\n".join(everything_stored())
    for secret in secrets:
        octets = secret.encode()
        for form in (secret, octets.hex(), octets.hex(" ")):
            assert form not in stored, form
