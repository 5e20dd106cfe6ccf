"""An audit on a Dask cluster: the same table as without, whatever happens to its workers."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from distributed import Security

from certificates import CEI, e_cnpj
from dask_cluster import SOURCE, Cluster, dask
from guiche import __version__
from portfolio.carteira import DERS, folder, in_parquet, in_zip
from sources.pfx import usual

SECONDS = 180
WAITING = (
    "import sys, guiche.portfolio.audit as a; a._EVERY_SECONDS = 0.05; a._ROWS = 16\n"
    "import guiche.portfolio.gather as g; g._FILES = 16\n"
    "import guiche.portfolio.engines.cluster as c; c.WAIT = {}\n"
    "from guiche.cli import main; sys.argv[0] = 'guiche'; main()"
)
SMALL_LOADS = WAITING.format(60.0)
"""As the command does, and what is small takes many loads and parts; a busy machine starts workers
slowly."""
IMPATIENT = WAITING.format(1.0)


@pytest.fixture(scope="module")
def two() -> Iterator[Cluster]:
    with dask(2) as cluster:
        yield cluster


def started(
    *arguments: object,
    at: Path,
    group: bool = False,
    code: str = SMALL_LOADS,
    settings: Mapping[str, str] | None = None,
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, "audit", *map(str, arguments)],
        cwd=at, stderr=subprocess.PIPE, text=True, start_new_session=group,
        env={**os.environ, "PYTHONPATH": str(SOURCE), **(settings or {})},
    )  # fmt: skip


def ended(process: "subprocess.Popen[str]") -> tuple[int, str]:
    said = process.communicate(timeout=SECONDS)[1]
    return process.returncode, said


def audit(*arguments: object, at: Path, code: str = SMALL_LOADS) -> tuple[int, str]:
    return ended(started(*arguments, at=at, code=code))


def until(is_so: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + SECONDS
    while not is_so():
        assert process.poll() is None, f"it ended before: {process.communicate()[1]}"
        assert time.monotonic() < deadline
        time.sleep(0.01)


def parts(out: Path) -> int:
    return len([*out.with_name(f"{out.name}.auditoria").glob("*.part")])


def descendants(process: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):  # a thread that has ended meanwhile
            for child in map(int, task.read_text().split()):
                found += [child, *descendants(child)]
    return found


def portfolio(place: Path, times: int = 1) -> Path:
    """In a folder, an archive, and with what cannot be read."""
    folder(place, DERS * times)
    in_zip(place / "mais.zip")
    in_parquet(place / "mais.parquet")
    (place / "ruim.cer").write_bytes(b"\x30\x82\x01")
    (place / "chave.pfx").write_bytes(usual(e_cnpj(cei=CEI).der(), "segredo-1"))
    (place / "some.cer").symlink_to(place / "nada")
    return place


@pytest.mark.parametrize("form", [".ndjson", ".csv", ".parquet"])
def test_the_table_is_the_same_on_a_cluster(form: str, two: Cluster, tmp_path: Path) -> None:
    portfolio(tmp_path / "clientes", 20)
    (tmp_path / "senhas.csv").write_text("chave.pfx;segredo-1\n")
    asked = ["clientes", "--passwords", "senhas.csv"]
    here = audit(*asked, "--out", f"a{form}", at=tmp_path)
    there = audit(*asked, "--out", f"b{form}", "--engine", f"dask:{two.address}", at=tmp_path)
    assert there == (here[0], here[1].replace(f"a{form}", f"b{form}"))
    assert here[0] == 2
    first, second = (tmp_path / f"{name}{form}" for name in "ab")
    if form == ".parquet":
        import pyarrow.parquet as parquet

        assert parquet.read_table(first).equals(parquet.read_table(second))
    else:
        assert first.read_bytes() == second.read_bytes()
    assert b"segredo-1" not in two.log.read_bytes()
    assert b"clientes" not in two.log.read_bytes()


def test_a_worker_killed_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    place = portfolio(tmp_path / "clientes", 500)
    assert audit(place, "--out", "whole.ndjson", at=tmp_path)[0] == 2
    out = tmp_path / "r.ndjson"
    with dask(2) as cluster:
        address = cluster.address.removeprefix("tcp://")
        process = started(place, "--out", out, "--engine", f"dask:{address}", at=tmp_path)
        until(lambda: parts(out) > 1, process)
        os.kill(cluster.workers[0].pid, signal.SIGKILL)
        before = parts(out)
        until(lambda: parts(out) > before, process)
        # Nobody is left, until another one comes.
        os.kill(cluster.workers[1].pid, signal.SIGKILL)
        cluster.worker()
        assert ended(process)[0] == 2
    assert out.read_bytes() == (tmp_path / "whole.ndjson").read_bytes()
    assert {each.name for each in tmp_path.iterdir()} == {"clientes", "r.ndjson", "whole.ndjson"}


def apart(place: Path) -> list[str]:
    """The start of a command that sees nothing in this folder, or nothing where that cannot be."""
    command = ["unshare", "--mount", "--map-root-user", "sh", "-c"]
    command += [f'mount -t tmpfs none "{place}" && exec "$@"', "sh"]
    can = shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True)
    return command if can and can.returncode == 0 else []


def test_what_a_worker_does_not_see_is_sent_to_it(tmp_path: Path) -> None:
    place, out = portfolio(tmp_path / "clientes", 20), tmp_path / "r.ndjson"
    if not (before := apart(place)):
        pytest.skip("a process cannot be given another view of a folder here")
    audit("clientes", "--out", "whole.ndjson", at=tmp_path)
    with dask(0) as cluster:
        cluster.worker(SOURCE, *before)
        asked = ["clientes", "--out", out, "--engine", f"dask:{cluster.address}"]
        assert audit(*asked, at=tmp_path)[0] == 2
    assert out.read_bytes() == (tmp_path / "whole.ndjson").read_bytes()


def test_a_table_of_many_rows_is_read_in_silence(two: Cluster, tmp_path: Path) -> None:
    """A piece of it is more than Dask likes to send."""
    import pyarrow as pa
    import pyarrow.parquet as parquet

    source = tmp_path / "t.parquet"
    parquet.write_table(pa.table({"der": pa.array(DERS * 2100, pa.binary())}), source)
    here = audit(source, "--out", "a.csv", at=tmp_path)
    there = audit(source, "--out", "b.csv", "--engine", f"dask:{two.address}", at=tmp_path)
    assert there == (here[0], here[1].replace("a.csv", "b.csv"))
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_killed_itself_it_goes_on_with_another_engine(two: Cluster, tmp_path: Path) -> None:
    place = portfolio(tmp_path / "clientes", 300)
    audit(place, "--out", "whole.ndjson", at=tmp_path)
    out, engine = tmp_path / "r.ndjson", f"dask:{two.address}"
    process = started(place, "--out", out, "--engine", engine, at=tmp_path)
    until(lambda: parts(out) > 1, process)
    process.kill()
    ended(process)
    assert not out.exists()
    assert audit(place, "--out", out, at=tmp_path)[0] == 2
    assert out.read_bytes() == (tmp_path / "whole.ndjson").read_bytes()


def test_over_tls_who_has_no_certificate_is_not_let_in(tmp_path: Path) -> None:
    folder(tmp_path / "a")
    keys = Security.temporary()
    ca, node = tmp_path / "ca.pem", tmp_path / "node.pem"
    ca.write_text(keys.tls_ca_file)
    node.write_text(keys.tls_client_key + keys.tls_client_cert)
    files = {"tls-ca-file": ca, "tls-cert": node, "tls-key": node}
    security = [word for name, file in files.items() for word in (f"--{name}", str(file))]
    tls = "DASK_DISTRIBUTED__COMM__TLS__"
    settings = {f"{tls}CA_FILE": ca, f"{tls}CLIENT__CERT": node, f"{tls}CLIENT__KEY": node}
    with dask(1, security=security) as cluster:
        assert cluster.address.startswith("tls://")
        asked = ["a", "--out", "r.csv", "--engine", f"dask:{cluster.address}"]
        status, words = audit(*asked, at=tmp_path, code=IMPATIENT)
        assert status == 2
        assert "Nenhum agendador Dask respondeu" in words
        texts = {name: str(file) for name, file in settings.items()}
        assert ended(started(*asked, at=tmp_path, settings=texts))[0] == 1


def test_the_scheduler_is_lost(tmp_path: Path) -> None:
    place, out = portfolio(tmp_path / "clientes", 500), tmp_path / "r.ndjson"
    with dask(1) as cluster:
        asked = [place, "--out", out, "--engine", f"dask:{cluster.address}"]
        process = started(*asked, at=tmp_path)
        until(lambda: parts(out) > 1, process)
        cluster.scheduler.kill()
        status, said = ended(process)
    assert (status, said) == (
        2, "Perdi o agendador Dask. Repita o comando: a auditoria continua de onde parou.\n"
    )  # fmt: skip
    assert parts(out) > 1


def test_a_cluster_of_its_own_ends_with_the_command(tmp_path: Path) -> None:
    """By Ctrl-C, which a terminal sends to all of its processes; then it goes on."""
    place, out = portfolio(tmp_path / "clientes", 500), tmp_path / "r.ndjson"
    asked = [place, "--out", out, "--engine", "dask", "--jobs", "2"]
    process = started(*asked, at=tmp_path, group=True)
    until(lambda: parts(out) > 1, process)
    children = descendants(process.pid)
    assert len(children) >= 2
    os.killpg(process.pid, signal.SIGINT)
    status, said = ended(process)
    assert (status, said.strip()) == (130, "Interrompido.")
    deadline = time.monotonic() + SECONDS
    while any(Path(f"/proc/{each}").exists() for each in children):
        assert time.monotonic() < deadline, "its processes stayed behind"
        time.sleep(0.01)
    assert audit(*asked, at=tmp_path)[0] == 2
    audit(place, "--out", "whole.ndjson", at=tmp_path)
    assert out.read_bytes() == (tmp_path / "whole.ndjson").read_bytes()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:1", "Nenhum agendador Dask respondeu em 127.0.0.1:1"),
        ("http://127.0.0.1:1", "não é o endereço de um agendador"),
        ("127.0.0.1", "não é o endereço de um agendador"),
        ("", "Não conheço o motor dask:."),
    ],
)
def test_an_address_where_nobody_is(address: str, said: str, tmp_path: Path) -> None:
    folder(tmp_path / "a")
    status, words = audit(
        "a", "--out", "r.csv", "--engine", f"dask:{address}", at=tmp_path, code=IMPATIENT
    )
    assert status == 2
    assert said in words
    assert {each.name for each in tmp_path.iterdir()} == {"a"}


def test_without_workers(tmp_path: Path) -> None:
    folder(tmp_path / "a")
    with dask(0) as cluster:
        asked = ["a", "--out", "r.csv", "--engine", f"dask:{cluster.address}"]
        # Long enough for the scheduler, who is there, to answer.
        status, words = audit(*asked, at=tmp_path, code=WAITING.format(5.0))
    assert status == 2
    assert "nenhum worker" in words


def other(version: str | None, place: Path) -> Path:
    """The source of a Guichê of this version, or of none."""
    if version:
        ignored = shutil.ignore_patterns("__pycache__", "desk")
        shutil.copytree(SOURCE / "guiche", place / "guiche", ignore=ignored)
        init = place / "guiche" / "__init__.py"
        init.write_text(init.read_text().replace(__version__, version))
    else:
        (place / "guiche").mkdir(parents=True)
        (place / "guiche" / "__init__.py").write_text("raise ModuleNotFoundError(name='guiche')")
    return place


@pytest.mark.parametrize(("version", "told"), [("0.0.9", "0.0.9"), (None, "nenhum")])
def test_a_worker_of_another_version_is_refused(
    version: str | None, told: str, tmp_path: Path
) -> None:
    folder(tmp_path / "a")
    with dask(0) as cluster:
        cluster.worker(other(version, tmp_path / "other"))
        asked = ["a", "--out", "r.csv", "--engine", f"dask:{cluster.address}"]
        status, words = audit(*asked, at=tmp_path)
    assert status == 2
    assert f"precisa do Guichê {__version__}" in words
    assert f": {told}." in words
    assert f'pip install "guiche[cluster]=={__version__}"' in words
    assert not (tmp_path / "r.csv").exists()


def test_jobs_are_of_this_machine(tmp_path: Path) -> None:
    asked = ["a", "--out", "r.csv", "--engine", "dask:127.0.0.1:1", "--jobs", "2"]
    status, words = audit(*asked, at=tmp_path)
    assert status == 2
    assert "--jobs" in words


def test_without_dask_it_says_what_to_install(tmp_path: Path) -> None:
    folder(tmp_path / "a")
    (tmp_path / "distributed.py").write_text("raise ImportError")
    asked = ["audit", "a", "--out", "r.csv", "--engine", "dask"]
    result = subprocess.run(
        [sys.executable, "-m", "guiche", *asked], cwd=tmp_path, capture_output=True, text=True,
        timeout=SECONDS, env={**os.environ, "PYTHONPATH": f"{tmp_path}:{SOURCE}"},
    )  # fmt: skip
    assert result.returncode == 2
    assert result.stderr == 'Falta instalar o Dask: pip install "guiche[cluster]".\n'
    assert not (tmp_path / "r.csv.auditoria").exists()
