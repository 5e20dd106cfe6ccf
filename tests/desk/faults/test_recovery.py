"""A desk that was away for an hour comes back to all that waits, and is not trampled."""

import os
import time

import pytest

from desk.faults.storm import WORKERS, Storm, is_in_order

WAITING = int(os.environ.get("GUICHE_RECOVERY_TICKETS", "200"))
AT_ONCE = 8
"""What a connector lets a desk bear, of all workers together."""


def test_what_waits_is_drained_in_order_and_no_more_at_once_than_a_desk_bears(
    storm: Storm, capsys: pytest.CaptureFixture[str]
) -> None:
    drained = drain(storm, WAITING)
    with capsys.disabled():
        print(f"\n{drained}")


def drain(storm: Storm, waiting: int) -> str:
    """What was seen; asserts that it is well."""
    desk = storm.hostile
    desk.rate, desk.delay = 0.0, 0.02
    # No worker dies here, and one that has to wait for its turn on the processor is no dead one.
    storm.environment["GUICHE_DELIVERY_LEASE_SECONDS"] = "60"
    told = storm.begin()
    desk.stand_still()
    assert storm.bear("open", str(waiting), str(told)).wait(timeout=600) == 0
    storm.ask("away")
    workers = [storm.worker() for _ in range(WORKERS)]
    try:
        began = time.monotonic()
        desk.come_back()
        _wait(storm)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    numbers = told.read_text().split()
    keys = [row["title"].rpartition("[G")[2].rstrip("]") for row in desk.tickets.values()]
    assert sorted(keys) == sorted(numbers)
    assert all(is_in_order(did) for did in desk.did.values())
    overtaken = _overtaken([numbers.index(key) for key in keys])
    assert overtaken < AT_ONCE, f"one overtook {overtaken} older ones"
    assert desk.most_at_once <= AT_ONCE
    return (
        f"{waiting} waited; at most {desk.most_at_once} at once, one overtook at most {overtaken} "
        f"older ones, {time.monotonic() - began:.0f} s"
    )


def _overtaken(places: list[int]) -> int:
    """How many older ones were not there yet when one came, at most.

    The oldest is begun first, so those are under way. How many overtake one of them, whose thread
    waits for a processor, is nobody's promise.
    """
    missing, most = list(range(len(places))), 0
    for place in places:
        most = max(most, missing.index(place))
        missing.remove(place)
    return most


def _wait(storm: Storm, still: float = 400.0) -> None:
    seen, moved = None, time.monotonic()
    while time.monotonic() - moved < still:
        time.sleep(1)
        states = storm.ask("mend")
        if states == {"done": states.get("done")}:
            return
        if states != seen:
            seen, moved = states, time.monotonic()
    raise AssertionError(f"nothing moves: {seen}")
