"""What was measured, as docs/performance.md and its plot."""

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from math import log10
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import Figure, duration
from benchmarks.portfolio.commands import Grown, Start
from benchmarks.portfolio.race import HASH, OURS, Race, Result
from guiche.portfolio import SCHEMA

_PACKAGES = ("pyarrow", "numpy", "numba", "distributed", "cryptography")
_VERSIONS = {
    "gcc": ("gcc", "--version"), "Go": ("go", "version"), "Java": ("java", "-version"),
    "OpenSSL": ("openssl", "version"),
}  # fmt: skip


class Measured(NamedTuple):
    """One run."""

    command: str
    quick: bool
    figures: list[Figure]
    race: Race | None
    starts: dict[str, Start]
    growth: list[Grown]


def write(measured: Measured, page: Path) -> None:
    """The page, and beside it the plot where there is growth to be seen."""
    plot = page.with_name("performance-growth.svg")
    if measured.growth:
        plot.write_text(_plot(measured.growth), "utf-8")
    page.write_text("\n".join(_lines(measured, plot.name)) + "\n", "utf-8")


def _lines(measured: Measured, plot: str) -> Iterator[str]:
    yield "# Performance of portfolios"
    yield ""
    yield f"Written by `{measured.command}` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC; do not edit."
    if measured.quick:
        yield ""
        yield "**A short run: small sizes, on a machine that may be busy. For a look only.**"
    yield ""
    yield from _machine()
    yield ""
    yield from _table(
        ("figure", "target", "found", "reached"),
        (
            (f.name, f.target, f.result, _MARKS[f.reached] + " (short run)" * measured.quick)
            for f in measured.figures
        ),
    )
    if measured.race:
        yield from _race(measured.race)
    if measured.starts:
        yield from _starts(measured.starts)
    if measured.growth:
        yield from _growth(measured.growth, plot)


_MARKS = {True: "yes", False: "**no**", None: "not measured"}


def _machine() -> Iterator[str]:
    cpu = next(
        (line.partition(":")[2].strip() for line in _read("/proc/cpuinfo") if "model name" in line),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    yield f"Machine: {os.cpu_count()} cores, {cpu}, {memory:.0f} GB, {platform.platform()}."
    yield f"Load when it ended: {', '.join(f'{load:.1f}' for load in os.getloadavg())}."
    versions = [f"Python {platform.python_version()}"]
    for name in _PACKAGES:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            versions.append(f"no {name}")
    versions += [f"{name}: {_said(command)}" for name, command in _VERSIONS.items()]
    yield f"Versions: {'; '.join(versions)}."
    yield ""
    yield from _paragraph(
        "Certificates are synthetic: 200 templates (60 % e-CNPJ, 5 % Selo Eletrônico, 32 % e-CPF, "
        "3 % of the profile of 2024), varied in serial number, key, signature, names, numbers and "
        "dates; 98 of 100 that have the field of the CEI hold zeros. No figure comes from "
        "certificates of real authorities."
    )


def _read(path: str) -> list[str]:
    try:
        return Path(path).read_text("utf-8").splitlines()
    except OSError:
        return []


def _said(command: tuple[str, ...]) -> str:
    if not shutil.which(command[0]):
        return "none"
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).splitlines()[0]


def _race(race: Race) -> Iterator[str]:
    yield ""
    yield "## One core, in memory"
    yield ""
    yield from _paragraph(
        "All ways in turn in every round; medians. The time is of making rows of certificates that "
        "are in memory, and of nothing else. What is refused would go to the careful reader."
    )
    ours = race.results[OURS].median
    yield from _table(
        ("way", "certificates/s", "each", "from, to", "time / ours", "read a round"),
        (_speeds(result, ours) for result in race.results.values()),
    )
    yield ""
    yield from _paragraph(
        f"The columns that each way makes of the first {race.sample:,} certificates were compared "
        "with those of `guiche.icpbrasil.inspect`:"
    )
    ways = [result for result in race.results.values() if result.columns]
    yield from _table(
        ("way", "rows that differ", "refused", "columns left out"),
        ((r.name, str(r.differing), str(r.refused), _left_out(r)) for r in ways),
    )
    yield ""
    yield from _paragraph(
        "Left out of the peers are the registration authority and the findings, which rest on "
        "rules of the product alone, and the validity at a moment, two comparisons: the peers are "
        "faster for it, and the comparison harder on ours. SHA-256 is a part of every row."
    )
    for name, why in race.missing.items():
        yield from _paragraph(f"{name} was not measured: {why}.")
    yield from _paragraph(
        "Start-up (of a peer that is a process: until it has its certificates in memory), the "
        "first call, and how long each was warmed up before the rounds:"
    )
    yield from _table(
        ("way", "start-up", "first call, each", "warmed up"),
        (
            (
                result.name,
                duration(result.start) if result.start else "in this process",
                duration(result.first),
                duration(result.warm_up),
            )
            for result in race.results.values()
        ),
    )


