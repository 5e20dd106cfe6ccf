"""Metrics have a port of their own, and a clear answer where they cannot have it."""

import socket
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner

from guiche.cli import metrics, web
from guiche.desk.health.metrics import served


def test_never_the_port_of_the_pages() -> None:
    done = CliRunner().invoke(web.command, ["--port", "8000", "--metrics-port", "8000"])
    assert done.exit_code == 2
    assert "não pode ser a porta das páginas" in done.output


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with (
            pytest.raises(click.ClickException, match=rf"127\.0\.0\.1:{port}.*--metrics-port"),
            metrics.metrics("127.0.0.1", port, str(tmp_path)),
        ):
            pass


def test_nothing_else_is_there_and_it_ends(tmp_path: Path) -> None:
    with served("127.0.0.1", 0, str(tmp_path)) as port:
        assert httpx.get(f"http://127.0.0.1:{port}/", timeout=60).status_code == 404
        assert httpx.get(f"http://127.0.0.1:{port}/entrar/", timeout=60).status_code == 404
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")


def test_what_counts_is_told_before_anything_is_imported_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", "")
    with metrics.counting_folder() as folder:
        assert Path(folder).stat().st_mode & 0o077 == 0
    assert not Path(folder).exists()
