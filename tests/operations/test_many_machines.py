"""While machines are killed and upgraded calls go on: no request fails, and nothing is lost."""

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from operations.machines import SECONDS, Site, Web, until
from operations.technician import Technician


class Crowd:
    """Technicians, each opening one ticket after the other until told to stop."""

    def __init__(self, technicians: list[Technician]) -> None:
        self.technicians = technicians
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
                thread.join(SECONDS)
        assert self.failures == []

    def wait_for_everybody(self) -> None:
        """Until what anybody was waiting for has come: no request has met what was before."""
        before = [technician.requests for technician in self.technicians]
        until(
            lambda: (
                bool(self.failures)
                or all(t.requests > b for t, b in zip(self.technicians, before, strict=True))
            ),
            "alguém parado",
        )

    def wait_for_tickets(self, more: int) -> None:
        """Until so many more were opened: what happened meanwhile was met by somebody."""
        wanted = len(self.numbers) + more
        until(lambda: len(self.numbers) >= wanted or bool(self.failures), "nenhum chamado novo")


def metric(web: Web, name: str) -> float:
    """As the machine tells it; 0 where it has not counted that yet."""
    page = httpx.get(f"http://127.0.0.1:{web.metrics_port}/metrics", timeout=SECONDS).text
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_calls_go_on_while_machines_come_and_go(
    site: Site, technicians: list[Technician], capsys: pytest.CaptureFixture[str]
) -> None:
    crowd = Crowd(technicians)
    with crowd.at_work():
        kill_one_by_one(site, crowd)
        upgrade_one_by_one(site, crowd)
    opened = len(crowd.numbers)
    assert len(set(crowd.numbers)) == opened
    every_history_is_there_and_whole(site, opened)
    every_e_mail_left_once(site, opened)
    the_processes_of_a_machine_are_counted_together(site)
    the_public_side_shows_no_probe(technicians[0])
    the_logs_are_objects_and_name_nobody(site)
    with capsys.disabled():
        requests = sum(technician.requests for technician in technicians)
        print(f"\n{opened} tickets, {requests} requests, 2 machines killed, 2 upgraded, 0 failures")


def kill_one_by_one(site: Site, crowd: Crowd) -> None:
    for web in site.webs:
        web.end(signal.SIGKILL)
        crowd.wait_for_tickets(1)
        web.start()
        web.wait_until_ready()
        # One that this machine refused has no third to go to.
        crowd.wait_for_everybody()


def upgrade_one_by_one(site: Site, crowd: Crowd) -> None:
    for web in site.webs:
        web.end(signal.SIGTERM)
        crowd.wait_for_tickets(len(crowd.technicians) + 1)
        web.start()
        web.wait_until_ready()
        crowd.wait_for_everybody()


def every_history_is_there_and_whole(site: Site, opened: int) -> None:
    verified = site.webs[0].run("manage", "verify")
    assert verified.returncode == 0, verified.stderr
    assert f"inteiro: {opened} de {opened}." in verified.stdout


def every_e_mail_left_once(site: Site, opened: int) -> None:
    def sent() -> list[str]:
        # Two e-mails of one second may lie in one file.
        files = [file for worker in site.workers for file in worker.folder.rglob("emails/*")]
        return [
            mark
            for file in files
            for mark in re.findall(r"(?m)^Message-ID: .*", file.read_text("utf-8"))
        ]

    until(lambda: len(sent()) >= opened, "e-mails parados")
    assert len(set(sent())) == len(sent()) == opened
    asked = site.webs[1]
    until(lambda: metric(asked, "emails_waiting") == 0, "e-mails parados nas métricas")
    created = metric(asked, 'tickets_created_total{connection="guiche",result="done"}')
    assert created == opened
    until(lambda: metric(asked, "workers") == len(site.workers), "um worker sem sinal")


def the_processes_of_a_machine_are_counted_together(site: Site) -> None:
    """Since they were started: the first machine served all while the second was away."""
    assert metric(site.webs[0], 'certificate_read_seconds_count{source="der"}') > 0
    assert metric(site.webs[0], 'verdicts_total{status="blank"}') > 0


def the_public_side_shows_no_probe(technician: Technician) -> None:
    for path in ("/livez", "/readyz", "/metrics"):
        with pytest.raises(AssertionError, match="404"):
            technician.get(path)


def the_logs_are_objects_and_name_nobody(site: Site) -> None:
    for record in site.records():
        assert {"at", "level", "logger", "message"} <= record.keys()
        assert not re.search(r"@|98888|11222333|11\.222", str(record))
