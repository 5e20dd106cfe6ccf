"""The peers that are processes of their own: built, started, asked over their standard input."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.portfolio.by_cryptography import Row
from benchmarks.portfolio.native import SOURCES, Missing, built, tool

_JARS = Path("/usr/share/java")


class Process:
    """A peer that has the whole dump in memory, on one core. `start` is how long it took to begin,
    the reading of the dump included."""

    def __init__(self, command: list[str], environment: dict[str, str]) -> None:
        begun = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        self._answer()
        self.start = time.perf_counter() - begun

    def run(self, count: int) -> float:
        """Seconds of its own clock for the first `count` certificates."""
        return float(self._ask(f"run {count}"))

    def rows(self, count: int, file: Path) -> list[Row]:
        """What it makes of the first certificates."""
        self._ask(f"rows {count} {file}")
        return [_row(line) for line in file.read_text("utf-8").splitlines()]

    def close(self) -> None:
        """Ends it."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()

    def _ask(self, line: str) -> str:
        assert self._process.stdin
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise Missing(f"it ended with {self._process.wait()}")
        return line.strip()


def _row(line: str) -> Row:
    cells = [None if cell == r"\N" else cell for cell in line.split("\t")]
    values = dict(zip(Row._fields, cells, strict=True))
    typed = {
        "not_before": int(str(values["not_before"])),
        "not_after": int(str(values["not_after"])),
        "key_bits": values["key_bits"] and int(values["key_bits"]),
        "icp_brasil": values["icp_brasil"] == "true",
    }
    return Row(**{**values, **typed})  # type: ignore[arg-type]


@contextmanager
def go(dump: Path, folder: Path) -> Iterator[Process]:
    """Go's crypto/x509. Raises `Missing`."""
    program = folder / "go-peer"
    environment = {"GO111MODULE": "off", "GOCACHE": str(folder / "go-cache"), "GOMAXPROCS": "1"}
    compiler = tool("go", "golang-go")
    built([compiler, "build", "-o", str(program), str(SOURCES / "peer.go")], environment)
    yield from _running([str(program), str(dump)], environment)


@contextmanager
def java(dump: Path, folder: Path) -> Iterator[Process]:
    """Java with BouncyCastle. Raises `Missing`."""
    jar = _JARS / "bcprov.jar"
    if not jar.exists():
        raise Missing(f"{jar} is not here (Debian package libbcprov-java)")
    compiler = tool("javac", "default-jdk-headless")
    built([compiler, "-cp", str(jar), "-d", str(folder), str(SOURCES / "Peer.java")])
    heap = f"-Xmx{512 + 6 * dump.stat().st_size // 1_000_000}m"
    options = ["-XX:+UseSerialGC", "-XX:ActiveProcessorCount=1", heap, "-cp", f"{folder}:{jar}"]
    yield from _running([tool("java", "default-jdk-headless"), *options, "Peer", str(dump)], {})


def _running(command: list[str], environment: dict[str, str]) -> Iterator[Process]:
    process = Process(command, environment)
    try:
        yield process
    finally:
        process.close()
