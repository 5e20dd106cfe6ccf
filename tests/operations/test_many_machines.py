"""While machines are killed and upgraded calls go on: no request fails, and nothing is lost."""

import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from operations.machines import Site, until
from operations.technician import Technician


class Crowd:
    """Technicians, each opening one ticket after the other until told to stop."""

    def __init__(self, technicians: list[Technician]) -> None:
        self.numbers: list[str] = []
        self.failures: list[BaseException] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(t,)) for t in technicians]

    def _work(self, technician: Technician) -> None:
        try:
            while not self._stop.is_set():
                self.numbers.append(technician.open_ticket())
        except BaseException as error:
            self.failures.append(error)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Within the block all are; after it every one has ended the call that was begun."""
        for thread in self._threads:
            thread.start()
        try:
            self.wait_for_tickets(1)
            yield
        finally:
            self._stop.set()
            for thread in self._threads:
                thread.join(60)
        assert self.failures == []

    def wait_for_tickets(self, more: int) -> None:
        """Until so many more were opened: what happened meanwhile was met by somebody."""
        wanted = len(self.numbers) + more
        until(lambda: len(self.numbers) >= wanted or bool(self.failures), "nenhum chamado novo")


@pytest.fixture
def crowd(technicians: list[Technician]) -> Crowd:
    return Crowd(technicians)


def metric(site: Site, name: str) -> float:
    page = httpx.get(f"http://127.0.0.1:{site.webs[1].metrics_port}/metrics", timeout=10).text
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    assert found, page
    return float(found[1])


Count = Callable[[], float]


@pytest.fixture
def tickets(site: Site) -> Count:
    """How many tickets there are, seconds old at most."""
    return lambda: metric(site, 'tickets_created_total{connection="guiche",result="done"}')


def test_web_machines_are_killed(site: Site, crowd: Crowd, tickets: Count) -> None:
    before = tickets()
    with crowd.at_work():
        for web in site.webs:
            web.end(signal.SIGKILL)
            crowd.wait_for_tickets(1)
            web.start()
            web.wait_until_ready()
    assert len(set(crowd.numbers)) == len(crowd.numbers)
    until(lambda: tickets() == before + len(crowd.numbers), "chamados perdidos", 10)


def test_web_machines_are_upgraded_one_by_one(site: Site, crowd: Crowd, tickets: Count) -> None:
    before = tickets()
    with crowd.at_work():
        for web in site.webs:
            web.end(signal.SIGTERM)
            web.start()
            web.wait_until_ready()
            crowd.wait_for_tickets(1)
    until(lambda: tickets() == before + len(crowd.numbers), "chamados perdidos", 10)


def test_four_workers_send_each_e_mail_once(site: Site, tickets: Count) -> None:
    def sent() -> int:
        return sum(1 for worker in site.workers for _ in worker.folder.rglob("emails/*"))

    # The figures are some seconds old.
    until(
        lambda: sent() >= tickets() > 0 and metric(site, "emails_waiting") == 0, "e-mails parados"
    )
    assert sent() == tickets()
    assert metric(site, "workers") == len(site.workers)


def test_every_history_is_whole(site: Site, tickets: Count) -> None:
    verified = site.webs[0].run("manage", "verify")
    assert verified.returncode == 0, verified.stderr
    found = re.search(r"inteiro: (\d+) de (\d+)", verified.stdout)
    assert found, verified.stdout
    assert found[1] == found[2] == str(int(tickets()))


def test_the_processes_of_a_machine_are_counted_together(site: Site) -> None:
    assert metric(site, 'certificate_read_seconds_count{source="der"}') > 0
    assert metric(site, 'verdicts_total{status="blank"}') > 0


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_the_public_side_shows_neither_probes_nor_metrics(
    path: str, technicians: list[Technician]
) -> None:
    with pytest.raises(AssertionError, match="404"):
        technicians[0].get(path)


def test_the_logs_are_objects_and_name_nobody(site: Site) -> None:
    for record in site.records():
        assert {"at", "level", "logger", "message"} <= record.keys()
        assert not re.search(r"@|98888|11222333|11\.222", str(record))
