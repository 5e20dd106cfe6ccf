from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from desk import kinds
from desk.deliveries.memory import Desk, World
from guiche.desk import clock
from guiche.desk.deliveries.dispatch import Dispatcher
from guiche.desk.models import Connection, Delivery


@pytest.fixture(autouse=True)
def _kinds() -> Iterator[None]:
    with kinds.known():
        yield


@pytest.fixture
def desk() -> Desk:
    World.desk = Desk()
    return World.desk


@pytest.fixture
def connection(desk: Desk, db: None) -> Connection:
    made = Connection(kind="memory", name="Central")
    made.set({"password": "segredo-de-teste"})
    made.keep()
    return made


Run = Callable[..., None]


@pytest.fixture
def dispatcher() -> Iterator[Dispatcher]:
    worker = Dispatcher(threads=2, owner="um", monotonic=lambda: clock.now().timestamp())
    yield worker
    worker.finish()
    worker.opened.close()


@pytest.fixture
def run(dispatcher: Dispatcher) -> Run:
    """Rounds until nothing is due any more."""

    def until_idle(worker: Dispatcher = dispatcher) -> None:
        while worker.round() or worker._under_way:
            worker.finish()

    return until_idle


def states(connection: Connection) -> dict[str, str]:
    rows = Delivery.objects.filter(connection=connection).order_by("pk")
    return {row.step: row.state for row in rows}


SECOND = timedelta(seconds=1)