def _speeds(result: Result, ours: float) -> tuple[str, ...]:
    return (
        result.name,
        f"{1 / result.median:,.0f}",
        _short(result.median),
        f"{_short(min(result.seconds))}, {_short(max(result.seconds))}",
        f"{result.median / ours:.2f}"
        if result.name != HASH
        else f"{result.median / ours:.2f} (part)",
        f"{result.certificates:,}",
    )


def _short(seconds: float) -> str:
    return f"{seconds * 1e6:.2f} µs"


def _left_out(result: Result) -> str:
    return ", ".join(f"`{name}`" for name in SCHEMA.names if name not in result.columns) or "none"


def _starts(starts: dict[str, Start]) -> Iterator[str]:
    yield ""
    yield "## Start-up and compile time"
    yield ""
    yield "Of `inspect_batch`, in a fresh process:"
    yield ""
    yield from _table(
        ("", "import", "first call, one certificate", "second call"),
        ((name, *map(duration, start)) for name, start in starts.items()),
    )


def _growth(growth: list[Grown], plot: str) -> Iterator[str]:
    yield ""
    yield "## Growth"
    yield ""
    yield from _paragraph(
        "`guiche audit` from Parquet to Parquet, once for each size. Memory is that of all its "
        "processes together, pages that they share counted for each."
    )
    yield from _table(
        ("certificates", "whole command", "certificates/s", "memory"),
        (
            (
                f"{g.certificates:,}",
                duration(g.seconds),
                f"{g.certificates / g.seconds:,.0f}",
                f"{g.megabytes:.0f} MB",
            )
            for g in growth
        ),
    )
    yield ""
    yield f"![Seconds by certificates, both logarithmic]({plot})"


def _paragraph(text: str) -> list[str]:
    return [*textwrap.wrap(text, 100), ""]


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


_WIDTH, _HEIGHT, _LEFT, _TOP = 640, 360, 70, 20


def _plot(growth: list[Grown]) -> str:
    """Both axes logarithmic, where linear growth is straight; dashed is what the largest gives in
    proportion."""
    xs = [log10(each.certificates) for each in growth]
    ys = [log10(each.seconds) for each in growth]
    proportion = [ys[-1] - (xs[-1] - x) for x in xs]
    low, high = min(ys + proportion), max(ys)

    def place(x: float, y: float) -> tuple[float, float]:
        across = (x - xs[0]) / ((xs[-1] - xs[0]) or 1) * (_WIDTH - _LEFT - 60)
        down = (high - y) / ((high - low) or 1) * (_HEIGHT - _TOP - 60)
        return _LEFT + across, _TOP + 10 + down

    def line(values: list[float]) -> str:
        return " ".join(f"{px:.0f},{py:.0f}" for px, py in map(place, xs, values))

    marks = []
    for each, (px, py) in zip(growth, map(place, xs, ys), strict=True):
        marks.append(f'<circle cx="{px:.0f}" cy="{py:.0f}" r="4"/>')
        marks.append(f'<text x="{px - 6:.0f}" y="{py - 8:.0f}" text-anchor="end">'
                     f"{duration(each.seconds)}</text>")  # fmt: skip
        marks.append(f'<text x="{px:.0f}" y="{_HEIGHT - 24}" text-anchor="middle">'
                     f"{each.certificates:,}</text>")  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        'font-family="sans-serif" font-size="12">\n'
        "<title>Seconds of guiche audit by number of certificates</title>\n"
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>\n'
        f'<polyline points="{line(proportion)}" fill="none" stroke="gray" '
        'stroke-dasharray="4 4"/>\n'
        f'<polyline points="{line(ys)}" fill="none" stroke="black" stroke-width="2"/>\n'
        + "\n".join(marks)
        + f'\n<text x="{_WIDTH / 2}" y="{_HEIGHT - 6}" text-anchor="middle">certificates '
        "(dashed: in proportion to the largest)</text>\n</svg>\n"
    )


def command_line() -> str:
    """What was typed."""
    arguments = " ".join(sys.argv[1:])
    return "make bench-portfolio" + (f' ARGS="{arguments}"' if arguments else "")
