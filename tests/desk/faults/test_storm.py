"""A thousand tickets through a storm, on each database; the counts are printed."""

import os
from collections.abc import Callable

import pytest

from desk.faults.storm import Storm

TICKETS = int(os.environ.get("GUICHE_STORM_TICKETS", "1000"))
ENOUGH = 1000
"""With fewer, not every fault has its turn."""


@pytest.mark.storm
def test_nothing_is_lost_doubled_disordered_or_stuck(
    storm: Storm, record_property: Callable[[str, object], None]
) -> None:
    counted = storm.run(TICKETS)
    record_property("counted", str(counted))
    assert counted.tickets >= TICKETS
    assert counted.is_well, counted
    assert not counted.unseen or TICKETS < ENOUGH
    assert counted.killed["worker"] >= TICKETS / 20
