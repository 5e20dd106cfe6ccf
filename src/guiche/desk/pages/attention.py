"""What a supervisor's menu says of the deliveries: whether there are any, and what needs one."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest

from guiche.desk.models import Connection, Delivery, Stray


class Attention:
    """Asked only where a page shows it."""

    @cached_property
    def has_connections(self) -> bool:
        """Whether there is any other desk."""
        return Connection.objects.exists()

    @cached_property
    def count(self) -> int:
        """How much only a person can end: refused steps, strays, connections that stopped."""
        refused = Delivery.objects.filter(open=True, state=Delivery.State.REJECTED).count()
        stopped = Connection.objects.filter(active=True, stopped=True).count()
        return refused + Stray.unsettled().count() + stopped


def attention(_: HttpRequest) -> dict[str, Any]:
    """Context processor."""
    return {"attention": Attention()}
